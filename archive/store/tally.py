"""Whole-archive readings: rows for export, and counts by feed and month. Plain SQL, as in `reading.py`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from archive.identity.ids import strip_secrets
from archive.store.instants import to_at_or_none
from archive.store.sqlite import Reader, Row


def export_rows(
    reader: Reader, *, with_sightings: bool, include_private: bool
) -> Iterator[dict[str, object]]:
    """Yield articles for reading elsewhere, in the order they were first seen.

    One row an article (its face); `with_sightings` one for each distinct title or text that a sighting stated.
    `feed` is the address subscribed to, without secrets; guid and url as stated.
    """
    sql = _EXPORT_SIGHTINGS if with_sightings else _EXPORT_ARTICLES
    seen: set[tuple[object, ...]] = set()
    last: object = None
    for row in reader.stream(sql, {"private": include_private}):
        feed, guid, url, title, article, published, first_seen, language, text, html, sighting = row
        if with_sightings:
            if sighting != last:
                seen.clear()
                last = sighting
            if (title, text) in seen:
                continue
            seen.add((title, text))
        yield {
            "feed": strip_secrets(feed) if feed else None,
            "guid": guid,
            "url": url,
            "title": title,
            "article": article,
            "published_at": _rfc3339(published),
            "first_seen_at": _rfc3339(first_seen),
            "language": language,
            "text": text,
            "html": html,
        }


def _rfc3339(us: int | None) -> str | None:
    at = to_at_or_none(us)
    return None if at is None else at.isoformat().replace("+00:00", "Z")


_EXPORT_ARTICLES: Final = """
SELECT f.birth_url, s.guid, s.url, r.title, a.public_id, r.published_at, a.first_seen_at,
    r.language, c.text, c.html, NULL
FROM articles AS a
JOIN variants AS v ON v.id = a.primary_variant_id
JOIN revisions AS r ON r.id = v.revision_id
JOIN contents AS c ON c.digest = r.content_digest
LEFT JOIN sightings AS s ON s.id =
    (SELECT x.id FROM sightings AS x WHERE x.variant_id = v.id ORDER BY x.first_seen_at, x.id LIMIT 1)
LEFT JOIN feeds AS f ON f.id = s.feed_id
WHERE a.merged_into IS NULL AND (v.audience = 'public' OR (:private AND v.audience = 'private'))
ORDER BY a.id
"""

_EXPORT_SIGHTINGS: Final = """
SELECT f.birth_url, s.guid, s.url, t.title, a.public_id, r.published_at, t.first_stated_at,
    r.language, c.text, c.html, s.id
