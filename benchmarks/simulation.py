"""Simulated time for the real engine: an event loop whose clock jumps to whatever happens next, and a web that takes
as long as it is told.

Hours of polling take seconds, and the same run gives the same figures. What is real: `Engine`, `Turn`, `Writer`, the
store, the pace, the turns of hosts. What is not: sockets, parsers, threads.
"""

import asyncio
import random
import selectors
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from typing import ParamSpec, TypeVar

from archive.model.outcome import Deposited, Exchange, FeedOutcome, Reason
from archive.model.site import SiteRules
from archive.model.stated import ArticlePage, ParsedFeed
from archive.store import Store, subscriptions
from archive.store.subscriptions import Subscription
from ingest.engine import Engine, Writer, planner
from ingest.feed.parse import PARSER_VERSION
from ingest.network import Network
from ingest.pace import PaceSettings
from ingest.turn import Turn
from ingest.wire.result import Failed, FetchResult, NotModified, Request
from ingest.wire.robots import RobotsCache
from ingest.wire.turns import HostTurns

START = datetime(2026, 1, 5, 6, tzinfo=UTC)
TICK_S = 2.0
"""As the service ticks."""

Params = ParamSpec("Params")
Result = TypeVar("Result")


class _Jumping(selectors.DefaultSelector):
    """A selector that waits for nothing: where the loop would, its clock goes on instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is not None and timeout > 0:
            self.now_s += timeout
        return ready


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop in simulated time, which begins at 0 s."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s


class Inline(Executor):
    """Runs each call where it is asked for: in simulated time no thread may be at work while the clock jumps."""

    def submit(
        self, fn: Callable[Params, Result], /, *args: Params.args, **kwargs: Params.kwargs
    ) -> Future[Result]:
        future: Future[Result] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  # it is the asker's, as with any executor
            future.set_exception(error)
        return future


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How long a server takes, and whether it ever answers."""

    takes_s: float
    hangs: bool = False


NORMAL = Behaviour(0.3)
NO_NAME = Behaviour(0.01)
"""As everything is while our own network is away."""


@dataclass(frozen=True, slots=True)
class Outage:
    """From when to when our own network is away, in seconds of a run."""

    begins_s: float
    ends_s: float


NO_OUTAGE = Outage(0.0, 0.0)


@dataclass(slots=True)
class SimulatedWeb:
    """Answers 304 after as long as a host takes, or times out. One request at a time a host is asserted."""

    behaviour: Mapping[str, Behaviour]
    now: Callable[[], datetime]
    turns: HostTurns
    outage: Outage = NO_OUTAGE
    started: list[tuple[str, float]] = field(default_factory=list)
    n_open: int = 0
    n_open_most: int = 0
    _asked: set[str] = field(default_factory=set)

    async def fetch(self, request: Request) -> FetchResult:
        host = request.url.split("/")[2]
        async with self.turns.turn(host):
            assert host not in self._asked, f"{host} is asked twice at once"
            self._asked.add(host)
            self.n_open += 1
            self.n_open_most = max(self.n_open_most, self.n_open)
            self.started.append((host, asyncio.get_running_loop().time()))
            how = self.behaviour.get(host, NORMAL)
            if self.outage.begins_s <= self.started[-1][1] < self.outage.ends_s:
                how = NO_NAME
            patience = request.patience
            exchange = Exchange(
                requested_url=request.url,
                url=request.url,
                started_at=self.now(),
                elapsed_s=how.takes_s,
                status=None if how.hangs or how is NO_NAME else 304,
            )
            try:
                if patience is not None and how.takes_s > patience.seconds:
                    await asyncio.sleep(patience.seconds)
                    if patience.others_wait():
                        return Failed(
                            exchange=exchange, reason=Reason.TIMEOUT, detail="", is_put_off=True
                        )
                    await asyncio.sleep(how.takes_s - patience.seconds)
                else:
                    await asyncio.sleep(how.takes_s)
            finally:
                self.n_open -= 1
                self._asked.remove(host)
        if how is NO_NAME:
            return Failed(exchange=exchange, reason=Reason.DNS, detail="no such name")
        if how.hangs:
            return Failed(exchange=exchange, reason=Reason.TIMEOUT, detail="it hangs")
        return NotModified(exchange=exchange, validators=None)


class _NoParser:
    """Nothing is parsed where all answers are 304."""

    async def parse_feed(
        self, body: bytes, url: str, content_type: str | None, known: frozenset[bytes]
    ) -> ParsedFeed:
        raise AssertionError(url)

    async def parse_page(
        self,
        body: bytes,
        url: str,
        fetched_at: datetime,
        content_type: str | None,
        rules: SiteRules | None,
    ) -> ArticlePage:
        raise AssertionError(url)


