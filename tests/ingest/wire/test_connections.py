"""Connections: kept, bounded, tried anew once, and where they lead."""

import asyncio
import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from archive.model.outcome import Reason
from ingest.wire.result import Request
from tests.ingest.wire.web import RSS, bad, good, in_one_packet, own, wired
from tests.loopback import Close, FakeNames, Loopback, Reply, chunked, head, reply

KEPT = {
    "after a document": (reply(body=RSS), True),
    "after chunks": (chunked(RSS), True),
    "after an error": (reply(500, body=b"sorry"), True),
    "not when the server says close": (
        reply(body=RSS, headers={"Connection": "close"}),
        False,
    ),
    "not over HTTP/1.0": (reply(body=RSS, version="1.0"), False),
    "not after more than was announced": ((in_one_packet(RSS) + b"x",), False),
    "not after a second answer that nobody asked for": (
        (in_one_packet(RSS) + in_one_packet(b"<rss>Not this</rss>"),),
        False,
    ),
    "not after a body left unread": (reply(200, length=99_999_999), False),
}


@pytest.mark.parametrize("name", KEPT)
def test_a_connection_is_kept_for_the_next_request(name: str) -> None:
    answer, is_kept = KEPT[name]

    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", answer)
            for _ in range(3):
                await client.fetch(own(url))
            assert len({asked.peer for asked in site.asked}) == (1 if is_kept else 3)

    asyncio.run(run())


def test_idle_connections_are_bounded() -> None:
    async def run() -> None:
        async with Loopback(address="0.0.0.0") as site, wired() as (_, client):
            site.on("/feed", reply(body=RSS))
            for i in range(600):
                host = f"127.9.{i // 200}.{i % 200 + 1}"
                good(await client.fetch(own(site.url("/feed", host=host))))
            assert len({asked.peer for asked in site.asked}) > 300
            assert site.n_open <= 256 + 8  # the server learns of a closing a moment later

    asyncio.run(run())


STALE: dict[str, tuple[tuple[Reply, ...], int, Reason | None]] = {
    "closed meanwhile, is tried anew": ((reply(body=RSS), (Close(),), reply(body=RSS)), 3, None),
    "closed twice, is not tried a third time": (
        (reply(body=RSS), (Close(),), (Close(),)),
        3,
        Reason.CONNECT,
    ),
    "closed within its head, is tried anew": (
        (reply(body=RSS), (b"HTTP/1.1 200", Close()), reply(body=RSS)),
        3,
        None,
    ),
    "closed within its body, is not tried anew": (
        (reply(body=RSS), (head(200, [("Content-Length", "9")]), b"abc", Close()), reply(body=RSS)),
        2,
        Reason.CUT,
    ),
    "answering no HTTP, is not tried anew": (
        (reply(body=RSS), (b"what?\r\n\r\n",), reply(body=RSS)),
        2,
        Reason.PROTOCOL,
    ),
}


@pytest.mark.parametrize("name", STALE)
def test_a_kept_connection(name: str) -> None:
    answers, n_asked, reason = STALE[name]

    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", *answers)
            good(await client.fetch(own(url)))
            second = await client.fetch(own(url))
            assert len(site.asked) == n_asked
            if reason is None:
                good(second)
            else:
                assert bad(second).reason is reason

    asyncio.run(run())


@pytest.mark.parametrize("answer", [(Close(),), (b"HTTP/1.1 200 OK\r\nServ", Close())])
def test_a_fresh_connection_that_closes_is_not_tried_again(answer: Reply) -> None:
    async def run() -> None:
        async with wired() as (site, client):
            found = bad(await client.fetch(own(site.on("/feed", answer))))
            assert (found.reason, len(site.asked)) == (Reason.CONNECT, 1)

    asyncio.run(run())


# -- where they lead -------------------------------------------------------------------------------


def has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6_loopback(), reason="this machine has no ::1")
def test_an_ipv6_address_is_asked_in_brackets() -> None:
    async def run() -> None:
        async with wired(address="::1") as (site, client):
            site.on("/feed", reply(body=RSS))
            found = good(await client.fetch(own(f"http://[::1]:{site.port}/feed")))
            assert found.exchange.url == f"http://[::1]:{site.port}/feed"
            assert site.asked[0].header("host") == f"[::1]:{site.port}"

    asyncio.run(run())


def test_nobody_listening_is_told() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.url("/feed")
            await site.__aexit__()
            found = bad(await client.fetch(own(url)))
            assert found.reason is Reason.CONNECT
            assert "refused" in found.detail.lower()

    asyncio.run(run())


@pytest.mark.parametrize("name", ["nowhere.example", f"{'a' * 64}.example"])
def test_a_name_that_leads_nowhere_is_told(name: str) -> None:
    async def run() -> None:
        async with wired(names=FakeNames()) as (_, client):
            found = bad(await client.fetch(Request(url=f"http://{name}/feed")))
            assert found.reason is Reason.DNS
            assert "cannot be resolved" in found.detail

    asyncio.run(run())


class Several(AbstractResolver):
    """A resolver that gives the same several addresses for every name."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        pass


ADDRESSES = {
    "one that is refused and one that is open": (("10.0.0.7", "127.0.0.1"), None),
    "one where nobody listens and one that is open": (("127.7.7.7", "127.0.0.1"), None),
    "two that are refused": (("10.0.0.7", "192.168.1.1"), Reason.ADDRESS),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_name_with_two_addresses(name: str) -> None:
    addresses, reason = ADDRESSES[name]

    async def run() -> None:
        async with wired(names=Several(*addresses)) as (site, client):
            site.on("/feed", reply(body=RSS))
            found = await client.fetch(own(site.url("/feed", host="nas.example")))
            if reason is None:
                good(found)
            else:
                assert bad(found).reason is reason

    asyncio.run(run())


def test_a_name_that_never_resolves_is_left_in_time() -> None:
    class Never(Several):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            await asyncio.Event().wait()
            return []

    async def run() -> None:
        async with wired(names=Never(), connect_s=0.1) as (_, client):
            found = bad(await client.fetch(Request(url="http://slow.example/")))
            assert (found.reason, found.detail) == (
                Reason.TIMEOUT,
                "no connection within 0.1 s (connect_s)",
            )

    asyncio.run(run())
