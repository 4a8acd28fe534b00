"""show and diff: one article, and what an edit changed in it (USE). Called by the root command alone."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import click

from archive.commands.place import Place, pass_place

if TYPE_CHECKING:
    from datetime import datetime

    from archive.commands.difference import Difference, Paragraph, Part
    from archive.front import Archive
    from archive.model.kept import Article, Revision

N_LINES: Final = 16
"""Lines of text on a terminal before the rest is only counted; --text shows it whole."""

_CONTEXT: Final = 8
"""Words kept on each side of a change."""


@click.command(
    epilog="""\b
EXAMPLES
  newsarchive show k7q2
  newsarchive show k7q2 --text | less
  newsarchive show k7q2 --revision 1 --json"""
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
@pass_place
def show(
    place: Place, article_id: str, revision: int | None, as_text: bool, as_html: bool, as_json: bool
) -> None:
    """Show one article: headline, facts, text, where it was seen, how it was revised.

    ID is an article's id or its first characters (4 or more), as search shows them.
    """
    from archive import terminal
    from archive.errors import UsageError
    from archive.front import Archive

    if as_text + as_html + as_json > 1:
        raise UsageError("--text, --html and --json exclude each other: give one")
    with Archive.open(place.archive_url) as archive:
        article = archive.article(article_id)
        revisions = archive.revisions(article.id)
        shown = article.face if revision is None else _numbered(revisions, revision, article_id)
        if as_json:
            terminal.echo_json(_document(article, shown, revisions))
        elif as_html:
            terminal.echo(_printable_lines(shown.html or ""))
        elif as_text:
            terminal.echo(terminal.printable(shown.title))
            terminal.echo()
            terminal.echo(_printable_lines(shown.text))
        else:
            _show(place, archive, article, shown, revisions)


def _numbered(revisions: "Sequence[Revision]", number: int, subject: str) -> "Revision":
    from archive.errors import NotFound

    for revision in revisions:
        if revision.number == number:
            return revision
    numbers = ", ".join(str(revision.number) for revision in revisions)
    raise NotFound(f"{subject} has no revision {number}; it has {numbers}", subject=subject)


def _printable_lines(text: str) -> str:
    from archive import terminal

    return "\n".join(terminal.printable(line) for line in text.splitlines())


def _show(
    place: Place,
    archive: "Archive",
    article: "Article",
    shown: "Revision",
    revisions: "Sequence[Revision]",
) -> None:
    from archive import terminal as t

    width = min(t.columns(), 100) if place.is_terminal else 100
    short = archive.short_id(article.id)
    colour = place.has_colour
    title = t.printable(shown.title) or "(no headline)"
    gap = max(2, width - 1 - t.text_width(title) - len(short))
    t.echo(
        f" {t.paint(title, 'bold', colour=colour)}{' ' * gap}{t.paint(short, 'yellow', colour=colour)}"
    )
    t.echo(f" {' · '.join(_facts(place, article, shown))}")
    if address := shown.canonical_url or shown.url:
        t.echo(f" {t.printable(address)}")
    t.echo()
    lines = list(_wrapped(shown.text, width - 2))
    kept = lines[:N_LINES] if place.is_terminal and len(lines) > N_LINES + 2 else lines
    for line in kept:
        t.echo(f" {line}".rstrip())
    if len(kept) < len(lines):
        t.echo(f" [+{len(lines) - len(kept)} lines: newsarchive show {short} --text]")
    if article.page_note:
        t.echo(f" Page     {t.printable(article.page_note)}")
    t.echo()
    for label, line in _around(place, archive, article, revisions, short):
        for n, row in enumerate(_wrapped_plain(line, width - 10)):
            t.echo(f" {'' if n else label:<9}{row}")


def _facts(place: Place, article: "Article", shown: "Revision") -> Iterator[str]:
    from archive import terminal as t

    if article.sightings:
        yield t.printable(article.sightings[0].feed_title)
    if shown.section:
        yield t.printable(shown.section)
    if shown.authors:
        yield "by " + ", ".join(t.printable(author.name) for author in shown.authors)
    yield t.when(article.effective_at, place.zone, now=place.now())
    if shown.reading_minutes:
        yield f"{shown.reading_minutes} min read"
    for kind in dict.fromkeys(counter.kind for counter in article.counters):
        values = [counter.value for counter in article.counters if counter.kind == kind]
        line = f" {t.sparkline(values)}" if len(values) > 1 else ""
        yield f"{t.number(values[-1])} {kind}{line}"


def _around(
    place: Place,
    archive: "Archive",
    article: "Article",
    revisions: "Sequence[Revision]",
    short: str,
) -> Iterator[tuple[str, str]]:
    """Yield (label, line) of sightings, edits and related articles."""
    from archive import terminal as t

    def told(instant: "datetime") -> str:
        return t.when(instant, place.zone, now=place.now())

    yield (
        "Seen",
        " · ".join(
            f"{t.printable(seen.feed)} {told(seen.first_seen_at)}"
            + (
                f" (guid {t.cut(t.printable(seen.guid), 24)})"
                if seen.guid and seen.guid != seen.url
                else ""
            )
            for seen in article.sightings
        ),
    )
    edits = list(_edits(revisions))
    for old, new in edits:
        what = " and ".join(_what_changed(old, new)) or "details"
        yield (
            "Revised",
            f"{told(new.first_seen_at)} {what} · newsarchive diff {short} {old.number} {new.number}",
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


def _edits(revisions: "Sequence[Revision]") -> "Iterator[tuple[Revision, Revision]]":
    """Yield (before, after) of each edit that readers could see: a page read later or another parser is none.

    A page that was read because its entry changed completes that edit: the two are told as one.
    """
    from archive.model.kept import EDITS, RevisionKind

    before = after = None
    for old, new in pairwise(revisions):
        if new.kind in EDITS:
            if before is not None and after is not None:
                yield before, after
            before, after = old, new
        elif after is old and new.kind is RevisionKind.PAGE:
            after = new
    if before is not None and after is not None:
        yield before, after


def _what_changed(old: "Revision", new: "Revision") -> Iterator[str]:
    from archive.commands.difference import compare

    difference = compare(old.title, old.text, new.title, new.text)
    if difference.is_title_changed:
        yield "headline"
    if difference.n_changed:
        share = 100 * difference.n_changed / max(1, difference.n_words)
        yield f"{max(1, min(100, round(share)))} % of the text"
    if also := ", ".join(_also_changed(old, new)):
        yield also


def _also_changed(old: "Revision", new: "Revision") -> Iterator[str]:
    """Yield what differs beside headline and text."""
    if old.authors != new.authors:
        yield "authors"
    if old.section != new.section:
        yield "section"
    if old.tags != new.tags:
        yield "tags"
    if (old.url, old.canonical_url) != (new.url, new.canonical_url):
        yield "address"
    if old.published_at != new.published_at:
        yield "date"
    if old.image_url != new.image_url:
        yield "picture"
    if old.html != new.html and old.text == new.text:
        yield "markup"


def _wrapped(text: str, width: int) -> Iterator[str]:
    for paragraph in text.splitlines():
        yield from _wrapped_plain(paragraph, width)


def _wrapped_plain(text: str, width: int) -> Iterator[str]:
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
    article: "Article", shown: "Revision", revisions: "Sequence[Revision]"
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
            }
            for e in shown.enclosures
        ],
        "page": article.page_note,
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


@click.command(
    epilog="""\b
