"""Looks into an archive beside its store, for tests of what a deposit wrote: rows, and the promises they keep."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.store import Store, upkeep
from archive.store.instants import to_at

BRIDGE = """
    De provincie laat de draaibrug bij Oudewater vanaf maandag negen weken dicht voor herstel van het
    draaiwerk. Fietsers kunnen met een pontje over, auto's rijden om langs de sluis. De aannemer vond
    scheuren in twee tandwielen die nog uit het bouwjaar stammen, zegt een woordvoerder."""
FROST = """
    Fruittelers in de Betuwe hebben de hele nacht met sproeiers in hun boomgaarden gestaan omdat het kwik
    onverwacht onder nul zakte. De bloesem van de peren staat net open en verdraagt geen vorst. Hoe groot
    de schade is weten de telers pas over een week, als de eerste vruchtjes zich zetten."""
LIBRARY = """
    De bibliotheek aan de Havenkade krijgt een eigen studiozaal waar scholieren podcasts kunnen opnemen.
    Wethouder Verbruggen knipte het lint door en sprak de eerste aflevering zelf in. De zaal is betaald
    uit de verkoop van het oude postkantoor en is elke middag gratis te gebruiken."""
ELECTION = """
    In het bergdorp heeft de lijst van de bakker onverwacht de meerderheid in de raad gehaald. De zittende
    burgemeester, die twintig jaar regeerde, feliciteerde haar tegenstander vanuit het wijnlokaal. De
    nieuwe raad wil eerst de school heropenen en dan pas praten over de skilift."""
STORIES = (BRIDGE, FROST, LIBRARY, ELECTION)


def story(text: str) -> str:
    """Return a story of this module as one paragraph."""
    return " ".join(text.split())


def ask(store: Store | Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    path = store if isinstance(store, Path) else store.path
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return db.execute(sql, values).fetchall()


def one(store: Store | Path, sql: str, *values: object) -> Any:
    """Return the only value of a query."""
    ((value,),) = ask(store, sql, *values)
    return value


def count(store: Store | Path, table: str) -> int:
    """Return how many rows a table has."""
    return int(one(store, f"SELECT count(*) FROM {table}"))


def revisions(store: Store | Path) -> list[tuple[str, str]]:
    """Return (kind, title) of all revisions, oldest first."""
    return ask(store, "SELECT kind, title FROM revisions ORDER BY id")


def partition(store: Store | Path) -> set[frozenset[tuple[str, str | None, str | None]]]:
    """Return the articles as sets of the (feed, guid, url) that were seen of each."""
    found: dict[int, set[tuple[str, str | None, str | None]]] = defaultdict(set)
    query = """
        SELECT v.article_id, f.name, s.guid, s.url FROM sightings s
        JOIN variants v ON v.id = s.variant_id JOIN feeds f ON f.id = s.feed_id"""
    for article, feed, guid, url in ask(store, query):
        found[article].add((feed, guid, url))
    return {frozenset(seen) for seen in found.values()}


def articles(store: Store | Path) -> set[frozenset[str | None]]:
    """Return the articles as sets of guids, for tests where guids differ between feeds."""
    return {frozenset(guid for _, guid, _ in seen) for seen in partition(store)}


def stated(store: Store | Path) -> set[tuple[str, str | None, str | None, str, str]]:
    """Return (feed, guid, url, title, text) of all that feeds ever stated."""
    query = """
        SELECT f.name, s.guid, s.url, t.title, c.text FROM statements t
        JOIN sightings s ON s.id = t.sighting_id JOIN feeds f ON f.id = s.feed_id
        JOIN contents c ON c.digest = t.content_digest WHERE t.source = 'feed'"""
    return set(ask(store, query))


def last_seen(store: Store | Path, guid: str) -> datetime:
    """Return when a guid's newest sighting was last seen: in the window, when that was last confirmed."""
    query = """
        SELECT CASE WHEN s.in_window THEN max(f.window_confirmed_at, s.last_seen_at) ELSE s.last_seen_at END
        FROM sightings s JOIN feeds f ON f.id = s.feed_id WHERE s.guid = ? ORDER BY s.id DESC LIMIT 1"""
    return to_at(ask(store, query, guid)[0][0])


def troubles(store: Store) -> list[str]:
    """Return all that is wrong with an archive: every promise that `check` knows."""
    with store.writing() as connection:
        return [f"{found.what}: {found.examples}" for found in upkeep.check(connection)]


def tables_without_polls(store: Store | Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table but the logs of polls, and without when things were last seen or are next due."""
    passing = {"last_seen_at", "last_stated_at", "window_confirmed_at", "unconditional_at", "epoch"}
    passing |= {"next_poll_at", "last_poll_at", "last_good_at", "n_polls", "next_at", "rhythm"}
    passing |= {"reasons", "lease_until"}
    found = {}
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for (table,) in ask(store, names):
        # Words lie in one of three tables or in several: which, is nobody's business but the index's.
        if table in ("polls", "poll_days", "search") or table.startswith(("search_data", "word_")):
            continue
        columns = [row[1] for row in ask(store, f"PRAGMA table_info({table})")]
        kept = ", ".join(f'"{column}"' for column in columns if column not in passing)
        found[table] = sorted(ask(store, f"SELECT {kept} FROM {table}"), key=repr)
    found["word"] = sorted(set(ask(store, "SELECT * FROM word")))
    return found
