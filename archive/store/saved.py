"""Saved searches, written: a name for a query. They are read by `matches.saved_searches`, without SQLAlchemy.

What a query means is not known here: who saves one has parsed it. Each change is kept with its inverse in `undo_log`.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.store.instants import to_us
from archive.store.schema import saved_searches, undo_log

if TYPE_CHECKING:
    from archive.store.store import Store

SAVED: Final = "saved"
"""Marks an inverse in `undo_log` that is about a saved search: its name stands under this key."""


Row = dict[str, Any]


def save_search(
    store: "Store", name: str, query: str, *, now: datetime, who: str = "cli"
) -> int | None:
    """Keep `query` under `name`; return the number by which that is taken back, None where it was so already."""
    with store.writing() as connection:
        before = _row_of(connection, name)
        if before is not None and before["query"] == query:
            return None
        if before is None:
            connection.execute(
                saved_searches.insert().values(name=name, query=query, created_at=to_us(now))
            )
        else:
            _requery(connection, name, query)
        command = f"save {name} {query}"
        return _log(connection, name, before, query, who=who, command=command, now=now)


def unsave_search(store: "Store", name: str, *, now: datetime, who: str = "cli") -> int | None:
    """Forget a saved search; return the number by which that is taken back, None where there was none."""
    with store.writing() as connection:
        before = _row_of(connection, name)
        if before is None:
            return None
        _forget(connection, name)
        return _log(connection, name, before, None, who=who, command=f"unsave {name}", now=now)


def _row_of(connection: Connection, name: str) -> Row | None:
    row = connection.execute(sa.select(saved_searches).where(saved_searches.c.name == name)).first()
    return None if row is None else dict(row._mapping)


def _requery(connection: Connection, name: str, query: str) -> None:
    connection.execute(
        sa.update(saved_searches).where(saved_searches.c.name == name).values(query=query)
    )


def _forget(connection: Connection, name: str) -> None:
    connection.execute(sa.delete(saved_searches).where(saved_searches.c.name == name))


def uses(query: str, name: str) -> bool:
    """Tell whether a query stands on the saved search of that name."""
    return re.search(rf'saved:"?{re.escape(name)}(?![a-z0-9-])', query, re.IGNORECASE) is not None


def users_of(connection: Connection, name: str) -> list[str]:
    """Return the other saved searches that stand on this one."""
    rows = connection.execute(sa.select(saved_searches.c.name, saved_searches.c.query))
    return sorted(other for other, query in rows if other != name and uses(query, name))


# ---- taking back --------------------------------------------------------------------------------


def _log(
    connection: Connection,
    name: str,
    before: Row | None,
    after: str | None,
    *,
    who: str,
    command: str,
    now: datetime,
) -> int:
    inverse: Row = {"articles": [], SAVED: name, "before": before, "after": after}
    key = connection.execute(
        undo_log.insert().values(
            at=to_us(now),
            who=who,
            command=command,
            inverse=json.dumps(inverse, ensure_ascii=False),
            undone_at=None,
        )
    ).inserted_primary_key
    assert key is not None
    return int(key[0])


def blocked(connection: Connection, inverse: Mapping[str, Any]) -> str | None:
    """Return why a change of a saved search cannot be taken back, None if it can."""
    name = inverse[SAVED]
    held = _row_of(connection, name)
    if (None if held is None else held["query"]) != inverse["after"]:
        return f"the saved search '{name}' has changed since"
    if inverse["before"] is None and (users := users_of(connection, name)):
        return f"'{name}' is used by {', '.join(users)}: unsave or change those first"
    return None


def take_back(connection: Connection, inverse: Mapping[str, Any]) -> tuple[str, str | None]:
    """Let a name stand for what it stood for before; returns the name and that query."""
    name, before = inverse[SAVED], inverse["before"]
    if before is None:
        _forget(connection, name)
        return name, None
    if inverse["after"] is None:
        connection.execute(saved_searches.insert().values(before))
    else:
        _requery(connection, name, before["query"])
    return name, before["query"]