EXAMPLES
  newsarchive diff k7q2
  newsarchive diff k7q2 1 3 --full"""
)
@click.argument("article_id", metavar="ID")
@click.argument("numbers", metavar="[A B]", nargs=-1, type=click.IntRange(min=1))
@click.option("--full", is_flag=True, help="Unchanged paragraphs too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@pass_place
def diff(
    place: Place, article_id: str, numbers: tuple[int, ...], full: bool, as_json: bool
) -> int | None:
    """Show what an edit changed, word by word: {-taken out-} {+put in+}.

    The last edit, or the change from revision A to B. Exit code 1 where nothing was ever edited.
    """
    from archive import terminal
    from archive.commands.difference import compare
    from archive.errors import UsageError
    from archive.front import Archive

    if len(numbers) not in (0, 2):
        raise UsageError(
            f"diff takes no revision numbers, or two: newsarchive diff {article_id} 1 2"
        )
    with Archive.open(place.archive_url) as archive:
        article = archive.article(article_id)
        revisions = archive.revisions(article.id)
    if numbers:
        old, new = (_numbered(revisions, number, article_id) for number in numbers)
    else:
        edits = list(_edits(revisions))
        if not edits:
            terminal.say(_no_edit(revisions))
            return 1
        old, new = edits[-1]
    difference = compare(old.title, old.text, new.title, new.text)
    if as_json:
        terminal.echo_json(_diff_document(article, old, new, difference))
    else:
        _show_diff(place, article, old, new, difference, revisions, full=full)
    return None


def _no_edit(revisions: "Sequence[Revision]") -> str:
    if len(revisions) == 1:
        return "never edited: one revision"
    kinds = ", ".join(f"{revision.number} {revision.kind}" for revision in revisions)
    return f"never edited by its publisher; its revisions: {kinds}. Compare two: newsarchive diff ID 1 2"


_TOLD_KINDS: Final = {
    "substantial": "substantial edit",
    "minor": "small edit",
    "page": "its page was read",
    "moved": "another address",
    "hand": "corrected by hand",
    "reparse": "read by a newer parser",
}


def _kind_of(old: "Revision", new: "Revision", revisions: "Sequence[Revision]") -> str:
    """Return the kind of the change from one revision to another: of an edit with its page, the edit's."""
    edit = next(((a, b) for a, b in _edits(revisions) if (a, b) == (old, new)), None)
    first = next((after for before, after in pairwise(revisions) if before is old), new)
    return str(new.kind if edit is None else first.kind)


