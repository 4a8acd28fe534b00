"""What a sighting comes to: seen, revised, joined to an article, or a new one. Pure.

    entry -> hand links -> its own known sighting -> the rules, over all candidates -> decision

Called by `archive.store.deposit`, which brings what is known and writes what was decided. Nothing
here merges two standing articles: a sighting that would join two joins the better one and tells of
the other. The order in which candidates come never matters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from archive.identity.edits import Edit, EditKind, edit_kind
from archive.identity.likeness import Ids, Traits, containment, jaccard, title_likeness
from archive.identity.rules import MARKS, NO_FACTS, Kind, SiteFacts, Verdict, compare

MAX_EVENTS: Final = 8  # told of each decision; the strongest first

SAME_TITLE: Final = 0.9
SAME_RUNS: Final = 0.95
"""Two items of one document are one article only if they are so to the letter, or all but."""

MIN_TOLD_WORDS: Final = 20  # a shorter text may stand in many others

_ID_RULES: Final = frozenset({"id", "number"})
_PLACE_RULES: Final = frozenset({"address", "guid"})

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
    """A telling of a standing article that shares a key with the entry. Ids are the store's.

    `is_listed`: the document that holds the entry holds this one too, as another item.
    """

    article_id: int
    variant_id: int
    traits: Traits
    is_private: bool = False
    is_listed: bool = False


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
    `also` are further articles that the rules would have joined. `against` are the comparisons that
    another order of arrival would have asked first, with another end: those of `also`, and of
    tellings of this article that are not this one by themselves. Its place is counted as one that
    depends on the order.
    """

    article_id: int
    variant_id: int | None
    verdict: Verdict
    also: tuple[int, ...] = ()
    against: tuple[Event, ...] = ()
    relations: tuple[Event, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """An article not seen before. `recycled` tells that its guid or address named another one.

    `against` are comparisons that would have joined it, had no other telling spoken against them.
    """

    relations: tuple[Event, ...] = ()
    recycled: bool = False
    against: tuple[Event, ...] = ()
    events: tuple[Event, ...] = ()


Decision = Seen | Revised | Joined | New

_BY_HAND: Final = Verdict(
    kind=Kind.SAME, rule="hand", why="someone decided that they are one", strength=100.0
)

_BY_NEIGHBOURS: Final = Verdict(
    kind=Kind.REVISION,
    rule="migrated",
    why="the feed gave all its items new guids, and this one stood in it before",
    strength=2.0,
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
    migrated_from: int | None = None,
) -> Decision:
    """Return what an entry of a feed comes to.

    `digest` is of what the entry states; equal to the known sighting's, nothing else is asked.
    `candidates` hold every telling that shares a key, in any order, doubles allowed; a private
    entry is given the same candidates, and joins without showing itself (its variant is private).
    `migrated_from` is the variant that it is because its whole feed gave new guids
    (`archive.identity.migration`): joined where the rules join nothing, unless a mark parts them.
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
    joinable = _by_hand(candidates, hand) or _joinable(allowed) or _moved(allowed, migrated_from)
    told = tuple(events[:MAX_EVENTS])
    if not joinable:
        against = tuple(e for e in allowed if e.verdict.is_one)
        return New(relations=relations, recycled=known is not None, against=against, events=told)
    best = joinable[0]
    others = sorted({e.article_id for e in joinable} - {best.article_id})
    return Joined(
        article_id=best.article_id,
        variant_id=_variant_for(entry, best.article_id, candidates, is_private),
        verdict=best.verdict,
        also=tuple(others),
        against=_against(best, joinable, allowed),
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


def _compared(entry: Traits, candidates: Sequence[Candidate], facts: SiteFacts) -> list[Event]:
    """Return a verdict for each variant compared, the strongest first, in an order of their own."""
    verdicts = [_verdict(entry, candidate, facts) for candidate in candidates]
    if any(verdict.rule in _ID_RULES for verdict in verdicts):
        common = _common_ids(entry, candidates)
        if common:
            bare = _without_ids(entry, common)
            verdicts = [_verdict(bare, candidate, facts) for candidate in candidates]
    best: dict[tuple[int, int], Verdict] = {}
    for candidate, verdict in zip(candidates, verdicts, strict=True):
        key = (candidate.article_id, candidate.variant_id)
        if key not in best or _rank(verdict) < _rank(best[key]):
            best[key] = verdict
    events = [Event(article_id=a, variant_id=v, verdict=best[a, v]) for a, v in best]
    return sorted(events, key=lambda e: (_rank(e.verdict), e.article_id, e.variant_id))


def _verdict(entry: Traits, candidate: Candidate, facts: SiteFacts) -> Verdict:
    verdict = compare(entry, candidate.traits, site_facts=facts)
    if not candidate.is_listed or not verdict.is_one or verdict.rule in _PLACE_RULES:
        return verdict
    if _is_repeated(entry, candidate.traits):
        return verdict
    return Verdict(
        kind=Kind.DIFFERENT,
        rule="listed",
        why="the feed lists both at once, as two",
        scores=verdict.scores,
    )


def _is_repeated(one: Traits, other: Traits) -> bool:
    """Tell whether two items of one document are one article all the same.

    A paper that lists an article in two sections words it as once; its account number, its mould and its blurb stand
    in all of its addresses and texts. A reader of many papers may list a wire story of two, each under its headline.
    """
    if one.telling.site == other.telling.site != "":
        return title_likeness(one, other) >= SAME_TITLE and _stands_in(one, other, SAME_RUNS)
    if title_likeness(one, other) >= SAME_TITLE:
        return _stands_in(one, other, 0.5)
    return one.words == other.words or jaccard(one.shingles, other.shingles) >= 0.9


def _stands_in(one: Traits, other: Traits, share: float) -> bool:
    """Tell whether so much of the shorter text is in the longer: a feed's, and its page's."""
    if one.words == other.words:
        return True
    is_told = min(len(one.words), len(other.words)) >= MIN_TOLD_WORDS
    return is_told and containment(one.shingles, other.shingles) >= share


def _common_ids(entry: Traits, candidates: Iterable[Candidate]) -> frozenset[str]:
    """Return the numbers in the entry's addresses that two articles of its site have: an account's, a section's."""
    mine = entry.ids.opaque | entry.ids.numeric
    holders: dict[str, set[int]] = {}
    for candidate in candidates:
        if candidate.traits.telling.site == entry.telling.site:
            theirs = candidate.traits.ids.opaque | candidate.traits.ids.numeric
            for number in mine & theirs:
                holders.setdefault(number, set()).add(candidate.article_id)
    return frozenset(number for number, held in holders.items() if len(held) > 1)


def _without_ids(traits: Traits, common: frozenset[str]) -> Traits:
    """Return the same traits, but for some numbers of its addresses."""
    bare = Traits(telling=traits.telling, url_keys=traits.url_keys)
    vars(bare).update(vars(traits))  # what was measured already
    vars(bare)["ids"] = Ids(traits.ids.opaque - common, traits.ids.numeric - common)
    return bare


def _joinable(events: Sequence[Event]) -> list[Event]:
    """Return what may be joined: not on words where another telling of the article bears a mark.

    Part 1 and part 2 may each run like the whole; that makes them no part of one another.
    """
    marked = {e.article_id for e in events if e.verdict.rule in MARKS}
    return [
        e for e in events if e.verdict.is_one and (e.verdict.is_proof or e.article_id not in marked)
    ]


def _moved(events: Sequence[Event], variant_id: int | None) -> list[Event]:
    """Return the telling that the entry is by its neighbours' word, with the scores that did not suffice."""
    return [
        replace(e, verdict=replace(_BY_NEIGHBOURS, scores=e.verdict.scores))
        for e in events
        if e.variant_id == variant_id and e.verdict.rule not in MARKS
    ]


def _against(best: Event, joinable: Sequence[Event], events: Sequence[Event]) -> tuple[Event, ...]:
    """Return what another order of arrival would have asked first. A hand asks for no order."""
    if best.verdict is _BY_HAND:
        return ()
    elsewhere = [e for e in joinable if e.article_id != best.article_id]
    unlike = [e for e in events if e.article_id == best.article_id and not e.verdict.is_one]
    # An address, guid or id proves it whichever telling comes first.
    return tuple(elsewhere if best.verdict.is_proof else elsewhere + unlike)


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
