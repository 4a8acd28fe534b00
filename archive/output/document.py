"""What stands in a published document, and how much of each entry: the same for every format, and pure.

Called by the renderers (`atom`, ...), which bring the bytes of an entry. Membership and order follow the
publications' seq, never a date, so that late and back-dated articles show. Nothing here asks the clock: "the last
24 hours" are counted from the newest publication.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urljoin

from archive.config.settings import Config
from archive.model.kept import PublicationKind, PublishedEntry

WHOLE_BYTES: Final = 512_000
"""The newest articles stand whole until the document has this size (OUTPUT): what a phone fetches in a second."""

DOCUMENT_BYTES: Final = 1_000_000
"""With summaries only, the rest of the last day follows up to this size (OUTPUT)."""

DOCUMENT_ENTRIES: Final = 1_000
"""And no more entries than this (OUTPUT)."""

RECENT: Final = timedelta(hours=24)

LARGEST_WHOLE_BYTES: Final = WHOLE_BYTES // 2
"""An entry larger than this goes with its summary: whole, one book-length page would push all others out."""

FIRST_DAY: Final = date(2026, 1, 1)
"""The day that ids are minted from where none is configured; no id may ever depend on the day it was asked for."""

BACKLOG_ENTRIES: Final = 10
"""So many of the articles that a feed already had when it was subscribed to stand in the document (OUTPUT)."""

RenderEntry = Callable[[PublishedEntry], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFacts:
    """What a document says of itself.

    `domain` and `since` mint the ids (RFC 4151): changing either gives every article to every subscriber once more.
    `self_url` is the document's own address, `page_url` the page for people, absolute and ending in a slash;
    article pages stand below it. `name` tells several documents of one archive apart ("feed", or a saved search).
    For the pages of RFC 5005: `current_url` is the subscription document's address, `previous_url` and `next_url`
    the neighbours'; `is_archive_page` marks a closed one, which holds all it is given, whole.
    """

    domain: str
    since: date
    title: str
    self_url: str
    page_url: str
    name: str = "feed"
    hub_urls: tuple[str, ...] = ()
    icon_url: str | None = None
    style_url: str | None = "feed.css"
    current_url: str | None = None
    previous_url: str | None = None
    next_url: str | None = None
    is_archive_page: bool = False

    @property
    def id(self) -> str:
        """The document's own id."""
        return self.id_of(self.name)

    def id_of(self, article_id: str) -> str:
        """Return the published id of an article: a tag: URI that never changes."""
        return f"tag:{self.domain},{self.since.isoformat()}:{article_id}"

    def page_of(self, article_id: str) -> str:
        """Return the address of an article's page in this archive."""
        return urljoin(self.page_url, f"article/{article_id}")


def facts_of(config: Config, *, archive_id: str) -> FeedFacts:
    """Return what the merged feed says of itself, as configured.

    Without a configured domain the ids are minted on the archive's own id under .invalid (RFC 2606): unique and
    lasting, also where the archive is moved to another host.
    """
    base = public_url(config)
    return FeedFacts(
        domain=config.publish.domain or f"{archive_id[:16]}.newsarchive.invalid",
        since=config.publish.since or FIRST_DAY,
        title=config.publish.title,
        self_url=urljoin(base, "feed.xml"),
        page_url=base,
        hub_urls=hub_urls(config),
    )


def hub_urls(config: Config) -> tuple[str, ...]:
    """Return the hubs that the feed names: none where others do not reach it, as no hub could either."""
    return config.publish.hubs if config.web.public_url else ()


