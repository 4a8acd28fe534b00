"""One poll, or one page, in one transaction: everything it changed, or nothing.

The sandwich (STYLE 3): read what is known, decide (pure, `archive.identity`), write the changes. Each outcome has a
savepoint of its own: one that was fenced or that fails leaves its neighbours alone. Validators are written
with the entries they belong to, never before. Called by `Store.deposit` alone.
"""

import json
import sqlite3
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.model.outcome import (
    Deposited,
    FeedFailed,
    FeedJob,
    FeedOutcome,
    FeedParsed,
    FeedUnchanged,
    Outcome,
    PageFailed,
    PageOutcome,
    PageRead,
    Reason,
    Schedule,
    Validators,
)
from archive.model.push import PushOutcome
from archive.store import frontier, moving, subscriptions, websub
from archive.store.bodies import Bodies
from archive.store.entries import EntryDeposit
from archive.store.index import Indexer
from archive.store.instants import NEVER, to_us
from archive.store.pages import PageDeposit
from archive.store.policy import DepositPolicy
from archive.store.prepared import Prepared, driver_of
from archive.store.schema import body_uses, feeds, polls

Plan = Callable[..., Schedule]
"""`plan(job, exchange, result, *, now, n_new, n_overlap) -> Schedule`: when to poll next (`ingest.pace`)."""

UNCONDITIONAL_EVERY_S = 8 * 86_400
"""Once in 8 days a poll without validators: some servers say 304 for ever (WIRE)."""

PARKED_AFTER_DEATHS = 3
"""A feed that killed this many workers is parked and reported (SERVICE)."""


