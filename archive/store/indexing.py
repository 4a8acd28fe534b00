"""What the index must say of a revision, read from the tables: the one place that knows, for deposit and rebuild.

A row's labels are those of its variant as it stands (the feeds that showed it) and of its revision (section, authors,
tags). Only the current revision of a variant is open; older ones end where the next begins, and one that its publisher
took back ends where an earlier one returned.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.model.kept import RevisionKind
from archive.store.index import IndexedRevision, Indexer, Relabelling, sort_in_words
from archive.store.instants import NEVER
from archive.store.prepared import Prepared, driver_of
from archive.store.schema import (
    articles,
    contents,
    meta,
    revisions,
    sightings,
    statements,
    variants,
)
from archive.store.stating import RETURNED
from archive.words.tokens import WORDS_VERSION

AT_ONCE = 400


def indexed(connection: Connection, revision_ids: Collection[int]) -> Iterator[IndexedRevision]:
    """Yield the index rows of revisions as the tables have them now; void revisions have none."""
    ordered = sorted(revision_ids)
    for start in range(0, len(ordered), AT_ONCE):
        batch = ordered[start : start + AT_ONCE]
        rows = _REVISIONS.rows(connection, ids=batch)
        feeds_of = _feeds_of(connection, {row.variant_id for row in rows})
        starts, ends = _spans(connection, {row.variant_id for row in rows})
        for row in rows:
            yield IndexedRevision(
                revision_id=row.id,
                variant_id=row.variant_id,
                article_id=row.article_id,
                is_primary=row.variant_id == row.primary_variant_id,
                is_private=row.audience == "private",
                kind=row.kind,
                title=row.title,
                text=row.text,
                language=row.language,
                effective_at_us=row.effective_at,
                valid_from_us=starts[row.id],
                valid_to_us=NEVER if row.id == row.current_id else ends.get(row.id, NEVER),
                labels=labels(feeds_of[row.variant_id], row.section, json.loads(row.stated)),
            )


def relabelled(connection: Connection, variant_ids: Collection[int]) -> Iterator[Relabelling]:
    """Yield what the open rows of variants must say: after another feed showed them, or a date was corrected."""
    current = [
        revision_id
        for start in range(0, len(variant_ids), AT_ONCE)
        for revision_id in connection.scalars(
            sa.select(variants.c.revision_id).where(
                variants.c.id.in_(sorted(variant_ids)[start : start + AT_ONCE])
            )
        )
        if revision_id is not None
    ]
    for row in indexed(connection, current):
        yield Relabelling(
            revision_id=row.revision_id,
            language=row.language,
            effective_at_us=row.effective_at_us,
            labels=row.labels,
        )


def labels(
    feed_ids: Collection[int], section: str | None, held: Mapping[str, Any]
) -> tuple[tuple[str, str], ...]:
    """Return the labels of a row: feeds by id (names change), then section, authors and tags (`record.chosen_json`)."""
    found = [("feed", str(feed_id)) for feed_id in sorted(feed_ids)]
    if section:
        found.append(("section", section))
    found += [("author", author["name"]) for author in held.get("authors", ())]
    found += [("tag", tag) for tag in held.get("tags", ())]
    return tuple(found)


def revisions_by_time(connection: Connection) -> list[int]:
    """Return all revisions that the index has, by the dates of their articles: as it takes them most easily."""
    by_time = (
        sa.select(revisions.c.id)
        .join(variants, variants.c.id == revisions.c.variant_id)
        .join(articles, articles.c.id == variants.c.article_id)
        .where(revisions.c.is_void.is_(False))
        .order_by(articles.c.effective_at, revisions.c.id)
    )
    return list(connection.scalars(by_time))


def rebuild(connection: Connection) -> int:
    """Make the search tables of an archive that is only being filled; returns how many rows.

    In the caller's transaction, in one go: `reindexing` does it beside others.
    """
    db = driver_of(connection)
    indexer = Indexer()  # of its own: one that remembers words as written would leave them out now
    db.execute("INSERT INTO search(search) VALUES ('delete-all')")
    for table in ("search_row", "word_sorted", "word_ending", "word_new"):
        db.execute(f"DELETE FROM {table}")
    ids = revisions_by_time(connection)
    for start in range(0, len(ids), AT_ONCE):
        indexer.add(db, indexed(connection, ids[start : start + AT_ONCE]))
        indexer.commit()
    sort_in_words(db)
    connection.execute(
        sa.update(meta).where(meta.c.key == "words_version").values(value=str(WORDS_VERSION))
    )
    return len(ids)


def _feeds_of(connection: Connection, variant_ids: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for row in _FEEDS.rows(connection, ids=list(variant_ids)):
        found[row.variant_id].add(row.feed_id)
    return found


def _spans(
    connection: Connection, variant_ids: Collection[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Return when each revision of these variants began to hold, and when each superseded one ended.

    A revision begins when it is first seen, and its predecessor ends then. One that only reads anew what stood there
    (`reparse`) begins where the one it corrects did: that one never held. The last of a chain ended when its publisher
    took it back, if an earlier one is current again.
    """
    rows = _CHAINS.rows(connection, ids=list(variant_ids))
    chains = [list(chain) for _, chain in groupby(rows, key=attrgetter("variant_id"))]
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for chain in chains:
        starts[chain[0].id] = chain[0].first_seen_at
        for row, after in pairwise(chain):
            corrects = after.kind == RevisionKind.REPARSE
            starts[after.id] = ends[row.id] = starts[row.id] if corrects else after.first_seen_at
    taken_back = {
        row.variant_id: row.id
        for row in rows
        if row.id not in ends and row.current_id not in (None, row.id)
    }
    if taken_back:
        for row in _RETURNS.rows(connection, ids=list(taken_back)):
            ends[taken_back[row.variant_id]] = row.returned_at
    return starts, ends


# ---- statements ---------------------------------------------------------------------------------
# Run for every document: prepared.

_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)

_REVISIONS: Final = Prepared(
    sa.select(
        revisions,
        variants.c.article_id,
        variants.c.audience,
        variants.c.revision_id.label("current_id"),
        articles.c.primary_variant_id,
        articles.c.effective_at,
        contents.c.text,
    )
    .join(variants, variants.c.id == revisions.c.variant_id)
    .join(articles, articles.c.id == variants.c.article_id)
    .join(contents, contents.c.digest == revisions.c.content_digest)
    .where(revisions.c.id.in_(_IDS), revisions.c.is_void.is_(False))
)
_FEEDS: Final = Prepared(
    sa.select(sightings.c.variant_id, sightings.c.feed_id)
    .where(sightings.c.variant_id.in_(_IDS))
    .distinct()
)
_CHAINS: Final = Prepared(
    sa.select(
        revisions.c.id,
        revisions.c.variant_id,
        revisions.c.kind,
        revisions.c.first_seen_at,
        variants.c.revision_id.label("current_id"),
    )
    .join(variants, variants.c.id == revisions.c.variant_id)
    .where(revisions.c.variant_id.in_(_IDS), revisions.c.is_void.is_(False))
    .order_by(revisions.c.variant_id, revisions.c.number)
)
_RETURNS: Final = Prepared(
    sa.select(
        statements.c.variant_id, sa.func.max(statements.c.first_stated_at).label("returned_at")
    )
    .where(statements.c.variant_id.in_(_IDS), statements.c.note == RETURNED)
    .group_by(statements.c.variant_id)
)
