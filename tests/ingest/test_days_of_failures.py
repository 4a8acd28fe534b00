"""Feeds that fail for hours and weeks: how often they are asked, what they become, and how they come back."""

import os
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from archive.model.outcome import Reason
from archive.store.subscriptions import Subscription
from ingest.workers import WorkerKilled
from tests.archive.store.looking import ask, one
from tests.ingest.days import FEED, Days, Reply, days_in, rss

GOOD = Reply(body=rss("een"))


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Days]:
    with days_in(tmp_path) as made:
        made.subscribe()
        yield made


def waits_h(days: Days, n_polls: int) -> list[float]:
    """Poll so many times; returns the wait after each."""
    found = []
    for _ in range(n_polls):
        days.poll()
        found.append(round(days.wait_h, 2))
    return found


# ---- back-off -----------------------------------------------------------------------------------


def test_a_server_error_doubles_the_wait_to_a_day(days: Days) -> None:
    days.on(FEED, Reply(status=500))
    assert waits_h(days, 7) == [2, 4, 8, 16, 24, 24, 24]


def test_one_good_poll_ends_the_back_off(days: Days) -> None:
    days.on(FEED, Reply(status=500), Reply(status=500), Reply(status=500), GOOD)
    waits = waits_h(days, 4)
    assert waits[2] == 8
    assert waits[3] <= 1.1
    row = days.row()
    assert (row.n_failures, row.last_reason, row.last_detail) == (0, None, None)


def test_a_304_ends_it_as_well(days: Days) -> None:
    days.on(
        FEED, Reply(body=rss("een"), headers={"ETag": '"1"'}), Reply(status=500), Reply(status=304)
    )
    waits_h(days, 3)
    assert days.row().n_failures == 0


@pytest.mark.parametrize("reason", [Reason.DNS, Reason.CONNECT, Reason.TIMEOUT])
def test_a_feed_that_gives_no_answer_is_asked_again_within_minutes(
    days: Days, reason: Reason
) -> None:
    days.on(FEED, Reply(reason=reason))
    assert waits_h(days, 3) == [0.08, 0.25, 0.75]


def test_without_a_network_a_feed_keeps_its_rhythm_for_a_day_and_backs_off_then(days: Days) -> None:
    days.on(FEED, GOOD, Reply(reason=Reason.DNS))
    days.poll()
    interval_h = 1.0
    waits = waits_h(days, 30)
    assert waits[3:20] == [interval_h] * 17
    assert waits[-1] == 24


def test_a_server_that_hangs_gets_six_requests_a_day_and_not_one_an_hour(days: Days) -> None:
    days.on(FEED, GOOD, Reply(reason=Reason.TIMEOUT))
    days.poll()
    days.poll()
    assert len(days.polls_for(days=1)) <= 6


def test_silence_after_a_429_is_no_reason_to_hurry(days: Days) -> None:
    days.on(FEED, Reply(status=429), Reply(reason=Reason.TIMEOUT))
    assert waits_h(days, 2) == [4, 4]


def test_a_bad_certificate_backs_off_as_an_error_does(days: Days) -> None:
    days.on(FEED, Reply(reason=Reason.TLS))
    assert waits_h(days, 3) == [2, 4, 8]


# ---- statuses -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [403, 404])
def test_missing_three_times_is_asked_once_a_day(days: Days, status: int) -> None:
    days.on(FEED, Reply(status=status))
    assert waits_h(days, 5) == [2, 4, 24, 24, 24]


def test_a_month_of_failures_makes_a_feed_dead_and_it_is_probed_weekly_for_ever(days: Days) -> None:
    days.on(FEED, Reply(status=404))
    days.polls_for(days=29)
    assert days.row().state == "active"
    days.polls_for(days=6)
    assert days.row().state == "dead"
    assert 3 <= len(days.polls_for(days=30)) <= 5
    assert "asked once a week" in days.row().reasons[0]


def test_a_dead_feed_that_answers_lives_again(days: Days) -> None:
    days.on(FEED, Reply(status=404))
    days.polls_for(days=40)
    days.on(FEED, GOOD)
    days.poll()
    assert days.row().state == "active"
    assert days.wait_h < 2


def test_no_answer_for_a_month_is_asked_weekly_and_never_dead(days: Days) -> None:
    days.on(FEED, Reply(reason=Reason.DNS))
    days.polls_for(days=60)
    assert days.row().state == "active"
    assert days.wait_h > 0
    assert 3 <= len(days.polls_for(days=28)) <= 5


def test_a_410_is_confirmed_a_day_later_and_the_feed_retired_with_its_reason(days: Days) -> None:
    days.on(FEED, GOOD, Reply(status=410))
    days.poll()
    days.poll()
    assert (days.row().state, round(days.wait_h)) == ("active", 24)
    days.poll()
    row = days.row()
    assert (row.state, row.last_reason, row.next_poll_at) == ("retired", "gone", None)
    assert "gone (410) twice, a day apart: retired" in row.reasons
    assert days.store.next_due_at() is None


def test_a_410_of_an_hour_retires_nothing(days: Days) -> None:
    days.on(FEED, GOOD, Reply(status=410), GOOD, Reply(status=410), GOOD)
    waits_h(days, 5)
    assert days.row().state == "active"


def test_a_410_asked_again_by_hand_within_the_hour_is_no_confirmation(days: Days) -> None:
    days.on(FEED, GOOD, Reply(status=410))
    waits_h(days, 2)
    days.clock.advance(hours=1)
    days.store.make_due([days.row().id], now=days.clock())
    days.poll()
    assert days.row().state == "active"


