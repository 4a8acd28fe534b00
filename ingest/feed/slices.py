"""Cuts a well-formed document at its items, so that only new ones need a parser.

One expat pass finds the byte range of each item; each range has a digest that also names the
version of the parser. What `assemble` makes of the head, the wanted items and the tail is a
document that gives the same entries as the whole one (tests/ingest/feed/test_slices.py holds it).
Anything odd is not cut: `cut` then answers None and the whole document goes to feedparser.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final
from xml.parsers import expat

from archive.errors import NotAFeed
from ingest.feed.scan import MAX_ATTRIBUTES, MAX_DEPTH

DIGEST_BYTES: Final = 16
_ITEMS: Final = ("item", "entry")
_JUNK_AFTER_ROOT: Final = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A document and the (start, end) of its items in bytes, in order; `digests` are theirs.

    `body` ends where the root element ends: what stood after it is gone.
    """

    body: bytes
    ranges: tuple[tuple[int, int], ...]
    digests: tuple[bytes, ...]

    def assemble(self, wanted: Iterable[int]) -> bytes:
        """Return the document with only the items of these indexes, in document order."""
        keep = set(wanted)
        parts: list[bytes] = []
        end = 0
        for index, (start, stop) in enumerate(self.ranges):
            if index not in keep:
                parts.append(self.body[end:start])
                end = stop
        parts.append(self.body[end:])
        return b"".join(parts)


def cut(body: bytes, version: int) -> Cut | None:
    """Return the items of a UTF-8 document, or None where it is not well-formed or is odd.

    `version` is that of the parser: another version gives other digests. Raises NotAFeed where a
    tag has too many attributes or lies too deep (see `scan`).
    """
    found = _Items(body)
    end = found.read()
    if end is None or found.is_odd:
        return None
    salt = version.to_bytes(4, "big")
    digests = tuple(
        blake2b(body[start:stop], digest_size=DIGEST_BYTES, salt=salt).digest()
        for start, stop in found.ranges
    )
    return Cut(body=body[:end], ranges=tuple(found.ranges), digests=digests)


class _Items:
    """Collects the ranges of items while expat reads a document once."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.ranges: list[tuple[int, int]] = []
        self.is_odd = False
        self._depth = 0
        self._item_depth = 0
        self._item_start: int | None = None
        # Names come as "namespace local", and an undeclared prefix is an error, as in feedparser.
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.buffer_text = True

    def read(self) -> int | None:
        """Return the length of the document proper; None where it is not well-formed."""
        try:
            self._parser.Parse(self.body, True)
        except expat.ExpatError as error:
            if error.code != _JUNK_AFTER_ROOT or self._depth:
                return None
            return self._parser.ErrorByteIndex
        return len(self.body)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NotAFeed("a document made to be slow", f"over {MAX_DEPTH} levels deep")
        if len(attributes) > MAX_ATTRIBUTES:
            detail = f"over {MAX_ATTRIBUTES} attributes on a tag"
            raise NotAFeed("a document made to be slow", detail)
        if name.rpartition(" ")[2].lower() not in _ITEMS:
            return
        if self._item_start is not None or (self.ranges and self._depth != self._item_depth):
            self.is_odd = True  # an item within an item, or items at two levels
        elif not self.is_odd:
            self._item_depth = self._depth
            self._item_start = self._parser.CurrentByteIndex

    def _end(self, name: str) -> None:
        if self._item_start is not None and self._depth == self._item_depth:
            at = self._parser.CurrentByteIndex
            stop = self.body.find(b">", at) + 1
            if self.body[at : at + 2] != b"</":  # `<item/>`: nothing to gain, and `>` may be quoted
                self.is_odd = True
            self.ranges.append((self._item_start, stop))
            self._item_start = None
        self._depth -= 1
