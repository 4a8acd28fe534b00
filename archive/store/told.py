"""What stands behind a revision: the statements it was made from, and what became of its page. For `show --why`.

Plain SQL, as `reading`. Called by `archive.front`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive import record
from archive.record import Source, Statement
from archive.store.instants import to_at, to_at_or_none
from archive.store.sqlite import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedBy:
    """One statement and who made it; `feed` is a feed's name, None for a page and a hand.

    `is_used`: the revision was made from it. Another feed's statement of the same telling is not.
    """

    statement: Statement
    feed: str | None
    first_stated_at: datetime
    last_stated_at: datetime
    is_used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTask:
    """One page that was asked for: when it is next (None: no more), and how its last try failed."""

    url: str
    state: str
    due_at: datetime | None
    n_attempts: int
    reason: str | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What stands behind one revision. `notes` say which text was taken, and why; `page_state` is the variant's."""

    notes: tuple[str, ...]
    page_state: str
    page_detail: str | None
    statements: tuple[StatedBy, ...]
    tasks: tuple[PageTask, ...]


def told_of(reader: Reader, revision: int) -> Told:
    """Return what a revision was made from, oldest statement first.

    Of the variant's present revision also what other feeds state of the same telling, and a page that changed nothing:
    why it did not is told by choosing once more.
    """
    row = reader.row(
        "SELECT r.stated, r.variant_id, v.page_state, v.page_detail, v.revision_id = r.id, v.first_seen_at"
        " FROM revisions AS r JOIN variants AS v ON v.id = r.variant_id WHERE r.id = ?",
        (revision,),
    )
    assert row is not None, "a revision that was read has its row"
    stated, variant, page_state, page_detail, is_present, first_seen = row
    statements = _statements(reader, revision, variant if is_present else None)
    notes = _dict(stated).get("notes") or ()
    return Told(
        notes=_notes_on_unused(statements, to_at(first_seen)) or tuple(map(str, notes)),
        page_state=page_state,
        page_detail=page_detail,
        statements=statements,
        tasks=_tasks(reader, variant),
    )


def _statements(reader: Reader, revision: int, variant: int | None) -> tuple[StatedBy, ...]:
    used = {
        row[0]
        for row in reader.rows(
            "SELECT statement_id FROM revision_statements WHERE revision_id = ?", (revision,)
        )
    }
    also = reader.rows(
        "SELECT statement_id FROM sightings WHERE variant_id = ?"
        " UNION SELECT page_statement_id FROM variants WHERE id = ?",
        (variant, variant),
    )
    ids = used | {row[0] for row in also if row[0] is not None}
    if not ids:
        return ()
    rows = reader.rows(
        "SELECT t.id, t.stated, c.text, c.html, f.name, t.first_stated_at, t.last_stated_at"
        " FROM statements AS t JOIN contents AS c ON c.digest = t.content_digest"
        " LEFT JOIN sightings AS s ON s.id = t.sighting_id LEFT JOIN feeds AS f ON f.id = s.feed_id"
        f" WHERE t.id IN ({', '.join('?' * len(ids))}) ORDER BY t.id",
        tuple(ids),
    )
    found = []
    for id_, stated, text, html, feed, first_at, last_at in rows:
        statement = record.from_json(_dict(stated), text=text, html=html)
        found.append(
            StatedBy(
                statement=statement,
                feed=feed if statement.source is Source.FEED else None,
                first_stated_at=to_at(first_at),
                last_stated_at=to_at(last_at),
                is_used=id_ in used,
            )
        )
    return tuple(found)


def _notes_on_unused(statements: Sequence[StatedBy], first_seen_at: datetime) -> tuple[str, ...]:
    """Return why a page made no revision; () where there is none such."""
    pages = [one for one in statements if one.statement.source is Source.PAGE]
    bases = [one for one in statements if one.is_used and one.statement.source is Source.FEED]
    if not pages or pages[-1].is_used or not bases:
        return ()
    base, page = bases[-1].statement, pages[-1].statement
    return record.compose(base, page, first_seen_at=first_seen_at).notes


def _tasks(reader: Reader, variant: int) -> tuple[PageTask, ...]:
    rows = reader.rows(
        "SELECT url, state, due_at, attempts, reason, detail FROM page_tasks WHERE variant_id = ? ORDER BY id",
        (variant,),
    )
    return tuple(
        PageTask(
            url=url,
            state=state,
            due_at=to_at_or_none(due_at),
            n_attempts=attempts,
            reason=reason,
            detail=detail,
        )
        for url, state, due_at, attempts, reason, detail in rows
    )


def _dict(stored: str) -> Mapping[str, Any]:
    found = json.loads(stored)
    return found if isinstance(found, dict) else {}
