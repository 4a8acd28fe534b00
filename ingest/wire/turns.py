"""One request at a time to a host, and a pause between their starts.

The engine and the client share one `HostTurns`, so that feeds, pages, robots.txt and the hops of redirects all
stand in the same line before a host. A turn is taken for one request; nobody waits for a second while holding one.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

# A host whose pause is over and for which nobody waits is forgotten once this many are held.
_MAX_IDLE_HOSTS = 10_000

LONGEST_GAP_S = 60.0
"""The longest pause a robots.txt can ask for (WIRE, Limits)."""


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    n_in_line: int = 0
    gap_s: float = 0.0
    open_at: float = 0.0


class HostTurns:
    """Hands out turns, first come, first served. For one event loop; `monotonic` is in seconds."""

    def __init__(
        self,
        min_gap_s: float = 1.0,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._min_gap_s = min_gap_s
        self._monotonic = monotonic
        self._sleep = sleep
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for `host` to be free and its pause to be over; hold it until the block ends.

        The pause runs from start to start. A turn that is cancelled while it waits leaves no trace.
        """
        line = self._line(host)
        line.n_in_line += 1
        try:
            async with line.lock:
                if (wait_s := line.open_at - self._monotonic()) > 0:
                    await self._sleep(wait_s)
                line.open_at = self._monotonic() + max(self._min_gap_s, line.gap_s)
                yield
        finally:
            line.n_in_line -= 1

    def slow_down(self, host: str, gap_s: float) -> None:
        """Keep at least `gap_s` (at most a minute) between starts at `host`, as its robots.txt asks."""
        line = self._line(host)
        gap_s = min(max(gap_s, 0.0), LONGEST_GAP_S)
        if gap_s > line.gap_s:
            line.open_at = max(line.open_at, self._monotonic() + gap_s)
        line.gap_s = gap_s

    def _line(self, host: str) -> _Line:
        line = self._lines.get(host)
        if line is None:
            if len(self._lines) >= _MAX_IDLE_HOSTS:
                self._forget_idle()
            line = self._lines[host] = _Line()
        return line

    def _forget_idle(self) -> None:
        now = self._monotonic()
        self._lines = {
            host: line for host, line in self._lines.items() if line.n_in_line or line.open_at > now
        }
