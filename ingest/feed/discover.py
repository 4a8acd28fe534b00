"""Which feeds a page names: from the page a reader knows to the address to subscribe to.

Called by `feeds add` when its address answers with a page instead of a feed. Pure; whether an
address is a feed is for the caller to try.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from archive.html import attributes_of, tags_of
from ingest.clean import one_line
from ingest.feed.entries import address
from ingest.feed.scan import decode

# Pages name their feeds in the head; links in the text come within the first part of it.
MAX_BYTES: Final = 3_000_000
MAX_FOUND: Final = 50
_TYPES: Final = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/x-rss+xml",
    "application/x-atom+xml",
    "text/xml",
    "application/xml",
    "application/json",
)
# What the path of a feed's address looks like; only for links in the text, which say no type.
_FEED_PATH: Final = re.compile(
    r"(?:^|/)(?:rss|atom|feeds?)(?:/|$)|(?:^|[/._-])(?:rss|atom|feed|index)\.(?:xml|rss|rdf|atom|json)$"
    r"|\.(?:rss|atom|rdf)$",
    re.IGNORECASE,
)
_COMMENTS: Final = re.compile(
    r"comments?(?:/|$|\s)|reacties|kommentare|commentaires", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that a page names. `is_declared`: in the head, as a feed; else a link that looks like one."""

    url: str
    title: str | None
    is_declared: bool


def discover(body: bytes, url: str, content_type: str | None = None) -> tuple[FoundFeed, ...]:
    """Return the feeds that the page at `url` names, likeliest first, each address once.

    Declared ones come before links in the text, feeds of comments after all others; otherwise in
    the order of the page, whose main feed stands first by custom.
    """
    html, _ = decode(body[:MAX_BYTES], content_type, [])
    base = url
    found: dict[str, FoundFeed] = {}
    for tag in tags_of(html):
        name = tag[2].lower()
        if tag[1] or name not in ("base", "link", "a"):
            continue
        attributes = attributes_of(tag[3].removesuffix("/"))
        if name == "base":
            base = _joined(url, attributes.get("href", "")) or base
            continue
        feed = _declared(attributes, base) if name == "link" else _linked(attributes, base)
        if feed is not None and (
            feed.url not in found or feed.is_declared > found[feed.url].is_declared
        ):
            found[feed.url] = feed
    ordered = sorted(found.values(), key=lambda feed: (_is_of_comments(feed), not feed.is_declared))
    return tuple(ordered[:MAX_FOUND])


def _declared(attributes: dict[str, str], base: str) -> FoundFeed | None:
    relations = attributes.get("rel", "").lower().split()
    kind = attributes.get("type", "").partition(";")[0].strip().lower()
    if "feed" not in relations and not ("alternate" in relations and kind in _TYPES):
        return None
    if kind == "application/json" and "wp-json" in attributes.get("href", ""):
        return None  # WordPress names its programming interface so
    return _feed(attributes, base, is_declared=True)


def _linked(attributes: dict[str, str], base: str) -> FoundFeed | None:
    path = _path_of(_joined(base, attributes.get("href", "")))
    if path is None or not _FEED_PATH.search(path):
        return None
    return _feed(attributes, base, is_declared=False)


def _feed(attributes: dict[str, str], base: str, *, is_declared: bool) -> FoundFeed | None:
    url = _joined(base, attributes.get("href", ""))
    if url is None:
        return None
    title = one_line(attributes.get("title", "")) or None
    return FoundFeed(url=url, title=title, is_declared=is_declared)


def _joined(base: str, href: str) -> str | None:
    if not href.strip():
        return None
    try:
        url = address(urljoin(base, href.strip()), None)
    except ValueError:
        return None
    return url.partition("#")[0] if url and re.match("https?:", url, re.IGNORECASE) else None


def _path_of(url: str | None) -> str | None:
    """Return the path of an address, None where there is none to speak of."""
    try:
        return urlsplit(url).path if url else None
    except ValueError:
        return None


def _is_of_comments(feed: FoundFeed) -> bool:
    return bool(_COMMENTS.search(feed.url) or _COMMENTS.search(feed.title or ""))
