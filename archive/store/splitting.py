"""Gives some sightings of an article an article of their own, with all that hangs on them.

A telling whose every sighting leaves moves whole. Of one that only some leave, a new telling is made: their statements
go along, a page's with the sighting whose address was fetched, and both chains of revisions are derived anew. Revisions
that no longer follow from what a telling has left are marked void: kept, and shown nowhere.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.identity.address import url_key
from archive.identity.ids import digest16, public_id
from archive.store.faces import Faces
from archive.store.index import Indexer
from archive.store.indexing import indexed
from archive.store.instants import NEVER, to_us
from archive.store.journal import Journal
from archive.store.places import Place
from archive.store.prepared import driver_of
from archive.store.schema import (
    articles,
    body_uses,
    meta,
    observations,
    page_tasks,
    revision_statements,
    revisions,
    sightings,
    statements,
    variants,
)
from archive.store.stating import sighting_digest

BACKLOG_AFTER: Final = timedelta(hours=48)
"""What is split off and is older goes out as backlog: a clean-up of old articles floods nobody (OUTPUT)."""


class Split:
    """One split, within one transaction. `n_revisions` went along, `n_void` no longer follow."""

    def __init__(
        self, connection: Connection, indexer: Indexer, journal: Journal, *, now: datetime
    ) -> None:
        self._connection = connection
        self._indexer = indexer
        self._journal = journal
        self._now = now
        self._now_us = to_us(now)
        self.n_revisions = 0
        self.n_void = 0

    def write(self, article: int, stays: Sequence[Place], leaves: Sequence[Place]) -> int:
        """Split `leaves` from an article; returns the article they have now. Both are first seen first."""
        journal = self._journal
        home = self._home(article, leaves)
        staying = {place.variant for place in stays}
        leaving = dict.fromkeys(place.variant for place in leaves)
        whole = [variant for variant in leaving if variant not in staying]
        journal.change(variants, whole, article_id=home)
        self.n_revisions += self._n_revisions(whole)
        parted: list[int] = []
        for variant in leaving:
            if variant in staying:
                parted += self._part(
                    variant,
                    home,
                    [place for place in stays if place.variant == variant],
                    [place for place in leaves if place.variant == variant],
                )
        self._begin(stays[0])
        self._begin(leaves[0])
        journal.change(articles, [article], first_seen_at=stays[0].first_seen_us)
        faces = Faces(self._connection, self._indexer, now=self._now)
        for made in faces.derive(parted):
            journal.added(revisions, made.revision_id)
        faces.moved(self._variants_of(article) + self._variants_of(home))
        return home

    def _variants_of(self, article: int) -> list[int]:
        query = sa.select(variants.c.id).where(variants.c.article_id == article)
        return list(self._connection.scalars(query))

    def _n_revisions(self, variant_ids: Collection[int]) -> int:
        query = sa.select(sa.func.count()).where(
            revisions.c.variant_id.in_(variant_ids), revisions.c.is_void.is_(False)
        )
        return self._connection.scalar(query) or 0

    def _begin(self, first: Place) -> None:
        """Say of a side's first sighting that its article begins there."""
        if not first.began:
            self._journal.change(sightings, [first.sighting], rule="split")

    # ---- the article -----------------------------------------------------------------------------

    def _home(self, article: int, leaves: Sequence[Place]) -> int:
        """Return the article that they get: the one that was merged into this one and has their id, else a new one."""
        first = leaves[0]
        archive_id = str(
            self._connection.scalar(sa.select(meta.c.value).where(meta.c.key == "archive_id"))
        )
        ordinal = 1
        while True:
            minted = public_id(archive_id, first.birth_url, first.url, first.guid, ordinal)
            holder = self._connection.execute(
                sa.select(articles.c.id, articles.c.merged_into).where(
                    articles.c.public_id == minted
                )
            ).one_or_none()
            if holder is None:
                return self._begin_article(minted, article, leaves)
            if holder.merged_into == article:
                return self._revive(holder.id, leaves)
            ordinal += 1

    def _begin_article(self, minted: str, article: int, leaves: Sequence[Place]) -> int:
        effective_us = self._connection.scalar(
            sa.select(articles.c.effective_at).where(articles.c.id == article)
        )
        assert effective_us is not None
        return self._journal.add(
            articles,
            public_id=minted,
            merged_into=None,
            first_seen_at=leaves[0].first_seen_us,
            effective_at=effective_us,
            settle_at=self._now_us,
            settled_at=NEVER,
            primary_variant_id=leaves[0].variant,
            changed=0,
            is_dirty=True,
            is_backlog=effective_us < to_us(self._now - BACKLOG_AFTER),
        )

    def _revive(self, article: int, leaves: Sequence[Place]) -> int:
        self._journal.change(
            articles,
            [article],
            merged_into=None,
            primary_variant_id=leaves[0].variant,
            first_seen_at=leaves[0].first_seen_us,
        )
        self._connection.execute(
            sa.update(articles)
            .where(articles.c.id == article)
            .values(settle_at=self._now_us, is_dirty=True)
        )
        return article

    # ---- a telling -------------------------------------------------------------------------------

    def _part(
        self, variant: int, home: int, stays: Sequence[Place], leaves: Sequence[Place]
    ) -> tuple[int, int]:
        """Make a telling of what leaves one; returns both, up to date but for `derive`."""
        journal, connection = self._journal, self._connection
        row = connection.execute(sa.select(variants).where(variants.c.id == variant)).one()
        new = journal.add(
            variants,
            article_id=home,
            site=row.site,
            audience=row.audience,
            revision_id=None,
            page_statement_id=None,
            page_state="none",
            page_detail=None,
            first_seen_at=leaves[0].first_seen_us,
        )
        self._indexer.remove(driver_of(connection), self._revision_ids(variant))
        for place in leaves:
            digest = sighting_digest(
                place.feed_id, place.guid or self._guid_of(place), place.url, new
            )
            journal.change(sightings, [place.sighting], variant_id=new, digest=digest)
        moved = self._move_statements(variant, new, stays, leaves)
        has_page = self._move_pages(row, new, moved)
        journal.keep(variants, [variant], "first_seen_at", "revision_id")
        self._move_tasks(row, new, stays, leaves, has_page=has_page)
        current, new_current = self._part_revisions(variant, new, moved)
        for telling, revision, first in (
            (variant, current, stays[0]),
            (new, new_current, leaves[0]),
        ):
            connection.execute(
                sa.update(variants)
                .where(variants.c.id == telling)
                .values(revision_id=revision, first_seen_at=first.first_seen_us)
            )
        ids = self._revision_ids(variant) + self._revision_ids(new)
        self._indexer.add(driver_of(connection), indexed(connection, ids))
        return variant, new

    def _guid_of(self, place: Place) -> str:
        """Stand in for a guid that was computed and is not kept: the digest need only be this sighting's alone."""
        return f"sighting {place.sighting}"

    def _revision_ids(self, variant: int) -> list[int]:
        query = sa.select(revisions.c.id).where(
            revisions.c.variant_id == variant, revisions.c.is_void.is_(False)
        )
        return list(self._connection.scalars(query))

    def _move_statements(
        self, variant: int, new: int, stays: Sequence[Place], leaves: Sequence[Place]
    ) -> set[int]:
        """Move what the leaving sightings stated, and the pages at their addresses; returns the statements' ids."""
        rows = self._connection.execute(
            sa.select(statements.c.id, statements.c.sighting_id, statements.c.source, statements.c.stated)
            .where(statements.c.variant_id == variant)
        ).all()  # fmt: skip
        gone = {place.sighting for place in leaves}
        moved: set[int] = set()
        owners: dict[int, list[int]] = defaultdict(list)
        for row in rows:
            if row.source == "feed" and row.sighting_id in gone:
                moved.add(row.id)
            elif row.source == "page":
                owner = _page_owner(row, stays, leaves)
                if owner != row.sighting_id:
                    owners[owner].append(row.id)
                if owner in gone:
                    moved.add(row.id)
        self._journal.change(statements, moved, variant_id=new)
        for sighting, pages in owners.items():
            self._journal.change(statements, pages, sighting_id=sighting)
        return moved

    def _move_pages(self, row: sa.Row[Any], new: int, moved: Collection[int]) -> bool:
        """Give each telling its newest page; what was counted on pages goes with all of them. Whether `new` has one."""
        pages = self._connection.execute(
            sa.select(statements.c.id, statements.c.body_digest)
            .where(statements.c.variant_id.in_((row.id, new)), statements.c.source == "page")
            .order_by(statements.c.id)
        ).all()
        gone = [page for page in pages if page.id in moved]
        left = [page for page in pages if page.id not in moved]
        self._journal.change(variants, [row.id], page_statement_id=left[-1].id if left else None)
        if not gone:
            return False
        self._connection.execute(
            sa.update(variants).where(variants.c.id == new).values(page_statement_id=gone[-1].id)
        )
        if not left:
            query = sa.select(observations.c.id).where(observations.c.variant_id == row.id)
            self._journal.change(
                observations, list(self._connection.scalars(query)), variant_id=new
            )
        self._connection.execute(
            body_uses.insert().prefix_with("OR IGNORE"),
            [
                {
                    "digest": page.body_digest,
                    "used_by": "page",
                    "owner_id": new,
                    "first_at": self._now_us,
                }
                for page in gone
            ],
        )
        return True

    def _move_tasks(
        self,
        row: sa.Row[Any],
        new: int,
        stays: Sequence[Place],
        leaves: Sequence[Place],
        *,
        has_page: bool,
    ) -> None:
        """Let each page be fetched for the telling that links to it, and say how both stand."""
        kept_keys = {_key(place.url) for place in stays}
        gone_keys = {_key(place.url) for place in leaves} - kept_keys
        tasks = self._connection.execute(
            sa.select(page_tasks.c.id, page_tasks.c.url, page_tasks.c.state).where(
                page_tasks.c.variant_id == row.id
            )
        ).all()
        gone = [task for task in tasks if _key(task.url) in gone_keys]
        left = [task for task in tasks if task not in gone]
        for task in gone:
            digest = digest16("page", str(new), _key(task.url))
            self._journal.change(page_tasks, [task.id], variant_id=new, digest=digest)
        keeps_page = self._connection.scalar(
            sa.select(variants.c.page_statement_id).where(variants.c.id == row.id)
        )
        state, detail = _page_state(row, left, has_page=keeps_page is not None)
        self._journal.change(variants, [row.id], page_state=state, page_detail=detail)
        state, detail = _page_state(row, gone, has_page=has_page)
        self._connection.execute(
            sa.update(variants)
            .where(variants.c.id == new)
            .values(page_state=state, page_detail=detail)
        )

    def _part_revisions(
        self, variant: int, new: int, moved: Collection[int]
    ) -> tuple[int | None, int | None]:
        """Part a chain by the statements its revisions were chosen from; returns the last of each."""
        made_from: dict[int, set[int]] = defaultdict(set)
        by_hand: set[int] = set()
        for link in self._connection.execute(
            sa.select(revision_statements, statements.c.source)
            .join(statements, statements.c.id == revision_statements.c.statement_id)
            .join(revisions, revisions.c.id == revision_statements.c.revision_id)
            .where(revisions.c.variant_id == variant, revisions.c.is_void.is_(False))
        ):
            if link.source == "hand":
                by_hand.add(link.revision_id)
            else:
                made_from[link.revision_id].add(link.statement_id)
        chain = self._connection.execute(
            sa.select(revisions)
            .where(revisions.c.variant_id == variant, revisions.c.is_void.is_(False))
            .order_by(revisions.c.number)
        ).all()
        current: int | None = None
        new_current: int | None = None
        n_copied = 0
        for revision in chain:
            named = made_from[revision.id]
            if named.isdisjoint(moved):
                if current is None and revision.kind != "new":
                    self._journal.change(revisions, [revision.id], kind="new")
                current = revision.id
                continue
            # Its number is free for what follows now; no reader sees a void revision's.
            self._journal.change(revisions, [revision.id], is_void=True, number=-revision.id)
            self.n_void += 1
            if named <= set(moved) and revision.id not in by_hand:
                n_copied += 1
                new_current = self._copy(revision, new, n_copied, named)
        self.n_revisions += n_copied
        return current, new_current

    def _copy(
        self, revision: sa.Row[Any], new: int, number: int, statement_ids: Collection[int]
    ) -> int:
        values = dict(revision._mapping)
        del values["id"]
        values |= {"variant_id": new, "number": number}
        if number == 1:
            values["kind"] = "new"
        copy = self._journal.add(revisions, **values)
        self._connection.execute(
            revision_statements.insert(),
            [{"revision_id": copy, "statement_id": one} for one in sorted(statement_ids)],
        )
        return copy


def _page_owner(page: Any, stays: Sequence[Place], leaves: Sequence[Place]) -> int:
    """Return the sighting a page belongs to: one whose link was fetched, a staying one first, else the one it names."""
    stated = json.loads(page.stated)
    for name in ("url", "canonical_url"):
        key = _key(stated.get(name))
        for place in (*stays, *leaves):
            if key and _key(place.url) == key:
                return place.sighting
    return int(page.sighting_id)


def _page_state(
    row: sa.Row[Any], tasks: Sequence[Any], *, has_page: bool
) -> tuple[str, str | None]:
    """Return what became of the page of a telling that has these tasks of what `row` was."""
    if any(task.state == "due" for task in tasks):
        return "wanted", None
    if has_page:
        return "read", row.page_detail
    if tasks and row.page_state not in ("wanted", "read"):
        return row.page_state, row.page_detail
    return "none", None


def _key(url: str | None) -> str:
    return (url_key(url) or url) if url else ""
