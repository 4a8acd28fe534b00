"""Being subscribed at a hub: whom it is asked for, what it may answer, renewing and leaving."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archive.model.outcome import Reason
from archive.model.push import HubState
from archive.store.subscriptions import Subscription
from ingest.websub.rules import LEAVE_TRIES
from ingest.wire.result import FetchResult, Request
from tests.archive.store.looking import count, troubles
from tests.ingest.websub.scene import (
    FEED_URL,
    HUB_URL,
    PUBLIC_URL,
    Scene,
    item,
    rss,
    scene_in,
)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with scene_in(tmp_path) as made:
        yield made
        assert troubles(made.store) == []


# ---- subscribing --------------------------------------------------------------------------------


def test_a_feed_that_names_a_hub_is_subscribed_there(scene: Scene) -> None:
    scene.subscribe(rss(item("1")))
    scene.tick()
    (form,) = scene.asked
    assert form.pop("hub.callback").startswith(f"{PUBLIC_URL}websub/")
    assert len(bytes.fromhex(form.pop("hub.secret"))) == 32
    assert form == {
        "hub.mode": "subscribe",
        "hub.topic": FEED_URL,
        "hub.lease_seconds": "864000",
    }
    assert scene.subscription.state is HubState.ASKED


def test_two_subscriptions_share_neither_callback_nor_secret(scene: Scene) -> None:
    scene.subscribe(rss(item("1")))
    other = "https://bode.example/feed.xml"
    scene.subscribe(rss(item("2"), self_url=other), url=other, name="bode")
    scene.tick()
    scene.tick()  # one question a hub at a time
    assert len({form["hub.callback"] for form in scene.asked}) == 2
    secrets = {form["hub.secret"] for form in scene.asked}
    assert len(secrets) == 2
    assert not any(secret in form["hub.callback"] for secret in secrets for form in scene.asked)


def test_without_a_public_address_no_hub_is_asked(tmp_path: Path) -> None:
    with scene_in(tmp_path, public_url="") as scene:
        scene.subscribe(rss(item("1")))
        scene.tick()
        assert scene.asked == []
        assert scene.subscriptions == ()


def test_a_private_feed_is_told_to_no_hub(scene: Scene) -> None:
    scene.subscribe(rss(item("1")), is_private=True)
    scene.tick()
    assert scene.asked == []
    assert scene.subscriptions == ()


def test_feeds_that_named_a_hub_before_a_start_are_found_by_it(scene: Scene) -> None:
    scene.subscribe(rss(item("1")))
    scene.subscriber = scene.subscriber_at(PUBLIC_URL)  # which was told of no poll
    scene.tick()
    assert len(scene.asked) == 1


def test_a_second_poll_makes_no_second_subscription(scene: Scene) -> None:
    scene.activate()
    scene.clock.advance(hours=2)
    scene.web.on(FEED_URL, scene.web.found(rss(item("1"), item("2"))))
    scene.poll()
    scene.tick()
    assert len(scene.subscriptions) == 1
    assert len(scene.asked) == 1


def test_the_hub_is_asked_only_once_we_can_answer_its_question(scene: Scene) -> None:
    """Some hubs ask back before they answer."""
    states: list[int] = []

    def asks_back(request: Request) -> FetchResult:
        scene.asked.append(dict(request.form or ()))
        states.append(scene.verify().status_code)
        return scene.web.status(202)

    scene.web.on(HUB_URL, asks_back)
    scene.subscribe(rss(item("1")))
    scene.tick()
    scene.tick()
    assert states == [200]
    assert scene.subscription.state is HubState.ACTIVE


def test_a_hub_that_is_down_is_asked_again_later_and_later(scene: Scene) -> None:
    scene.web.on(HUB_URL, scene.web.failed(Reason.CONNECT))
    scene.subscribe(rss(item("1")))
    waits = []
    for _ in range(9):
        scene.tick()
        held = scene.subscription
        assert held.state is HubState.WANTED
        assert held.detail == "asking the hub failed: no answer: connect"
        waits.append((held.renew_at - scene.clock()).total_seconds() / 60)
        scene.clock.now = held.renew_at
    assert waits == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]


def test_an_answer_that_is_no_202_is_kept_with_its_reason(scene: Scene) -> None:
    refused = replace(scene.web.status(400), body=b"unknown topic\n")
    scene.web.on(HUB_URL, refused)
    scene.subscribe(rss(item("1")))
    scene.tick()
    assert scene.subscription.detail == "asking the hub failed: HTTP 400 (unknown topic)"
    assert scene.subscription.n_failures == 1


def test_a_retry_after_of_the_hub_is_kept(scene: Scene) -> None:
    scene.answer_of_hub(429, retry_after_s=7_200)
    scene.subscribe(rss(item("1")))
    scene.tick()
    assert scene.subscription.renew_at == scene.clock() + timedelta(hours=2)


def test_a_hub_that_never_verifies_counts_as_failing(scene: Scene) -> None:
    scene.subscribe(rss(item("1")))
    scene.tick()
    for n_asked in (2, 3):
        scene.clock.now = scene.subscription.renew_at
        scene.tick()
        assert len(scene.asked) == n_asked
    assert scene.subscription.n_failures == 2
    assert scene.subscription.state is HubState.ASKED


def test_a_denied_subscription_rests_for_a_week_with_its_reason(scene: Scene) -> None:
    scene.subscribe(rss(item("1")))
    scene.tick()
    assert scene.verify(hub_mode="denied", hub_reason="too many").status_code == 200
    scene.tick()
    assert scene.subscription.state is HubState.DENIED
    assert scene.subscription.detail == "the hub denied it: too many"
    scene.clock.advance(days=6)
    scene.tick()
    assert len(scene.asked) == 1
    scene.clock.advance(days=1)
    scene.tick()
    assert len(scene.asked) == 2


# ---- where the hub is named ---------------------------------------------------------------------


def with_links(scene: Scene, body: bytes, links: str) -> FetchResult:
    """Return an answer whose head has these links."""
    found = scene.web.found(body)
    return replace(found, exchange=replace(found.exchange, headers={"link": links}))


def test_a_hub_in_the_head_goes_before_the_documents(scene: Scene) -> None:
    other, topic = "https://kop.example/", "https://krant.example/anders.xml"
    scene.answer_of_hub(202, url=other)
    scene.subscribe(rss(item("1")))
    scene.clock.advance(hours=2)
    links = f'<{other}>; rel="hub", <{topic}>; rel="self"'
    scene.web.on(FEED_URL, with_links(scene, rss(item("1"), item("2")), links))
    scene.poll()
    scene.tick()
    assert scene.asked[-1]["hub.topic"] == topic
    assert {each.hub_url for each in scene.subscriptions} == {other}


def test_a_head_with_other_links_leaves_the_documents_hub(scene: Scene) -> None:
    scene.subscribe(rss(item("1")))
    scene.clock.advance(hours=2)
    answer = with_links(
        scene, rss(item("1"), item("2")), '<https://krant.example/>; rel="alternate"'
    )
    scene.web.on(FEED_URL, answer)
    scene.poll()
    scene.tick()
    assert scene.subscription.hub_url == HUB_URL
    assert scene.subscription.topic_url == FEED_URL


def test_a_feed_cannot_have_anothers_news_delivered_as_its_own(scene: Scene) -> None:
    scene.subscribe(rss(item("1"), self_url="https://bode.example/feed.xml"))
    scene.tick()
    assert scene.asked == []
    assert scene.subscriptions == ()


# ---- renewing and leaving -----------------------------------------------------------------------


def test_a_lease_is_renewed_when_four_fifths_of_it_are_over(scene: Scene) -> None:
    scene.activate()
    scene.clock.advance(days=7, hours=23)
    scene.tick()
    assert len(scene.asked) == 1
    scene.clock.advance(hours=1)
    scene.tick()
    assert len(scene.asked) == 2
    assert scene.asked[1] == scene.asked[0]  # the same callback and secret
    assert scene.subscription.state is HubState.RENEWING
    scene.push(rss(item("2")))  # which go on meanwhile
    scene.verify()
    scene.tick()
    assert count(scene.store, "articles") == 2
    assert scene.subscription.lease_until == scene.clock() + timedelta(days=10)


def test_the_hub_decides_how_long_the_lease_is(scene: Scene) -> None:
    scene.subscribe(rss(item("1")))
    scene.tick()
    scene.verify(hub_lease_seconds="3600")
    scene.tick()
    assert scene.subscription.lease_until == scene.clock() + timedelta(hours=1)
    assert scene.subscription.renew_at == scene.clock() + timedelta(minutes=48)


@pytest.mark.parametrize(
    ("stated", "held_s"),
    [("1", 300), ("99999999999", 30 * 86_400), ("soon", 864_000), ("-5", 864_000)],
)
def test_an_absurd_lease_is_clamped(scene: Scene, stated: str, held_s: int) -> None:
    scene.subscribe(rss(item("1")))
    scene.tick()
    scene.verify(hub_lease_seconds=stated)
    scene.tick()
    assert scene.subscription.lease_until == scene.clock() + timedelta(seconds=held_s)


def test_a_lease_that_ran_out_is_asked_for_anew(scene: Scene) -> None:
    scene.activate()
    scene.clock.advance(days=30)
    scene.tick()
    assert scene.subscription.state is HubState.ASKED
    assert scene.verify().status_code == 200
    scene.tick()
    assert scene.subscription.state is HubState.ACTIVE


def test_a_renewal_that_fails_keeps_what_is_left_of_the_lease(scene: Scene) -> None:
    scene.activate()
    scene.clock.advance(days=8)
    scene.answer_of_hub(503)
    scene.tick()
    assert scene.subscription.state is HubState.ACTIVE
    assert scene.push(rss(item("2"))).status_code == 202
    scene.tick()
    assert count(scene.store, "articles") == 2


@pytest.mark.parametrize("state", ["paused", "retired"])
def test_a_feed_that_is_paused_or_retired_leaves_its_hub(scene: Scene, state: str) -> None:
    feed_id = scene.activate()
    scene.store.set_feed_state(feed_id, state, now=scene.clock())
    scene.clock.advance(minutes=2)
    scene.tick()
    assert scene.asked[-1]["hub.mode"] == "unsubscribe"
    assert "hub.secret" not in scene.asked[-1]
    assert scene.verify().text == "c-1"
    scene.tick()
    assert scene.subscriptions == ()
    assert scene.push(rss(item("2"))).status_code == 404


def test_a_feed_that_is_resumed_is_subscribed_again(scene: Scene) -> None:
    feed_id = scene.activate()
    scene.store.set_feed_state(feed_id, "paused", now=scene.clock())
    scene.clock.advance(minutes=2)
    scene.tick()
    scene.verify()
    scene.tick()
    scene.store.set_feed_state(feed_id, "active", now=scene.clock())
    scene.web.on(FEED_URL, scene.web.found(rss(item("1"), item("2"))))
    scene.poll()
    scene.tick()
    assert scene.asked[-1]["hub.mode"] == "subscribe"
    assert len({form["hub.callback"] for form in scene.asked}) == 2


def test_a_hub_that_does_not_let_go_is_forgotten_after_three_requests(scene: Scene) -> None:
    feed_id = scene.activate()
    scene.store.set_feed_state(feed_id, "retired", now=scene.clock())
    scene.answer_of_hub(500)
    scene.clock.advance(minutes=2)
    for _ in range(LEAVE_TRIES + 2):
        scene.tick()
        scene.clock.advance(hours=3)
    assert [form["hub.mode"] for form in scene.asked].count("unsubscribe") == LEAVE_TRIES
    assert scene.subscriptions == ()


def test_a_feed_with_another_hub_leaves_the_old_one(scene: Scene) -> None:
    scene.activate()
    other = "https://nave.example/"
    scene.answer_of_hub(202, url=other)
    scene.clock.advance(hours=2)
    scene.web.on(FEED_URL, scene.web.found(rss(item("1"), item("2"), hub=other)))
    scene.poll()
    scene.tick()
    modes = {(each.hub_url, each.state) for each in scene.subscriptions}
    assert modes == {(HUB_URL, HubState.LEAVING), (other, HubState.ASKED)}


def test_a_feed_with_another_topic_is_subscribed_anew(scene: Scene) -> None:
    scene.activate()
    moved = "https://krant.example/nieuw.xml"
    scene.clock.advance(hours=2)
    scene.web.on(FEED_URL, scene.web.found(rss(item("1"), item("2"), self_url=moved)))
    scene.poll()
    scene.tick()
    scene.tick()
    asked = [(form["hub.mode"], form["hub.topic"]) for form in scene.asked[1:]]
    assert sorted(asked) == [("subscribe", moved), ("unsubscribe", FEED_URL)]


def test_a_feed_that_names_no_hub_any_more_leaves_it(scene: Scene) -> None:
    scene.activate()
    scene.clock.advance(hours=2)
    scene.web.on(FEED_URL, scene.web.found(rss(item("1"), item("2"), hub=None)))
    scene.poll()
    scene.tick()
    assert scene.asked[-1]["hub.mode"] == "unsubscribe"


def test_another_public_address_ends_the_old_callbacks_and_makes_new_ones(scene: Scene) -> None:
    scene.activate()
    scene.subscriber = scene.subscriber_at("https://elders.example/")
    scene.tick()
    scene.tick()
    told = {
        (form["hub.mode"], form["hub.callback"].split("websub/")[0]) for form in scene.asked[1:]
    }
    assert told == {("unsubscribe", PUBLIC_URL), ("subscribe", "https://elders.example/")}


def test_a_subscription_that_was_never_verified_is_forgotten_without_a_word(scene: Scene) -> None:
    feed_id = scene.subscribe(rss(item("1")))
    scene.tick()
    scene.store.set_feed_state(feed_id, "retired", now=scene.clock())
    scene.clock.advance(minutes=2)
    scene.tick()
    assert len(scene.asked) == 1
    assert scene.subscriptions == ()
    assert scene.verify().status_code == 404


def test_a_made_private_feed_leaves_its_hub(scene: Scene) -> None:
    feed_id = scene.activate()
    scene.store.change_feed(feed_id, Subscription(url=FEED_URL, is_private=True))
    scene.clock.advance(minutes=2)
    scene.tick()
    assert scene.asked[-1]["hub.mode"] == "unsubscribe"


def test_the_secret_stands_in_no_repr(scene: Scene) -> None:
    scene.activate()
    shown = repr(scene.subscription)
    assert scene.asked[0]["hub.secret"] not in shown
    assert scene.asked[0]["hub.callback"] not in shown
