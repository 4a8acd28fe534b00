"""One entry from what a parser found in it: cleaned, dated, its addresses absolute.

`entry_of` reads feedparser's dictionary of one item. `Draft` is the common end of both formats
(`jsonfeed` fills one too): it gives an entry its guid and, where the document was not cut, its
digest.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from html import escape
from typing import Any, Final
from urllib.parse import urljoin

from archive.model.stated import Author, Enclosure, Entry
from ingest.clean import clean_html, one_line, plain, text_of, title_text
from ingest.dates.written import EARLIEST, day_first_of, needs_order, read_date
from ingest.feed.slices import DIGEST_BYTES

# An entry is kept cut beyond this; its raw document is kept whole. The longest of 7,976 real ones
# has 93,000 characters.
MAX_HTML: Final = 1_000_000
# What is not modelled is kept as JSON up to this size, its strings up to that.
MAX_EXTRA: Final = 50_000
MAX_EXTRA_TEXT: Final = 10_000
MAX_URL: Final = 8_000
MAX_MANY: Final = 200  # tags, enclosures, authors of one entry

_HTML_TYPES: Final = ("text/html", "application/xhtml+xml")
_UNSAFE: Final = re.compile(r"(?:javascript|vbscript|data|file):", re.IGNORECASE)
_ABSOLUTE: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_IN_URL: Final = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where entries stand: the document's address, bytes (all of them, also when it was cut),
    format and language."""

    url: str
    document: bytes
    is_atom: bool
    language: str | None

    @cached_property
    def day_first(self) -> bool | None:
        """Whether the document's other dates put the day before the month; None if none tells."""
        return day_first_of(match.decode() for match in _NUMERIC_DATE.findall(self.document))


# A date like 03-04-2024 at the beginning of an element's or attribute's text.
_NUMERIC_DATE: Final = re.compile(rb"[>\"'\[]\s*([0-9]{1,2}[-/][0-9]{1,2}[-/][0-9]{4}\b)")


