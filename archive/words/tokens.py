"""Text to index words: one spelling for what readers hold to be the same letters.

A token is a run of letters and digits, NFKC, case folded, without the accents of Latin, Greek and Cyrillic letters
and without Arabic and Hebrew points (`Café` and `cafe`, `Straße` and `strasse` are one). Scripts without spaces
become overlapping pairs of characters and a last single (`東京都`: 東京 京都 都), which finds what a substring
search finds. Called for every article's whole text at deposit, so the common case has a fast way: ASCII after
its few accents are gone (78 µs for 3,000 characters of Dutch; letter by letter takes 280).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

WORDS_VERSION: Final = 2
"""Raise with every change of what `tokens` or `forms.keys` returns; stored in `meta` and with each index row."""

MAX_TOKEN: Final = 64
"""Characters kept of one token; longer runs are addresses, hashes and mistakes."""

# Letters that NFD does not take apart, as people type them without their stroke or ligature.
_TABLE: Final = {
    "ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ħ": "h", "ŧ": "t",
    "ŋ": "ng", "ĸ": "k", "ɨ": "i", "ʉ": "u",
}  # fmt: skip
# й is no и with an accent, nor ў an у, to those who read them.
_OWN_LETTERS: Final = frozenset("йў")

# Marks of Latin, Greek and Cyrillic letters, Hebrew and Arabic points, and marks that enclose or select a variant.
_DROPPED_MARKS: Final = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x08CA, 0x08FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0x2DE0, 0x2DFF),
    (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xE0100, 0xE01EF),
)  # fmt: skip
# Invisible and no border of a word: soft hyphen, joiners, directions, byte order mark; the Arabic tatweel stretches.
_INVISIBLE: Final = frozenset(
    "\u00ad\u034f\u061c\u0640\u180e\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
# Scripts that do not part words by spaces: Thai and Lao, Burmese, Hangul, Khmer, kana, Han, and their extensions.
_PAIRED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u19e0-\u19ff\u3005-\u3007\u3031-\u3035\u303b"
    "\u3041-\u312f\u3130-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f"
    "\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U000323af"
)
_NON_ASCII: Final = re.compile("[^\x00-\x7f]+")

# ASCII needs no more than this table: upper case to lower, all that is no letter or digit to a space.
_ASCII: Final = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}


# These two are compiled when first needed: 5 ms that a Dutch search need not spend.
@cache
def _paired_run() -> re.Pattern[str]:
    return re.compile(f"[{_PAIRED}]+")


@cache
def _run_part() -> re.Pattern[str]:
    return re.compile(f"[{_PAIRED}]+|[^{_PAIRED} ]+")


def _is_dropped(mark: str) -> bool:
    code = ord(mark)
    if unicodedata.category(mark) not in ("Mn", "Me"):  # the Hebrew block holds a hyphen
        return False
    return any(first <= code <= last for first, last in _DROPPED_MARKS)


def _fold_character(character: str) -> str:
    """Fold one character of NFKC text; marks that letters of their script need stay."""
    if character in _INVISIBLE:
        return ""
    out: list[str] = []
    for letter in unicodedata.normalize(
        "NFKC", unicodedata.normalize("NFKC", character).casefold()
    ):
        if letter in _OWN_LETTERS:
            out.append(letter)
            continue
        for part in unicodedata.normalize("NFD", letter):
            if not _is_dropped(part):
                out.append(_TABLE.get(part, part))
    return unicodedata.normalize("NFC", "".join(out))


def _is_of_word(character: str) -> bool:
    """Whether a character stands inside a word: letters, digits, marks; no modifier that is typed as an apostrophe."""
    if "\u02b9" <= character <= "\u02ff":
        return False
    return character.isalnum() or unicodedata.category(character) in ("Mn", "Mc", "Me")


class _Letters(dict[int, str]):
    """Code point -> its folded letters, filled as characters are met (at most one entry a character of Unicode)."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


class _Words(dict[int, str]):
    """As `_Letters`, with a space for all that parts words."""

    def __missing__(self, code: int) -> str:
        folded = "".join(c if _is_of_word(c) else " " for c in _LETTERS[code])
        self[code] = folded
        return folded


class _Lower(dict[int, str]):
    """Code point -> the letters as written, in lower case; a space for all that parts words."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        lower = "" if character in _INVISIBLE else character.lower()
        if character == "İ":  # its lower case is an i with a dot above, two characters
            lower = "i"
        kept = self[code] = "".join(c if _is_of_word(c) else " " for c in lower)
        return kept


_LETTERS: Final = _Letters()
_WORDS: Final = _Words()
_LOWER: Final = _Lower()


def fold(text: str) -> str:
    """Return `text` in one spelling: NFKC, case folded, accents dropped; spaces and punctuation as they are."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).translate(_LETTERS)
    return unicodedata.normalize("NFC", folded)  # what stood around a dropped mark may compose


def tokens(text: str) -> list[str]:
    """Return the index tokens of a text, in its order; each 1 to 64 characters, none with a space or a colon."""
    words = _spaced(text).split()
    # Most texts have no run that long, and one pass in C says so.
    if words and len(max(words, key=len)) > MAX_TOKEN:
        return [word[:MAX_TOKEN] for word in words]
    return words


