"""Renders publications as an Atom document: RFC 4287, tombstones of RFC 6721, the marks of RFC 5005.

Pure: the same values give the same bytes, on any machine and at any time. What stands in the document is decided in
`document`; which values an entry has was decided when it was published (`archive.store.settle`).

Choices that readers taught (OUTPUT): the title is `type="html"` only where it holds markup characters and never
xhtml; an entry always names an author, because most readers drop `source`; `source` comes last, because a large
service took its title and link for the entry's; no counter of any kind, because readers compare bodies.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Final

from archive import __version__
from archive.html import legal
from archive.model.kept import PublishedEntry, Revision
from archive.model.stated import Author, Enclosure
from archive.output.document import (
    FeedFacts,
    Filled,
    fill,
    fill_whole,
    latest,
    standing,
    updated_at,
)
from archive.output.plain import (
    address_of,
    html_of,
    language_tag,
    one_line,
    rfc3339,
    summary_of,
    title_of,
    web_address,
)

MEDIA_TYPE: Final = "application/atom+xml; charset=utf-8"

ATOM: Final = "http://www.w3.org/2005/Atom"
TOMBSTONE: Final = "http://purl.org/atompub/tombstones/1.0"
HISTORY: Final = "http://purl.org/syndication/history/1.0"
XHTML: Final = "http://www.w3.org/1999/xhtml"

_ABOUT: Final = (
    "This is a web feed: paste its address into a feed reader, and new articles come to you."
)


def render(entries: Iterable[PublishedEntry], *, feed: FeedFacts) -> bytes:
    """Return the Atom document of `entries`, UTF-8.

    Of several publications of one article the last stands (highest seq first, tombstones before entries). A
    subscription document is filled to its size; an archive page (`feed.is_archive_page`) holds all it is given.
    """
    return render_filled(entries, feed=feed)[0]


def render_filled(
    entries: Iterable[PublishedEntry], *, feed: FeedFacts
) -> tuple[bytes, tuple[PublishedEntry, ...]]:
    """Return the document's bytes and the publications that stand in it, in its order."""
    if feed.is_archive_page:
        filled = fill_whole(latest(entries), whole=lambda entry: _entry(entry, feed, is_whole=True))
    else:
        filled = fill(
            standing(entries),
            # The instant in it has a fixed width, so the size does not depend on what follows.
            n_head_bytes=len(_head(feed, ())) + len(_FOOT),
            whole=lambda entry: _entry(entry, feed, is_whole=True),
            short=lambda entry: _entry(entry, feed, is_whole=False),
        )
    return b"".join((_head(feed, filled.entries), *_in_order(filled), _FOOT)), filled.entries


def _in_order(filled: Filled) -> Iterator[bytes]:
    """Yield the parts, tombstones first: RFC 4287's grammar wants foreign elements before any entry."""
    parts = zip(filled.entries, filled.parts, strict=True)
    for _, part in sorted(parts, key=lambda pair: pair[0].tombstone is None):
        yield part


_FOOT: Final = b"</feed>\n"


def _head(feed: FeedFacts, entries: Sequence[PublishedEntry]) -> bytes:
    lines = ['<?xml version="1.0" encoding="utf-8"?>']
    if feed.style_url is not None:
        lines.append(f'<?xml-stylesheet type="text/css" href="{_attribute(feed.style_url)}"?>')
    lines.append(f'<feed xmlns="{ATOM}" xmlns:at="{TOMBSTONE}" xmlns:fh="{HISTORY}">')
    lines += _feed_elements(feed, entries)
    return ("\n".join(lines) + "\n").encode("utf-8")


def _feed_elements(feed: FeedFacts, entries: Sequence[PublishedEntry]) -> Iterator[str]:
    yield _element("id", feed.id)
    yield _element("title", one_line(feed.title))
    yield _subtitle(feed)
    yield _element("updated", rfc3339(updated_at(entries, feed)))
    yield _link("self", feed.self_url, type=MEDIA_TYPE.split(";")[0])
    yield _link("alternate", feed.page_url, type="text/html")
    if not feed.is_archive_page:  # whose bytes never change again
        for url in feed.hub_urls:
            yield _link("hub", url)
    for rel, neighbour in (
        ("current", feed.current_url),
        ("prev-archive", feed.previous_url),
        ("next-archive", feed.next_url),
    ):
        if neighbour is not None:
            yield _link(rel, neighbour, type=MEDIA_TYPE.split(";")[0])
    yield _element("generator", "newsarchive", {"version": __version__})
    if feed.icon_url is not None:
        yield _element("icon", feed.icon_url)
    if feed.is_archive_page:
        yield "<fh:archive/>"


def _subtitle(feed: FeedFacts) -> str:
    """Return words for who opens the document in a browser, with a link that works there."""
    link = f'<a href="{_attribute(feed.page_url)}">Read these articles as a page</a>'
    return f'<subtitle type="xhtml"><div xmlns="{XHTML}">{_ABOUT} {link}.</div></subtitle>'


def _entry(entry: PublishedEntry, feed: FeedFacts, *, is_whole: bool) -> bytes:
    if entry.tombstone is not None:
        lines = _deleted(entry, feed)
    else:
        lines = _entry_elements(entry, feed, is_whole=is_whole)
    return ("\n".join(lines) + "\n").encode("utf-8")


