"""The engine: many hosts at once and no more than allowed, one turn a host, nothing that stops the others."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from archive.config.settings import Config, FetchSettings, rules_for
from archive.errors import ArchiveUnusable
from archive.model.outcome import Deposited, Reason
from archive.model.site import SiteRules
from archive.store.store import Store
from archive.store.subscriptions import Subscription
from ingest.engine import MAX_GROUP, MAX_GROUP_BYTES, Engine, Writer, _Line, running
from ingest.feed.parse import PARSER_VERSION
from ingest.turn import Turn
from ingest.wire.result import FetchResult, Request
from ingest.wire.robots import RobotsCache
from tests.archive.store.depositing import STEADY_PLAN, open_store
from tests.archive.store.looking import ask, count, one, troubles
from tests.fakes import Clock, FakeWeb, HereParser


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db") as opened:
        yield opened
        assert troubles(opened) == []


class Scene:
    """An engine over a fake web. `told` are the deposits it spoke of."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.web = FakeWeb(self.clock)
        self.parser = HereParser()
        self.told: list[Deposited] = []
        self.on_deposit: Callable[[Deposited], None] = self.told.append

    def subscribe(self, *names: str, n_items: int = 1) -> list[int]:
        """Subscribe to feeds, each at a host of its own, and let them answer; returns their ids."""
        ids = []
        for name in names:
            url = feed_url(name)
            wanted = Subscription(url=url, name=name, page="never")
            ids.append(self.store.add_feed(wanted, now=self.clock())[0].id)
            self.web.on(url, self.web.found(rss(name, n_items)))
        return ids

    @contextlib.asynccontextmanager
    async def engine(self, *, concurrency: int = 64) -> AsyncIterator[Engine]:
        writer = Writer(
            self.store, plan=STEADY_PLAN, clock=self.clock, parser_version=PARSER_VERSION
        )
        turn = Turn(
            fetcher=self.web,
            parser=self.parser,
            ledger=writer,
            robots=RobotsCache(self.web, clock=self.clock, slow_down=lambda host, gap_s: None),
            rules_for=lambda url: None,
            clock=self.clock,
            on_deposit=lambda deposited: self.on_deposit(deposited),
        )
        engine = Engine(
            self.store, writer, turn, owner="test", clock=self.clock, concurrency=concurrency
        )
        try:
            yield engine
        finally:
            await engine.drain()
            await writer.finish()


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


def feed_url(name: str) -> str:
    return f"https://{name}.example/feed.xml"


def rss(name: str, n_items: int = 1) -> bytes:
    items = "".join(
        f"<item><guid>{name}-{n}</guid><title>{name} bericht {n}</title></item>"
        for n in range(n_items)
    )
    return f"<rss version='2.0'><channel><title>{name}</title>{items}</channel></rss>".encode()


