"""What an article's page shows beside its text, as small values for the template: facts, counters, files, updates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from urllib.parse import urlsplit

from archive.model.kept import Observation, Revision
from archive.output.beside import Beside, File, Owned
from archive.output.facts import file_facts, live_sentence
from archive.output.plain import language_tag, web_address
from archive.web.body import Body, body_of
from archive.web.views import Instant, day_alone, instant, number, text_direction

_CURVE_WIDTH, _CURVE_TOP, _CURVE_BOTTOM = 100, 2, 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One reading of a counter; `stated` is how the page put it."""

    at: Instant
    value: str
    stated: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A counter of a page: its last value, every look at it, and a curve through them ("" for a single look).

    `points` are those of an SVG polyline in a box of 100 by 24; `words` say what the curve shows.
    """

    kind: str
    last: Look
    looks: tuple[Look, ...]
    points: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """A file as a list shows it: its name, and its facts in words (kind, format, length, size)."""

    url: str | None
    name: str
    facts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A section of a live blog that the text above does not have; `html` is fit for a page."""

    at: Instant | None
    title: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A live blog's updates: how many there are, and those that the article's text lacks."""

    sentence: str
    updates: tuple[Update, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Callout:
    """What a reader is told before the text. `href` leads to it, under the words `link`."""

    kind: str
    words: str
    href: str | None = None
    link: str = ""


def callouts(beside: Beside, body: Body, page_note: str | None) -> Iterator[Callout]:
    """Yield what a reader is to know before reading: changes owned to, what is missing, what the address holds."""
    for n, one in enumerate(body.placed, 1):
        words = f"{_whose(one)} by its publisher"
        yield Callout(kind=one.kind, words=words, href=f"#change-{n}", link=f"see the {one.kind}")
    for one in body.unplaced:
        yield Callout(kind=one.kind, words=f"{_whose(one)} by its publisher: “{one.text}”")
    if beside.stub is not None:
        file = file_line(beside.stub)
        holds = f"Its address holds a file, and no page: {file.facts}"
        yield Callout(kind="stub", words=holds, href=file.url, link="open it")
    elif note := page_note or beside.missing:
        yield Callout(kind="page", words=f"Its page: {note}")


def counted(series: Sequence[Observation], zone: tzinfo) -> tuple[Counted, ...]:
    """Return each counter that a page was seen to have, in the order of their first looks."""
    kinds = dict.fromkeys(look.kind for look in series)
    return tuple(
        _counted(kind, [one for one in series if one.kind == kind], zone) for kind in kinds
    )


def file_line(file: File) -> FileLine:
    """Return a file as a list shows it."""
    return FileLine(
        url=web_address(file.url),
        name=file.title or _file_name(file.url),
        facts=file_facts(file),
    )


def live(beside: Beside, zone: tzinfo) -> Live | None:
    """Return a live blog's updates; None for an article that is none."""
    if not beside.updates:
        return None
    return Live(
        sentence=live_sentence(beside),
        updates=tuple(
            Update(
                at=None if update.at is None else instant(update.at, zone),
                title=update.title,
                html=body_of(update.html).html,
            )
            for update in beside.updates
            if not update.is_in_text
        ),
    )


def published(revision: Revision, zone: tzinfo) -> Instant | None:
    """Return when an article was published: a day alone where its source named no hour."""
    at = revision.published_at
    if at is None:
        return None
    return day_alone(at) if revision.published_precision == "day" else instant(at, zone)


def modified(revision: Revision, beside: Beside, zone: tzinfo) -> Instant | None:
    """Return when its publisher changed it; None where that is nowhere stated, or no later than it was published."""
    at = revision.modified_at
    if at is None or at == revision.published_at:
        return None
    return day_alone(at) if beside.is_modified_day else instant(at, zone)


def direction_of(revision: Revision) -> str:
    """Return the direction that an article is read in."""
    return text_direction(f"{revision.title} {revision.text}", language_tag(revision.language))


def _whose(one: Owned) -> str:
    return "Corrected" if one.kind == "correction" else "Updated"


def _counted(kind: str, series: Sequence[Observation], zone: tzinfo) -> Counted:
    looks = tuple(
        Look(at=instant(one.observed_at, zone), value=number(one.value), stated=one.stated)
        for one in series
    )
    first, last = looks[0], looks[-1]
    told = f"{kind}: {last.value} on {last.at.whole}"
    if len(looks) > 1:
        told = f"{kind}: from {first.value} on {first.at.whole} to {last.value} on {last.at.whole}"
    return Counted(kind=kind, last=last, looks=looks, points=_curve(series), words=told)


def _curve(series: Sequence[Observation]) -> str:
    """Return the points of a curve through a series: time to the right, value upwards, the lowest at the foot."""
    if len(series) < 2:
        return ""
    begin = series[0].observed_at
    span = max((series[-1].observed_at - begin).total_seconds(), 1.0)
    low = min(one.value for one in series)
    height = max(one.value for one in series) - low
    return " ".join(
        f"{(one.observed_at - begin).total_seconds() / span * _CURVE_WIDTH:.1f},"
        f"{_CURVE_BOTTOM - (one.value - low) / height * (_CURVE_BOTTOM - _CURVE_TOP) if height else 12:.1f}"
        for one in series
    )


def _file_name(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "file"
    return parts.path.rstrip("/").rsplit("/", 1)[-1] or parts.hostname or "file"