def _entry_elements(entry: PublishedEntry, feed: FeedFacts, *, is_whole: bool) -> Iterator[str]:
    """Yield the elements of an entry, in OUTPUT's order."""
    revision = entry.revision
    url = address_of(revision)
    yield "<entry>"
    yield _element("id", feed.id_of(entry.article_id))
    yield _words("title", title_of(revision))
    yield _link("alternate", url or feed.page_of(entry.article_id), type="text/html")
    yield from _authors(revision.authors, entry.origin_title or entry.origin_name)
    yield _element("published", rfc3339(revision.published_at or entry.first_seen_at))
    yield _element("updated", rfc3339(entry.updated_at))
    yield from _categories(entry)
    yield from _bodies(revision, is_whole=is_whole)
    yield from _vias(entry.via_urls, url)
    for enclosure in revision.enclosures:
        yield from _enclosure(enclosure)
    yield from _source(entry)
    yield "</entry>"


def _authors(authors: Sequence[Author], otherwise: str) -> Iterator[str]:
    named = [(one_line(author.name), web_address(author.url)) for author in authors]
    for name, url in [(name, url) for name, url in named if name] or [(one_line(otherwise), None)]:
        uri = _element("uri", url) if url is not None else ""
        yield f"<author>{_element('name', name)}{uri}</author>"


def _categories(entry: PublishedEntry) -> Iterator[str]:
    """Yield the feed's name, then the section, then the tags, each once whatever its case."""
    seen = {entry.origin_name.casefold()}
    yield _empty("category", term=entry.origin_name, label=one_line(entry.origin_title) or None)
    for stated in (entry.revision.section or "", *entry.revision.tags):
        term = one_line(stated)
        if term and term.casefold() not in seen:
            seen.add(term.casefold())
            yield _empty("category", term=term)


def _bodies(revision: Revision, *, is_whole: bool) -> Iterator[str]:
    summary = summary_of(revision)
    if summary:
        yield _words("summary", summary)
    body = html_of(revision) if is_whole else ""
    if body:
        language = language_tag(revision.language)
        yield _element("content", body, {"type": "html", "xml:lang": language})


def _vias(urls: Sequence[str], url: str | None) -> Iterator[str]:
    for via in dict.fromkeys(filter(None, map(web_address, urls))):
        if via != url:
            yield _link("via", via, type="text/html")


def _enclosure(enclosure: Enclosure) -> Iterator[str]:
    url = web_address(enclosure.url)
    if url is None:
        return
    n_bytes = enclosure.length_bytes
    yield _link(
        "enclosure",
        url,
        type=_media_type(enclosure.type),
        title=one_line(enclosure.title or "") or None,
        length=None if n_bytes is None or n_bytes < 0 else str(n_bytes),
    )


def _media_type(stated: str | None) -> str | None:
    """Return a media type that has the form of one (RFC 4287, atomMediaType), None otherwise."""
    kind, slash, subtype = (stated or "").strip().partition("/")
    return f"{kind}/{subtype}" if kind and slash and subtype and " " not in kind + subtype else None


def _source(entry: PublishedEntry) -> Iterator[str]:
    """Yield where the article comes from. The origin's id is the address it was first subscribed under."""
    yield "<source>"
    yield _element("id", entry.origin_url)
    yield _element("title", one_line(entry.origin_title or entry.origin_name))
    origin_url = web_address(entry.origin_url)
    if origin_url is not None:
        yield _link("self", origin_url)
    site_url = web_address(entry.origin_site_url)
    if site_url is not None:
        yield _link("alternate", site_url, type="text/html")
    yield _element("updated", rfc3339(entry.origin_updated_at))
    yield "</source>"


def _deleted(entry: PublishedEntry, feed: FeedFacts) -> Iterator[str]:
    """Yield a tombstone (RFC 6721); of a merged article it links to the survivor, whose face it carries."""
    ref, when = _attribute(feed.id_of(entry.article_id)), rfc3339(entry.updated_at)
    yield f'<at:deleted-entry ref="{ref}" when="{when}">'
    if entry.tombstone:
        survivor = feed.id_of(entry.tombstone)
        yield f"<at:comment>{_text(f'This is the same article as {survivor}.')}</at:comment>"
        url = address_of(entry.revision) or feed.page_of(entry.tombstone)
        yield _link("alternate", url, type="text/html")
    yield "</at:deleted-entry>"


def _words(name: str, words: str) -> str:
    """Return a text construct: plain, and html only where a reader that guesses would take it for html."""
    if "<" in words or "&" in words:
        return _element(name, escape(words, quote=False), {"type": "html"})
    return _element(name, words)


def _link(rel: str, url: str, **attributes: str | None) -> str:
    return _empty("link", rel=rel, href=url, **attributes)


def _empty(name: str, **attributes: str | None) -> str:
    return f"<{name}{_written(attributes)}/>"


def _element(name: str, text: str, attributes: Mapping[str, str | None] | None = None) -> str:
    return f"<{name}{_written(attributes or {})}>{_text(text)}</{name}>"


def _written(attributes: Mapping[str, str | None]) -> str:
    return "".join(
        f' {name}="{_attribute(value)}"' for name, value in attributes.items() if value is not None
    )


def _text(text: str) -> str:
    # A bare CR would come back as LF (XML 1.0, 2.11), so bytes would not survive a round trip.
    return escape(legal(text.replace("\r\n", "\n").replace("\r", "\n")), quote=False)


def _attribute(text: str) -> str:
    return escape(one_line(text))
