"""Pages of a feed's history: the lease to ask for one, its deposit, and the mark of how far they were read.

A page is deposited as a poll's document is, but changes nothing of the feed: its window, validators, body digest,
rhythm and next poll are those of the document that is polled. The mark stands in `meta`, since of ten thousand feeds
a handful is ever backfilled. Called by `Store` alone; `ingest.backfill` walks.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.identity.host import host_of
from archive.model.outcome import Deposited, FeedJob, FeedOutcome, FeedParsed
from archive.store import frontier
from archive.store.bodies import Bodies
from archive.store.deposit import name_body
from archive.store.entries import EntryDeposit
from archive.store.frontier import LEASE_S, HostLease
from archive.store.index import Indexer
from archive.store.instants import to_at, to_us
from archive.store.policy import DepositPolicy
from archive.store.schema import hosts, meta
from archive.store.subscriptions import host_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class HostClosed:
    """A host that may not be asked before `until_at`: as its server wishes (`is_held`), or another process asks it."""

    until_at: datetime
    is_held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillMark:
    """How far a feed's history was read: the next page to ask, None once its end was reached."""

    next_url: str | None


def lease(
    connection: Connection, feed_id: int, url: str, *, now: datetime, owner: str
) -> FeedJob | HostClosed:
    """Claim the host of `url`, due or not, and return the job of asking it for the feed.

    The job remembers nothing of the feed's document: no validators, no items known.
    """
    name = host_of(url)
    host_id = frontier.ids_of_hosts(connection, [name], digest_of={name: host_digest(name)})[name]
    host = connection.execute(sa.select(hosts).where(hosts.c.id == host_id)).one()
    closed_until = max(host.hold_until, host.lease_until)
    if closed_until > to_us(now):
        return HostClosed(until_at=to_at(closed_until), is_held=host.hold_until > to_us(now))
    held = HostLease(
        host_id=host_id,
        host=name,
        epoch=host.epoch + 1,
        owner=owner,
        until_at=now + timedelta(seconds=LEASE_S),
    )
    connection.execute(
        sa.update(hosts)
        .where(hosts.c.id == host_id)
        .values(epoch=held.epoch, owner=owner, lease_until=to_us(held.until_at))
    )
    frontier.refresh_hosts(connection, [host_id])
    job = frontier.job_of(connection, feed_id, held, now=now)
    return replace(job, known=frozenset(), validators=None, body_digest=b"")


def release(connection: Connection, job: FeedJob, *, now: datetime, hold_s: int) -> None:
    """Give the host of a job back, and leave it alone for `hold_s` if its server asked for that."""
    if hold_s:
        until_us = to_us(now + timedelta(seconds=hold_s))
        frontier.hold(connection, job.host_id, until_us=until_us)
    # Not `frontier.release`: what the host's own feeds are suspected of, no backfill clears them of.
    connection.execute(
        sa.update(hosts)
        .where(hosts.c.id == job.host_id, hosts.c.epoch == job.epoch)
        .values(lease_until=0, owner="")
    )
    frontier.refresh_hosts(connection, [job.host_id])


def deposit(
    connection: Connection,
    outcome: FeedOutcome,
    *,
    indexer: Indexer,
    bodies: Bodies,
    now: datetime,
    policy: DepositPolicy,
) -> Deposited:
    """Write a page's entries; fenced when its host was lost meanwhile."""
    result = outcome.result
    assert isinstance(result, FeedParsed), "only a page that was read is deposited"
    if not frontier.holds(connection, outcome.job.host_id, outcome.job.epoch):
        return Deposited(outcome=outcome, is_fenced=True)
    if result.parsed.entries and bodies.keeps:
        feed_id, digest = outcome.job.feed_id, result.body_digest
        name_body(connection, digest, "feed", feed_id, at_us=to_us(now))
    entries = EntryDeposit(
        connection,
        outcome.job,
        result,
        indexer=indexer,
        now=now,
        policy=policy,
        is_backfill=True,
    )
    return entries.write(outcome)


def mark_of(connection: Connection, feed_id: int) -> BackfillMark | None:
    """Return how far a feed's history was read; None where nobody ever began."""
    stored = connection.scalar(sa.select(meta.c.value).where(meta.c.key == _key(feed_id)))
    if stored is None:
        return None
    return BackfillMark(next_url=json.loads(stored)["next"])


def set_mark(connection: Connection, feed_id: int, mark: BackfillMark) -> None:
    """Keep how far a feed's history was read."""
    value = json.dumps({"next": mark.next_url})
    connection.execute(sa.delete(meta).where(meta.c.key == _key(feed_id)))
    connection.execute(meta.insert().values(key=_key(feed_id), value=value))


def _key(feed_id: int) -> str:
    return f"backfill:{feed_id}"
