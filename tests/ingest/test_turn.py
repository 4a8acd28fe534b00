"""One host's turn: its feeds one by one, then its pages, each outcome safe before the next request."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.model.outcome import (
    Deposited,
    FeedFailed,
    FeedOutcome,
    FeedParsed,
    Outcome,
    PageOutcome,
    PageRead,
    Reason,
)
from archive.store.frontier import LEASE_S, HostLease, Release
from archive.store.store import Store
from archive.store.subscriptions import Subscription
from ingest.feed.parse import PARSER_VERSION
from ingest.room import ROOM_BYTES, Room
from ingest.turn import PATIENCE_GROWS, REST_S, TURN_S, Turn
from ingest.wire.fetch import WireSettings
from ingest.wire.result import FetchResult, Request
from ingest.wire.robots import RobotsCache
from tests.archive.store.depositing import STEADY_PLAN, open_store
from tests.archive.store.looking import ask, count, one, troubles
from tests.fakes import Clock, FakeWeb, HereParser

ROBOTS = "https://krant.example/robots.txt"


class HereLedger:
    """The writing side without threads and groups. `log` tells what happened in which order."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.log: list[str] = []

    async def deposit(self, outcome: Outcome) -> Deposited:
        self.log.append(f"deposit {outcome.job.url}")
        (deposited,) = self.store.deposit([outcome], now=self.clock(), plan=STEADY_PLAN)
        return deposited

    async def due_work(self, lease: HostLease, only: Any) -> Any:
        self.log.append("ask")
        return self.store.due_work(
            lease, now=self.clock(), parser_version=PARSER_VERSION, only=only
        )

    async def release(self, ended: Release) -> None:
        self.log.append("release")
        self.store.write_turns(
            [], [ended], [], now=self.clock(), plan=STEADY_PLAN, parser_version=PARSER_VERSION
        )


