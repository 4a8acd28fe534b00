"""Derives the revisions of variants from their statements: the one place where a revision is made.

After an outcome's statements are written, every variant it touched is read again and composed (`archive.record`).
What differs from the current revision becomes the next one, closes its predecessor in the index and marks its article
for `settle`. Reading from the tables, not from the caller, makes a deposit, a page's arrival, a merge and a
correction by hand come to the same revision. Only an article that the outcome itself began, and that nothing else has
joined, is composed before it is written: its one statement is in hand, and no row of it is written twice.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive import record
from archive.identity.edits import EditKind, edit_kind
from archive.identity.ids import digest16
from archive.model.kept import EDITS, RevisionKind
from archive.model.stated import Precision
from archive.store.drafts import Drafts
from archive.store.index import IndexedRevision, Indexer
from archive.store.indexing import indexed, labels, relabelled
from archive.store.instants import NEVER, to_at, to_at_or_none, to_us, to_us_or_none
from archive.store.prepared import Prepared, Row, driver_of
from archive.store.schema import (
    articles,
    contents,
    feeds,
    meta,
    revision_statements,
    revisions,
    sightings,
    statements,
    variants,
)
from archive.store.stating import BACKFILL, RETURNED, draft_content

_MAY_RETURN: Final = EDITS | {RevisionKind.PAGE}  # a page that flaps is PAGE at every other turn

FULLER = 1.2
"""So many times the words make another feed of the same paper the telling's base: sticky, so that nothing flaps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceChange:
    """A revision that was made."""

    variant_id: int
    revision_id: int
    kind: RevisionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An article that an outcome began, with its one telling and the one statement of it: drafted, not yet written."""

    article_id: int
    variant_id: int
    statement_id: int
    statement: record.Statement
    n_words: int | None
    """Of its text, where they are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Return:
    """An earlier revision that is current again; none was made."""

    revision_id: int


@dataclass(slots=True)
class _Stated:
    """A statement as stored."""

    id: int
    source: str
    feed_id: int
    feed_title: str | None
    parser_version: int
    is_backfill: bool
    statement: record.Statement


