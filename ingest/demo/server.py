"""The newsroom: the sample papers on the loopback, each at a port of its own, as any paper is on the web.

    with Newsroom() as newsroom:
        newsroom.url(paper)          # http://127.0.0.1:PORT/feed
        newsroom.set_round(2)        # a day passes

One thread and one event loop serve them all. Nothing sleeps: starting waits until every port listens, leaving
until the loop has ended. Answers are a function of paper, round and path, so ports are all that differs in two runs.
"""

import asyncio
import hashlib
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import NamedTuple, Self

from ingest.demo.documents import MEDIA_TYPES, feed_document, key_of
from ingest.demo.pages import article_page, maintenance_page
from ingest.demo.papers import ROUNDS, Paper, load_papers

ADDRESS = "127.0.0.1"
N_RELATED = 2
MAX_HEAD_BYTES = 64 * 1024
PATIENCE_S = 10  # for a port to open: they are local

ROBOTS = b"User-agent: *\nDisallow: /newsletter\n"


class Answer(NamedTuple):
    """What is sent. `keys` are what a feed document names its items by, if it is one."""

    status: int
    body: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    keys: tuple[str, ...] = ()


def answer(paper: Paper, path: str, *, round_: int, now: datetime, home: str) -> Answer:
    """Return what `paper` sends for `path` in that round; `home` is its own address without a slash at its end."""
    if paper.fault == "500":
        return Answer(500, b"<h1>Internal Server Error</h1>")
    if path == "/robots.txt":
        return Answer(200, ROBOTS, "text/plain; charset=utf-8")
    if path == paper.moved_from:
        return Answer(301, headers=(("Location", home + paper.feed_path),))
    items = paper.items(round_)
    if path == paper.feed_path:
        if paper.fault == "maintenance":
            return Answer(200, maintenance_page(paper))
        body = feed_document(paper, round_, home)
        keys = tuple(key_of(item, home) for item in items)
        return Answer(200, body, MEDIA_TYPES[paper.format], keys=keys)
    item = next((item for item in items if item.path == path), None)
    if item is None:
        return Answer(404, b"<h1>404</h1>")
    others = [other for other in items if other is not item][:N_RELATED]
    return Answer(200, article_page(paper, item, others, home, now))


class Newsroom:
    """The papers' server; a context manager. Starts in round 1, at the first of `rounds`."""

    def __init__(
        self, rounds: Sequence[datetime] = ROUNDS, papers: Sequence[Paper] | None = None
    ) -> None:
        self.papers = tuple(papers) if papers is not None else load_papers()
        self._rounds = tuple(rounds)
        self._round = 1
        self._ports: dict[str, int] = {}
        self._shown: dict[tuple[str, str], None] = {}
        self._open = threading.Event()
        self._fault: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="newsroom", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._open.wait(PATIENCE_S)
        if self._fault is not None or len(self._ports) != len(self.papers):
            raise OSError(f"the sample papers could not be opened on {ADDRESS}") from self._fault
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._stop is not None:
            with suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE_S)

    @property
    def now(self) -> datetime:
        """The instant it is in this world."""
        return self._rounds[self._round - 1]

    def set_round(self, n: int) -> None:
        """Let it be the `n`-th day (from 1): what is asked from now on is answered as of then."""
        if not 1 <= n <= len(self._rounds):
            raise ValueError(f"there are {len(self._rounds)} rounds, not {n}")
        self._round = n

    def home(self, paper: Paper) -> str:
        """Return the paper's address, without a slash at its end."""
        return f"http://{ADDRESS}:{self._ports[paper.slug]}"

    def url(self, paper: Paper) -> str:
        """Return the feed's address as readers know it."""
        return self.home(paper) + paper.known_path

    def shown(self) -> tuple[tuple[str, str], ...]:
        """Return all that was really sent: (address subscribed to, guid or else link), each once, in order."""
        return tuple(self._shown)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as fault:
            self._fault = fault
        finally:
            self._open.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        servers = []
        for paper in self.papers:
            server = await asyncio.start_server(
                partial(self._talk, paper), ADDRESS, 0, limit=MAX_HEAD_BYTES
            )
            servers.append(server)
            self._ports[paper.slug] = server.sockets[0].getsockname()[1]
        self._open.set()
        await self._stop.wait()
        for server in servers:
            server.close()

    async def _talk(
        self, paper: Paper, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer one request and close; a client that goes away or talks nonsense gets nothing."""
        with suppress(OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            request, *lines = head.split("\r\n")
            method, path, _ = request.split(" ")
            fields = dict(line.split(": ", 1) for line in lines if ": " in line)
            known = {name.lower(): value for name, value in fields.items()}.get("if-none-match")
            writer.write(self._reply(paper, method, path, known))
            await writer.drain()
        writer.close()

    def _reply(self, paper: Paper, method: str, path: str, known: str | None) -> bytes:
        given = answer(paper, path, round_=self._round, now=self.now, home=self.home(paper))
        etag = f'"{hashlib.sha256(given.body).hexdigest()[:16]}"'
        if given.status == 200 and known == etag:
            return _head(304, (("ETag", etag),))
        self._shown.update(dict.fromkeys((self.url(paper), key) for key in given.keys))
        stated = (("ETag", etag),) if given.status == 200 else ()
        size = (("Content-Type", given.media_type), ("Content-Length", str(len(given.body))))
        return _head(given.status, (*given.headers, *stated, *size)) + (
            given.body if method == "GET" else b""
        )


def _head(status: int, headers: Sequence[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in (*headers, ("Connection", "close"))]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
