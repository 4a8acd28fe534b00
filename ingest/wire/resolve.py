"""Names to addresses, in threads of our own.

aiohttp's resolver uses the event loop's default threads: cpu count + 4 of them, shared with everything else. A few
names whose servers do not answer (5 s and more each) would hold up every other host.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult


class SystemResolver(AbstractResolver):
    """Asks the operating system (getaddrinfo), `n_threads` names at a time."""

    def __init__(self, n_threads: int) -> None:
        self._threads = ThreadPoolExecutor(n_threads, thread_name_prefix="dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of `host`, in the system's order. Raises OSError where there is none."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host, port, family)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=family_,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for family_, protocol, address in found
        ]

    async def close(self) -> None:
        """Let go of the threads; look-ups under way end by themselves and are not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int, family: int) -> list[tuple[int, int, str]]:
    """Return (family, protocol, literal address) of each answer."""
    try:
        found = socket.getaddrinfo(
            host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
    except UnicodeError as error:  # a label over 63 characters, or empty
        raise socket.gaierror(socket.EAI_NONAME, f"not a host name: {error}") from error
    return [(family_, protocol, str(to[0])) for family_, _, protocol, _, to in found]
