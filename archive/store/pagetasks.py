"""Asks for article pages: a row a page, due like a feed, so that entries are safe before any page is fetched."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.identity.address import url_key
from archive.identity.host import host_of
from archive.identity.ids import digest16
from archive.store.frontier import IDS_AT_ONCE, ids_of_hosts, refresh_hosts
from archive.store.instants import NEVER, to_at, to_us
from archive.store.policy import DepositPolicy
from archive.store.schema import articles, hosts, observations, page_tasks, sightings, variants
from archive.store.subscriptions import host_digest

LOOKS_APART: Final = timedelta(minutes=10)
"""Two looks at one page are at least so far apart, however late the first was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPage:
    """A page to fetch for a variant. `key` is its url key; `again`: its entry changed, a read page is read anew."""

    variant_id: int
    url: str
    key: str
    again: bool


def settle_later(
    connection: Connection, pages: Sequence[WantedPage], *, now: datetime, policy: DepositPolicy
) -> None:
    """Let the output wait for these pages, so that it does not show what changes in a minute."""
    if pages:
        waiting = sa.select(variants.c.article_id).where(
            variants.c.id.in_({page.variant_id for page in pages})
        )
        settle_at = to_us(now + timedelta(seconds=policy.settle_s))
        connection.execute(
            sa.update(articles).where(articles.c.id.in_(waiting)).values(settle_at=settle_at)
        )


def want_pages(
    connection: Connection,
    pages: Sequence[WantedPage],
    *,
    feed_id: int,
    now: datetime,
    spacing_s: int = 0,
) -> int:
    """Make pages due; returns how many were not asked for before.

    A page that is asked for already, or was read and has not changed, is left alone.

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
        return 0
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
    at = _last_due(connection, feed_id, now) if spacing_s else now
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
                    "feed_id": feed_id,
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
    _want(connection, wanted)
    refresh_hosts(connection, set(host_ids.values()))
    return len(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostDue:
    """A host with pages that are due now, and when it can be asked: `waits_until` None means at once.

    `is_held`: its server asked to be left alone until then; else another process is asking it.
    """

    host: str
    n_pages: int
    waits_until: datetime | None
    is_held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeDue:
    """Pages that were made due now: by host, with the feeds that asked for them. `n_new` were never asked before."""

    n_pages: int
    n_new: int
    feed_ids: frozenset[int]
    hosts: tuple[HostDue, ...]


def ask_for_article(connection: Connection, article_id: int, *, now: datetime) -> MadeDue:
    """Make the pages of an article due now, whatever came of them before, and whatever its feed's policy is."""
    return _ask(connection, variants.c.article_id == article_id, None, is_all=True, now=now)


def ask_for_feed(connection: Connection, feed_id: int, *, is_all: bool, now: datetime) -> MadeDue:
    """Make the pages due now that a feed asked for and that were not read; with `is_all` every article's page."""
    of_feed = variants.c.id.in_(
        sa.select(sightings.c.variant_id).where(sightings.c.feed_id == feed_id)
    )
    return _ask(connection, of_feed, feed_id, is_all=is_all, now=now)


def _ask(
    connection: Connection,
    which: sa.ColumnElement[bool],
    feed_id: int | None,
    *,
    is_all: bool,
    now: datetime,
) -> MadeDue:
    kept = sa.and_(which, variants.c.audience != "erased")
    tasks = (
        sa.select(
            page_tasks.c.id, page_tasks.c.variant_id, page_tasks.c.feed_id, page_tasks.c.host_id
        )
        .join(variants, variants.c.id == page_tasks.c.variant_id)
        .where(kept)
    )
    if feed_id is not None:
        tasks = tasks.where(page_tasks.c.feed_id == feed_id)
    if not is_all:
        tasks = tasks.where(page_tasks.c.state != "done")
    held = connection.execute(tasks).all()
    for start in range(0, len(held), IDS_AT_ONCE):
        batch = held[start : start + IDS_AT_ONCE]
        connection.execute(
            sa.update(page_tasks)
            .where(page_tasks.c.id.in_([row.id for row in batch]))
            .values(due_at=to_us(now), state="due", attempts=0, claims=0)
        )
        _want(connection, [row.variant_id for row in batch])
    n_new = _ask_first_time(connection, kept, feed_id, now=now) if is_all else 0
    host_ids = {row.host_id for row in held}
    feed_ids = {row.feed_id for row in held}
    if n_new:
        new = connection.execute(
            tasks.where(page_tasks.c.created_at == to_us(now), page_tasks.c.state == "due")
        ).all()
        host_ids |= {row.host_id for row in new}
        feed_ids |= {row.feed_id for row in new}
    refresh_hosts(connection, host_ids)
    return MadeDue(
        n_pages=len(held) + n_new,
        n_new=n_new,
        feed_ids=frozenset(feed_ids),
        hosts=_hosts_due(connection, host_ids, now=now),
    )


