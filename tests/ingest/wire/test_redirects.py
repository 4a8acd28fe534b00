"""Redirects: which are followed, which are a move, and which lead nowhere."""

import asyncio

import pytest

from archive.model.outcome import Hop, Reason
from ingest.wire.fetch import Client
from ingest.wire.result import Fetched, Request
from tests.ingest.wire.web import PUBLIC, RSS, answer_to, bad, good, own, proxied, wired
from tests.loopback import FakeNames, Forever, Loopback, head, moved, reply


async def chain(site: Loopback, client: Client, *statuses: int) -> Fetched:
    """Fetch /0, which leads over as many hops to the document."""
    for i, status in enumerate(statuses):
        site.on(f"/{i}", moved(status, f"/{i + 1}"))
    site.on(f"/{len(statuses)}", reply(body=RSS))
    return good(await client.fetch(own(site.url("/0"))))


@pytest.mark.parametrize(
    ("statuses", "end_of_move"),
    [
        ((301,), 1),
        ((308,), 1),
        ((301, 308), 2),
        ((302,), None),
        ((303,), None),
        ((307,), None),
        ((301, 302), 1),
        ((302, 301), None),
        ((301, 301, 307, 308), 2),
    ],
)
def test_only_the_leading_run_of_permanent_redirects_is_a_move(
    statuses: tuple[int, ...], end_of_move: int | None
) -> None:
    async def run() -> None:
        async with wired() as (site, client):
            exchange = (await chain(site, client, *statuses)).exchange
            moved_to = None if end_of_move is None else site.url(f"/{end_of_move}")
            assert exchange.permanent_url == moved_to
            assert exchange.url == site.url(f"/{len(statuses)}")
            assert exchange.requested_url == site.url("/0")
            assert exchange.hops == tuple(
                Hop(status=status, url=site.url(f"/{i + 1}")) for i, status in enumerate(statuses)
            )

    asyncio.run(run())


def test_five_redirects_are_followed_and_the_sixth_is_not() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            await chain(site, client, *[302] * 5)
            for i in range(6):
                site.on(f"/{i}", moved(302, f"/{i + 1}"))
            found = bad(await client.fetch(own(site.url("/0"))))
            assert (found.reason, len(found.exchange.hops)) == (Reason.REDIRECT, 5)
            assert "over 5 redirects" in found.detail

    asyncio.run(run())


NOWHERE = {
    "no Location": (moved(302, None), "a redirect (302) that does not say where to"),
    "an empty Location": (moved(302, ""), "does not say where to"),
    "a blank Location": (moved(308, "  "), "does not say where to"),
    "a file": (moved(301, "file:///etc/passwd"), "not an http address but file:"),
    "data": (moved(301, "data:text/xml,<rss/>"), "not an http address but data:"),
    "a script": (moved(302, "javascript:alert(1)"), "not an http address but javascript:"),
    "gopher": (moved(302, "gopher://127.0.0.1:70/1"), "not an http address but gopher:"),
    "half an IPv6 address": (moved(301, "http://[::1/"), "not a valid address"),
    "a port that is none": (moved(301, "http://127.0.0.1:99999/"), "not a valid address"),
    "a name with a blank": (moved(301, "http://a b/"), "not a host name"),
    "itself": (moved(302, "/feed"), "round in a circle"),
    "itself, at another place within": (moved(302, "/feed#again"), "round in a circle"),
    "itself, with a cookie": (moved(302, "/feed", Set_Cookie="seen=1"), "round in a circle"),
}


@pytest.mark.parametrize("name", NOWHERE)
def test_a_redirect_that_leads_nowhere_is_told(name: str) -> None:
    answer, words = NOWHERE[name]
    found = bad(answer_to(answer))
    assert found.reason is Reason.REDIRECT
    assert words in found.detail