class Faces:
    """Derives revisions within one transaction."""

    def __init__(self, connection: Connection, indexer: Indexer, *, now: datetime) -> None:
        self._connection = connection
        self._indexer = indexer
        self._now_us = to_us(now)

    def begin(
        self, drafts: Drafts, begun: Sequence[Begun], *, feed_id: int, feed_title: str | None
    ) -> tuple[FaceChange, ...]:
        """Draft the first revisions of articles that an outcome began, and write their index rows.

        The rows of the articles and variants must be drafted with all that is set here.
        """
        if not begun:
            return ()
        rows = [self._first(drafts, one, feed_id, feed_title) for one in begun]
        self._indexer.add(driver_of(self._connection), rows)
        return tuple(
            FaceChange(
                variant_id=row.variant_id, revision_id=row.revision_id, kind=RevisionKind.NEW
            )
            for row in rows
        )

    def _first(
        self, drafts: Drafts, one: Begun, feed_id: int, feed_title: str | None
    ) -> IndexedRevision:
        """Draft the first revision of an article with what it makes of its article; returns its index row."""
        now = to_at(self._now_us)
        chosen = record.compose(
            one.statement, first_seen_at=now, feed_title=feed_title, n_feed_words=one.n_words
        )
        held = record.chosen_json(chosen)
        content_digest = drafts.drafted(statements, one.statement_id)["content_digest"]
        assert isinstance(content_digest, bytes)
        revision_id = _draft_revision(
            drafts,
            chosen,
            held,
            variant_id=one.variant_id,
            number=1,
            kind=RevisionKind.NEW,
            first_seen_us=self._now_us,
            digest=_face_digest(chosen, held),
            content_digest=content_digest,
            statement_ids=(one.statement_id,),
        )
        effective_at = record.effective_at(chosen.published_at, chosen.published_precision, now)
        drafts.update(
            articles,
            one.article_id,
            changed=self._change,
            primary_variant_id=one.variant_id,
            effective_at=to_us(effective_at),
        )
        return IndexedRevision(
            revision_id=revision_id,
            variant_id=one.variant_id,
            article_id=one.article_id,
            is_primary=True,
            is_private=drafts.drafted(variants, one.variant_id)["audience"] == "private",
            kind=RevisionKind.NEW.value,
            title=chosen.title,
            text=chosen.text,
            language=chosen.language,
            effective_at_us=to_us(effective_at),
            valid_from_us=self._now_us,
            labels=labels((feed_id,), chosen.section, held),
        )

    def derive(
        self, variant_ids: Collection[int], *, cause: RevisionKind | None = None
    ) -> tuple[FaceChange, ...]:
        """Bring the revisions of variants up to date with their statements; returns those that were made.

        `cause` overrides the kind of a further revision (a correction by hand, a reparse). Index rows are written
        with them. Variants whose statements say nothing new are relabelled only, where another feed showed them.
        """
        if not variant_ids:
            return ()
        drafts = Drafts(self._connection)
        changes: list[FaceChange] = []
        closed: list[int] = []
        opened: list[int] = []
        rows = self._variants(variant_ids)
        stated = self._statements(variant_ids, rows)
        named = self._named({row.revision_id for row in rows if row.revision_id is not None})
        for row in rows:
            made = self._revise(drafts, row, stated[row.id], named, cause)
            if made is None:
                continue
            if isinstance(made, FaceChange):
                changes.append(made)
            else:
                opened.append(made.revision_id)
            if row.revision_id is not None:
                closed.append(row.revision_id)
        articles_changed = {row.article_id for row in rows}
        drafts.flush()
        self._touch_articles(articles_changed)
        db = driver_of(self._connection)
        self._indexer.close(db, closed, self._now_us)
        self._indexer.close(db, opened, NEVER)
        self._indexer.add(db, indexed(self._connection, [made.revision_id for made in changes]))
        revised = {made.variant_id for made in changes}
        others = [variant_id for variant_id in variant_ids if variant_id not in revised]
        if others:
            self._indexer.relabel(db, relabelled(self._connection, others))
        return tuple(changes)

    def moved(self, variant_ids: Collection[int]) -> None:
        """Bring the articles and index rows of variants up to date after they moved to another article."""
        rows = self._variants(variant_ids)
        self._touch_articles({row.article_id for row in rows})

    # ---- reading ---------------------------------------------------------------------------------

    def _variants(self, ids: Collection[int]) -> Sequence[Row]:
        return _VARIANTS.rows(self._connection, ids=list(ids))

    def _statements(self, ids: Collection[int], rows: Sequence[Row]) -> dict[int, list[_Stated]]:
        """Return the newest statement of each sighting, the page's, and all by hand, oldest first."""
        page_ids = [row.page_statement_id for row in rows if row.page_statement_id is not None]
        found: dict[int, list[_Stated]] = defaultdict(list)
        of_feeds = _OF_SIGHTINGS.rows(self._connection, ids=list(ids))
        others = _OF_PAGES_AND_HANDS.rows(self._connection, ids=list(ids), page_ids=page_ids)
        for rows_of_one in (of_feeds, others):
            for row in rows_of_one:
                found[row.variant_id].append(
                    _Stated(
                        id=row.id,
                        source=row.source,
                        feed_id=row.feed_id,
                        feed_title=row.feed_title,
                        parser_version=row.parser_version,
                        is_backfill=row.note == BACKFILL,
                        statement=record.from_json(
                            json.loads(row.stated), text=row.text, html=row.html
                        ),
                    )
                )
        return found

    def _named(self, revision_ids: Collection[int]) -> dict[int, set[int]]:
        """Return which statements each current revision was made from."""
        found: dict[int, set[int]] = defaultdict(set)
        for row in _NAMED.rows(self._connection, ids=list(revision_ids)):
            found[row.revision_id].add(row.statement_id)
        return found

    # ---- deriving --------------------------------------------------------------------------------

    def _revise(
        self,
        drafts: Drafts,
        row: Row,
        stated: Sequence[_Stated],
        named: Mapping[int, set[int]],
        cause: RevisionKind | None,
    ) -> "FaceChange | _Return | None":
        used = named.get(row.revision_id, set())
        base = _base(stated, used, self._feeds_of(used, stated))
        if base is None:
            return None
        page = next((one for one in stated if one.source == record.Source.PAGE), None)
        by_hand = [one for one in stated if one.source == record.Source.HAND]
        chosen = record.compose(
            base.statement,
            None if page is None else page.statement,
            _hand(by_hand),
            first_seen_at=to_at(row.first_seen_at),
            feed_title=base.feed_title,
        )
        held = record.chosen_json(chosen)
        digest = _face_digest(chosen, held)
        is_same = row.revision_id is not None and digest == row.digest
        if is_same and cause is RevisionKind.HAND:
            is_same = not _differs_by_hand(row, chosen, held)
        if is_same and not _adds_files(row, held, page, used):
            return None
        kind: RevisionKind | None = RevisionKind.NEW
        if row.revision_id is not None:
            kind = _kind(row, chosen, held, base, page, used)
            # What a person set is a revision, however small; what is read otherwise only if it is more than noise.
            if cause is RevisionKind.HAND or kind is not None:
                kind = cause or kind
        if kind is None:
            return None
        if cause is None and kind in _MAY_RETURN and not _adds_files(row, held, page, used):
            earlier = self._earlier(row, chosen, held)
            if earlier is not None:
                is_page = page is not None and page.id not in used
                return self._return_to(drafts, row, earlier, page if page and is_page else base)
        sources = [base, *([page] if page is not None else []), *by_hand]
        revision_id = _draft_revision(
            drafts,
            chosen,
            held,
            variant_id=row.id,
            number=(row.last_number or 0) + 1,
            kind=kind,
            first_seen_us=self._now_us if row.revision_id else row.first_seen_at,
            digest=digest,
            content_digest=draft_content(drafts, chosen.html, chosen.text),
            statement_ids=[source.id for source in sources],
        )
        return FaceChange(variant_id=row.id, revision_id=revision_id, kind=kind)

    def _earlier(self, row: Row, chosen: record.Chosen, held: Mapping[str, Any]) -> int | None:
        """Return the revision before the current one that told readers just this: the publisher took an edit back."""
        for before in _EARLIER.rows(self._connection, variant_id=row.id, current=row.revision_id):
            edit = edit_kind(before.title, before.text, chosen.title, chosen.text)
            if edit.kind is EditKind.NOISE and not _fields_differ(before, chosen, held):
                return int(before.id)
        return None

    def _return_to(self, drafts: Drafts, row: Row, revision_id: int, said: _Stated) -> "_Return":
        """Let an earlier revision be current again: content that flaps ends as two, with a note at each turn."""
        drafts.update(variants, row.id, revision_id=revision_id)
        if not said.is_backfill:
            drafts.update(statements, said.id, note=RETURNED)
        return _Return(revision_id=revision_id)

    def _feeds_of(self, used: Collection[int], stated: Sequence[_Stated]) -> int | None:
        """Return the feed whose statement the current revision was made from."""
        current = next(
            (one for one in stated if one.id in used and one.source == record.Source.FEED), None
        )
        if current is not None:
            return current.feed_id
        if not used:
            return None
        return self._connection.scalar(
            sa.select(sightings.c.feed_id)
            .join(statements, statements.c.sighting_id == sightings.c.id)
            .where(statements.c.id.in_(used), statements.c.source == record.Source.FEED)
        )

    def _touch_articles(self, article_ids: Collection[int]) -> None:
        """Mark articles changed, choose their primary variants, and set the instant they are ordered by."""
        rows = _TELLINGS.rows(self._connection, ids=list(article_ids))
        by_article: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            by_article[row.id].append(row)
        drafts = Drafts(self._connection)
        moved: set[int] = set()
        for article_id, tellings in by_article.items():
            primary = _primary(tellings)
            effective_at = to_us(
                record.effective_at(
                    to_at_or_none(primary.published_at),
                    _precision_of(primary),
                    to_at(primary.first_seen_at),
                )
            )
            if primary.effective_at != effective_at:
                moved.update(telling.variant_id for telling in tellings)
            drafts.update(
                articles,
                article_id,
                is_dirty=True,
                changed=self._change,
                primary_variant_id=primary.variant_id,
                effective_at=effective_at,
            )
        drafts.flush()
        self._assign(by_article, moved)

    def _assign(self, by_article: Mapping[int, Sequence[Row]], moved: Collection[int]) -> None:
        """Tell the index which variant is whose face, for those where it changed."""
        db = driver_of(self._connection)
        for article_id, tellings in by_article.items():
            if len(tellings) < 2 and tellings[0].primary_variant_id is None:
                continue
            primary = _primary(tellings)
            for telling in tellings:
                self._indexer.assign(
                    db,
                    telling.variant_id,
                    article_id=article_id,
                    is_primary=telling.variant_id == primary.variant_id,
                    is_private=telling.audience == "private",
                )
        if moved:
            self._indexer.relabel(db, relabelled(self._connection, moved))

    @cached_property
    def _change(self) -> int:
        """The archive's next change number: one for all that this writes."""
        _RAISE_CHANGE.write(self._connection)
        return int(_CHANGE.one(self._connection).value)


