"""Runs the pages: uvicorn on one address, one line when ready, one clear line when the port is taken."""

import errno
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from archive.config.settings import Config
from archive.errors import Busy, UsageError
from archive.output.document import public_url
from archive.web.app import create

DRAIN_S = 5
"""How long answers under way may take after a stop; a page takes milliseconds."""


def serve(
    archive_url: str,
    config: Config,
    *,
    zone: tzinfo = UTC,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Serve until SIGINT or SIGTERM. Raises Busy where the port is taken, ArchiveUnusable where there is no archive."""
    import uvicorn

    from archive.front import Archive

    Archive.open(archive_url).close()  # says what is wrong now, not on the first page
    with listen(config.web.host, config.web.port) as listener:
        port = listener.getsockname()[1]
        config = replace(config, web=replace(config.web, port=port))
        app = create(archive_url, config, zone=zone, clock=clock)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=DRAIN_S,
            )
        )
        url = public_url(config)
        sys.stdout.write(f"pages {url}   feed {url}feed.xml\n")
        sys.stdout.flush()
        server.run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on one address; raises Busy or UsageError with the cure."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(2048)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Busy(
                f"port {port} on {host} is in use; stop what holds it, or choose another: "
                f"newsarchive serve --port {port + 1 if port < 65535 else 8420}"
            ) from error
        raise UsageError(
            f"cannot listen on {host} port {port}: {error.strerror or error}; set [web] host and port"
        ) from error
    return listener
