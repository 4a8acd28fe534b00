"""JSON Feed, versions 1 and 1.1 (jsonfeed.org), which feedparser does not read.

Tolerant of wrong types: a value of another type than the specification gives it is not stated.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from html import escape
from typing import Any, Final

from archive.errors import NotAFeed
from archive.model.stated import Author, Enclosure
from ingest.clean import clean_html, plain, title_text
from ingest.feed.entries import (
    MAX_HTML,
    MAX_MANY,
    Draft,
    Place,
    address,
    bounded,
    json_ready,
    label,
    put_dates,
    seconds,
)
from ingest.feed.slices import DIGEST_BYTES

_VERSION: Final = "jsonfeed.org/version/1"
_NOTHING: Final[tuple[object, ...]] = (None, "", [], {})
_MODELLED: Final = frozenset(
    {"id", "url", "external_url", "title", "content_html", "content_text", "summary", "image"}
    | {"banner_image", "date_published", "date_modified", "author", "authors", "tags", "language"}
    | {"attachments"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonFeed:
    """A JSON Feed as read: its items untouched, and what it says of itself as ParsedFeed's fields."""

    items: list[object]
    place: Place
    values: dict[str, Any]
    warnings: tuple[str, ...]


def read(document: bytes, url: str) -> JsonFeed:
    """Read a UTF-8 document that begins with `{`; raise NotAFeed where it is no JSON Feed."""
    text = document.decode("utf-8")
    try:
        feed, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise NotAFeed("a JSON error", str(error)[:120]) from error
    version, items = feed.get("version"), feed.get("items")
    if not isinstance(version, str) or _VERSION not in version or not isinstance(items, list):
        error_text = label(feed.get("error")) or label(feed.get("message")) or ""
        raise NotAFeed("JSON of another kind", error_text[:120])
    language = label(feed.get("language"))
    values = {
        "format": "json11" if version.rstrip("/").endswith("1.1") else "json10",
        "title": label(feed.get("title")),
        "site_url": address(feed.get("home_page_url"), url),
        "self_url": address(feed.get("feed_url"), url),
        "hub_urls": _hubs_of(feed, url),
        "next_page_url": address(feed.get("next_url"), url),
        "language": language,
        "icon_url": address(feed.get("icon"), url) or address(feed.get("favicon"), url),
    }
    return JsonFeed(
        items=items,
        place=Place(url=url, is_atom=False, language=language, document=document),
        values=values,
        warnings=("text stands after the document",) if text[end:].strip() else (),
    )


def digest_of(item: object, version: int) -> bytes:
    """Return the digest of an item: of its JSON with sorted keys, and of the parser's version."""
    data = json.dumps(item, sort_keys=True).encode()
    salt = version.to_bytes(4, "big")
    return blake2b(data, digest_size=DIGEST_BYTES, salt=salt).digest()


def draft_of(item: object, place: Place) -> Draft | None:
    """Return what one item says; None where it is no object, or an empty one."""
    if not isinstance(item, Mapping) or all(value in _NOTHING for value in item.values()):
        return None
    external = address(item.get("external_url"), place.url)
    url = address(item.get("url"), place.url) or external
    draft = Draft(
        guid_stated=_guid(item.get("id")),
        url=url,
        title=label(item.get("title")) or "",
        origin_url=external if external != url else None,
        authors=_authors_of(item),
        tags=_tags_of(item),
        enclosures=_attachments_of(item, place.url),
        image_url=address(item.get("image"), place.url)
        or address(item.get("banner_image"), place.url),
        language=label(item.get("language")) or place.language,
        extra=_extra_of(item),
    )
    _put_bodies(draft, item, place)
    dates = [("published", item.get("date_published")), ("updated", item.get("date_modified"))]
    put_dates(draft, dates, place)
    return draft


def _put_bodies(draft: Draft, item: Mapping[str, Any], place: Place) -> None:
    html, text, summary = (item.get(key) for key in ("content_html", "content_text", "summary"))
    base = draft.url if draft.url and draft.url.startswith("http") else place.url
    if isinstance(html, str) and html.strip():
        draft.is_cut = len(html) > MAX_HTML
        draft.html = clean_html(html[:MAX_HTML], base).strip()
    elif isinstance(text, str) and text.strip():
        draft.is_cut = len(text) > MAX_HTML
        draft.html = _as_html(text[:MAX_HTML])
    if isinstance(summary, str) and summary.strip():
        draft.summary_html = _as_html(summary[:MAX_HTML])
        draft.summary_only = draft.html is None


def _as_html(text: str) -> str:
    """Return plain text as html; its line ends are meant, unlike those of XML."""
    lines = (escape(line.strip(), quote=False) for line in plain(text).strip().splitlines())
    return "<br>".join(lines)


def _guid(value: object) -> str | None:
    """Return an id; numbers count, since the first version let them (jsonfeed.org, Items)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and abs(value) < 2**53:
        return f"{value:g}"
    return (plain(value).strip() or None) if isinstance(value, str) else None


def _authors_of(item: Mapping[str, Any]) -> tuple[Author, ...]:
    stated = item.get("authors")
    stated = stated if isinstance(stated, list) and stated else [item.get("author")]
    found: dict[str, Author] = {}
    for one in stated[:MAX_MANY]:
        if isinstance(one, Mapping):
            url = address(one.get("url"), None)
            if name := label(one.get("name")) or url:
                found.setdefault(name, Author(name=name, url=url))
    return tuple(found.values())


def _tags_of(item: Mapping[str, Any]) -> tuple[str, ...]:
    stated = item.get("tags")
    words = (label(tag) for tag in stated) if isinstance(stated, list) else ()
    return tuple(dict.fromkeys(word for word in words if word))[:MAX_MANY]


def _attachments_of(item: Mapping[str, Any], base: str) -> tuple[Enclosure, ...]:
    stated = item.get("attachments")
    found: dict[str, Enclosure] = {}
    for one in stated[:MAX_MANY] if isinstance(stated, list) else ():
        if not isinstance(one, Mapping) or (url := address(one.get("url"), base)) is None:
            continue
        size = one.get("size_in_bytes")
        is_size = isinstance(size, int) and not isinstance(size, bool) and 0 < size < 2**62
        found.setdefault(
            url,
            Enclosure(
                url=url,
                type=label(one.get("mime_type")),
                length_bytes=size if is_size else None,
                duration_s=seconds(one.get("duration_in_seconds")),
                title=label(one.get("title")),
            ),
        )
    return tuple(found.values())


def _hubs_of(feed: Mapping[str, Any], url: str) -> tuple[str, ...]:
    """Return the WebSub hubs; other types of hub are not spoken here."""
    hubs = feed.get("hubs")
    found = (
        address(hub.get("url"), url)
        for hub in (hubs if isinstance(hubs, list) else ())
        if isinstance(hub, Mapping) and str(hub.get("type", "")).lower() == "websub"
    )
    return tuple(each for each in found if each)


def _extra_of(item: Mapping[str, Any]) -> dict[str, object]:
    """Return what is not modelled, extensions (`_name`) among it."""
    extra = {
        title_text(str(key), False)[:100]: kept
        for key, value in item.items()
        if key not in _MODELLED and (kept := json_ready(value)) not in _NOTHING
    }
    return bounded(extra)
