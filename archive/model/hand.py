"""What people decide about articles by hand, as values: for `archive.store.hand`, `undo` and their commands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

TAGGED: Final = "tagged"
UNTAGGED: Final = "untagged"
"""Tags that a person put on an article or took off it: beside those its sources state, which go on to count."""


class HandVerdict(StrEnum):
    """What a person decided of two sightings, or of the stories they belong to (`hand_links.verdict`)."""

    MUST = "must"  # one article
    MUST_NOT = "must_not"  # two articles
    RELATED = "related"  # two articles on one story
    UNLINKED = "unlinked"  # two articles that have nothing to do with one another


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An article as a command speaks of it: its whole public id and its headline."""

    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandChange:
    """What a decision by hand changed.

    `kept` is the article that goes on under its id, `other` the one that was merged into it, split from it, or that
    it is or is not related to. Counted are the sightings, tellings and revisions that are another article's now;
    `n_void` revisions no longer follow from what their telling has left; `n_articles` is counted where many were set
    or tagged at once, of which `kept` is the first, and `n_feeds` where it was about feeds, which are named by their
    name and their state. `undo` is the number by which it is taken back. Where it was so
    already, nothing is counted and `is_changed` is False.
    """

    command: str
    kept: Named
    other: Named
    n_sightings: int = 0
    n_variants: int = 0
    n_revisions: int = 0
    n_void: int = 0
    is_changed: bool = True
    undo: int | None = None
    n_articles: int = 0
    n_feeds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoable:
    """A command of which the archive keeps how it is taken back. `blocked` says why it cannot be, None if it can."""

    number: int
    command: str
    who: str
    done_at: datetime
    blocked: str | None = None
