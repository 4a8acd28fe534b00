"""What a sighting comes to: seen, revised, joined to an article, or a new one. Pure.

    entry -> hand links -> its own known sighting -> the rules, over all candidates -> decision

Called by `archive.store.deposit`, which brings what is known and writes what was decided. Nothing
here merges two standing articles: a sighting that would join two joins the better one and tells of
the other. The order in which candidates come never matters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from archive.identity.edits import Edit, EditKind, edit_kind
from archive.identity.likeness import Traits
from archive.identity.rules import MARKS, NO_FACTS, Kind, SiteFacts, Verdict, compare

MAX_EVENTS: Final = 8  # told of each decision; the strongest first

__all__ = [
    "Candidate",
    "Decision",
    "Edit",
    "EditKind",
    "Event",
    "Hand",
    "Joined",
    "KnownSighting",
    "New",
    "Revised",
    "Seen",
    "decide_entry",
    "edit_kind",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A telling of a standing article that shares a key with the entry. Ids are the store's."""

    article_id: int
    variant_id: int
    traits: Traits
    is_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSighting:
    """The entry's own sighting (same feed, guid and address, or else same feed and guid).

    `digest` is of its last statement (`archive.record.statement_digest`), `traits` of the same.
    """

    article_id: int
    variant_id: int
    digest: bytes
    traits: Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """What people decided about this sighting, as articles of today: join it, or never."""

    must: frozenset[int] = frozenset()
    must_not: frozenset[int] = frozenset()


