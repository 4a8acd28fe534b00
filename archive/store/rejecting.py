"""Items of a document that became no entry, recorded once each. Called by `archive.store.entries`."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.model.stated import RejectedEntry
from archive.store.drafts import Drafts
from archive.store.schema import rejections


def note_rejected(
    connection: Connection,
    drafts: Drafts,
    rejected: Sequence[RejectedEntry],
    *,
    feed_id: int,
    at_us: int,
) -> int:
    """Record what was rejected and for what reason; returns how many items that was, told before or not."""
    if not rejected:
        return 0
    told = sa.select(rejections.c.reason, rejections.c.guid, rejections.c.title).where(
        rejections.c.feed_id == feed_id
    )
    known = {(row.reason, row.guid, row.title) for row in connection.execute(told)}
    for one in rejected:
        if (one.reason, one.guid, one.title) in known:
            continue  # told already: a bad entry stands in every document until it leaves
        drafts.insert(
            rejections,
            feed_id=feed_id,
            at=at_us,
            position=one.position,
            n_entries=one.n_entries,
            reason=one.reason,
            guid=one.guid,
            title=one.title,
        )
    return sum(one.n_entries for one in rejected)
