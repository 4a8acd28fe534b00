"""search: find articles (USE). Called by the root command alone.

Rows on a terminal, tab-separated lines in a pipe; what is said about the result goes to stderr.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeVar

import click

from archive.commands.place import Place, pass_place
from archive.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from archive.front import Archive
    from archive.model.kept import Found, Hit

_EXCLUSION: Final = re.compile(r"-(?:[^-].+|[1-9])", re.DOTALL)
"""What no option looks like: they are `-0`, `-h` and the long ones."""

FACETS: Final = ("feed", "lang", "section", "year", "month")

FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "rows": ("text", "json", "jsonl", "csv", "tsv", "atom"),
    "urls": ("text", "json"),
    "ids": ("text", "json"),
    "count": ("text", "json"),
}
"""What can be put out, and in which formats each comes."""


class QueryCommand(click.Command):
    """A command whose arguments are a query: `-voetbal` and `-2026` are to be excluded, and no bundles of options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Hide exclusions from the option parser behind a space, which a query does not mind."""
        return super().parse_args(
            ctx, [f" {arg}" if _EXCLUSION.fullmatch(arg) else arg for arg in args]
        )


class Form(NamedTuple):
    """What is put out, in which format, and what ends a line."""

    output: str
    format: str
    end: str


class Past(NamedTuple):
    """Which texts are searched: the current ones, those of an instant, or superseded ones too."""

    as_of: "datetime | None"
    revisions: bool
    all_kinds: bool = False


Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def _form_options(command: Decorated) -> Decorated:
    """Add the options that say what is put out, and how."""
    for option in reversed(
        (
            click.option("--output", type=click.Choice(list(FORMATS)), help="What to put out."),
            click.option(
                "--format", "format_", type=click.Choice(FORMATS["rows"]), help="In which format."
            ),
            click.option(
                "--json", "short", flag_value="json", help="One JSON document (schema 1)."
            ),
            click.option("--jsonl", "short", flag_value="jsonl", help="A JSON document a hit."),
            click.option("--csv", "short", flag_value="csv", help="Columns with a line of names."),
            click.option("--urls", is_flag=True, help="Addresses only, one a line."),
            click.option("--ids", is_flag=True, help="Article ids only, one a line."),
            click.option("--count", is_flag=True, help="The number of articles only."),
            click.option("-0", "--null", is_flag=True, help="End addresses and ids with NUL."),
        )
    ):
        command = option(command)
    return command


@click.command(
    cls=QueryCommand,
    epilog="""\b
