"""robots.txt for article pages: may this be fetched, and how far apart (RFC 9309).

Feeds are made to be polled and are not asked about here; pages are. A file that cannot be had because the server
fails (5xx, no connection, 429) closes the site for an hour; one that is not there (other 4xx) opens it. 429 is
taken for "not now" rather than "no rules": it is the server that asks for less.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urljoin

from protego import Protego

from archive.model.outcome import Reason
from ingest.wire.address import read_address
from ingest.wire.result import Failed, Fetched, FetchResult, Request
from ingest.wire.turns import LONGEST_GAP_S

AGENT = "newsarchive"
"""The product token that a robots.txt addresses us by."""

# RFC 9309 section 2.5 asks for at least 500 KiB to be read; what stands beyond is not. A file over the second limit
# is no answer at all.
MAX_ROBOTS_BYTES = 512 * 1024
MAX_FETCHED_BYTES = 4 * MAX_ROBOTS_BYTES

_GOOD_FOR = timedelta(hours=24)
_FAILURE_GOOD_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What a site allows us. `rules` None means one answer for all addresses: `allows_all`."""

    rules: Protego | None = None
    allows_all: bool = True
    crawl_delay_s: float | None = None
    retry_after_s: int | None = None

    def allowed(self, url: str) -> bool:
        """Tell whether `url` may be fetched. The site's own robots.txt always may."""
        if self.rules is None:
            return self.allows_all
        return self.rules.can_fetch(url, AGENT)


def parse_robots(status: int | None, body: bytes) -> Robots:
    """Read an answer to /robots.txt; `status` None means that there was none. Never raises for its content.

    >>> parse_robots(200, b"User-agent: *\\nDisallow: /paid/").allowed("https://paper.example/paid/1")
    False
    """
    if status == 429 or status is None or status >= 500:
        return Robots(allows_all=False)
    if not 200 <= status < 300:
        return Robots()
    rules = Protego.parse(_whole_lines(body).decode("utf-8-sig", "replace"))
    delay = rules.crawl_delay(AGENT)
    return Robots(
        rules=rules,
        crawl_delay_s=min(max(delay, 0.0), LONGEST_GAP_S) if delay is not None else None,
    )


def _whole_lines(body: bytes) -> bytes:
    """Return what is read of a file: a rule cut in two would forbid or allow too much."""
    if len(body) <= MAX_ROBOTS_BYTES:
        return body
    read = body[:MAX_ROBOTS_BYTES]
    return read[: max(read.rfind(b"\n"), read.rfind(b"\r")) + 1]


class Fetches(Protocol):
    """What the cache needs of a `Client`."""

    async def fetch(self, request: Request) -> FetchResult: ...


class RobotsCache:
    """Keeps what sites allow for a day (failures for an hour), and asks each only once at a time.

    `slow_down(host, gap_s)` is told of every crawl delay; `HostTurns.slow_down` is made for it. At most
    `max_sites` are held, the longest unused go first. For one event loop.
    """

    def __init__(
        self,
        client: Fetches,
        *,
        clock: Callable[[], datetime],
        slow_down: Callable[[str, float], None] | None = None,
        max_sites: int = 1_000,
    ) -> None:
        self._client = client
        self._clock = clock
        self._slow_down = slow_down
        self._max_sites = max_sites
        self._held: OrderedDict[str, tuple[datetime, Robots]] = OrderedDict()
        self._asking: dict[str, asyncio.Lock] = {}

    async def of(
        self, url: str, *, operator_url: str | None = None, verify_tls: bool = True
    ) -> Robots:
        """Return what the site of `url` allows. `operator_url` is as in `Request`. Raises BadAddress."""
        address = read_address(url)
        home = urljoin(address.url, "/robots.txt")
        known = self._known(home) or await self._ask_once(home, operator_url, verify_tls)
        if known.crawl_delay_s and self._slow_down:
            self._slow_down(address.host, known.crawl_delay_s)
        return known

    def _known(self, home: str) -> Robots | None:
        until, robots = self._held.get(home, (None, None))
        if until is None or until <= self._clock():
            return None
        self._held.move_to_end(home)
        return robots

    async def _ask_once(self, home: str, operator_url: str | None, verify_tls: bool) -> Robots:
        """Ask, or wait for the one who is asking."""
        lock = self._asking.setdefault(home, asyncio.Lock())
        try:
            async with lock:
                return self._known(home) or await self._ask(home, operator_url, verify_tls)
        finally:
            self._asking.pop(home, None)

    async def _ask(self, home: str, operator_url: str | None, verify_tls: bool) -> Robots:
        answer = await self._client.fetch(
            Request(
                url=home,
                accept="text/plain, */*;q=.1",
                operator_url=operator_url,
                verify_tls=verify_tls,
                max_wire_bytes=MAX_FETCHED_BYTES,
                max_bytes=MAX_FETCHED_BYTES,
            )
        )
        robots = _robots_of(answer)
        is_answer = robots.rules is not None or robots.allows_all
        good_for = _GOOD_FOR if is_answer else _FAILURE_GOOD_FOR
        self._held[home] = (self._clock() + good_for, robots)
        self._held.move_to_end(home)
        while len(self._held) > self._max_sites:
            self._held.popitem(last=False)
        return robots


def _robots_of(answer: FetchResult) -> Robots:
    match answer:
        case Fetched(exchange=exchange, body=body):
            return parse_robots(exchange.status, body)
        case Failed(reason=Reason.EMPTY):
            return Robots()
        case Failed(exchange=exchange, retry_after_s=retry_after_s):
            # A body that was cut or too large has a good status and is no answer all the same.
            status = exchange.status if (exchange.status or 0) >= 400 else None
            found = parse_robots(status, b"")
            return replace(found, retry_after_s=retry_after_s)
        case _:  # a 304 cannot come: nothing was asked about
            return Robots(allows_all=False)
