"""`newsarchive feeds ...`: the list of feeds with how each is doing, and everything that changes one."""

from typing import TYPE_CHECKING

import click

from archive.commands.place import Place, pass_place
from archive.errors import UsageError
from ingest.commands.backfill import backfill
from ingest.commands.history import log, show, times_of
from ingest.commands.lists import export, import_
from ingest.commands.subscribe import add

if TYPE_CHECKING:
    from datetime import datetime

    from archive.model.health import Activity, Condition
    from archive.model.kept import FeedRow

    Listed = tuple[FeedRow, Activity, Condition]


@click.group(
    invoke_without_command=True,
    epilog="EXAMPLES\n\n  newsarchive feeds\n\n  newsarchive feeds add https://feeds.nos.nl/nosnieuwsalgemeen\n\n"
    "  newsarchive feeds import subscriptions.opml\n\n  newsarchive feeds --sick",
)
@click.option("--json", "as_json", is_flag=True, help="The list as one JSON document.")
@click.option("--sick", is_flag=True, help="Only feeds that need a look.")
@click.pass_context
def feeds(context: click.Context, as_json: bool, sick: bool) -> int | None:
    """List, add, remove, import and export feeds; say how they are doing."""
    if context.invoked_subcommand is None:
        found: int | None = context.invoke(list_, as_json=as_json, sick=sick)
        return found
    if as_json or sick:
        raise UsageError(
            f"--json and --sick belong behind the command: feeds {context.invoked_subcommand} ..."
        )
    return None


for _command in (add, import_, export, backfill, show, log):
    feeds.add_command(_command)


# ---- the list -----------------------------------------------------------------------------------


COLUMNS = (
    "feed", "state", "last_poll_at", "next_poll_at", "articles", "url", "note", "new_24h", "copies", "days",
)  # fmt: skip
"""What a line in a pipe holds, in this order; new ones are only ever added at the end."""


@feeds.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--secrets", is_flag=True, help="Show private feeds' addresses whole.")
@click.option("--sick", is_flag=True, help="Only feeds that need a look.")
@pass_place
def list_(
    place: Place, as_json: bool = False, secrets: bool = False, sick: bool = False
) -> int | None:
    """List the feeds: how each is doing, last and next poll, news, articles."""
    from archive import terminal

    listed, resting_since = _listed(place, as_json=as_json)
    shown = [one for one in listed if one[2].needs_look] if sick else listed
    if as_json:
        found = [_facts(*one, secrets=secrets) for one in shown]
        terminal.echo_json({"schema": 1, "at_rest_since": resting_since, "feeds": found})
    elif place.is_terminal:
        for line in _table(place, shown):
            terminal.echo(line)
    else:
        for one in shown:
            facts = _facts(*one, secrets=secrets)
            days = ",".join("" if n is None else str(n) for n in one[1].days)
            said = facts | {"state": facts["health"], "days": days}
            terminal.echo_row([said[column] for column in COLUMNS])
    if not listed:
        terminal.say("no feeds yet; add one with: newsarchive feeds add URL")
        return 1
    terminal.say("no feed is sick" if sick and not shown else _summary(listed, sick=sick))
    _say_at_rest(place, resting_since)
    return None


def _listed(place: Place, *, as_json: bool) -> "tuple[list[Listed], datetime | None]":
    """Return every feed with what its polls came to and how it is doing, by name; and since when nothing polls.

    Where nothing polls, each feed is as it was at the last poll: none is late of its own.
    """
    from archive.front import Archive
    from archive.model.health import at_rest_since, condition

    when = times_of(place, for_people=place.is_terminal and not as_json)
    with Archive.open(place.archive_url) as archive:
        rows = archive.feeds()
        resting_since = at_rest_since(rows, now=place.now())
        as_of = resting_since or place.now()
        activities = archive.activities(now=as_of)
    listed = [
        (row, seen, condition(row, seen, now=as_of, when=when))
        for row in rows
        if (seen := activities.get(row.id)) is not None
    ]
    return listed, resting_since


def _say_at_rest(place: Place, since: "datetime | None") -> None:
    from archive import terminal

    if since is not None:
        at = times_of(place, for_people=place.is_terminal)(since)
        terminal.say(
            f"nothing was polled since {at}, and this is how it stood; go on: newsarchive run"
        )


