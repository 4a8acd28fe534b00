"""save, saved and unsave: names for queries, to be used in others as saved:NAME. Called by the root command alone."""

import re
from collections.abc import Mapping
from typing import Final

import click

from archive.commands.place import Place, pass_place
from archive.commands.search import QueryCommand
from archive.errors import NotFound, UsageError

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
"""A name stands in queries, and in addresses: no letter of it needs quotes in either."""


@click.command(
    cls=QueryCommand,
    epilog="""\b
EXAMPLES
  newsarchive save stikstof 'stikstof OR ammoniak'
  newsarchive save stikstof 'stikstof OR ammoniak OR uitkoop' --replace
  newsarchive search 'saved:stikstof -feed:nos'""",
)
@click.argument("name")
@click.argument("words", metavar="QUERY...", nargs=-1, required=True)
@click.option(
    "--replace", "may_replace", is_flag=True, help="Put it in the place of another query."
)
@click.option("--dry-run", is_flag=True, help="Tell what would be saved.")
@pass_place
def save(place: Place, name: str, words: tuple[str, ...], may_replace: bool, dry_run: bool) -> None:
    """Save a query under a name, which saved:NAME then stands for in other queries.

    NAME is of a-z, 0-9 and -. Ages such as since:7d count from the day the search is run.
    """
    from archive import terminal as t
    from archive.front import Archive

    query = " ".join(words).strip()
    if NAME.fullmatch(name) is None:
        raise UsageError(f"{name!r} is no name: write it in a-z, 0-9 and -, at most 64 of them")
    with Archive.open(place.archive_url) as archive:
        known = archive.saved_searches()
        _must_parse(place, name, query, known)
        n = t.number(
            archive.search(query, limit=1, now=place.now(), timezone=place.zone).n_total or 0
        )
    before = known.get(name)
    told = f"{name}    {t.printable(query)}    finds {n} now"
    if before == query:
        t.echo(f"already saved, nothing changed: {told}")
        return
    if before is not None and not may_replace:
        raise UsageError(
            f"'{name}' is saved already, as: {t.printable(before)}; add --replace to put this in its place"
        )
    if dry_run:
        t.echo(f"would save {told}")
        return
    from archive.commands.upkeep import who_runs
    from archive.store import Store
    from archive.store.saved import save_search

    with Store.open(place.archive_url) as store:
        number = save_search(store, name, query, who=who_runs(), now=place.now())
    t.echo(f"saved {told}")
    t.say(f" undo: newsarchive undo {number}")


def _must_parse(place: Place, name: str, query: str, known: Mapping[str, str]) -> None:
    """Raise QueryError for a query that is none, or that would find itself or make another do so."""
    from archive.search.query import parse

    then = {**known, name: query}
    parse(query, now=place.now(), timezone=place.zone, saved=lambda: then)


@click.command(epilog="\b\nEXAMPLES\n  newsarchive saved\n  newsarchive saved --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@pass_place
def saved(place: Place, as_json: bool) -> int | None:
    """List the saved searches: name, how many articles each finds now, and its query."""
    from archive import terminal as t
    from archive.errors import QueryError
    from archive.front import Archive

    rows: list[tuple[str, int | None, str]] = []
    with Archive.open(place.archive_url) as archive:
        for name, query in archive.saved_searches().items():
            try:
                found = archive.search(query, limit=1, now=place.now(), timezone=place.zone)
                rows.append((name, found.n_total or 0, query))
            except QueryError as error:  # a feed it named is gone, another saved search changed
                rows.append((name, None, query))
                t.say(f"{name}: {t.printable(str(error))}")
    if as_json:
        held = [{"name": name, "articles": n, "query": query} for name, n, query in rows]
        t.echo_json({"schema": 1, "saved": held})
    elif place.is_terminal:
        width = max((len(name) for name, _, _ in rows), default=0)
        for name, n, query in rows:
            count = "error" if n is None else t.number(n)
            t.echo(t.cut(f" {t.pad(name, width)}  {count:>7}  {t.printable(query)}", t.columns()))
    else:
        for row in rows:
            t.echo_row(row)
    if not rows:
        t.say("no search is saved; save one with: newsarchive save NAME QUERY")
    return None if rows else 1


@click.command(epilog="\b\nEXAMPLES\n  newsarchive unsave stikstof")
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Tell what would be forgotten.")
@pass_place
def unsave(place: Place, name: str, dry_run: bool) -> None:
    """Forget a saved search; refused while another one uses it."""
    import difflib

    from archive import terminal as t
    from archive.front import Archive
    from archive.store.saved import uses

    with Archive.open(place.archive_url) as archive:
        known = archive.saved_searches()
    if name not in known:
        near = difflib.get_close_matches(name, list(known), n=1)
        cure = f"did you mean '{near[0]}'?" if near else "newsarchive saved lists them"
        raise NotFound(f"no saved search '{t.printable(name)}'; {cure}", subject=name)
    users = [other for other, query in known.items() if other != name and uses(query, name)]
    if users:
        raise UsageError(f"'{name}' is used by {', '.join(users)}: unsave or change those first")
    if dry_run:
        t.echo(f"would forget {name}    {t.printable(known[name])}")
        return
    from archive.commands.upkeep import who_runs
    from archive.store import Store
    from archive.store.saved import unsave_search

    with Store.open(place.archive_url) as store:
        number = unsave_search(store, name, who=who_runs(), now=place.now())
    t.echo(f"forgot {name}    {t.printable(known[name])}")
    t.say(f" undo: newsarchive undo {number}")
