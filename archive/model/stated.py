"""What a source states: a feed's entries, an article page. Nothing here has been decided yet.

Made by `ingest.feed` and `ingest.page`, taken by `archive.store.deposit`. All text in these values is free of
NUL, lone surrogates and characters that XML forbids; all html has passed `archive.html`'s allow-list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


def must_be_aware(name: str, value: datetime | None) -> None:
    """Raise ValueError for a datetime without a zone."""
    if value is not None and value.tzinfo is None:
        raise ValueError(f"{name} must carry a time zone, got {value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """A person or agency as stated; `name` is never empty."""

    name: str
    email: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that goes with an entry (RSS enclosure, Atom rel=enclosure, media:content). `url` is absolute."""

    url: str
    type: str | None = None
    length_bytes: int | None = None
    duration_s: int | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed document, as stated.

    `guid` is the stated one, else the link, else a digest of title, date and text; `guid_stated` is None where it
    was computed. `html` is the fullest body, `summary_html` a separate shorter one; `text` is the plain text of
    `html`, or of `summary_html` where there is no body (paragraphs parted by a newline; never None).
    `title` is plain text, "" where none was stated. `digest` (16 bytes) is of the item's own bytes as
    `ingest.feed.slices` cut them, or of its parsed values where the document was not cut. `position` counts
    from 0 in document order. `date_source` names the field and the way it was read ("published rfc822");
    `raw_dates` are (field, text as stated). `summary_only`: the feed offered nothing but a summary element.
    """

    guid: str
    guid_stated: str | None
    url: str | None
    title: str
    text: str
    position: int
    digest: bytes
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

    def __post_init__(self) -> None:
        must_be_aware("published_at", self.published_at)
        must_be_aware("updated_at", self.updated_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedEntry:
    """An item that could not be kept as an entry, and why. `position` is -1 when many are counted at once."""

    position: int
    reason: str
    n_entries: int = 1
    guid: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document, parsed.

    `seen` holds (digest, position) of items that stood in the document and whose digest was in `known`: they were
    not parsed again. `entries` are the others, in document order. `format` is feedparser's name ("rss20",
    "atom10", "rss10", ...) or "json11"/"json10". `more_from` is the first item index that this call left for
    another one (its `first`), None when nothing was left. `n_items` counts all items of the document.
    `child_urls` are the documents that a sitemap index leads to, the ones to ask first in front; it has no
    items of its own.
    """

    format: str
    entries: tuple[Entry, ...]
    n_items: int
    seen: tuple[tuple[bytes, int], ...] = ()
    rejected: tuple[RejectedEntry, ...] = ()
    title: str | None = None
    site_url: str | None = None
    self_url: str | None = None
    hub_urls: tuple[str, ...] = ()
    language: str | None = None
    icon_url: str | None = None
    ttl_s: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    next_page_url: str | None = None
    child_urls: tuple[str, ...] = ()
    encoding: str | None = None
    warnings: tuple[str, ...] = ()
    more_from: int | None = None


class CounterKind(StrEnum):
    """What a page counts about itself."""

    VIEWS = "views"
    COMMENTS = "comments"
    SHARES = "shares"
    LIKES = "likes"
    BOOKMARKS = "bookmarks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A counter as a page showed it: an observation, never a revision. `stated` is the text it was read from."""

    kind: CounterKind
    value: int
    stated: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One stated value of one field, chosen or not. `value` is JSON-ready (str, int, list of str)."""

    field: str
    source: str
    stated: str
    value: object


class WallKind(StrEnum):
    """What stood before the article instead of it (RECORD, Walls)."""

    CHALLENGE = "challenge"
    CONSENT = "consent"
    LOGIN = "login"
    SCRIPT = "script"
    MISSING = "missing"
    PAYWALL = "paywall"
    UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """A wall and the marker that gave it away."""

    kind: WallKind
    marker: str


class Precision(StrEnum):
    """How much of an instant was stated. A day's instant is 00:00 UTC of that date."""

    MINUTE = "minute"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A dated section of a live blog: of linked data (LiveBlogPosting), or as the page shows it."""

    at: datetime | None
    title: str | None
    html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderPiece:
    """One piece of the line around a headline, in the order shown, and what it was taken for.

    `read_as` is a field of ArticlePage, a counter's kind, "button", or "" for what was not read. `value` is JSON-ready.
    """

    text: str
    read_as: str = ""
    value: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """What one article page says. None or () where nothing is known; never a guess without a source.

    `text` is the blocks of `html` joined by newlines, captions left out. `provenance` maps a field to the source
    of its chosen value, `claims` holds every stated value. `robots` are the page's own directives
    ("noarchive", "nosnippet", ...). `reading_minutes` is as stated, else computed (provenance tells).
    An instant has the offset of the place it was written in, where that is known: its day is the publisher's day.
    `language_parts` are (language, words) of the blocks that state another language than the page.
    `header_line` is for whoever writes a site rule: its values are among the fields, and it is not kept.
    """

    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_precision: Precision | None = None
    modified_at: datetime | None = None
    modified_precision: Precision | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    language_parts: tuple[tuple[str, str], ...] = ()
    text: str | None = None
    html: str | None = None
    image_url: str | None = None
    site_name: str | None = None
    canonical_url: str | None = None
    description: str | None = None
    word_count: int | None = None
    reading_minutes: int | None = None
    counters: tuple[Counter, ...] = ()
    view_count: int | None = None
    wall: Wall | None = None
    robots: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    next_page_url: str | None = None
    updates: tuple[Update, ...] = ()
    header_line: tuple[HeaderPiece, ...] = ()
    claims: tuple[Claim, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
