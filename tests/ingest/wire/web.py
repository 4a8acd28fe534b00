"""A client against a scripted loopback server, and scenes that are played there.

A `Scene` is one address of that server: what it answers, and what a fetch of it comes to. Tables of them read as
sentences: "a body short of its length" is cut, "gzip of two members" arrives whole.

Time limits are WIRE's, so that a busy machine fails no test; the few scenes of the limits set short ones.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from archive.model.outcome import Reason
from ingest.wire.fetch import Client, WireSettings
from ingest.wire.guard import networks
from ingest.wire.result import Failed, Fetched, FetchResult, NotModified, Request
from ingest.wire.turns import HostTurns
from tests.loopback import FakeNames, Loopback, Reply, head

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
RSS = b"<rss><channel><title>News</title></channel></rss>"
PUBLIC = "93.184.215.14"
CERTIFICATES = Path(__file__).parents[2] / "data" / "tls"

LIMITS: dict[str, Any] = {
    "contact": "https://reader.example/about",
    "allow_networks": networks(("127.0.0.0/8", "::1/128")),
    "connect_s": 10.0,
    "idle_s": 10.0,
    "total_s": 10.0,
    "min_host_gap_s": 0.0,
}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What stands at an address and what a fetch of it comes to.

    `reason` None: the document arrives, and is `body`. `says` is a part of the sentence a failure comes with;
    `limits` are settings of the client.
    """

    answer: Reply
    reason: Reason | None = None
    says: str = ""
    body: bytes = RSS
    limits: Mapping[str, Any] = field(default_factory=dict)


def play(scenes: Mapping[str, Scene], name: str) -> FetchResult:
    """Put up a scene at an address of its own, fetch it, and hold what comes against what should."""
    scene = scenes[name]

    async def run() -> FetchResult:
        async with wired(**scene.limits) as (site, client):
            path = "/" + re.sub(r"\W+", "-", name.lower())
            return await client.fetch(own(site.on(path, scene.answer)))

    found = asyncio.run(run())
    if scene.reason is None:
        assert good(found).body == scene.body
    else:
        failed = bad(found)
        assert (failed.reason, failed.exchange.hops) == (scene.reason, ())
        assert scene.says in failed.detail
    return found


@asynccontextmanager
async def wired(
    *,
    names: Any = None,
    turn: Any = None,
    tls: ssl.SSLContext | None = None,
    address: str = "127.0.0.1",
    **changed: Any,
) -> AsyncIterator[tuple[Loopback, Client]]:
    """Open a server and a client that may reach it where a request says it comes of an operator."""
    async with Loopback(address=address) as site:
        settings = WireSettings(**{**LIMITS, **changed})
        opened = Client(settings, clock=lambda: NOW, resolver=names, turn=turn, tls=tls)
        async with opened as client:
            yield site, client


@asynccontextmanager
async def proxied(names: FakeNames, **changed: Any) -> AsyncIterator[tuple[Loopback, Client]]:
    """Open a server that is the client's proxy: it answers for every host, and names lead where they like.

    The way to have many public hosts without leaving the loopback; a request's target is its whole address.
    """
    async with Loopback() as site:
        settings = WireSettings(**{**LIMITS, "proxy": site.url(""), **changed})
        async with Client(settings, clock=lambda: NOW, resolver=names) as client:
            yield site, client


def own(url: str, **more: Any) -> Request:
    """Return the request of a feed whose address an operator wrote."""
    return Request(url=url, operator_url=url, **more)


def answer_to(
    *replies: Reply, request: dict[str, Any] | None = None, **changed: Any
) -> FetchResult:
    """Return what one fetch of /feed comes to, where /feed answers `replies`."""

    async def run() -> FetchResult:
        async with wired(**changed) as (site, client):
            return await client.fetch(own(site.on("/feed", *replies), **(request or {})))

    return asyncio.run(run())


def in_one_packet(body: bytes) -> bytes:
    """Return an answer's head and body as one piece."""
    return head(200, [("Content-Length", str(len(body)))]) + body


def good(result: FetchResult) -> Fetched:
    assert isinstance(result, Fetched), result
    return result


def unchanged(result: FetchResult) -> NotModified:
    assert isinstance(result, NotModified), result
    return result


def bad(result: FetchResult) -> Failed:
    assert isinstance(result, Failed), result
    return result


def serving(certificate: str) -> ssl.SSLContext:
    """Return a server's side of TLS, with a certificate of tests/data/tls."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{certificate}.pem")
    return context


def trusting() -> ssl.SSLContext:
    """Return a client's side of TLS that trusts the authority of tests/data/tls."""
    return ssl.create_default_context(cafile=str(CERTIFICATES / "authority.pem"))


class Time:
    """A monotonic clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds
        await asyncio.sleep(0)

    def turns(self, gap_s: float = 1.0) -> HostTurns:
        return HostTurns(gap_s, monotonic=self.monotonic, sleep=self.sleep)


class Tunnel:
    """A proxy that opens tunnels (CONNECT) to one port of the loopback, whatever host is asked for.

    `asked` are the heads of the requests it got. `answer` replaces the tunnel by a plain answer.
    """

    def __init__(self, port: int, *, answer: bytes = b"") -> None:
        self._port = port
        self._answer = answer
        self.asked: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
            if self._answer:
                writer.write(self._answer)
                await writer.drain()
            else:
                await self._carry(reader, writer)
        writer.close()
        self._tasks.discard(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        ways = [asyncio.create_task(_pour(reader, back)), asyncio.create_task(_pour(there, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            back.close()


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65_536):
        sink.write(data)
        await sink.drain()
