"""Where a feed keeps what its document no longer shows: the address of the next older page.

RFC 5005 (archived feeds: prev-archive; paged feeds: next), JSON Feed's `next_url`, HTTP's Link
header, and WordPress, whose feeds are all paged and say so nowhere. Called by `ingest.backfill`.
Pure; linear in the document.
"""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urljoin

from archive.html import attributes_of, tags_of
from ingest.feed.entries import address
from ingest.feed.scan import decode
from ingest.feed.sitemap import unpacked

_ITEMS: Final = ("item", "entry")
_UNSEEN: Final = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_GENERATOR: Final = re.compile(r"<(?:[\w.-]+:)?generator\b([^<>]*)>([^<]{0,200})", re.IGNORECASE)
_PAGED: Final = re.compile(r"(?<=[?&])paged=(\d{1,6})(?=&|\Z)")

# In this order: an archive's pages never change, so they can be relied on before all others.
RELATIONS: Final = ("prev-archive", "next")


def older_page(
    document: bytes,
    url: str,
    content_type: str | None = None,
    *,
    next_url: str | None = None,
    header_links: Sequence[str | None] = (None, None),
) -> str | None:
    """Return the absolute address of the page of older entries, None where there is none to be known.

    `url` is where the document was found; `next_url` what a JSON Feed says; `header_links` the
    answer's own links for each of RELATIONS. Only links of the feed itself count, not of its items.
    """
    text, _ = decode(unpacked(document), content_type, [])
    links = {} if text.lstrip()[:1] == "{" else _links(_UNSEEN.sub("", text))
    for relation, from_header in zip(RELATIONS, header_links, strict=True):
        found = address(links.get(relation), url) or from_header
        if found is not None and re.match("https?:", found, re.IGNORECASE):
            return found
    if next_url is not None:
        return next_url
    return paged(url) if is_wordpress(text) else None


def is_wordpress(text: str) -> bool:
    """Tell whether the feed's generator says WordPress."""
    return any(
        "wordpress" in f"{attributes} {words}".lower()
        for attributes, words in _GENERATOR.findall(_UNSEEN.sub("", text)[:200_000])
    )


def paged(url: str) -> str:
    """Return the address of WordPress's next page: `paged=2` after a feed's own address, then 3, ..."""
    if (stated := _PAGED.search(url)) is not None:
        return f"{url[: stated.start(1)]}{int(stated[1]) + 1}{url[stated.end(1) :]}"
    return f"{url}{'&' if '?' in url else '?'}paged=2"


def is_paged(url: str) -> bool:
    """Tell whether an address is one that `paged` made: its missing is the end, not a broken link."""
    return _PAGED.search(url) is not None


def _links(text: str) -> dict[str, str]:
    """Return the feed's own links by relation, the first of each."""
    found: dict[str, str] = {}
    depth = 0
    base = ""
    for tag in tags_of(text):
        local = tag[2].rpartition(":")[2].lower()
        if local in _ITEMS:
            depth = max(0, depth - 1) if tag[1] else depth + (not tag[3].endswith("/"))
        elif not depth and local == "feed" and not tag[1]:
            base = attributes_of(tag[3]).get("xml:base", "")
        elif not depth and local == "link" and not tag[1]:
            stated = attributes_of(tag[3].removesuffix("/"))
            for relation in stated.get("rel", "").lower().split():
                if relation in RELATIONS and stated.get("href", "").strip():
                    found.setdefault(relation, _joined(base, stated["href"].strip()))
    return found


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return href
