"""show: one article: text, sightings, revisions (USE). Called by the root command alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import click

from archive.commands.place import Place, pass_place

if TYPE_CHECKING:
    from datetime import datetime

    from archive.front import Archive
    from archive.model.kept import Article, Revision
    from archive.output.beside import Beside, File

N_LINES: Final = 16
"""Lines of text on a terminal without a pager before the rest is only counted; --text shows it whole."""


@click.command(
    epilog="""\b
EXAMPLES
  newsarchive show k7q2
  newsarchive show k7q2 --text | less
  newsarchive show k7q2 --revision 1 --json
  newsarchive show k7q2 --why"""
)
@click.argument("article_id", metavar="ID")
@click.option(
    "--revision",
    type=click.IntRange(min=1),
    metavar="N",
    help="The article as its revision N had it.",
)
@click.option("--text", "as_text", is_flag=True, help="Headline and text only, whole.")
@click.option("--html", "as_html", is_flag=True, help="The kept HTML only.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@click.option(
    "--why", "is_why", is_flag=True, help="Where each field comes from, and what else was said."
)
@click.option("--no-pager", is_flag=True, help="Write long texts straight to the terminal.")
@pass_place
def show(
    place: Place,
    article_id: str,
    revision: int | None,
    as_text: bool,
    as_html: bool,
    as_json: bool,
    is_why: bool,
    no_pager: bool,
) -> None:
    """Show one article: headline, facts, text, where it was seen, how it was revised.

    ID is an article's id or its first characters (4 or more), as search shows them. On a terminal
    what is longer than the screen comes in the pager that PAGER names, less by default.
    """
    from archive import terminal
    from archive.commands.pager import paged, pager_of
    from archive.errors import UsageError
    from archive.front import Archive

    if as_text + as_html + as_json > 1:
        raise UsageError("--text, --html and --json exclude each other: give one")
    if is_why and as_text + as_html:
        raise UsageError("--why tells of fields; give it alone or with --json")
    with Archive.open(place.archive_url) as archive:
        article = archive.article(article_id)
        revisions = archive.revisions(article.id)
        shown = article.face if revision is None else numbered(revisions, revision, article_id)
        if is_why:
            from archive.commands.why_shown import echo_why, why_document

            told = archive.told(shown)
            if as_json:
                terminal.echo_json(why_document(article, shown, told))
            else:
                echo_why(place, article, shown, told)
        elif as_json:
            from archive.output.beside import beside_of

            beside = beside_of(shown, archive.told(shown))
            terminal.echo_json(_document(article, shown, revisions, beside))
        elif as_html:
            terminal.echo(_printable_lines(shown.html or ""))
        elif as_text:
            with paged(place, is_wanted=not no_pager):
                terminal.echo(terminal.printable(shown.title))
                terminal.echo()
                terminal.echo(_printable_lines(shown.text))
        else:
            is_paged = not no_pager and bool(pager_of(place.environ))
            sheet = _Sheet(place, archive, is_whole=is_paged or not place.is_terminal)
            with paged(place, is_wanted=is_paged):
                sheet.show(article, shown, revisions)


def numbered(revisions: "Sequence[Revision]", number: int, subject: str) -> "Revision":
    from archive.errors import NotFound

    for revision in revisions:
        if revision.number == number:
            return revision
    numbers = ", ".join(str(revision.number) for revision in revisions)
    raise NotFound(f"{subject} has no revision {number}; it has {numbers}", subject=subject)


def _printable_lines(text: str) -> str:
    from archive import terminal

    return "\n".join(terminal.printable(line) for line in text.splitlines())


class _Sheet:
    """An article laid out for reading; asks what the terminal is before the pager takes its place."""

    def __init__(self, place: Place, archive: "Archive", *, is_whole: bool) -> None:
        from archive import terminal as t

        self.place, self.archive, self.is_whole = place, archive, is_whole
        self.width = min(t.columns(), 100) if place.is_terminal else 100
        self.has_colour = place.has_colour

    def show(self, article: "Article", shown: "Revision", revisions: "Sequence[Revision]") -> None:
        from archive import terminal as t
        from archive.output.beside import beside_of

        width, colour = self.width, self.has_colour
        short = self.archive.short_id(article.id)
        beside = beside_of(shown, self.archive.told(shown))
        title = t.printable(shown.title) or "(no headline)"
        first, *more = wrapped_line(title, width - len(short) - 3)
        gap = " " * (width - 1 - t.text_width(first) - len(short))
        t.echo(
            f" {t.paint(first, 'bold', colour=colour)}{gap}{t.paint(short, 'yellow', colour=colour)}"
        )
        for line in more:
            t.echo(f" {t.paint(line, 'bold', colour=colour)}")
        for line in wrapped_facts(list(_facts(self.place, article, shown, beside)), width - 1):
            t.echo(f" {line}")
        if address := shown.canonical_url or shown.url:
            t.echo(f" {t.printable(address)}")
        t.echo()
        self.show_text(shown, beside, short)
        t.echo()
        notes = _notes(article, shown, beside, is_whole=self.is_whole)
        around = _around(self.place, self.archive, article, shown, beside, revisions, short)
        for label, line in (*notes, *around):
            # An address that is broken cannot be followed.
            is_address = line.startswith(("http://", "https://")) and " " not in line
            rows = [t.printable(line)] if is_address else wrapped_line(line, width - 10)
            for n, row in enumerate(rows):
                t.echo(f" {'' if n else label:<9}{row}")

    def show_text(self, shown: "Revision", beside: "Beside", short: str) -> None:
        from archive import terminal as t

        lines = [*self.text_lines(shown, beside), *self.live_lines(beside)]
        kept = lines if self.is_whole or len(lines) <= N_LINES + 2 else lines[:N_LINES]
        for line in kept:
            t.echo(f" {line}".rstrip())
        if len(kept) < len(lines):
            t.echo(f" [+{len(lines) - len(kept)} lines: newsarchive show {short} | less]")

    def text_lines(self, shown: "Revision", beside: "Beside") -> Iterator[str]:
        """Yield the description, where the text does not say it, and the text."""
        from archive import terminal as t
        from archive.commands.layout import laid_out

        width, colour = self.width - 2, self.has_colour
        if beside.description:
            for line in wrapped_line(beside.description, width):
                yield t.paint(line, "dim", colour=colour)
            yield ""
        if beside.stub is not None:
            from archive.output.facts import file_facts

            holds = f"Its address holds a file, and no page: {file_facts(beside.stub)}"
            yield from wrapped_line(holds, width)
        owned = [one.text for one in beside.owned]
        yield from laid_out(shown.html, shown.text, width=width, colour=colour, owned=owned)

    def live_lines(self, beside: "Beside") -> Iterator[str]:
        """Yield a live blog's updates that its text lacks, each under its time."""
        if not beside.updates:
            return
        from archive import terminal as t
        from archive.commands.layout import laid_out
        from archive.output.facts import live_sentence

        yield ""
        for line in wrapped_line(f"Live updates. {live_sentence(beside)}", self.width - 2):
            yield t.paint(line, "dim", colour=self.has_colour)
        for update in beside.updates:
            if update.is_in_text:
                continue
            at = t.when(update.at, self.place.zone, now=self.place.now()) if update.at else ""
            yield ""
            for line in wrapped_line(f"{at}  {update.title}".strip() or "Update", self.width - 2):
                yield t.paint(line, "bold", colour=self.has_colour)
            for line in laid_out(
                update.html, update.text, width=self.width - 4, colour=self.has_colour
            ):
                yield f"  {line}"


