"""Tags by hand: put on articles and taken off them, many at once, and counted.

A tag by hand is a statement of source "hand" on every telling of an article (`correcting`), so it is searched, shown,
published and kept as any other tag, and a feed that states its own tags later does not undo it. A telling that
another paper brings later has none: nobody tagged what was not there.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from archive.errors import UsageError
from archive.identity.folding import fold
from archive.record import TAGGED, UNTAGGED, Source
from archive.words.tokens import tokens

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from archive.store.correcting import Values
    from archive.store.sqlite import Reader
    from archive.store.store import Store

AT_ONCE: Final = 400
"""Articles of one transaction: about a second, in which polls wait to write."""

LONGEST: Final = 64
"""Characters of a tag by hand: it is a name, and stands in queries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """What a tagging changed: of so many articles so many, and the number by which it is taken back (None: nothing)."""

    n_articles: int
    n_changed: int
    undo: int | None


def tag_of(text: str) -> str:
    """Return a tag as it is kept. Raises UsageError for what cannot be searched: no letter, a comma, too long."""
    tag = " ".join(text.split())
    if not tokens(tag) or "," in tag or len(tag) > LONGEST:
        raise UsageError(
            f"{text!r} is no tag: letters or digits, no comma, at most {LONGEST} characters"
        )
    return tag


def tag(
    store: "Store",
    article_ids: Sequence[str],
    *,
    added: Sequence[str],
    removed: Sequence[str],
    who: str,
    command: str,
    now: datetime,
    dry_run: bool = False,
    number: int | None = None,
) -> Tagged:
    """Put tags on articles (their whole public ids, at most AT_ONCE) and take tags off them, in one transaction.

    `number` is that of an earlier part of the same command: undo then takes back both. Nothing is written where it is
    so already, nor in a dry run, which counts the same.
    """
    from archive.store import correcting

    with store.reading() if dry_run else store.writing() as connection:
        articles_of = _tellings(connection, article_ids)
        values = _values(connection, list(articles_of), added, removed)
        changed = {articles_of[variant] for variant in values}
        if not dry_run and values:
            done = correcting.state(
                connection, store.indexer, values, note=f"tagged by {who}", now=now
            )
            number = correcting.log(
                connection, done, sorted(changed), who=who, command=command, now=now, number=number
            )
    n_articles = len(set(articles_of.values()))
    return Tagged(n_articles=n_articles, n_changed=len(changed), undo=number)


def _tellings(connection: "Connection", article_ids: Sequence[str]) -> dict[int, int]:
    """Return the article of each telling of these articles, as row ids; a merged one's are its survivor's."""
    import sqlalchemy as sa

    from archive.store.schema import articles, variants

    kept = sa.func.coalesce(articles.c.merged_into, articles.c.id)
    rows = connection.execute(
        sa.select(variants.c.id, variants.c.article_id)
        .where(
            variants.c.article_id.in_(sa.select(kept).where(articles.c.public_id.in_(article_ids))),
            variants.c.revision_id.is_not(None),
        )
        .order_by(variants.c.id)
    )
    return {row.id: row.article_id for row in rows}


def _values(
    connection: "Connection",
    variant_ids: Sequence[int],
    added: Sequence[str],
    removed: Sequence[str],
) -> dict[int, "Values"]:
    """Return what to state of each telling that is not so already."""
    from archive.store.correcting import held_by_hand

    shown = _shown(connection, variant_ids)
    held = held_by_hand(connection, variant_ids)
    found: dict[int, Values] = {}
    for variant in variant_ids:
        on, off = (_strings(held[variant].get(name)) for name in (TAGGED, UNTAGGED))
        after = changed(on, off, shown[variant], added, removed)
        if after != (on, off):
            found[variant] = {TAGGED: list(after[0]), UNTAGGED: list(after[1])}
    return found


def changed(
    tagged: Sequence[str],
    untagged: Sequence[str],
    shown: Sequence[str],
    added: Sequence[str],
    removed: Sequence[str],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is put on and taken off by hand from now on. Pure.

    A tag that is taken off is noted only where it is shown: an article that never had it says nothing of it.
    """
    coming, going = _by_fold(added), _by_fold(removed)
    has = _by_fold(shown)
    on = {key: tag for key, tag in _by_fold(tagged).items() if key not in going}
    off = {key: tag for key, tag in _by_fold(untagged).items() if key not in coming}
    for key, tag in coming.items():
        on.setdefault(key, tag)
    for key, tag in going.items():
        if key in has:
            off.setdefault(key, tag)
    return tuple(on.values()), tuple(off.values())


def _by_fold(tags: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in tags:
        found.setdefault(fold(tag), tag)
    return found


def _strings(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, (list, tuple)) else ()


def _shown(connection: "Connection", variant_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return the tags that tellings show now."""
    import sqlalchemy as sa

    from archive.store.schema import revisions, variants

    rows = connection.execute(
        sa.select(variants.c.id, revisions.c.stated)
        .join(revisions, revisions.c.id == variants.c.revision_id)
        .where(variants.c.id.in_(variant_ids))
    )
    return {row.id: _tags(json.loads(row.stated)) for row in rows}


def _tags(held: Mapping[str, Any]) -> tuple[str, ...]:
    return _strings(held.get("tags"))


# ---- counting -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCount:
    """A tag, as most spell it: on how many articles, and on how many of them by hand."""

    tag: str
    n_articles: int
    n_by_hand: int


def count_tags(reader: "Reader", revision_ids: Sequence[int]) -> tuple[TagCount, ...]:
    """Count the tags of revisions, each of another article, the most frequent first. Plain SQL."""
    spelled: dict[str, Counter[str]] = {}
    by_hand: Counter[str] = Counter()
    touched: dict[int, frozenset[str]] = {}
    for variant, stated in _stated(reader, revision_ids):
        held = json.loads(stated)
        tags = _by_fold(_tags(held))
        for key, tag in tags.items():
            spelled.setdefault(key, Counter())[tag] += 1
        if held.get("provenance", {}).get("tags") == Source.HAND:
            touched[variant] = frozenset(tags)
    for variant, put in _put_by_hand(reader, list(touched)):
        by_hand.update(put & touched[variant])
    counts = (
        TagCount(tag=max(how, key=how.__getitem__), n_articles=how.total(), n_by_hand=by_hand[key])
        for key, how in spelled.items()
    )
    return tuple(sorted(counts, key=lambda one: (-one.n_articles, one.tag)))


def _stated(reader: "Reader", revision_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    for at in range(0, len(revision_ids), AT_ONCE):
        some = revision_ids[at : at + AT_ONCE]
        yield from reader.rows(
            f"SELECT variant_id, stated FROM revisions WHERE id IN ({_marks(some)})", some
        )


def _put_by_hand(
    reader: "Reader", variant_ids: Sequence[int]
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
        put = (*_strings(values.get("tags")), *_strings(values.get(TAGGED)))
        yield variant, frozenset(map(fold, put))


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))
