"""What people decided about sightings, and what it means for a sighting that comes: the table `hand_links`.

A link joins or parts two sightings, never two articles, so that no later merge or split can stale it; whom it names is
asked when it is used. Read by `entries` and `pages` for every outcome, at the cost of one look-up where nobody has
decided anything; written by `archive.store.hand`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, Self

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.identity.decide import NO_HAND, Hand
from archive.model.hand import HandVerdict
from archive.store.known import KnownSighting, KnownVariant
from archive.store.prepared import Prepared
from archive.store.schema import hand_links, sightings, variants

AT_ONCE: Final = 400

DECIDED: Final = (HandVerdict.MUST.value, HandVerdict.MUST_NOT.value)
"""Verdicts that say which article a sighting belongs to; the others speak of stories."""


@dataclass(frozen=True, slots=True)
class _End:
    """The far end of a link: the article it belongs to today."""

    article_id: int
    verdict: str


class HandLinks:
    """The links of some sightings, by sighting."""

    def __init__(self, ends: dict[int, list[_End]]) -> None:
        self._ends = ends

    @classmethod
    def of(cls, connection: Connection, known: Iterable[KnownVariant]) -> Self:
        """Read the links of all sightings of these tellings."""
        ends: dict[int, list[_End]] = defaultdict(list)
        if is_used(connection):
            ids = sorted({sighting.id for variant in known for sighting in variant.seen})
            for here, end in _ends(connection, ids):
                ends[here].append(end)
        return cls(ends)

    def of_entry(
        self, own: KnownSighting | None, feed_id: int, candidates: Iterable[KnownVariant]
    ) -> Hand:
        """Return what was decided about an entry of a feed.

        Of a known sighting it is what its links say. And of two candidates that were set apart an entry belongs to the
        one that its own feed showed, if that feed did not show the other too: a paper that gives its story another guid
        and address does not undo a split.
        """
        if not self._ends:
            return NO_HAND
        ends = self._ends.get(own.id, ()) if own is not None else ()
        apart: set[tuple[int, int]] = set()
        shown: set[int] = set()
        for variant in candidates:
            for sighting in variant.seen:
                if sighting.feed_id == feed_id:
                    shown.add(variant.article_id)
                for end in self._ends.get(sighting.id, ()):
                    if end.verdict == HandVerdict.MUST_NOT:
                        apart.add((variant.article_id, end.article_id))
        strange = {there for here, there in apart if here in shown and there not in shown}
        return Hand(
            must=frozenset(e.article_id for e in ends if e.verdict == HandVerdict.MUST),
            must_not=frozenset(e.article_id for e in ends if e.verdict == HandVerdict.MUST_NOT)
            | strange,
        )


def is_used(connection: Connection) -> bool:
    """Whether anybody has decided anything that stands."""
    return bool(_ANY.rows(connection))


def set_apart_from(connection: Connection, article: int) -> frozenset[int]:
    """Return the articles that an article must not be joined with: of none of its sightings."""
    if not is_used(connection):
        return frozenset()
    ids = list(
        connection.scalars(
            sa.select(sightings.c.id)
            .join(variants, variants.c.id == sightings.c.variant_id)
            .where(variants.c.article_id == article)
        )
    )
    return frozenset(
        end.article_id
        for _, end in _ends(connection, ids)
        if end.verdict == HandVerdict.MUST_NOT and end.article_id != article
    )


def _ends(connection: Connection, ids: Sequence[int]) -> Iterator[tuple[int, _End]]:
    """Yield (sighting, far end) of the standing links of sightings that say which article they belong to."""
    for query in (_FROM_A, _FROM_B):
        for start in range(0, len(ids), AT_ONCE):
            for row in query.rows(connection, ids=ids[start : start + AT_ONCE]):
                yield row.here, _End(row.article_id, row.verdict)


# ---- writing ------------------------------------------------------------------------------------


def pairs_between(
    one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return which sightings of two sides to link; each side is (sighting, variant), first seen first.

    Every sighting with the first one of each telling of the other side: so each has its say, and two articles that
    were seen a thousand times each do not get a million links.
    """
    firsts = _firsts(one), _firsts(other)
    found = dict.fromkeys(product((sighting for sighting, _ in one), firsts[1]))
    found.update(dict.fromkeys(product(firsts[0], (sighting for sighting, _ in other))))
    return list(found)


def _firsts(side: Sequence[tuple[int, int]]) -> list[int]:
    first: dict[int, int] = {}
    for sighting, variant in side:
        first.setdefault(variant, sighting)
    return list(first.values())


def standing(
    connection: Connection,
    one: Collection[int],
    other: Collection[int],
    verdicts: Collection[HandVerdict],
) -> list[int]:
    """Return the ids of the standing links of these verdicts between two groups of sightings."""
    if not is_used(connection):
        return []
    wanted = [verdict.value for verdict in verdicts]
    rows = connection.execute(
        sa.select(hand_links.c.id, hand_links.c.a_sighting_id, hand_links.c.b_sighting_id)
        .where(hand_links.c.undone_at.is_(None), hand_links.c.verdict.in_(wanted))
        .order_by(hand_links.c.id)
    )
    here, there = set(one), set(other)
    return [
        row.id
        for row in rows
        if (row.a_sighting_id in here and row.b_sighting_id in there)
        or (row.a_sighting_id in there and row.b_sighting_id in here)
    ]


# ---- statements ---------------------------------------------------------------------------------
# Run for every document: prepared.

_ANY: Final = Prepared(
    sa.select(hand_links.c.id).where(hand_links.c.undone_at.is_(None)).limit(sa.literal_column("1"))
)


def _from(here: sa.Column[Any], there: sa.Column[Any]) -> Prepared:
    return Prepared(
        sa.select(here.label("here"), hand_links.c.verdict, variants.c.article_id)
        .join(sightings, sightings.c.id == there)
        .join(variants, variants.c.id == sightings.c.variant_id)
        .where(
            here.in_(sa.bindparam("ids", expanding=True)),
            hand_links.c.undone_at.is_(None),
            hand_links.c.verdict.in_([sa.literal_column(f"'{verdict}'") for verdict in DECIDED]),
        )
    )


_FROM_A: Final = _from(hand_links.c.a_sighting_id, hand_links.c.b_sighting_id)
_FROM_B: Final = _from(hand_links.c.b_sighting_id, hand_links.c.a_sighting_id)
