"""Corrections by hand: statements of source "hand", at the top of each field's ladder, and how they are taken back.

What people set is a statement like any other: kept for ever, chosen by `archive.record`, shown as a revision of kind
"hand", never as an edit of the publisher. The newest value of each field holds; None is "no longer set by hand".
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive import record
from archive.identity.ids import digest16
from archive.model.hand import TAGGED, UNTAGGED
from archive.model.kept import RevisionKind
from archive.store.drafts import Drafts
from archive.store.faces import Faces
from archive.store.index import Indexer
from archive.store.indexing import indexed
from archive.store.instants import to_us
from archive.store.prepared import driver_of
from archive.store.schema import (
    articles,
    contents,
    publications,
    revision_statements,
    revisions,
    statements,
    undo_log,
    variants,
)
from archive.store.stating import draft_statement

STATED: Final = "stated"
"""Marks an inverse in `undo_log` that takes statements back; its list of them stands under this key."""

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ByHand:
    """A statement by hand: on which telling, the revision it made (None: it shows as before), and what held before."""

    variant: int
    statement: int
    revision: int | None
    before: Values


def set_fields(
    connection: Connection,
    indexer: Indexer,
    article: int,
    values: Values,
    *,
    who: str,
    command: str,
    now: datetime,
) -> int | None:
    """State values (from `record.hand_value`) of an article's face; returns the number for undo, None for no change.

    Values that hold already are not stated again. Tags that are set whole end those that were put on and taken off.
    """
    variant = connection.execute(
        sa.select(articles.c.primary_variant_id).where(articles.c.id == article)
    ).scalar_one()
    held = held_by_hand(connection, [variant])[variant]
    wanted = dict(values)
    if "tags" in values:
        wanted |= {name: None for name in (TAGGED, UNTAGGED) if held.get(name)}
    new = {name: value for name, value in wanted.items() if held.get(name, ...) != value}
    if not new:
        return None
    done = state(connection, indexer, {variant: new}, note=f"set by {who}", now=now)
    return log(connection, done, [article], who=who, command=command, now=now)


def state(
    connection: Connection,
    indexer: Indexer,
    values: Mapping[int, Values],
    *,
    note: str,
    now: datetime,
) -> list[ByHand]:
    """State values of tellings, and make the revisions that show them."""
    held = held_by_hand(connection, values)
    drafts = Drafts(connection)
    made: dict[int, int] = {}
    for variant, new in values.items():
        made[variant] = draft_statement(
            drafts,
            record.Statement(source=record.Source.HAND, extra=dict(new)),
            digest=digest16("hand", json.dumps(new, ensure_ascii=False, sort_keys=True)),
            traits=None,
            variant_id=variant,
            sighting_id=None,
            at_us=to_us(now),
            body_digest=b"",
            parser_version=0,
            note=note,
        )
    drafts.flush()
    changes = Faces(connection, indexer, now=now).derive(list(values), cause=RevisionKind.HAND)
    shown = {change.variant_id: change.revision_id for change in changes}
    return [
        ByHand(
            variant,
            made[variant],
            shown.get(variant),
            {name: held[variant].get(name) for name in new},
        )
        for variant, new in values.items()
    ]


def held_by_hand(
    connection: Connection, variant_ids: Collection[int]
) -> dict[int, dict[str, object]]:
    """Return what people set of tellings, the newest of each field."""
    held: dict[int, dict[str, object]] = {variant: {} for variant in variant_ids}
    rows = connection.execute(
        sa.select(statements.c.variant_id, statements.c.stated)
        .where(statements.c.variant_id.in_(variant_ids), statements.c.source == record.Source.HAND)
        .order_by(statements.c.id)
    )
    for variant, stated in rows:
        held[variant].update(record.from_json(json.loads(stated), text="", html=None).extra)
    return held


# ---- taking back --------------------------------------------------------------------------------


def log(
    connection: Connection,
    done: Sequence[ByHand],
    article_ids: Sequence[int],
    *,
    who: str,
    command: str,
    now: datetime,
    number: int | None = None,
) -> int:
    """Write how statements are taken back, or add them to what `number` takes back; returns the number."""
    stated = [[one.variant, one.statement, one.revision, dict(one.before)] for one in done]
    if number is not None:
        row = connection.execute(
            sa.select(undo_log.c.inverse).where(undo_log.c.id == number)
        ).scalar_one()
        inverse = json.loads(row)
        inverse["articles"] += article_ids
        inverse[STATED] += stated
        connection.execute(
            sa.update(undo_log).where(undo_log.c.id == number).values(inverse=_packed(inverse))
        )
        return number
    inverse = {"articles": list(article_ids), STATED: stated}
    key = connection.execute(
        undo_log.insert().values(
            at=to_us(now), who=who, command=command, inverse=_packed(inverse), undone_at=None
        )
    ).inserted_primary_key
    assert key is not None
    return int(key[0])


def _packed(inverse: Mapping[str, Any]) -> str:
    return json.dumps(inverse, ensure_ascii=False)


def take_back(
    connection: Connection, indexer: Indexer, inverse: Mapping[str, Any], *, who: str, now: datetime
) -> None:
    """Take statements by hand back: as if they had never been, or, where something followed, by stating what held.

    A revision that something followed, or that went out, stays: what subscribers were told is not unsaid.
    """
    by_variant = {row[0]: ByHand(*row) for row in inverse[STATED]}
    standing = set(
        connection.scalars(sa.select(variants.c.id).where(variants.c.id.in_(list(by_variant))))
    )
    lonely = _untouched(connection, [one for v, one in by_variant.items() if v in standing])
    _unmake(connection, indexer, lonely)
    Faces(connection, indexer, now=now).moved([one.variant for one in lonely])
    left = standing - {one.variant for one in lonely}
    again = {variant: by_variant[variant].before for variant in sorted(left)}
    if again:
        state(connection, indexer, again, note=f"taken back by {who}", now=now)


def _untouched(connection: Connection, done: Sequence[ByHand]) -> list[ByHand]:
    """Return the statements that nothing was made from but a revision that is the current one and never went out."""
    current: dict[int, int | None] = defaultdict(lambda: None)
    for variant, revision in connection.execute(
        sa.select(variants.c.id, variants.c.revision_id).where(
            variants.c.id.in_([one.variant for one in done])
        )
    ):
        current[variant] = revision
    made = [one.revision for one in done if one.revision is not None]
    out = set(
        connection.scalars(
            sa.select(publications.c.revision_id).where(publications.c.revision_id.in_(made))
        )
    )
    used: dict[int, set[int]] = defaultdict(set)
    for statement, revision in connection.execute(
        sa.select(revision_statements.c.statement_id, revision_statements.c.revision_id).where(
            revision_statements.c.statement_id.in_([one.statement for one in done])
        )
    ):
        used[statement].add(revision)
    return [
        one
        for one in done
        if used[one.statement] <= {one.revision}
        and (
            one.revision is None
            or (current[one.variant] == one.revision and one.revision not in out)
        )
    ]


def _unmake(connection: Connection, indexer: Indexer, done: Sequence[ByHand]) -> None:
    """Remove statements and the revisions made from them; the revision before is the current one again."""
    db = driver_of(connection)
    made = [one.revision for one in done if one.revision is not None]
    indexer.remove(db, made)
    before: list[int] = []
    for one in done:
        if one.revision is None:
            continue
        last = connection.scalar(
            sa.select(revisions.c.id)
            .where(
                revisions.c.variant_id == one.variant,
                revisions.c.is_void.is_(False),
                revisions.c.id != one.revision,
            )
            .order_by(revisions.c.number.desc())
            .limit(1)
        )
        assert last is not None, "a revision by hand follows another"
        before.append(last)
        connection.execute(
            sa.update(variants).where(variants.c.id == one.variant).values(revision_id=last)
        )
    texts = set(
        connection.scalars(sa.select(revisions.c.content_digest).where(revisions.c.id.in_(made)))
    ) | set(
        connection.scalars(
            sa.select(statements.c.content_digest).where(
                statements.c.id.in_([one.statement for one in done])
            )
        )
    )
    for column, ids in (
        (revision_statements.c.revision_id, made),
        (revisions.c.id, made),
        (statements.c.id, [one.statement for one in done]),
    ):
        connection.execute(sa.delete(column.table).where(column.in_(ids)))
    for table in (statements, revisions):
        held = sa.select(table.c.content_digest).where(table.c.content_digest.in_(texts))
        texts -= set(connection.scalars(held))
    connection.execute(sa.delete(contents).where(contents.c.digest.in_(texts)))
    # Taken out and put in again: a row that was closed says until when, an open one what it is labelled with today.
    indexer.remove(db, before)
    indexer.add(db, indexed(connection, before))
