"""diff: what an edit changed in an article, word by word (USE). Called by the root command alone."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import click

from archive.commands.place import Place, pass_place

if TYPE_CHECKING:
    from archive.difference import Difference, Paragraph, Piece
    from archive.model.kept import Article, Revision

_CONTEXT: Final = 16
"""Pieces (words, spaces, marks) of unchanged text kept on each side of a change: about eight words."""

_TOLD_KINDS: Final = {
    "substantial": "substantial edit",
    "minor": "small edit",
    "page": "its page was read",
    "moved": "another address",
    "hand": "corrected by hand",
    "reparse": "read by a newer parser",
}

Heads = tuple[tuple[str, str], tuple[str, str]]

Word = list[tuple[str, str]]
"""What stands between two spaces, as (text, colour) each."""


@click.command(
    epilog="""\b
EXAMPLES
  newsarchive diff k7q2
  newsarchive diff k7q2 --side
  newsarchive diff k7q2 1 3 --full
  newsarchive diff k7q2 --between joop,nos"""
)
@click.argument("article_id", metavar="ID")
@click.argument("numbers", metavar="[A B]", nargs=-1, type=click.IntRange(min=1))
@click.option("--between", metavar="FEED,FEED", help="How two papers told it, each as it says now.")
@click.option("--full", is_flag=True, help="Unchanged paragraphs too.")
@click.option(
    "--side/--inline", "is_side", default=False, help="Side by side, or in one text (the default)."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@pass_place
def diff(
    place: Place,
    article_id: str,
    numbers: tuple[int, ...],
    between: str | None,
    full: bool,
    is_side: bool,
    as_json: bool,
) -> int | None:
    """Show what an edit changed, word by word: {-taken out-} {+put in+}.

    The last edit, or the change from revision A to B, or what sets the telling of one feed's paper apart from that of
    another's. Exit code 1 where nothing was ever edited, or a feed did not show the article.
    """
    from archive import terminal
    from archive.commands.diff_between import names_in, tellings
    from archive.commands.show import numbered
    from archive.difference import compare
    from archive.errors import UsageError
    from archive.front import Archive

    if len(numbers) not in (0, 2):
        raise UsageError(
            f"diff takes no revision numbers, or two: newsarchive diff {article_id} 1 2"
        )
    if numbers and between is not None:
        raise UsageError("--between compares two papers' tellings: leave the revision numbers out")
    papers = None if between is None else names_in(between, article_id)
    with Archive.open(place.archive_url) as archive:
        article = archive.article(article_id)
        revisions = archive.revisions(article.id)
        pair = None if papers is None else tellings(archive, article, papers)
    if pair is not None:
        old, new = pair
    elif numbers:
        old, new = (numbered(revisions, number, article_id) for number in numbers)
    else:
        found = list(edits(revisions))
        if not found:
            terminal.say(_no_edit(revisions))
            return 1
        old, new = found[-1]
    difference = compare(old.text, new.text)
    if as_json:
        terminal.echo_json(_document(article, old, new, difference, papers))
    else:
        heads = _heads(place, old, new, papers)
        kind = "two papers" if papers else _kind_told(old, new, revisions)
        _show(place, article, old, new, difference, heads, kind, full=full, is_side=is_side)
    return None


def edits(revisions: "Sequence[Revision]") -> "Iterator[tuple[Revision, Revision]]":
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


def told_changes(old: "Revision", new: "Revision") -> Iterator[str]:
    """Yield in a few words what an edit changed: "headline", "12 % of the text", "authors"."""
    from archive.difference import compare

    difference = compare(old.text, new.text)
    if old.title.split() != new.title.split():
        yield "headline"
    if difference.n_changed_words:
        share = 100 * difference.n_changed_words / max(1, difference.n_words)
        yield f"{max(1, round(share))} % of the text"
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


def _no_edit(revisions: "Sequence[Revision]") -> str:
    if len(revisions) == 1:
        return "never edited: one revision"
    kinds = ", ".join(f"{revision.number} {revision.kind}" for revision in revisions)
    return f"never edited by its publisher; its revisions: {kinds}. Compare two: newsarchive diff ID 1 2"


def _kind_of(old: "Revision", new: "Revision", revisions: "Sequence[Revision]") -> str:
    """Return the kind of the change from one revision to another: of an edit with its page, the edit's."""
    edit = next(((a, b) for a, b in edits(revisions) if (a, b) == (old, new)), None)
    first = next((after for before, after in pairwise(revisions) if before is old), new)
    return str(new.kind if edit is None else first.kind)


