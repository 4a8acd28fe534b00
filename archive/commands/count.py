"""count, authors, domains and timeline: a query in figures. Called by the root command alone."""

from typing import TYPE_CHECKING, Any, Final, Literal

import click

from archive.commands.place import Place, pass_place
from archive.commands.search import QueryCommand
from archive.errors import UsageError

if TYPE_CHECKING:
    from archive.front import Archive

WRONG: Final = "?"
"""Stands for the count of a line of a batch that is no query, so that lines keep their places."""


@click.command(
    cls=QueryCommand,
    epilog="""\b
EXAMPLES
  newsarchive count stikstof since:7d
  newsarchive count --batch queries.txt
  newsarchive count --lastmod""",
)
@click.argument("words", metavar="QUERY...", nargs=-1)
@click.option(
    "--batch",
    type=click.File("r", errors="replace"),
    metavar="FILE",
    help="A query a line; - is stdin.",
)
@click.option(
    "--lastmod",
    is_flag=True,
    help="Also the archive's id and a number that rises with each change.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@pass_place
def count(
    place: Place, words: tuple[str, ...], batch: Any, lastmod: bool, as_json: bool
) -> int | None:
    """Count the articles a query finds, to 10,000; without a query, all.

    With --batch a line of output answers each line of FILE: the count and the query, or ? for what
    is no query, an empty line too. With --lastmod the line has the archive's id and a number that rises with every
    change of an article: is anything new since?
    """
    from archive import terminal as t
    from archive.front import Archive

    if batch is not None and words:
        raise UsageError("--batch reads the queries from its file: leave QUERY out")
    with Archive.open(place.archive_url) as archive:
        marks = archive.lastmod() if lastmod else ()
        if batch is None:
            query = " ".join(words).strip()
            n, why = _count(place, archive, query)
            if as_json:
                t.echo_json(_document(query, n, marks))
            else:
                t.echo_row([n, *marks])
            if n != "0":
                return None
            t.say(f"nothing found: {t.printable(why)}")
            return 1
        return _count_lines(place, archive, batch, marks, as_json=as_json)


def _count_lines(
    place: Place, archive: "Archive", batch: Any, marks: tuple[Any, ...], *, as_json: bool
) -> int | None:
    """Answer line by line, as they come; exit code 2 where one of them was no query."""
    from archive import terminal as t

    is_wrong = False
    for number, line in enumerate(batch, 1):
        query = line.strip()
        try:
            if not query:  # more likely a slip than a wish for the count of all
                raise UsageError("empty; to count all articles: newsarchive count")
            n, _ = _count(place, archive, query)
        except UsageError as error:
            n, is_wrong = WRONG, True
            t.say(f"line {number}: {t.printable(str(error))}")
        if as_json:
            t.echo_json(_document(query, n, marks))
        else:
            t.echo_row([n, query, *marks])
    return 2 if is_wrong else None


def _count(place: Place, archive: "Archive", query: str) -> tuple[str, str]:
    """Return how many articles a query finds, with + where counting stopped, and why there are none."""
    found = archive.search(query, limit=1, now=place.now(), timezone=place.zone)
    count = str(found.n_total) + ("+" if found.total_is_bounded else "")
    return count, "; ".join(found.notes) or "the archive is empty"


def _document(query: str, n: str, marks: tuple[Any, ...]) -> dict[str, object]:
    held: dict[str, object] = {
        "schema": 1,
        "query": query,
        "total": None if n == WRONG else int(n.rstrip("+")),
        "total_is_bounded": n.endswith("+"),
    }
    if marks:
        held |= {"archive": marks[0], "lastmod": marks[1]}
    return held


# -- authors and domains ---------------------------------------------------------------------


@click.command(
    cls=QueryCommand,
    epilog="\b\nEXAMPLES\n  newsarchive authors stikstof since:1y\n  newsarchive authors feed:joop --top 5",
)
@click.argument("words", metavar="QUERY...", nargs=-1)
@click.option(
    "--top", type=click.IntRange(1, 10_000), default=20, show_default=True, help="So many."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@pass_place
def authors(place: Place, words: tuple[str, ...], top: int, as_json: bool) -> int | None:
    """List who wrote the articles that a query finds, those with the most first."""
    return _tally(place, words, "author", top, as_json=as_json)


@click.command(
    cls=QueryCommand,
    epilog="\b\nEXAMPLES\n  newsarchive domains stikstof\n  newsarchive domains saved:stikstof --json",
)
@click.argument("words", metavar="QUERY...", nargs=-1)
@click.option(
    "--top", type=click.IntRange(1, 10_000), default=20, show_default=True, help="So many."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@pass_place
def domains(place: Place, words: tuple[str, ...], top: int, as_json: bool) -> int | None:
    """List the sites of the articles that a query finds, those with the most first."""
    return _tally(place, words, "domain", top, as_json=as_json)


def _tally(
    place: Place, words: tuple[str, ...], what: str, top: int, *, as_json: bool
) -> int | None:
    """Write how many articles are of each value of one facet."""
    from archive import terminal as t
    from archive.front import Archive

    query = " ".join(words).strip()
    with Archive.open(place.archive_url) as archive:
        counted = archive.facets(query, [what], now=place.now(), timezone=place.zone)
    values = counted.counts[what]
    if as_json:
        held = [{what: value, "articles": n} for value, n in values[:top]]
        bounds = {"articles": counted.n_articles, "is_bounded": counted.is_bounded}
        t.echo_json({"schema": 1, "query": query, **bounds, f"{what}s": held})
    else:
        for value, n in values[:top]:
            if place.is_terminal:
                t.echo(t.cut(f" {t.number(n):>7}  {t.printable(value)}", t.columns()))
            else:
                t.echo_row([n, value])
    which = "the newest that match" if counted.is_bounded else "all that match"
    t.say(
        f" {t.number(min(top, len(values)))} of {t.number(len(values))} {what}s,"
        f" of {t.number(counted.n_articles)} articles, {which}"
    )
    return None if values else 1


# -- timeline --------------------------------------------------------------------------------


@click.command(
    cls=QueryCommand,
    epilog="""\b
EXAMPLES
  newsarchive timeline stikstof
  newsarchive timeline 'kabinet feed:nos since:30d' --by day""",
)
@click.argument("words", metavar="QUERY...", nargs=-1)
@click.option(
    "--by",
    type=click.Choice(["day", "month", "year"]),
    help="Count by; else what fits on a screen.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@pass_place
def timeline(
    place: Place, words: tuple[str, ...], by: Literal["day", "month", "year"] | None, as_json: bool
) -> int | None:
    """Plot how many articles match in each day, month or year; in a pipe the same figures."""
    from archive import terminal as t
    from archive.commands.pager import paged
    from archive.front import Archive

    query = " ".join(words).strip()
    with Archive.open(place.archive_url) as archive:
        span, counts = archive.timeline(query, by=by, now=place.now(), timezone=place.zone)
    if as_json:
        held = [{span: name, "articles": n} for name, n in counts]
        t.echo_json({"schema": 1, "query": query, "by": span, "counts": held})
    elif place.is_terminal:
        is_coloured, width = place.has_colour, min(t.columns(), 120)
        most = max((n for _, n in counts), default=0)
        room = width - 2 - 10 - 2 - 7 - 2
        with paged(place):
            for name, n in counts:
                bar = t.paint(bar_of(n, most, room), "cyan", colour=is_coloured)
                t.echo(f" {name:<10}  {t.number(n):>7}  {bar}".rstrip())
    else:
        for row in counts:
            t.echo_row(row)
    total = sum(n for _, n in counts)
    if not total:
        t.say("nothing found; newsarchive search says why")
        return 1
    t.say(f" {t.number(total)} {'article' if total == 1 else 'articles'}, by {span}")
    return None


_EIGHTHS: Final = " ▏▎▍▌▋▊▉"


def bar_of(n: int, most: int, width: int) -> str:
    """Return a bar of n/most of `width` columns, to an eighth of one; never empty for what is not nothing."""
    eighths = round(n / most * width * 8) if most else 0
    if n and not eighths:
        eighths = 1
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "")
