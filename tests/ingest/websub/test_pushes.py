"""Pushed documents: which are believed, how they are deposited, and how much rarer polls become."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.store import websub
from ingest.feed.parse import PARSER_VERSION
from ingest.wire.result import FetchResult, Request
from ingest.workers import WorkerKilled
from tests.archive.store.looking import ask, count, one, troubles
from tests.ingest.websub.scene import (
    FEED_URL,
    HUB_URL,
    PUBLIC_URL,
    Scene,
    item,
    rss,
    run,
    scene_in,
    signed,
)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with scene_in(tmp_path) as made:
        yield made
        assert troubles(made.store) == []


# ---- pushes -------------------------------------------------------------------------------------


def test_a_pushed_article_is_in_the_archive_within_one_tick(scene: Scene) -> None:
    scene.activate()
    assert scene.push(rss(item("2"))).status_code == 202
    scene.tick()
    assert count(scene.store, "articles") == 2
    assert scene.answers()[-1] == "1 new, 0 also elsewhere, 0 edited"
    assert scene.subscription.n_pushes == 1
    assert one(scene.store, "SELECT count(*) FROM inbox WHERE body IS NOT NULL") == 0


@pytest.mark.parametrize("method", ["sha256", "sha384", "sha512"])
def test_each_strong_signature_is_believed(scene: Scene, method: str) -> None:
    scene.activate()
    assert scene.push(rss(item("2")), method=method).status_code == 202
    scene.tick()
    assert count(scene.store, "articles") == 2


def test_a_push_signed_with_sha1_is_not_believed_but_has_the_feed_polled_at_once(
    scene: Scene,
) -> None:
    scene.activate()
    scene.clock.advance(minutes=5)
    assert scene.push(rss(item("666")), method="sha1").status_code == 202
    scene.tick()
    assert count(scene.store, "articles") == 1
    assert scene.next_poll_in_s() == 0
    scene.web.on(FEED_URL, scene.web.found(rss(item("1"), item("2"))))
    scene.poll()
    assert count(scene.store, "articles") == 2


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        "md5=" + "0" * 32,
        "sha256=ä",
        "rubbish",
        "sha224=" + "0" * 56,
    ],
)
def test_a_push_without_a_good_signature_is_answered_and_dropped(
    scene: Scene, signature: str
) -> None:
    scene.activate()
    body = rss(item("666"))
    callback = scene.callback
    for _ in range(3):
        response = scene.client.post(
            callback, content=body, headers={"X-Hub-Signature": signature.encode("utf-8")}
        )
        assert response.status_code == 202
    scene.tick()
    assert count(scene.store, "articles") == 1
    assert scene.subscription.n_dropped == 3
    assert one(scene.store, "SELECT count(*) FROM inbox WHERE kind = 'dropped'") == 1
    assert scene.subscription.n_pushes == 0


def test_a_push_signed_with_another_subscriptions_secret_is_dropped(scene: Scene) -> None:
    scene.activate()
    body = rss(item("666"))
    assert scene.push(body, signature=signed(body, "ab" * 32)).status_code == 202
    scene.tick()
    assert count(scene.store, "articles") == 1
    assert scene.subscription.n_dropped == 1


def test_a_body_that_was_changed_on_its_way_is_dropped(scene: Scene) -> None:
    scene.activate()
    good = signed(rss(item("2")), scene.asked[0]["hub.secret"])
    scene.push(rss(item("3")), signature=good)
    scene.tick()
    assert count(scene.store, "articles") == 1


def test_a_push_of_another_topic_is_not_believed(scene: Scene) -> None:
    scene.activate()
    link = f'<{HUB_URL}>; rel="hub", <https://bode.example/feed>; rel="self"'
    assert scene.push(rss(item("666")), Link=link).status_code == 202
    scene.tick()
    assert count(scene.store, "articles") == 1
    assert scene.answers()[-1] == "the feed is polled: a push of another topic"


def test_a_push_that_names_its_topic_is_taken(scene: Scene) -> None:
    scene.activate()
    scene.push(rss(item("2")), Link=f'<{HUB_URL}>; rel=hub, <{FEED_URL}>; rel="self"')
    scene.tick()
    assert count(scene.store, "articles") == 2


def test_a_replayed_push_changes_nothing(scene: Scene) -> None:
    scene.activate()
    body = rss(item("2"))
    scene.push(body)
    scene.tick()
    before = [ask(scene.store, f"SELECT * FROM {name}") for name in ("articles", "revisions")]
    scene.push(body)
    scene.tick()
    after = [ask(scene.store, f"SELECT * FROM {name}") for name in ("articles", "revisions")]
    assert after == before
    assert scene.answers()[-1] == "0 new, 0 also elsewhere, 0 edited"


def test_a_pushed_edit_is_a_revision_and_an_old_copy_in_the_next_poll_is_none(scene: Scene) -> None:
    scene.activate(item("1"))
    new = "Heel andere woorden over een brug die nu toch eerder open gaat dan gedacht was."
    scene.push(rss(item("1", title="Toch eerder open", text=new)))
    scene.tick()
    titles = [row[0] for row in ask(scene.store, "SELECT title FROM revisions ORDER BY id")]
    assert titles == ["Bericht nummer 1", "Toch eerder open"]
    scene.clock.advance(hours=2)
    scene.poll()  # a cache on the way still has the old words
    assert count(scene.store, "revisions") == 2
    scene.web.on(FEED_URL, scene.web.found(rss(item("1", title="Toch eerder open", text=new))))
    scene.clock.advance(days=1)
    scene.poll()
    assert count(scene.store, "revisions") == 2


def test_a_push_leaves_the_window_of_the_polled_document_as_it_was(scene: Scene) -> None:
    scene.activate(item("1"), item("2"))
    columns = "etag, last_modified, validators_url, body_digest, window_confirmed_at, next_poll_at"
    before = ask(scene.store, f"SELECT {columns} FROM feeds")
    window = ask(scene.store, "SELECT id, item_digest FROM sightings WHERE in_window")
    scene.clock.advance(minutes=3)
    scene.push(rss(item("3")))
    scene.tick()
    assert ask(scene.store, f"SELECT {columns} FROM feeds") == before
    assert ask(scene.store, "SELECT id, item_digest FROM sightings WHERE in_window") == window
    assert len(window) == 2


def test_what_the_last_poll_remembers_of_an_item_stays_whatever_form_it_is_pushed_in(
    scene: Scene,
) -> None:
    window = "SELECT guid, item_digest FROM sightings WHERE in_window ORDER BY id"
    scene.activate(item("1"), item("2"))
    before = ask(scene.store, window)
    scene.push(rss(item("3")))
    scene.tick()
    spaced = [item(guid).replace("><", ">\n  <") for guid in ("1", "3")]  # other bytes, same words
    scene.push(rss(*spaced, item("2", title="Bericht nummer 2, herzien")))
    scene.tick()
    assert scene.answers()[-1] == "0 new, 0 also elsewhere, 1 edited"
    assert ask(scene.store, window) == before


def test_a_poll_after_a_push_finds_nothing_new_and_no_rollover(scene: Scene) -> None:
    scene.activate(item("1"), item("2"))
    scene.push(rss(item("3"), item("4")))
    scene.tick()
    scene.web.on(FEED_URL, scene.web.found(rss(item("4"), item("3"))))
    scene.clock.advance(hours=2)
    scene.poll()
    last = "SELECT n_new, n_seen, rolled_over FROM polls ORDER BY id DESC LIMIT 1"
    assert ask(scene.store, last) == [(0, 2, 0)]
    assert count(scene.store, "articles") == 4


def test_what_was_last_pushed_is_last_seen_then_also_once_it_left_the_window(scene: Scene) -> None:
    scene.activate(item("1"))
    scene.clock.advance(minutes=10)
    pushed_at = scene.clock()
    scene.push(rss(item("1", title="Bericht nummer 1!")))
    scene.tick()
    scene.web.on(FEED_URL, scene.web.found(rss(item("9"))))
    scene.clock.advance(hours=2)
    scene.poll()
    seen = one(scene.store, "SELECT last_seen_at FROM sightings WHERE guid = '1'")
    assert seen == int(pushed_at.timestamp()) * 1_000_000


def test_the_pushed_document_is_kept_and_named_as_a_polled_one(scene: Scene) -> None:
    scene.activate()
    scene.push(rss(item("2")))
    scene.tick()
    digest = one(scene.store, "SELECT body_digest FROM statements ORDER BY id DESC LIMIT 1")
    assert ask(scene.store, "SELECT used_by FROM body_uses WHERE digest = ?", digest) == [("feed",)]


def test_relative_links_come_out_as_they_do_in_a_poll(scene: Scene) -> None:
    def relative(guid: str) -> str:
        return item(guid).replace("https://krant.example/", "/artikel/")

    scene.activate(relative("1"))
    scene.push(rss(relative("1"), relative("2")))
    scene.tick()
    urls = ask(scene.store, "SELECT url FROM sightings ORDER BY id")
    assert urls == [("https://krant.example/artikel/1",), ("https://krant.example/artikel/2",)]


@pytest.mark.parametrize("state", ["paused", "retired", "held"])
def test_a_feed_that_is_not_polled_takes_no_push(scene: Scene, state: str) -> None:
    feed_id = scene.activate()
    scene.push(rss(item("2")))
    scene.store.set_feed_state(feed_id, state, now=scene.clock())
    scene.tick()
    assert count(scene.store, "articles") == 1
    assert scene.answers()[-1] == "not taken: the feed is not polled either"


def test_two_pushes_and_a_poll_at_once_lose_nothing_and_double_nothing(scene: Scene) -> None:
    feed_id = scene.activate()
    scene.clock.advance(hours=2)

    async def act() -> None:
        reached, go_on = asyncio.Event(), asyncio.Event()

        async def slow(request: Request) -> FetchResult:
            reached.set()
            await go_on.wait()
            return scene.web.found(rss(item("1"), item("2"), item("3")))

        scene.web.on(FEED_URL, slow)
        await scene.engine.tick()
        await reached.wait()
        scene.push(rss(item("2")))
        scene.push(rss(item("3"), item("4")))
        await scene.subscriber.tick()
        await scene.subscriber.until_idle()
        with scene.store.reading() as connection:
            assert websub.is_being_polled(connection, feed_id, now=scene.clock())
        assert count(scene.store, "articles") == 1  # they wait for the poll to end
        go_on.set()
        await scene.engine.until_idle()
        assert count(scene.store, "articles") == 3
        await scene.subscriber.tick()
        await scene.subscriber.until_idle()

    run(act)
    assert count(scene.store, "articles") == 4
    assert [a for a in scene.answers() if not a] == []


def test_a_push_that_waited_for_a_poll_that_died_is_taken_once_its_lease_is_over(
    scene: Scene,
) -> None:
    scene.activate()
    scene.clock.advance(hours=2)
    (lease,) = scene.store.claim_hosts(now=scene.clock(), owner="dead", limit=1)
    scene.store.due_work(lease, now=scene.clock(), parser_version=PARSER_VERSION)
    scene.push(rss(item("2")))
    scene.tick()
    assert count(scene.store, "articles") == 1
    scene.clock.advance(minutes=4)
    scene.tick()
    assert count(scene.store, "articles") == 2


def test_a_stop_between_inbox_and_deposit_loses_nothing(scene: Scene) -> None:
    scene.activate()
    scene.push(rss(item("2")))

    async def act() -> None:
        reached = asyncio.Event()

        async def never(*_: Any) -> Any:
            reached.set()
            await asyncio.Event().wait()

        scene.parser.parse_feed = never  # type: ignore[method-assign]  # a parser that is stopped at its work
        await scene.subscriber.tick()
        await reached.wait()
        await scene.subscriber.finish()

    run(act)
    assert count(scene.store, "articles") == 1
    del scene.parser.parse_feed  # type: ignore[attr-defined]  # and one that works again, after a start
    scene.subscriber = scene.subscriber_at(PUBLIC_URL)
    scene.tick()
    assert count(scene.store, "articles") == 2
    assert one(scene.store, "SELECT max(attempts) FROM inbox") == 2


def test_a_push_that_keeps_ending_the_process_is_given_up_and_the_feed_polled(scene: Scene) -> None:
    scene.activate()
    scene.clock.advance(minutes=5)
    scene.push(rss(item("2")))
    with scene.store.writing() as connection:
        for _ in range(3):
            websub.count_attempts(connection, [int(one(scene.store, "SELECT max(id) FROM inbox"))])
    scene.tick()
    assert scene.answers()[-1] == "begun 3 times and never ended; the feed is polled"
    assert scene.next_poll_in_s() == 0


def test_a_push_that_is_no_feed_is_recorded_and_the_feed_polled_soon(scene: Scene) -> None:
    scene.activate()
    scene.push(b"<html><body>Please wait</body></html>")
    scene.tick()
    assert "feed" in scene.answers()[-1]
    assert scene.next_poll_in_s() == 60  # its last poll was just now
    assert scene.subscription.n_pushes == 0


def test_a_push_that_kills_its_parser_is_recorded_and_not_begun_again(scene: Scene) -> None:
    scene.activate()
    body = rss(item("2"))
    scene.parser.dies_of[b"nummer 2"] = WorkerKilled("took more than 10 s of CPU")
    scene.push(body)
    scene.tick()
    scene.tick()
    assert scene.answers()[-1] == "parsing was stopped: it took more than 10 s of CPU"
    assert one(scene.store, "SELECT max(attempts) FROM inbox") == 1


def test_a_push_the_archive_cannot_take_is_recorded_and_the_feed_polled(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.activate()
    scene.push(rss(item("2")))

    def broken(*_: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("archive.store.entries.EntryDeposit.write", broken)
    scene.tick()
    assert scene.answers()[-1] == "the archive could not take it: RuntimeError: a fault of ours"
    assert scene.next_poll_in_s() == 60
    assert count(scene.store, "articles") == 1


def test_an_empty_push_has_the_feed_polled(scene: Scene) -> None:
    scene.activate()
    scene.push(b"")
    scene.tick()
    assert scene.answers()[-1] == "the feed is polled: a push without a document"


def test_an_erasure_drops_the_pushes_that_wait_and_has_the_feed_polled(scene: Scene) -> None:
    scene.activate(item("1"))
    scene.clock.advance(minutes=5)
    scene.push(rss(item("1"), item("2")))
    article = str(one(scene.store, "SELECT public_id FROM articles"))
    scene.store.erase(article, who="test", why=None, now=scene.clock())
    scene.tick()
    assert scene.answers()[-1] == "dropped: it may hold what was erased"
    assert one(scene.store, "SELECT count(*) FROM inbox WHERE body IS NOT NULL") == 0
    assert scene.next_poll_in_s() == 0


def test_answered_letters_go_after_a_day(scene: Scene) -> None:
    scene.activate()
    scene.push(rss(item("2")))
    scene.tick()
    assert count(scene.store, "inbox") == 2
    scene.clock.advance(hours=25)
    scene.tick()
    assert count(scene.store, "inbox") == 0


# ---- how often it is polled then ----------------------------------------------------------------


def is_pushed(scene: Scene) -> bool:
    """Tell whether the next poll of the paper knows that a hub tells of its news."""
    feed = scene.store.find_feed("krant")
    scene.store.make_due([feed.id], now=scene.clock())
    (lease,) = scene.store.claim_hosts(now=scene.clock(), owner="x", limit=1, only_feeds=[feed.id])
    ((job,), _, held) = scene.store.due_work(
        lease, now=scene.clock(), parser_version=PARSER_VERSION
    )
    assert held is not None
    scene.store.release(held)
    return job.is_pushed


def test_a_lease_alone_makes_no_poll_rarer_a_push_does(scene: Scene) -> None:
    scene.activate()
    assert not is_pushed(scene)
    scene.push(rss(item("2")))
    scene.tick()
    assert is_pushed(scene)


def test_a_feed_whose_lease_is_over_is_polled_as_before(scene: Scene) -> None:
    scene.activate()
    scene.push(rss(item("2")))
    scene.tick()
    scene.clock.advance(days=11)
    assert not is_pushed(scene)


def test_a_hub_that_missed_something_is_not_relied_on_until_it_pushes_again(scene: Scene) -> None:
    scene.activate()
    scene.push(rss(item("2")))
    scene.tick()
    scene.clock.advance(days=1)
    scene.web.on(FEED_URL, scene.web.found(rss(item("2"), item("3"))))
    scene.poll()
    assert count(scene.store, "articles") == 3
    assert not is_pushed(scene)
    scene.clock.advance(hours=1)
    scene.push(rss(item("4")))
    scene.tick()
    assert is_pushed(scene)


def test_what_a_poll_finds_right_after_a_ping_was_not_missed(scene: Scene) -> None:
    scene.activate()
    scene.clock.advance(minutes=5)
    scene.push(rss(item("2")), method="sha1")
    scene.tick()
    scene.web.on(FEED_URL, scene.web.found(rss(item("1"), item("2"))))
    scene.poll()
    assert count(scene.store, "articles") == 2
    assert is_pushed(scene)
