"""A feed follows permanent redirects once they last, to the right place, and never with secrets or out of sight."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from archive.store import moving, subscriptions
from archive.store.opening import open_engine
from archive.store.schema import feeds
from archive.store.subscriptions import Subscription
from tests.archive.store.test_subscriptions import JOOP, NOON, add

NEW_HOME = "https://nieuw.example/feed"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_engine(str(tmp_path / "archive.db"), create=True)
    with engine.begin() as opened:
        yield opened
    engine.dispose()


def confirm(
    connection: Connection,
    feed_id: int,
    url: str = NEW_HOME,
    *,
    hours: tuple[float, ...] = (0, 12, 25),
) -> list[moving.Move | None]:
    """Let good polls be sent on to `url` at these hours; returns the move that each made."""
    return [
        moving.note(connection, feed_id, url, now=NOON + timedelta(hours=hour)) for hour in hours
    ]


def url_of(connection: Connection, feed_id: int) -> str:
    return str(connection.scalar(sa.select(feeds.c.url).where(feeds.c.id == feed_id)))


def test_three_confirmations_over_a_day_move_it(connection: Connection) -> None:
    feed_id = add(connection, JOOP)
    assert confirm(connection, feed_id) == [None, None, moving.Move(url=NEW_HOME)]
    assert url_of(connection, feed_id) == NEW_HOME
    assert {JOOP, NEW_HOME} == {
        url for url in (JOOP, NEW_HOME) if subscriptions.find_by_url(connection, url) == feed_id
    }


@pytest.mark.parametrize("hours", [(0, 1, 2, 3, 23.9), (0, 25)])
def test_many_in_a_day_or_two_in_two_days_are_not_enough(
    connection: Connection, hours: tuple[float, ...]
) -> None:
    feed_id = add(connection, JOOP)
    assert set(confirm(connection, feed_id, hours=hours)) == {None}
    assert url_of(connection, feed_id) == JOOP


def test_a_redirect_that_ends_elsewhere_starts_the_count_anew(connection: Connection) -> None:
    feed_id = add(connection, JOOP)
    for hour, end in (
        (0, "https://x.example/"),
        (13, "https://y.example/"),
        (26, "https://x.example/"),
    ):
        assert confirm(connection, feed_id, end, hours=(hour,)) == [None]


def test_a_moved_feed_is_neither_new_nor_retired_by_a_file_with_its_old_address(
    connection: Connection,
) -> None:
    wanted = [Subscription(url=JOOP, name="joop")]
    subscriptions.sync(connection, wanted, now=NOON)
    feed_id = subscriptions.find(connection, "joop")
    confirm(connection, feed_id)
    synced = subscriptions.sync(connection, wanted, now=NOON)
    assert (synced.added, synced.retired) == ((), ())
    assert subscriptions.find(connection, NEW_HOME) == feed_id
    assert url_of(connection, feed_id) == NEW_HOME


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("http://joop.example/feed", "https://joop.example/feed"),
        ("http://joop.example:80", "https://joop.example:443/"),
        ("http://u:p@joop.example/feed?a=b", "https://joop.example/feed?a=b"),
    ],
)
def test_http_to_https_on_the_same_host_moves_at_once(
    connection: Connection, old: str, new: str
) -> None:
    feed_id = add(connection, old)
    assert confirm(connection, feed_id, new, hours=(0,)) == [moving.Move(url=new)]


@pytest.mark.parametrize(
    "new",
    [
        "https://www.joop.example/feed",
        "https://joop.example/alles",
        "https://joop.example:8443/feed",
        "http://joop.example/feed/",
    ],
)
def test_another_host_path_or_port_has_to_be_confirmed(connection: Connection, new: str) -> None:
    feed_id = add(connection, "http://joop.example/feed")
    assert confirm(connection, feed_id, new, hours=(0,)) == [None]


def test_a_user_and_password_stay_with_their_origin_and_go_nowhere_else(
    connection: Connection,
) -> None:
    stays = add(connection, "https://u:p@paper.example/a")
    leaves = add(connection, "https://u:p@paper.example/b")
    confirm(connection, stays, "https://paper.example/c")
    confirm(connection, leaves, NEW_HOME)
    assert url_of(connection, stays) == "https://u:p@paper.example/c"
    assert url_of(connection, leaves) == NEW_HOME


def test_a_feed_with_a_file_of_credentials_stays_where_they_are_for(connection: Connection) -> None:
    feed_id = add(connection, "http://paper.example/feed", auth_file="/etc/paper")
    assert set(confirm(connection, feed_id, NEW_HOME)) == {None}
    assert url_of(connection, feed_id) == "http://paper.example/feed"
    (move,) = confirm(connection, feed_id, "https://paper.example/feed", hours=(60,))
    assert move == moving.Move(url="https://paper.example/feed")


def test_the_sentence_of_a_move_names_no_secret() -> None:
    move = moving.Move(url="https://paper.example/x/9f8e7d", is_private=True)
    assert move.sentence == "moved for good to https://paper.example/ (private)"


# ---- two subscriptions to one feed --------------------------------------------------------------


def both(connection: Connection, **stated: object) -> tuple[int, int]:
    """Subscribe to the old and the new address; the new one is polled and well."""
    old, new = add(connection, JOOP, name="oud"), add(connection, NEW_HOME, name="nieuw", **stated)
    connection.execute(sa.update(feeds).where(feeds.c.id == new).values(last_good_at=1))
    return old, new


def test_a_feed_that_moves_to_a_subscribed_address_is_merged_into_that_feed(
    connection: Connection,
) -> None:
    old, _ = both(connection)
    move = confirm(connection, old)[-1]
    assert move is not None
    assert move.sentence == f"moved for good to {NEW_HOME}, which nieuw reads"
    rows = {row.name: row for row in subscriptions.rows(connection)}
    assert (rows["oud"].state, rows["nieuw"].state) == ("retired", "active")
    assert rows["oud"].next_poll_at is None
    assert rows["oud"].last_detail == move.sentence


def test_the_address_of_a_merged_feed_names_the_one_that_goes_on(connection: Connection) -> None:
    old, new = both(connection)
    confirm(connection, old)
    known, is_new = subscriptions.add(connection, Subscription(url=JOOP), origin="cli", now=NOON)
    assert (known, is_new) == (new, False)


def test_a_file_that_names_both_addresses_or_only_the_old_one_keeps_the_feed_polled(
    connection: Connection,
) -> None:
    wanted = [Subscription(url=JOOP, name="oud"), Subscription(url=NEW_HOME, name="nieuw")]
    subscriptions.sync(connection, wanted, now=NOON)
    connection.execute(sa.update(feeds).values(last_good_at=1))
    confirm(connection, subscriptions.find(connection, "oud"))
    for named in (wanted, wanted[:1], wanted[:1]):
        synced = subscriptions.sync(connection, named, now=NOON)
        assert (synced.added, synced.retired, synced.returned) == ((), (), ())
        states = {row.name: row.state for row in subscriptions.rows(connection)}
        assert states == {"oud": "retired", "nieuw": "active"}


def test_a_person_may_have_a_merged_feed_polled_again(connection: Connection) -> None:
    old, _ = both(connection)
    confirm(connection, old)
    subscriptions.set_state(connection, old, "active", now=NOON)
    known, _ = subscriptions.add(connection, Subscription(url=JOOP), origin="cli", now=NOON)
    assert known == old


@pytest.mark.parametrize("values", [{"is_private": True}, {"publishes": False}])
def test_feeds_for_other_readers_are_never_merged(
    connection: Connection, values: dict[str, object]
) -> None:
    old, _ = both(connection, **values)
    assert confirm(connection, old)[-1] is None
    assert url_of(connection, old) == JOOP


@pytest.mark.parametrize(
    "values", [{"state": "paused"}, {"state": "dead"}, {"n_failures": 1}, {"last_good_at": None}]
)
def test_a_feed_is_not_merged_into_one_that_is_not_polled_and_well(
    connection: Connection, values: dict[str, object]
) -> None:
    old, new = both(connection)
    connection.execute(sa.update(feeds).where(feeds.c.id == new).values(**values))
    assert confirm(connection, old)[-1] is None
    assert {row.name: row.state for row in subscriptions.rows(connection)}["oud"] == "active"
