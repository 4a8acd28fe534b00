"""Dates as feeds and pages write them, to UTC instants: a ladder of forms, surest first.

A wrong answer is worse than none: what two readers could read in two ways is not read.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from archive.model.stated import Precision
from ingest.dates.names import JOINING, MONTHS, ZONES, day_first_in, fold

# A JavaScript date with its zone's name has some 70 characters; the dates of 883 feeds at most 32.
MAX_LENGTH: Final = 120
# No web feed is older; what is dated 1970 or 1601 is an empty field of some program.
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
LATEST_AHEAD: Final = timedelta(hours=48)
# The widest offsets in use are -12:00 and +14:00.
_MAX_OFFSET: Final = timedelta(hours=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A date that was read. `at` is UTC; for a day it is 00:00 UTC of that date.

    `how` names the form: "rfc3339", "rfc822", "iso", "numeric", "words", "epoch" or "relative",
    with "no zone" where one had to be assumed.
    """

    at: datetime
    precision: Precision
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A time of day found in a text, and what is left of the text without it.

    `zone` is None where none stands there; `zone_is_unknown` where there is one of an unknown name.
    """

    hour: int
    minute: int
    second: int
    zone: tzinfo | None
    zone_is_unknown: bool
    rest: str


def read_date(
    raw: str,
    *,
    language: str | None = None,
    day_first: bool | None = None,
    zone: tzinfo | None = None,
) -> Read | None:
    """Read a written date; None where `raw` is none, or can be read in two ways.

    `language` (BCP 47) and `day_first` settle dates like 03-04-2024, `day_first` before the
    language. `zone` is that of a time without one, UTC if None. A time whose zone has an unknown
    name is read as its day. Relative words are not read: see `read_relative`.
    """
    if len(raw) > 4 * MAX_LENGTH:
        return None
    try:
        if (read := _rfc822(raw)) is not None:
            return read
        text = _tidy(raw)
        if not text or len(text) > MAX_LENGTH:
            return None
        return _epoch(text) or _iso(text, zone) or _worded(text, language, day_first, zone)
    except (ValueError, OverflowError):  # the 31st of February, 27:61, the year 0
        return None


def is_believable(at: datetime, now: datetime) -> bool:
    """Whether a stated instant may be true: not before 1990, not over 48 hours ahead of `now`."""
    return EARLIEST <= at <= now + LATEST_AHEAD


def day_first_of(raws: Iterable[str]) -> bool | None:
    """Say from the dates of one feed whether its day stands before its month.

    A date like 25-12-2025 settles all others; None where none does or two contradict.
    """
    orders = {order for raw in raws if (order := _own_order(raw)) is not None}
    return orders.pop() if len(orders) == 1 else None


def needs_order(raw: str) -> bool:
    """Whether `raw` is a date like 03-04-2024, which language or neighbours must settle."""
    match = _NUMERIC.search(raw[:MAX_LENGTH])
    return bool(match and match[2] != "." and _own_order(raw) is None and match[1] != match[3])


# -- the ladder ------------------------------------------------------------------------------

# To the letter (RFC 822, 5.1, with RFC 2822's years): 57 of 100 dates, in a third of the time that
# the worded rung takes, which reads every departure from it.
_RFC822: Final = re.compile(
    r"(?:[A-Z][a-z]{2}, )?([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4})"
    r" ([0-9]{2}):([0-9]{2})(?::([0-9]{2}))? ([+-][0-9]{4}|UT|UTC|GMT|Z|[ECMP][SD]T)"
)
_RFC822_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}


def _rfc822(raw: str) -> Read | None:
    match = _RFC822.fullmatch(raw)
    if match is None or (month := _RFC822_MONTHS.get(match[2])) is None:
        return None
    if (zone := _zone_of(match[7])) is None:
        return None
    clock = Clock(
        hour=int(match[4]),
        minute=int(match[5]),
        second=int(match[6] or 0),
        zone=zone,
        zone_is_unknown=False,
        rest="",
    )
    return _instant((int(match[3]), month, int(match[1])), clock, None, "rfc822")


_BRACKETED: Final = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_EAST_ASIAN_DATE: Final = re.compile(
    r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号]?"
)
_EAST_ASIAN_TIME: Final = re.compile(
    r"(\d{1,2})\s*[時时시点點]\s*(?:(\d{1,2})\s*[分분])?(?:\s*\d+[秒초])?"
)
_EAST_ASIAN_HALF: Final = re.compile(r"(午前|上午|오전)|(午後|下午|오후)")
_AFTER_HALF: Final = re.compile(r"([ap]m)\s*(\d{1,2}:\d{2}(?::\d{2})?)")


def _tidy(raw: str) -> str:
    """Return `raw` on one line, its remarks in brackets left out, East Asian signs as ASCII."""
    text = " ".join(_BRACKETED.sub(" ", raw).replace("\u2212", "-").split())
    if not text.isascii() and _EAST_ASIAN_DATE.search(text):
        text = _EAST_ASIAN_DATE.sub(r"\1-\2-\3 ", text)
        text = _EAST_ASIAN_TIME.sub(lambda m: f"{m[1]}:{int(m[2] or 0):02}", text)
        text = _EAST_ASIAN_HALF.sub(lambda m: "am " if m[1] else "pm ", text)
        text = " ".join(_AFTER_HALF.sub(r"\2 \1", text).split())
    return text.strip(" ,;")


_EPOCH: Final = re.compile(r"(\d{10})(?:\.\d{1,9})?|(\d{13})")


def _epoch(text: str) -> Read | None:
    match = _EPOCH.fullmatch(text)
    if match is None:
        return None
    seconds = int(match[1]) if match[1] else int(match[2]) // 1000
    at = datetime.fromtimestamp(seconds, UTC)
    return Read(at=at, precision=Precision.MINUTE, how="epoch")


_ISO: Final = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"
    r"(?:(?:\s?T\s?|,?\s)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s?(.*))?",
    re.IGNORECASE,
)
_BASIC: Final = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(?:\.\d+)?\s?(.*))?", re.I
)
_ORDINAL: Final = re.compile(r"(\d{4})-(\d{3})")
_MONTH_ONLY: Final = re.compile(r"(\d{4})-(\d{2})")


def _iso(text: str, zone: tzinfo | None) -> Read | None:
    """Read ISO 8601 in its usual spellings, RFC 3339 among them, and its basic format."""
    if match := _ISO.fullmatch(text):
        year, _, month, day, hour, minute, second, tail = match.groups()
    elif match := _BASIC.fullmatch(text):
        year, month, day, hour, minute, second, tail = match.groups()
    elif match := _ORDINAL.fullmatch(text):
        first = datetime(int(match[1]), 1, 1, tzinfo=UTC)
        return _day((first + timedelta(days=int(match[2]) - 1)).timetuple()[:3], "iso")
    elif match := _MONTH_ONLY.fullmatch(text):
        return _day((int(match[1]), int(match[2]), 1), "iso")
    else:
        return None
    date = (int(year), int(month), int(day))
    if hour is None:
        return _day(date, "iso")
    if tail[:2].lower() in ("am", "pm"):
        return None  # the worded rung reads halves of days
    stated = _zone_of(tail) if tail else None
    clock = Clock(
        hour=int(hour),
        minute=int(minute),
        second=int(second or 0),
        zone=stated,
        zone_is_unknown=bool(tail) and stated is None,
        rest="",
    )
    return _instant(date, clock, zone, "rfc3339" if "-" in text and stated else "iso")


_NUMERIC: Final = re.compile(
    r"(?<![\d:])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d:])"
)
_EMBEDDED_ISO: Final = re.compile(r"(?<!\d)(\d{4})([-/.])\s?(\d{1,2})\2\s?(\d{1,2})\.?(?!\d)")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


def _worded(
    text: str, language: str | None, day_first: bool | None, zone: tzinfo | None
) -> Read | None:
    """Read a date of numbers, or of numbers and a month's name, a time before or after it."""
    clock = find_time(text)
    rest = clock.rest if clock else text
    if ":" in rest.replace(": ", " "):
        return None  # a time that is none
    if match := _EMBEDDED_ISO.search(rest):
        date, how = (int(match[1]), int(match[3]), int(match[4])), "iso"
        words = _WORD.findall(rest[: match.start()]), _WORD.findall(rest[match.end() :])
        if any(char.isdigit() for char in rest[: match.start()] + rest[match.end() :]):
            return None
    elif match := _NUMERIC.search(rest):
        day_first = day_first_in(language) if day_first is None else day_first
        ordered = _ordered(match, day_first)
        if ordered is None:
            return None
        date, how = ordered, "numeric"
        words = _WORD.findall(rest[: match.start()]), _WORD.findall(rest[match.end() :])
        if any(char.isdigit() for char in rest[: match.start()] + rest[match.end() :]):
            return None
    else:
        named = _with_month_name(rest)
        if named is None:
            return None
        date, words = named
        how = "rfc822" if clock and clock.zone else "words"
    if not _are_labels(*words):
        return None
    return _instant(date, clock, zone, how) if clock else _day(date, how)


