"""What the archive already knows of the tellings that an outcome brings: the "read" of the sandwich.

Loaded in bulk for one outcome, then kept up to date in memory while the entries of a document are decided one by
one, so that the second of two like entries meets the first. Used by `entries` and `pages`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.identity.ids import digest16
from archive.identity.likeness import Key, KeyKind, Telling, Traits, candidate_keys
from archive.store.instants import to_at, to_at_or_none
from archive.store.prepared import Prepared, Row
from archive.store.schema import (
    articles,
    contents,
    identity_keys,
    publications,
    revisions,
    sightings,
    statements,
    url_keys,
    variants,
)

Value = TypeVar("Value")

AT_ONCE = 400
"""Values bound in one statement: SQLite takes 999 everywhere, and the plan stays a series of look-ups."""

MAX_CANDIDATES = 8
"""Tellings compared by their words, the ones with most keys in common first; and of one guid, the newest."""

MANY_RUNS = 6
"""Of a telling with so many keys of runs of words, one that is shared is chance."""

MAX_ROWS_A_KEY = 40
"""A key that more tellings share (a column's fixed title, a page that all items link to) proposes its newest only."""

MOST_ROWS = 4_000
"""Rows of many keys read at once: in a large archive a few phrases of everybody's have thousands each."""

BLURB_ARTICLES = 3
BLURB_WORDS = 60
"""A text shorter than this, seen on so many articles of a site, proves nothing (IDENTITY, rule 8)."""


@dataclass(slots=True)
class KnownSighting:
    """A sighting, with what its feed last stated."""

    id: int
    feed_id: int
    variant_id: int
    entry_digest: bytes
    guid_digest: bytes
    guid: str | None
    url: str | None
    statement_id: int
    statement_digest: bytes
    item_digest: bytes
    in_window: bool


@dataclass(slots=True)
class KnownVariant:
    """A telling of an article as it stands, with what is needed to compare and to revise it."""

    id: int
    article_id: int
    site: str
    audience: str
    first_seen_us: int
    revision_id: int | None
    page_statement_id: int | None
    page_state: str
    article_public_id: str
    is_published: bool
    title: str = ""
    text: str = ""
    url: str | None = None
    canonical_url: str | None = None
    language: str | None = None
    published_us: int | None = None
    seen: list[KnownSighting] = field(default_factory=list)
    keys: dict[str, None] = field(default_factory=dict)
    summary: str = ""
    traits: dict[int, Traits] = field(default_factory=dict)


class Known:
    """An index over what is stored and what has been drafted since."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.variants: dict[int, KnownVariant] = {}
        self.by_entry: dict[bytes, list[KnownSighting]] = defaultdict(list)
        self.by_guid: dict[bytes, list[KnownSighting]] = defaultdict(list)
        self._by_url: dict[bytes, dict[int, None]] = defaultdict(dict)
        self._by_key: dict[int, dict[int, None]] = defaultdict(dict)

    # ---- loading ---------------------------------------------------------------------------------

    def load_sightings(
        self, entry_digests: Collection[bytes], guid_digests: Collection[bytes]
    ) -> None:
        """Read the sightings of these entries, and of these guids in the same feed."""
        seen: set[int] = set()
        for query, digests in ((_OF_ENTRIES, entry_digests), (_OF_GUIDS, guid_digests)):
            for batch in _batches(digests):
                for row in query.rows(self._connection, digests=batch):
                    if row.id not in seen:
                        seen.add(row.id)
                        self._note_sighting(_sighting(row))

    def load_candidates(self, traits: Sequence[Traits], guid_digests: Sequence[bytes]) -> None:
        """Read whom these tellings may be one with, by address and by words, and those variants whole."""
        for batch in _batches({url_digest(key) for one in traits for key in one.url_keys}):
            for row in _AT_ADDRESSES.rows(self._connection, digests=batch):
                at_address = self._by_url[row.digest]
                if len(at_address) < MAX_ROWS_A_KEY:
                    at_address[row.variant_id] = None
        self._load_keys({key for one in traits for key in candidate_keys(one)})
        wanted: set[int] = set()
        for one, guid_digest in zip(traits, guid_digests, strict=True):
            wanted.update(self.candidate_ids(one, guid_digest=guid_digest))
        self.load_variants(wanted)

    def _load_keys(self, keys: Collection[Key]) -> None:
        """Read which tellings have these keys, of each the newest, and only then whose they are."""
        newest: dict[int, list[int]] = defaultdict(list)
        kinds = {key.value: key.kind for key in keys}
        for batch in _batches(kinds):
            rows = _UNDER_KEYS.rows(self._connection, values=batch)
            if len(rows) >= MOST_ROWS:  # one by one, so that none is read whole
                rows = [
                    row
                    for value in batch
                    for row in _UNDER_KEY.rows(self._connection, value=value, kind=kinds[value])
                ]
            for row in rows:
                newest[row.value].append(row.statement_id)
        for value, statement_ids in newest.items():
            newest[value] = sorted(statement_ids, reverse=True)[:MAX_ROWS_A_KEY]
        variant_of: dict[int, int] = {}
        for batch in _batches({one for some in newest.values() for one in some}):
            for row in _OF_STATEMENTS.rows(self._connection, ids=batch):
                variant_of[row.id] = row.variant_id
        for value, statement_ids in newest.items():
            for statement_id in statement_ids:
                self._by_key[value][variant_of[statement_id]] = None

    def load_variants(self, ids: Collection[int]) -> None:
        """Read variants whole: the face of each, its addresses and its sightings."""
        missing = [variant_id for variant_id in ids if variant_id not in self.variants]
        for batch in _batches(missing):
            for row in _VARIANTS.rows(self._connection, ids=batch):
                self.variants[row.id] = _variant(row)
            self._load_places(batch)

    def _load_places(self, variant_ids: list[int]) -> None:
        for row in _PLACES.rows(self._connection, ids=variant_ids):
            variant = self.variants[row.variant_id]
            variant.seen.append(self._known(row))
            if row.text != variant.text and len(row.text) > len(variant.summary):
                variant.summary = row.text
        for row in _ADDRESSES.rows(self._connection, ids=variant_ids):
            self.variants[row.variant_id].keys[row.key] = None

    def _known(self, row: Row) -> KnownSighting:
        """Return the one object of a sighting, so that a change of it is seen from everywhere."""
        for held in self.by_entry.get(row.entry_digest, ()):
            if held.id == row.id:
                return held
        return self._note_sighting(_sighting(row))

    # ---- asking ----------------------------------------------------------------------------------

    def candidate_ids(self, traits: Traits, *, guid_digest: bytes) -> tuple[int, ...]:
        """Return the variants worth comparing: those that share an address or guid, and the likest by words."""
        exact: dict[int, None] = {}
        for url_key in traits.url_keys:
            exact.update(self._by_url.get(url_digest(url_key), {}))
        # A guid that a feed gives to everything proposes its newest only.
        of_guid = sorted(self.by_guid.get(guid_digest, ()), key=lambda sighting: sighting.id)
        for sighting in of_guid[-MAX_CANDIDATES:]:
            exact[sighting.variant_id] = None
        keys = candidate_keys(traits)
        votes: dict[int, int] = {}
        for key in keys:
            if held := self._by_key.get(key.value):
                weight = 1 if key.kind is KeyKind.SHINGLE else 2
                for variant_id in held:
                    votes[variant_id] = votes.get(variant_id, 0) + weight
        # Of a text of some length one run of words in common is chance, two are not; any other key says enough.
        is_long = bool(votes) and sum(key.kind is KeyKind.SHINGLE for key in keys) >= MANY_RUNS
        liked = [variant_id for variant_id, n in votes.items() if n > 1] if is_long else votes
        # Equal votes: the oldest first, whatever the order of the rows.
        likest = sorted(liked, key=lambda variant_id: (-votes[variant_id], variant_id))
        for variant_id in likest[:MAX_CANDIDATES]:
            exact[variant_id] = None
        return tuple(exact)

    def blurbs(self, traits: Traits) -> frozenset[tuple[str, ...]]:
        """Return the words of a short text that stands on so many articles of its site that it proves nothing.

        Asked of what was loaded: the likest candidates are those that share it.
        """
        if not traits.words or traits.n_words >= BLURB_WORDS:
            return frozenset()
        held: set[int] = set()
        for key in candidate_keys(traits):
            if key.kind is KeyKind.TEXT:
                held.update(self._by_key.get(key.value, ()))
        of_site = (self.variants[id_] for id_ in held if id_ in self.variants)
        found = {v.article_id for v in of_site if v.site == traits.telling.site}
        return frozenset((traits.words,)) if len(found) >= BLURB_ARTICLES else frozenset()

    def traits_of(self, variant: KnownVariant, *, feed_id: int) -> Traits:
        """Return what a standing telling is compared by; its guid is that of its sighting in `feed_id`, if any.

        Made once a feed, until its keys change: its words are what costs.
        """
        made = variant.traits.get(feed_id)
        if made is not None:
            return made
        same_feed = [sighting for sighting in variant.seen if sighting.feed_id == feed_id]
        place = (same_feed or variant.seen)[-1]
        telling = Telling(
            feed_id=place.feed_id,
            site=variant.site,
            at=to_at(variant.first_seen_us),
            title=variant.title,
            text=variant.text,
            summary=variant.summary,
            url=place.url,
            canonical_url=variant.canonical_url,
            guid=place.guid,
            language=variant.language,
            published_at=to_at_or_none(variant.published_us),
        )
        variant.traits[feed_id] = Traits(telling=telling, url_keys=tuple(variant.keys))
        return variant.traits[feed_id]

    # ---- keeping up ------------------------------------------------------------------------------

    def note(self, variant: KnownVariant, sighting: KnownSighting, traits: Traits) -> None:
        """Take in a drafted sighting of a variant, so that the document's further entries can meet it."""
        self.variants[variant.id] = variant
        self._note_sighting(sighting)
        variant.seen.append(sighting)
        self.note_keys(variant, traits)
        if len(variant.seen) == 1:
            variant.traits[sighting.feed_id] = traits

    def note_keys(self, variant: KnownVariant, traits: Traits) -> None:
        """Take in the addresses and words of a new statement of a variant."""
        variant.traits.clear()
        for key in traits.url_keys:
            variant.keys[key] = None
            self._by_url[url_digest(key)][variant.id] = None
        for content_key in candidate_keys(traits):
            self._by_key[content_key.value][variant.id] = None

    def _note_sighting(self, sighting: KnownSighting) -> KnownSighting:
        self.by_entry[sighting.entry_digest].append(sighting)
        self.by_guid[sighting.guid_digest].append(sighting)
        return sighting


@lru_cache(maxsize=1024)  # asked for six times an entry
def url_digest(key: str) -> bytes:
    """Return the unique column's form of a url key."""
    return digest16("url", key)


def _sighting(row: Row) -> KnownSighting:
    return KnownSighting(
        id=row.id,
        feed_id=row.feed_id,
        variant_id=row.variant_id,
        entry_digest=row.entry_digest,
        guid_digest=row.guid_digest,
        guid=row.guid,
        url=row.url,
        statement_id=row.statement_id,
        statement_digest=row.statement_digest,
        item_digest=row.item_digest,
        in_window=bool(row.in_window),
    )


def _variant(row: Row) -> KnownVariant:
    return KnownVariant(
        id=row.id,
        article_id=row.article_id,
        site=row.site,
        audience=row.audience,
        first_seen_us=row.first_seen_at,
        revision_id=row.revision_id,
        page_statement_id=row.page_statement_id,
        page_state=row.page_state,
        article_public_id=row.public_id,
        is_published=bool(row.is_published),
        title=row.title or "",
        text=row.text or "",
        url=row.url,
        canonical_url=row.canonical_url,
        language=row.language,
        published_us=row.published_at,
    )


def _batches(values: Collection[Value]) -> Iterator[list[Value]]:
    ordered = list(values)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


# ---- statements ---------------------------------------------------------------------------------
# Run for every document: prepared.


def _any_of(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    return column.in_(sa.bindparam(name, expanding=True))


_SIGHTINGS: Final = sa.select(
    sightings.c.id,
    sightings.c.feed_id,
    sightings.c.variant_id,
    sightings.c.entry_digest,
    sightings.c.guid_digest,
    sightings.c.guid,
    sightings.c.url,
    sightings.c.statement_id,
    sightings.c.item_digest,
    sightings.c.in_window,
    statements.c.digest.label("statement_digest"),
).join(statements, statements.c.id == sightings.c.statement_id)
_OF_ENTRIES: Final = Prepared(_SIGHTINGS.where(_any_of(sightings.c.entry_digest, "digests")))
_OF_GUIDS: Final = Prepared(_SIGHTINGS.where(_any_of(sightings.c.guid_digest, "digests")))
_AT_ADDRESSES: Final = Prepared(
    sa.select(url_keys.c.digest, sightings.c.variant_id)
    .join(sightings, sightings.c.id == url_keys.c.sighting_id)
    .where(_any_of(url_keys.c.digest, "digests"))
    .order_by(url_keys.c.sighting_id.desc())
)
_UNDER_KEYS: Final = Prepared(
    sa.select(identity_keys.c.value, identity_keys.c.statement_id)
    .where(_any_of(identity_keys.c.value, "values"))
    .limit(sa.literal_column(str(MOST_ROWS)))
)
_UNDER_KEY: Final = Prepared(
    sa.select(identity_keys.c.value, identity_keys.c.statement_id)
    .where(identity_keys.c.value == sa.bindparam("value"))
    .where(identity_keys.c.kind == sa.bindparam("kind"))
    .order_by(identity_keys.c.statement_id.desc())
    .limit(sa.literal_column(str(MAX_ROWS_A_KEY)))
)
_OF_STATEMENTS: Final = Prepared(
    sa.select(statements.c.id, statements.c.variant_id).where(_any_of(statements.c.id, "ids"))
)
_PLACES: Final = Prepared(
    sa.select(sightings, statements.c.digest.label("statement_digest"), contents.c.text)
    .join(statements, statements.c.id == sightings.c.statement_id)
    .join(contents, contents.c.digest == statements.c.content_digest)
    .where(_any_of(sightings.c.variant_id, "ids"))
    .order_by(sightings.c.id)
)
_ADDRESSES: Final = Prepared(
    sa.select(sightings.c.variant_id, url_keys.c.key)
    .join(sightings, sightings.c.id == url_keys.c.sighting_id)
    .where(_any_of(sightings.c.variant_id, "ids"))
    .order_by(url_keys.c.sighting_id, url_keys.c.key)
)
_IS_PUBLISHED: Final = (
    sa.select(publications.c.seq).where(publications.c.article_id == variants.c.article_id).exists()
)
_VARIANTS: Final = Prepared(
    sa.select(
        variants,
        articles.c.public_id,
        _IS_PUBLISHED.label("is_published"),
        revisions.c.title,
        revisions.c.url,
        revisions.c.canonical_url,
        revisions.c.language,
        revisions.c.published_at,
        contents.c.text,
    )
    .join(articles, articles.c.id == variants.c.article_id)
    .outerjoin(revisions, revisions.c.id == variants.c.revision_id)
    .outerjoin(contents, contents.c.digest == revisions.c.content_digest)
    .where(_any_of(variants.c.id, "ids"))
)
