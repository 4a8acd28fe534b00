"""The cascade: whether two tellings are one article, and which rule says so.

`compare` is pure and symmetric. Rules stand in the order of their proof: addresses, guids, ids,
then words; a guard may stop a rule of words (`archive.identity.mould`). The worse error is two
articles made one, so every threshold leans that way, and each says what it was measured on.
Called by `archive.identity.decide` for the few candidates that share a key with a new sighting.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Final

from archive.identity.address import has_id_or_date, is_durable
from archive.identity.likeness import (
    Shingle,
    Traits,
    agreement,
    containment,
    coverage,
    jaccard,
    shingles_of,
    title_likeness,
)
from archive.identity.mould import (
    Mark,
    are_misread,
    day_mark,
    name_mark,
    part_mark,
    subject_mark,
    title_mark,
)


class Kind(StrEnum):
    """What two tellings are to each other. The first two are one article."""

    SAME = "same"
    REVISION = "revision"
    RELATED = "related"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What `compare` found. `why` is one sentence; `strength` orders verdicts, stronger is greater.

    `scores` hold what was measured on the way, by name: title, shingles (J3), contained (C),
    numbers, days (apart).
    """

    kind: Kind
    rule: str
    why: str
    scores: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    strength: float = 0.0

    @property
    def is_one(self) -> bool:
        """Tell whether the two are one article."""
        return self.kind in (Kind.SAME, Kind.REVISION)

    @property
    def is_proof(self) -> bool:
        """Tell whether an address, guid or id decided, not words."""
        return self.strength >= PROOF


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """What many articles of a site taught: both sides of a comparison are of that site.

    `mould` are runs of three words that stand in many articles, `blurbs` the words of summaries
    that stand on three or more; neither says anything of one article. `guids_unique` is False once
    the feed gave one guid to two articles.
    """

    mould: frozenset[Shingle] = frozenset()
    blurbs: frozenset[tuple[str, ...]] = frozenset()
    guids_unique: bool = True


PROOF: Final = 6.5
"""Verdicts of addresses, guids and ids are at least this strong, those of words less."""

MARKS: Final = frozenset({"parts", "days", "names", "subjects", "listed"})
"""Rules of `archive.identity.mould`: they show that two likenesses are two articles."""

NO_FACTS: Final = SiteFacts()

# ---- thresholds, each with its reason; docs/identity.md has what moves when they move -----------

MAX_GAP: Final = timedelta(days=30)  # words alone join no further: what returns after is a repeat
RECYCLED_GAP: Final = timedelta(hours=12)  # another article under an address; sooner is an edit
SHORT_GAP: Final = timedelta(days=3)

UNLIKE_TEXT: Final = 0.08  # unrelated texts of one desk share up to .05 of their shingles
UNLIKE_TITLE: Final = 0.34  # two unrelated headlines share a third of their letters at most
STRANGE_TEXT: Final = 0.03
STRANGE_TITLE: Final = 0.25  # under a long slug only what shares nothing is another article

GUID_TITLE: Final = 0.5
GUID_TEXT: Final = 0.3

LONG_WORDS: Final = 150
SHORT_WORDS: Final = 20  # below, shingles are too few to count
BLURB_WORDS: Final = 60  # a summary this short proves nothing without its title
MIN_SHORT_TITLE: Final = 5
MIN_SUMMARY_WORDS: Final = 8
HEAD_FACTOR: Final = 2.0  # a summary is sought in the head: twice its length, and HEAD_MIN words
HEAD_MIN: Final = 150

SURE_TITLE: Final = 0.9

RELATED_TEXT: Final = 0.2


