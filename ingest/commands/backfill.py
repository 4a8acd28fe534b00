"""`newsarchive feeds backfill`: what a feed showed before it was subscribed to, as far as it still tells."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from archive.commands.place import Place, pass_place
from archive.errors import UsageError

if TYPE_CHECKING:
    from archive.model.kept import FeedRow
    from archive.store import Store
    from ingest.backfill import Backfilled, PageRead


@click.command(
    epilog="EXAMPLES\n\n  newsarchive feeds backfill joop\n\n"
    "  newsarchive feeds backfill joop --pages 500 --since 2024-01-01"
)
@click.argument("feed")
@click.option(
    "--pages", type=click.IntRange(1), default=100, help="At most so many; 100 if not said."
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="No page that is older.")
@pass_place
def backfill(place: Place, feed: str, pages: int, since: datetime | None) -> int | None:
    """Read the older pages of FEED's history, a second or more apart, and keep them as backlog.

    Only feeds that tell where their older pages are have any: RFC 5005, JSON Feed, WordPress. Run it again to go on.
    """
    import asyncio

    from archive import terminal as t
    from ingest.backfill import End
    from ingest.commands.asking import open_store

    with open_store(place) as store:
        row = store.find_feed(feed)
        if row.last_good_at is None:
            raise UsageError(
                f"{row.name} was never polled well; first: newsarchive poll {row.name}"
            )
        begin = None if since is None else since.replace(tzinfo=place.zone)
        counted = _Counted(place)
        try:
            done = asyncio.run(_run(place, store, row, counted, max_pages=pages, since=begin))
        except KeyboardInterrupt:
            t.say(
                f"stopped; {counted.n_new} new articles of {counted.n_pages} pages are kept;"
                f" go on: newsarchive feeds backfill {row.name}"
            )
            raise
    t.echo(_told(row, done))
    return 1 if done.end in (End.NONE, End.FAILED, End.CLOSED) and not done.n_pages else None


async def _run(
    place: Place,
    store: "Store",
    row: "FeedRow",
    counted: "_Counted",
    *,
    max_pages: int,
    since: datetime | None,
) -> "Backfilled":
    import asyncio

    from ingest.backfill import Backfill
    from ingest.commands.asking import asking, owner

    async with asking(place) as (client, workers):
        run = Backfill(
            store,
            row,
            fetcher=client,
            parser=workers,
            clock=place.now,
            sleep=asyncio.sleep,
            owner=owner(),
            on_page=counted.page,
        )
        return await run.run(max_pages=max_pages, since=since)


class _Counted:
    """Says each page, and counts for the case that it is stopped."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.n_new = 0
        self.n_pages = 0

    def page(self, page: "PageRead") -> None:
        """Say a line of one page."""
        from archive import terminal as t

        self.n_new += page.deposited.n_new
        self.n_pages += 1
        n_known = page.n_entries - page.deposited.n_new
        told = f"page {page.number}: {page.deposited.n_new} new, {n_known} known"
        if page.oldest_at is not None:
            told += f", back to {page.oldest_at.astimezone(self._place.zone):%Y-%m-%d}"
        t.say(told)


def _told(row: "FeedRow", done: "Backfilled") -> str:
    """Return what a backfill came to in a sentence, with how to go on where there is more."""
    from archive import terminal as t
    from ingest.backfill import COMPLETE, End

    counts = f"{row.name}: {t.number(done.n_new)} new"
    counts += f", {t.number(done.n_joined)} known from elsewhere" if done.n_joined else ""
    counts += f", {t.number(done.n_known)} known, in {done.n_pages} pages"
    go_on = f"to go on: newsarchive feeds backfill {row.name}"
    match done.end:
        case End.NONE:
            return f"{row.name} tells of no older pages; what it shows is all there is to have"
        case End.LIMIT:
            return f"{counts}; there is more, {go_on}"
        case End.SINCE:
            return f"{counts}; what is older was left, {go_on}"
        case End.FAILED | End.CLOSED:
            return f"{counts}; stopped: {t.printable(done.detail)}; {go_on}"
    assert done.end in COMPLETE
    return f"{counts}; its history is read to the end"
