"""The address guard at the moment of connecting: after DNS, on every hop, whatever a name was written as."""

import asyncio
from datetime import UTC, datetime

import pytest

from archive.model.outcome import Reason
from ingest.wire.guard import networks
from ingest.wire.result import Request
from ingest.wire.robots import RobotsCache
from tests.ingest.wire.web import PUBLIC, RSS, bad, good, own, proxied, wired
from tests.loopback import FakeNames, Loopback, moved, reply

SPELLINGS = {
    "in decimal parts": "127.0.0.1",
    "by name": "localhost",
    "in two parts": "127.1",
    "as one number": "2130706433",
    "in hexadecimal parts": "0x7f.1",
    "as one hexadecimal number": "0x7f000001",
    "in octal": "0177.0.0.1",
    "as any address at all": "0.0.0.0",
    "as zero": "0",
    "in IPv6": "[::1]",
    "in IPv6 as any address": "[::]",
    "mapped into IPv6": "[::ffff:127.0.0.1]",
    "mapped, in hexadecimal": "[::ffff:7f00:1]",
    "through NAT64": "[64:ff9b::7f00:1]",
    "through 6to4": "[2002:7f00:1::]",
    "in full-width digits": "\uff11\uff12\uff17.0.0.1",
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_the_loopback_is_not_reached_when_written(name: str) -> None:
    async def run() -> None:
        async with wired(allow_networks=()) as (site, client):
            site.on("/feed", reply(body=RSS))
            found = bad(await client.fetch(own(site.url("/feed", host=SPELLINGS[name]))))
            assert found.reason is Reason.ADDRESS
            assert site.asked == []

    asyncio.run(run())


INSIDE = {
    "the loopback": ("127.0.0.1", "loopback (127.0.0.0/8)"),
    "a private network": ("192.168.1.1", "private (192.168.0.0/16)"),
    "a cloud's metadata": ("169.254.169.254", "link-local (169.254.0.0/16)"),
    "a carrier's NAT": ("100.64.3.2", "carrier-grade NAT (100.64.0.0/10)"),
    "multicast": ("224.0.0.251", "multicast (224.0.0.0/4)"),
    "IPv6 loopback": ("::1", "loopback (::1/128)"),
    "a unique local address": ("fd12:3456::1", "not global unicast"),
    "an IPv6 link-local address": ("fe80::1", "link-local (fe80::/10)"),
    "a mapped private address": ("::ffff:10.0.0.1", "private (10.0.0.0/8)"),
    "NAT64 of a private address": ("64:ff9b::a00:1", "private (10.0.0.0/8)"),
    "6to4 of a private address": ("2002:a00:1::1", "private (10.0.0.0/8)"),
    "Teredo": ("2001::1", "Teredo (2001::/32)"),
}


@pytest.mark.parametrize("name", INSIDE)
def test_a_name_is_refused_after_dns_when_it_leads_to(name: str) -> None:
    address, words = INSIDE[name]

    async def run() -> None:
        async with wired(names=FakeNames(inside_example=address)) as (site, client):
            found = bad(await client.fetch(Request(url=site.url("/feed", host="inside.example"))))
            assert found.reason is Reason.ADDRESS
            assert words in found.detail
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


def test_a_redirect_from_a_public_host_does_not_open_an_operators_network() -> None:
    """The feed is the operator's and public; where it redirects to is not what he wrote."""

    async def run() -> None:
        names = FakeNames(a_example=PUBLIC, nas_example="127.0.0.1")
        async with proxied(names) as (site, client):
            site.on("http://a.example/feed", moved(301, "http://nas.example/feed"))
            request = Request(url="http://a.example/feed", operator_url="http://a.example/feed")
            assert bad(await client.fetch(request)).reason is Reason.ADDRESS
            assert len(site.asked) == 1

    asyncio.run(run())


def test_an_answer_of_dns_that_changes_between_two_hops_is_judged_again() -> None:
    async def run() -> None:
        names = FakeNames(turncoat_example=[PUBLIC, "10.0.0.7"])
        async with proxied(names) as (site, client):
            site.on("http://turncoat.example/feed", moved(302, "/next"))
            found = bad(await client.fetch(Request(url="http://turncoat.example/feed")))
            assert found.reason is Reason.ADDRESS
            assert names.asked == ["turncoat.example"] * 2
            assert len(site.asked) == 1

    asyncio.run(run())


def test_a_robots_txt_that_redirects_inside_closes_its_site() -> None:
    async def run() -> None:
        names = FakeNames(a_example=PUBLIC, inside_example="10.0.0.7")
        async with proxied(names) as (site, client):
            site.on("http://a.example/robots.txt", moved(302, "http://inside.example/robots.txt"))
            cache = RobotsCache(client, clock=lambda: datetime(2026, 3, 4, tzinfo=UTC))
            assert not (await cache.of("http://a.example/page")).allowed("http://a.example/page")
            assert len(site.asked) == 1

    asyncio.run(run())


def test_a_refusal_is_no_fault_of_the_network_and_names_the_guard() -> None:
    async def run() -> None:
        async with wired(allow_networks=networks(("10.0.0.0/8",))) as (site, client):
            found = bad(await client.fetch(own(site.url("/feed"))))
            assert (
                found.detail == "127.0.0.1 is loopback (127.0.0.0/8): refused by the address guard"
            )

    asyncio.run(run())
