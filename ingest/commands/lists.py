"""`newsarchive feeds import|export`: the feeds as a file, from other programs and to them."""

import contextlib
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.commands.place import Place, pass_place
from archive.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from archive.model.kept import FeedRow
    from archive.model.outcome import FeedOutcome
    from archive.store import Store
    from ingest.feed.opml import Outline


@dataclass(slots=True)
class _Report:
    """What came of a list: counts, and for a line of it what a person should know."""

    n_added: int = 0
    n_known: int = 0
    n_repeats: int = 0
    n_bad: int = 0
    n_dead: int = 0
    told: list[tuple[int, str]] = field(default_factory=list)

    def line(self, *, is_dry: bool, was_checked: bool) -> str:
        """Return the counts in a sentence: the same for a dry run as for the real one."""
        parts = [
            f"{'would add' if is_dry else 'added'} {self.n_added} feeds; {self.n_known} were subscribed already",
            f"{self.n_repeats} stood twice in the list",
            f"{self.n_bad} could not be used",
        ]
        return ", ".join(
            [*parts, *([f"{self.n_dead} are no feeds any more"] if was_checked else [])]
        )


@click.command(
    name="import",
    epilog="EXAMPLES\n\n  newsarchive feeds import subscriptions.opml --dry-run\n\n"
    "  newsarchive feeds import addresses.txt --check",
)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--check", is_flag=True, help="Ask each feed first; leave out those that are gone.")
@click.option("--dry-run", is_flag=True, help="Say what would be added, add nothing.")
@pass_place
def import_(place: Place, file: str, check: bool, dry_run: bool) -> None:
    """Subscribe to all feeds of FILE (OPML, or addresses one a line; - reads standard input).

    Folders and categories become tags. Nothing is asked over the network without --check.
    """
    from archive import terminal as t
    from archive.store import Store
    from ingest.feed.opml import merged, read_list

    listed = read_list(_read(file))
    outlines, repeats = merged(listed.outlines)
    report = _Report(n_repeats=len(repeats), n_bad=len(listed.bad))
    report.told += [(bad.line, f"{bad.text}: {bad.reason}") for bad in listed.bad]
    report.told += _protocols(outlines, repeats)
    is_new_archive = dry_run and place.archive_path is not None and not place.archive_path.exists()
    with (
        contextlib.nullcontext()
        if is_new_archive  # a dry run makes none
        else Store.open(place.archive_url, create=True)
    ) as store:
        wanted = _usable(store, outlines, report)
        if check:
            wanted = _alive(place, wanted, report)
        report.n_added = len(wanted)
        undo = None if store is None or dry_run else _add(place, store, wanted)
    t.echo(report.line(is_dry=dry_run, was_checked=check))
    for line, told in sorted(report.told):
        t.say(f"  line {line}: {t.printable(told)}")
    if undo is not None:
        t.say(f" undo: newsarchive undo {undo}")


@click.command()
@click.option("--secrets", is_flag=True, help="Private feeds too, with their addresses whole.")
@pass_place
def export(place: Place, secrets: bool) -> None:
    """Write the feeds as OPML to standard output; private feeds only with --secrets.

    A feed lies in the folder of its first tag, and names all its tags as categories.
    """
    from archive.front import Archive
    from ingest.feed.opml import Outline, write_opml

    with Archive.open(place.archive_url) as archive:
        rows = archive.feeds()
    outlines = [
        Outline(
            url=row.url,
            title=None if row.title == row.name else row.title,
            tags=row.tags,
            site_url=row.site_url,
        )
        for row in rows
        if row.state != "retired" and (secrets or not row.is_private)
    ]
    click.echo(write_opml(outlines, "newsarchive"), nl=False)