def _base(
    stated: Iterable[_Stated], used: Collection[int], used_feed_id: int | None
) -> _Stated | None:
    """Return the feed's statement that a telling is made from.

    Of one feed the newest. Of several feeds of the paper, the one it was made from until now, unless another gives
    FULLER times its words: a shorter statement of the same text by another feed is no revision. What a backfill
    brought takes no other's place, and of its like the first read is the newest: its pages go from new to old.
    """
    newest: dict[int, _Stated] = {}
    for one in stated:
        if one.source == record.Source.FEED and (
            one.feed_id not in newest or _currency(one) > _currency(newest[one.feed_id])
        ):
            newest[one.feed_id] = one
    if not newest:
        return None
    base = newest.get(used_feed_id or 0) or min(
        newest.values(), key=lambda one: (one.is_backfill, one.id)
    )
    for one in sorted(newest.values(), key=lambda one: one.id):
        n_words = len(base.statement.text.split())
        if one is base or one.is_backfill > base.is_backfill:
            continue
        if len(one.statement.text.split()) >= max(FULLER * n_words, n_words + 10):
            base = one
    return base


def _currency(one: _Stated) -> tuple[bool, int]:
    """Return what orders the statements of one feed, the current one last."""
    return (not one.is_backfill, -one.id if one.is_backfill else one.id)


