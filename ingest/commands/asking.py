"""What commands that ask the network share: a way to it, and the first poll of a feed (`feeds add`, `import`, ...).

Requests take the same client, parsers and limits as the engine's polls. Imported inside the commands: it loads the
network's libraries.
"""

import contextlib
import functools
import os
import random
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

from archive.commands.place import Place
from archive.config import Config
from archive.model.kept import FeedRow
from archive.model.outcome import Deposited, FeedOutcome
from archive.store.store import Plan, Store
from ingest.commands.poll import policy_of
from ingest.engine import wire_settings
from ingest.feed.parse import PARSER_VERSION
from ingest.pace import PaceSettings, plan
from ingest.wire.fetch import Client
from ingest.wire.robots import RobotsCache
from ingest.wire.turns import HostTurns
from ingest.workers import Workers


@contextlib.asynccontextmanager
async def asking(place: Place) -> AsyncIterator[tuple[Client, Workers]]:
    """Open a client and parsers by the configuration, for one event loop."""
    config = place.load_config()
    async with (
        Client(wire_settings(config), clock=place.now) as client,
        Workers(config.service.workers) as workers,
    ):
        yield client, workers


@contextlib.asynccontextmanager
async def asking_pages(place: Place) -> AsyncIterator[tuple[Client, Workers, RobotsCache]]:
    """Open what article pages are asked with: as `asking`, and robots.txt, whose pauses the client keeps."""
    config = place.load_config()
    turns = HostTurns(config.fetch.min_host_gap_s)
    async with (
        Client(wire_settings(config), clock=place.now, turn=turns.turn) as client,
        Workers(1) as workers,
    ):
        yield client, workers, RobotsCache(client, clock=place.now, slow_down=turns.slow_down)


def owner() -> str:
    """Return who holds the leases of this process."""
    return f"{socket.gethostname()}:{os.getpid()}"


@contextlib.contextmanager
def open_store(place: Place, *, dry_run: bool = False) -> Iterator[Store]:
    """Open the archive for deposits, made where there is none; a trial, which makes none, gets one to throw away."""
    if dry_run and place.archive_path is not None and not place.archive_path.exists():
        with (
            tempfile.TemporaryDirectory(prefix="newsarchive-") as folder,
            Store.open(str(Path(folder) / "archive.db"), create=True) as store,
        ):
            yield store
        return
    with _open_store(place) as store:
        yield store


def _open_store(place: Place) -> Store:
    config = place.load_config()
    return Store.open(
        place.archive_url,
        create=True,
        keep_bodies=config.archive.keep_bodies,
        policy=policy_of(config),
    )


def plan_of(config: Config) -> Plan:
    """Return when a feed is polled next, by the configuration."""
    settings = PaceSettings(
        default_s=config.pace.default_s,
        floor_s=config.pace.floor_s,
        ceiling_s=config.pace.ceiling_s,
    )
    return functools.partial(plan, rand=random.random, settings=settings)


def deposit_first(
    place: Place, store: Store, feed: FeedRow, outcome: FeedOutcome
) -> Deposited | None:
    """Write a look at a feed just subscribed to as its first poll, so that it is not asked twice in a row.

    None when its host is another process's just now, or held by its server: it is polled when its turn comes.
    """
    now = place.now()
    leases = store.claim_hosts(now=now, owner=owner(), limit=1, only_feeds=[feed.id])
    if not leases:
        return None
    try:
        jobs, _, _ = store.due_work(
            leases[0], now=now, parser_version=PARSER_VERSION, only=[feed.id]
        )
        if not jobs:
            return None
        (deposited,) = store.deposit(
            [replace(outcome, job=jobs[0])], now=now, plan=plan_of(place.load_config())
        )
    finally:
        store.release(leases[0])
    return None if deposited.is_fenced else deposited
