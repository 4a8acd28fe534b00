"""What would change: an archive beside the scratch copy that `archive.store.replaying` made of its history.

A sighting is what both have in common. Articles of then and of now that share sightings belong together; where one then
is several now, or several are one, there is something to tell. The comparison is made inside the scratch copy, so that
memory holds only what differs. Reads the archive, and writes none of it.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.model.hand import Named
from archive.model.kept import EDITS, RevisionKind
from archive.model.replay import (
    NOISE,
    Change,
    Compared,
    Ground,
    Redecided,
    Regrouped,
    Relabelled,
)
from archive.store.hand import named
from archive.store.places import Place, is_out, places_of, published_sighting
from archive.store.prepared import driver_of
from archive.store.replaying import Replay
from archive.store.schema import articles, revisions, sightings, statements, variants

AT_ONCE: Final = 400

ONE: Final = ("same", "revision")

LABELS: Final = (
    *sorted(EDITS),
    RevisionKind.PAGE.value,
    RevisionKind.MOVED.value,
    RevisionKind.REPARSE.value,
    NOISE,
)
"""Kinds that the same statement may come to under other rules. `new` follows from what is one article."""


@dataclass(frozen=True, slots=True)
class Part:
    """Sightings of one article that belong together now. `stays`: they keep the article's id."""

    article: int
    now: int
    places: tuple[Place, ...]
    stays: bool


class Redeciding:
    """The comparison of an archive with a replay of it that has run."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._store = replay.store
        self._fill()

    # ---- counts ----------------------------------------------------------------------------------

    def compared(self) -> Compared:
        """Return how much was decided anew."""
        replay = self._replay
        return Compared(
            n_documents=replay.n_documents,
            n_statements=replay.n_statements,
            n_sightings=self._count(f"SELECT count(*) {_ANEW}"),
            n_articles=self._count(f"SELECT count(DISTINCT article) {_ANEW}"),
            n_torn=self._count(_TORN),
        )

    def _count(self, query: str) -> int:
        with self._replay.scratch.reading() as connection:
            return int(driver_of(connection).execute(query).fetchone()[0])

    # ---- articles --------------------------------------------------------------------------------

    def regrouped(self) -> Iterator[Regrouped]:
        """Yield what would change of articles, in the order they were first kept."""
        with self._replay.scratch.reading() as connection:
            pairs = driver_of(connection).execute(_CHANGED).fetchall()
        for then_ids in _groups(pairs):
            yield self._regrouped(then_ids)

    def _regrouped(self, then_ids: Sequence[int]) -> Regrouped:
        found: dict[tuple[int, int], set[int]] = defaultdict(set)
        rules: dict[int, str] = {}
        with self._replay.scratch.reading() as connection:
            for start in range(0, len(then_ids), AT_ONCE):
                some = then_ids[start : start + AT_ONCE]
                marks = ", ".join("?" * len(some))
                rows = driver_of(connection).execute(f"{_PARTS} ({marks})", some)
                for then, now, sighting, rule in rows:
                    found[then, now].add(sighting)
                    rules[sighting] = rule
        parts = tuple((then, now, frozenset(seen)) for (then, now), seen in sorted(found.items()))
        with self._store.reading() as archive, self._replay.scratch.reading() as scratch:
            changes = _Telling(archive, driver_of(scratch), parts).changes()
        return Regrouped(parts=parts, rules=rules, changes=changes)

    # ---- kinds of revisions ----------------------------------------------------------------------

    def relabelled(self) -> Iterator[Relabelled]:
        """Yield the revisions that are another kind of edit now, of tellings that are the same in both."""
        with self._replay.scratch.reading() as connection:
            rows = driver_of(connection).execute(_RELABELLED, {"noise": NOISE}).fetchall()
        for statement, then, now, revision in rows:
            if {then, now} <= set(LABELS) and {then, now} & EDITS:
                with self._store.reading() as archive:
                    if (found := _relabelled(archive, statement, then, now, revision)) is not None:
                        yield found

    # ---- filling ---------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Bring the archive's own answer into the scratch copy: two columns of numbers."""
        last = self._replay.bounds.last_sighting
        with self._replay.scratch.writing() as target, self._store.reading() as source:
            ours, theirs = driver_of(target), driver_of(source)
            for statement in _TABLES:
                ours.execute(statement)
            rows = theirs.execute(_THEN, (last,))
            while some := rows.fetchmany(AT_ONCE):
                ours.executemany("INSERT INTO replay_then VALUES (?, ?, ?)", some)
            rows = theirs.execute(_KINDS)
            while some := rows.fetchmany(AT_ONCE):
                ours.executemany("INSERT OR REPLACE INTO replay_kinds_then VALUES (?, ?, ?)", some)
            for statement in _COMPARED:
                ours.execute(statement)


