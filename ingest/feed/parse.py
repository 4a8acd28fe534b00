"""The parser of feeds: bytes in, entries out, and no failure but NotAFeed.

Called by `ingest.poll` through worker processes. feedparser is the parser of record, because it
reads the broken documents that strict parsers refuse. Its cleaning of HTML, half of its time, is
switched off: `archive.html` is faster and keeps less.

    bytes ── scan ──> UTF-8 ── slices ──> head + new items ── feedparser ──> entries
                        └── JSON ── jsonfeed ──────────────────────────────────┘
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any, Final

import feedparser

from archive.errors import NotAFeed
from archive.model.stated import Entry, ParsedFeed, RejectedEntry
from ingest.feed import channel, jsonfeed, scan, slices
from ingest.feed.entries import Draft, Place, draft_of

PARSER_VERSION: Final = 1
"""Raise with every change of what an item gives: all stored digests are then unknown again."""

# The rest of a document is counted and left: the largest of 883 feeds has 560 items.
MAX_ITEMS: Final = 20_000


def parse_feed(
    body: bytes,
    url: str,
    content_type: str | None = None,
    *,
    known: frozenset[bytes] = frozenset(),
    first: int = 0,
    limit: int = MAX_ITEMS,
) -> ParsedFeed:
    """Parse the items `first` to `first + limit` of a feed document.

    `url` is where the document was found, after redirects; `content_type` the header's value.
    Items whose digest is in `known` are only named in `seen`. Items beyond 20,000 are counted in
    `rejected`. Raises NotAFeed, and nothing else, for bytes that are no feed.
    """
    ready = scan.make_ready(body, content_type)
    window = _Window(first=max(0, first), limit=max(1, limit), known=known)
    if ready.is_json:
        return _from_json(ready, url, window)
    cut = slices.cut(ready.body, PARSER_VERSION)
    if cut is None:
        scan.must_be_cheap(ready.body)
        return _from_whole(ready.body, ready, url, window)
    return _from_slices(cut, ready, url, window)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """Which items were asked for."""

    first: int
    limit: int
    known: frozenset[bytes]

    def of(self, n_items: int) -> range:
        end = min(self.first + self.limit, n_items, MAX_ITEMS)
        return range(min(self.first, end), end)

    def more_from(self, n_items: int) -> int | None:
        end = self.first + self.limit
        return end if end < min(n_items, MAX_ITEMS) else None

    def left_out(self, n_items: int) -> list[RejectedEntry]:
        """Return what the last call says of the items that no call will read."""
        if n_items <= MAX_ITEMS or self.more_from(n_items) is not None:
            return []
        reason = f"beyond the first {MAX_ITEMS} items"
        return [RejectedEntry(position=-1, reason=reason, n_entries=n_items - MAX_ITEMS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One item on its way: `draft` reads it, `digest` is None where its values must give one."""

    index: int
    digest: bytes | None
    draft: Callable[[], Draft | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What feedparser made of a document; its dictionaries go no further than `draft_of`."""

    entries: Sequence[Mapping[str, Any]]
    feed: Mapping[str, Any]
    format: str
    warnings: tuple[str, ...]


# -- the three ways ----------------------------------------------------------------------------


def _from_slices(cut: slices.Cut, ready: scan.Document, url: str, window: _Window) -> ParsedFeed:
    n_items = len(cut.ranges)
    seen: list[tuple[bytes, int]] = []
    wanted: list[int] = []
    for index in window.of(n_items):
        if cut.digests[index] in window.known:
            seen.append((cut.digests[index], index))
        else:
            wanted.append(index)
    stopped: list[RejectedEntry] = []
    try:
        found = _feedparser(cut.assemble(wanted), url)
    except NotAFeed:
        if not wanted:
            raise
        found = _feedparser(cut.assemble(()), url)  # raises again where the head is at fault
        items, stopped = _in_halves(cut, wanted, url)
    else:
        if n_items == 0:
            _must_be_a_feed(found, cut.body)
        if len(found.entries) != len(wanted):
            return _from_whole(cut.body, ready, url, window)
        items = _items_of(cut, wanted, found, url)
    kept, rejected = _converted(items)
    return _parsed(found, ready, url, window, n_items, kept, [*stopped, *rejected], seen)


def _in_halves(
    cut: slices.Cut, wanted: Sequence[int], url: str
) -> tuple[list[_Item], list[RejectedEntry]]:
    """Parse items of which some stop feedparser, halving until those that do stand alone."""
    try:
        found = _feedparser(cut.assemble(wanted), url)
        stopped_by = "" if len(found.entries) == len(wanted) else "feedparser finds no item in it"
    except NotAFeed as error:
        stopped_by = error.detail
    if not stopped_by:
        return _items_of(cut, wanted, found, url), []
    if len(wanted) == 1:
        return [], [RejectedEntry(position=wanted[0], reason=stopped_by)]
    middle = len(wanted) // 2
    first, first_rejected = _in_halves(cut, wanted[:middle], url)
    second, second_rejected = _in_halves(cut, wanted[middle:], url)
    return first + second, first_rejected + second_rejected


def _items_of(cut: slices.Cut, wanted: Sequence[int], found: _Found, url: str) -> list[_Item]:
    place = _place(found, cut.body, url)
    return [
        _Item(index=index, digest=cut.digests[index], draft=partial(draft_of, item, place))
        for index, item in zip(wanted, found.entries, strict=True)
    ]


def _from_whole(document: bytes, ready: scan.Document, url: str, window: _Window) -> ParsedFeed:
    """Parse all of a document that cannot be cut; an item's digest is then that of its values."""
    found = _feedparser(document, url)
    _must_be_a_feed(found, document)
    n_items = len(found.entries)
    place = _place(found, document, url)
    kept, rejected = _converted(
        _Item(index=index, digest=None, draft=partial(draft_of, found.entries[index], place))
        for index in window.of(n_items)
    )
    seen = [(entry.digest, entry.position) for entry in kept if entry.digest in window.known]
    kept = [entry for entry in kept if entry.digest not in window.known]
    return _parsed(found, ready, url, window, n_items, kept, rejected, seen)


def _from_json(ready: scan.Document, url: str, window: _Window) -> ParsedFeed:
    feed = jsonfeed.read(ready.body, url)
    n_items = len(feed.items)
    seen: list[tuple[bytes, int]] = []
    items: list[_Item] = []
    for index in window.of(n_items):
        item = feed.items[index]
        digest = jsonfeed.digest_of(item, PARSER_VERSION)
        if digest in window.known:
            seen.append((digest, index))
        else:
            draft = partial(jsonfeed.draft_of, item, feed.place)
            items.append(_Item(index=index, digest=digest, draft=draft))
    kept, rejected = _converted(items)
    return ParsedFeed(
        entries=tuple(kept),
        rejected=(*rejected, *window.left_out(n_items)),
        seen=tuple(seen),
        n_items=n_items,
        more_from=window.more_from(n_items),
        encoding=ready.encoding,
        warnings=(*ready.warnings, *feed.warnings),
        **feed.values,
    )


# -- feedparser --------------------------------------------------------------------------------


def _feedparser(document: bytes, url: str) -> _Found:
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        found = feedparser.parse(
            BytesIO(document),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    # feedparser raises TypeError, UnicodeEncodeError, AttributeError and more on broken documents;
    # each of them is a fault of that document, and its name goes into the record.
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"[:200]
        raise NotAFeed("a document that feedparser cannot read", detail) from error
    entries, feed, version = found.entries, found.feed, found.version
    problem = dict(found).get("bozo_exception")
    warnings = (f"not well-formed: {problem}"[:200],) if found.bozo and problem else ()
    return _Found(entries=entries, feed=dict(feed), format=version or _NO_FORMAT, warnings=warnings)


def _must_be_a_feed(found: _Found, document: bytes) -> None:
    if not found.entries and found.format == _NO_FORMAT:
        raise NotAFeed("XML of another kind", _root_of(document))


# What feedparser calls a document with items and a root that it does not know: nothing.
_NO_FORMAT: Final = "unknown"
_TAG: Final = re.compile(rb"<([A-Za-z][\w:.-]{0,60})")


def _root_of(document: bytes) -> str:
    match = _TAG.search(document)
    return f"its root is {match[1].decode()}" if match else "it has no tag"


def _place(found: _Found, whole: bytes, url: str) -> Place:
    """Return where the entries stand. `whole` is always the whole document, also when it was cut."""
    return Place(
        url=url,
        is_atom=found.format.startswith("atom"),
        language=channel.language_of(found.feed),
        document=whole,
    )


def _converted(items: Iterable[_Item]) -> tuple[list[Entry], list[RejectedEntry]]:
    """Return the entries, and what could not be made one; an item never sinks the others."""
    kept: list[Entry] = []
    rejected: list[RejectedEntry] = []
    for item in items:
        try:
            draft = item.draft()
            if draft is None:
                rejected.append(RejectedEntry(position=item.index, reason="nothing stands in it"))
            else:
                kept.append(draft.entry(item.index, item.digest, PARSER_VERSION))
        except Exception as error:  # noqa: BLE001  # values of any type and size come here: one's fault is its record
            reason = f"{type(error).__name__}: {error}"[:200]
            rejected.append(RejectedEntry(position=item.index, reason=reason))
    return kept, rejected


def _parsed(
    found: _Found,
    ready: scan.Document,
    url: str,
    window: _Window,
    n_items: int,
    kept: list[Entry],
    rejected: list[RejectedEntry],
    seen: list[tuple[bytes, int]],
) -> ParsedFeed:
    return ParsedFeed(
        format=found.format,
        entries=tuple(kept),
        n_items=n_items,
        seen=tuple(seen),
        rejected=(*rejected, *window.left_out(n_items)),
        more_from=window.more_from(n_items),
        encoding=ready.encoding,
        warnings=(*ready.warnings, *found.warnings),
        **channel.values_of(found.feed, ready.body, url),
    )