def _kind(
    row: Row,
    chosen: record.Chosen,
    held: Mapping[str, Any],
    base: _Stated,
    page: _Stated | None,
    used: Collection[int],
) -> RevisionKind | None:
    """Return what a further revision is; None when all that differs is noise."""
    edit = edit_kind(row.title, row.text, chosen.title, chosen.text)
    if edit.kind is EditKind.NOISE and not _fields_differ(row, chosen, held):
        if _adds_files(row, held, page, used):
            return RevisionKind.PAGE
        return RevisionKind.MOVED if row.url != chosen.url else None
    if page is not None and page.id not in used and base.id in used:
        # The page alone is new. The first one enriches; one that came because its entry changed completes that
        # edit and is no second one. Only a page read again on its own shows an edit of the publisher.
        had_page = any(place.startswith("page") for place in _provenance(row).values())
        if not had_page or row.kind in (RevisionKind.SUBSTANTIAL, RevisionKind.MINOR):
            return RevisionKind.PAGE
    return RevisionKind.MINOR if edit.kind is EditKind.NOISE else RevisionKind(edit.kind.value)


def _provenance(row: Row) -> Mapping[str, str]:
    held: Mapping[str, str] = json.loads(row.stated).get("provenance", {})
    return held


def _adds_files(
    row: Row, held: Mapping[str, Any], page: _Stated | None, used: Collection[int]
) -> bool:
    """Tell whether a page that is new adds an enclosure: a sound, or the file that stands in the page's place."""
    if page is None or page.id in used:
        return False
    before = {one["url"] for one in json.loads(row.stated).get("enclosures", [])}
    return any(one["url"] not in before for one in held.get("enclosures", []))


