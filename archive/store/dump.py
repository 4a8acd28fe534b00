"""The whole archive as text, and back: every table, versioned, equal after a round trip.

JSON Lines: a head `{"newsarchive": "dump", "version": 1, "schema": N}`, then for each table a line
`{"table": NAME, "columns": [...], "n": rows}` followed by its rows as arrays, in primary key order; bytes are base64.
The same archive gives the same bytes. The search tables are not in it: they are made from the revisions again, under
the loading program's words. Raw bodies come last, as table "bodies", unless left out.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from archive.errors import UsageError
from archive.store.bodies import Bodies
from archive.store.schema import SCHEMA_VERSION, tables

VERSION = 1
ROWS_AT_ONCE = 1_000


def dump(connection: Connection, bodies: Bodies | None, out: IO[str]) -> dict[str, int]:
    """Write all tables to `out`; returns how many rows of each. Holds the connection's snapshot throughout."""
    counts: dict[str, int] = {}
    _line(out, {"newsarchive": "dump", "version": VERSION, "schema": SCHEMA_VERSION})
    for table in tables.sorted_tables:
        n_rows = connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        columns = [column.name for column in table.columns]
        _line(out, {"table": table.name, "columns": columns, "n": n_rows})
        packers = [_packer(column) for column in table.columns]
        rows = connection.execute(sa.select(table).order_by(*table.primary_key.columns))
        for row in rows.yield_per(ROWS_AT_ONCE):
            _line(out, [pack(value) for pack, value in zip(packers, row, strict=True)])
        counts[table.name] = n_rows
    if bodies is not None:
        counts["bodies"] = _dump_bodies(bodies, out)
    return counts


def load(connection: Connection, bodies: Bodies, lines: Iterable[str]) -> dict[str, int]:
    """Fill the empty tables of a new archive from a dump; returns how many rows of each.

    Raises UsageError for text that is no dump, was cut, or comes from a newer program. All in the caller's
    transaction: a bad dump leaves nothing. The search tables are left for the caller to rebuild.
    """
    reader = _Reader(lines)
    head = reader.next_value()
    if not isinstance(head, dict) or head.get("newsarchive") != "dump":
        raise UsageError("not a newsarchive dump: its first line is not one's head")
    if head.get("version") != VERSION or head.get("schema") != SCHEMA_VERSION:
        raise UsageError(
            f"a dump of version {head.get('version')}, schema {head.get('schema')}; this program reads "
            f"version {VERSION}, schema {SCHEMA_VERSION}: load it with the program that wrote it, then migrate"
        )
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for table in tables.sorted_tables:
        connection.execute(sa.delete(table))
    kept: list[bytes] = []
    try:
        return _load_tables(connection, bodies, reader, kept)
    except BaseException:
        bodies.delete(kept)  # their file is committed body by body: what was refused leaves none
        raise


def _load_tables(
    connection: Connection, bodies: Bodies, reader: "_Reader", kept: list[bytes]
) -> dict[str, int]:
    counts: dict[str, int] = {}
    while (section := reader.next_value()) is not None:
        name, columns, n_rows = _head_of(section, reader)
        if name in counts or (name != "bodies" and name not in tables.tables):
            raise UsageError(
                f"line {reader.n_lines}: a table {name!r} that this program does not know, or a second one"
            )
        if name == "bodies":
            _load_bodies(bodies, reader, n_rows, kept)
        else:
            _load_table(connection, tables.tables[name], columns, reader, n_rows)
        counts[name] = n_rows
    missing = [table.name for table in tables.sorted_tables if table.name not in counts]
    if missing:
        raise UsageError(f"the dump was cut: it ends before table {missing[0]!r}")
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if dangling is not None:
        raise UsageError(
            f"the dump contradicts itself: a row of {dangling[0]!r} points to one of {dangling[2]!r} that is not there"
        )
    return counts


def _head_of(section: object, reader: "_Reader") -> tuple[str, list[str], int]:
    match section:
        case {"table": str(name), "columns": list(columns), "n": int(n_rows)}:
            return name, columns, n_rows
    raise UsageError(f"line {reader.n_lines}: the head of a table was expected")


class _Reader:
    """Lines as JSON values, with the number of the line for messages."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.n_lines = 0

    def next_value(self) -> object:
        """Return the next line's value, None at the end."""
        try:
            line = next(self._lines, None)
            if line is None:
                return None
            self.n_lines += 1
            value: object = json.loads(line)
        except ValueError as error:
            raise UsageError(f"line {self.n_lines} of the dump is not JSON: {error}") from error
        return value

    def rows(self, n_rows: int, width: int) -> Iterator[list[Any]]:
        """Yield the next `n_rows` rows; UsageError where one is missing or has another width."""
        for _ in range(n_rows):
            row = self.next_value()
            if not isinstance(row, list) or len(row) != width:
                raise UsageError(
                    f"line {self.n_lines}: a row of {width} values was expected; was the dump cut?"
                )
            yield row


def _load_table(
    connection: Connection, table: Table, columns: list[str], reader: _Reader, n_rows: int
) -> None:
    unknown = [name for name in columns if name not in table.columns]
    if unknown:
        raise UsageError(f"table {table.name!r} has no column {unknown[0]!r} in this program")
    unpackers = [_unpacker(table.columns[name]) for name in columns]
    batch: list[dict[str, object]] = []
    try:
        for row in reader.rows(n_rows, len(columns)):
            values = (unpack(value) for unpack, value in zip(unpackers, row, strict=True))
            batch.append(dict(zip(columns, values, strict=True)))
            if len(batch) == ROWS_AT_ONCE:
                connection.execute(table.insert(), batch)
                batch.clear()
        if batch:
            connection.execute(table.insert(), batch)
    except (ValueError, sa.exc.IntegrityError, sa.exc.InterfaceError) as error:
        said = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        raise UsageError(
            f"near line {reader.n_lines}: no row of table {table.name!r}: {said}"
        ) from error


def _dump_bodies(bodies: Bodies, out: IO[str]) -> int:
    n_bodies = bodies.count()
    _line(
        out,
        {"table": "bodies", "columns": ["digest", "used_by", "stored_at", "body"], "n": n_bodies},
    )
    for digest, used_by, stored_at, body in bodies.all():
        _line(out, [_base64(digest), used_by, stored_at, _base64(body)])
    return n_bodies


def _load_bodies(bodies: Bodies, reader: _Reader, n_rows: int, kept: list[bytes]) -> None:
    """Keep the bodies of a dump; `kept` takes the digest of each before it is written."""
    try:
        for digest, used_by, stored_at, body in reader.rows(n_rows, 4):
            kept.append(base64.b64decode(digest, validate=True))
            held = base64.b64decode(body, validate=True)
            bodies.put([(kept[-1], used_by, held)], stored_at=stored_at)
    except (ValueError, TypeError) as error:
        raise UsageError(f"line {reader.n_lines}: no raw body: {error}") from error


def _packer(column: sa.Column[object]) -> Callable[[object], object]:
    return _base64 if isinstance(column.type, sa.LargeBinary) else _same


def _unpacker(column: sa.Column[object]) -> Callable[[object], object]:
    return _bytes if isinstance(column.type, sa.LargeBinary) else _same


def _same(value: object) -> object:
    return value


def _base64(value: object) -> object:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def _bytes(value: object) -> object:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


def _line(out: IO[str], value: object) -> None:
    # json.dump would write through Python, a token at a time: 6 times slower.
    out.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")
