"""The query language: what people type becomes a tree, or an error that says where and what instead. Pure.

    kabinet "minister president" -voetbal (klimaat OR stikstof) title:navo feed:joop after:2025-09 navo* *minister =nee

Words are AND; `OR`, `-` or `NOT`, parentheses, "phrases", prefix*, *ending, =word (only so spelled), `field:` before a
word, phrase, prefix or ending. Dates, url:, has: and ranges narrow the whole query, so they stand at its top level.
`saved:NAME` stands for the query saved under that name, as if in brackets. `parse` raises QueryError and nothing else,
for any string whatever; `unparse` writes a tree as it could have been typed.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Final, NamedTuple, NoReturn, assert_never

from archive.errors import QueryError
from archive.model.query import (
    And,
    Bounds,
    Ending,
    Label,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)
from archive.search.dates import FORMS, instant_of
from archive.search.narrowing import HAS, NARROWING, RANGES, address_of, range_of
from archive.words.forms import UNKNOWN, language_of
from archive.words.tokens import MAX_TOKEN, has_pairs, is_single, query_tokens, spellings, tokens

LABELS: Final = ("feed", "section", "author", "tag", "lang")
DATES: Final = ("after", "before", "since")
SAVED: Final = "saved"
FIELDS: Final = ("title", *LABELS, *DATES, *NARROWING, SAVED)

Saved = Callable[[], Mapping[str, str]]
"""Gives the saved queries by name; asked only where a query names one."""

MAX_CHARACTERS: Final = 4_000
MAX_TERMS: Final = 64
MAX_DEPTH: Final = 20
"""Nested parentheses: SQLite's own parser overflows at 200."""

_FIELD: Final = re.compile(r"([^\W\d_]{2,20}):(.*)", re.DOTALL)
_QUOTES: Final = '"“”„'
_OPENING: Final = tuple("(" + _QUOTES)
_DASHES: Final = "-−–"


def parse(text: str, *, now: datetime, timezone: tzinfo, saved: Saved = dict) -> Query:
    """Return the tree of a query. `now` is what ages count from, `timezone` where its days begin.

    Raises QueryError: an unknown field, an empty operand, exclusions only, a bound below OR, NOT or parentheses,
    more than 64 terms, nesting beyond 20, more than 4,000 characters, a saved search that is unknown or names itself.
    """
    # A lone surrogate (bytes of a command line that are no UTF-8) matches nothing and must not reach an engine.
    text = text.encode("utf-8", "replace").decode("utf-8")
    if len(text) > MAX_CHARACTERS:
        raise QueryError(
            f"a query has at most {MAX_CHARACTERS} characters, this one {len(text)}",
            query=text[:MAX_CHARACTERS],
            position=MAX_CHARACTERS - 1,
        )
    return _Parser(text, now=now, timezone=timezone, saved=saved).query()


_BOUNDS: Final = (*DATES, *NARROWING)
_VALUES: Final = ("word", "quoted", "=", "-")
_ENDS: Final = ("", "OR", "AND", ")")


class _Piece(NamedTuple):
    """One piece of the text: `(`, `)`, `-`, `=`, OR, AND, NOT, a quoted or a bare word, a field's name."""

    kind: str
    value: str
    start: int
    end: int


def _pieces(text: str) -> Iterator[_Piece]:
    """Cut a query into pieces. Raises QueryError for a quote that is not closed."""
    at = 0
    while at < len(text):
        character = text[at]
        if _is_space(character):
            at += 1
        elif character in "()":
            yield _Piece(character, character, at, at + 1)
            at += 1
        elif character in _QUOTES:
            end = _end_of_quote(text, at)
            yield _Piece("quoted", text[at + 1 : end - 1], at, end)
            at = end
        elif character in _DASHES or character == "=":
            yield _Piece("=" if character == "=" else "-", character, at, at + 1)
            at += 1
        else:
            end = _end_of_word(text, at)
            piece = text[at:end]
            match = _FIELD.match(piece)
            if match and (
                match[2] or text[end : end + 1] in _OPENING or match[1].lower() in FIELDS
            ):
                end = at + match.end(1) + 1
                yield _Piece("field", match[1], at, end)
            elif piece in ("OR", "AND", "NOT"):
                yield _Piece(piece, piece, at, end)
            else:
                yield _Piece("word", piece, at, end)
            at = end


def _is_space(character: str) -> bool:
    return character.isspace() or character < " " or character == "\x7f"


