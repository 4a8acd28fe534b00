"""Removes an article for good, and keeps it out: a legal removal, never part of the archive's own work.

Everything it stated goes: texts that nothing else uses, statements, sightings with their keys, revisions, index rows,
words that only it had, raw bodies that held it. What a subscriber must be told stays without a word of it: the ids,
and its publications as tombstones, so that `settle` publishes the removal. `erasures` keeps digests of its addresses,
guids and ids; the deposit refuses what answers to them (`refused`).

An erased article that had been published keeps its row, one variant of audience "erased" and one void revision
without a word: what its publications point to. One that never went out leaves nothing.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
import zstandard
from sqlalchemy import Connection, Table

from archive.identity.ids import digest16
from archive.store import websub
from archive.store.bodies import Bodies
from archive.store.closed import LEVEL
from archive.store.index import Indexer, forget_words, tokens_of
from archive.store.instants import to_at, to_us
from archive.store.prepared import Prepared, driver_of
from archive.store.schema import (
    archive_pages,
    articles,
    authors,
    body_uses,
    contents,
    dedup_events,
    enclosures,
    erasures,
    hand_links,
    identity_keys,
    inbox,
    observations,
    page_tasks,
    publications,
    rejections,
    relations,
    revision_statements,
    revisions,
    sightings,
    statements,
    tags,
    undo_log,
    url_keys,
    variants,
)

AT_ONCE: Final = 400

REASON: Final = "erased on request"
"""Why an entry that answers to an erasure is rejected."""

ERASED: Final = "erased"
"""The audience of the one empty variant that a published article leaves."""

NO_DIGEST: Final = bytes(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure removed, and where the article still stands: pages closed for good, which hold it as bytes.

    `pages` are (series, number). `n_shared_keys` addresses or guids that other articles have too are not refused.
    """

    article_id: str
    title: str
    n_sightings: int
    n_revisions: int
    n_contents: int
    n_bodies: int
    n_shared_keys: int
    pages: tuple[tuple[str, int], ...]
    is_published: bool


def refused(connection: Connection, digests: Collection[bytes]) -> set[bytes]:
    """Return which of these digests (of url keys, of guids in their feed) belong to something erased."""
    found: set[bytes] = set()
    for batch in _batches(digests):
        found.update(row.digest for row in _ERASED.rows(connection, digests=batch))
    return found


_ERASED: Final = Prepared(  # asked for every document
    sa.select(erasures.c.digest).where(
        erasures.c.digest.in_(sa.bindparam("digests", expanding=True))
    )
)


