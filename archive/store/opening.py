"""Opens an archive for writing: the engine, its settings, its schema. Reading opens elsewhere (sqlite.py).

Called by `Store.open` alone. An archive is a SQLite file (`archive.db`, a path, or `sqlite:///path`) with a second
file beside it for raw bodies (`archive-bodies.db`).
"""

import secrets
import sqlite3
from pathlib import Path

import sqlalchemy as sa

from archive.errors import ArchiveUnusable, Busy, NewerSchema, UsageError
from archive.store.schema import SCHEMA_VERSION, meta, tables

BUSY_S = 10
"""How long a write waits for another process's transaction (SERVICE: BEGIN IMMEDIATE, busy 10 s)."""

READS = {"reads": True}
"""Execution options of a connection that only reads: its transactions wait for nobody, and nobody for them."""

PAGE_CACHE_KIB = 16 * 1024
"""A 16 MB page cache: p99 of a phrase at 1M articles 24 ms against 8-16 with 64 MB (SEARCH)."""

CHECKPOINT_PAGES = 4_000
"""Pages of the log (16 MB) before they are moved into the file, which costs an fsync. With SQLite's 1,000, every second
claim of many feeds paid for one: at 400,000 feeds, on busy cores, a p95 of 16 to 20 ms instead of 15."""

_STAMP = (
    """CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)""",
    f"INSERT INTO alembic_version VALUES ('{SCHEMA_VERSION:04d}')",
)
"""Which migration a schema that was built whole stands at, as Alembic itself writes it: its import takes 350 ms."""


def path_of(url: str) -> Path:
    """Return the file of a SQLite archive's address; UsageError for another engine's."""
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite:///"))
    if "://" in url:
        scheme = url.split("://", 1)[0]
        raise UsageError(
            f"archive.url: '{scheme}' archives are not supported by this version; use a file path or sqlite:///PATH"
        )
    return Path(url)


def bodies_path_of(path: Path) -> Path:
    """Return where the raw bodies of an archive lie: archive.db -> archive-bodies.db."""
    return path.with_name(f"{path.stem}-bodies{path.suffix or '.db'}")


def open_engine(url: str, *, create: bool = False, accepts_older: bool = False) -> sa.Engine:
    """Return an engine on an archive of today's schema, whose transactions are BEGIN IMMEDIATE unless they say READS.

    With `create` a missing archive is made; `accepts_older` is for `migrate`. Raises ArchiveUnusable (missing, not
    an archive, unreadable, older schema), NewerSchema.
    """
    path = path_of(url)
    is_new = not path.exists() or path.stat().st_size == 0
    if is_new and not create:
        raise ArchiveUnusable(
            f"no archive at {path}; make one with: newsarchive init", subject=str(path)
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if is_new:
            _make_file(path)
        engine = _engine(path)
        _check_schema(engine, path, accepts_older=accepts_older)
    except OSError as error:
        raise ArchiveUnusable(
            f"cannot open {path}: {error.strerror or error}; check the folder's rights and space",
            subject=str(path),
        ) from error
    except sa.exc.DatabaseError as error:
        raise unusable(error, path) from error
    return engine


def unusable(error: sa.exc.DatabaseError | sqlite3.Error, path: Path) -> ArchiveUnusable | Busy:
    """Return the exception that says what a database error means for people, and the cure."""
    said = str(_first_of(error))
    if "locked" in said or "busy" in said:
        return Busy(f"{path} is being written by another process; try again in a moment")
    if "full" in said:
        return ArchiveUnusable(
            f"the disk that holds {path} is full; nothing was lost: make room and start again",
            subject=str(path),
        )
    if "not a database" in said or "malformed" in said:
        return ArchiveUnusable(
            f"{path} is not a newsarchive archive or is damaged ({said}); restore it from a backup",
            subject=str(path),
        )
    return ArchiveUnusable(f"cannot use {path}: {said}", subject=str(path))


def _first_of(error: BaseException) -> BaseException:
    """Return what went wrong at first: SQLite ends a transaction that it cannot write, and its savepoints with it."""
    while "no such savepoint" in str(error) and error.__context__ is not None:
        error = error.__context__
    return error.orig if isinstance(error, sa.exc.DatabaseError) and error.orig else error


def _engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_S, "check_same_thread": False},
        # One writer at a time is the rule anyway; a second connection serves reads beside it.
        pool_size=2,
        max_overflow=4,
    )

    @sa.event.listens_for(engine, "connect")
    def settings(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own transaction control would begin late and commit before DDL; ours is in `begin` below.
        connection.isolation_level = None
        for pragma in (
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "foreign_keys = ON",
            f"cache_size = -{PAGE_CACHE_KIB}",
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # IMMEDIATE: what a deposit reads must still hold when it writes (SERVICE).
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _make_file(path: Path) -> None:
    """Build the schema in a file of its own and move it into place, so that a kill leaves no half archive."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        build_schema(draft)
        path.unlink(missing_ok=True)
        draft.rename(path)
    finally:
        for left in draft.parent.glob(f"{draft.name}*"):
            left.unlink()


def build_schema(path: Path) -> None:
    """Create all tables of today's schema at `path`, with a new archive id."""
    from archive.store.sqlite import SEARCH_DDL
    from archive.words.tokens import WORDS_VERSION

    engine = _engine(path)
    with engine.begin() as connection:
        tables.create_all(connection)
        for statement in (*SEARCH_DDL, *_STAMP):
            connection.exec_driver_sql(statement)
        connection.execute(
            meta.insert(),
            [
                {"key": "archive_id", "value": secrets.token_hex(16)},
                {"key": "schema", "value": str(SCHEMA_VERSION)},
                {"key": "words_version", "value": str(WORDS_VERSION)},
                {"key": "change", "value": "0"},
            ],
        )
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None, "an open connection has its driver's"
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _check_schema(engine: sa.Engine, path: Path, *, accepts_older: bool) -> None:
    with engine.connect() as connection:
        try:
            found = int(
                connection.execute(
                    sa.select(meta.c.value).where(meta.c.key == "schema")
                ).scalar_one()
            )
        except sa.exc.OperationalError as error:
            if "no such table" not in str(error):
                raise
            raise ArchiveUnusable(
                f"{path} is a database, but not a newsarchive archive; name another file in [archive] url",
                subject=str(path),
            ) from error
    if found > SCHEMA_VERSION:
        raise NewerSchema(
            f"{path} has schema {found}, this program knows {SCHEMA_VERSION}: install the newer newsarchive",
            subject=str(path),
        )
    if found < SCHEMA_VERSION and not accepts_older:
        raise ArchiveUnusable(
            f"{path} has schema {found}, this program needs {SCHEMA_VERSION}: run newsarchive migrate",
            subject=str(path),
        )