NO_HAND: Final = Hand()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A comparison to log: with whom, and what was found."""

    article_id: int
    variant_id: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The entry stands as it stood; `edit` says what was only noise, None if nothing changed."""

    article_id: int
    variant_id: int
    edit: Edit | None = None
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """The known sighting states something else of the same article; `edit.kind` is never noise."""

    article_id: int
    variant_id: int
    edit: Edit
    verdict: Verdict
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A new sighting of a standing article.

    `variant_id` is the variant of its site and audience, None if the article gets a new one.
    `also` are further articles that the rules would have joined: the sighting's place depends on
    the order of arrival, and is counted.
    """

    article_id: int
    variant_id: int | None
    verdict: Verdict
    also: tuple[int, ...] = ()
    relations: tuple[Event, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """An article not seen before. `recycled` tells that its guid or address named another one."""

    relations: tuple[Event, ...] = ()
    recycled: bool = False
    events: tuple[Event, ...] = ()


Decision = Seen | Revised | Joined | New

_BY_HAND: Final = Verdict(
    kind=Kind.SAME, rule="hand", why="someone decided that they are one", strength=100.0
)


def decide_entry(
    entry: Traits,
    digest: bytes,
    known: KnownSighting | None,
    candidates: Sequence[Candidate],
    *,
    hand: Hand = NO_HAND,
    is_private: bool = False,
    site_facts: SiteFacts = NO_FACTS,
) -> Decision:
    """Return what an entry of a feed comes to.

    `digest` is of what the entry states; equal to the known sighting's, nothing else is asked.
    `candidates` hold every telling that shares a key, in any order, doubles allowed; a private
    entry is given the same candidates, and joins without showing itself (its variant is private).
    """
    if known is not None and known.article_id not in hand.must_not:
        if known.digest == digest:
            return Seen(article_id=known.article_id, variant_id=known.variant_id)
        is_held = known.article_id in hand.must
        if (decision := _of_known(entry, known, site_facts, is_held=is_held)) is not None:
            return decision
    events = _compared(entry, candidates, site_facts)
    allowed = [e for e in events if e.article_id not in hand.must_not]
    relations = _relations(allowed)
    joinable = _by_hand(candidates, hand) or _joinable(allowed)
    told = tuple(events[:MAX_EVENTS])
    if not joinable:
        return New(relations=relations, recycled=known is not None, events=told)
    best = joinable[0]
    others = sorted({e.article_id for e in joinable} - {best.article_id})
    return Joined(
        article_id=best.article_id,
        variant_id=_variant_for(entry, best.article_id, candidates, is_private),
        verdict=best.verdict,
        also=tuple(others),
        relations=tuple(e for e in relations if e.article_id != best.article_id),
        events=told,
    )


def _of_known(
    entry: Traits, known: KnownSighting, facts: SiteFacts, *, is_held: bool
) -> Seen | Revised | None:
    """Return what the known sighting's new statement is; None if it tells of something else now.

    `is_held`: someone decided to which article the sighting belongs, whatever it comes to state.
    """
    verdict = compare(entry, known.traits, site_facts=facts)
    if not verdict.is_one:
        if not is_held:
            return None
        verdict = _BY_HAND
    old, new = known.traits.telling, entry.telling
    edit = edit_kind(old.title, old.text, new.title, new.text)
    event = Event(article_id=known.article_id, variant_id=known.variant_id, verdict=verdict)
    if edit.kind is EditKind.NOISE:
        return Seen(article_id=known.article_id, variant_id=known.variant_id, edit=edit)
    return Revised(
        article_id=known.article_id,
        variant_id=known.variant_id,
        edit=edit,
        verdict=verdict,
        events=(event,),
    )


def _compared(entry: Traits, candidates: Iterable[Candidate], facts: SiteFacts) -> list[Event]:
    """Return a verdict for each variant compared, the strongest first, in an order of their own."""
    best: dict[tuple[int, int], Verdict] = {}
    for candidate in candidates:
        verdict = compare(entry, candidate.traits, site_facts=facts)
        key = (candidate.article_id, candidate.variant_id)
        if key not in best or _rank(verdict) < _rank(best[key]):
            best[key] = verdict
    events = [Event(article_id=a, variant_id=v, verdict=best[a, v]) for a, v in best]
    return sorted(events, key=lambda e: (_rank(e.verdict), e.article_id, e.variant_id))


def _joinable(events: Sequence[Event]) -> list[Event]:
    """Return what may be joined: not on words where another telling of the article bears a mark.

    Part 1 and part 2 may each run like the whole; that makes them no part of one another.
    """
    marked = {e.article_id for e in events if e.verdict.rule in MARKS}
    return [
        e for e in events if e.verdict.is_one and (e.verdict.is_proof or e.article_id not in marked)
    ]


_KINDS: Final = (Kind.SAME, Kind.REVISION, Kind.RELATED, Kind.DIFFERENT)


def _rank(verdict: Verdict) -> tuple[bool, float, int, str, str]:
    """Order verdicts: what joins first, then the stronger; the rest only makes the order total."""
    kind = _KINDS.index(verdict.kind)
    return (not verdict.is_one, -verdict.strength, kind, verdict.rule, verdict.why)


def _by_hand(candidates: Iterable[Candidate], hand: Hand) -> list[Event]:
    wanted = sorted((c.article_id, c.variant_id) for c in candidates if c.article_id in hand.must)
    if not wanted and hand.must:
        # Linked by hand, but no key in common: the article is joined all the same.
        return [Event(article_id=min(hand.must), variant_id=0, verdict=_BY_HAND)]
    return [Event(article_id=a, variant_id=v, verdict=_BY_HAND) for a, v in wanted]


def _relations(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return one event for each related article, the first that tells of it."""
    found: dict[int, Event] = {}
    for event in events:
        if event.verdict.kind is Kind.RELATED:
            found.setdefault(event.article_id, event)
    return tuple(found.values())


def _variant_for(
    entry: Traits, article_id: int, candidates: Iterable[Candidate], is_private: bool
) -> int | None:
    """Return the oldest variant of the article that the entry belongs to by site and audience."""
    of_its_own = (
        c.variant_id
        for c in candidates
        if c.article_id == article_id
        and c.is_private == is_private
        and c.traits.telling.site == entry.telling.site
    )
    return min(of_its_own, default=None)