def _with_month_name(
    text: str,
) -> tuple[tuple[int, int, int], tuple[list[str], list[str]]] | None:
    """Return the date in `text` and the words before and after its first number."""
    tokens = _TOKEN.findall(text)
    numbers = [(index, token) for index, token in enumerate(tokens) if token[0].isdigit()]
    if len(numbers) != 2:
        return None
    (first, one), (second, other) = numbers
    month_at = _month_between(tokens, first, second)
    if month_at is None:
        return None
    words = [
        [token for index, token in enumerate(tokens[:first]) if index != month_at],
        [
            token
            for index, token in enumerate(tokens)
            if index > first and index not in (month_at, second)
        ],
    ]
    if len(one) == 4 and len(other) <= 2:
        year, day = int(one), int(other)
    elif len(other) == 4 and len(one) <= 2:
        year, day = int(other), int(one)
    elif len(other) == 2 and len(one) <= 2:
        year, day = _full_year(other), int(one)
    else:
        return None
    return (year, MONTHS[fold(tokens[month_at])], day), (words[0], words[1])


_TOKEN: Final = re.compile(r"\d+|[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


def _month_between(tokens: list[str], first: int, second: int) -> int | None:
    """Return the place of the month's name: between the two numbers, else right before them.

    What stands before may be a weekday of the same letters (Italian and Spanish `mar`) or a name
    (Jan), so the place between wins.
    """
    months = [i for i, token in enumerate(tokens) if i < second and fold(token) in MONTHS]
    between = [i for i in months if i > first]
    if between:
        return between[0] if len(between) == 1 else None
    return first - 1 if first - 1 in months else None


def _are_labels(before: list[str], after: list[str]) -> bool:
    """Whether the words around a date are a weekday or a label before it, and no sentence."""
    before = [word for word in before if fold(word) not in JOINING]
    after = [word for word in after if fold(word) not in JOINING]
    return len(before) <= 3 and not after


def _ordered(match: re.Match[str], day_first: bool | None) -> tuple[int, int, int] | None:
    first, separator, second, year = int(match[1]), match[2], int(match[3]), match[4]
    own = _own_order_of(first, second)
    if separator == ".":
        day_first = True
    elif len(year) == 2 and day_first is None:
        return None  # 24-03-04 may begin with its year
    elif own is not None:
        day_first = own
    elif day_first is None:
        if first != second:
            return None
        day_first = True
    day, month = (first, second) if day_first else (second, first)
    return int(year) if len(year) == 4 else _full_year(year), month, day


def _own_order(raw: str) -> bool | None:
    match = _NUMERIC.search(raw[:MAX_LENGTH])
    return _own_order_of(int(match[1]), int(match[3])) if match else None


def _own_order_of(first: int, second: int) -> bool | None:
    if first > 12 >= second:
        return True
    if second > 12 >= first:
        return False
    return None


def _full_year(two_digits: str) -> int:
    """Return the year of two digits: the web is younger than 1969 (RFC 2822, 4.3, says 1950)."""
    year = int(two_digits)
    return year + (2000 if year < 69 else 1900)


# -- times and zones -------------------------------------------------------------------------

_HALF: Final = r"(?:\s?([ap])\.?\s?m\b\.?)"
_COLON_TIME: Final = re.compile(
    rf"(?<![\d:.])(\d{{1,2}}):(\d{{2}})(?::(\d{{2}})(?:[.,]\d{{1,9}})?)?(?![\d:]){_HALF}?", re.I
)
_OTHER_TIMES: Final = (
    # 18h45, 18 h, 18u45; 6 pm
    re.compile(r"(?<![\d:.])(\d{1,2})\s?[hu]\s?(\d{2})?(?!\w)()()", re.I),
    re.compile(rf"(?<![\d:.])(\d{{1,2}})()(){_HALF}", re.I),
    # kl. 18.45, klo 18.45, om 18.45, ore 18.45; 18.45 uur, 18.45 Uhr; 18 Uhr
    re.compile(
        r"\b(?:kl|klo|klokken|om|um|ore|alle|at|godz)\.?\s(\d{1,2})\.(\d{2})(?![\d.])()()", re.I
    ),
    re.compile(r"(?<![\d:.])(\d{1,2})(?:\.(\d{2}))?\s?(?:uur|uhr)\b()()", re.I),
)
_ZONE: Final = re.compile(
    r",?\s?(?:uhr\b|uur\b|hrs?\b|h\b)?\s?"
    r"((?:GMT|UTC|UT|Z)?\s?[+-]\s?\d{1,2}(?::?\d{2})?(?![\d:])|[A-Za-z]+/[A-Za-z_/+-]+|[A-Za-z]{1,5}\b)?",
    re.I,
)
_OFFSET: Final = re.compile(r"(?:GMT|UTC|UT|Z)?\s?([+-])\s?(\d{1,2})(?::?(\d{2}))?", re.I)


def find_time(text: str) -> Clock | None:
    """Find the first time of day in `text`, with the zone that follows it.

    Raises ValueError where digits and colons stand there that are no time.
    """
    match = _COLON_TIME.search(text)
    for other in _OTHER_TIMES if match is None else ():
        match = match or other.search(text)
    if match is None:
        return None
    hour, minute, second, half = int(match[1]), int(match[2] or 0), int(match[3] or 0), match[4]
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"no hour of half a day: {hour}")
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    end = match.end()
    zone_match = _ZONE.match(text, end)
    zone: tzinfo | None = None
    is_unknown = False
    if zone_match and (name := zone_match[1]):
        zone = _zone_of(name)
        is_unknown = zone is None and _looks_like_zone(name)
        if zone is not None or is_unknown:
            end = zone_match.end()
    rest = f"{text[: match.start()]} {text[end:]}"
    return Clock(
        hour=hour, minute=minute, second=second, zone=zone, zone_is_unknown=is_unknown, rest=rest
    )


