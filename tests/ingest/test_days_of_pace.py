"""What servers and feeds say about time, from the answer's bytes to the instant of the next poll in the archive."""

import json
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.pace import phase
from tests.archive.store.depositing import open_store
from tests.archive.store.looking import ask, one
from tests.fakes import NOON
from tests.ingest.days import FEED, Days, Reply, days_in, moved, rss


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Days]:
    with days_in(tmp_path) as made:
        made.subscribe()
        yield made


def answer(head: str = "", **headers: str) -> Reply:
    return Reply(
        body=rss("een", head=head), headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def settled(days: Days, reply: Reply) -> float:
    """Poll once to be known and once more with this reply; returns the hours until the next."""
    days.poll(Reply(body=rss("nul")))
    days.poll(reply)
    return days.wait_h


# ---- what the answer says about its age ---------------------------------------------------------


def test_max_age_puts_the_next_poll_off(days: Days) -> None:
    assert 5 <= settled(days, answer(Cache_Control="public, max-age=18000")) <= 5.5


def test_age_is_taken_off_max_age(days: Days) -> None:
    wait_h = settled(days, answer(Cache_Control="max-age=18000", Age="7200"))
    assert 3 <= wait_h <= 3.3


def test_expires_counts_from_the_servers_own_date(days: Days) -> None:
    a_year_off = NOON - timedelta(days=365)
    wait_h = settled(
        days,
        answer(
            Date=format_datetime(a_year_off),
            Expires=format_datetime(a_year_off + timedelta(hours=4)),
        ),
    )
    assert 4 <= wait_h <= 4.4


def test_max_age_beats_expires(days: Days) -> None:
    wait_h = settled(
        days,
        answer(Cache_Control="max-age=10800", Expires=format_datetime(NOON + timedelta(days=9))),
    )
    assert 3 <= wait_h <= 3.3


@pytest.mark.parametrize("directive", ["no-cache", "no-store", "private, no-cache"])
def test_no_cache_means_our_own_interval(days: Days, directive: str) -> None:
    assert settled(days, answer(Cache_Control=f"{directive}, max-age=86400")) < 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache_Control": "max-age=1e30"},
        {"Cache_Control": "max-age=" + "9" * 400},
        {"Expires": "Fri, 31 Dec 9999 23:59:59 GMT"},
        {"Cache_Control": "max-age=99999999999", "Age": "-5"},
    ],
)
def test_an_absurdly_long_age_keeps_us_away_for_a_day_at_most(
    days: Days, headers: dict[str, str]
) -> None:
    assert settled(days, answer(**headers)) == 24


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache_Control": "max-age=-3600"},
        {"Cache_Control": "max-age=soon"},
        {"Cache_Control": "max-age=600", "Age": "1e30"},
        {"Expires": "0"},
        {"Expires": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"Expires": "Sun, 99 Foo 20000 99:99:99 GMT"},
    ],
)
def test_an_age_that_is_none_leaves_our_own_interval(days: Days, headers: dict[str, str]) -> None:
    assert 0.25 <= settled(days, answer(**headers)) < 2


def test_a_short_max_age_does_not_hurry_us(days: Days) -> None:
    assert settled(days, answer(Cache_Control="max-age=60")) >= 0.9 * 0.25


def test_a_304_has_its_say_about_time_too(days: Days) -> None:
    days.poll(Reply(body=rss("een"), headers={"ETag": '"1"'}))
    days.poll(Reply(status=304, headers={"Cache-Control": "max-age=36000"}))
    assert 10 <= days.wait_h <= 11


# ---- what the document says ---------------------------------------------------------------------


def test_ttl_is_minutes(days: Days) -> None:
    assert 5 <= settled(days, answer("<ttl>300</ttl>")) <= 5.5


@pytest.mark.parametrize(("period", "frequency", "hours"), [("daily", "4", 6), ("hourly", "1", 1)])
def test_the_syndication_module_is_a_ttl(
    days: Days, period: str, frequency: str, hours: float
) -> None:
    head = f"<sy:updatePeriod>{period}</sy:updatePeriod><sy:updateFrequency>{frequency}</sy:updateFrequency>"
    wait_h = settled(days, answer(head))
    assert wait_h >= hours
    assert any(f"polls {hours:g} h apart" in reason for reason in days.row().reasons)


@pytest.mark.parametrize("ttl", ["-60", "veel", "9" * 30, "0", "1e9"])
def test_a_ttl_that_is_none_is_passed_by(days: Days, ttl: str) -> None:
    assert settled(days, answer(f"<ttl>{ttl}</ttl>")) < 2


