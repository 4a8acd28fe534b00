"""follow: what matches a query, printed as it arrives. Called by the root command alone."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Final

import click

from archive.commands.place import Place, pass_place
from archive.commands.search import QueryCommand
from archive.errors import Busy, UsageError

if TYPE_CHECKING:
    from archive.commands.arrivals import Arrivals
    from archive.model.found import Hit
    from archive.store.sqlite import Reader

INTERRUPTED: Final = 130  # 128 + SIGINT, as shells have it
CHANGE: Final = "rev:"
"""Marks the number of a change, as `count --lastmod` and this command's JSON lines tell it."""


@click.command(
    cls=QueryCommand,
    epilog="""\b
EXAMPLES
  newsarchive follow stikstof
  newsarchive follow 'saved:stikstof -feed:nos' --json | while read -r hit; do echo "$hit"; done
  newsarchive follow title:navo --since 2h""",
)
@click.argument("words", metavar="QUERY...", nargs=-1)
@click.option(
    "--since",
    metavar="WHEN",
    help="First what came since a date, an age (2h) or a change (rev:812).",
)
@click.option(
    "--every",
    "every_s",
    type=click.FloatRange(min=0.05, max=3600),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="How often to ask whether something changed.",
)
@click.option("--json", "as_json", is_flag=True, help="A JSON document a line (schema 1).")
@pass_place
def follow(
    place: Place, words: tuple[str, ...], since: str | None, every_s: float, as_json: bool
) -> int | None:
    """Print what begins to match a query, as it arrives, until Ctrl-C; without a query, every new article.

    An article comes once, when it first matches: also an old one that is edited so, or that a feed
    of the query shows anew. A line is written at once, so that what reads the pipe gets it.
    """
    from archive import terminal as t
    from archive.commands.arrivals import Arrivals
    from archive.store.sqlite import open_reader

    query = " ".join(words).strip()
    start = since_of(place, since)
    with closing(open_reader(place.archive_url)) as reader:
        arrivals = Arrivals(place, reader, query)
        try:
            _follow(place, arrivals, reader, start, every_s=every_s, as_json=as_json)
        except KeyboardInterrupt:
            t.say(f"\nstopped; what comes later: --since {CHANGE}{arrivals.change}")
            return INTERRUPTED
    return None


def since_of(place: Place, text: str | None) -> datetime | int | None:
    """Return the instant or the change that --since names; UsageError for what is neither."""
    from archive.search.dates import FORMS, instant_of

    if text is None:
        return None
    number = text.strip().removeprefix(CHANGE)
    if text.strip().startswith(CHANGE) and number.isdecimal():
        return int(number)
    instant = instant_of(text.strip(), now=place.now(), timezone=place.zone)
    if instant is None:
        raise UsageError(f"no date: {text!r}. Write {FORMS}, or {CHANGE}812 for a change")
    return instant


def _follow(
    place: Place,
    arrivals: "Arrivals",
    reader: "Reader",
    since: datetime | int | None,
    *,
    every_s: float,
    as_json: bool,
) -> None:
    """Write what comes, for ever."""
    from archive import terminal as t

    version = data_version(reader)
    hits = patiently(lambda: arrivals.begin(since), every_s)
    t.say(f"waiting for matches, from change {arrivals.change} on; Ctrl-C ends it")
    while True:
        _write(place, hits, arrivals.change, as_json=as_json)
        time.sleep(every_s)
        seen = data_version(reader)
        # What is committed after the question is in the look already, and asked about once more.
        hits = () if seen == version else patiently(arrivals.look, every_s)
        version = seen


def data_version(reader: "Reader") -> int:
    """Return a number that is another one once another connection has written (SQLite's data_version): 10 us."""
    row = reader.row("PRAGMA data_version")
    assert row is not None, "the pragma has a row"
    return int(row[0])


def patiently(
    look: "Callable[[], tuple[Hit, ...]]",
    every_s: float,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> "tuple[Hit, ...]":
    """Look, and look again for as long as another process holds the archive; say so once."""
    from archive import terminal as t

    is_told = False
    while True:
        try:
            return look()
        except Busy as error:
            if not is_told:
                t.say(f"{t.printable(str(error))}: waiting")
            is_told = True
            sleep(every_s)


def _write(place: Place, hits: "Sequence[Hit]", change: int, *, as_json: bool) -> None:
    from archive import terminal as t
    from archive.commands.hits import echo_fields, show_lines
    from archive.search.document import SCHEMA, hit_document

    if as_json:
        for hit in hits:
            t.echo_json({"schema": SCHEMA, **hit_document(hit), "lastmod": change})
    elif place.is_terminal:
        show_lines(place, hits)
    else:
        for hit in hits:
            echo_fields(hit)
