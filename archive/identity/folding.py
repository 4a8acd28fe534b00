"""Text to the words that likeness is measured in, and the numbers in it.

Apart from `archive.words` on purpose: what is folded here is hashed into stored candidate keys,
which must not move when the search index gets a better tokeniser. Every entry's whole text passes
here, so what western papers write has a fast way: a table of 256 letters (30 us for 500 words with
a few accents, where folding by Unicode and a regular expression take 220).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final
from unicodedata import category, normalize

# Nothing to read: soft hyphen, zero-width signs, direction marks, byte order mark.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
# Letters that Unicode does not take apart, in the spelling that papers without them use.
_LATIN: Final = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)


class _Markless(dict[int, int | str | None]):
    """Drops marks and spells _LATIN; asks Unicode once a character, then costs 30 ns where a generator takes 600."""

    def __missing__(self, code: int) -> int | str | None:
        is_mark = category(chr(code)) in ("Mn", "Me")
        self[code] = None if is_mark else _LATIN.get(code, code)
        return self[code]


_MARKLESS: Final = _Markless()
# Scripts without spaces: Thai, Lao, Khmer, Myanmar, kana, Han. Hangul has spaces.
_UNSPACED_CLASS: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_WORD: Final = re.compile(rf"[{_UNSPACED_CLASS}]+|[^\W_{_UNSPACED_CLASS}]+")
_UNSPACED: Final = re.compile(rf"[{_UNSPACED_CLASS}]")
_NUMBER: Final = re.compile(r"\d+(?:[.,:'’\u00a0\u202f]\d+)*")
_NUMBER_JOINTS: Final = re.compile(r"\D")

MAX_CHARS: Final = 200_000
"""What is read of a text: 30,000 words. A longer one is a book or a fault, and its head decides."""


def fold(text: str) -> str:
    """Return `text` without case, accents, ligatures and invisible signs: what a reader retypes."""
    text = text[:MAX_CHARS]
    if text.isascii():
        return text.lower()
    text = normalize("NFKD", _INVISIBLE.sub("", text)).casefold()
    return normalize("NFC", text.translate(_MARKLESS))


def words_of(folded: str) -> list[str]:
    """Return the words of a folded text in order; a run of an unspaced script as pairs of signs."""
    words = _WORD.findall(folded)
    if folded.isascii() or not _UNSPACED.search(folded):
        return words
    spread: list[str] = []
    for word in words:
        if len(word) > 2 and _UNSPACED.match(word):
            spread.extend(word[i : i + 2] for i in range(len(word) - 1))
        else:
            spread.append(word)
    return spread


def n_words_of(words: Sequence[str], text: str) -> int:
    """Return how many words `words`, those of `text`, would be with spaces between: a pair of signs is half a one.

    A Japanese or Chinese word has two signs as a rule, and a run of n signs makes n - 1 pairs.
    """
    if text.isascii() or not _UNSPACED.search(text[:MAX_CHARS]):
        return len(words)
    n_pairs = sum(_UNSPACED.match(word) is not None for word in words)
    return len(words) - n_pairs // 2


def words_in(text: str) -> list[str]:
    """Return the words of a text in order: `words_of(fold(text))`."""
    text = text[:MAX_CHARS]
    western = _western()
    try:
        letters = text.encode(_WESTERN_CODEC)
    except UnicodeEncodeError:
        return words_of(fold(text))
    if not text.isascii():
        if western.own.search(letters):
            return words_of(fold(text))
        for letter, spelled in western.longer:
            letters = letters.replace(letter, spelled)
    return letters.translate(western.table, western.unread).decode("ascii").split()


_WESTERN_CODEC: Final = "cp1252"  # Latin-1 with the quotes, dashes and dots that papers typeset


@dataclass(frozen=True, slots=True)
class _Western:
    """What `fold` and `words_of` make of the 256 letters of a western text, as a table of bytes.

    `table` gives one sign for each: a letter, a figure, or a space for what parts words. `longer` are spelled with
    several, `unread` with none; `own` keep a spelling outside ASCII, so that a text with one takes the long way.
    """

    table: bytes
    longer: tuple[tuple[bytes, bytes], ...]
    unread: bytes
    own: re.Pattern[bytes]


@cache
def _western() -> _Western:
    table, longer, unread, own = bytearray(b" " * 256), [], bytearray(), bytearray()
    for code in range(256):
        letter = bytes([code])
        try:
            folded = fold(letter.decode(_WESTERN_CODEC))
        except UnicodeDecodeError:  # five places that the code leaves free
            continue
        spelled = "".join(sign if _WORD.fullmatch(sign) else " " for sign in folded)
        if not spelled.isascii():
            own.append(code)
        elif not spelled:
            unread.append(code)
        elif len(spelled) > 1:
            longer.append((letter, spelled.encode("ascii")))
        else:
            table[code] = ord(spelled)
    return _Western(
        bytes(table), tuple(longer), bytes(unread), re.compile(b"[" + re.escape(bytes(own)) + b"]")
    )


def numbers_of(folded: str) -> frozenset[str]:
    """Return the numbers of a folded text as figures alone: 10.979 and 10,979 are one."""
    return frozenset(_NUMBER_JOINTS.sub("", found) for found in _NUMBER.findall(folded))
