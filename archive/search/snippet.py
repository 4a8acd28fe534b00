"""The words around a hit, marked on the spelling of the text itself. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from archive.model.kept import Snippet
from archive.model.query import And, Label, Node, Not, Or, Phrase, Prefix, Word
from archive.store.sqlite import Expansion
from archive.words.tokens import Span, has_pairs, is_single, spans

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
            case Phrase():
                phrases.append(leaf.tokens)
    return Marks(words=frozenset(words), beginnings=tuple(beginnings), phrases=tuple(phrases))


def _wanted(node: Node | None) -> Iterator[Word | Phrase | Prefix | Label]:
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
    parts = _parts(text, 0, len(text), _places(spans(text), marks))
    return Snippet(parts=tuple(_joined(parts)))


def snippet_of(text: str, marks: Marks, *, width: int = WIDTH) -> Snippet:
    """Return the part of a text that shows the most of a query, about `width` characters, "…" where it was cut.

    Without a hit in the text, its beginning.
    """
    for head in dict.fromkeys((text[:_HEAD], text)):
        found = spans(head)
        places = _places(found, marks)
        if places:
            break
    start, end = _window(found, places, width, len(text))
    parts = list(_parts(text, start, end, places))
    if start > 0:
        parts.insert(0, ("… ", False))
    if end < len(text.rstrip()):
        parts.append((" …", False))
    return Snippet(parts=tuple(_joined(parts)))


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int
    what: str


def _places(found: list[Span], marks: Marks) -> list[_Place]:
    """Return where marks stand, in order; they may touch or overlap."""
    starts: dict[str, list[tuple[str, ...]]] = {}
    for phrase in marks.phrases:
        starts.setdefault(phrase[0], []).append(phrase)
    places = []
    for at, span in enumerate(found):
        token = span.token
        if token in marks.words:
            places.append(_Place(span.start, span.end, token))
        elif marks.beginnings and token.startswith(marks.beginnings):
            # Of a pair, only the character that was asked for.
            is_pair = token[0] in marks.beginnings and len(token) == 2 and has_pairs(token)
            places.append(_Place(span.start, span.start + 1 if is_pair else span.end, token))
        for phrase in starts.get(token, ()):
            end = at + len(phrase)
            if _follows(found[at:end], phrase):
                places.append(_Place(span.start, found[end - 1].end, " ".join(phrase)))
    return places


def _follows(found: list[Span], phrase: tuple[str, ...]) -> bool:
    tokens = tuple(span.token for span in found)
    if tokens[:-1] != phrase[:-1] or len(tokens) < len(phrase):
        return False
    return tokens[-1] == phrase[-1] or (is_single(phrase[-1]) and tokens[-1].startswith(phrase[-1]))


def _window(found: list[Span], places: list[_Place], width: int, length: int) -> tuple[int, int]:
    """Return start and end of the part with the most distinct hits, then the most hits, then the earliest."""
    if length <= width:
        return 0, length
    best, best_score = 0, (0, 0)
    last = 0
    for first, place in enumerate(places):
        last = max(last, first)
        while last + 1 < len(places) and places[last + 1].end - place.start <= width * 2 // 3:
            last += 1
        inside = places[first : last + 1]
        score = (len({p.what for p in inside}), len(inside))
        if score > best_score:
            best, best_score = place.start, score
    wanted = max(0, best - width // 3) if places else 0
    borders = [span.start for span in found]
    start = 0 if wanted == 0 else next((at for at in borders if wanted <= at <= best), best)
    end = max((span.end for span in found if span.end <= start + width), default=start + width)
    return start, end if end > start else min(length, start + width)


def _parts(text: str, start: int, end: int, places: Iterable[_Place]) -> Iterator[tuple[str, bool]]:
    """Yield the text between two places, marked and unmarked in turn."""
    at = start
    for place in places:
        from_, to = max(place.start, at), min(place.end, end)
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
