"""The engine: claims due hosts, runs their turns on one event loop, and hands outcomes to the one writer.

    frontier --claim--> turn --fetch--> wire --bytes--> workers --parsed--> turn --outcome--> writer --> archive

Called by `scheduler.py` (a tick) and by `newsarchive poll` (until nothing is due). All writes go through one thread,
in groups: as many outcomes as wait, one transaction (SERVICE). No transaction is open across network or parsing.
"""

import asyncio
import contextlib
import functools
import os
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, TypeVar

import structlog

from archive.config.settings import Config, rules_for
from archive.errors import ArchiveUnusable, Busy
from archive.model.outcome import Deposited, Outcome, Schedule
from archive.store.frontier import HostLease, Release
from archive.store.spreading import spread_overdue
from archive.store.store import Plan, Store, Work
from ingest.feed.parse import PARSER_VERSION
from ingest.network import Network
from ingest.pace import PaceSettings, phase, plan
from ingest.poll import Fetcher, Parser
from ingest.room import keep_one_heap, weight_of
from ingest.turn import Turn
from ingest.wire.fetch import Client, WireSettings
from ingest.wire.guard import networks
from ingest.wire.robots import RobotsCache
from ingest.wire.turns import HostTurns
from ingest.workers import Workers, collect_rarely

log = structlog.get_logger("newsarchive")

MAX_GROUP = 64
"""Outcomes of one transaction (SERVICE)."""

MAX_GROUP_BYTES = 8 * 1024 * 1024
"""And no more of their documents than this, unless one is larger: the transaction holds them all."""

SLOTS_A_SLOW_ONE = 8
"""Of so many slots one is for hosts that timed out when they were last asked: 8 of 64 (WIRE). While no other host
waits they get all but so many: the next that comes due still finds room."""

DRAIN_S = 20.0
"""How long a stop waits for turns in flight (SERVICE: SIGTERM <= 20 s)."""