def _facts(
    row: "FeedRow", seen: "Activity", condition: "Condition", *, secrets: bool
) -> dict[str, object]:
    from archive.model.health import due_at

    return {
        "feed": row.name,
        "title": row.title,
        "url": row.url if secrets else row.address,
        "state": row.state if not row.n_failures or row.state != "active" else "failing",
        "origin": row.origin,
        "last_poll_at": row.last_poll_at,
        "next_poll_at": due_at(row, seen),
        "articles": row.n_articles,
        "failures": row.n_failures,
        "note": condition.note or None,
        "tags": list(row.tags),
        "page": row.page,
        "private": row.is_private,
        "health": str(condition.health),
        "needs_look": condition.needs_look,
        "cure": condition.cure or None,
        "last_good_at": row.last_good_at,
        "failing_since": seen.failing_since,
        "hold_until": seen.hold_until,
        "new_24h": seen.n_day,
        "copies": round(seen.copies, 3),
        "days": list(seen.days),
        "rolled_over_at": seen.rolled_over_at,
    }


def _table(place: Place, listed: "list[Listed]") -> "list[str]":
    """Return the lines for a person: a feed's note beside it where there is room, else beneath."""
    from archive import terminal as t

    if not listed:
        return []
    longest = max(t.text_width(row.name) for row, _, _ in listed)
    width = max(min(longest, 28, t.columns() - 62), len("feed"))
    head = f" {t.pad('feed', width)}  state    last    next    24 h  30 days       kept  copies"
    room = t.columns() - t.text_width(head) - 2
    lines = [t.paint(f"{head}  note" if room >= 24 else head, "bold", colour=place.has_colour)]
    for row, seen, condition in listed:
        line = " ".join(("", _cells(place, row, seen, condition, width)))
        note = t.printable(condition.note)
        if note and t.text_width(note) <= room:
            lines.append(f"{line}  {note}")
            continue
        lines.append(line)
        if note:
            lines.append(f" {' ' * width}  {t.cut(note, t.columns() - width - 3)}")
    return lines


LOOKS = {
    "good": "green",
    "failing": "red",
    "dead": "red",
    "parked": "red",
    "new": "dim",
    "paused": "dim",
    "retired": "dim",
}
"""Colours of the states; what is not here is yellow."""


def _cells(
    place: Place, row: "FeedRow", seen: "Activity", condition: "Condition", width: int
) -> str:
    from archive import terminal as t
    from archive.model.health import due_at

    look = LOOKS.get(str(condition.health), "yellow")
    return "  ".join(
        (
            t.pad(t.cut(t.printable(row.name), width), width),
            t.paint(t.pad(str(condition.health), 7), look, colour=place.has_colour),
            t.pad(clock(place, row.last_poll_at), 6),
            t.pad(clock(place, due_at(row, seen)), 6),
            t.pad(t.number(seen.n_day), 4, align="right"),
            t.pad(t.sparkline(thirds(seen.days)), 10),
            t.pad(t.number(row.n_articles), 7, align="right"),
            t.pad(f"{100 * seen.copies:.0f} %", 6, align="right"),
        )
    )


def clock(place: Place, instant: object) -> str:
    """Return an instant as short as can be: the time of today, the day of this year, else month and year."""
    from datetime import datetime

    from archive import terminal

    if not isinstance(instant, datetime):
        return "-"
    there, here = instant.astimezone(place.zone), place.now().astimezone(place.zone)
    if there.date() == here.date():
        return f"{there:%H:%M}"
    words = terminal.when(instant, place.zone, now=place.now()).split()
    return " ".join(words[:2]) if there.year == here.year else f"{there:%m}-{there:%Y}"


def thirds(days: "tuple[int | None, ...]") -> "list[float | None]":
    """Return the sums of three days each; None for three days before the feed was subscribed."""
    return [
        None if set(part) == {None} else sum(n or 0 for n in part)
        for part in (days[at : at + 3] for at in range(0, len(days), 3))
    ]


