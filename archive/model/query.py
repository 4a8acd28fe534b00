"""The nodes of the query tree: made by `archive.search.query`, rendered by `archive.store.sqlite`/`postgres`.

Words in a tree are finished: folded and cut by `archive.words`; no text that a user typed reaches an engine.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word: all its forms, or with `exact` only its own spelling. `field` "title" narrows it to headlines."""

    typed: str
    token: str
    exact: bool = False
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words in a row, exact."""

    tokens: tuple[str, ...]
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """Every word that begins so (`navo*`)."""

    token: str
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Every word that ends so (`*minister`)."""

    token: str
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A filter kept as tokens in the index: feed, section, author, tag, lang (several tokens stand in a row)."""

    field: str
    tokens: tuple[str, ...]
    typed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All of them; at least one is no `Not`."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """Any of them."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """Not this one; only ever a part of an `And`."""

    part: "Node"


Node = Word | Phrase | Prefix | Ending | Label | And | Or | Not


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What narrows the whole query: `after_at` inclusive, `before_at` exclusive, on effective time."""

    after_at: datetime | None = None
    before_at: datetime | None = None
    url: str | None = None
    has: tuple[str, ...] = ()
    ranges: tuple[tuple[str, int | None, int | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A whole query. `node` is None when only bounds were given (everything in them)."""

    text: str
    node: Node | None
    bounds: Bounds