def query_tokens(text: str) -> list[str]:
    """Return what a query asks for to find `text` as a phrase.

    As `tokens`, but the last run of a script without spaces leaves out its last single, which only stands at the
    end of a run in the index. One such character alone stays: it has to be asked as a prefix (`is_single`).
    """
    found = tokens(text)
    if len(found) > 1 and is_single(found[-1]):
        # A pair before it that ends in the same character: the single is that pair's own end.
        before = found[-2]
        if len(before) == 2 and before[1] == found[-1]:
            found.pop()
    return found


def is_single(token: str) -> bool:
    """Return whether a token is one character of a script without spaces."""
    return len(token) == 1 and has_pairs(token)


def has_pairs(text: str) -> bool:
    """Return whether a text holds characters of a script without spaces."""
    return not text.isascii() and _paired_run().search(text) is not None


def spellings(text: str) -> set[str]:
    """Return the distinct words of a text as written, in lower case with their accents.

    `fold` of each is its token (nothing, for a mark that stands alone). Scripts without spaces are left out: their
    pairs have no forms.
    """
    if text.isascii():
        return set(text.translate(_ASCII).split())
    chunks = set(text.split())
    others = {chunk for chunk in chunks if not chunk.isascii()}
    lower = unicodedata.normalize("NFKC", " ".join(others)).translate(_LOWER)
    if has_pairs(lower):
        lower = _paired_run().sub(" ", lower)
    return set(" ".join(chunks - others).translate(_ASCII).split()).union(lower.split())


Place = tuple[int, int]
"""Where a token stands in the text it came from: text[start:end]."""

_RUN: Final = re.compile(r"[^\W_]+")
_CHUNK: Final = re.compile(
    r"[A-Za-z0-9]++(?![^\x00-\x7f])|[^\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+"
)


def places(text: str) -> tuple[list[str], list[Place]]:
    """Return the tokens of a text and the place of each, for marks on its own spelling.

    A pair of a script without spaces covers both its characters, so such places overlap. 150 µs for 3,000
    characters of Dutch, 2 ms of Japanese.
    """
    if _is_plain(text):
        return tokens(text), [match.span() for match in _RUN.finditer(text)]
    found: list[str] = []
    where: list[Place] = []
    for match in _CHUNK.finditer(text):
        chunk, start = match.group(), match.start()
        if chunk.isascii():
            found.append(chunk.lower()[:MAX_TOKEN])
            where.append((start, match.end()))
            continue
        for token, place in _spans_of(chunk, start):
            found.append(token)
            where.append(place)
    return found, where


def _is_plain(text: str) -> bool:
    """Whether each run of letters and digits is one token, and nothing else is any."""
    return text.isascii() or all(_is_plain_character(c) for c in set(text) if c > "\x7f")


@cache
def _is_plain_character(character: str) -> bool:
    folded = _WORDS[ord(character)]
    if character.isalnum():
        return folded != "" and " " not in folded and not has_pairs(folded)
    return folded == " "


def _spans_of(chunk: str, offset: int) -> Iterator[tuple[str, Place]]:
    """Yield the spans of a chunk that holds more than ASCII, character by character."""
    folded = [_WORDS[ord(character)] for character in chunk]
    start = 0
    for at in range(len(chunk) + 1):
        if at < len(chunk) and (folded[at] == "" or not folded[at].isspace()):
            continue
        run, where = "", list[int]()
        for place in range(start, at):
            run += folded[place]
            where.extend([offset + place] * len(folded[place]))
        yield from _spans_of_run(run, where)
        start = at + 1


def _spans_of_run(run: str, where: list[int]) -> Iterator[tuple[str, Place]]:
    for match in _run_part().finditer(run):
        part, start, end = match.group(), match.start(), match.end()
        if not _paired_run().match(part):
            word = unicodedata.normalize("NFC", part)[:MAX_TOKEN]
            yield word, (where[start], where[end - 1] + 1)
            continue
        for at in range(start, end):
            last = min(at + 1, end - 1)
            yield (
                run[at : at + 2] if at < last else run[at],
                (where[at], where[last] + 1),
            )


def _spaced(text: str) -> str:
    """Return the tokens of a text parted by spaces."""
    if not text.isascii():
        try:
            text = _NON_ASCII.sub(_ascii_of, text)
        except _BeyondLatin:
            return _spaced_slowly(text)
    return text.translate(_ASCII)


def _spaced_slowly(text: str) -> str:
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).translate(_WORDS))
    return _paired_run().sub(_paired, text)


def _paired(match: re.Match[str]) -> str:
    run = match.group()
    pairs = [run[at : at + 2] for at in range(len(run))]
    return f" {' '.join(pairs)} "


class _BeyondLatin(Exception):
    """The text needs the slow way."""


_RUNS: Final[dict[str, str]] = {}
_MAX_RUNS: Final = 4096  # a process meets a few hundred: é, ’, “, …


def _ascii_of(match: re.Match[str]) -> str:
    """Return the ASCII spelling of a run of other characters; raises _BeyondLatin where it has none."""
    run = match.group()
    known = _RUNS.get(run)
    if known is None:
        known = unicodedata.normalize("NFKC", run).translate(_WORDS)
        if not known.isascii():
            raise _BeyondLatin
        if len(_RUNS) < _MAX_RUNS:
            _RUNS[run] = known
    return known
