"""`newsarchive feeds show|log`: one feed, and what its polls came to."""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from archive.commands.place import Instant, Place, pass_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archive.model.health import Condition
    from archive.store.feedhistory import FeedHistory, Poll

POLLS_SHOWN = 10

GUIDS_TOLD = {
    "shared": "it gave one guid to two articles: an equal guid proves nothing here",
    "passing": "it gives new guids at every poll: its items are known by their addresses",
}
"""What a feed's guids turned out to be, where they are not what they are for (docs/data.md, `guid_policy`)."""

LOG_COLUMNS = (
    "started_at", "result", "status", "new", "joined", "revised", "seen", "rejected", "bytes", "elapsed_s",
    "rolled_over", "detail",
)  # fmt: skip
"""What a line of the log holds in a pipe, in this order; new ones are only ever added at the end."""


class Since(Instant):
    """An option's instant, or an age: 7d, 36h, 90min."""

    name = "since"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the instant; an age counts back from the present one."""
        age = re.fullmatch(r"(\d{1,5})(d|h|min)", str(value))
        if age is None:
            return super().convert(value, param, ctx)
        place = ctx.find_object(Place) if ctx is not None else None
        unit = {"d": "days", "h": "hours", "min": "minutes"}[age[2]]
        return (place or Place()).now() - timedelta(**{unit: int(age[1])})


# ---- show ---------------------------------------------------------------------------------------


@click.command(
    epilog="EXAMPLES\n\n  newsarchive feeds show nos\n\n  newsarchive feeds show nos --json"
)
@click.argument("feed")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--secrets", is_flag=True, help="Show a private feed's addresses whole.")
@pass_place
def show(place: Place, feed: str, as_json: bool, secrets: bool) -> None:
    """Show one feed: how it is doing, its pace, its addresses and settings, its last polls."""
    from archive import terminal as t
    from archive.front import Archive
    from ingest.commands.why import wrapped

    with Archive.open(place.archive_url) as archive:
        held = archive.feed(feed, now=place.now(), n_polls=POLLS_SHOWN)
    condition = condition_of(place, held, as_json=as_json)
    if as_json:
        t.echo_json(_facts(place, held, condition, secrets=secrets))
        return
    state = t.paint(str(condition.health), "bold", colour=place.has_colour)
    t.echo(f"{t.printable(held.row.name)}  {state}  {t.printable(held.row.title)}")
    for name, words in _lines(place, held, condition, secrets=secrets):
        for line in wrapped(place, f"  {name:<11} {t.printable(words)}", indent=14):
            t.echo(line)
    if held.polls:
        t.echo()
        for line in _poll_table(place, held.polls):
            t.echo(line)
        if held.n_polls > len(held.polls):
            t.say(f"{t.number(held.n_polls)} polls in all: newsarchive feeds log {held.row.name}")


def condition_of(place: Place, held: "FeedHistory", *, as_json: bool) -> "Condition":
    """Return how a feed is doing, with times as their reader takes them."""
    from archive.model.health import condition

    when = times_of(place, for_people=place.is_terminal and not as_json)
    return condition(held.row, held.activity, now=place.now(), when=when)


def times_of(place: Place, *, for_people: bool) -> "Callable[[datetime], str]":
    """Return what writes an instant within a sentence: in the place's zone for people, else RFC 3339."""
    from archive import terminal

    if not for_people:
        return lambda instant: terminal.rfc3339(instant.replace(microsecond=0))
    return lambda instant: terminal.when(instant, place.zone, now=place.now())


def shown(url: str, held: "FeedHistory", *, secrets: bool = False) -> str:
    """Return an address fit for eyes: a private feed's is its host alone."""
    from urllib.parse import urlsplit

    from archive.identity.ids import strip_secrets

    if secrets:
        return url
    if not held.row.is_private:
        return strip_secrets(url)
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}/ (private)"


