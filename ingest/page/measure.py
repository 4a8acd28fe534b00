"""How much text there is: words, and the minutes they take to read."""

import re
from math import ceil

# Brysbaert 2019, "How many words do we read per minute?": 238 words for silent reading of English
# non-fiction. Scripts without spaces are counted in characters (RECORD: 500 a minute).
_WORDS_A_MINUTE = 238
_CHARACTERS_A_MINUTE = 500
# Kana, Han and Hangul syllables are counted by character; two of them are about one word.
_UNSPACED = re.compile(
    "[\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u0e00-\\u0eff\\U00020000-\\U0002fa1f]"
)
_CHARACTERS_A_WORD = 2
_WORD = re.compile(r"\w+(?:['’.,-]\w+)*")


def count_words(text: str | None) -> int:
    """Count the words of `text`; in scripts that put no spaces between words, two characters are one."""
    if not text:
        return 0
    n_unspaced = len(_UNSPACED.findall(text)) if not text.isascii() else 0
    spaced = _UNSPACED.sub(" ", text) if n_unspaced else text
    return len(_WORD.findall(spaced)) + ceil(n_unspaced / _CHARACTERS_A_WORD)


def minutes_to_read(text: str) -> int:
    """Compute the reading time in whole minutes, at least 1."""
    n_unspaced = len(_UNSPACED.findall(text))
    n_words = len(_WORD.findall(_UNSPACED.sub(" ", text)))
    return max(1, ceil(n_words / _WORDS_A_MINUTE + n_unspaced / _CHARACTERS_A_MINUTE))
