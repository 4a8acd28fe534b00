"""Articles joined, parted and related by hand: decisions that every later poll keeps to, and that can be taken back.

Nothing is deleted. A merge moves tellings whole and leaves the other id as an alias. A split gives sightings an article
of their own (`archive.store.splitting`). Each decision is written down three times, for three readers: as links between
sightings for the deposit (`archive.store.handlinks`), as an event for `duplicates`, and as its own inverse for `undo`.
`settle` tells subscribers what there is to tell. Called by `Store` within one transaction.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.errors import UsageError
from archive.model.hand import HandChange, HandVerdict, Named
from archive.store.faces import Faces
from archive.store.handlinks import pairs_between, standing
from archive.store.index import Indexer
from archive.store.instants import to_us
from archive.store.journal import Journal
from archive.store.merging import merge_journaled
from archive.store.places import Place, is_out, named_by, names_in, places_of, published_sighting
from archive.store.schema import (
    articles,
    dedup_events,
    hand_links,
    revisions,
    sightings,
    undo_log,
    variants,
)
from archive.store.splitting import Split

RULE = "hand"
"""What is said in place of a rule's name where a person decided."""

BY_HAND = (HandVerdict.MUST, HandVerdict.MUST_NOT)


class HandDecision:
    """One decision of one person. Used once, within one transaction."""

    def __init__(
        self,
        connection: Connection,
        indexer: Indexer,
        *,
        who: str,
        why: str | None,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._indexer = indexer
        self._who = who
        self._why = f"by {who}: {why}" if why else f"by {who}"
        self._now = now
        self._now_us = to_us(now)
        self._journal = Journal(connection)

    # ---- merge -----------------------------------------------------------------------------------

    def merge(self, one: int, other: int) -> HandChange:
        """Make two articles one: the one that went out keeps its id, else the one seen first."""
        if one == other:
            named = self._named(one)
            return HandChange(command="merge", kept=named, other=named, is_changed=False)
        kept, merged = self._by_age(one, other)
        named, other_named = self._named(kept), self._named(merged)
        here, there = places_of(self._connection, kept), places_of(self._connection, merged)
        self._decide(here, there, HandVerdict.MUST)
        merge_journaled(
            self._connection,
            Faces(self._connection, self._indexer, now=self._now),
            self._journal,
            article_id=merged,
            into=kept,
            rule=RULE,
            now_us=self._now_us,
        )
        self._log(there[0].sighting, here[0].variant, "same")
        done = HandChange(
            command="merge",
            kept=named,
            other=other_named,
            n_sightings=len(there),
            n_variants=len({place.variant for place in there}),
            n_revisions=self._n_revisions({place.variant for place in there}),
        )
        return self._finish(done, [kept, merged])

    def _by_age(self, one: int, other: int) -> tuple[int, int]:
        rows = self._connection.execute(
            sa.select(articles.c.id, articles.c.first_seen_at).where(
                articles.c.id.in_((one, other))
            )
        ).all()
        kept, merged = sorted(
            rows, key=lambda row: (not is_out(self._connection, row.id), row.first_seen_at, row.id)
        )
        return kept.id, merged.id

    def _n_revisions(self, variant_ids: Collection[int]) -> int:
        query = sa.select(sa.func.count()).where(
            revisions.c.variant_id.in_(variant_ids), revisions.c.is_void.is_(False)
        )
        return self._connection.scalar(query) or 0

    # ---- split -----------------------------------------------------------------------------------

    def split(self, article: int, what: str) -> HandChange:
        """Give what `what` names (a feed, s12, v7, a site) an article of its own.

        The side that holds the face which went out keeps the id; of an article that has not gone out, the side that
        was seen first. The other side's id is that of its first sighting. Raises UsageError.
        """
        places = places_of(self._connection, article)
        chosen = named_by(places, what)
        named = self._named(article)
        if not chosen:
            if (apart := self._set_apart(places, what)) is not None:
                return HandChange(
                    command="split", kept=named, other=self._named(apart), is_changed=False
                )
            raise UsageError(
                f"{what!r} has not shown {named.id}; it is one of: {', '.join(names_in(places))}"
            )
        if len(chosen) == len(places):
            raise UsageError(
                f"all of {named.id} was shown by {what!r}: there is nothing to split it from"
            )
        holder = published_sighting(self._connection, article) or places[0].sighting
        rest = [place for place in places if place not in chosen]
        stays, leaves = (
            (chosen, rest) if holder in {place.sighting for place in chosen} else (rest, chosen)
        )
        split = Split(self._connection, self._indexer, self._journal, now=self._now)
        new_article = split.write(article, stays, leaves)
        self._decide(stays, leaves, HandVerdict.MUST_NOT)
        self._log_between(article, new_article, "different")
        done = HandChange(
            command="split",
            kept=self._named(article),
            other=self._named(new_article),
            n_sightings=len(leaves),
            n_variants=len({place.variant for place in leaves}),
            n_revisions=split.n_revisions,
            n_void=split.n_void,
        )
        return self._finish(done, [article, new_article], what)

    def _set_apart(self, places: Sequence[Place], what: str) -> int | None:
        """Return the article to which somebody moved what is named, if that was done before."""
        ours = {place.sighting for place in places}
        rows = self._connection.execute(
            sa.select(hand_links.c.a_sighting_id, hand_links.c.b_sighting_id).where(
                hand_links.c.undone_at.is_(None),
                hand_links.c.verdict == HandVerdict.MUST_NOT.value,
            )
        )
        far = {b if a in ours else a for a, b in rows if (a in ours) != (b in ours)}
        for article in self._articles_of(far):
            if named_by(places_of(self._connection, article), what):
                return article
        return None

    def _articles_of(self, sighting_ids: Collection[int]) -> list[int]:
        return list(
            self._connection.scalars(
                sa.select(variants.c.article_id)
                .join(sightings, sightings.c.variant_id == variants.c.id)
                .where(sightings.c.id.in_(sighting_ids))
                .distinct()
                .order_by(variants.c.article_id)
            )
        )

    # ---- relate ----------------------------------------------------------------------------------

    def relate(self, one: int, other: int, *, is_related: bool) -> HandChange:
        """Say that two articles are on one story, or that they are not, whatever is found later."""
        command = "relate" if is_related else "unrelate"
        named, other_named = self._named(one), self._named(other)
        if one == other:
            raise UsageError(
                f"{named.id} and {other_named.id} are one article; it is related to itself"
            )
        verdict = HandVerdict.RELATED if is_related else HandVerdict.UNLINKED
        here, there = places_of(self._connection, one), places_of(self._connection, other)
        ours, theirs = {p.sighting for p in here}, {p.sighting for p in there}
        if standing(self._connection, ours, theirs, [verdict]):
            return HandChange(command=command, kept=named, other=other_named, is_changed=False)
        opposite = HandVerdict.UNLINKED if is_related else HandVerdict.RELATED
        self._end_links(standing(self._connection, ours, theirs, [opposite]))
        self._link([(here[0].sighting, there[0].sighting)], verdict)
        self._log_between(one, other, "related" if is_related else "different")
        done = HandChange(command=command, kept=named, other=other_named)
        return self._finish(done, [one, other])

    # ---- what all write --------------------------------------------------------------------------

    def _decide(self, here: Sequence[Place], there: Sequence[Place], verdict: HandVerdict) -> None:
        """Link two sides; what was decided between them before holds no longer."""
        ours, theirs = {p.sighting for p in here}, {p.sighting for p in there}
        self._end_links(standing(self._connection, ours, theirs, BY_HAND))
        pairs = pairs_between(
            [(p.sighting, p.variant) for p in here], [(p.sighting, p.variant) for p in there]
        )
        self._link(pairs, verdict)

    def _end_links(self, link_ids: Collection[int]) -> None:
        self._journal.change(hand_links, link_ids, undone_at=self._now_us)

    def _link(self, pairs: Iterable[tuple[int, int]], verdict: HandVerdict) -> None:
        for a, b in pairs:
            link = self._connection.execute(
                hand_links.insert().values(
                    a_sighting_id=a,
                    b_sighting_id=b,
                    verdict=verdict.value,
                    who=self._who,
                    at=self._now_us,
                    undone_at=None,
                )
            ).inserted_primary_key
            assert link is not None
            self._journal.linked(int(link[0]))

    def _log(self, sighting: int, candidate_variant: int, verdict: str) -> None:
        self._connection.execute(
            dedup_events.insert().values(
                sighting_id=sighting,
                candidate_variant_id=candidate_variant,
                verdict=verdict,
                rule=RULE,
                scores="{}",
                why=self._why,
                source="hand",
                at=self._now_us,
            )
        )

    def _log_between(self, one: int, other: int, verdict: str) -> None:
        """Log what was decided of two articles with both, so that `duplicates` of either tells it."""
        here, there = places_of(self._connection, one)[0], places_of(self._connection, other)[0]
        self._log(here.sighting, there.variant, verdict)
        self._log(there.sighting, here.variant, verdict)

    def _finish(self, done: HandChange, article_ids: Sequence[int], *words: str) -> HandChange:
        """Write how it is taken back."""
        command = " ".join((done.command, done.kept.id, *(words or (done.other.id,))))
        inverse = self._journal.inverse() | {
            "articles": list(article_ids),
            "ids": [done.kept.id, done.other.id],
        }
        key = self._connection.execute(
            undo_log.insert().values(
                at=self._now_us,
                who=self._who,
                command=command,
                inverse=json.dumps(inverse, ensure_ascii=False),
                undone_at=None,
            )
        ).inserted_primary_key
        assert key is not None
        return replace(done, undo=int(key[0]))

    def _named(self, article: int) -> Named:
        return named(self._connection, article)


def named(connection: Connection, article: int) -> Named:
    """Return an article as a command speaks of it."""
    row = connection.execute(
        sa.select(articles.c.public_id, revisions.c.title)
        .outerjoin(variants, variants.c.id == articles.c.primary_variant_id)
        .outerjoin(revisions, revisions.c.id == variants.c.revision_id)
        .where(articles.c.id == article)
    ).one()
    return Named(id=row.public_id, title=row.title or "")
