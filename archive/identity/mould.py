"""The guard against moulds: texts that are alike because a desk writes them so, not because they tell one thing.

A weather report, a match report, results by municipality, a numbered series: the words agree and
the subject differs. Three marks, each with words to show for it: part numbers, days, and names
that stand in one telling only, on both sides. Called by `archive.identity.rules`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from archive.identity.folding import fold, words_of
from archive.identity.likeness import Traits, names_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What shows that two likenesses are two articles. `rule` names the kind, `why` is for people."""

    rule: str
    why: str


def _table(text: str) -> frozenset[str]:
    return frozenset(words_of(fold(text)))


# Words before the number of a part, in the languages of `archive.words`.
_PART_WORDS: Final = _table(
    """
    part parts deel teil folge partie parte episode episodio aflevering afl avsnitt afsnit del czesc
    odcinek chapter hoofdstuk kapitel chapitre capitulo capitolo vol volume band no nr num nummer
    numero issue editie edition edicion edizione edicao week woche semaine semana settimana uge uke
    vecka tydzien dag day tag jour dia giorno dzien ronde round runde journee jornada giornata
    speelronde matchday spieltag season seizoen staffel saison temporada stagione sezon
    """
)
_ROMAN: Final = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7"}
_FRACTION: Final = re.compile(
    r"(?<!\d)(\d{1,3})\s*(?:/|van|of|von|sur|de|di|av|af|z)\s*(\d{1,3})(?!\d)"
)
_HASH_NUMBER: Final = re.compile(r"#\s?(\d{1,5})")

