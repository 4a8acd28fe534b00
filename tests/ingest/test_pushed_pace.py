"""When a feed is polled that a hub pushes: rarer, but never so rarely that a lost push loses an entry."""

from dataclasses import replace
from datetime import timedelta

import pytest

from archive.model.outcome import FeedJob, Rhythm
from ingest.pace import PaceSettings, after_news
from tests.ingest.test_pace import DAY, HOUR, NOW, ask, job, wait_s


def pushed(*, interval_s: int = HOUR, gap_s: float | None = None, n_known: int = 100) -> FeedJob:
    known = frozenset(bytes([n]) for n in range(n_known))
    return job(
        is_pushed=True,
        known=known,
        rhythm=Rhythm(interval_s=interval_s, gap_s=gap_s, last_new_at=NOW),
    )


def test_a_pushed_feed_is_polled_after_four_intervals_and_says_why() -> None:
    schedule = ask(pushed(interval_s=2 * HOUR, gap_s=4 * HOUR))
    assert wait_s(schedule) == 8 * HOUR
    assert schedule.reasons[0] == "a hub pushes its news: polled 8 h later, to be safe"


@pytest.mark.parametrize(
    ("interval_s", "gap_s", "after_s"), [(900, 1800, 4 * HOUR), (12 * HOUR, DAY, DAY)]
)
def test_the_safety_poll_comes_after_4_to_24_hours(
    interval_s: int, gap_s: float, after_s: int
) -> None:
    assert wait_s(ask(pushed(interval_s=interval_s, gap_s=gap_s))) == after_s


def test_its_own_interval_stays_for_when_pushes_end() -> None:
    with_hub, without = pushed(gap_s=2 * HOUR), replace(pushed(gap_s=2 * HOUR), is_pushed=False)
    assert ask(with_hub).rhythm == ask(without).rhythm
    assert wait_s(ask(without)) < wait_s(ask(with_hub))


def test_it_is_polled_before_half_of_its_document_can_have_been_replaced() -> None:
    assert wait_s(ask(pushed(interval_s=900, gap_s=HOUR / 2, n_known=12))) == 3 * HOUR
    assert wait_s(ask(pushed(interval_s=900, gap_s=HOUR / 2, n_known=1))) == 900  # its interval


def test_one_whose_items_are_not_known_is_polled_as_every_other() -> None:
    assert wait_s(ask(pushed(gap_s=2 * HOUR, n_known=0))) == HOUR


def test_a_poll_that_found_news_is_followed_by_the_usual_interval() -> None:
    schedule = ask(pushed(gap_s=2 * HOUR), n_new=1, n_overlap=99)
    assert wait_s(schedule) < 4 * HOUR


def test_an_operators_interval_stands_against_pushes_too() -> None:
    assert wait_s(ask(replace(pushed(gap_s=2 * HOUR), interval_s=1_800))) == 1_800


def test_pushed_news_keep_the_gap_true_and_leave_the_interval() -> None:
    before = Rhythm(interval_s=HOUR, gap_s=4 * HOUR, last_new_at=NOW - timedelta(hours=4))
    after = after_news(before, now=NOW, n_new=1)
    assert after == replace(before, gap_s=pytest.approx(4 * HOUR), last_new_at=NOW)
    many = after_news(before, now=NOW, n_new=8)
    assert many.gap_s is not None and many.gap_s < 3 * HOUR


def test_pushed_news_of_a_feed_of_unknown_rhythm_begin_it() -> None:
    fresh = Rhythm(interval_s=HOUR)
    assert after_news(fresh, now=NOW, n_new=3) == replace(fresh, last_new_at=NOW)
    known = after_news(replace(fresh, last_new_at=NOW - timedelta(hours=2)), now=NOW, n_new=2)
    assert known.gap_s == pytest.approx(HOUR)


def test_a_push_without_news_says_nothing_of_the_rhythm() -> None:
    rhythm = Rhythm(interval_s=HOUR, gap_s=DAY, last_new_at=NOW)
    assert after_news(rhythm, now=NOW + timedelta(days=3), n_new=0) == rhythm


@pytest.mark.parametrize("ahead", [timedelta(days=-400), timedelta(0), timedelta(days=40_000)])
def test_absurd_instants_give_a_gap_within_bounds(ahead: timedelta) -> None:
    rhythm = Rhythm(interval_s=HOUR, gap_s=1e300, last_new_at=NOW)
    after = after_news(rhythm, now=NOW + ahead, n_new=1)
    assert after.gap_s is not None and 60 <= after.gap_s <= 30 * DAY
    assert PaceSettings().bounded(after.gap_s) <= DAY
