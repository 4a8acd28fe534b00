"""set and duplicates: a field corrected by hand, and what was joined into an article. Called by the root alone."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from archive.commands.place import Place, pass_place
from archive.errors import UsageError

if TYPE_CHECKING:
    from archive.model.kept import Article, Sighting
    from archive.store.decisions import Decision

NEVER_EMPTY = frozenset({"title", "text", "url", "published_at"})

# -- set -------------------------------------------------------------------------------------


@click.command(
    "set",
    epilog='\b\nEXAMPLES\n  newsarchive set k7q2 title="NAVO eens over vijf procent"\n'
    "  newsarchive set k7q2 authors='Marit Vos, Jan de Wit' published_at=2026-11-24T08:12+01:00",
)
@click.argument("article_id", metavar="ID")
@click.argument("fields", metavar="FIELD=VALUE...", nargs=-1, required=True)
@pass_place
def set_(place: Place, article_id: str, fields: tuple[str, ...]) -> None:
    """Correct fields of an article by hand; what feeds and pages say of them later counts no more.

    FIELD is title, text, url, authors, section, tags, language, published_at, image_url or
    description; commas part authors and tags. Shown as a revision of yours, never as an edit of
    the publisher; what was stated stays.
    """
    from archive import terminal
    from archive.commands.upkeep import who_runs
    from archive.front import Archive
    from archive.store import Store

    values = _values(fields)
    with Store.open(place.archive_url) as store:
        is_changed = store.set_fields(article_id, values, who=who_runs(), now=place.now())
    if not is_changed:
        terminal.echo("already so, nothing changed")
        return
    with Archive.open(place.archive_url) as archive:
        article = archive.article(article_id)
        short = archive.short_id(article.id)
    terminal.echo(f"set {', '.join(values)} of {short}    {terminal.printable(article.face.title)}")


def _values(fields: Sequence[str]) -> Mapping[str, object]:
    """Return what FIELD=VALUE words put, by field; UsageError for a word that is none."""
    from archive.record import hand_value
    from archive.terminal import printable

    values: dict[str, object] = {}
    for word in fields:
        name, is_given, text = word.partition("=")
        if not is_given:
            raise UsageError(f"{word!r} sets nothing; write it as FIELD=VALUE")
        if name in values:
            raise UsageError(f"{name} is set twice")
        text = "\n".join(printable(line) for line in text.splitlines())
        if name in NEVER_EMPTY and not text.strip():
            raise UsageError(f"{name} cannot be empty")
        values[name] = hand_value(name, text)
    return values


# -- duplicates ------------------------------------------------------------------------------


@click.command(
    epilog="\b\nEXAMPLES\n  newsarchive duplicates k7q2\n  newsarchive duplicates k7q2 --json"
)
@click.argument("article_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@pass_place
def duplicates(place: Place, article_id: str, as_json: bool) -> None:
    """Show every place an article was seen, and why it was taken for this one, or not for others."""
    from archive import terminal
    from archive.front import Archive
    from archive.store.decisions import decisions_of
    from archive.store.reading import find_article
    from archive.store.sqlite import open_reader

    with Archive.open(place.archive_url) as archive:
        article = archive.article(article_id)
    reader = open_reader(place.archive_url)
    try:
        decisions = decisions_of(reader, find_article(reader, article.id))
    finally:
        reader.close()
    of_sighting = {
        sighting.id: [one for one in decisions if one.sighting_id == sighting.id]
        for sighting in article.sightings
    }
    if as_json:
        terminal.echo_json(_document(article, of_sighting))
    elif place.is_terminal:
        _show(place, article, of_sighting)
    else:
        for sighting in article.sightings:
            for row in _rows(sighting, of_sighting[sighting.id]):
                terminal.echo_row(row)


def _document(
    article: "Article", of_sighting: Mapping[int, Sequence["Decision"]]
) -> dict[str, object]:
    return {
        "schema": 1,
        "article": article.id,
        "title": article.face.title,
        "sightings": [
            {
                "feed": sighting.feed,
                "guid": sighting.guid,
                "url": sighting.url,
                "title": sighting.title,
                "first_seen_at": sighting.first_seen_at,
                "rule": sighting.rule,
                "compared": [
                    {
                        "verdict": one.verdict,
                        "rule": one.rule,
                        "why": one.why,
                        "scores": dict(one.scores),
                        "source": one.source,
                        "decided_at": one.decided_at,
                        "other": one.other_id,
                        "other_title": one.other_title,
                    }
                    for one in of_sighting[sighting.id]
                ],
            }
            for sighting in article.sightings
        ],
    }


def _rows(sighting: "Sighting", decisions: Sequence["Decision"]) -> list[tuple[object, ...]]:
    """Return a row a comparison, one for a sighting that was compared with nothing."""
    place = (sighting.feed, sighting.first_seen_at, sighting.rule)
    if not decisions:
        return [(*place, None, None, None, None, None)]
    return [
        (*place, one.verdict, one.rule, one.other_id, one.why, scores_told(one.scores))
        for one in decisions
    ]


def scores_told(scores: Mapping[str, float]) -> str:
    """Return what was measured: "shingles 0.94, numbers 1"."""
    return ", ".join(f"{name} {value:.3g}" for name, value in scores.items())


def _show(
    place: Place, article: "Article", of_sighting: Mapping[int, Sequence["Decision"]]
) -> None:
    from archive import terminal as t

    title = t.printable(article.face.title) or "(no headline)"
    t.echo(f" {t.paint(title, 'bold', colour=place.has_colour)}    {article.id}")
    width = max(t.text_width(sighting.feed) for sighting in article.sightings)
    for sighting in article.sightings:
        when = t.when(sighting.first_seen_at, place.zone, now=place.now())
        t.echo(f" {t.pad(sighting.feed, width)}  {when}  {_rule_told(sighting.rule)}")
        if sighting.title and sighting.title != article.face.title:
            t.echo(f"     headline there: {t.printable(sighting.title)}")
        for one in of_sighting[sighting.id]:
            t.echo(f"     {_told(one)}")


def _rule_told(rule: str) -> str:
    match rule:
        case "new":
            return "began here"
        case "recycled":
            return "began here, under an address that another article had"
        case "guid":
            return "same guid in the same feed, at another address"
        case "hand":
            return "joined by hand"
        case _:
            return f"joined by rule {rule}"


def _told(one: "Decision") -> str:
    """Return a comparison in words, with what was measured."""
    from archive import terminal as t

    whom = (
        f" {one.other_id[:8]} ({t.cut(t.printable(one.other_title or ''), 40)})"
        if one.other_id
        else ""
    )
    word = {"same": "one with this", "revision": "one with this", "related": "related to"}.get(
        one.verdict, "not"
    )
    if one.other_id and word == "one with this":
        word = "one with"
    why = f": {t.printable(one.why)}" if one.why else ""
    measured = f"  [{scores_told(one.scores)}]" if one.scores else ""
    return f"{word}{whom}{why} (rule {one.rule}){measured}"
