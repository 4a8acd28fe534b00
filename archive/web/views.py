"""What the templates show, as small pure functions: hits grouped by day, sentences, instants in the reader's zone.

Templates decide nothing beyond "is there one"; what they print has been decided here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from itertools import groupby

from archive.model.kept import (
    FeedRow,
    Found,
    Hit,
    Revision,
    RevisionKind,
    Sighting,
    Snippet,
)
from archive.output.plain import direction, language_tag, shortened

# fmt: off
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)
# fmt: on
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

SICK_STATES = frozenset({"dead", "held", "parked"})

_SAMPLE = 400
"""Characters that tell a text's direction: a headline, or the first lines of a text."""

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff]")
"""Letters of the scripts written from right to left (Unicode 16, Bidi_Class R and AL)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """An instant for a <time> element: for machines, whole, and short."""

    iso: str
    whole: str
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article in a list. `notes` are its further facts, in words."""

    id: str
    title: Snippet
    snippet: Snippet
    at: Instant
    feed: str
    feed_title: str
    lang: str | None
    dir: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The articles of one day, in the order they came."""

    name: str
    iso: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """A feed in the list: `state` in a word, `note` why it is not well."""

    name: str
    title: str
    site_url: str | None
    state: str
    is_sick: bool
    last: Instant | None
    next: Instant | None
    n_articles: str
    note: str


def instant(at: datetime, zone: tzinfo) -> Instant:
    """Return an instant as it is shown in `zone`."""
    there = at.astimezone(zone)
    day = f"{there.day} {MONTHS[there.month - 1]} {there.year}"
    iso = at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    return Instant(iso=iso, whole=f"{day}, {there:%H:%M}", clock=f"{there:%H:%M}")


def day_alone(at: datetime) -> Instant:
    """Return the day in UTC of an instant of which no hour was stated."""
    there = at.astimezone(UTC)
    day = f"{there.day} {MONTHS[there.month - 1]} {there.year}"
    return Instant(iso=f"{there:%Y-%m-%d}", whole=day, clock=day)


def text_direction(text: str, lang: str | None) -> str:
    """Return "rtl" or "ltr" as most letters of a text are written, whatever its feed calls its language.

    A text without letters goes as its language does, "auto" for none.
    """
    letters = [letter for letter in text[:_SAMPLE] if letter.isalpha()]
    if not letters:
        return direction(lang)
    n_right_to_left = len(_RIGHT_TO_LEFT.findall("".join(letters)))
    return "rtl" if n_right_to_left * 2 > len(letters) else "ltr"


def day_name(day: date, today: date) -> str:
    """Return "Today", "Yesterday" or "Tuesday 24 November 2026"."""
    match (today - day).days:
        case 0:
            return "Today"
        case 1:
            return "Yesterday"
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def item(hit: Hit, zone: tzinfo) -> Item:
    """Return a hit as a list shows it."""
    lang = language_tag(hit.language)
    return Item(
        id=hit.id,
        title=hit.title if any(text.strip() for text, _ in hit.title.parts) else _untitled(hit),
        snippet=hit.snippet,
        at=day_alone(hit.effective_at) if hit.is_day else instant(hit.effective_at, zone),
        feed=hit.feed,
        feed_title=hit.feed_title or hit.feed,
        lang=lang,
        dir=text_direction("".join(text for text, _ in hit.title.parts), lang),
        notes=tuple(_notes(hit)),
    )


def _day_of(hit: Hit, zone: tzinfo) -> date:
    return hit.effective_at.astimezone(UTC if hit.is_day else zone).date()


def days(hits: Iterable[Hit], zone: tzinfo, *, now: datetime) -> tuple[Day, ...]:
    """Group hits by day in `zone`, keeping their order."""
    today = now.astimezone(zone).date()
    return tuple(
        Day(
            name=day_name(day, today),
            iso=day.isoformat(),
            items=tuple(item(hit, zone) for hit in group),
        )
        for day, group in groupby(hits, key=lambda hit: _day_of(hit, zone))
    )


def feed_lines(feeds: Iterable[FeedRow], zone: tzinfo) -> tuple[FeedLine, ...]:
    """Return the feeds, those that need a look first."""
    lines = [
        FeedLine(
            name=feed.name,
            title=feed.title,
            site_url=feed.site_url,
            state=state_word(feed),
            is_sick=is_sick(feed),
            last=None if feed.last_poll_at is None else instant(feed.last_poll_at, zone),
            next=None if feed.next_poll_at is None else instant(feed.next_poll_at, zone),
            n_articles=number(feed.n_articles),
            note=feed_note(feed),
        )
        for feed in feeds
    ]
    return tuple(sorted(lines, key=lambda line: (not line.is_sick, line.name)))


def is_sick(feed: FeedRow) -> bool:
    """Tell whether somebody should look at a feed."""
    return feed.state in SICK_STATES or feed.n_failures > 0


def state_word(feed: FeedRow) -> str:
    """Return a feed's state in a word: good, new, failing, or what somebody or something made of it."""
    if feed.state != "active":
        return feed.state
    if feed.n_failures:
        return "failing"
    return "good" if feed.last_good_at is not None else "new"


