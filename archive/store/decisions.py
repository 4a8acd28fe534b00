"""Why an article is as it is: every comparison that was logged of its sightings, as plain SQL. For `duplicates`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from archive.store.instants import to_at
from archive.store.sqlite import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One comparison of a sighting with a telling that was there; `verdict` as `archive.identity.rules.Kind`.

    `other_id` and `other_title` are the article that telling belongs to now, None where it is this article itself or
    is gone. `scores` hold what was measured, by name; `source` who asked: poll, page, hand, replay.
    """

    sighting_id: int
    verdict: str
    rule: str
    why: str | None
    scores: Mapping[str, float]
    source: str
    decided_at: datetime
    other_id: str | None
    other_title: str | None


def decisions_of(reader: Reader, article: int) -> tuple[Decision, ...]:
    """Return the comparisons of an article's sightings, in the order they were made."""
    rows = reader.rows(
        "SELECT e.sighting_id, e.verdict, e.rule, e.why, e.scores, e.source, e.at, o.public_id, r.title"
        " FROM variants AS v JOIN sightings AS s ON s.variant_id = v.id"
        " JOIN dedup_events AS e ON e.sighting_id = s.id"
        " LEFT JOIN variants AS c ON c.id = e.candidate_variant_id AND c.article_id <> v.article_id"
        " LEFT JOIN articles AS o ON o.id = c.article_id LEFT JOIN revisions AS r ON r.id = c.revision_id"
        " WHERE v.article_id = ? ORDER BY e.id",
        (article,),
    )
    return tuple(
        Decision(
            sighting_id=row[0],
            verdict=row[1],
            rule=row[2],
            why=row[3],
            scores=json.loads(row[4]),
            source=row[5],
            decided_at=to_at(row[6]),
            other_id=row[7],
            other_title=row[8],
        )
        for row in rows
    )