# -- for people ------------------------------------------------------------------------------------


def _show(
    place: Place,
    article: "Article",
    old: "Revision",
    new: "Revision",
    difference: "Difference",
    heads: Heads,
    kind: str,
    *,
    full: bool,
    is_side: bool,
) -> None:
    from archive import terminal as t
    from archive.difference import compare_words

    feeds = ", ".join(dict.fromkeys(t.printable(seen.feed) for seen in article.sightings))
    (name, at), (other_name, other_at) = heads
    what = "Revision " if name.isdecimal() else ""
    t.echo(f" {what}{name} -> {other_name}, {at} -> {other_at}, {kind}, seen in {feeds}")
    width = min(t.columns(), 100) if place.is_terminal else 100
    title = compare_words(old.title, new.title)
    is_title_changed = old.title.split() != new.title.split()
    if is_side:
        from archive.commands.diff_sides import show_sides

        titles = [("Title", title)] if is_title_changed or full else []
        show_sides(
            place,
            (f"{name}, {at}", f"{other_name}, {other_at}"),
            [*titles, *_labelled(difference, new.text, full=full)],
            full=full,
        )
    else:
        if is_title_changed or full:
            _echo_pieces(place, "Title", title, width, full=True)
        for label, pieces in _labelled(difference, new.text, full=full):
            if pieces is None:
                t.echo(f" {label:<6} unchanged (--full)")
            else:
                _echo_pieces(place, label, pieces, width, full=full)
    if also := ", ".join(_also_changed(old, new)):
        t.echo(f" Also   {also}")
    summary = (
        f"{t.number(difference.n_changed_words)} of {t.number(difference.n_words)} words changed"
    )
    t.echo(f" {summary}{' · headline changed' if is_title_changed else ''}")


def _heads(place: Place, old: "Revision", new: "Revision", papers: tuple[str, str] | None) -> Heads:
    """Return (what is compared, since when it says so) of both sides: a feed, or a revision's number."""
    from archive import terminal as t

    names = papers or (str(old.number), str(new.number))
    one, other = (
        (t.printable(name), t.when(revision.first_seen_at, place.zone, now=place.now()))
        for name, revision in zip(names, (old, new), strict=True)
    )
    return one, other


def _kind_told(old: "Revision", new: "Revision", revisions: "Sequence[Revision]") -> str:
    return _TOLD_KINDS.get(_kind_of(old, new, revisions), str(new.kind))


def _labelled(
    difference: "Difference", text: str, *, full: bool
) -> "Iterator[tuple[str, Sequence[Piece] | None]]":
    """Yield (label, pieces) of what is shown; None for a run of unchanged paragraphs, labelled as a whole."""
    from archive.difference import Folded

    for part in difference.parts:
        if isinstance(part, Folded) and not full:
            is_one = part.first == part.last
            yield (f"¶{part.first}" if is_one else f"¶{part.first}-{part.last}"), None
        else:
            for paragraph in _unfolded(part, text):
                yield f"¶{paragraph.first}", paragraph.pieces


def _unfolded(part: object, text: str) -> "Iterator[Paragraph]":
    """Yield the paragraphs of a part, those that stayed as they were too."""
    from archive.difference import Folded, Paragraph, Piece, Sign, paragraphs_of

    if isinstance(part, Folded):
        lines = paragraphs_of(text)
        for number in range(part.first, part.last + 1):
            same = Piece(sign=Sign.SAME, text=lines[number - 1])
            yield Paragraph(first=number, pieces=(same,))
    elif isinstance(part, Paragraph):
        yield part


def _echo_pieces(
    place: Place, label: str, pieces: "Sequence[Piece]", width: int, *, full: bool
) -> None:
    """Write changed text, wrapped, with signs and, on colour, in colour."""
    from archive import terminal as t

    first = f" {label:<6} "
    for line, _ in wrapped(place, pieces, width - 8, full=full) or [("", 0)]:
        t.echo((first + line).rstrip())
        first = " " * 8


