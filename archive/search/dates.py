"""The dates of a query: a year, a month, a day, or an age; and the instant of an archive as it stood.

Pure: `now` and the zone are handed in.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

_DATE: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_AGE: Final = re.compile(r"(\d{1,5})([hdwmy])")
# A month and a year are of this many days: an age is a rough measure.
_UNITS: Final = {
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "m": timedelta(days=30),
    "y": timedelta(days=365),
}

FORMS: Final = "2026, 2026-11, 2026-11-24, or an age such as 12h, 7d, 3w, 6m, 2y"


def instant_of(text: str, *, now: datetime, timezone: tzinfo) -> datetime | None:
    """Return the first instant of what a date names in `timezone`, as UTC, or `now` less an age; None for nonsense.

    What lies before the year 1 counts as its beginning.
    """
    if match := _AGE.fullmatch(text.lower()):
        try:
            return now.astimezone(UTC) - int(match[1]) * _UNITS[match[2]]
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)
    if match := _DATE.fullmatch(text):
        year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
        try:
            return datetime(year, month, day, tzinfo=timezone).astimezone(UTC)
        except (ValueError, OverflowError):
            return None
    return None


def end_of(text: str, *, now: datetime, timezone: tzinfo) -> datetime | None:
    """Return the last instant of a year, month or day in `timezone`, as UTC, never after `now`; None for nonsense.

    An age, and an instant (`2026-11-24T08:00`, in `timezone` unless it names another), is that instant.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        found = instant_of(text, now=now, timezone=timezone) or _exact(text, timezone)
        return None if found is None else min(found, now.astimezone(UTC))
    first = instant_of(text, now=now, timezone=timezone)
    if first is None:
        return None
    year, month = int(match[1]), int(match[2] or 12)
    try:
        if match[3]:
            after = datetime(year, month, int(match[3]), tzinfo=timezone) + timedelta(days=1)
        else:
            after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=timezone)
        last = after.astimezone(UTC) - timedelta(microseconds=1)
    except (ValueError, OverflowError):  # the end of time
        return now.astimezone(UTC)
    return min(last, now.astimezone(UTC))


def _exact(text: str, timezone: tzinfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=timezone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
