"""Reads publications back as the values that renderers take. The other half of `settle`, which writes them."""

import json
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.model.kept import PublicationKind, PublishedEntry, Revision, RevisionKind
from archive.model.stated import Author, Enclosure
from archive.store.instants import to_at, to_at_or_none
from archive.store.schema import articles, contents, publications, revisions

ENTRIES: Final = 1_000
"""How far back a subscription document looks, among news and among backlog: as many entries as it can hold."""


def entries(connection: Connection, *, limit: int = ENTRIES) -> tuple[PublishedEntry, ...]:
    """Return the newest publications, the last instance of each article, highest seq first.

    At most `limit` of backlog and `limit` of all others, so that a large import does not push the news out. Bodies
    are read with them, which bounds the memory (about 10 kB an entry).
    """
    later = publications.alias()
    # Asked of each row on the way down, so the cost is that of `limit` rows and not of the whole table.
    is_last = ~sa.exists().where(
        later.c.article_id == publications.c.article_id, later.c.seq > publications.c.seq
    )
    found: list[PublishedEntry] = []
    is_backlog = publications.c.kind == PublicationKind.BACKLOG.value
    for of_kind in (is_backlog, ~is_backlog):
        newest = _entries().where(is_last, of_kind).order_by(publications.c.seq.desc()).limit(limit)
        found += map(_entry, connection.execute(newest))
    return tuple(sorted(found, key=lambda entry: -entry.seq))


def run_of_entries(
    connection: Connection, *, first_seq: int, last_seq: int
) -> tuple[PublishedEntry, ...]:
    """Return every publication of a run of seqs, bounds included, lowest first: what an archive page holds."""
    rows = connection.execute(
        _entries()
        .where(publications.c.seq.between(first_seq, last_seq))
        .order_by(publications.c.seq)
    )
    return tuple(_entry(row) for row in rows)


def _entries() -> sa.Select[Any]:
    return (
        sa.select(
            publications.c.seq,
            publications.c.kind.label("publication_kind"),
            publications.c.entry,
            publications.c.revision_id,
            articles.c.public_id,
            revisions.c.variant_id,
            revisions.c.number,
            revisions.c.kind,
            revisions.c.first_seen_at,
            contents.c.html,
            contents.c.text,
        )
        .join(articles, articles.c.id == publications.c.article_id)
        .join(revisions, revisions.c.id == publications.c.revision_id)
        .outerjoin(contents, contents.c.digest == revisions.c.content_digest)
    )


def _entry(row: sa.Row[Any]) -> PublishedEntry:
    held: Mapping[str, Any] = json.loads(row.entry)
    origin: Mapping[str, Any] = held["origin"]
    return PublishedEntry(
        seq=row.seq,
        kind=PublicationKind(row.publication_kind),
        article_id=row.public_id,
        updated_at=to_at(held["updated_at"]),
        first_seen_at=to_at(held["first_seen_at"]),
        revision=_revision(row, held),
        origin_name=origin["name"],
        origin_title=origin["title"],
        origin_url=origin["url"],
        origin_site_url=origin["site_url"],
        origin_updated_at=to_at(origin["updated_at"]),
        via_urls=tuple(held.get("via", ())),
        tombstone=held["tombstone"],
    )


def _revision(row: sa.Row[Any], held: Mapping[str, Any]) -> Revision:
    return Revision(
        id=row.revision_id,
        variant_id=row.variant_id,
        number=row.number,
        kind=RevisionKind(row.kind),
        first_seen_at=to_at(row.first_seen_at),
        title=held["title"],
        text=row.text or "",
        html=row.html,
        url=held.get("url"),
        canonical_url=held.get("canonical_url"),
        language=held.get("language"),
        authors=tuple(_author(author) for author in held.get("authors", ())),
        published_at=to_at_or_none(held.get("published_at")),
        published_precision=held.get("published_precision"),
        section=held.get("section"),
        tags=tuple(held.get("tags", ())),
        image_url=held.get("image_url"),
        description=held.get("description"),
        enclosures=tuple(Enclosure(**enclosure) for enclosure in held.get("enclosures", ())),
    )


def _author(held: Mapping[str, Any]) -> Author:
    return Author(name=held["name"], email=held.get("email"), url=held.get("url"))