def _end_of_quote(text: str, start: int) -> int:
    """Return where the quote that opens at `start` ends: a straight one at the next straight one.

    So a headline that holds typographic quotes can be sought as it stands, between straight ones.
    """
    closing = '"' if text[start] == '"' else _QUOTES
    for at in range(start + 1, len(text)):
        if text[at] in closing:
            return at + 1
    raise QueryError(
        "this quote is not closed", query=text, position=start, length=len(text) - start
    )


def _end_of_word(text: str, start: int) -> int:
    at = start
    while (
        at < len(text)
        and not _is_space(text[at])
        and text[at] not in "()"
        and text[at] not in _QUOTES
    ):
        at += 1
    return at


class _Parser:
    """One pass over the pieces, by recursive descent."""

    def __init__(
        self,
        text: str,
        *,
        now: datetime,
        timezone: tzinfo,
        saved: Saved,
        depth: int = 0,
        within: tuple[str, ...] = (),
    ) -> None:
        self.text, self.now, self.timezone = text, now, timezone
        self.saved, self.within = saved, within
        self.pieces = list(_pieces(text))
        self.at = 0
        self.first_depth = self.depth = depth
        self.n_terms = 0
        self.bounds = Bounds()
        self.bound_pieces: list[_Piece] = []

    def query(self) -> Query:
        if not self.pieces:
            self.fail_at(0, max(1, len(self.text)), "the query is empty: type a word")
        node = self.either()
        if self.at < len(self.pieces):
            self.fail(self.pieces[self.at], "this bracket closes nothing")
        if node is not None:
            self.refuse_exclusions(node, self.pieces[0].start, self.pieces[-1].end)
        return Query(text=self.text, node=node, bounds=self.bounds)

    def either(self) -> Node | None:
        """alternatives parted by OR"""
        start, n_bounds = self.start(), len(self.bound_pieces)
        node = self.all_of()
        if self.kind() != "OR":
            return node
        branches: list[Node] = []
        while True:
            if len(self.bound_pieces) > n_bounds:
                self.refuse_bound(self.bound_pieces[n_bounds])
            if node is None:
                self.fail_at(start, 2, "OR needs a word on both sides")
            self.refuse_exclusions(node, start, self.end())
            branches.append(node)
            if self.kind() != "OR":
                return Or(parts=_flat(Or, branches))
            start = self.take().start
            node = self.all_of()

    def all_of(self) -> Node | None:
        """everything up to OR, a closing bracket or the end"""
        parts: list[Node] = []
        is_begun = False
        while self.kind() not in ("", "OR", ")"):
            if self.kind() == "AND":
                piece = self.take()
                if not is_begun or self.kind() in _ENDS:
                    self.fail(piece, "AND needs a word on both sides")
                continue
            is_begun = True
            part = self.one(is_excluded=False)
            if part is not None:
                parts.append(part)
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else And(parts=_flat(And, parts))

    def one(self, *, is_excluded: bool) -> Node | None:
        """an operand with the minus signs before it; None for a bound, which narrows the whole query"""
        piece = self.pieces[self.at]
        if piece.kind in ("-", "NOT"):
            self.take()
            is_apart = piece.kind == "-" and self.start() != piece.end
            if is_apart or self.kind() in _ENDS:
                self.fail(piece, f"nothing to exclude right after {piece.value}: write -word")
            self.deepen(piece)
            part = self.one(is_excluded=True)
            self.depth -= 1
            assert part is not None, "a bound below NOT was refused"
            return part.part if isinstance(part, Not) else Not(part=part)
        if piece.kind == "(":
            return self.bracket(is_excluded)
        if piece.kind == "field":
            return self.field(is_excluded)
        return self.value(None)

    def bracket(self, is_excluded: bool) -> Node:
        opening = self.take()
        self.deepen(opening)
        node = self.either()
        if self.kind() != ")":
            self.fail(opening, "this bracket is not closed")
        closing = self.take()
        self.depth -= 1
        if node is None:
            self.fail_at(
                opening.start, closing.end - opening.start, "nothing stands in these brackets"
            )
        if is_excluded:
            self.refuse_exclusions(node, opening.start, closing.end)
        return node

    def field(self, is_excluded: bool) -> Node | None:
        piece = self.take()
        name = piece.value.lower()
        if name not in FIELDS:
            self.fail_field(piece)
        allowed = (*_VALUES, "field") if name in (*_BOUNDS, SAVED) else _VALUES
        if self.kind() not in allowed or self.pieces[self.at].start != piece.end:
            self.fail(
                piece, f"{name}: needs a word right behind it, such as {name}:{_example(name)}"
            )
        if name == SAVED:
            return self.saved_search(piece, is_excluded)
        if name in _BOUNDS:
            self.bound(piece, name, is_excluded or self.depth > self.first_depth)
            return None
        return self.value(name)

    def saved_search(self, piece: _Piece, is_excluded: bool) -> Node | None:
        """the query saved under a name; None where it only narrows"""
        name = self.rest()
        whole = _Piece("word", name.value, piece.start, name.end)
        known = self.saved()
        if name.value not in known:
            self.fail_saved(name, known)
        if name.value in self.within:
            way = " -> ".join((*self.within, name.value))
            self.fail(whole, f"this saved search finds itself: {way}")
        self.deepen(whole)
        inner = _Parser(
            known[name.value],
            now=self.now,
            timezone=self.timezone,
            saved=lambda: known,
            depth=self.depth,
            within=(*self.within, name.value),
        )
        try:
            query = inner.query()
        except QueryError as error:
            # Its place is in another text: here the name stands for it.
            self.fail(whole, f"in the saved search '{name.value}': {error}")
        self.depth -= 1
        # The name counts too: a saved bound has no term of its own, and names could go on for ever.
        self.n_terms += 1 + inner.n_terms
        if self.n_terms > MAX_TERMS:
            self.fail(whole, f"a query has at most {MAX_TERMS} terms, with those of saved searches")
        if query.bounds != Bounds():
            self.bound_pieces.append(whole)
            if is_excluded or self.depth > self.first_depth:
                self.refuse_bound(whole)
            self.bounds = self.both(self.bounds, query.bounds, whole)
        return query.node

    def both(self, one: Bounds, other: Bounds, piece: _Piece) -> Bounds:
        """Return what narrows as two bounds do together."""
        if one.url is not None and other.url not in (None, one.url):
            self.fail(piece, "url: can be given once, and this saved search has another")
        afters = [at for at in (one.after_at, other.after_at) if at is not None]
        befores = [at for at in (one.before_at, other.before_at) if at is not None]
        return Bounds(
            after_at=max(afters, default=None),
            before_at=min(befores, default=None),
            url=one.url if other.url is None else other.url,
            has=(*one.has, *other.has),
            ranges=(*one.ranges, *other.ranges),
        )

    def bound(self, piece: _Piece, name: str, is_below: bool) -> None:
        self.bound_pieces.append(piece)
        if is_below:
            self.refuse_bound(piece)
        value = self.rest()
        if name in DATES:
            self.bound_date(name, value)
        elif name in RANGES:
            self.bound_range(name, value)
        elif name == "has":
            if value.value.lower() not in HAS:
                self.fail_choice(value, HAS)
            self.bounds = replace(self.bounds, has=(*self.bounds.has, value.value.lower()))
        else:
            address = address_of(value.value)
            if not address or self.bounds.url not in (None, address):
                self.fail(piece, "url: takes a part of an address, once: url:bnnvara.nl")
            self.bounds = replace(self.bounds, url=address)

    def bound_date(self, name: str, value: _Piece) -> None:
        instant = instant_of(value.value, now=self.now, timezone=self.timezone)
        if instant is None:
            self.fail(value, f"no date: {value.value or '-'!r}. Write {FORMS}")
        after, before = self.bounds.after_at, self.bounds.before_at
        if name == "before":
            before = instant if before is None else min(before, instant)
        else:
            after = instant if after is None else max(after, instant)
        self.bounds = replace(self.bounds, after_at=after, before_at=before)

    def bound_range(self, name: str, value: _Piece) -> None:
        found = range_of(value.value)
        if found is None:
            self.fail(
                value, f"no range: {value.value!r}. Write {name}:3.. or {name}:..5 or {name}:3..5"
            )
        self.bounds = replace(self.bounds, ranges=(*self.bounds.ranges, (name, *found)))

    def value(self, field: str | None) -> Node:
        """a word, phrase or prefix, exact after ="""
        exact = None
        if self.kind() == "=":
            exact = self.take()
            if self.kind() not in ("word", "quoted") or self.pieces[self.at].start != exact.end:
                self.fail(exact, "= needs a word right behind it, such as =minister")
        piece = self.take()
        self.n_terms += 1
        if self.n_terms > MAX_TERMS:
            self.fail(piece, f"a query has at most {MAX_TERMS} terms")
        if field in LABELS:
            return self.label(field or "", piece)
        if piece.kind == "word" and "*" in piece.value:
            return self.starred(piece, field)
        return self.plain(piece, field, is_exact=exact is not None or piece.kind == "quoted")

    def plain(self, piece: _Piece, field: str | None, *, is_exact: bool) -> Node:
        """a word or a phrase without signs"""
        found = tuple(query_tokens(piece.value))
        self.must_have_tokens(found, piece)
        if len(found) > 1:
            if len(found) > MAX_TERMS:
                self.fail(piece, f"a phrase has at most {MAX_TERMS} words")
            return Phrase(tokens=found, field=field)
        if is_single(found[0]):
            return Prefix(token=found[0], field=field)
        return Word(
            typed=_spelled(piece.value, found[0]),
            token=found[0],
            exact=is_exact or has_pairs(found[0]),
            field=field,
        )

    def starred(self, piece: _Piece, field: str | None) -> Node:
        """a word with a * behind it, or before it"""
        is_ending = piece.value.startswith("*")
        value = piece.value.lstrip("*") if is_ending else piece.value.rstrip("*")
        if "*" in value or not value:
            self.fail(
                piece,
                "a * stands at one end of a word: navo* for how it begins, *minister for how it ends.",
                _without_second_star(piece.value),
            )
        if has_pairs(value):  # found wherever they stand, inside longer words too
            return self.plain(piece._replace(value=value), field, is_exact=False)
        found = tuple(query_tokens(value))
        self.must_have_tokens(found, piece)
        if len(found) > 1:
            where, hint = ("before", f"*{found[0]}") if is_ending else ("behind", f"{found[-1]}*")
            self.fail(piece, f"a * stands {where} one word, and {value!r} is {len(found)}.", hint)
        token = found[0]
        if len(token) == MAX_TOKEN:
            return Word(typed=token, token=token, exact=True, field=field)
        return Ending(token=token, field=field) if is_ending else Prefix(token=token, field=field)

    def label(self, field: str, piece: _Piece) -> Label:
        if piece.kind == "word" and "*" in piece.value:
            self.fail(
                piece,
                f"{field}: takes whole words, without *",
                piece.value.replace("*", "") or None,
            )
        if field == "lang":
            found: tuple[str, ...] = (language_of(piece.value),)
            if found == (UNKNOWN,) and piece.value != UNKNOWN:
                self.fail(piece, "a language is its code: lang:nl, lang:en, lang:de")
        else:
            found = tuple(tokens(piece.value))
        self.must_have_tokens(found, piece)
        return Label(field=field, tokens=found[:MAX_TERMS], typed=piece.value)

    # -- pieces ------------------------------------------------------------------------------

    def kind(self) -> str:
        return self.pieces[self.at].kind if self.at < len(self.pieces) else ""

    def start(self) -> int:
        return self.pieces[self.at].start if self.at < len(self.pieces) else len(self.text)

    def end(self) -> int:
        return self.pieces[self.at - 1].end

    def take(self) -> _Piece:
        self.at += 1
        return self.pieces[self.at - 1]

    def rest(self) -> _Piece:
        """Join the pieces up to the next space into one: a date holds what are signs elsewhere."""
        first = last = self.take()
        while (
            self.at < len(self.pieces)
            and self.pieces[self.at].start == last.end
            and self.kind() not in "()"
        ):
            last = self.take()
        value = first.value if first.kind == "quoted" else self.text[first.start : last.end]
        return _Piece("word", value, first.start, last.end)

    def deepen(self, piece: _Piece) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(piece, f"brackets and exclusions nest at most {MAX_DEPTH} deep")

    # -- refusals ----------------------------------------------------------------------------

    def must_have_tokens(self, found: tuple[str, ...], piece: _Piece) -> None:
        if not found:
            self.fail(piece, "nothing to search for here: no letter and no digit")

    def refuse_exclusions(self, node: Node, start: int, end: int) -> None:
        """Refuse what would find everything but a little."""
        parts = node.parts if isinstance(node, And) else (node,)
        if all(isinstance(part, Not) for part in parts):
            self.fail_at(start, end - start, "only exclusions: add a word that shall be there")

    def refuse_bound(self, piece: _Piece) -> NoReturn:
        name = piece.value.lower()
        if piece.kind == "field":
            said = f"{name}: narrows the whole query, so it stands"
            self.fail(piece, f"{said} outside OR, NOT and brackets: (a OR b) {name}:...")
        said = f"the saved search '{piece.value}' has a date or another bound, so it stands"
        self.fail(piece, f"{said} outside OR, NOT and brackets")

    def fail_choice(self, piece: _Piece, choices: tuple[str, ...]) -> NoReturn:
        near = difflib.get_close_matches(piece.value.lower(), choices, n=1)
        self.fail(
            piece, f"'{piece.value}' is none of {', '.join(choices)}", near[0] if near else None
        )

    def fail_saved(self, piece: _Piece, known: Mapping[str, str]) -> NoReturn:
        near = difflib.get_close_matches(piece.value, list(known), n=1)
        hint = near[0] if near else None
        said = f"no saved search '{piece.value}'"
        if not known:
            self.fail(piece, f"{said}, and no other; save one with: newsarchive save NAME QUERY")
        cure = f"Did you mean '{hint}'?" if hint else "newsarchive saved lists them"
        self.fail(piece, f"{said}. {cure}", hint)

    def fail_field(self, piece: _Piece) -> NoReturn:
        near = difflib.get_close_matches(piece.value.lower(), FIELDS, n=1, cutoff=0.5)
        hint = near[0] if near else None
        if piece.value.lower() in ("http", "https"):
            hint = "url"  # an address is looked for as url:https://...
        said = f" Did you mean '{hint}'?" if hint else f" There are {', '.join(FIELDS)}."
        raise QueryError(
            f"no field '{piece.value}'.{said} To search for the words themselves, quote them",
            query=self.text,
            position=piece.start,
            length=len(piece.value),
            hint=hint,
        )

    def fail(self, piece: _Piece, message: str, hint: str | None = None) -> NoReturn:
        self.fail_at(piece.start, piece.end - piece.start, message, hint)

    def fail_at(self, start: int, length: int, message: str, hint: str | None = None) -> NoReturn:
        raise QueryError(message, query=self.text, position=start, length=length, hint=hint)