def _groups(pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the articles of then, those together that share an article of now; pairs are (then, now)."""
    root: dict[int, int] = {}

    def top(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    first_of: dict[int, int] = {}
    for then, now in pairs:
        root.setdefault(then, then)
        other = first_of.setdefault(now, then)
        a, b = top(then), top(other)
        root[max(a, b)] = min(a, b)
    found: dict[int, list[int]] = defaultdict(list)
    for then in sorted(root):
        found[top(then)].append(then)
    return list(found.values())


# ---- parts --------------------------------------------------------------------------------------


def parts_of(
    connection: Connection, parts: Sequence[tuple[int, int, frozenset[int]]]
) -> list[Part] | None:
    """Return the parts of articles as they stand; None where one no longer holds what it held.

    The side that went out stays, else the side that was seen first; what came since stays too.
    """
    by_article: dict[int, dict[int, frozenset[int]]] = defaultdict(dict)
    for article, now, seen in parts:
        by_article[article][now] = seen
    found: list[Part] = []
    for article, sides in by_article.items():
        places = places_of(connection, article)
        held = {place.sighting for place in places}
        if not all(seen <= held for seen in sides.values()):
            return None
        of_sighting = {one: now for now, seen in sides.items() for one in seen}
        holder = published_sighting(connection, article)
        if holder not in of_sighting:
            holder = next(p.sighting for p in places if p.sighting in of_sighting)
        staying = of_sighting[holder]
        for now in sides:
            mine = tuple(p for p in places if of_sighting.get(p.sighting, staying) == now)
            found.append(Part(article, now, mine, now == staying))
    return found


def by_age(connection: Connection, article_ids: Collection[int]) -> list[int]:
    """Return articles, the one that keeps its id first: which went out, else which was seen first."""
    rows = connection.execute(
        sa.select(articles.c.id, articles.c.first_seen_at).where(articles.c.id.in_(article_ids))
    ).all()
    return [
        row.id
        for row in sorted(
            rows, key=lambda row: (not is_out(connection, row.id), row.first_seen_at, row.id)
        )
    ]


class _Telling:
    """Tells in words what would change of one group."""

    def __init__(
        self,
        archive: Connection,
        scratch: sqlite3.Connection,
        parts: Sequence[tuple[int, int, frozenset[int]]],
    ) -> None:
        self._archive = archive
        self._scratch = scratch
        self._parts = parts_of(archive, parts) or []

    def changes(self) -> tuple[Redecided, ...]:
        by_now: dict[int, list[Part]] = defaultdict(list)
        for part in self._parts:
            by_now[part.now].append(part)
        found: list[Redecided] = []
        for pieces in by_now.values():
            staying = {part.article: part for part in pieces if part.stays}
            if staying:
                home = staying[by_age(self._archive, staying)[0]]
            else:
                home = min(pieces, key=lambda p: (p.places[0].first_seen_us, p.places[0].sighting))
                found.append(self._parted(home))
            found += [self._to(home, part) for part in pieces if part is not home]
        return tuple(found)

    def _parted(self, part: Part) -> Redecided:
        rest = next(p for p in self._parts if p.article == part.article and p.stays)
        return Redecided(
            change=Change.PARTED,
            article=named(self._archive, part.article),
            other=Named(id="", title=self._title(part)),
            sightings=_seen(part),
            feeds=_feeds(part),
            now=self._now(part, rest, is_one=False),
            then=self._then(part, rest, is_one=True),
            depends_on_order=self._depends_on_order(part),
        )

    def _to(self, home: Part, part: Part) -> Redecided:
        """Tell what comes to `home`: a whole article, or what leaves another one."""
        where = (
            named(self._archive, home.article)
            if home.stays
            else Named(id="", title=self._title(home))
        )
        is_whole = part.stays and not any(
            p.article == part.article and not p.stays for p in self._parts
        )
        stood = named(self._archive, part.article)
        return Redecided(
            change=Change.JOINED if part.stays else Change.MOVED,
            article=where,
            other=stood if is_whole or part.stays else Named(id=stood.id, title=self._title(part)),
            sightings=_seen(part),
            feeds=_feeds(part),
            now=self._now(part, home, is_one=True),
            then=self._then(part, home, is_one=False),
            depends_on_order=self._depends_on_order(part),
        )

    def _title(self, part: Part) -> str:
        """Return the headline that a part's first sighting states."""
        return (
            self._archive.scalar(
                sa.select(statements.c.title).where(statements.c.id == part.places[0].statement)
            )
            or ""
        )

    # ---- grounds ---------------------------------------------------------------------------------

    def _now(self, part: Part, other: Part, *, is_one: bool) -> Ground | None:
        here, there = (self._here(one) for one in (part, other))
        if is_one and here[0] & there[0]:
            return Ground(
                verdict="revision",
                rule="guid",
                why="its feed shows both under one guid, as one entry that was edited",
            )
        return _ground(self._scratch, here, there, is_one=is_one)

    def _then(self, part: Part, other: Part, *, is_one: bool) -> Ground | None:
        db = driver_of(self._archive)
        here, there = (
            ({p.sighting for p in one.places}, {p.variant for p in one.places})
            for one in (part, other)
        )
        found = _ground(db, here, there, is_one=is_one)
        if found is None and is_one:
            place = part.places[0]
            return Ground(verdict="same", rule=place.rule)
        return found

    def _here(self, part: Part) -> tuple[set[int], set[int]]:
        """Return the sightings and tellings that stand for a part in the scratch copy."""
        seen = _seen(part)
        found: set[tuple[int, int]] = set()
        for start in range(0, len(seen), AT_ONCE):
            some = seen[start : start + AT_ONCE]
            marks = ", ".join("?" * len(some))
            query = f"""SELECT s.id, s.variant_id FROM replay_sightings r JOIN sightings s ON s.id = r.here
                WHERE r.sighting IN ({marks})"""
            found.update(self._scratch.execute(query, some))
        return {one for one, _ in found}, {one for _, one in found}

    def _depends_on_order(self, part: Part) -> bool:
        here = self._here(part)[0]
        there = {place.sighting for place in part.places}
        return _is_ambiguous(self._scratch, here) or _is_ambiguous(driver_of(self._archive), there)


def _seen(part: Part) -> tuple[int, ...]:
    return tuple(place.sighting for place in part.places)


def _feeds(part: Part) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place.feed for place in part.places))


