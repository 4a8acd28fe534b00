"""The cascade: whether two tellings are one article, and which rule says so.

`compare` is pure and symmetric. Rules stand in the order of their proof: addresses, guids, ids,
then words; a guard may stop a rule of words (`archive.identity.mould`). The worse error is two
articles made one, so every threshold leans that way, and each says what it was measured on.
Called by `archive.identity.decide` for the few candidates that share a key with a new sighting.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from archive.identity.address import has_id_or_date, is_durable
from archive.identity.likeness import Traits, coverage, jaccard, shingles_of
from archive.identity.limits import LIMITS, Limits
from archive.identity.mould import (
    Mark,
    are_misread,
    day_mark,
    name_mark,
    part_mark,
    slot_mark,
    subject_mark,
    title_mark,
)
from archive.identity.pair import NO_FACTS, Pair, SiteFacts
from archive.identity.slots import has_digit

__all__ = ["MARKS", "NO_FACTS", "PROOF", "Kind", "Limits", "SiteFacts", "Verdict", "compare"]


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


PROOF: Final = 6.5
"""Verdicts of addresses, guids and ids are at least this strong, those of words less."""

MIN_NAMES: Final = 3  # a text with fewer names nobody

MARKS: Final = frozenset({"parts", "days", "names", "slots", "subjects", "listed"})
"""Rules of `archive.identity.mould`: they show that two likenesses are two articles."""


def compare(
    a: Traits, b: Traits, *, site_facts: SiteFacts = NO_FACTS, limits: Limits = LIMITS
) -> Verdict:
    """Return what two tellings are to each other, by the first rule that knows.

    Symmetric, and never SAME on nothing: two tellings without address, guid and words are
    DIFFERENT. 30 us where an address decides, .1 to 1 ms where words do.
    """
    pair = Pair(a, b, site_facts, limits)
    for rule in _PROOFS:
        if (verdict := rule(pair)) is not None:
            return verdict
    if mark := part_mark(pair.long, pair.short):
        is_near = pair.title >= 0.5 or pair.contained >= limits.guid_text
        return _apart(pair, mark, related=is_near)
    if pair.gap_h > limits.far_h:
        return _far(pair)
    for rule in _WORD_RULES:
        if (verdict := rule(pair)) is not None:
            return _guarded(pair, verdict)
    return _unlike(pair)


# ---- proofs: addresses, guids, ids --------------------------------------------------------------


def _by_address(pair: Pair) -> Verdict | None:
    if not pair.shared_addresses or _shows_another(pair):
        return None
    return _one(pair, "address", f"both are at {pair.shared_addresses[0]}", 10.0)


def _shows_another(pair: Pair) -> bool:
    """Tell whether an address was used again: what it shows now shares nothing with what it showed."""
    at = pair.limits
    if pair.guids_differ and pair.are_listed_together:
        # Two posts of a live blog, or a page that all items link to. There every title may run alike
        # ("Notice: ..."), so texts that share nothing are enough to part them.
        if pair.short.words and pair.long.words:
            return pair.contained < at.unlike_text
        return pair.is_unlike(at.unlike_text, at.unlike_title)
    if any(has_id_or_date(key) for key in pair.shared_addresses):
        return False
    if pair.seen_gap_h <= at.recycled_h and not pair.guids_differ:
        return False
    if any(is_durable(key) for key in pair.shared_addresses):
        is_told = pair.short.n_words >= at.short_words
        return is_told and pair.is_unlike(at.strange_text, at.strange_title)
    return pair.is_unlike(at.unlike_text, at.unlike_title)


def _by_guid(pair: Pair) -> Verdict | None:
    one, other = pair.long.telling, pair.short.telling
    if not one.guid or one.guid != other.guid or not pair.is_one_feed or one.site != other.site:
        return None
    if not pair.facts.guids_unique:
        return None
    is_silent = not (pair.short.words and pair.long.words) and not (
        pair.short.title_words and pair.long.title_words
    )
    if is_silent or pair.contained >= pair.limits.guid_text:
        return _one(pair, "guid", "the feed gave both one guid", 9.0)
    if pair.title >= pair.limits.guid_title and day_mark(pair.long, pair.short) is None:
        return _one(pair, "guid", "the feed gave both one guid, and the titles agree", 9.0)
    return None


def _by_id(pair: Pair) -> Verdict | None:
    at = pair.limits
    if not pair.is_one_site:
        return None
    if pair.shared_addresses and _shows_another(pair):
        return None  # the number is that of the address, which proved nothing
    if shared := pair.long.ids.opaque & pair.short.ids.opaque:
        is_told = pair.short.n_words >= at.short_words
        if is_told and pair.is_unlike(at.strange_text, at.strange_title):
            return None
        return _one(pair, "id", f"the site numbered both {min(shared)}", 8.0)
    shared = pair.long.ids.numeric & pair.short.ids.numeric
    if not shared or (pair.title < at.guid_title and pair.contained < at.guid_text):
        return None
    if part_mark(pair.long, pair.short) or day_mark(pair.long, pair.short):
        return None
    return _one(pair, "number", f"the site numbered both {min(shared)}, and they are alike", 7.0)


# ---- words --------------------------------------------------------------------------------------


def _by_short_text(pair: Pair) -> Verdict | None:
    """Join short items on the whole of what they say: title, its numbers, text."""
    short, long, at = pair.short, pair.long, pair.limits
    if short.n_words >= at.short_words or pair.gap_h > at.short_h:
        return None
    if short.title_words != long.title_words or len(short.title_words) < at.title_words:
        return None
    is_head = long.words[: len(short.words)] == short.words
    if not is_head:
        return None
    if short.n_words < at.summary_words and (not pair.is_one_site or pair.are_listed_together):
        return None
    return _one(pair, "short", "the same title over the same few words", 4.0)


def _by_standfirst(pair: Pair) -> Verdict | None:
    """Join two headlines over one hand-written line: the desk changed the title and the address.

    In 326,000 sightings an equal line under like titles within four days was one article but once.
    """
    one, other, at = pair.long, pair.short, pair.limits
    line = other.brief
    if not pair.is_one_site or line != one.brief or line in pair.facts.blurbs:
        return None
    if len(other.words) > len(line):  # both have a text of their own: let that speak
        return None
    if pair.gap_h > at.short_h or pair.are_listed_together:
        return None
    min_words, min_title = 5, at.line_title
    if pair.is_published_at_once:
        min_words, min_title = 3, at.line_title_at_once
    if len(line) < min_words or pair.title < min_title:
        return None
    if one.title_numbers != other.title_numbers or title_mark(one, other):
        return None
    return _one(pair, "standfirst", "like titles over one and the same line", 4.2)


def _by_likeness(pair: Pair) -> Verdict | None:
    if pair.short.n_words < pair.limits.short_words or not _runs_alike(pair) or _is_blurb(pair):
        return None
    share = max(pair.shingles, pair.contained)
    return _one(pair, "likeness", f"{share:.0%} of the words run alike", 5.0 + pair.shingles)


def _runs_alike(pair: Pair) -> bool:
    """Tell whether enough of the words run alike, for how much the numbers and the title agree.

    Numbers keep moulds apart (weather, closings, matches): without them 22 % of hard negatives
    were merged. The longer a text and the surer its title, the less a moved number tells.
    """
    at, n_words = pair.limits, pair.short.n_words
    if pair.is_one_site:
        is_like = (
            (pair.shingles >= at.near_text and pair.numbers >= at.near_numbers)
            or (pair.shingles >= at.like_text and pair.numbers >= at.like_numbers)
            or (
                pair.contained >= at.held_text
                and pair.numbers >= at.held_numbers
                and n_words >= at.long_words
                and not _is_quoted(pair)
            )
        )
    else:
        is_like = (
            (pair.shingles >= at.copy_text and pair.numbers >= at.copy_numbers)
            or (
                pair.contained >= at.copy_held
                and pair.numbers >= at.copy_held_numbers
                and n_words >= at.blurb_words
                and not _is_quoted(pair)
            )
            or _has_own_lead(pair)
        )
    if is_like or n_words < at.long_words:
        return is_like
    if pair.shingles < at.edited_text or pair.title < at.sure_title:
        return False
    if len(pair.short.title_words) < at.title_words:  # "Girls basketball", "The news at noon"
        return False
    if pair.shingles >= at.one_figure_text:
        return pair.numbers >= at.one_figure_numbers  # a correction of one figure among few
    is_held = pair.contained >= at.edited_held and pair.numbers >= at.edited_numbers
    return is_held and pair.gap_h <= at.short_h


def _is_quoted(pair: Pair) -> bool:
    """Tell whether the longer may be another story with the shorter as its background.

    Such a one has a headline and an opening of its own; a story that was cut at its end, or that
    grew, keeps one of the two.
    """
    at = pair.limits
    return pair.title < at.blurb_title and pair.opening < at.quoted_opening


def _has_own_lead(pair: Pair) -> bool:
    """Tell whether two papers print one wire story under leads of their own, perhaps cut.

    Most of either text is the other's, where a story that quotes another is mostly its own.
    """
    at = pair.limits
    is_most = pair.contained >= at.own_lead_held and pair.shingles >= at.own_lead_text
    is_told = pair.short.n_words >= at.blurb_words and pair.gap_h <= at.short_h
    return is_most and is_told and pair.numbers >= at.copy_held_numbers


def _by_moved_figures(pair: Pair) -> Verdict | None:
    """Join one story whose figures moved within a day: a toll that rose, a sum put right.

    In a story figures are few among the words and the rest stays; a weather report, a closing or a
    count has a figure in every sentence, and its next issue comes a day later.
    """
    at, long, short = pair.limits, pair.long, pair.short
    if not pair.is_one_site or short.n_words < at.blurb_words or pair.gap_h > at.moved_h:
        return None
    moved = long.numbers - short.numbers, short.numbers - long.numbers
    if not all(1 <= len(figures) <= at.moved_figures for figures in moved):
        return None
    if _is_of_figures(long, at) or _is_of_figures(short, at):
        return None
    titles = [[w for w in t.title_words if not has_digit(w)] for t in (long, short)]
    if titles[0] != titles[1] or len(titles[0]) < min(at.title_words, len(short.title_words)) - 1:
        return None
    if pair.without_figures < at.moved_text:
        return None
    return _one(pair, "figures", "one story within a day, in which only figures moved", 4.6)


def _is_of_figures(traits: Traits, limits: Limits) -> bool:
    """Tell whether a text is made of figures."""
    n_figures = sum(map(has_digit, traits.words))
    return n_figures > limits.moved_density * traits.n_words


def _by_headline(pair: Pair) -> Verdict | None:
    """Join a story that was told anew under its headline: the same words throughout, the same names.

    Where a text shares only a frame, a background or furniture, some third of it shares next to
    nothing. In scripts without capitals figures must answer for the names.
    """
    at, long, short = pair.limits, pair.long, pair.short
    if not pair.is_one_site or short.n_words < at.blurb_words or pair.gap_h > at.short_h:
        return None
    if pair.title < at.sure_title or len(short.title_words) < at.title_words:
        return None
    if pair.contained < at.headline_held or pair.numbers < at.headline_numbers:
        return None
    has_names = min(len(long.names), len(short.names)) >= MIN_NAMES
    if pair.names < at.headline_names if has_names else not (long.numbers and short.numbers):
        return None
    if pair.throughout < at.headline_throughout:
        return None
    return _one(pair, "headline", "one headline over the same words throughout", 3.5)


def _by_summary(pair: Pair) -> Verdict | None:
    at, short = pair.limits, pair.short
    if short.n_words < at.summary_words or short.n_words > at.summary_part * pair.long.n_words:
        return None
    needed = at.summary_here if pair.is_one_site else at.summary_there
    if pair.title >= at.sure_title and short.n_words >= at.short_words:
        needed = at.summary_titled
    if pair.in_head < needed or pair.numbers < at.summary_numbers or _is_blurb(pair):
        return None
    return _one(pair, "summary", f"one is the head of the other ({pair.in_head:.0%})", 4.5)


def _is_blurb(pair: Pair) -> bool:
    """Tell whether the shorter may stand under any title: a few words, or a paper's wall or error page."""
    at = pair.limits
    if pair.short.words in pair.facts.blurbs:
        return True
    if pair.title >= at.blurb_title:
        return False
    if pair.short.n_words < at.blurb_words:
        return not _is_told(pair.short.title_words, pair.long.words, at)
    return not any(
        _is_spoken_of(t.title_words, pair.short.words, at) for t in (pair.long, pair.short)
    )


