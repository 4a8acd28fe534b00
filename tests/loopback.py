"""A scripted server on the loopback: each path answers as a test has written it, byte by byte if it likes.

    async with Loopback() as site:
        site.on("/feed", reply(body=b"<rss/>", headers={"ETag": '"1"'}), reply(304))
        ... fetch site.url("/feed") ...
        assert site.asked[0].header("if-none-match") is None

A path's replies are given in turn, the last one again and again. Nothing here sleeps: a server that hangs waits
for an event that its own closing sets.
"""

import asyncio
import gzip
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self

from aiohttp.abc import AbstractResolver, ResolveResult


class Close:
    """Close the connection here, in an orderly way."""


class Hang:
    """Say nothing more until the client gives up."""


@dataclass
class Gate:
    """Tell the test that the server is here (`reached`), and wait until it opens the gate."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)


class Forever:
    """Send `piece` again and again until nobody listens."""

    def __init__(self, piece: bytes) -> None:
        self.piece = piece


Step = bytes | Close | Hang | Gate | Forever
Reply = tuple[Step, ...]


def reply(
    status: int = 200,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    length: int | None = -1,
    version: str = "1.1",
) -> Reply:
    """Return a whole answer. `length` None leaves Content-Length out, -1 states the true one."""
    pairs = list(headers.items()) if isinstance(headers, Mapping) else list(headers)
    if length is not None and status != 304:
        pairs.append(("Content-Length", str(len(body) if length == -1 else length)))
    return (head(status, pairs, version=version), body)


def head(status: int, headers: Sequence[tuple[str, str]] = (), *, version: str = "1.1") -> bytes:
    """Return a status line and headers, with the empty line that ends them."""
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Odd"
    lines = [f"HTTP/{version} {status} {phrase}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def moved(status: int, location: str | None, **headers: str) -> Reply:
    """Return a redirect."""
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return reply(
        status, headers=[*([("Location", location)] if location is not None else []), *pairs]
    )


def chunked(*chunks: bytes, last: bool = True, headers: Sequence[tuple[str, str]] = ()) -> Reply:
    """Return an answer in chunks; without the `last` one it is cut."""
    pieces = [f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in chunks]
    end: tuple[Step, ...] = (b"0\r\n\r\n",) if last else (Close(),)
    return (head(200, [("Transfer-Encoding", "chunked"), *headers]), *pieces, *end)


def gzipped(data: bytes) -> bytes:
    """Return `data` as one gzip member, the same bytes each time."""
    return gzip.compress(data, mtime=0)


@dataclass(frozen=True)
class Asked:
    """One request as it came: `target` is the raw request target, `peer` the client's port."""

    target: str
    headers: tuple[tuple[str, str], ...]
    peer: int
    method: str = "GET"
    body: bytes = b""

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Loopback:
    """The server; an async context manager. `asked` lists all requests in order of arrival."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> None:
        self.asked: list[Asked] = []
        self.n_at_once = 0
        self.most_at_once = 0
        self._replies: dict[str, list[Reply]] = {}
        self._tls = tls
        self._address = address
        self._closed = asyncio.Event()
        self._quiet = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, self._address, 0, ssl=self._tls, backlog=1_000
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._closed.set()
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def on(self, path: str, *replies: Reply) -> str:
        """Set what `path` (the target, with its query) answers, and return its address."""
        self._replies[path] = list(replies)
        return self.url(path)

    def url(self, path: str, *, host: str | None = None) -> str:
        """Return the address of `path`, under another name for this host if one is given."""
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{host or self._address}:{self.port}{path}"

    @property
    def n_open(self) -> int:
        """Return how many connections are open."""
        return len(self._tasks)

    async def quiet(self) -> None:
        """Wait until no request is being answered any more."""
        await self._quiet.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._answer(reader, writer):
                pass
        with suppress(ConnectionError, asyncio.CancelledError):
            writer.close()
        self._tasks.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = (await reader.readuntil(b"\r\n\r\n")).decode("utf-8", "surrogateescape")
        first, *lines = request.split("\r\n")
        headers = [line.partition(": ")[::2] for line in lines if line]
        method, target = first.split(" ")[:2]
        length = next((value for name, value in headers if name.lower() == "content-length"), "0")
        body = await reader.readexactly(int(length))
        peer = writer.get_extra_info("peername")[1]
        self.asked.append(Asked(target, tuple(headers), peer, method, body))
        replies = self._replies.get(target, [reply(404)])
        steps = replies.pop(0) if len(replies) > 1 else replies[0]
        self.n_at_once += 1
        self._quiet.clear()
        self.most_at_once = max(self.most_at_once, self.n_at_once)
        try:
            return await self._take(steps, reader, writer)
        finally:
            self.n_at_once -= 1
            if not self.n_at_once:
                self._quiet.set()

    async def _take(
        self, steps: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        for step in steps:
            match step:
                case bytes():
                    writer.write(step)
                    await writer.drain()
                case Close():
                    return False
                case Hang():
                    await reader.read()
                    return False
                case Gate():
                    step.reached.set()
                    await step.open.wait()
                case Forever():
                    while not self._closed.is_set():
                        writer.write(step.piece)
                        await writer.drain()
                        await asyncio.sleep(
                            0
                        )  # drain alone keeps the loop while the socket takes it
        return True


class FakeNames(AbstractResolver):
    """A resolver that knows what a test wrote: name -> address, or several to be given look-up by look-up."""

    def __init__(self, **names: str | Sequence[str]) -> None:
        self._names = {
            name.replace("_", "."): [found] if isinstance(found, str) else list(found)
            for name, found in names.items()
        }
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answers = self._names.get(host)
        if not answers:
            raise OSError(None, f"no such name: {host}")
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)
        ]

    async def close(self) -> None:
        pass