def _looks_like_zone(name: str) -> bool:
    """Whether a word after a time is a zone that is not known here, rather than the next word."""
    is_short_name = name.isalpha() and name.isupper() and len(name) >= 2
    return (is_short_name and fold(name) not in MONTHS) or not name.isalpha()


@lru_cache(maxsize=256)
def _zone_of(name: str) -> tzinfo | None:
    """Return the zone of an offset, an abbreviation or an IANA name; None if there is none."""
    name = name.strip(" .,")
    if offset := ZONES.get(name.lower()):
        return timezone(offset)
    if name.lower() in ZONES:
        return UTC
    if match := _OFFSET.fullmatch(name):
        hours, minutes = int(match[2]), int(match[3] or 0)
        span = timedelta(hours=hours, minutes=minutes)
        if minutes > 59 or span > _MAX_OFFSET:
            return None
        return timezone(-span if match[1] == "-" else span)
    if "/" in name:
        try:
            return ZoneInfo(name)
        except (OSError, ValueError, KeyError):  # no such zone, or a path that is none
            return None
    if len(name) == 1 and name.isalpha() and name.isupper():
        return UTC  # RFC 2822, 4.3: the letters were specified wrongly; read them as -0000
    parts = name.split()
    if len(parts) == 2 and parts[0].lower() in ZONES:  # "GMT Standard", "+0100 CET" written twice
        return _zone_of(parts[0])
    return None


