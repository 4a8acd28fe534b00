"""Each state of a feed has one word, its reason, and what mends it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.model.health import (
    CURES,
    NONE_MISSED,
    Activity,
    Condition,
    Health,
    at_rest_since,
    condition,
    due_at,
)
from archive.model.kept import FeedRow
from archive.model.outcome import Reason

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOON = NOW + timedelta(minutes=20)
PAST = NOW - timedelta(hours=2)

GOOD = FeedRow(
    id=1,
    name="krant",
    url="https://krant.example/feed",
    address="https://krant.example/feed",
    title="Krant",
    state="active",
    origin="cli",
    last_poll_at=PAST,
    last_good_at=PAST,
    next_poll_at=SOON,
)
FAILING = replace(GOOD, n_failures=3, last_reason="status", last_detail="the server answered 500")


def ask(row: FeedRow, activity: Activity | None = None) -> Condition:
    return condition(row, activity or Activity(), now=NOW, when=lambda at: f"{at:%d %H:%M}")


def test_a_good_feed_has_nothing_to_say() -> None:
    assert ask(GOOD) == Condition(health=Health.GOOD)


def test_a_feed_that_was_never_polled_is_new() -> None:
    said = ask(replace(GOOD, last_poll_at=None, last_good_at=None))
    assert (said.health, said.needs_look) == (Health.NEW, False)


def test_a_failing_feed_says_how_often_since_when_and_what_of() -> None:
    said = ask(FAILING, Activity(failing_since=PAST))
    assert (said.health, said.needs_look) == (Health.FAILING, True)
    assert said.note == "3 times since 24 10:00: the server answered 500"
    assert "browser" in said.cure


@pytest.mark.parametrize(
    ("activity", "health"),
    [
        (Activity(hold_until=SOON, failing_since=PAST), Health.LATE),
        (Activity(throttled_s=14_400, failing_since=PAST), Health.LATE),
        (Activity(hold_until=SOON, failing_since=NOW - timedelta(days=2)), Health.FAILING),
    ],
)
def test_a_server_that_asks_to_wait_makes_it_late_and_after_a_day_failing(
    activity: Activity, health: Health
) -> None:
    said = ask(FAILING, activity)
    assert said.health == health
    if health == Health.LATE:
        assert said.note == "its server asked to wait until 24 12:20"
        assert "retry krant --now" in said.cure


def test_a_good_feed_on_a_host_that_is_held_is_late() -> None:
    said = ask(GOOD, Activity(hold_until=NOW + timedelta(hours=3)))
    assert (said.health, said.note) == (Health.LATE, "its server asked to wait until 24 15:00")


@pytest.mark.parametrize(("minutes", "health"), [(50, Health.GOOD), (70, Health.LATE)])
def test_a_feed_that_nothing_polls_for_an_interval_is_late(minutes: int, health: Health) -> None:
    overdue = replace(GOOD, next_poll_at=NOW - timedelta(minutes=minutes))
    assert ask(overdue, Activity(interval_s=3_600)).health == health


@pytest.mark.parametrize(
    ("days", "missed", "health"),
    [
        (1, "no entry in common: up to 14 articles missed", Health.GAP),
        (8, "no entry in common: up to 14 articles missed", Health.GOOD),
        (1, f"no entry in common, but it reaches back: {NONE_MISSED}", Health.GOOD),
        (1, None, Health.GAP),
    ],
)
def test_a_rollover_is_a_gap_for_a_week_if_it_may_have_cost_anything(
    days: int, missed: str | None, health: Health
) -> None:
    said = ask(GOOD, Activity(rolled_over_at=NOW - timedelta(days=days), missed=missed))
    assert said.health == health
    if missed and health == Health.GAP:
        assert said.note == "up to 14 articles missed, 23 12:00"


@pytest.mark.parametrize(("elapsed_s", "health"), [(9.9, Health.GOOD), (23.4, Health.SLOW)])
def test_long_answers_are_slow_and_need_no_look(elapsed_s: float, health: Health) -> None:
    said = ask(GOOD, Activity(elapsed_s=elapsed_s))
    assert (said.health, said.needs_look) == (health, False)


@pytest.mark.parametrize(
    ("state", "health", "needs_look", "cure"),
    [
        ("held", Health.HELD, True, "auth_file"),
        ("parked", Health.PARKED, True, "feeds retry krant"),
        ("dead", Health.DEAD, True, "feeds remove krant"),
        ("paused", Health.PAUSED, False, "feeds resume krant"),
        ("retired", Health.RETIRED, False, ""),
    ],
)
def test_a_state_that_waits_for_a_person_says_what_ends_it(
    state: str, health: Health, needs_look: bool, cure: str
) -> None:
    said = ask(replace(FAILING, state=state))
    assert (said.health, said.needs_look) == (health, needs_look)
    assert cure in said.cure


@pytest.mark.parametrize(
    ("origin", "cure"), [("cli", "feeds remove krant"), ("config", "config.toml")]
)
def test_a_feed_that_is_gone_is_reported_until_somebody_lets_go_of_it(
    origin: str, cure: str
) -> None:
    said = ask(replace(FAILING, state="retired", last_reason="gone", origin=origin))
    assert (said.health, said.needs_look) == (Health.RETIRED, True)
    assert "410" in said.note
    assert cure in said.cure


def test_a_feed_is_asked_when_it_is_due_and_its_hosts_hold_has_ended() -> None:
    later = NOW + timedelta(hours=3)
    assert due_at(GOOD, Activity()) == SOON
    assert due_at(GOOD, Activity(hold_until=later)) == later
    assert due_at(replace(GOOD, next_poll_at=None), Activity(hold_until=later)) is None


def test_every_cure_is_for_a_reason_that_there_is() -> None:
    assert set(CURES) <= {str(reason) for reason in Reason}


def test_nothing_polls_where_no_poll_came_after_any_feed_fell_due() -> None:
    due = replace(GOOD, next_poll_at=NOW - timedelta(hours=1))
    later = replace(due, last_poll_at=PAST + timedelta(minutes=5), next_poll_at=SOON)
    assert at_rest_since([due, later], now=NOW) == later.last_poll_at
    polled_since = replace(later, last_poll_at=NOW - timedelta(minutes=30))
    assert at_rest_since([due, polled_since], now=NOW) is None  # then the first is late of its own
    assert at_rest_since([GOOD], now=NOW) is None
    assert at_rest_since([replace(due, next_poll_at=NOW - timedelta(minutes=5))], now=NOW) is None
    assert at_rest_since([replace(due, state="paused")], now=NOW) is None
    assert at_rest_since([], now=NOW) is None
