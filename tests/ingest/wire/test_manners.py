"""How often we come: one request at a time to a host, a second apart, and so many in all. In a time of our own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from archive.model.outcome import Reason
from ingest.wire.result import Request
from ingest.wire.robots import RobotsCache
from ingest.wire.turns import HostTurns
from tests.ingest.wire.web import NOW, PUBLIC, RSS, Time, bad, good, own, proxied, wired
from tests.loopback import FakeNames, Gate, Hang, Loopback, moved, reply


class Watched:
    """Turns in a time of our own, and when each was taken at which host."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self.turns: HostTurns = time.turns()
        self.taken: list[tuple[str, float]] = []

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        async with self.turns.turn(host):
            self.taken.append((host.partition(":")[0], self._time.now_s - 100))
            yield


def test_feeds_of_one_host_are_asked_a_second_apart_and_one_at_a_time() -> None:
    async def run() -> None:
        watched = Watched(Time())
        async with wired(turn=watched.turn) as (site, client):
            urls = [site.on(f"/{i}", reply(body=RSS)) for i in range(4)]
            await asyncio.gather(*(client.fetch(own(url)) for url in urls))
            assert [at for _, at in watched.taken] == [0, 1, 2, 3]
            assert site.most_at_once == 1

    asyncio.run(run())


def test_a_redirect_within_a_host_waits_for_a_turn_of_its_own() -> None:
    async def run() -> None:
        watched = Watched(Time())
        async with wired(turn=watched.turn) as (site, client):
            url = site.on("/feed", moved(302, "/next"))
            site.on("/next", reply(body=RSS))
            good(await client.fetch(own(url)))
            assert [at for _, at in watched.taken] == [0, 1]

    asyncio.run(run())


def test_robots_txt_and_pages_stand_in_the_same_line() -> None:
    async def run() -> None:
        watched = Watched(Time())
        async with wired(turn=watched.turn) as (site, client):
            url = site.on("/page", reply(body=b"<p>News</p>"))
            site.on("/robots.txt", reply(body=b"User-agent: *\nCrawl-delay: 7\n"))
            robots = RobotsCache(client, clock=lambda: NOW, slow_down=watched.turns.slow_down)
            for _ in range(3):
                assert (await robots.of(url, operator_url=url)).allowed(url)
                good(await client.fetch(own(url)))
            # Once read, the delay counts from then on.
            assert [at for _, at in watched.taken] == [0, 7, 14, 21]

    asyncio.run(run())


def test_hosts_do_not_wait_for_each_other() -> None:
    async def run() -> None:
        watched = Watched(Time())
        async with Loopback(address="0.0.0.0") as site, wired(turn=watched.turn) as (_, client):
            site.on("/feed", reply(body=RSS))
            hosts = [f"127.0.0.{i}" for i in range(2, 6)]
            urls = [site.url("/feed", host=host) for host in hosts]
            await asyncio.gather(*(client.fetch(own(url)) for url in urls))
            assert [at for _, at in watched.taken] == [0, 0, 0, 0]

    asyncio.run(run())


def test_a_name_in_capitals_is_the_same_host() -> None:
    async def run() -> None:
        watched = Watched(Time())
        names = FakeNames(paper_example="127.0.0.1")
        async with wired(turn=watched.turn, names=names) as (site, client):
            site.on("/feed", reply(body=RSS))
            for host in ("paper.example", "PAPER.example", "paper.example."):
                await client.fetch(own(site.url("/feed", host=host)))
            assert watched.taken[:2] == [("paper.example", 0), ("paper.example", 1)]
            assert watched.taken[2][0] == "paper.example"

    asyncio.run(run())


def test_waiting_for_our_own_turn_is_not_the_servers_slowness() -> None:
    async def run() -> None:
        turns = HostTurns(0.5)  # real time, longer than the whole deadline
        async with wired(turn=turns.turn, total_s=0.3) as (site, client):
            url = site.on("/feed", reply(body=RSS))
            for found in await asyncio.gather(client.fetch(own(url)), client.fetch(own(url))):
                assert good(found).exchange.elapsed_s < 0.3

    asyncio.run(run())


def test_a_robots_txt_is_asked_for_once_a_day() -> None:
    async def run() -> None:
        now = NOW
        async with wired() as (site, client):
            url = site.url("/page")
            site.on("/robots.txt", reply(body=b"User-agent: *\nDisallow: /paid\n"))
            robots = RobotsCache(client, clock=lambda: now)
            for _ in range(3):
                assert not (await robots.of(url, operator_url=url)).allowed(site.url("/paid"))
            assert len(site.asked) == 1
            now += timedelta(days=1)
            await robots.of(url, operator_url=url)
            assert len(site.asked) == 2

    asyncio.run(run())


# -- slots -----------------------------------------------------------------------------------------


def test_no_more_requests_than_the_slots_allow() -> None:
    async def run() -> None:
        names = FakeNames(**{f"h{i}_example": PUBLIC for i in range(12)})
        async with proxied(names, concurrency=3) as (site, client):
            gates = [Gate() for _ in range(12)]
            for i, gate in enumerate(gates):
                site.on(f"http://h{i}.example/", (gate, *reply(body=RSS)))
            tasks = [
                asyncio.create_task(client.fetch(Request(url=f"http://h{i}.example/")))
                for i in range(12)
            ]
            for gate in gates:
                await gate.reached.wait()
                gate.open.set()
            for task in tasks:
                good(await task)
            assert site.most_at_once == 3

    asyncio.run(run())


def test_hosts_that_timed_out_leave_a_slot_in_eight_to_others() -> None:
    async def run() -> None:
        slow = [f"http://slow{i}.example/" for i in range(16)]
        names = FakeNames(
            **{f"slow{i}_example": PUBLIC for i in range(16)}, ok_example="93.184.215.15"
        )
        async with proxied(names, concurrency=16, idle_s=0.2) as (site, client):
            for url in slow:
                site.on(url, (Hang(),))
            site.on("http://ok.example/", reply(body=RSS))
            first = await asyncio.gather(*(client.fetch(Request(url=url)) for url in slow))
            assert {bad(found).reason for found in first} == {Reason.TIMEOUT}
            assert site.most_at_once == 16
            await site.quiet()
            site.most_at_once = 0
            again = [asyncio.create_task(client.fetch(Request(url=url))) for url in slow]
            good(await client.fetch(Request(url="http://ok.example/")))
            await asyncio.gather(*again)
            assert site.most_at_once <= 15  # fourteen slow ones beside the good one

    asyncio.run(run())
