"""Makes the search index anew beside the old one, and puts it in its place: searching and writing go on meanwhile.

    begin ─> 200 revisions a transaction, with a pause after each ─> what changed meanwhile ─> swap

Called by `Store.reindex`. The tables under construction bear today's names with `_next` behind them; one that a kill
left over is begun anew. The last transaction alone keeps others waiting: it compares all rows once (1 s a million).
"""

import re
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.errors import Busy
from archive.store.index import Indexer, sort_in_words
from archive.store.indexing import indexed, revisions_by_time
from archive.store.instants import NEVER
from archive.store.prepared import driver_of
from archive.store.schema import meta
from archive.store.sqlite import SEARCH_DDL
from archive.words.tokens import WORDS_VERSION

Writing = Callable[[], AbstractContextManager[Connection]]
"""Opens a write transaction (`Store.writing`)."""

AT_ONCE: Final = 200
"""Revisions a transaction: it holds the lock for 0.2 s."""

PAUSE_S: Final = 0.05
"""Between two: who waits for the lock looks again every 25 to 100 ms, and would never find it free."""

MOST_TRIES: Final = 5
"""An erasure meanwhile begins it anew: the words of what was erased must not stay in the new index."""

TABLES: Final = ("search", "search_row", "word_sorted", "word_ending", "word_new")
_NAMES: Final = re.compile(rf"\b({'|'.join(TABLES)})\b")
_COMPARED: Final = (
    "variant",
    "article",
    "is_primary",
    "is_private",
    "kind",
    "valid_from",
    "valid_to",
)
_COMPARED_OPEN: Final = ("effective_at", "label")
"""Superseded rows keep the date and the feeds of their time, until they are made anew."""


class _Beside:
    """A driver's connection on which `search`, `search_row` and the words are the tables under construction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def execute(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        return self._db.execute(_next(sql), values)

    def executemany(self, sql: str, values: Iterable[Sequence[Any]]) -> sqlite3.Cursor:
        return self._db.executemany(_next(sql), values)


def _next(sql: str) -> str:
    return _NAMES.sub(r"\1_next", sql).replace("search_docsize", "search_next_docsize")


def _beside(connection: Connection) -> sqlite3.Connection:
    """Return what the Indexer takes for a connection: it asks for nothing but `execute` and `executemany`."""
    return cast(sqlite3.Connection, _Beside(driver_of(connection)))


def reindex(writing: Writing, *, pause: Callable[[float], None] = time.sleep) -> int:
    """Make the index anew under the words of this program; returns how many rows it has.

    Raises Busy where erasures keep coming.
    """
    for _ in range(MOST_TRIES):
        indexer = Indexer()  # of its own: one that remembers words as written would leave them out
        with writing() as connection:
            _begin(driver_of(connection))
            ids = revisions_by_time(connection)
        for start in range(0, len(ids), AT_ONCE):
            with writing() as connection:
                indexer.add(_beside(connection), indexed(connection, ids[start : start + AT_ONCE]))
            indexer.commit()
            pause(PAUSE_S)
        with writing() as connection:
            if _catch_up(connection, indexer):
                return _swap(connection)
    raise Busy("articles are being erased; make the index anew once that is done")


def _begin(db: sqlite3.Connection) -> None:
    _drop(db, [f"{name}_next" for name in TABLES])
    for statement in SEARCH_DDL:
        if "TABLE" in statement.split("(", 1)[0]:
            db.execute(_next(statement))


def _drop(db: sqlite3.Connection, names: Collection[str]) -> None:
    for name in names:
        db.execute(f"DROP TABLE IF EXISTS {name}")


def _catch_up(connection: Connection, indexer: Indexer) -> bool:
    """Write again what deposits changed meanwhile; False where a revision in the new index is gone or void by now."""
    db = driver_of(connection)
    gone = db.execute(
        "SELECT 1 FROM search_row_next AS n LEFT JOIN revisions AS v ON v.id = n.revision"
        " WHERE v.id IS NULL OR v.is_void"
    ).fetchone()
    if gone is not None:
        return False
    same, same_open = (
        " AND ".join(f"n.{column} = r.{column}" for column in columns)
        for columns in (_COMPARED, _COMPARED_OPEN)
    )
    changed = [
        revision
        for (revision,) in db.execute(
            "SELECT v.id FROM revisions AS v LEFT JOIN search_row AS r ON r.revision = v.id"
            " LEFT JOIN search_row_next AS n ON n.revision = v.id"
            # What only the old index lacks is the old one's fault. NOT of nothing is nothing.
            f" WHERE NOT v.is_void AND (n.revision IS NULL OR NOT ({same})"
            f" OR r.valid_to = {NEVER} AND NOT ({same_open}))"
        )
    ]
    beside = _beside(connection)
    indexer.remove(beside, changed)
    indexer.add(beside, indexed(connection, changed))
    sort_in_words(beside)
    return True


def _swap(connection: Connection) -> int:
    db = driver_of(connection)
    db.execute("DROP VIEW word")
    _drop(db, TABLES)
    for name in TABLES:
        db.execute(f"ALTER TABLE {name}_next RENAME TO {name}")
    for statement in SEARCH_DDL:
        if "TABLE" not in statement.split("(", 1)[0]:
            db.execute(statement)
    connection.execute(
        sa.update(meta).where(meta.c.key == "words_version").values(value=str(WORDS_VERSION))
    )
    (n_rows,) = db.execute("SELECT count(*) FROM search_row").fetchone()
    return int(n_rows)
