"""What a server says about time: how long an answer keeps, and how long to stay away.

Pure readings of RFC 9110 and 9111 headers. Every number is clamped before it meets date arithmetic, because
`Retry-After: 1e30` and the year 9999 are out there; what is no number and no date is as if it were not said.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_S = 30 * 86_400
LONGEST_RETRY_S = 7 * 86_400

_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,30})?(?:[eE]\+?\d{1,3})?")
_LONG_DIGITS = re.compile(r"\d{31,}")


def max_age_s(headers: Mapping[str, str], *, now: datetime) -> int | None:
    """Return for how many seconds the answer is still fresh, 0..30 d; None where the server does not say.

    max-age less Age, else Expires less Date (RFC 9111 sections 4.2.1 and 4.2.3). no-cache and no-store are None:
    they forbid reuse, and say nothing about when something new will be there.
    """
    directives = _cache_control(headers.get("cache-control", ""))
    if "no-cache" in directives or "no-store" in directives:
        return None
    lifetime = seconds(directives.get("max-age", ""))
    if lifetime is not None:
        age = seconds(headers.get("age", "")) or 0
        return max(0, lifetime - age)
    expires = http_date(headers.get("expires", ""))
    if expires is None:
        return None
    return _until(expires, http_date(headers.get("date", "")) or now, LONGEST_S)


def retry_after_s(headers: Mapping[str, str], *, now: datetime) -> int | None:
    """Return how many seconds the server asks to stay away, 0..7 d; None where it does not (RFC 9110 10.2.3).

    A date counts from the server's own Date, so that a wrong clock on either side does no harm.
    """
    stated = headers.get("retry-after", "")
    wait = seconds(stated)
    if wait is not None:
        return min(wait, LONGEST_RETRY_S)
    until = http_date(stated)
    if until is None:
        return None
    return _until(until, http_date(headers.get("date", "")) or now, LONGEST_RETRY_S)


def seconds(text: str) -> int | None:
    """Read a number of seconds, clamped to 0..30 d; None if it is none.

    >>> seconds("120"), seconds("1e30"), seconds("-5"), seconds("soon")
    (120, 2592000, 0, None)
    """
    text = text.strip()
    if _LONG_DIGITS.fullmatch(text):
        return LONGEST_S
    if not _NUMBER.fullmatch(text):
        return None
    return int(min(max(float(text), 0.0), float(LONGEST_S)))


def http_date(text: str) -> datetime | None:
    """Read an HTTP date in any of its three forms (RFC 9110 section 5.6.7); None if it is none."""
    if not text or len(text) > 100:
        return None
    try:
        found = parsedate_to_datetime(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _until(end: datetime, start: datetime, longest: int) -> int:
    return int(min(max((end - start).total_seconds(), 0), longest))


def _cache_control(text: str) -> dict[str, str]:
    """Return directive -> value, the first of each; a value loses its quotes (RFC 9111 section 5.2)."""
    found: dict[str, str] = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        found.setdefault(name.strip().lower(), value.strip().strip('"'))
    return found
