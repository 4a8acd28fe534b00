"""Telling our own hubs: soon, at most once a minute, again when they were down, and never waited for."""

import asyncio
from typing import Any

from archive.model.outcome import Reason
from ingest.websub.publisher import Publisher
from ingest.wire.result import FetchResult, Request
from tests.fakes import Clock, FakeWeb
from tests.ingest.websub.scene import run

FEED = "https://news.example/feed.xml"
HUB, OTHER = "https://hub.example/", "https://tweede.example/"


class Desk:
    """A publisher with its clock; `told` are the requests that came to hubs."""

    def __init__(self, *hubs: str) -> None:
        self.clock = Clock()
        self.web = FakeWeb(self.clock)
        for hub in hubs:
            self.web.on(hub, self.web.status(204))
        self.publisher = Publisher(hubs=hubs, feed_url=FEED, fetcher=self.web, clock=self.clock)

    @property
    def told(self) -> list[Request]:
        return self.web.asked

    def tick(self, **later: float) -> None:
        self.clock.advance(**later)

        async def once() -> None:
            self.publisher.tick()
            await self.publisher.until_idle()

        run(once)


def test_a_change_is_told_to_every_hub() -> None:
    desk = Desk(HUB, OTHER)
    desk.publisher.note_change()
    desk.tick()
    assert [request.url for request in desk.told] == [HUB, OTHER]
    assert desk.told[0].form == (("hub.mode", "publish"), ("hub.url", FEED))
    assert desk.told[0].operator_url == HUB  # an operator wrote it: it may be in his own network


def test_no_change_is_told_to_nobody() -> None:
    desk = Desk(HUB)
    desk.tick()
    assert desk.told == []


def test_many_changes_within_a_minute_are_told_as_two() -> None:
    desk = Desk(HUB)
    for _ in range(30):
        desk.publisher.note_change()
        desk.tick(seconds=2)
    assert len(desk.told) == 1
    desk.tick(seconds=2)
    assert len(desk.told) == 2
    desk.tick(minutes=10)
    assert len(desk.told) == 2


def test_a_hub_that_is_down_is_told_again_later_and_later_until_it_hears() -> None:
    desk = Desk(HUB)
    desk.web.on(HUB, desk.web.failed(Reason.CONNECT))
    desk.publisher.note_change()
    waits, last = [], desk.clock()
    desk.tick()
    while len(desk.told) < 8:
        n_told = len(desk.told)
        desk.tick(minutes=1)
        if len(desk.told) > n_told:
            waits.append(int((desk.clock() - last).total_seconds() // 60))
            last = desk.clock()
    assert waits == [2, 4, 8, 16, 32, 60, 60]
    desk.web.on(HUB, desk.web.status(204))
    desk.tick(hours=1)
    desk.tick(hours=9)
    assert len(desk.told) == 9


def test_one_hub_that_is_down_delays_no_other() -> None:
    desk = Desk(HUB, OTHER)
    desk.web.on(HUB, desk.web.status(500))
    for _ in range(2):
        desk.publisher.note_change()
        desk.tick(minutes=1)
    assert [request.url for request in desk.told].count(OTHER) == 2
    assert [request.url for request in desk.told].count(HUB) == 1


def test_a_hub_that_hangs_holds_up_neither_tick_nor_end() -> None:
    desk = Desk(HUB)

    async def act() -> None:
        reached = asyncio.Event()

        async def hang(request: Request) -> FetchResult:
            reached.set()
            await asyncio.Event().wait()
            raise AssertionError

        desk.web.on(HUB, hang)
        desk.publisher.note_change()
        desk.publisher.tick()
        await reached.wait()
        desk.clock.advance(hours=1)
        desk.publisher.note_change()
        desk.publisher.tick()
        assert len(desk.told) == 1  # it is still being told
        await desk.publisher.finish()

    run(act)


def test_a_change_while_the_hub_answers_is_told_again() -> None:
    desk = Desk(HUB)

    def changes(request: Request) -> Any:
        desk.publisher.note_change()
        return desk.web.status(204)

    desk.web.on(HUB, changes)
    desk.publisher.note_change()
    desk.tick()
    desk.web.on(HUB, desk.web.status(204))
    desk.tick(minutes=1)
    desk.tick(minutes=1)
    assert len(desk.told) == 2


def test_a_fault_of_ours_on_the_wire_is_tried_again() -> None:
    desk = Desk(HUB)
    desk.web.on(HUB, RuntimeError("broken"), desk.web.status(204))
    desk.publisher.note_change()
    desk.tick()
    desk.tick(minutes=2)
    desk.tick(minutes=9)
    assert len(desk.told) == 2
