"""digest and related: lists of articles for reading. Called by the root command alone."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import click

from archive.commands.place import Place, pass_place
from archive.commands.search import QueryCommand

if TYPE_CHECKING:
    from archive.model.kept import Article, Found
    from archive.output.digest import Section

MOST: Final = 1_000
"""Articles of one digest: beyond that nobody reads it; what is left out is said."""


@click.command(
    cls=QueryCommand,
    epilog="""\b
EXAMPLES
  newsarchive digest > yesterday.md
  newsarchive digest --days 7 'saved:stikstof OR title:kabinet'
  newsarchive digest --days 7 --by saved --html > week.html
  newsarchive digest --days 1 lang:nl --no-lead""",
)
@click.argument("words", metavar="QUERY...", nargs=-1)
@click.option(
    "--days",
    type=click.IntRange(1, 3660),
    default=1,
    show_default=True,
    help="So far back from now.",
)
@click.option(
    "--by",
    type=click.Choice(["feed", "saved"]),
    default="feed",
    show_default=True,
    help="A section for each feed, or for each saved search.",
)
@click.option("--html", "as_html", is_flag=True, help="A page of HTML instead of Markdown.")
@click.option("--no-lead", is_flag=True, help="Headlines only.")
@pass_place
def digest(
    place: Place, words: tuple[str, ...], days: int, by: str, as_html: bool, no_lead: bool
) -> int | None:
    """Write the articles of the last days as Markdown or HTML, by feed or saved search, the newest first.

    QUERY narrows them. A headline links to its article; what an edit changed is said. By saved
    search, an article stands under each that finds it.
    """
    from archive import terminal as t
    from archive.front import Archive
    from archive.output import digest as output

    now = place.now()
    query = " ".join(words).strip()
    since = now - timedelta(days=days)
    with Archive.open(place.archive_url) as archive:

        def found_by(text: str) -> "Found":
            return archive.search(text, limit=MOST, after=since, now=now, timezone=place.zone)

        found = found_by(query)
        if by == "feed":
            sections = output.by_feed(found.hits)
        else:
            sections = _by_saved(archive.saved_searches(), found, found_by)
    if not any(section.hits for section in sections):
        t.say(
            f"nothing found: {t.printable('; '.join(found.notes) or 'no saved search finds any')}"
        )
        return 1
    held = output.Digest(
        since=since,
        until=now,
        query=query,
        n_articles=len({hit.id for section in sections for hit in section.hits}),
        sections=sections,
    )
    render = output.html if as_html else output.markdown
    for line in render(held, told=lambda at: t.when(at, place.zone, now=now), leads=not no_lead):
        t.echo(line)
    if found.next_page is not None:
        t.say(f" the newest {t.number(len(found.hits))} of {t.number(found.n_total or 0)} articles")
    return None


def _by_saved(
    saved: Mapping[str, str], found: "Found", found_by: Callable[[str], "Found"]
) -> "tuple[Section, ...]":
    """Return a section for each saved search that finds something of what was found."""
    from archive import terminal as t
    from archive.errors import QueryError
    from archive.output.digest import Section

    wanted = {hit.id for hit in found.hits}
    sections = []
    for name in saved:
        try:
            hits = tuple(hit for hit in found_by(f"saved:{name}").hits if hit.id in wanted)
        except QueryError as error:  # a feed it named is gone, another saved search changed
            t.say(f"{name}: {t.printable(str(error))}")
            continue
        if hits:
            sections.append(Section(title=name, hits=hits))
    return tuple(sections)


# -- related ---------------------------------------------------------------------------------


@click.command(epilog="\b\nEXAMPLES\n  newsarchive related k7q2\n  newsarchive related k7q2 --json")
@click.argument("article_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@pass_place
def related(place: Place, article_id: str, as_json: bool) -> int | None:
    """List the articles that tell of the same matter as another one, the newest first.

    Related are those that were found much alike, and yet told apart: follow-ups and corrections.
    """
    from archive import terminal as t
    from archive.front import Archive

    with Archive.open(place.archive_url) as archive:
        article = archive.article(article_id)
        rows = [_facts(archive.article(other)) for other, _ in article.related]
        shorts = {row["id"]: archive.short_id(str(row["id"])) for row in rows}
    if as_json:
        t.echo_json({"schema": 1, "id": article.id, "related": rows})
    for row in [] if as_json else rows:
        if place.is_terminal:
            at = row["effective_at"]
            assert isinstance(at, datetime)
            when = t.pad(t.when(at, place.zone, now=place.now()), 12)
            feed = t.pad(t.printable(str(row["feed"])), 12)
            line = f" {when}  {feed}  {shorts[row['id']]}  {t.printable(str(row['title']))}"
            t.echo(t.cut(line, t.columns()))
        else:
            t.echo_row([row["effective_at"], row["feed"], row["title"], row["id"], row["url"]])
    if not rows:
        t.say("no related article is known; look by words: newsarchive search")
    return None if rows else 1


def _facts(article: "Article") -> Mapping[str, object]:
    return {
        "id": article.id,
        "title": article.face.title,
        "url": article.face.canonical_url or article.face.url,
        "feed": article.sightings[0].feed if article.sightings else "",
        "effective_at": article.effective_at,
    }