def _summary(listed: "list[Listed]", *, sick: bool) -> str:
    from archive.terminal import number

    calm = [str(condition.health) for _, _, condition in listed if not condition.needs_look]
    n_sick = len(listed) - len(calm)
    counts = [f"{number(calm.count('good'))} good"]
    if n_sick:
        counts.append(f"{number(n_sick)} need{'s' if n_sick == 1 else ''} a look")
    counts += [
        f"{number(calm.count(state))} {state}"
        for state in ("slow", "new", "paused", "retired")
        if state in calm
    ]
    said = f"{number(len(listed))} feed{'s' if len(listed) != 1 else ''}: {', '.join(counts)}"
    if not n_sick:
        return said
    first = next(row.name for row, _, condition in listed if condition.needs_look)
    only = "" if sick else "   only those: newsarchive feeds --sick"
    return f"{said}\nwhy: newsarchive why {first}{only}"


@feeds.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_place
def check(place: Place, as_json: bool) -> int | None:
    """Say which feeds need a look, why, and what mends it; exit code 1 when there are any."""
    from archive import terminal as t

    listed, resting_since = _listed(place, as_json=as_json)
    sick = [one for one in listed if one[2].needs_look]
    if as_json:
        found = [_facts(*one, secrets=False) for one in sick]
        t.echo_json({"schema": 1, "at_rest_since": resting_since, "feeds": found})
    for row, _, condition in () if as_json else sick:
        if place.is_terminal:
            state = t.paint(str(condition.health), "bold", colour=place.has_colour)
            t.echo(f"{t.printable(row.name)}  {state}  {t.printable(condition.note)}")
            t.echo(f"  {t.printable(condition.cure)}")
        else:
            t.echo_row(
                [row.name, condition.health, row.n_failures, row.last_reason, condition.note, condition.cure]
            )  # fmt: skip
    t.say(f"{len(listed)} feeds, {len(sick)} need{'s' if len(sick) == 1 else ''} a look")
    _say_at_rest(place, resting_since)
    return 1 if sick else None


# ---- changing -----------------------------------------------------------------------------------


@feeds.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--now", "breaks_wish", is_flag=True, help="Also while its server asks to wait.")
@pass_place
def retry(place: Place, names: tuple[str, ...], breaks_wish: bool) -> None:
    """Have failing, held, parked or dead feeds asked again at once.

    How often they failed stays counted until one poll is good. A server that asked to wait (Retry-After) is left alone
    unless --now is given.
    """
    from archive import terminal as t
    from archive.store import Store
    from archive.store.subscriptions import retry as retry_feed

    now = place.now()
    with Store.open(place.archive_url) as store:
        rows = [store.find_feed(name) for name in names]
        for row in rows:
            if row.state in ("paused", "retired"):
                raise UsageError(
                    f"{row.name} is {row.state}; poll it again with: newsarchive feeds resume {row.name}"
                )
        for row in rows:
            with store.writing() as connection:
                hold_until = retry_feed(connection, row.id, now=now, breaks_hold=breaks_wish)
            if hold_until is None:
                t.echo(
                    f"{row.name} is due now{_failed_before(row)}; the service polls it, or: newsarchive poll {row.name}"
                )
                continue
            until = t.when(hold_until, place.zone, now=now)
            if breaks_wish:
                t.echo(
                    f"{row.name} is due now, against its server's wish to wait until {until};"
                    f" poll it: newsarchive poll {row.name}"
                )
            else:
                t.echo(
                    f"{row.name} is asked first thing at {until}: its server asked to wait."
                    f" Break that wish: newsarchive feeds retry {row.name} --now"
                )


def _failed_before(row: "FeedRow") -> str:
    if not row.n_failures:
        return ""
    return f" ({row.n_failures} failure{'s' if row.n_failures > 1 else ''} so far)"


DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would change, change nothing.")


@feeds.command()
@click.argument("names", nargs=-1, required=True)
@DRY_RUN
@pass_place
def remove(place: Place, names: tuple[str, ...], dry_run: bool) -> None:
    """Retire feeds: they are polled no more, their articles stay."""
    told = ("retired {name}, its articles stay", "would retire {name}, its articles stay")
    _set_states(place, names, "retired", "feeds remove", told, dry_run=dry_run)


@feeds.command()
@click.argument("names", nargs=-1, required=True)
@DRY_RUN
@pass_place
def pause(place: Place, names: tuple[str, ...], dry_run: bool) -> None:
    """Stop polling feeds for now."""
    told = ("paused {name}", "would pause {name}")
    _set_states(place, names, "paused", "feeds pause", told, dry_run=dry_run)


