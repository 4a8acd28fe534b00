"""Sitemaps that are feeds: Google-News sitemaps, and indexes that lead to them.

A `url` with a `news:news` inside is an entry; its `loc` names it. An index has no entries of its
own: its `child_urls` are for `ingest.poll` to ask, one level deep. Read after sitemaps.org
(protocol 0.9) and Google's extension (schema sitemap-news 0.9), prefixes as they come, since many
sites declare others or none. Called by `parse` alone.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

from archive.errors import NotAFeed
from archive.identity.address import site_of
from archive.model.stated import RejectedEntry
from ingest.dates.written import read_date
from ingest.feed.entries import MAX_MANY, Draft, Place, address, bounded, label, put_dates
from ingest.feed.scan import MAX_ATTRIBUTES, MAX_BYTES, MAX_DEPTH

# What one sitemap may hold (sitemaps.org). Google reads 1,000 news entries of one; more are kept.
MAX_URLS: Final = 50_000
MAX_NEWS: Final = 1_000
# No title or address is longer; the rest of such a field is left.
_MAX_FIELD: Final = 10_000
# Further addresses of an index are left: no poll asks for so many.
_MAX_CHILDREN: Final = 100
_GZIP: Final = b"\x1f\x8b"

_BEFORE_ROOT: Final = rb"(?:\s++|<\?[^>]*+>|<!--(?:(?!-->).)*+-->|<!doctype[^>]*+>)*+"
_IS_SITEMAP: Final = re.compile(
    _BEFORE_ROOT + rb"<(?:[\w.-]+:)?(?:urlset|sitemapindex)\b", re.S | re.I
)
_BARE_AMPERSAND: Final = re.compile(
    rb"&(?!(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|lt|gt|amp|quot|apos);)"
)
_NEWS: Final = re.compile(r"news", re.I)

_FIELDS_OF_NEWS: Final = ("genres", "stock_tickers", "access")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """A sitemap as read: the fields of each news item by path ("loc", "news/title"), untouched, and
    what it says of itself as ParsedFeed's fields."""

    items: list[object]
    place: Place
    values: dict[str, Any]
    warnings: tuple[str, ...]
    rejected: tuple[RejectedEntry, ...] = ()


def unpacked(body: bytes) -> bytes:
    """Return the document in a gzip file (sitemap.xml.gz), and any other bytes as they are.

    Raises NotAFeed for one that is cut, damaged, or larger than a document may be.
    """
    if not body.startswith(_GZIP):
        return body
    parts: list[bytes] = []
    n_left = MAX_BYTES + 1
    rest = body
    try:
        while rest.startswith(_GZIP):
            member = zlib.decompressobj(wbits=31)
            parts.append(member.decompress(rest, n_left))
            n_left -= len(parts[-1])
            if n_left <= 0:
                raise NotAFeed("too large", f"a gzip file that unpacks to over {MAX_BYTES} bytes")
            if not member.eof:
                raise NotAFeed("a gzip file that was cut")
            rest = member.unused_data
    except zlib.error as error:
        raise NotAFeed("a damaged gzip file", str(error)[:100]) from error
    return b"".join(parts)


def is_one(document: bytes) -> bool:
    """Tell whether a document that was made ready has a sitemap's root."""
    return _IS_SITEMAP.match(document) is not None


def read(document: bytes, url: str) -> Sitemap:
    """Read a sitemap in UTF-8; raise NotAFeed for one without news.

    One that is not well-formed is read as far as it goes, with a warning.
    """
    warnings: list[str] = []
    found = _Reading()
    problem = found.read(document)
    if problem is not None:
        # The commonest fault by far is a bare & in an address.
        found = _Reading()
        problem = found.read(_BARE_AMPERSAND.sub(b"&amp;", document))
        warnings.append(f"not well-formed: {problem or 'bare ampersands'}")
    if found.is_index:
        return _index(found, url, tuple(warnings))
    if not found.n_news and (found.n_urls or problem or not found.declares_news):
        raise NotAFeed("a sitemap without news entries", f"{found.n_urls} addresses")
    if found.n_news > MAX_NEWS:
        warnings.append(f"holds {found.n_news} news entries, {MAX_NEWS} is the limit")
    if found.n_urls > found.n_news:
        warnings.append(f"{found.n_urls - found.n_news} addresses have no news:news")
    beyond = RejectedEntry(
        position=-1,
        reason=f"beyond the first {MAX_URLS} entries of a sitemap",
        n_entries=found.n_news - len(found.items),
    )
    place = Place(url=url, is_atom=False, language=None, document=document)
    return Sitemap(
        items=list(found.items),
        place=place,
        values={
            "format": "sitemap_news",
            "title": _only(found.items, "news/publication/name"),
            "language": _only(found.items, "news/publication/language"),
        },
        warnings=tuple(warnings),
        rejected=(beyond,) if beyond.n_entries else (),
    )


