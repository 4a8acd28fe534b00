"""What a feed's guids are worth, learnt from its documents and remembered in `feeds.guid_policy`.

`unique`: a guid names one article. `shared`: the feed gave one guid to two articles, so an equal guid no longer
proves anything. `passing`: the feed gives new guids at every poll, so an item is known by its address, or by what it
says. Called by `archive.store.entries`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum

from archive.identity.address import url_key
from archive.store.known import Known, KnownVariant
from archive.store.statedentry import StatedEntry
from archive.store.window import Window


class GuidPolicy(StrEnum):
    """As stored in `feeds.guid_policy`."""

    UNIQUE = "unique"
    SHARED = "shared"
    PASSING = "passing"


def shared_in(stated: Sequence[StatedEntry], known: Known, window: Window) -> frozenset[bytes]:
    """Return the guids (as digests) that one document gives to items of other addresses and other words.

    An article that a document lists in two sections has two addresses and the same words: its guid is right.
    """
    groups: dict[bytes, list[StatedEntry]] = defaultdict(list)
    for one in stated:
        if one.has_guid:
            groups[one.guid_digest].append(one)
    return frozenset(
        digest
        for digest, group in groups.items()
        if any(_are_two(group[0], other) for other in group[1:])
        or any(
            _is_another(group[0], variant) for variant in _standing(digest, group, known, window)
        )
    )


def _are_two(one: StatedEntry, other: StatedEntry) -> bool:
    a, b = one.traits, other.traits
    return a.url_keys != b.url_keys and (a.title_words, a.words) != (b.title_words, b.words)


def _standing(
    digest: bytes, group: Sequence[StatedEntry], known: Known, window: Window
) -> Iterable[KnownVariant]:
    """Yield what else stands in the document under a guid, as it stood before."""
    places = {one.entry_digest for one in group}
    for sighting in known.by_guid.get(digest, ()):
        variant = known.variants.get(sighting.variant_id)
        if variant is not None and window.has(sighting.id) and sighting.entry_digest not in places:
            yield variant


def _is_another(one: StatedEntry, variant: KnownVariant) -> bool:
    telling = one.traits.telling
    return (telling.title, telling.text) != (variant.title, variant.text)


def has_shared(stated: Iterable[StatedEntry], known: Known) -> bool:
    """Tell whether one of these entries' guids stands for two articles by now; a guid that is the address tells
    of the address alone."""
    return any(
        one.has_guid and _n_articles(one, known) > 1 and not _is_address(one) for one in stated
    )


def _n_articles(one: StatedEntry, known: Known) -> int:
    variants = (known.variants.get(s.variant_id) for s in known.by_guid.get(one.guid_digest, ()))
    return len({variant.article_id for variant in variants if variant is not None})


def _is_address(one: StatedEntry) -> bool:
    guid, url = one.entry.guid_stated or "", one.entry.url
    return url is not None and (guid == url or url_key(guid) == url_key(url))
