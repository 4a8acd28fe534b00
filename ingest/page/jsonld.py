"""JSON-LD as news pages write it: read tolerantly, walked safely, one article node chosen.

Format: JSON-LD 1.1 (W3C), vocabulary schema.org. Only what pages use of it: `@graph`, `@type`, `@id`
references within the page. Contexts are not resolved; names are taken as written.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ingest.page.tree import squeezed

MAX_SCRIPTS = 200  # a page has one to five; thousands are an attack or a fault
MAX_CHARACTERS = 2_000_000
MAX_NODES = 5_000
_MAX_LEVELS = 12
_WRAPPERS = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.{0,40}?\*/)\s*|\s*(?:-->|//\s*\]\]>|\]\]>)\s*;?\s*$",
    re.DOTALL,
)
_TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
_ARTICLE = re.compile(r"(?:Article|Posting|Report)$|NewsArticle")
# Postings that are no writing, and nodes below which articles are others', not this page's.
_NO_ARTICLES = frozenset({"JobPosting", "SocialMediaPosting"})
_OTHERS = frozenset(
    {
        "itemListElement",
        "isPartOf",
        "relatedLink",
        "citation",
        "mentions",
        "comment",
        "about",
        "isBasedOn",
        "liveBlogUpdate",
        "review",
    }
)

Json = Mapping[str, object]


@dataclass(frozen=True)
class Node:
    """A JSON object of the page, with the table that its `@id` references are looked up in."""

    data: Json
    by_id: Mapping[str, Json]

    @property
    def types(self) -> tuple[str, ...]:
        stated = self.data.get("@type") or self.data.get("type")
        names = stated if isinstance(stated, list) else [stated]
        return tuple(name.rsplit("/", 1)[-1] for name in names if isinstance(name, str))

    @property
    def is_article(self) -> bool:
        return any(_ARTICLE.search(t) and t not in _NO_ARTICLES for t in self.types)

    def values(self, key: str) -> Iterator[object]:
        """Yield the values of `key`, a list's one by one, references followed one step."""
        stated = self.data.get(key)
        for value in stated if isinstance(stated, list) else [stated]:
            if isinstance(value, dict):
                yield self._resolved(value)
            elif value is not None:
                yield value

    def nodes(self, key: str) -> Iterator["Node"]:
        """Yield the objects under `key`."""
        for value in self.values(key):
            if isinstance(value, dict):
                yield Node(value, self.by_id)

    def texts(self, key: str) -> Iterator[str]:
        """Yield the texts under `key` on one line, entities read; an object gives its name, url or @id."""
        for value in self.values(key):
            if isinstance(value, dict):
                for name in ("name", "url", "contentUrl", "@value", "@id"):
                    inner = value.get(name)
                    inner = inner[0] if isinstance(inner, list) and inner else inner
                    if isinstance(inner, str) and inner.strip():
                        yield _plain(inner)
                        break
            elif isinstance(value, str) and value.strip():
                yield _plain(value)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                yield str(value)

    def text(self, key: str) -> str | None:
        """Return the first text under `key`."""
        return next(self.texts(key), None)

    def body(self, key: str) -> str | None:
        """Return the first string under `key` with its line breaks."""
        return next(
            (html.unescape(v) for v in self.values(key) if isinstance(v, str) and v.strip()), None
        )

    def truth(self, key: str) -> bool | None:
        """Return a boolean however it was written (true, "True", "False", "https://schema.org/False")."""
        for value in self.values(key):
            if isinstance(value, bool):
                return value
            word = str(value).rsplit("/", 1)[-1].strip().casefold()
            if word in ("true", "false"):
                return word == "true"
        return None

    def _resolved(self, value: dict[str, object]) -> Json:
        name = value.get("@id")
        if isinstance(name, str) and len(value) <= 2 and name in self.by_id:
            return self.by_id[name]  # one step: a cycle of references cannot turn us round
        return value