_Suspects = tuple[int, Collection[int] | None]
"""A host where feeds wait to be asked alone, and the feeds that its turn was narrowed to."""

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Writer:
    """The one writer: a thread that owns every write of this process, and the queue before it.

    `thread` is another executor of one call at a time, for a simulated clock that no thread may outrun.
    """

    def __init__(
        self,
        store: Store,
        *,
        plan: Plan,
        clock: Callable[[], datetime],
        parser_version: int,
        thread: Executor | None = None,
    ) -> None:
        self._store = store
        self._plan = plan
        self._clock = clock
        self._parser_version = parser_version
        self._thread = thread or ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._outcomes = _Line[Outcome, Deposited](weight_of)
        self._asked = _Line[tuple[HostLease, Collection[int] | None], Work]()
        self._released = _Line[Release, None]()
        self._writing: asyncio.Task[None] | None = None

    async def run(self, write: Callable[[], Answer]) -> Answer:
        """Run one store call in the writer's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, write)

    async def deposit(self, outcome: Outcome) -> Deposited:
        """Commit an outcome together with all that waits; returns once it is committed."""
        return await self._wait(self._outcomes, outcome)

    async def due_work(self, lease: HostLease, only: Collection[int] | None) -> Work:
        """Claim what is due at a leased host."""
        return await self._wait(self._asked, (lease, only))

    async def release(self, ended: Release) -> None:
        """Give a host back."""
        await self._wait(self._released, ended)

    async def finish(self) -> None:
        """Write what waits and end the thread."""
        if self._writing is not None:
            await self._writing
        self._thread.shutdown(wait=True)

    async def _wait(self, line: "_Line[Asked, Answer]", asked: Asked) -> Answer:
        done = line.join(asked)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_groups())
        return await done

    async def _write_groups(self) -> None:
        while any(line.waiting for line in (self._outcomes, self._released, self._asked)):
            await self._write_group()

    async def _write_group(self) -> None:
        """Write what waits. A method of its own, so that no name of it keeps the documents of the last group."""
        outcomes, released, asked = (
            self._outcomes.take(),
            self._released.take(),
            self._asked.take(),
        )
        waiting: list[asyncio.Future[Any]] = [
            done for group in (outcomes, released, asked) for _, done in group
        ]
        try:
            deposited, work = await self.run(
                functools.partial(
                    self._store.write_turns,
                    [outcome for outcome, _ in outcomes],
                    [release for release, _ in released],
                    [ask for ask, _ in asked],
                    now=self._clock(),
                    plan=self._plan,
                    parser_version=self._parser_version,
                )
            )
        except BaseException as error:
            for done in waiting:
                if not done.done():
                    done.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        answers = (*deposited, *(None for _ in released), *work)
        for done, answer in zip(waiting, answers, strict=True):
            if not done.done():
                done.set_result(answer)


class _Line(Generic[Asked, Answer]):
    """Those who wait for one kind of write, first come, first served. `weigh` gives the bytes one holds."""

    def __init__(self, weigh: Callable[[Asked], int] = lambda asked: 0) -> None:
        self.waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []
        self._weigh = weigh

    def join(self, asked: Asked) -> asyncio.Future[Answer]:
        """Wait for an answer."""
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.waiting.append((asked, done))
        return done

    def take(self) -> list[tuple[Asked, asyncio.Future[Answer]]]:
        """Return the next group: the first that waits, and as many more as are not too much together."""
        n_bytes = n_taken = 0
        for asked, _ in self.waiting[:MAX_GROUP]:
            n_bytes += self._weigh(asked)
            if n_taken and n_bytes > MAX_GROUP_BYTES:
                break
            n_taken += 1
        group, self.waiting = self.waiting[:n_taken], self.waiting[n_taken:]
        return group


class Engine:
    """Polls what is due, at most `concurrency` hosts at a time."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        turn: Turn,
        *,
        owner: str,
        clock: Callable[[], datetime],
        concurrency: int = 64,
    ) -> None:
        self._store = store
        self._writer = writer
        self._turn = turn
        self._owner = owner
        self._clock = clock
        self._concurrency = concurrency
        self._slow_slots = max(1, concurrency // SLOTS_A_SLOW_ONE)
        self._turns: set[asyncio.Task[None]] = set()
        self._n_slow = 0
        self._claiming = asyncio.Lock()
        self._more_is_due = False
        self._only: Collection[int] | None = None
        self._suspects = deque[_Suspects]()
        self._is_quiet = False
        self._refill: asyncio.Task[None] | None = None
        self.failure: BaseException | None = None

    @property
    def fetcher(self) -> Fetcher:
        """Return the client that all requests of this process share."""
        return self._turn.fetcher

    @property
    def parser(self) -> Parser:
        """Return the workers that all parsing of this process is done by."""
        return self._turn.parser

    @property
    def n_running(self) -> int:
        """Return how many hosts are being asked."""
        return len(self._turns)

    async def tick(self, *, only: Collection[int] | None = None) -> int:
        """Claim due hosts as far as slots are free, and start their turns; returns how many.

        Where more is due than there are slots, each turn that ends lets the next one begin, without another tick.
        Where feeds may have ended the process before, nothing new begins until they were asked, one by one.
        """
        async with self._claiming:
            self._only = only
            await self._spread_what_waited()
            free = self._n_free()
            if free <= 0 or self._turn.is_stopping or self._is_quiet:
                return 0
            while self._suspects:
                if self._turns:
                    return 0
                if await self._ask_suspects():
                    return 1
            leases = await self._writer.run(
                lambda: self._store.claim_hosts(
                    now=self._clock(),
                    owner=self._owner,
                    limit=free,
                    slow_limit=self._slow_slots - self._n_slow,
                    only_feeds=only,
                )
            )
            self._begin_all(leases, only)
            self._more_is_due = any(lease.others_wait for lease in leases)
            spare = free - len(leases) - self._slow_slots
            if self._n_slow >= self._slow_slots and not self._more_is_due and spare > 0:
                more = await self._writer.run(
                    lambda: self._store.claim_hosts(
                        now=self._clock(), owner=self._owner, limit=spare, only_feeds=only
                    )
                )
                self._begin_all(more, only)
                leases += more
            self._turn.others_wait = self._more_is_due and not self._turn.network.is_away
            return len(leases)

    def _n_free(self) -> int:
        """Return how many turns may begin; while our own network is away, now and then one alone."""
        network = self._turn.network
        if network.is_away:
            return int(not self._turns and network.take_probe())
        return self._concurrency - len(self._turns)

    async def _spread_what_waited(self) -> None:
        """When the network has come back, give each feed that waited for it a place of its own."""
        since = self._turn.network.take_return()
        if since is None:
            return
        n_feeds = await self._writer.run(
            lambda: spread_overdue(self._store, now=self._clock(), phase=phase, silent_since=since)
        )
        log.info("catch_up", feeds=n_feeds)

    async def write(self, call: Callable[[], Answer]) -> Answer:
        """Run a store call in the writer's thread, between deposits."""
        return await self._writer.run(call)

    async def until_idle(self, *, only: Collection[int] | None = None) -> None:
        """Poll until nothing (of the feeds `only`) is due: their pages included, other feeds not.

        A turn that fails stops no other; the last one's fault is raised at the end. Raises at once when the archive
        itself cannot be written. Whoever waits for the end is told of each failure, and of no network that is away.
        """
        self._turn.network.is_watched = False
        while True:
            n_started = await self.tick(only=only)
            if isinstance(self.failure, (ArchiveUnusable, Busy)):
                raise self.failure
            if self._turns:
                await asyncio.wait(self._turns, return_when=asyncio.FIRST_COMPLETED)
            elif not n_started:
                break
        if self.failure is not None:
            raise self.failure

    async def drain(self, within_s: float = DRAIN_S) -> None:
        """Claim nothing more, let turns end, cancel those that take too long; their hosts come back by lease."""
        self._turn.is_stopping = True
        async with self._claiming:  # what is being claimed begins, and is waited for below
            pass
        if self._refill is not None:
            await self._refill
        if self._turns:
            _, late = await asyncio.wait(self._turns, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _ask_suspects(self) -> bool:
        """While no turn is under way, claim the next host whose feeds are to be asked alone; false if it is not due."""
        host_id, only = self._suspects.popleft()
        leases = await self._writer.run(
            lambda: self._store.claim_hosts(
                now=self._clock(), owner=self._owner, limit=1, only_host=host_id
            )
        )
        for lease in leases:
            self._is_quiet = True
            self._begin(replace(lease, is_alone=True), only)
        return bool(leases)

    def _begin_all(self, leases: Collection[HostLease], only: Collection[int] | None) -> None:
        for lease in leases:
            self._begin(lease, only)

    def _begin(self, lease: HostLease, only: Collection[int] | None) -> None:
        self._n_slow += lease.is_slow
        task = asyncio.create_task(self._run(lease, only), name=lease.host)
        self._turns.add(task)
        task.add_done_callback(functools.partial(self._end, lease))

    def _end(self, lease: HostLease, task: asyncio.Task[None]) -> None:
        self._turns.discard(task)
        self._n_slow -= lease.is_slow
        if lease.is_alone:
            self._is_quiet = False
        if (self._more_is_due or self._suspects) and (self._refill is None or self._refill.done()):
            self._refill = asyncio.create_task(self._claim_more())

    async def _claim_more(self) -> None:
        try:
            await self.tick(only=self._only)
        except Exception:  # the next tick of the clock meets it again, and says so
            log.exception("claim_failed")

    async def _run(self, lease: HostLease, only: Collection[int] | None) -> None:
        try:
            if await self._turn.take(lease, only):
                self._suspects.append((lease.host_id, only))
        except Exception as error:  # one host's trouble must not stop another's (STYLE 6)
            log.exception("turn_failed", host=lease.host)
            self.failure = error


@contextlib.asynccontextmanager
async def running(
    store: Store,
    config: Config,
    *,
    clock: Callable[[], datetime],
    rand: Callable[[], float],
    owner: str | None = None,
    on_deposit: Callable[[Deposited], None] = lambda deposited: None,
) -> AsyncIterator[Engine]:
    """Put an engine together from a configuration: wire, workers, writer, turns. Drains and closes them at the end.

    `clock` gives the instants that are written and compared (a fixed one replays); pauses between requests are always
    real time.
    """
    keep_one_heap()
    collect_rarely()
    turns = HostTurns(config.fetch.min_host_gap_s)
    pace = PaceSettings(
        default_s=config.pace.default_s,
        floor_s=config.pace.floor_s,
        ceiling_s=config.pace.ceiling_s,
    )
    network = Network(clock)
    writer = Writer(
        store,
        plan=planner(network, rand=rand, settings=pace),
        clock=clock,
        parser_version=PARSER_VERSION,
    )
    client = Client(wire_settings(config), clock=clock, turn=turns.turn)
    async with client, Workers(config.service.workers) as workers:
        turn = Turn(
            fetcher=client,
            parser=workers,
            ledger=writer,
            robots=RobotsCache(client, clock=clock, slow_down=turns.slow_down),
            rules_for=functools.partial(rules_for, config.sites),
            clock=clock,
            on_deposit=on_deposit,
            network=network,
        )
        engine = Engine(
            store,
            writer,
            turn,
            owner=owner or f"{socket.gethostname()}:{os.getpid()}",
            clock=clock,
            concurrency=config.fetch.concurrency,
        )
        try:
            yield engine
        finally:
            await engine.drain()
            await writer.finish()


def planner(network: Network, *, rand: Callable[[], float], settings: PaceSettings) -> Plan:
    """Return `pace.plan`, bound to its settings and to whether our own network is there."""

    def planned(*polled: Any, **found: Any) -> Schedule:
        is_away = network.excuses
        return plan(*polled, rand=rand, settings=settings, is_network_away=is_away, **found)

    return planned


def wire_settings(config: Config) -> WireSettings:
    """Return the limits and manners that a configuration asks of the wire."""
    fetch = config.fetch
    return WireSettings(
        contact=fetch.contact,
        allow_networks=networks(tuple(fetch.allow_networks)),
        connect_s=fetch.connect_s,
        idle_s=fetch.idle_s,
        total_s=fetch.total_s,
        max_wire_bytes=fetch.max_wire_bytes,
        max_bytes=fetch.max_bytes,
        min_host_gap_s=fetch.min_host_gap_s,
        concurrency=fetch.concurrency,
        proxy=fetch.proxy or None,
    )