def test_a_retired_feeds_articles_stay(days: Days) -> None:
    days.on(FEED, GOOD, Reply(status=410))
    waits_h(days, 2)
    days.poll()
    assert days.row().state == "retired"
    assert one(days.store, "SELECT count(*) FROM articles") == 1


def test_a_401_is_held_and_nothing_is_asked_until_the_credentials_change(
    days: Days, tmp_path: Path
) -> None:
    secret = tmp_path / "krant.auth"
    secret.write_text("anna:oud", encoding="utf-8")
    wanted = [Subscription(url=FEED, page="never", auth_file=str(secret))]
    days.store.sync_feeds(wanted, now=days.clock())
    days.poll(Reply(status=401))
    assert (days.row().state, days.row().next_poll_at) == ("held", None)
    assert days.polls_for(days=40) == []
    secret.write_text("anna:nieuw", encoding="utf-8")
    written = days.clock().timestamp()
    os.utime(secret, (written, written))
    days.store.sync_feeds(wanted, now=days.clock())
    days.poll(GOOD)
    assert days.row().state == "active"


def test_a_bare_429_waits_four_hours_with_its_host_and_doubles(days: Days) -> None:
    days.on(FEED, Reply(status=429))
    assert waits_h(days, 5) == [4, 8, 16, 24, 24]
    assert one(days.store, "SELECT hold_until FROM hosts") > 0


def test_a_bare_503_waits_as_long_and_holds_no_other_feed(days: Days) -> None:
    days.subscribe("https://krant.example/sport", name="sport")
    days.on("https://krant.example/sport", GOOD)
    days.poll(Reply(status=503))
    assert days.wait_h == 4
    assert one(days.store, "SELECT hold_until FROM hosts") == 0
    days.poll()
    assert days.polls[-1] == (days.clock(), "sport")


@pytest.mark.parametrize(
    ("stated", "hours"),
    [
        ("7200", 2.1),
        ("1e30", 168),
        ("9" * 400, 168),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 168),
        ("Tue, 24 Nov 2026 17:00:00 GMT", 5.25),
    ],
)
def test_retry_after_is_kept_as_a_number_or_a_date_and_ends_at_a_week(
    days: Days, stated: str, hours: float
) -> None:
    days.poll(Reply(status=429, headers={"Retry-After": stated}))
    assert days.wait_h == pytest.approx(max(hours, 2), rel=0.06)
    hold_h = (
        one(days.store, "SELECT hold_until FROM hosts") / 1e6 - days.clock().timestamp()
    ) / 3_600
    assert hold_h == pytest.approx(min(hours / 1.05, 168), rel=0.06)


@pytest.mark.parametrize("stated", ["-5", "soon", "", "Mon, 99 Foo 2026"])
def test_a_retry_after_that_is_none_is_a_bare_429(days: Days, stated: str) -> None:
    days.poll(Reply(status=429, headers={"Retry-After": stated}))
    assert days.wait_h == 4


def test_a_held_host_is_asked_nothing_though_its_other_feeds_are_due(days: Days) -> None:
    days.subscribe("https://krant.example/sport", name="sport")
    days.on("https://krant.example/sport", GOOD)
    days.poll(Reply(status=429, headers={"Retry-After": "36000"}))
    assert days.polls_for(hours=9.9) == []
    assert days.polls_for(hours=0.2)
    assert days.polls[-1][1] == "sport"


@pytest.mark.parametrize("status", [400, 402, 418, 451, 500, 502, 599])
def test_any_other_status_is_a_failure_that_names_it(days: Days, status: int) -> None:
    days.poll(Reply(status=status))
    assert days.wait_h == 2
    assert str(status) in str(days.row().last_detail)


def test_what_is_no_feed_backs_off_and_says_what_it_is(days: Days) -> None:
    days.poll(Reply(body=b"<!doctype html><html><body>Te koop</body></html>"))
    assert days.row().last_reason == "not_a_feed"
    assert "HTML" in str(days.row().last_detail)
    assert days.wait_h == 2


# ---- the parser ---------------------------------------------------------------------------------


def test_a_document_that_kills_three_parsers_is_parked_and_its_host_goes_on(days: Days) -> None:
    days.parser.dies_of[b"dodelijk"] = WorkerKilled("took more than 10 s of CPU")
    days.subscribe("https://krant.example/sport", name="sport")
    days.on("https://krant.example/sport", GOOD)
    days.on(FEED, Reply(body=rss("dodelijk")))
    days.polls_for(days=2)
    assert days.row().state == "parked"
    assert days.row().next_poll_at is None
    assert [name for _, name in days.polls].count("krant") == 3
    assert days.row("sport").state == "active"


# ---- never silent -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(status=404),
        Reply(status=429),
        Reply(reason=Reason.TIMEOUT),
        Reply(body=b"x"),
    ],
)
def test_a_feed_that_fails_is_asked_once_a_week_at_least_however_long_it_lasts(
    days: Days, reply: Reply
) -> None:
    days.on(FEED, reply)
    days.polls_for(days=120)
    instants = [*(at for at, _ in days.polls), days.clock()]
    longest = max(later - sooner for sooner, later in pairwise(instants))
    assert longest <= timedelta(days=7.8)


def test_every_poll_is_in_the_log_with_its_reason(days: Days) -> None:
    days.on(FEED, GOOD, Reply(status=500), Reply(reason=Reason.DNS), Reply(status=304), GOOD)
    waits_h(days, 5)
    rows = ask(days.store, "SELECT result, status FROM polls ORDER BY id")
    assert rows == [
        ("parsed", 200),
        ("status", 500),
        ("dns", None),
        ("protocol", 304),
        ("unchanged", 200),
    ]
