"""How a query was understood: its tree, what each word became, how many have it, what it took.

Called by `archive.front`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from archive.model.found import Found
from archive.model.query import And, Ending, Node, Not, Or, Prefix, Query, Word
from archive.search.find import Search, end_text
from archive.search.query import unparse
from archive.store.sqlite import language_scope

MOST: Final = 1_000
"""A part of a query is counted so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A line of the tree; `n_articles` (to MOST) have it at any date.

    `forms` are (language, words) that are searched with it; the words of a prefix or an ending have none.
    """

    depth: int
    what: str
    n_articles: int
    forms: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A query as understood. `stations` are (name, seconds) of the work, in its order."""

    parts: tuple[Part, ...]
    narrowed: tuple[str, ...]
    found: Found
    stations: tuple[tuple[str, float], ...]


def explain(search: Search, *, limit: int, parse_s: float) -> Explanation:
    """Run a query and tell how it was understood; `parse_s` is what its parsing took."""
    found = search.page(limit, None)
    node = search.query.node
    return Explanation(
        parts=tuple(_parts(search, node, 0, None)) if node is not None else (),
        narrowed=tuple(_narrowed(search.query, search)),
        found=found,
        stations=(("parse", parse_s), *search.stations.items()),
    )


def _parts(search: Search, node: Node, depth: int, scope: str | None) -> Iterator[Part]:
    match node:
        case And() | Or():
            if isinstance(node, And):
                scope = language_scope(node.parts) or scope
            what = "all of" if isinstance(node, And) else "any of"
            yield Part(depth=depth, what=what, n_articles=search.n_of(node))
            for part in node.parts:
                yield from _parts(search, part, depth + 1, scope)
        case Not():
            n = search.n_of(node.part)
            yield Part(depth=depth, what=f"without {unparse(node.part)}", n_articles=n)
        case _:
            yield Part(
                depth=depth,
                what=unparse(node),
                n_articles=search.n_of(node),
                forms=_forms(search, node, scope),
            )


def _forms(
    search: Search, leaf: Node, scope: str | None
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    match leaf:
        case Word(exact=False):
            return search.expansion.forms.get((leaf, scope), ())
        case Prefix():
            words = search.expansion.prefixes.get(leaf, ())
            return (("", words),) if words else ()
        case Ending():
            words = search.expansion.endings.get(leaf, ())
            return (("", words),) if words else ()
        case _:
            return ()


def _narrowed(query: Query, search: Search) -> Iterator[str]:
    """Yield what narrows the whole query, as people would say it; instants in UTC."""
    bounds = query.bounds
    if bounds.after_at is not None:
        yield f"dated {bounds.after_at:%Y-%m-%dT%H:%M:%SZ} or later"
    if bounds.before_at is not None:
        yield f"dated before {bounds.before_at:%Y-%m-%dT%H:%M:%SZ}"
    if bounds.url is not None:
        yield f"with {bounds.url} in the address"
    yield from (f"having {what}" for what in bounds.has)
    yield from (
        f"{what} {end_text(least)}..{end_text(most)}" for what, least, most in bounds.ranges
    )
    if search.as_of is not None:
        yield f"as the archive stood at {search.as_of:%Y-%m-%dT%H:%M:%SZ}"
    if search.has_history:
        yield (
            "superseded texts of every kind too" if search.has_all_kinds else "superseded texts too"
        )
