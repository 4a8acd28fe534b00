"""Makes two standing articles one: variants move with all that hangs on them, nothing is deleted.

Used when a page shows that an article not yet published is an older one, by hand, and by a replay. The merged id
resolves for ever.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.store.faces import Faces
from archive.store.journal import Journal
from archive.store.places import places_of
from archive.store.schema import articles, sightings, variants


def merge(connection: Connection, faces: Faces, *, article_id: int, into: int, now_us: int) -> None:
    """Move all tellings of an article into another one and leave its id as an alias.

    `into` keeps its public id and the earlier of the two first instants; `settle` tells subscribers, if there is
    something to tell.
    """
    assert article_id != into, "an article cannot join itself"
    moved = connection.scalars(
        sa.select(variants.c.id).where(variants.c.article_id == article_id)
    ).all()
    connection.execute(
        sa.update(variants).where(variants.c.article_id == article_id).values(article_id=into)
    )
    # Aliases of the merged one lead on to where it went, so that every id is one step from its article.
    connection.execute(
        sa.update(articles).where(articles.c.merged_into == article_id).values(merged_into=into)
    )
    connection.execute(
        sa.update(articles)
        .where(articles.c.id == article_id)
        .values(merged_into=into, primary_variant_id=None, is_dirty=True, settle_at=now_us)
    )
    first_seen = sa.select(articles.c.first_seen_at).where(articles.c.id == article_id)
    connection.execute(
        sa.update(articles)
        .where(articles.c.id == into)
        .values(first_seen_at=sa.func.min(articles.c.first_seen_at, first_seen.scalar_subquery()))
    )
    faces.moved(moved)


def merge_journaled(
    connection: Connection,
    faces: Faces,
    journal: Journal,
    *,
    article_id: int,
    into: int,
    rule: str,
    now_us: int,
) -> None:
    """Merge, and keep how it is taken back; `rule` is why what began the merged article belongs to the other one."""
    there = places_of(connection, article_id)
    aliases = sa.select(articles.c.id).where(articles.c.merged_into == article_id)
    journal.keep(articles, [into], "first_seen_at")
    journal.keep(articles, [article_id], "merged_into", "primary_variant_id")
    journal.keep(articles, list(connection.scalars(aliases)), "merged_into")
    journal.keep(variants, {place.variant for place in there}, "article_id")
    journal.change(sightings, [place.sighting for place in there if place.began], rule=rule)
    merge(connection, faces, article_id=article_id, into=into, now_us=now_us)
