"""Where an article was seen, as a decision by hand needs it: each sighting with its telling and its feed."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.model.kept import PublicationKind
from archive.store.schema import (
    feeds,
    publications,
    revision_statements,
    sightings,
    statements,
    variants,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A sighting of an article. `guid` and `url` are as stated, `birth_url` is its feed's."""

    sighting: int
    variant: int
    feed_id: int
    feed: str
    site: str
    rule: str
    guid: str | None
    url: str | None
    birth_url: str
    first_seen_us: int
    statement: int

    @property
    def began(self) -> bool:
        """Whether an article began with this sighting, rather than being joined by it."""
        return self.rule in ("new", "recycled", "split")


def places_of(connection: Connection, article: int) -> tuple[Place, ...]:
    """Return the sightings of an article, first seen first."""
    rows = connection.execute(
        sa.select(
            sightings.c.id.label("sighting"),
            sightings.c.variant_id.label("variant"),
            sightings.c.feed_id,
            feeds.c.name.label("feed"),
            variants.c.site,
            sightings.c.rule,
            sightings.c.guid,
            sightings.c.url,
            feeds.c.birth_url,
            sightings.c.first_seen_at.label("first_seen_us"),
            sightings.c.statement_id.label("statement"),
        )
        .join(variants, variants.c.id == sightings.c.variant_id)
        .join(feeds, feeds.c.id == sightings.c.feed_id)
        .where(variants.c.article_id == article)
        .order_by(sightings.c.first_seen_at, sightings.c.id)
    )
    return tuple(Place(**row._mapping) for row in rows)


def named_by(places: Sequence[Place], word: str) -> list[Place]:
    """Return the places that a person means: a feed by name, a sighting (s12), a telling (v7), or a paper's site."""
    for meant in (
        lambda place: place.feed == word,
        lambda place: word == f"s{place.sighting}",
        lambda place: word == f"v{place.variant}",
        lambda place: place.site == word.lower(),
    ):
        if found := [place for place in places if meant(place)]:
            return found
    return []


def names_in(places: Sequence[Place]) -> list[str]:
    """Return what parts an article can be split into, by their names: its feeds, then its sightings."""
    found = dict.fromkeys(place.feed for place in places)
    found.update(dict.fromkeys(f"s{place.sighting}" for place in places))
    return list(found)


def is_out(connection: Connection, article: int) -> bool:
    """Whether subscribers hold an article, rather than nothing or its tombstone."""
    return published_revision(connection, article) is not None


def published_revision(connection: Connection, article: int) -> int | None:
    """Return the revision that subscribers hold of an article, if they hold one."""
    row = connection.execute(
        sa.select(publications.c.kind, publications.c.revision_id)
        .where(publications.c.article_id == article)
        .order_by(publications.c.seq.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.kind in (PublicationKind.MERGED, PublicationKind.REMOVED):
        return None
    return int(row.revision_id)


def published_sighting(connection: Connection, article: int) -> int | None:
    """Return the sighting whose statement is the face that subscribers hold of an article, if they hold one."""
    revision = published_revision(connection, article)
    return connection.scalar(
        sa.select(statements.c.sighting_id)
        .join(revision_statements, revision_statements.c.statement_id == statements.c.id)
        .where(revision_statements.c.revision_id == revision, statements.c.source == "feed")
    )
