"""Corrections by hand: a statement of source "hand" on an article's face, at the top of each field's ladder.

What people set is a statement like any other: kept for ever, chosen by `archive.record`, shown as a revision of kind
"hand", never as an edit of the publisher. The newest value of each field holds.
"""

import json
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from archive import record
from archive.identity.ids import digest16
from archive.model.kept import RevisionKind
from archive.store.drafts import Drafts
from archive.store.faces import Faces
from archive.store.index import Indexer
from archive.store.instants import to_us
from archive.store.schema import articles, statements
from archive.store.stating import draft_statement


def set_fields(
    connection: Connection,
    indexer: Indexer,
    article: int,
    values: Mapping[str, object],
    *,
    who: str,
    now: datetime,
) -> bool:
    """State values (from `record.hand_value`) of an article's face; returns whether anything changed.

    Values that hold already are not stated again.
    """
    variant = connection.execute(
        sa.select(articles.c.primary_variant_id).where(articles.c.id == article)
    ).scalar_one()
    held = held_by_hand(connection, variant)
    new = {name: value for name, value in values.items() if held.get(name, ...) != value}
    if not new:
        return False
    drafts = Drafts(connection)
    draft_statement(
        drafts,
        record.Statement(source=record.Source.HAND, extra=new),
        digest=digest16("hand", json.dumps(new, ensure_ascii=False, sort_keys=True)),
        traits=None,
        variant_id=variant,
        sighting_id=None,
        at_us=to_us(now),
        body_digest=b"",
        parser_version=0,
        note=f"set by {who}",
    )
    drafts.flush()
    faces = Faces(connection, indexer, now=now)
    return bool(faces.derive([variant], cause=RevisionKind.HAND))


def held_by_hand(connection: Connection, variant: int) -> dict[str, object]:
    """Return what people set of a telling, the newest of each field."""
    held: dict[str, object] = {}
    rows = connection.scalars(
        sa.select(statements.c.stated)
        .where(statements.c.variant_id == variant, statements.c.source == record.Source.HAND)
        .order_by(statements.c.id)
    )
    for stated in rows:
        held.update(record.from_json(json.loads(stated), text="", html=None).extra)
    return held
