"""How hits are written: rows on a terminal, lines for programs, and the formats that other programs read.

Called by the commands that find articles. A stored string passes `printable` on its way, in every format but JSON and
Atom, whose own escapes keep it harmless.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from archive.commands.place import Place
from archive.errors import UsageError

if TYPE_CHECKING:
    from archive.front import Archive
    from archive.model.kept import Found, Hit, PublishedEntry

FIELDS: Final = (
    "effective_at", "feed", "title", "id", "url", "language", "section", "reading_minutes", "sightings", "revisions",
    "revision", "superseded_at", "snippet",
)  # fmt: skip
"""The columns of csv and tsv, named as in the JSON document."""

MORE_FIELDS: Final = ("feed_title", "first_seen_at", "marks", "score", "is_day")
"""Further ones that --fields may name."""

CHOOSABLE: Final = ("text", "jsonl", "csv", "tsv")
"""The formats in which --fields can be put out; the others are whole documents."""


# -- for programs ----------------------------------------------------------------------------


def echo_fields(hit: "Hit", *, is_past: bool = False) -> None:
    """Write a hit as a line: date, feed, headline, id, address; of older texts revision and end too."""
    from archive import terminal

    fields: list[object] = [hit.effective_at, hit.feed, plain(hit), hit.id, hit.url]
    terminal.echo_row([*fields, hit.revision, hit.superseded_at] if is_past else fields)


def fields_of(text: str) -> tuple[str, ...]:
    """Return the fields that --fields names, commas between them. UsageError names the nearest."""
    from difflib import get_close_matches

    known = (*FIELDS, *MORE_FIELDS)
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            cure = f"did you mean '{near[0]}'?" if near else f"one of: {', '.join(known)}"
            raise UsageError(f"no field {name!r}; {cure}")
    if not names:
        raise UsageError(f"--fields names fields, commas between them: {', '.join(known)}")
    return names


def echo_chosen(hits: Sequence["Hit"], fields: Sequence[str], format_: str) -> None:
    """Write some fields of hits, in their order, in a format of CHOOSABLE: lines, documents, a table with names."""
    from archive import terminal as t
    from archive.search.document import SCHEMA, hit_document

    if format_ in ("csv", "tsv"):
        echo_table(hits, is_csv=format_ == "csv", fields=fields)
        return
    for hit in hits:
        held = hit_document(hit)
        if format_ == "jsonl":
            t.echo_json({"schema": SCHEMA, **{field: held[field] for field in fields}})
        else:
            t.echo_row([_cell(held[field]) for field in fields])


def _cell(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def plain(hit: "Hit") -> str:
    """Return a hit's headline without marks."""
    return "".join(text for text, _ in hit.title.parts)


def echo_table(hits: Sequence["Hit"], *, is_csv: bool, fields: Sequence[str] = FIELDS) -> None:
    """Write hits with a line of names first: RFC 4180 with \\n at the ends of lines, or parted by tabs."""
    from archive import terminal as t
    from archive.search.document import hit_document

    rows = [[_cell(hit_document(hit)[field]) for field in fields] for hit in hits]
    cells = [["" if value is None else t.printable(str(value)) for value in row] for row in rows]
    if not is_csv:
        for row in (fields, *cells):
            t.echo_row(row)
        return
    import csv
    import io

    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([fields, *cells])
    t.echo(written.getvalue().rstrip("\n"))


def echo_atom(place: Place, archive: "Archive", found: "Found", query: str) -> None:
    """Write hits as an Atom feed of their articles, with the ids that the merged feed gives them."""
    from dataclasses import replace
    from zlib import crc32

    from archive import terminal
    from archive.output import atom
    from archive.output.document import facts_of

    facts = facts_of(place.load_config(), archive_id=archive.lastmod()[0])
    feed = replace(
        facts,
        title=f"{facts.title}: {terminal.printable(query)}",
        # Another feed than the merged one, and the same whenever the same is asked.
        name=f"search-{crc32(query.encode('utf-8', 'replace')):08x}",
        hub_urls=(),
        style_url=None,
    )
    entries = [_entry(archive, hit, len(found.hits) - n) for n, hit in enumerate(found.hits)]
    terminal.echo(atom.render(entries, feed=feed).decode("utf-8").rstrip("\n"))


def _entry(archive: "Archive", hit: "Hit", seq: int) -> "PublishedEntry":
    from archive.model.kept import PublicationKind, PublishedEntry

    article = archive.article(hit.id)
    shown = next((r for r in archive.revisions(hit.id) if r.number == hit.revision), article.face)
    feed = next((feed for feed in archive.feeds() if feed.name == hit.feed), None)
    return PublishedEntry(
        seq=seq,
        kind=PublicationKind.NEW,
        article_id=hit.id,
        updated_at=shown.first_seen_at,
        first_seen_at=article.first_seen_at,
        revision=shown,
        origin_name=hit.feed,
        origin_title=hit.feed_title,
        origin_url="" if feed is None else feed.address,
        origin_site_url=None if feed is None else feed.site_url,
        origin_updated_at=shown.first_seen_at,
    )