@feeds.command()
@click.argument("names", nargs=-1, required=True)
@DRY_RUN
@pass_place
def resume(place: Place, names: tuple[str, ...], dry_run: bool) -> None:
    """Poll paused, retired, held or parked feeds again."""
    told = ("{name} is polled again", "{name} would be polled again")
    _set_states(place, names, "active", "feeds resume", told, dry_run=dry_run)


@feeds.command()
@click.argument("name")
@click.argument("new_name")
@DRY_RUN
@pass_place
def rename(place: Place, name: str, new_name: str, dry_run: bool) -> None:
    """Give a feed another name for `feed:NAME`."""
    from archive import terminal as t
    from archive.commands.upkeep import who_runs
    from archive.store import Store, feedchanges
    from archive.store.subscriptions import Subscription, slug_of

    if slug_of(new_name) != new_name:
        raise UsageError(
            f"{new_name!r} is no feed name: lower-case letters, digits and dashes; try {slug_of(new_name)!r}"
        )
    with Store.open(place.archive_url) as store:
        row = store.find_feed(name)
        done = feedchanges.edit(
            store,
            row.id,
            Subscription(url=row.url, name=new_name),
            command=f"feeds rename {row.name}",
            who=who_runs(),
            now=place.now(),
            dry_run=dry_run,
        )
    t.echo(f"{'would rename' if dry_run else 'renamed'} {row.name} to {new_name}")
    _say_undo(done.undo)


@feeds.command()
@click.argument("name")
@click.option("--title", help="Shown instead of the feed's own title.")
@click.option("--tag", "tags", multiple=True, help="Its tags, all of them.")
@click.option("--page", type=click.Choice(["auto", "always", "never"]), help="Fetch article pages.")
@click.option("--interval-s", type=click.IntRange(60, 2_592_000), help="Seconds between polls.")
@click.option("--private/--public", default=None, help="Keep it out of every feed and page.")
@click.option("--publish/--no-publish", default=None, help="Whether the merged feed carries it.")
@DRY_RUN
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
    dry_run: bool,
) -> None:
    """Change what is kept of a feed. A feed of config.toml is changed there."""
    from archive import terminal as t
    from archive.commands.upkeep import who_runs
    from archive.store import Store, feedchanges
    from archive.store.subscriptions import Subscription

    with Store.open(place.archive_url) as store:
        row = store.find_feed(name)
        if row.origin == "config":
            raise UsageError(
                f"{row.name} is declared in config.toml ({place.config_path}); change it there"
            )
        wanted = Subscription(
            url=row.url,
            title=title,
            tags=tags or None,
            page=page,
            interval_s=interval_s,
            is_private=private,
            publishes=publish,
        )
        done = feedchanges.edit(
            store,
            row.id,
            wanted,
            command="feeds edit",
            who=who_runs(),
            now=place.now(),
            dry_run=dry_run,
        )
    (differing,) = done.differing
    told = ", ".join(SAID.get(column, column) for column in sorted(differing))
    changed = "would change" if dry_run else "changed"
    t.echo(f"{row.name}: {f'{changed} {told}' if told else 'nothing changed'}")
    _say_undo(done.undo)


SAID = {"is_private": "private", "publishes": "publish", "interval_s": "interval"}
"""What a column of a feed is called to a person, where it is not called so itself."""


def _set_states(
    place: Place,
    names: tuple[str, ...],
    state: str,
    command: str,
    told: tuple[str, str],
    *,
    dry_run: bool,
) -> None:
    from archive import terminal
    from archive.commands.upkeep import who_runs
    from archive.store import Store, feedchanges

    with Store.open(place.archive_url) as store:
        rows = [store.find_feed(name) for name in names]
        declared = [row.name for row in rows if row.origin == "config" and row.state != "retired"]
        if state == "retired" and declared:
            raise UsageError(
                f"{declared[0]} is declared in config.toml ({place.config_path}); take it out there, "
                f"or stop it for now: newsarchive feeds pause {declared[0]}"
            )
        done = feedchanges.set_states(
            store,
            [row.id for row in rows],
            state,
            command=command,
            who=who_runs(),
            now=place.now(),
            dry_run=dry_run,
        )
    for row in done.rows:
        terminal.echo(told[dry_run].format(name=row.name))
    _say_undo(done.undo)


def _say_undo(number: int | None) -> None:
    from archive import terminal

    if number is not None:
        terminal.say(f" undo: newsarchive undo {number}")