def wrapped(
    place: Place, pieces: "Sequence[Piece]", width: int, *, full: bool
) -> list[tuple[str, int]]:
    """Return changed text in lines of at most `width` columns, each with the columns that it takes."""
    from archive import terminal as t

    lines: list[tuple[str, int]] = []
    line, taken = "", 0
    for word in _words(pieces, full=full):
        for glued in _within(word, width):
            size = sum(t.text_width(text) for text, _ in glued)
            painted = "".join(
                t.paint(text, look, colour=place.has_colour) if look else text
                for text, look in glued
            )
            if line and taken + 1 + size > width:
                lines.append((line, taken))
                line, taken = "", 0
            taken += size + (1 if line else 0)
            line = f"{line} {painted}" if line else painted
    return [*lines, (line, taken)] if line else lines


def _words(pieces: "Sequence[Piece]", *, full: bool) -> Iterator[Word]:
    """Yield what stands between spaces: a change within a word, or in a script without spaces, stays in its place."""
    from archive import terminal as t
    from archive.difference import Sign

    word: Word = []
    for n, piece in enumerate(pieces):
        text, opening, closing, look = t.printable(piece.text), "", "", ""
        if piece.sign is Sign.SAME:
            text = text if full else _shortened(text, is_first=n == 0, is_last=n == len(pieces) - 1)
        elif piece.sign is Sign.GONE:
            opening, closing, look = "{-", "-}", "red"
        else:
            opening, closing, look = "{+", "+}", "green"
        stripped = text.strip()
        if text[:1].isspace() or _is_swap_of_words(pieces, n):
            yield from _ended(word)
        marked = f"{opening}{stripped}{closing}" if stripped else ""
        for number, run in enumerate(marked.split()):
            if number:
                yield from _ended(word)
            word.append((run, look))
        if text[-1:].isspace():
            yield from _ended(word)
    yield from _ended(word)


def _ended(word: Word) -> Iterator[Word]:
    if word:
        yield list(word)
        word.clear()


def _is_swap_of_words(pieces: "Sequence[Piece]", n: int) -> bool:
    """Tell whether piece `n` came for one that went, between spaces: the two are set apart as two words."""
    from archive.difference import Sign

    if not n > 0 or pieces[n].sign is not Sign.NEW or pieces[n - 1].sign is not Sign.GONE:
        return False
    return n == 1 or pieces[n - 2].text[-1:].isspace()


def _within(word: Word, width: int) -> Iterator[Word]:
    """Yield a word whole, or, where it is longer than a line (a script without spaces), letter by letter in lines."""
    from archive import terminal as t

    if sum(t.text_width(text) for text, _ in word) <= width:
        yield word
        return
    line: Word = []
    room = width
    for text, look in word:
        for letter in text:
            size = t.text_width(letter)
            if size > room:
                yield line
                line, room = [], width
            if line and line[-1][1] == look:
                line[-1] = (line[-1][0] + letter, look)
            else:
                line.append((letter, look))
            room -= size
    yield line


def _shortened(text: str, *, is_first: bool, is_last: bool) -> str:
    """Return unchanged text with only what is next to a change kept."""
    from archive.difference import pieces_of

    pieces = pieces_of(text)
    n_before, n_after = 0 if is_first else _CONTEXT, 0 if is_last else _CONTEXT
    if len(pieces) <= n_before + n_after + 2:
        return text
    before = "".join(pieces[:n_before]).rstrip()
    after = "".join(pieces[len(pieces) - n_after :]).lstrip()
    return f"{before} … {after}"


# -- for programs ----------------------------------------------------------------------------------


def _document(
    article: "Article",
    old: "Revision",
    new: "Revision",
    difference: "Difference",
    papers: tuple[str, str] | None,
) -> Mapping[str, object]:
    from archive.difference import compare_words

    def parts(pieces: "Sequence[Piece]") -> list[dict[str, str]]:
        return [{"change": piece.sign.value, "text": piece.text} for piece in pieces]

    return {
        "schema": 1,
        "id": article.id,
        "from": {"number": old.number, "first_seen_at": old.first_seen_at, "title": old.title},
        "to": {"number": new.number, "first_seen_at": new.first_seen_at, "title": new.title},
        "kind": str(new.kind) if papers is None else None,
        "between": papers,
        "title_changed": old.title.split() != new.title.split(),
        "words_changed": difference.n_changed_words,
        "words": difference.n_words,
        "title": parts(compare_words(old.title, new.title)),
        "paragraphs": [
            {"number": paragraph.first, "parts": parts(paragraph.pieces)}
            for part in difference.parts
            for paragraph in _unfolded(part, new.text)
        ],
    }
