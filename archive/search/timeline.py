"""How many articles a query finds in each day, month or year. Called by `archive.front`."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta, tzinfo
from typing import Final, Literal

from archive.search.find import Search
from archive.store.instants import to_at
from archive.store.sqlite import found_rows

Span = Literal["day", "month", "year"]

_DAYS_SHOWN: Final = 62
_MONTHS_SHOWN: Final = 72
"""Longer than this in days, months are counted; longer than this in months, years."""

_QUARTER_US: Final = 900_000_000
"""Every zone's offset is a multiple of a quarter of an hour today, so a day begins with one: the zone is asked once a
quarter, not once an article (100,000 articles: 0.17 s)."""


def timeline(
    search: Search, *, timezone: tzinfo, by: Span | None = None
) -> tuple[Span, tuple[tuple[str, int], ...]]:
    """Return the span and (its name, number of articles) of each, the oldest first, empty ones between included.

    Reads the whole match; an article counts once. Without `by`, the span that fits on a screen.
    """
    instants: dict[int, int] = {}
    for _, _, article, effective_us in found_rows(search.reader, search.selection):
        instants.setdefault(article, effective_us)
    found = days_of(instants.values(), timezone)
    if not found:
        return by or "day", ()
    first, last = min(found), max(found)
    span = by or _fitting(first, last)
    counted: Counter[str] = Counter()
    for day, n in found.items():
        counted[_name(day, span)] += n
    return span, tuple((name, counted[name]) for name in _names(first, last, span))


def days_of(instants: Iterable[int], timezone: tzinfo) -> Counter[date]:
    """Return how many of some instants (microseconds) are in each day of `timezone`."""
    quarters = Counter(us // _QUARTER_US for us in instants)
    found: Counter[date] = Counter()
    for quarter, n in quarters.items():
        found[to_at(quarter * _QUARTER_US).astimezone(timezone).date()] += n
    return found


def _fitting(first: date, last: date) -> Span:
    if (last - first).days < _DAYS_SHOWN:
        return "day"
    return (
        "month"
        if (last.year - first.year) * 12 + last.month - first.month < _MONTHS_SHOWN
        else "year"
    )


def _name(day: date, span: Span) -> str:
    whole = day.isoformat()
    return {"day": whole, "month": whole[:7], "year": whole[:4]}[span]


def _names(first: date, last: date, span: Span) -> Iterator[str]:
    """Yield the name of every span from the first to the last."""
    if span == "day":
        for n in range((last - first).days + 1):
            yield (first + timedelta(days=n)).isoformat()
    elif span == "month":
        for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
            yield f"{month // 12:04}-{month % 12 + 1:02}"
    else:
        for year in range(first.year, last.year + 1):
            yield f"{year:04}"
