"""Which articles are related to one: what the rules found, and what people said. Plain SQL, as in `reading.py`.

What the rules found stands between articles; one that was merged since speaks for its survivor. What people said stands
between sightings, so it goes with them wherever a split or a merge takes them, and is asked first.
"""

from archive.model.hand import HandVerdict
from archive.store.sqlite import Reader


def related(reader: Reader, article: int) -> tuple[tuple[str, str], ...]:
    """Return (public id, headline) of the related articles, the newest first."""
    said: dict[int, str] = dict(
        reader.rows(
            "SELECT o.article_id, h.verdict FROM variants AS v JOIN sightings AS s ON s.variant_id = v.id"
            " JOIN hand_links AS h ON h.undone_at IS NULL AND h.verdict IN (?, ?)"
            " AND (h.a_sighting_id = s.id OR h.b_sighting_id = s.id)"
            " JOIN sightings AS t"
            " ON t.id = CASE WHEN h.a_sighting_id = s.id THEN h.b_sighting_id ELSE h.a_sighting_id END"
            " JOIN variants AS o ON o.id = t.variant_id WHERE v.article_id = ? ORDER BY h.id",
            (HandVerdict.RELATED.value, HandVerdict.UNLINKED.value, article),
        )
    )
    found = {
        row[0]
        for row in reader.rows(
            "SELECT coalesce(x.merged_into, x.id) FROM articles AS a"
            " JOIN relations AS r ON r.article_id = a.id OR r.other_id = a.id"
            " JOIN articles AS x ON x.id = CASE WHEN r.article_id = a.id THEN r.other_id ELSE r.article_id END"
            " WHERE a.id = ? OR a.merged_into = ?",
            (article, article),
        )
    }
    shown = {other for other, verdict in said.items() if verdict == HandVerdict.RELATED}
    shown |= {other for other in found if other not in said}
    shown -= {article}
    marks = ", ".join("?" * len(shown))
    return tuple(
        (public_id, title)
        for public_id, title in reader.rows(
            "SELECT a.public_id, r.title FROM articles AS a JOIN variants AS v ON v.id = a.primary_variant_id"
            f" JOIN revisions AS r ON r.id = v.revision_id WHERE a.id IN ({marks})"
            " ORDER BY a.effective_at DESC, a.id",
            sorted(shown),
        )
    )
