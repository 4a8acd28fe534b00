"""What changed between two texts, word by word, as values that a page or a terminal can show. Pure.

Paragraphs are lined up first, then the words of those that correspond; runs of unchanged paragraphs are folded.
Called by `archive.commands` (diff, show) and `archive.web`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

ALIKE: Final = 0.35
"""Paragraphs less alike than this are shown as one gone and one new: word by word they would be confetti."""

LONG: Final = 400
"""Pieces of a paragraph above which frequent words are no anchors any more (difflib's autojunk)."""

LONGEST: Final = 6_000
"""Pieces (half of them spaces) up to which a paragraph is compared: 0.1 s for an edit of it, 0.3 s at worst."""

LOOK_AHEAD: Final = 20
"""So many paragraphs may have been taken out before the one that corresponds; more is a new text."""

MANY_LINES: Final = 500
"""Above this many paragraphs frequent ones are no anchors any more (difflib's autojunk): else it is quadratic."""

_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD: Final = rf"[^\W{_UNSPACED}]+"

# A letter of a script without spaces stands alone, so that one changed character is not a changed sentence. What
# joins words stays within ("3,5", "foto's", "oud-premier"): a figure half changed cannot be read.
_PIECE: Final = re.compile(rf"[{_UNSPACED}]|\s+|{_WORD}(?:[-'’.,:]{_WORD})*|[^\w\s]")


class Sign(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some text and what became of it."""

    sign: Sign
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph that changed; its pieces in order. `first` counts paragraphs of the later text from 1."""

    first: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A run of paragraphs, `first` to `last` of the later text, that stayed as they were."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two texts compared. Of each change the larger side counts, of the texts the longer: a share is at most 1."""

    parts: tuple[Paragraph | Folded, ...]
    n_changed_words: int
    n_words: int


def compare(before: str, after: str) -> Difference:
    """Compare two texts whose paragraphs are parted by newlines."""
    old, new = paragraphs_of(before), paragraphs_of(after)
    parts = tuple(_parts(old, new))
    n_words = max(_n_words(before), _n_words(after))
    changed = (_n_changed(part.pieces) for part in parts if isinstance(part, Paragraph))
    return Difference(parts=parts, n_changed_words=min(sum(changed), n_words), n_words=n_words)


def compare_words(before: str, after: str) -> tuple[Piece, ...]:
    """Compare two short texts word by word; equal texts give one piece, two empty ones none."""
    old, new = pieces_of(before), pieces_of(after)
    if max(len(old), len(new)) > LONGEST:
        return _merged([(Sign.GONE, before), (Sign.NEW, after)])
    found: list[tuple[Sign, str]] = []
    # Spaces are no anchors (else a 4,000-piece paragraph takes 5 s); in a long paragraph frequent words neither.
    is_long = max(len(old), len(new)) > LONG
    for tag, a, b, c, d in SequenceMatcher(str.isspace, old, new, autojunk=is_long).get_opcodes():
        if tag == "equal":
            found.append((Sign.SAME, "".join(old[a:b])))
        else:
            found += [(Sign.GONE, "".join(old[a:b])), (Sign.NEW, "".join(new[c:d]))]
    return _merged(_bridged(found))


def pieces_of(text: str) -> list[str]:
    """Return a text as what is compared: words, spaces and marks, letters where a script has no spaces."""
    return _PIECE.findall(text)


def paragraphs_of(text: str) -> list[str]:
    """Return the paragraphs that a comparison counts: lines that hold something, without the space around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _parts(old: Sequence[str], new: Sequence[str]) -> Iterator[Paragraph | Folded]:
    is_long = max(len(old), len(new)) > MANY_LINES
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=is_long).get_opcodes():
        if tag == "equal":
            yield Folded(first=c + 1, last=d)
        else:
            for n, (before, after) in enumerate(_lined_up(old[a:b], new[c:d])):
                pieces = compare_words(before, after)
                yield Paragraph(first=c + 1 + n, pieces=pieces)


def _lined_up(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pair paragraphs in order; what has no counterpart stands beside ""."""
    n_old = 0
    for after in new:
        match = next(
            (
                n
                for n in range(n_old, min(len(old), n_old + LOOK_AHEAD))
                if _likeness(old[n], after) >= ALIKE
            ),
            None,
        )
        if match is None:
            yield "", after
            continue
        for before in old[n_old:match]:
            yield before, ""
        yield old[match], after
        n_old = match + 1
    for before in old[n_old:]:
        yield before, ""


def _likeness(before: str, after: str) -> float:
    """Return the share of words two paragraphs have in common, by number (Dice)."""
    old, new = before.split(), after.split()
    if len(old) < 2 and len(new) < 2:  # scripts without spaces, or a single word
        old, new = list(before), list(after)
    counts: dict[str, int] = {}
    for word in old:
        counts[word] = counts.get(word, 0) + 1
    n_common = 0
    for word in new:
        if counts.get(word, 0) > 0:
            counts[word] -= 1
            n_common += 1
    return 2 * n_common / max(1, len(old) + len(new))


def _bridged(found: Sequence[tuple[Sign, str]]) -> list[tuple[Sign, str]]:
    """Let a lone space between two changes count as changed: "one two" -> "three four" reads as one change."""
    bridged: list[tuple[Sign, str]] = []
    for n, (sign, text) in enumerate(found):
        is_between = 0 < n < len(found) - 1
        if sign is Sign.SAME and is_between and text.isspace():
            bridged += [(Sign.GONE, text), (Sign.NEW, text)]
        else:
            bridged.append((sign, text))
    return bridged


def _merged(found: Sequence[tuple[Sign, str]]) -> tuple[Piece, ...]:
    """Join neighbours: within a run of changes all that went, then all that came."""
    pieces: list[Piece] = []
    gone, new = "", ""
    for sign, text in [*found, (Sign.SAME, "")]:
        if sign is Sign.GONE:
            gone += text
        elif sign is Sign.NEW:
            new += text
        else:
            pieces += [Piece(sign=Sign.GONE, text=gone), Piece(sign=Sign.NEW, text=new)]
            pieces.append(Piece(sign=Sign.SAME, text=text))
            gone, new = "", ""
    return tuple(piece for piece in pieces if piece.text)


def _n_changed(pieces: Sequence[Piece]) -> int:
    """Count the words of each change: those that came, or those that went where that is more."""
    total, n_gone = 0, 0
    for piece in pieces:
        if piece.sign is Sign.GONE:
            total += (n_gone := _n_words(piece.text))
        elif piece.sign is Sign.NEW:
            total += max(0, _n_words(piece.text) - n_gone)
        if piece.sign is not Sign.GONE:
            n_gone = 0
    return total


def _n_words(text: str) -> int:
    return sum(piece[0].isalnum() for piece in pieces_of(text))
