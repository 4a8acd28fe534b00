"""A feed that gives all its items new guids at once: which standing article each of them is. Pure.

A platform move, http to https, another scheme of guids: most items of a document are new by guid and stood in the
document before under another. Alone, "Bridge closed" over no text proves nothing, and 45 days later nor does a blurb
of ten words; among twenty neighbours that are plainly the same, it does. A series never gets so far (weather,
closing prices): its titles return with other words and other figures, so none of its items is plainly the same.
Called by `archive.store.entries` with the items of one document that no guid knows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Final

from archive.identity.likeness import Traits, agreement, containment
from archive.identity.mould import day_mark, name_mark, part_mark
from archive.identity.rules import NO_FACTS, SiteFacts, compare

MIN_ITEMS: Final = 3
"""Fewer items prove nothing of a feed."""

MIN_EQUAL_WORDS: Final = 6
"""Words of a text that, equal, prove something: as in the candidate index, "Read more" is none."""

SAME_TEXT: Final = 0.8
"""Another system cuts its blurbs at another length; what is left is in the longer one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A telling that stood in the feed's document until now, under a guid that is gone from it."""

    variant_id: int
    traits: Traits


def migrated(
    unknown: Sequence[tuple[Traits, Sequence[Standing]]],
    *,
    n_items: int,
    site_facts: SiteFacts = NO_FACTS,
) -> Mapping[int, int]:
    """Return the variant of each item that is an old one under a new guid, by its place in `unknown`.

    `unknown` are the items that no guid knows, each with whom it may be; `n_items` counts the whole document. Empty
    where it is no migration: where most items are known, or few of the others are plainly the same as one before.
    """
    if len(unknown) < MIN_ITEMS or 2 * len(unknown) < n_items:
        return {}
    n_plain = sum(
        any(_is_plainly(item, one.traits, site_facts) for one in standing)
        for item, standing in unknown
    )
    if n_plain < MIN_ITEMS or 2 * n_plain < len(unknown):
        return {}
    alike = [
        [one.variant_id for one in standing if _is_alike(item, one.traits)]
        for item, standing in unknown
    ]
    # Two items of one headline, or one item for two: nothing tells which is which.
    n_claims = Counter(variant_id for found in alike for variant_id in found)
    return {
        place: found[0]
        for place, found in enumerate(alike)
        if len(found) == 1 and n_claims[found[0]] == 1
    }


def _is_plainly(item: Traits, before: Traits, facts: SiteFacts) -> bool:
    """Tell whether an item is one that stood before, without its neighbours' help."""
    if compare(item, before, site_facts=facts).is_one:
        return True
    if not _is_alike(item, before):
        return False
    return _is_dated_alike(item, before) or (
        item.words == before.words and item.n_words >= MIN_EQUAL_WORDS
    )


def _is_dated_alike(item: Traits, before: Traits) -> bool:
    one, other = item.telling.published_at, before.telling.published_at
    return one is not None and one == other and one.time() != time(0)


def _is_alike(item: Traits, before: Traits) -> bool:
    """Tell whether two items have one headline, or one text, and nothing that speaks against it."""
    has_title = bool(item.title_words) and item.title_words == before.title_words
    has_text = item.n_words >= MIN_EQUAL_WORDS and item.words == before.words
    if not (has_title or has_text):
        return False
    if part_mark(item, before) or day_mark(item, before) or name_mark(item, before):
        return False
    if not item.words or not before.words:
        return True
    return (
        containment(item.shingles, before.shingles) >= SAME_TEXT
        and agreement(item.numbers, before.numbers) >= SAME_TEXT
    )
