"""One host's turn under its lease: its due feeds, then its due pages, one request after another.

Called by `ingest.engine`. Every outcome is deposited before the next request, so that a kill loses at most the one in
flight, and its validators with it. A turn ends after a minute, and as soon as its host hangs: what is still due there
waits in line again, behind those who wait already. While others wait, a silent host is let go before anything of it is
known, and pages wait until the feeds of all have been asked (docs/decisions/0015).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from archive.model.outcome import (
    Deposited,
    Exchange,
    FeedFailed,
    FeedJob,
    FeedOutcome,
    FeedParsed,
    Outcome,
    PageFailed,
    PageJob,
    PageOutcome,
    PageRead,
    Reason,
)
from archive.model.site import SiteRules
from archive.model.stated import ArticlePage, ParsedFeed
from archive.store.frontier import MAX_FEEDS_A_TURN, PARKED_AFTER_CLAIMS, HostLease, Release
from ingest.network import Network
from ingest.pace import is_silent
from ingest.poll import Fetcher, Parser, poll_feed, read_page, refused_by_robots
from ingest.room import BYTES_A_BYTE, Place, Room
from ingest.wire.patience import AnswerTimes, Patience
from ingest.wire.robots import RobotsCache

log = structlog.get_logger("newsarchive")

MAX_ROUNDS = 50
"""Batches of a turn before the host goes back in line (20 feeds or 20 pages each), however fast they go."""

TURN_S = 60
"""How long a turn goes on asking (SERVICE). Its last request may take another minute: the lease holds for three."""

PUT_OFFS = 2
"""So often a host is let go without an outcome, the second time after longer; from then on it is a slow one."""

PATIENCE_GROWS = 4
"""So many times as long the second time: ten times the median."""

REST_S = 300
"""How long a host rests after its turn failed by a fault of ours, so that the same fault is not met every 2 s."""


class Ledger(Protocol):
    """The writing side as a turn sees it: `ingest.engine.Writer`."""

    async def deposit(self, outcome: Outcome) -> Deposited:
        """Commit one outcome, together with others that wait; returns once it is durable."""
        ...

    async def due_work(
        self, lease: HostLease, only: Collection[int] | None
    ) -> tuple[tuple[FeedJob, ...], tuple[PageJob, ...], HostLease | None]:
        """Claim what is due at the host and renew its lease (None: another owner has it)."""
        ...

    async def release(self, ended: Release) -> None:
        """Give the host back."""
        ...


class Turn:
    """What turns have in common: how to fetch, parse, check robots and deposit."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        parser: Parser,
        ledger: Ledger,
        robots: RobotsCache,
        rules_for: Callable[[str], SiteRules | None],
        clock: Callable[[], datetime],
        on_deposit: Callable[[Deposited], None] = lambda deposited: None,
        room: Room | None = None,
        network: Network | None = None,
    ) -> None:
        self._room = room or Room()
        self._fetcher = fetcher
        self._parser = parser
        self._ledger = ledger
        self._robots = robots
        self._rules_for = rules_for
        self._clock = clock
        self._on_deposit = on_deposit
        self.network = network or Network(clock)
        self._answers = AnswerTimes()
        """Of hosts that were not let go before and are not slow: those are asked apart from the others."""
        self._put_off: dict[int, int] = {}
        """How often hosts that wait to be asked again have been let go. A restart begins anew."""
        self.is_stopping = False
        self.others_wait = False

    @property
    def fetcher(self) -> Fetcher:
        """Return what fetches, for those who ask beside the turns (hubs)."""
        return self._fetcher

    @property
    def parser(self) -> Parser:
        """Return what parses under limits, for documents that came another way (pushes)."""
        return self._parser

    async def take(self, lease: HostLease, only: Collection[int] | None = None) -> bool:
        """Do what is due at a host, for a minute at most, then release it.

        True when feeds of it wait until nothing else is under way (`frontier.due_feeds`).
        """
        held: HostLease | None = lease
        host = _Host(lease=lease, ends_at=self._clock() + timedelta(seconds=TURN_S))
        rest_s = 0
        try:
            for _ in range(MAX_ROUNDS):
                feeds, pages, held = await self._ledger.due_work(lease, only)
                if held is None or not (feeds or pages):
                    break
                host.unasked.update(job.feed_id for job in feeds)
                host.unasked_pages.update(page.task_id for page in pages)
                if pages and host.n_polled and self.others_wait:
                    break  # their feeds first
                if not await self._do(feeds, pages, host):
                    break
        except Exception:
            rest_s = REST_S
            raise
        finally:
            if held is not None:
                await self._ledger.release(
                    Release(
                        lease=held,
                        is_slow=None if self.network.is_away else host.is_slow,
                        # Behind those who wait already.
                        not_before=self._clock() + timedelta(seconds=rest_s),
                        unasked=tuple(host.unasked),
                        unasked_pages=tuple(host.unasked_pages),
                    )
                )
        return held is not None and held.suspects_wait

    async def _do(
        self, feeds: tuple[FeedJob, ...], pages: tuple[PageJob, ...], host: "_Host"
    ) -> bool:
        """Carry jobs out in order; False when the host should be left alone, or has nothing more that is due now.

        What else is due there (a page to try again) is found when the host is claimed next, a tick later.
        """
        has_more = bool(pages) or len(feeds) >= MAX_FEEDS_A_TURN
        jobs: tuple[FeedJob | PageJob, ...] = (*feeds, *pages)
        for job in jobs:
            if self.is_stopping or self._clock() >= host.ends_at:
                return False
            match job:
                case FeedJob():
                    deposited = await self._poll(job, host)
                    if deposited is None:
                        return False
                    host.unasked.discard(job.feed_id)
                    host.n_polled += 1
                case PageJob():
                    deposited = await self._read_page(job)
                    if deposited is None:
                        return False
                    host.unasked_pages.discard(job.task_id)
            host.note(deposited)
            if deposited.is_fenced or host.is_slow or _asked_to_wait(deposited):
                return False
            if self.network.is_away:
                return False
            has_more |= bool(deposited.n_new + deposited.n_joined + deposited.n_revised)
        return has_more

    async def _poll(self, job: FeedJob, host: "_Host") -> Deposited | None:
        """Poll a feed and deposit what came of it; None when it was put off."""
        patience = self._patience_with(host)
        async with self._room.place() as place:
            parser = _Weighing(self._parser, place)
            outcome = await poll_feed(
                job, self._fetcher, parser, clock=self._clock, patience=patience
            )
            if isinstance(outcome.result, FeedFailed) and outcome.result.is_put_off:
                assert patience is not None
                self._note_put_off(job, host, patience)
                return None
            was_put_off = self._put_off.pop(job.host_id, 0)
            if outcome.exchange.status is not None and not (was_put_off or host.lease.is_slow):
                self._answers.note(outcome.exchange.elapsed_s)
            self.network.note(outcome)
            return await self._deposit(outcome)

    def _patience_with(self, host: "_Host") -> Patience | None:
        """Return how long a host is borne with while others wait; None for as long as the wire allows."""
        if host.lease.is_slow or host.lease.is_alone:
            return None
        longer = PATIENCE_GROWS ** self._put_off.get(host.lease.host_id, 0)
        return Patience(self._answers.patience_s * longer, lambda: self.others_wait)

    def _note_put_off(self, job: FeedJob, host: "_Host", patience: Patience) -> None:
        n_before = self._put_off.pop(job.host_id, 0)
        if n_before == 0:
            self._answers.note(patience.seconds)
        if n_before + 1 < PUT_OFFS:
            self._put_off[job.host_id] = n_before + 1
        else:
            host.is_slow = True
        log.info("poll_put_off", feed=job.name, silent_s=round(patience.seconds, 3))

    async def _read_page(self, job: PageJob) -> Deposited | None:
        """Read a page and deposit what came of it; None when that was nothing, as the network is away."""
        refused = _given_up(job, self._clock()) or await refused_by_robots(
            job, self._robots, clock=self._clock
        )
        if refused is not None:
            return await self._deposit_page(refused)
        async with self._room.place() as place:
            outcome = await read_page(
                job,
                self._fetcher,
                _Weighing(self._parser, place),
                rules_for=self._rules_for,
                clock=self._clock,
                robots=self._robots,
            )
            return await self._deposit_page(outcome)

    async def _deposit_page(self, outcome: PageOutcome) -> Deposited | None:
        """Deposit an outcome; of the few tries that a page has, none is lost to a network of ours that is away."""
        self.network.note(outcome)
        result = outcome.result
        if self.network.is_away and isinstance(result, PageFailed) and not result.final:
            return None
        return await self._deposit(outcome)

    async def _deposit(self, outcome: Outcome) -> Deposited:
        deposited = without_documents(await self._ledger.deposit(outcome))
        if not (self.network.is_away and is_silent(outcome.exchange, outcome.result)):
            log_outcome(deposited)  # that the network is away was said once
        self._on_deposit(deposited)
        return deposited


