"""`why ID`: why an article is one, whether and when it went out, and where its text is from; in six sentences at most.

Each names the rule, the figure and what takes it back or mends it. Called by `ingest.commands.why`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from archive.commands.place import Place

if TYPE_CHECKING:
    from datetime import datetime

    from archive.front import Archive
    from archive.model.kept import Article, Revision, Sighting
    from archive.store.decisions import Decision
    from archive.store.outgoing import Issued, Outgoing
    from archive.store.told import Told

JOINED: Final = 3
"""So many further sightings are told of, each in a sentence; `duplicates` has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """All that the sentences are made of."""

    article: "Article"
    short: str
    decisions: "Sequence[Decision]"
    outgoing: "Outgoing"
    told: "Told"
    revision_of: "Mapping[int, Revision]"


def sentences(place: Place, archive: "Archive", article_id: str) -> list[str]:
    """Return the sentences. Raises NotFound."""
    known = _known(place, archive, article_id)
    return [*_joined(place, known), *_out(place, known), *_text(place, known)]


def document(place: Place, archive: "Archive", article_id: str) -> dict[str, object]:
    """Return the same for JSON (schema 1)."""
    known = _known(place, archive, article_id)
    return {
        "schema": 1,
        "article": known.article.id,
        "title": known.article.face.title,
        "said": [*_joined(place, known), *_out(place, known), *_text(place, known)],
        "sightings": [
            {
                "feed": seen.feed,
                "first_seen_at": seen.first_seen_at,
                "rule": seen.rule,
                "sighting": f"s{seen.id}",
            }
            for seen in known.article.sightings
        ],
        "published": [
            {"kind": str(one.kind), "issued_at": one.issued_at, "updated_at": one.shown_at}
            for one in known.outgoing.issued
        ],
        "due_at": known.outgoing.due_at,
        "hidden_by": [name for name, _ in known.outgoing.hidden_by],
        "page": {"state": known.told.page_state, "detail": known.told.page_detail},
    }


def _known(place: Place, archive: "Archive", article_id: str) -> _Known:
    from archive.store.decisions import decisions_of
    from archive.store.outgoing import outgoing_of
    from archive.store.reading import find_article
    from archive.store.sqlite import open_reader

    article = archive.article(article_id)
    reader = open_reader(place.archive_url)
    try:
        row = find_article(reader, article.id)
        decisions, outgoing = decisions_of(reader, row), outgoing_of(reader, row)
    finally:
        reader.close()
    variants = {article.face.variant_id, *(one.variant for one in outgoing.issued)}
    return _Known(
        article=article,
        short=archive.short_id(article.id),
        decisions=decisions,
        outgoing=outgoing,
        told=archive.told(article.face),
        revision_of={
            revision.id: revision
            for variant in sorted(variants)
            for revision in archive.revisions(article.id, variant_id=variant)
        },
    )


def _when(place: Place, instant: "datetime") -> str:
    from archive import terminal as t

    return t.when(instant, place.zone, now=place.now())


# ---- one or several ------------------------------------------------------------------------------


def _joined(place: Place, known: _Known) -> Iterator[str]:
    first, *others = known.article.sightings
    began = f"{first.feed}, {_when(place, first.first_seen_at)}"
    if not others:
        yield f"One article, seen once: in {began}.{_apart(known)}"
        return
    more = f"; all: newsarchive duplicates {known.short}" if len(others) > JOINED else ""
    yield f"One article, {len(known.article.sightings)} sightings; the first in {began}{more}."
    for seen in others[:JOINED]:
        yield (
            f"{seen.feed}, {_when(place, seen.first_seen_at)}: {_ground(known, seen)};"
            f" undo: newsarchive split {known.short} s{seen.id}."
        )


def _ground(known: _Known, seen: "Sighting") -> str:
    """Return why a sighting was taken for this article, with the rule and what was measured."""
    from archive.commands.duplicates import scores_told

    rule = {"guid": "the same guid in the same feed", "hand": "joined by hand"}.get(seen.rule)
    if rule is not None:
        return rule
    of_it = [
        one
        for one in known.decisions
        if one.sighting_id == seen.id and one.rule == seen.rule and one.other_id is None
    ]
    if not of_it:
        return f"rule {seen.rule}"
    decided = of_it[-1]
    measured = f": {scores_told(decided.scores)}" if decided.scores else ""
    return f"{decided.why or 'the same'} (rule {seen.rule}{measured})"


def _apart(known: _Known) -> str:
    """Return with which article it was compared last and kept apart from, and why; "" where there is none."""
    from archive import terminal as t
    from archive.commands.duplicates import scores_told

    kept = [
        one for one in known.decisions if one.other_id and one.verdict not in ("same", "revision")
    ]
    if not kept:
        return ""
    one = kept[-1]
    assert one.other_id is not None
    measured = f": {scores_told(one.scores)}" if one.scores else ""
    title = t.cut(one.other_title or "", 40)
    return (
        f" Not one with {one.other_id[:8]} ({title}): {one.why or one.verdict} (rule {one.rule}{measured});"
        f" by hand: newsarchive merge {known.short} {one.other_id[:8]}."
    )


