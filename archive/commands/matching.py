"""All that a query finds, as ids: for commands that act on every match, not on a page of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from archive.commands.place import Place

if TYPE_CHECKING:
    from archive.model.query import Query
    from archive.search.find import Search
    from archive.store.sqlite import Reader


def query_of(place: Place, reader: "Reader", text: str, *, now: datetime) -> "Query":
    """Return the tree of a query, saved searches put in; an empty one stands for everything. Raises QueryError."""
    from archive.model.query import Bounds, Query
    from archive.search.query import parse
    from archive.store.matches import saved_searches

    if not text.strip():
        return Query(text="", node=None, bounds=Bounds())
    return parse(text, now=now, timezone=place.zone, saved=lambda: saved_searches(reader))


@contextmanager
def searching(place: Place, reader: "Reader", text: str) -> Iterator["Search"]:
    """Search one state of the archive, newest first, for as long as the block lasts."""
    from archive.search.find import Search

    query = query_of(place, reader, text, now=place.now())
    with reader.snapshot():
        yield Search(reader, query)


def matching_revisions(search: "Search", *, limit: int | None = None) -> list[int]:
    """Return the revision that matches of each article, the newest first; of `limit` articles at most."""
    from archive.store.sqlite import found_rows

    found: dict[int, int] = {}
    for _, revision, article, _ in found_rows(search.reader, search.selection):
        found.setdefault(article, revision)
        if len(found) == limit:
            break
    return list(found.values())


def matching_ids(search: "Search") -> list[str]:
    """Return the public ids of all articles that match, the newest first, each once."""
    from archive.store.sqlite import found_rows

    articles = dict.fromkeys(row[2] for row in found_rows(search.reader, search.selection))
    ids: dict[int, str] = {}
    ordered = list(articles)
    for at in range(0, len(ordered), 500):
        some = ordered[at : at + 500]
        marks = ", ".join("?" * len(some))
        ids.update(
            search.reader.rows(f"SELECT id, public_id FROM articles WHERE id IN ({marks})", some)
        )
    return [ids[article] for article in ordered]
