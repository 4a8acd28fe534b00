"""What is read of feeds' polls: by day, by feed, in one go or for one feed alone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.errors import NotFound
from archive.front import Archive
from archive.store import Store
from archive.store.instants import to_us
from archive.store.schema import feeds, polls
from archive.store.subscriptions import Subscription
from tests.archive.store.depositing import START as NOW
from tests.archive.store.depositing import open_store

KRANT = "https://krant.example/feed"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db") as opened:
        for name in ("krant", "bode"):
            wanted = Subscription(url=f"https://{name}.example/feed", name=name)
            opened.add_feed(wanted, now=NOW - timedelta(days=90))
        yield opened


def note(store: Store, hours_ago: float, *, feed: int = 1, **values: object) -> None:
    """Write a poll into the log."""
    at = to_us(NOW - timedelta(hours=hours_ago))
    row = {"feed_id": feed, "started_at": at, "result": "parsed", "elapsed_us": 0} | values
    with store.writing() as connection:
        connection.execute(polls.insert(), [row])


def days(store: Store, feed: int = 1) -> tuple[int | None, ...]:
    with Archive.open(str(store.path)) as archive:
        return archive.activities(now=NOW)[feed].days


def test_new_entries_fall_into_their_24_hours_the_newest_last(store: Store) -> None:
    note(store, 1, n_new=2)
    note(store, 23, n_joined=3)
    note(store, 25, n_new=4)
    note(store, 29 * 24 + 1, n_new=5)
    note(store, 31 * 24, n_new=100)
    found = days(store)
    assert (found[-1], found[-2], found[0], sum(n or 0 for n in found)) == (5, 4, 5, 14)
    assert set(days(store, feed=2)) == {0}


def test_days_before_a_feed_was_subscribed_are_none(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(
            sa.update(feeds).values(created_at=to_us(NOW - timedelta(days=3, hours=1)))
        )
    assert days(store) == (*[None] * 26, 0, 0, 0, 0)


def test_a_poll_of_a_clock_that_was_ahead_counts_for_today(store: Store) -> None:
    note(store, -5, n_new=1)
    assert days(store)[-1] == 1


def test_the_last_rollover_is_told_with_its_sentence(store: Store) -> None:
    note(store, 50, rolled_over=True, detail="older")
    note(store, 10, rolled_over=True, detail="newer")
    note(store, 5)
    with Archive.open(str(store.path)) as archive:
        seen = archive.activities(now=NOW)
    assert (seen[1].missed, seen[1].rolled_over_at) == ("newer", NOW - timedelta(hours=10))
    assert (seen[2].missed, seen[2].rolled_over_at) == (None, None)


def test_only_the_polls_of_a_day_say_how_long_an_answer_takes(store: Store) -> None:
    note(store, 30, elapsed_us=60_000_000)
    note(store, 3, elapsed_us=1_000_000)
    note(store, 2, elapsed_us=3_000_000)
    with Archive.open(str(store.path)) as archive:
        assert archive.activities(now=NOW)[1].elapsed_s == 2.0


def test_one_feed_alone_is_read_as_it_is_among_all(store: Store) -> None:
    note(store, 3, n_new=3, rolled_over=True, detail="missed", elapsed_us=5)
    note(store, 3, feed=2, n_new=9)
    with Archive.open(str(store.path)) as archive:
        held = archive.feed("krant", now=NOW)
        assert held.activity == archive.activities(now=NOW)[1]
        assert [poll.n_new for poll in held.polls] == [3]


def test_the_newest_polls_come_first_and_no_more_than_asked_for(store: Store) -> None:
    for n in range(30):
        note(store, 30 - n, n_seen=n)
    with Archive.open(str(store.path)) as archive:
        held = archive.feed(KRANT, now=NOW, n_polls=3)
        assert [poll.n_seen for poll in held.polls] == [29, 28, 27]
        assert len(archive.polls("krant")) == 30


def test_an_unknown_feed_is_answered_with_the_nearest_name(store: Store) -> None:
    with Archive.open(str(store.path)) as archive, pytest.raises(NotFound, match="'krant'"):
        archive.polls("krnt")


def test_what_a_neighbouring_version_stored_is_still_shown(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(sa.update(feeds).values(rhythm="[]", pacing="?", move="7"))
    with Archive.open(str(store.path)) as archive:
        held = archive.feed("krant", now=NOW)
    assert (held.pace.interval_s, held.pace.watched, held.activity.interval_s) == (
        None,
        None,
        3_600,
    )
