"""Reads a feed's history: from its document back, page by page, as backlog.

    feed ── older page ── older page ── ... ── the end, a limit, or ground that was read before
             └ asked under its host's lease, deposited, its mark moved on; then the lease is given back

Between two pages the feeds of the host may be polled, so a backfill delays nobody by more than one request. The
mark says where to go on. A later run begins at the feed again, for what has left its window since, and after two
pages of nothing new takes up the mark. On a first run known pages are no such ground: what was polled for months
is known, and what lies before it is not. Called by `feeds backfill`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from archive.identity.ids import strip_secrets
from archive.model.kept import FeedRow
from archive.model.outcome import Deposited, FeedFailed, FeedJob, FeedOutcome, FeedParsed
from archive.store.backfilling import BackfillMark, HostClosed
from archive.store.store import Store
from ingest.children import Onward
from ingest.feed.paging import RELATIONS, is_paged, older_page
from ingest.poll import Fetcher, Parser, poll_feed
from ingest.wire.links import links
from ingest.wire.result import Request

DULL_PAGES = 2
"""So many pages in a row that bring nothing end a leg: one may be all that a feed repeats on every page."""

_PATIENCE_S = 300
"""How long a host that another process asks is waited for, a second at a time; its lease lasts 180."""

_THROTTLED_S = 4 * 3_600
"""The wait of a 429 that names none, as for a feed's own (`ingest.pace`)."""

_NO_SUCH_PAGE = frozenset({400, 404, 410})


class End(StrEnum):
    """Why a backfill ended."""

    BOTTOM = "bottom"  # the last page names none further, or WordPress has no more
    REPEATS = "repeats"  # the server shows the same again, or leads in a circle
    KNOWN = "known"  # all below was read before
    LIMIT = "limit"
    SINCE = "since"
    NONE = "none"  # the feed names no older page
    FAILED = "failed"
    CLOSED = "closed"  # the server asked to be left alone, or another process asks it


