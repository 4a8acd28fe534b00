"""`Store`: the only owner of transactions. Every write to an archive is one of its methods.

Each method is one transaction, whole or nothing, and may be repeated: a deposit that is written twice changes
nothing the second time. Writers on one archive take turns (BEGIN IMMEDIATE), so what a method reads still holds
when it writes. Reading for people goes through `archive.front`.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Self

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.errors import UsageError
from archive.model.hand import HandChange, Undoable
from archive.model.kept import FeedRow
from archive.model.outcome import Deposited, FeedJob, FeedOutcome, Outcome, PageJob
from archive.model.push import PushOutcome
from archive.store import (
    backfilling,
    comparing,
    correcting,
    frontier,
    indexing,
    pagetasks,
    reindexing,
    subscriptions,
    upkeep,
)
from archive.store import dump as dumping
from archive.store import undo as undoing
from archive.store.backfilling import BackfillMark, HostClosed
from archive.store.bodies import Bodies
from archive.store.comparing import Between
from archive.store.deposit import Depositor, Plan, bodies_of
from archive.store.erasing import Erased, Erasing
from archive.store.frontier import HostLease, Release
from archive.store.hand import HandDecision, named
from archive.store.index import Indexer
from archive.store.instants import to_at, to_us
from archive.store.naming import article_named
from archive.store.opening import READS, bodies_path_of, open_engine, path_of, unusable
from archive.store.pagetasks import MadeDue
from archive.store.policy import DepositPolicy
from archive.store.prepared import driver_of
from archive.store.pushing import NewsRhythm, PushDeposit
from archive.store.schema import feeds, meta
from archive.store.settle import SettlePolicy, settle
from archive.store.subscriptions import Subscription, Synced
from archive.words.tokens import WORDS_VERSION

__all__ = ["Plan", "Store", "Work"]

Work = tuple[tuple[FeedJob, ...], tuple[PageJob, ...], HostLease | None]
"""What is due at a host: feeds or, once none is, pages; and the lease as renewed (None: another owner has it)."""


class Store:
    """One archive, open for writing. Use as a context manager, or `close` it."""

    def __init__(
        self,
        engine: sa.Engine,
        bodies: Bodies,
        path: Path,
        *,
        policy: DepositPolicy | None = None,
    ) -> None:
        self._engine = engine
        self._bodies = bodies
        self._path = path
        self._policy = policy or DepositPolicy()
        self._indexer = Indexer()

    @classmethod
    def open(
        cls,
        url: str,
        *,
        create: bool = False,
        keep_bodies: bool = True,
        policy: DepositPolicy | None = None,
    ) -> Self:
        """Open an archive for writing (`url`: a path or sqlite:///PATH); with `create`, make it where none is.

        Raises ArchiveUnusable, NewerSchema, Busy, UsageError (an engine this version does not have).
        """
        path = path_of(url)
        engine = open_engine(url, create=create)
        return cls(engine, Bodies(bodies_path_of(path), keep=keep_bodies), path, policy=policy)

    @property
    def path(self) -> Path:
        """Return the archive's file."""
        return self._path

    @property
    def indexer(self) -> Indexer:
        """Return what writes this process's index rows; for use within `writing`."""
        return self._indexer

    def close(self) -> None:
        """Close the files."""
        self._bodies.close()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def writing(self, *, is_durable: bool = False) -> Iterator[Connection]:
        """One write transaction: committed when the block ends, rolled back when it raises.

        The caches of this process grow only after the commit. With `is_durable` the commit is on the disk, not only
        in its cache, when the block has ended. Database errors come out as ArchiveUnusable or Busy.
        """
        try:
            with (
                self._engine.connect() as connection,
                _synchronous(connection, full=is_durable),
                connection.begin(),
            ):
                yield connection
        except (sa.exc.DatabaseError, sqlite3.DatabaseError) as error:
            self._indexer.rollback()
            raise unusable(error, self._path) from error
        except BaseException:
            self._indexer.rollback()
            raise
        self._indexer.commit()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot for reading, which keeps no writer waiting."""
        try:
            with self._engine.connect() as connection:
                yield connection.execution_options(**READS)
        except sa.exc.DatabaseError as error:
            raise unusable(error, self._path) from error

    # ---- polling ---------------------------------------------------------------------------------

    def claim_hosts(
        self,
        *,
        now: datetime,
        owner: str,
        limit: int,
        slow_limit: int | None = None,
        only_feeds: Collection[int] | None = None,
        only_host: int | None = None,
    ) -> tuple[HostLease, ...]:
        """Lease due hosts, of them at most `slow_limit` that timed out last time.

        With `only_feeds`, those alone where one of these feeds or its pages is due; with `only_host` that one.
        """
        with self.writing() as connection:
            only = None if only_host is None else {only_host}
            if only_feeds is not None:
                only = frontier.hosts_with_work(connection, only_feeds, now=now)
            return frontier.claim_hosts(
                connection, now=now, owner=owner, limit=limit, slow_limit=slow_limit, only=only
            )

    def due_work(
        self,
        lease: HostLease,
        *,
        now: datetime,
        parser_version: int,
        only: Collection[int] | None = None,
    ) -> Work:
        """Renew a lease and claim what is due at its host: feeds first, then pages."""
        with self.writing() as connection:
            return _due_work(connection, lease, only, now=now, parser_version=parser_version)

    def write_turns(
        self,
        outcomes: Sequence[Outcome],
        released: Sequence[Release],
        asked: Sequence[tuple[HostLease, Collection[int] | None]],
        *,
        now: datetime,
        plan: Plan,
        parser_version: int,
    ) -> tuple[tuple[Deposited, ...], tuple[Work, ...]]:
        """Write what many turns bring at once: outcomes, hosts given back, and what is due at hosts that go on.

        One transaction for all: a poll that brought nothing costs a dozen statements, and a transaction of its own
        would double that. Each outcome still stands alone (`deposit`).
        """
        depositor = self._depositor(now=now, plan=plan)
        self._keep_bodies(outcomes, now=now)
        with self.writing() as connection:
            done = tuple(depositor.deposit(connection, outcome) for outcome in outcomes)
            for ended in released:
                frontier.release(connection, ended)
            work = tuple(
                _due_work(connection, lease, only, now=now, parser_version=parser_version)
                for lease, only in asked
            )
        return done, work

    def release(self, lease: HostLease) -> None:
        """Give a host back."""
        with self.writing() as connection:
            frontier.release(connection, Release(lease=lease))

    def make_due(self, feed_ids: Sequence[int], *, now: datetime) -> None:
        """Make feeds due at once."""
        with self.writing() as connection:
            frontier.make_due(connection, feed_ids, now=now)

    def next_due_at(self) -> datetime | None:
        """Return when something is due next."""
        with self.reading() as connection:
            return frontier.next_due_at(connection)

    def deposit(
        self, outcomes: Sequence[Outcome], *, now: datetime, plan: Plan
    ) -> tuple[Deposited, ...]:
        """Write outcomes, each whole or not at all, in one transaction; returns what each changed, in order.

        `plan` (`ingest.pace.plan`, bound to its settings) says when a feed is polled next. An outcome whose lease was
        lost is fenced: not written, `is_fenced`. One that the archive cannot take is recorded as that feed's
        failure. Bodies are committed before the transaction that names them.
        """
        depositor = self._depositor(now=now, plan=plan)
        self._keep_bodies(outcomes, now=now)
        with self.writing() as connection:
            return tuple(depositor.deposit(connection, outcome) for outcome in outcomes)

    def _depositor(self, *, now: datetime, plan: Plan) -> Depositor:
        return Depositor(
            bodies=self._bodies, indexer=self._indexer, now=now, plan=plan, policy=self._policy
        )

    def deposit_push(
        self, push: PushOutcome, *, now: datetime, after_news: NewsRhythm
    ) -> Deposited | None:
        """Write what a hub pushed, and answer its letter; None while its feed is being polled: it is for later.

        `after_news` is `ingest.pace.after_news`. What comes back fenced was not written: it was answered already, or
        its feed is not polled either.
        """
        self._keep_bodies([push], now=now)
        with self.writing() as connection:
            return PushDeposit(
                connection,
                push,
                indexer=self._indexer,
                now=now,
                policy=self._policy,
                after_news=after_news,
                names_body=self._bodies.keeps,
            ).write()

    # ---- backfill --------------------------------------------------------------------------------

    def lease_for_backfill(
        self, feed_id: int, url: str, *, now: datetime, owner: str
    ) -> FeedJob | HostClosed:
        """Claim the host of a page of a feed's history, and return the job of asking it."""
        with self.writing() as connection:
            return backfilling.lease(connection, feed_id, url, now=now, owner=owner)

    def end_backfill_job(self, job: FeedJob, *, now: datetime, hold_s: int = 0) -> None:
        """Give its host back; with `hold_s` it is left alone for so long."""
        with self.writing() as connection:
            backfilling.release(connection, job, now=now, hold_s=hold_s)

    def deposit_backfill(self, outcome: FeedOutcome, *, now: datetime) -> Deposited:
        """Write a page of a feed's history as backlog: nothing of the feed itself is changed by it."""
        self._keep_bodies([outcome], now=now)
        with self.writing() as connection:
            return backfilling.deposit(
                connection,
                outcome,
                indexer=self._indexer,
                bodies=self._bodies,
                now=now,
                policy=self._policy,
            )

    def backfill_mark(self, feed_id: int) -> BackfillMark | None:
        """Return how far a feed's history was read."""
        with self.reading() as connection:
            return backfilling.mark_of(connection, feed_id)

    def set_backfill_mark(self, feed_id: int, mark: BackfillMark) -> None:
        """Keep how far a feed's history was read."""
        with self.writing() as connection:
            backfilling.set_mark(connection, feed_id, mark)

    def _keep_bodies(self, outcomes: Sequence[Outcome | PushOutcome], *, now: datetime) -> None:
        try:
            self._bodies.put(bodies_of(outcomes), stored_at=to_us(now))
        except sqlite3.DatabaseError as error:
            raise unusable(error, bodies_path_of(self._path)) from error

    # ---- feeds -----------------------------------------------------------------------------------

    def add_feed(self, wanted: Subscription, *, now: datetime) -> tuple[FeedRow, bool]:
        """Subscribe; returns the feed and whether it is new."""
        with self.writing() as connection:
            feed_id, is_new = subscriptions.add(connection, wanted, origin="cli", now=now)
            return subscriptions.rows(connection, ids=[feed_id])[0], is_new

    def sync_feeds(self, wanted: Sequence[Subscription], *, now: datetime) -> Synced:
        """Make the configured feeds what the configuration says."""
        with self.writing() as connection:
            return subscriptions.sync(connection, wanted, now=now)

    def plan_looks(self, *, now: datetime) -> int:
        """Plan looks at pages that were read by today's `[pages]`; returns at how many pages that changed one."""
        with self.writing() as connection:
            return pagetasks.plan_looks(connection, self._policy, now=now)

    def find_feed(self, name_or_url: str) -> FeedRow:
        """Return a feed by name or address; NotFound names the nearest."""
        with self.reading() as connection:
            feed_id = subscriptions.find(connection, name_or_url)
            return subscriptions.rows(connection, ids=[feed_id])[0]

    def feeds(self, *, ids: Collection[int] | None = None) -> tuple[FeedRow, ...]:
        """Return the feeds, by name."""
        with self.reading() as connection:
            return subscriptions.rows(connection, ids=ids)

    def set_feed_state(self, feed_id: int, state: str, *, now: datetime) -> None:
        """Pause, retire or resume a feed."""
        with self.writing() as connection:
            subscriptions.set_state(connection, feed_id, state, now=now)

    def change_feed(self, feed_id: int, wanted: Subscription) -> bool:
        """Set what `wanted` states of a feed; returns whether anything was different."""
        with self.writing() as connection:
            return subscriptions.change(connection, feed_id, wanted)

    # ---- pages -----------------------------------------------------------------------------------

    def ask_for_article(self, article_id: str, *, now: datetime, dry_run: bool = False) -> MadeDue:
        """Make the pages of an article due now; with `dry_run` tell what that would be."""
        with self.trying(dry_run) as connection:
            article = article_named(connection, article_id)
            return pagetasks.ask_for_article(connection, article, now=now)

    def ask_for_feed(
        self, feed_id: int, *, is_all: bool, now: datetime, dry_run: bool = False
    ) -> MadeDue:
        """Make a feed's pages due now that were not read; with `is_all` those of all its articles."""
        with self.trying(dry_run) as connection:
            return pagetasks.ask_for_feed(connection, feed_id, is_all=is_all, now=now)

    # ---- by hand ---------------------------------------------------------------------------------

    def set_fields(
        self,
        article_id: str,
        values: Mapping[str, object],
        *,
        who: str,
        now: datetime,
        dry_run: bool = False,
    ) -> int | None:
        """State values of an article's face by hand (`record.hand_value` makes them).

        Returns the number by which that is taken back, None where all was so already.
        """
        with self.trying(dry_run) as connection:
            article = article_named(connection, article_id)
            command = f"set {named(connection, article).id} {' '.join(values)}"
            return correcting.set_fields(
                connection, self._indexer, article, values, who=who, command=command, now=now
            )

    def merge(
        self,
        one: str,
        other: str,
        *,
        who: str,
        why: str | None,
        now: datetime,
        dry_run: bool = False,
    ) -> HandChange:
        """Make two articles one (`HandDecision`); with `dry_run` nothing is kept, as of the three below."""
        with self.trying(dry_run) as connection:
            decision = HandDecision(connection, self._indexer, who=who, why=why, now=now)
            return decision.merge(article_named(connection, one), article_named(connection, other))

    def split(
        self, article_id: str, what: str, *, who: str, why: str | None, now: datetime, dry_run: bool = False
    ) -> HandChange:  # fmt: skip
        """Give what a feed, a sighting (s12), a telling (v7) or a site showed an article of its own."""
        with self.trying(dry_run) as connection:
            decision = HandDecision(connection, self._indexer, who=who, why=why, now=now)
            return decision.split(article_named(connection, article_id), what)

    def relate(
        self, one: str, other: str, *, is_related: bool, who: str, why: str | None, now: datetime, dry_run: bool = False
    ) -> HandChange:  # fmt: skip
        """Say whether two articles are on one story."""
        with self.trying(dry_run) as connection:
            decision = HandDecision(connection, self._indexer, who=who, why=why, now=now)
            return decision.relate(
                article_named(connection, one),
                article_named(connection, other),
                is_related=is_related,
            )

    def undo(
        self, number: int | None = None, *, now: datetime, dry_run: bool = False
    ) -> HandChange:
        """Take back a decision by hand, the newest if no number is given. Raises NotFound, UsageError."""
        with self.trying(dry_run) as connection:
            return undoing.undo(connection, self._indexer, number, now=now)

    def between(self, one: str, other: str) -> Between:
        """Return why two articles were joined or kept apart, by what stands in the archive."""
        with self.reading() as connection:
            return comparing.between(
                connection, article_named(connection, one), article_named(connection, other)
            )

    def undoable(self) -> tuple[Undoable, ...]:
        """Return the decisions by hand that stand, the newest first."""
        with self.reading() as connection:
            return undoing.undoable(connection)

    @contextlib.contextmanager
    def trying(self, dry_run: bool) -> Iterator[Connection]:
        """One write transaction that is taken back at its end if it was only to be tried."""
        with self.writing() as connection:
            trial = connection.begin_nested()
            yield connection
            if dry_run:
                trial.rollback()
                self._indexer.rollback()
            else:
                trial.commit()

    def erase(self, article_id: str, *, who: str, why: str | None, now: datetime) -> Erased:
        """Remove an article for good and refuse it from now on; `wipe` afterwards takes its traces from the files.

        The next `settle` tells subscribers. What other processes have open may show it until they open it again.
        """
        with self.writing() as connection:
            article = article_named(connection, article_id)
            erasing = Erasing(connection, self._indexer, self._bodies, now=now)
            erased = erasing.erase(article, who=who, why=why)
        self._indexer = Indexer()  # words that were only its own are no longer on disk
        return erased

    def wipe(self) -> bool:
        """Rewrite the files without what was deleted in them; false while another process reads, so try again.

        Takes the time of copying the archive, room for a second one, and keeps writers waiting meanwhile.
        """
        with self.writing() as connection:
            connection.exec_driver_sql("INSERT INTO search(search) VALUES ('optimize')")
        try:
            self._bodies.wipe()
            with self._engine.connect() as connection:
                driver = driver_of(connection)
                driver.execute("VACUUM")
                is_busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                return False
            raise
        return not is_busy

    # ---- output ----------------------------------------------------------------------------------

    def settle(self, *, now: datetime, policy: SettlePolicy | None = None) -> tuple[int, ...]:
        """Write the publications that are due; returns their seqs. Durable before any file is replaced."""
        with self.writing(is_durable=True) as connection:
            return settle(connection, now=now, policy=policy or SettlePolicy())

    # ---- the service -----------------------------------------------------------------------------

    def beat(self, name: str, *, now: datetime, state: str, facts: Mapping[str, object]) -> None:
        """Say that a part of the service lives: its row in `services` is what health is told by."""
        with self.writing() as connection:
            upkeep.beat(connection, name, now=now, state=state, facts=facts)

    def keep_house(self, *, now: datetime, poll_days: int) -> int:
        """Fold polls older than so many days into daily sums and truncate the log; returns how many were folded."""
        with self.writing() as connection:
            n_folded = upkeep.fold_polls(connection, before=now - timedelta(days=poll_days))
        with self._engine.connect() as connection:
            driver_of(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return n_folded

    def back_up(self, folder: Path, *, now: datetime, keep: int) -> Path:
        """Copy the archive into a folder, check the copy, remove all but the newest `keep`; returns the copy."""
        folder.mkdir(parents=True, exist_ok=True)
        made = folder / f"{self._path.stem}-{now:%Y%m%dT%H%M%SZ}{self._path.suffix}"
        self.copy_to(made)
        copies = sorted(folder.glob(f"{self._path.stem}-*Z{self._path.suffix}"))
        for old in copies[:-keep]:
            old.unlink()
        return made

    def copy_to(self, target: Path) -> None:
        """Copy the archive, without its raw bodies, into a new file, and check the copy; it is an archive itself."""
        with self._engine.connect() as connection:
            upkeep.back_up(driver_of(connection), target)

    # ---- time ------------------------------------------------------------------------------------

    def latest_instant(self) -> datetime | None:
        """Return the latest instant a poll or statement was written at; None for an empty archive.

        `poll --at` must not go before it: sightings would be seen before they were first seen.
        """
        with self.reading() as connection:
            latest = connection.scalar(sa.select(sa.func.max(feeds.c.last_poll_at)))
            return None if latest is None else to_at(latest)

    # ---- whole archives --------------------------------------------------------------------------

    def archive_id(self) -> str:
        """Return the id minted at creation; it travels with dumps."""
        with self.reading() as connection:
            return str(connection.scalar(sa.select(meta.c.value).where(meta.c.key == "archive_id")))

    def check(self) -> tuple[upkeep.Trouble, ...]:
        """Return all that is wrong with the archive; reads the whole of it."""
        with self.writing() as connection:
            return upkeep.check(connection)

    def reindex(self, *, pause: Callable[[float], None] = time.sleep) -> int:
        """Make the search index anew under the words of this program; returns how many rows it has.

        Others search and write meanwhile, while it pauses. Raises Busy where articles keep being erased; what `pause`
        raises ends it, and the old index stays.
        """
        return reindexing.reindex(self.writing, pause=pause)

    def has_old_words(self) -> bool:
        """Tell whether the index was made by another version of words than this program's: `reindex` mends it."""
        with self.reading() as connection:
            found = connection.scalar(sa.select(meta.c.value).where(meta.c.key == "words_version"))
            return str(found) != str(WORDS_VERSION)

    def dump(self, out: IO[str], *, with_bodies: bool = True) -> dict[str, int]:
        """Write every table as text (dump.py); returns rows by table."""
        with self.reading() as connection:
            return dumping.dump(connection, self._bodies if with_bodies else None, out)

    def load(self, lines: Iterable[str]) -> dict[str, int]:
        """Fill this empty archive from a dump and build its search index; UsageError where it is not empty."""
        with self.writing() as connection:
            if connection.scalar(sa.select(sa.func.count()).select_from(feeds)):
                raise UsageError(
                    f"{self._path} holds feeds already; load a dump into a new archive"
                )
            counts = dumping.load(connection, self._bodies, lines)
            indexing.rebuild(connection)
            return counts


def _due_work(
    connection: Connection,
    lease: HostLease,
    only: Collection[int] | None,
    *,
    now: datetime,
    parser_version: int,
) -> Work:
    renewed = frontier.renew(connection, lease, now=now)
    if renewed is None:
        return (), (), None
    jobs = frontier.due_feeds(
        connection, renewed, now=now, parser_version=parser_version, only=only
    )
    if jobs:
        return jobs, (), renewed
    if frontier.suspects_wait(connection, renewed, now=now, only=only):
        renewed = replace(renewed, suspects_wait=True)
    return (), frontier.due_pages(connection, renewed, now=now, only_feeds=only), renewed


@contextlib.contextmanager
def _synchronous(connection: Connection, *, full: bool) -> Iterator[None]:
    """Let the transaction within be committed with an fsync; a setting that holds only outside of one."""
    if not full:
        yield
        return
    driver = driver_of(connection)
    driver.execute("PRAGMA synchronous = FULL")
    try:
        yield
    finally:
        driver.execute("PRAGMA synchronous = NORMAL")
