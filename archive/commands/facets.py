"""How facets are written: a line each on a terminal, a line a value in a pipe, or a part of a document.

Called by the commands that count what a query finds.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from archive.commands.place import Place

if TYPE_CHECKING:
    from archive.search.facets import Facets


def facets_document(counted: "Facets", top: int) -> Mapping[str, Any]:
    return {
        "articles": counted.n_articles,
        "is_bounded": counted.is_bounded,
        **{
            name: [{"value": value, "articles": n} for value, n in values[:top]]
            for name, values in counted.counts.items()
        },
    }


def show_facets(place: Place, counted: "Facets", top: int) -> None:
    """Write facets: on a terminal a line for each, the most first; else a line for each value."""
    from archive import terminal as t

    for name, values in counted.counts.items():
        if not place.is_terminal:
            for value, n in values[:top]:
                t.echo_row([name, value, n])
            continue
        told = [f"{t.printable(value)} {t.number(n)}" for value, n in values[:top]]
        told += [f"{t.number(len(values) - top)} more (--top)"] if len(values) > top else []
        for n, line in enumerate(_lines(told or ["none"], t.columns() - 11)):
            label = t.paint(f"{'' if n else name:<8}", "dim", colour=place.has_colour)
            t.echo(f" {label}  {line}")
    if counted.n_articles:
        which = "the newest that match" if counted.is_bounded else "all that match"
        t.say(f" {t.number(counted.n_articles)} articles counted, {which}")


def _lines(told: Sequence[str], width: int) -> Sequence[str]:
    """Join values with ` · ` into lines of at most `width` columns; a longer value is cut."""
    from archive import terminal as t

    lines: list[str] = []
    for value in told:
        if lines and t.text_width(lines[-1]) + 3 + t.text_width(value) <= width:
            lines[-1] += f" · {value}"
        else:
            lines.append(t.cut(value, width))
    return lines
