"""Two texts side by side: what `diff --side` shows. Called by `diff` alone."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from archive.commands.place import Place

if TYPE_CHECKING:
    from archive.difference import Piece

NARROWEST: Final = 24
"""Columns of a side: below that a line holds three words, and the text in one is easier to read."""

WIDEST: Final = 160
PIPED: Final = 120
_LABEL: Final = 8
_BETWEEN: Final = " │ "


def show_sides(
    place: Place,
    heads: tuple[str, str],
    rows: "Sequence[tuple[str, Sequence[Piece] | None]]",
    *,
    full: bool,
) -> None:
    """Write (label, pieces) rows: what was on the left, what is on the right; None is a run that stayed."""
    from archive import terminal as t
    from archive.commands.diff import wrapped
    from archive.difference import Sign

    width = min(t.columns(), WIDEST) if place.is_terminal else PIPED
    side = max(NARROWEST, (width - _LABEL - len(_BETWEEN)) // 2)
    titles = (t.pad(f"Revision {head}", side) for head in heads)
    t.echo(t.paint(" " * _LABEL + _BETWEEN.join(titles), "dim", colour=place.has_colour).rstrip())
    for label, pieces in rows:
        if pieces is None:
            t.echo(f" {label:<6} unchanged (--full)")
            continue
        left, right = (
            wrapped(place, [p for p in pieces if p.sign is not gone], side, full=full)
            for gone in (Sign.NEW, Sign.GONE)
        )
        first = f" {label:<6} "
        for (before, taken), (after, _) in zip_longest(left, right, fillvalue=("", 0)):
            t.echo(f"{first}{before}{' ' * (side - taken)}{_BETWEEN}{after}".rstrip())
            first = " " * _LABEL
