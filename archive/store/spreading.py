"""Feeds that fell overdue while nothing ran: each gets a place of its own, so that a start is no burst (WIRE).

Called by `scheduler.Service` once, before its first tick, and by `ingest.engine` when a network of ours that was away
has come back. Why and how far: docs/decisions/0012.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from archive.model.outcome import Reason
from archive.store.frontier import refresh_hosts, rhythm_of
from archive.store.instants import to_at, to_us
from archive.store.schema import feeds
from archive.store.store import Store
from archive.store.subscriptions import POLLED_STATES

LONGEST_S = 3_600
"""A catch-up ends within the hour, however long the service was away: windows roll over meanwhile."""

EACH_S = 1
"""A start a second is no burst: with few feeds the catch-up takes that many seconds."""

IDS_AT_ONCE = 5_000

_NO_ANSWER = (str(Reason.DNS), str(Reason.CONNECT), str(Reason.TIMEOUT))


def spread_overdue(
    store: Store,
    *,
    now: datetime,
    phase: Callable[[int], float],
    silent_since: datetime | None = None,
) -> int:
    """Give every overdue feed that was polled before a new due time; returns how many were overdue.

    A feed's is `now` plus its phase (0..1, of its id) times the least of: how long the longest overdue one has waited,
    an hour, a second for each overdue feed, and its own interval. Feeds that are not due, or were never polled, are
    left alone; so a second start moves nothing that the first one placed.

    With `silent_since` those count as overdue too that got no answer from then on, however long they were to wait.
    """
    is_meant = feeds.c.next_poll_at <= to_us(now)
    if silent_since is not None:
        got_no_answer = feeds.c.last_reason.in_(_NO_ANSWER)
        is_meant |= got_no_answer & (feeds.c.last_poll_at >= to_us(silent_since))
    overdue = (
        sa.select(feeds.c.id, feeds.c.host_id, feeds.c.next_poll_at, feeds.c.rhythm)
        .where(is_meant, feeds.c.state.in_(POLLED_STATES))
        .where(feeds.c.last_poll_at.is_not(None))
    )
    with store.writing() as connection:
        rows = connection.execute(overdue).all()
        if not rows:
            return 0
        waiting_since = min(silent_since or now, to_at(min(row.next_poll_at for row in rows)))
        waited_s = (now - waiting_since).total_seconds()
        span_s = min(waited_s, LONGEST_S, len(rows) * EACH_S)
        connection.execute(
            sa.update(feeds)
            .where(feeds.c.id == sa.bindparam("of_feed"))
            .values(next_poll_at=sa.bindparam("at")),
            [
                {
                    "of_feed": row.id,
                    "at": to_us(
                        now
                        + timedelta(
                            seconds=phase(row.id) * min(span_s, rhythm_of(row.rhythm).interval_s)
                        )
                    ),
                }
                for row in rows
            ],
        )
        host_ids = sorted({row.host_id for row in rows})
        for start in range(0, len(host_ids), IDS_AT_ONCE):
            refresh_hosts(connection, host_ids[start : start + IDS_AT_ONCE])
    return len(rows)
