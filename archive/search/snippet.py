"""The words around a hit, marked on the spelling of the text itself. Pure."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from archive.model.found import Snippet
from archive.model.query import And, Ending, Label, Node, Not, Or, Phrase, Prefix, Word
from archive.store.sqlite import Expansion
from archive.words.tokens import Place, has_pairs, is_single, places

WIDTH: Final = 190
"""Characters of a snippet: about 30 words of Dutch."""

_HEAD: Final = 20_000
"""Characters looked through first: a hit is rarely further down, and a book would cost a second."""

_SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What to mark: words in all their forms, beginnings, and words in a row."""

    words: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()


def marks_of(node: Node | None, expansion: Expansion, *, in_title: bool) -> Marks:
    """Return what a tree finds in a title, or in a text; what it excludes is left out."""
    words: set[str] = set()
    beginnings: list[str] = []
    phrases: list[tuple[str, ...]] = []
    for leaf in _wanted(node):
        if isinstance(leaf, Label) or (leaf.field == "title" and not in_title):
            continue
        match leaf:
            case Word():
                words.add(leaf.token)
                for (word, _), forms in expansion.forms.items():
                    if word == leaf:
                        words.update(form for _, others in forms for form in others)
            case Prefix():
                beginnings.append(leaf.token)
            case Ending():
                words.update(expansion.endings.get(leaf, ()))
            case Phrase():
                phrases.append(leaf.tokens)
    return Marks(words=frozenset(words), beginnings=tuple(beginnings), phrases=tuple(phrases))


def _wanted(node: Node | None) -> Iterator[Word | Phrase | Prefix | Ending | Label]:
    match node:
        case And() | Or():
            for part in node.parts:
                yield from _wanted(part)
        case None | Not():
            return
        case _:
            yield node


def marked(text: str, marks: Marks) -> Snippet:
    """Return a whole text (a title) with its hits marked."""
    parts = _parts(text, 0, len(text), _hits(*places(text), marks))
    return Snippet(parts=tuple(_joined(parts)))


def snippet_of(text: str, marks: Marks, *, width: int = WIDTH) -> Snippet:
    """Return the part of a text that shows the most of a query, about `width` characters, "…" where it was cut.

    Without a hit in the text, its beginning.
    """
    for head in dict.fromkeys((text[:_HEAD], text)):
        tokens, where = places(head)
        hits = _hits(tokens, where, marks)
        if hits:
            break
    start, end = _window(where, hits, width, len(text))
    parts = list(_parts(text, start, end, hits))
    if start > 0:
        parts.insert(0, ("… ", False))
    if end < len(text.rstrip()):
        if parts:
            parts[-1] = (parts[-1][0].rstrip(), parts[-1][1])
        parts.append((" …", False))
    return Snippet(parts=tuple(_joined(parts)))


class _Hit(NamedTuple):
    start: int
    end: int
    what: str


def _hits(tokens: list[str], where: list[Place], marks: Marks) -> list[_Hit]:
    """Return what is to be marked, in order; hits may touch or overlap."""
    starts: dict[str, list[tuple[str, ...]]] = {}
    for phrase in marks.phrases:
        starts.setdefault(phrase[0], []).append(phrase)
    wanted = marks.words.union(starts)
    begins = marks.beginnings
    found = [
        at
        for at, token in enumerate(tokens)
        if token in wanted or (begins and token.startswith(begins))
    ]
    hits = []
    for at in found:
        token, (start, end) = tokens[at], where[at]
        if token in marks.words:
            hits.append(_Hit(start, end, token))
        elif begins and token.startswith(begins):
            # Of a pair, only the character that was asked for.
            is_pair = token[0] in begins and len(token) == 2 and has_pairs(token)
            hits.append(_Hit(start, start + 1 if is_pair else end, token))
        for phrase in starts.get(token, ()):
            stop = at + len(phrase)
            if _follows(tokens[at:stop], phrase):
                hits.append(_Hit(start, where[stop - 1][1], " ".join(phrase)))
    return hits


def _follows(tokens: list[str], phrase: tuple[str, ...]) -> bool:
    if len(tokens) < len(phrase) or tuple(tokens[:-1]) != phrase[:-1]:
        return False
    return tokens[-1] == phrase[-1] or (is_single(phrase[-1]) and tokens[-1].startswith(phrase[-1]))


def _window(where: list[Place], hits: list[_Hit], width: int, length: int) -> tuple[int, int]:
    """Return start and end of the part with the most distinct hits, then the most hits, then the earliest."""
    if length <= width:
        return 0, length
    if not where:
        return 0, width
    best, best_score = 0, (0, 0)
    last = 0
    for first, hit in enumerate(hits):
        last = max(last, first)
        while last + 1 < len(hits) and hits[last + 1].end - hit.start <= width * 2 // 3:
            last += 1
        inside = hits[first : last + 1]
        score = (len({h.what for h in inside}), len(inside))
        if score > best_score:
            best, best_score = hit.start, score
    wanted = max(0, best - width // 3) if hits else 0
    start = wanted and where[bisect_left(where, (wanted, 0))][0]
    after = bisect_left(where, (start + width, 0))
    end = where[after][0] if after < len(where) else length
    while after and end > start + width:
        after -= 1
        end = where[after][1]
    return start, min(end, start + width) if end > start else min(length, start + width)


def _parts(text: str, start: int, end: int, hits: Iterable[_Hit]) -> Iterator[tuple[str, bool]]:
    """Yield the text between two places, marked and unmarked in turn."""
    at = start
    for hit in hits:
        from_, to = max(hit.start, at), min(hit.end, end)
        if from_ >= to:
            continue
        if from_ > at:
            yield _flat(text[at:from_]), False
        yield _flat(text[from_:to]), True
        at = to
    if at < end:
        yield _flat(text[at:end]), False


def _flat(text: str) -> str:
    return _SPACES.sub(" ", text)


def _joined(parts: Iterable[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    """Yield parts with neighbours of one kind joined, and no empty ones."""
    before: tuple[str, bool] | None = None
    for text, is_marked in parts:
        if not text:
            continue
        if before is not None and before[1] == is_marked:
            before = (before[0] + text, is_marked)
            continue
        if before is not None:
            yield before
        before = (text, is_marked)
    if before is not None:
        yield before