class Depositor:
    """Writes a group of outcomes; one for each `Store.deposit`."""

    def __init__(
        self,
        *,
        bodies: Bodies,
        indexer: Indexer,
        now: datetime,
        plan: Plan,
        policy: DepositPolicy,
    ) -> None:
        self._bodies = bodies
        self._indexer = indexer
        self._now = now
        self._now_us = to_us(now)
        self._plan = plan
        self._policy = policy

    def _name_body(
        self, connection: Connection, digest: bytes, used_by: str, owner_id: int
    ) -> None:
        if self._bodies.keeps:
            name_body(connection, digest, used_by, owner_id, at_us=self._now_us)

    def deposit(self, connection: Connection, outcome: Outcome) -> Deposited:
        """Write one outcome in its savepoint; a failure of ours is recorded as the feed's, and stops nothing."""
        try:
            with _savepoint(connection):
                return self._write(connection, outcome)
        except (sa.exc.OperationalError, sqlite3.OperationalError):
            raise  # the disk or the lock: nothing can be written, the whole group is for another time
        except Exception as error:  # noqa: BLE001  # one outcome never sinks its group (SERVICE); it is recorded below
            # Its words went with its savepoint. Those of its neighbours are forgotten too, which costs a look-up.
            self._indexer.rollback()
            failed = _failure_of(outcome, error)
            with _savepoint(connection):
                return replace(self._write(connection, failed), notes=(traceback.format_exc(),))

    def _write(self, connection: Connection, outcome: Outcome) -> Deposited:
        if not frontier.holds(connection, outcome.job.host_id, outcome.job.epoch):
            return Deposited(outcome=outcome, is_fenced=True)
        match outcome:
            case FeedOutcome():
                return self._write_feed(connection, outcome)
            case PageOutcome():
                return self._write_page(connection, outcome)

    # ---- feeds -----------------------------------------------------------------------------------

    def _write_feed(self, connection: Connection, outcome: FeedOutcome) -> Deposited:
        deposited = Deposited(outcome=outcome)
        values: dict[str, Any]
        n_overlap: int | None = None
        n_again = 0
        match outcome.result:
            case FeedParsed() as parsed:
                if parsed.parsed.entries:
                    self._name_body(connection, parsed.body_digest, "feed", outcome.job.feed_id)
                entries = EntryDeposit(
                    connection,
                    outcome.job,
                    parsed,
                    indexer=self._indexer,
                    now=self._now,
                    policy=self._policy,
                )
                deposited = entries.write(outcome)
                # Nothing in common with an empty window is no rollover, and says nothing of the rhythm.
                n_overlap = entries.n_overlap or (0 if deposited.rolled_over else None)
                n_again = entries.n_again
                values = self._values_after_parse(outcome.job, parsed)
            case FeedUnchanged() as unchanged:
                values = {
                    "window_confirmed_at": self._now_us,
                    **self._validators(outcome.job, unchanged.validators),
                }
                if not unchanged.not_modified:
                    values["unconditional_at"] = self._next_unconditional(outcome.job)
                n_overlap = None
            case FeedFailed() as failed:
                values = self._values_after_failure(connection, outcome.job, failed)
        n_news = deposited.n_new + deposited.n_joined - n_again
        if outcome.job.is_pushed and n_news:
            websub.note_missed(connection, outcome.job.feed_id, now=self._now)
        schedule = self._plan(
            outcome.job,
            outcome.exchange,
            outcome.result,
            now=self._now,
            n_new=n_news,
            n_overlap=n_overlap,
        )
        self._write_schedule(connection, outcome, values, schedule)
        moved = moving.follow(connection, outcome, now=self._now)
        deposited = replace(deposited, schedule=schedule)
        self._log_poll(connection, deposited, note=moved.sentence if moved else schedule.note)
        return deposited

    def _values_after_parse(self, job: FeedJob, result: FeedParsed) -> dict[str, object]:
        parsed = result.parsed
        pacing = {
            "ttl_s": parsed.ttl_s,
            "skip_hours": list(parsed.skip_hours),
            "skip_days": list(parsed.skip_days),
        }
        return {
            "stated_title": parsed.title,
            "site_url": parsed.site_url,
            "self_url": parsed.self_url,
            "icon_url": parsed.icon_url,
            "language": parsed.language,
            "hub_urls": json.dumps(list(parsed.hub_urls)),
            "pacing": json.dumps({key: value for key, value in pacing.items() if value}),
            "body_digest": result.body_digest,
            "parser_version": self._policy.parser_version,
            "window_confirmed_at": self._now_us,
            "unconditional_at": self._next_unconditional(job),
            **self._validators(job, result.validators),
        }

    def _validators(self, job: FeedJob, validators: Validators | None) -> dict[str, object]:
        """Overwrite both on every good 200, also with nothing; a 304 without any leaves them (WIRE)."""
        if validators is None:
            return {}
        return {
            "etag": validators.etag,
            "last_modified": validators.last_modified,
            "validators_url": validators.url,
        }

    def _next_unconditional(self, job: FeedJob) -> int:
        # Spread by the feed's id, so that a list subscribed in one go is not re-read whole in one hour.
        jitter_s = job.feed_id * 7_919 % 43_200
        return to_us(self._now + timedelta(seconds=UNCONDITIONAL_EVERY_S - jitter_s))

    def _values_after_failure(
        self, connection: Connection, job: FeedJob, failed: FeedFailed
    ) -> dict[str, Any]:
        values: dict[str, Any] = {
            "last_reason": str(failed.reason),
            "last_detail": failed.detail,
        }
        if failed.worker_died:
            n_deaths = 1 + (
                connection.scalar(
                    sa.select(feeds.c.n_worker_deaths).where(feeds.c.id == job.feed_id)
                )
                or 0
            )
            values["n_worker_deaths"] = n_deaths
        return values

    def _write_schedule(
        self,
        connection: Connection,
        outcome: FeedOutcome,
        values: dict[str, Any],
        schedule: Schedule,
    ) -> None:
        job = outcome.job
        if not isinstance(outcome.result, FeedFailed):
            values |= {"last_good_at": self._now_us, "n_worker_deaths": 0}
            if outcome.exchange.permanent_url is None:
                values["move"] = "{}"  # the old address answers for itself again
            values |= {"last_reason": None, "last_detail": None}
        state = _STATE.one(connection, of_feed=job.feed_id).state
        state = _next_state(state, schedule.state, values.get("n_worker_deaths", 0))
        is_polled = state in subscriptions.POLLED_STATES
        values |= {
            "state": state,
            "next_poll_at": to_us(schedule.next_poll_at) if is_polled else NEVER,
            "rhythm": frontier.rhythm_json(schedule.rhythm),
            "n_failures": schedule.rhythm.n_failures,
            "reasons": json.dumps(list(schedule.reasons), ensure_ascii=False),
            "last_poll_at": self._now_us,
            "attempts": 0,
        }
        _feed_update(tuple(values)).write(connection, of_feed=job.feed_id, **values)
        if schedule.host_hold_s:
            hold_until = to_us(self._now + timedelta(seconds=schedule.host_hold_s))
            host_id = moving.host_that_answered(connection, outcome)
            frontier.hold(connection, host_id, until_us=hold_until)

    def _log_poll(self, connection: Connection, deposited: Deposited, *, note: str | None) -> None:
        outcome = deposited.outcome
        assert isinstance(outcome, FeedOutcome)
        detail = note
        match outcome.result:
            case FeedParsed():
                result = "parsed"
            case FeedUnchanged(not_modified=True):
                result = "not_modified"
            case FeedUnchanged():
                result = "unchanged"
            case FeedFailed() as failed:
                result = str(failed.reason)
                detail = failed.detail if note is None else f"{failed.detail}; {note}"
        _INSERT_POLL.write(
            connection,
            feed_id=outcome.job.feed_id,
            started_at=to_us(outcome.exchange.started_at),
            result=result,
            status=outcome.exchange.status,
            detail=detail,
            elapsed_us=int(outcome.exchange.elapsed_s * 1_000_000),
            n_wire_bytes=outcome.exchange.n_wire_bytes,
            n_new=deposited.n_new,
            n_revised=deposited.n_revised,
            n_joined=deposited.n_joined,
            n_seen=deposited.n_seen,
            n_rejected=deposited.n_rejected,
            rolled_over=deposited.rolled_over,
        )

    # ---- pages -----------------------------------------------------------------------------------

    def _write_page(self, connection: Connection, outcome: PageOutcome) -> Deposited:
        page = PageDeposit(
            connection, outcome.job, indexer=self._indexer, now=self._now, policy=self._policy
        )
        match outcome.result:
            case PageRead() as read:
                self._name_body(connection, read.body_digest, "page", outcome.job.variant_id)
                return page.write(outcome, read)
            case PageFailed() as failed:
                return page.write_failure(outcome, failed)


