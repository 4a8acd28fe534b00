"""Words that tell a date from the day they are read on: "Vandaag", "Gisteren, 08:12", "2 uur geleden".

Made for the header lines of article pages, in the eleven languages of the design page RECORD.
Computed on the calendar of the page's zone. Weeks, months and years ago are not read: what they
tell is no day.
"""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from archive.model.stated import Precision
from ingest.dates.names import JOINING, fold
from ingest.dates.written import MAX_LENGTH, Clock, Read, find_time, read_date


class _Words(NamedTuple):
    """One language's words, folded; alternatives parted by "|". `ago` holds N for the number and U
    for the unit, and `one` are the words that stand for the number 1."""

    today: str
    yesterday: str
    day_before: str
    now: str
    ago: str
    one: str
    seconds: str
    minutes: str
    hours: str
    days: str


_LANGUAGES: Final = {
    "nl": _Words(
        "vandaag", "gisteren", "eergisteren", "zojuist|zonet|net|nu", "N U geleden", "een|1",
        "seconden?|sec", "minuten|minuut|min", "uur|uren|u", "dagen|dag",
    ),
    "en": _Words(
        "today", "yesterday", "the day before yesterday|day before yesterday",
        "just now|now|moments ago|a moment ago", "N U ago", "an?|one|1",
        "seconds?|secs?|s", "minutes?|mins?|m", "hours?|hrs?|hr|h", "days?|d",
    ),
    "de": _Words(
        "heute", "gestern", "vorgestern", "gerade eben|soeben|gerade|eben|jetzt", "vor N U",
        "einer|einem|eine|1", "sekunden?|sek", "minuten?|min", "stunden?|std", "tagen?|tag",
    ),
    "fr": _Words(
        "aujourd'hui", "hier", "avant-hier|avant hier", "a l'instant|maintenant", "il y a N U",
        "une?|1", "secondes?|sec|s", "minutes?|min|mn", "heures?|h", "jours?|j",
    ),
    "es": _Words(
        "hoy", "ayer", "anteayer|antes de ayer|antier", "ahora mismo|ahora|justo ahora", "hace N U",
        "una?|un|1", "segundos?|seg", "minutos?|min", "horas?|h", "dias?",
    ),
    "it": _Words(
        "oggi", "ieri", "l'altro ieri|altro ieri|ieri l'altro|avantieri",
        "proprio ora|ora|adesso|poco fa", "N U fa", "un'|un[ao]?|1",
        "secondi|secondo|sec", "minuti|minuto|min", "ore|ora|h", "giorni|giorno|gg",
    ),
    "pt": _Words(
        "hoje", "ontem", "anteontem|antes de ontem", "agora mesmo|agora", "ha N U|N U atras",
        "uma?|1", "segundos?|seg", "minutos?|min", "horas?|h", "dias?",
    ),
    "sv": _Words(
        "i dag|idag", "i gar|igar", "i forrgar|iforrgar", "just nu|nyss|nu", "for N U sedan",
        "en|ett|1", "sekunder|sekund|sek", "minuter|minut|min", "timmar|timme|tim", "dagar|dag|dygn",
    ),
    "da": _Words(
        "i dag|idag", "i gar|igar", "i forgars|iforgars", "lige nu|netop nu|nu", "for N U siden",
        "en|et|1", "sekunder|sekund|sek", "minutter|minut|min", "timer|time", "dage|dag|dogn|døgn",
    ),
    "nb": _Words(
        "i dag|idag", "i gar|igar", "i forgars|iforgars", "akkurat na|na nettopp|nettopp|na",
        "for N U siden", "en|ett|et|1",
        "sekunder|sekund|sek", "minutter|minutt|min", "timer|time|t", "dager|dag|dogn|døgn",
    ),
    "pl": _Words(
        "dzisiaj|dzis", "wczoraj", "przedwczoraj", "przed chwila|teraz", "(?:N )?U temu", "1",
        "sekund[ye]?|sek", "minut[ye]?|min", "godzin[ye]?|godz", "dni|dzien",
    ),
}  # fmt: skip
_SAME: Final = {"no": "nb", "nn": "nb"}
_NUMBER: Final = r"\d{1,3}"