EXAMPLES
  newsarchive search bondgenoten -voetbal
  newsarchive search '"vijf procent" feed:nos since:7d'
  newsarchive search 'title:kabinet (klimaat OR stikstof)' --sort relevance
  newsarchive search navo* --urls | head
  newsarchive search navo --open 1
  newsarchive search 'navo after:2026' --format csv > navo.csv
  newsarchive search kabinet --as-of 2026-11-24
  newsarchive search 'title:kabinet' --revisions
  newsarchive search stikstof --facets""",
)
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Hits a page."
)
@click.option(
    "--sort",
    type=click.Choice(["newest", "oldest", "relevance"]),
    default="newest",
    show_default=True,
    help="Which hits come first.",
)
@click.option("--page", metavar="TOKEN", help="The next page, as the page before names it.")
@click.option(
    "--all", "all_variants", is_flag=True, help="Every paper's telling of an article by itself."
)
@click.option(
    "--as-of",
    "as_of",
    metavar="DATE",
    help="The texts as they stood at the end of a day (or 7d ago).",
)
@click.option("--revisions", is_flag=True, help="Texts that an edit replaced, too.")
@click.option(
    "--all-kinds", is_flag=True, help="With --revisions: what its page or a hand replaced, too."
)
@_form_options
@click.option(
    "--fields", metavar="NAMES", help="Of each hit these, commas between: id,title,url (help json)."
)
@click.option("--open", "open_", type=click.IntRange(min=1), metavar="N", help="Open hit N.")
@click.option("--facets", is_flag=True, help="Count by feed, language, section, year, month.")
@click.option("--top", type=click.IntRange(1, 1000), default=10, help="So many of each facet.")
@click.option("--explain", is_flag=True, help="How the query is understood, and what it takes.")
@click.option("--no-pager", is_flag=True, help="Write long lists straight to the terminal.")
@pass_place
def search(
    place: Place,
    words: tuple[str, ...],
    limit: int,
    sort: Literal["newest", "oldest", "relevance"],
    page: str | None,
    all_variants: bool,
    as_of: str | None,
    revisions: bool,
    all_kinds: bool,
    output: str | None,
    format_: str | None,
    short: str | None,
    urls: bool,
    ids: bool,
    count: bool,
    null: bool,
    fields: str | None,
    open_: int | None,
    facets: bool,
    top: int,
    explain: bool,
    no_pager: bool,
) -> int | None:
    """Find articles by words, "phrases", feed:NAME, title:WORD, lang:nl, after:2026-11, since:7d.

    All words must be there, in any of their forms; `newsarchive help query` tells the whole language. A word does
    not find the compounds it is part of: minister does not find landbouwminister, '*minister' does.
    """
    from archive.front import Archive

    asked = [
        name for name, is_asked in (("urls", urls), ("ids", ids), ("count", count)) if is_asked
    ]
    form = form_of(output, format_, short, asked, null=null)
    past = past_of(place, as_of, revisions=revisions, all_kinds=all_kinds)
    chosen = chosen_of(fields, form)
    query = " ".join(words).strip()
    with Archive.open(place.archive_url) as archive:
        if explain:
            from archive import terminal
            from archive.commands.explained import show_explanation

            told = archive.explain(
                query,
                limit=limit,
                sort=sort,
                all_variants=all_variants,
                as_of=past.as_of,
                revisions=past.revisions,
                all_kinds=past.all_kinds,
                now=place.now(),
                timezone=place.zone,
            )
            width = terminal.columns() if place.is_terminal else None
            return show_explanation(told, query, as_json=form.format == "json", width=width)
        found = archive.search(
            query,
            limit=1 if form.output == "count" else max(limit, open_ or 1),
            sort=sort,
            page=page,
            all_variants=all_variants,
            as_of=past.as_of,
            revisions=past.revisions,
            all_kinds=past.all_kinds,
            now=place.now(),
            timezone=place.zone,
        )
        if open_ is not None:
            return _open(place, found, open_)
        held = None
        if facets:
            from archive.commands.facets import facets_document, show_facets

            counted = archive.facets(
                query, FACETS, as_of=past.as_of, now=place.now(), timezone=place.zone
            )
            held = facets_document(counted, top)
        if facets and form.format != "json":
            show_facets(place, counted, top)
            return None if found.hits else _tell_nothing(found)
        if chosen:
            from archive.commands.hits import echo_chosen

            echo_chosen(found.hits, chosen, form.format)
        elif place.is_terminal and form[:2] == ("rows", "text"):
            _show(place, archive, found.hits, is_paged=not no_pager)
        else:
            _write(place, archive, found, form, query=query, sort=sort, past=past, facets=held)
    return _tell(found, form, sort)


def form_of(
    output: str | None, format_: str | None, short: str | None, asked: Sequence[str], *, null: bool
) -> Form:
    """Return what the options ask for together; UsageError where they contradict each other."""
    if len(asked) > 1 or (asked and output not in (None, asked[0])):
        raise UsageError("--output, --urls, --ids and --count exclude each other: give one")
    if short and format_ not in (None, short):
        raise UsageError(f"--format {format_} and --{short} exclude each other: give one")
    form = Form(
        asked[0] if asked else output or "rows", short or format_ or "text", "\0" if null else "\n"
    )
    if form.format not in FORMATS[form.output]:
        raise UsageError(f"{form.output} come as {' or '.join(FORMATS[form.output])}: give one")
    if null and (form.output not in ("urls", "ids") or form.format != "text"):
        raise UsageError("-0 ends addresses or ids: add --urls or --ids")
    return form


def chosen_of(fields: str | None, form: Form) -> tuple[str, ...]:
    """Return the fields that --fields names, none without it; UsageError where the form has no such fields."""
    if fields is None:
        return ()
    from archive.commands.hits import CHOOSABLE, fields_of

    if form.output != "rows" or form.format not in CHOOSABLE:
        raise UsageError(
            f"--fields goes with rows as {', '.join(CHOOSABLE)}: leave it out, or give one of them"
        )
    return fields_of(fields)


def past_of(place: Place, as_of: str | None, *, revisions: bool, all_kinds: bool = False) -> Past:
    """Return which texts the options ask for."""
    if all_kinds and not revisions:
        raise UsageError("--all-kinds says which revisions: give --revisions with it")
    if as_of is None:
        return Past(None, revisions, all_kinds)
    if revisions:
        raise UsageError("--as-of and --revisions exclude each other: give one")
    from archive.search.dates import FORMS, end_of

    instant = end_of(as_of.strip(), now=place.now(), timezone=place.zone)
    if instant is None:
        raise UsageError(f"no date: {as_of!r}. Write {FORMS}")
    return Past(instant, revisions)


def _write(
    place: Place,
    archive: "Archive",
    found: "Found",
    form: Form,
    *,
    query: str,
    sort: str,
    past: Past,
    facets: Mapping[str, Any] | None,
) -> None:
    """Write what was found for a program."""
    from archive import terminal as t
    from archive.commands import hits

    match form:
        case ("count", "text", _):
            t.echo(_total(found))
        case ("urls" | "ids" as output, "text", end):
            for value in _column(found, output):
                click.echo(t.printable(value) + end, nl=False)
        case ("rows", "json", _):
            t.echo_json(hits.document(found, query=query, sort=sort, facets=facets))
        case (output, "json", _):
            held = {"total": found.n_total, "total_is_bounded": found.total_is_bounded}
            column = {} if output == "count" else {output: list(_column(found, output))}
            t.echo_json({"schema": 1, "query": query, **held, **column})
        case (_, "jsonl", _):
            from archive.search.document import SCHEMA, hit_document

            for hit in found.hits:
                t.echo_json({"schema": SCHEMA, **hit_document(hit)})
        case (_, "csv" | "tsv" as kind, _):
            hits.echo_table(found.hits, is_csv=kind == "csv")
        case (_, "atom", _):
            hits.echo_atom(place, archive, found, query)
        case _:
            for hit in found.hits:
                hits.echo_fields(hit, is_past=past != Past(None, False))


def _column(found: "Found", output: str) -> Sequence[str]:
    if output == "ids":
        return tuple(dict.fromkeys(hit.id for hit in found.hits))
    return tuple(dict.fromkeys(hit.url for hit in found.hits if hit.url))


def _total(found: "Found") -> str:
    return str(found.n_total) + ("+" if found.total_is_bounded else "")


def _show(place: Place, archive: "Archive", found: Sequence["Hit"], *, is_paged: bool) -> None:
    from archive.commands.hits import show_rows
    from archive.commands.pager import paged

    colour = place.has_colour
    with paged(place, is_wanted=is_paged):
        show_rows(place, archive, found, colour=colour)


def _open(place: Place, found: "Found", n: int) -> int | None:
    """Open the address of a hit in the browser of who watches; in a pipe, write it."""
    from archive import terminal as t

    if not found.hits:
        return _tell_nothing(found)
    if n > len(found.hits):
        raise UsageError(f"no hit {n}: {t.number(len(found.hits))} were found")
    hit = found.hits[n - 1]
    if not hit.url:
        raise UsageError(f"hit {n} has no address; read it here: newsarchive show {hit.id}")
    t.echo(t.printable(hit.url))
    # An address comes from a feed: only the web's own kinds go to the browser.
    if place.is_terminal and hit.url.lower().startswith(("http://", "https://")):
        import webbrowser

        if not webbrowser.open(hit.url):
            t.say(" no browser was found; this is its address")
    return None


# -- what is said about it -------------------------------------------------------------------


def _tell(found: "Found", form: Form, sort: str) -> int | None:
    """Say on stderr how many there are, or why there is nothing; return the exit code."""
    from archive import terminal

    if not found.hits:
        return _tell_nothing(found)
    if form.output != "count":
        terminal.say(_summary(found, sort))
    return None


def _tell_nothing(found: "Found") -> int:
    from archive import terminal

    why = "; ".join(found.notes) or "the archive is empty"
    terminal.say(f"nothing found: {terminal.printable(why)}")
    return 1


def _summary(found: "Found", sort: str) -> str:
    """Say how many there are, in which order, how long it took, what was folded or bounded, and how to go on."""
    from archive import terminal as t

    total = t.number(found.n_total or 0) + ("+" if found.total_is_bounded else "")
    order = {"newest": "newest first", "oldest": "oldest first"}.get(sort, "most relevant first")
    told = [f" {len(found.hits)} of {total}, {order}, {t.duration(found.elapsed_s)}"]
    told += [
        t.printable(note) + (" (--all)" if note.endswith("folded") else "") for note in found.notes
    ]
    if found.next_page:
        told.append(f"next: --page {found.next_page}")
    return " · ".join(told)