@dataclass(frozen=True)
class LinkedData:
    """All nodes of a page; `own` are those that may be about the page itself, in document order."""

    own: tuple[Node, ...]
    others: tuple[Node, ...]

    def article(self, url: str, titles: Iterable[str]) -> Node | None:
        """Return the article node that is this page, if any.

        The one whose url, @id or mainEntityOfPage is the page's, else the one whose headline is among
        `titles`, else the first with a date among the page's own.
        """
        own = [node for node in self.own if node.is_article]
        every = own + [node for node in self.others if node.is_article]
        page, names = _address_key(url), {_folded(t) for t in titles if t}
        for node in every:
            stated = [*node.texts("url"), *node.texts("@id"), *node.texts("mainEntityOfPage")]
            if any(_address_key(s) == page for s in stated):
                return node
        for node in every:
            if _folded(node.text("headline") or node.text("name")) in names - {""}:
                return node
        dated = (node for node in own if node.text("datePublished"))
        return next(dated, own[0] if own else None)

    def of_type(self, name: str) -> Iterator[Node]:
        """Yield the page's own nodes of exactly this type."""
        return (node for node in self.own if name in node.types)


def read_linked_data(scripts: Iterable[str]) -> LinkedData:
    """Read the page's JSON-LD scripts; what cannot be read is left out."""
    documents: list[object] = []
    n_characters = 0
    for n, script in enumerate(scripts):
        n_characters += len(script)
        if n >= MAX_SCRIPTS or n_characters > MAX_CHARACTERS:
            break
        documents.extend(_documents(script))
    found = list(_walk(documents))
    by_id: dict[str, Json] = {}
    for data, _ in found:
        name = data.get("@id")
        if isinstance(name, str) and len(data) > len(by_id.get(name, {"@id": name})):
            by_id[name] = data
    return LinkedData(
        own=tuple(Node(data, by_id) for data, is_own in found if is_own),
        others=tuple(Node(data, by_id) for data, is_own in found if not is_own),
    )


def _documents(script: str) -> Iterator[object]:
    """Yield the JSON values of one script; several in a row are read one after the other."""
    text = _WRAPPERS.sub("", _WRAPPERS.sub("", script)).strip().rstrip(";")
    for attempt in (
        text,
        _TRAILING_COMMA.sub("", text),
        _TRAILING_COMMA.sub("", html.unescape(text)),
    ):
        values = list(_decoded(attempt))
        if values:
            yield from values
            return


def _decoded(text: str) -> Iterator[object]:
    decoder = json.JSONDecoder(strict=False)  # line breaks and tabs inside strings are common
    at = 0
    while at < len(text):
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield value
        at = end
        while at < len(text) and text[at] in " \t\r\n,;":
            at += 1


def _walk(documents: list[object]) -> Iterator[tuple[Json, bool]]:
    """Yield every object with whether it may describe the page itself, outer ones first."""
    level: list[tuple[object, bool]] = [(d, True) for d in documents]
    n_nodes = 0
    for _ in range(_MAX_LEVELS):
        below: list[tuple[object, bool]] = []
        for value, is_own in level:
            if isinstance(value, list):
                below.extend((item, is_own) for item in value)
            elif isinstance(value, dict):
                yield value, is_own
                n_nodes += 1
                if n_nodes >= MAX_NODES:
                    return
                below.extend(
                    (inner, is_own and key not in _OTHERS)
                    for key, inner in value.items()
                    if isinstance(inner, dict | list)
                )
        level = below


def _plain(text: str) -> str:
    return squeezed(html.unescape(text))


def _folded(text: str | None) -> str:
    return squeezed(text).casefold()


def _address_key(address: str) -> str:
    """Return what two spellings of one page's address share: no scheme, www, query, fragment, end slash."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    if not parts.netloc:
        return address
    host = (parts.hostname or "").removeprefix("www.")
    return host + parts.path.rstrip("/")
