"""Subscription lists: OPML (and what listparser reads beside it), addresses one a line.

Called by the `feeds import` and `feeds export` commands. Pure: nothing is fetched. OPML is read tag
by tag rather than by an XML parser: lists in the wild are cut, unescaped and half converted, and a
list that is not well-formed is still somebody's only one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from html import escape
from typing import Final
from urllib.parse import urlsplit

import listparser

from archive.errors import UsageError
from archive.html import attributes_of, tags_of
from ingest.clean import one_line
from ingest.feed.discover import web_address
from ingest.feed.scan import decode

# A line of a list has some 300 bytes: room for 60,000 feeds.
MAX_BYTES: Final = 20_000_000
_OPML: Final = re.compile(r"<\s*(?:opml|outline)\b", re.IGNORECASE)
_OTHER_LIST: Final = re.compile(r"<\s*(?:rdf:rdf|gtml)\b", re.IGNORECASE)
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_ADDRESS: Final = re.compile(r"https?://[^/\s?#]", re.IGNORECASE)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# What programs have written as the type of a feed; with it, `url` is as good as `xmlUrl`.
_FEED_TYPES: Final = frozenset({"rss", "rss1", "rss2", "atom", "rdf", "feed", "xml", "pie"})
_LISTS: Final = frozenset({"include", "source"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A subscription as a list states it. `url` begins with http: or https:; `tags` are its
    categories and the names of the folders it lies in, each once; `line` counts from 1."""

    url: str
    title: str | None = None
    tags: tuple[str, ...] = ()
    site_url: str | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A place of a list that should name a feed and does not. `text` is what stands there, cut."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A list as read: its feeds in order, repeats and all, and what could not be read as one."""

    outlines: tuple[Outline, ...]
    bad: tuple[BadLine, ...] = ()


def read_list(body: bytes) -> Listed:
    """Read a list of either kind, told by its look.

    Raises UsageError where there is no feed in it, and beyond 20 MB.
    """
    if len(body) > MAX_BYTES:
        raise UsageError(f"the list has {len(body)} bytes; at most {MAX_BYTES} are read: split it")
    text, _ = decode(body, None, [])
    if _OPML.search(text):
        found = read_opml(text)
    elif _OTHER_LIST.search(text):
        found = _read_other(text)
    else:
        found = read_addresses(text)
    if not found.outlines:
        where = f"; the first bad one is line {found.bad[0].line}" if found.bad else ""
        raise UsageError(
            "no feed in this list: give OPML with xmlUrl attributes, or addresses that begin with"
            f" http:// or https://, one a line{where}"
        )
    return found


def merged(outlines: Iterable[Outline]) -> tuple[tuple[Outline, ...], tuple[Outline, ...]]:
    """Return each feed once, with the tags of all its places, and the repeats that were left out.

    Addresses are compared by `address_key`; of an http and an https one, https stays.
    """
    first: dict[str, Outline] = {}
    repeats: list[Outline] = []
    for outline in outlines:
        key = address_key(outline.url)
        held = first.get(key)
        if held is None:
            first[key] = outline
            continue
        kept, left = held, outline
        if held.url[:6].lower() != "https:" and outline.url[:6].lower() == "https:":
            kept, left = replace(held, url=outline.url), replace(outline, url=held.url)
        first[key] = _joined(kept, left)
        repeats.append(left)
    return tuple(first.values()), tuple(repeats)


def address_key(url: str) -> str:
    """Return what is equal for addresses of one feed: those that differ in the case of scheme or
    host, a default port, an empty path, a fragment, or in http against https.

    The query and the rest stay to the letter: they name what is asked for.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url
    userinfo, at, _ = parts.netloc.rpartition("@")
    host = (parts.hostname or "").rstrip(".")
    if port not in (None, _DEFAULT_PORTS.get(parts.scheme)):
        host += f":{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{userinfo}{at}{host}{parts.path or '/'}{query}"


# -- reading -----------------------------------------------------------------------------------


def read_opml(text: str) -> Listed:
    """Return the feeds of an OPML document, 1.0 to 2.0, as far as it goes.

    Folders and `category` are tags. Lists that a list includes are not fetched, and told.
    """
    text = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    outlines: list[Outline] = []
    bad: list[BadLine] = []
    folders: list[str] = []
    line, position = 1, 0
    for tag in tags_of(text):
        if tag[2].lower() != "outline":
            continue
        line += text.count("\n", position, tag.start())
        position = tag.start()
        if tag[1]:
            del folders[-1:]
            continue
        is_empty = tag[3].endswith("/")
        stated = attributes_of(tag[3].removesuffix("/"))
        address, reason = _address_of(stated, is_empty=is_empty)
        folder = ""
        if reason:
            bad.append(BadLine(line=line, text=_shown(stated, address), reason=reason))
        elif address:
            outlines.append(_outline(stated, address, folders, line))
        else:
            folder = _name_of(stated)
        if not is_empty:
            folders.append(folder)
    return Listed(outlines=tuple(outlines), bad=tuple(bad))


def read_addresses(text: str) -> Listed:
    """Return the addresses of a text, one a line; `#` at the beginning or after a blank ends one.

    Words before an address (a title) are passed over.
    """
    outlines: list[Outline] = []
    bad: list[BadLine] = []
    for number, line in enumerate(_LINE_END.split(text.lstrip("\ufeff")), start=1):
        words = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].split()
        url = next((url for word in words if (url := _feed_url(word))), None)
        if url is not None:
            outlines.append(Outline(url=url, line=number))
        elif words:
            reason = "no address that begins with http:// or https://"
            bad.append(BadLine(line=number, text=" ".join(words)[:80], reason=reason))
    return Listed(outlines=tuple(outlines), bad=tuple(bad))


def _read_other(text: str) -> Listed:
    """Read the lists that are no OPML: RDF (FOAF) and iGoogle's."""
    # References instead of letters: the HTML parser below it would guess an encoding.
    read = listparser.parse(text.encode("ascii", "xmlcharrefreplace"))
    outlines: list[Outline] = []
    for feed in read.get("feeds") or ():
        if (url := _feed_url(str(feed.get("url")))) is not None:
            title = one_line(str(feed.get("title") or ""))
            outlines.append(Outline(url=url, title=title if title != url else None))
    return Listed(outlines=tuple(outlines))