def _ask_first_time(
    connection: Connection, kept: sa.ColumnElement[bool], feed_id: int | None, *, now: datetime
) -> int:
    """Ask for the pages of tellings that none was ever asked for, at the address they were last seen under."""
    newest = (
        sa.select(sa.func.max(sightings.c.id).label("id"))
        .join(variants, variants.c.id == sightings.c.variant_id)
        .where(
            kept,
            sightings.c.url.is_not(None),
            ~sa.exists().where(page_tasks.c.variant_id == variants.c.id),
        )
        .group_by(sightings.c.variant_id)
    )
    if feed_id is not None:
        newest = newest.where(sightings.c.feed_id == feed_id)
    rows = connection.execute(
        sa.select(sightings.c.variant_id, sightings.c.feed_id, sightings.c.url).where(
            sightings.c.id.in_(newest)
        )
    ).all()
    by_feed: dict[int, list[WantedPage]] = {}
    for row in rows:
        page = WantedPage(
            variant_id=row.variant_id, url=row.url, key=url_key(row.url) or row.url, again=False
        )
        by_feed.setdefault(row.feed_id, []).append(page)
    return sum(
        want_pages(connection, pages, feed_id=of_feed, now=now)
        for of_feed, pages in by_feed.items()
    )


def has_counters() -> sa.ColumnElement[bool]:
    """Return whether the telling of a page task ever showed a counter; its statement selects from the tasks."""
    return sa.exists().where(observations.c.variant_id == page_tasks.c.variant_id)


def plan_looks(connection: Connection, policy: DepositPolicy, *, now: datetime) -> int:
    """Set when pages that were read are looked at again by today's settings; returns how many that changed.

    A page that was read before an age was set gets the looks that still lie ahead, and one whose age was taken away
    is not looked at for it. What is planned by an age that stands is left, be it late. Costs one scan of the tasks:
    for the start of a process, not for every deposit.
    """
    longest = max(policy.look_ages(counts=True), default=timedelta())
    rows = connection.execute(
        sa.select(
            page_tasks.c.id,
            page_tasks.c.host_id,
            page_tasks.c.created_at,
            page_tasks.c.due_at,
            has_counters().label("counts"),
        )
        .join(variants, variants.c.id == page_tasks.c.variant_id)
        .where(
            page_tasks.c.state == "done",
            variants.c.page_state == "read",
            variants.c.audience != "erased",
            sa.or_(page_tasks.c.due_at < NEVER, page_tasks.c.created_at > to_us(now - longest)),
        )
    ).all()
    planned: dict[int, int] = {}
    for row in rows:
        first_at, counts = to_at(row.created_at), bool(row.counts)
        if row.due_at < NEVER and to_at(row.due_at) - first_at in policy.look_ages(counts=counts):
            continue
        next_at = policy.next_look_at(first_at, counts=counts, earliest=now + LOOKS_APART)
        due_at = NEVER if next_at is None else to_us(next_at)
        if due_at != row.due_at:
            planned[row.id] = due_at
    if planned:
        connection.execute(
            sa.update(page_tasks)
            .where(page_tasks.c.id == sa.bindparam("task"))
            .values(due_at=sa.bindparam("due")),
            [{"task": task, "due": due_at} for task, due_at in planned.items()],
        )
        refresh_hosts(connection, {row.host_id for row in rows if row.id in planned})
    return len(planned)


def _hosts_due(
    connection: Connection, host_ids: Collection[int], *, now: datetime
) -> tuple[HostDue, ...]:
    rows = connection.execute(
        sa.select(
            hosts.c.name,
            hosts.c.next_at,
            hosts.c.hold_until,
            sa.select(sa.func.count())
            .where(page_tasks.c.host_id == hosts.c.id, page_tasks.c.due_at <= to_us(now))
            .scalar_subquery()
            .label("n_pages"),
        )
        .where(hosts.c.id.in_(host_ids))
        .order_by(hosts.c.name)
    )
    return tuple(
        HostDue(
            host=row.name,
            n_pages=row.n_pages,
            waits_until=to_at(row.next_at) if row.next_at > to_us(now) else None,
            is_held=row.hold_until > to_us(now),
        )
        for row in rows
    )


def _want(connection: Connection, variant_ids: Collection[int]) -> None:
    """Say of tellings that their page is wanted; one that was read stays read until another page has come."""
    connection.execute(
        sa.update(variants)
        .where(variants.c.id.in_(variant_ids), variants.c.page_statement_id.is_(None))
        .values(page_state="wanted")
    )


def _last_due(connection: Connection, feed_id: int, now: datetime) -> datetime:
    """Return when the last wanted page of a feed is due, `now` at the earliest.

    A page that was read may be due in a week, to be looked at again: nothing waits behind that.
    """
    last = connection.scalar(
        sa.select(sa.func.max(page_tasks.c.due_at)).where(
            page_tasks.c.feed_id == feed_id,
            page_tasks.c.state == "due",
            page_tasks.c.due_at < NEVER,
        )
    )
    return now if last is None else max(now, to_at(last))


def _note(connection: Connection, variant_id: int, state: str, detail: str) -> None:
    connection.execute(
        sa.update(variants)
        .where(variants.c.id == variant_id)
        .values(page_state=state, page_detail=detail)
    )