def read_relative(phrase: str, *, language: str | None, now: datetime, zone: tzinfo) -> Read | None:
    """Read a phrase that counts from `now`; None where it is none.

    `language` (BCP 47) picks the words, all languages are tried where it is None or not known
    here. A day's word without a time is a day of the calendar of `zone`; N days ago too. A day
    and month without a year ("23 nov", "ma 23 nov 18:45") is the latest such day that has begun.
    """
    if len(phrase) > MAX_LENGTH:
        return None
    text = " ".join(fold(phrase.replace("\u2019", "'")).split()).strip(" .,;:")
    code = (language or "").lower().replace("_", "-").partition("-")[0]
    code = _SAME.get(code, code)
    codes = [code] if code in _LANGUAGES else list(_LANGUAGES)
    local_now = now.astimezone(zone)
    for each in codes:
        read = _now_or_ago(text, each, local_now) or _day_word(text, each, local_now)
        if read is not None:
            return read
    return _without_year(phrase, language, local_now)


def _now_or_ago(text: str, code: str, local_now: datetime) -> Read | None:
    just_now, spans = _PATTERNS[code][1:]
    if just_now.fullmatch(text):
        return _minute(local_now)
    for unit, pattern in spans.items():
        if match := pattern.fullmatch(text):
            stated = next((group for group in match.groups() if group), "1")
            number = int(stated) if stated.isdigit() else 1
            if unit == "days":
                return _day(local_now.date() - timedelta(days=number))
            return _minute(local_now - timedelta(**{unit: number}))
    return None


def _day_word(text: str, code: str, local_now: datetime) -> Read | None:
    try:
        clock = find_time(text)
    except ValueError:
        return None
    rest = " ".join((clock.rest if clock else text).replace(",", " ").split())
    match = _PATTERNS[code][0].fullmatch(rest)
    if match is None:
        return None
    after = match["after"].replace(".", " ").split()
    if any(word not in _BEFORE_TIME for word in after) or (after and not clock):
        return None
    days = 0 if match["today"] else 1 if match["yesterday"] else 2
    day = local_now.date() - timedelta(days=days)
    return _at_clock(day, clock, local_now)


_BEFORE_TIME: Final = JOINING | {"-", "–", "|", "·", "•", "las", "les", "uhr", "uur"}


def _without_year(phrase: str, language: str | None, local_now: datetime) -> Read | None:
    """Read a day and a month, and perhaps a time, as the latest such day that has begun."""
    if re.search(r"\d{4}", phrase) or not re.search(r"\d", phrase):
        return None
    try:
        clock = find_time(phrase)
    except ValueError:
        return None
    words = (clock.rest if clock else phrase).strip(" ,;|-\u2013")
    for year in (local_now.year, local_now.year - 1):
        read = read_date(f"{words} {year}", language=language)
        if read is not None and read.at.date() <= local_now.date():
            return _at_clock(read.at.date(), clock, local_now)
    return None


def _at_clock(day: date, clock: Clock | None, local_now: datetime) -> Read | None:
    if clock is None:
        return _day(day)
    try:
        at = datetime(
            day.year,
            day.month,
            day.day,
            clock.hour,
            clock.minute,
            clock.second,
            tzinfo=clock.zone or local_now.tzinfo,
        )
    except ValueError:
        return None
    return _minute(at)


def _minute(local: datetime) -> Read:
    return Read(at=local.astimezone(UTC), precision=Precision.MINUTE, how="relative")


def _day(day: date) -> Read:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Read(at=at, precision=Precision.DAY, how="relative day")


def _patterns_of(
    words: _Words,
) -> tuple[re.Pattern[str], re.Pattern[str], dict[str, re.Pattern[str]]]:
    day = re.compile(
        rf"(?:(?P<day_before>{words.day_before})|(?P<today>{words.today})"
        rf"|(?P<yesterday>{words.yesterday}))(?P<after>(?:\s.*)?)"
    )
    units = {
        "seconds": words.seconds,
        "minutes": words.minutes,
        "hours": words.hours,
        "days": words.days,
    }
    spans = {}
    for name, unit in units.items():
        ago = "|".join(
            part.replace("N", rf"({_NUMBER}|{words.one})").replace(" U", rf"\s?(?:{unit})\b\.?")
            for part in _ago_forms(words.ago)
        )
        spans[name] = re.compile(rf"(?:{ago})")
    return day, re.compile(words.now), spans


def _ago_forms(ago: str) -> list[str]:
    if ago == "(?:N )?U temu":  # Polish leaves the one out: godzinę temu
        return ["N U temu", " U temu"]
    return ago.split("|")


_PATTERNS: Final = {code: _patterns_of(words) for code, words in _LANGUAGES.items()}
