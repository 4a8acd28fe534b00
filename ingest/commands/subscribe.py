"""`newsarchive feeds add|import|export`: how feeds come into the list, and leave it as a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.commands.place import Place, pass_place
from archive.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive.store import Store
    from archive.store.subscriptions import Subscription


@click.command()
@click.argument("url")
@click.option("--name", help="What feed: in a search says; made from the address if not given.")
@click.option("--title", help="Shown instead of the feed's own title.")
@click.option("--tag", "tags", multiple=True, help="May be given more than once.")
@click.option("--page", type=click.Choice(["auto", "always", "never"]), help="Fetch article pages.")
@click.option("--private", is_flag=True, help="Keep it out of every feed and page.")
@pass_place
def add(
    place: Place,
    url: str,
    name: str | None,
    title: str | None,
    tags: tuple[str, ...],
    page: str | None,
    private: bool,
) -> None:
    """Subscribe to the feed at URL; it is polled when the service or `poll` next runs."""
    from archive import terminal
    from archive.config.rules import is_private_url
    from archive.store import Store
    from archive.store.subscriptions import Subscription

    wanted = Subscription(
        url=url,
        name=name,
        title=title,
        tags=tags or None,
        page=page,
        is_private=private or is_private_url(url),
    )
    with Store.open(place.archive_url, create=True) as store:
        row, is_new = store.add_feed(wanted, now=place.now())
    if is_new:
        terminal.echo(
            f"added {row.name}  {row.address}  poll it now: newsarchive poll {row.name}"
            f"  undo: newsarchive feeds remove {row.name}"
        )
    else:
        terminal.echo(
            f"{row.name} is subscribed already ({row.state}), nothing added  {row.address}"
        )


@click.command(name="import")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Say what would be added, add nothing.")
@pass_place
def import_(place: Place, file: str, dry_run: bool) -> None:
    """Subscribe to all feeds of FILE (OPML, or addresses one a line; - reads standard input)."""
    from archive import terminal
    from archive.store import Store

    wanted, twice = _without_repeats(_read_list(file))
    n_added, n_known, bad = 0, 0, []
    with Store.open(place.archive_url, create=True) as store:
        for subscription in wanted:
            try:
                is_new = (
                    not _is_known(store, subscription.url)
                    if dry_run
                    else store.add_feed(subscription, now=place.now())[1]
                )
            except UsageError as error:
                bad.append((subscription.url, str(error)))
                continue
            n_added += is_new
            n_known += not is_new
    verb = "would add" if dry_run else "added"
    terminal.echo(
        f"{verb} {n_added} feeds; {n_known} were subscribed already, {twice} stood twice in the list, "
        f"{len(bad)} could not be used"
    )
    for url, why in bad:
        terminal.say(f"  {terminal.printable(url)}: {terminal.printable(why)}")


@click.command()
@click.option("--secrets", is_flag=True, help="Private feeds too, with their addresses whole.")
@pass_place
def export(place: Place, secrets: bool) -> None:
    """Write the feeds as OPML to standard output; private feeds only with --secrets."""
    from archive.front import Archive
    from ingest.feed.opml import Outline, write_opml

    with Archive.open(place.archive_url) as archive:
        rows = archive.feeds()
    outlines = [
        Outline(url=row.url, title=row.title, tags=row.tags, site_url=row.site_url)
        for row in rows
        if row.state != "retired" and (secrets or not row.is_private)
    ]
    click.echo(write_opml(outlines, "newsarchive"), nl=False)


def _read_list(file: str) -> "Iterator[Subscription]":
    from archive.config.rules import is_private_url
    from archive.store.subscriptions import Subscription
    from ingest.feed.opml import read_list

    try:
        body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    for outline in read_list(body):
        yield Subscription(
            url=outline.url,
            title=outline.title or None,
            tags=tuple(outline.tags) or None,
            is_private=is_private_url(outline.url),
        )


def _without_repeats(wanted: "Iterator[Subscription]") -> "tuple[list[Subscription], int]":
    """Return each address once, with the tags of all its places, and how many repeats there were."""
    from dataclasses import replace

    first: dict[str, Subscription] = {}
    n_repeats = 0
    for subscription in wanted:
        held = first.get(subscription.url)
        if held is None:
            first[subscription.url] = subscription
            continue
        n_repeats += 1
        tags = dict.fromkeys((*(held.tags or ()), *(subscription.tags or ())))
        first[subscription.url] = replace(held, tags=tuple(tags) or None)
    return list(first.values()), n_repeats


def _is_known(store: "Store", url: str) -> bool:
    from archive.errors import NotFound

    try:
        store.find_feed(url)
    except NotFound:
        return False
    return True
