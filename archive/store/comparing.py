"""Why two articles were joined or kept apart: the rules asked again, of what stands in the archive now.

What the later article's sightings last stated is compared with every telling of the earlier one, as the deposit would:
its keys first, then the rules, then what people decided. Reads, writes nothing. For `duplicates A B` and `why A B`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.identity.likeness import Traits, candidate_keys, traits_of
from archive.identity.rules import MARKS, Verdict, compare
from archive.model.hand import HandVerdict, Named
from archive.store.hand import named
from archive.store.instants import to_at
from archive.store.known import Known, KnownVariant
from archive.store.places import Place, places_of
from archive.store.schema import articles, contents, hand_links, statements
from archive.store.stating import telling_of

COMPARED: Final = 200
"""Pairs compared at most: an article seen a hundred times in ten papers is asked of its newest sightings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One sighting of the later article beside one telling of the earlier. `shares_key`: an index would propose it."""

    feed: str
    sighting: int
    site: str
    variant: int
    verdict: Verdict
    shares_key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision by hand that stands between two articles."""

    verdict: HandVerdict
    who: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """What is between two articles. `compared` is strongest first: what would join; empty if they are one."""

    earlier: Named
    later: Named
    is_one: bool
    decided: tuple[Decided, ...]
    compared: tuple[Compared, ...]

    @property
    def would_join(self) -> bool:
        """Whether the rules of today take them for one, asked of each pair alone."""
        return any(one.verdict.is_one for one in self.compared) and (self.kept_by is None)

    @property
    def kept_by(self) -> Compared | None:
        """Return what keeps them apart: a mark that one pair bears, unless an address or id proves another; else None.

        Part 1 may run like the whole, and so may part 2: `archive.identity.decide` asks the same.
        """
        if any(one.verdict.is_one and one.verdict.is_proof for one in self.compared):
            return None
        return next((one for one in self.compared if one.verdict.rule in MARKS), None)


def between(connection: Connection, one: int, other: int) -> Between:
    """Return what is between two articles, by row id: decisions by hand, and what the rules say of them today."""
    rows = connection.execute(
        sa.select(articles.c.id)
        .where(articles.c.id.in_((one, other)))
        .order_by(articles.c.first_seen_at, articles.c.id)
    ).all()
    earlier, later = rows[0].id, rows[-1].id
    here, there = places_of(connection, earlier), places_of(connection, later)
    compared = _compared(connection, here, there) if earlier != later else ()
    return Between(
        earlier=named(connection, earlier),
        later=named(connection, later),
        is_one=earlier == later,
        decided=_decided(connection, here, there),
        compared=compared,
    )


def _compared(
    connection: Connection, here: Sequence[Place], there: Sequence[Place]
) -> tuple[Compared, ...]:
    known = Known(connection)
    known.load_variants(list(dict.fromkeys(place.variant for place in here)))
    stated = _stated(connection, there)
    found: list[Compared] = []
    for place in reversed(there):
        for variant in known.variants.values():
            if len(found) < COMPARED:
                traits = known.traits_of(variant, feed_id=place.feed_id)
                found.append(_compare(place, stated[place.sighting], variant, traits))
    return tuple(
        sorted(
            found, key=lambda c: (not c.verdict.is_one, -c.verdict.strength, c.sighting, c.variant)
        )
    )


def _compare(place: Place, entry: Traits, variant: KnownVariant, telling: Traits) -> Compared:
    keys = {*entry.url_keys, *candidate_keys(entry)}
    return Compared(
        feed=place.feed,
        sighting=place.sighting,
        site=variant.site,
        variant=variant.id,
        verdict=compare(entry, telling),
        shares_key=not keys.isdisjoint({*telling.url_keys, *candidate_keys(telling)}),
    )


def _stated(connection: Connection, places: Sequence[Place]) -> Mapping[int, Traits]:
    """Return what sightings last stated, by sighting."""
    by_statement = {place.statement: place for place in places}
    rows = connection.execute(
        sa.select(statements, contents.c.text)
        .join(contents, contents.c.digest == statements.c.content_digest)
        .where(statements.c.id.in_(by_statement))
    )
    found: dict[int, Traits] = {}
    for row in rows:
        place = by_statement[row.id]
        telling, _ = telling_of(row, feed_id=place.feed_id, site=place.site, guid=place.guid)
        found[place.sighting] = traits_of(telling)
    return found


def _decided(
    connection: Connection, here: Sequence[Place], there: Sequence[Place]
) -> tuple[Decided, ...]:
    """Return the decisions that stand between two sides, each once."""
    ours, theirs = ({place.sighting for place in side} for side in (here, there))
    rows = connection.execute(
        sa.select(hand_links).where(hand_links.c.undone_at.is_(None)).order_by(hand_links.c.id)
    )
    found = {
        Decided(verdict=HandVerdict(row.verdict), who=row.who, decided_at=to_at(row.at)): None
        for row in rows
        if (row.a_sighting_id in ours and row.b_sighting_id in theirs)
        or (row.a_sighting_id in theirs and row.b_sighting_id in ours)
    }
    return tuple(found)
