"""Feeds of the configuration and of the command line live together; none is ever lost."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from archive.errors import NotFound, UsageError
from archive.store import subscriptions
from archive.store.instants import to_us
from archive.store.opening import open_engine
from archive.store.schema import feeds
from archive.store.subscriptions import Subscription, slug_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
JOOP = "https://joop.example/feed"
NOS = "https://nos.example/feed"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_engine(str(tmp_path / "archive.db"), create=True)
    with engine.begin() as opened:
        yield opened
    engine.dispose()


def add(connection: Connection, url: str, **stated: object) -> int:
    wanted = Subscription(url=url, **stated)  # type: ignore[arg-type]
    return subscriptions.add(connection, wanted, origin="cli", now=NOON)[0]


def states(connection: Connection) -> dict[str, str]:
    return {row.name: row.state for row in subscriptions.rows(connection)}


def test_a_feed_is_named_after_its_host_and_a_second_one_gets_a_number(
    connection: Connection,
) -> None:
    add(connection, JOOP)
    add(connection, JOOP + "/2")
    assert list(states(connection)) == ["joop-example", "joop-example-2"]


def test_the_same_address_is_one_feed_whatever_its_fragment(connection: Connection) -> None:
    first = add(connection, JOOP)
    again, is_new = subscriptions.add(
        connection, Subscription(url=JOOP + "#top"), origin="cli", now=NOON
    )
    assert (again, is_new) == (first, False)


def test_a_feed_that_leaves_the_configuration_is_retired_and_comes_back_whole(
    connection: Connection,
) -> None:
    both = [Subscription(url=JOOP, name="joop"), Subscription(url=NOS, name="nos")]
    assert subscriptions.sync(connection, both, now=NOON).added == ("joop", "nos")
    assert subscriptions.sync(connection, both[:1], now=NOON).retired == ("nos",)
    assert states(connection) == {"joop": "active", "nos": "retired"}
    assert subscriptions.sync(connection, both, now=NOON).returned == ("nos",)
    assert states(connection) == {"joop": "active", "nos": "active"}


def test_a_feed_that_is_gone_stays_retired_though_the_configuration_names_it(
    connection: Connection,
) -> None:
    wanted = [Subscription(url=JOOP, name="joop")]
    subscriptions.sync(connection, wanted, now=NOON)
    feed_id = subscriptions.find(connection, "joop")
    subscriptions.set_state(connection, feed_id, "retired", now=NOON)
    connection.execute(sa.update(feeds).values(last_reason="gone"))
    assert subscriptions.sync(connection, wanted, now=NOON).returned == ()
    assert states(connection) == {"joop": "retired"}


def test_a_feed_that_is_gone_is_reported_until_the_file_lets_go_of_it(
    connection: Connection,
) -> None:
    subscriptions.sync(connection, [Subscription(url=JOOP, name="joop")], now=NOON)
    connection.execute(sa.update(feeds).values(state="retired", last_reason="gone"))
    subscriptions.sync(connection, [Subscription(url=NOS)], now=NOON)
    (joop,) = [row for row in subscriptions.rows(connection) if row.name == "joop"]
    assert (joop.state, joop.last_reason) == ("retired", None)


def hold(connection: Connection, auth_file: str | None = None) -> None:
    """Subscribe to a feed by the configuration, and let its server answer 401."""
    subscriptions.sync(connection, [Subscription(url=JOOP, auth_file=auth_file)], now=NOON)
    feed_id = subscriptions.find(connection, JOOP)
    subscriptions.set_state(connection, feed_id, "held", now=NOON)
    connection.execute(sa.update(feeds).values(last_poll_at=to_us(NOON)))


def test_a_held_feed_is_tried_again_when_the_file_names_other_credentials(
    connection: Connection,
) -> None:
    hold(connection)
    subscriptions.sync(connection, [Subscription(url=JOOP)], now=NOON)
    assert set(states(connection).values()) == {"held"}
    subscriptions.sync(connection, [Subscription(url=JOOP, auth_file="/etc/joop")], now=NOON)
    assert set(states(connection).values()) == {"active"}


@pytest.mark.parametrize(("minutes", "state"), [(-5, "held"), (5, "active")])
def test_a_held_feed_is_tried_again_when_its_credentials_were_written_anew(
    connection: Connection, tmp_path: Path, minutes: int, state: str
) -> None:
    secret = tmp_path / "joop.auth"
    secret.write_text("anna:geheim", encoding="utf-8")
    written = (NOON + timedelta(minutes=minutes)).timestamp()
    os.utime(secret, (written, written))
    hold(connection, str(secret))
    subscriptions.sync(connection, [Subscription(url=JOOP, auth_file=str(secret))], now=NOON)
    assert set(states(connection).values()) == {state}


def test_a_feed_of_the_command_line_is_left_alone_by_the_configuration(
    connection: Connection,
) -> None:
    add(connection, NOS, name="nos")
    assert subscriptions.sync(connection, [Subscription(url=JOOP)], now=NOON).retired == ()
    assert states(connection)["nos"] == "active"


@pytest.mark.parametrize("url", ["ftp://a.example/", "joop", "https://", "javascript:alert(1)"])
def test_an_address_that_is_none_is_refused_with_the_cure(connection: Connection, url: str) -> None:
    with pytest.raises(UsageError, match="http"):
        add(connection, url)


def test_an_unknown_feed_is_answered_with_the_nearest_name(connection: Connection) -> None:
    add(connection, JOOP, name="joop")
    with pytest.raises(NotFound, match="did you mean 'joop'"):
        subscriptions.find(connection, "jop")


def test_two_feeds_never_share_a_name(connection: Connection) -> None:
    add(connection, JOOP, name="joop")
    with pytest.raises(UsageError, match="another name"):
        add(connection, NOS, name="joop")


def test_a_private_feeds_address_is_not_shown(connection: Connection) -> None:
    add(connection, "https://u:secret@paper.example/feed?token=abc", is_private=True)
    (row,) = subscriptions.rows(connection)
    assert "secret" not in row.address
    assert "abc" not in row.address


def test_a_private_feed_publishes_only_when_that_is_asked_for(connection: Connection) -> None:
    add(connection, JOOP, is_private=True)
    add(connection, NOS, is_private=True, publishes=True)
    published = {row.url: row.publishes for row in subscriptions.rows(connection)}
    assert published == {JOOP: False, NOS: True}


@pytest.mark.parametrize(
    ("wish", "slug"),
    [
        ("www.nu.nl", "nu-nl"),
        ("Joop / BNNVARA", "joop-bnnvara"),
        ("新聞", "feed"),
        ("é" * 99, "e" * 40),
    ],
)
def test_a_slug_can_be_typed_on_any_keyboard(wish: str, slug: str) -> None:
    assert slug_of(wish) == slug
