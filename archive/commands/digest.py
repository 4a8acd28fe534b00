"""digest and related: lists of articles for reading. Called by the root command alone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import click

from archive.commands.place import Place, pass_place
from archive.commands.search import QueryCommand

if TYPE_CHECKING:
    from archive.model.kept import Article, Hit

MOST: Final = 1_000
"""Articles of one digest: beyond that nobody reads it; what is left out is said."""

_MARKS: Final = re.compile(r"([\\`*_\[\]<>#|~])")


@click.command(
    cls=QueryCommand,
    epilog="""\b
EXAMPLES
  newsarchive digest > yesterday.md
  newsarchive digest --days 7 'saved:stikstof OR title:kabinet'
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
@click.option("--no-lead", is_flag=True, help="Headlines only.")
@pass_place
def digest(place: Place, words: tuple[str, ...], days: int, no_lead: bool) -> int | None:
    """Write the articles of the last days as Markdown, by feed, the newest first.

    QUERY narrows them. A headline links to its article; what an edit changed is said.
    """
    from archive import terminal as t
    from archive.front import Archive

    now = place.now()
    query = " ".join(words).strip()
    since = now - timedelta(days=days)
    with Archive.open(place.archive_url) as archive:
        found = archive.search(query, limit=MOST, after=since, now=now, timezone=place.zone)
    hits = found.hits
    if not hits:
        t.say(f"nothing found: {t.printable('; '.join(found.notes))}")
        return 1
    for line in markdown(hits, query=query, since=since, until=now, place=place, leads=not no_lead):
        t.echo(line)
    if found.next_page is not None:
        t.say(f" the newest {t.number(len(hits))} of {t.number(found.n_total or 0)} articles")
    return None


def markdown(
    hits: Sequence["Hit"],
    *,
    query: str,
    since: datetime,
    until: datetime,
    place: Place,
    leads: bool,
) -> Iterator[str]:
    """Yield the lines of a digest; every stored text is escaped, so that it marks nothing up."""
    from archive import terminal as t

    def told(instant: datetime) -> str:
        return t.when(instant, place.zone, now=until)

    yield f"# News, {told(since)} to {told(until)}"
    yield ""
    if query:
        yield f"{len(hits)} articles that match {escaped(query)}"
        yield ""
    by_feed: dict[str, list[Hit]] = {}
    for hit in hits:
        by_feed.setdefault(hit.feed_title or hit.feed, []).append(hit)
    for feed, held in sorted(by_feed.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield f"## {escaped(feed)} ({len(held)})"
        yield ""
        for hit in held:
            yield from _entry(hit, told(hit.effective_at), leads=leads)
        yield ""


def _entry(hit: "Hit", when: str, *, leads: bool) -> Iterator[str]:
    title = escaped("".join(text for text, _ in hit.title.parts)) or "(no headline)"
    url = address(hit.url)
    facts = [when]
    facts += [f"{hit.reading_minutes} min"] if hit.reading_minutes else []
    facts += [f"seen {hit.n_sightings} times"] if hit.n_sightings > 1 else []
    facts += ["edited"] if hit.n_revisions > 1 else []
    yield f"- {f'[{title}](<{url}>)' if url else title} · {' · '.join(facts)} · `{hit.id}`"
    lead = escaped("".join(text for text, _ in hit.snippet.parts))
    if leads and lead:
        yield f"  {lead}"


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    from archive.terminal import printable

    return _MARKS.sub(r"\\\1", printable(text).strip())


def address(url: str | None) -> str:
    """Return a web address that may stand between < and > in a link; "" for what is none."""
    from archive.terminal import printable

    shown = printable(url or "").strip()
    if not shown.lower().startswith(("http://", "https://")):
        return ""
    return shown.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C").replace(" ", "%20")


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
