"""Looking after an archive: is it sound, and a copy of it. Nothing here changes an article.

`check` asks SQLite's two integrity checks, FTS5's own (the first does not see a broken full-text index), whether a
sample of texts is indexed by its own words (which no integrity check sees), and the promises of this project that a
query can test.
"""

import json
import os
import socket
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.errors import ArchiveUnusable
from archive.store.index import differing
from archive.store.instants import to_us
from archive.store.schema import poll_days, polls, services

DAY_US = 86_400_000_000

INVARIANTS: dict[str, str] = {
    "an article without a telling": """
        SELECT a.public_id FROM articles a WHERE a.merged_into IS NULL
        AND NOT EXISTS (SELECT 1 FROM variants v WHERE v.article_id = a.id)""",
    "a telling without a current revision": """
        SELECT v.id FROM variants v LEFT JOIN revisions r ON r.id = v.revision_id AND r.variant_id = v.id
        WHERE r.id IS NULL AND v.audience <> 'erased'""",
    "a telling that no feed showed": """
        SELECT v.id FROM variants v WHERE v.audience <> 'erased'
        AND NOT EXISTS (SELECT 1 FROM sightings s WHERE s.variant_id = v.id)""",
    "something left of what was erased": """
        SELECT v.id FROM variants v WHERE v.audience = 'erased' AND (
        EXISTS (SELECT 1 FROM sightings s WHERE s.variant_id = v.id)
        OR EXISTS (SELECT 1 FROM statements t WHERE t.variant_id = v.id)
        OR EXISTS (SELECT 1 FROM revisions r WHERE r.variant_id = v.id AND (r.title <> '' OR NOT r.is_void)))""",
    "a sighting without a statement": """
        SELECT s.id FROM sightings s LEFT JOIN statements t ON t.id = s.statement_id WHERE t.id IS NULL""",
    "a sighting twice": """
        SELECT min(id) FROM sightings GROUP BY feed_id, entry_digest, variant_id HAVING count(*) > 1""",
    "a merged article that still holds a telling": """
        SELECT a.public_id FROM articles a JOIN variants v ON v.article_id = a.id
        WHERE a.merged_into IS NOT NULL""",
    "an article whose face is not one of its tellings": """
        SELECT a.public_id FROM articles a LEFT JOIN variants v
        ON v.id = a.primary_variant_id AND v.article_id = a.id
        WHERE a.merged_into IS NULL AND v.id IS NULL
        AND NOT EXISTS (SELECT 1 FROM variants e WHERE e.article_id = a.id AND e.audience = 'erased')""",
    "a current revision that search cannot find": """
        SELECT r.id FROM variants v JOIN revisions r ON r.id = v.revision_id
        WHERE NOT EXISTS (SELECT 1 FROM search_row w WHERE w.revision = r.id)""",
    "a search row without its revision": """
        SELECT w.key FROM search_row w LEFT JOIN revisions r ON r.id = w.revision WHERE r.id IS NULL""",
    "a search row without its text": """
        SELECT w.key FROM search_row w LEFT JOIN search_docsize d ON d.id = w.key WHERE d.id IS NULL""",
    "an indexed text without its search row": """
        SELECT d.id FROM search_docsize d LEFT JOIN search_row w ON w.key = d.id WHERE w.key IS NULL""",
    "a page wanted that no task will fetch": """
        SELECT v.id FROM variants v WHERE v.page_state = 'wanted'
        AND NOT EXISTS (SELECT 1 FROM page_tasks t WHERE t.variant_id = v.id AND t.state = 'due')""",
    "two articles that somebody made one": """
        SELECT h.id FROM hand_links h JOIN sightings a ON a.id = h.a_sighting_id JOIN variants v ON v.id = a.variant_id
        JOIN sightings b ON b.id = h.b_sighting_id JOIN variants w ON w.id = b.variant_id
        WHERE h.undone_at IS NULL AND h.verdict = 'must' AND v.article_id <> w.article_id""",
    "one article that somebody made two": """
        SELECT h.id FROM hand_links h JOIN sightings a ON a.id = h.a_sighting_id JOIN variants v ON v.id = a.variant_id
        JOIN sightings b ON b.id = h.b_sighting_id JOIN variants w ON w.id = b.variant_id
        WHERE h.undone_at IS NULL AND h.verdict = 'must_not' AND v.article_id = w.article_id""",
    "two current search rows of one telling": """
        SELECT variant FROM search_row WHERE valid_to = 9000000000000000000
        GROUP BY variant HAVING count(*) > 1""",
}
"""What must never be found, and the query that would find it: promises, as questions to the archive."""