def test_ttl_holds_for_a_304_and_for_unchanged_bytes_as_well(days: Days) -> None:
    document = Reply(body=rss("een", head="<ttl>300</ttl>"), headers={"ETag": '"1"'})
    days.poll(document)
    days.poll(document)
    assert 5 <= days.wait_h <= 5.5
    days.poll(Reply(status=304))
    assert 5 <= days.wait_h <= 5.5


def test_a_ttl_that_leaves_the_document_is_forgotten(days: Days) -> None:
    days.poll(answer("<ttl>600</ttl>"))
    days.poll(answer())
    assert days.wait_h < 2


def test_the_longest_of_all_wishes_counts(days: Days) -> None:
    wait_h = settled(days, answer("<ttl>120</ttl>", Cache_Control="max-age=14400"))
    assert 4 <= wait_h <= 4.4


NIGHT = "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in range(7)) + "</skipHours>"
WEEKEND = "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>"


def test_no_poll_falls_into_skipped_hours(days: Days) -> None:
    days.on(FEED, answer(NIGHT))
    days.polls_for(days=4)
    assert len(days.polls) > 10
    assert {at.hour for at, _ in days.polls} & set(range(7)) == set()


def test_no_poll_falls_on_a_skipped_day(days: Days) -> None:
    days.on(FEED, answer(WEEKEND))
    days.polls_for(days=14)
    assert {at.weekday() for at, _ in days.polls} <= {0, 1, 2, 3, 4}
    assert len({at.date() for at, _ in days.polls}) >= 9


def test_skipped_hours_hold_after_a_failure_too(days: Days) -> None:
    days.on(FEED, answer(NIGHT), Reply(status=500))
    days.polls_for(days=4)
    assert {at.hour for at, _ in days.polls} & set(range(7)) == set()


def test_a_feed_that_skips_every_hour_is_polled_all_the_same(days: Days) -> None:
    everything = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    days.on(FEED, answer(f"<skipHours>{everything}</skipHours>"))
    assert len(days.polls_for(days=1)) > 5


# ---- what was observed --------------------------------------------------------------------------


