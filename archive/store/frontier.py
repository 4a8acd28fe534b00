"""What is due, and who may ask it: leases on hosts, claims on their feeds and pages.

The unit of work is a host. `hosts.next_at` is the one place that says when something of a host may next be asked: the
earliest due time of its feeds and pages, not before `hold_until` (Retry-After) and, while leased, the lease's end. So
one index answers "what is due", a dead process's hosts come back when its lease runs out, and any queue built on
top can be thrown away and rebuilt. A claim raises the host's epoch; a deposit under an older epoch is refused.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.model.outcome import FeedJob, PageJob, Reason, Rhythm, Validators
from archive.store.instants import NEVER, to_at, to_at_or_none, to_us
from archive.store.prepared import Prepared, Row
from archive.store.schema import (
    feeds,
    hosts,
    page_tasks,
    revisions,
    sightings,
    variants,
    websub,
)

LEASE_S = 180
"""Three times what a turn may last (SERVICE: a batch is 60 s, the lease >= 3 x that)."""

RENEWED_AFTER_S = 10
"""A lease that is younger is not written again: most turns are over by then."""

IDS_AT_ONCE = 5_000
"""Ids bound in one statement: SQLite takes 32,766."""

MAX_FEEDS_A_TURN = 20
MAX_PAGES_A_TURN = 20

MAX_CLAIMS_TOGETHER = 2
"""After two claims without an outcome a feed is polled alone: it may be what killed the process."""

PARKED_AFTER_CLAIMS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLease:
    """A host that this owner alone may ask, until `until_at` or its release.

    `is_slow`: it timed out last time. `others_wait`: more hosts were due when it was claimed than there was room for,
    slow ones not counted. `is_alone`: its owner does nothing else meanwhile, so that suspects may be given
    out (see `due_feeds`); `suspects_wait` says that there are some, and that they were not.
    """

    host_id: int
    host: str
    epoch: int
    owner: str
    until_at: datetime
    is_slow: bool = False
    others_wait: bool = False
    is_alone: bool = False
    suspects_wait: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A host that is given back, not to be asked before `not_before`; `is_slow` as it was found (None: not asked).

    `unasked` are the feeds that were claimed and have no outcome (a stop, a Retry-After), `unasked_pages` the tasks.
    """

    lease: HostLease
    is_slow: bool | None = None
    not_before: datetime | None = None
    unasked: tuple[int, ...] = ()
    unasked_pages: tuple[int, ...] = ()


def claim_hosts(
    connection: Connection,
    *,
    now: datetime,
    owner: str,
    limit: int,
    slow_limit: int | None = None,
    only: Collection[int] | None = None,
) -> tuple[HostLease, ...]:
    """Lease up to `limit` due hosts, longest due first, of them at most `slow_limit` slow ones (None: any number).

    `only` narrows it to these host ids. Cost: two index ranges. The lease holds for LEASE_S unless released earlier.
    """
    until_at = now + timedelta(seconds=LEASE_S)

    def first_due(n: int, *, is_slow: bool) -> Sequence[Row]:
        asked = {"is_slow": is_slow, "now": to_us(now), "at_most": n}
        return connection.execute(_due_hosts(only), asked).all() if n > 0 else ()

    due = [
        *first_due(limit + 1, is_slow=False),  # one more tells whether others wait
        *first_due(limit if slow_limit is None else slow_limit, is_slow=True),
    ]
    due.sort(key=attrgetter("next_at"))
    others_wait = not all(row.is_slow for row in due[limit:])
    leases = tuple(
        HostLease(
            host_id=row.id,
            host=row.name,
            epoch=row.epoch + 1,
            owner=owner,
            until_at=until_at,
            is_slow=bool(row.is_slow),
            others_wait=others_wait,
        )
        for row in due[:limit]
    )
    if leases:
        held = {"owner": owner, "until": to_us(until_at)}
        connection.execute(_CLAIM, [{"host": lease.host_id, **held} for lease in leases])
    return leases


