"""What a person does to feeds is taken back whole, and nothing that a poll brought goes with it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from archive.errors import NotFound, UsageError
from archive.store import Store, feedchanges
from archive.store.feedchanges import FeedsChanged
from archive.store.schema import feeds
from archive.store.subscriptions import Subscription
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.looking import ask, count, story

FEED = "https://krant.example/feed"
ITEM = {"guid": "a", "title": "Brug dicht", "text": story("De brug bij Tiel is dicht.")}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db") as opened:
        yield opened


def rows(store: Store) -> list[dict[str, Any]]:
    """Return all that is kept of the feeds, and when each of their hosts is due."""
    return [
        {"table": table} | dict(row._mapping)
        for table in ("feeds", "hosts", "feed_urls")
        for row in _all(store, table)
    ]


def _all(store: Store, table: str) -> list[sa.Row[Any]]:
    with store.reading() as connection:
        return list(connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY 1")))


def states(store: Store) -> dict[str, str]:
    return {row.name: row.state for row in store.feeds()}


def set_states(
    store: Store, state: str, *ids: int, minute: float = 30, **more: Any
) -> FeedsChanged:
    return feedchanges.set_states(
        store, ids, state, command=f"feeds {state}", who="ik", now=at(minute), **more
    )


def edit(store: Store, feed_id: int, *, minute: float = 30, **stated: Any) -> FeedsChanged:
    wanted = Subscription(url=FEED, **stated)
    return feedchanges.edit(store, feed_id, wanted, command="feeds edit", who="ik", now=at(minute))


def subscribe(store: Store, *urls: str, **more: Any) -> FeedsChanged:
    wanted = [Subscription(url=url) for url in urls]
    return feedchanges.subscribe(store, wanted, command="feeds add", who="ik", now=at(30), **more)


def change_row(store: Store, feed_id: int, **values: object) -> None:
    with store.writing() as connection:
        connection.execute(sa.update(feeds).where(feeds.c.id == feed_id).values(**values))


CHANGES: dict[str, Callable[[Store], FeedsChanged]] = {
    "pause": lambda store: set_states(store, "paused", 1, 2),
    "remove": lambda store: set_states(store, "retired", 1),
    "resume": lambda store: set_states(store, "active", 3),
    "edit": lambda store: edit(store, 1, title="Van mij", tags=("a", "b"), interval_s=900),
    "hide": lambda store: edit(store, 1, is_private=True, publishes=False, page="always"),
    "rename": lambda store: edit(store, 1, name="dagblad"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_taken_back_to_the_letter(store: Store, name: str) -> None:
    for paper in (Paper(store, "krant"), Paper(store, "nos"), Paper(store, "vara")):
        paper.poll(ITEM, now=at(0))
    store.set_feed_state(3, "paused", now=at(5))
    change_row(store, 1, last_reason="status", last_detail="HTTP 500", n_failures=2, attempts=1)
    before = rows(store)
    done = CHANGES[name](store)
    assert done.undo == 1 and rows(store) != before
    taken = store.undo(now=at(40))
    assert rows(store) == before
    assert taken.n_feeds == len(done.rows) and taken.kept.id == before[done.rows[0].id - 1]["name"]


@pytest.mark.parametrize("name", CHANGES)
def test_a_trial_tells_the_same_and_changes_nothing(
    store: Store, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for paper in (Paper(store, "krant"), Paper(store, "nos"), Paper(store, "vara")):
        paper.poll(ITEM, now=at(0))
    before = rows(store)
    real = Store.trying
    with monkeypatch.context() as patch:
        patch.setattr(Store, "trying", lambda self, _: real(self, True))
        tried = CHANGES[name](store)
    assert rows(store) == before
    done = CHANGES[name](store)
    assert (tried.rows, tried.differing, tried.new) == (done.rows, done.differing, done.new)


def test_what_was_polled_since_stays_and_only_the_change_goes(store: Store) -> None:
    paper = Paper(store, "krant")
    paper.poll(ITEM, now=at(0))
    edit(store, 1, title="Van mij")
    set_states(store, "active", 1)
    assert paper.poll(ITEM, ITEM | {"guid": "b", "title": "Trein rijdt"}, now=at(40)).n_new == 1
    polled = ask(store, "SELECT next_poll_at, last_poll_at, n_polls FROM feeds")
    store.undo(now=at(50))
    store.undo(now=at(50))
    assert store.feeds()[0].title == "Krant" and states(store) == {"krant": "active"}
    assert count(store, "articles") == 2
    assert ask(store, "SELECT next_poll_at, last_poll_at, n_polls FROM feeds") == polled


def test_a_feed_that_was_added_is_retired_and_its_articles_stay(store: Store) -> None:
    done = subscribe(store, FEED)
    paper = Paper(store, "krant")
    paper.poll(ITEM, now=at(35))
    held = ask(store, "SELECT * FROM sightings"), ask(store, "SELECT * FROM polls")
    assert len(held[0]) == len(held[1]) == 1
    assert store.undo(done.undo, now=at(50)).kept.title == "retired"
    assert (ask(store, "SELECT * FROM sightings"), ask(store, "SELECT * FROM polls")) == held
    assert store.next_due_at() is None
    assert subscribe(store, FEED).new == frozenset()
    assert set(states(store).values()) == {"active"} and count(store, "feeds") == 1


def test_a_list_is_one_command_and_long_ones_are_named_in_short(store: Store) -> None:
    urls = [f"https://p{n}.example/feed" for n in range(5)]
    done = subscribe(store, *urls)
    assert [row.url for row in done.rows] == urls and len(done.new) == 5
    (one,) = store.undoable()
    assert one.command == "feeds add p0-example p1-example p2-example and 2 more"
    assert store.undo(now=at(50)).n_feeds == 5
    assert set(states(store).values()) == {"retired"}


def test_one_that_cannot_be_added_keeps_all_of_them_out(store: Store) -> None:
    with pytest.raises(UsageError):
        subscribe(store, FEED, "ftp://krant.example/feed")
    assert count(store, "feeds") == 0 and store.undoable() == ()


def test_what_is_so_already_cannot_be_taken_back(store: Store) -> None:
    Paper(store, "krant")
    set_states(store, "paused", 1)
    assert set_states(store, "paused", 1).undo is None
    assert edit(store, 1, page="never").undo is None
    assert subscribe(store, FEED).undo is None
    assert len(store.undoable()) == 1


def test_a_later_command_on_the_same_feed_goes_first(store: Store) -> None:
    Paper(store, "krant")
    Paper(store, "nos")
    set_states(store, "paused", 1)
    edit(store, 1, title="Van mij")
    set_states(store, "paused", 2)
    with pytest.raises(UsageError, match="first: newsarchive undo 2"):
        store.undo(1, now=at(50))
    for number in (3, 2, 1):
        store.undo(number, now=at(50))
    assert states(store) == {"krant": "active", "nos": "active"}


def test_what_the_file_changed_since_is_the_files(store: Store) -> None:
    edited = edit(store, Paper(store, "krant").feed.id, title="Van mij")
    change_row(store, 1, title="Van het bestand")
    with pytest.raises(UsageError, match="'krant' has changed since"):
        store.undo(edited.undo, now=at(50))
    added = subscribe(store, "https://nos.example/feed")
    store.sync_feeds([Subscription(url="https://nos.example/feed")], now=at(45))
    with pytest.raises(UsageError, match=r"declared in config\.toml now"):
        store.undo(added.undo, now=at(50))


def test_a_feed_that_its_server_ended_since_does_not_come_back(store: Store) -> None:
    Paper(store, "krant")
    store.set_feed_state(1, "paused", now=at(5))
    set_states(store, "active", 1)
    change_row(store, 1, state="retired", last_reason="gone")
    with pytest.raises(UsageError, match="'krant' is retired since"):
        store.undo(now=at(50))
    change_row(
        store, 1, state="dead"
    )  # the way of a feed that fails for a month: pausing it again loses nothing
    store.undo(now=at(50))
    assert states(store) == {"krant": "paused"}


def test_a_feed_that_was_held_is_not_held_again_after_a_good_poll(store: Store) -> None:
    paper = Paper(store, "krant")
    store.set_feed_state(1, "held", now=at(5))
    before = rows(store)
    set_states(store, "active", 1)
    store.undo(now=at(35))
    assert rows(store) == before
    set_states(store, "active", 1)
    paper.poll(ITEM, now=at(40))
    with pytest.raises(UsageError, match="was polled since it was held"):
        store.undo(now=at(50))


def test_a_name_that_another_feed_took_is_not_given_twice(store: Store) -> None:
    Paper(store, "krant")
    edit(store, 1, name="dagblad")
    Paper(store, "krant", url="https://ander.example/feed")
    with pytest.raises(UsageError, match="another feed is named 'krant' by now"):
        store.undo(now=at(50))


def test_a_paused_feed_that_is_polled_again_is_due_at_once(store: Store) -> None:
    paper = Paper(store, "krant")
    paper.poll(ITEM, now=at(0))
    set_states(store, "paused", 1)
    change_row(store, 1, n_polls=2)  # a poll that was under way when it was paused
    store.undo(now=at(50))
    assert store.next_due_at() == at(50)
    with pytest.raises(NotFound):
        store.undo(now=at(50))
