"""Which feeds a page names: from the page a reader knows to the address to subscribe to.

Called by `ingest.scout` when an address answers with a page instead of a feed. Pure; whether an
address is a feed is for the caller to try.
"""

import re
from collections.abc import Iterator
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


# Where programs put a feed that no page of theirs names, the commonest first: WordPress, Rails and
# Drupal, hand-made sites, Ghost and Jekyll, Hugo. Six requests are what politeness bears.
_COMMON_PATHS: Final = ("/feed", "/rss", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml")
# <target>; parameter; parameter="quoted, with commas" (RFC 8288, 3).
_HEADER_LINK: Final = re.compile(r"<([^<>]*)>((?:[^\",<]|\"(?:[^\"\\]|\\.)*\")*)")
_HEADER_PARAMETER: Final = re.compile(r";\s*([a-zA-Z*-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))")
_MAX_HEADER: Final = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that a page names. `is_declared`: in the head, or the answer's own Link header, as a
    feed; else a link in the text that looks like one."""

    url: str
    title: str | None
    is_declared: bool


def discover(
    body: bytes, url: str, content_type: str | None = None, *, link_header: str = ""
) -> tuple[FoundFeed, ...]:
    """Return the feeds that the page at `url` names, likeliest first, each address once.

    Declared ones come before links in the text, feeds of comments after all others; otherwise in
    the order of the page, whose main feed stands first by custom, and then of `link_header` (the
    Link headers of its answer, joined by commas).
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
    for attributes in _header_links(link_header):
        feed = _declared(attributes, url)
        if feed is not None and not (feed.url in found and found[feed.url].is_declared):
            found[feed.url] = feed
    ordered = sorted(found.values(), key=lambda feed: (_is_of_comments(feed), not feed.is_declared))
    return tuple(ordered[:MAX_FOUND])


def common_addresses(url: str) -> tuple[str, ...]:
    """Return where the site of a page may keep a feed that nothing names: at most six addresses.

    A page below the site's root is a site of its own to many (`/blog/`, `/en/`): it is asked first.
    """
    parts = urlsplit(url)
    below = parts.path.rstrip("/") if "." not in parts.path.rpartition("/")[2] else ""
    paths = [below + path for path in _COMMON_PATHS[:2] if below] + list(_COMMON_PATHS)
    root = f"{parts.scheme}://{parts.netloc}"
    return tuple(root + path for path in paths[: len(_COMMON_PATHS)])


def web_address(url: str) -> str:
    """Return the http address that a `feed:` one means, and any other as it is.

    Both spellings are about: `feed:https://host/path` and `feed://host/path`.
    """
    if url[:5].lower() != "feed:":
        return url
    rest = url[5:].lstrip("/")
    return rest if re.match("https?:", rest, re.IGNORECASE) else f"http://{rest}"


def _header_links(header: str) -> Iterator[dict[str, str]]:
    """Yield the links of a header as the attributes of a link element; not those about another page."""
    for target, parameters in _HEADER_LINK.findall(header[:_MAX_HEADER]):
        stated = {
            name.lower(): quoted or plain
            for name, quoted, plain in reversed(_HEADER_PARAMETER.findall(parameters))
        }
        if "anchor" not in stated:
            yield stated | {"href": target}


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
    is_called_so = attributes.get("href", "").strip()[:5].lower() == "feed:"
    if path is None or not (is_called_so or _FEED_PATH.search(path)):
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
        url = address(urljoin(base, web_address(href.strip())), None)
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
