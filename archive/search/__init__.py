"""From what people type to hits: the query language, the search, the words around a hit.

Public names: `parse` (query.py), `search` (find.py), `snippet_of` (snippet.py). Inside this folder:
document, find -> expand, snippet, ranking -> query -> dates, narrowing.
"""

from typing import Any

__all__ = ["parse", "search", "snippet_of"]


def __getattr__(name: str) -> Any:
    if name == "parse":
        from archive.search.query import parse

        return parse
    if name == "search":
        from archive.search.find import search

        return search
    if name == "snippet_of":
        from archive.search.snippet import snippet_of

        return snippet_of
    raise AttributeError(f"module 'archive.search' has no attribute {name!r}")