FROM articles AS a
JOIN variants AS v ON v.article_id = a.id
JOIN sightings AS s ON s.variant_id = v.id
JOIN feeds AS f ON f.id = s.feed_id
JOIN statements AS t ON t.sighting_id = s.id AND t.source = 'feed'
JOIN contents AS c ON c.digest = t.content_digest
LEFT JOIN revisions AS r ON r.id = v.revision_id
WHERE a.merged_into IS NULL AND (v.audience = 'public' OR (:private AND v.audience = 'private'))
ORDER BY a.id, s.id, t.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """One feed's month, in UTC: articles first seen, sightings (also of articles known already), publishers' edits.

    `n_joined` of its sightings were of an article that another one had begun; `n_headlines` of its edits changed the
    headline.
    """

    month: str
    feed: str
    n_articles: int
    n_sightings: int
    n_edits: int
    n_joined: int = 0
    n_headlines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What an archive holds. `n_duplicates` are sightings beyond the first of each article."""

    n_feeds: int
    n_articles: int
    n_sightings: int
    n_duplicates: int
    n_edits: int
    n_polls: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    months: tuple[MonthRow, ...]


def totals(reader: Reader) -> Totals:
    """Count an archive; reads every sighting once (about 1 s a million)."""
    n_feeds, n_polls = _one(reader, "SELECT count(*), coalesce(sum(n_polls), 0) FROM feeds")
    n_articles, first_seen, last_seen = _one(
        reader,
        "SELECT count(*), min(first_seen_at), max(first_seen_at) FROM articles WHERE merged_into IS NULL",
    )
    (n_sightings,) = _one(reader, "SELECT count(*) FROM sightings")
    (n_edits,) = _one(
        reader,
        "SELECT count(*) FROM revisions WHERE kind IN ('substantial', 'minor') AND NOT is_void",
    )
    return Totals(
        n_feeds=n_feeds,
        n_articles=n_articles,
        n_sightings=n_sightings,
        n_duplicates=max(0, n_sightings - n_articles),
        n_edits=n_edits,
        n_polls=n_polls,
        first_seen_at=to_at_or_none(first_seen),
        last_seen_at=to_at_or_none(last_seen),
        months=_months(reader),
    )


_MONTH: Final = "strftime('%Y-%m', {} / 1000000, 'unixepoch')"


def _months(reader: Reader) -> tuple[MonthRow, ...]:
    counts: dict[tuple[str, str], list[int]] = {}
    statements = (
        # The feed of a telling's first sighting is where the article, or the edit, counts.
        f"SELECT {_MONTH.format('a.first_seen_at')}, f.name, count(*) FROM articles AS a"
        " JOIN variants AS v ON v.id = a.primary_variant_id JOIN sightings AS s ON s.id ="
        " (SELECT x.id FROM sightings AS x WHERE x.variant_id = v.id ORDER BY x.first_seen_at, x.id LIMIT 1)"
        " JOIN feeds AS f ON f.id = s.feed_id WHERE a.merged_into IS NULL GROUP BY 1, 2",
        f"SELECT {_MONTH.format('s.first_seen_at')}, f.name, count(*) FROM sightings AS s"
        " JOIN feeds AS f ON f.id = s.feed_id GROUP BY 1, 2",
        f"SELECT {_MONTH.format('r.first_seen_at')}, f.name, count(*) FROM revisions AS r JOIN sightings AS s"
        " ON s.id = (SELECT x.id FROM sightings AS x WHERE x.variant_id = r.variant_id"
        " ORDER BY x.first_seen_at, x.id LIMIT 1) JOIN feeds AS f ON f.id = s.feed_id"
        " WHERE r.kind IN ('substantial', 'minor') AND NOT r.is_void GROUP BY 1, 2",
        f"SELECT {_MONTH.format('s.first_seen_at')}, f.name, count(*) FROM sightings AS s"
        " JOIN feeds AS f ON f.id = s.feed_id WHERE s.rule NOT IN ('new', 'recycled') GROUP BY 1, 2",
        f"SELECT {_MONTH.format('r.first_seen_at')}, f.name, count(*) FROM (SELECT variant_id, first_seen_at,"
        " kind, title, lag(title) OVER (PARTITION BY variant_id ORDER BY number) AS before FROM revisions"
        " WHERE NOT is_void) AS r JOIN sightings AS s"
        " ON s.id = (SELECT x.id FROM sightings AS x WHERE x.variant_id = r.variant_id"
        " ORDER BY x.first_seen_at, x.id LIMIT 1) JOIN feeds AS f ON f.id = s.feed_id"
        " WHERE r.kind IN ('substantial', 'minor') AND r.title <> r.before GROUP BY 1, 2",
    )
    for place, sql in enumerate(statements):
        for month, feed, n in reader.rows(sql):
            counts.setdefault((month, feed), [0] * len(statements))[place] = n
    return tuple(
        MonthRow(
            month=month,
            feed=feed,
            n_articles=n[0],
            n_sightings=n[1],
            n_edits=n[2],
            n_joined=n[3],
            n_headlines=n[4],
        )
        for (month, feed), n in sorted(counts.items())
    )


def _one(reader: Reader, sql: str) -> Row:
    row = reader.row(sql)
    assert row is not None, "a count has a row"
    return row
