"""What an article's page shows beside its text, as small values for the template: facts, counters, files, updates."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final
from urllib.parse import urlsplit

from archive.model.kept import Article, Observation, Revision
from archive.output.beside import Beside, File, Owned, length_of
from archive.output.plain import language_tag, web_address
from archive.web.body import Body, body_of
from archive.web.views import Instant, day_alone, instant, number, plural, text_direction

WORDS_A_MINUTE: Final = 238
"""RECORD, counters and reading time: what a reading time is computed with where none is stated."""

_CHARACTERS_A_MINUTE: Final = 500  # of Chinese, Japanese, Korean: the same page
_WITHOUT_SPACES: Final = frozenset({"ja", "ko", "th", "zh"})

_CURVE_WIDTH, _CURVE_TOP, _CURVE_BOTTOM = 100, 2, 22

_LANGUAGES: Final = {
    "ar": "Arabic", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "fy": "Frisian", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "la": "Latin", "nb": "Norwegian",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese",
    "zh": "Chinese",
}  # fmt: skip


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


def kicker(article: Article, *, origin: str) -> tuple[str, ...]:
    """Return what stands over a headline: the feed, the site where it is another, the section."""
    face = article.face
    site = face.site_name or ""
    facts = [origin, "" if site.casefold() == origin.casefold() else site, face.section or ""]
    return tuple(fact for fact in facts if fact)


def facts_of(revision: Revision, beside: Beside, body: Body) -> tuple[str, ...]:
    """Return the facts of a text in words: how long it reads, and what it is made of."""
    facts = [reading_time(revision)]
    if beside.n_parts > 1:
        facts.append(f"in {beside.n_parts} parts")
    if beside.updates:
        facts.append(f"live, {plural(len(beside.updates), 'update')}")
    if body.n_pictures > 1:
        facts.append(f"{body.n_pictures} pictures")
    if beside.languages:
        facts.append(f"partly in {_listed([language_name(tag) for tag in beside.languages])}")
    return tuple(fact for fact in facts if fact)


def reading_time(revision: Revision) -> str:
    """Return how long an article reads: as stated, else as counted, which says so; "" without a text."""
    if revision.reading_minutes:
        return f"{revision.reading_minutes} min read"
    n_words = revision.word_count or 0
    if not n_words:
        return ""
    if (revision.language or "").split("-")[0].lower() in _WITHOUT_SPACES:
        minutes = -(-len(revision.text) // _CHARACTERS_A_MINUTE)
        return f"{number(len(revision.text))} characters, about {minutes} min"
    minutes = -(-n_words // WORDS_A_MINUTE)
    return f"{plural(n_words, 'word')}, about {minutes} min"


def language_name(tag: str) -> str:
    """Return a language's English name; its tag where we have none."""
    return _LANGUAGES.get(tag.split("-")[0].lower(), tag)


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
    facts = [
        file.kind,
        file.format,
        length_of(file.seconds) if file.seconds else "",
        file_size(file.n_bytes) if file.n_bytes else "",
    ]
    return FileLine(
        url=web_address(file.url),
        name=file.title or _file_name(file.url),
        facts=" · ".join(fact for fact in facts if fact),
    )


def file_size(n_bytes: int) -> str:
    """Return a size for people, in decimal units: 180 kB, 1.2 MB."""
    amount = float(n_bytes)
    for unit in ("bytes", "kB", "MB"):
        if amount < 999.5:
            return (
                f"{amount:.1f} {unit}" if unit == "MB" and amount < 9.95 else f"{amount:.0f} {unit}"
            )
        amount /= 1000
    return f"{amount:.1f} GB"


def live(beside: Beside, zone: tzinfo) -> Live | None:
    """Return a live blog's updates; None for an article that is none."""
    if not beside.updates:
        return None
    further = [update for update in beside.updates if not update.is_in_text]
    n_all, n_told = len(beside.updates), len(beside.updates) - len(further)
    match len(further):
        case 0:
            sentence = "The text above has all of them." if n_all > 1 else "The text above has it."
        case n if n == n_all:
            sentence = "Its page told these beside the text above."
        case _:
            has = (
                f"The text above has {'one' if n_told == 1 else number(n_told)} of {number(n_all)}"
            )
            sentence = f"{has}; its page told these besides."
    return Live(
        sentence=sentence,
        updates=tuple(
            Update(
                at=None if update.at is None else instant(update.at, zone),
                title=update.title,
                html=body_of(update.html).html,
            )
            for update in further
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


def _listed(words: Iterable[str]) -> str:
    *most, last = dict.fromkeys(words)
    return f"{', '.join(most)} and {last}" if most else last


def _file_name(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "file"
    return parts.path.rstrip("/").rsplit("/", 1)[-1] or parts.hostname or "file"
