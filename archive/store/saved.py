"""Saved searches, written: a name for a query. They are read by `matches.saved_searches`, without SQLAlchemy.

What a query means is not known here: who saves one has parsed it.
"""

from datetime import datetime

import sqlalchemy as sa

from archive.store.instants import to_us
from archive.store.schema import saved_searches
from archive.store.store import Store


def save_search(store: Store, name: str, query: str, *, now: datetime) -> str | None:
    """Keep `query` under `name`; return the query that it replaces, None if the name is new."""
    with store.writing() as connection:
        before = connection.scalar(
            sa.select(saved_searches.c.query).where(saved_searches.c.name == name)
        )
        if before is None:
            connection.execute(
                saved_searches.insert().values(name=name, query=query, created_at=to_us(now))
            )
        elif before != query:
            connection.execute(
                sa.update(saved_searches).where(saved_searches.c.name == name).values(query=query)
            )
        return before


def unsave_search(store: Store, name: str) -> str | None:
    """Forget a saved search; return its query, None where there was none of that name."""
    with store.writing() as connection:
        before = connection.scalar(
            sa.select(saved_searches.c.query).where(saved_searches.c.name == name)
        )
        connection.execute(sa.delete(saved_searches).where(saved_searches.c.name == name))
        return before
