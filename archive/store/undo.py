"""Takes back what a person did (merges, splits, relations, fields, tags, saved searches, feeds), or a replay.

Restored is what readers see: which article a sighting belongs to, the articles with their ids, the revisions shown.
Logs stay, and so do the statements that polls brought meanwhile, with the sighting they belong to. A command is not
taken back while something depends on it: a later command on the same articles, a row that is no longer as the command
left it, an entry that has gone out with a revision that would vanish. Each refusal says what that is. Of what a replay
changed, the articles that something depends on are left, and the others are taken back.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.errors import NotFound, UsageError
from archive.model.hand import HandChange, Named, Undoable
from archive.store import correcting, feedchanges, saved
from archive.store.faces import Faces
from archive.store.hand import named
from archive.store.index import Indexer
from archive.store.indexing import indexed
from archive.store.instants import to_at, to_us
from archive.store.journal import AT_ONCE, TOGETHER, unpacked, values_of
from archive.store.prepared import driver_of
from archive.store.schema import (
    articles,
    body_uses,
    contents,
    dedup_events,
    hand_links,
    observations,
    page_tasks,
    publications,
    relations,
    revision_statements,
    revisions,
    sightings,
    statements,
    tables,
    undo_log,
    variants,
)

LISTED: Final = 50
"""Commands that can be taken back: so many of the newest (USE)."""


@dataclass(frozen=True, slots=True)
class _Done:
    """A command that stands: its row, with its inverse read."""

    id: int
    command: str
    who: str
    at: int
    inverse: Mapping[str, Any]
    articles: frozenset[int]


def undoable(connection: Connection) -> tuple[Undoable, ...]:
    """Return what can be taken back, the newest first, and what cannot with the reason."""
    standing = _standing(connection)
    return tuple(
        Undoable(
            number=done.id,
            command=done.command,
            who=done.who,
            done_at=to_at(done.at),
            blocked=_blocked(connection, done, standing),
        )
        for done in standing
    )


def undo(
    connection: Connection, indexer: Indexer, number: int | None, *, now: datetime
) -> HandChange:
    """Take back a command, the newest if no number is given. Raises NotFound, UsageError with what depends on it."""
    standing = _standing(connection)
    if not standing:
        raise NotFound("nothing was done by hand that can be taken back", subject="undo")
    done = (
        standing[0] if number is None else next((one for one in standing if one.id == number), None)
    )
    if done is None:
        raise NotFound(
            f"there is no number {number} to take back: newsarchive undo --list shows what there is",
            subject=str(number),
        )
    if (reason := _blocked(connection, done, standing)) is not None:
        raise UsageError(f"{done.id} ({done.command}) cannot be taken back: {reason}")
    change = _take_back(connection, indexer, done, now=now)
    connection.execute(
        sa.update(undo_log).where(undo_log.c.id == done.id).values(undone_at=to_us(now))
    )
    return change


def _standing(connection: Connection) -> list[_Done]:
    rows = connection.execute(
        sa.select(undo_log)
        .where(undo_log.c.undone_at.is_(None))
        .order_by(undo_log.c.id.desc())
        .limit(LISTED)
    )
    read = ((row, json.loads(row.inverse)) for row in rows)
    return [
        _Done(
            id=row.id,
            command=row.command,
            who=row.who,
            at=row.at,
            inverse=inverse,
            articles=frozenset(inverse["articles"]),
        )
        for row, inverse in read
    ]


def _take_back(
    connection: Connection, indexer: Indexer, done: _Done, *, now: datetime
) -> HandChange:
    """Put things back as they were, each kind of command in its own way."""
    command = f"undo {done.id}: {done.command}"
    if TOGETHER in done.inverse:
        return _take_back_together(connection, indexer, done, command, now=now)
    if saved.SAVED in done.inverse:
        name, query = saved.take_back(connection, done.inverse)
        there = Named(id=name, title=query or "forgotten")
        return HandChange(command=command, kept=there, other=there)
    if feedchanges.FEEDS in done.inverse:
        feeds = feedchanges.take_back(connection, done.inverse, now=now)
        first, last = (Named(id=name, title=state) for name, state in (feeds[0], feeds[-1]))
        return HandChange(command=command, kept=first, other=last, n_feeds=len(feeds))
    if correcting.STATED in done.inverse:
        correcting.take_back(connection, indexer, done.inverse, who=done.who, now=now)
        some = _names_of(connection, done.inverse["articles"])
        return HandChange(
            command=command, kept=some[0], other=some[-1], n_articles=len(done.articles)
        )
    return _Undo(connection, indexer, done, command, now=now).write()


def _take_back_together(
    connection: Connection, indexer: Indexer, done: _Done, command: str, *, now: datetime
) -> HandChange:
    """Take back what nothing depends on; the rest stays as it is."""
    standing = _standing(connection)
    changes = [
        _Undo(connection, indexer, one, command, now=now).write()
        for one in reversed(_each(done))
        if _blocked(connection, one, standing) is None
    ]
    n_left = len(done.inverse[TOGETHER]) - len(changes)
    if n_left:
        command = f"{command} (but for {n_left} that something depends on)"
    return HandChange(
        command=command,
        kept=changes[0].kept,
        other=changes[-1].kept,
        n_sightings=sum(change.n_sightings for change in changes),
        n_variants=sum(change.n_variants for change in changes),
        n_articles=len(changes),
    )


def _names_of(connection: Connection, article_ids: Iterable[int]) -> list[Named]:
    """Return the first and the last article that are still there, as a command speaks of them."""
    ids = list(article_ids)
    there = sa.select(articles.c.id).where(articles.c.id.in_({*ids[:1], *ids[-1:]}))
    found = [named(connection, article) for article in connection.scalars(there)]
    return found or [Named(id="", title="")]


# ---- what stands in the way ---------------------------------------------------------------------


def _blocked(connection: Connection, done: _Done, standing: Sequence[_Done]) -> str | None:
    """Return what depends on a command, None if nothing does."""
    if TOGETHER in done.inverse:
        reasons = [_blocked(connection, one, standing) for one in _each(done)]
        return None if None in reasons else reasons[0]
    for later in standing:
        if later.id > done.id and _shares(later, done):
            return f"{later.id} ({later.command}) came after it; first: newsarchive undo {later.id}"
    if saved.SAVED in done.inverse:
        return saved.blocked(connection, done.inverse)
    if feedchanges.FEEDS in done.inverse:
        return feedchanges.blocked(connection, done.inverse)
    if correcting.STATED in done.inverse:
        return None
    for name, row_id, _, after in done.inverse["changed"]:
        table = tables.tables[name]
        held = values_of(connection, table, [row_id], after).get(row_id)
        if held != after:
            return f"{_NOUNS.get(name, name)} has changed since"
    return _blocked_by_rows(connection, done.inverse)


def _each(done: _Done) -> list[_Done]:
    """Return what a replay did to each group of articles, as if it had been a command of its own."""
    return [
        replace(done, inverse=inverse, articles=frozenset(inverse["articles"]))
        for inverse in done.inverse[TOGETHER]
    ]


def _shares(later: _Done, done: _Done) -> bool:
    """Tell whether two commands were about one article, one saved search, or one feed."""
    name = done.inverse.get(saved.SAVED)
    return bool(
        later.articles & done.articles
        or (name is not None and later.inverse.get(saved.SAVED) == name)
        or feedchanges.feeds_of(later.inverse) & feedchanges.feeds_of(done.inverse)
    )


_NOUNS: Final = {
    "articles": "one of the articles",
    "variants": "one of the tellings",
    "sightings": "one of the sightings",
    "statements": "what was stated",
    "revisions": "one of the revisions",
    "page_tasks": "a page that is to be fetched",
    "hand_links": "what was decided",
}


def _blocked_by_rows(connection: Connection, inverse: Mapping[str, Any]) -> str | None:
    """Return which later rows hang on rows that would go."""
    added: Mapping[str, list[int]] = inverse["added"]
    new_variants = added.get("variants", [])
    if not new_variants:
        return None
    recorded: dict[str, set[int]] = {name: set(ids) for name, ids in added.items()}
    for name, row_id, _, _ in inverse["changed"]:
        recorded.setdefault(name, set()).add(row_id)
    for table, said in (
        (statements, "its feed or its page has stated something since"),
        (sightings, "a feed has shown it anew since"),
        (revisions, "it has been revised since"),
        (page_tasks, "its page is asked for since"),
        (observations, "its readers were counted since"),
    ):
        query = sa.select(table.c.id).where(table.c.variant_id.in_(new_variants))
        if set(connection.scalars(query)) - recorded.get(table.name, set()):
            return f"{said}; newsarchive merge {' '.join(inverse['ids'])} puts them together again"
    out = sa.select(publications.c.seq).where(
        publications.c.revision_id.in_(added.get("revisions", []))
    )
    if connection.scalar(out.limit(1)) is not None:
        return (
            f"it has gone out since; newsarchive merge {' '.join(inverse['ids'])} puts them"
            " together again"
        )
    return None


# ---- taking back --------------------------------------------------------------------------------


class _Undo:
    """Takes one command back. Nothing stands in its way."""

    def __init__(
        self,
        connection: Connection,
        indexer: Indexer,
        done: _Done,
        command: str,
        *,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._indexer = indexer
        self._command = command
        self._now = now
        self._now_us = to_us(now)
        inverse = done.inverse
        self._changed: list[tuple[str, int, dict[str, Any], dict[str, Any]]] = inverse["changed"]
        self._added: Mapping[str, list[int]] = inverse["added"]
        self._links: list[int] = inverse["links"]
        self._articles: list[int] = inverse["articles"]
        # Which article another one was split from, where there were several.
        self._origins: Mapping[str, int] = inverse.get("origins", {})

    def write(self) -> HandChange:
        """Put the rows back, and bring the index and the faces up to date."""
        connection, db = self._connection, driver_of(self._connection)
        new_variants = self._added.get("variants", [])
        chains = self._parted_variants()
        self._indexer.remove(db, self._shown(chains))
        self._remove_revisions()
        for name, row_id, before, _ in self._changed:
            table = tables.tables[name]
            connection.execute(
                sa.update(table).where(table.c.id == row_id).values(unpacked(table, before))
            )
        self._end_links()
        left = [variant for variant in chains if variant not in new_variants]
        self._indexer.add(db, indexed(connection, self._shown(left)))
        self._remove_variants(new_variants)
        self._remove_articles()
        moved = connection.scalars(
            sa.select(variants.c.id).where(variants.c.article_id.in_(self._articles))
        ).all()
        Faces(connection, self._indexer, now=self._now).moved(moved)
        connection.execute(
            sa.update(articles)
            .where(articles.c.id.in_(self._articles))
            .values(is_dirty=True, settle_at=sa.func.min(articles.c.settle_at, self._now_us))
        )
        return self._done()

    def _done(self) -> HandChange:
        connection = self._connection
        known = set(
            connection.scalars(sa.select(articles.c.id).where(articles.c.id.in_(self._articles)))
        )
        kept, *others = (article for article in self._articles if article in known)
        moved = self._moved("variants", "article_id")
        parted = self._moved("sightings", "variant_id")
        n_whole = connection.scalar(
            sa.select(sa.func.count()).where(sightings.c.variant_id.in_(moved))
        )
        return HandChange(
            command=self._command,
            kept=named(connection, kept),
            other=named(connection, others[0] if others else kept),
            n_sightings=len(parted) + (n_whole or 0),
            n_variants=len(moved) + len(self._added.get("variants", [])),
        )

    def _moved(self, name: str, column: str) -> list[int]:
        return [
            row_id for table, row_id, _, after in self._changed if table == name and column in after
        ]

    def _parted_variants(self) -> list[int]:
        """Return the tellings between which sightings moved, or whose revisions changed: search knows them anew."""
        found: set[int] = set(self._added.get("variants", []))
        revised: list[int] = []
        for name, row_id, before, _ in self._changed:
            if name == "sightings" and "variant_id" in before:
                found.add(before["variant_id"])
            if name == "revisions":
                revised.append(row_id)
        query = sa.select(revisions.c.variant_id).where(revisions.c.id.in_(revised))
        found.update(self._connection.scalars(query))
        return sorted(found)

    def _shown(self, variant_ids: Collection[int]) -> list[int]:
        query = sa.select(revisions.c.id).where(
            revisions.c.variant_id.in_(variant_ids), revisions.c.is_void.is_(False)
        )
        return list(self._connection.scalars(query))

    def _remove_revisions(self) -> None:
        """Remove the revisions that the command made, and texts that nothing else holds."""
        ids = self._added.get("revisions", [])
        connection = self._connection
        texts = set(
            connection.scalars(sa.select(revisions.c.content_digest).where(revisions.c.id.in_(ids)))
        )
        connection.execute(
            sa.delete(revision_statements).where(revision_statements.c.revision_id.in_(ids))
        )
        connection.execute(sa.delete(revisions).where(revisions.c.id.in_(ids)))
        for table in (statements, revisions):
            texts -= set(
                connection.scalars(
                    sa.select(table.c.content_digest).where(table.c.content_digest.in_(texts))
                )
            )
        connection.execute(sa.delete(contents).where(contents.c.digest.in_(texts)))

    def _remove_variants(self, ids: Collection[int]) -> None:
        connection = self._connection
        connection.execute(
            sa.update(dedup_events)
            .where(dedup_events.c.candidate_variant_id.in_(ids))
            .values(candidate_variant_id=None)
        )
        connection.execute(
            sa.delete(body_uses).where(body_uses.c.used_by == "page", body_uses.c.owner_id.in_(ids))
        )
        connection.execute(sa.delete(variants).where(variants.c.id.in_(ids)))

    def _remove_articles(self) -> None:
        """Remove the article that a split began; once anything speaks of it, its id leads to where it came from."""
        connection = self._connection
        for article in self._added.get("articles", []):
            origin = self._origins.get(str(article), self._articles[0])
            is_named = (
                connection.scalar(
                    sa.select(publications.c.seq)
                    .where(publications.c.article_id == article)
                    .limit(1)
                )
                or connection.scalar(
                    sa.select(relations.c.article_id)
                    .where(
                        sa.or_(relations.c.article_id == article, relations.c.other_id == article)
                    )
                    .limit(1)
                )
                or connection.scalar(
                    sa.select(articles.c.id).where(articles.c.merged_into == article).limit(1)
                )
                or connection.scalar(
                    sa.select(variants.c.id).where(variants.c.article_id == article).limit(1)
                )
            )
            if not is_named:
                connection.execute(sa.delete(articles).where(articles.c.id == article))
                continue
            # A paper that joined it meanwhile goes along: it told the same story.
            connection.execute(
                sa.update(variants)
                .where(variants.c.article_id == article)
                .values(article_id=origin)
            )
            connection.execute(
                sa.update(articles)
                .where(articles.c.merged_into == article)
                .values(merged_into=origin)
            )
            connection.execute(
                sa.update(articles)
                .where(articles.c.id == article)
                .values(merged_into=origin, primary_variant_id=None)
            )

    def _end_links(self) -> None:
        for start in range(0, len(self._links), AT_ONCE):
            some = self._links[start : start + AT_ONCE]
            self._connection.execute(
                sa.update(hand_links)
                .where(hand_links.c.id.in_(some))
                .values(undone_at=self._now_us)
            )