COMPLETE = frozenset({End.BOTTOM, End.REPEATS, End.KNOWN})
"""Ends after which nothing is left to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """One page that was deposited. The dates are those of its oldest and newest entry, None where none is dated."""

    number: int
    n_entries: int
    deposited: Deposited
    oldest_at: datetime | None
    newest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfilled:
    """What a backfill came to; `detail` is a sentence for people where it failed or a host was closed."""

    end: End
    n_pages: int = 0
    n_new: int = 0
    n_joined: int = 0
    n_known: int = 0
    detail: str = ""


class _Closed(Exception):
    """The host is not ours to ask now; the text says until when."""


class Backfill:
    """One run over one feed that has been polled.

    `on_page` is told of every page once it is safe. `sleep` waits for a host that another process asks; the pauses
    between requests are the fetcher's.
    """

    def __init__(
        self,
        store: Store,
        feed: FeedRow,
        *,
        fetcher: Fetcher,
        parser: Parser,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[object]],
        owner: str,
        on_page: Callable[[PageRead], None] = lambda page: None,
    ) -> None:
        self._store = store
        self._feed = feed
        self._fetcher = fetcher
        self._parser = parser
        self._clock = clock
        self._sleep = sleep
        self._owner = owner
        self._on_page = on_page
        self._shown: set[tuple[str, str | None]] = set()
        self._asked: set[str] = set()
        self._sum = Backfilled(end=End.NONE)

    async def run(self, *, max_pages: int, since: datetime | None = None) -> Backfilled:
        """Read at most `max_pages`, and none older than `since`; what was read is kept however it ends."""
        try:
            head, _ = await self._ask(self._feed.url, is_page=False)
            if isinstance(head.result, FeedFailed):
                return replace(self._sum, end=End.FAILED, detail=head.result.detail)
            self._fresh_items(head)
            return await self._walk(_older_than(head), max_pages=max_pages, since=since)
        except _Closed as closed:
            return replace(self._sum, end=End.CLOSED, detail=str(closed))

    # ---- walking ---------------------------------------------------------------------------------

    async def _walk(self, url: str | None, *, max_pages: int, since: datetime | None) -> Backfilled:
        before = self._store.backfill_mark(self._feed.id)
        is_known_below = before is not None
        url = url or (before.next_url if before is not None else None)
        if url is None:
            return replace(self._sum, end=End.BOTTOM if before is not None else End.NONE)
        n_dull = 0
        while url is not None:
            if before is not None and url == before.next_url:
                is_known_below, n_dull = False, 0  # from here on nobody has read
            if url in self._asked:
                return self._ended(End.REPEATS)
            if self._sum.n_pages >= max_pages:
                return replace(self._sum, end=End.LIMIT)
            outcome, deposited = await self._ask(url)
            if deposited is None:
                return self._failed(outcome, url, is_first=not self._sum.n_pages and before is None)
            is_repeat = not self._fresh_items(outcome)
            is_known = is_known_below and not (
                deposited.n_new + deposited.n_joined + deposited.n_revised
            )
            n_dull = n_dull + 1 if is_repeat or is_known else 0
            page = self._count(outcome, deposited)
            url = _older_than(outcome)
            if not (is_known_below and n_dull):
                self._mark(url)
            self._on_page(page)
            if n_dull >= DULL_PAGES:
                if before is None or before.next_url is None or not is_known_below:
                    return self._ended(End.KNOWN if is_known else End.REPEATS)
                url, is_known_below, n_dull = before.next_url, False, 0
                self._mark(url)
            elif since is not None and page.newest_at is not None and page.newest_at < since:
                return replace(self._sum, end=End.SINCE if url is not None else End.BOTTOM)
        return self._ended(End.BOTTOM)

    def _ended(self, end: End) -> Backfilled:
        self._mark(None)
        return replace(self._sum, end=end)

    def _failed(self, outcome: FeedOutcome, url: str, *, is_first: bool) -> Backfilled:
        """Return what a page that did not come means: of those WordPress was asked for, the one after the last."""
        if is_paged(url) and outcome.exchange.status in _NO_SUCH_PAGE:
            return self._ended(End.BOTTOM)
        if is_first:
            self._mark(url)
        assert isinstance(outcome.result, FeedFailed)
        return replace(
            self._sum, end=End.FAILED, detail=f"{strip_secrets(url)}: {outcome.result.detail}"
        )

    def _mark(self, url: str | None) -> None:
        self._store.set_backfill_mark(self._feed.id, BackfillMark(next_url=url))

    def _fresh_items(self, outcome: FeedOutcome) -> bool:
        """Note what a document shows; tell whether this run had not seen some of it."""
        assert isinstance(outcome.result, FeedParsed)
        items = {(entry.guid, entry.url) for entry in outcome.result.parsed.entries}
        is_fresh = not items <= self._shown
        self._shown |= items
        return is_fresh

    def _count(self, outcome: FeedOutcome, deposited: Deposited) -> PageRead:
        assert isinstance(outcome.result, FeedParsed)
        entries = outcome.result.parsed.entries
        dates = [entry.published_at for entry in entries if entry.published_at is not None]
        self._sum = replace(
            self._sum,
            n_pages=self._sum.n_pages + 1,
            n_new=self._sum.n_new + deposited.n_new,
            n_joined=self._sum.n_joined + deposited.n_joined,
            n_known=self._sum.n_known + deposited.n_seen + deposited.n_revised,
        )
        return PageRead(
            number=self._sum.n_pages,
            n_entries=outcome.result.parsed.n_items,
            deposited=deposited,
            oldest_at=min(dates, default=None),
            newest_at=max(dates) if dates and len(dates) == len(entries) else None,
        )

    # ---- asking ----------------------------------------------------------------------------------

    async def _ask(self, url: str, *, is_page: bool = True) -> tuple[FeedOutcome, Deposited | None]:
        """Ask for one document under its host's lease, and deposit it if it is a page; the other is only read."""
        job = await self._lease(url)
        hold_s = 0
        try:
            vouched = job.written_url or job.url
            first = Request(url=job.url, operator_url=vouched, verify_tls=job.verify_tls)
            fetcher = Onward(self._fetcher.fetch, first)
            asked = await poll_feed(replace(job, url=url), fetcher, self._parser, clock=self._clock)
            outcome = replace(asked, job=job)
            self._asked |= {url, outcome.exchange.url}
            hold_s = _hold_s(outcome)
            if not is_page or not isinstance(outcome.result, FeedParsed):
                return outcome, None
            deposited = self._store.deposit_backfill(outcome, now=self._clock())
        finally:
            self._store.end_backfill_job(job, now=self._clock(), hold_s=hold_s)
        if deposited.is_fenced:
            raise _Closed("another process took the host meanwhile")
        return outcome, deposited

    async def _lease(self, url: str) -> FeedJob:
        for _ in range(_PATIENCE_S):
            held = self._store.lease_for_backfill(
                self._feed.id, url, now=self._clock(), owner=self._owner
            )
            if not isinstance(held, HostClosed):
                return held
            if held.is_held:
                raise _Closed(
                    f"its server asked to be left alone until {held.until_at:%Y-%m-%d %H:%M} UTC"
                )
            await self._sleep(1)
        raise _Closed("another process asks its server")


def _older_than(outcome: FeedOutcome) -> str | None:
    """Return where the page before this one is."""
    result, exchange = outcome.result, outcome.exchange
    assert isinstance(result, FeedParsed)
    stated = [
        next(iter(links(exchange.headers, relation, base=exchange.url)), None)
        for relation in RELATIONS
    ]
    return older_page(
        result.body,
        exchange.url,
        result.content_type,
        next_url=result.parsed.next_page_url if result.parsed.format.startswith("json") else None,
        header_links=stated,
    )


def _hold_s(outcome: FeedOutcome) -> int:
    """Return for how long the server asks to be left alone."""
    asked_s = outcome.exchange.retry_after_s
    return asked_s or (_THROTTLED_S if outcome.exchange.status == 429 else 0)
