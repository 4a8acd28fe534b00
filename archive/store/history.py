"""What an archive was told, in the order it was told it: each stored statement as the outcome it came in.

Statements are append-only and numbered in the order they were written, so they are the history. What one document or
page said at one time is one `Told`; `archive.store.replaying` deposits it again. Read in short pieces, so that a
running service is never kept from its log, and no more than a piece is in memory.
"""

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive import record
from archive.identity.address import url_key
from archive.model.kept import RevisionKind
from archive.model.stated import ArticlePage, Entry, Update
from archive.store.instants import to_at
from archive.store.prepared import Prepared, Row
from archive.store.schema import (
    articles,
    contents,
    feeds,
    revision_statements,
    revisions,
    sightings,
    statements,
    variants,
)
from archive.store.stating import BACKFILL, guid_digest
from archive.store.store import Store

AT_ONCE: Final = 400
"""Statements read with one statement of SQL; with their texts a few megabytes."""

_ITEM_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One statement of the history. `sighting` is the one it belongs to, None of what was set by hand.

    `is_twin`: its document held the entry twice, and this is the wording that does not count. `last_seen_us` says until
    when its sighting stood in its feed's document.
    """

    id: int
    sighting: int | None
    variant: int
    content_digest: bytes
    title: str
    statement: record.Statement
    note: str | None = None
    entry: Entry | None = None
    is_twin: bool = False
    last_seen_us: int = 0


@dataclass(slots=True, kw_only=True)
class Document:
    """What one source said at one time: the statements of a feed's document, of a page, or by hand. Oldest first."""

    source: record.Source
    at: datetime
    feed_id: int
    body_digest: bytes
    parser_version: int
    is_private: bool = False
    is_reparse: bool = False
    told: list[Told] = field(default_factory=list)

    @property
    def is_backfill(self) -> bool:
        """Whether a page of a feed's history said it."""
        return any(one.note == BACKFILL for one in self.told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much of an archive is history: what came later is for the next time.

    With `since_us` it is what was stated of articles first seen since then.
    """

    last_statement: int
    last_sighting: int
    since_us: int | None = None


def bounds_of(store: Store, since_us: int | None) -> Bounds:
    """Return where the history of an archive ends now."""
    with store.reading() as connection:
        return Bounds(
            last_statement=connection.scalar(sa.select(sa.func.max(statements.c.id))) or 0,
            last_sighting=connection.scalar(sa.select(sa.func.max(sightings.c.id))) or 0,
            since_us=since_us,
        )


def documents(store: Store, bounds: Bounds) -> Iterator[Document]:
    """Yield the history, oldest first."""
    held: Document | None = None
    after = 0
    while True:
        with store.reading() as connection:
            rows = _TOLD.rows(
                connection,
                after=after,
                last=bounds.last_statement,
                since=bounds.since_us or 0,
                n_rows=AT_ONCE,
            )
            reparsed = _reparsed(connection, {row.variant_id for row in rows})
            owners = {row.id: _owner(connection, row) for row in rows if row.source != "feed"}
        for row in rows:
            if held is None or not _is_of(held, row):
                if held is not None:
                    yield held
                held = _begin(row)
            held.is_reparse |= row.id in reparsed
            held.told.append(_told(row, owners.get(row.id, row.sighting_id)))
        if len(rows) < AT_ONCE:
            break
        after = rows[-1].id
    if held is not None:
        yield held


def _begin(row: Row) -> Document:
    return Document(
        source=record.Source(row.source),
        at=to_at(row.first_stated_at),
        feed_id=row.feed_id or 0,
        body_digest=row.body_digest,
        parser_version=row.parser_version,
        is_private=row.audience == "private",
    )


def _is_of(document: Document, row: Row) -> bool:
    """Tell whether a statement came in the same document as those before it."""
    return (
        document.source is record.Source.FEED
        and row.source == record.Source.FEED
        and document.feed_id == row.feed_id
        and document.at == to_at(row.first_stated_at)
        and document.body_digest == row.body_digest
        and document.parser_version == row.parser_version
    )


def _told(row: Row, sighting: int | None) -> Told:
    statement = record.from_json(json.loads(row.stated), text=row.text, html=row.html)
    is_feed = statement.source is record.Source.FEED
    return Told(
        id=row.id,
        sighting=sighting,
        variant=row.variant_id,
        content_digest=row.content_digest,
        title=row.title,
        statement=statement,
        note=row.note,
        entry=_entry(row, statement) if is_feed else None,
        # What counts of a sighting is its newest statement but for twins, so a newer one is a twin's.
        is_twin=is_feed and row.id > row.current_id,
        last_seen_us=row.last_seen_us or 0,
    )


# ---- back to what it was made from --------------------------------------------------------------


def _entry(row: Row, statement: record.Statement) -> Entry:
    # A guid that was computed is not kept: an address is one, and any other is stood in for by its digest.
    guid = row.guid
    if guid is None:
        url = statement.url
        is_url = url is not None and guid_digest(row.feed_id, url) == row.guid_digest
        guid = url if is_url else row.guid_digest.hex()
    return entry_of(
        statement,
        guid=guid,
        guid_stated=row.guid,
        position=row.position,
        digest=item_digest(row.id),
    )


def item_digest(statement: int) -> bytes:
    """Return what stands in place of an item's bytes: which statement it is told by."""
    return statement.to_bytes(_ITEM_BYTES, "big")


def entry_of(
    statement: record.Statement,
    *,
    guid: str,
    guid_stated: str | None,
    position: int,
    digest: bytes,
) -> Entry:
    """Return an entry of which `record.from_entry` makes this statement."""
    has_both = statement.description is not None
    return Entry(
        guid=guid,
        guid_stated=guid_stated,
        url=statement.url,
        title=statement.title,
        text=statement.text,
        position=position,
        digest=digest,
        html=(statement.html or "") if has_both else None,
        summary_html=html.escape(statement.description or "") if has_both else statement.html,
        origin_url=statement.origin_url,
        authors=statement.authors,
        published_at=statement.published_at,
        updated_at=statement.modified_at,
        date_source=statement.provenance.get("published_at"),
        tags=statement.tags,
        language=statement.language,
        enclosures=statement.enclosures,
        image_url=statement.image_url,
        comments_url=statement.comments_url,
        summary_only=statement.summary_only,
        extra=statement.extra,
    )


def page_of(statement: record.Statement) -> ArticlePage:
    """Return a page of which `record.from_page` makes this statement; counters are none of it."""
    extra: Mapping[str, Any] = statement.extra
    return ArticlePage(
        title=statement.title or None,
        authors=tuple(author.name for author in statement.authors),
        published_at=statement.published_at,
        published_precision=statement.published_precision,
        modified_at=statement.modified_at,
        modified_precision=statement.modified_precision,
        section=statement.section,
        tags=statement.tags,
        language=statement.language,
        language_parts=tuple((part[0], part[1]) for part in extra.get("language_parts", ())),
        text=statement.text or None,
        html=statement.html,
        image_url=statement.image_url,
        site_name=statement.site_name,
        canonical_url=statement.canonical_url,
        description=statement.description,
        word_count=statement.word_count,
        reading_minutes=statement.reading_minutes,
        wall=statement.wall,
        robots=tuple(extra.get("robots", ())),
        enclosures=statement.enclosures,
        next_page_url=extra.get("next_page_url"),
        updates=tuple(_update(one) for one in extra.get("updates", ())),
        claims=statement.claims,
        provenance=statement.provenance,
    )


def _update(held: Mapping[str, Any]) -> Update:
    at = held.get("at")
    return Update(
        at=None if at is None else datetime.fromisoformat(at),
        title=held.get("title"),
        html="",
        text=held.get("text") or "",
    )


# ---- what hangs on statements -------------------------------------------------------------------


def _reparsed(connection: Connection, variant_ids: set[int]) -> set[int]:
    """Return the statements of these tellings that a newer parser made of what stood already."""
    return {row.statement_id for row in _REPARSED.rows(connection, ids=sorted(variant_ids))}


def _owner(connection: Connection, row: Row) -> int | None:
    """Return the sighting that a page or a hand speaks of: whose link was fetched, else the one it is kept by.

    What a hand set is kept by its telling: the first sighting speaks for it.
    """
    stated = json.loads(row.stated)
    places = _PLACES.rows(connection, variant=row.variant_id, at=row.first_stated_at)
    for key in (_key(stated.get("url")), _key(stated.get("canonical_url"))):
        for place in places:
            if key and _key(place.url) == key:
                return int(place.id)
    owner: int | None = row.sighting_id
    return places[0].id if owner is None and places else owner


def _key(url: str | None) -> str:
    return (url_key(url) or url) if url else ""


_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_AFTER: sa.BindParameter[int] = sa.bindparam("after")
_LAST: sa.BindParameter[int] = sa.bindparam("last")
_SINCE: sa.BindParameter[int] = sa.bindparam("since")
_AT: sa.BindParameter[int] = sa.bindparam("at")
_VARIANT: sa.BindParameter[int] = sa.bindparam("variant")
_N_ROWS: sa.BindParameter[int] = sa.bindparam("n_rows")

LAST_SEEN: Final = sa.case(
    (sightings.c.in_window, sa.func.max(sightings.c.last_seen_at, feeds.c.window_confirmed_at)),
    else_=sightings.c.last_seen_at,
)
"""Until when a sighting stood in the document of its feed."""

_TOLD: Final = Prepared(
    sa.select(
        statements.c.id,
        statements.c.variant_id,
        statements.c.sighting_id,
        statements.c.source,
        statements.c.content_digest,
        statements.c.title,
        statements.c.stated,
        statements.c.first_stated_at,
        statements.c.body_digest,
        statements.c.parser_version,
        statements.c.note,
        contents.c.text,
        contents.c.html,
        variants.c.audience,
        sightings.c.feed_id,
        sightings.c.guid,
        sightings.c.guid_digest,
        sightings.c.position,
        sightings.c.statement_id.label("current_id"),
        LAST_SEEN.label("last_seen_us"),
    )
    .join(contents, contents.c.digest == statements.c.content_digest)
    .join(variants, variants.c.id == statements.c.variant_id)
    .join(articles, articles.c.id == variants.c.article_id)
    .outerjoin(sightings, sightings.c.id == statements.c.sighting_id)
    .outerjoin(feeds, feeds.c.id == sightings.c.feed_id)
    .where(statements.c.id > _AFTER, statements.c.id <= _LAST, articles.c.first_seen_at >= _SINCE)
    .order_by(statements.c.id)
    .limit(_N_ROWS)
)
_REPARSED: Final = Prepared(
    sa.select(revision_statements.c.statement_id)
    .join(revisions, revisions.c.id == revision_statements.c.revision_id)
    .where(
        revisions.c.variant_id.in_(_IDS),
        revisions.c.kind == sa.literal_column(f"'{RevisionKind.REPARSE}'"),
    )
)
_PLACES: Final = Prepared(
    sa.select(sightings.c.id, sightings.c.url)
    .where(sightings.c.variant_id == _VARIANT, sightings.c.first_seen_at <= _AT)
    .order_by(sightings.c.id)
)
