"""`show --why`: the source of each field and the other claims, and why its page's text was taken or not.

Called by `archive.commands.show`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from archive.commands.place import Place
from archive.commands.why_field import (
    FieldWhy,
    Said,
    cut,
    day_or_instant,
    echo_fields,
    echo_labelled,
    rows_of,
)

if TYPE_CHECKING:
    from archive.model.kept import Article, Revision
    from archive.model.stated import Enclosure
    from archive.record import Statement
    from archive.store.told import StatedBy, Told

FIELDS: Final = (
    "title", "authors", "published_at", "modified_at", "section", "tags", "language", "url", "canonical_url",
    "site_name", "image_url", "description", "reading_minutes", "word_count", "text",
    "enclosures",
)  # fmt: skip

CORRECTIONS: Final = ("correction", "update", "parts")
"""Claims that are no field: what the page says of its own changes, and of its further pages."""

_STATES: Final = {
    "none": "not asked for: the feed gives the whole text, or its pages are not wanted",
    "wanted": "not read yet",
    "read": "read",
    "wall": "behind a wall",
    "failed": "not read",
    "given_up": "given up",
}


def echo_why(place: Place, article: "Article", shown: "Revision", told: "Told") -> None:
    """Print it for people; lines are cut to a terminal's width, and whole elsewhere."""
    from archive import terminal as t

    width = min(t.columns(), 120) if place.is_terminal else None
    heading = t.paint(cut(shown.title or "(no headline)", width), "bold", colour=place.has_colour)
    t.echo(f" {heading}")
    from archive.output.facts import KIND_WORDS

    newest = "" if shown.id != article.face.id else ", the newest"
    t.echo(f" {article.id}, revision {shown.number}{newest}: {KIND_WORDS[shown.kind]}")
    legend = "Each field: its value, (its source), and below it what others say."
    t.echo(f" {t.paint(legend, 'dim', colour=place.has_colour)}")
    t.echo()
    echo_fields(place, field_rows(shown, told), width=width)
    lines = [*_counters(place, article), *_besides(place, told)]
    if lines:
        t.echo()
    for label, line in lines:
        echo_labelled(label, line, width=width)


def why_document(article: "Article", shown: "Revision", told: "Told") -> Mapping[str, object]:
    """Return it for JSON (schema 1)."""
    page = _page_of(told)
    return {
        "schema": 1,
        "id": article.id,
        "revision": shown.number,
        "kind": str(shown.kind),
        "fields": {row.name: row.document() for row in field_rows(shown, told)},
        "text_notes": list(told.notes),
        "page": {
            "state": told.page_state,
            "detail": told.page_detail,
            "tasks": [
                {
                    "url": task.url,
                    "state": task.state,
                    "due_at": task.due_at,
                    "attempts": task.n_attempts,
                    "reason": task.reason,
                    "detail": task.detail,
                }
                for task in told.tasks
            ],
            "robots": _listed(page, "robots"),
            "next_page_url": page.extra.get("next_page_url") if page else None,
        },
        "corrections": [
            {"kind": claim.field, "text": claim.stated}
            for claim in (page.claims if page else ())
            if claim.field in CORRECTIONS
        ],
        "updates": _listed(page, "updates"),
        "statements": [
            {
                "source": str(one.statement.source),
                "feed": one.feed,
                "first_stated_at": one.first_stated_at,
                "last_stated_at": one.last_stated_at,
                "is_used": one.is_used,
            }
            for one in told.statements
        ],
    }


def field_rows(shown: "Revision", told: "Told") -> tuple[FieldWhy, ...]:
    """Return each field's value in the revision, its source, and what every statement says of it."""
    values: dict[str, object] = {name: getattr(shown, name) for name in FIELDS}
    values["authors"] = [author.name for author in shown.authors]
    values["tags"] = list(shown.tags)
    values["text"] = f"{shown.word_count or 0} words" if shown.text else None
    values["published_at"] = day_or_instant(shown.published_at, shown.published_precision)
    values["modified_at"] = day_or_instant(shown.modified_at, _modified_precision(shown, told))
    values["enclosures"] = [_file(one) for one in shown.enclosures]
    sources = dict(shown.provenance)
    if shown.enclosures:
        sources["enclosures"] = _source_of_files(shown, told)
    said: dict[str, list[Said]] = {name: [] for name in FIELDS}
    for one in told.statements:
        for name, claim in _claims(one):
            if name in said:
                said[name].append(claim)
    return rows_of(FIELDS, values, sources, said)


def _modified_precision(shown: "Revision", told: "Told") -> object:
    """Return how much of the day of a change was stated; the revision itself does not keep it."""
    for one in reversed(told.statements):
        if one.statement.modified_at == shown.modified_at:
            return one.statement.modified_precision
    return None


def _source_of_files(shown: "Revision", told: "Told") -> str:
    """Return who stated the files of a revision, which are those of its feed and of its page together."""
    urls = {one.url for one in shown.enclosures}
    stated_by = (
        str(one.statement.source)
        for one in told.statements
        if urls & {file.url for file in one.statement.enclosures}
    )
    return " and ".join(dict.fromkeys(stated_by)) or "computed"


def _file(file: "Enclosure") -> str:
    from archive import terminal as t

    size = t.size(file.length_bytes) if file.length_bytes else None
    facts = ", ".join(fact for fact in (file.type, size) if fact)
    return f"{file.url} ({facts})" if facts else file.url


# ---- what is said --------------------------------------------------------------------------------