@dataclass(frozen=True, slots=True)
class Polled:
    """One poll of a run: the feed's host, when it was due and when its request began, in seconds."""

    host: str
    due_s: float
    started_s: float

    @property
    def lag_s(self) -> float:
        """Return how late it was."""
        return self.started_s - self.due_s


@dataclass(frozen=True, slots=True)
class Run:
    """What a simulated run came to. `started` are (host, second) of all requests."""

    polls: tuple[Polled, ...]
    started: tuple[tuple[str, float], ...]
    n_open_most: int

    def lags_s(self, hosts: Iterable[str]) -> list[float]:
        """Return how late the polls of these hosts' feeds were, sorted."""
        wanted = frozenset(hosts)
        return sorted(poll.lag_s for poll in self.polls if poll.host in wanted)

    def first_lags_s(self, hosts: Iterable[str]) -> list[float]:
        """Return how late the first poll of each of these hosts was, sorted."""
        first: dict[str, float] = {}
        for poll in self.polls:
            first.setdefault(poll.host, poll.lag_s)
        return sorted(first[host] for host in hosts if host in first)

    def n_asked(self, hosts: Iterable[str], *, from_s: float = 0.0, to_s: float = inf) -> int:
        """Return how many requests these hosts had in that time."""
        wanted = frozenset(hosts)
        return sum(host in wanted and from_s <= at_s < to_s for host, at_s in self.started)


def simulate(
    store: Store,
    behaviour: Mapping[str, Behaviour],
    *,
    for_s: float,
    concurrency: int = 64,
    pace: PaceSettings | None = None,
    outage: Outage = NO_OUTAGE,
    tick_s: float = TICK_S,
) -> Run:
    """Let an archive's feeds be polled for so many simulated seconds from START on, as the service does it.

    A longer tick makes days of a few feeds cheap.
    """
    loop = SimulatedLoop()
    try:
        return loop.run_until_complete(
            _run(store, behaviour, for_s, concurrency, pace or PaceSettings(), outage, tick_s)
        )
    finally:
        loop.close()


async def _run(
    store: Store,
    behaviour: Mapping[str, Behaviour],
    for_s: float,
    concurrency: int,
    pace: PaceSettings,
    outage: Outage,
    tick_s: float,
) -> Run:
    loop = asyncio.get_running_loop()

    def now() -> datetime:
        return START + timedelta(seconds=loop.time())

    polls: list[Polled] = []

    def note(deposited: Deposited) -> None:
        outcome = deposited.outcome
        if isinstance(outcome, FeedOutcome) and outcome.job.due_at is not None:
            due_s = (outcome.job.due_at - START).total_seconds()
            started_s = (outcome.exchange.started_at - START).total_seconds()
            polls.append(Polled(outcome.exchange.url.split("/")[2], due_s, started_s))

    web = SimulatedWeb(behaviour, now, HostTurns(monotonic=loop.time), outage)
    network = Network(now)
    writer = Writer(
        store,
        plan=planner(network, rand=lambda: 0.5, settings=pace),
        clock=now,
        parser_version=PARSER_VERSION,
        thread=Inline(),
    )
    turn = Turn(
        fetcher=web,
        parser=_NoParser(),
        ledger=writer,
        robots=RobotsCache(web, clock=now, slow_down=lambda host, gap_s: None),
        rules_for=lambda url: None,
        clock=now,
        on_deposit=note,
        network=network,
    )
    engine = Engine(store, writer, turn, owner="simulated", clock=now, concurrency=concurrency)
    while loop.time() < for_s:
        await engine.tick()
        await asyncio.sleep(tick_s)
    await engine.drain()
    await writer.finish()
    return Run(polls=tuple(polls), started=tuple(web.started), n_open_most=web.n_open_most)


def spread_feeds(store: Store, urls: Iterable[str], *, over_s: float) -> None:
    """Subscribe to feeds that are due one after another over so many seconds from START on, in no order of theirs."""
    addresses = list(urls)
    random.Random(7).shuffle(addresses)
    with store.writing() as connection:
        for n, url in enumerate(addresses):
            wanted = Subscription(url=url, name=f"f{n}", page="never")
            due_at = START + timedelta(seconds=over_s * n / len(addresses))
            subscriptions.add(connection, wanted, origin="cli", now=due_at)
