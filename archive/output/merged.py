"""The merged feed from archive to folder: settle what is due, then write the document. The service's publish job.

Publications are durable before a file is replaced, so a kill between the two leaves an older document and the next
call writes the newer one.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from archive.config.settings import Config
from archive.model.kept import PublishedEntry
from archive.output.document import FeedFacts, facts_of
from archive.output.publish import PublishResult, publish, write_pages
from archive.output.series import close_due_pages, with_last_page

if TYPE_CHECKING:
    from archive.store import Store
    from archive.store.closed import Series
    from archive.store.settle import Accepts, SettlePolicy

HITS_AT_ONCE: Final = 1_000
"""Hits asked for at a time: as many as a search gives on one page."""


def publish_merged(
    store: "Store",
    config: Config,
    *,
    now: datetime,
    renews_ids: bool = False,
    dry_run: bool = False,
) -> PublishResult:
    """Settle at `now` and bring `[publish] dir` up to date; says what changed.

    With `dry_run` the same is done in a transaction that is taken back, and no file is written. Raises UsageError
    (see `publish`), ArchiveUnusable, Busy.
    """
    from archive.store.closed import Series

    policy = settle_policy(store, config, now=now)
    facts = facts_of(config, archive_id=store.archive_id())
    folder = config.publish.dir
    if dry_run:
        entries, n_closed = _would_be(store, policy, facts, now=now)
    else:
        store.settle(now=now, policy=policy)
        with store.writing(is_durable=True) as connection:
            entries, n_closed = _closed(Series(connection, facts.name), facts, now=now)
        with store.writing() as connection:
            write_pages(folder, facts.name, n_closed, Series(connection, facts.name).page)
    return publish(
        entries, with_last_page(facts, n_closed), folder, renews_ids=renews_ids, dry_run=dry_run
    )


def settle_policy(store: "Store", config: Config, *, now: datetime) -> "SettlePolicy":
    """Return what `[publish]` says of settling; QueryError for a query that is none.

    An article that the query refused is asked about again when something of it changes.
    """
    from archive.store.settle import SettlePolicy

    publish = config.publish
    accepts = _accepts(store, config, now=now) if publish.query.strip() else None
    return SettlePolicy(updated=publish.updated, settle_s=publish.settle_s, accepts=accepts)


def _accepts(store: "Store", config: Config, *, now: datetime) -> "Accepts":
    """Return the question of `[publish] query`, asked of the index for a batch of articles at a time.

    It reads beside the transaction that settles: what is due was deposited, and indexed with it, before.
    """
    from archive.config.zone import zone_of
    from archive.search.find import search
    from archive.search.query import parse
    from archive.store.matches import saved_searches
    from archive.store.sqlite import open_reader

    with closing(open_reader(str(store.path))) as reader:
        query = parse(
            config.publish.query,
            now=now,
            timezone=zone_of(config.archive.timezone),
            saved=partial(saved_searches, reader),
        )

    def accepts(ids: Sequence[str], first_at: datetime, last_at: datetime) -> frozenset[str]:
        bounds = query.bounds
        narrowed = replace(
            query,
            bounds=replace(
                bounds,
                after_at=max(filter(None, (bounds.after_at, first_at))),
                before_at=min(
                    filter(None, (bounds.before_at, last_at + timedelta(microseconds=1)))
                ),
            ),
        )
        found: set[str] = set()
        page: str | None = None
        with closing(open_reader(str(store.path))) as reader:
            while True:
                answer = search(reader, narrowed, limit=HITS_AT_ONCE, page=page)
                found.update(hit.id for hit in answer.hits)
                page = answer.next_page
                if page is None:
                    return frozenset(found.intersection(ids))

    return accepts


def _closed(
    series: "Series", facts: FeedFacts, *, now: datetime
) -> tuple[tuple[PublishedEntry, ...], int]:
    entries = series.entries()
    return entries, close_due_pages(series, entries, facts, now=now)


class _TakenBack(Exception):
    """Ends a transaction without keeping it."""


def _would_be(
    store: "Store", policy: "SettlePolicy", facts: FeedFacts, *, now: datetime
) -> tuple[tuple[PublishedEntry, ...], int]:
    from archive.store.closed import Series
    from archive.store.settle import settle

    found: tuple[tuple[PublishedEntry, ...], int] = ((), 0)
    try:
        with store.writing() as connection:
            settle(connection, now=now, policy=policy)
            found = _closed(Series(connection, facts.name), facts, now=now)
            raise _TakenBack
    except _TakenBack:
        return found