def _facts(place: Place, article: "Article", shown: "Revision", beside: "Beside") -> Iterator[str]:
    from archive import terminal as t
    from archive.output.facts import facts_of, origin_of

    feed_title = article.sightings[0].feed_title if article.sightings else ""
    yield from map(t.printable, origin_of(shown, feed_title))
    if shown.authors:
        yield "by " + ", ".join(t.printable(author.name) for author in shown.authors)
    yield _published(place, article, shown)
    if shown.modified_at is not None and shown.modified_at != shown.published_at:
        at = shown.modified_at
        yield f"changed {_day(place, at) if beside.is_modified_day else _when(place, at)}"
    n_pictures = (shown.html or "").count("<img")
    yield from facts_of(shown, beside, n_pictures=n_pictures)
    for kind in dict.fromkeys(counter.kind for counter in article.counters):
        values = [counter.value for counter in article.counters if counter.kind == kind]
        line = f" {t.sparkline(spread(values, MOST_BARS))}" if len(values) > 1 else ""
        since = f"{t.number(values[0])}→" if values[0] != values[-1] else ""
        yield f"{since}{t.number(values[-1])} {kind}{line}"


MOST_BARS: Final = 24
"""Bars of a counter's line: a third of a narrow terminal."""


def spread(values: "Sequence[int]", most: int) -> "Sequence[int]":
    """Return at most so many of the values, the first and the last among them, evenly chosen."""
    if len(values) <= most:
        return values
    return [values[round(n * (len(values) - 1) / (most - 1))] for n in range(most)]


