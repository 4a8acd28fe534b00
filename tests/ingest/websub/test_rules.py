"""Which hub and topic a feed is subscribed to, and what is refused before a hub is asked."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from archive.model.push import HubFeed, HubState, HubSubscription
from ingest.websub import rules
from ingest.websub.rules import Wish
from tests.fakes import NOON

FEED = HubFeed(
    id=1,
    name="krant",
    url="https://krant.example/feed",
    effective_url="https://krant.example/feed",
    self_url="https://krant.example/feed",
    hub_urls=("https://hub.example/", "https://tweede.example/"),
    state="active",
    is_private=False,
)
HELD = HubSubscription(
    id=1,
    feed_id=1,
    feed_name="krant",
    feed_url=FEED.url,
    hub_url="https://hub.example/",
    topic_url=FEED.url,
    callback_url="https://news.example/websub/ab",
    secret=bytes(32),
    state=HubState.ACTIVE,
    renew_at=NOON,
    lease_until=NOON + timedelta(days=2),
)


def wish(**changed: Any) -> Wish | str:
    return rules.wish_of(replace(FEED, **changed), public_url="https://news.example/")


def test_the_first_of_several_hubs_will_do() -> None:
    assert wish() == Wish(hub_url="https://hub.example/", topic_url=FEED.url)


@pytest.mark.parametrize(
    "topic",
    [
        "https://krant.example/anders?a=1",
        "http://krant.example/feed",
        "https://www.krant.example/feed",
        "https://KRANT.example/feed",
    ],
)
def test_a_topic_on_the_feeds_own_host_is_believed(topic: str) -> None:
    assert wish(self_url=topic) == Wish(hub_url="https://hub.example/", topic_url=topic)


def test_without_an_address_of_its_own_the_topic_is_where_it_was_polled() -> None:
    there = "https://feeds.krant.example/nieuws"
    assert wish(self_url=None, effective_url=there) == Wish(
        hub_url="https://hub.example/", topic_url=there
    )


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"self_url": "https://bode.example/feed"}, "its rel=self names another host, bode.example"),
        ({"self_url": "https://krant.example.boef.example/feed"}, "its rel=self names another host"),
        ({"self_url": "https://krant.example@boef.example/feed"}, "its rel=self names another host"),
        ({"self_url": "https://feeds.krant.example/feed"}, "its rel=self names another host"),
        ({"self_url": "https://[krant/feed"}, "its rel=self names another host"),
        ({"self_url": "https://krant.example/feed?token=1"}, "its rel=self holds a secret"),
        ({"self_url": "https://u:p@krant.example/feed"}, "its rel=self holds a secret"),
        ({"hub_urls": ()}, "it names no hub"),
        ({"hub_urls": ("http://hub.example/",)}, "its hub is reached in the clear, the feed is not"),
        ({"is_private": True}, "a private feed's address is told to nobody"),
        *(({"state": state}, f"the feed is {state}") for state in ("paused", "retired", "parked", "held", "dead")),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(changed: dict[str, Any], reason: str) -> None:
    refused = wish(**changed)
    assert isinstance(refused, str)
    assert refused.startswith(reason)


def test_a_hub_in_the_clear_will_do_for_a_feed_in_the_clear() -> None:
    url = "http://krant.example/feed"
    found = wish(effective_url=url, self_url=url, hub_urls=("http://hub.example/",))
    assert found == Wish(hub_url="http://hub.example/", topic_url=url)


def test_without_a_public_address_nothing_is_wished_for() -> None:
    assert rules.wish_of(FEED, public_url="") == "push needs [web] public_url"


@pytest.mark.parametrize("public_url", ["https://news.example", "https://news.example/"])
def test_a_callback_lies_below_the_public_address(public_url: str) -> None:
    assert rules.callback_base(public_url) == "https://news.example/websub/"
    assert rules.fits(HELD, wish(), public_url=public_url)


def test_a_public_address_may_have_a_path() -> None:
    assert rules.callback_base("https://example.org/news") == "https://example.org/news/websub/"


def test_a_word_that_comes_too_late_changes_nothing() -> None:
    leaving = replace(HELD, state=HubState.LEAVING)
    assert rules.verified(leaving, mode="subscribe", lease_s=9_000, now=NOON) == leaving
    assert rules.verified(HELD, mode="unsubscribe", lease_s=None, now=NOON) == HELD
    answered = rules.answered(HELD, status=500, detail="500", now=NOON, luck=0.5)
    assert answered == HELD  # verified meanwhile: the bad answer says nothing


def test_chance_spreads_retries_by_a_tenth() -> None:
    asked = replace(HELD, state=HubState.ASKED, lease_until=None)
    waits = [
        rules.answered(asked, status=None, detail="", now=NOON, luck=luck).renew_at - NOON
        for luck in (0.0, 1.0)
    ]
    assert waits == [timedelta(minutes=13.5), timedelta(minutes=16.5)]


def test_a_person_is_told_how_a_feed_is_pushed() -> None:
    held = replace(HELD, n_pushes=12, pushed_at=NOON, n_dropped=2)
    assert rules.describe(held, wish(), now=NOON) == (
        "active at https://hub.example/ until 2026-11-26 12:00 UTC",
        "12 pushes, the last 2026-11-24 12:00 UTC; 2 dropped for their signature",
    )
    failing = replace(
        HELD, state=HubState.WANTED, lease_until=None, detail="asking the hub failed: 500"
    )
    assert rules.describe(failing, wish(), now=NOON)[-1] == "asking the hub failed: 500"


def test_a_person_is_told_why_a_feed_is_not_pushed() -> None:
    refused = wish(is_private=True)
    assert rules.describe(None, refused, now=NOON) == (
        "not pushed: a private feed's address is told to nobody",
    )
    assert rules.describe(None, wish(), now=NOON) == ("will be subscribed at its hub",)
