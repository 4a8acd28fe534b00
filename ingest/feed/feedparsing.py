"""feedparser, used well: the only file that imports it. Called by `ingest.feed.parse` alone.

`as_it_comes` asks it as anybody does, with its cleaning of HTML switched off. `well_formed` gives the same values in
less than half the time, where a document is well-formed.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from types import FunctionType
from typing import Any, Final
from xml.parsers import expat

import feedparser

from archive.errors import NotAFeed

NO_FORMAT: Final = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What feedparser made of a document; its dictionaries go no further than `draft_of`."""

    entries: Sequence[Mapping[str, Any]]
    feed: Mapping[str, Any]
    format: str
    warnings: tuple[str, ...]


def as_it_comes(document: bytes, url: str) -> Found:
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        found = feedparser.parse(
            BytesIO(document),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    # feedparser raises TypeError, UnicodeEncodeError, AttributeError and more on broken documents;
    # each of them is a fault of that document, and its name goes into the record.
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"[:200]
        raise NotAFeed("a document that feedparser cannot read", detail) from error
    entries, feed, version = found.entries, found.feed, found.version
    problem = dict(found).get("bozo_exception")
    warnings = (f"not well-formed: {problem}"[:200],) if found.bozo and problem else ()
    return Found(entries=entries, feed=dict(feed), format=version or NO_FORMAT, warnings=warnings)


# On a well-formed document most of that time goes into what changes no value: xml.sax's objects
# around each tag, a call for each line of text, dates that `draft_of` reads again from their text,
# the same base joined to itself at each tag. So its strict parser is given what expat reads without
# them. Over 842 documents (19.9 MB) `feedparser.parse` takes 3.8 s of CPU, this 1.4 s, and each
# value is the same but the dates (tests/ingest/feed/test_feedparsing.py compares them).


def well_formed(document: bytes, url: str) -> Found:
    """Read a well-formed document as `as_it_comes` does, in half the time."""
    if _STRICT_PARSER is None:
        return as_it_comes(document, url)
    try:
        return _read_strictly(document, url)
    except Exception:  # noqa: BLE001  # what stops it here stops feedparser.parse too, whose word counts, or is ours
        return as_it_comes(document, url)


def _read_strictly(document: bytes, url: str) -> Found:
    try:
        return _Feeding(_STRICT_PARSER(url, None, "utf-8")).read(document)
    finally:
        _joined_base.cache_clear()  # it may hold addresses as long as a document


class _Feeding:
    """Gives feedparser's strict parser the tags and texts that expat finds, as xml.sax would.

    How feedparser names a tag depends on the namespaces in use, so its names are learnt from its
    own methods, for each set of namespaces anew.
    """

    def __init__(self, parser: Any) -> None:
        parser.resolve_relative_uris = parser.sanitize_html = False
        parser.contentparams = _ContentParams()
        parser.namespaces_in_use = _Namespaces(self._change_names)
        self._parser = parser
        self._start_of, self._end_of = parser.unknown_starttag, parser.unknown_endtag
        parser.unknown_starttag, parser.unknown_endtag = self._named_start, self._named_end
        self._names = _names_in(())
        self._learning: str | None = None

    def read(self, document: bytes) -> Found:
        version, document, _ = feedparser.api.replace_doctype(document)
        reading = expat.ParserCreate("utf-8", " ")
        reading.namespace_prefixes = True
        reading.buffer_text = True  # one call a text; xml.sax makes 823,000 of it, this 136,000
        reading.StartElementHandler = self._start
        reading.EndElementHandler = self._end
        reading.CharacterDataHandler = self._text
        reading.StartNamespaceDeclHandler = self._parser.startPrefixMapping
        reading.Parse(document, True)
        return Found(
            entries=self._parser.entries,
            feed=dict(self._parser.feeddata),
            format=version or self._parser.version or NO_FORMAT,
            warnings=(),
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self._names.starts.get(name)
        # `decls` holds a declaration of xlink, which feedparser shows to the next tag.
        if tag is None or self._parser.decls or " " in "".join(attributes):
            self._learning = name
            self._parser.startElementNS(_pair_of(name), None, _Attributes(attributes))
            self._learning = None
        elif attributes:
            lowered = {each.lower(): value for each, value in attributes.items()}
            self._start_of(tag, list(lowered.items()))
        else:
            self._start_of(tag, [])

    def _end(self, name: str) -> None:
        tag = self._names.ends.get(name)
        if tag is None:
            self._learning = name
            self._parser.endElementNS(_pair_of(name), None)
            self._learning = None
        else:
            self._end_of(tag)

    def _text(self, text: str) -> None:
        """Do what `handle_data` does, whose questions have one answer outside of content."""
        if self._parser.contentparams:
            self._parser.handle_data(text)
        elif self._parser.elementstack:
            self._parser.elementstack[-1][2].append(text)

    def _named_start(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        # math and svg get an attribute of their own, so they always go the long way.
        if self._learning is not None and "xmlns" not in dict(attributes):
            self._names.learn(self._names.starts, self._learning, tag)
        self._learning = None
        self._start_of(tag, attributes)

    def _named_end(self, tag: str) -> None:
        if self._learning is not None:
            self._names.learn(self._names.ends, self._learning, tag)
            self._learning = None
        self._end_of(tag)

    def _change_names(self) -> None:
        in_use = self._parser.namespaces_in_use
        # Real documents use at most 30. A tuple of thousands at each of as many would be quadratic.
        if len(in_use) <= 64 and all(len(address) < 300 for address in in_use.values()):
            self._names = _names_in(tuple(in_use.items()))
        else:
            self._names = _Names()


class _Names:
    """How feedparser names a tag, at its start and at its end, by what expat calls it."""

    def __init__(self) -> None:
        self.starts: dict[str, str] = {}
        self.ends: dict[str, str] = {}

    def learn(self, names: dict[str, str], name: str, tag: str) -> None:
        if len(names) < 300 and len(name) < 300:  # they outlive their document
            names[name] = tag


@lru_cache(maxsize=256)
def _names_in(namespaces: tuple[tuple[str, str], ...]) -> _Names:
    """Return what was learnt under these (prefix, address): most feeds of one format use the same.

    Without it each poll for one new entry learns some 20 names, a tenth of its cost.
    """
    return _Names()


class _Namespaces(dict[str, str]):
    """The namespaces in use, prefix to address, that tell when one is new or another."""

    def __init__(self, tell: Callable[[], None]) -> None:
        super().__init__()
        self._tell = tell

    def __setitem__(self, prefix: str, uri: str) -> None:
        if self.get(prefix) != uri:  # a feed may declare the same at each of its items
            super().__setitem__(prefix, uri)
            self._tell()


class _Attributes:
    """A tag's attributes as xml.sax gives them: what feedparser asks of AttributesNSImpl."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self._by_pair = {_pair_of(name): value for name, value in attributes.items()}
        self._by_name = {_prefixed(name): value for name, value in attributes.items()}

    def items(self) -> Iterable[tuple[tuple[str | None, ...], str]]:
        return self._by_pair.items()

    def getQNames(self) -> Iterable[str]:  # xml.sax's name
        return self._by_name

    def getValueByQName(self, name: str) -> str:  # xml.sax's name
        return self._by_name[name]


def _pair_of(name: str) -> tuple[str | None, ...]:
    """Return (namespace, local name) of expat's "namespace local prefix", of which two may lack."""
    parts = name.split()
    return (None, name) if len(parts) == 1 else tuple(parts[:2] if len(parts) == 3 else parts)


def _prefixed(name: str) -> str:
    parts = name.split()
    return f"{parts[2]}:{parts[1]}" if len(parts) == 3 else parts[-1]


class _ContentParams(feedparser.FeedParserDict):  # type: ignore[misc]  # feedparser has no types
    """feedparser's note of the text it is in, asked at every tag for keys that it never maps."""

    __getitem__, __setitem__, __contains__ = dict.__getitem__, dict.__setitem__, dict.__contains__
    get = dict.get


class _Flat:
    """Stands for the module `copy` where feedparser copies a `_ContentParams`, which holds strings."""

    @staticmethod
    def deepcopy(params: Mapping[str, Any]) -> Any:
        return feedparser.FeedParserDict(params)


class _NoControls(str):
    """A text without U+0080 to U+009F, in which feedparser replaces them at 110 ns a character."""

    __slots__ = ()

    def translate(self, table: Any, /) -> str:
        return str(self)


_C1_CONTROL: Final = re.compile("[\x80-\x9f]")


def _with_controls_known(element: str, text: str) -> str:
    """Stand for `decode_entities`, which does nothing in the strict parser and is asked before."""
    return text if text.isascii() or _C1_CONTROL.search(text) else _NoControls(text)


@lru_cache(maxsize=64)
def _joined_base(base: str, relative: str | None = None) -> str:
    """Do what feedparser does at each tag: join its xml:base, mostly none, to the one before."""
    joined: str = feedparser.urls.make_safe_absolute_uri(base, relative)
    return joined


# An address that joining leaves as it is: nothing in it is empty, and no bracket can be wrong.
_WHOLE_URL: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[^\s?#;\[\]\\]*)?(?:\?[^\s#;\[\]\\]+)?"
)


def _joined(base: str, uri: str) -> str:
    """Join an address to its base as feedparser does; most are whole and stay."""
    if _WHOLE_URL.fullmatch(uri) and _WHOLE_URL.fullmatch(base):
        return uri
    joined: str = feedparser.urls._urljoin(base, uri)
    return joined


_DATES_READ: Final = (
    *("_end_published", "_end_issued", "_end_pubdate", "_end_updated", "_end_modified"),
    *("_end_lastbuilddate", "_end_created", "_end_expirationdate", "_end_dcterms_valid"),
)
# A method of feedparser's strict parser -> a name that it uses, and what that name shall mean.
_OTHER_MEANINGS: Final[Mapping[str, tuple[str, object]]] = {
    "unknown_starttag": ("make_safe_absolute_uri", _joined_base),
    "resolve_uri": ("_urljoin", _joined),
    "push_content": ("FeedParserDict", _ContentParams),
    "pop": ("copy", _Flat),
    **{name: ("_parse_date", lambda text: None) for name in _DATES_READ},
}
_NEEDED: Final = (
    *("startElementNS", "endElementNS", "startPrefixMapping", "handle_data"),
    *("unknown_starttag", "unknown_endtag", "decode_entities"),
)


def _strict_parser(api: Any) -> Any:
    """Return feedparser's strict parser, its own code with the `_OTHER_MEANINGS`.

    `api` is the module feedparser.api. None where its version has another structure; a method
    that does not use such a name stays as it is.
    """
    strict: Any = getattr(api, "StrictFeedParser", None)
    if not all(hasattr(strict, name) for name in _NEEDED) or not hasattr(api, "replace_doctype"):
        return None
    methods: dict[str, object] = {"decode_entities": staticmethod(_with_controls_known)}
    for name, (used, meaning) in _OTHER_MEANINGS.items():
        method = getattr(strict, name, None)
        if isinstance(method, FunctionType) and used in method.__globals__:
            names = {**method.__globals__, used: meaning}
            methods[name] = FunctionType(
                method.__code__, names, name, method.__defaults__, method.__closure__
            )
    return type("StrictParser", (strict,), methods)


_STRICT_PARSER: Final = _strict_parser(feedparser.api)
