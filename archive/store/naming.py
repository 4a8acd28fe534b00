"""Which article a person means: by its public id, or a beginning of it that no other has. For writers; readers ask
`archive.store.reading`, which says the same on a connection without SQLAlchemy.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.errors import NotFound
from archive.store.schema import articles

SHORTEST = 4
"""Characters of an id that must be typed at least (IDENTITY)."""

SHOWN = 5


def article_named(connection: Connection, typed: str) -> int:
    """Return the row id; a merged article's id gives its survivor. Raises NotFound, also for an erased one."""
    prefix = typed.strip().lower()
    if len(prefix) < SHORTEST or not prefix.isalnum():
        raise NotFound(
            f"'{typed}' is no article's id: type at least its first {SHORTEST} characters, as search shows them",
            subject=typed,
        )
    rows = connection.execute(
        sa.select(articles.c.id, articles.c.public_id, articles.c.merged_into)
        .where(articles.c.public_id >= prefix, articles.c.public_id < prefix + "~")
        .limit(20)
    ).all()
    found = {row.merged_into or row.id: row.public_id for row in rows}
    if not found:
        raise NotFound(
            f"no article has an id that begins with '{prefix}'; find it with: newsarchive search WORDS",
            subject=typed,
        )
    if len(found) > 1:
        some = ", ".join(sorted(found.values())[:SHOWN])
        raise NotFound(f"several ids begin with '{prefix}': {some}; type more of it", subject=typed)
    ((article, public_id),) = found.items()
    primary = sa.select(articles.c.primary_variant_id).where(articles.c.id == article)
    if connection.scalar(primary) is None:
        raise NotFound(f"article {public_id} has been erased", subject=typed)
    return int(article)