def renew(connection: Connection, lease: HostLease, *, now: datetime) -> HostLease | None:
    """Extend a lease; None when another owner has it meanwhile. One that was begun a moment ago lasts as it is."""
    if not holds(connection, lease.host_id, lease.epoch):
        return None
    if lease.until_at - now > timedelta(seconds=LEASE_S - RENEWED_AFTER_S):
        return lease
    until_at = now + timedelta(seconds=LEASE_S)
    _RENEW.write(connection, of_host=lease.host_id, until=to_us(until_at))
    return replace(lease, until_at=until_at)


def release(connection: Connection, ended: Release) -> None:
    """Give a host back; it is due again when its next feed or page is, not before its hold ends or `not_before`.

    The claims of its feeds that were not asked count no more: nothing has died. What others are suspected of stays.
    """
    lease = ended.lease
    if not holds(connection, lease.host_id, lease.epoch):
        return
    _RELEASE.write(
        connection,
        of_host=lease.host_id,
        not_before=0 if ended.not_before is None else to_us(ended.not_before),
        found_slow=ended.is_slow,
    )
    if ended.unasked:
        _UNCOUNT_CLAIM.write_all(connection, [{"feed": feed_id} for feed_id in ended.unasked])
    if ended.unasked_pages:
        tasks = [{"task": task_id} for task_id in ended.unasked_pages]
        _UNCOUNT_PAGE_CLAIM.write_all(connection, tasks)


def hold(connection: Connection, host_id: int, *, until_us: int) -> None:
    """Leave a host alone until then, as its server asked; an earlier promise that lasts longer stands.

    The lease may end before: `next_at` is moved with it, so that a process that dies here breaks no promise.
    """
    connection.execute(
        sa.update(hosts)
        .where(hosts.c.id == host_id, hosts.c.hold_until < until_us)
        .values(hold_until=until_us)
    )
    connection.execute(
        sa.update(hosts)
        .where(hosts.c.id == host_id, hosts.c.next_at < until_us)
        .values(next_at=until_us)
    )


def holds(connection: Connection, host_id: int, epoch: int) -> bool:
    """Return whether `epoch` is still the host's: the fence of every deposit."""
    return any(row.epoch == epoch for row in _EPOCH.rows(connection, of_host=host_id))


def refresh_hosts(connection: Connection, host_ids: Collection[int]) -> None:
    """Set `next_at` of hosts from what is due on them; a leased host keeps at least its lease's end."""
    connection.execute(
        sa.update(hosts)
        .where(hosts.c.id.in_(host_ids))
        .values(next_at=_next_at(hosts.c.lease_until))
    )


