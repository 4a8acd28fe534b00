"""The papers of the sample world: read from `world/`, and what each shows on the first and on the second day.

Every text there is ours; the towns, papers and people do not exist. Pure but for reading those files.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

WORLD = Path(__file__).with_name("world")

ROUNDS = (datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 3, 8, tzinfo=UTC))
"""When the papers are polled. Fixed, and all dates in `world/` lie before them: each run tells the same."""

ORDER = (
    "duinpost",
    "journaal",
    "waddenbode",
    "courier",
    "auenbote",
    "phare",
    "ushio",
    "kanaalkrant",
    "kapot",
    "onderhoud",
)
"""The papers, in the order in which they are shown to people: the sound ones first."""

Format = Literal["rss20", "rss10", "atom10", "json11"]
PageStyle = Literal["header-line", "json-ld", "opengraph", "microdata", "plain"]
Fault = Literal["", "500", "broken", "maintenance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What the second day's telling of an article changes; None or () leaves as it was.

    `changes` are (old, new) pieces of the text, each of which must stand in it; `note` becomes the last paragraph.
    `guid` and `path` re-address the article without touching a word.
    """

    at: datetime | None = None
    title: str | None = None
    changes: tuple[tuple[str, str], ...] = ()
    note: str | None = None
    views: int | None = None
    guid: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article as its file tells it. `round` is the day it first stands in the feed, `drops_out` after the first.

    `wall`: its page shows a consent wall instead. `views` None: the paper shows no count.
    """

    path: str
    section: str
    author: str
    at: datetime
    title: str
    text: str
    guid: str | None = None
    views: int | None = None
    round: int = 1
    drops_out: bool = False
    wall: bool = False
    edit: Edit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Furniture:
    """What stands around every article of a paper and belongs to none."""

    menu: tuple[str, ...]
    related: str
    newsletter: str
    footer: str
    comments: tuple[tuple[str, str], ...] = ()
    consent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article as a paper shows it on one day. `guid` None: the feed states none."""

    path: str
    guid: str | None
    section: str
    author: str
    published_at: datetime
    updated_at: datetime
    title: str
    paragraphs: tuple[str, ...]
    views: int | None
    has_wall: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper. `gives` says whether its feed holds whole texts or first paragraphs.

    `moved_from` is an address that answers 301 with the feed's own; readers know the paper by it.
    """

    slug: str
    name: str
    tagline: str
    language: str
    format: Format
    gives: Literal["text", "summary"]
    page: PageStyle
    feed_path: str
    utc_offset_hours: int
    furniture: Furniture
    moved_from: str | None = None
    fault: Fault = ""
    articles: tuple[Article, ...] = ()

    @property
    def known_path(self) -> str:
        """The path that readers subscribe to."""
        return self.moved_from or self.feed_path

    @property
    def zone(self) -> timezone:
        """The paper's own clock."""
        return timezone(timedelta(hours=self.utc_offset_hours))

    def day(self, instant: datetime) -> date:
        """Return the date of `instant` where the paper is made."""
        return instant.astimezone(self.zone).date()

    def items(self, round_: int) -> tuple[Item, ...]:
        """Return what the feed shows in that round (from 1), newest first."""
        shown = [a for a in self.articles if a.round <= round_ and not (a.drops_out and round_ > 1)]
        shown.sort(key=lambda article: article.at, reverse=True)
        return tuple(_item(article, round_) for article in shown)


def _item(article: Article, round_: int) -> Item:
    edit = article.edit if article.edit and round_ > article.round else Edit()
    text = article.text
    for old, new in edit.changes:
        assert old in text, f"{article.path}: {old!r} is not in the text"
        text = text.replace(old, new)
    paragraphs = tuple(text.strip().split("\n\n"))
    return Item(
        path=edit.path or article.path,
        guid=edit.guid or article.guid,
        section=article.section,
        author=article.author,
        published_at=article.at,
        updated_at=edit.at or article.at,
        title=edit.title or article.title,
        paragraphs=(*paragraphs, edit.note) if edit.note else paragraphs,
        views=edit.views or article.views,
        has_wall=article.wall,
    )


def load_papers(folder: Path = WORLD, slugs: Sequence[str] = ORDER) -> tuple[Paper, ...]:
    """Read the papers. A file with an unknown key or without a needed one raises TypeError or KeyError."""
    return tuple(
        _paper(tomllib.loads((folder / f"{slug}.toml").read_text("utf-8"))) for slug in slugs
    )


def _paper(table: dict[str, Any]) -> Paper:
    furniture, articles = table.pop("furniture"), table.pop("articles", ())
    return Paper(
        furniture=Furniture(**_frozen(furniture)),
        articles=tuple(_article(article) for article in articles),
        **table,
    )


def _article(table: dict[str, Any]) -> Article:
    edit = table.pop("edit", None)
    return Article(edit=Edit(**_frozen(edit)) if edit is not None else None, **table)


def _frozen(table: dict[str, Any]) -> dict[str, Any]:
    """Return the table with tuples for its lists and for the lists in them."""
    return {
        key: _tuple(value) if isinstance(value, list) else value for key, value in table.items()
    }


def _tuple(values: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuple(value) if isinstance(value, list) else value for value in values)
