"""A feed that moves: permanent redirects are counted, believed when they last, and followed (WIRE, Redirects).

What is counted stands in `feeds.move`: {"url", "times", "since"} while a redirect is being watched, {"into"} in a
feed that was merged into another subscription. A former address stays in `feed_urls`, so it still names its feed.
Called by `archive.store.deposit` alone, after each poll.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.identity.host import host_of
from archive.model.outcome import FeedFailed, FeedOutcome
from archive.store.frontier import ids_of_hosts, refresh_hosts
from archive.store.instants import NEVER, to_us
from archive.store.schema import feed_urls, feeds
from archive.store.subscriptions import find_by_url, host_digest, shown_address, url_digest

CONFIRMATIONS = 3
HOLDS_US = 24 * 3600 * 1_000_000
"""A permanent redirect counts after three confirmations over a day: many are mistakes of an hour (WIRE)."""

BUSY = frozenset({429, 503})

GONE = frozenset({404, 410})
"""What an old address answers for itself once its feed has left: no more confirmations are to be had there."""

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A feed that has moved: to an address, or `into` the subscription that has that address (its name)."""

    url: str
    into: str | None = None
    is_private: bool = False

    @property
    def sentence(self) -> str:
        """What to say of it, without secrets."""
        said = f"moved for good to {shown_address(self.url, is_private=self.is_private)}"
        return f"{said}, which {self.into} reads" if self.into else said


def follow(connection: Connection, outcome: FeedOutcome, *, now: datetime) -> Move | None:
    """Count where a poll was sent for good, and move the feed once that is sure; returns the move then.

    Sure is: the same end in CONFIRMATIONS good polls over HOLDS; or http to https on the same host, at once; or an old
    address that answers 404 or 410 after a good poll was sent on from it. Polls that brought no feed confirm nothing.
    """
    feed_id, exchange = outcome.job.feed_id, outcome.exchange
    if isinstance(outcome.result, FeedFailed):
        if exchange.status in GONE and not exchange.hops:
            return _follow_last(connection, feed_id, now=now)
        return None
    if exchange.permanent_url is None:
        return None
    return note(connection, feed_id, exchange.permanent_url, now=now)


def note(connection: Connection, feed_id: int, permanent_url: str, *, now: datetime) -> Move | None:
    """Count one good poll that permanent redirects led to `permanent_url`; returns the move it made sure."""
    row = _row(connection, feed_id)
    target = _with_userinfo(row.url, permanent_url)
    if target == row.url:
        return None
    watched = json.loads(row.move)
    if watched.get("url") != target:
        watched = {"url": target, "times": 0, "since": to_us(now)}
    watched["times"] += 1
    is_sure = watched["times"] >= CONFIRMATIONS and to_us(now) - watched["since"] >= HOLDS_US
    if is_sure or _is_same_but_https(row.url, target):
        moved = _move(connection, row, target, now=now)
        if moved is not None:
            return moved
    _set(connection, feed_id, move=json.dumps(watched))
    return None


def host_that_answered(connection: Connection, outcome: FeedOutcome) -> int:
    """Return the host that asks for a wait: a 429 or 503 at the end of a redirect speaks for the host it came from."""
    exchange = outcome.exchange
    if exchange.status not in BUSY or not exchange.hops:
        return outcome.job.host_id
    return _host_id(connection, exchange.url)


def _host_id(connection: Connection, url: str) -> int:
    host = host_of(url)
    return ids_of_hosts(connection, [host], digest_of={host: host_digest(host)})[host]


def _follow_last(connection: Connection, feed_id: int, *, now: datetime) -> Move | None:
    """Move a feed whose old address is gone to where the last good poll was sent; it is due there at once."""
    row = _row(connection, feed_id)
    target = json.loads(row.move).get("url")
    moved = None if target is None else _move(connection, row, target, now=now)
    if moved is not None and moved.into is None:
        _set(connection, feed_id, state="active", next_poll_at=to_us(now))
        _refresh_host_of(connection, feed_id)
    return moved


def _move(connection: Connection, row: Any, target: str, *, now: datetime) -> Move | None:
    """Give a feed its new address, or merge it into the subscription that has it; None where neither may be."""
    if row.auth_file and not _is_same_host(row.url, target):
        return (
            None  # its credentials are for its own server; they would go to another one from now on
        )
    other = find_by_url(connection, target)
    if other is not None and other != row.id:
        return _merge(connection, row, other, target)
    host_id = _host_id(connection, target)
    _set(connection, row.id, url=target, host_id=host_id, move="{}")
    if other is None:
        connection.execute(
            feed_urls.insert().values(
                digest=url_digest(target),
                feed_id=row.id,
                url=target,
                kind="moved",
                since=to_us(now),
            )
        )
    # The new host had no reason yet to be asked: without this it never would be.
    refresh_hosts(connection, [host_id])
    return Move(url=target, is_private=row.is_private)


def _merge(connection: Connection, row: Any, other_id: int, target: str) -> Move | None:
    """Retire a feed whose new address another subscription reads; its articles and its addresses stay.

    Only into one that is polled and well, and that shows its articles to the same people; else the feed goes on
    being polled through its redirect, which loses nothing.
    """
    other = _row(connection, other_id)
    is_well = other.state == "active" and other.last_good_at is not None and not other.n_failures
    same_readers = (other.is_private, other.publishes) == (row.is_private, row.publishes)
    if not (is_well and same_readers):
        return None
    move = Move(url=target, into=other.name, is_private=row.is_private)
    _set(
        connection,
        row.id,
        state="retired",
        next_poll_at=NEVER,
        move=json.dumps({"into": other_id}),
        last_reason=None,
        last_detail=move.sentence,
    )
    return move


def _row(connection: Connection, feed_id: int) -> Any:
    return connection.execute(sa.select(feeds).where(feeds.c.id == feed_id)).one()


def _set(connection: Connection, feed_id: int, **values: object) -> None:
    connection.execute(sa.update(feeds).where(feeds.c.id == feed_id).values(**values))


def _refresh_host_of(connection: Connection, feed_id: int) -> None:
    host_id = connection.scalar(sa.select(feeds.c.host_id).where(feeds.c.id == feed_id))
    assert host_id is not None, "a feed has a host"
    refresh_hosts(connection, [host_id])


# ---- addresses ----------------------------------------------------------------------------------


def _with_userinfo(old: str, new: str) -> str:
    """Return `new` with the credentials of `old` where they are for the same origin; an exchange names none."""
    was, is_ = urlsplit(old), urlsplit(new)
    userinfo, has_userinfo, _ = was.netloc.rpartition("@")
    if not has_userinfo or _origin(was) != _origin(is_):
        return new
    return urlunsplit(is_._replace(netloc=f"{userinfo}@{is_.netloc}"))


def _is_same_but_https(old: str, new: str) -> bool:
    was, is_ = urlsplit(old), urlsplit(new)
    return (
        (was.scheme, is_.scheme) == ("http", "https")
        and was.hostname == is_.hostname
        and _origin(was)[2] == _PORTS["http"]
        and _origin(is_)[2] == _PORTS["https"]
        and (was.path or "/", was.query) == (is_.path or "/", is_.query)
    )


def _is_same_host(old: str, new: str) -> bool:
    """Tell whether credentials for `old` may go to `new`: the same origin, or the same host over https."""
    was, is_ = urlsplit(old), urlsplit(new)
    return _origin(was) == _origin(is_) or (
        was.hostname == is_.hostname and (was.scheme, is_.scheme) == ("http", "https")
    )


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