def _published(place: Place, article: "Article", shown: "Revision") -> str:
    """Return the instant an article is ordered by; the day it was published on, where no hour was stated."""
    is_day = shown.published_precision == "day" and shown.published_at is not None
    if is_day and article.effective_at != article.first_seen_at:
        assert shown.published_at is not None
        return _day(place, shown.published_at)
    return _when(place, article.effective_at)


def _when(place: Place, at: "datetime") -> str:
    from archive import terminal as t

    return t.when(at, place.zone, now=place.now())


def _day(place: Place, at: "datetime") -> str:
    """Return a day of which no hour is known: its instant is 00:00 UTC."""
    from datetime import UTC

    from archive import terminal as t

    return t.when(at, UTC, now=place.now()).removesuffix(" 00:00")


def _notes(
    article: "Article", shown: "Revision", beside: "Beside", *, is_whole: bool
) -> Iterator[tuple[str, str]]:
    """Yield (label, line) of changes that the publisher owns to, and of what became of the page."""
    from archive.commands.layout import OWNED_SIGN

    for one in beside.owned:
        said = "corrected" if one.kind == "correction" else "updated"
        is_seen = is_whole and one.text in shown.text
        where = f", in the line marked {OWNED_SIGN}" if is_seen else f": {one.text}"
        yield "Note", f"{said} by its publisher{where}"
    if note := None if beside.stub else article.page_note or beside.missing:
        yield "Page", note


def _around(
    place: Place,
    archive: "Archive",
    article: "Article",
    shown: "Revision",
    beside: "Beside",
    revisions: "Sequence[Revision]",
    short: str,
) -> Iterator[tuple[str, str]]:
    """Yield (label, line) of files, tags, sightings, edits and related articles."""
    from archive import terminal as t
    from archive.commands.diff import edits, told_changes

    if shown.image_url and shown.image_url not in (shown.html or ""):
        yield "Picture", shown.image_url
    for file in beside.files:
        yield from _file(file)
    if shown.tags:
        yield "Tags", ", ".join(map(t.printable, shown.tags))
    yield (
        "Seen",
        " · ".join(
            f"{t.printable(seen.feed)} {_when(place, seen.first_seen_at)}"
            + (
                f" (guid {t.cut(t.printable(seen.guid), 24)})"
                if seen.guid and seen.guid != seen.url
                else ""
            )
            for seen in article.sightings
        ),
    )
    for old, new in edits(revisions):
        what = " and ".join(told_changes(old, new)) or "details"
        yield (
            "Revised",
            f"{_when(place, new.first_seen_at)} {what} · newsarchive diff {short} {old.number} {new.number}",
        )
    if article.merged_from:
        yield "Joined", ", ".join(t.printable(merged) for merged in article.merged_from)
    if article.related:
        yield (
            "Related",
            " · ".join(
                f"{archive.short_id(other)} {t.cut(t.printable(title), 60)}"
                for other, title in article.related[:5]
            ),
        )