def bodies_of(outcomes: Sequence[Outcome | PushOutcome]) -> list[tuple[bytes, str, bytes]]:
    """Return the raw bodies that outcomes will name: of pages, and of feed documents with something new."""
    kept: list[tuple[bytes, str, bytes]] = []
    for outcome in outcomes:
        match outcome.result:
            case FeedParsed(parsed=parsed, body=body, body_digest=digest) if parsed.entries:
                kept.append((digest, "feed", body))
            case PageRead(body=body, body_digest=digest):
                kept.append((digest, "page", body))
    return kept


def name_body(
    connection: Connection, digest: bytes, used_by: str, owner_id: int, *, at_us: int
) -> None:
    """Write whose body it is: also a wall's page, which no statement names, can then be found."""
    _INSERT_USE.write(connection, digest=digest, used_by=used_by, owner_id=owner_id, first_at=at_us)


_INSERT_USE: Final = Prepared(
    body_uses.insert()
    .prefix_with("OR IGNORE")
    .values({column.name: sa.bindparam(column.name) for column in body_uses.c})
)


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    """Take back what the block wrote when it raises, and nothing else of the transaction."""
    driver = driver_of(connection)
    driver.execute("SAVEPOINT outcome")
    try:
        yield
    except BaseException:
        driver.execute("ROLLBACK TO outcome")
        driver.execute("RELEASE outcome")
        raise
    driver.execute("RELEASE outcome")


# Those of every poll, 304s among them.
_STATE: Final = Prepared(sa.select(feeds.c.state).where(feeds.c.id == sa.bindparam("of_feed")))
_INSERT_POLL: Final = Prepared(
    polls.insert().values({c.name: sa.bindparam(c.name) for c in polls.c if c.name != "id"})
)


@lru_cache(maxsize=32)
def _feed_update(columns: tuple[str, ...]) -> Prepared:
    """Return the statement that sets these columns of a feed after a poll; there are a handful of such sets."""
    stated: dict[str, Any] = {column: sa.bindparam(column) for column in columns}
    return Prepared(
        sa.update(feeds)
        .where(feeds.c.id == sa.bindparam("of_feed"))
        .values(n_polls=feeds.c.n_polls + sa.literal_column("1"), **stated)
    )


def _next_state(held: str, planned: str | None, n_worker_deaths: int) -> str:
    """Return the state of a feed after a poll. What a person stopped, or has to look at, no poll changes."""
    if held in ("paused", "retired", "parked"):
        return held
    if n_worker_deaths >= PARKED_AFTER_DEATHS:
        return "parked"
    return planned or held


def _failure_of(outcome: Outcome, error: Exception) -> Outcome:
    """Return the outcome that records a fault of ours in place of one the archive could not take."""
    detail = f"the archive could not take it: {type(error).__name__}: {error}"
    match outcome:
        case FeedOutcome():
            return replace(outcome, result=FeedFailed(reason=Reason.DEPOSIT, detail=detail))
        case PageOutcome():
            return replace(outcome, result=PageFailed(reason=Reason.DEPOSIT, detail=detail))
