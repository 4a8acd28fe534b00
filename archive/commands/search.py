"""search: find articles (USE). Called by the root command alone.

Rows on a terminal, tab-separated lines in a pipe; what is said about the result goes to stderr.
"""

import re
from typing import TYPE_CHECKING, Final, Literal

import click

from archive.commands.place import Place, pass_place

if TYPE_CHECKING:
    from archive.front import Archive
    from archive.model.kept import Found, Hit

_EXCLUSION: Final = re.compile(r"-[^-\d].+")


class QueryCommand(click.Command):
    """A command whose arguments are a query: `-voetbal` is a word to exclude, not a bundle of options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Hide exclusions from the option parser behind a space, which a query does not mind."""
        return super().parse_args(
            ctx, [f" {arg}" if _EXCLUSION.fullmatch(arg) else arg for arg in args]
        )


@click.command(
    cls=QueryCommand,
    epilog="""\b
EXAMPLES
  newsarchive search bondgenoten -voetbal
  newsarchive search '"vijf procent" feed:nos since:7d'
  newsarchive search 'title:kabinet (klimaat OR stikstof)' --sort relevance
  newsarchive search navo* --urls | head""",
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
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@click.option("--urls", is_flag=True, help="Addresses only, one a line.")
@click.option("--ids", is_flag=True, help="Article ids only, one a line.")
@click.option("--count", is_flag=True, help="The number of articles only.")
@pass_place
def search(
    place: Place,
    words: tuple[str, ...],
    limit: int,
    sort: Literal["newest", "oldest", "relevance"],
    page: str | None,
    all_variants: bool,
    as_json: bool,
    urls: bool,
    ids: bool,
    count: bool,
) -> int | None:
    """Find articles by words, "phrases", feed:NAME, title:WORD, lang:nl, after:2026-11, since:7d.

    All words must be there, in any of their forms; `newsarchive help query` tells the whole language. A word does
    not find the compounds it is part of: minister does not find landbouwminister.
    """
    from archive import terminal
    from archive.errors import UsageError
    from archive.front import Archive

    if as_json + urls + ids + count > 1:
        raise UsageError("--json, --urls, --ids and --count exclude each other: give one")
    query = " ".join(words).strip()
    with Archive.open(place.archive_url) as archive:
        found = archive.search(
            query,
            limit=1 if count else limit,
            sort=sort,
            page=page,
            all_variants=all_variants,
            now=place.now(),
            timezone=place.zone,
        )
        if as_json:
            from archive.search.document import found_document

            terminal.echo_json(found_document(found, query=query, sort=sort))
        elif count:
            terminal.echo(str(found.n_total) + ("+" if found.total_is_bounded else ""))
        elif urls:
            for address in dict.fromkeys(hit.url for hit in found.hits if hit.url):
                terminal.echo(terminal.printable(address))
        elif ids:
            for hit in found.hits:
                terminal.echo(hit.id)
        elif place.is_terminal:
            _show_rows(place, archive, found)
        else:
            for hit in found.hits:
                _echo_fields(hit)
    if not found.hits:
        terminal.say(
            f"nothing found: {terminal.printable('; '.join(found.notes) or 'the archive is empty')}"
        )
        return 1
    if not count:
        terminal.say(_summary(found, sort))
    return None


def _echo_fields(hit: "Hit") -> None:
    """Write a hit for a program: date, feed, headline, id, address."""
    from archive import terminal

    headline = "".join(text for text, _ in hit.title.parts)
    terminal.echo_row([hit.effective_at, hit.feed, headline, hit.id, hit.url])


_DATE_WIDTH: Final = 12
_MINUTES_WIDTH: Final = 7
_TAIL_WIDTH: Final = 7


def _show_rows(place: Place, archive: "Archive", found: "Found") -> None:
    from archive import terminal as t

    width = min(t.columns(), 140)
    ids = {hit.id: archive.short_id(hit.id) for hit in found.hits}
    id_width = max((len(short) for short in ids.values()), default=4)
    feed_width = min(
        16, max((t.text_width(t.printable(hit.feed)) for hit in found.hits), default=0)
    )
    indent = 1 + _DATE_WIDTH + 2 + feed_width + 2
    title_width = max(20, width - indent - 2 - _MINUTES_WIDTH - 2 - id_width - 2 - _TAIL_WIDTH)
    colour = place.has_colour
    for hit in found.hits:
        minutes = f"{hit.reading_minutes} min" if hit.reading_minutes else ""
        tail = (f"≡{hit.n_sightings} " if hit.n_sightings > 1 else "") + (
            f"✎{hit.n_revisions - 1}" if hit.n_revisions > 1 else ""
        )
        t.echo(
            " "
            + t.paint(
                t.pad(t.when(hit.effective_at, place.zone, now=place.now()), _DATE_WIDTH),
                "dim",
                colour=colour,
            )
            + "  "
            + t.paint(t.pad(t.printable(hit.feed), feed_width), "cyan", colour=colour)
            + "  "
            + _fitted(hit.title.parts, title_width, colour=colour)
            + "  "
            + t.pad(minutes, _MINUTES_WIDTH, "right")
            + "  "
            + t.paint(t.pad(ids[hit.id], id_width), "yellow", colour=colour)
            + (f"  {tail}".rstrip() if tail else "")
        )
        if hit.snippet.parts:
            t.echo(
                " " * indent
                + _fitted(
                    _from_first_mark(hit.snippet.parts, width - indent - 1),
                    width - indent - 1,
                    colour=colour,
                ).rstrip()
            )


def _from_first_mark(
    parts: tuple[tuple[str, bool], ...], width: int
) -> tuple[tuple[str, bool], ...]:
    """Return a snippet without so many leading words that its first mark stands in the first half of `width`."""
    from archive import terminal as t

    if not parts or parts[0][1] or t.text_width(parts[0][0]) <= width // 2:
        return parts
    words = parts[0][0].split(" ")
    while len(words) > 1 and t.text_width(" ".join(words)) > width // 2 - 2:
        del words[0]
    return (("… " + " ".join(words), False), *parts[1:])


def _fitted(parts: tuple[tuple[str, bool], ...], width: int, *, colour: bool) -> str:
    """Return marked text in exactly `width` columns, its marks whole."""
    from archive import terminal as t

    kept: list[tuple[str, bool]] = []
    room = width
    for raw, is_marked in parts:
        text = t.printable(raw)
        brackets = 2 if is_marked and not colour else 0
        size = t.text_width(text) + brackets
        if size > room:
            kept.append((t.cut(text, max(0, room - brackets)), is_marked))
            room -= t.text_width(kept[-1][0]) + brackets
            break
        kept.append((text, is_marked))
        room -= size
    return t.mark(kept, colour=colour) + " " * max(0, room)


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
