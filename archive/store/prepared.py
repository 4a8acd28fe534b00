"""Statements of SQLAlchemy Core, compiled once and run on the driver: for those that every poll repeats.

Core stays the language they are written in. What is left out is its `execute`: 150 us of CPU a statement and 4 a row,
where SQLite itself takes 10 and 1 (decision 0013). They run inside the transaction of the connection they are given, on
its own driver's connection; errors are the driver's (`Store.writing` knows both kinds).
"""

import re
import sqlite3
from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite

Row = Any
"""A named tuple of a statement's columns. Values are as the driver gives them: a flag is 0 or 1."""

_LIST: Final = re.compile(r"__\[POSTCOMPILE_\w+\]")
"""How Core writes a list that is bound when the statement runs (`bindparam(..., expanding=True)`)."""

_FILLED_TO: Final = 512
"""Lists are filled up to a power of two, longer ones to multiples of this: the driver keeps ten texts, not hundreds."""


def driver_of(connection: Connection) -> sqlite3.Connection:
    """Return the driver's own connection of this transaction."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection), "an open connection has its driver's"
    return driver


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as text, cut where its lists stand; `names` are all bound names in the order of the text."""

    parts: tuple[str, ...]
    names: tuple[str, ...]
    lists: frozenset[str]
    constants: Mapping[str, object]


class Prepared:
    """A statement that is run again and again. Every name it binds gets a value, or has one of its own."""

    def __init__(self, statement: sa.Select[Any] | sa.Insert | sa.Update) -> None:
        self._statement = statement
        self._texts: dict[tuple[int, ...], str] = {}

    def rows(self, connection: Connection, **values: object) -> list[Row]:
        """Return all rows. A list (one that is empty finds nothing) may have up to 250,000 values."""
        return list(map(self._as_row, self._run(connection, values)))

    def one(self, connection: Connection, **values: object) -> Row:
        """Return the row of a statement that always has one."""
        return self._as_row(self._run(connection, values).fetchone())

    def write(self, connection: Connection, **values: object) -> None:
        """Run a statement that answers nothing."""
        self._run(connection, values)

    def write_all(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Run a statement without lists once for each row of values."""
        if constants := self._compiled.constants:
            rows = [{**constants, **row} for row in rows]
        driver_of(connection).executemany(self._text(()), map(self._in_order, rows))

    def _run(self, connection: Connection, values: Mapping[str, object]) -> sqlite3.Cursor:
        compiled = self._compiled
        bound: list[object] = []
        lengths: list[int] = []
        for name in compiled.names:
            value = values[name] if name in values else compiled.constants[name]
            if name in compiled.lists:
                assert isinstance(value, list), f"{name} is a list"
                length = _filled(len(value))
                bound += value
                bound += value[-1:] * (length - len(value))
                lengths.append(length)
            else:
                bound.append(value)
        return driver_of(connection).execute(self._text(tuple(lengths)), bound)

    def _text(self, lengths: tuple[int, ...]) -> str:
        if lengths not in self._texts:
            lists = [",".join("?" * length) for length in lengths]
            parts = self._compiled.parts
            self._texts[lengths] = "".join(
                part + bound for part, bound in zip(parts, (*lists, ""), strict=True)
            )
        return self._texts[lengths]

    @cached_property
    def _compiled(self) -> _Compiled:
        compiled = self._statement.compile(dialect=sqlite.dialect())
        assert isinstance(compiled, sa.sql.compiler.SQLCompiler)
        return _Compiled(
            parts=tuple(_LIST.split(compiled.string)),
            names=tuple(compiled.positiontup or ()),
            lists=frozenset(parameter.key for parameter in compiled.post_compile_params),
            constants={n: v for n, v in compiled.params.items() if v is not None},
        )

    @cached_property
    def _as_row(self) -> Any:
        assert isinstance(self._statement, sa.Select)
        named: Any = namedtuple  # typed for names that are written out; these are the columns'
        return named("Row", self._statement.selected_columns.keys())._make

    @cached_property
    def _in_order(self) -> Any:
        names = self._compiled.names
        return itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)


def _filled(length: int) -> int:
    """Return how many values a list of so many is filled up to, with its last one."""
    if length > _FILLED_TO:
        return -(-length // _FILLED_TO) * _FILLED_TO
    return 1 << (length - 1).bit_length() if length > 1 else length
