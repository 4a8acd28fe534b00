"""Raw feed and page bodies by content hash, zstd, in a file of their own (`archive-bodies.db`).

About 38 kB a page: they must not weigh on the archive's own backup and checks. A body is committed before the
deposit that names it, so that no statement ever points to a body that is not there; a body without a statement is
harmless and prunable.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import zstandard

LEVEL = 3
"""zstd's default: 0.3 ms for a feed of 50 kB; higher levels cost more CPU than they save disk here."""

_DDL = """
CREATE TABLE IF NOT EXISTS bodies (
    digest BLOB PRIMARY KEY,
    used_by TEXT NOT NULL,
    n_bytes INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    data BLOB NOT NULL
) WITHOUT ROWID
"""


class Bodies:
    """The bodies of one archive. `keep` False makes `put` do nothing; `get` always works."""

    def __init__(self, path: Path, *, keep: bool = True) -> None:
        self._path = path
        self._keep = keep
        self._connection: sqlite3.Connection | None = None

    @property
    def keeps(self) -> bool:
        """Return whether bodies are kept."""
        return self._keep

    def put(self, bodies: Iterable[tuple[bytes, str, bytes]], *, stored_at: int) -> None:
        """Commit (digest, "feed" or "page", bytes); those that are there already stay as they are."""
        rows = [
            (digest, used_by, len(body), stored_at, zstandard.compress(body, LEVEL))
            for digest, used_by, body in bodies
            if self._keep and not self._has(digest)
        ]
        if not rows:
            return
        connection = self._open()
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany("INSERT OR IGNORE INTO bodies VALUES (?, ?, ?, ?, ?)", rows)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def get(self, digest: bytes) -> bytes | None:
        """Return a body, or None where it was not kept or has been pruned."""
        if not self._path.exists():
            return None
        row = self._open().execute("SELECT data FROM bodies WHERE digest = ?", (digest,)).fetchone()
        return None if row is None else zstandard.decompress(row[0])

    def delete(self, digests: Iterable[bytes]) -> int:
        """Remove bodies (erasure); returns how many there were. The freed pages are overwritten."""
        if not self._path.exists():
            return 0
        connection = self._open()
        connection.execute("PRAGMA secure_delete = ON")
        n_gone = 0
        for digest in digests:
            n_gone += connection.execute("DELETE FROM bodies WHERE digest = ?", (digest,)).rowcount
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return n_gone

    def since(self, stored_at: int) -> list[bytes]:
        """Return the digests of the bodies stored at that instant or later (erasure; reads the whole file)."""
        if not self._path.exists():
            return []
        query = "SELECT digest FROM bodies WHERE stored_at >= ?"
        return [row[0] for row in self._open().execute(query, (stored_at,))]

    def wipe(self) -> None:
        """Rewrite the file without what deleted bodies left in it."""
        if self._path.exists():
            self._open().execute("VACUUM")
            self._open().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def count(self) -> int:
        """Return how many bodies are kept."""
        if not self._path.exists():
            return 0
        return int(self._open().execute("SELECT count(*) FROM bodies").fetchone()[0])

    def all(self) -> Iterator[tuple[bytes, str, int, bytes]]:
        """Yield every body: (digest, used by, stored at, bytes), by digest."""
        if self._path.exists():
            query = "SELECT digest, used_by, stored_at, data FROM bodies ORDER BY digest"
            for digest, used_by, stored_at, data in self._open().execute(query):
                yield digest, used_by, stored_at, zstandard.decompress(data)

    def n_bytes(self) -> int:
        """Return the size of the file in bytes, 0 when there is none."""
        return self._path.stat().st_size if self._path.exists() else 0

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _has(self, digest: bytes) -> bool:
        found = self._open().execute("SELECT 1 FROM bodies WHERE digest = ?", (digest,)).fetchone()
        return found is not None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(
                self._path, timeout=10, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(_DDL)
        return self._connection
