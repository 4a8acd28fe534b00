"""The parser of feeds: bytes in, entries out, and no failure but NotAFeed.

Called by `ingest.poll` through worker processes. feedparser is the parser of record, because it
reads the broken documents that strict parsers refuse. Its cleaning of HTML, half of its time, is
switched off: `archive.html` is faster and keeps less.

    bytes ── scan ──> UTF-8 ── slices ──> head + new items ── feedparser ──> entries
                        ├── JSON ── jsonfeed ──────────────────────────────────┤
                        └── news sitemap ── sitemap ───────────────────────────┘
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from archive.errors import NotAFeed
from archive.model.stated import Entry, ParsedFeed, RejectedEntry
from ingest.feed import channel, jsonfeed, scan, sitemap, slices
from ingest.feed.entries import Draft, Place, draft_of
from ingest.feed.feedparsing import NO_FORMAT, Found, as_it_comes, well_formed

PARSER_VERSION: Final = 2
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
    ready = scan.make_ready(sitemap.unpacked(body), content_type)
    window = _Window(first=max(0, first), limit=max(1, limit), known=known)
    if ready.is_json:
        return _from_read(jsonfeed.read(ready.body, url), jsonfeed.draft_of, ready, window)
    if sitemap.is_one(ready.body):
        return _from_read(sitemap.read(ready.body, url), sitemap.draft_of, ready, window)
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
        found = well_formed(cut.assemble(wanted), url)
    except NotAFeed:
        if not wanted:
            raise
        found = well_formed(cut.assemble(()), url)  # raises again where the head is at fault
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
        found = well_formed(cut.assemble(wanted), url)
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


def _items_of(cut: slices.Cut, wanted: Sequence[int], found: Found, url: str) -> list[_Item]:
    place = _place(found, cut.body, url)
    return [
        _Item(index=index, digest=cut.digests[index], draft=partial(draft_of, item, place))
        for index, item in zip(wanted, found.entries, strict=True)
    ]


def _from_whole(document: bytes, ready: scan.Document, url: str, window: _Window) -> ParsedFeed:
    """Parse all of a document that cannot be cut; an item's digest is then that of its values."""
    found = as_it_comes(document, url)
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


def _from_read(
    feed: jsonfeed.JsonFeed | sitemap.Sitemap,
    read_item: Callable[[object, Place], Draft | None],
    ready: scan.Document,
    window: _Window,
) -> ParsedFeed:
    """Parse the items of a document that needs no feedparser."""
    n_items = len(feed.items)
    seen: list[tuple[bytes, int]] = []
    items: list[_Item] = []
    for index in window.of(n_items):
        item = feed.items[index]
        digest = jsonfeed.digest_of(item, PARSER_VERSION)
        if digest in window.known:
            seen.append((digest, index))
        else:
            draft = partial(read_item, item, feed.place)
            items.append(_Item(index=index, digest=digest, draft=draft))
    kept, rejected = _converted(items)
    if isinstance(feed, sitemap.Sitemap) and window.more_from(n_items) is None:
        rejected += feed.rejected
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


# -- what a document must be -------------------------------------------------------------------


def _must_be_a_feed(found: Found, document: bytes) -> None:
    if not found.entries and found.format == NO_FORMAT:
        raise NotAFeed("XML of another kind", _root_of(document))


# What feedparser calls a document with items and a root that it does not know: nothing.
_TAG: Final = re.compile(rb"<([A-Za-z][\w:.-]{0,60})")


def _root_of(document: bytes) -> str:
    match = _TAG.search(document)
    return f"its root is {match[1].decode()}" if match else "it has no tag"


def _place(found: Found, whole: bytes, url: str) -> Place:
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
    found: Found,
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