class Erasing:
    """Erases one article with all that was merged into it, within one transaction. Used once."""

    def __init__(
        self, connection: Connection, indexer: Indexer, bodies: Bodies, *, now: datetime
    ) -> None:
        self._connection = connection
        self._indexer = indexer
        self._bodies = bodies
        self._now_us = to_us(now)

    def erase(self, article: int, *, who: str, why: str | None) -> Erased:
        """Remove it. Body files are changed at once: what they held is gone even if the transaction fails."""
        connection = self._connection
        # Freed cells are overwritten; what earlier changes left in the file goes with Store.erase's VACUUM.
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
        rows = connection.execute(
            sa.select(articles.c.id, articles.c.public_id).where(
                sa.or_(articles.c.id == article, articles.c.merged_into == article)
            )
        ).all()
        self._articles = [row.id for row in rows]
        public_id = next(row.public_id for row in rows if row.id == article)
        self._variants = self._ids(variants, variants.c.article_id.in_(self._articles))
        self._sightings = self._ids(sightings, sightings.c.variant_id.in_(self._variants))
        self._statements = self._ids(statements, statements.c.variant_id.in_(self._variants))
        self._revisions = self._ids(revisions, revisions.c.variant_id.in_(self._variants))
        title = self._title(article)
        n_shared = self._refuse([row.public_id for row in rows], who=who, why=why)
        pages = self._closed_pages()
        self._unindex()
        n_bodies = self._remove_bodies()
        digests = self._content_digests()
        self._forget_elsewhere([row.public_id for row in rows])
        is_published = self._remove_rows(article)
        n_contents = self._remove_contents(digests)
        return Erased(
            article_id=public_id,
            title=title,
            n_sightings=len(self._sightings),
            n_revisions=len(self._revisions),
            n_contents=n_contents,
            n_bodies=n_bodies,
            n_shared_keys=n_shared,
            pages=pages,
            is_published=is_published,
        )

    # ---- reading ---------------------------------------------------------------------------------

    def _ids(self, table: Table, condition: sa.ColumnElement[bool]) -> list[int]:
        return list(self._connection.scalars(sa.select(table.c.id).where(condition)))

    def _title(self, article: int) -> str:
        found = self._connection.scalar(
            sa.select(revisions.c.title)
            .join(variants, variants.c.revision_id == revisions.c.id)
            .join(articles, articles.c.primary_variant_id == variants.c.id)
            .where(articles.c.id == article)
        )
        return found or ""

    def _closed_pages(self) -> tuple[tuple[str, int], ...]:
        holds = (
            sa.select(publications.c.seq)
            .where(
                publications.c.article_id.in_(self._articles),
                publications.c.seq.between(archive_pages.c.first_seq, archive_pages.c.last_seq),
            )
            .exists()
        )
        rows = self._connection.execute(
            sa.select(archive_pages.c.series, archive_pages.c.number)
            .where(holds)
            .order_by(archive_pages.c.series, archive_pages.c.number)
        )
        return tuple((row.series, row.number) for row in rows)

    def _content_digests(self) -> set[bytes]:
        return {
            digest
            for table, ids in ((statements, self._statements), (revisions, self._revisions))
            for digest in self._connection.scalars(
                sa.select(table.c.content_digest).where(table.c.id.in_(ids))
            )
        }

    # ---- keeping it out --------------------------------------------------------------------------

    def _refuse(self, public_ids: Sequence[str], *, who: str, why: str | None) -> int:
        """Write what will be refused; returns how many keys were left out because other articles have them too."""
        connection = self._connection
        others = sightings.c.variant_id.not_in(self._variants)
        urls = set(
            connection.scalars(
                sa.select(url_keys.c.digest).where(url_keys.c.sighting_id.in_(self._sightings))
            )
        )
        guids = set(
            connection.scalars(
                sa.select(sightings.c.guid_digest).where(sightings.c.id.in_(self._sightings))
            )
        )
        shared = set(
            connection.scalars(
                sa.select(url_keys.c.digest)
                .join(sightings, sightings.c.id == url_keys.c.sighting_id)
                .where(url_keys.c.digest.in_(urls), others)
            )
        ) | set(
            connection.scalars(
                sa.select(sightings.c.guid_digest).where(sightings.c.guid_digest.in_(guids), others)
            )
        )
        refusals = [(digest, "url") for digest in urls - shared]
        refusals += [(digest, "guid") for digest in guids - shared]
        refusals += [(digest16("id", public_id), "id") for public_id in public_ids]
        connection.execute(
            erasures.insert().prefix_with("OR IGNORE"),
            [
                {"digest": digest, "kind": kind, "at": self._now_us, "who": who, "why": why}
                for digest, kind in refusals
            ],
        )
        return len(shared)

    # ---- removing --------------------------------------------------------------------------------

    def _unindex(self) -> None:
        """Take the index rows out, and the words that no other article has, while the texts are still there."""
        db = driver_of(self._connection)
        words: set[str] = set()
        rows = self._connection.execute(
            sa.select(revisions.c.title, contents.c.text)
            .join(contents, contents.c.digest == revisions.c.content_digest)
            .where(revisions.c.id.in_(self._revisions))
        )
        for row in rows:
            for tokens in tokens_of(row.title, row.text):
                words.update(tokens.split())
        self._indexer.remove(db, self._revisions)
        db.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.held USING fts5vocab(main, search, row)"
        )
        gone = [
            word
            for word in sorted(words)
            if db.execute("SELECT 1 FROM temp.held WHERE term = ?", (word,)).fetchone() is None
        ]
        db.execute("DROP TABLE temp.held")
        forget_words(db, gone)

    def _remove_bodies(self) -> int:
        """Remove the raw bodies that held it; returns how many.

        Those that its statements name; those of its feeds from the time it stood in them; and any kept since it was
        first seen that no statement names: nobody can say what these hold.
        """
        connection = self._connection
        named = sa.select(statements.c.body_digest).where(statements.c.id.in_(self._statements))
        digests = set(connection.scalars(named))
        places = connection.execute(
            sa.select(
                sightings.c.feed_id,
                sa.func.min(sightings.c.first_seen_at).label("first_us"),
                sa.func.max(
                    sa.case((sightings.c.in_window, self._now_us), else_=sightings.c.last_seen_at)
                ).label("last_us"),
            )
            .where(sightings.c.id.in_(self._sightings))
            .group_by(sightings.c.feed_id)
        ).all()
        for place in places:
            digests.update(
                connection.scalars(
                    sa.select(statements.c.body_digest)
                    .join(sightings, sightings.c.id == statements.c.sighting_id)
                    .where(
                        sightings.c.feed_id == place.feed_id,
                        statements.c.source == "feed",
                        statements.c.first_stated_at.between(place.first_us, place.last_us),
                    )
                )
            )
        if places:
            first_us = min(place.first_us for place in places)
            since = self._bodies.since(first_us)
            digests.update(set(since) - self._named(since))
        connection.execute(sa.delete(body_uses).where(body_uses.c.digest.in_(digests)))
        return self._bodies.delete(digests)

    def _named(self, digests: Collection[bytes]) -> set[bytes]:
        """Return which bodies a statement names."""
        found: set[bytes] = set()
        for batch in _batches(digests):
            query = sa.select(statements.c.body_digest).where(statements.c.body_digest.in_(batch))
            found.update(self._connection.scalars(query))
        return found

    def _forget_elsewhere(self, public_ids: Sequence[str]) -> None:
        """Remove what the logs, the inbox and other articles' decisions say of it."""
        connection = self._connection
        places = connection.execute(
            sa.select(sightings.c.feed_id, sightings.c.guid, sightings.c.url).where(
                sightings.c.id.in_(self._sightings)
            )
        ).all()
        titles = set(
            connection.scalars(
                sa.select(statements.c.title).where(statements.c.id.in_(self._statements))
            )
        )
        feed_ids = {place.feed_id for place in places}
        websub.drop_pushes(connection, feed_ids, now=to_at(self._now_us))
        guids = {place.guid for place in places if place.guid}
        connection.execute(
            sa.delete(rejections).where(
                rejections.c.feed_id.in_(feed_ids),
                sa.or_(rejections.c.guid.in_(guids), rejections.c.title.in_(titles - {""})),
            )
        )
        connection.execute(
            sa.update(dedup_events)
            .where(dedup_events.c.candidate_variant_id.in_(self._variants))
            .values(candidate_variant_id=None, why=None)
        )
        names = [*public_ids, *{place.url for place in places if place.url}]
        for name in names:
            connection.execute(
                sa.delete(undo_log).where(
                    sa.or_(
                        undo_log.c.inverse.contains(name, autoescape=True),
                        undo_log.c.command.contains(name, autoescape=True),
                    )
                )
            )
            connection.execute(
                sa.delete(inbox).where(inbox.c.request.contains(name, autoescape=True))
            )

    def _remove_rows(self, article: int) -> bool:
        """Delete the rows, children first; returns whether the article stays as a tombstone."""
        self._delete(revision_statements, revision_statements.c.revision_id, self._revisions)
        self._delete(revision_statements, revision_statements.c.statement_id, self._statements)
        for table in (identity_keys, authors, tags, enclosures):
            self._delete(table, table.c.statement_id, self._statements)
        self._delete(url_keys, url_keys.c.sighting_id, self._sightings)
        self._delete(dedup_events, dedup_events.c.sighting_id, self._sightings)
        self._delete(hand_links, hand_links.c.a_sighting_id, self._sightings)
        self._delete(hand_links, hand_links.c.b_sighting_id, self._sightings)
        self._delete(statements, statements.c.id, self._statements)
        self._delete(sightings, sightings.c.id, self._sightings)
        for table in (observations, page_tasks):
            self._delete(table, table.c.variant_id, self._variants)
        for column in (relations.c.article_id, relations.c.other_id):
            self._delete(relations, column, self._articles)
        published = self._blank_publications(article)
        kept_variants = {article: self._variants[0]} if published else {}
        self._delete(
            variants, variants.c.id, [v for v in self._variants if v not in kept_variants.values()]
        )
        gone = [one for one in self._articles if one not in published]
        self._delete(articles, articles.c.id, sorted(gone, key=lambda one: one == article))
        return article in published

    def _blank_publications(self, article: int) -> set[int]:
        """Make tombstones of what went out, all pointing to one void revision; returns the articles that stay."""
        connection = self._connection
        rows = connection.execute(
            sa.select(publications).where(publications.c.article_id.in_(self._articles))
        ).all()
        if not rows:
            self._delete(revisions, revisions.c.id, self._revisions)
            return set()
        keep = max(row.revision_id for row in rows)
        self._void(keep, variant=self._variants[0])
        for row in rows:
            connection.execute(
                sa.update(publications)
                .where(publications.c.seq == row.seq)
                .values(revision_id=keep, face=NO_DIGEST, entry=tombstone_of(row.entry))
            )
        self._delete(revisions, revisions.c.id, [one for one in self._revisions if one != keep])
        connection.execute(
            sa.update(variants)
            .where(variants.c.id == self._variants[0])
            .values(
                article_id=article,
                site="",
                audience=ERASED,
                revision_id=None,
                page_statement_id=None,
                page_state="none",
                page_detail=None,
            )
        )
        connection.execute(
            sa.update(articles)
            .where(articles.c.id == article)
            .values(
                primary_variant_id=None,
                effective_at=articles.c.first_seen_at,
                settle_at=self._now_us,
                is_dirty=True,
            )
        )
        return {article, *(row.article_id for row in rows)}

    def _void(self, revision: int, *, variant: int) -> None:
        """Leave nothing of a revision but its id."""
        empty = digest16("content", None, "")
        self._connection.execute(
            contents.insert().prefix_with("OR IGNORE").values(digest=empty, html=None, text="")
        )
        kept = {"id", "first_seen_at"}
        blank: dict[str, object] = {
            column.name: None
            for column in revisions.columns
            if column.nullable and column.name not in kept
        }
        blank |= {
            "variant_id": variant,
            "number": 0,
            "is_void": True,
            "digest": NO_DIGEST,
            "content_digest": empty,
            "title": "",
            "stated": "{}",
        }
        self._connection.execute(
            sa.update(revisions).where(revisions.c.id == revision).values(blank)
        )

    def _remove_contents(self, digests: Collection[bytes]) -> int:
        """Delete the texts that no statement or revision uses any more; returns how many."""
        used: set[bytes] = set()
        for table in (statements, revisions):
            used.update(
                self._connection.scalars(
                    sa.select(table.c.content_digest).where(table.c.content_digest.in_(digests))
                )
            )
        gone = [digest for digest in digests if digest not in used]
        self._delete(contents, contents.c.digest, gone)
        return len(gone)

    def _delete(
        self, table: Table, column: sa.ColumnElement[object], values: Sequence[object]
    ) -> None:
        for batch in _batches(values):
            self._connection.execute(sa.delete(table).where(column.in_(batch)))


def tombstone_of(entry: str) -> str:
    """Return the JSON of a publication's entry with nothing in it but what a tombstone says."""
    held = json.loads(entry)
    kept = {key: held[key] for key in ("first_seen_at", "origin", "updated_at")}
    return json.dumps(kept | {"title": "", "tombstone": ""}, ensure_ascii=False, sort_keys=True)


def page_bounds(connection: Connection, series: str, number: int) -> tuple[int, int]:
    """Return the first and last seq that a closed page holds."""
    row = connection.execute(
        sa.select(archive_pages.c.first_seq, archive_pages.c.last_seq).where(
            archive_pages.c.series == series, archive_pages.c.number == number
        )
    ).one()
    return row.first_seq, row.last_seq


def replace_page(connection: Connection, series: str, number: int, document: bytes) -> None:
    """Keep other bytes of a closed page: only ever after an erasure, when the old ones may not stay."""
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    connection.execute(
        sa.update(archive_pages)
        .where(archive_pages.c.series == series, archive_pages.c.number == number)
        .values(digest=digest16(document), bytes=zstandard.compress(document, LEVEL))
    )


def _batches(values: Collection[object]) -> Iterator[list[object]]:
    ordered = list(values)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
