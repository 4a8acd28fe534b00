"""The merged feed from archive to folder: settle what is due, then write the document. The service's publish job.

Publications are durable before a file is replaced, so a kill between the two leaves an older document and the next
call writes the newer one.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from archive.config.settings import Config
from archive.model.kept import PublishedEntry
from archive.output.document import FeedFacts, facts_of
from archive.output.publish import PublishResult, publish, write_pages
from archive.output.series import close_due_pages, with_last_page

if TYPE_CHECKING:
    from archive.store import Store
    from archive.store.closed import Series
    from archive.store.settle import SettlePolicy


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

    policy = settle_policy(config)
    facts = facts_of(config, archive_id=store.archive_id())
    folder = config.publish.dir
    if dry_run:
        entries, n_closed = _would_be(store, policy, facts, now=now)
    else:
        store.settle(now=now, policy=policy)
        with store.writing() as connection:
            entries, n_closed = _closed(Series(connection, facts.name), facts, now=now)
        with store.writing() as connection:
            write_pages(folder, facts.name, n_closed, Series(connection, facts.name).page)
    return publish(
        entries, with_last_page(facts, n_closed), folder, renews_ids=renews_ids, dry_run=dry_run
    )


def settle_policy(config: Config) -> "SettlePolicy":
    """Return what `[publish]` says of settling."""
    from archive.store.settle import SettlePolicy

    return SettlePolicy(updated=config.publish.updated, settle_s=config.publish.settle_s)


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
