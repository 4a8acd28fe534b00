"""Which words are forms of one: each word has keys, and words of one language that share a key are forms.

Keys are computed from the spelling with accents, then folded, and stored beside each word that was ever indexed
(`word(lang, stem, word)`); index text itself holds words, never stems, so a better stemmer re-indexes nothing.
Dutch has rules of its own (`archive.words.dutch`), the other languages Snowball's by PyStemmer, with what those part
mended in `archive.words.readings`; a language without a stemmer has the word itself.
"""

import threading
from typing import Any, Final

from archive.words import dutch
from archive.words.readings import readings
from archive.words.tokens import MAX_TOKEN, fold

UNKNOWN: Final = "und"
"""The language of a text whose language is not known (BCP 47, undetermined)."""

# Primary subtag (BCP 47) -> Snowball's name.
_ALGORITHMS: Final = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

# A stemmer keeps state while it works: one a thread.
_local = threading.local()


def language_of(tag: str | None) -> str:
    """Return the primary subtag of a language tag in lower case ("nl-BE": "nl"); UNKNOWN for None and nonsense."""
    primary = (tag or "").replace("_", "-").split("-", 1)[0].strip().lower()
    return (
        primary if primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 8 else UNKNOWN
    )


def keys(spelling: str, lang: str) -> tuple[str, ...]:
    """Return the keys of a word written with its accents, in lower case, NFKC; one to five, folded, distinct.

    `lang` is a primary subtag as `language_of` returns it.
    """
    if any(c.isdigit() for c in spelling):
        return (_folded(spelling),)
    if lang == "nl":
        return dutch.keys(spelling[:MAX_TOKEN])
    if lang not in _ALGORITHMS:
        return (_folded(spelling),)
    found = [spelling, *readings(spelling, lang)]
    return tuple(dict.fromkeys(_folded(_stem(reading, lang)) for reading in found))


def _folded(stem: str) -> str:
    return fold(stem)[:MAX_TOKEN]


def _stem(spelling: str, lang: str) -> str:
    stem: str = _stemmer(lang).stemWord(spelling)
    return stem


def _stemmer(lang: str) -> Any:
    made: dict[str, Any] = _local.__dict__.setdefault("stemmers", {})
    if lang not in made:
        import Stemmer

        made[lang] = Stemmer.Stemmer(_ALGORITHMS[lang])
    return made[lang]