def _file(file: "File") -> Iterator[tuple[str, str]]:
    """Yield a file: its kind as the label, its name and facts, and its address."""
    from archive.output.facts import file_facts

    facts = file_facts(file).removeprefix(file.kind).removeprefix(" · ")
    if named := " · ".join(part for part in (file.title, facts) if part):
        yield file.kind.capitalize() if file.kind.islower() else file.kind, named
        yield "", file.url
    else:
        yield file.kind.capitalize() if file.kind.islower() else file.kind, file.url


def wrapped_facts(facts: "Sequence[str]", width: int) -> Iterator[str]:
    """Yield facts on lines of at most `width` columns, parted by dots; a line breaks between two facts if it can."""
    from archive import terminal as t

    line = ""
    for fact in filter(None, facts):
        joined = f"{line} · {fact}" if line else fact
        if line and t.text_width(joined) > width:
            yield from wrapped_line(line, width)
            joined = fact
        line = joined
    yield from wrapped_line(line, width)


def wrapped_line(text: str, width: int) -> Iterator[str]:
    """Yield lines of at most `width` columns; a word longer than a line, or a script without spaces, is broken."""
    from archive import terminal as t

    line, room = "", width
    for word in t.printable(text).split():
        for piece in _broken(word, width):
            size = t.text_width(piece)
            if line and size + 1 > room:
                yield line
                line, room = "", width
            room -= size + (1 if line else 0)
            line = f"{line} {piece}" if line else piece
    yield line


def _broken(word: str, width: int) -> Iterator[str]:
    """Yield a word in pieces of at most `width` columns."""
    from archive import terminal as t

    while t.text_width(word) > width:
        n = next(n for n in range(len(word), 0, -1) if t.text_width(word[:n]) <= width or n == 1)
        yield word[:n]
        word = word[n:]
    if word:
        yield word


def _document(
    article: "Article", shown: "Revision", revisions: "Sequence[Revision]", beside: "Beside"
) -> Mapping[str, object]:
    return {
        "schema": 1,
        "id": article.id,
        "first_seen_at": article.first_seen_at,
        "effective_at": article.effective_at,
        "revision": shown.number,
        "title": shown.title,
        "url": shown.url,
        "canonical_url": shown.canonical_url,
        "language": shown.language,
        "authors": [{"name": a.name, "email": a.email, "url": a.url} for a in shown.authors],
        "section": shown.section,
        "tags": list(shown.tags),
        "published_at": shown.published_at,
        "published_precision": shown.published_precision,
        "modified_at": shown.modified_at,
        "reading_minutes": shown.reading_minutes,
        "word_count": shown.word_count,
        "image_url": shown.image_url,
        "description": shown.description,
        "site_name": shown.site_name,
        "text": shown.text,
        "html": shown.html,
        "enclosures": [
            {
                "url": e.url,
                "type": e.type,
                "length_bytes": e.length_bytes,
                "duration_s": e.duration_s,
                "title": e.title,
            }
            for e in shown.enclosures
        ],
        "page": article.page_note,
        "corrections": [{"kind": one.kind, "text": one.text} for one in beside.owned],
        "updates": [
            {
                "at": update.at,
                "title": update.title or None,
                "text": update.text,
                "is_in_text": update.is_in_text,
            }
            for update in beside.updates
        ],
        "n_parts": beside.n_parts,
        "missing_part": beside.missing,
        "languages": list(beside.languages),
        "sightings": [
            {
                "feed": seen.feed,
                "guid": seen.guid,
                "url": seen.url,
                "title": seen.title,
                "first_seen_at": seen.first_seen_at,
                "last_seen_at": seen.last_seen_at,
                "rule": seen.rule,
            }
            for seen in article.sightings
        ],
        "revisions": [
            {
                "number": r.number,
                "kind": str(r.kind),
                "first_seen_at": r.first_seen_at,
                "title": r.title,
            }
            for r in revisions
        ],
        "counters": [
            {
                "kind": str(c.kind),
                "value": c.value,
                "stated": c.stated,
                "observed_at": c.observed_at,
            }
            for c in article.counters
        ],
        "related": [{"id": other, "title": title} for other, title in article.related],
        "merged_from": list(article.merged_from),
    }
