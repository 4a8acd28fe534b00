"""Subscriptions at hubs, and the inbox as the engine reads it: rows in, rows out, no decisions.

What an answer means is `ingest.websub`'s to say; each function here is one step of a transaction of `Store.writing`.
What the pages write into the inbox is `archive.store.inbox`.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
import zstandard
from sqlalchemy import Connection

from archive.identity.ids import digest16
from archive.model.outcome import FeedJob
from archive.model.push import Event, HubFeed, HubState, HubSubscription, Letter
from archive.store import frontier
from archive.store.inbox import callback_digest
from archive.store.instants import NEVER, to_at, to_at_or_none, to_us, to_us_or_none
from archive.store.schema import feeds, hosts, inbox, sightings, websub
from archive.store.subscriptions import POLLED_STATES

Transaction: TypeAlias = Connection
"""What callers outside of the store hold, and hand to these functions without looking into it."""

AT_ONCE: Final = 500

KEPT_S: Final = 86_400
"""Answered letters stay a day, for people who look for what a hub said."""

PING_GAP_S: Final = 60
"""A feed that hubs have news of is asked at once, and at most so often."""

TOLD_LATELY_US: Final = 900 * 1_000_000
"""What a poll finds within a quarter of an hour of a push, that push has told of."""

_KINDS: Final = tuple(str(event) for event in Event)


# ---- subscriptions ------------------------------------------------------------------------------


def feeds_with_hubs(
    connection: Connection, ids: Collection[int] | None = None
) -> tuple[HubFeed, ...]:
    """Return the feeds (of these ids, or all) that name a hub. All is a scan: 0.1 s of 100,000."""
    found: list[HubFeed] = []
    for condition in _each_batch(feeds.c.id, ids):
        rows = connection.execute(_HUB_FEEDS.where(condition, feeds.c.hub_urls != "[]"))
        found += [_hub_feed(row) for row in rows]
    return tuple(found)


def hub_feeds(connection: Connection, ids: Collection[int]) -> tuple[HubFeed, ...]:
    """Return these feeds, also those that name no hub any more."""
    found: list[HubFeed] = []
    for condition in _each_batch(feeds.c.id, ids):
        found += [_hub_feed(row) for row in connection.execute(_HUB_FEEDS.where(condition))]
    return tuple(found)


def subscriptions(
    connection: Connection, feed_ids: Collection[int] | None = None
) -> tuple[HubSubscription, ...]:
    """Return the subscriptions of these feeds, or all, by id."""
    found: list[HubSubscription] = []
    for condition in _each_batch(websub.c.feed_id, feed_ids):
        rows = connection.execute(_SUBSCRIPTIONS.where(condition).order_by(websub.c.id))
        found += [_subscription(row) for row in rows]
    return tuple(found)


def subscription(connection: Connection, subscription_id: int) -> HubSubscription | None:
    """Return one subscription, None where it was forgotten."""
    row = connection.execute(_SUBSCRIPTIONS.where(websub.c.id == subscription_id)).one_or_none()
    return None if row is None else _subscription(row)


def due_subscription(
    connection: Connection, *, now: datetime, busy_hubs: Collection[str]
) -> HubSubscription | None:
    """Return the subscription whose hub is to be asked that is longest due, of hubs other than these."""
    row = connection.execute(
        _SUBSCRIPTIONS.where(
            websub.c.renew_at <= to_us(now), websub.c.hub_url.not_in(sorted(busy_hubs))
        )
        .order_by(websub.c.renew_at, websub.c.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else _subscription(row)


def begin(
    connection: Connection,
    *,
    feed_id: int,
    hub_url: str,
    topic_url: str,
    base_url: str,
    name: str,
    secret: bytes,
    now: datetime,
) -> bool:
    """Note a subscription that is wanted, due at once; False where there is one already, which stays as it is.

    The callback is `name`, 64 hexadecimal digits, below `base_url`, which ends in a slash.
    """
    digest = digest16("websub", str(feed_id), hub_url, topic_url, base_url)
    known = connection.scalar(sa.select(websub.c.id).where(websub.c.digest == digest))
    if known is not None:
        return False
    connection.execute(
        websub.insert().values(
            digest=digest,
            callback_digest=callback_digest(name),
            feed_id=feed_id,
            hub_url=hub_url,
            topic_url=topic_url,
            callback_url=base_url + name,
            secret=secret,
            state=str(HubState.WANTED),
            lease_until=0,
            renew_at=to_us(now),
        )
    )
    return True


def save(connection: Connection, changed: HubSubscription) -> None:
    """Write how a subscription stands now. Its counts are left alone: `count_push` and `count_dropped` write them."""
    connection.execute(
        sa.update(websub)
        .where(websub.c.id == changed.id)
        .values(
            state=str(changed.state),
            lease_until=to_us_or_none(changed.lease_until) or 0,
            renew_at=to_us(changed.renew_at),
            asked_at=to_us_or_none(changed.asked_at),
            n_failures=changed.n_failures,
            detail=changed.detail,
        )
    )


def forget(connection: Connection, subscription_id: int) -> None:
    """Remove a subscription with its secret; its callback answers 404 from now on."""
    connection.execute(sa.delete(websub).where(websub.c.id == subscription_id))


def count_push(
    connection: Connection, subscription_id: int, *, now: datetime, n_pushes: int = 1
) -> None:
    """Note that the hub told of news, so that polls can be fewer."""
    connection.execute(
        sa.update(websub)
        .where(websub.c.id == subscription_id)
        .values(n_pushes=websub.c.n_pushes + n_pushes, pushed_at=to_us(now))
    )


def count_dropped(connection: Connection, subscription_id: int, n_dropped: int) -> None:
    """Note pushes that bore no good signature."""
    connection.execute(
        sa.update(websub)
        .where(websub.c.id == subscription_id)
        .values(n_dropped=websub.c.n_dropped + n_dropped)
    )


def note_missed(connection: Connection, feed_id: int, *, now: datetime) -> None:
    """Note that a poll found news which no push of the last quarter of an hour had told of: polls are needed."""
    lately = sa.func.coalesce(websub.c.pushed_at, 0) > to_us(now) - TOLD_LATELY_US
    connection.execute(
        sa.update(websub)
        .where(websub.c.feed_id == feed_id, sa.not_(lately))
        .values(missed_at=to_us(now))
    )


# ---- the inbox ----------------------------------------------------------------------------------


def waiting(connection: Connection, *, limit: int) -> tuple[Letter, ...]:
    """Return what waits to be answered, first come, first served."""
    rows = connection.execute(
        sa.select(
            inbox.c.id, inbox.c.about, inbox.c.kind, inbox.c.request, inbox.c.at, inbox.c.attempts
        )
        .where(inbox.c.done_at == NEVER, inbox.c.kind.in_(_KINDS))
        .order_by(inbox.c.id)
        .limit(limit)
    )
    return tuple(
        Letter(
            id=row.id,
            about=row.about,
            event=Event(row.kind),
            request=json.loads(row.request),
            at=to_at(row.at),
            attempts=row.attempts,
        )
        for row in rows
    )


def document(connection: Connection, letter_id: int) -> bytes:
    """Return the document that was pushed with a letter."""
    packed = connection.scalar(sa.select(inbox.c.body).where(inbox.c.id == letter_id))
    return zstandard.decompress(packed or b"")


def count_attempts(connection: Connection, letter_ids: Sequence[int]) -> None:
    """Note that these are begun with: one that never comes to an end is known by it."""
    connection.execute(
        sa.update(inbox).where(inbox.c.id.in_(letter_ids)).values(attempts=inbox.c.attempts + 1)
    )


def answer(connection: Connection, letter_id: int, words: str, *, now: datetime) -> None:
    """Note that a letter was answered, and how; a document that came with it goes."""
    connection.execute(
        sa.update(inbox)
        .where(inbox.c.id == letter_id)
        .values(done_at=to_us(now), answer=words, body=None)
    )


def drop_pushes(connection: Connection, feed_ids: Collection[int], *, now: datetime) -> None:
    """Drop pushed documents that wait for these feeds, and have the feeds polled instead (erasure)."""
    of_feeds = sa.select(websub.c.id, websub.c.feed_id).where(websub.c.feed_id.in_(feed_ids))
    for subscription_id, feed_id in connection.execute(of_feeds).all():
        dropped = connection.execute(
            sa.update(inbox)
            .where(
                inbox.c.about == subscription_id,
                inbox.c.kind == str(Event.PUSH),
                inbox.c.done_at == NEVER,
            )
            .values(done_at=to_us(now), answer="dropped: it may hold what was erased", body=None)
        )
        if dropped.rowcount:
            poll_soon(connection, feed_id, now=now)


def is_waiting(connection: Connection, letter_id: int) -> bool:
    """Tell whether a letter is still to be answered."""
    done_at = connection.scalar(sa.select(inbox.c.done_at).where(inbox.c.id == letter_id))
    return done_at == NEVER


def prune(connection: Connection, *, now: datetime) -> int:
    """Remove what was answered more than a day ago; returns how many."""
    before = to_us(now - timedelta(seconds=KEPT_S))
    return connection.execute(
        sa.delete(inbox).where(inbox.c.done_at < before, inbox.c.kind.in_(_KINDS))
    ).rowcount


# ---- feeds that are pushed ----------------------------------------------------------------------


def push_job(connection: Connection, feed_id: int, *, parser_version: int) -> FeedJob:
    """Return a feed as a poll would know it, without a lease: to read a pushed document by, and to deposit it.

    Its address is that which gave the last document, so that relative links come out as they do in polls.
    """
    row = connection.execute(
        sa.select(feeds, hosts.c.name.label("host"))
        .join(hosts, hosts.c.id == feeds.c.host_id)
        .where(feeds.c.id == feed_id)
    ).one()
    known: frozenset[bytes] = frozenset()
    if row.parser_version == parser_version:
        known = frozenset(
            connection.scalars(
                sa.select(sightings.c.item_digest).where(
                    sightings.c.feed_id == feed_id, sightings.c.in_window
                )
            )
        )
    return FeedJob(
        feed_id=row.id,
        name=row.name,
        url=row.validators_url or row.url,
        host=row.host,
        host_id=row.host_id,
        epoch=0,
        owner="",
        rhythm=frontier.rhythm_of(row.rhythm),
        known=known,
        page=row.page,
        is_private=row.is_private,
    )


def is_being_polled(connection: Connection, feed_id: int, *, now: datetime) -> bool:
    """Tell whether a poll of this feed is under way: claimed, without an outcome yet, under a lease that holds.

    Claims and deposits are serial, so within a write transaction the answer stays true until it ends.
    """
    claimed = (
        sa.select(feeds.c.id)
        .join(hosts, hosts.c.id == feeds.c.host_id)
        .where(feeds.c.id == feed_id, feeds.c.attempts > 0, hosts.c.lease_until > to_us(now))
    )
    return connection.scalar(claimed) is not None


def takes_pushes(connection: Connection, feed_id: int) -> bool:
    """Tell whether news of this feed is wanted: not of one that a person paused or that was retired."""
    state = connection.scalar(sa.select(feeds.c.state).where(feeds.c.id == feed_id))
    return state in POLLED_STATES


def poll_soon(connection: Connection, feed_id: int, *, now: datetime) -> None:
    """Have a feed polled at once, but not within PING_GAP_S of its last poll; a hold of its host still stands."""
    soon = sa.func.max(
        to_us(now), sa.func.coalesce(feeds.c.last_poll_at, 0) + PING_GAP_S * 1_000_000
    )
    connection.execute(
        sa.update(feeds)
        .where(feeds.c.id == feed_id, feeds.c.state.in_(POLLED_STATES), feeds.c.next_poll_at > soon)
        .values(next_poll_at=soon)
    )
    host_id = connection.scalar(sa.select(feeds.c.host_id).where(feeds.c.id == feed_id))
    frontier.refresh_hosts(connection, [host_id] if host_id is not None else [])


# ---- rows ---------------------------------------------------------------------------------------


def _hub_feed(row: Any) -> HubFeed:
    return HubFeed(
        id=row.id,
        name=row.name,
        url=row.url,
        effective_url=row.validators_url or row.url,
        self_url=row.self_url,
        hub_urls=tuple(json.loads(row.hub_urls)),
        state=row.state,
        is_private=bool(row.is_private or row.auth_file),
    )


def _subscription(row: Any) -> HubSubscription:
    return HubSubscription(
        id=row.id,
        feed_id=row.feed_id,
        feed_name=row.feed_name,
        feed_url=row.feed_url,
        hub_url=row.hub_url,
        topic_url=row.topic_url,
        callback_url=row.callback_url,
        secret=row.secret,
        state=HubState(row.state),
        renew_at=to_at(row.renew_at),
        lease_until=to_at_or_none(row.lease_until or None),
        asked_at=to_at_or_none(row.asked_at),
        pushed_at=to_at_or_none(row.pushed_at),
        missed_at=to_at_or_none(row.missed_at),
        n_failures=row.n_failures,
        n_pushes=row.n_pushes,
        n_dropped=row.n_dropped,
        detail=row.detail,
    )


def _each_batch(
    column: sa.ColumnElement[int], ids: Collection[int] | None
) -> Iterator[sa.ColumnElement[bool]]:
    """Yield conditions that together mean `ids`, or the one that means all."""
    if ids is None:
        yield sa.true()
        return
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_ONCE):
        yield column.in_(wanted[start : start + AT_ONCE])


_HUB_FEEDS: Final = sa.select(
    feeds.c.id,
    feeds.c.name,
    feeds.c.url,
    feeds.c.validators_url,
    feeds.c.self_url,
    feeds.c.hub_urls,
    feeds.c.state,
    feeds.c.is_private,
    feeds.c.auth_file,
)
_SUBSCRIPTIONS: Final = sa.select(
    websub, feeds.c.name.label("feed_name"), feeds.c.birth_url.label("feed_url")
).join(feeds, feeds.c.id == websub.c.feed_id)
