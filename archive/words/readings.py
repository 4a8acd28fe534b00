"""What a word may be another spelling of, where Snowball's rules for its language part forms of one word.

`euros` may be the plural of `euro`, `votent` a form of `vote`, `sagte` of `sagen`, `الوزير` is `وزير` with its article.
A word gets the keys of its readings beside its own. Judged on the pairs in tests/archive/words, written beforehand.
"""

import re
from collections.abc import Callable
from typing import Final

from archive.words.irregular import bases
from archive.words.tokens import fold


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def readings(spelling: str, lang: str) -> tuple[str, ...]:
    """Return the other spellings whose keys a word shares, in lower case with accents; none for most words."""
    of_language = _OF_LANGUAGE.get(lang)
    by_ending = of_language(spelling) if of_language else ()
    return (*bases(spelling, lang), *by_ending)


_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
# -t, -te, -ten of verbs. After a vowel, d, t, h or s it more often belongs to the word: Stadt, Recht, Kunst.
_GERMAN_VERB: Final = re.compile(r"(?<=[^aeiouäöüyhdtsßcx])(?:t|te|ten)$|(?<=[td])(?:et|ete|eten)$")
_GERMAN_WEAK: Final = re.compile(r"(?:[^aeiouäöüy]|[aei]u|ei)e[rl]$")
"""How a stem ends whose infinitive is in -n: fordern, handeln, feiern."""

# Without their -t these are other words (Mark, Star, Punk, Spuren, Konzern, half); `studenen` has the stem of Stud.
_GERMAN_OWN_T: Final = re.compile(
    r"(?:markt|start|punkt|sport|konzert|hälft|(?<!i)ent)(?:e|en|es|s)?$"
)
_GERMAN_PLURAL_S: Final = re.compile(r"[^aeiou\s][aoy]s$|[aei]os$|és$")
_GERMAN_NO_PLURAL: Final = _words(
    "etwas atlas chaos kosmos texas kansas thomas lukas jonas andreas was das"
)


def _german(word: str) -> tuple[str, ...]:
    found = []
    respelled = word.translate(_UMLAUTS)
    if respelled != word:
        found.append(respelled)
    if word.endswith("innen") and len(word) > 7:
        found.append(word[:-3])
    if len(word) > 4 and _GERMAN_PLURAL_S.search(word) and word not in _GERMAN_NO_PLURAL:
        found.append(word[:-1])
    verb = _GERMAN_VERB.search(word)
    if verb and verb.start() > 3 and not _GERMAN_OWN_T.search(word):
        stem = word[: verb.start()]
        found.append(stem + ("n" if _GERMAN_WEAK.search(stem) else "en"))
    return tuple(found)


# Words in -s of which the rest is another word.
_FRENCH_NO_PLURAL: Final = _words(
    "fois mois mais vous nous tous sous plus paris denis abus louis puis trois près depuis jamais temps corps"
)
# No adverbs and nouns in -ment; devient, contient are of venir and tenir, which have their table.
_FRENCH_ENT: Final = re.compile(r"(?<!m)(?<![vt]i)ent$")
_FRENCH_NO_VERB: Final = _words(
    "agent argent parent talent accent accident incident violent urgent patient client content présent absent récent"
    " différent excellent évident président résident continent serpent torrent souvent couvent innocent adolescent"
    " prudent ardent décent intelligent suffisent occident orient ingrédient précédent excédent équivalent permanent"
)


def _french(word: str) -> tuple[str, ...]:
    found = []
    if word.endswith("s") and len(word) > 3 and word[-2] != "s" and word not in _FRENCH_NO_PLURAL:
        found.append(word[:-1])
    if (word.endswith("eux") and len(word) > 3) or (word.endswith("oux") and len(word) > 4):
        found.append(word[:-1])
    singular = word.removesuffix("s")
    if singular.endswith("trice") and len(singular) > 6:
        found.append(singular[:-4] + "eur")
    if singular.endswith("ère") and len(singular) > 6:  # but mère, colère
        found.append(singular[:-3] + "er")
    if singular.endswith("if") and len(singular) > 4:
        found.append(singular[:-1] + "ve")
    if len(word) > 5 and _FRENCH_ENT.search(word) and word not in _FRENCH_NO_VERB:
        found.append(word[:-2])
    return tuple(found)


def _spanish(word: str) -> tuple[str, ...]:
    # Short plurals lie before the region that Snowball cuts in: años, ojos, olas.
    is_plural = 3 < len(word) < 6 and word.endswith(("as", "os")) and word not in ("dios", "tras")
    return (word[:-1],) if is_plural else ()


# The article, with the particles that are written to it.
_ARABIC_ARTICLE: Final = ("وال", "بال", "كال", "فال", "ال", "لل")


def _arabic(word: str) -> tuple[str, ...]:
    bare = fold(word)
    for article in _ARABIC_ARTICLE:
        if bare.startswith(article) and len(bare) - len(article) > 2:
            return (bare[len(article) :],)
    return ()


_OF_LANGUAGE: Final[dict[str, Callable[[str], tuple[str, ...]]]] = {
    "de": _german, "fr": _french, "es": _spanish, "ar": _arabic
}  # fmt: skip