def _is_told(title: tuple[str, ...], text: tuple[str, ...], limits: Limits) -> bool:
    """Tell whether a text says what a headline says, in its words: a headline taken from it."""
    if len(title) < limits.title_words:
        return False
    runs = frozenset(shingles_of(title, 3)), frozenset(shingles_of(text, 3))
    return coverage(*runs) >= limits.told_title


def _is_spoken_of(title: tuple[str, ...], text: tuple[str, ...], limits: Limits) -> bool:
    """Tell whether a text holds words that a headline is about; a headline without such words is."""
    about = frozenset(word for word in title if len(word) > 3 or not word.isascii())
    return not about or coverage(about, frozenset(text)) >= limits.spoken_title


def _by_letters(pair: Pair) -> Verdict | None:
    """Join texts whose letters were misread (a scan, a broken encoding): runs of letters survive."""
    at, short, long = pair.limits, pair.short, pair.long
    if short.n_words < at.short_words:
        return None
    if len(short.folded) <= at.letters_length * len(long.folded):
        return None
    # Figures first: they end it for most moulds, and runs of letters cost ten times as much.
    if pair.contained < at.letters_shingles or pair.numbers < at.letters_numbers:
        return None
    share = jaccard(long.grams, short.grams)
    if share < at.letters_text or _is_blurb(pair):
        return None
    if not are_misread(long, short, at):
        return None
    return _one(pair, "letters", f"{share:.0%} of the letters run alike", 3.0 + share)


