"""stats and export: what the archive holds, counted, and as JSON lines. Called by the root command alone."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from archive.commands.place import Place, pass_place

if TYPE_CHECKING:
    from archive.commands.breakdown import By
    from archive.store.counting import Counts
    from archive.store.overlap import Overlap
    from archive.store.tally import Totals

# -- stats -----------------------------------------------------------------------------------


@click.command(
    epilog="""\b
EXAMPLES
  newsarchive stats
  newsarchive stats --by month
  newsarchive stats --by overlap
  newsarchive stats --json"""
)
@click.option(
    "--by",
    type=click.Choice(["feed", "month", "overlap"]),
    help="A table by feed, by month, or of feeds that show the same articles.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@pass_place
def stats(place: Place, by: "By | None", as_json: bool) -> int | None:
    """Count articles, sightings, edits, duplicates and pages, in all, by feed and by month.

    An article, and an edit, counts for the feed that showed it first; a duplicate is a sighting of
    an article that another one had begun; a headline is an edit that changed the headline.
    """
    from contextlib import closing

    from archive.commands.breakdown import show_by
    from archive.store import counting, overlap, tally
    from archive.store.sqlite import open_reader, path_of

    with closing(open_reader(place.archive_url)) as reader, reader.snapshot():
        totals = tally.totals(reader)
        counts = counting.counts(reader, path_of(place.archive_url), now=place.now())
        pairs = overlap.overlaps(reader) if as_json or by == "overlap" else ()
    if as_json:
        _echo_document(totals, counts, pairs)
    elif by is not None:
        return show_by(place, by, totals.months, pairs)
    elif place.is_terminal:
        _show(place, totals, counts)
    else:
        from archive import terminal

        for name, value in _figures(totals, counts):
            terminal.echo_row((name, value))
    return None


def _echo_document(totals: "Totals", counts: "Counts", pairs: "Sequence[Overlap]") -> None:
    from archive import terminal

    terminal.echo_json(
        {
            "schema": 1,
            "feeds": totals.n_feeds,
            "articles": totals.n_articles,
            "sightings": totals.n_sightings,
            "duplicates": totals.n_duplicates,
            "edits": totals.n_edits,
            "polls": totals.n_polls,
            "order_dependent": counts.n_order_dependent,
            "first_seen_at": totals.first_seen_at,
            "last_seen_at": totals.last_seen_at,
            "revisions": dict(counts.revisions),
            "pages": dict(counts.pages),
            "bytes": {"archive": counts.n_archive_bytes, "bodies": counts.n_bodies_bytes},
            "by_feed": [
                {
                    "feed": feed.name,
                    "articles": feed.n_articles,
                    "sightings": feed.n_sightings,
                    "joined": feed.n_joined,
                    "days": list(feed.days),
                }
                for feed in counts.feeds
            ],
            "by_month": [
                {
                    "month": month.month,
                    "feed": month.feed,
                    "articles": month.n_articles,
                    "sightings": month.n_sightings,
                    "duplicates": month.n_joined,
                    "edits": month.n_edits,
                    "headlines": month.n_headlines,
                }
                for month in totals.months
            ],
            "overlap": [
                {"feed": pair.feed, "other": pair.other, "articles": pair.n_articles}
                for pair in pairs
            ],
        }
    )


def _figures(totals: "Totals", counts: "Counts") -> Iterator[tuple[str, object]]:
    """Yield (name, value) of every figure, for a pipe: a feed's as `feed.NAME.articles`."""
    yield "feeds", totals.n_feeds
    yield "articles", totals.n_articles
    yield "sightings", totals.n_sightings
    yield "duplicates", totals.n_duplicates
    yield "edits", totals.n_edits
    yield "polls", totals.n_polls
    yield "order_dependent", counts.n_order_dependent
    yield "first_seen_at", totals.first_seen_at
    yield "last_seen_at", totals.last_seen_at
    for kind, n in counts.revisions.items():
        yield f"revisions.{kind}", n
    for state, n in counts.pages.items():
        yield f"pages.{state}", n
    yield "bytes.archive", counts.n_archive_bytes
    yield "bytes.bodies", counts.n_bodies_bytes
    for feed in counts.feeds:
        yield f"feed.{feed.name}.articles", feed.n_articles
        yield f"feed.{feed.name}.sightings", feed.n_sightings
        yield f"feed.{feed.name}.joined", feed.n_joined


def _show(place: Place, totals: "Totals", counts: "Counts") -> None:
    from archive import terminal as t

    n = t.number
    t.echo(
        f" {n(totals.n_articles)} articles of {n(totals.n_feeds)} feeds, {n(totals.n_sightings)} sightings,"
        f" {n(totals.n_duplicates)} duplicates folded, {n(totals.n_edits)} edits, {n(totals.n_polls)} polls"
    )
    if totals.first_seen_at is not None and totals.last_seen_at is not None:
        first, last = (
            t.when(at, place.zone, now=place.now())
            for at in (totals.first_seen_at, totals.last_seen_at)
        )
        t.echo(f" Seen       {first} to {last}")
    for name, held in (("Revisions", counts.revisions), ("Pages", counts.pages)):
        if held:
            t.echo(f" {name:<10} {' · '.join(f'{n(held[kind])} {kind}' for kind in held)}")
    if counts.n_order_dependent:
        t.echo(
            f" Order      {n(counts.n_order_dependent)} sightings would stand elsewhere, had others come first"
        )
    t.echo(
        f" Files      {t.size(counts.n_archive_bytes)}, raw documents {t.size(counts.n_bodies_bytes)}"
    )
    if not counts.feeds:
        return
    width = max(4, *(t.text_width(feed.name) for feed in counts.feeds))
    t.echo()
    heads = (
        f" {t.pad('feed', width)}  {'last 30 days':<30}  {'articles':>9}  {'sightings':>9}  joined"
    )
    t.echo(t.paint(heads, "dim", colour=place.has_colour))
    for feed in counts.feeds:
        share = f"{feed.n_joined / feed.n_sightings:.0%}" if feed.n_sightings else ""
        t.echo(
            f" {t.pad(feed.name, width)}  {t.sparkline(feed.days)}  {n(feed.n_articles):>9}"
            f"  {n(feed.n_sightings):>9}  {share:>6}"
        )


# -- export ----------------------------------------------------------------------------------


@click.command(
    epilog="\b\nEXAMPLES\n  newsarchive export --jsonl > articles.jsonl\n"
    "  newsarchive export --jsonl --sightings | wc -l"
)
@click.option("--jsonl", is_flag=True, default=True, help="A JSON object a line (the only form).")
@click.option("--sightings", is_flag=True, help="A row for each title or text that a feed stated.")
@click.option("--private", is_flag=True, help="Also what only private feeds showed.")
@pass_place
def export(place: Place, jsonl: bool, sightings: bool, private: bool) -> None:
    """Write the articles as JSON lines, for reading elsewhere; dump is for archives.

    A row has feed (the address subscribed to), guid and url as stated or null, title, article
    (its id), published_at, first_seen_at, language, text, html; without --sightings one row an
    article, as it stands.
    """
    from archive import terminal
    from archive.front import Archive

    with (
        Archive.open(place.archive_url) as archive,
        terminal.Progress("export", unit="rows") as progress,
    ):
        for row in archive.export(with_sightings=sightings, include_private=private):
            terminal.echo_json(row)
            progress.step()
        n_rows = progress.done
    terminal.say(f"{terminal.number(n_rows)} rows")