class _Pair:
    """Two tellings, and what is measured of them, once and only when asked."""

    def __init__(self, a: Traits, b: Traits, facts: SiteFacts) -> None:
        # The longer first, so that every rule is symmetric; equal lengths are put in order by
        # words, and where those are equal too no measure can tell the two apart.
        self.long, self.short = sorted((a, b), key=lambda t: (-t.n_words, t.words, t.title_words))
        self.facts = facts
        self.is_one_site = a.telling.site == b.telling.site != ""
        self.is_one_feed = a.telling.feed_id == b.telling.feed_id

    @cached_property
    def title(self) -> float:
        return title_likeness(self.long, self.short)

    @cached_property
    def shingles(self) -> float:
        mould = self.facts.mould
        return jaccard(self.long.shingles - mould, self.short.shingles - mould)

    @cached_property
    def contained(self) -> float:
        mould = self.facts.mould
        return containment(self.long.shingles - mould, self.short.shingles - mould)

    @cached_property
    def in_head(self) -> float:
        """How much of the shorter text stands in the head of the longer."""
        n = max(HEAD_MIN, int(HEAD_FACTOR * self.short.n_words))
        head = frozenset(shingles_of(self.long.words[:n], 3))
        return coverage(self.short.shingles, head)

    @cached_property
    def numbers(self) -> float:
        return agreement(self.long.numbers, self.short.numbers)

    @cached_property
    def seen_gap(self) -> timedelta:
        return abs(self.long.telling.at - self.short.telling.at)

    @cached_property
    def gap(self) -> timedelta:
        """How far apart: as published or as seen, whichever is nearer (an old item in a new feed)."""
        one, other = self.long.telling.published_at, self.short.telling.published_at
        if one is None or other is None:
            return self.seen_gap
        return min(self.seen_gap, abs(one - other))

    @cached_property
    def is_published_at_once(self) -> bool:
        """Tell whether the publisher dates both to the same second (midnight is no time of day)."""
        one, other = self.long.telling.published_at, self.short.telling.published_at
        return one is not None and one == other and one.time() != time(0)

    @cached_property
    def are_listed_together(self) -> bool:
        """Tell whether one document showed both for the first time: its publisher says they are two."""
        one, other = self.long, self.short
        if not (self.is_one_feed and self.is_one_site) or one.telling.at != other.telling.at:
            return False
        return self.guids_differ or one.url_keys != other.url_keys

    @cached_property
    def has_equal_texts(self) -> bool:
        return self.long.words == self.short.words

    @cached_property
    def guids_differ(self) -> bool:
        one, other = self.long.telling.guid, self.short.telling.guid
        return self.is_one_feed and bool(one) and bool(other) and one != other

    def is_unlike(self, text: float, title: float) -> bool:
        """Tell whether neither words nor title speak for one article; silence does not speak against."""
        if not self.short.words and not self.long.words:
            return bool(self.short.title_words and self.long.title_words) and self.title < title
        return self.contained < text and self.title < title

    def scores(self) -> Mapping[str, float]:
        known: dict[str, float] = vars(self)
        found: dict[str, float] = {name: round(known[name], 3) for name in _SCORES if name in known}
        if "gap" in known:
            found["days"] = round(self.gap / timedelta(days=1), 2)
        return MappingProxyType(found)


_SCORES: Final = ("title", "shingles", "contained", "in_head", "numbers")


def compare(a: Traits, b: Traits, *, site_facts: SiteFacts = NO_FACTS) -> Verdict:
    """Return what two tellings are to each other, by the first rule that knows.

    Symmetric, and never SAME on nothing: two tellings without address, guid and words are
    DIFFERENT. 30 us where an address decides, .1 to 1 ms where words do.
    """
    pair = _Pair(a, b, site_facts)
    for rule in _PROOFS:
        if (verdict := rule(pair)) is not None:
            return verdict
    if mark := part_mark(pair.long, pair.short):
        return _apart(pair, mark, related=pair.title >= 0.5 or pair.contained >= GUID_TEXT)
    if pair.gap > MAX_GAP:
        return _far(pair)
    for rule in _WORD_RULES:
        if (verdict := rule(pair)) is not None:
            return _guarded(pair, verdict)
    return _unlike(pair)


# ---- proofs: addresses, guids, ids --------------------------------------------------------------


def _by_address(pair: _Pair) -> Verdict | None:
    shared = _shared_addresses(pair)
    if not shared or _shows_another(pair, shared):
        return None
    return _one(pair, "address", f"both are at {shared[0]}", 10.0)


def _shared_addresses(pair: _Pair) -> list[str]:
    return [key for key in pair.long.url_keys if key in pair.short.url_keys]


def _shows_another(pair: _Pair, shared: list[str]) -> bool:
    """Tell whether an address was used again: what it shows now shares nothing with what it showed."""
    if pair.guids_differ and pair.are_listed_together:
        # Two posts of a live blog, or a page that all items link to. There every title may run alike
        # ("Notice: ..."), so texts that share nothing are enough to part them.
        if pair.short.words and pair.long.words:
            return pair.contained < UNLIKE_TEXT
        return pair.is_unlike(UNLIKE_TEXT, UNLIKE_TITLE)
    if any(has_id_or_date(key) for key in shared):
        return False
    if pair.seen_gap <= RECYCLED_GAP and not pair.guids_differ:
        return False
    if any(is_durable(key) for key in shared):
        is_told = pair.short.n_words >= SHORT_WORDS
        return is_told and pair.is_unlike(STRANGE_TEXT, STRANGE_TITLE)
    return pair.is_unlike(UNLIKE_TEXT, UNLIKE_TITLE)