# ---- in the feed ---------------------------------------------------------------------------------


def _out(place: Place, known: _Known) -> Iterator[str]:
    from archive.model.kept import PublicationKind

    issued, due_at = known.outgoing.issued, known.outgoing.due_at
    if not issued:
        yield _not_out(place, known)
        return
    last = issued[-1]
    if last.kind in (PublicationKind.REMOVED, PublicationKind.MERGED):
        hidden = f": {_hidden(known)}" if known.outgoing.hidden_by else ""
        yield f"Taken out of the feed {_when(place, last.issued_at)}{hidden}."
        return
    started = next(one for one in issued if one.kind is not PublicationKind.MERGED)
    said = f"In the feed since {_when(place, started.issued_at)}"
    if due_at is not None:
        now = due_at <= place.now()
        said += f"; what is new of it goes out {'with the next publish' if now else _when(place, due_at)}"
    yield f"{said}{_moved(place, known, issued)}."


def _moved(place: Place, known: _Known, issued: "Sequence[Issued]") -> str:
    """Return how often `updated` moved, when last and for what; and how often an edit left it."""
    changes = list(pairwise(issued))
    moved = [(old, new) for old, new in changes if new.shown_at != old.shown_at]
    quiet = len(changes) - len(moved)
    said = ""
    if moved:
        old, new = moved[-1]
        times = "once" if len(moved) == 1 else f"{len(moved)} times, last"
        said = (
            f"; 'updated' moved {times}, {_when(place, new.issued_at)}: {_change(known, old, new)};"
            f" newsarchive diff {known.short}; which edits move it: [publish] updated"
        )
    if quiet:
        said += f"; {quiet} change{'s' if quiet > 1 else ''} went out without moving 'updated'"
        if not moved:
            said += f", the last: {_change(known, *changes[-1])}"
    return said


def _change(known: _Known, old: "Issued", new: "Issued") -> str:
    from archive.commands.diff import told_changes
    from archive.output.facts import KIND_WORDS

    before, after = known.revision_of.get(old.revision), known.revision_of.get(new.revision)
    if old.variant != new.variant:
        return "another paper's telling stands for it"
    if before is None or after is None:
        return "what it showed was corrected"
    what = " and ".join(told_changes(before, after)) or "details"
    return f"{KIND_WORDS[after.kind]}, {what}"


def _not_out(place: Place, known: _Known) -> str:
    if known.outgoing.hidden_by:
        return f"Not in the feed: {_hidden(known)}."
    due_at = known.outgoing.due_at
    if due_at is None:
        return "Not in the feed: the query of [publish] does not carry it; see it: newsarchive config show."
    if due_at <= place.now():
        return "Not in the feed yet: it goes out with the next publish; now: newsarchive publish."
    return f"Not in the feed yet: it waits for its page, {_when(place, due_at)} at the latest."


def _hidden(known: _Known) -> str:
    """Return which feeds keep it in, and how one is let out."""
    hidden = known.outgoing.hidden_by
    names = ", ".join(name for name, _ in hidden)
    name, is_private = hidden[0]
    options = "--public --publish" if is_private else "--publish"
    word = "private" if all(private for _, private in hidden) else "not published"
    return f"{names} {'is' if len(hidden) == 1 else 'are'} {word}; let it out: newsarchive feeds edit {name} {options}"


# ---- its text ------------------------------------------------------------------------------------


def _text(place: Place, known: _Known) -> Iterator[str]:
    told, face = known.told, known.article.face
    words = f"{face.word_count} words" if face.word_count else "no words"
    detail = f" ({told.page_detail})" if told.page_detail else ""
    again = f"newsarchive fetch {known.short}"
    match told.page_state:
        case "wall":
            yield f"No full text, {words}: its page is behind a wall{detail}; ask again: {again}."
        case "failed":
            yield f"No full text yet, {words}: its page could not be read{detail}{_next(place, told)}; now: {again}."
        case "given_up":
            yield f"No full text, {words}: its page was given up{detail}; ask again: {again}."
        case "wanted":
            yield f"Its text is its feed's, {words}: its page is still to be read{_next(place, told)}; now: {again}."
        case "read":
            used = any(one.is_used for one in told.statements if one.statement.source == "page")
            whose = "its page's" if used else "its feed's, though its page was read"
            yield f"Its text is {whose}, {words}{detail}; each field's source: newsarchive show {known.short} --why."
        case _:
            yield (
                f"Its text is its feed's, {words}: its page was not asked for, as the feed gives the whole text or its"
                f" pages are not wanted; ask: {again}."
            )


def _next(place: Place, told: "Told") -> str:
    due = [task.due_at for task in told.tasks if task.due_at is not None]
    if not due:
        return ""
    at = min(due)
    return ", due now" if at <= place.now() else f", asked next {_when(place, at)}"
