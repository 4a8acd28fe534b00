"""Subscription lists: OPML (and what listparser reads beside it), addresses one a line.

Called by the `feeds import` and `feeds export` commands. Pure: nothing is fetched.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Final

import listparser

from archive.errors import UsageError
from archive.html import attributes_of, tags_of
from ingest.clean import one_line
from ingest.feed.scan import decode

# A line of a list has some 300 bytes: room for 60,000 feeds.
MAX_BYTES: Final = 20_000_000
_LIST: Final = re.compile(r"<\s*(?:opml|outline|rdf:rdf|gtml)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A subscription as a list states it. `url` begins with http: or https:; `tags` are the names
    of the folders it lies in and its categories, each once, in that order of the list."""

    url: str
    title: str | None = None
    tags: tuple[str, ...] = ()
    site_url: str | None = None


def read_list(body: bytes) -> tuple[Outline, ...]:
    """Read a list of either kind, told by its look. Raises UsageError where there is no feed in it."""
    text, _ = decode(body, None, [])
    found = read_opml(body) if _LIST.search(text) else read_addresses(text)
    if not found:
        raise UsageError(
            "no feed in this list: give OPML with xmlUrl attributes, or addresses that begin with"
            " http:// or https://, one a line"
        )
    return found


def read_opml(body: bytes) -> tuple[Outline, ...]:
    """Return the feeds of an OPML document in order, one outline an address; () if there is none.

    Documents without head, version or end are read as far as they go. Lists that a list includes
    are not fetched, and not returned. Raises UsageError beyond 20 MB.
    """
    if len(body) > MAX_BYTES:
        raise UsageError(f"the list has {len(body)} bytes; at most {MAX_BYTES} are read: split it")
    text, _ = decode(body, None, [])
    # References instead of letters: the HTML parser below it would guess an encoding.
    read = listparser.parse(text.encode("ascii", "xmlcharrefreplace"))
    sites = _sites(text)
    found: dict[str, Outline] = {}
    for feed in read.get("feeds") or ():
        url = _feed_url(feed.get("url"))
        if url is None:
            continue
        outline = Outline(
            url=url,
            title=_title(feed, url),
            tags=_tags(feed),
            site_url=sites.get(url),
        )
        found[url] = _joined(found[url], outline) if url in found else outline
    return tuple(found.values())


def read_addresses(text: str) -> tuple[Outline, ...]:
    """Return the addresses of a text, one a line; `#` at the beginning or after a blank ends one."""
    lines = (re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip() for line in text.splitlines())
    urls = (_feed_url(line.split()[0]) for line in lines if line)
    return tuple(Outline(url=url) for url in dict.fromkeys(urls) if url)


def write_opml(rows: Iterable[Outline], title: str) -> bytes:
    """Return an OPML 2.0 document in UTF-8 (opml.org/spec2), which `read_opml` reads back.

    Tags are written as categories; a comma or slash in one, which would part it, as a blank.
    """
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<opml version="2.0">',
        f"<head><title>{escape(one_line(title))}</title></head>",
        "<body>",
        *(_line(row) for row in rows),
        "</body>",
        "</opml>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _line(row: Outline) -> str:
    tags = (" ".join(re.sub("[,/]", " ", one_line(tag)).split()) for tag in row.tags)
    name = one_line(row.title or row.url)
    pairs = {
        "text": name,
        "title": name,
        "xmlUrl": row.url,
        "htmlUrl": row.site_url,
        "category": ",".join(f"/{tag}" for tag in tags if tag),
    }
    written = "".join(f' {key}="{escape(value)}"' for key, value in pairs.items() if value)
    return f'<outline type="rss"{written}/>'


def _feed_url(value: object) -> str | None:
    """Return an address to subscribe to; `feed:` before it is what browsers once wrote."""
    url = one_line(value) if isinstance(value, str) else ""
    if url[:5].lower() == "feed:":
        rest = url[5:].lstrip("/")
        url = rest if re.match("https?:", rest, re.IGNORECASE) else f"http://{rest}"
    return url if re.match(r"https?://[^/\s]", url, re.IGNORECASE) else None


def _title(feed: Any, url: str) -> str | None:
    """Return a name that says more than the address."""
    title = one_line(str(feed.get("title") or ""))
    return title if title and title != url else None


def _tags(feed: Any) -> tuple[str, ...]:
    parts = (one_line(str(part)) for path in feed.get("categories") or () for part in path)
    return tuple(dict.fromkeys(part for part in parts if part))


def _sites(text: str) -> dict[str, str]:
    """Return feed address -> home page, which listparser leaves out."""
    found: dict[str, str] = {}
    for match in tags_of(text):
        if match[2].lower() == "outline" and not match[1]:
            attributes = attributes_of(match[3].removesuffix("/"))
            feed, site = (
                _feed_url(attributes.get("xmlurl")),
                one_line(attributes.get("htmlurl", "")),
            )
            if feed and re.match("https?://", site, re.IGNORECASE):
                found.setdefault(feed, site)
    return found


def _joined(one: Outline, other: Outline) -> Outline:
    """Return one outline of two with the same address: a feed may lie in two folders."""
    return replace(
        one,
        title=one.title or other.title,
        tags=tuple(dict.fromkeys(one.tags + other.tags)),
        site_url=one.site_url or other.site_url,
    )