def document(
    found: "Found", *, query: str, sort: str, facets: Mapping[str, Any] | None = None
) -> Mapping[str, object]:
    """Return the JSON document of a page of hits, with facets if they were counted."""
    from archive.search.document import found_document

    held = found_document(found, query=query, sort=sort)
    return held if facets is None else {**held, "facets": facets}


# -- for people ------------------------------------------------------------------------------

_DATE_WIDTH: Final = 12
_MINUTES_WIDTH: Final = 7
_TAIL_WIDTH: Final = 7
_FEED_WIDTH: Final = 12
_ID_WIDTH: Final = 6
"""Of a hit that is shown alone: at a million articles one in a thousand shares so long a beginning of its id."""


def show_rows(place: Place, archive: "Archive", hits: Sequence["Hit"], *, colour: bool) -> None:
    """Write hits as aligned rows: date, feed, headline, reading time, id, copies and edits; the text below."""
    from archive import terminal as t

    width = min(t.columns(), 140)
    ids = {hit.id: archive.short_id(hit.id) for hit in hits}
    id_width = max((len(short) for short in ids.values()), default=4)
    feed_width = min(16, max((t.text_width(t.printable(hit.feed)) for hit in hits), default=0))
    indent = 1 + _DATE_WIDTH + 2 + feed_width + 2
    title_width = max(20, width - indent - 2 - _MINUTES_WIDTH - 2 - id_width - 2 - _TAIL_WIDTH)
    for hit in hits:
        minutes = f"{hit.reading_minutes} min" if hit.reading_minutes else ""
        tail = (f"≡{hit.n_sightings} " if hit.n_sightings > 1 else "") + (
            f"✎{hit.n_revisions - 1}" if hit.n_revisions > 1 else ""
        )
        t.echo(
            " "
            + t.paint(
                t.pad(when_of(place, hit), _DATE_WIDTH),
                "dim",
                colour=colour,
            )
            + "  "
            + t.paint(t.pad(t.printable(hit.feed), feed_width), "cyan", colour=colour)
            + "  "
            + _fitted(hit.title.parts, title_width, colour=colour)
            + "  "
            + t.pad(minutes, _MINUTES_WIDTH, "right")
            + "  "
            + t.paint(t.pad(ids[hit.id], id_width), "yellow", colour=colour)
            + (f"  {tail}".rstrip() if tail else "")
        )
        room = width - indent - 1
        if hit.superseded_at is not None:
            until = t.when(hit.superseded_at, place.zone, now=place.now())
            t.echo(" " * indent + t.cut(f"revision {hit.revision}, replaced {until}", room))
        if hit.snippet.parts:
            parts = _from_first_mark(hit.snippet.parts, room)
            t.echo(" " * indent + _fitted(parts, room, colour=colour).rstrip())


def when_of(place: Place, hit: "Hit") -> str:
    """Return the instant a hit is ordered by; the day alone where no hour was stated."""
    from datetime import UTC

    from archive import terminal as t

    if not hit.is_day:
        return t.when(hit.effective_at, place.zone, now=place.now())
    return t.when(hit.effective_at, UTC, now=place.now()).removesuffix(" 12:00")


def show_lines(place: Place, hits: Sequence["Hit"]) -> None:
    """Write hits as one line each, whose columns stand where they did in the line before: date, feed, headline, id."""
    from archive import terminal as t

    colour = place.has_colour
    room = max(20, min(t.columns(), 140) - 1 - _DATE_WIDTH - 2 - _FEED_WIDTH - 2 - 2 - _ID_WIDTH)
    for hit in hits:
        when = t.pad(when_of(place, hit), _DATE_WIDTH)
        feed = t.pad(t.printable(hit.feed), _FEED_WIDTH)
        title = _fitted(hit.title.parts, room, colour=colour)
        t.echo(
            f" {t.paint(when, 'dim', colour=colour)}  {t.paint(feed, 'cyan', colour=colour)}"
            f"  {title}  {t.paint(hit.id[:_ID_WIDTH], 'yellow', colour=colour)}"
        )


def _from_first_mark(
    parts: tuple[tuple[str, bool], ...], width: int
) -> tuple[tuple[str, bool], ...]:
    """Return a snippet without so many leading words that its first mark stands in the first half of `width`."""
    from archive import terminal as t

    is_marked_later = any(is_marked for _, is_marked in parts) and not parts[0][1]
    if not is_marked_later or t.text_width(parts[0][0]) <= width // 2:
        return parts
    words = parts[0][0].split(" ")
    while len(words) > 1 and t.text_width(" ".join(words)) > width // 2 - 2:
        del words[0]
    return (("… " + " ".join(words), False), *parts[1:])


def _fitted(parts: tuple[tuple[str, bool], ...], width: int, *, colour: bool) -> str:
    """Return marked text in exactly `width` columns, its marks whole."""
    from archive import terminal as t

    kept: list[tuple[str, bool]] = []
    room = width
    for raw, is_marked in parts:
        text = t.printable(raw)
        brackets = 2 if is_marked and not colour else 0
        size = t.text_width(text) + brackets
        if size > room:
            kept.append((t.cut(text, max(0, room - brackets)), is_marked))
            room -= t.text_width(kept[-1][0]) + brackets
            break
        kept.append((text, is_marked))
        room -= size
    return t.mark(kept, colour=colour) + " " * max(0, room)
