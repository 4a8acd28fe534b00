"""Cuts a well-formed document at its items, so that only new ones need a parser.

One expat pass finds the byte range of each item; each range has a digest that also names the
version of the parser. What `assemble` makes of the head, the wanted items and the tail is a
document that gives the same entries as the whole one (tests/ingest/feed/test_slices.py holds it).
Anything odd is not cut: `cut` then answers None and the whole document goes to feedparser.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final
from xml.parsers import expat

from archive.errors import NotAFeed
from ingest.feed.scan import MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS

DIGEST_BYTES: Final = 16
_ITEMS: Final = ("item", "entry")
_JUNK_AFTER_ROOT: Final = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]


# A feed's own categories are not kept, and feedparser compares each with all before it: the 966 of
# one blog cost 40 ms of CPU at every poll.
_LEFT_OUT: Final = "category"
# A tag to its end; `>` in an attribute's value belongs to it.
_TAG: Final = re.compile(rb"""<(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A document and the (start, end) of its items in bytes, in order; `digests` are theirs.

    `body` ends where the root element ends: what stood after it is gone. `left_out` are ranges
    outside the items that no parser need see.
    """

    body: bytes
    ranges: tuple[tuple[int, int], ...]
    digests: tuple[bytes, ...]
    left_out: tuple[tuple[int, int], ...] = ()

    def assemble(self, wanted: Iterable[int]) -> bytes:
        """Return the document with only the items of these indexes, in document order."""
        keep = set(wanted)
        gone = [each for index, each in enumerate(self.ranges) if index not in keep]
        parts: list[bytes] = []
        end = 0
        for start, stop in sorted([*gone, *self.left_out]):
            parts.append(self.body[end:start])
            end = stop
        parts.append(self.body[end:])
        return b"".join(parts)


def cut(body: bytes, version: int) -> Cut | None:
    """Return the items of a UTF-8 document, or None where it is not well-formed or is odd.

    `version` is that of the parser: another version gives other digests. Raises NotAFeed where a
    tag has too many attributes or lies too deep, or elements are too many (see `scan`).
    """
    found = _Reading(body)
    end = found.read()
    if end is None or found.is_odd:
        return None
    salt = version.to_bytes(4, "big")
    digests = tuple(
        blake2b(body[start:stop], digest_size=DIGEST_BYTES, salt=salt).digest()
        for start, stop in found.items
    )
    return Cut(
        body=body[:end],
        ranges=tuple(found.items),
        digests=digests,
        left_out=tuple(found.left_out),
    )


class _Reading:
    """Collects the ranges of items, and of what is left out, while expat reads a document once."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.items: list[tuple[int, int]] = []
        self.left_out: list[tuple[int, int]] = []
        self.is_odd = False
        self._n_elements = 0
        self._depth = 0
        self._others: set[str] = set()  # names of tags that neither begin an item nor are left out
        # The element that is being measured, an item or one to leave out: none within another.
        self._start_at: int | None = None
        self._start_depth = 0
        self._item_depth = 0
        self._is_item = False
        self._empty_until: int | None = None
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
        self._n_elements += 1
        self._depth = depth = self._depth + 1
        if depth > MAX_DEPTH:
            raise NotAFeed("a document made to be slow", f"over {MAX_DEPTH} levels deep")
        if len(attributes) > MAX_ATTRIBUTES:
            detail = f"over {MAX_ATTRIBUTES} attributes on a tag"
            raise NotAFeed("a document made to be slow", detail)
        if self._n_elements > MAX_ELEMENTS:
            raise NotAFeed("a document made to be slow", f"over {MAX_ELEMENTS} elements")
        if name in self._others:
            return
        local = name.rpartition(" ")[2].lower()
        if local in _ITEMS:
            if self._start_at is not None or self._depth != (self._item_depth or self._depth):
                self.is_odd = True  # an item within an item, or items at two levels
                return
            self._item_depth = self._depth
        elif local != _LEFT_OUT:
            self._others.add(name)
            return
        elif self._start_at is not None:
            return
        self._is_item = local in _ITEMS
        self._start_at, self._start_depth = self._parser.CurrentByteIndex, self._depth
        tag = _TAG.match(self.body, self._start_at)
        self._empty_until = tag.end() if tag and tag[0].endswith(b"/>") else None

    def _end(self, name: str) -> None:
        if self._depth == self._start_depth and self._start_at is not None:
            # At the end of `<item/>` expat stands behind the tag, at that of others before it.
            end_tag_at = self._parser.CurrentByteIndex
            stop = self._empty_until or self.body.find(b">", end_tag_at) + 1
            (self.items if self._is_item else self.left_out).append((self._start_at, stop))
            self._start_at = None
        self._depth -= 1
