"""Decides what goes out and records it: the only writer of `publications`.

Deposits, merges, splits and erasures mark articles dirty; `settle`, in one durable transaction before any file is
replaced, asks of each whether there is something to tell, and writes it. Renderers read what stands here
(`archive.store.published`) and nothing else, so the same publications always give the same documents.

Two instants belong to a publication, because a subscriber must be told of every change and must yet not be called
back for a comma:
- `publications.updated_at`, when this instance was issued: max(now, the one before for that id + 1 s), always later
  than the one before;
- the entry's own `updated` (in its JSON), which readers see. A new article's is the instant it went out, a backlog
  article's its own date. An edit moves it as the policy says: "substantial" (default), "every", or "new", which never
  does. An edit that does not move it goes out all the same, quietly, under the `updated` that readers know: RFC 4287
  (4.2.15) leaves it to the publisher what is significant, and RFC 5005 (section 4) lets the later document win
  between two instances with equal `updated`. A page that arrives after its article went out is such a quiet change.
A revision that comes from reading old bodies anew is told to nobody.

An article whose face (what the entry shows) is what it last was has nothing to say: counters, further sightings and
positions in a feed are no part of the face.

Private feeds: only variants whose every sighting may be shown are chosen. An article without one is not published,
and one that had been is taken back.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.identity.ids import digest16
from archive.model.kept import PublicationKind, RevisionKind
from archive.store.instants import NEVER, to_at, to_us
from archive.store.schema import articles, feeds, publications, revisions, sightings, variants

ARTICLES_AT_ONCE: Final = 400
"""Articles read with one statement: SQLite takes 999 bound values everywhere."""

Row: TypeAlias = sa.Row[*tuple[Any, ...]]

_SECOND_US: Final = 1_000_000

_TOMBSTONES: Final = frozenset({PublicationKind.MERGED, PublicationKind.REMOVED})


Accepts = Callable[[Sequence[str], datetime, datetime], Collection[str]]
"""Takes public ids and the first and last effective time among them; returns those ids that the feed carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlePolicy:
    """What the operator wants of the merged feed (`[publish]` of the configuration).

    `updated` says which edits move an entry's `updated`: "new" (none), "substantial" or "every". `settle_s`: no
    article waits for its page longer than this after it was first seen, whatever the deposit wrote. `accepts` takes
    public ids and returns those that the feed carries (`publish.query`); None carries all.
    """

    updated: str = "substantial"
    settle_s: int = 600
    accepts: Accepts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What an article would show if it went out now."""

    article_id: int
    revision_id: int
    variant_id: int
    digest: bytes
    entry: Mapping[str, Any]
    published_us: int | None
    first_seen_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What an article showed when it last went out. `shown_us` is the `updated` that readers saw."""

    revision_id: int
    variant_id: int
    kind: PublicationKind
    updated_us: int
    shown_us: int
    digest: bytes
    entry: Mapping[str, Any]

    @property
    def is_standing(self) -> bool:
        """Whether readers hold it, rather than its tombstone."""
        return self.kind not in _TOMBSTONES


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A publication to write, with its two instants in microseconds."""

    kind: PublicationKind
    updated_us: int
    shown_us: int


def settle(connection: Connection, *, now: datetime, policy: SettlePolicy) -> tuple[int, ...]:
    """Write the publications that are due and return their seqs, in order.

    Looks at dirty articles that are settled: whose page has come or was given up, or that have waited long enough.
    Others stay dirty. Within one call backlog comes first, then what was seen first, so that the newest has the
    highest seq. Repeating it with nothing changed writes nothing.
    """
    now_us = to_us(now)
    seqs: list[int] = []
    for batch in _batches(_due(connection, now_us=now_us, policy=policy), ARTICLES_AT_ONCE):
        seqs += _settle_batch(connection, batch, now_us=now_us, policy=policy)
        connection.execute(
            sa.update(articles)
            .where(articles.c.id.in_([row.id for row in batch]))
            .values(
                is_dirty=False,
                settled_at=sa.case(
                    (articles.c.settled_at >= NEVER, now_us), else_=articles.c.settled_at
                ),
            )
        )
    return tuple(seqs)


def decide(
    face: Face | None,
    before: Published | None,
    kinds_since: Collection[RevisionKind],
    *,
    is_backlog: bool,
    is_merged: bool,
    now_us: int,
    updated: str,
) -> Change | None:
    """Return what must be told of an article, None when there is nothing. Pure.

    `face` is what it would show (of a merged article: its survivor's), None when nothing of it may be shown.
    `kinds_since` are the kinds of the revisions since the one last published.
    """
    issued_us = now_us if before is None else max(now_us, before.updated_us + _SECOND_US)
    if is_merged or face is None:
        if before is None or not before.is_standing:
            return None
        is_joined = is_merged and face is not None
        kind = PublicationKind.MERGED if is_joined else PublicationKind.REMOVED
        shown_us = max(issued_us, before.shown_us + _SECOND_US)
        return Change(kind=kind, updated_us=issued_us, shown_us=shown_us)
    if before is None:
        kind = PublicationKind.BACKLOG if is_backlog else PublicationKind.NEW
        shown_us = _own_date(face) if is_backlog else _not_before_published(now_us, face)
        return Change(kind=kind, updated_us=issued_us, shown_us=shown_us)
    moved_us = _not_before_published(max(issued_us, before.shown_us + _SECOND_US), face)
    if not before.is_standing:
        return Change(kind=PublicationKind.RESTORED, updated_us=issued_us, shown_us=moved_us)
    if face.digest == before.digest or set(kinds_since) == {RevisionKind.REPARSE}:
        return None
    moves = updated == "every" or (
        updated == "substantial" and _is_substantial(face, before, kinds_since)
    )
    shown_us = moved_us if moves else _not_before_published(before.shown_us, face)
    return Change(kind=PublicationKind.EDITED, updated_us=issued_us, shown_us=shown_us)


def _is_substantial(face: Face, before: Published, kinds_since: Collection[RevisionKind]) -> bool:
    # Another variant's face is another paper's telling: nobody compared the two as an edit.
    return RevisionKind.SUBSTANTIAL in kinds_since and face.variant_id == before.variant_id


def _own_date(face: Face) -> int:
    """Return the date of an article that is old news: its own, else when we first saw it."""
    return face.first_seen_us if face.published_us is None else face.published_us


def _not_before_published(us: int, face: Face) -> int:
    """Return `us`, but never before the entry's `published`: papers state instants to come."""
    return us if face.published_us is None else max(us, face.published_us)


# ---- one batch ----------------------------------------------------------------------------------


def _due(connection: Connection, *, now_us: int, policy: SettlePolicy) -> Sequence[Row]:
    waited_long = articles.c.first_seen_at <= now_us - policy.settle_s * _SECOND_US
    is_settled = sa.or_(
        articles.c.settle_at <= now_us,
        sa.and_(articles.c.settled_at >= NEVER, waited_long),
        articles.c.merged_into.is_not(None),
    )
    return connection.execute(
        sa.select(
            articles.c.id,
            articles.c.public_id,
            articles.c.merged_into,
            articles.c.first_seen_at,
            articles.c.effective_at,
            articles.c.primary_variant_id,
            articles.c.is_backlog,
        )
        .where(articles.c.is_dirty.is_(True), is_settled)
        .order_by(
            articles.c.is_backlog.desc(),
            articles.c.first_seen_at,
            articles.c.effective_at,
            articles.c.id,
        )
    ).all()


def _settle_batch(
    connection: Connection, batch: Sequence[Row], *, now_us: int, policy: SettlePolicy
) -> list[int]:
    survivors = _survivors(connection, batch)
    shown_by_id = {row.id: survivors.get(row.id, row) for row in batch}
    faces = _faces(connection, list({row.id: row for row in shown_by_id.values()}.values()))
    before = _last_published(connection, [row.id for row in batch])
    accepted = _accepted(batch, policy)
    seqs: list[int] = []
    for row in batch:
        is_merged = row.id in survivors
        is_erased = row.primary_variant_id is None and not is_merged
        if not is_merged and not is_erased and row.public_id not in accepted:
            continue
        shown = shown_by_id[row.id]
        face, last = faces.get(shown.id), before.get(row.id)
        change = decide(
            face,
            last,
            _kinds_since(connection, face, last),
            is_backlog=row.is_backlog,
            is_merged=is_merged,
            now_us=now_us,
            updated=policy.updated,
        )
        if change is not None:
            tombstone = None
            if change.kind in _TOMBSTONES:
                tombstone = shown.public_id if change.kind is PublicationKind.MERGED else ""
            seqs.append(_write(connection, row.id, change, face, last, tombstone))
    return seqs


def _accepted(batch: Sequence[Row], policy: SettlePolicy) -> Collection[str]:
    ids = [row.public_id for row in batch]
    if policy.accepts is None:
        return ids
    times = [row.effective_at for row in batch]
    return policy.accepts(ids, to_at(min(times)), to_at(max(times)))


def _write(
    connection: Connection,
    article_id: int,
    change: Change,
    face: Face | None,
    before: Published | None,
    tombstone: str | None,
) -> int:
    source: Face | Published | None = face or before
    assert source is not None, "only a published article can be taken back"
    entry = dict(source.entry) | {"updated_at": change.shown_us, "tombstone": tombstone}
    if tombstone == "":
        entry = {key: entry[key] for key in _KEPT_OF_REMOVED} | {"title": ""}
    result = connection.execute(
        publications.insert().values(
            article_id=article_id,
            revision_id=source.revision_id,
            kind=change.kind.value,
            updated_at=change.updated_us,
            face=source.digest,
            entry=json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


_KEPT_OF_REMOVED: Final = ("first_seen_at", "origin", "tombstone", "updated_at")


def _survivors(connection: Connection, batch: Sequence[Row]) -> dict[int, Row]:
    """Return the article that each merged one of `batch` ended in, by the merged one's id."""
    into = {row.id: row.merged_into for row in batch if row.merged_into is not None}
    found: dict[int, Row] = {}
    while missing := {target for target in into.values() if target not in found}:
        for row in connection.execute(
            sa.select(
                articles.c.id,
                articles.c.public_id,
                articles.c.merged_into,
                articles.c.first_seen_at,
                articles.c.primary_variant_id,
                articles.c.is_backlog,
            ).where(articles.c.id.in_(missing))
        ):
            found[row.id] = row
        into = {
            merged: found[target].merged_into or target if target in found else target
            for merged, target in into.items()
        }
    return {merged: found[target] for merged, target in into.items()}


def _last_published(connection: Connection, ids: Sequence[int]) -> dict[int, Published]:
    newest = (
        sa.select(sa.func.max(publications.c.seq))
        .where(publications.c.article_id.in_(ids))
        .group_by(publications.c.article_id)
    )
    rows = connection.execute(
        sa.select(publications, revisions.c.variant_id)
        .join(revisions, revisions.c.id == publications.c.revision_id)
        .where(publications.c.seq.in_(newest))
    )
    found: dict[int, Published] = {}
    for row in rows:
        entry = json.loads(row.entry)
        found[row.article_id] = Published(
            revision_id=row.revision_id,
            variant_id=row.variant_id,
            kind=PublicationKind(row.kind),
            updated_us=row.updated_at,
            shown_us=entry["updated_at"],
            digest=row.face,
            entry=entry,
        )
    return found


def _kinds_since(
    connection: Connection, face: Face | None, before: Published | None
) -> frozenset[RevisionKind]:
    if face is None or before is None or face.digest == before.digest:
        return frozenset()
    # What was told once and is current again (a paper that takes its edit back) is no edit anew.
    told = (
        sa.select(publications.c.revision_id)
        .join(variants, variants.c.article_id == publications.c.article_id)
        .where(variants.c.id == face.variant_id)
    )
    kinds = connection.scalars(
        sa.select(revisions.c.kind).where(
            revisions.c.variant_id == face.variant_id,
            revisions.c.id > before.revision_id,
            revisions.c.id.not_in(told),
            revisions.c.is_void.is_(False),
        )
    )
    return frozenset(RevisionKind(kind) for kind in kinds)


# ---- faces --------------------------------------------------------------------------------------


def _faces(connection: Connection, rows: Sequence[Row]) -> dict[int, Face]:
    """Return what each article would show, by id; those of which nothing may be shown are missing."""
    tellings = _tellings(connection, [row.id for row in rows])
    places = _places(connection, [row.id for row in rows])
    found: dict[int, Face] = {}
    for row in rows:
        seen = places.get(row.id, ())
        shown = [place for place in seen if place.publishes]
        hidden = {place.variant_id for place in seen if not place.publishes}
        candidates = [
            telling
            for telling in tellings.get(row.id, ())
            if _may_show(telling, shown=shown, hidden=hidden)
        ]
        if candidates:
            primary = min(candidates, key=lambda telling: _rank(telling, row.primary_variant_id))
            found[row.id] = _face(row, primary, shown)
    return found


def _may_show(telling: Row, *, shown: Sequence[Row], hidden: Collection[int]) -> bool:
    """Whether a variant may leave the house: seen in a feed that publishes, and if private in no other.

    Public variants are fed by public statements alone; a private one may hold what a hidden feed said.
    """
    is_seen = any(place.variant_id == telling.variant_id for place in shown)
    return is_seen and (telling.audience == "public" or telling.variant_id not in hidden)


def _rank(telling: Row, primary_variant_id: int | None) -> tuple[bool, int, int, int]:
    """Order variants as an article's face: the chosen one, then the fullest, then the first seen."""
    return (
        telling.variant_id != primary_variant_id,
        -(telling.word_count or 0),
        telling.variant_first_seen_at,
        telling.variant_id,
    )


def _face(row: Row, telling: Row, shown: Sequence[Row]) -> Face:
    origin = next(place for place in shown if place.variant_id == telling.variant_id)
    stated = json.loads(telling.stated)
    shows = {
        "title": telling.title,
        "url": telling.url,
        "canonical_url": telling.canonical_url,
        "language": telling.language,
        "section": telling.section,
        "published_at": telling.published_at,
        "published_precision": telling.published_precision,
        "image_url": telling.image_url,
        "authors": stated.get("authors", []),
        "tags": stated.get("tags", []),
        "enclosures": stated.get("enclosures", []),
        "description": stated.get("description"),
    }
    own = {telling.canonical_url, telling.url}
    entry = shows | {
        "first_seen_at": row.first_seen_at,
        "origin": {
            "name": origin.name,
            "title": origin.title or origin.stated_title or origin.name,
            "url": origin.birth_url,
            "site_url": origin.site_url,
            "updated_at": telling.revision_first_seen_at,
        },
        "via": list(dict.fromkeys(p.url for p in shown if p.url and p.url not in own)),
    }
    return Face(
        article_id=row.id,
        revision_id=telling.revision_id,
        variant_id=telling.variant_id,
        digest=digest16("face", json.dumps(shows, sort_keys=True), telling.content_digest.hex()),
        entry=entry,
        published_us=telling.published_at,
        first_seen_us=row.first_seen_at,
    )


def _tellings(connection: Connection, ids: Sequence[int]) -> dict[int, list[Row]]:
    """Return the variants of the articles with their current revision."""
    rows = connection.execute(
        sa.select(
            variants.c.article_id,
            variants.c.id.label("variant_id"),
            variants.c.audience,
            variants.c.first_seen_at.label("variant_first_seen_at"),
            revisions.c.id.label("revision_id"),
            revisions.c.first_seen_at.label("revision_first_seen_at"),
            *(
                revisions.c[name]
                for name in (
                    "title",
                    "url",
                    "canonical_url",
                    "language",
                    "section",
                    "published_at",
                    "published_precision",
                    "image_url",
                    "word_count",
                    "content_digest",
                    "stated",
                )
            ),
        )
        .join(revisions, revisions.c.id == variants.c.revision_id)
        .where(variants.c.article_id.in_(ids))
    )
    return _by_article(rows)


def _places(connection: Connection, ids: Sequence[int]) -> dict[int, list[Row]]:
    """Return where the articles were seen, first seen first, with the facts of the feed."""
    rows = connection.execute(
        sa.select(
            variants.c.article_id,
            sightings.c.variant_id,
            sightings.c.url,
            feeds.c.name,
            feeds.c.title,
            feeds.c.stated_title,
            feeds.c.birth_url,
            feeds.c.site_url,
            feeds.c.publishes,
        )
        .join(variants, variants.c.id == sightings.c.variant_id)
        .join(feeds, feeds.c.id == sightings.c.feed_id)
        .where(variants.c.article_id.in_(ids))
        .order_by(sightings.c.first_seen_at, sightings.c.id)
    )
    return _by_article(rows)


def _by_article(rows: sa.Result[*tuple[Any, ...]]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.article_id, []).append(row)
    return found


def _batches(rows: Sequence[Row], n_rows: int) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, n_rows)):
        yield batch