_WEEKDAYS: Final = tuple(
    _table(names)
    for names in (
        "maandag monday montag lundi lunes lunedì segunda måndag mandag poniedziałek",
        "dinsdag tuesday dienstag mardi martes martedì terça tisdag tirsdag wtorek",
        "woensdag wednesday mittwoch mercredi miércoles mercoledì quarta onsdag środa",
        "donderdag thursday donnerstag jeudi jueves giovedì quinta torsdag czwartek",
        "vrijdag friday freitag vendredi viernes venerdì sexta fredag piątek",
        "zaterdag saturday samstag sonnabend samedi sábado sabato lördag lørdag sobota",
        "zondag sunday sonntag dimanche domingo domenica söndag søndag niedziela",
    )
)
_MONTHS: Final = _table(
    """
    januari january januar janvier enero gennaio janeiro stycznia jan
    februari february februar février febrero febbraio fevereiro lutego feb
    maart march märz mars marzo março marca
    april avril abril aprile kwietnia apr
    mei may mai mayo maggio maio maj maja
    juni june juin junio giugno junho czerwca jun
    juli july juillet julio luglio julho lipca jul
    augustus august août agosto augusti sierpnia aug
    september septembre septiembre settembre setembro września sept sep
    oktober october octobre octubre ottobre outubro października okt oct
    november novembre noviembre novembro listopada nov
    december dezember décembre diciembre dicembre dezembro desember grudnia dec dez
    """
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d$")
_DATE_NUMBERS: Final = re.compile(r"(?<!\d)(\d{1,4}[-./]\d{1,2}[-./]\d{2,4})(?!\d)")

HEAD_WORDS: Final = 60  # a report says its day where it begins; further on it tells of other days

MIN_EXCLUSIVE_NAMES: Final = 2
"""One name is a correction; two that no word of the other telling answers are another subject."""

MIN_EXCLUSIVE_SHARE: Final = 0.30
"""Of all names of either side. In moulds whose names differ it is .4 to 1; in copies edited by 5 % of
their words .00 to .12, and in stories that grew it is 0 on the older side."""

MISREAD_SHARE: Final = 0.5
MAX_MISREAD: Final = 60  # words looked at: the comparison is of each with each


def part_mark(a: Traits, b: Traits) -> Mark | None:
    """Return a mark if both titles number their part and the numbers differ."""
    for find in (_fraction, _part_number):
        left, right = find(a), find(b)
        if left and right and left != right:
            return Mark(rule="parts", why=f"part {left} and part {right} of a series")
    return None


def day_mark(a: Traits, b: Traits) -> Mark | None:
    """Return a mark if the titles, or else the openings, name days that the other does not name."""
    in_titles = _days(a.title_words, a.telling.title), _days(b.title_words, b.telling.title)
    if all(in_titles):
        return _day_mark_of(*in_titles) if not in_titles[0] & in_titles[1] else None
    heads = _days(a.words[:HEAD_WORDS], ""), _days(b.words[:HEAD_WORDS], "")
    if not all(heads):
        return None
    # A copy under another lead names its day further down.
    if heads[0] & _days(b.words, "") or heads[1] & _days(a.words, ""):
        return None
    return _day_mark_of(*heads)


def _day_mark_of(left: frozenset[str], right: frozenset[str]) -> Mark:
    return Mark(rule="days", why=f"one is of {_shown(left)}, the other of {_shown(right)}")


def title_mark(a: Traits, b: Traits) -> Mark | None:
    """Return a mark if each title has a name or number of its own (asked where texts say too little)."""
    mine = _title_subjects(a) - frozenset(b.title_words) - frozenset(b.words)
    others = _title_subjects(b) - frozenset(a.title_words) - frozenset(a.words)
    if not mine or not others or _are_spellings(mine, others):
        return None
    return Mark(
        rule="subjects", why=f"one is about {_shown(mine)}, the other about {_shown(others)}"
    )


def _title_subjects(traits: Traits) -> frozenset[str]:
    return frozenset(names_in(traits.telling.title)) | traits.title_numbers


def name_mark(a: Traits, b: Traits) -> Mark | None:
    """Return a mark if each telling has names of its own where the rest is alike.

    A story that grew has new names on one side only; a corrected name is one, and is spelt alike.
    """
    mine, others = _exclusive(a, b), _exclusive(b, a)
    if subject := _subjects(a, b, mine, others):
        return subject
    if min(len(mine), len(others)) < MIN_EXCLUSIVE_NAMES:
        return None
    share = min(len(mine) / len(a.names), len(others) / len(b.names))
    if share < MIN_EXCLUSIVE_SHARE:
        return None
    why = f"one mould, other names: {_shown(mine)} against {_shown(others)}"
    return Mark(rule="names", why=why)


def are_misread(a: Traits, b: Traits) -> bool:
    """Tell whether most words that only one side has are a misspelling of one of the other side's.

    In a mould the differing words are other words.
    """
    left = sorted(frozenset(a.words) - frozenset(b.words))
    right = sorted(frozenset(b.words) - frozenset(a.words))
    few, many = sorted((left[:MAX_MISREAD], right), key=len)
    n_alike = sum(any(_alike(word, other) for other in many) for word in few)
    return n_alike >= MISREAD_SHARE * len(few)


def _subjects(a: Traits, b: Traits, mine: frozenset[str], others: frozenset[str]) -> Mark | None:
    """Return a mark if each title names what its own text tells of and the other never mentions."""
    left = mine & frozenset(a.title_words)
    right = others & frozenset(b.title_words)
    if not left or not right or _are_spellings(left, right):
        return None
    return Mark(
        rule="subjects", why=f"one is about {_shown(left)}, the other about {_shown(right)}"
    )


def _exclusive(a: Traits, b: Traits) -> frozenset[str]:
    return a.names - frozenset(b.words) - frozenset(b.title_words)


def _are_spellings(left: frozenset[str], right: frozenset[str]) -> bool:
    """Tell whether every name of the smaller side begins or ends as one of the other (a corrected
    or inflected name: Jansen, Janssen)."""
    few, many = sorted((left, right), key=len)
    return all(any(_alike(x, y) for y in many) for x in few)


def _alike(x: str, y: str) -> bool:
    n = max(len(x), len(y))
    head = next(
        (i for i, (p, q) in enumerate(zip(x, y, strict=False)) if p != q), min(len(x), len(y))
    )
    tail = next(
        (i for i, (p, q) in enumerate(zip(x[::-1], y[::-1], strict=False)) if p != q),
        min(len(x), len(y)),
    )
    return n >= 4 and head + tail >= 0.7 * n


def _fraction(traits: Traits) -> str | None:
    found = _FRACTION.search(traits.telling.title)
    return found[1] if found and int(found[1]) <= int(found[2]) else None


def _part_number(traits: Traits) -> str | None:
    if found := _HASH_NUMBER.search(traits.telling.title):
        return found[1]
    words = traits.title_words
    for word, after in pairwise(words):
        if word in _PART_WORDS and (after.isdigit() or after in _ROMAN):
            return _ROMAN.get(after, after)
    return None


def _days(words: Iterable[str], title: str) -> frozenset[str]:
    """Return what names a day: weekdays (by number), numbers beside a month, years, written dates."""
    words = tuple(words)
    found = {f"weekday {n}" for n, names in enumerate(_WEEKDAYS) if names & set(words)}
    if found:
        return frozenset(found)
    for i, word in enumerate(words):
        if word in _MONTHS:
            near = words[max(0, i - 1) : i] + words[i + 1 : i + 2]
            found |= {f"{int(n)} {word[:3]}" for n in near if n.isdigit() and len(n) <= 2}
    found |= set(_DATE_NUMBERS.findall(title))
    return frozenset(found or (w for w in words if title and _YEAR.match(w)))


def _shown(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)[:3])
