"""The guard against moulds: texts that are alike because a desk writes them so, not because they tell one thing.

A weather report, a match report, results by municipality, a numbered series: the words agree and
the subject differs. Five marks, each with words to show for it: part numbers, days, names that
stand in one telling only, on both sides, what the headlines name, and what is exchanged in the
slots of a common frame (`archive.identity.slots`). Called by `archive.identity.rules`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from archive.identity.folding import words_in
from archive.identity.likeness import Traits, names_in
from archive.identity.limits import LIMITS, Limits
from archive.identity.slots import Frame, Slot, has_digit


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What shows that two likenesses are two articles. `rule` names the kind, `why` is for people."""

    rule: str
    why: str


def _table(text: str) -> frozenset[str]:
    return frozenset(words_in(text))


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
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "januari january januar janvier enero gennaio janeiro stycznia jan",
            "februari february februar février febrero febbraio fevereiro lutego feb",
            "maart march märz mars marzo março marca",
            "april avril abril aprile kwietnia apr",
            "mei may mai mayo maggio maio maj maja",
            "juni june juin junio giugno junho czerwca jun",
            "juli july juillet julio luglio julho lipca jul",
            "augustus august août agosto augusti sierpnia aug",
            "september septembre septiembre settembre setembro września sept sep",
            "oktober october octobre octubre ottobre outubro października okt oct",
            "november novembre noviembre novembro listopada nov",
            "december dezember décembre diciembre dicembre dezembro desember grudnia dec dez",
        ),
        start=1,
    )
    for name in _table(names)
}
DAY_WORDS: Final = frozenset(_MONTHS).union(*_WEEKDAYS)

_YEAR: Final = re.compile(r"(?:19|20)\d\d$")

HEAD_WORDS: Final = 60  # a report says its day where it begins; further on it tells of other days

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
    one, other = _days_of(a.title_words), _days_of(b.title_words)
    if (mark := _other_days(one, other, one, other)) is not None:
        return mark
    if one.is_told and other.is_told:
        return None
    heads = _days_of(a.words[:HEAD_WORDS]), _days_of(b.words[:HEAD_WORDS])
    # A copy under another lead names its day further down.
    return _other_days(*heads, _days_of(a.words), _days_of(b.words))


def _other_days(
    left: "_Days", right: "_Days", all_left: "_Days", all_right: "_Days"
) -> Mark | None:
    is_other = False
    for kind in ("weekdays", "dates", "years"):
        mine, others = getattr(left, kind), getattr(right, kind)
        if not mine or not others:
            continue
        if mine & getattr(all_right, kind) or others & getattr(all_left, kind):
            return None
        is_other = is_other or kind != "years" or all_left is left  # years count in titles alone
    if not is_other:
        return None
    return Mark(rule="days", why=f"one is of {left.shown()}, the other of {right.shown()}")


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


def subject_mark(a: Traits, b: Traits, frame: Frame) -> Mark | None:
    """Return a mark if each title names what its own text tells of and the other never mentions.

    Whether in capitals or not: "data analyst" and "project manager" of one job advert, two towns in
    a script without capitals. Only what stands in a slot of the common `frame` (of `a` and `b`)
    counts: a headline taken from a paper's own lead is no subject of a mould. Numbers are left to
    the rules: a toll may rise.
    """
    in_slots, in_other_slots = frame.short_words
    left, right = _own_subjects(a, b) & in_slots, _own_subjects(b, a) & in_other_slots
    if not left or not right or _are_spellings(left, right):
        return None
    return Mark(
        rule="subjects", why=f"one is about {_shown(left)}, the other about {_shown(right)}"
    )


def _own_subjects(mine: Traits, other: Traits) -> frozenset[str]:
    own = frozenset(mine.title_words) & frozenset(mine.words)
    foreign = own - frozenset(other.words) - frozenset(other.title_words)
    return frozenset(word for word in foreign if len(word) > 1 and not has_digit(word))


def name_mark(a: Traits, b: Traits, limits: Limits = LIMITS) -> Mark | None:
    """Return a mark if each telling has names of its own where the rest is alike.

    A story that grew has new names on one side only; a corrected name is one, and is spelt alike.
    """
    mine, others = _without_spellings(_exclusive_names(a, b), _exclusive_names(b, a))
    if min(len(mine), len(others)) < limits.exclusive_names:
        return None
    if not (_is_cased(a, limits) and _is_cased(b, limits)):
        return None
    share = min(len(mine) / len(a.names), len(others) / len(b.names))
    if share < limits.exclusive_share:
        return None
    why = f"one mould, other names: {_shown(mine)} against {_shown(others)}"
    return Mark(rule="names", why=why)


