"""What readers see of an archive, as one value: for tests that a command by hand is taken back whole."""

from pathlib import Path
from typing import Any

from archive.store import Store
from tests.archive.store.looking import ask

FACE = {
    "articles": """
        SELECT a.public_id, a.first_seen_at, a.effective_at, r.id FROM articles a
        JOIN variants v ON v.id = a.primary_variant_id JOIN revisions r ON r.id = v.revision_id
        WHERE a.merged_into IS NULL ORDER BY 1""",
    "tellings": """
        SELECT a.public_id, v.id, v.site, v.audience, v.revision_id, v.page_statement_id, v.page_state,
        v.first_seen_at FROM variants v JOIN articles a ON a.id = v.article_id ORDER BY 2""",
    "revisions": """
        SELECT id, variant_id, number, kind, title, first_seen_at FROM revisions WHERE NOT is_void ORDER BY 1""",
    "sightings": """
        SELECT a.public_id, s.id, s.variant_id, s.rule, s.statement_id, hex(s.digest) FROM sightings s
        JOIN variants v ON v.id = s.variant_id JOIN articles a ON a.id = v.article_id ORDER BY 2""",
    "statements": "SELECT id, variant_id, sighting_id FROM statements ORDER BY 1",
    "pages": "SELECT id, variant_id, hex(digest), state FROM page_tasks ORDER BY 1",
    "counters": "SELECT id, variant_id FROM observations ORDER BY 1",
    "found": """
        SELECT w.revision, w.variant, w.article, w.is_primary, w.kind, w.valid_from, w.valid_to,
        CASE WHEN w.valid_to = 9000000000000000000 THEN w.label END FROM search_row w ORDER BY 1""",
}
"""Labels of superseded rows are left out: they name the feeds of the time they were written, as they would after
`reindex`."""


def face_of(store: Store | Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the logical dump of what readers see."""
    return {name: ask(store, sql) for name, sql in FACE.items()}


def ids_of(store: Store | Path, *guids: str) -> list[str]:
    """Return the public ids of the articles that these guids are sightings of."""
    sql = """
        SELECT a.public_id FROM sightings s JOIN variants v ON v.id = s.variant_id
        JOIN articles a ON a.id = v.article_id WHERE s.guid = ? ORDER BY s.id DESC LIMIT 1"""
    return [ask(store, sql, guid)[0][0] for guid in guids]