def _fields_differ(row: Row, chosen: record.Chosen, held: Mapping[str, Any]) -> bool:
    """Tell whether something besides title and text changed that is an edit.

    Tags and images turn too often to be one, and dates are moved by some papers at every touch, by whole feeds at a
    migration: the date an article was first given stays its own until its words change.
    """
    before = json.loads(row.stated)
    return (row.section or None) != chosen.section or before.get("authors", []) != held.get(
        "authors", []
    )


def _differs_by_hand(row: Row, chosen: record.Chosen, held: Mapping[str, Any]) -> bool:
    """Tell whether a person changed what is no edit of a publisher's: tags, image and description."""
    before = json.loads(row.stated)
    return (
        (row.image_url or None) != chosen.image_url
        or (before.get("tags") or []) != (held.get("tags") or [])
        or (before.get("description") or None) != chosen.description
    )


def _primary(tellings: Sequence[Row]) -> Row:
    """Return an article's face: once published it sticks; else the fullest public telling, then the first seen."""
    current = next((t for t in tellings if t.variant_id == t.primary_variant_id), None)
    public = [t for t in tellings if t.audience == "public"]
    is_settled = to_at_or_none(tellings[0].settled_at) is not None
    if current is not None and is_settled and (current.audience == "public" or not public):
        return current
    return min(
        public or tellings,
        key=lambda t: (-(t.word_count or 0), t.variant_first_seen_at, t.variant_id),
    )


def _precision_of(telling: Row) -> Precision | None:
    stored = telling.published_precision
    return None if stored is None else Precision(stored)


def _hand(by_hand: Sequence[_Stated]) -> dict[str, object]:
    """Return what people set, the newest of each field."""
    held: dict[str, object] = {}
    for one in by_hand:
        held.update(one.statement.extra)
    return held


def _draft_revision(
    drafts: Drafts,
    chosen: record.Chosen,
    held: Mapping[str, Any],
    *,
    variant_id: int,
    number: int,
    kind: RevisionKind,
    first_seen_us: int,
    digest: bytes,
    content_digest: bytes,
    statement_ids: Sequence[int],
) -> int:
    """Draft a revision, made from these statements, as its variant's current one; returns its id."""
    revision_id = drafts.new_id(revisions)
    drafts.insert(
        revisions,
        id=revision_id,
        variant_id=variant_id,
        number=number,
        kind=kind.value,
        first_seen_at=first_seen_us,
        digest=digest,
        content_digest=content_digest,
        title=chosen.title,
        url=chosen.url,
        canonical_url=chosen.canonical_url,
        language=chosen.language,
        section=chosen.section,
        published_at=to_us_or_none(chosen.published_at),
        published_precision=chosen.published_precision,
        modified_at=to_us_or_none(chosen.modified_at),
        image_url=chosen.image_url,
        word_count=chosen.word_count,
        reading_minutes=chosen.reading_minutes,
        stated=json.dumps(held, ensure_ascii=False),
    )
    for statement_id in statement_ids:
        drafts.insert(revision_statements, revision_id=revision_id, statement_id=statement_id)
    drafts.update(variants, variant_id, revision_id=revision_id)
    return revision_id


def _face_digest(chosen: record.Chosen, held: Mapping[str, Any]) -> bytes:
    """Return what tells two faces apart: all that readers see, without counters and reading time."""
    return digest16(
        chosen.title,
        chosen.text,
        chosen.html,
        chosen.url,
        chosen.canonical_url,
        chosen.section,
        json.dumps(held.get("authors", []), sort_keys=True),
        str(to_us_or_none(chosen.published_at)),
        chosen.language,
    )


# ---- statements ---------------------------------------------------------------------------------
# Run for every document: prepared.

