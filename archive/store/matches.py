"""What is asked of many matches at once: their keys, ends, facts and feeds; and what an archive says of itself.

Called by `archive.search` and `archive.front`, with a `Reader`. Plain SQL, as in `reading`.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from archive.store.instants import NEVER, to_at
from archive.store.sqlite import Reader

_AT_ONCE: Final = 500


def keys_of(reader: Reader, article: int) -> list[int]:
    """Return the keys of all index rows of an article, superseded ones too."""
    return [
        key for (key,) in reader.rows("SELECT key FROM search_row WHERE article = ?", (article,))
    ]


def superseded(reader: Reader, revisions: Sequence[int]) -> dict[int, datetime]:
    """Return when each of these revisions was followed by another, of those that were."""
    rows = reader.rows(
        f"SELECT revision, valid_to FROM search_row WHERE revision IN ({_marks(revisions)}) AND valid_to < {NEVER}",
        revisions,
    )
    return {revision: to_at(valid_to) for revision, valid_to in rows}


def sections(reader: Reader, revisions: Sequence[int]) -> dict[int, str]:
    """Return the sections of revisions as their publishers spell them."""
    found: dict[int, str] = {}
    for at in range(0, len(revisions), _AT_ONCE):
        some = revisions[at : at + _AT_ONCE]
        found.update(
            reader.rows(
                f"SELECT id, section FROM revisions WHERE id IN ({_marks(some)}) AND section IS NOT NULL",
                some,
            )
        )
    return found


class RevisionFacts(NamedTuple):
    """What facets count of one revision; `url` is the canonical one where there is one."""

    url: str | None
    authors: tuple[str, ...]


def revision_facts(
    reader: Reader, revisions: Sequence[int], *, with_authors: bool = False
) -> Iterator[RevisionFacts]:
    """Yield what facets count of revisions, in no order; the authors only if asked (their JSON is most of it)."""
    stated = "stated" if with_authors else "NULL"
    for at in range(0, len(revisions), _AT_ONCE):
        some = revisions[at : at + _AT_ONCE]
        for url, held in reader.rows(
            f"SELECT coalesce(canonical_url, url), {stated} FROM revisions WHERE id IN ({_marks(some)})",
            some,
        ):
            yield RevisionFacts(url, _names(held) if with_authors else ())


def _names(stated: str) -> tuple[str, ...]:
    """Return the authors' names of a revision's stored JSON; none where it is of another shape."""
    try:
        held = json.loads(stated)
    except ValueError:
        return ()
    authors = held.get("authors") if isinstance(held, dict) else None
    names = [
        author.get("name") if isinstance(author, dict) else author
        for author in (authors if isinstance(authors, list) else [])
    ]
    return tuple(name for name in names if isinstance(name, str))


def meta_value(reader: Reader, key: str) -> str:
    """Return what the archive says of itself: `archive_id`, `change` (raised with every change of an article)."""
    row = reader.row("SELECT value FROM meta WHERE key = ?", (key,))
    return "" if row is None else str(row[0])


def saved_searches(reader: Reader) -> dict[str, str]:
    """Return the queries of the saved searches by name, in the order of names."""
    return dict(reader.rows("SELECT name, query FROM saved_searches ORDER BY name"))


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