@dataclass(slots=True, kw_only=True)
class Draft:
    """The values of an entry on their way; see `archive.model.stated.Entry` for what they mean."""

    guid_stated: str | None = None
    url: str | None = None
    title: str = ""
    html: str | None = None
    summary_html: str | None = None
    origin_url: str | None = None
    authors: tuple[Author, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    date_source: str | None = None
    raw_dates: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
    image_url: str | None = None
    comments_url: str | None = None
    summary_only: bool = False
    is_cut: bool = False
    extra: Mapping[str, object] = field(default_factory=dict)

    def entry(self, position: int, digest: bytes | None, version: int) -> Entry:
        """Return the entry. Without a `digest` it is made of the values themselves."""
        text = text_of(self.html if self.html is not None else self.summary_html or "")
        guid = self.guid_stated or self.url or self._computed_guid(text)
        if digest is None:
            digest = self._digest(version)
        values = {name: getattr(self, name) for name in _DRAFTED}
        return Entry(guid=guid, text=text, position=position, digest=digest, **values)

    def _computed_guid(self, text: str) -> str:
        dates = [raw for _, raw in self.raw_dates]
        return "computed:" + _hash([self.title, *dates, text]).hex()

    def _digest(self, version: int) -> bytes:
        values = [repr(getattr(self, name)) for name in _DRAFTED if name != "extra"]
        extra = json.dumps(self.extra, sort_keys=True, ensure_ascii=True)
        return _hash([str(version), *values, extra])


_DRAFTED: Final = tuple(each.name for each in fields(Draft))


def _hash(parts: Iterable[str]) -> bytes:
    """Return 16 bytes over length-prefixed parts, so that no two lists of parts read the same."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        data = part.encode("utf-8", "replace")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


# -- feedparser's item -----------------------------------------------------------------------


def draft_of(item: Mapping[str, Any], place: Place) -> Draft | None:
    """Return what one of feedparser's entries says; None where it says nothing at all.

    The values may be of any type.
    """
    said = dict(item)  # a plain one: feedparser's own `get` answers for other keys and warns
    if not any(value for key, value in said.items() if key != "guidislink"):
        return None
    url = _link_of(said, place)
    draft = Draft(
        guid_stated=_guid(said.get("id")),
        url=url,
        title=_title_of(said),
        origin_url=address(
            said.get("feedburner_origlink") or said.get("pheedo_origlink"), place.url
        ),
        authors=_authors_of(said),
        tags=_tags_of(said),
        enclosures=_enclosures_of(said, place.url),
        image_url=_image_of(said, place.url),
        comments_url=address(said.get("comments"), place.url),
        language=_language_of(said) or place.language,
        extra=_extra_of(said),
    )
    _put_bodies(draft, said, place)
    put_dates(draft, [(name, said.get(name)) for name in _DATES], place)
    return draft


_DATES: Final = ("published", "created", "updated")


def put_dates(draft: Draft, stated: Iterable[tuple[str, object]], place: Place) -> None:
    """Read the dates of a draft from (field, text): the first readable one is when it was published.

    A date before 1990 is an empty field of some program: another field comes before it. Dates in
    the future are kept, since there is no clock here to tell. `updated` alone stands for both.
    """
    raw = tuple((name, one_line(value)) for name, value in stated if isinstance(value, str))
    draft.raw_dates = tuple((name, value[:500]) for name, value in raw if value)
    found = []
    for name, value in draft.raw_dates:
        day_first = place.day_first if needs_order(value) else None
        read = read_date(value, language=place.language, day_first=day_first)
        if read is not None:
            found.append((name, read))
        if read is not None and name == "updated":
            draft.updated_at = read.at
    if found:
        name, read = next((each for each in found if each[1].at >= EARLIEST), found[0])
        draft.published_at = read.at
        draft.date_source = f"{name} {read.how}"


@dataclass(frozen=True, slots=True)
class _Body:
    value: str
    type: str
    base: str | None


def _put_bodies(draft: Draft, said: Mapping[str, Any], place: Place) -> None:
    """Choose the fullest body and a shorter summary, and clean both.

    feedparser takes a second description (media:description, itunes:summary) for content, so the
    fullest is taken, wherever it stands. A lone Atom summary stays a summary; a lone RSS
    description is all there is and may be whole.
    """
    contents = [body for each in _list(said.get("content")) if (body := _body(each, each))]
    summary = None
    if (detail := said.get("summary_detail")) is not None or not contents:
        summary = _body({"value": said.get("summary")}, detail or {})
    bodies = [*contents, *([summary] if summary else [])]
    if not bodies:
        return
    fullest = max(bodies, key=lambda body: len(body.value))
    if not contents and place.is_atom:
        draft.summary_only = True
        draft.summary_html = _cleaned(draft, fullest, place)
        return
    draft.html = _cleaned(draft, fullest, place)
    shorter = [body for body in bodies if body.value != fullest.value]
    if shorter:
        other = summary if summary in shorter else shorter[0]
        assert other is not None
        draft.summary_html = _cleaned(draft, other, place)


def _body(holder: object, detail: object) -> _Body | None:
    """Return a text construct; None where it is empty or no text (an image in base64)."""
    if not isinstance(holder, Mapping) or not isinstance(detail, Mapping):
        return None
    value, kind = dict(holder).get("value"), dict(detail).get("type") or "text/html"
    if not isinstance(value, str) or not isinstance(kind, str) or not value.strip():
        return None
    if not kind.startswith("text/") and not kind.endswith(("xml", "html")):
        return None
    base = dict(detail).get("base")
    return _Body(value, kind, base if isinstance(base, str) else None)


def _cleaned(draft: Draft, body: _Body, place: Place) -> str:
    value = body.value
    if len(value) > MAX_HTML:
        draft.is_cut = True
        value = value[:MAX_HTML]
    if body.type == "text/plain":
        return escape(plain(value).strip(), quote=False)
    is_own_base = body.base and body.base != place.url  # an xml:base; else the article's address
    base = body.base if is_own_base else draft.url
    if not base or not base.startswith(("http:", "https:")):
        base = place.url
    return clean_html(value, base).strip()


def _title_of(said: Mapping[str, Any]) -> str:
    value, detail = said.get("title"), said.get("title_detail")
    if not isinstance(value, str):
        return ""
    kind = detail.get("type") if isinstance(detail, Mapping) else None
    return title_text(value, kind in _HTML_TYPES)


def _link_of(said: Mapping[str, Any], place: Place) -> str | None:
    """Return feedparser's link, else the first alternate one of any type."""
    if (url := address(said.get("link"), place.url)) is not None:
        return url
    for link in _mappings(said.get("links")):
        if link.get("rel") == "alternate" and (url := address(link.get("href"), place.url)):
            return url
    return None


def _guid(value: object) -> str | None:
    return (plain(value).strip() or None) if isinstance(value, str) else None


def _authors_of(said: Mapping[str, Any]) -> tuple[Author, ...]:
    found: dict[str, Author] = {}
    stated = _mappings(said.get("authors"))
    if not any(stated) and isinstance(said.get("author"), str):
        stated = [{"name": said["author"]}]
    for one in stated:
        email, url = label(one.get("email")), address(one.get("href"), None)
        if name := label(one.get("name")) or email or url:
            found.setdefault(name, Author(name=name, email=email, url=url))
    return tuple(found.values())[:MAX_MANY]


def _tags_of(said: Mapping[str, Any]) -> tuple[str, ...]:
    words = (
        label(tag.get("label")) or label(tag.get("term")) for tag in _mappings(said.get("tags"))
    )
    return tuple(dict.fromkeys(word for word in words if word))[:MAX_MANY]


def _language_of(said: Mapping[str, Any]) -> str | None:
    texts = (*_list(said.get("content")), said.get("summary_detail"), said.get("title_detail"))
    for holder in (said, *texts):
        if language := label(_of(holder, "language")):
            return language[:35]  # the longest tag that RFC 5646 (4.4.1) foresees
    return None


def _enclosures_of(said: Mapping[str, Any], base: str) -> tuple[Enclosure, ...]:
    links = [link for link in _list(said.get("links")) if _of(link, "rel") == "enclosure"]
    outside = [each for each in _list(said.get("content")) if _of(each, "src")]
    media = [each for each in _list(said.get("media_content")) if not _is_picture(each)]
    found: dict[str, Enclosure] = {}
    for one in _mappings([*links, *media, *outside]):
        url = address(one.get("href") or one.get("url") or one.get("src"), base)
        if url is None or url in found:
            continue
        found[url] = Enclosure(
            url=url,
            type=label(one.get("type")),
            length_bytes=_number(one.get("length") or one.get("filesize")),
            duration_s=seconds(one.get("duration")) or seconds(said.get("itunes_duration")),
            title=label(one.get("title")),
        )
    return tuple(found.values())[:MAX_MANY]


def _image_of(said: Mapping[str, Any], base: str) -> str | None:
    """Return the picture of an entry: a named one, else a thumbnail, else a picture enclosed."""
    image = said.get("image")
    pictures = [_of(image, "href") if isinstance(image, Mapping) else image]
    media = _list(said.get("media_content"))
    pictures += [_of(one, "url") for one in media if _is_picture(one)]
    pictures += [_of(one, "url") for one in _list(said.get("media_thumbnail"))]
    links = [link for link in _list(said.get("links")) if _of(link, "rel") == "enclosure"]
    pictures += [_of(link, "href") for link in links if _is_picture(link)]
    for picture in pictures:
        if (url := address(picture, base)) is not None:
            return url
    return None


def _is_picture(media: object) -> bool:
    return _of(media, "medium") == "image" or str(_of(media, "type") or "").startswith("image/")


# -- what is not modelled ----------------------------------------------------------------------

_MODELLED: Final = frozenset(
    {"id", "guidislink", "link", "title", "title_detail", "summary", "summary_detail", "content"}
    | {"published", "updated", "created", "authors", "author", "author_detail", "tags"}
    | {"comments", "feedburner_origlink", "pheedo_origlink", "image", "language", "href"}
)
_KNOWN_LINKS: Final = ("alternate", "enclosure", "self")


def _extra_of(said: Mapping[str, Any]) -> dict[str, object]:
    extra: dict[str, object] = {}
    for key in sorted(said.keys() - _MODELLED):
        value = said[key]
        if key.endswith("_parsed"):
            continue
        if key == "links":
            value = [link for link in _list(value) if _of(link, "rel") not in _KNOWN_LINKS]
        elif key == "source" and isinstance(value, Mapping):
            value = {name: each for name, each in value.items() if not name.endswith("_parsed")}
        if (kept := json_ready(value)) not in (None, "", [], {}):
            extra[_key_of(key)] = kept
    return bounded(extra)


def bounded(extra: dict[str, object]) -> dict[str, object]:
    """Return `extra` with its largest values left out until it is small enough."""
    if len(json.dumps(extra)) <= MAX_EXTRA:
        return extra
    sizes = {key: len(json.dumps(value)) for key, value in extra.items()}
    kept = dict(extra)
    while kept and sum(sizes[key] for key in kept) > MAX_EXTRA:
        del kept[max(kept, key=lambda key: sizes[key])]
    return kept


def json_ready(value: object, depth: int = 5) -> object:
    """Return `value` as JSON can hold it; None where there is nothing, or it lies too deep."""
    if isinstance(value, str):
        return plain(value).strip()[:MAX_EXTRA_TEXT]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if depth == 0:
        return None
    if isinstance(value, dict):
        pairs = [(_key_of(key), json_ready(each, depth - 1)) for key, each in value.items()]
        return {key: each for key, each in pairs if each not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [each for one in value[:500] if (each := json_ready(one, depth - 1)) is not None]
    return None


def _key_of(key: object) -> str:
    text = str(key)
    return (text if text.isascii() and text.isidentifier() else one_line(text))[:100]


# -- values of any type ------------------------------------------------------------------------


def address(value: object, base: str | None) -> str | None:
    """Return an absolute address, or None: no text, one that runs or holds data, far too long."""
    if not isinstance(value, str):
        return None
    url = _IN_URL.sub("", plain(value)).strip()
    if not url or len(url) > MAX_URL or _UNSAFE.match(url):
        return None
    if _ABSOLUTE.match(url):
        return url
    try:
        joined = urljoin(base or "", url)
    except ValueError:  # brackets that are no IPv6 address
        return None
    return joined if _ABSOLUTE.match(joined) else None


def label(value: object) -> str | None:
    """Return a name or word on one line, entities resolved; None where it is no text or empty."""
    if not isinstance(value, str):
        return None
    return title_text(value, "&" in value or "</" in value)[:1000] or None


def seconds(value: object) -> int | None:
    """Return a duration in seconds, from `3725`, `62:05`, `1:02:05` or a number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value) if 0 < value < 10**7 else None
    if not isinstance(value, str) or not re.fullmatch(
        r"[0-9]{1,6}(?::[0-5]?[0-9]){0,2}(?:\.[0-9]*)?", value.strip()
    ):
        return None
    total = 0
    for part in value.strip().partition(".")[0].split(":"):
        total = total * 60 + int(part)
    return total or None


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:18])
    return value if isinstance(value, int) and 0 < value < 2**62 else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _mappings(value: object) -> list[dict[str, Any]]:
    return [dict(one) for one in _list(value) if isinstance(one, Mapping)]


def _of(holder: object, key: str) -> Any:
    """Return what one of feedparser's dictionaries holds, whose own `get` answers for other keys."""
    return dict.get(holder, key) if isinstance(holder, dict) else None