def _claims(one: "StatedBy") -> Iterator[tuple[str, Said]]:
    from archive.record import Source

    statement = one.statement
    match statement.source:
        case Source.PAGE:
            yield from _page_claims(statement)
        case Source.HAND:
            for name, value in statement.extra.items():
                yield name, Said(source="hand", value=value)
        case _:
            source = "feed" if one.is_used else f"feed {one.feed}"
            for name, value in _stated(statement):
                yield name, Said(source=source, value=value)


def _page_claims(page: "Statement") -> Iterator[tuple[str, Said]]:
    """Yield what a page claims, place by place, and its values that no claim names."""
    named = {claim.field for claim in page.claims}
    for claim in page.claims:
        yield (
            claim.field,
            Said(source=f"page {claim.source}", value=claim.value, stated=claim.stated),
        )
    for name, value in _stated(page):
        if name not in named:
            place = page.provenance.get(name)
            yield name, Said(source=f"page {place}" if place else "page", value=value)


def _stated(statement: "Statement") -> Iterator[tuple[str, object]]:
    for name in FIELDS:
        value: Any = getattr(statement, name)
        if name == "authors":
            value = [author.name for author in value]
        elif name == "tags":
            value = list(value)
        elif name == "enclosures":
            value = [_file(one) for one in value]
        elif name == "text":
            value = f"{_n_words(value)} words" if value else None
        elif name.endswith("_at") and value is not None:
            value = day_or_instant(value, getattr(statement, name.replace("_at", "_precision")))
        if value not in (None, "", []):
            yield name, value


def _n_words(text: str) -> int:
    from archive.identity.folding import words_in

    return len(words_in(text))  # as `archive.record` counts the words of a revision


# ---- what stands beside --------------------------------------------------------------------------


def _page_of(told: "Told") -> "Statement | None":
    from archive.record import Source

    pages = [one.statement for one in told.statements if one.statement.source is Source.PAGE]
    return pages[-1] if pages else None


def _listed(page: "Statement | None", name: str) -> Sequence[Any]:
    found = page.extra.get(name) if page is not None else None
    return found if isinstance(found, list) else []


def _besides(place: Place, told: "Told") -> Iterator[tuple[str, str]]:
    from archive import terminal as t

    def when(instant: object) -> str:
        from datetime import datetime

        if isinstance(instant, str):
            instant = datetime.fromisoformat(instant)
        assert isinstance(instant, datetime)
        return t.when(instant, place.zone, now=place.now())

    parted = "; " if told.page_state == "read" else ": "
    detail = f"{parted}{told.page_detail}" if told.page_detail else ""
    yield "page", f"{_STATES.get(told.page_state, told.page_state)}{detail}"
    for task in told.tasks:
        if task.due_at is not None:
            asked = "asked again" if task.n_attempts else "to be asked"
            if task.due_at <= place.now():
                asked = "due again since" if task.n_attempts else "due since"
            yield "", f"{asked} {when(task.due_at)}: {task.url}"
        if task.detail and task.detail != told.page_detail:
            yield "", f"the last try: {task.detail}"
    is_page_used = any(one.is_used for one in told.statements if one.statement.source == "page")
    page = _page_of(told)
    for note in told.notes:
        yield _note(note, is_page_used=page is None or is_page_used)
    for claim in page.claims if page else ():
        if claim.field in CORRECTIONS:
            yield claim.field, claim.stated
    for update in _listed(page, "updates"):
        at = f"{when(update['at'])}  " if update.get("at") else ""
        yield "live update", f"{at}{update.get('title') or update.get('text') or ''}"
    if robots := _listed(page, "robots"):
        yield "robots", ", ".join(map(str, robots))
    if page is not None and page.extra.get("next_page_url"):
        yield "next page", str(page.extra["next_page_url"])
    for one in told.statements:
        said = f"on {when(one.first_stated_at)}"
        if one.last_stated_at != one.first_stated_at:
            said += f", again until {when(one.last_stated_at)}"
        who = f"feed {one.feed}" if one.feed else _WHO.get(one.statement.source, "")
        yield "said by", f"{who} {said}{'' if one.is_used else '; this revision does not use it'}"


_WHO: Final = {"feed": "a feed", "page": "its page", "hand": "a person, by hand,"}

_NOTES: Final = {
    "text of the page: ": ("text from", "its page: "),
    "text of the feed: ": ("text from", "the feed: "),
    "page: ": ("", "nothing of it is used: "),
}
"""What a note of `archive.record.compose` begins with: the label it gets here, and its words."""


def _note(note: str, *, is_page_used: bool) -> tuple[str, str]:
    """Return a note as (label, line); of a page that made no revision, what it would have been taken for."""
    if not is_page_used and note.startswith("text of the page: "):
        return "", f"it changed nothing: {note.removeprefix('text of the page: ')}"
    for begin, (label, words) in _NOTES.items():
        if note.startswith(begin):
            return label, f"{words}{note.removeprefix(begin)}"
    return "note", note


def _counters(place: Place, article: "Article") -> Iterator[tuple[str, str]]:
    """Yield each counter's first and last look, in its page's own words."""
    from archive import terminal as t

    for kind in dict.fromkeys(look.kind for look in article.counters):
        looks = [look for look in article.counters if look.kind == kind]
        told = [
            f"{t.number(look.value)} on {t.when(look.observed_at, place.zone, now=place.now())}"
            for look in dict.fromkeys((looks[0], looks[-1]))
        ]
        n_looks = f" in {len(looks)} looks" if len(looks) > 2 else ""
        last = looks[-1]
        yield kind, f"{', then '.join(told)}{n_looks}  (page {last.source}: {last.stated})"
