"""Leases and claims: one owner a host, nothing forgotten, nothing polled twice at once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from archive.store import frontier, subscriptions
from archive.store.frontier import (
    LEASE_S,
    MAX_CLAIMS_TOGETHER,
    PARKED_AFTER_CLAIMS,
    HostLease,
    Release,
)
from archive.store.instants import NEVER, to_us
from archive.store.opening import open_engine
from archive.store.schema import feeds, hosts
from archive.store.subscriptions import Subscription

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_engine(str(tmp_path / "archive.db"), create=True)
    with engine.begin() as opened:
        yield opened
    engine.dispose()


def subscribe(connection: Connection, *urls: str, at: datetime = NOON) -> list[int]:
    return [
        subscriptions.add(connection, Subscription(url=url), origin="cli", now=at)[0]
        for url in urls
    ]


def claim(connection: Connection, at: datetime = NOON, owner: str = "a") -> list[HostLease]:
    return list(frontier.claim_hosts(connection, now=at, owner=owner, limit=10))


def claimed_feeds(connection: Connection, lease: HostLease, at: datetime = NOON) -> list[str]:
    jobs = frontier.due_feeds(connection, lease, now=at, parser_version=1)
    return [job.url for job in jobs]


def test_a_new_feed_is_due_at_once_and_its_host_is_claimed_with_all_its_feeds(
    connection: Connection,
) -> None:
    subscribe(connection, "https://a.example/1", "https://a.example/2", "https://b.example/1")
    leases = claim(connection)
    assert [lease.host for lease in leases] == ["a.example:443", "b.example:443"]
    assert claimed_feeds(connection, leases[0]) == ["https://a.example/1", "https://a.example/2"]


def test_a_leased_host_is_nobody_elses_until_its_lease_ends(connection: Connection) -> None:
    subscribe(connection, "https://a.example/1")
    first = claim(connection)[0]
    assert claim(connection, owner="b") == []
    later = NOON + timedelta(seconds=LEASE_S + 1)
    second = claim(connection, at=later, owner="b")[0]
    assert second.epoch == first.epoch + 1
    assert not frontier.holds(connection, first.host_id, first.epoch)
    assert frontier.renew(connection, first, now=later) is None


def test_a_released_host_is_due_when_its_next_feed_is(connection: Connection) -> None:
    early, late = subscribe(connection, "https://a.example/1", "https://a.example/2")
    for feed_id, hours in ((early, 1), (late, 5)):
        connection.execute(
            sa.update(feeds)
            .where(feeds.c.id == feed_id)
            .values(next_poll_at=to_us(NOON + timedelta(hours=hours)))
        )
    lease = claim(connection)[0]
    frontier.release(connection, Release(lease=lease))
    assert frontier.next_due_at(connection) == NOON + timedelta(hours=1)
    assert claim(connection) == []


def test_a_hold_of_the_server_outlasts_what_is_due(connection: Connection) -> None:
    subscribe(connection, "https://a.example/1")
    lease = claim(connection)[0]
    until = NOON + timedelta(hours=2)
    connection.execute(sa.update(hosts).values(hold_until=to_us(until)))
    frontier.release(connection, Release(lease=lease))
    assert claim(connection, at=until - timedelta(seconds=1)) == []
    assert len(claim(connection, at=until)) == 1


def test_a_release_that_comes_too_late_does_not_end_the_next_owners_lease(
    connection: Connection,
) -> None:
    subscribe(connection, "https://a.example/1")
    stale = claim(connection)[0]
    later = NOON + timedelta(seconds=LEASE_S + 1)
    claim(connection, at=later, owner="b")
    frontier.release(connection, Release(lease=stale))
    assert claim(connection, at=later, owner="c") == []


def test_a_feed_that_was_claimed_twice_without_outcome_is_given_out_alone(
    connection: Connection,
) -> None:
    killer, *_ = subscribe(connection, *(f"https://a.example/{n}" for n in range(3)))
    connection.execute(
        sa.update(feeds).where(feeds.c.id == killer).values(attempts=MAX_CLAIMS_TOGETHER)
    )
    lease = claim(connection)[0]
    assert claimed_feeds(connection, lease) == ["https://a.example/1", "https://a.example/2"]
    connection.execute(sa.update(feeds).where(feeds.c.id != killer).values(next_poll_at=NEVER))
    assert claimed_feeds(connection, lease) == []
    assert frontier.suspects_wait(connection, lease, now=NOON)
    assert claimed_feeds(connection, replace(lease, is_alone=True)) == ["https://a.example/0"]


def test_a_feed_that_died_alone_too_is_parked_and_said_so(connection: Connection) -> None:
    killer, _calm = subscribe(connection, "https://a.example/0", "https://a.example/1")
    connection.execute(
        sa.update(feeds).where(feeds.c.id == killer).values(attempts=PARKED_AFTER_CLAIMS)
    )
    lease = claim(connection)[0]
    assert claimed_feeds(connection, lease) == ["https://a.example/1"]
    row = connection.execute(sa.select(feeds).where(feeds.c.id == killer)).one()
    assert (row.state, row.next_poll_at) == ("parked", NEVER)
    assert "alone" in row.last_detail


def test_a_retired_feed_is_never_due_and_a_resumed_one_at_once(connection: Connection) -> None:
    (feed_id,) = subscribe(connection, "https://a.example/1")
    subscriptions.set_state(connection, feed_id, "retired", now=NOON)
    assert frontier.next_due_at(connection) is None
    subscriptions.set_state(connection, feed_id, "active", now=NOON)
    assert frontier.next_due_at(connection) == NOON


def test_another_parser_version_asks_for_the_document_whole(connection: Connection) -> None:
    (_feed_id,) = subscribe(connection, "https://a.example/1")
    connection.execute(
        sa.update(feeds).values(
            etag='"v1"',
            validators_url="https://a.example/1",
            body_digest=b"d" * 16,
            parser_version=1,
            unconditional_at=NEVER,
        )
    )
    lease = claim(connection)[0]
    same = frontier.due_feeds(connection, lease, now=NOON, parser_version=1)[0]
    other = frontier.due_feeds(connection, lease, now=NOON, parser_version=2)[0]
    assert same.validators is not None
    assert same.validators.etag == '"v1"'
    assert (other.validators, other.body_digest) == (None, b"")


# ---- who is asked first ---------------------------------------------------------------------------


def test_slow_hosts_get_no_more_than_their_share_of_a_claim(connection: Connection) -> None:
    subscribe(connection, *(f"https://s{n}.example/1" for n in range(5)))
    connection.execute(sa.update(hosts).values(is_slow=True))
    subscribe(connection, "https://a.example/1", at=NOON + timedelta(minutes=1))
    later = NOON + timedelta(minutes=2)
    leases = frontier.claim_hosts(connection, now=later, owner="a", limit=4, slow_limit=2)
    assert sorted(lease.is_slow for lease in leases) == [False, True, True]
    assert frontier.claim_hosts(connection, now=later, owner="a", limit=4, slow_limit=0) == ()
    assert len(claim(connection, at=later)) == 3


def test_a_lease_says_whether_others_wait_that_there_was_no_room_for(
    connection: Connection,
) -> None:
    subscribe(connection, *(f"https://h{n}.example/1" for n in range(5)))
    told = []
    for limit in (2, 1, 2):
        leases = frontier.claim_hosts(connection, now=NOON, owner="a", limit=limit)
        assert len(leases) == limit
        told.append({lease.others_wait for lease in leases})
    assert told == [{True}, {True}, {False}]


def test_slow_hosts_that_wait_for_their_few_slots_are_no_line(connection: Connection) -> None:
    subscribe(connection, *(f"https://h{n}.example/1" for n in range(4)))
    connection.execute(sa.update(hosts).values(is_slow=True))
    subscribe(connection, "https://a.example/1")
    for slow_limit in (1, None):
        leases = frontier.claim_hosts(
            connection, now=NOON, owner="a", limit=3, slow_limit=slow_limit
        )
        assert not any(lease.others_wait for lease in leases)


def test_a_host_that_timed_out_is_slow_until_it_answers_again(connection: Connection) -> None:
    subscribe(connection, "https://a.example/1")
    seen = []
    for found_slow in (True, None, False, None):
        (lease,) = claim(connection)
        seen.append(lease.is_slow)
        frontier.release(connection, Release(lease=lease, is_slow=found_slow))
        assert frontier.next_due_at(connection) == NOON
    assert seen == [False, True, True, False]


def test_a_host_with_more_to_do_gets_in_line_behind_those_who_wait(connection: Connection) -> None:
    subscribe(connection, *(f"https://big.example/{n}" for n in range(50)))
    subscribe(connection, "https://small.example/1", at=NOON + timedelta(seconds=30))
    now = NOON + timedelta(seconds=60)
    (big,) = frontier.claim_hosts(connection, now=now, owner="a", limit=1)
    frontier.release(connection, Release(lease=big, not_before=now))
    assert [lease.host for lease in claim(connection, at=now)] == [
        "small.example:443",
        "big.example:443",
    ]


def test_a_lost_lease_tells_nothing_of_its_host(connection: Connection) -> None:
    subscribe(connection, "https://a.example/1")
    (stale,) = claim(connection)
    later = NOON + timedelta(seconds=LEASE_S + 1)
    (held,) = claim(connection, at=later, owner="b")
    late = Release(lease=stale, is_slow=True, not_before=later + timedelta(days=1))
    frontier.release(connection, late)
    frontier.release(connection, Release(lease=held))
    assert [lease.is_slow for lease in claim(connection, at=later)] == [False]


# ---- who may have ended the process ---------------------------------------------------------------


def die(connection: Connection, at: datetime) -> datetime:
    """Claim all that is due, as a process with many hosts under way does, and let it end; returns when it is again."""
    for lease in claim(connection, at=at):
        claimed_feeds(connection, lease, at=at)
    return at + timedelta(seconds=LEASE_S + 1)


def attempts(connection: Connection) -> list[int]:
    return list(connection.scalars(sa.select(feeds.c.attempts).order_by(feeds.c.id)))


def test_any_number_of_power_cuts_with_many_feeds_under_way_parks_none(
    connection: Connection,
) -> None:
    subscribe(connection, *(f"https://h{n // 2}.example/{n}" for n in range(8)))
    now = NOON
    for _ in range(MAX_CLAIMS_TOGETHER + 3):
        now = die(connection, now)
    assert attempts(connection) == [MAX_CLAIMS_TOGETHER] * 8
    assert set(connection.scalars(sa.select(feeds.c.state))) == {"active"}


def test_only_a_death_while_asked_alone_parks_a_feed(connection: Connection) -> None:
    killer, other = subscribe(connection, "https://a.example/0", "https://a.example/1")
    now = NOON
    for _ in range(MAX_CLAIMS_TOGETHER):
        now = die(connection, now)
    (lease,) = claim(connection, at=now)
    alone = replace(lease, is_alone=True)
    assert claimed_feeds(connection, alone, at=now) == ["https://a.example/0"]
    now += timedelta(seconds=LEASE_S + 1)  # and it ends once more
    (lease,) = claim(connection, at=now)
    alone = replace(lease, is_alone=True)
    assert claimed_feeds(connection, alone, at=now) == ["https://a.example/1"]
    states = {row.id: row.state for row in connection.execute(sa.select(feeds))}
    assert states == {killer: "parked", other: "active"}


def test_what_was_not_asked_is_no_suspect_and_what_others_are_suspected_of_stays(
    connection: Connection,
) -> None:
    asked, unasked, suspect = subscribe(connection, *(f"https://a.example/{n}" for n in range(3)))
    connection.execute(
        sa.update(feeds).where(feeds.c.id == suspect).values(attempts=MAX_CLAIMS_TOGETHER)
    )
    (lease,) = claim(connection)
    assert claimed_feeds(connection, lease) == ["https://a.example/0", "https://a.example/1"]
    connection.execute(sa.update(feeds).where(feeds.c.id == asked).values(attempts=0))
    frontier.release(connection, Release(lease=lease, unasked=(unasked,)))
    assert attempts(connection) == [0, 0, MAX_CLAIMS_TOGETHER]
