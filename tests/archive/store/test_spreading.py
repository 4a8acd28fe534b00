"""A service that comes back polls only what is due, and not all of it at once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.store import Store
from archive.store.frontier import refresh_hosts
from archive.store.instants import to_us
from archive.store.schema import feeds, hosts
from archive.store.spreading import spread_overdue
from archive.store.subscriptions import Subscription
from ingest.pace import phase
from tests.archive.store.depositing import START as NOON
from tests.archive.store.depositing import open_store
from tests.archive.store.looking import ask, one


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db") as opened:
        yield opened


def subscribe(
    store: Store, n_feeds: int, *, due_at: list[datetime], interval_s: int = 3_600
) -> None:
    """Subscribe to feeds that were polled before and are due then, in turn."""
    urls = [f"https://krant{n}.example/feed" for n in range(n_feeds)]
    store.sync_feeds([Subscription(url=url) for url in urls], now=NOON)
    with store.writing() as connection:
        for n, url in enumerate(urls):
            connection.execute(
                sa.update(feeds)
                .where(feeds.c.url == url)
                .values(
                    next_poll_at=to_us(due_at[n % len(due_at)]),
                    last_poll_at=to_us(NOON - timedelta(days=2)),
                    rhythm=f'{{"interval_s": {interval_s}}}',
                )
            )
        refresh_hosts(connection, list(connection.scalars(sa.select(hosts.c.id))))


def waits_s(store: Store) -> list[float]:
    return [(us - to_us(NOON)) / 1e6 for (us,) in ask(store, "SELECT next_poll_at FROM feeds")]


def test_a_night_of_overdue_feeds_is_spread_over_an_hour_and_no_minute_is_a_burst(
    store: Store,
) -> None:
    subscribe(store, 1_200, due_at=[NOON - timedelta(minutes=n) for n in range(480)])
    assert spread_overdue(store, now=NOON, phase=phase) == 1_200
    waits = waits_s(store)
    assert min(waits) >= 0
    # A second for each of 1,200 feeds is less than an hour.
    assert 1_100 < max(waits) <= 1_200
    minutes = [int(wait // 60) for wait in waits]
    assert max(minutes.count(minute) for minute in range(20)) < 2 * 1_200 / 20


def test_a_few_feeds_are_all_asked_within_seconds(store: Store) -> None:
    subscribe(store, 8, due_at=[NOON - timedelta(hours=9)])
    spread_overdue(store, now=NOON, phase=phase)
    assert max(waits_s(store)) <= 8


def test_a_short_stop_is_caught_up_in_as_short_a_time(store: Store) -> None:
    subscribe(store, 50, due_at=[NOON - timedelta(seconds=20)])
    spread_overdue(store, now=NOON, phase=phase)
    assert max(waits_s(store)) <= 20


def test_no_feed_waits_for_longer_than_its_own_interval(store: Store) -> None:
    subscribe(store, 100, due_at=[NOON - timedelta(hours=9)], interval_s=60)
    spread_overdue(store, now=NOON, phase=phase)
    assert max(waits_s(store)) <= 60


def test_feeds_that_are_not_due_and_feeds_that_are_new_keep_their_time(store: Store) -> None:
    soon = NOON + timedelta(minutes=7)
    subscribe(store, 3, due_at=[soon])
    store.add_feed(Subscription(url="https://nieuw.example/feed"), now=NOON)
    assert spread_overdue(store, now=NOON, phase=phase) == 0
    assert sorted(waits_s(store)) == [0, 420, 420, 420]


def test_a_second_start_reshuffles_nothing(store: Store) -> None:
    subscribe(store, 100, due_at=[NOON - timedelta(hours=9)])
    spread_overdue(store, now=NOON, phase=phase)
    before = waits_s(store)
    assert spread_overdue(store, now=NOON, phase=phase) <= 1  # one whose phase is next to nothing
    assert waits_s(store) == pytest.approx(before, abs=1)


@pytest.mark.parametrize("state", ["paused", "held", "parked", "retired"])
def test_what_waits_for_a_person_stays_so(store: Store, state: str) -> None:
    subscribe(store, 1, due_at=[NOON - timedelta(hours=9)])
    store.set_feed_state(1, state, now=NOON)
    assert spread_overdue(store, now=NOON, phase=phase) == 0


def test_a_host_is_claimed_when_its_feeds_time_has_come_and_not_before(store: Store) -> None:
    subscribe(store, 200, due_at=[NOON - timedelta(hours=9)])
    spread_overdue(store, now=NOON, phase=phase)
    assert len(store.claim_hosts(now=NOON, owner="test", limit=500)) <= 2
    later = NOON + timedelta(seconds=100)
    n_due = one(store, "SELECT count(*) FROM feeds WHERE next_poll_at <= ?", to_us(later))
    claimed = store.claim_hosts(now=later, owner="test", limit=500)
    assert 70 < len(claimed) <= n_due < 130


def test_after_an_outage_of_ours_those_who_got_no_answer_are_overdue_too_and_no_others(
    store: Store,
) -> None:
    subscribe(store, 4, due_at=[NOON + timedelta(hours=20)])
    began_at = NOON - timedelta(hours=3)
    with store.writing() as connection:
        for n, (reason, polled_at) in enumerate(
            (
                ("dns", began_at + timedelta(minutes=1)),
                ("timeout", NOON),
                ("status", NOON),  # it answered
                ("dns", began_at - timedelta(minutes=1)),  # it had failed before
            )
        ):
            connection.execute(
                sa.update(feeds)
                .where(feeds.c.url == f"https://krant{n}.example/feed")
                .values(last_reason=reason, last_poll_at=to_us(polled_at))
            )
    assert spread_overdue(store, now=NOON, phase=phase, silent_since=began_at) == 2
    waits = waits_s(store)
    assert max(waits[:2]) <= 2
    assert waits[2:] == [20 * 3_600] * 2
