"""One document over HTTP: from a `Request` to a `FetchResult`, by WIRE.md.

    request -> address -> turn of its host -> slot -> GET -> head ┬ redirect -> next address -> ...
                                                                  ├ 304 -> NotModified
                                                                  ├ 200 -> body, unpacked in bounds -> Fetched
                                                                  └ else -> Failed

`ingest.poll` calls it for feeds and pages, `robots` for robots.txt, `ingest.websub` and discovery for theirs. It
keeps no cookies, sends no Referer, invents no query, stores nothing, and parses nothing but HTTP.
"""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Self
from urllib.parse import urlencode

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from archive import __version__
from archive.model.outcome import Reason
from ingest.wire.address import Address, host_of
from ingest.wire.body import Unpacker, too_large
from ingest.wire.connection import Answer, Connector
from ingest.wire.faults import SITE_FAULTS, reason_for
from ingest.wire.guard import Guard, IPNetwork
from ingest.wire.patience import ENOUGH_BYTES, Patience
from ingest.wire.resolve import SystemResolver
from ingest.wire.result import (
    Failed,
    Fetched,
    FetchResult,
    NotModified,
    Request,
    WireFault,
)
from ingest.wire.trip import REDIRECTS, Trip
from ingest.wire.turns import HostTurns

# 203 passed a transforming proxy, 226 is a delta of new entries (RFC 3229): both are documents. 202 is not: it
# is what walls answer with. A 226 was not asked for (no A-IM is sent) and says nothing of what its delta starts
# from, so its entries are taken and its validators are not: the next poll asks for the whole.
_GOOD = frozenset({200, 203, 226})

# The redirects that ask for the same method again (RFC 9110 section 15.4); after the others a form would be a GET.
_FORM_REDIRECTS = frozenset({307, 308})

# What a Transfer-Encoding may say that leaves the body as it is.
_FRAMING = frozenset({"", "chunked", "identity"})

# Enough to tell a wall or a challenge from its page; more of an error's page nobody reads.
_ERROR_BODY_BYTES = 256 * 1024

# What a single header may hold. A parser keeps each of max_headers up to this size while it waits for the last,
# and the longest honest ones (content security policies) end near 16 kB.
_LONGEST_HEADER_BYTES = 32 * 1024

# How long a redirect's hop waits for its host's turn: a lease on the first host runs meanwhile.
_TURN_WAIT_S = 120.0

_NO_SLOT = nullcontext()

# Of so many slots one is kept from hosts that timed out last time. How many more are is the engine's to say, which
# knows who waits.
_SLOTS_A_QUICK_ONE = 8
_MAX_SLOW_HOSTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WireSettings:
    """The limits and manners of `[fetch]` in the configuration; defaults are WIRE's.

    `contact` is an address or page where a site's operator finds ours. `total_s` is wall clock over the whole
    redirect chain, without the waiting for our own turn. `proxy` is an http:// address.
    """

    contact: str = ""
    allow_networks: tuple[IPNetwork, ...] = ()
    connect_s: float = 10.0
    idle_s: float = 15.0
    total_s: float = 60.0
    max_wire_bytes: int = 10 * 1024 * 1024
    max_bytes: int = 25 * 1024 * 1024
    max_header_bytes: int = 64_000
    max_headers: int = 200
    max_redirects: int = 5
    min_host_gap_s: float = 1.0
    concurrency: int = 64
    proxy: str | None = None

    @property
    def user_agent(self) -> str:
        """Return who we say we are: `newsarchive/VERSION (+CONTACT)`."""
        contact = "".join(c for c in self.contact if c.isascii() and c.isprintable()).strip()
        return f"newsarchive/{__version__}" + (f" (+{contact})" if contact else "")