_PROOFS: Final = (_by_address, _by_guid, _by_id)
_WORD_RULES: Final = (
    _by_short_text,
    _by_standfirst,
    _by_likeness,
    _by_moved_figures,
    _by_summary,
    _by_headline,
    _by_letters,
)


# ---- verdicts -----------------------------------------------------------------------------------


def _one(pair: Pair, rule: str, why: str, strength: float) -> Verdict:
    kind = Kind.SAME if pair.is_equal or not pair.is_one_site else Kind.REVISION
    return Verdict(kind=kind, rule=rule, why=why, scores=pair.scores(), strength=strength)


def _guarded(pair: Pair, verdict: Verdict) -> Verdict:
    """Let a verdict of words stand unless a mark shows that the words are a mould's."""
    if pair.is_equal:
        return verdict
    long, short, at = pair.long, pair.short, pair.limits
    mark = (
        day_mark(long, short)
        or subject_mark(long, short, pair.frame)
        or name_mark(long, short, at)
        or (None if verdict.rule == "letters" else slot_mark(long, short, pair.frame, at))
    )
    if mark is None and pair.are_listed_together and not _is_repeated(pair):
        mark = Mark(rule="listed", why="the feed lists both at once, as two")
    return verdict if mark is None else _apart(pair, mark, related=False)


