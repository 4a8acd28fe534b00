"""What of an article went out in the feed, and what keeps it in: plain SQL, for `newsarchive why ID`."""

import json
from dataclasses import dataclass
from datetime import datetime

from archive.model.kept import PublicationKind
from archive.store.instants import NEVER, to_at
from archive.store.sqlite import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One time that it went out, with the revision it showed, and the `updated` that readers saw."""

    kind: PublicationKind
    issued_at: datetime
    shown_at: datetime
    revision: int
    variant: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """All that went out, oldest first, and what keeps it in.

    `due_at` is when what is new of it goes out at the latest, None where nothing is. `hidden_by` are the feeds that
    showed it, by name with whether each is private, if none of them is published; else it is empty.
    """

    issued: tuple[Issued, ...]
    due_at: datetime | None
    hidden_by: tuple[tuple[str, bool], ...]


def outgoing_of(reader: Reader, article: int) -> Outgoing:
    """Return it for an article by its row id."""
    row = reader.row("SELECT is_dirty, settle_at FROM articles WHERE id = ?", (article,))
    assert row is not None, "an article that was found has its row"
    is_dirty, settle_at = row
    issued = reader.rows(
        "SELECT p.kind, p.updated_at, p.entry, p.revision_id, r.variant_id FROM publications AS p"
        " JOIN revisions AS r ON r.id = p.revision_id WHERE p.article_id = ? ORDER BY p.seq",
        (article,),
    )
    feeds = reader.rows(
        "SELECT f.name, f.is_private, max(f.publishes) FROM sightings AS s JOIN variants AS v ON v.id = s.variant_id"
        " JOIN feeds AS f ON f.id = s.feed_id WHERE v.article_id = ? GROUP BY f.id ORDER BY f.name",
        (article,),
    )
    is_shown = any(publishes for _, _, publishes in feeds)
    return Outgoing(
        issued=tuple(
            Issued(
                kind=PublicationKind(kind),
                issued_at=to_at(issued_at),
                shown_at=to_at(json.loads(entry)["updated_at"]),
                revision=revision,
                variant=variant,
            )
            for kind, issued_at, entry, revision, variant in issued
        ),
        due_at=to_at(settle_at) if is_dirty and settle_at < NEVER else None,
        hidden_by=() if is_shown else tuple((name, bool(private)) for name, private, _ in feeds),
    )