@dataclass(slots=True)
class _Host:
    """What a turn knows of its host: when it ends, whether the last answer did not come in time, how many feeds it
    has polled, and the feeds and page tasks that it has claimed and that have no outcome yet.
    """

    lease: HostLease
    ends_at: datetime
    is_slow: bool | None = None
    n_polled: int = 0
    unasked: set[int] = field(default_factory=set)
    unasked_pages: set[int] = field(default_factory=set)

    def note(self, deposited: Deposited) -> None:
        """Note how its last answer came; what was never asked says nothing."""
        if _timed_out(deposited):
            self.is_slow = True
        elif deposited.outcome.exchange.status is not None:
            self.is_slow = False


class _Weighing:
    """The parsers, with a document's weight taken as soon as it is there."""

    def __init__(self, parser: Parser, place: Place) -> None:
        self._parser = parser
        self._place = place

    async def parse_feed(
        self, body: bytes, url: str, content_type: str | None, known: frozenset[bytes]
    ) -> ParsedFeed:
        self._place.holds(len(body) * BYTES_A_BYTE)
        return await self._parser.parse_feed(body, url, content_type, known)

    async def parse_page(
        self,
        body: bytes,
        url: str,
        fetched_at: datetime,
        content_type: str | None,
        rules: SiteRules | None,
    ) -> ArticlePage:
        self._place.holds(len(body) * BYTES_A_BYTE)
        return await self._parser.parse_page(body, url, fetched_at, content_type, rules)


