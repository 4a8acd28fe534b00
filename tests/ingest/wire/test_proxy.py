"""Through a proxy: names are looked up and judged by us first, on every hop, in the open and in tunnels."""

import asyncio

import pytest

from archive import __version__
from archive.model.outcome import Reason
from ingest.wire.fetch import Client, WireSettings
from ingest.wire.guard import networks
from ingest.wire.result import Request
from tests.ingest.wire.web import (
    LIMITS,
    NOW,
    PUBLIC,
    RSS,
    Tunnel,
    bad,
    good,
    proxied,
    serving,
    trusting,
)
from tests.loopback import FakeNames, Loopback, moved, reply


def test_every_hop_is_looked_up_and_judged_before_the_proxy_hears_of_it() -> None:
    async def run() -> None:
        names = FakeNames(a_example=PUBLIC, inside_example="10.0.0.7")
        async with proxied(names, allow_networks=networks(())) as (site, client):
            site.on("http://a.example/feed", moved(302, "http://inside.example/feed"))
            found = bad(await client.fetch(Request(url="http://a.example/feed")))
            assert found.reason is Reason.ADDRESS
            assert [asked.target for asked in site.asked] == ["http://a.example/feed"]

    asyncio.run(run())


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_address_in_figures_is_judged_too(scheme: str) -> None:
    async def run() -> None:
        async with proxied(FakeNames()) as (site, client):
            found = bad(await client.fetch(Request(url=f"{scheme}://[::1]/feed")))
            assert found.reason is Reason.ADDRESS
            assert site.asked == []

    asyncio.run(run())


def test_a_number_for_an_address_is_looked_up_like_a_name() -> None:
    async def run() -> None:
        async with Loopback() as site:
            settings = WireSettings(**{**LIMITS, "proxy": site.url("")})
            async with Client(settings, clock=lambda: NOW) as client:
                for host in ("2130706433", "0x7f.1", "127.1"):
                    found = bad(await client.fetch(Request(url=f"http://{host}/feed")))
                    assert found.reason is Reason.ADDRESS, host
            assert site.asked == []

    asyncio.run(run())


def test_a_name_nobody_knows_is_told_before_the_proxy_hears_of_it() -> None:
    async def run() -> None:
        async with proxied(FakeNames()) as (site, client):
            found = bad(await client.fetch(Request(url="http://nowhere.example/feed")))
            assert found.reason is Reason.DNS
            assert site.asked == []

    asyncio.run(run())


def test_a_proxy_that_is_not_there_is_told() -> None:
    async def run() -> None:
        async with proxied(FakeNames(a_example=PUBLIC)) as (site, client):
            await site.__aexit__()
            found = bad(await client.fetch(Request(url="http://a.example/feed")))
            assert found.reason is Reason.CONNECT
            assert found.detail.startswith("the proxy cannot be reached")

    asyncio.run(run())


def test_credentials_of_the_proxy_stay_with_the_proxy() -> None:
    async def run() -> None:
        async with Loopback() as site:
            site.on("http://a.example/feed", reply(body=RSS))
            proxy = site.url("").replace("127", "me:secret@127")
            settings = WireSettings(**{**LIMITS, "proxy": proxy})
            names = FakeNames(a_example=PUBLIC)
            async with Client(settings, clock=lambda: NOW, resolver=names) as client:
                good(await client.fetch(Request(url="http://a.example/feed")))
            assert site.asked[0].header("proxy-authorization") == "Basic bWU6c2VjcmV0"
            assert site.asked[0].header("authorization") is None

    asyncio.run(run())


# -- https, through a tunnel -----------------------------------------------------------------------

NAMES = {"paper_example": PUBLIC, "other_example": PUBLIC, "inside_example": "10.0.0.7"}


def test_https_goes_through_a_tunnel_that_learns_the_host_and_no_more() -> None:
    async def run() -> None:
        async with Loopback(tls=serving("good")) as site, Tunnel(site.port) as tunnel:
            site.on("/feed?secret=1", reply(body=RSS))
            settings = WireSettings(**{**LIMITS, "proxy": tunnel.url})
            client = Client(
                settings, clock=lambda: NOW, resolver=FakeNames(**NAMES), tls=trusting()
            )
            async with client:
                url = "https://paper.example/feed?secret=1"
                good(await client.fetch(Request(url=url, basic_auth=("me", "word"))))
            first, *headers = tunnel.asked[0].split("\r\n")
            assert first == "CONNECT paper.example:443 HTTP/1.1"
            assert (
                f"User-Agent: newsarchive/{__version__} (+https://reader.example/about)" in headers
            )
            assert not any("uthorization" in header for header in headers)
            assert site.asked[0].target == "/feed?secret=1"
            assert site.asked[0].header("authorization") == "Basic bWU6d29yZA=="

    asyncio.run(run())


def test_a_certificate_is_verified_behind_a_tunnel() -> None:
    async def run() -> None:
        async with Loopback(tls=serving("good")) as site, Tunnel(site.port) as tunnel:
            settings = WireSettings(**{**LIMITS, "proxy": tunnel.url})
            client = Client(
                settings, clock=lambda: NOW, resolver=FakeNames(**NAMES), tls=trusting()
            )
            async with client:
                found = bad(await client.fetch(Request(url="https://other.example/feed")))
            assert found.reason is Reason.TLS
            assert "hostname mismatch" in found.detail
            assert site.asked == []

    asyncio.run(run())


def test_a_tunnel_into_a_private_network_is_never_asked_for() -> None:
    async def run() -> None:
        async with Loopback(tls=serving("good")) as site, Tunnel(site.port) as tunnel:
            settings = WireSettings(**{**LIMITS, "proxy": tunnel.url})
            client = Client(
                settings, clock=lambda: NOW, resolver=FakeNames(**NAMES), tls=trusting()
            )
            async with client:
                site.on("/feed", moved(301, "https://inside.example/feed"))
                found = bad(await client.fetch(Request(url="https://paper.example/feed")))
            assert found.reason is Reason.ADDRESS
            assert len(tunnel.asked) == 1

    asyncio.run(run())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n", "the proxy answered 407"),
        (b"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n", "the proxy answered 502"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 70_000, "max_header_bytes"),
        (b"no\r\n\r\n", "not valid HTTP"),
    ],
)
def test_a_proxy_that_opens_no_tunnel_is_told(answer: bytes, words: str) -> None:
    async def run() -> None:
        async with Tunnel(1, answer=answer) as tunnel:
            settings = WireSettings(**{**LIMITS, "proxy": tunnel.url})
            async with Client(
                settings, clock=lambda: NOW, resolver=FakeNames(**NAMES), tls=trusting()
            ) as client:
                found = bad(await client.fetch(Request(url="https://paper.example/feed")))
                assert words in found.detail

    asyncio.run(run())