class Client:
    """Fetches, for one event loop; opened and closed as an async context manager.

    `clock` gives aware UTC instants. `turn(host)` is held around each single request; without one the client
    makes its own `HostTurns`. `resolver` replaces the system's look-up of names and stays its owner's to close.
    `tls` says whom to trust; None: whom the system trusts.
    """

    def __init__(
        self,
        settings: WireSettings,
        *,
        clock: Callable[[], datetime],
        resolver: AbstractResolver | None = None,
        turn: Callable[[str], AbstractAsyncContextManager[None]] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._resolver = resolver
        self._turn = turn or HostTurns(settings.min_host_gap_s).turn
        self._user_agent = settings.user_agent
        self._proxy_headers = {"User-Agent": self._user_agent} if settings.proxy else None
        self._tls = tls or True
        self._public = Guard()
        self._operators = Guard(settings.allow_networks)
        self._sessions: dict[Guard, aiohttp.ClientSession] = {}
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._slow_slots = asyncio.Semaphore(
            max(1, settings.concurrency - max(1, settings.concurrency // _SLOTS_A_QUICK_ONE))
        )
        self._slow_hosts: dict[str, None] = {}
        self._closing = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if self._resolver is None:
            # A look-up that hangs goes on in its thread when its request has been let go.
            self._resolver = SystemResolver(2 * self.settings.concurrency)
            self._closing.push_async_callback(self._resolver.close)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._closing.aclose()

    async def fetch(self, request: Request) -> FetchResult:
        """Fetch one document. Never raises for what a site does; CancelledError passes."""
        trip = Trip(request, started_at=self._clock())
        try:
            async with asyncio.timeout(None) as deadline:
                budget = _Budget(deadline, self.settings.total_s, trip)
                try:
                    return await self._travel(trip, budget)
                finally:
                    budget.end()
        except SITE_FAULTS as error:
            reason, detail = reason_for(error)
            if reason is Reason.TIMEOUT:
                if budget.is_out_of_patience:
                    return replace(trip.failed(reason, "let go: others waited"), is_put_off=True)
                detail = self._timeout_words(error, budget)
                if not budget.is_paused:
                    self._remember_slow(trip)
            return trip.failed(reason, detail)

    # -- the way from address to address -----------------------------------------------------------

    async def _travel(self, trip: Trip, budget: "_Budget") -> FetchResult:
        """Ask one address after another. Each host's turn is given back before the next one's is waited for, so that
        two hosts redirecting to each other cannot lock."""
        address = trip.set_out()
        while True:
            trip.arrive(address)
            budget.pause(_TURN_WAIT_S if trip.is_redirected else None)
            async with self._turn(address.host):
                budget.pause(None)
                answer = await self._ask_in_a_slot(trip, address, budget)
            if not isinstance(answer, Address):
                return answer
            address = answer

    async def _ask_in_a_slot(
        self, trip: Trip, address: Address, budget: "_Budget"
    ) -> FetchResult | Address:
        """Ask while holding one of the slots; only then does the deadline run."""
        is_slow = address.host in self._slow_hosts
        async with self._slow_slots if is_slow else _NO_SLOT, self._slots:
            budget.run()
            trip.start_asking()
            try:
                answer = await self._ask(trip, address)
            finally:
                trip.stop_asking()
        if is_slow:
            self._slow_hosts.pop(address.host, None)
        return answer

    async def _ask(self, trip: Trip, address: Address) -> FetchResult | Address:
        """Make one request; return the next address for a redirect, else what came of it."""
        guard = self._guard_for(trip.request, address)
        if self.settings.proxy:
            await self._check_names(guard, address)
        form = trip.request.form
        async with self._session(guard).request(
            "GET" if form is None else "POST",
            URL(address.url, encoded=True),
            data=None if form is None else urlencode(form).encode("ascii"),
            headers=self._headers(trip, address),
            allow_redirects=False,
            ssl=self._tls if trip.request.verify_tls else False,
            proxy=self.settings.proxy,
            proxy_headers=self._proxy_headers,
        ) as response:
            assert isinstance(response, Answer)
            trip.note(response.status, response.raw_headers)
            trip.is_answered |= response.status not in _GOOD
            self._check_head(response)
            return await self._answer(trip, response)

    async def _answer(self, trip: Trip, response: Answer) -> FetchResult | Address:
        status = response.status
        if status in REDIRECTS:
            if trip.request.form is not None and status not in _FORM_REDIRECTS:
                return await self._refusal(trip, response)
            came_by_tls = trip.here is not None and trip.here.scheme == "https"
            target = trip.redirect(max_redirects=self.settings.max_redirects)
            if trip.request.form is not None and came_by_tls and target.scheme == "http":
                raise WireFault(Reason.REDIRECT, "redirected to send a form in the clear")
            return target
        if status == 304:
            return _not_modified(trip)
        if status not in _GOOD:
            return await self._refusal(trip, response)
        return await self._document(trip, response)

    # -- what is sent --------------------------------------------------------------------------------

    def _headers(self, trip: Trip, address: Address) -> dict[str, str]:
        headers = {
            "User-Agent": self._user_agent,
            "Accept": trip.request.accept,
            "Accept-Encoding": "gzip, deflate",
        }
        if credentials := trip.credentials(address):
            pair = ":".join(credentials).encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
        if trip.request.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if validators := trip.validators_for(address):
            trip.validators_sent = True
            if validators.etag is not None:
                headers["If-None-Match"] = validators.etag
            if validators.last_modified is not None:
                headers["If-Modified-Since"] = validators.last_modified
        return headers

    def _guard_for(self, request: Request, address: Address) -> Guard:
        """Return the guard of a hop: the operator's ranges count for the host he wrote, and no other."""
        if not self.settings.allow_networks or request.operator_url is None:
            return self._public
        is_operators = host_of(request.operator_url) == address.host
        return self._operators if is_operators else self._public

    def _session(self, guard: Guard) -> aiohttp.ClientSession:
        """Return the session whose every connection passed `guard`.

        Of each guard one, since a kept connection is not looked at again: one that an operator's feed opened into
        a private network must not serve a page's request.
        """
        session = self._sessions.get(guard)
        if session is None:
            self._sessions[guard] = session = self._open_session(guard)
            self._closing.push_async_callback(session.close)
        return session

    def _open_session(self, guard: Guard) -> aiohttp.ClientSession:
        settings = self.settings
        connector = Connector(
            max_head_bytes=settings.max_header_bytes,
            max_answer_bytes=settings.max_header_bytes + 2 * settings.max_wire_bytes,
            resolver=self._resolver,
            # Through a proxy every connection is to the proxy; `_check_names` looks at the hosts then.
            socket_factory=None if settings.proxy else guard.socket_factory,
        )
        return aiohttp.ClientSession(
            connector=connector,
            response_class=Answer,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            # `connect` covers the look-up, the connection and its TLS.
            timeout=aiohttp.ClientTimeout(
                total=None, connect=settings.connect_s, sock_read=settings.idle_s
            ),
            max_field_size=min(_LONGEST_HEADER_BYTES, settings.max_header_bytes),
            max_headers=settings.max_headers,
        )

    async def _check_names(self, guard: Guard, address: Address) -> None:
        """Look up a host that a proxy will connect to for us. Raises AddressRefused, or OSError for no name."""
        assert self._resolver is not None
        if ":" in address.name:
            return guard.check(address.name)
        try:
            found = await asyncio.wait_for(
                self._resolver.resolve(address.name, address.port), self.settings.connect_s
            )
        except OSError as error:
            if isinstance(error, TimeoutError):
                raise
            raise WireFault(Reason.DNS, "the name cannot be resolved") from error
        for each in found:
            guard.check(each["host"])
        return None

    # -- what comes back -----------------------------------------------------------------------------

    def _check_head(self, response: Answer) -> None:
        size = sum(len(name) + len(value) + 4 for name, value in response.raw_headers)
        limit = self.settings.max_header_bytes
        if size > limit:
            raise WireFault(
                Reason.TOO_LARGE, f"headers of {size} bytes, max_header_bytes is {limit}"
            )

    async def _document(self, trip: Trip, response: Answer) -> FetchResult:
        request = trip.request
        if coding := _transfer_coding(trip):
            raise WireFault(Reason.ENCODING, f"sent in a transfer coding, {coding!r}")
        unpacker = Unpacker(
            trip.headers.get("content-encoding"),
            max_wire_bytes=request.max_wire_bytes or self.settings.max_wire_bytes,
            max_bytes=request.max_bytes or self.settings.max_bytes,
        )
        body = await _read(response, unpacker, trip)
        if not body.strip():
            return trip.failed(Reason.EMPTY, "an answer of 200 with nothing in it")
        return Fetched(
            exchange=trip.exchange(),
            body=body,
            content_type=trip.headers.get("content-type"),
            validators=trip.stated_validators() if response.status != 226 else trip.no_validators(),
            end_is_proven=unpacker.proves_its_end
            or (_announces_its_end(trip) and not response.has_excess),
        )

    async def _refusal(self, trip: Trip, response: Answer) -> Failed:
        """Return the failure an error status means, with its body if that comes whole and small."""
        body: bytes | None = None
        try:
            unpacker = Unpacker(
                trip.headers.get("content-encoding"),
                max_wire_bytes=_ERROR_BODY_BYTES,
                max_bytes=_ERROR_BODY_BYTES,
            )
            async with asyncio.timeout(self.settings.idle_s):
                body = await _read(response, unpacker, trip) or None
        except SITE_FAULTS:
            trip.n_bytes = 0  # the status is the news; what came with it did not come well
        reason = {401: Reason.UNAUTHORISED, 410: Reason.GONE}.get(response.status, Reason.STATUS)
        return trip.failed(
            reason, f"the server answered {_status_words(response.status)}", body=body
        )

    # -- slowness ------------------------------------------------------------------------------------

    def _remember_slow(self, trip: Trip) -> None:
        if trip.here is not None and len(self._slow_hosts) < _MAX_SLOW_HOSTS:
            self._slow_hosts[trip.here.host] = None

    def _timeout_words(self, error: BaseException, budget: "_Budget") -> str:
        settings = self.settings
        if budget.is_paused:
            return f"redirected to a host whose turn did not come within {_TURN_WAIT_S:g} s"
        if budget.is_spent:
            return f"no whole answer within {settings.total_s:g} s (total_s)"
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            return f"no connection within {settings.connect_s:g} s (connect_s)"
        return f"silent for {settings.idle_s:g} s (idle_s)"


class _Budget:
    """A deadline that stands still while we wait for our own turn, and comes early where patience ends first."""

    def __init__(self, deadline: asyncio.Timeout, total_s: float, trip: Trip) -> None:
        self._deadline = deadline
        self._left_s = total_s
        self._trip = trip
        self._running_until: float | None = None
        self._patience_timer: asyncio.TimerHandle | None = None
        self.is_out_of_patience = False

    @property
    def is_paused(self) -> bool:
        return self._running_until is None

    @property
    def is_spent(self) -> bool:
        return self._deadline.expired()

    def pause(self, at_most_s: float | None) -> None:
        """Stop the clock, for `at_most_s` if that is not None."""
        if at_most_s is None and self._deadline.when() is None:
            return
        now = asyncio.get_running_loop().time()
        if self._running_until is not None:
            self._left_s = self._running_until - now
            self._running_until = None
        self._deadline.reschedule(None if at_most_s is None else now + at_most_s)

    def run(self) -> None:
        """Let the clock run on."""
        loop = asyncio.get_running_loop()
        self._running_until = loop.time() + self._left_s
        self._deadline.reschedule(self._running_until)
        patience = self._trip.request.patience
        if patience is not None and self._patience_timer is None:
            self._patience_timer = loop.call_later(patience.seconds, self._lose_patience, patience)

    def end(self) -> None:
        """Forget what was still to come; the deadline is its owner's to end."""
        if self._patience_timer is not None:
            self._patience_timer.cancel()

    def _lose_patience(self, patience: Patience) -> None:
        if self._trip.is_answered or self._deadline.expired() or not patience.others_wait():
            return
        self.is_out_of_patience = True
        self._deadline.reschedule(asyncio.get_running_loop().time())


async def _read(response: Answer, unpacker: Unpacker, trip: Trip) -> bytes:
    """Return the whole body, unpacked. Raises WireFault, or what the transfer raises."""
    announced = response.content_length
    if announced is not None and announced > unpacker.max_wire_bytes:
        raise too_large("as sent", unpacker.max_wire_bytes, "max_wire_bytes")
    try:
        async for chunk in response.content.iter_any():
            unpacker.feed(chunk)
            trip.is_answered |= unpacker.n_wire_bytes >= ENOUGH_BYTES
    finally:
        trip.n_wire_bytes = unpacker.n_wire_bytes
    body = unpacker.finish()
    trip.n_bytes = len(body)
    return body


def _not_modified(trip: Trip) -> FetchResult:
    if not trip.validators_sent:
        return trip.failed(Reason.PROTOCOL, "answered 304 (not modified) without having been asked")
    return NotModified(exchange=trip.exchange(), validators=trip.replaced_validators())


def _transfer_coding(trip: Trip) -> str:
    """Return a coding that stands between us and the body: we ask for none (no TE is sent)."""
    named = trip.headers.get("transfer-encoding", "").lower().split(",")
    return next((coding[:40] for each in named if (coding := each.strip()) not in _FRAMING), "")


def _announces_its_end(trip: Trip) -> bool:
    headers = trip.headers
    return "content-length" in headers or "chunked" in headers.get("transfer-encoding", "").lower()


def _status_words(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