def _given_up(job: PageJob, at: datetime) -> PageOutcome | None:
    """Return the outcome of a page that was asked alone in the process, and that no process has survived."""
    if job.n_claims < PARKED_AFTER_CLAIMS:
        return None
    return PageOutcome(
        job=job,
        exchange=Exchange(requested_url=job.url, url=job.url, started_at=at),
        result=PageFailed(
            reason=Reason.PARSE_LIMIT,
            detail=f"asked {job.n_claims} times without an outcome, the last time alone: "
            "it seems to end the whole process",
            final=True,
        ),
    )


def without_documents(deposited: Deposited) -> Deposited:
    """Return a deposit without the bodies and texts that are in the archive now: who is told may keep it for long."""
    outcome = deposited.outcome
    match outcome:
        case FeedOutcome(result=FeedParsed() as parsed):
            light = replace(parsed, body=b"", parsed=replace(parsed.parsed, entries=()))
            return replace(deposited, outcome=replace(outcome, result=light))
        case PageOutcome(result=PageRead() as read):
            page = replace(read.page, text=None, html=None)
            return replace(
                deposited, outcome=replace(outcome, result=replace(read, body=b"", page=page))
            )
        case FeedOutcome(result=FeedFailed(body=bytes()) as failed):
            return replace(deposited, outcome=replace(outcome, result=replace(failed, body=None)))
        case PageOutcome(result=PageFailed(body=bytes()) as failed_page):
            return replace(
                deposited, outcome=replace(outcome, result=replace(failed_page, body=None))
            )
    return deposited


def _timed_out(deposited: Deposited) -> bool:
    match deposited.outcome.result:
        case FeedFailed(reason=Reason.TIMEOUT) | PageFailed(reason=Reason.TIMEOUT):
            return True
    return False


def _asked_to_wait(deposited: Deposited) -> bool:
    """Tell whether the server asked to be left alone: by a Retry-After, or by a status that holds the whole host."""
    if deposited.schedule is not None and deposited.schedule.host_hold_s:
        return True
    match deposited.outcome.result:
        case (
            FeedFailed(retry_after_s=int())
            | PageFailed(retry_after_s=int())
            | PageRead(retry_after_s=int())
        ):
            return True
    return False


def log_outcome(deposited: Deposited) -> None:
    """Log one line a poll or page, keys with units (STYLE 10)."""
    outcome = deposited.outcome
    exchange = outcome.exchange
    facts: dict[str, object] = {
        "status": exchange.status,
        "elapsed_s": round(exchange.elapsed_s, 3),
        "n_bytes": exchange.n_wire_bytes,
    }
    if deposited.is_fenced:
        log.warning("outcome_fenced", host=outcome.job.host, **facts)
        return
    match outcome:
        case FeedOutcome(job=job, result=FeedFailed() as failed):
            next_at = deposited.schedule.next_poll_at if deposited.schedule else None
            log.warning(
                "poll_failed",
                feed=job.name,
                reason=str(failed.reason),
                detail=failed.detail,
                next_poll_at=next_at.isoformat(timespec="seconds") if next_at else None,
                **facts,
            )
        case FeedOutcome(job=job):
            log.info(
                "poll_done",
                feed=job.name,
                new=deposited.n_new,
                revised=deposited.n_revised,
                joined=deposited.n_joined,
                seen=deposited.n_seen,
                rejected=deposited.n_rejected,
                **facts,
            )
        case PageOutcome(job=page_job, result=PageFailed() as failure):
            log.info(
                "page_failed",
                host=page_job.host,
                task=page_job.task_id,
                reason=str(failure.reason),
                **facts,
            )
        case PageOutcome(job=page_job, result=PageRead(page=page)):
            wall = page.wall.kind.value if page.wall else None
            log.info("page_done", host=page_job.host, task=page_job.task_id, wall=wall, **facts)
