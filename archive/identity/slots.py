"""Slots: the places of a common frame where two texts say different things.

Two reports from one mould run alike but for short places, and there one has "Tiel" where the other
has "Ede". Two wordings of one story differ in whole sentences; a corrected text differs in a word
that names nobody. So what stands in the slots tells moulds from copies, where the share of equal
words cannot. Called by `archive.identity.mould`, for the few pairs that a rule of words would join.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

Shingle = tuple[str, ...]
Words = tuple[str, ...]

RUN: Final = 3
"""Words of a shingle: a place is common if a run of three that it stands in is in both texts."""


class Slot(NamedTuple):
    """What either text says at one place of the frame."""

    mine: Words
    others: Words


class _Gap(NamedTuple):
    before: Shingle  # the last common run before it; () at the beginning
    after: Shingle  # the first one after it; () at the end
    words: Words


@dataclass(frozen=True)
class Frame:
    """Two texts laid side by side. `shared` are the runs of three words that both have."""

    mine: Words
    others: Words
    shared: frozenset[Shingle]
    slot_words: float

    @cached_property
    def _gaps(self) -> tuple[tuple[_Gap, ...], tuple[_Gap, ...]]:
        return tuple(_gaps_of(self.mine, self.shared)), tuple(_gaps_of(self.others, self.shared))

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The short gaps of both texts that stand between the same runs, in the order of `mine`."""
        mine, others = self._gaps
        at = {(gap.before, gap.after): gap.words for gap in others}
        found = (
            Slot(gap.words, at[place])
            for gap in mine
            if len(gap.words) <= self.slot_words and (place := (gap.before, gap.after)) in at
        )
        return tuple(slot for slot in found if len(slot.others) <= self.slot_words)

    @cached_property
    def n_loose(self) -> int:
        """The words of `mine` and `others` that differ outside slots."""
        n_gaps = sum(len(gap.words) for gaps in self._gaps for gap in gaps)
        return n_gaps - sum(len(slot.mine) + len(slot.others) for slot in self.slots)

    @cached_property
    def short_words(self) -> tuple[frozenset[str], frozenset[str]]:
        """The words of the short gaps of either text, whether the other has a gap there or not."""
        mine, others = (
            frozenset(w for gap in gaps if len(gap.words) <= self.slot_words for w in gap.words)
            for gaps in self._gaps
        )
        return mine, others

    @cached_property
    def exchanges(self) -> tuple[tuple[Slot, int], ...]:
        """The slots in which either text has words that the other nowhere has, and how often each is.

        Figures are left out: the rules weigh them.
        """
        known_mine, known_others = frozenset(self.mine), frozenset(self.others)
        counts: Counter[Slot] = Counter()
        for slot in self.slots:
            mine = tuple(w for w in slot.mine if w not in known_others and not has_digit(w))
            others = tuple(w for w in slot.others if w not in known_mine and not has_digit(w))
            if mine and others:
                counts[Slot(mine, others)] += 1
        return tuple(counts.items())


def has_digit(word: str) -> bool:
    """Tell whether a figure is in a word."""
    return not word.isalpha() and any(c.isdigit() for c in word)


def _gaps_of(words: Words, shared: frozenset[Shingle]) -> Iterator[_Gap]:
    """Yield the runs of words that no common run covers."""
    before: Shingle = ()
    end = 0  # of what is covered
    runs = zip(*(words[i:] for i in range(RUN)), strict=False)
    for start, run in enumerate(runs):
        if run not in shared:
            continue
        if start > end:
            yield _Gap(before, run, words[end:start])
        before, end = run, start + RUN
    if end < len(words):
        yield _Gap(before, (), words[end:])
