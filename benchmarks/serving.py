"""A loopback server of documents for the benchmarks: one address a document, in a process of its own.

Its own process, so that what is measured is newsarchive's CPU and memory and not the server's.
"""

import asyncio
import multiprocessing
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from multiprocessing.connection import Connection
from pathlib import Path

_BACKLOG = 1_024
"""Connections that wait to be accepted: more than are ever opened at once."""


@dataclass(frozen=True, slots=True)
class Document:
    """What an address answers with. With `validators` it has an ETag and answers 304."""

    body: bytes
    content_type: str = "application/xml"
    validators: bool = False


class Served:
    """The running server: `base(n)` is the address of the n-th host, `replace` changes what is answered."""

    def __init__(self, pipe: Connection, ports: Sequence[int]) -> None:
        self._pipe = pipe
        self._ports = ports

    def base(self, n: int) -> str:
        """Return the n-th host's address, round and round: one of a few ports of 127.0.0.1."""
        return f"http://127.0.0.1:{self._ports[n % len(self._ports)]}"

    def own_base(self, n: int) -> str:
        """Return an address that no other n has: 127.1.0.0, 127.1.0.1, and so on; for `serving` with `everywhere`."""
        return f"http://127.{1 + n // 65_536}.{n // 256 % 256}.{n % 256}:{self._ports[0]}"

    def replace(
        self, documents: "Mapping[str, Document] | Callable[[], Mapping[str, Document]]"
    ) -> None:
        """Answer with these documents by path from now on.

        A function is called over there, so that the documents are never in this process; it is sent by its name.
        """
        self._pipe.send(documents if callable(documents) else dict(documents))
        self._pipe.recv()


@contextmanager
def serving(
    documents: Mapping[str, Document], n_hosts: int = 16, *, everywhere: bool = False
) -> Iterator[Served]:
    """Serve documents by path on `n_hosts` loopback ports, of 127.0.0.1 or (`everywhere`) of all of 127.0.0.0/8."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(theirs, n_hosts, everywhere), daemon=True
    )
    process.start()
    ports = ours.recv()
    served = Served(ours, ports)
    served.replace(documents)
    try:
        yield served
    finally:
        ours.send(None)
        process.join(10)


def _serve(pipe: Connection, n_hosts: int, everywhere: bool) -> None:
    # So that whoever sums the CPU of newsarchive's processes can leave this one out (15 characters at most).
    Path("/proc/self/comm").write_text("bench-server", encoding="ascii")
    asyncio.run(_Server(pipe).run([_listening(everywhere) for _ in range(n_hosts)]))


def _listening(everywhere: bool) -> socket.socket:
    """Return a socket that listens on loopback, and only there."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if everywhere:  # any address, but no device other than loopback's
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    listening.bind(("0.0.0.0" if everywhere else "127.0.0.1", 0))
    listening.listen(_BACKLOG)
    return listening


class _Server:
    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._documents: dict[str, tuple[Document, str]] = {}

    async def run(self, listening: Sequence[socket.socket]) -> None:
        servers = [
            await asyncio.start_server(self._answer_all, sock=one, backlog=_BACKLOG)
            for one in listening
        ]
        self._pipe.send([server.sockets[0].getsockname()[1] for server in servers])
        while True:
            documents = await asyncio.to_thread(self._pipe.recv)
            if documents is None:
                break
            if callable(documents):
                documents = documents()
            self._documents = {
                path: (document, f'"{blake2b(document.body, digest_size=8).hexdigest()}"')
                for path, document in documents.items()
            }
            self._pipe.send("served")

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, head: bytes) -> bytes:
        lines = head.decode("latin-1").split("\r\n")
        path = lines[0].split(" ")[1]
        asked = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        found = self._documents.get(path)
        if found is None:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        document, etag = found
        tag = f"ETag: {etag}\r\n" if document.validators else ""
        if document.validators and asked.get("if-none-match") in (etag, "*"):
            return f"HTTP/1.1 304 Not Modified\r\n{tag}\r\n".encode()
        return (
            f"HTTP/1.1 200 OK\r\nContent-Type: {document.content_type}\r\n{tag}"
            f"Content-Length: {len(document.body)}\r\n\r\n"
        ).encode() + document.body