def draft_of(item: object, place: Place) -> Draft | None:
    """Return what one item says; None where it names no address."""
    if not isinstance(item, Mapping):
        return None
    url = address(item.get("loc"), place.url)
    if url is None:
        return None
    language = label(item.get("news/publication/language"))
    extra = {name: text for name in _FIELDS_OF_NEWS if (text := label(item.get(f"news/{name}")))}
    if name := label(item.get("news/publication/name")):
        extra["publication"] = name
    draft = Draft(
        url=url,
        title=label(item.get("news/title")) or "",
        tags=_tags_of(item.get("news/keywords")),
        image_url=address(item.get("image/loc"), place.url),
        language=language[:35] if language else None,
        extra=bounded(dict(extra)),
    )
    dates = [("published", item.get("news/publication_date")), ("updated", item.get("lastmod"))]
    put_dates(draft, dates, place)
    return draft


def _tags_of(stated: object) -> tuple[str, ...]:
    words = (label(word) for word in stated.split(",")) if isinstance(stated, str) else ()
    return tuple(dict.fromkeys(word for word in words if word))[:MAX_MANY]


def _only(items: list[dict[str, str]], path: str) -> str | None:
    """Return what all items state in a field (the paper's name), if it is the same in all."""
    stated = {label(item.get(path)) for item in items}
    return stated.pop() if len(stated) == 1 else None


def _index(found: "_Reading", url: str, warnings: tuple[str, ...]) -> Sitemap:
    """Return an index with the sitemaps worth asking, the last changed first.

    Those with "news" in their address, where there are any: the others of such an index list every
    page the site ever had. A sitemap of another site is not its index's to name (sitemaps.org).
    """
    site = site_of(url, url)
    dated: dict[str, float] = {}
    for child in found.children:
        child_url = address(child.get("loc"), url)
        if child_url and child_url != url and site_of(child_url, url) == site:
            dated.setdefault(child_url, _changed(child.get("lastmod")))
    if not dated:
        raise NotAFeed("a sitemap index that names no sitemap of its site")
    named = [each for each in dated if _NEWS.search(each.partition("://")[2].partition("/")[2])]
    wanted = sorted(named or dated, key=lambda each: -dated[each])  # stable: else as they stand
    return Sitemap(
        items=[],
        place=Place(url=url, is_atom=False, language=None, document=b""),
        values={"format": "sitemap_index", "child_urls": tuple(wanted[:_MAX_CHILDREN])},
        warnings=warnings,
    )


def _changed(lastmod: str | None) -> float:
    """Return when a child says it was changed, as a number to sort by; 0 where it does not."""
    read_as = read_date(lastmod) if lastmod else None
    return read_as.at.timestamp() if read_as is not None else 0.0


@dataclass(slots=True)
class _Reading:
    """Collects the items while expat reads a sitemap once."""

    items: list[dict[str, str]] = field(default_factory=list)
    children: list[dict[str, str]] = field(default_factory=list)
    n_urls: int = 0
    n_news: int = 0
    is_index: bool = False
    declares_news: bool = False
    _path: list[str] = field(default_factory=list)
    _fields: dict[str, str] = field(default_factory=dict)
    _text: list[str] = field(default_factory=list)
    _n_text: int = 0
    _has_news: bool = False

    def read(self, document: bytes) -> str | None:
        """Return what is wrong with the document where it is not well-formed, else None."""
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._words
        try:
            parser.Parse(document, True)
        except expat.ExpatError as error:
            return str(error)[:150]
        return None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        if len(self._path) >= MAX_DEPTH:
            raise NotAFeed("a document made to be slow", f"over {MAX_DEPTH} levels deep")
        if len(attributes) > MAX_ATTRIBUTES:
            detail = f"over {MAX_ATTRIBUTES} attributes on a tag"
            raise NotAFeed("a document made to be slow", detail)
        if not self._path:
            self.is_index = local == "sitemapindex"
            self.declares_news = any("sitemap-news" in value for value in attributes.values())
        self._path.append(local)
        if len(self._path) == 2:
            self._fields, self._has_news = {}, False
        elif len(self._path) == 3 and local == "news":
            self._has_news = True
        self._text, self._n_text = [], 0

    def _words(self, words: str) -> None:
        if len(self._path) > 2 and self._n_text < _MAX_FIELD:
            self._text.append(words[:_MAX_FIELD])
            self._n_text += len(words)

    def _end(self, name: str) -> None:
        if len(self._path) > 2 and (words := "".join(self._text).strip()):
            self._fields.setdefault("/".join(self._path[2:]), words[:_MAX_FIELD])
        elif len(self._path) == 2:
            self._take(self._path[1])
        self._path.pop()
        self._text, self._n_text = [], 0

    def _take(self, element: str) -> None:
        if self.is_index:
            if element == "sitemap" and len(self.children) < MAX_URLS:
                self.children.append(self._fields)
        elif element == "url":
            self.n_urls += 1
            self.n_news += self._has_news
            if self._has_news and len(self.items) < MAX_URLS:
                self.items.append(self._fields)