def _by_guid(pair: _Pair) -> Verdict | None:
    one, other = pair.long.telling, pair.short.telling
    if not one.guid or one.guid != other.guid or not pair.is_one_feed or one.site != other.site:
        return None
    if not pair.facts.guids_unique:
        return None
    is_silent = not (pair.short.words and pair.long.words) and not (
        pair.short.title_words and pair.long.title_words
    )
    if is_silent or pair.contained >= GUID_TEXT:
        return _one(pair, "guid", "the feed gave both one guid", 9.0)
    if pair.title >= GUID_TITLE and day_mark(pair.long, pair.short) is None:
        return _one(pair, "guid", "the feed gave both one guid, and the titles agree", 9.0)
    return None


def _by_id(pair: _Pair) -> Verdict | None:
    if not pair.is_one_site:
        return None
    if (addresses := _shared_addresses(pair)) and _shows_another(pair, addresses):
        return None  # the number is that of the address, which proved nothing
    if shared := pair.long.ids.opaque & pair.short.ids.opaque:
        if pair.short.n_words >= SHORT_WORDS and pair.is_unlike(STRANGE_TEXT, STRANGE_TITLE):
            return None
        return _one(pair, "id", f"the site numbered both {min(shared)}", 8.0)
    shared = pair.long.ids.numeric & pair.short.ids.numeric
    if not shared or (pair.title < GUID_TITLE and pair.contained < GUID_TEXT):
        return None
    if part_mark(pair.long, pair.short) or day_mark(pair.long, pair.short):
        return None
    return _one(pair, "number", f"the site numbered both {min(shared)}, and they are alike", 7.0)


# ---- words --------------------------------------------------------------------------------------


def _by_short_text(pair: _Pair) -> Verdict | None:
    """Join short items on the whole of what they say: title, its numbers, text."""
    short, long = pair.short, pair.long
    if short.n_words >= SHORT_WORDS or pair.gap > SHORT_GAP:
        return None
    if short.title_words != long.title_words or len(short.title_words) < MIN_SHORT_TITLE:
        return None
    is_head = long.words[: short.n_words] == short.words
    if not is_head:
        return None
    if short.n_words < MIN_SUMMARY_WORDS and (not pair.is_one_site or pair.are_listed_together):
        return None
    return _one(pair, "short", "the same title over the same few words", 4.0)


def _by_standfirst(pair: _Pair) -> Verdict | None:
    """Join two headlines over one hand-written line: the desk changed the title and the address.

    In 326,000 sightings an equal line under like titles within four days was one article but once.
    """
    one, other = pair.long, pair.short
    line = other.brief
    if not pair.is_one_site or line != one.brief or line in pair.facts.blurbs:
        return None
    if len(other.words) > len(line):  # both have a text of their own: let that speak
        return None
    if pair.gap > SHORT_GAP or pair.are_listed_together:
        return None
    min_words, min_title = (3, 0.30) if pair.is_published_at_once else (5, UNLIKE_TITLE)
    if len(line) < min_words or pair.title < min_title:
        return None
    if one.title_numbers != other.title_numbers or title_mark(one, other):
        return None
    return _one(pair, "standfirst", "like titles over one and the same line", 4.2)


def _by_likeness(pair: _Pair) -> Verdict | None:
    if pair.short.n_words < SHORT_WORDS or not _runs_alike(pair) or _is_blurb(pair):
        return None
    share = max(pair.shingles, pair.contained)
    return _one(pair, "likeness", f"{share:.0%} of the words run alike", 5.0 + pair.shingles)


def _runs_alike(pair: _Pair) -> bool:
    """Tell whether enough of the words run alike, for how much the numbers and the title agree.

    Numbers keep moulds apart (weather, closings, matches): without them 22 % of hard negatives
    were merged. The longer a text and the surer its title, the less a moved number tells.
    """
    n_words = pair.short.n_words
    if pair.is_one_site:
        is_like = (
            (pair.shingles >= 0.90 and pair.numbers >= 0.6)
            or (pair.shingles >= 0.55 and pair.numbers >= 0.8)
            or (pair.contained >= 0.80 and pair.numbers >= 0.6 and n_words >= LONG_WORDS)
        )
    else:
        is_like = (pair.shingles >= 0.50 and pair.numbers >= 0.55) or (
            pair.contained >= 0.80 and pair.numbers >= 0.8 and n_words >= BLURB_WORDS
        )
    if is_like or n_words < LONG_WORDS or pair.shingles < 0.4 or pair.title < SURE_TITLE:
        return is_like
    if len(pair.short.title_words) < MIN_SHORT_TITLE:  # "Girls basketball", "The news at noon"
        return False
    if pair.shingles >= 0.95:
        return pair.numbers >= 0.4  # a correction of one figure among few
    return pair.contained >= 0.6 and pair.numbers >= 0.7 and pair.gap <= SHORT_GAP