def _ground(
    db: sqlite3.Connection,
    here: tuple[Collection[int], Collection[int]],
    there: tuple[Collection[int], Collection[int]],
    *,
    is_one: bool,
) -> Ground | None:
    """Return the last comparison logged between two sides, each (sightings, tellings), that says so.

    What joined an article as a further paper's telling was logged with that telling, its own.
    """
    found: dict[bool, tuple[int, Ground]] = {}
    for (seen, own), (_, tellings) in ((here, there), (there, here)):
        for event_id, verdict, rule, why, scores, candidate in _events(db, sorted(seen)):
            is_direct = candidate in tellings
            if (verdict in ONE) != is_one or not (is_direct or (is_one and candidate in own)):
                continue
            if is_direct not in found or event_id > found[is_direct][0]:
                ground = Ground(verdict=verdict, rule=rule, why=why, scores=json.loads(scores))
                found[is_direct] = event_id, ground
    best = found.get(True) or found.get(False)
    return best[1] if best else None


def _events(
    db: sqlite3.Connection, seen: Sequence[int]
) -> Iterator[tuple[int, str, str, str | None, str, int | None]]:
    for start in range(0, len(seen), AT_ONCE):
        some = seen[start : start + AT_ONCE]
        marks = ", ".join("?" * len(some))
        yield from db.execute(
            "SELECT id, verdict, rule, why, scores, candidate_variant_id FROM dedup_events"
            f" WHERE sighting_id IN ({marks}) ORDER BY id",
            some,
        )


def _is_ambiguous(db: sqlite3.Connection, seen: Collection[int]) -> bool:
    """Tell whether the place of one of these sightings depends on the order, as `archive.store.counting` counts it."""
    ordered = sorted(seen)
    for start in range(0, len(ordered), AT_ONCE):
        some = ordered[start : start + AT_ONCE]
        marks = ", ".join("?" * len(some))
        found = db.execute(
            "SELECT 1 FROM dedup_events e JOIN sightings s ON s.id = e.sighting_id"
            f" WHERE e.source = 'poll' AND s.id IN ({marks}) GROUP BY s.id"
            " HAVING max(e.verdict IN ('same', 'revision'))"
            " AND (count(*) > 1 OR s.rule IN ('new', 'recycled')) LIMIT 1",
            some,
        ).fetchone()
        if found is not None:
            return True
    return False


def _relabelled(
    connection: Connection, statement: int, then: str, now: str, revision: int | None
) -> Relabelled | None:
    row = connection.execute(
        sa.select(
            statements.c.title,
            statements.c.variant_id,
            sa.func.coalesce(
                statements.c.sighting_id,
                sa.select(sa.func.min(sightings.c.id))
                .where(sightings.c.variant_id == statements.c.variant_id)
                .scalar_subquery(),
            ).label("sighting"),
            variants.c.article_id,
        )
        .join(variants, variants.c.id == statements.c.variant_id)
        .where(statements.c.id == statement)
    ).one_or_none()
    if row is None:
        return None  # erased meanwhile
    title = row.title
    if revision is not None:
        title = connection.scalar(sa.select(revisions.c.title).where(revisions.c.id == revision))
    return Relabelled(
        article=named(connection, row.article_id),
        article_row=row.article_id,
        variant=row.variant_id,
        sighting=row.sighting,
        revision=revision,
        title=title or "",
        then=then,
        now=now,
    )