def test_a_busy_feed_is_polled_before_its_window_rolls_over(days: Days) -> None:
    """Twenty items stand in it and a new one comes every three minutes: whole within the hour."""
    days.sites._reply_of = lambda url: Reply(  # type: ignore[method-assign]  # a document of the moment
        body=rss(*(str(int(days.clock().timestamp() // 180) - n) for n in range(20)))
    )
    days.polls_for(days=1)
    rolled_over = [row[0] for row in ask(days.store, "SELECT rolled_over FROM polls ORDER BY id")]
    assert len(rolled_over) > 60
    assert sum(rolled_over[10:]) == 0
    assert days.wait_h <= 0.5


def test_a_quiet_feed_comes_to_one_poll_a_day(days: Days) -> None:
    days.on(FEED, Reply(body=rss("een"), headers={"ETag": '"1"'}), Reply(status=304))
    days.polls_for(days=30)
    assert _interval_s(days) == 24 * 3_600
    assert len(days.polls) < 60


def test_a_feed_settles_at_two_polls_a_gap(days: Days) -> None:
    """A new entry every eight hours."""
    days.sites._reply_of = lambda url: Reply(  # type: ignore[method-assign]  # a document of the moment
        body=rss(*(str(int(days.clock().timestamp() // 28_800) - n) for n in range(20)))
    )
    days.polls_for(days=20)
    last_week = [at for at, _ in days.polls if at > days.clock() - timedelta(days=7)]
    assert 21 * 1.3 < len(last_week) < 21 * 3


def test_an_operators_interval_stands_whatever_is_observed(days: Days) -> None:
    days.subscribe("https://post.example/feed", name="post", interval_s=1_800)
    days.store.set_feed_state(days.row().id, "paused", now=days.clock())
    days.on(
        "https://post.example/feed",
        Reply(body=rss("een"), headers={"ETag": '"1"'}),
        Reply(status=304),
    )
    hours = days.polls_for(days=2)
    assert len(hours) > 80
    assert all(0.45 <= later - sooner <= 0.55 for sooner, later in pairwise(hours))


def test_a_rolled_over_window_is_counted_and_kept_with_its_poll_and_its_estimate(
    days: Days,
) -> None:
    def document(first: int, at_hour: float) -> Reply:
        guids = [str(n) for n in range(first, first + 10)]
        dates = {
            guid: format_datetime(NOON + timedelta(hours=at_hour, minutes=-12 * n))
            for n, guid in enumerate(guids)
        }
        return Reply(body=rss(*guids, dates=dates))

    days.pace = days.pace.__class__(floor_s=6 * 3_600)
    days.poll(document(0, 0))
    days.poll(document(90, 6.1))
    elapsed_h = (days.polls[1][0] - days.polls[0][0]).total_seconds() / 3_600
    # From the first poll to the second document's oldest entry, one each twelve minutes.
    at_most = round((elapsed_h - 9 * 0.2 + 0.2) * 5)
    (detail,) = [detail for detail in days.details() if detail]
    assert "no entry in common with the poll 6 h before: up to " in detail
    n_missed = int(detail.split("up to ")[1].split()[0])
    assert at_most - 3 <= n_missed <= at_most
    assert one(days.store, "SELECT sum(rolled_over) FROM polls") == 1
    assert '"n_rollovers": 1' in days.feed("rhythm")
    assert detail in days.row().reasons


def test_entries_that_are_new_but_dated_before_the_last_poll_were_hardly_missed(days: Days) -> None:
    old = {"b": format_datetime(NOON - timedelta(days=1))}
    days.poll(Reply(body=rss("a")))
    days.poll(Reply(body=rss("b", dates=old)))
    assert "probably none was missed" in (days.details()[1] or "")


def test_a_feed_that_was_empty_before_has_missed_nothing(days: Days) -> None:
    days.poll(Reply(body=rss()))
    days.poll(Reply(body=rss("een", "twee")))
    assert days.details() == [None, None]
    assert 'n_rollovers": 0' in days.feed("rhythm")


def test_a_304_between_two_documents_is_no_gap_in_the_window(days: Days) -> None:
    days.poll(Reply(body=rss("een", "twee"), headers={"ETag": '"1"'}))
    days.poll(Reply(status=304))
    days.poll(Reply(body=rss("twee", "drie")))
    assert one(days.store, "SELECT sum(rolled_over) FROM polls") == 0


# ---- where in time ------------------------------------------------------------------------------


def test_feeds_that_were_added_in_one_go_part_after_their_first_poll(days: Days) -> None:
    for n in range(40):
        url = f"https://krant{n}.example/feed"
        days.subscribe(url, name=f"krant{n}")
        days.on(url, Reply(body=rss(f"{n}")))
    for _ in range(41):
        days.poll()
    assert days.clock() == NOON
    due = sorted(at / 6e7 for (at,) in ask(days.store, "SELECT next_poll_at FROM feeds"))
    minutes = [round(at - due[0]) for at in due]
    assert minutes[-1] > 35
    assert max(minutes.count(minute) for minute in minutes) <= 5
    assert len({phase(n) for n in range(40)}) == 40


def test_jitter_keeps_feeds_of_one_interval_from_falling_into_step(days: Days) -> None:
    waits = []
    for luck in (0.0, 0.5, 1.0):
        days.luck = luck
        days.poll(Reply(body=rss("een"), headers={"Cache-Control": "no-cache"}))
        days.poll(Reply(body=rss("een")))
        waits.append(days.wait_h * 3_600 / _interval_s(days))
    assert waits == pytest.approx([0.9, 1.0, 1.1], abs=0.01)


def _interval_s(days: Days) -> int:
    return int(json.loads(days.feed("rhythm"))["interval_s"])


def test_the_next_poll_is_kept_so_that_a_restart_asks_nothing_that_is_not_due(days: Days) -> None:
    days.poll(answer())
    path = days.store.path
    days.store.close()
    with open_store(path) as again:
        assert again.claim_hosts(now=days.clock() + timedelta(minutes=1), owner="b", limit=9) == ()


def test_a_redirect_with_a_retry_after_keeps_its_host_waiting_though_the_feed_came(
    days: Days,
) -> None:
    days.on("https://elders.example/feed", Reply(body=rss("een")))
    days.poll(moved("https://elders.example/feed", 302, **{"Retry-After": "172800"}))
    assert days.wait_h == pytest.approx(48)
    assert one(days.store, "SELECT hold_until FROM hosts WHERE name LIKE 'krant%'") > 0


def test_the_reasons_stand_with_the_feed_the_deciding_one_first(days: Days) -> None:
    settled(days, answer("<ttl>120</ttl>", Cache_Control="max-age=14400"))
    first, second, *_ = days.row().reasons
    assert first == "the answer is fresh for 4 h"
    assert second == "the feed asks for polls 2 h apart"
