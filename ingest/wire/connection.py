"""Connections as aiohttp drives them, with rules that it has not.

- What an answer may weigh is counted as it comes off the socket, so that a head without end stops at its limit
  (aiohttp bounds one header and their number: 200 of 32 kB each are 6.4 MB), and so does a body of chunk
  extensions, of which no byte ever reaches the one who reads it.
- A server that hangs up on a connection just opened has answered. aiohttp asks again after any disconnect; only one
  on a kept connection, which the server may have closed meanwhile, deserves that.
- What a server sends beyond an answer's end is not the answer's fault. aiohttp's parser throws a 304 away when a
  body comes in the same packet, and takes it when the body comes in the next; scripts that send both are out there.
- A body that turns out to be no HTTP fails at once, and silence after a 103 is silence.
- Idle connections are bounded. aiohttp bounds the busy ones only, and a pass over 5,000 hosts would leave 5,000 open.

Used by fetch.py (and `HungUp` by faults.py). Leans on five names inside aiohttp: `_factory`, `_release`, `_conns`,
`_loop`, `_payload`. Where one of them goes, tests of connections and of transfer fail.
"""

import asyncio
import functools
from typing import Any, Self

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.helpers import set_exception

from archive.model.outcome import Reason
from ingest.wire.result import WireFault

# How long an idle connection is kept for the next request to its host: longer than the gap between two.
KEPT_S = 5.0

MOST_KEPT = 256
"""How many idle connections one `Connector` keeps; what is over is closed when its answer has been read."""

_HEAD_END = b"\r\n\r\n"


class HungUp(aiohttp.ClientConnectionError):
    """A connection just opened was closed before a whole head had come; the cause says how.

    None of the errors that aiohttp tries again after.
    """


class Line(ResponseHandler):
    """One connection. `max_head_bytes` covers all heads of one answer: 103s that never end are heads too."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, *, max_head_bytes: int, max_answer_bytes: int
    ) -> None:
        super().__init__(loop)
        self._max_head_bytes = max_head_bytes
        self._max_answer_bytes = max_answer_bytes
        self._n_requests = 0
        self._has_head = False
        self._n_bytes = 0
        self.has_excess = False

    def set_response_params(self, **params: Any) -> None:
        """Begin to wait for the next answer."""
        self._n_requests += 1
        self._has_head = self.has_excess = False
        self._n_bytes = 0
        super().set_response_params(**params)

    def feed_data(self, data: Any, size: int = 0) -> None:
        """Take a head, as the parser has read it. One more behind an answer was not asked for, and is dropped."""
        if self._has_head:
            self.has_excess = True
            self.force_close()
            return
        self._has_head = data[0].code >= 200
        super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        """Take bytes off the socket; the transport gives at most 256 kB at once."""
        self._n_bytes += len(data)
        while not self._has_head and (at := data.find(_HEAD_END)) >= 0:
            head, data = data[: at + len(_HEAD_END)], data[at + len(_HEAD_END) :]
            super().data_received(head)
            if not self._has_head:
                self.start_timeout()  # aiohttp no longer minds the silence after a 103
            if self.exception() is not None or not data:
                break
        else:
            self._take_body(data)
        if not self._has_head and self._n_bytes > self._max_head_bytes:
            self._stop(f"headers of over {self._max_head_bytes} bytes (max_header_bytes)")
        elif self._n_bytes > self._max_answer_bytes:
            self._stop("chunks and headers of over twice what max_wire_bytes allows")

    def _take_body(self, data: bytes) -> None:
        """Hand on what follows a head, or a part of one. What is no HTTP is excess behind a body, a fault in it."""
        super().data_received(data)
        if (fault := self.exception()) is not None:
            self.has_excess |= (
                self._has_head and self._payload is not None and self._payload.is_eof()
            )
            self._fail_body(fault)

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        """Fail the answer that is waited for."""
        is_retried = isinstance(exc, aiohttp.ClientOSError | aiohttp.ServerDisconnectedError)
        if is_retried and self._n_requests == 1:
            hung_up = HungUp()
            hung_up.__cause__ = exc
            super().set_exception(hung_up)
        else:
            super().set_exception(exc, *cause)

    def _stop(self, words: str) -> None:
        """Fail the answer for its size and let go of the server."""
        fault = WireFault(Reason.TOO_LARGE, words)
        if self.exception() is None:
            self.set_exception(fault)
        self._fail_body(fault)
        if self.transport is not None:
            self.transport.abort()

    def _fail_body(self, fault: BaseException) -> None:
        """Wake who reads the body. aiohttp leaves him asleep after a body that is no HTTP, until a timeout."""
        if self._payload is not None and not self._payload.is_eof():
            set_exception(self._payload, fault)
            self._payload = None  # what the closing makes of it must not hide the fault


class Answer(aiohttp.ClientResponse):
    """An answer that knows the connection it came by, also when it has been given back."""

    _line: Line | None = None

    async def start(self, connection: Connection) -> Self:
        """Read the head."""
        line = connection.protocol
        self._line = line if isinstance(line, Line) else None
        await super().start(connection)
        return self

    @property
    def has_excess(self) -> bool:
        """Tell whether more came than was announced: then what was taken may be only a part."""
        return self._line is not None and self._line.has_excess


class Connector(aiohttp.TCPConnector):
    """Opens `Line`s, each past the guard whose `socket_factory` this is given."""

    def __init__(self, *, max_head_bytes: int, max_answer_bytes: int, **more: Any) -> None:
        # No limit of aiohttp's own: the slots of the client are the limit.
        super().__init__(limit=0, keepalive_timeout=KEPT_S, **more)
        self._factory = functools.partial(_open_line, self._loop, max_head_bytes, max_answer_bytes)

    def _release(self, key: Any, protocol: ResponseHandler, *, should_close: bool = False) -> None:
        """Take a connection back whose answer has been read."""
        is_full = len(self._conns) >= MOST_KEPT
        super()._release(key, protocol, should_close=should_close or is_full)


def _open_line(
    loop: asyncio.AbstractEventLoop, max_head_bytes: int, max_answer_bytes: int
) -> ResponseHandler:
    return Line(loop, max_head_bytes=max_head_bytes, max_answer_bytes=max_answer_bytes)