class Scene:
    """A store with feeds of one host, a web and a turn."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.web = FakeWeb(self.clock)
        self.parser = HereParser()
        self.ledger = HereLedger(store, self.clock)
        self.turn = Turn(
            fetcher=self.web,
            parser=self.parser,
            ledger=self.ledger,
            robots=RobotsCache(self.web, clock=self.clock, slow_down=lambda host, gap_s: None),
            rules_for=lambda url: None,
            clock=self.clock,
        )

    def subscribe(self, name: str, *, page: str = "never") -> str:
        url = f"https://krant.example/{name}.xml"
        self.store.add_feed(Subscription(url=url, name=name, page=page), now=self.clock())
        return url

    def lease(self) -> HostLease:
        (lease,) = self.store.claim_hosts(now=self.clock(), owner="test", limit=1)
        return lease

    def take_feeds(self) -> None:
        """Take a turn whose pages wait."""
        self.turn.others_wait = True
        self.take()
        self.turn.others_wait = False

    def take(self) -> None:
        asyncio.run(self.turn.take(self.lease()))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with open_store(tmp_path / "archive.db") as store:
        yield Scene(store)
        assert troubles(store) == []


def rss(*names: str) -> bytes:
    items = "".join(
        f"<item><guid>{name}</guid><title>Over {name}</title><link>https://krant.example/{name}</link></item>"
        for name in names
    )
    return f"<rss version='2.0'><channel><title>Krant</title>{items}</channel></rss>".encode()


PAGE = "<html lang='nl'><body><article><h1>Over {0}</h1>" + "<p>Meer woorden over {0}.</p>" * 40


def test_feeds_come_first_and_every_outcome_is_safe_before_the_next_request(scene: Scene) -> None:
    for name in ("een", "twee"):
        scene.web.on(scene.subscribe(name, page="always"), scene.web.found(rss(name)))
        scene.web.on(f"https://krant.example/{name}", scene.web.page(PAGE.format(name)))
    scene.take()
    assert [request.url.removeprefix("https://krant.example/") for request in scene.web.asked] == [
        "een.xml",
        "twee.xml",
        "robots.txt",
        "een",
        "twee",
    ]
    assert scene.ledger.log == [
        "ask",
        "deposit https://krant.example/een.xml",
        "deposit https://krant.example/twee.xml",
        "ask",
        "deposit https://krant.example/een",
        "deposit https://krant.example/twee",
        "ask",
        "release",
    ]
    assert one(scene.store, "SELECT count(*) FROM revisions WHERE kind = 'page'") == 2
    assert ask(scene.store, "SELECT owner, lease_until FROM hosts") == [("", 0)]


def test_a_bad_feed_stops_no_other_of_its_host(scene: Scene) -> None:
    scene.web.on(scene.subscribe("stuk"), RuntimeError("on the wire"))
    scene.web.on(scene.subscribe("html"), scene.web.page("<html>"))
    deadly = scene.web.found(rss("dodelijk"))
    scene.web.on(scene.subscribe("dodelijk"), deadly)
    scene.parser.dies_of[b"dodelijk"] = RuntimeError("in the parser")
    scene.web.on(scene.subscribe("goed"), scene.web.found(rss("goed")))
    scene.take()
    assert dict(ask(scene.store, "SELECT name, last_reason FROM feeds")) == {
        "stuk": "protocol",
        "html": "not_a_feed",
        "dodelijk": "parse",
        "goed": None,
    }
    assert count(scene.store, "articles") == 1


@pytest.mark.parametrize("retry_after_s", [600, None])
def test_a_server_that_asks_for_less_is_left_alone_with_all_its_feeds(
    scene: Scene, retry_after_s: int | None
) -> None:
    scene.web.on(scene.subscribe("vol"), scene.web.status(429, retry_after_s=retry_after_s))
    other = scene.subscribe("later")
    scene.web.on(other, scene.web.found(rss("later")))
    scene.take()
    assert scene.web.n_asked(other) == 0
    scene.clock.advance(minutes=9)
    assert scene.store.claim_hosts(now=scene.clock(), owner="test", limit=1) == ()
    scene.clock.advance(hours=6)
    scene.take()
    assert scene.web.n_asked(other) == 1


def test_a_page_that_robots_txt_keeps_from_us_is_given_up(scene: Scene) -> None:
    scene.web.on(scene.subscribe("een", page="always"), scene.web.found(rss("een")))
    robots = scene.web.found(b"User-agent: *\nDisallow: /een", content_type="text/plain")
    scene.web.on(ROBOTS, robots)
    scene.take()
    assert scene.web.n_asked("https://krant.example/een") == 0
    assert ask(scene.store, "SELECT state, reason FROM page_tasks") == [("given_up", "robots")]


def test_a_robots_txt_that_cannot_be_read_puts_the_page_off(scene: Scene) -> None:
    scene.web.on(scene.subscribe("een", page="always"), scene.web.found(rss("een")))
    scene.web.on(ROBOTS, scene.web.status(500))
    scene.take()
    assert scene.web.n_asked("https://krant.example/een") == 0
    assert ask(scene.store, "SELECT state, reason FROM page_tasks") == [("due", "robots")]


def test_a_stopping_turn_asks_nothing_more_and_gives_its_host_back(scene: Scene) -> None:
    first, second = scene.subscribe("een"), scene.subscribe("twee")

    def stop(request: object) -> object:
        scene.turn.is_stopping = True
        return scene.web.found(rss("een"))

    scene.web.on(first, stop)
    scene.take()
    assert (scene.web.n_asked(first), scene.web.n_asked(second)) == (1, 0)
    assert count(scene.store, "articles") == 1
    # What was claimed and not asked has killed nobody: it is no suspect.
    assert one(scene.store, "SELECT max(attempts) FROM feeds") == 0
    assert scene.lease().host == "krant.example:443"


def test_a_turn_whose_lease_was_lost_writes_nothing_and_ends(scene: Scene) -> None:
    first, second = scene.subscribe("een"), scene.subscribe("twee")

    def lose(request: object) -> object:
        scene.clock.advance(minutes=5)
        (stolen,) = scene.store.claim_hosts(now=scene.clock(), owner="other", limit=1)
        assert stolen.owner == "other"
        return scene.web.found(rss("een"))

    scene.web.on(first, lose)
    scene.take()
    assert scene.web.n_asked(second) == 0
    assert count(scene.store, "articles") == count(scene.store, "polls") == 0
    assert one(scene.store, "SELECT owner FROM hosts") == "other"


def test_a_fault_in_a_turn_is_raised_and_its_host_given_back(scene: Scene) -> None:
    scene.web.on(scene.subscribe("een"), scene.web.found(rss("een")))

    def broken(deposited: Deposited) -> None:
        raise RuntimeError("told to nobody")

    scene.turn._on_deposit = broken
    with pytest.raises(RuntimeError, match="told to nobody"):
        scene.take()
    assert scene.ledger.log[-1] == "release"
    assert ask(scene.store, "SELECT owner FROM hosts") == [("",)]


def test_more_feeds_than_a_batch_are_all_polled_in_one_turn(scene: Scene) -> None:
    for number in range(45):
        url = scene.subscribe(f"f{number}")
        scene.web.on(url, scene.web.found(rss(f"f{number}")))
    scene.take()
    assert count(scene.store, "polls") == 45
    outcomes = one(scene.store, "SELECT count(*) FROM feeds WHERE last_good_at IS NOT NULL")
    assert outcomes == 45


def test_every_outcome_is_told(scene: Scene) -> None:
    told: list[Deposited] = []
    scene.turn._on_deposit = told.append
    scene.web.on(scene.subscribe("een", page="always"), scene.web.found(rss("een")))
    scene.web.on("https://krant.example/een", scene.web.page(PAGE.format("een")))
    scene.take()
    assert [type(deposited.outcome) for deposited in told] == [FeedOutcome, PageOutcome]


# ---- how long a turn is ---------------------------------------------------------------------------


def slowly(scene: Scene, seconds: float, answer: FetchResult) -> Callable[[Request], FetchResult]:
    """Return an answer that takes so long."""

    def answering(_: Request) -> FetchResult:
        scene.clock.advance(seconds=seconds)
        return answer

    return answering


def test_a_turn_asks_nothing_more_after_a_minute_and_its_host_waits_in_line_again(
    scene: Scene,
) -> None:
    urls = [scene.subscribe(f"krant{n}") for n in range(5)]
    for n, url in enumerate(urls):
        scene.web.on(url, slowly(scene, 25, scene.web.found(rss(f"bericht{n}"))))
    started_at = scene.clock()
    scene.take()
    assert [request.url for request in scene.web.asked] == urls[:3]
    assert scene.store.next_due_at() == scene.clock() == started_at + timedelta(seconds=75)
    scene.take()
    assert [request.url for request in scene.web.asked] == urls
    assert one(scene.store, "SELECT max(attempts) FROM feeds") == 0


def test_a_batch_of_hanging_requests_never_outlasts_its_lease() -> None:
    # The last request may begin just before the minute is over, and take the whole of the wire's deadline.
    assert timedelta(seconds=TURN_S + WireSettings().total_s) < timedelta(seconds=LEASE_S)


def test_a_host_that_hangs_is_left_at_once_and_remembered_until_it_answers(scene: Scene) -> None:
    first, second = scene.subscribe("een"), scene.subscribe("twee")
    scene.web.on(first, scene.web.failed(Reason.TIMEOUT))
    scene.web.on(second, scene.web.found(rss("bericht")))
    scene.take()
    assert [request.url for request in scene.web.asked] == [first]
    assert one(scene.store, "SELECT is_slow FROM hosts") == 1
    scene.take()
    assert [request.url for request in scene.web.asked] == [first, second]
    assert one(scene.store, "SELECT is_slow FROM hosts") == 0


def test_a_page_that_was_not_asked_for_says_nothing_of_a_slow_host(scene: Scene) -> None:
    body = rss("een").replace(b"https://krant.example/een", b"https://traag.example/een")
    scene.web.on(scene.subscribe("een", page="always"), scene.web.found(body))
    refusal = scene.web.found(b"User-agent: *\nDisallow: /", content_type="text/plain")
    scene.web.on("https://traag.example/robots.txt", refusal)
    scene.take()
    with scene.store.writing() as connection:
        connection.exec_driver_sql("UPDATE hosts SET is_slow = 1 WHERE name LIKE 'traag%'")
    scene.take()
    assert one(scene.store, "SELECT state FROM page_tasks") == "given_up"
    slow = ask(scene.store, "SELECT name FROM hosts WHERE is_slow")
    assert slow == [("traag.example:443",)]


def test_a_host_whose_turn_failed_by_our_fault_rests_and_suspects_nobody(scene: Scene) -> None:
    scene.subscribe("een")
    scene.web.on(scene.subscribe("twee"), scene.web.found(rss("bericht")))

    async def broken(outcome: Outcome) -> Deposited:
        raise RuntimeError("a fault of ours")

    scene.ledger.deposit = broken  # type: ignore[method-assign]  # the writer, for once
    with pytest.raises(RuntimeError, match="ours"):
        scene.take()
    assert scene.store.next_due_at() == scene.clock() + timedelta(seconds=REST_S)
    assert one(scene.store, "SELECT max(attempts) FROM feeds") == 0


# ---- while others wait ----------------------------------------------------------------------------


def silent(scene: Scene) -> Callable[[Request], FetchResult]:
    """Return a server that says nothing: what is borne with no longer is put off, and it times out else."""

    def answering(request: Request) -> FetchResult:
        failed = scene.web.failed(Reason.TIMEOUT)
        is_put_off = request.patience is not None and request.patience.others_wait()
        return replace(failed, is_put_off=is_put_off)

    return answering


def test_a_silent_host_is_let_go_without_a_trace_and_waits_behind_the_others(scene: Scene) -> None:
    url = scene.subscribe("stil")
    scene.subscribe("buur")
    scene.web.on(url, silent(scene))
    scene.turn.others_wait = True
    scene.clock.advance(seconds=30)
    scene.take()
    assert [request.url for request in scene.web.asked] == [url]  # and its neighbour not yet
    assert count(scene.store, "polls") == 0
    assert ask(scene.store, "SELECT attempts, n_failures, n_polls FROM feeds") == [(0, 0, 0)] * 2
    assert ask(scene.store, "SELECT is_slow, owner FROM hosts") == [(0, "")]
    assert scene.store.next_due_at() == scene.clock()


def test_let_go_twice_it_is_a_slow_one_and_then_waited_for_as_long_as_it_takes(
    scene: Scene,
) -> None:
    url = scene.subscribe("stil")
    scene.web.on(url, silent(scene))
    scene.turn.others_wait = True
    slow = []
    for _ in range(3):
        scene.take()
        slow.append(one(scene.store, "SELECT is_slow FROM hosts"))
    first, second, third = (request.patience for request in scene.web.asked)
    assert first is not None and second is not None and third is None
    assert second.seconds >= first.seconds * PATIENCE_GROWS
    assert slow == [0, 1, 1]
    assert ask(scene.store, "SELECT result FROM polls") == [("timeout",)]


def test_an_answer_makes_the_next_silence_the_first_again(scene: Scene) -> None:
    url = scene.subscribe("wisselend")
    found = scene.web.found(rss("bericht"))
    scene.turn.others_wait = True
    for answer in (silent(scene), found, silent(scene)):
        scene.web.on(url, answer)
        scene.take()
        scene.store.make_due([1], now=scene.clock())
    assert one(scene.store, "SELECT is_slow FROM hosts") == 0


def test_who_was_let_go_and_answers_late_makes_nobody_wait_longer(scene: Scene) -> None:
    first, second = scene.subscribe("een"), scene.subscribe("twee")
    scene.web.on(first, silent(scene))
    scene.turn.others_wait = True
    scene.take()
    found = scene.web.found(rss("bericht"))
    scene.web.on(first, replace(found, exchange=replace(found.exchange, elapsed_s=9.0)))
    scene.take()
    patience = {request.url: request.patience for request in scene.web.asked}[second]
    assert patience is not None
    assert patience.seconds < 2


def test_while_nobody_waits_silence_is_a_failure_at_once(scene: Scene) -> None:
    scene.web.on(scene.subscribe("stil"), silent(scene))
    scene.take()
    assert ask(scene.store, "SELECT result FROM polls") == [("timeout",)]


def test_what_may_have_ended_the_process_is_never_put_off(scene: Scene) -> None:
    scene.web.on(scene.subscribe("verdacht"), silent(scene))
    scene.turn.others_wait = True
    asyncio.run(scene.turn.take(replace(scene.lease(), is_alone=True)))
    assert scene.web.asked[0].patience is None
    assert count(scene.store, "polls") == 1


def test_pages_wait_until_the_feeds_of_those_who_wait_have_been_asked(scene: Scene) -> None:
    url = scene.subscribe("een", page="always")
    scene.web.on(url, scene.web.found(rss("een")))
    scene.web.on("https://krant.example/een", scene.web.page(PAGE.format("een")))
    scene.turn.others_wait = True
    scene.take()
    assert [request.url for request in scene.web.asked] == [url]
    assert ask(scene.store, "SELECT claims, attempts FROM page_tasks") == [(0, 0)]
    scene.take()  # its next turn is for them, whoever waits
    assert scene.web.asked[-1].url == "https://krant.example/een"


# ---- while our own network is away ----------------------------------------------------------------


def test_a_page_loses_none_of_its_tries_and_a_turn_ends_with_the_first_silence(
    scene: Scene,
) -> None:
    scene.web.on(scene.subscribe("een", page="always"), scene.web.found(rss("een", "twee")))
    scene.take_feeds()
    away = scene.web.failed(Reason.CONNECT)
    for name in ("een", "twee", "robots.txt"):
        scene.web.on(f"https://krant.example/{name}", away)
    n_before = len(scene.web.asked)
    scene.turn.network.is_away = True
    scene.take()
    assert len(scene.web.asked) == n_before + 1
    assert ask(scene.store, "SELECT claims, attempts FROM page_tasks") == [(0, 0)] * 2
    assert one(scene.store, "SELECT is_slow FROM hosts") == 0


def test_a_feed_that_cannot_be_asked_is_the_only_one_of_its_host_that_is_tried(
    scene: Scene,
) -> None:
    for name in ("een", "twee"):
        scene.web.on(scene.subscribe(name), scene.web.failed(Reason.TIMEOUT))
    scene.turn.network.is_away = True
    scene.take()
    assert len(scene.web.asked) == 1
    assert one(scene.store, "SELECT is_slow FROM hosts") == 0


# ---- memory ---------------------------------------------------------------------------------------


def test_a_deposit_is_told_without_the_documents_that_are_in_the_archive_now(scene: Scene) -> None:
    told: list[Deposited] = []
    scene.turn._on_deposit = told.append
    scene.web.on(scene.subscribe("een", page="always"), scene.web.found(rss("een")))
    scene.web.on("https://krant.example/een", scene.web.page(PAGE.format("een")))
    scene.web.on(scene.subscribe("twee"), scene.web.found(b"<html>geen feed</html>"))
    scene.take()
    by_kind = {type(done.outcome.result): done.outcome.result for done in told}
    parsed, failed, read = by_kind[FeedParsed], by_kind[FeedFailed], by_kind[PageRead]
    assert isinstance(parsed, FeedParsed) and isinstance(read, PageRead)
    assert isinstance(failed, FeedFailed)
    assert (parsed.body, parsed.parsed.entries, parsed.parsed.title) == (b"", (), "Krant")
    assert (read.body, read.page.text, read.page.html) == (b"", None, None)
    assert (failed.body, failed.reason) == (None, Reason.NOT_A_FEED)
    assert [done.n_new for done in told].count(1) == 1


def test_a_request_waits_while_the_room_is_full_of_documents(scene: Scene) -> None:
    scene.web.on(scene.subscribe("een"), scene.web.found(rss("een")))

    async def act() -> None:
        room = Room()
        scene.turn._room = room
        room.change(ROOM_BYTES)
        taking = asyncio.create_task(scene.turn.take(scene.lease()))
        for _ in range(10):
            await asyncio.sleep(0)
        assert scene.web.asked == []
        room.change(-ROOM_BYTES)
        await taking
        assert len(scene.web.asked) == 1
        assert room.held_bytes == 0

    asyncio.run(act())


def test_a_missing_part_of_an_article_ends_the_turn_where_its_server_asks_to_wait(
    scene: Scene,
) -> None:
    scene.web.on(scene.subscribe("een", page="always"), scene.web.found(rss("een", "twee")))
    next_part = "<link rel=next href='https://krant.example/twee/2'>"
    scene.web.on("https://krant.example/een", scene.web.page(PAGE.format("een")))
    scene.web.on("https://krant.example/twee", scene.web.page(next_part + PAGE.format("twee")))
    scene.web.on("https://krant.example/twee/2", scene.web.status(429, retry_after_s=900))
    scene.take()
    asked = [request.url for request in scene.web.asked]
    assert asked[-2:] == ["https://krant.example/twee", "https://krant.example/twee/2"]
    assert "https://krant.example/een" not in asked
    assert one(scene.store, "SELECT count(*) FROM variants WHERE page_detail LIKE 'part 2%'") == 1
    assert (
        scene.store.claim_hosts(now=scene.clock.now + timedelta(seconds=899), owner="t", limit=1)
        == ()
    )
