"""merge, split, relate, unrelate, undo: what people decide about articles by hand. Called by the root command alone."""

from typing import TYPE_CHECKING

import click

from archive.commands.place import Place, pass_place
from archive.errors import UsageError

if TYPE_CHECKING:
    from archive.model.hand import HandChange, Undoable

WHY = click.option("--why", metavar="TEXT", help="Kept with the decision.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")


@click.command(
    epilog="\b\nEXAMPLES\n  newsarchive merge k7q2 m3c9\n"
    '  newsarchive merge k7q2 m3c9 --why "the same fire" --dry-run'
)
@click.argument("one", metavar="ID")
@click.argument("other", metavar="OTHER")
@WHY
@DRY_RUN
@pass_place
def merge(place: Place, one: str, other: str, why: str | None, dry_run: bool) -> None:
    """Make two articles one, and keep them one whatever is polled later.

    The one that went out keeps its id, or else the one that was seen first; the other id leads to
    it for ever. Subscribers who hold both are told to drop the other.
    """
    from archive.commands.upkeep import who_runs
    from archive.store import Store

    with Store.open(place.archive_url) as store:
        done = store.merge(one, other, who=who_runs(), why=why, now=place.now(), dry_run=dry_run)
    _tell(place, done, dry_run=dry_run)


@click.command(
    epilog="\b\nEXAMPLES\n  newsarchive split k7q2 nos\n  newsarchive split k7q2 s412\n"
    "  newsarchive split k7q2 joop.nl --why 'another match'"
)
@click.argument("article_id", metavar="ID")
@click.argument("what", metavar="FEED|SIGHTING|VARIANT")
@WHY
@DRY_RUN
@pass_place
def split(place: Place, article_id: str, what: str, why: str | None, dry_run: bool) -> None:
    """Give what a feed showed an article of its own, and keep the two apart whatever is polled later.

    Instead of a feed, name a sighting (s412) or a telling (v97), as newsarchive duplicates shows
    them, or a paper's site. The side that subscribers hold keeps the id.
    """
    from archive.commands.upkeep import who_runs
    from archive.store import Store

    with Store.open(place.archive_url) as store:
        done = store.split(
            article_id, what, who=who_runs(), why=why, now=place.now(), dry_run=dry_run
        )
    _tell(place, done, dry_run=dry_run)


@click.command(epilog="\b\nEXAMPLES\n  newsarchive relate k7q2 m3c9 --why 'the same trial'")
@click.argument("one", metavar="ID")
@click.argument("other", metavar="OTHER")
@WHY
@DRY_RUN
@pass_place
def relate(place: Place, one: str, other: str, why: str | None, dry_run: bool) -> None:
    """Say that two articles are on one story: each shows the other."""
    _relate(place, one, other, is_related=True, why=why, dry_run=dry_run)


@click.command(epilog="\b\nEXAMPLES\n  newsarchive unrelate k7q2 m3c9")
@click.argument("one", metavar="ID")
@click.argument("other", metavar="OTHER")
@WHY
@DRY_RUN
@pass_place
def unrelate(place: Place, one: str, other: str, why: str | None, dry_run: bool) -> None:
    """Say that two articles have nothing to do with one another, whatever is found later."""
    _relate(place, one, other, is_related=False, why=why, dry_run=dry_run)


def _relate(
    place: Place, one: str, other: str, *, is_related: bool, why: str | None, dry_run: bool
) -> None:
    from archive.commands.upkeep import who_runs
    from archive.store import Store

    with Store.open(place.archive_url) as store:
        done = store.relate(
            one,
            other,
            is_related=is_related,
            who=who_runs(),
            why=why,
            now=place.now(),
            dry_run=dry_run,
        )
    _tell(place, done, dry_run=dry_run)


@click.command(
    epilog="\b\nEXAMPLES\n  newsarchive undo\n  newsarchive undo --list\n  newsarchive undo 12 --dry-run"
)
@click.argument("number", type=int, required=False)
@click.option("--list", "lists", is_flag=True, help="Show the last 50 decisions that stand.")
@DRY_RUN
@pass_place
def undo(place: Place, number: int | None, lists: bool, dry_run: bool) -> int | None:
    """Take back what was done by hand (merge, split, relate, set, tag, save, feeds): the last, or that NUMBER.

    Refused, with the reason, while something later depends on it.
    """
    from archive.store import Store

    if lists and number is not None:
        raise UsageError("undo --list shows all; name a number without it")
    with Store.open(place.archive_url) as store:
        if lists:
            return _list(place, store.undoable())
        done = store.undo(number, now=place.now(), dry_run=dry_run)
    _tell(place, done, dry_run=dry_run)
    return None


def _list(place: Place, standing: "tuple[Undoable, ...]") -> int | None:
    from archive import terminal as t

    if not standing:
        t.say("nothing was done by hand that can be taken back")
        return 1
    for one in standing:
        if not place.is_terminal:
            t.echo_row((one.number, one.done_at, one.who, one.command, one.blocked))
            continue
        when = t.when(one.done_at, place.zone, now=place.now())
        t.echo(f"{one.number:>4}  {when}  {t.printable(one.who)}  {t.printable(one.command)}")
        if one.blocked:
            t.echo(f"      not now: {t.printable(one.blocked)}")
    return None


def _tell(place: Place, done: "HandChange", *, dry_run: bool) -> None:
    """Say what changed; the same words and figures for a trial."""
    from archive import terminal as t

    if not done.is_changed:
        t.echo("already so, nothing changed")
        return
    parts = [f"{'would ' if dry_run else ''}{t.printable(done.command)}"]
    figures = (
        (done.n_articles, "articles"),
        (done.n_feeds, "feeds"),
        (done.n_sightings, "sightings"),
        (done.n_variants, "tellings"),
        (done.n_revisions, "revisions"),
        (done.n_void, "void"),
    )
    counted = ", ".join(
        f"{n} {name if n != 1 else name.removesuffix('s')}" for n, name in figures if n
    )
    if counted:
        parts.append(counted)
    t.echo("    ".join(parts))
    for one in dict.fromkeys((done.kept, done.other)):
        if one.id:
            t.echo(f"  {one.id}  {t.printable(one.title) or '(no headline)'}")
    if done.undo is not None and not dry_run:
        t.say(f"undo: newsarchive undo {done.undo}")