def _by_summary(pair: _Pair) -> Verdict | None:
    short = pair.short
    if short.n_words < MIN_SUMMARY_WORDS or short.n_words > 0.8 * pair.long.n_words:
        return None
    needed = 0.9 if pair.is_one_site else 0.8
    if pair.title >= SURE_TITLE and short.n_words >= SHORT_WORDS:
        needed = 0.7
    if pair.in_head < needed or pair.numbers < 0.8 or _is_blurb(pair):
        return None
    return _one(pair, "summary", f"one is the head of the other ({pair.in_head:.0%})", 4.5)


def _is_blurb(pair: _Pair) -> bool:
    """Tell whether the shorter is a few words that may stand under any title."""
    if pair.short.words in pair.facts.blurbs:
        return True
    if pair.short.n_words >= BLURB_WORDS or pair.title >= 0.3:
        return False
    return not _is_told(pair.short.title_words, pair.long.words)


def _is_told(title: tuple[str, ...], text: tuple[str, ...]) -> bool:
    """Tell whether a text says what a headline says, in its words: a headline taken from it."""
    if len(title) < MIN_SHORT_TITLE:
        return False
    return coverage(frozenset(shingles_of(title, 3)), frozenset(shingles_of(text, 3))) >= 0.8


def _by_letters(pair: _Pair) -> Verdict | None:
    """Join texts whose letters were misread (a scan, a broken encoding): runs of letters survive."""
    short, long = pair.short, pair.long
    if short.n_words < SHORT_WORDS or len(short.folded) <= 0.8 * len(long.folded):
        return None
    if pair.contained < 0.1 or _is_blurb(pair):  # even at 5 % misread letters .3 of shingles live
        return None
    share = jaccard(long.grams, short.grams)
    if share < 0.45 or pair.numbers < 0.5 or not are_misread(long, short):
        return None
    return _one(pair, "letters", f"{share:.0%} of the letters run alike", 3.0 + share)


_PROOFS: Final = (_by_address, _by_guid, _by_id)
_WORD_RULES: Final = (
    _by_short_text,
    _by_standfirst,
    _by_likeness,
    _by_summary,
    _by_letters,
)


# ---- verdicts -----------------------------------------------------------------------------------


def _one(pair: _Pair, rule: str, why: str, strength: float) -> Verdict:
    is_unchanged = pair.has_equal_texts and pair.long.title_words == pair.short.title_words
    kind = Kind.SAME if is_unchanged or not pair.is_one_site else Kind.REVISION
    return Verdict(kind=kind, rule=rule, why=why, scores=pair.scores(), strength=strength)


def _guarded(pair: _Pair, verdict: Verdict) -> Verdict:
    """Let a verdict of words stand unless a mark shows that the words are a mould's."""
    if pair.has_equal_texts and pair.long.title_words == pair.short.title_words:
        return verdict
    long, short = pair.long, pair.short
    mark = day_mark(long, short) or subject_mark(long, short) or name_mark(long, short)
    if mark is None and pair.are_listed_together and not _is_repeated(pair):
        mark = Mark(rule="listed", why="the feed lists both at once, as two")
    return verdict if mark is None else _apart(pair, mark, related=False)


def _is_repeated(pair: _Pair) -> bool:
    """Tell whether two items of one document are the same to the letter, or all but."""
    return pair.title >= SURE_TITLE and (pair.has_equal_texts or pair.shingles >= 0.95)


def _apart(pair: _Pair, mark: Mark, *, related: bool) -> Verdict:
    kind = Kind.RELATED if related else Kind.DIFFERENT
    return Verdict(kind=kind, rule=mark.rule, why=mark.why, scores=pair.scores())


def _far(pair: _Pair) -> Verdict:
    is_like = pair.contained >= 0.5 and pair.short.n_words >= SHORT_WORDS
    kind = Kind.RELATED if is_like else Kind.DIFFERENT
    why = f"{pair.gap.days} days apart, and only words to go by"
    return Verdict(kind=kind, rule="far", why=why, scores=pair.scores())


def _unlike(pair: _Pair) -> Verdict:
    if pair.short.n_words >= SHORT_WORDS and pair.contained >= RELATED_TEXT:
        why = f"{pair.contained:.0%} of the shorter text stands in the other"
        return Verdict(kind=Kind.RELATED, rule="quotes", why=why, scores=pair.scores())
    why = "no rule speaks for one article"
    return Verdict(kind=Kind.DIFFERENT, rule="unlike", why=why, scores=pair.scores())