_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_PAGE_IDS: sa.BindParameter[int] = sa.bindparam("page_ids", expanding=True)

_CHAIN = revisions.alias()
_LAST_NUMBER = (
    sa.select(sa.func.max(_CHAIN.c.number))
    .where(_CHAIN.c.variant_id == variants.c.id)
    .scalar_subquery()
)
RETURNS: Final = 4
"""Revisions looked at for one that a statement returns to: papers flap between two or three wordings."""

_EARLIER: Final = Prepared(
    sa.select(
        revisions.c.id,
        revisions.c.title,
        revisions.c.section,
        revisions.c.stated,
        contents.c.text,
    )
    .join(contents, contents.c.digest == revisions.c.content_digest)
    .where(
        revisions.c.variant_id == sa.bindparam("variant_id"),
        revisions.c.id != sa.bindparam("current"),
        revisions.c.is_void.is_(False),
    )
    .order_by(revisions.c.number.desc())
    .limit(RETURNS)
)
_VARIANTS: Final = Prepared(
    sa.select(
        variants.c.id,
        variants.c.article_id,
        variants.c.site,
        variants.c.first_seen_at,
        variants.c.page_statement_id,
        variants.c.revision_id,
        revisions.c.number,
        revisions.c.kind,
        revisions.c.digest,
        revisions.c.title,
        revisions.c.url,
        revisions.c.section,
        revisions.c.published_at,
        revisions.c.image_url,
        revisions.c.stated,
        contents.c.text,
        _LAST_NUMBER.label("last_number"),
    )
    .outerjoin(revisions, revisions.c.id == variants.c.revision_id)
    .outerjoin(contents, contents.c.digest == revisions.c.content_digest)
    .where(variants.c.id.in_(_IDS))
    .order_by(variants.c.id)
)
_OF_SIGHTINGS: Final = Prepared(
    sa.select(
        statements,
        contents.c.text,
        contents.c.html,
        sightings.c.feed_id,
        sa.func.coalesce(feeds.c.title, feeds.c.stated_title).label("feed_title"),
    )
    .join(sightings, sightings.c.statement_id == statements.c.id)
    .join(feeds, feeds.c.id == sightings.c.feed_id)
    .join(contents, contents.c.digest == statements.c.content_digest)
    .where(sightings.c.variant_id.in_(_IDS))
    .order_by(statements.c.id)
)
_OF_PAGES_AND_HANDS: Final = Prepared(
    sa.select(
        statements,
        contents.c.text,
        contents.c.html,
        sa.literal(0).label("feed_id"),
        sa.null().label("feed_title"),
    )
    .join(contents, contents.c.digest == statements.c.content_digest)
    .where(
        statements.c.variant_id.in_(_IDS),
        sa.or_(statements.c.id.in_(_PAGE_IDS), statements.c.source == record.Source.HAND),
    )
    .order_by(statements.c.id)
)
_NAMED: Final = Prepared(
    sa.select(revision_statements).where(revision_statements.c.revision_id.in_(_IDS))
)
_TELLINGS: Final = Prepared(
    sa.select(
        articles.c.id,
        articles.c.first_seen_at,
        articles.c.effective_at,
        articles.c.settled_at,
        articles.c.primary_variant_id,
        variants.c.id.label("variant_id"),
        variants.c.audience,
        variants.c.first_seen_at.label("variant_first_seen_at"),
        revisions.c.word_count,
        revisions.c.published_at,
        revisions.c.published_precision,
    )
    .join(variants, variants.c.article_id == articles.c.id)
    .join(revisions, revisions.c.id == variants.c.revision_id)
    .where(articles.c.id.in_(_IDS))
    .order_by(articles.c.id, variants.c.id)
)
_CHANGE: Final = Prepared(sa.select(meta.c.value).where(meta.c.key == "change"))
_RAISE_CHANGE: Final = Prepared(
    sa.update(meta)
    .where(meta.c.key == "change")
    .values(value=sa.cast(sa.cast(meta.c.value, sa.BigInteger) + 1, sa.Text))
)
