"""Which Dutch words are forms of one: plurals, -e of adjectives, diminutives, -t, -te and -de of verbs.

A key is the closed-syllable spelling of the stem: `bomen` and `boom` share `boom`, `bommen` and `bom` share `bom`.
Where a spelling has two readings it has two keys (`markt` is a noun, `werkt` a verb: `werkt`, `werk`), at most three.
Snowball's rules for Dutch either part `groot` from `grote` or make `minister` and `mini` one word; these were judged
on word pairs written beforehand and afterwards (tests/archive/words/*.tsv). Compounds, participles with ge- and strong
past tenses are left apart.
"""

import re
from functools import lru_cache
from typing import Final

from archive.words.tokens import fold

MAX_KEYS: Final = 3


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_VOWELS: Final = "aeiouy"
_DIGRAPHS: Final = ("aa", "ee", "oo", "uu", "ie", "oe", "ui", "eu", "ou", "au", "ei")

# Plurals whose vowel changes or does not lengthen, for the word itself and for compounds that end in it.
_PLURALS: Final = {
    "steden": "stad", "schepen": "schip", "leden": "lid", "kinderen": "kind", "eieren": "ei", "dagen": "dag",
    "wegen": "weg", "gaten": "gat", "daken": "dak", "oorlogen": "oorlog", "goden": "god", "hoven": "hof",
    "loten": "lot", "sloten": "slot", "schoten": "schot", "vaten": "vat", "baden": "bad", "bladen": "blad",
    "bladeren": "blad", "glazen": "glas", "graven": "graf", "slagen": "slag", "dragen": "drag", "dalen": "dal",
    "paden": "pad", "spelen": "spel", "smeden": "smid", "bevelen": "bevel", "gebreken": "gebrek",
    "gebeden": "gebed", "holen": "hol", "koeien": "koe", "volkeren": "volk", "liederen": "lied",
    "goederen": "goed", "lammeren": "lam", "kalveren": "kalf", "runderen": "rund", "gelederen": "gelid",
    "musea": "museum", "centra": "centrum", "crises": "crisis", "analyses": "analyse", "meisjes": "meisje",
}  # fmt: skip
# These plurals are no verb as well: the regular reading would only join a stranger (`leden`, `leed`).
_PLURALS_ONLY: Final = frozenset(
    _words(
        "steden schepen leden kinderen eieren gaten oorlogen musea centra crises analyses meisjes"
    )
)
# Words that only look like a form of another.
_WHOLE: Final = frozenset(
    _words(
        "haven zone zones meisje anders elders immers volgens tevens wegens telkens ergens nergens overigens trouwens"
        " hoogstens minstens alvorens zelfs soms links rechts thans advies precies servies oranje wagen regen"
    )
)
_ENDS_WHOLE: Final = ("advies", "servies", "verlies")
# -t and -d that belong to the word: no verb form of `kan`, `haas`, `hem`.
_OWN_T: Final = _words(
    "kant want tent punt krant klant lint sint mint munt hint print plant rent kaart taart staart maart soort"
    " poort markt haast roest moest lijst feest geest beest juist vuist oost oogst naast laatst meest eerst last"
    " plaats toost kruist dienst kunst winst gunst komst angst gemeent"
)
_OWN_D: Final = _words(
    "hemd held veld geld schuld beeld wild mild goud woord noord moord oord boord waard paard aard baard hard"
    " vreemd speld"
)

_SYLLABLE: Final = re.compile(f"[{_VOWELS}]+")
# A plural's -s: after an unstressed syllable, after -ie and the endings of loanwords.
_PLURAL_S: Final = re.compile(r"(?:[^aeiou]e[lmnr]?|[^aeiou](?:ar|or)|um|ie|aar|eur|oor)s$")
_LOAN_S: Final = re.compile(r"[aeiou][mb]s$")
_LONG: Final = "(?:aa|ee|oo|uu|ie|oe|ui|eu|ou|au|ei|ij)"
_VERB_T: Final = re.compile(
    rf"(?:{_LONG}s|ns|[pfgbmlwk]|ch|d|(?<![mdtgcvzls]e)n|(?:aa|ee|oo|uu|ie|oe|eu)r|[^aeiou]er|(?:aa|oo|oe)i)t$"
)
_VERB_D: Final = re.compile(
    rf"(?:[wmbfg]|{_LONG}[snl]|[aei]l|(?:aa|ee|hoo|uu|oe|eu)r|[^aeiou]er|(?:aa|oo|oe)i)d$"
)
_DIMINUTIVE: Final = re.compile(r"(?:(?<=[^aeiou])etje|mpje|nkje|tje|(?<=[^aeioun])je)$")