def _lines(
    place: Place, held: "FeedHistory", condition: "Condition", *, secrets: bool
) -> "Iterator[tuple[str, str]]":
    """Yield (what, words) of everything there is to say about a feed; what there is not, is left out."""
    from archive import terminal as t
    from ingest.commands.why import next_words, window_words

    row, seen, pace = held.row, held.activity, held.pace

    def when(instant: datetime) -> str:
        return t.when(instant, place.zone, now=place.now())

    yield "address", shown(row.url, held, secrets=secrets)
    if condition.note:
        yield "state", condition.note
    if condition.cure:
        yield "mend", condition.cure
    yield "next poll", next_words(place, held)
    if pace.interval_s:
        gap = f", a new entry about every {t.duration(pace.gap_s)}" if pace.gap_s else ""
        yield "pace", f"every {t.duration(pace.interval_s)}{gap}"
    if words := window_words(place, held):
        yield "window", words
    n_month = sum(n or 0 for n in seen.days)
    yield "30 days", f"{t.sparkline(seen.days)}  {t.number(n_month)} new, {seen.n_day} in 24 h"
    yield (
        "kept",
        f"{t.number(row.n_articles)} articles, {100 * seen.copies:.0f} % of what it shows are copies",
    )
    if held.etag or held.last_modified:
        parts = [f"ETag {held.etag}" if held.etag else "", held.last_modified or ""]
        yield "validators", " · ".join(part for part in parts if part)
        if held.validators_url and held.validators_url != row.url:
            yield "", f"of {shown(held.validators_url, held, secrets=secrets)}"
        if held.unconditional_at:
            yield "", f"the whole document is asked for again at {when(held.unconditional_at)}"
    for address in held.addresses:
        if address.url != row.url:
            since = f"({address.kind} {when(address.since)})"
            yield "also known", f"{shown(address.url, held, secrets=secrets)} {since}"
    if pace.watched is not None:
        url, times, first_at = pace.watched
        counted = f"seen {times} of 3 times since {when(first_at)}"
        yield "redirect", f"for good to {shown(url, held, secrets=secrets)}, {counted}"
    for hub in held.hub_urls:
        yield "hub", hub
    if held.hub_urls:
        for line in _push_lines(place, row.name):
            yield "push", line
    if told := GUIDS_TOLD.get(held.guid_policy):
        yield "guids", told
    if row.tags:
        yield "tags", ", ".join(row.tags)
    yield "settings", ", ".join(_settings(held))
    yield (
        "",
        f"from {_origin(place, held)}, since {when(held.created_at) if held.created_at else '?'}",
    )


def _push_lines(place: Place, name: str) -> "tuple[str, ...]":
    """Return how the feed stands at its hub, or why it is not there."""
    from ingest.websub.status import push_lines

    public_url = place.load_config().web.public_url
    return push_lines(place.archive_url, name, public_url=public_url, now=place.now())


def _settings(held: "FeedHistory") -> "Iterator[str]":
    from archive.terminal import duration

    row = held.row
    yield f"page {row.page}"
    yield f"interval {duration(row.interval_s)}" if row.interval_s else "interval as observed"
    yield "private" if row.is_private else "public"
    yield "published" if row.publishes else "not published"
    if held.auth_file:
        yield "with an auth_file"
    if not held.verify_tls:
        yield "its certificate is not verified"


def _origin(place: Place, held: "FeedHistory") -> str:
    from archive import terminal

    if held.row.origin != "config":
        return f"the command line (newsarchive feeds edit {held.row.name})"
    return "the config file" + (
        f" ({terminal.path(place.config_path)})" if place.config_path else ""
    )


def _poll_table(place: Place, polls: "tuple[Poll, ...]") -> "Iterator[str]":
    """Yield the polls as a table, newest first; the reason stands beside its poll if there is room, else beneath."""
    from archive import terminal as t

    head = f"  {'polled':<13} {'result':<13} {'':>3}  {'new':>4} {'edited':>6} {'seen':>5} {'size':>7} {'took':>7}"
    room = t.columns() - len(head) - 2
    yield t.paint(head, "bold", colour=place.has_colour)
    for poll in polls:
        line = (
            f"  {t.when(poll.started_at, place.zone, now=place.now()):<13} {poll.result:<13} {poll.status or '':>3} "
            f" {poll.n_new + poll.n_joined:>4} {poll.n_revised:>6} {poll.n_seen:>5}"
            f" {t.size(poll.n_wire_bytes):>7} {t.duration(poll.elapsed_s):>7}"
        )
        detail = t.printable(poll.detail or "")
        if detail and t.text_width(detail) <= room:
            yield f"{line}  {detail}"
            continue
        yield line.rstrip()
        if detail:
            yield f"      {t.cut(detail, t.columns() - 6)}"


