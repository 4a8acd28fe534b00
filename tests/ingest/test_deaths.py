"""A document that ends the whole process: found, parked, reported, and nothing else is lost or punished for it."""

import asyncio
import multiprocessing
import os
import signal
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archive.model.site import SiteRules
from archive.model.stated import ArticlePage, ParsedFeed
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
    """Kills its own process over one document, a feed's or a page's, as no exception of a parser's can."""

    async def parse_feed(
        self, body: bytes, url: str, content_type: str | None, known: frozenset[bytes]
    ) -> ParsedFeed:
        if b"Over dodelijk" in body:
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().parse_feed(body, url, content_type, known)

    async def parse_page(
        self,
        body: bytes,
        url: str,
        fetched_at: datetime,
        content_type: str | None,
        rules: SiteRules | None,
    ) -> ArticlePage:
        if b"dodelijk" in body:
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().parse_page(body, url, fetched_at, content_type, rules)


PAGES = ("een", "dodelijk", "twee")
"""Articles of the feed `pagina`."""


def page_url(name: str) -> str:
    return f"https://papers.example/artikel/{name}"


def rss(feed: str) -> bytes:
    if feed == "pagina":
        items = "".join(
            f"<item><guid>{n}</guid><title>Artikel {n}</title><link>{page_url(name)}</link></item>"
            for n, name in enumerate(PAGES)
        )
    else:
        items = f"<item><guid>{feed}</guid><title>Over {feed}</title></item>"
    return f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>".encode()


def poll_all(path: Path, now: datetime) -> None:
    """The process: poll whatever is due at this instant."""

    async def act() -> None:
        clock = Clock(now)
        web = FakeWeb(clock)
        with open_store(path) as store:
            for feed in store.feeds():
                web.on(feed.url, web.found(rss(feed.name)))
            for name in PAGES:
                web.on(page_url(name), web.page(f"<html><p>{name}</p></html>"))
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
    context = multiprocessing.get_context("fork")  # a spawned child imports for 2 s
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


def test_a_page_that_ends_the_process_is_given_up_at_its_third_death_and_no_other_suffers(
    tmp_path: Path,
) -> None:
    path = tmp_path / "archive.db"
    with open_store(path) as store:
        url = "https://papers.example/pagina"
        store.add_feed(Subscription(url=url, name="pagina", page="always"), now=NOON)
    assert poll_until_it_lives(path) == 3
    with open_store(path) as store:
        tasks = dict(ask(store, "SELECT url, state FROM page_tasks"))
        assert tasks[page_url("dodelijk")] == "given_up"
        assert len(set(tasks.values())) == 2
        detail = one(store, "SELECT detail FROM page_tasks WHERE state = 'given_up'")
        assert "alone" in detail
        assert count(store, "articles") == 3
        assert troubles(store) == []
