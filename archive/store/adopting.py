"""Makes an archive what a replay decided: by the merges and splits that people have, without their links.

Articles that belong together are changed together, in one transaction with as many neighbours as keep no writer
waiting; stopped at any moment, what was changed is whole, and running it again does the rest. Before a group is changed
it is looked at again: where a feed, a page or a person moved something meanwhile, it is left alone. Nothing that was
decided by hand is touched. Every change is an event (`dedup_events`, source "replay") and can be taken back.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.model.hand import HandVerdict
from archive.model.replay import Adopted, Change, Ground, Redecided, Regrouped, Relabelled
from archive.store.faces import Faces
from archive.store.handlinks import standing
from archive.store.index import Indexer
from archive.store.indexing import indexed
from archive.store.instants import to_us
from archive.store.journal import TOGETHER, Journal
from archive.store.merging import merge_journaled
from archive.store.places import Place
from archive.store.prepared import driver_of
from archive.store.redeciding import Part, by_age, parts_of
from archive.store.schema import articles, dedup_events, revisions, sightings, undo_log
from archive.store.splitting import Split
from archive.store.store import Store

GROUPS_AT_ONCE: Final = 20
"""Groups changed in one transaction: 0.1 s of CPU, in which other writers wait."""

TAKEN_BACK_TOGETHER: Final = 200
"""Groups that one `undo` takes back: 1 s of CPU in one transaction, where other writers wait 10 s."""

RULE: Final = "replay"
"""What is said in place of a rule's name where the replay logged none."""

COMMAND: Final = "identity replay"

BEGAN: Final = ("new", "recycled")


class Adoption:
    """What one run of a replay changes."""

    def __init__(self, store: Store, *, who: str, now: datetime) -> None:
        self._store = store
        self._who = who
        self._now = now
        self._number: int | None = None
        self._n_in_step = 0
        self._n: Counter[str] = Counter()
        self._undo: list[int] = []

    def done(self) -> Adopted:
        """Return what has been changed so far."""
        return Adopted(**self._n, undo=tuple(self._undo))

    def adopt(
        self, groups: Sequence[Regrouped], labels: Sequence[Relabelled] = ()
    ) -> list[Regrouped]:
        """Change articles and the kinds of revisions, in one transaction; returns the groups that were left alone."""
        n: Counter[str] = Counter()
        inverses: list[dict[str, Any]] = []
        left: list[Regrouped] = []
        with self._store.writing() as connection:
            for group in groups:
                work = _Group(connection, group, who=self._who, now=self._now)
                inverse = work.write()
                if inverse is None:
                    left.append(group)
                else:
                    inverses.append(inverse)
                    n.update(f"n_{change.change}" for change in group.changes)
            for label in labels:
                if (
                    inverse := _relabel(connection, label, who=self._who, now=self._now)
                ) is not None:
                    inverses.append(inverse)
                    n["n_relabelled"] += 1
            number = self._log(connection, inverses) if inverses else self._number
        self._n.update(n)
        self._n["n_left"] += len(left)
        if number is not None and number != self._number:
            self._undo.append(number)
            self._n_in_step = 0
        self._number = number
        self._n_in_step += len(inverses)
        return left

    def _log(self, connection: Connection, inverses: Sequence[dict[str, Any]]) -> int:
        """Write how it is taken back, with what went before while that is not too much for one `undo`."""
        if self._number is not None and self._n_in_step + len(inverses) <= TAKEN_BACK_TOGETHER:
            held = connection.execute(
                sa.select(undo_log.c.inverse).where(
                    undo_log.c.id == self._number, undo_log.c.undone_at.is_(None)
                )
            ).one_or_none()
            if held is not None:
                connection.execute(
                    sa.update(undo_log)
                    .where(undo_log.c.id == self._number)
                    .values(inverse=_packed(json.loads(held.inverse)[TOGETHER] + list(inverses)))
                )
                return self._number
        key = connection.execute(
            undo_log.insert().values(
                at=to_us(self._now),
                who=self._who,
                command=COMMAND,
                inverse=_packed(list(inverses)),
                undone_at=None,
            )
        ).inserted_primary_key
        assert key is not None
        return int(key[0])


def _packed(inverses: Sequence[dict[str, Any]]) -> str:
    touched = {article: None for inverse in inverses for article in inverse["articles"]}
    return json.dumps({"articles": list(touched), TOGETHER: inverses}, ensure_ascii=False)