def _next_at(not_before: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """Return when a host may next be asked: at its earliest due feed or page, after its hold, and not before that."""
    of_feeds = (
        sa.select(sa.func.min(feeds.c.next_poll_at))
        .where(feeds.c.host_id == hosts.c.id)
        .scalar_subquery()
    )
    of_pages = (
        sa.select(sa.func.min(page_tasks.c.due_at))
        .where(page_tasks.c.host_id == hosts.c.id)
        .scalar_subquery()
    )
    earliest = sa.func.min(sa.func.coalesce(of_feeds, NEVER), sa.func.coalesce(of_pages, NEVER))
    # What is due never stays so, whatever is held or leased.
    return sa.case(
        (earliest >= NEVER, NEVER),
        else_=sa.func.max(earliest, hosts.c.hold_until, not_before),
    )


def ids_of_hosts(
    connection: Connection, names: Collection[str], *, digest_of: dict[str, bytes]
) -> dict[str, int]:
    """Return the ids of hosts by name, making those that are missing (due never)."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    by_digest = {digest_of[name]: name for name in wanted}
    find = sa.select(hosts.c.digest, hosts.c.id).where(hosts.c.digest.in_(by_digest))
    found = {by_digest[row.digest]: row.id for row in connection.execute(find)}
    missing = [name for name in wanted if name not in found]
    if missing:
        connection.execute(
            hosts.insert(),
            [
                {
                    "digest": digest_of[name],
                    "name": name,
                    "next_at": NEVER,
                    "hold_until": 0,
                    "lease_until": 0,
                    "owner": "",
                    "robots_at": 0,
                }
                for name in missing
            ],
        )
        found |= {by_digest[row.digest]: row.id for row in connection.execute(find)}
    return found


def due_feeds(
    connection: Connection,
    lease: HostLease,
    *,
    now: datetime,
    parser_version: int,
    only: Collection[int] | None = None,
    limit: int = MAX_FEEDS_A_TURN,
) -> tuple[FeedJob, ...]:
    """Claim the host's due feeds, longest due first, each with what its poll must know.

    The claim is counted in `feeds.attempts`, which any outcome clears. A feed claimed twice without outcome is a
    suspect: it may be what ended the process. It is given out while its owner does nothing else (`lease.is_alone`),
    and by itself; if there is no outcome even then, it is parked. So whatever ends a process while many feeds are under
    way parks none of them.
    """
    due = {"of_host": lease.host_id, "now": to_us(now)}
    if only is None:
        rows = _DUE_FEEDS.rows(connection, at_most=limit, **due)
    else:
        ids = [row.id for row in _DUE_IDS.rows(connection, **due) if row.id in only]
        rows = _FEEDS.rows(connection, ids=ids[:limit], now=to_us(now))
    deadly = [row.id for row in rows if row.attempts >= PARKED_AFTER_CLAIMS]
    if deadly:
        _park(connection, deadly)
        rows = [row for row in rows if row.id not in deadly]
    calm = [row for row in rows if row.attempts < MAX_CLAIMS_TOGETHER]
    rows = calm or (rows[:1] if lease.is_alone else [])
    if rows:
        _COUNT_CLAIM.write_all(connection, [{"feed": row.id} for row in rows])
    return tuple(
        _feed_job(connection, row, lease, now=now, parser_version=parser_version) for row in rows
    )


def suspects_wait(
    connection: Connection, lease: HostLease, *, now: datetime, only: Collection[int] | None = None
) -> bool:
    """Return whether feeds or pages of the host are due that are given out only while nothing else is under way."""
    return any(
        only is None or row.feed_id in only
        for suspects in (_SUSPECTS, _SUSPECT_PAGES)
        for row in suspects.rows(connection, of_host=lease.host_id, now=to_us(now))
    )


def _park(connection: Connection, feed_ids: Sequence[int]) -> None:
    """Stop polling feeds that were claimed alone and never came back; `feeds retry` lets them try again."""
    connection.execute(
        sa.update(feeds)
        .where(feeds.c.id.in_(feed_ids))
        .values(
            state="parked",
            next_poll_at=NEVER,
            last_reason=str(Reason.PARSE_LIMIT),
            last_detail=f"polled {PARKED_AFTER_CLAIMS} times without an outcome, the last time alone: "
            "it seems to end the whole process",
        )
    )


def due_pages(
    connection: Connection,
    lease: HostLease,
    *,
    now: datetime,
    only_feeds: Collection[int] | None = None,
    limit: int = MAX_PAGES_A_TURN,
) -> tuple[PageJob, ...]:
    """Claim the host's due pages, longest due first; suspects as with feeds.

    One that was claimed PARKED_AFTER_CLAIMS times is given out too, with `n_claims` telling it: it is to end as a
    failure, and not to be asked.
    """
    query = (
        sa.select(
            page_tasks,
            feeds.c.is_private,
            feeds.c.verify_tls,
            feeds.c.birth_url.label("feed_url"),
            revisions.c.language,
        )
        .join(feeds, feeds.c.id == page_tasks.c.feed_id)
        .join(variants, variants.c.id == page_tasks.c.variant_id)
        .outerjoin(revisions, revisions.c.id == variants.c.revision_id)
        .where(page_tasks.c.host_id == lease.host_id, page_tasks.c.due_at <= to_us(now))
        .order_by(page_tasks.c.due_at, page_tasks.c.id)
        .limit(limit)
    )
    if only_feeds is not None:
        query = query.where(page_tasks.c.feed_id.in_(only_feeds))
    rows = connection.execute(query).all()
    calm = [row for row in rows if row.claims != MAX_CLAIMS_TOGETHER]
    rows = calm or (rows[:1] if lease.is_alone else [])
    if rows:
        connection.execute(
            sa.update(page_tasks)
            .where(page_tasks.c.id.in_([row.id for row in rows]))
            .values(claims=page_tasks.c.claims + 1)
        )
    return tuple(
        PageJob(
            task_id=row.id,
            variant_id=row.variant_id,
            feed_id=row.feed_id,
            feed_url=row.feed_url,
            url=row.url,
            host=lease.host,
            host_id=lease.host_id,
            epoch=lease.epoch,
            owner=lease.owner,
            attempts=row.attempts,
            n_claims=row.claims,
            language=row.language,
            due_at=to_at(row.due_at),
            is_private=row.is_private,
            verify_tls=row.verify_tls,
        )
        for row in rows
    )


def next_due_at(connection: Connection, *, only: Collection[int] | None = None) -> datetime | None:
    """Return when the next host is due, None when nothing ever is."""
    earliest = []
    for is_slow in (False, True):
        query = sa.select(sa.func.min(hosts.c.next_at)).where(hosts.c.is_slow == is_slow)
        if only is not None:
            query = query.where(hosts.c.id.in_(only))
        earliest.append(connection.scalar(query))
    return to_at_or_none(min((at for at in earliest if at is not None), default=None))


def make_due(connection: Connection, feed_ids: Sequence[int], *, now: datetime) -> set[int]:
    """Make feeds due at once, whatever their rhythm says, unless a hold of their server forbids it.

    Returns the ids of their hosts. Used by `poll FEED`.
    """
    host_ids: set[int] = set()
    for batch in _batches(feed_ids):
        connection.execute(
            sa.update(feeds).where(feeds.c.id.in_(batch)).values(next_poll_at=to_us(now))
        )
        of_hosts = sa.select(feeds.c.host_id).where(feeds.c.id.in_(batch)).distinct()
        host_ids.update(connection.scalars(of_hosts))
    for batch in _batches(sorted(host_ids)):
        refresh_hosts(connection, batch)
    return host_ids


def rhythm_of(stored: str, *, default_interval_s: int = 3600) -> Rhythm:
    """Read a stored rhythm; an empty one is that of a feed never polled."""
    held = json.loads(stored)
    return Rhythm(
        interval_s=held.get("interval_s", default_interval_s),
        gap_s=held.get("gap_s"),
        n_failures=held.get("n_failures", 0),
        n_rollovers=held.get("n_rollovers", 0),
        failing_since=_at_or_none(held.get("failing_since")),
        last_new_at=_at_or_none(held.get("last_new_at")),
        throttled_s=held.get("throttled_s", 0),
        gone_since=_at_or_none(held.get("gone_since")),
    )


def rhythm_json(rhythm: Rhythm) -> str:
    """Write a rhythm for the feed's row; instants as microseconds."""
    held = {
        "interval_s": rhythm.interval_s,
        "gap_s": rhythm.gap_s,
        "n_failures": rhythm.n_failures,
        "n_rollovers": rhythm.n_rollovers,
        "failing_since": None if rhythm.failing_since is None else to_us(rhythm.failing_since),
        "last_new_at": None if rhythm.last_new_at is None else to_us(rhythm.last_new_at),
        "throttled_s": rhythm.throttled_s,
        "gone_since": None if rhythm.gone_since is None else to_us(rhythm.gone_since),
    }
    return json.dumps({key: value for key, value in held.items() if value is not None})


def job_of(connection: Connection, feed_id: int, lease: HostLease, *, now: datetime) -> FeedJob:
    """Return the job of asking a leased host for a feed that is not due: its parser's version counts as the same."""
    row = connection.execute(
        sa.select(feeds, _IS_PUSHED).where(feeds.c.id == feed_id), {"now": to_us(now)}
    ).one()
    return _feed_job(connection, row, lease, now=now, parser_version=row.parser_version)


def _feed_job(
    connection: Connection,
    row: Row,
    lease: HostLease,
    *,
    now: datetime,
    parser_version: int,
) -> FeedJob:
    pacing = json.loads(row.pacing)
    same_parser = row.parser_version == parser_version
    unconditional = to_us(now) >= row.unconditional_at or not same_parser
    validators = None
    if not unconditional and row.validators_url and (row.etag or row.last_modified):
        validators = Validators(
            url=row.validators_url, etag=row.etag, last_modified=row.last_modified
        )
    known: frozenset[bytes] = frozenset()
    if same_parser:
        known = frozenset(item.item_digest for item in _KNOWN_ITEMS.rows(connection, feed=row.id))
    return FeedJob(
        feed_id=row.id,
        name=row.name,
        url=row.url,
        written_url=row.birth_url,
        host=lease.host,
        host_id=lease.host_id,
        epoch=lease.epoch,
        owner=lease.owner,
        rhythm=rhythm_of(row.rhythm),
        validators=validators,
        body_digest=row.body_digest if same_parser else b"",
        known=known,
        interval_s=row.interval_s,
        ttl_s=pacing.get("ttl_s"),
        skip_hours=tuple(pacing.get("skip_hours", ())),
        skip_days=tuple(pacing.get("skip_days", ())),
        page=row.page,
        is_private=bool(row.is_private),
        auth_file=row.auth_file,
        verify_tls=bool(row.verify_tls),
        attempts=row.attempts,
        due_at=to_at_or_none(row.next_poll_at),
        last_good_at=to_at_or_none(row.last_good_at),
        is_pushed=bool(row.is_pushed),
    )


def _at_or_none(us: int | None) -> datetime | None:
    return None if us is None else to_at(us)


def hosts_with_work(
    connection: Connection, feed_ids: Collection[int], *, now: datetime
) -> set[int]:
    """Return the hosts where one of these feeds, or a page of theirs, is due."""
    of_feeds = sa.select(feeds.c.id, feeds.c.host_id).where(feeds.c.next_poll_at <= to_us(now))
    of_pages = sa.select(page_tasks.c.feed_id, page_tasks.c.host_id).where(
        page_tasks.c.due_at <= to_us(now)
    )
    due = connection.execute(of_feeds.union(of_pages))
    return {host_id for feed_id, host_id in due if feed_id in feed_ids}


def _due_hosts(only: Collection[int] | None) -> sa.Select[tuple[int, str, int, int, bool]]:
    due = _DUE_HOSTS if only is None else _DUE_HOSTS.where(hosts.c.id.in_(only))
    return due.order_by(hosts.c.next_at).limit(sa.bindparam("at_most"))


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield ids[start : start + IDS_AT_ONCE]


# ---- statements ---------------------------------------------------------------------------------
# Those of every poll are compiled once and run on the driver: 304s are most of what a poller does.

_DUE_HOSTS: Final = sa.select(
    hosts.c.id, hosts.c.name, hosts.c.epoch, hosts.c.next_at, hosts.c.is_slow
).where(hosts.c.is_slow == sa.bindparam("is_slow"), hosts.c.next_at <= sa.bindparam("now"))
_OF_HOST: Final = hosts.c.id == sa.bindparam("of_host")
_EPOCH: Final = Prepared(sa.select(hosts.c.epoch).where(_OF_HOST))
_RENEW: Final = Prepared(
    sa.update(hosts)
    .where(_OF_HOST)
    .values(lease_until=sa.bindparam("until"), next_at=sa.bindparam("until"))
)
_RELEASE: Final = Prepared(
    sa.update(hosts)
    .where(_OF_HOST)
    .values(
        lease_until=0,
        owner="",
        next_at=_next_at(sa.bindparam("not_before")),
        is_slow=sa.func.coalesce(sa.bindparam("found_slow"), hosts.c.is_slow),
    )
)
_CLAIM: Final = (
    sa.update(hosts)
    .where(hosts.c.id == sa.bindparam("host"))
    .values(
        epoch=hosts.c.epoch + 1,
        owner=sa.bindparam("owner"),
        lease_until=sa.bindparam("until"),
        next_at=sa.bindparam("until"),
    )
)
_UNCOUNT_PAGE_CLAIM: Final = Prepared(
    sa.update(page_tasks)
    .where(page_tasks.c.id == sa.bindparam("task"), page_tasks.c.claims > 0)
    .values(claims=page_tasks.c.claims - sa.literal_column("1"))
)
_UNCOUNT_CLAIM: Final = Prepared(
    sa.update(feeds)
    .where(feeds.c.id == sa.bindparam("feed"), feeds.c.attempts > 0)
    .values(attempts=feeds.c.attempts - sa.literal_column("1"))
)
_COUNT_CLAIM: Final = Prepared(
    sa.update(feeds)
    .where(feeds.c.id == sa.bindparam("feed"))
    .values(attempts=feeds.c.attempts + sa.literal_column("1"))
)
# A hub owes it pushes, has sent one, and no poll since has found what it had not told of. Most feeds name no hub, and
# are spared the look into another table.
_IS_PUSHED: Final = sa.case(
    (feeds.c.hub_urls == "[]", 0),
    else_=sa.exists().where(
        websub.c.feed_id == feeds.c.id,
        sa.or_(websub.c.state == "active", websub.c.state == "renewing"),  # in_ costs 20 us a run
        websub.c.lease_until > sa.bindparam("now"),
        websub.c.pushed_at > sa.func.coalesce(websub.c.missed_at, 0),
    ),
).label("is_pushed")
_IS_DUE: Final = (
    feeds.c.host_id == sa.bindparam("of_host"),
    feeds.c.next_poll_at <= sa.bindparam("now"),
)
_DUE_IDS: Final = Prepared(
    sa.select(feeds.c.id).where(*_IS_DUE).order_by(feeds.c.next_poll_at, feeds.c.id)
)
_SUSPECTS: Final = Prepared(
    sa.select(feeds.c.id.label("feed_id")).where(*_IS_DUE, feeds.c.attempts >= MAX_CLAIMS_TOGETHER)
)
_SUSPECT_PAGES: Final = Prepared(
    sa.select(page_tasks.c.feed_id).where(
        page_tasks.c.host_id == sa.bindparam("of_host"),
        page_tasks.c.due_at <= sa.bindparam("now"),
        page_tasks.c.claims == MAX_CLAIMS_TOGETHER,
    )
)
_DUE_FEEDS: Final = Prepared(
    sa.select(feeds, _IS_PUSHED)
    .where(*_IS_DUE)
    .order_by(feeds.c.next_poll_at, feeds.c.id)
    .limit(sa.bindparam("at_most"))
)
_FEEDS: Final = Prepared(
    sa.select(feeds, _IS_PUSHED)
    .where(feeds.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(feeds.c.next_poll_at, feeds.c.id)
)
_KNOWN_ITEMS: Final = Prepared(
    sa.select(sightings.c.item_digest).where(
        sightings.c.feed_id == sa.bindparam("feed"), sightings.c.in_window
    )
)