def _facts(
    place: Place, held: "FeedHistory", condition: "Condition", *, secrets: bool
) -> dict[str, object]:
    from archive.model.health import due_at

    row, seen, pace = held.row, held.activity, held.pace
    watched = None
    if pace.watched is not None:
        url, times, since = pace.watched
        watched = {"url": shown(url, held, secrets=secrets), "times": times, "since": since}
    return {
        "schema": 1,
        "feed": row.name,
        "title": row.title,
        "url": shown(row.url, held, secrets=secrets),
        "state": row.state,
        "health": str(condition.health),
        "note": condition.note or None,
        "cure": condition.cure or None,
        "last_poll_at": row.last_poll_at,
        "last_good_at": row.last_good_at,
        "next_poll_at": due_at(row, seen),
        "reasons": list(row.reasons),
        "failures": row.n_failures,
        "failing_since": seen.failing_since,
        "hold_until": seen.hold_until,
        "interval_s": pace.interval_s,
        "gap_s": pace.gap_s,
        "window": pace.n_window,
        "rollovers": pace.n_rollovers,
        "rolled_over_at": seen.rolled_over_at,
        "missed": seen.missed,
        "days": list(seen.days),
        "new_24h": seen.n_day,
        "articles": row.n_articles,
        "copies": round(seen.copies, 3),
        "etag": held.etag,
        "last_modified": held.last_modified,
        "validators_url": shown(held.validators_url, held, secrets=secrets)
        if held.validators_url
        else None,
        "unconditional_at": held.unconditional_at,
        "addresses": [
            {"url": shown(one.url, held, secrets=secrets), "kind": one.kind, "since": one.since}
            for one in held.addresses
        ],
        "redirect": watched,
        "hubs": list(held.hub_urls),
        "tags": list(row.tags),
        "settings": {
            "origin": row.origin,
            "page": row.page,
            "interval_s": row.interval_s,
            "private": row.is_private,
            "publish": row.publishes,
            "auth_file": held.auth_file is not None,
            "verify_tls": held.verify_tls,
            "guids": held.guid_policy,
        },
        "polls": [poll_facts(poll) for poll in held.polls],
    }


# ---- log ----------------------------------------------------------------------------------------


@click.command(
    epilog="EXAMPLES\n\n  newsarchive feeds log nos\n\n  newsarchive feeds log nos --since 7d --failed"
)
@click.argument("feed")
@click.option(
    "--since", type=Since(), metavar="INSTANT", help="From then on: RFC 3339, or 7d, 36h."
)
@click.option("--failed", is_flag=True, help="Only polls that failed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_place
def log(place: Place, feed: str, since: datetime | None, failed: bool, as_json: bool) -> int | None:
    """List a feed's polls of the last 90 days, newest first: what each gave, or why not."""
    from archive import terminal
    from archive.front import Archive

    with Archive.open(place.archive_url) as archive:
        polls = archive.polls(feed, since=since, failed=failed)
    if as_json:
        terminal.echo_json(
            {"schema": 1, "feed": feed, "polls": [poll_facts(poll) for poll in polls]}
        )
    elif place.is_terminal and polls:
        for line in _poll_table(place, polls):
            terminal.echo(line)
    else:
        for poll in polls:
            facts = poll_facts(poll)
            terminal.echo_row([facts[column] for column in LOG_COLUMNS])
    if not polls:
        terminal.say("no poll failed" if failed else "no polls yet")
        return 1
    return None


def poll_facts(poll: "Poll") -> dict[str, object]:
    """Return one poll as programs take it."""
    return {
        "started_at": poll.started_at,
        "result": poll.result,
        "status": poll.status,
        "new": poll.n_new,
        "joined": poll.n_joined,
        "revised": poll.n_revised,
        "seen": poll.n_seen,
        "rejected": poll.n_rejected,
        "bytes": poll.n_wire_bytes,
        "elapsed_s": round(poll.elapsed_s, 3),
        "rolled_over": poll.rolled_over,
        "detail": poll.detail,
    }
