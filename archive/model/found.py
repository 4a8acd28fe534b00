"""What a search finds: values for the commands, the pages and programs. Also importable from `kept`."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """Text around a hit: `parts` are (text, is_marked) in order."""

    parts: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One article found. `title` and `snippet` are marked on their original spelling.

    `superseded_at`: when another revision took the place of the one found, where older ones were searched.
    `is_day`: of `effective_at` the day alone was stated (UTC); its hour, noon, is for ordering.
    """

    id: str
    title: Snippet
    snippet: Snippet
    feed: str
    feed_title: str
    url: str | None
    effective_at: datetime
    first_seen_at: datetime
    language: str | None
    section: str | None
    reading_minutes: int | None
    n_sightings: int
    n_revisions: int
    score: float | None = None
    revision: int | None = None
    superseded_at: datetime | None = None
    is_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer to a query. `next_page` is a token or None; `notes` say what was bounded, cut or folded."""

    hits: tuple[Hit, ...]
    n_total: int | None = None
    total_is_bounded: bool = False
    next_page: str | None = None
    elapsed_s: float = 0.0
    notes: tuple[str, ...] = ()