def keys(spelling: str) -> tuple[str, ...]:
    """Return one to three keys of a word in lower case with its accents; no accents in the keys."""
    if spelling.endswith("iën"):  # koloniën, knieën is below
        spelling = spelling[:-2] + "e"
    return _keys(fold(spelling))[:MAX_KEYS]


@lru_cache(maxsize=20_000)
def _keys(word: str) -> tuple[str, ...]:
    if len(word) < 4 or word in _WHOLE or word.endswith(_ENDS_WHOLE):
        return (word,)
    found = [word.removesuffix(many) + one for many, one in _PLURALS.items() if word.endswith(many)]
    if word in _PLURALS_ONLY:
        return (found[0],)
    if base := _plain_plural(word):
        return _keys(base)
    if match := _DIMINUTIVE.search(word):
        return tuple(dict.fromkeys(k for base in _grown(word, match) for k in _keys(base)))
    stem = _stem(word)
    for reading in _closed(stem) if stem else (word,):
        # `redenen` to `reden`, whose own key is that of any word in -en
        found += _keys(reading) if reading.endswith("en") and reading != word else (reading,)
        if _is_verb(reading, has_ending=stem is not None):
            found += _keys(reading[:-1])
    return tuple(dict.fromkeys(found))


def _plain_plural(word: str) -> str | None:
    """Return the singular of a plural that needs no other change, None for all else."""
    if word.endswith("heden") and len(word) > 6:
        return word[:-3] + "id"
    if word.endswith(("eeen", "ieen")):
        return word[:-2]
    if word.endswith("ici"):
        return word[:-1] + "us"
    if (_PLURAL_S.search(word) and _n_syllables(word) > 1) or _LOAN_S.search(word):
        return word[:-1]
    return None


def _grown(word: str, ending: re.Match[str]) -> tuple[str, ...]:
    """Return what a diminutive may be the small one of: `boompje`, `lampje`, `stoeltje`, `straatje`, `mannetje`."""
    base, plain = word[: ending.start()], word[:-2]
    match ending.group():
        case "etje":
            return (_undoubled(base),)
        case "mpje":
            return (base + "m", plain)
        case "nkje":
            return (base + "ng", plain)
        case "tje":
            return (base, plain)
        case _:
            return (plain,)


def _stem(word: str) -> str | None:
    """Return a word without its -en or -e; None where that ending belongs to the word."""
    for ending in ("en", "e"):
        if word.endswith(ending):
            stem = word.removesuffix(ending)
            is_closed = stem[-1:] not in _VOWELS or stem.endswith(("aai", "ooi", "oei"))
            return stem if len(stem) > 1 and is_closed and _SYLLABLE.search(stem) else None
    return None


def _closed(stem: str) -> tuple[str, ...]:
    """Return how a stem is written when nothing follows: `bom` to `boom`, `bomm` to `bom`, `huiz` to `huis`."""
    undoubled = _undoubled(stem)
    if undoubled != stem:
        return (undoubled,)
    written = stem[:-1] + {"v": "f", "z": "s"}.get(stem[-1], stem[-1])
    vowel, before = stem[-2], stem[-3:-2]
    if vowel not in "aeou" or stem[-1] in _VOWELS or before + vowel in _DIGRAPHS:
        return (written,)
    long = written[:-1] + vowel + written[-1]
    # An unstressed syllable stays short: `luisteren`, `artikelen`, `motoren`; `regeren`, `kastelen` do not show it.
    is_open = (vowel == "e" and stem[-1] in "lmnr") or (stem[-3:] in ("tor", "sor"))
    return (written, long) if is_open and _n_syllables(stem) > 1 else (long,)


def _undoubled(stem: str) -> str:
    return stem[:-1] if len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in _VOWELS else stem


def _is_verb(reading: str, *, has_ending: bool) -> bool:
    """Whether a -t, or before -e and -en a -d, may be a verb's: `werkt`, `werkte`, `bouwde`."""
    if len(reading) < 4:
        return False
    if reading.endswith("t"):
        return _VERB_T.search(reading) is not None and not reading.endswith(_OWN_T)
    return has_ending and _VERB_D.search(reading) is not None and not reading.endswith(_OWN_D)


def _n_syllables(word: str) -> int:
    return len(_SYLLABLE.findall(word))