def _show_diff(
    place: Place,
    article: "Article",
    old: "Revision",
    new: "Revision",
    difference: "Difference",
    revisions: "Sequence[Revision]",
    *,
    full: bool,
) -> None:
    from archive import terminal as t

    def told(revision: "Revision") -> str:
        return t.when(revision.first_seen_at, place.zone, now=place.now())

    feeds = ", ".join(dict.fromkeys(t.printable(seen.feed) for seen in article.sightings))
    kind = _TOLD_KINDS.get(_kind_of(old, new, revisions), str(new.kind))
    t.echo(
        f" Revision {old.number} -> {new.number}, {told(old)} -> {told(new)}, {kind}, seen in {feeds}"
    )
    width = min(t.columns(), 100) if place.is_terminal else 100
    if difference.is_title_changed or full:
        _echo_parts(place, "Title", difference.title, width, full=True)
    for label, paragraph in _folded(difference.paragraphs, full=full):
        if paragraph is None:
            t.echo(f" {label:<6} unchanged (--full)")
        else:
            _echo_parts(place, label, paragraph.parts, width, full=full)
    if also := ", ".join(_also_changed(old, new)):
        t.echo(f" Also   {also}")
    told_changes = [
        f"{t.number(difference.n_changed)} of {t.number(difference.n_words)} words changed"
    ]
    if difference.is_title_changed:
        told_changes.append("headline changed")
    t.echo(f" {' · '.join(told_changes)}")


def _folded(
    paragraphs: "Sequence[Paragraph]", *, full: bool
) -> "Iterator[tuple[str, Paragraph | None]]":
    """Yield (label, paragraph) of what is shown; None for a run of unchanged ones, labelled as a whole."""
    run: list[int] = []
    for paragraph in (*paragraphs, None):
        if paragraph is not None and not paragraph.is_changed and not full:
            run.append(paragraph.number)
            continue
        if run:
            yield (f"¶{run[0]}" if len(run) == 1 else f"¶{run[0]}-{run[-1]}"), None
            run.clear()
        if paragraph is not None:
            yield f"¶{paragraph.number}", paragraph


def _echo_parts(
    place: Place, label: str, parts: "Sequence[Part]", width: int, *, full: bool
) -> None:
    """Write changed text, wrapped, with signs and, on colour, in colour."""
    from archive import terminal as t

    words: list[tuple[str, str]] = []
    for n, (change, raw) in enumerate(parts):
        text = t.printable(raw)
        if change == "same":
            kept = (
                text if full else _with_context(text, is_first=n == 0, is_last=n == len(parts) - 1)
            )
            words += [(word, "") for word in kept.split()]
            continue
        opening, closing, look = ("{-", "-}", "red") if change == "gone" else ("{+", "+}", "green")
        words += [(word, look) for word in f"{opening}{text}{closing}".split()]
    line, room = "", 0
    first = f" {label:<6} "
    for word, look in words:
        painted = t.paint(word, look, colour=place.has_colour) if look else word
        size = t.text_width(word)
        if line and room < size + 1:
            t.echo(first + line)
            first, line = " " * 8, ""
        room = (room - 1 if line else width - 8) - size
        line = f"{line} {painted}" if line else painted
    t.echo((first + line).rstrip())


def _with_context(text: str, *, is_first: bool, is_last: bool) -> str:
    """Return unchanged text with only the words next to a change kept."""
    words = text.split()
    before = [] if is_first else words[:_CONTEXT]
    after = [] if is_last else words[-_CONTEXT:]
    if len(words) <= len(before) + len(after) + 1:
        return text
    return " ".join([*before, "…", *after])


def _diff_document(
    article: "Article", old: "Revision", new: "Revision", difference: "Difference"
) -> Mapping[str, object]:
    return {
        "schema": 1,
        "id": article.id,
        "from": {"number": old.number, "first_seen_at": old.first_seen_at, "title": old.title},
        "to": {"number": new.number, "first_seen_at": new.first_seen_at, "title": new.title},
        "kind": str(new.kind),
        "title_changed": difference.is_title_changed,
        "words_changed": difference.n_changed,
        "words": difference.n_words,
        "title": [{"change": change, "text": text} for change, text in difference.title],
        "paragraphs": [
            {
                "number": paragraph.number,
                "parts": [{"change": change, "text": text} for change, text in paragraph.parts],
            }
            for paragraph in difference.paragraphs
        ],
    }
