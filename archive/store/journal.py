"""Keeps what a command by hand changes, row by row, so that `archive.store.undo` can take it back.

Kept are the columns that readers see the effect of; what is derived from them (index rows, an article's face and
order) is derived again. The inverse is the rows as they were, beside what they became: a row that is no longer what
the command made of it tells that something later depends on it.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from archive.store.schema import tables

TOGETHER: Final = "together"
"""Marks an inverse that holds a list of them under this key: what one command did to articles that are not related."""

Key = tuple[str, int]
"""A row: its table and its id."""

AT_ONCE: Final = 400


class Journal:
    """The changes of one command, within its transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._before: dict[Key, dict[str, object]] = {}
        self._added: dict[str, dict[int, None]] = {}
        self._links: list[int] = []

    def keep(self, table: Table, ids: Collection[int], *columns: str) -> None:
        """Remember columns of rows that are about to change, by whoever's hand. The first memory holds."""
        for row_id, values in values_of(self._connection, table, ids, columns).items():
            held = self._before.setdefault((table.name, row_id), {})
            for column, value in values.items():
                held.setdefault(column, value)

    def change(self, table: Table, ids: Collection[int], **values: object) -> None:
        """Set columns of rows, and remember what they were."""
        self.keep(table, ids, *values)
        ordered = sorted(ids)
        for start in range(0, len(ordered), AT_ONCE):
            some = ordered[start : start + AT_ONCE]
            self._connection.execute(sa.update(table).where(table.c.id.in_(some)).values(values))

    def add(self, table: Table, **values: object) -> int:
        """Insert a row; returns its id."""
        key = self._connection.execute(table.insert().values(values)).inserted_primary_key
        assert key is not None
        self.added(table, int(key[0]))
        return int(key[0])

    def added(self, table: Table, row_id: int) -> None:
        """Remember a row that was inserted elsewhere."""
        self._added.setdefault(table.name, {})[row_id] = None

    def linked(self, link: int) -> None:
        """Remember a link between sightings: it is ended when the command is taken back, and stays in the log."""
        self._links.append(link)

    def inverse(self) -> dict[str, object]:
        """Return what to write into `undo_log`: changed rows as [table, id, before, after], and added ones."""
        changed = []
        for (name, row_id), before in self._before.items():
            if row_id in self._added.get(name, {}):
                continue
            after = values_of(self._connection, tables.tables[name], [row_id], before)[row_id]
            differing = {column for column in before if before[column] != after[column]}
            if differing:
                changed.append([name, row_id, _only(before, differing), _only(after, differing)])
        return {
            "changed": changed,
            "added": {name: list(ids) for name, ids in self._added.items()},
            "links": self._links,
        }


def _only(values: Mapping[str, object], columns: Collection[str]) -> dict[str, object]:
    return {column: value for column, value in values.items() if column in columns}


def values_of(
    connection: Connection, table: Table, ids: Collection[int], columns: Collection[str]
) -> dict[int, dict[str, object]]:
    """Return columns of rows by id, as JSON has them (bytes as hexadecimal digits); rows that are gone are missing."""
    found: dict[int, dict[str, object]] = {}
    names = list(columns)
    ordered = sorted(ids)
    for start in range(0, len(ordered), AT_ONCE):
        rows = connection.execute(
            sa.select(table.c.id, *(table.c[name] for name in names)).where(
                table.c.id.in_(ordered[start : start + AT_ONCE])
            )
        )
        for row in rows:
            found[row[0]] = {
                name: _packed(value) for name, value in zip(names, row[1:], strict=True)
            }
    return found


def _packed(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value


def unpacked(table: Table, values: Mapping[str, Any]) -> dict[str, object]:
    """Return values of a row as the table takes them."""
    return {
        name: bytes.fromhex(value)
        if value is not None and isinstance(table.c[name].type, sa.LargeBinary)
        else value
        for name, value in values.items()
    }
