"""Redirects, and the address guard on every hop of them."""

import asyncio

import pytest

from archive.model.outcome import Hop, Reason
from ingest.wire.fetch import Client
from ingest.wire.guard import networks
from ingest.wire.result import Fetched, Request
from tests.ingest.wire.web import RSS, answer_to, bad, good, own, proxied, wired
from tests.loopback import FakeNames, Loopback, Reply, moved, reply

PUBLIC = "93.184.215.14"


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


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (moved(302, None), "does not say where to"),
        (moved(302, ""), "does not say where to"),
        (moved(301, "file:///etc/passwd"), "not an http address but file:"),
        (moved(301, "data:text/xml,<rss/>"), "not an http address but data:"),
        (moved(301, "http://[::1/"), "not a valid address"),
        (moved(302, "/feed"), "round in a circle"),
        (moved(302, "/feed#again"), "round in a circle"),
    ],
)
def test_a_redirect_to_nowhere_is_told(answer: Reply, words: str) -> None:
    found = bad(answer_to(answer))
    assert found.reason is Reason.REDIRECT
    assert words in found.detail


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


# -- the guard -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ],
)
def test_no_spelling_of_the_loopback_is_reached(host: str) -> None:
    async def run() -> None:
        async with wired(allow_networks=()) as (site, client):
            found = bad(await client.fetch(own(site.url("/feed", host=host))))
            assert found.reason is Reason.ADDRESS
            assert site.asked == []

    asyncio.run(run())


def test_a_name_that_leads_inside_is_refused_after_dns() -> None:
    async def run() -> None:
        names = FakeNames(inside_example="127.0.0.1")
        async with wired(names=names) as (site, client):
            found = bad(await client.fetch(Request(url=site.url("/feed", host="inside.example"))))
            assert found.reason is Reason.ADDRESS
            assert "loopback (127.0.0.0/8)" in found.detail
            assert site.asked == []

    asyncio.run(run())


def test_an_operators_own_name_may_lead_into_an_opened_network() -> None:
    async def run() -> None:
        async with wired(names=FakeNames(nas_example="127.0.0.1")) as (site, client):
            site.on("/feed", moved(301, "/moved"))
            site.on("/moved", reply(body=RSS))
            good(await client.fetch(own(site.url("/feed", host="nas.example"))))

    asyncio.run(run())


def test_an_opened_network_is_closed_to_what_no_operator_wrote() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", reply(body=RSS))
            good(await client.fetch(own(url)))
            assert bad(await client.fetch(Request(url=url))).reason is Reason.ADDRESS
            assert len(site.asked) == 1  # the kept connection was not lent either

    asyncio.run(run())


def test_a_page_on_the_host_of_an_operators_feed_may_be_read_and_others_not() -> None:
    async def run() -> None:
        async with wired(names=FakeNames(other_example="127.0.0.1")) as (site, client):
            feed, page = site.url("/feed"), site.on("/page", reply(body=b"<p>News</p>"))
            good(await client.fetch(Request(url=page, operator_url=feed)))
            elsewhere = site.url("/page", host="other.example")
            found = bad(await client.fetch(Request(url=elsewhere, operator_url=feed)))
            assert found.reason is Reason.ADDRESS

    asyncio.run(run())


def test_a_redirect_from_an_operators_host_to_another_inside_is_refused() -> None:
    async def run() -> None:
        async with wired() as (site, client), Loopback() as router:
            url = site.on("/feed", moved(302, router.on("/admin", reply(body=b"secret"))))
            found = bad(await client.fetch(own(url)))
            assert found.reason is Reason.ADDRESS
            assert router.asked == []

    asyncio.run(run())


def test_a_name_is_judged_by_the_address_connected_to_not_by_an_earlier_look() -> None:
    """Both look-ups pass through the same client; the second answer leads inside."""

    async def run() -> None:
        names = FakeNames(turncoat_example=["93.184.215.14", "127.0.0.1"])
        await names.resolve("turncoat.example")  # what a check before the connection would see
        async with wired(names=names) as (site, client):
            found = bad(await client.fetch(Request(url=site.url("/feed", host="turncoat.example"))))
            assert found.reason is Reason.ADDRESS
            assert site.asked == []

    asyncio.run(run())


def test_through_a_proxy_every_hop_is_looked_up_and_judged_first() -> None:
    async def run() -> None:
        names = FakeNames(a_example=PUBLIC, inside_example="10.0.0.7")
        async with proxied(names, allow_networks=networks(())) as (site, client):
            site.on("http://a.example/feed", moved(302, "http://inside.example/feed"))
            found = bad(await client.fetch(Request(url="http://a.example/feed")))
            assert found.reason is Reason.ADDRESS
            assert [asked.target for asked in site.asked] == ["http://a.example/feed"]
            literal = bad(await client.fetch(Request(url="http://[::1]/feed")))
            assert literal.reason is Reason.ADDRESS
            nowhere = bad(await client.fetch(Request(url="http://nowhere.example/feed")))
            assert nowhere.reason is Reason.DNS

    asyncio.run(run())
