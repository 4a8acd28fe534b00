"""Numbers as pages write them, and the counters and reading times they belong to.

Only ever asked about one atom of a header line or a JSON-LD value, never about running text: a loose
search finds "views" on 80 of 1,422 pages, and about half of the numbers beside it are not the page's own.
"""

import re
from collections.abc import Iterable
from functools import cache

from archive.model.stated import Counter, CounterKind
from ingest.page.jsonld import Node
from ingest.page.phrases import LANGUAGES

_SPACE = "[ \\u00a0\\u2009\\u202f]"
_DIGITS = rf"\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d)|\d{{1,3}}(?:[.,'’]\d{{3}})+(?!\d)|\d{{1,12}}(?:[.,]\d{{1,2}})?"
_MAGNITUDES = {
    **dict.fromkeys(("k", "tsd", "tys", "mila", "mil", "duizend", "tn"), 1_000),
    **dict.fromkeys(("m", "mln", "mio", "mn", "miljoen", "million", "mill"), 1_000_000),
}
NUMBER = (
    rf"(?:{_DIGITS})(?:{_SPACE}?(?:{'|'.join(sorted(_MAGNITUDES, key=len, reverse=True))})\b\.?)?"
)
_PARTS = re.compile(rf"({_DIGITS}){_SPACE}?([a-z]*)\.?$", re.IGNORECASE)
_MOST = 10**12  # more than that nobody has read
_MAX_MINUTES = 600

# schema.org actions that interactionStatistic counts.
_ACTIONS = {
    **dict.fromkeys(("ViewAction", "ReadAction", "WatchAction", "ListenAction", "UserPageVisits"),
    CounterKind.VIEWS),
    **dict.fromkeys(("CommentAction", "ReplyAction", "UserComments"), CounterKind.COMMENTS),
    **dict.fromkeys(("ShareAction", "SendAction"), CounterKind.SHARES),
    **dict.fromkeys(("LikeAction", "AgreeAction", "UserLikes"), CounterKind.LIKES),
    **dict.fromkeys(("BookmarkAction",), CounterKind.BOOKMARKS),
}  # fmt: skip


def read_number(text: str) -> int | None:
    """Read `1187`, `1.187`, `1 187`, `10,4K`, `2,1 mln`; None for what is no number, or a negative one.

    Exactly three digits behind a separator are thousands, unless a word of magnitude follows.
    """
    match = _PARTS.fullmatch(text.strip())
    if not match:
        return None
    digits, magnitude = match[1], _MAGNITUDES.get(match[2].lower())
    if match[2] and magnitude is None:
        return None
    groups = re.split(r"[^\d]", digits)
    if (
        len(groups) > 1
        and (magnitude is None or len(groups) > 2)
        and all(len(g) == 3 for g in groups[1:])
    ):
        value = float("".join(groups))
    elif len(groups) > 2:
        return None
    else:
        value = float(".".join(groups))
    value = round(value * (magnitude or 1))
    return int(value) if value <= _MOST else None


def read_counter(atom: str) -> Counter | None:
    """Read a whole atom ("334 keer bekeken", "Comments (12)") as a counter; None if it is none."""
    text = _tidied(atom)
    for kind, pattern in _counter_patterns():
        if match := pattern.fullmatch(text):
            stated = next(g for g in match.groups() if g is not None)
            value = read_number(stated)
            if value is not None:
                return Counter(kind=kind, value=value, stated=atom, source="visible")
    return None


def read_minutes(atom: str) -> int | None:
    """Read a whole atom ("leestijd 3 minuten", "5 min read") as a reading time; None if it is none."""
    match = _minutes_pattern().fullmatch(_tidied(atom))
    if not match:
        return None
    minutes = int(next(g for g in match.groups() if g is not None))
    return minutes if 0 < minutes <= _MAX_MINUTES else None


def read_duration(stated: str) -> int | None:
    """Read an ISO 8601 duration ("PT5M", "PT1H10M30S") as whole minutes, seconds rounded up."""
    match = re.fullmatch(
        r"P(?:T?(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:(\d{1,6})(?:\.\d+)?S)?)", stated.strip()
    )
    if not match or not any(match.groups()):
        return None
    hours, minutes, seconds = (int(g or 0) for g in match.groups())
    total = hours * 60 + minutes + -(-seconds // 60)
    return total if 0 < total <= _MAX_MINUTES else None


def counters_of(node: Node) -> Iterable[Counter]:
    """Yield what an article's JSON-LD node counts: interactionStatistic and commentCount."""
    for stated in node.texts("commentCount"):
        if (value := read_number(stated)) is not None:
            yield Counter(kind=CounterKind.COMMENTS, value=value, stated=stated, source="json-ld")
    for statistic in node.nodes("interactionStatistic"):
        actions = [t.rsplit("/", 1)[-1] for t in statistic.texts("interactionType")]
        actions += [t for inner in statistic.nodes("interactionType") for t in inner.types]
        kind = next((_ACTIONS[a] for a in actions if a in _ACTIONS), None)
        stated = statistic.text("userInteractionCount") or ""
        value = read_number(stated)
        if kind is not None and value is not None:
            yield Counter(kind=kind, value=value, stated=stated, source="json-ld")


def _tidied(atom: str) -> str:
    text = re.sub(r"[\s()]+", " ", atom).strip(" :;,.•·|")
    return re.sub(r"^[-–—] +| +[-–—]$", "", text).lower()  # "-3" is a number below none


@cache
def _counter_patterns() -> tuple[tuple[CounterKind, re.Pattern[str]], ...]:
    """One pattern a kind over all languages: their words do not collide, and pages misstate their language."""
    patterns = []
    for kind in CounterKind:
        forms: list[str] = []
        for phrases in LANGUAGES.values():
            for phrase in phrases.counters.get(kind, ()):
                words = re.escape(phrase).replace(r"\#", "#").replace(r"\ ", " ?")
                if "#" in words:
                    forms.append(words.replace("#", f"({NUMBER})"))
                else:
                    forms += [f"({NUMBER}) ?{words}", f"{words} ?:? ?({NUMBER})"]
        patterns.append((kind, re.compile("|".join(forms), re.IGNORECASE)))
    return tuple(patterns)


@cache
def _minutes_pattern() -> re.Pattern[str]:
    forms: list[str] = []
    for phrases in LANGUAGES.values():
        unit = "(?:" + "|".join(map(re.escape, phrases.minutes)) + r")\.?"
        noun = "(?:" + "|".join(map(re.escape, phrases.reading)) + ")"
        forms += [
            rf"{noun} ?:? ?(?:ca\.?|circa|ongeveer|approx\.?|about|etwa|environ|±|"
            rf"~)? ?(\d{{1,3}}) ?-?{unit}?",
            rf"(\d{{1,3}}) ?-?{unit} ?-?{noun}",
        ]
    return re.compile("|".join(forms), re.IGNORECASE)