def _read(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None


def _protocols(
    outlines: "Sequence[Outline]", repeats: "Sequence[Outline]"
) -> list[tuple[int, str]]:
    """Return a word for each feed that the list names by http and by https."""
    from archive.identity.ids import strip_secrets
    from ingest.feed.opml import address_key

    kept = {address_key(outline.url): outline.url for outline in outlines}
    return [
        (
            repeat.line,
            f"{strip_secrets(repeat.url)}: the same feed as"
            f" {strip_secrets(kept[address_key(repeat.url)])}",
        )
        for repeat in repeats
        if _scheme(repeat.url) != _scheme(kept[address_key(repeat.url)])
    ]


def _usable(
    store: "Store | None", outlines: "Sequence[Outline]", report: _Report
) -> "list[Outline]":
    """Return those that can be subscribed to and are not yet; counts the others. Retired feeds come back."""
    from archive.identity.ids import strip_secrets
    from ingest.wire.address import BadAddress, host_of

    known = None if store is None else KnownFeeds(store)
    usable: list[Outline] = []
    for outline in outlines:
        try:
            host_of(outline.url)
        except BadAddress as error:
            report.n_bad += 1
            report.told.append((outline.line, f"{strip_secrets(outline.url)}: {error}"))
            continue
        row = None if known is None else known.at(outline.url)
        if row is None:
            usable.append(outline)
        elif row.state == "retired":
            usable.append(replace(outline, url=row.url))
        else:
            report.n_known += 1
            if _scheme(row.url) != _scheme(outline.url):
                how = f"subscribed as {row.name}, by {_scheme(row.url)}"
                report.told.append((outline.line, f"{strip_secrets(outline.url)}: {how}"))
    return usable


def _alive(place: Place, outlines: "list[Outline]", report: _Report) -> "list[Outline]":
    """Ask each feed once; return those that are there, or may be another time, in the order of the list."""
    import asyncio

    from archive import terminal as t
    from archive.identity.ids import strip_secrets
    from ingest.scout import is_lasting, is_page

    with t.Progress("check", total=len(outlines), unit="feeds") as progress:
        looks = asyncio.run(_look_at_all(place, outlines, progress.step))
    alive: list[Outline] = []
    for outline, look in zip(outlines, looks, strict=True):
        detail = str(getattr(look.result, "detail", ""))
        is_gone = is_lasting(look)
        if not is_gone:
            alive.append(outline)
        report.n_dead += is_gone
        if detail:
            url = strip_secrets(outline.url)
            cure = f"; its feeds: newsarchive feeds add {url}" if is_page(look) else ""
            what = "left out" if is_gone else "stays, though it does not answer just now"
            report.told.append((outline.line, f"{url}: {what}: {detail}{cure}"))
    return alive


async def _look_at_all(
    place: Place, outlines: "Sequence[Outline]", step: "Callable[[], None]"
) -> "list[FeedOutcome]":
    """Look at every address, as many at a time as the engine asks, each host in turn; bodies are let go."""
    import asyncio

    from ingest.commands.asking import asking
    from ingest.scout import Scout, without_documents

    slots = asyncio.Semaphore(place.load_config().fetch.concurrency)
    async with asking(place) as (client, workers):
        scout = Scout(client, workers, clock=place.now)

        async def look(url: str) -> "FeedOutcome":
            async with slots:
                outcome = without_documents(await scout.look(url))
            step()
            return outcome

        return await asyncio.gather(*(look(outline.url) for outline in outlines))


def _add(place: Place, store: "Store", outlines: "Sequence[Outline]") -> int | None:
    """Subscribe to all of them, or none; returns the number by which that is taken back."""
    from archive.commands.upkeep import who_runs
    from archive.config.rules import is_private_url
    from archive.store import feedchanges
    from archive.store.subscriptions import Subscription

    wanted = [
        Subscription(
            url=outline.url,
            title=outline.title,
            tags=outline.tags or None,
            is_private=is_private_url(outline.url) or None,
        )
        for outline in outlines
    ]
    done = feedchanges.subscribe(
        store, wanted, command="feeds import", who=who_runs(), now=place.now()
    )
    return done.undo


class KnownFeeds:
    """The feeds of an archive by any spelling of their address (`address_key`), and by former ones."""

    def __init__(self, store: "Store") -> None:
        from ingest.feed.opml import address_key

        self._store = store
        self._by_key: dict[str, list[FeedRow]] = {}
        for row in store.feeds():
            self._by_key.setdefault(address_key(row.url), []).append(row)

    def at(self, url: str) -> "FeedRow | None":
        """Return the feed that has or had this address; of an http and an https one, the one that is asked for."""
        from archive.store import subscriptions
        from ingest.feed.opml import address_key

        held = self._by_key.get(address_key(url))
        if held:
            return min(held, key=lambda row: _scheme(row.url) != _scheme(url))
        with self._store.reading() as connection:
            feed_id = subscriptions.find_by_url(connection, url)
        return None if feed_id is None else self._store.feeds(ids=[feed_id])[0]


def _scheme(url: str) -> str:
    return url.partition(":")[0].lower()
