"""What an article's page says beside its text: changes it owns to, a live blog's updates, parts, files. Pure.

What `show` and the pages need of the statements behind a revision, in one form; how it looks is theirs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from archive.html import clean
from archive.identity.folding import words_in
from archive.identity.likeness import coverage, shingles_of
from archive.model.kept import Revision
from archive.model.stated import Precision
from archive.output.plain import address_of, one_line
from archive.record import Source, Statement

if TYPE_CHECKING:
    from archive.model.stated import Enclosure
    from archive.store.told import Told

OWNED: Final = ("correction", "update")
"""Claims by which a page owns to a change of its own."""

IS_SHOWN: Final = 0.5
"""Of an update's four-word runs: then the article's text has it, as `ingest.page.live` counts it too."""

_IS_TOLD: Final = 0.6  # of a description's three-word runs: then the text says it already


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A line by which a page owns to a change; `kind` is correction or update."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A dated section of a live blog. `html` is clean; `is_in_text`: the article's own text has it too."""

    at: datetime | None
    title: str
    text: str
    html: str
    is_in_text: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that goes with an article. `kind` is a word for people: audio, video, PDF, picture, file.

    `format` is its short name ("MP3") where the kind does not say it.
    """

    url: str
    kind: str
    format: str = ""
    n_bytes: int | None = None
    seconds: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """All of it. `stub` is the file that the article's address holds in place of a page; it is not among `files`.

    `n_parts` counts the pages that the text was joined from, `missing` says which further one did not come.
    `languages` are those of blocks in another language than the article. `is_modified_day`: of the day of its change
    no hour is known.
    """

    owned: tuple[Owned, ...] = ()
    updates: tuple[Section, ...] = ()
    n_parts: int = 1
    missing: str | None = None
    languages: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    stub: File | None = None
    description: str = ""
    is_modified_day: bool = False


def beside_of(revision: Revision, told: "Told") -> Beside:
    """Return what stands beside the text of `revision`; `told` is what it was made from."""
    page = page_of(told)
    files = tuple(_file_of(enclosure) for enclosure in revision.enclosures)
    addresses = {revision.url, revision.canonical_url}
    stub = next((file for file in files if file.url in addresses), None)
    beside = Beside(
        files=tuple(file for file in files if file is not stub),
        stub=stub,
        description=_description(revision),
    )
    if page is None:
        return beside
    n_parts, missing = _parts_of(page)
    return replace(
        beside,
        owned=tuple(
            Owned(kind=claim.field, text=one_line(claim.stated))
            for claim in page.claims
            if claim.field in OWNED
        ),
        updates=tuple(_updates_of(page, revision)),
        n_parts=n_parts,
        missing=missing,
        languages=_languages_of(page),
        is_modified_day=page.modified_precision is Precision.DAY
        and page.modified_at == revision.modified_at,
    )


def page_of(told: "Told") -> Statement | None:
    """Return the newest statement of the article's page; None where it was found to be about something else."""
    pages = [one for one in told.statements if one.statement.source is Source.PAGE]
    if not pages:
        return None
    is_refused = not pages[-1].is_used and any(note.startswith("page: ") for note in told.notes)
    return None if is_refused else pages[-1].statement


def length_of(seconds: int) -> str:
    """Return the length of a sound or film as players show it: 0:41, 12:34, 1:02:03."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


# ---- live blogs ---------------------------------------------------------------------------------


def _updates_of(page: Statement, revision: Revision) -> Iterator[Section]:
    said = _runs(revision.text, 4)
    for update in _dicts(page.extra.get("updates")):
        text, title = str(update.get("text") or ""), one_line(str(update.get("title") or ""))
        runs = _runs(text, 4)
        yield Section(
            at=_instant(update.get("at")),
            title=title,
            text=text,
            html=_html_of(update, text, address_of(revision)),
            is_in_text=coverage(runs, said) >= IS_SHOWN or (bool(text) and text in revision.text),
        )


def _html_of(update: Mapping[str, Any], text: str, base_url: str | None) -> str:
    """Return an update's html; of one that was kept without it, paragraphs."""
    stated = update.get("html")
    if not isinstance(stated, str) or not stated:
        lines = (line.strip() for line in text.splitlines())
        stated = "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines if line)
    return clean(stated, base_url)


def _runs(text: str, n: int) -> frozenset[object]:
    return frozenset(shingles_of(tuple(words_in(text)), n))


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _instant(value: object) -> datetime | None:
    """Return a stored instant; None for none, and for one that a neighbouring version wrote otherwise."""
    if isinstance(value, datetime):
        return value
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


# ---- parts, languages, description --------------------------------------------------------------


def _parts_of(page: Statement) -> tuple[int, str | None]:
    """Return how many pages a text was joined from, and which further one is missing, and why."""
    for claim in page.claims:
        if claim.field == "parts":
            _, _, missing = claim.stated.partition("; ")
            return claim.value if isinstance(claim.value, int) else 1, missing or None
    return 1, None


def _languages_of(page: Statement) -> tuple[str, ...]:
    parts = page.extra.get("language_parts")
    named = [part[0] for part in parts if part] if isinstance(parts, (list, tuple)) else []
    return tuple(dict.fromkeys(str(name) for name in named))


def _description(revision: Revision) -> str:
    """Return the stated description; "" where the text says the same."""
    words = one_line(revision.description or "")
    if words in one_line(revision.text):
        return ""
    return "" if coverage(_runs(words, 3), _runs(revision.text, 3)) >= _IS_TOLD else words


# ---- files --------------------------------------------------------------------------------------

_KINDS: Final = {"audio": "audio", "video": "video", "image": "picture", "text": "page"}
_FORMATS: Final = {"mpeg": "MP3", "x-m4a": "M4A", "quicktime": "MOV", "jpeg": "JPEG", "zip": "ZIP"}
_TYPES_OF_ENDINGS: Final = {
    "mp3": "audio/mpeg", "m4a": "audio/x-m4a", "ogg": "audio/ogg", "mp4": "video/mp4", "webm": "video/webm",
    "pdf": "application/pdf", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "zip": "application/zip",
}  # fmt: skip


def _file_of(enclosure: "Enclosure") -> File:
    media_type = (enclosure.type or "").split(";")[0].strip().lower()
    main, _, sub = (media_type or _type_of(enclosure.url)).partition("/")
    is_pdf = (main, sub) == ("application", "pdf")
    return File(
        url=enclosure.url,
        kind="PDF" if is_pdf else _KINDS.get(main, "file"),
        format="" if is_pdf or main == "text" else _format_of(sub),
        n_bytes=enclosure.length_bytes or None,
        seconds=enclosure.duration_s or None,
        title=one_line(enclosure.title or ""),
    )


def _format_of(sub: str) -> str:
    """Return a media type's short name: MP3, OGG; "" for a long one, which tells nobody anything."""
    plain = sub.removeprefix("x-")
    return _FORMATS.get(sub) or (plain.upper() if 1 < len(plain) <= 5 else "")


def _type_of(url: str) -> str:
    try:
        ending = urlsplit(url).path.rsplit(".", 1)[-1].lower()
    except ValueError:
        return ""
    return _TYPES_OF_ENDINGS.get(ending, "")
