"""How much an archive holds, beyond `tally.totals`: by kind, by state, by feed and day. Plain SQL, for `stats`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from archive.store.instants import to_us
from archive.store.sqlite import Reader

DAYS: Final = 30

_DAY_US: Final = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCount:
    """One feed: articles it showed, its sightings, how many of them joined what another one had begun.

    `days` are its new sightings on each of the last DAYS days (UTC), today last.
    """

    name: str
    n_articles: int
    n_sightings: int
    n_joined: int
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """`revisions` by kind, `pages` by what became of them, feeds by name; sizes of the files in bytes.

    `n_order_dependent` are sightings whose place would be another, had what stood there come in another order.
    """

    revisions: Mapping[str, int]
    pages: Mapping[str, int]
    feeds: tuple[FeedCount, ...]
    n_order_dependent: int
    n_archive_bytes: int
    n_bodies_bytes: int


def counts(reader: Reader, path: Path, *, now: datetime) -> Counts:
    """Count an archive whose file is `path`; reads every sighting once (about 1 s a million)."""
    revisions = reader.rows(
        "SELECT kind, count(*) FROM revisions WHERE NOT is_void GROUP BY kind ORDER BY count(*) DESC, kind"
    )
    pages = reader.rows(
        "SELECT page_state, count(*) FROM variants WHERE audience <> 'erased'"
        " GROUP BY page_state ORDER BY count(*) DESC, page_state"
    )
    return Counts(
        revisions=dict(revisions),
        pages=dict(pages),
        feeds=_feeds(reader, to_us(now) // _DAY_US),
        n_order_dependent=order_dependent(reader),
        n_archive_bytes=sum(_size(path, end) for end in ("", "-wal")),
        n_bodies_bytes=_size(path.with_name(f"{path.stem}-bodies{path.suffix or '.db'}"), ""),
    )


def order_dependent(reader: Reader) -> int:
    """Count sightings whose place depends on the order in which things arrived.

    Of a sighting that joined an article the deposit logs, besides what joined it, only what spoke against that; of one
    that began an article, what would have joined it, had no other telling spoken against it. Where people set two
    apart, that is decided.
    """
    row = reader.row(
        "SELECT count(*) FROM (SELECT sighting_id, count(*) AS n FROM dedup_events WHERE source = 'poll'"
        " GROUP BY sighting_id HAVING max(verdict IN ('same', 'revision'))) AS e"
        " JOIN sightings AS s ON s.id = e.sighting_id WHERE (e.n > 1 OR s.rule IN ('new', 'recycled'))"
        " AND NOT EXISTS (SELECT 1 FROM hand_links AS h WHERE h.verdict = 'must_not'"
        " AND (h.a_sighting_id = s.id OR h.b_sighting_id = s.id))"
    )
    return int(row[0]) if row is not None else 0


def _feeds(reader: Reader, today: int) -> tuple[FeedCount, ...]:
    days: dict[int, list[int]] = {}
    for feed, day, n in reader.rows(
        f"SELECT feed_id, first_seen_at / {_DAY_US}, count(*) FROM sightings WHERE first_seen_at >= ?"
        " GROUP BY 1, 2",
        ((today - DAYS + 1) * _DAY_US,),
    ):
        if day <= today:
            days.setdefault(feed, [0] * DAYS)[day - today - 1] = n
    rows = reader.rows(
        "SELECT f.id, f.name, count(DISTINCT v.article_id), count(s.id),"
        " coalesce(sum(s.rule NOT IN ('new', 'recycled')), 0)"
        " FROM feeds AS f LEFT JOIN sightings AS s ON s.feed_id = f.id"
        " LEFT JOIN variants AS v ON v.id = s.variant_id GROUP BY f.id ORDER BY f.name"
    )
    return tuple(
        FeedCount(
            name=row[1],
            n_articles=row[2],
            n_sightings=row[3],
            n_joined=row[4],
            days=tuple(days.get(row[0], [0] * DAYS)),
        )
        for row in rows
    )


def _size(path: Path, end: str) -> int:
    try:
        return path.with_name(path.name + end).stat().st_size
    except OSError:
        return 0
