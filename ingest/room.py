"""How many bytes of documents may be under way at once: fetched, being parsed, waiting for the writer.

64 hosts are asked at a time, two processes parse and one thread writes: without a bound, large documents would pile up
before the two. A request starts only while there is room. Called by `ingest.turn`; `ingest.engine` bounds its groups
by the same weights.
"""

import asyncio
import ctypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from archive.model.outcome import FeedFailed, FeedParsed, Outcome, PageFailed, PageRead

ROOM_BYTES = 64 * 1024 * 1024

EXPECTED_BYTES = ROOM_BYTES // 64
"""What a request counts for until its body is there, so that all 64 slots are used when nothing else is held."""

BYTES_A_BYTE = 4
"""What a document takes with its entries, as html and as text, for each byte of its own."""

_M_ARENA_MAX = -8  # malloc.h of glibc


class Room:
    """Hands out places for documents. For one event loop."""

    def __init__(self, room_bytes: int = ROOM_BYTES, expected_bytes: int = EXPECTED_BYTES) -> None:
        self.held_bytes = 0
        self._room_bytes = room_bytes
        self._expected_bytes = expected_bytes
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def place(self) -> AsyncIterator["Place"]:
        """Wait for room, and hold it until the block ends. Where nothing else is under way there always is some."""
        while self.held_bytes and self.held_bytes + self._expected_bytes > self._room_bytes:
            await self._changed.wait()
        place = Place(self)
        place.holds(self._expected_bytes)
        try:
            yield place
        finally:
            place.holds(0)

    def change(self, n_bytes: int) -> None:
        """Count so many bytes more, or less; who waits looks again."""
        self.held_bytes += n_bytes
        if n_bytes < 0:
            self._changed.set()
            self._changed = asyncio.Event()


class Place:
    """One document's part of the room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._held_bytes = 0

    def holds(self, n_bytes: int) -> None:
        """Say how many bytes it takes from now on."""
        change, self._held_bytes = n_bytes - self._held_bytes, n_bytes
        self._room.change(change)


def weight_of(outcome: Outcome) -> int:
    """Return about how many bytes of memory an outcome's documents take."""
    match outcome.result:
        case FeedParsed(body=body) | PageRead(body=body):
            return len(body) * BYTES_A_BYTE
        case FeedFailed(body=bytes() as body) | PageFailed(body=bytes() as body):
            return len(body)
    return 0


def keep_one_heap() -> None:
    """Let all threads of this process share one heap, where the C library can be told so.

    glibc gives the writer's thread a heap of its own, and what is freed in one is not used by the other: over 883
    real feeds and a publish, 211 MB instead of 246.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
