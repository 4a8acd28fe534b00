"""Tags by hand: put on articles and taken off them, many at once.

A tag by hand is a statement of source "hand" on every telling of an article (`correcting`), so it is searched, shown,
published and kept as any other tag, and a feed that states its own tags later does not undo it. A telling that
another paper brings later has none: nobody tagged what was not there.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from archive.errors import UsageError
from archive.model.hand import TAGGED, UNTAGGED
from archive.store.tagcounts import by_fold, strings
from archive.words.tokens import tokens

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from archive.store.correcting import Values
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
        on, off = (strings(held[variant].get(name)) for name in (TAGGED, UNTAGGED))
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
    coming, going = by_fold(added), by_fold(removed)
    has = by_fold(shown)
    on = {key: tag for key, tag in by_fold(tagged).items() if key not in going}
    off = {key: tag for key, tag in by_fold(untagged).items() if key not in coming}
    for key, tag in coming.items():
        on.setdefault(key, tag)
    for key, tag in going.items():
        if key in has:
            off.setdefault(key, tag)
    return tuple(on.values()), tuple(off.values())


def _shown(connection: "Connection", variant_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return the tags that tellings show now."""
    import sqlalchemy as sa

    from archive.store.schema import revisions, variants

    rows = connection.execute(
        sa.select(variants.c.id, revisions.c.stated)
        .join(revisions, revisions.c.id == variants.c.revision_id)
        .where(variants.c.id.in_(variant_ids))
    )
    return {row.id: strings(json.loads(row.stated).get("tags")) for row in rows}
