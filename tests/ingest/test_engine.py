"""The engine: many hosts at once and no more than allowed, one turn a host, nothing that stops the others."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from archive.config.settings import rules_for
from archive.errors import ArchiveUnusable
from archive.model.outcome import Deposited
from archive.model.site import SiteRules
from archive.store.store import Store
from archive.store.subscriptions import Subscription
from ingest.engine import Engine, Writer
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


def test_a_turn_that_raises_is_remembered_its_host_comes_back_and_others_go_on(
    scene: Scene,
) -> None:
    scene.subscribe("stuk", "goed")

    def tell(deposited: Deposited) -> None:
        scene.told.append(deposited)
        if deposited.outcome.job.host.startswith("stuk"):
            raise RuntimeError("told to nobody")

    scene.on_deposit = tell

    async def act() -> None:
        async with scene.engine() as engine:
            await engine.tick()
            await asyncio.gather(*engine._turns)
            assert isinstance(engine.failure, RuntimeError)
            with pytest.raises(RuntimeError, match="told to nobody"):
                await engine.until_idle()

    run(act)
    assert len(scene.told) == 2
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
