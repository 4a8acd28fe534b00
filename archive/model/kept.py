"""What the archive holds, as read from it: values for `archive.front`, search, output, web and commands.

What a search finds stands in `found`, apart: a search is a process of its own, and making the classes here costs 6 ms.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from archive.model.found import Found as Found
from archive.model.found import Hit as Hit
from archive.model.found import Snippet as Snippet

if TYPE_CHECKING:
    # A search reads no authors: what is stated costs 10 ms of its start.
    from archive.model.stated import Author, Enclosure


class RevisionKind(StrEnum):
    """Why a revision exists. `new`, `substantial` and `minor` are the publisher's; the others never count as edits.

    `page`: its page completed it. `moved`: only its address changed. `reparse`: a newer parser reads it otherwise.
    `hand`: someone corrected it.
    """

    NEW = "new"
    SUBSTANTIAL = "substantial"
    MINOR = "minor"
    PAGE = "page"
    REPARSE = "reparse"
    MOVED = "moved"
    HAND = "hand"


EDITS = frozenset({RevisionKind.SUBSTANTIAL, RevisionKind.MINOR})


class PublicationKind(StrEnum):
    """Why an entry went out (OUTPUT, publications)."""

    NEW = "new"
    BACKLOG = "backlog"
    EDITED = "edited"
    MERGED = "merged"
    SPLIT = "split"
    RESTORED = "restored"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A subscribed feed. `url` is shown only where secrets may be; `address` has none (userinfo and tokens gone)."""

    id: int
    name: str
    url: str
    address: str
    title: str
    state: str
    origin: str
    is_private: bool = False
    publishes: bool = True
    site_url: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    page: str = "auto"
    interval_s: int | None = None
    next_poll_at: datetime | None = None
    last_poll_at: datetime | None = None
    last_good_at: datetime | None = None
    n_failures: int = 0
    last_reason: str | None = None
    last_detail: str | None = None
    n_articles: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One place an article was seen: which feed, under which guid and address, when first and last."""

    id: int
    feed: str
    feed_title: str
    guid: str | None
    url: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    position: int
    rule: str
    variant_id: int
    title: str | None = None
    raw_dates: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A state of one variant, as readers saw it. `number` counts from 1 within the variant."""

    id: int
    variant_id: int
    number: int
    kind: RevisionKind
    first_seen_at: datetime
    title: str
    text: str
    html: str | None
    url: str | None = None
    canonical_url: str | None = None
    language: str | None = None
    authors: "tuple[Author, ...]" = ()
    published_at: datetime | None = None
    published_precision: str | None = None
    modified_at: datetime | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    description: str | None = None
    site_name: str | None = None
    reading_minutes: int | None = None
    word_count: int | None = None
    enclosures: "tuple[Enclosure, ...]" = ()
    provenance: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One reading of a counter."""

    kind: str
    value: int
    stated: str
    source: str
    observed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article with its face: the current revision of its primary variant.

    `id` is the public id (16 characters of base32). `page_note` says what became of its page
    ("consent wall", "not fetched: robots", None when it was read or not wanted).
    """

    id: str
    first_seen_at: datetime
    effective_at: datetime
    face: Revision
    sightings: tuple[Sighting, ...]
    n_revisions: int
    n_variants: int
    is_settled: bool
    counters: tuple[Observation, ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    page_note: str | None = None
    merged_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedEntry:
    """One publication as the renderers take it: everything an entry of the output needs, and nothing of the clock.

    `tombstone` is the survivor's public id for a merged article, "" for a removed one, None otherwise.
    `origin_*` describe the feed of the primary sighting; `via_urls` further public places it was seen.
    """

    seq: int
    kind: PublicationKind
    article_id: str
    updated_at: datetime
    first_seen_at: datetime
    revision: Revision
    origin_name: str
    origin_title: str
    origin_url: str
    origin_site_url: str | None
    origin_updated_at: datetime
    via_urls: tuple[str, ...] = ()
    tombstone: str | None = None
