"""A sitemap index is polled with the first of its sitemaps, one level deep, and nothing of it is remembered."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from archive.model.outcome import FeedFailed, FeedOutcome, FeedParsed, Reason, Validators
from ingest import children
from ingest.children import onward
from ingest.poll import poll_feed
from ingest.wire.result import Request
from tests.fakes import NOON, Clock, FakeWeb, HereParser
from tests.ingest.test_poll import feed_job

INDEX = "https://krant.example/index.xml"


def index(*names: str) -> bytes:
    rows = "".join(f"<sitemap><loc>https://krant.example/{name}</loc></sitemap>" for name in names)
    return f"<sitemapindex>{rows}</sitemapindex>".encode()


def news(*names: str) -> bytes:
    urls = "".join(
        f"<url><loc>https://krant.example/{name}</loc><news:news><news:title>{name}</news:title>"
        "</news:news></url>"
        for name in names
    )
    return f"<urlset>{urls}</urlset>".encode()


class Scene:
    """An index at INDEX and what its sitemaps answer."""

    def __init__(self, *names: str) -> None:
        self.web = FakeWeb()
        self.web.on(INDEX, self.web.found(index(*names), etag='"index"'))

    def holds(self, name: str, *articles: str) -> None:
        self.web.on(f"https://krant.example/{name}", self.web.found(news(*articles)))

    def answers(self, name: str, answer: Any) -> None:
        self.web.on(f"https://krant.example/{name}", answer)

    def poll(self, **job: Any) -> FeedOutcome:
        job = {"url": INDEX} | job
        return asyncio.run(poll_feed(feed_job(**job), self.web, HereParser(), clock=Clock()))

    @property
    def asked(self) -> list[str]:
        return [request.url.rpartition("/")[2] for request in self.web.asked]


def parsed(outcome: FeedOutcome) -> FeedParsed:
    assert isinstance(outcome.result, FeedParsed)
    return outcome.result


def failed(outcome: FeedOutcome) -> FeedFailed:
    assert isinstance(outcome.result, FeedFailed)
    return outcome.result


def test_the_entries_of_the_first_sitemaps_are_one_document() -> None:
    scene = Scene("a.xml", "b.xml", "c.xml", "d.xml")
    for name in ("a", "b", "c", "d"):
        scene.holds(f"{name}.xml", f"{name}1", f"{name}2")
    result = parsed(scene.poll())
    assert scene.asked == ["index.xml", "a.xml", "b.xml", "c.xml"]
    assert [entry.title for entry in result.parsed.entries] == ["a1", "a2", "b1", "b2", "c1", "c2"]
    assert [entry.position for entry in result.parsed.entries] == list(range(6))
    assert result.parsed.n_items == 6
    assert result.body == b"\n".join(
        (index("a.xml", "b.xml", "c.xml", "d.xml"), news("a1", "a2"), news("b1", "b2"), news("c1", "c2"))
    )  # fmt: skip


def test_nothing_of_an_index_is_remembered_since_its_sitemaps_change_without_it() -> None:
    scene = Scene("a.xml")
    scene.holds("a.xml", "a1")
    result = parsed(scene.poll())
    assert (result.validators, result.body_digest) == (Validators(url=INDEX), b"")


def test_what_was_seen_is_only_named_and_counted_through() -> None:
    scene = Scene("a.xml", "b.xml")
    scene.holds("a.xml", "a1")
    scene.holds("b.xml", "b1", "b2")
    known = frozenset(entry.digest for entry in parsed(scene.poll()).parsed.entries[1:])
    again = parsed(scene.poll(known=known)).parsed
    assert [entry.title for entry in again.entries] == ["a1"]
    assert sorted(position for _, position in again.seen) == [1, 2]


def test_a_sitemap_that_fails_stops_no_other_and_is_told() -> None:
    scene = Scene("kapot.xml", "index2.xml", "goed.xml")
    scene.answers("kapot.xml", scene.web.status(500))
    scene.answers("index2.xml", scene.web.found(index("goed.xml")))
    scene.holds("goed.xml", "g1")
    result = parsed(scene.poll())
    assert [entry.title for entry in result.parsed.entries] == ["g1"]
    assert result.parsed.warnings == (
        "https://krant.example/kapot.xml: HTTP 500",
        "https://krant.example/index2.xml: a sitemap index within a sitemap index is not followed",
    )


def test_an_index_without_one_good_sitemap_fails_by_the_first_ones_reason() -> None:
    scene = Scene("plat.xml", "weg.xml")
    scene.answers("plat.xml", scene.web.found(b"<urlset><url><loc>/x</loc></url></urlset>"))
    scene.answers("weg.xml", scene.web.status(404))
    failure = failed(scene.poll())
    assert failure.reason is Reason.NOT_A_FEED
    assert "plat.xml: not a feed: a sitemap without news entries" in failure.detail


@pytest.mark.parametrize(("retry_after_s", "waits"), [(900, 900), (None, 4 * 3600)])
def test_a_sitemap_whose_server_asks_for_less_is_the_last_to_be_asked(
    retry_after_s: int | None, waits: int
) -> None:
    scene = Scene("a.xml", "vol.xml", "c.xml")
    scene.holds("a.xml", "a1")
    refusal = scene.web.status(429, retry_after_s=retry_after_s)
    refusal = replace(refusal, exchange=replace(refusal.exchange, retry_after_s=retry_after_s))
    scene.answers("vol.xml", refusal)
    outcome = scene.poll()
    assert scene.asked == ["index.xml", "a.xml", "vol.xml"]
    assert [entry.title for entry in parsed(outcome).parsed.entries] == ["a1"]
    assert outcome.exchange.retry_after_s == waits
    scene.answers("a.xml", refusal)
    outcome = scene.poll()
    assert (outcome.exchange.status, failed(outcome).reason) == (429, Reason.STATUS)


def test_sitemaps_that_take_too_long_end_the_waiting_and_keep_what_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(children, "CHILDREN_S", 0.02)
    scene = Scene("a.xml", "traag.xml")
    scene.holds("a.xml", "a1")

    def never(request: Request) -> Any:
        return asyncio.get_running_loop().create_future()

    scene.answers("traag.xml", never)
    result = parsed(scene.poll())
    assert [entry.title for entry in result.parsed.entries] == ["a1"]
    assert "not all within" in result.parsed.warnings[-1]


def test_the_transfer_of_all_is_counted() -> None:
    scene = Scene("a.xml", "b.xml")
    for name in ("a.xml", "b.xml"):
        answer = scene.web.found(news(name))
        spent = replace(answer.exchange, n_wire_bytes=100, n_bytes=200, elapsed_s=0.5)
        scene.answers(name, replace(answer, exchange=spent))
    exchange = scene.poll().exchange
    assert (exchange.n_wire_bytes, exchange.n_bytes, exchange.elapsed_s) == (200, 400, 1.0)
    assert exchange.url == INDEX
    assert exchange.started_at == NOON


@pytest.mark.parametrize(
    ("first", "second", "credentials"),
    [
        ("https://a.example/f", "https://a.example/g", ("u", "p")),
        ("https://x:y@a.example/f", "https://a.example/g", ("x", "y")),
        ("https://a.example/f", "https://b.example/g", None),
        ("https://a.example/f", "http://a.example/g", None),
        ("https://a.example/f", "https://a.example:444/g", None),
        ("https://a.example/f", "https://[/g", None),
    ],
)
def test_credentials_go_to_their_own_origin_alone(
    first: str, second: str, credentials: tuple[str, str] | None
) -> None:
    own = None if "@" in first else ("u", "p")
    asked = onward(
        Request(url=first, basic_auth=own, operator_url=first, validators=Validators(url=first)),
        second,
    )
    assert asked.basic_auth == credentials
    assert (asked.url, asked.operator_url, asked.validators) == (second, first, None)
