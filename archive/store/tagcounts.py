"""How often each tag is used, and how often by hand. Plain SQL, as in `matches`: shells that complete wait for it."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from archive.identity.folding import fold
from archive.model.hand import TAGGED
from archive.store.sqlite import Reader

HAND: Final = "hand"
"""The source of what people state (`archive.record.Source`)."""

AT_ONCE: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCount:
    """A tag, as most spell it: on how many articles, and on how many of them by hand."""

    tag: str
    n_articles: int
    n_by_hand: int


def count_tags(reader: Reader, revision_ids: Sequence[int]) -> tuple[TagCount, ...]:
    """Count the tags of revisions, each of another article, the most frequent first. Plain SQL."""
    spelled: dict[str, Counter[str]] = {}
    by_hand: Counter[str] = Counter()
    touched: dict[int, frozenset[str]] = {}
    for variant, stated in _stated(reader, revision_ids):
        held = json.loads(stated)
        tags = by_fold(strings(held.get("tags")))
        for key, tag in tags.items():
            spelled.setdefault(key, Counter())[tag] += 1
        if held.get("provenance", {}).get("tags") == HAND:
            touched[variant] = frozenset(tags)
    for variant, put in _put_by_hand(reader, list(touched)):
        by_hand.update(put & touched[variant])
    counts = (
        TagCount(tag=max(how, key=how.__getitem__), n_articles=how.total(), n_by_hand=by_hand[key])
        for key, how in spelled.items()
    )
    return tuple(sorted(counts, key=lambda one: (-one.n_articles, one.tag)))


def _stated(reader: Reader, revision_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    for at in range(0, len(revision_ids), AT_ONCE):
        some = revision_ids[at : at + AT_ONCE]
        yield from reader.rows(
            f"SELECT variant_id, stated FROM revisions WHERE id IN ({_marks(some)})", some
        )


def _put_by_hand(
    reader: Reader, variant_ids: Sequence[int]
) -> Iterator[tuple[int, frozenset[str]]]:
    """Yield the tags, folded, that people put on tellings: one by one, or by setting them all."""
    held: dict[int, dict[str, Any]] = {}
    for at in range(0, len(variant_ids), AT_ONCE):
        some = variant_ids[at : at + AT_ONCE]
        for variant, stated in reader.rows(
            "SELECT variant_id, stated FROM statements WHERE source = 'hand'"
            f" AND variant_id IN ({_marks(some)}) ORDER BY id",
            some,
        ):
            held.setdefault(variant, {}).update(json.loads(stated).get("extra", {}))
    for variant, values in held.items():
        put = (*strings(values.get("tags")), *strings(values.get(TAGGED)))
        yield variant, frozenset(map(fold, put))


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def by_fold(tags: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in tags:
        found.setdefault(fold(tag), tag)
    return found


def strings(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, (list, tuple)) else ()
