"""A query's words become what the archive has for them: forms, words with a beginning, feeds by their names."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from archive.errors import QueryError
from archive.model.query import And, Ending, Label, Node, Not, Or, Prefix, Query, Word
from archive.store import vocabulary
from archive.store.reading import feed_names
from archive.store.sqlite import Expansion, Reader, language_scope
from archive.words.tokens import is_single, tokens

_MAX_NAMES: Final = 12


@dataclass(kw_only=True)
class _Work:
    query: str
    forms: dict[tuple[Word, str | None], tuple[tuple[str, tuple[str, ...]], ...]] = field(
        default_factory=dict
    )
    prefixes: dict[Prefix, tuple[str, ...]] = field(default_factory=dict)
    endings: dict[Ending, tuple[str, ...]] = field(default_factory=dict)
    feeds: dict[Label, tuple[int, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def expand(reader: Reader, query: Query) -> tuple[Expansion, tuple[str, ...]]:
    """Return what a tree's words stand for in this archive, and notes on what was cut.

    Raises QueryError for a prefix or an ending of too many words and for a feed that does not exist.
    """
    work = _Work(query=query.text)
    if query.node is not None:
        langs = vocabulary.languages(reader)
        for node, scope in _leaves(query.node, None):
            match node:
                case Word(exact=False):
                    _add_forms(reader, work, node, scope, langs)
                case Prefix() if not is_single(node.token):
                    _add_prefix(reader, work, node)
                case Ending():
                    _add_ending(reader, work, node)
                case Label(field="feed"):
                    work.feeds[node] = _feeds_named(reader, work, node)
    expansion = Expansion(
        forms=work.forms, prefixes=work.prefixes, endings=work.endings, feeds=work.feeds
    )
    return expansion, tuple(work.notes)


def _leaves(node: Node, scope: str | None) -> Iterator[tuple[Node, str | None]]:
    """Yield each leaf with the language its conjunction is narrowed to."""
    match node:
        case And():
            scope = language_scope(node.parts) or scope
            for part in node.parts:
                yield from _leaves(part, scope)
        case Or():
            for part in node.parts:
                yield from _leaves(part, scope)
        case Not():
            yield from _leaves(node.part, scope)
        case _:
            yield node, scope


def _add_forms(
    reader: Reader, work: _Work, word: Word, scope: str | None, langs: tuple[str, ...]
) -> None:
    found, cut = vocabulary.forms_of(reader, word.typed, word.token, (scope,) if scope else langs)
    work.forms[word, scope] = found
    work.forms.setdefault(
        (word, None), found
    )  # for the word alone: how rare it is, whether anything has it
    for lang in cut:
        work.notes.append(
            f"'{word.typed}' has more than {vocabulary.MAX_FORMS} forms in {lang}; the shortest were searched"
        )


def _add_prefix(reader: Reader, work: _Work, prefix: Prefix) -> None:
    words = vocabulary.words_beginning(reader, prefix.token)
    if len(words) > vocabulary.MAX_PREFIX_WORDS:
        n = vocabulary.count_beginning(reader, prefix.token)
        raise _fault(work.query, f"{prefix.token}*", f"{n} words begin so: type one letter more")
    work.prefixes[prefix] = words


def _add_ending(reader: Reader, work: _Work, ending: Ending) -> None:
    words = vocabulary.words_ending(reader, ending.token)
    if len(words) > vocabulary.MAX_PREFIX_WORDS:
        n = vocabulary.count_ending(reader, ending.token)
        raise _fault(work.query, f"*{ending.token}", f"{n} words end so: type one letter more")
    work.endings[ending] = words


def _feeds_named(reader: Reader, work: _Work, label: Label) -> tuple[int, ...]:
    """Return the feeds a label names: by slug, else those whose slug or title holds all its words."""
    feeds = feed_names(reader)
    typed = label.typed.casefold()
    found = [row_id for row_id, name, _ in feeds if name.casefold() == typed]
    if not found:
        found = [
            row_id
            for row_id, name, title in feeds
            if set(label.tokens) <= set(tokens(f"{name} {title or ''}"))
        ]
    if found:
        return tuple(found)
    names = sorted(name for _, name, _ in feeds)
    near = difflib.get_close_matches(typed, names, n=1)
    known = ", ".join(names[:_MAX_NAMES]) + (", ..." if len(names) > _MAX_NAMES else "")
    said = f"Did you mean '{near[0]}'?" if near else f"There are: {known or 'none yet'}"
    raise _fault(
        work.query, label.typed, f"no feed '{label.typed}'. {said}", near[0] if near else None
    )


def _fault(query: str, what: str, message: str, hint: str | None = None) -> QueryError:
    at = query.casefold().find(what.casefold())
    length = len(what) if at >= 0 else len(query)
    return QueryError(message, query=query, position=max(0, at), length=length, hint=hint)
