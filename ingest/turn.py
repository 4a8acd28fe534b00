"""One host's turn under its lease: its due feeds, then its due pages, one request after another.

Called by `ingest.engine`. Every outcome is deposited before the next request, so that a kill loses at most the one in
flight, and its validators with it.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

import structlog

from archive.model.outcome import (
    Deposited,
    Exchange,
    FeedFailed,
    FeedJob,
    FeedOutcome,
    Outcome,
    PageFailed,
    PageJob,
    PageOutcome,
    PageRead,
    Reason,
)
from archive.model.site import SiteRules
from archive.store.frontier import MAX_FEEDS_A_TURN, HostLease
from ingest.poll import Fetcher, Parser, poll_feed, read_page
from ingest.wire.robots import RobotsCache

log = structlog.get_logger("newsarchive")

MAX_ROUNDS = 50
"""Batches of a turn before the host goes back in line (20 feeds and 20 pages each)."""


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

    async def release(self, lease: HostLease) -> None:
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
    ) -> None:
        self._fetcher = fetcher
        self._parser = parser
        self._ledger = ledger
        self._robots = robots
        self._rules_for = rules_for
        self._clock = clock
        self._on_deposit = on_deposit
        self.is_stopping = False

    @property
    def fetcher(self) -> Fetcher:
        """Return what fetches, for those who ask beside the turns (hubs)."""
        return self._fetcher

    @property
    def parser(self) -> Parser:
        """Return what parses under limits, for documents that came another way (pushes)."""
        return self._parser

    async def take(self, lease: HostLease, only: Collection[int] | None = None) -> None:
        """Do all that is due at a host, then release it."""
        held: HostLease | None = lease
        try:
            for _ in range(MAX_ROUNDS):
                feeds, pages, held = await self._ledger.due_work(lease, only)
                if held is None or not (feeds or pages):
                    break
                if not await self._do(feeds, pages):
                    break
        finally:
            if held is not None:
                await self._ledger.release(lease)

    async def _do(self, feeds: tuple[FeedJob, ...], pages: tuple[PageJob, ...]) -> bool:
        """Carry jobs out in order; False when the host should be left alone, or has nothing more that is due now.

        What else is due there (a page to try again) is found when the host is claimed next, a tick later.
        """
        has_more = bool(pages) or len(feeds) >= MAX_FEEDS_A_TURN
        for job in feeds:
            if self.is_stopping:
                return False
            outcome = await poll_feed(job, self._fetcher, self._parser, clock=self._clock)
            deposited = await self._deposit(outcome)
            if deposited.is_fenced or _asked_to_wait(deposited):
                return False
            has_more |= bool(deposited.n_new + deposited.n_joined + deposited.n_revised)
        for page_job in pages:
            if self.is_stopping:
                return False
            page_outcome = await self._read(page_job)
            deposited = await self._deposit(page_outcome)
            if deposited.is_fenced or _asked_to_wait(deposited):
                return False
        return has_more

    async def _read(self, job: PageJob) -> PageOutcome:
        refused = await self._robots_refuse(job)
        if refused is not None:
            return refused
        return await read_page(
            job, self._fetcher, self._parser, rules_for=self._rules_for, clock=self._clock
        )

    async def _robots_refuse(self, job: PageJob) -> PageOutcome | None:
        """Return the outcome of a page that its site's robots.txt keeps from us, None for one that may be asked."""
        try:
            robots = await self._robots.of(
                job.url, operator_url=job.feed_url, verify_tls=job.verify_tls
            )
            if robots.allowed(job.url):
                return None
            # A robots.txt that could not be read says nothing for ever: the page is tried again.
            final = robots.rules is not None
            detail = (
                "its site's robots.txt asks us not to fetch it"
                if final
                else "its site's robots.txt could not be read"
            )
        except ValueError as error:
            final, detail = True, str(error)
        return PageOutcome(
            job=job,
            exchange=Exchange(requested_url=job.url, url=job.url, started_at=self._clock()),
            result=PageFailed(reason=Reason.ROBOTS, detail=detail, final=final),
        )

    async def _deposit(self, outcome: Outcome) -> Deposited:
        deposited = await self._ledger.deposit(outcome)
        log_outcome(deposited)
        self._on_deposit(deposited)
        return deposited


def _asked_to_wait(deposited: Deposited) -> bool:
    """Tell whether the server asked to be left alone: by a Retry-After, or by a status that holds the whole host."""
    if deposited.schedule is not None and deposited.schedule.host_hold_s:
        return True
    match deposited.outcome.result:
        case FeedFailed(retry_after_s=int()) | PageFailed(retry_after_s=int()):
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
