"""Asks for article pages: a row a page, due like a feed, so that entries are safe before any page is fetched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.identity.host import host_of
from archive.identity.ids import digest16
from archive.model.outcome import FeedJob
from archive.store.frontier import ids_of_hosts, refresh_hosts
from archive.store.instants import NEVER, to_at, to_us
from archive.store.schema import page_tasks, variants
from archive.store.subscriptions import host_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPage:
    """A page to fetch for a variant. `key` is its url key; `again`: its entry changed, a read page is read anew."""

    variant_id: int
    url: str
    key: str
    again: bool


def want_pages(
    connection: Connection,
    pages: Sequence[WantedPage],
    *,
    job: FeedJob,
    now: datetime,
    spacing_s: int = 0,
) -> None:
    """Make pages due. A page that is asked for already, or was read and has not changed, is left alone.

    With `spacing_s` they are due that far apart, after all that is due of the feed, so that they delay no other.
    """
    by_digest: dict[bytes, tuple[WantedPage, str]] = {}
    for page in pages:
        try:
            host = host_of(page.url)
        except ValueError as error:
            _note(connection, page.variant_id, "failed", str(error))
            continue
        by_digest[digest16("page", str(page.variant_id), page.key)] = (page, host)
    if not by_digest:
        return
    held = {
        row.digest: row
        for row in connection.execute(
            sa.select(page_tasks.c.digest, page_tasks.c.id, page_tasks.c.state).where(
                page_tasks.c.digest.in_(by_digest)
            )
        )
    }
    names = {host for _, host in by_digest.values()}
    host_ids = ids_of_hosts(
        connection, names, digest_of={name: host_digest(name) for name in names}
    )
    at = _last_due(connection, job.feed_id, now) if spacing_s else now
    rows: list[dict[str, object]] = []
    wanted: set[int] = set()
    for digest, (page, host) in by_digest.items():
        task = held.get(digest)
        if task is None:
            at += timedelta(seconds=spacing_s)
            rows.append(
                {
                    "digest": digest,
                    "variant_id": page.variant_id,
                    "feed_id": job.feed_id,
                    "host_id": host_ids[host],
                    "url": page.url,
                    "due_at": to_us(at),
                    "state": "due",
                    "created_at": to_us(now),
                }
            )
        elif page.again and task.state != "due":
            connection.execute(
                sa.update(page_tasks)
                .where(page_tasks.c.id == task.id)
                .values(
                    due_at=to_us(now), state="due", attempts=0, claims=0, reason=None, detail=None
                )
            )
        elif task.state != "due":
            continue
        wanted.add(page.variant_id)
    if rows:
        connection.execute(page_tasks.insert(), rows)
    connection.execute(
        sa.update(variants).where(variants.c.id.in_(wanted)).values(page_state="wanted")
    )
    refresh_hosts(connection, set(host_ids.values()))


def _last_due(connection: Connection, feed_id: int, now: datetime) -> datetime:
    """Return when the last page of a feed is due, `now` at the earliest."""
    last = connection.scalar(
        sa.select(sa.func.max(page_tasks.c.due_at)).where(
            page_tasks.c.feed_id == feed_id, page_tasks.c.due_at < NEVER
        )
    )
    return now if last is None else max(now, to_at(last))


def _note(connection: Connection, variant_id: int, state: str, detail: str) -> None:
    connection.execute(
        sa.update(variants)
        .where(variants.c.id == variant_id)
        .values(page_state=state, page_detail=detail)
    )
