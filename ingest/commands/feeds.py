"""`newsarchive feeds ...`: the list of feeds, and everything that changes it."""

from typing import TYPE_CHECKING

import click

from archive.commands.place import Place, pass_place
from archive.errors import UsageError
from ingest.commands.backfill import backfill
from ingest.commands.lists import export, import_
from ingest.commands.subscribe import add

if TYPE_CHECKING:
    from archive.model.kept import FeedRow


@click.group(
    invoke_without_command=True,
    epilog="EXAMPLES\n\n  newsarchive feeds\n\n  newsarchive feeds add https://feeds.nos.nl/nosnieuwsalgemeen\n\n"
    "  newsarchive feeds import subscriptions.opml",
)
@click.pass_context
def feeds(context: click.Context) -> None:
    """List, add, remove, import and export feeds."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


for _command in (add, import_, export, backfill):
    feeds.add_command(_command)


@feeds.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--secrets", is_flag=True, help="Show private feeds' addresses whole.")
@click.option("--sick", is_flag=True, help="Only feeds that need a look.")
@pass_place
def list_(
    place: Place, as_json: bool = False, secrets: bool = False, sick: bool = False
) -> int | None:
    """List the feeds: state, last and next poll, articles."""
    from archive import terminal
    from archive.front import Archive

    with Archive.open(place.archive_url) as archive:
        rows = archive.feeds()
    if sick:
        rows = tuple(row for row in rows if row.n_failures or row.state not in ("active", "paused"))
    if as_json:
        terminal.echo_json({"schema": 1, "feeds": [_facts(row, secrets=secrets) for row in rows]})
    for row in () if as_json else rows:
        facts = _facts(row, secrets=secrets)
        if place.is_terminal:
            terminal.echo(_row(place, row, str(facts["url"])))
        else:
            terminal.echo_row(
                [
                    facts[key]
                    for key in (
                        "feed",
                        "state",
                        "last_poll_at",
                        "next_poll_at",
                        "articles",
                        "url",
                        "note",
                    )
                ]
            )
    if not rows:
        terminal.say(
            "no feed is sick" if sick else "no feeds yet; add one with: newsarchive feeds add URL"
        )
        return None if sick else 1
    return None


@feeds.command()
@click.argument("names", nargs=-1, required=True)
@pass_place
def remove(place: Place, names: tuple[str, ...]) -> None:
    """Retire feeds: they are polled no more, their articles stay."""
    _set_states(
        place,
        names,
        "retired",
        "retired {name}, its articles stay  undo: newsarchive feeds resume {name}",
    )


@feeds.command()
@click.argument("names", nargs=-1, required=True)
@pass_place
def pause(place: Place, names: tuple[str, ...]) -> None:
    """Stop polling feeds for now."""
    _set_states(place, names, "paused", "paused {name}  undo: newsarchive feeds resume {name}")


@feeds.command()
@click.argument("names", nargs=-1, required=True)
@pass_place
def resume(place: Place, names: tuple[str, ...]) -> None:
    """Poll paused, retired, held or parked feeds again."""
    _set_states(place, names, "active", "{name} is polled again")


@feeds.command()
@click.argument("name")
@click.argument("new_name")
@pass_place
def rename(place: Place, name: str, new_name: str) -> None:
    """Give a feed another name for `feed:NAME`."""
    from archive import terminal
    from archive.store import Store
    from archive.store.subscriptions import Subscription, slug_of

    if slug_of(new_name) != new_name:
        raise UsageError(
            f"{new_name!r} is no feed name: lower-case letters, digits and dashes; try {slug_of(new_name)!r}"
        )
    with Store.open(place.archive_url) as store:
        row = store.find_feed(name)
        store.change_feed(row.id, Subscription(url=row.url, name=new_name))
    terminal.echo(f"renamed {row.name} to {new_name}")


@feeds.command()
@click.argument("name")
@click.option("--title", help="Shown instead of the feed's own title.")
@click.option("--tag", "tags", multiple=True, help="Its tags, all of them.")
@click.option("--page", type=click.Choice(["auto", "always", "never"]), help="Fetch article pages.")
@click.option("--interval-s", type=click.IntRange(60, 2_592_000), help="Seconds between polls.")
@click.option("--private/--public", default=None, help="Keep it out of every feed and page.")
@click.option("--publish/--no-publish", default=None, help="Whether the merged feed carries it.")
@pass_place
def edit(
    place: Place,
    name: str,
    title: str | None,
    tags: tuple[str, ...],
    page: str | None,
    interval_s: int | None,
    private: bool | None,
    publish: bool | None,
) -> None:
    """Change what is kept of a feed. A feed of config.toml is changed there."""
    from archive import terminal
    from archive.store import Store
    from archive.store.subscriptions import Subscription

    with Store.open(place.archive_url) as store:
        row = store.find_feed(name)
        if row.origin == "config":
            raise UsageError(
                f"{row.name} is declared in config.toml ({place.config_path}); change it there"
            )
        changed = store.change_feed(
            row.id,
            Subscription(
                url=row.url,
                title=title,
                tags=tags or None,
                page=page,
                interval_s=interval_s,
                is_private=private,
                publishes=publish,
            ),
        )
    terminal.echo(f"{row.name}: {'changed' if changed else 'nothing changed'}")


@feeds.command()
@pass_place
def check(place: Place) -> int | None:
    """Say which feeds need a look, and why; exit code 1 when there are any."""
    from archive import terminal
    from archive.front import Archive

    with Archive.open(place.archive_url) as archive:
        rows = archive.feeds()
    sick = [row for row in rows if row.n_failures or row.state in ("dead", "held", "parked")]
    for row in sick:
        terminal.echo_row([row.name, row.state, row.n_failures, row.last_reason, row.last_detail])
    terminal.say(f"{len(rows)} feeds, {len(sick)} need a look")
    return 1 if sick else None


def _set_states(place: Place, names: tuple[str, ...], state: str, told: str) -> None:
    from archive import terminal
    from archive.store import Store

    with Store.open(place.archive_url) as store:
        rows = [store.find_feed(name) for name in names]
        declared = [row.name for row in rows if row.origin == "config" and row.state != "retired"]
        if state == "retired" and declared:
            raise UsageError(
                f"{declared[0]} is declared in config.toml ({place.config_path}); take it out there, "
                f"or stop it for now: newsarchive feeds pause {declared[0]}"
            )
        for row in rows:
            store.set_feed_state(row.id, state, now=place.now())
            terminal.echo(told.format(name=row.name))


def _facts(row: "FeedRow", *, secrets: bool) -> dict[str, object]:
    return {
        "feed": row.name,
        "title": row.title,
        "url": row.url if secrets else row.address,
        "state": row.state if not row.n_failures or row.state != "active" else "failing",
        "origin": row.origin,
        "last_poll_at": row.last_poll_at,
        "next_poll_at": row.next_poll_at,
        "articles": row.n_articles,
        "failures": row.n_failures,
        "note": row.last_detail or (row.reasons[0] if row.reasons else None),
        "tags": list(row.tags),
        "page": row.page,
        "private": row.is_private,
    }


def _row(place: Place, row: "FeedRow", url: str) -> str:
    from archive import terminal as t

    state = str(_facts(row, secrets=False)["state"])
    colour = (
        "green"
        if state == "active"
        else "red"
        if state in ("failing", "dead", "parked")
        else "yellow"
    )
    last = t.when(row.last_poll_at, place.zone, now=place.now()) if row.last_poll_at else "never"
    coming = t.when(row.next_poll_at, place.zone, now=place.now()) if row.next_poll_at else "-"
    return "  ".join(
        (
            t.pad(t.cut(t.printable(row.name), 18), 18),
            t.paint(t.pad(state, 8), colour, colour=place.has_colour),
            t.pad(last, 12),
            t.pad(coming, 12),
            t.pad(t.number(row.n_articles), 8, align="right"),
            t.cut(t.printable(row.last_detail or url), max(20, t.columns() - 70)),
        )
    )