def _instant(
    date: tuple[int, int, int], clock: Clock, assumed: tzinfo | None, how: str
) -> Read | None:
    if clock.zone_is_unknown:
        datetime(*date, clock.hour % 24, clock.minute, tzinfo=UTC)  # raises for 27:61
        return _day(date, f"{how} unknown zone")
    _must_be_of_our_time(date[0])
    midnight_after = clock.hour == 24 and clock.minute == clock.second == 0
    local = datetime(
        *date,
        0 if midnight_after else clock.hour,
        clock.minute,
        min(clock.second, 59) if clock.second <= 60 else clock.second,  # 60 is a leap second
        tzinfo=clock.zone or assumed or UTC,
    )
    if midnight_after:
        local += timedelta(days=1)
    how = how if clock.zone else f"{how} no zone"
    return Read(at=local.astimezone(UTC), precision=Precision.MINUTE, how=how)


def _day(date: tuple[int, ...], how: str) -> Read:
    year, month, day = date
    _must_be_of_our_time(year)
    at = datetime(year, month, day, tzinfo=UTC)
    return Read(at=at, precision=Precision.DAY, how=f"{how} day")


def _must_be_of_our_time(year: int) -> None:
    """Raise ValueError for eight digits that are a number, not a date."""
    if not 1900 <= year <= 2199:
        raise ValueError(f"no year of a news item: {year}")