LOCATIONS = {
    "a path": "/news?a=%2F",
    "a path beside it": "news?a=%2F",
    "with blanks around": "  /news?a=%2F ",
    "an address without a scheme": "//127.0.0.1:{port}/news?a=%2F",
    "a whole address": "http://127.0.0.1:{port}/news?a=%2F",
    "a scheme in capitals": "HTTP://127.0.0.1:{port}/news?a=%2F",
    "dots": "/a/../news?a=%2F",
    "a scheme and a path": "http:///news?a=%2F",
}


@pytest.mark.parametrize("name", LOCATIONS)
def test_a_location_may_be(name: str) -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", moved(307, LOCATIONS[name].format(port=site.port)))
            site.on("/news?a=%2F", reply(body=RSS))
            good(await client.fetch(own(url)))

    asyncio.run(run())


def test_a_location_beyond_ascii_is_escaped_and_followed() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", moved(301, "/caf\u00e9 du jour"))
            site.on("/caf%C3%A9%20du%20jour", reply(body=RSS))
            good(await client.fetch(own(url)))

    asyncio.run(run())


def test_of_two_locations_the_first_counts() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", reply(302, headers=[("Location", "/a"), ("Location", "/b")]))
            site.on("/a", reply(body=RSS))
            good(await client.fetch(own(url)))

    asyncio.run(run())


def test_a_redirects_own_page_is_not_read() -> None:
    """It may be without end, and nobody wants it."""

    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", (head(301, [("Location", "/b")]), Forever(b"a" * 65_536)))
            site.on("/b", reply(body=RSS))
            good(await client.fetch(own(url)))

    asyncio.run(run())


def test_a_move_to_a_page_is_told_with_what_the_page_is() -> None:
    """Whether a move counts is for those to say who parse it; here stands what they need."""

    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", moved(301, "/home"))
            site.on("/home", reply(body=b"<!DOCTYPE html>", headers={"Content-Type": "text/html"}))
            found = good(await client.fetch(own(url)))
            assert found.content_type == "text/html"
            assert found.exchange.permanent_url == site.url("/home")

    asyncio.run(run())


def test_a_move_to_https_that_fails_is_told_with_the_way_it_went() -> None:
    async def run() -> None:
        async with proxied(FakeNames(paper_example=PUBLIC)) as (proxy, client):
            proxy.on("http://paper.example/feed", moved(301, "https://paper.example/feed"))
            found = bad(await client.fetch(Request(url="http://paper.example/feed")))
            assert found.exchange.permanent_url == "https://paper.example/feed"
            assert found.detail == "the proxy answered 404"

    asyncio.run(run())


def test_a_circle_of_two_is_found() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            site.on("/a", moved(301, "/b"))
            site.on("/b", moved(301, "/a"))
            assert "circle" in bad(await client.fetch(own(site.url("/a")))).detail
            assert len(site.asked) == 2

    asyncio.run(run())


def test_a_failure_after_a_redirect_keeps_the_way_it_went() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            site.on("/a", moved(301, "/b"))
            site.on("/b", reply(410))
            found = bad(await client.fetch(own(site.url("/a"))))
            assert (found.reason, found.exchange.permanent_url) == (Reason.GONE, site.url("/b"))

    asyncio.run(run())


def test_a_hop_waits_for_its_own_hosts_turn_and_holds_no_other() -> None:
    """Two hosts that lead to each other at the same moment would lock if turns were held along the way."""

    async def run() -> None:
        names = FakeNames(a_example=PUBLIC, b_example="93.184.215.15")
        async with proxied(names, total_s=2) as (site, client):
            site.on("http://a.example/1", moved(302, "http://b.example/2"))
            site.on("http://b.example/1", moved(302, "http://a.example/2"))
            site.on("http://a.example/2", reply(body=RSS))
            site.on("http://b.example/2", reply(body=RSS))
            both = [Request(url=f"http://{host}.example/1") for host in "ab"]
            for found in await asyncio.gather(*(client.fetch(request) for request in both)):
                good(found)

    asyncio.run(run())
