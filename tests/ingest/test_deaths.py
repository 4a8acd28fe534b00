"""A document that ends the whole process: found, parked, reported, and nothing else is lost or punished for it."""

import asyncio
import multiprocessing
import os
import signal
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archive.model.stated import ParsedFeed
from archive.store.frontier import LEASE_S
from archive.store.subscriptions import Subscription
from ingest.engine import Engine, Writer
from ingest.feed.parse import PARSER_VERSION
from ingest.turn import Turn
from ingest.wire.robots import RobotsCache
from tests.archive.store.depositing import STEADY_PLAN, open_store
from tests.archive.store.looking import ask, count, one, troubles
from tests.fakes import NOON, Clock, FakeWeb, HereParser

MOST_DEATHS = 10


class DeadlyParser(HereParser):
    """Kills its own process over one document, as no exception of a parser's can."""

    async def parse_feed(
        self, body: bytes, url: str, content_type: str | None, known: frozenset[bytes]
    ) -> ParsedFeed:
        if b"dodelijk" in body:
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().parse_feed(body, url, content_type, known)


def poll_all(path: Path, now: datetime) -> None:
    """The process: poll whatever is due at this instant."""

    async def act() -> None:
        clock = Clock(now)
        web = FakeWeb(clock)
        with open_store(path) as store:
            for feed in store.feeds():
                item = f"<item><guid>{feed.name}</guid><title>Over {feed.name}</title></item>"
                body = f"<rss version='2.0'><channel><title>x</title>{item}</channel></rss>"
                web.on(feed.url, web.found(body.encode()))
            writer = Writer(store, plan=STEADY_PLAN, clock=clock, parser_version=PARSER_VERSION)
            turn = Turn(
                fetcher=web,
                parser=DeadlyParser(),
                ledger=writer,
                robots=RobotsCache(web, clock=clock, slow_down=lambda host, gap_s: None),
                rules_for=lambda url: None,
                clock=clock,
            )
            engine = Engine(store, writer, turn, owner=str(os.getpid()), clock=clock)
            await engine.until_idle()
            await writer.finish()

    asyncio.run(act())


def poll_until_it_lives(path: Path) -> int:
    """Start the process anew after each death, once its leases have run out; returns how often it died."""
    context = multiprocessing.get_context("forkserver")
    for n_deaths in range(MOST_DEATHS):
        now = NOON + timedelta(seconds=n_deaths * (LEASE_S + 1))
        process = context.Process(target=poll_all, args=(path, now))
        process.start()
        process.join()
        if process.exitcode == 0:
            return n_deaths
        assert process.exitcode == -signal.SIGKILL
    raise AssertionError("it dies for ever")


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_feed_that_ends_the_process_is_parked_at_its_third_death_and_no_other_suffers(
    tmp_path: Path, position: int
) -> None:
    path = tmp_path / "archive.db"
    names = ["krant", "bode"]
    names.insert(position, "dodelijk")
    with open_store(path) as store:
        for name in names:
            url = f"https://papers.example/{name}"
            store.add_feed(Subscription(url=url, name=name, page="never"), now=NOON)
        other = Subscription(url="https://los.example/", name="los", page="never")
        store.add_feed(other, now=NOON)
    assert poll_until_it_lives(path) == 3
    with open_store(path) as store:
        assert dict(ask(store, "SELECT name, state FROM feeds")) == {
            "dodelijk": "parked",
            "krant": "active",
            "bode": "active",
            "los": "active",
        }
        assert count(store, "articles") == 3
        assert one(store, "SELECT max(attempts) FROM feeds WHERE state = 'active'") == 0
        assert "alone" in one(store, "SELECT last_detail FROM feeds WHERE state = 'parked'")
        assert troubles(store) == []
