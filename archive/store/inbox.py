"""The inbox as the pages write it: what strangers say, put where the engine's tick finds it, within bounds.

The only table that the web's process may write, and it can write no other: SQLite itself refuses (the authorizer
below). On the standard library alone, as all that the pages load. The engine's side is `archive.store.websub`.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import zstandard

from archive.identity.ids import digest16
from archive.model.push import Event, HubState
from archive.store.instants import NEVER, to_us
from archive.store.sqlite import open_reader, path_of, unusable

MOST_WAITING: Final = 16
"""Letters of one subscription that may wait: a tick answers them within seconds, unless the service is down."""

MOST_WAITING_BYTES: Final = 64 * 1024 * 1024
"""Packed bytes of all pushed documents that may wait. A hub is told to come again later, and no disk is filled."""

BUSY_S: Final = 5
"""How long a letter waits for the engine's transaction, which takes milliseconds."""

_COALESCED: Final = frozenset({Event.PING, Event.DROPPED})
"""Of these one letter a subscription is enough: it counts."""

_MAY_READ: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION})
_MAY_WRITE: Final = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE})


@dataclass(frozen=True, slots=True)
class Callback:
    """What a hub's call is held against: whose it is, in which state, and the key it signs with."""

    about: int
    topic_url: str
    state: HubState
    signing_key: bytes = field(repr=False)


def callback_digest(name: str) -> bytes:
    """Return the key of a callback by the last part of its address."""
    return digest16("websub callback", name)


class Inbox:
    """The inbox of the archive at `url`. Holds nothing open: every call opens the file (1 ms) and closes it."""

    def __init__(self, url: str) -> None:
        self._url = url

    def callback(self, name: str) -> Callback | None:
        """Return the subscription that this callback was made for; None for a stranger's guess.

        Read-only: a stranger takes no writer's lock. Raises ArchiveUnusable, Busy.
        """
        with closing(open_reader(self._url)) as reader:
            row = reader.row(
                "SELECT id, topic_url, state, secret FROM websub WHERE callback_digest = ?",
                (callback_digest(name),),
            )
        if row is None:
            return None
        return Callback(row[0], row[1], HubState(row[2]), bytes(row[3]).hex().encode("ascii"))

    def put(
        self,
        about: int,
        event: Event,
        request: Mapping[str, object],
        *,
        now: datetime,
        body: bytes | None = None,
    ) -> bool:
        """Put a letter in, durably; False when too much waits already. Raises ArchiveUnusable, Busy.

        A ping, or a dropped push, that waits already is counted up (`n`) instead: they take no room.
        """
        packed = None if body is None else zstandard.compress(body)
        with self._writing() as db:
            if event in _COALESCED and _count_up(db, about, event):
                return True
            n_waiting, n_bytes = db.execute(
                "SELECT (SELECT count(*) FROM inbox WHERE done_at = ?1 AND about = ?2),"
                " (SELECT coalesce(sum(length(body)), 0) FROM inbox WHERE done_at = ?1)",
                (NEVER, about),
            ).fetchone()
            # Those that are counted up come in beyond the bound: at most two more.
            if n_waiting >= MOST_WAITING and event not in _COALESCED:
                return False
            if packed is not None and n_bytes + len(packed) > MOST_WAITING_BYTES:
                return False
            db.execute(
                "INSERT INTO inbox (kind, about, request, body, at, done_at) VALUES (?, ?, ?, ?, ?, ?)",
                (event, about, json.dumps(request), packed, to_us(now), NEVER),
            )
        return True

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        path = path_of(self._url)
        try:
            with closing(_open(path)) as db:
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
        except sqlite3.Error as error:
            raise unusable(error, path) from error


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_S, isolation_level=None
    )
    # A hub that was answered 202 does not send it again: the letter must outlive a power cut.
    db.execute("PRAGMA synchronous = FULL")
    db.set_authorizer(_authorize)
    return db


def _authorize(action: int, table: str | None, *_: str | None) -> int:
    is_allowed = (
        action in _MAY_READ
        or action == sqlite3.SQLITE_TRANSACTION
        or (action in _MAY_WRITE and table == "inbox")
    )
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY


def _count_up(db: sqlite3.Connection, about: int, event: Event) -> bool:
    row = db.execute(
        "SELECT id, request FROM inbox WHERE done_at = ? AND about = ? AND kind = ?",
        (NEVER, about, event),
    ).fetchone()
    if row is None:
        return False
    request = json.loads(row[1])
    request["n"] = request.get("n", 1) + 1
    db.execute("UPDATE inbox SET request = ? WHERE id = ?", (json.dumps(request), row[0]))
    return True
