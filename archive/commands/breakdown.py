"""The figures of `stats` by feed, by month, and of feeds that show the same articles.

Tables on a terminal, as wide as it is; in a pipe a line a row with the same figures.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, Literal

from archive.commands.place import Place

if TYPE_CHECKING:
    from archive.store.overlap import Overlap
    from archive.store.tally import MonthRow

By = Literal["feed", "month", "overlap"]

FIGURES: Final = ("articles", "sightings", "duplicates", "edits", "headlines")
MONTHS: Final = 24
"""Months of a feed's sparkline: two years, where there is room for them."""

NARROWEST: Final = 8
"""Columns of a sparkline below which it is left out: its heading would not fit."""

MOST_PAIRS: Final = 40


def figures_of(row: "MonthRow") -> tuple[int, ...]:
    """Return a row's figures in the order of FIGURES."""
    return (row.n_articles, row.n_sightings, row.n_joined, row.n_edits, row.n_headlines)


def summed(
    rows: Iterable["MonthRow"], key: Callable[["MonthRow"], str]
) -> dict[str, tuple[int, ...]]:
    """Add the figures up by a feed or a month, in the order of names."""
    found: dict[str, tuple[int, ...]] = {}
    for row in rows:
        held = found.get(key(row), (0,) * len(FIGURES))
        found[key(row)] = tuple(a + b for a, b in zip(held, figures_of(row), strict=True))
    return dict(sorted(found.items()))


def show_by(
    place: Place, by: By, months: "Sequence[MonthRow]", pairs: "Sequence[Overlap]"
) -> int | None:
    """Write one of the three tables; exit code 1 where there is nothing in it."""
    from archive import terminal as t

    if by == "overlap":
        _show_pairs(place, pairs)
        if not pairs:
            t.say("no two feeds showed the same article")
        return None if pairs else 1
    if by == "month":
        _show_months(place, summed(months, lambda row: row.month))
    else:
        _show_feeds(place, summed(months, lambda row: row.feed), months)
    if not months:
        t.say("nothing in the archive yet: newsarchive poll")
    return None if months else 1


def _show_months(place: Place, rows: dict[str, tuple[int, ...]]) -> None:
    from archive import terminal as t
    from archive.commands.count import bar_of

    if not place.is_terminal:
        for month, figures in rows.items():
            t.echo_row([month, *figures])
        return
    widths = _widths(rows.values())
    _head(place, t.pad("month", 7), widths)
    room = min(t.columns(), 140) - 9 - sum(widths) - 2 * len(widths) - 2
    most = max((figures[0] for figures in rows.values()), default=0)
    for month, figures in rows.items():
        bar = t.paint(bar_of(figures[0], most, room), "cyan", colour=place.has_colour)
        t.echo(f" {month}  {_cells(figures, widths)}  {bar if room > 3 else ''}".rstrip())


def _show_feeds(
    place: Place, rows: dict[str, tuple[int, ...]], months: "Sequence[MonthRow]"
) -> None:
    from archive import terminal as t

    if not place.is_terminal:
        for feed, figures in rows.items():
            t.echo_row([feed, *figures])
        return
    widths = _widths(rows.values())
    name_width = min(16, max((t.text_width(t.printable(feed)) for feed in rows), default=4))
    room = min(t.columns(), 140) - 3 - name_width - sum(widths) - 2 * len(widths) - 2
    n_lines = 2 if room >= 2 * NARROWEST + 2 else 1 if room >= NARROWEST else 0
    spans = _last_months(months, min(MONTHS, (room - 2 * (n_lines - 1)) // max(1, n_lines)))
    lines = _sparklines(months, spans) if n_lines and len(spans) > 1 else {}
    heads = [t.pad(head, max(NARROWEST, len(spans))) for head in ("articles", "edits")][:n_lines]
    _head(place, t.pad("feed", name_width), widths, "  ".join(heads) if lines else "")
    for feed, figures in rows.items():
        name = t.pad(t.printable(feed), name_width)
        drawn = "  ".join(t.pad(line, len(heads[0])) for line in lines.get(feed, ())[:n_lines])
        t.echo(f" {name}  {_cells(figures, widths)}  {drawn}".rstrip())
    if lines:
        t.say(f" sparklines: {spans[0]} to {spans[-1]}, a bar a month")


def _sparklines(months: "Sequence[MonthRow]", spans: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the articles and the edits of these months as two sparklines a feed."""
    from archive.terminal import sparkline

    by_cell = {(row.feed, row.month): row for row in months}
    found = {}
    for feed in {row.feed for row in months}:
        cells = [by_cell.get((feed, month)) for month in spans]
        found[feed] = (
            sparkline([0 if cell is None else cell.n_articles for cell in cells]),
            sparkline([0 if cell is None else cell.n_edits for cell in cells]),
        )
    return found


def _last_months(months: "Sequence[MonthRow]", n: int) -> list[str]:
    """Return the last months up to the newest one there is, empty ones too, at most `n`."""
    if not months or n < 1:
        return []
    first, last = (
        int(m[:4]) * 12 + int(m[5:]) - 1
        for m in (min(row.month for row in months), max(row.month for row in months))
    )
    return [f"{m // 12}-{m % 12 + 1:02}" for m in range(max(first, last - n + 1), last + 1)]


def _show_pairs(place: Place, pairs: "Sequence[Overlap]") -> None:
    from archive import terminal as t

    if not place.is_terminal:
        for pair in pairs:
            t.echo_row([pair.feed, pair.other, pair.n_articles, pair.n_of_feed, pair.n_of_other])
        return
    shown = pairs[:MOST_PAIRS]
    width = min(24, max((t.text_width(t.printable(p.other)) for p in shown), default=0))
    own = min(24, max((t.text_width(t.printable(p.feed)) for p in shown), default=0))
    for pair in shown:
        feed, other = t.pad(t.printable(pair.feed), own), t.pad(t.printable(pair.other), width)
        share = pair.n_articles / max(1, pair.n_of_feed)
        back = pair.n_articles / max(1, pair.n_of_other)
        line = (
            f" {feed}  {other}  {t.number(pair.n_articles):>7} in both"
            f"  {share:>4.0%} of {feed.strip()}, {back:.0%} of {other.strip()}"
        )
        t.echo(t.cut(line, t.columns()))
    if len(pairs) > len(shown):
        t.say(f" {t.number(len(pairs) - len(shown))} more pairs: --json has all")


def _widths(rows: Iterable[Sequence[int]]) -> list[int]:
    from archive import terminal as t

    held = list(rows)
    return [
        max([len(name), *(len(t.number(figures[n])) for figures in held)])
        for n, name in enumerate(FIGURES)
    ]


def _cells(figures: Sequence[int], widths: Sequence[int]) -> str:
    from archive import terminal as t

    return "  ".join(f"{t.number(n):>{width}}" for n, width in zip(figures, widths, strict=True))


def _head(place: Place, name: str, widths: Sequence[int], more: str = "") -> None:
    from archive import terminal as t

    names = "  ".join(f"{name:>{width}}" for name, width in zip(FIGURES, widths, strict=True))
    t.echo(t.paint(f" {name}  {names}  {more}".rstrip(), "dim", colour=place.has_colour))