# ---- statements, in the scratch copy ------------------------------------------------------------

_THEN: Final = """
    SELECT s.id, v.article_id, s.variant_id FROM sightings s JOIN variants v ON v.id = s.variant_id
    WHERE s.id <= ? ORDER BY s.id"""
_KINDS: Final = """
    SELECT max(x.statement_id), r.id, r.kind FROM revisions r JOIN revision_statements x ON x.revision_id = r.id
    WHERE NOT r.is_void GROUP BY r.id ORDER BY r.id"""

_TABLES: Final = (
    "CREATE TABLE replay_then (sighting INTEGER PRIMARY KEY, article INTEGER, variant INTEGER)",
    "CREATE TABLE replay_kinds_then (statement INTEGER PRIMARY KEY, revision INTEGER, kind TEXT)",
    # Typed: the column of a table made from max() has no type, and no index on it is used (3 s for 10,000 statements).
    "CREATE TABLE replay_kinds_now (here INTEGER, kind TEXT)",
)
_COMPARED: Final = (
    # What was not decided anew (it came since, or its statement is gone) is not compared.
    "DELETE FROM replay_then WHERE sighting NOT IN (SELECT sighting FROM replay_sightings)",
    """
    CREATE TABLE replay_pairs AS SELECT DISTINCT t.article AS then_id, v.article_id AS now_id FROM replay_then t
    JOIN replay_sightings r ON r.sighting = t.sighting JOIN sightings s ON s.id = r.here
    JOIN variants v ON v.id = s.variant_id""",
    """
    CREATE TABLE replay_tellings AS SELECT DISTINCT t.variant AS then_id, s.variant_id AS now_id FROM replay_then t
    JOIN replay_sightings r ON r.sighting = t.sighting JOIN sightings s ON s.id = r.here""",
    "CREATE INDEX ix_replay_then ON replay_then (article)",
    """
    INSERT INTO replay_kinds_now SELECT max(x.statement_id), r.kind FROM revisions r
    JOIN revision_statements x ON x.revision_id = r.id WHERE NOT r.is_void GROUP BY r.id""",
    "CREATE INDEX ix_replay_kinds_now ON replay_kinds_now (here)",
    "CREATE INDEX ix_replay_here ON replay_statements (here)",
    """
    DELETE FROM replay_tellings WHERE then_id IN (SELECT then_id FROM replay_tellings GROUP BY 1 HAVING count(*) > 1)
    OR now_id IN (SELECT now_id FROM replay_tellings GROUP BY 1 HAVING count(*) > 1)""",
    "CREATE INDEX ix_replay_tellings ON replay_tellings (now_id)",
)

_ANEW: Final = "FROM replay_then WHERE sighting NOT IN (SELECT sighting FROM replay_before)"
_CHANGED: Final = """
    SELECT then_id, now_id FROM replay_pairs
    WHERE then_id IN (SELECT then_id FROM replay_pairs GROUP BY 1 HAVING count(*) > 1)
    OR now_id IN (SELECT now_id FROM replay_pairs GROUP BY 1 HAVING count(*) > 1) ORDER BY then_id, now_id"""
_PARTS: Final = """
    SELECT t.article, v.article_id, t.sighting, s.rule FROM replay_then t
    JOIN replay_sightings r ON r.sighting = t.sighting JOIN sightings s ON s.id = r.here
    JOIN variants v ON v.id = s.variant_id WHERE t.article IN"""
_TORN: Final = """
    SELECT count(*) FROM (SELECT 1 FROM replay_statements x JOIN statements t ON t.id = x.here
    JOIN variants v ON v.id = t.variant_id WHERE t.source = 'feed'
    GROUP BY x.sighting HAVING count(DISTINCT v.article_id) > 1)"""
_RELABELLED: Final = """
    SELECT x.statement, coalesce(k.kind, :noise), coalesce(n.kind, :noise), k.revision
    FROM replay_statements x JOIN statements t ON t.id = x.here JOIN replay_tellings e ON e.now_id = t.variant_id
    LEFT JOIN replay_kinds_then k ON k.statement = x.statement
    LEFT JOIN replay_kinds_now n ON n.here = x.here
    WHERE coalesce(k.kind, :noise) <> coalesce(n.kind, :noise) ORDER BY x.statement"""
