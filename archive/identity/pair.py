"""Two tellings side by side, and what is measured of them: once each, and only when a rule asks.

For `archive.identity.rules` alone, which says what the measures mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Final

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
from archive.identity.limits import LIMITS, Limits
from archive.identity.slots import Frame, has_digit


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


NO_FACTS: Final = SiteFacts()

_HOUR: Final = timedelta(hours=1)
_SCORES: Final = (
    "title",
    "shingles",
    "contained",
    "in_head",
    "numbers",
    "names",
    "throughout",
    "opening",
)


class Pair:
    """Two tellings, the longer first, so that every rule is symmetric.

    Equal lengths are put in order by words; where those are equal too, no measure can tell the two
    apart.
    """

    def __init__(
        self, a: Traits, b: Traits, facts: SiteFacts = NO_FACTS, limits: Limits = LIMITS
    ) -> None:
        self.long, self.short = sorted(
            (a, b), key=lambda t: (-len(t.words), t.words, t.title_words)
        )
        self.facts = facts
        self.limits = limits
        self.is_one_site = a.telling.site == b.telling.site != ""
        self.is_one_feed = a.telling.feed_id == b.telling.feed_id

    # ---- words ----------------------------------------------------------------------------------

    @cached_property
    def title(self) -> float:
        return title_likeness(self.long, self.short)

    @cached_property
    def _runs(self) -> tuple[frozenset[Shingle], frozenset[Shingle]]:
        mould = self.facts.mould
        return self.long.shingles - mould, self.short.shingles - mould

    @cached_property
    def shingles(self) -> float:
        return jaccard(*self._runs)

    @cached_property
    def contained(self) -> float:
        return containment(*self._runs)

    @cached_property
    def in_head(self) -> float:
        """How much of the shorter text stands in the head of the longer."""
        at, n = self.limits, len(self.short.words)
        n_head = max(at.head_words, at.head_factor * n)
        if self.title < at.blurb_title:  # under another headline, where the text begins or nowhere
            n_head = at.byline_words + n
        head = frozenset(shingles_of(self.long.words[: int(n_head)], 3))
        return coverage(self.short.shingles, head)

    @cached_property
    def numbers(self) -> float:
        return agreement(self.long.numbers, self.short.numbers)

    @cached_property
    def names(self) -> float:
        """How many of the names of the telling with fewer are names of the other too."""
        return containment(self.long.names, self.short.names)

    @cached_property
    def throughout(self) -> float:
        """How many of the words of either text the other has, in the third that shares the least."""
        return min(_least_shared(self.long, self.short), _least_shared(self.short, self.long))

    @cached_property
    def opening(self) -> float:
        """How many of the words that the longer text opens with the shorter has."""
        words = self.long.words
        return coverage(frozenset(words[: -(-len(words) // 3)]), frozenset(self.short.words))

    @cached_property
    def without_figures(self) -> float:
        """`contained`, of the runs of words that hold no figure."""
        long, short = (
            frozenset(run for run in runs if not any(map(has_digit, run))) for runs in self._runs
        )
        return containment(long, short)

    @cached_property
    def frame(self) -> Frame:
        """The two texts laid side by side; a slot has as many words more as the script makes of a text."""
        signs = len(self.long.words) / max(1, self.long.n_words)
        return Frame(
            self.long.words,
            self.short.words,
            self.long.shingles & self.short.shingles,
            signs * self.limits.slot_words,
        )

    @cached_property
    def has_equal_texts(self) -> bool:
        return self.long.words == self.short.words

    @property
    def is_equal(self) -> bool:
        """Tell whether headline and text are equal to the word."""
        return self.has_equal_texts and self.long.title_words == self.short.title_words

    def is_unlike(self, text: float, title: float) -> bool:
        """Tell whether neither words nor title speak for one article; silence does not speak against."""
        if not self.short.words and not self.long.words:
            return bool(self.short.title_words and self.long.title_words) and self.title < title
        return self.contained < text and self.title < title

    # ---- time and place -------------------------------------------------------------------------

    @cached_property
    def seen_gap_h(self) -> float:
        return abs(self.long.telling.at - self.short.telling.at) / _HOUR

    @cached_property
    def gap_h(self) -> float:
        """How far apart: as published or as seen, whichever is nearer (an old item in a new feed)."""
        one, other = self.long.telling.published_at, self.short.telling.published_at
        if one is None or other is None:
            return self.seen_gap_h
        return min(self.seen_gap_h, abs(one - other) / _HOUR)

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
    def guids_differ(self) -> bool:
        one, other = self.long.telling.guid, self.short.telling.guid
        return self.is_one_feed and bool(one) and bool(other) and one != other

    @cached_property
    def shared_addresses(self) -> tuple[str, ...]:
        return tuple(key for key in self.long.url_keys if key in self.short.url_keys)

    # ---- to tell of -----------------------------------------------------------------------------

    def scores(self) -> Mapping[str, float]:
        """Return what was measured so far, by name."""
        known: dict[str, float] = vars(self)
        found: dict[str, float] = {name: round(known[name], 3) for name in _SCORES if name in known}
        if "gap_h" in known:
            found["days"] = round(self.gap_h / 24, 2)
        return MappingProxyType(found)


def _least_shared(mine: Traits, other: Traits) -> float:
    words, known = mine.words, frozenset(other.words)
    third = -(-len(words) // 3)
    parts = (words[:third], words[third : 2 * third], words[2 * third :])
    return min(coverage(frozenset(part), known) for part in parts)