def _is_repeated(pair: Pair) -> bool:
    """Tell whether two items of one document are the same to the letter, or all but."""
    at = pair.limits
    is_near = pair.has_equal_texts or pair.shingles >= at.one_figure_text
    return pair.title >= at.sure_title and is_near


def _apart(pair: Pair, mark: Mark, *, related: bool) -> Verdict:
    kind = Kind.RELATED if related else Kind.DIFFERENT
    return Verdict(kind=kind, rule=mark.rule, why=mark.why, scores=pair.scores())


def _far(pair: Pair) -> Verdict:
    is_like = pair.contained >= 0.5 and pair.short.n_words >= pair.limits.short_words
    kind = Kind.RELATED if is_like else Kind.DIFFERENT
    why = f"{pair.gap_h / 24:.0f} days apart, and only words to go by"
    return Verdict(kind=kind, rule="far", why=why, scores=pair.scores())


def _unlike(pair: Pair) -> Verdict:
    at = pair.limits
    if pair.short.n_words >= at.short_words and pair.contained >= at.quoted_text:
        why = f"{pair.contained:.0%} of the shorter text stands in the other"
        return Verdict(kind=Kind.RELATED, rule="quotes", why=why, scores=pair.scores())
    why = "no rule speaks for one article"
    return Verdict(kind=Kind.DIFFERENT, rule="unlike", why=why, scores=pair.scores())
