"""A client against a scripted loopback server.

Its time limits are WIRE's, so that a busy machine fails no test; the few tests of the limits set short ones.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from ingest.wire.fetch import Client, WireSettings
from ingest.wire.guard import networks
from ingest.wire.result import Failed, Fetched, FetchResult, NotModified, Request
from tests.loopback import FakeNames, Loopback, Reply

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
RSS = b"<rss><channel><title>News</title></channel></rss>"

LIMITS: dict[str, Any] = {
    "contact": "https://reader.example/about",
    "allow_networks": networks(("127.0.0.0/8",)),
    "connect_s": 10.0,
    "idle_s": 10.0,
    "total_s": 10.0,
    "min_host_gap_s": 0.0,
}


@asynccontextmanager
async def wired(
    *, names: FakeNames | None = None, turn: Any = None, **changed: Any
) -> AsyncIterator[tuple[Loopback, Client]]:
    """Open a server and a client that may reach it where a request says it comes of an operator."""
    async with Loopback() as site:
        settings = WireSettings(**{**LIMITS, **changed})
        async with Client(settings, clock=lambda: NOW, resolver=names, turn=turn) as client:
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


def good(result: FetchResult) -> Fetched:
    assert isinstance(result, Fetched), result
    return result


def unchanged(result: FetchResult) -> NotModified:
    assert isinstance(result, NotModified), result
    return result


def bad(result: FetchResult) -> Failed:
    assert isinstance(result, Failed), result
    return result