def slot_mark(a: Traits, b: Traits, frame: Frame, limits: Limits = LIMITS) -> Mark | None:
    """Return a mark if two tellings fill the slots of one frame with other names.

    In scripts with capitals the exchanged words must be names, and most exchanges such: a
    copyeditor exchanges verbs too. In scripts without, and in German with its capital nouns,
    nothing tells a name from a word: there all that differs must stand in slots, one of them in the
    opening, or one thing be exchanged for another again and again.
    """
    spelt = [(slot, n) for slot, n in frame.exchanges if not _is_one_spelling(slot)]
    is_cased = _is_cased(a, limits) and _is_cased(b, limits)
    named = [
        (slot, n)
        for slot, n in spelt
        if not is_cased or (a.names & {*slot.mine} and b.names & {*slot.others})
    ]
    is_telling = is_cased and len(a.names) < limits.noun_density * a.n_words
    n_spelt, n_named = sum(n for _, n in spelt), sum(n for _, n in named)
    n_words = min(a.n_words, b.n_words)
    if not named or n_named < limits.slot_density * n_words:
        return None
    if is_telling:
        is_mould = n_named >= limits.slot_named * n_spelt
    else:
        signs = len(a.words) / max(1, a.n_words)
        is_framed = frame.n_loose <= limits.slot_loose * signs * n_words
        is_framed = is_framed and len(named) <= limits.slot_most
        head = {*a.words[: int(signs * limits.slot_head)]}
        is_opening = any(head & {*slot.mine} for slot, _ in named)
        is_mould = (is_framed and is_opening) or any(n > 1 for _, n in named)
    if not is_mould:
        return None
    slot, _ = named[0]
    why = f"one mould: {_said(slot.mine)} where the other has {_said(slot.others)}"
    return Mark(rule="slots", why=why)


def _is_one_spelling(slot: Slot) -> bool:
    """Tell whether a slot holds one name in two spellings (Jansen, Janssen; Kyiv, Kiev)."""
    return _are_spellings(frozenset(slot.mine), frozenset(slot.others))


def _said(words: tuple[str, ...]) -> str:
    return '"' + " ".join(words[:4]) + '"'


def _is_cased(traits: Traits, limits: Limits) -> bool:
    """Tell whether a text is in a script with capitals; a few Latin names in an Arabic text are not."""
    return len(traits.names) >= limits.name_density * traits.n_words


def are_misread(a: Traits, b: Traits, limits: Limits = LIMITS) -> bool:
    """Tell whether most words that only one side has are a misspelling of one of the other side's.

    In a mould the differing words are other words.
    """
    left = sorted(frozenset(a.words) - frozenset(b.words))
    right = sorted(frozenset(b.words) - frozenset(a.words))
    few, many = sorted((left[:MAX_MISREAD], right), key=len)
    n_alike = sum(any(_alike(word, other) for other in many) for word in few)
    return n_alike >= limits.misread_share * len(few)


def _exclusive_names(a: Traits, b: Traits) -> frozenset[str]:
    """Return the names of `a` that `b` nowhere mentions."""
    return a.names - frozenset(b.words) - frozenset(b.title_words)


def _without_spellings(
    left: frozenset[str], right: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of both sides that are no spelling of one of the other side's."""
    if len(left) > MAX_MISREAD or len(right) > MAX_MISREAD:
        return left, right
    pairs = [(x, y) for x in left for y in right if _alike(x, y)]
    return left - {x for x, _ in pairs}, right - {y for _, y in pairs}


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


@dataclass(frozen=True, slots=True)
class _Days:
    """The days that some words name: weekdays by number, numbers beside a month, years."""

    weekdays: frozenset[int]
    dates: frozenset[str]
    years: frozenset[str]

    @property
    def is_told(self) -> bool:
        return bool(self.weekdays or self.dates)

    def shown(self) -> str:
        names = [_DAY_NAMES[n] for n in sorted(self.weekdays)]
        return ", ".join((names + sorted(self.dates) + sorted(self.years))[:3])


_DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _days_of(words: tuple[str, ...]) -> _Days:
    known = frozenset(words)
    dates = set()
    for i, word in enumerate(words) if known & _MONTHS.keys() else ():
        if (month := _MONTHS.get(word)) is not None:
            near = words[max(0, i - 1) : i] + words[i + 1 : i + 2]
            dates |= {f"{int(n)}/{month}" for n in near if n.isdecimal() and len(n) <= 2}
    weekdays = frozenset(n for n, names in enumerate(_WEEKDAYS) if names & known)
    return _Days(weekdays, frozenset(dates), frozenset(w for w in known if _YEAR.match(w)))


def _shown(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)[:3])