SHOWN = 5
"""Examples of one trouble that are named; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that is not as it must be; `examples` are ids or the checker's own lines."""

    what: str
    n_found: int
    examples: tuple[str, ...]


def check(connection: Connection) -> tuple[Trouble, ...]:
    """Return all that is wrong with an archive; nothing when it is sound. Reads all of it: 1 GB takes seconds."""
    return tuple(_troubles(connection))


def _troubles(connection: Connection) -> Iterator[Trouble]:
    lines = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    if lines != ["ok"]:
        yield _trouble("the file is damaged (integrity_check)", lines)
    dangling = [
        f"{row[0]} row {row[1]}" for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
    ]
    if dangling:
        yield _trouble("a row points to one that is not there", dangling)
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("INSERT INTO search(search) VALUES ('integrity-check')")
    except sa.exc.DatabaseError as error:
        yield _trouble("the search index is damaged; newsarchive reindex", [str(error.orig)])
    else:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection), "an open connection has its driver's"
        wrong = [f"revision {revision}" for revision in differing(driver)]
        if wrong:
            yield _trouble("indexed words that are not the text's; newsarchive reindex", wrong)
    for what, query in INVARIANTS.items():
        found = [str(row[0]) for row in connection.exec_driver_sql(query)]
        if found:
            yield _trouble(what, found)


def _trouble(what: str, found: list[str]) -> Trouble:
    return Trouble(what=what, n_found=len(found), examples=tuple(found[:SHOWN]))


def back_up(source: sqlite3.Connection, target: Path) -> None:
    """Copy a running archive to a new file, whole and consistent, and check the copy before it gets its name.

    Raises ArchiveUnusable (the disk is full, the archive is damaged), OSError; nothing is left behind then.
    """
    draft = target.with_name(f".{target.name}.part")
    draft.unlink(missing_ok=True)
    try:
        copy = sqlite3.connect(draft)
        try:
            source.backup(copy, pages=1_000)
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
        finally:
            copy.close()
        if found != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged: {found}")
        draft.replace(target)
    except sqlite3.Error as error:
        raise ArchiveUnusable(
            f"no copy was made at {target}: {error}; newsarchive check says more",
            subject=str(target),
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def beat(
    connection: Connection, name: str, *, now: datetime, state: str, facts: Mapping[str, object]
) -> None:
    """Write that a part of the service lives."""
    owner = f"{socket.gethostname()}:{os.getpid()}"
    values = {
        "owner": owner,
        "state": state,
        "heartbeat_at": to_us(now),
        "facts": json.dumps(facts),
    }
    known = connection.execute(sa.select(services).where(services.c.name == name)).one_or_none()
    if known is None:
        connection.execute(services.insert().values(name=name, started_at=to_us(now), **values))
        return
    if known.owner != owner:
        values["started_at"] = to_us(now)
    connection.execute(sa.update(services).where(services.c.name == name).values(values))


def fold_polls(connection: Connection, *, before: datetime) -> int:
    """Turn single polls into sums a day and feed; returns how many were folded. Repeating it folds none twice."""
    day = polls.c.started_at // DAY_US
    old = polls.c.started_at < to_us(before) // DAY_US * DAY_US
    failed = polls.c.result.not_in(("parsed", "unchanged", "not_modified"))
    sums = connection.execute(
        sa.select(
            polls.c.feed_id,
            day.label("day"),
            sa.func.count().label("n_polls"),
            sa.func.sum(sa.case((failed, 1), else_=0)).label("n_failed"),
            sa.func.sum(polls.c.n_new).label("n_new"),
            sa.func.sum(polls.c.n_revised).label("n_revised"),
            sa.func.sum(polls.c.n_rejected).label("n_rejected"),
            sa.func.sum(polls.c.n_wire_bytes).label("n_wire_bytes"),
            sa.func.sum(polls.c.elapsed_us).label("elapsed_us"),
        )
        .where(old)
        .group_by(polls.c.feed_id, day)
    ).all()
    if not sums:
        return 0
    connection.execute(poll_days.insert(), [row._asdict() for row in sums])
    connection.execute(sa.delete(polls).where(old))
    return sum(row.n_polls for row in sums)