def public_url(config: Config) -> str:
    """Return the address of the pages, with a slash at its end."""
    web = config.web
    if web.public_url:
        return web.public_url.rstrip("/") + "/"
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(web.host, web.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{web.port}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The entries' bytes of a document, newest first, and which of them they are."""

    parts: tuple[bytes, ...]
    entries: tuple[PublishedEntry, ...]
    n_whole: int


def latest(entries: Iterable[PublishedEntry]) -> tuple[PublishedEntry, ...]:
    """Return the last instance of each article, highest seq first."""
    by_id: dict[str, PublishedEntry] = {}
    for entry in entries:
        known = by_id.get(entry.article_id)
        if known is None or known.seq < entry.seq:
            by_id[entry.article_id] = entry
    return tuple(sorted(by_id.values(), key=lambda entry: -entry.seq))


def standing(entries: Iterable[PublishedEntry]) -> tuple[PublishedEntry, ...]:
    """Return what may stand in a subscription document: the last instance of each id, highest seq first.

    Of the backlog of one feed only the newest BACKLOG_ENTRIES by date stay; the others are in the archive pages.
    """
    last = latest(entries)
    shown = {seq for backlog in _backlogs(last) for seq in backlog[:BACKLOG_ENTRIES]}
    return tuple(
        entry for entry in last if entry.kind is not PublicationKind.BACKLOG or entry.seq in shown
    )


def fill(
    entries: Sequence[PublishedEntry], *, n_head_bytes: int, whole: RenderEntry, short: RenderEntry
) -> Filled:
    """Render `entries` (highest seq first) until the document is full.

    The first stand whole up to WHOLE_BYTES, those of the last day that follow with a summary up to DOCUMENT_BYTES
    and DOCUMENT_ENTRIES. `n_head_bytes` is what the rest of the document takes.
    """
    parts: list[bytes] = []
    taken: list[PublishedEntry] = []
    n_bytes, n_whole, is_whole = n_head_bytes, 0, True
    recent_at = entries[0].updated_at - RECENT if entries else None
    for entry in entries[:DOCUMENT_ENTRIES]:
        part = whole(entry) if is_whole else b""
        if is_whole and len(part) <= LARGEST_WHOLE_BYTES and n_bytes + len(part) > WHOLE_BYTES:
            is_whole = False
        if not is_whole and not _is_recent(entry, recent_at):
            continue
        if not is_whole or len(part) > LARGEST_WHOLE_BYTES:
            part = short(entry)
        else:
            n_whole += 1
        if n_bytes + len(part) > DOCUMENT_BYTES:
            break
        parts.append(part)
        taken.append(entry)
        n_bytes += len(part)
    return Filled(parts=tuple(parts), entries=tuple(taken), n_whole=n_whole)


def fill_whole(entries: Sequence[PublishedEntry], *, whole: RenderEntry) -> Filled:
    """Render all of `entries` whole: a closed archive page holds what it was closed with, however large."""
    return Filled(
        parts=tuple(whole(entry) for entry in entries), entries=tuple(entries), n_whole=len(entries)
    )


def updated_at(entries: Sequence[PublishedEntry], facts: FeedFacts) -> datetime:
    """Return the document's own `updated`: the latest of its entries; of an empty one, the day its ids begin."""
    start = datetime.fromisoformat(f"{facts.since.isoformat()}T00:00:00+00:00")
    return max((entry.updated_at for entry in entries), default=start)


def _is_recent(entry: PublishedEntry, recent_at: datetime | None) -> bool:
    return recent_at is not None and entry.updated_at >= recent_at


def _backlogs(entries: Iterable[PublishedEntry]) -> Iterable[list[int]]:
    """Return the seqs of each feed's backlog, the newest article first."""
    by_feed: dict[str, list[PublishedEntry]] = {}
    for entry in entries:
        if entry.kind is PublicationKind.BACKLOG:
            by_feed.setdefault(entry.origin_name, []).append(entry)
    for backlog in by_feed.values():
        backlog.sort(key=lambda entry: (_written_at(entry), entry.seq), reverse=True)
        yield [entry.seq for entry in backlog]


def _written_at(entry: PublishedEntry) -> datetime:
    return entry.revision.published_at or entry.first_seen_at