class _Group:
    """Changes the articles of one group. Used once, within one transaction."""

    def __init__(
        self, connection: Connection, group: Regrouped, *, who: str, now: datetime
    ) -> None:
        self._connection = connection
        self._group = group
        self._who = who
        self._now = now
        self._now_us = to_us(now)
        self._indexer = Indexer()
        self._journal = Journal(connection)
        self._origins: dict[int, int] = {}

    def write(self) -> dict[str, Any] | None:
        """Part what is several articles, then join what is one; None, and nothing, where it is not as it was."""
        parts = parts_of(self._connection, self._group.parts)
        if parts is None or not self._is_allowed(parts):
            return None
        held: dict[int, list[int]] = {}
        where: dict[int, Part] = {}
        for part in parts:
            article = part.article if part.stays else self._part(part, parts)
            held.setdefault(part.now, []).append(article)
            where[article] = part
        for pieces in held.values():
            kept, *others = by_age(self._connection, pieces)
            for other in others:
                self._join(other, kept, where)
        touched = list(dict.fromkeys(part.article for part in parts)) + list(self._origins)
        return self._journal.inverse() | {
            "articles": touched,
            "ids": self._ids(touched[:2]),
            "origins": {str(new): old for new, old in self._origins.items()},
        }

    def _is_allowed(self, parts: Sequence[Part]) -> bool:
        """Tell whether no decision by hand, also one made meanwhile, stands against it."""
        for n, one in enumerate(parts):
            for other in parts[n + 1 :]:
                wanted = HandVerdict.MUST_NOT if one.now == other.now else HandVerdict.MUST
                if (one.now == other.now or one.article == other.article) and standing(
                    self._connection, _seen(one), _seen(other), [wanted]
                ):
                    return False
        return True

    # ---- parting and joining ---------------------------------------------------------------------

    def _part(self, part: Part, parts: Sequence[Part]) -> int:
        """Give a part an article of its own; returns it."""
        gone = {
            place.sighting
            for one in parts[: parts.index(part)]
            if one.article == part.article and not one.stays
            for place in one.places
        }
        stays = [
            place
            for one in parts
            if one.article == part.article and one is not part
            for place in one.places
            if place.sighting not in gone
        ]
        stays.sort(key=lambda place: (place.first_seen_us, place.sighting))
        split = Split(self._connection, self._indexer, self._journal, now=self._now)
        new = split.write(part.article, stays, part.places)
        self._origins[new] = part.article
        for first in (stays[0], part.places[0]):
            if not first.began:
                self._journal.change(sightings, [first.sighting], rule=self._rule_of(first))
        rest = next(one for one in parts if one.article == part.article and one.stays)
        self._log(part.places[0], rest.places[0].variant, part, is_one=False)
        return new

    def _rule_of(self, first: Place) -> str:
        """Return the rule of a sighting that begins an article."""
        rule = self._group.rules.get(first.sighting, RULE)
        return rule if rule in BEGAN else "new"

    def _join(self, article: int, into: int, where: dict[int, Part]) -> None:
        part = where[article]
        change = self._change_of(part)
        rule = change.now.rule if change is not None and change.now is not None else RULE
        merge_journaled(
            self._connection,
            Faces(self._connection, self._indexer, now=self._now),
            self._journal,
            article_id=article,
            into=into,
            rule=rule,
            now_us=self._now_us,
        )
        self._log(part.places[0], where[into].places[0].variant, part, is_one=True)

    # ---- what is told of it ----------------------------------------------------------------------

    def _change_of(self, part: Part) -> Redecided | None:
        first = part.places[0].sighting
        return next((one for one in self._group.changes if first in one.sightings), None)

    def _log(self, place: Place, candidate: int, part: Part, *, is_one: bool) -> None:
        change = self._change_of(part)
        ground = change.now if change is not None else None
        if ground is None or (
            change is not None and (change.change is not Change.PARTED) != is_one
        ):
            # What leaves one article for another has its grounds for where it goes.
            ground = Ground(verdict="same" if is_one else "different", rule=RULE)
        _log(self._connection, place.sighting, candidate, ground, who=self._who, at_us=self._now_us)

    def _ids(self, article_ids: Sequence[int]) -> list[str]:
        query = sa.select(articles.c.public_id).where(articles.c.id.in_(article_ids))
        return list(self._connection.scalars(query.order_by(articles.c.id)))


def _seen(part: Part) -> set[int]:
    return {place.sighting for place in part.places}


def _relabel(
    connection: Connection, label: Relabelled, *, who: str, now: datetime
) -> dict[str, Any] | None:
    """Name a revision by what it is now; None where it is not what it was."""
    held = connection.scalar(
        sa.select(revisions.c.kind).where(
            revisions.c.id == label.revision, revisions.c.is_void.is_(False)
        )
    )
    if not label.is_label or label.revision is None or held != label.then:
        return None
    journal, db = Journal(connection), driver_of(connection)
    indexer = Indexer()
    indexer.remove(db, [label.revision])
    journal.change(revisions, [label.revision], kind=label.now)
    indexer.add(db, indexed(connection, [label.revision]))
    Faces(connection, indexer, now=now).moved([label.variant])
    ground = Ground(
        verdict="revision", rule="edit", why=f"an edit that is {label.now}, not {label.then}"
    )
    _log(connection, label.sighting, label.variant, ground, who=who, at_us=to_us(now))
    return journal.inverse() | {"articles": [label.article_row], "ids": [label.article.id] * 2}


def _log(
    connection: Connection, sighting: int, candidate: int, ground: Ground, *, who: str, at_us: int
) -> None:
    said = f"identity replay by {who}"
    told = replace(ground, why=f"{said}: {ground.why}" if ground.why else said)
    connection.execute(
        dedup_events.insert().values(
            sighting_id=sighting,
            candidate_variant_id=candidate,
            verdict=told.verdict,
            rule=told.rule,
            scores=json.dumps(dict(told.scores)),
            why=told.why,
            source="replay",
            at=at_us,
        )
    )
