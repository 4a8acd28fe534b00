"""`newsarchive why FEED`: when a feed is polled next, and every reason for it, in words.

Of an article it says why it is one, in the feed or not, and whole or not (`archive.commands.why_article`); of two
articles, why they are one or two (`archive.commands.duplicates`).
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from archive.commands.place import Place, pass_place
from archive.errors import NotFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive.front import Archive
    from archive.model.health import Condition
    from archive.store.feedhistory import FeedHistory

FORMULA = (
    "next = last poll + the longest of: the interval, give or take a tenth; what the answer (max-age, Expires) and"
    " the document (ttl) ask for, a day at most; a Retry-After, a week at most; then on to an hour not skipped",
    "interval = half the time between new entries, or a quarter of the time in which the document rolls over; no"
    " less than {floor}, no more than {ceiling}, at most doubled and at least quartered by one poll",
    "after n failures in a row: the interval x 2^n, a day at most; no answer at all: 5 min x 3^(n-1), while that"
    " is less",
)
"""`ingest.pace`'s, as sentences."""

SPOKEN = {
    "failing": "It is failing",
    "dead": "It has been failing for a month",
    "parked": "Its document was too much",
    "gap": "Its document rolled over",
    "late": "It is late",
    "slow": "It is slow",
}
"""How a state begins a sentence; what is not here is said by the first one."""


