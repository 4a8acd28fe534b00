"""Drafts a statement with all that hangs on it: its text, authors, tags, enclosures and candidate keys.

Also the digests under which sightings are unique. Used by `entries`, `pages` and corrections by hand.
"""

import json
from dataclasses import replace
from typing import Any

from archive import record
from archive.identity.folding import fold
from archive.identity.ids import digest16
from archive.identity.likeness import Telling, Traits, candidate_keys
from archive.store.drafts import Drafts
from archive.store.instants import to_at
from archive.store.known import url_digest
from archive.store.schema import (
    authors,
    contents,
    enclosures,
    identity_keys,
    statements,
    tags,
    url_keys,
)

BACKFILL = "backfill"
"""The note of a statement that a page of a feed's history made: it may be older than any other of its variant."""

RETURNED = "returned"
"""The note of a statement that took an edit back: its words are an earlier revision's, which is current again."""

MAX_LISTED = 200
"""Authors, tags and enclosures of one statement that get rows of their own; all stand in its JSON."""


def entry_digest(feed_id: int, guid: str, url: str | None) -> bytes:
    """Return what a feed calls an entry by: its guid and address together."""
    return digest16("entry", str(feed_id), guid, url)


def guid_digest(feed_id: int, guid: str) -> bytes:
    """Return a guid within its feed."""
    return digest16("guid", str(feed_id), guid)


def sighting_digest(feed_id: int, guid: str, url: str | None, variant_id: int) -> bytes:
    """Return what makes a sighting one: two entries with one guid, or a recycled address, are two."""
    return digest16("sighting", str(feed_id), guid, url, str(variant_id))


def facts_digest(statement: record.Statement) -> bytes:
    """Return what an entry states besides its dress, to the letter.

    Html, image and description turn with adverts, sizes and clocks: where the words are the same, those alone are no
    new statement, or a feed with a rotating banner would be kept whole at every poll.
    """
    bare = replace(statement, html=None, image_url=None, description=None)
    return record.statement_digest(bare)


def draft_content(drafts: Drafts, html: str | None, text: str) -> bytes:
    """Draft a text and its html, kept once whoever states them; returns the digest they are kept under."""
    digest = digest16("content", html, text)
    drafts.insert(contents, digest=digest, html=html, text=text)
    return digest


def draft_statement(
    drafts: Drafts,
    statement: record.Statement,
    *,
    digest: bytes,
    traits: Traits | None,
    variant_id: int,
    sighting_id: int | None,
    at_us: int,
    body_digest: bytes,
    parser_version: int,
    note: str | None = None,
) -> int:
    """Draft a statement; returns its id. `traits` None (a wall, a hand): it is no candidate for anything."""
    statement_id = drafts.new_id(statements)
    drafts.insert(
        statements,
        id=statement_id,
        variant_id=variant_id,
        sighting_id=sighting_id,
        source=str(statement.source),
        digest=digest,
        content_digest=draft_content(drafts, statement.html, statement.text),
        title=statement.title,
        stated=json.dumps(record.to_json(statement), ensure_ascii=False),
        first_stated_at=at_us,
        last_stated_at=at_us,
        body_digest=body_digest,
        parser_version=parser_version,
        note=note,
    )
    for position, author in enumerate(statement.authors[:MAX_LISTED]):
        drafts.insert(
            authors,
            statement_id=statement_id,
            position=position,
            digest=digest16("author", fold(author.name)),
            name=author.name,
            email=author.email,
            url=author.url,
        )
    for position, tag in enumerate(statement.tags[:MAX_LISTED]):
        drafts.insert(
            tags,
            statement_id=statement_id,
            position=position,
            digest=digest16("tag", fold(tag)),
            tag=tag,
        )
    for position, enclosure in enumerate(statement.enclosures[:MAX_LISTED]):
        drafts.insert(
            enclosures,
            statement_id=statement_id,
            position=position,
            url=enclosure.url,
            type=enclosure.type,
            length_bytes=enclosure.length_bytes,
            duration_s=enclosure.duration_s,
            title=enclosure.title,
        )
    if traits is not None:
        _draft_keys(drafts, traits, statement_id, sighting_id)
    return statement_id


def _draft_keys(drafts: Drafts, traits: Traits, statement_id: int, sighting_id: int | None) -> None:
    for kind, value in candidate_keys(traits):
        drafts.insert(identity_keys, value=value, kind=int(kind), statement_id=statement_id)
    if sighting_id is not None:
        for key in traits.url_keys:
            drafts.insert(url_keys, digest=url_digest(key), sighting_id=sighting_id, key=key)


def telling_of(
    row: Any, *, feed_id: int, site: str, guid: str | None
) -> tuple[Telling, record.Statement]:
    """Return what a stored statement (its row, with the column `text`) told, to be compared, and the statement."""
    held = record.from_json(json.loads(row.stated), text=row.text, html=None)
    telling = Telling(
        feed_id=feed_id,
        site=site,
        at=to_at(row.first_stated_at),
        title=held.title,
        text=held.text,
        summary=held.description or "",
        url=held.url,
        origin_url=held.origin_url,
        guid=guid,
        language=held.language,
        published_at=held.published_at,
    )
    return telling, held