def feed_note(feed: FeedRow) -> str:
    """Return why a feed is not well, else the reason of its next poll."""
    if feed.n_failures:
        times = "" if feed.n_failures == 1 else f", {number(feed.n_failures)} times in a row"
        return shortened(f"{feed.last_detail or feed.last_reason or 'failed'}{times}", 200)
    return shortened(feed.reasons[0], 200) if feed.reasons else ""


def found_sentence(found: Found) -> str:
    """Say how much was found and how long it took."""
    took = f"{max(1, round(found.elapsed_s * 1_000))} ms"
    if not found.hits:
        return f"Nothing found, in {took}."
    if found.n_total is None:
        return f"{number(len(found.hits))} found on this page, in {took}."
    least = "at least " if found.total_is_bounded else ""
    shown = f"{number(len(found.hits))} of {least}" if found.n_total > len(found.hits) else ""
    return f"{shown}{number(found.n_total)} found, in {took}."


def feeds_sentence(lines: Sequence[FeedLine]) -> str:
    """Say how the feeds are doing."""
    n_sick = sum(line.is_sick for line in lines)
    feeds = "1 feed" if len(lines) == 1 else f"{number(len(lines))} feeds"
    match n_sick:
        case 0:
            return f"{feeds}, none needs a look."
        case 1:
            return f"{feeds}, one needs a look."
    return f"{feeds}, {number(n_sick)} need a look."


def span(seconds: int) -> str:
    """Return a span as it follows the word every: "5 minutes", "hour", "90 seconds"."""
    if seconds % 3_600 == 0:
        return "hour" if seconds == 3_600 else f"{seconds // 3_600} hours"
    if seconds % 60 == 0:
        return "minute" if seconds == 60 else f"{seconds // 60} minutes"
    return f"{seconds} seconds"


def edits_sentence(revisions: Sequence[Revision]) -> str:
    """Say how often a telling was edited by its publisher."""
    n_edits = sum(r.kind in (RevisionKind.SUBSTANTIAL, RevisionKind.MINOR) for r in revisions)
    match n_edits:
        case 0:
            return "Not edited since we first saw it."
        case 1:
            return "Edited once since we first saw it."
    return f"Edited {n_edits} times since we first saw it."


def changed_sentence(n_changed: int, n_words: int, *, is_title_changed: bool) -> str:
    """Say in a sentence how much two revisions differ."""
    if n_changed == 0:
        return "Only the headline changed." if is_title_changed else "No word changed."
    words = f"{number(n_changed)} of {number(n_words)} words changed"
    return f"{words}, and the headline." if is_title_changed else f"{words}."


def sentence(words: str) -> str:
    """Return words as a sentence: errors and notes are written to stand behind a colon."""
    ended = words if words.endswith((".", "?", "!", "…")) else f"{words}."
    return ended[:1].upper() + ended[1:]


def places(sightings: Sequence[Sighting]) -> str:
    """Say in how many feeds an article was seen."""
    n_feeds = len({sighting.feed for sighting in sightings})
    return "in one feed" if n_feeds == 1 else f"in {number(n_feeds)} feeds"


def number(n: int) -> str:
    """Return a count for people: 61,090."""
    return f"{n:,}"


def _untitled(hit: Hit) -> Snippet:
    words = shortened("".join(text for text, _ in hit.snippet.parts), 80)
    return Snippet(parts=((words or "(no title)", False),))


def _notes(hit: Hit) -> Iterable[str]:
    if hit.section:
        yield hit.section
    if hit.reading_minutes:
        yield f"{hit.reading_minutes} min"
    if hit.n_sightings > 1:
        yield f"seen in {hit.n_sightings} places"
    if hit.n_revisions > 1:
        yield "edited"