@click.command(
    epilog="EXAMPLES\n\n  newsarchive why nos\n\n  newsarchive why nos --json\n\n  newsarchive why k7q2"
    "\n\n  newsarchive why k7q2 m3c9\n\n  newsarchive why duplicate k7q2 m3c9"
)
@click.argument("subject", metavar="FEED|[duplicate] ID")
@click.argument("others", metavar="[ID]", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_place
def why(place: Place, subject: str, others: tuple[str, ...], as_json: bool) -> None:
    """Say when a feed is polled next, and why then; of an article, why it is one, in the feed, and whole.

    Of two articles: why they are one or two.
    """
    if others:
        from archive.commands.duplicates import explain

        ids = others if subject == "duplicate" else (subject, *others)
        if len(ids) != 2:
            raise UsageError(
                "why takes a feed, or two articles: newsarchive why duplicate k7q2 m3c9;"
                f" all that one article was compared with: newsarchive duplicates {ids[0]}"
            )
        explain(place, *ids, as_json=as_json)
        return
    from archive import terminal as t
    from archive.front import Archive
    from ingest.commands.history import condition_of

    with Archive.open(place.archive_url) as archive:
        try:
            held = archive.feed(subject, now=place.now(), n_polls=1)
        except NotFound:
            if not _is_article(archive, subject):
                raise
            _explain_article(place, archive, subject, as_json=as_json)
            return
    condition = condition_of(place, held, as_json=as_json)
    if as_json:
        t.echo_json(_facts(place, held, condition))
        return
    for line in _sentences(place, held, condition):
        for part in wrapped(place, t.printable(line)):
            t.echo(part)


def _explain_article(place: Place, archive: "Archive", subject: str, *, as_json: bool) -> None:
    from archive import terminal as t
    from archive.commands import why_article

    if as_json:
        t.echo_json(why_article.document(place, archive, subject))
        return
    for line in why_article.sentences(place, archive, subject):
        for part in wrapped(place, t.printable(line)):
            t.echo(part)


def _is_article(archive: "Archive", subject: str) -> bool:
    try:
        archive.article(subject)
    except NotFound as error:
        return "several ids" in str(error)
    return True


def wrapped(place: Place, line: str, *, indent: int | None = None) -> "list[str]":
    """Return a line in parts that fit the terminal, those after the first indented; whole in a pipe."""
    import textwrap

    from archive import terminal

    if not place.is_terminal:
        return [line]
    # An indented line is indented further where it goes on.
    before = len(line) - len(line.lstrip())
    after = " " * (before + (2 if before else 0) if indent is None else indent)
    width = max(terminal.columns(), 40)
    return textwrap.wrap(
        line, width, subsequent_indent=after, break_long_words=False, break_on_hyphens=False
    ) or [""]


# ---- sentences ----------------------------------------------------------------------------------


def _sentences(place: Place, held: "FeedHistory", condition: "Condition") -> "Iterator[str]":
    from archive import terminal as t

    row, pace = held.row, held.pace
    is_overdue = row.next_poll_at is not None and row.next_poll_at <= place.now()
    yield next_words(place, held, prefix="Next poll ")
    if condition.note and condition.health in SPOKEN and (condition.health != "late" or is_overdue):
        yield f"{SPOKEN[condition.health]}: {condition.note}."
    if condition.needs_look and condition.cure:
        yield f"What to do: {condition.cure}"
    if row.next_poll_at is None:
        return
    if pace.interval_s and row.last_poll_at is not None:
        yield f"Its usual rhythm is every {t.duration(pace.interval_s)}{_rate(held)}."
    if words := window_words(place, held):
        yield f"{words[:1].upper()}{words[1:]}."
    if (moving := _move_words(place, held)) is not None:
        yield moving
    if row.reasons:
        yield "What was weighed, the deciding one first:"
        yield from (f"  {reason}" for reason in row.reasons)
    yield "The formula:"
    yield from (f"  {line}" for line in formula(place))
    yield f"Poll it now: newsarchive {_poll_now(place, held)}"


def next_words(place: Place, held: "FeedHistory", *, prefix: str = "") -> str:
    """Return when a feed is polled next and what decided that; of one that is not polled, what ends that."""
    from archive import terminal as t
    from archive.model.health import due_at

    row, now = held.row, place.now()
    at = due_at(row, held.activity)
    if at is None:
        return _unpolled_words(held)
    if row.last_poll_at is None:
        return f"{prefix}{_when(place, at)}: it was not polled yet."
    until = "now" if at <= now else f"in {t.duration((at - now).total_seconds())}"
    usual = row.last_poll_at + timedelta(seconds=held.activity.interval_s)
    # Jitter moves a poll by a tenth; what moves it further is worth a word.
    is_moved = abs((at - usual).total_seconds()) > 0.15 * held.activity.interval_s
    instead = f", not {_when(place, usual)}" if is_moved else ""
    return f"{prefix}{_when(place, at)} ({until}){instead}: {_cause(place, held)}."


def _cause(place: Place, held: "FeedHistory") -> str:
    row, hold_until = held.row, held.activity.hold_until
    if hold_until is not None and row.next_poll_at is not None and hold_until > row.next_poll_at:
        return (
            f"{held.pace.host.partition(':')[0]} asked us to wait until {_when(place, hold_until)}"
        )
    return row.reasons[0] if row.reasons else "somebody asked for it"


def _unpolled_words(held: "FeedHistory") -> str:
    row = held.row
    match row.state:
        case "held":
            return (
                "Not polled: its server wants other credentials (401); until its auth_file changes, or"
                f" newsarchive feeds retry {row.name}."
            )
        case "parked":
            return (
                "Not polled: its document stopped the parser three times; until"
                f" newsarchive feeds retry {row.name}."
            )
        case "paused":
            return f"Not polled: somebody paused it; until newsarchive feeds resume {row.name}."
        case _:
            said = row.last_detail or "somebody removed it"
            if row.last_reason == "gone":
                said = "its server said twice, a day apart, that it is gone (410)"
            return f"Not polled: retired, {said}; until newsarchive feeds resume {row.name}."


def _rate(held: "FeedHistory") -> str:
    from archive.terminal import duration, number

    n_day = held.activity.n_day
    if n_day:
        return f" ({number(n_day)} new in 24 h)"
    if held.pace.gap_s:
        return f" (a new entry about every {duration(held.pace.gap_s)})"
    return ""


def window_words(place: Place, held: "FeedHistory") -> str:
    """Return what a feed's document covers, and whether it ever rolled over; "" before the first good poll."""
    from archive import terminal as t
    from archive.model.health import NONE_MISSED

    pace, seen = held.pace, held.activity
    if held.row.last_good_at is None:
        return ""
    said = f"its document holds {pace.n_window} entries"
    if pace.gap_s and pace.n_window > 1:
        said += f", about {t.duration(pace.n_window * pace.gap_s)} of news"
    if held.row.n_failures:
        unseen_s = (place.now() - held.row.last_good_at).total_seconds()
        said += f"; it has not come for {t.duration(unseen_s)}"
        if pace.gap_s and unseen_s > pace.n_window * pace.gap_s:
            said += ", longer than that: articles are probably being missed"
    if not pace.n_rollovers:
        missed = "" if held.row.n_failures else ", so nothing was missed"
        return f"{said}; it never rolled over between two polls{missed}"
    times = "once" if pace.n_rollovers == 1 else f"{pace.n_rollovers} times"
    said += f"; it rolled over {times} between two polls"
    if seen.rolled_over_at is not None:
        said += f", last at {_when(place, seen.rolled_over_at)}"
    return f"{said}: {seen.missed_words or NONE_MISSED}" if seen.rolled_over_at else said


def _move_words(place: Place, held: "FeedHistory") -> str | None:
    from ingest.commands.history import shown

    if held.pace.watched is None:
        return None
    url, times, since = held.pace.watched
    return (
        f"It is redirected for good to {shown(url, held)}, seen {times} time{'s' if times > 1 else ''} since"
        f" {_when(place, since)}; it moves there after 3 times over a day."
    )


def _poll_now(place: Place, held: "FeedHistory") -> str:
    hold_until = held.activity.hold_until
    if hold_until is None or hold_until <= place.now():
        return f"poll {held.row.name}"
    return f"feeds retry {held.row.name} --now (breaks its server's wish)"


def _when(place: Place, instant: datetime) -> str:
    """Return an instant as people say it: the time alone for today."""
    from archive import terminal

    there, here = (at.astimezone(place.zone) for at in (instant, place.now()))
    if there.date() == here.date():
        return f"{there:%H:%M}"
    return terminal.when(instant, place.zone, now=place.now())


def formula(place: Place) -> "list[str]":
    """Return the formula in words, with the bounds of the configuration."""
    from archive.terminal import duration

    pace = place.load_config().pace
    floor, ceiling = duration(pace.floor_s), duration(pace.ceiling_s)
    return [line.format(floor=floor, ceiling=ceiling) for line in FORMULA]


def _facts(place: Place, held: "FeedHistory", condition: "Condition") -> dict[str, object]:
    from archive.model.health import due_at
    from ingest.commands.history import shown

    row, seen, pace = held.row, held.activity, held.pace
    watched = None
    if pace.watched is not None:
        url, times, since = pace.watched
        watched = {"url": shown(url, held), "times": times, "since": since}
    return {
        "schema": 1,
        "feed": row.name,
        "state": row.state,
        "health": str(condition.health),
        "note": condition.note or None,
        "cure": condition.cure or None,
        "said": next(_sentences(place, held, condition)),
        "next_poll_at": due_at(row, seen),
        "last_poll_at": row.last_poll_at,
        "reasons": list(row.reasons),
        "interval_s": pace.interval_s,
        "interval_is_set": row.interval_s is not None,
        "gap_s": pace.gap_s,
        "ttl_s": pace.ttl_s,
        "skip_hours": list(pace.skip_hours),
        "skip_days": list(pace.skip_days),
        "failures": row.n_failures,
        "failing_since": seen.failing_since,
        "host": pace.host,
        "hold_until": seen.hold_until,
        "window": pace.n_window,
        "rollovers": pace.n_rollovers,
        "rolled_over_at": seen.rolled_over_at,
        "missed": seen.missed,
        "redirect": watched,
        "new_24h": seen.n_day,
        "formula": formula(place),
    }