def _address_of(stated: dict[str, str], *, is_empty: bool) -> tuple[str | None, str]:
    """Return the address that an outline states, None for a folder, and why it cannot be used."""
    kind = one_line(stated.get("type", "")).lower()
    if kind in _LISTS:
        return stated.get("url") or stated.get("xmlurl"), "a list that this one includes"
    address = one_line(stated.get("xmlurl", ""))
    if not address and (kind in _FEED_TYPES or (not kind and is_empty)):
        address = one_line(stated.get("url", ""))
    if address:
        url = _feed_url(address)
        return (url, "") if url else (address, "no address that begins with http:// or https://")
    if kind in _FEED_TYPES or "xmlurl" in stated:
        return None, "a feed without xmlUrl"
    return None, ""


def _outline(stated: dict[str, str], url: str, folders: Iterable[str], line: int) -> Outline:
    title, site = _name_of(stated), one_line(stated.get("htmlurl", ""))
    parts = re.split("[,/]", stated.get("category", ""))
    tags = (one_line(tag) for tag in (*parts, *folders))
    return Outline(
        url=url,
        title=title if title and title != url else None,
        tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
        site_url=site if _ADDRESS.match(site) else None,
        line=line,
    )


def _name_of(stated: dict[str, str]) -> str:
    return one_line(stated.get("text", "")) or one_line(stated.get("title", ""))


def _shown(stated: dict[str, str], address: str | None) -> str:
    return one_line(address or "")[:80] or _name_of(stated)[:80] or "an outline without a name"


def _feed_url(value: str) -> str | None:
    """Return an address to subscribe to, None for anything else."""
    url = web_address(one_line(value))
    return url if _ADDRESS.match(url) else None


def _joined(one: Outline, other: Outline) -> Outline:
    """Return one outline of two of the same feed: it may lie in two folders."""
    return replace(
        one,
        title=one.title or other.title,
        tags=tuple(dict.fromkeys(one.tags + other.tags)),
        site_url=one.site_url or other.site_url,
    )


# -- writing -----------------------------------------------------------------------------------


def write_opml(rows: Iterable[Outline], title: str) -> bytes:
    """Return an OPML 2.0 document in UTF-8 (opml.org/spec2), which `read_list` reads back.

    A feed with tags lies in the folder of its first, since many readers know folders alone, and
    names them all as categories. A comma or slash in a tag, which would part it, becomes a blank.
    """
    folders: dict[str, list[str]] = {"": []}
    for row in rows:
        tags = [tag for each in row.tags if (tag := _tag(each))]
        folders.setdefault(tags[0] if tags else "", []).append(_line(row, tags))
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<opml version="2.0">',
        f"<head><title>{escape(one_line(title))}</title></head>",
        "<body>",
        *(line for folder, held in folders.items() for line in _folder(folder, held)),
        "</body>",
        "</opml>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _folder(name: str, lines: list[str]) -> Iterator[str]:
    if not name:
        yield from lines
        return
    yield f'<outline text="{escape(name)}" title="{escape(name)}">'
    yield from (f"  {line}" for line in lines)
    yield "</outline>"


def _line(row: Outline, tags: Iterable[str]) -> str:
    name = one_line(row.title or row.url)
    pairs = {
        "text": name,
        "title": name,
        "xmlUrl": row.url,
        "htmlUrl": row.site_url,
        "category": ",".join(f"/{tag}" for tag in tags),
    }
    written = "".join(f' {key}="{escape(value)}"' for key, value in pairs.items() if value)
    return f'<outline type="rss"{written}/>'


def _tag(tag: str) -> str:
    return " ".join(re.sub("[,/]", " ", one_line(tag)).split())