def run(act: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await act()

    asyncio.run(bounded())


def test_it_polls_until_nothing_is_due(scene: Scene) -> None:
    scene.subscribe("krant", "bode", "post", n_items=3)

    async def act() -> None:
        async with scene.engine() as engine:
            await engine.until_idle()
            assert engine.n_running == 0

    run(act)
    assert count(scene.store, "articles") == 9
    assert {d.outcome.job.host for d in scene.told} == {
        f"{name}.example:443" for name in ("krant", "bode", "post")
    }


def test_only_the_feeds_that_were_asked_for_are_polled(scene: Scene) -> None:
    wanted = scene.subscribe("krant", "bode")[:1]

    async def act() -> None:
        async with scene.engine() as engine:
            await engine.until_idle(only=wanted)

    run(act)
    assert [request.url for request in scene.web.asked] == [feed_url("krant")]
    assert len(scene.store.claim_hosts(now=scene.clock(), owner="x", limit=9)) == 1


def test_no_more_hosts_than_allowed_are_asked_at_once_and_one_turn_each(scene: Scene) -> None:
    names = [f"krant{n}" for n in range(9)]
    scene.subscribe(*names)
    at_once: list[int] = []
    flying: set[str] = set()

    async def slow(request: Request) -> FetchResult:
        assert request.url not in flying
        flying.add(request.url)
        at_once.append(len(flying))
        for _ in range(20):
            await asyncio.sleep(0)
        flying.discard(request.url)
        return scene.web.found(rss(request.url[8:-17]))

    for name in names:
        scene.web.on(feed_url(name), slow)

    async def act() -> None:
        async with scene.engine(concurrency=3) as engine:
            await engine.until_idle()

    run(act)
    assert max(at_once) == 3
    assert count(scene.store, "polls") == 9


def test_two_ticks_never_start_a_second_turn_at_a_host(scene: Scene) -> None:
    scene.subscribe("krant")
    gate = asyncio.Event()

    async def waiting(request: Request) -> FetchResult:
        await gate.wait()
        return scene.web.found(rss("krant"))

    scene.web.on(feed_url("krant"), waiting)

    async def act() -> None:
        async with scene.engine() as engine:
            assert await engine.tick() == 1
            assert await engine.tick() == 0
            gate.set()
            await engine.until_idle()

    run(act)
    assert scene.web.n_asked(feed_url("krant")) == 1


def test_a_bad_feed_never_stops_another(scene: Scene) -> None:
    scene.subscribe("stuk", "dodelijk", "goed")
    scene.web.on(feed_url("stuk"), scene.web.status(500))
    scene.parser.dies_of[b"dodelijk"] = RuntimeError("x")

    async def act() -> None:
        async with scene.engine() as engine:
            await engine.until_idle()

    run(act)
    reasons = dict(ask(scene.store, "SELECT name, last_reason FROM feeds"))
    assert reasons == {"stuk": "status", "dodelijk": "parse", "goed": None}


def test_a_turn_that_fails_stops_no_other_and_is_told_when_all_are_done(scene: Scene) -> None:
    scene.subscribe("stuk", *(f"krant{n}" for n in range(5)))

    def tell(deposited: Deposited) -> None:
        scene.told.append(deposited)
        if deposited.outcome.job.host.startswith("stuk"):
            raise RuntimeError("told to nobody")

    scene.on_deposit = tell

    async def act() -> None:
        async with scene.engine(concurrency=1) as engine:
            with pytest.raises(RuntimeError, match="told to nobody"):
                await engine.until_idle()
            assert isinstance(engine.failure, RuntimeError)

    run(act)
    assert len(scene.told) == 6
    assert ask(scene.store, "SELECT DISTINCT owner, lease_until FROM hosts") == [("", 0)]


def test_an_archive_that_cannot_be_written_ends_the_polling_with_its_cure(scene: Scene) -> None:
    scene.subscribe("krant", "bode")

    def full(*_: object, **__: object) -> None:
        raise ArchiveUnusable("the disk is full", subject="archive.db")

    async def act() -> None:
        async with scene.engine() as engine:
            scene.store.write_turns = full  # type: ignore[method-assign,assignment]  # the disk, for once
            try:
                with pytest.raises(ArchiveUnusable, match="full"):
                    await engine.until_idle()
            finally:
                del scene.store.write_turns

    run(act)
    assert count(scene.store, "articles") == 0


def test_a_drain_lets_turns_end_and_claims_nothing_more(scene: Scene) -> None:
    scene.subscribe("krant", "later")
    reached, gate = asyncio.Event(), asyncio.Event()

    async def waiting(request: Request) -> FetchResult:
        reached.set()
        await gate.wait()
        return scene.web.found(rss("krant"))

    scene.web.on(feed_url("krant"), waiting)

    async def act() -> None:
        async with scene.engine(concurrency=1) as engine:
            await engine.tick()
            await reached.wait()
            draining = asyncio.create_task(engine.drain())
            await asyncio.sleep(0)
            assert await engine.tick() == 0
            gate.set()
            await draining

    run(act)
    assert ask(scene.store, "SELECT name FROM feeds WHERE last_poll_at IS NOT NULL") == [("krant",)]
    assert one(scene.store, "SELECT count(*) FROM hosts WHERE lease_until > 0") == 0


def test_a_drain_ends_what_takes_too_long_and_its_host_is_given_back(scene: Scene) -> None:
    scene.subscribe("krant")

    reached = asyncio.Event()

    async def never(request: Request) -> FetchResult:
        reached.set()
        await asyncio.Event().wait()
        raise AssertionError

    scene.web.on(feed_url("krant"), never)

    async def act() -> None:
        async with scene.engine() as engine:
            await engine.tick()
            await reached.wait()
            await engine.drain(within_s=0)
            assert engine.n_running == 0

    run(act)
    assert len(scene.store.claim_hosts(now=scene.clock(), owner="other", limit=1)) == 1


def test_a_turn_that_ends_lets_the_next_begin_without_another_tick(scene: Scene) -> None:
    scene.subscribe(*(f"krant{n}" for n in range(7)))
    all_told = asyncio.Event()

    def tell(deposited: Deposited) -> None:
        scene.told.append(deposited)
        if len(scene.told) == 7:
            all_told.set()

    scene.on_deposit = tell

    async def act() -> None:
        async with scene.engine(concurrency=2) as engine:
            assert await engine.tick() == 2
            await all_told.wait()

    run(act)
    assert scene.web.n_asked(feed_url("krant6")) == 1


def test_a_turn_that_ends_begins_no_feed_that_was_not_asked_for(scene: Scene) -> None:
    ids = scene.subscribe(*(f"krant{n}" for n in range(6)))

    async def act() -> None:
        async with scene.engine(concurrency=1) as engine:
            await engine.until_idle(only=frozenset(ids[3:]))

    run(act)
    assert [scene.web.n_asked(feed_url(f"krant{n}")) for n in range(6)] == [0, 0, 0, 1, 1, 1]


def test_ticks_at_the_same_time_never_begin_more_turns_than_there_are_slots(scene: Scene) -> None:
    scene.subscribe(*(f"krant{n}" for n in range(9)))
    gate = asyncio.Event()

    async def waiting(request: Request) -> FetchResult:
        await gate.wait()
        return scene.web.found(rss("krant"))

    for n in range(9):
        scene.web.on(feed_url(f"krant{n}"), waiting)

    async def act() -> None:
        async with scene.engine(concurrency=3) as engine:
            await asyncio.gather(engine.tick(), engine.tick(), engine.tick())
            assert engine.n_running == 3
            gate.set()

    run(act)


def test_hosts_that_hung_last_time_share_one_slot_in_eight_and_leave_as_many_when_none_waits(
    scene: Scene,
) -> None:
    scene.subscribe(*(f"traag{n}" for n in range(20)), "vlot")
    with scene.store.writing() as connection:
        connection.exec_driver_sql("UPDATE hosts SET is_slow = 1 WHERE name LIKE 'traag%'")
    under_way: set[str] = set()
    most: list[int] = []
    beside: list[int] = []

    async def quick(request: Request) -> FetchResult:
        beside.append(len(under_way))
        return scene.web.found(rss("vlot"))

    async def hanging(request: Request) -> FetchResult:
        under_way.add(request.url)
        most.append(len(under_way))
        for _ in range(20):
            await asyncio.sleep(0)
        under_way.remove(request.url)
        return scene.web.failed(Reason.TIMEOUT)

    scene.web.on(feed_url("vlot"), quick)
    for n in range(20):
        scene.web.on(feed_url(f"traag{n}"), hanging)

    async def act() -> None:
        async with scene.engine(concurrency=16) as engine:
            await engine.until_idle()

    run(act)
    assert beside[0] <= 2
    assert 8 < max(most) <= 14
    assert len(scene.told) == 21


def test_what_may_have_ended_the_process_twice_is_asked_while_nothing_else_is(
    scene: Scene,
) -> None:
    names = [f"krant{n}" for n in range(6)]
    scene.subscribe(*names)
    suspects = {"krant1", "krant4"}
    with scene.store.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE feeds SET attempts = 2 WHERE name IN ('krant1', 'krant4')"
        )
    under_way: set[str] = set()
    beside: dict[str, set[str]] = {}
    engines: list[Engine] = []

    def answer(name: str) -> Callable[[Request], Awaitable[FetchResult]]:
        async def answering(request: Request) -> FetchResult:
            under_way.add(name)
            beside[name] = set()
            for _ in range(20_000):  # until both suspects wait
                if len(engines[0]._suspects) == 2 or name in suspects:
                    break
                await asyncio.sleep(0)
            for _ in range(5_000):  # long enough for one to be claimed, were it not for this one
                beside[name] |= under_way - {name}
                await asyncio.sleep(0)
            under_way.remove(name)
            return scene.web.found(rss(name))

        return answering

    for name in names:
        scene.web.on(feed_url(name), answer(name))

    async def act() -> None:
        async with scene.engine() as engine:
            engines.append(engine)
            await engine.until_idle()

    run(act)
    assert {name for name in names if not beside[name]} == suspects
    assert one(scene.store, "SELECT max(attempts) FROM feeds") == 0
    assert count(scene.store, "articles") == 6