def _flat(kind: type[And] | type[Or], parts: list[Node]) -> tuple[Node, ...]:
    """Take apart what is of the same kind: `a (b c)` is `a b c`."""
    found: list[Node] = []
    for part in parts:
        found += part.parts if isinstance(part, kind) else (part,)
    return tuple(found)


def _spelled(value: str, token: str) -> str:
    """Return the one word of `value` in lower case with its accents: what its forms are found by."""
    found = spellings(value)
    return found.pop()[:MAX_TOKEN] if len(found) == 1 else token


def _without_second_star(value: str) -> str | None:
    """Return `*word*` without its second star; None where that mends nothing."""
    word = value.strip("*")
    return f"*{word}" if word and "*" not in word else None


def _example(name: str) -> str:
    examples = {
        "title": "kabinet",
        "lang": "nl",
        "since": "7d",
        "url": "bnnvara.nl",
        "has": "revisions",
        "saved": "stikstof",
    }
    return examples.get(name, "2026-11" if name in DATES else "3.." if name in RANGES else "...")


def unparse(node: Node) -> str:
    """Return a query that parses to `node`."""
    match node:
        case Word():
            return f"{_prefixed(node.field)}{'=' if node.exact else ''}{node.typed}"
        case Phrase():
            return f'{_prefixed(node.field)}"{_text_of(node.tokens)}"'
        case Prefix():
            return f"{_prefixed(node.field)}{node.token}*"
        case Ending():
            return f"{_prefixed(node.field)}*{node.token}"
        case Label():
            typed = node.typed if node.typed.isalnum() else f'"{node.typed}"'
            return f"{node.field}:{typed}"
        case And():
            return " ".join(_inner(part) for part in node.parts)
        case Or():
            return " OR ".join(_inner(part) for part in node.parts)
        case Not():
            return f"-{_inner(node.part)}"
    assert_never(node)


def _prefixed(field: str | None) -> str:
    return f"{field}:" if field else ""


def _inner(node: Node) -> str:
    return f"({unparse(node)})" if isinstance(node, And | Or) else unparse(node)


def _text_of(found: tuple[str, ...]) -> str:
    """Return the text whose tokens these are: pairs of a script without spaces grow together again."""
    text, before = "", ""
    for token in found:
        is_pair = len(before) == 2 and has_pairs(before)
        if is_pair and token[0] == before[1] and has_pairs(token):
            text += token[1:]
        else:
            text += f" {token}"
        before = token
    return text.strip()