def test_suspects_that_are_no_longer_due_keep_nothing_else_waiting(scene: Scene) -> None:
    scene.subscribe("krant")

    async def act() -> None:
        async with scene.engine() as engine:
            engine._suspects.extend([(998, None), (999, None)])  # hosts of feeds that were erased
            await engine.until_idle()

    run(act)
    assert [done.outcome.job.host for done in scene.told] == ["krant.example:443"]


def test_the_service_goes_on_after_a_suspect_was_asked(scene: Scene) -> None:
    scene.subscribe("verdacht", "krant", "bode")
    with scene.store.writing() as connection:
        connection.exec_driver_sql("UPDATE feeds SET attempts = 2 WHERE name = 'verdacht'")

    async def act() -> None:
        async with scene.engine(concurrency=2) as engine:
            while len(scene.told) < 3:
                await engine.tick()
                await asyncio.sleep(0)
            scene.clock.advance(hours=25)
            while len(scene.told) < 6:
                await engine.tick()
                await asyncio.sleep(0)

    run(act)


def well_and_unreachable(store: Store, clock: Clock, n: int) -> None:
    """Subscribe to feeds of so many loopback hosts where nobody listens; their last polls were good."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    for k in range(1, n + 1):
        wanted = Subscription(url=f"http://127.0.0.{k}:{port}/feed", name=f"krant{k}", page="never")
        store.add_feed(wanted, now=clock())
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE feeds SET last_good_at = next_poll_at - 1000000")


def real_config() -> Config:
    return Config(fetch=FetchSettings(contact="x@y.example", allow_networks=["127.0.0.0/8"]))


def test_while_our_own_network_is_away_one_host_is_probed_and_no_feed_pays(store: Store) -> None:
    clock = Clock()
    well_and_unreachable(store, clock, 9)

    async def act() -> None:
        async with running(store, real_config(), clock=clock, rand=lambda: 0.5) as engine:
            assert await engine.tick() == 9
            await ended(engine)
            counted = failures(store)
            assert sum(counted) <= 4  # those whose silence told of it
            clock.advance(minutes=10)
            n_polls = count(store, "polls")
            assert [await engine.tick(), await engine.tick()] == [1, 0]
            await ended(engine)
            assert await engine.tick() == 0
            clock.advance(seconds=30)
            assert await engine.tick() == 1
            await ended(engine)
            assert count(store, "polls") == n_polls + 2
            assert failures(store) == counted

    run(act)


def test_a_probe_is_waited_for_however_many_wait_behind_it(scene: Scene) -> None:
    names = [f"krant{n}" for n in range(3)]
    scene.subscribe(*names)
    would_be_let_go: list[bool] = []

    async def silent(request: Request) -> FetchResult:
        assert request.patience is not None
        would_be_let_go.append(request.patience.others_wait())
        return scene.web.failed(Reason.TIMEOUT)

    for name in names:
        scene.web.on(feed_url(name), silent)

    async def act() -> None:
        async with scene.engine() as engine:
            engine._turn.network.is_away = True
            assert await engine.tick() == 1
            await ended(engine)

    run(act)
    assert would_be_let_go == [False]


def test_who_polls_by_hand_is_told_of_every_feed_and_each_counts_as_ever(store: Store) -> None:
    clock = Clock()
    well_and_unreachable(store, clock, 9)
    told: list[Deposited] = []

    async def act() -> None:
        async with running(
            store, real_config(), clock=clock, rand=lambda: 0.5, on_deposit=told.append
        ) as engine:
            await engine.until_idle()

    run(act)
    assert len(told) == 9
    assert failures(store) == [1] * 9


def failures(store: Store) -> list[int]:
    rows = ask(store, "SELECT coalesce(json_extract(rhythm, '$.n_failures'), 0) FROM feeds")
    return [n for (n,) in rows]


async def ended(engine: Engine) -> None:
    """Wait for the turns under way, and for what their ends begin."""
    await asyncio.gather(*engine._turns)
    if engine._refill is not None:
        await engine._refill


def test_a_group_holds_no_more_of_documents_than_it_may_and_always_the_first() -> None:
    async def act() -> None:
        line = _Line[int, None](lambda n_bytes: n_bytes)
        for n_bytes in (MAX_GROUP_BYTES * 2, 1, MAX_GROUP_BYTES - 1, 1, 1):
            line.join(n_bytes)
        groups = []
        while line.waiting:
            groups.append([n_bytes for n_bytes, _ in line.take()])
        assert groups == [[MAX_GROUP_BYTES * 2], [1, MAX_GROUP_BYTES - 1], [1, 1]]
        for _ in range(MAX_GROUP + 1):
            line.join(0)
        assert [len(line.take()), len(line.take())] == [MAX_GROUP, 1]

    run(act)


def test_outcomes_that_wait_are_written_together(scene: Scene) -> None:
    names = [f"krant{n}" for n in range(20)]
    scene.subscribe(*names)

    async def act() -> None:
        async with scene.engine() as engine:
            await engine.until_idle()

    run(act)
    # Each transaction that brought something new draws one change number an outcome; 20 polls need few transactions.
    assert int(one(scene.store, "SELECT value FROM meta WHERE key = 'change'")) == 20
    assert count(scene.store, "articles") == 20


def test_the_rules_of_the_longest_host_win() -> None:
    rules = {"example": SiteRules(title="a"), "krant.example": SiteRules(title="b")}
    find = partial(rules_for, rules)
    assert find("https://www.krant.example/1") == rules["krant.example"]
    assert find("https://bode.example/1") == rules["example"]
    assert find("https://nietkrant.test/1") is None
    assert find("mailto:x") is None
