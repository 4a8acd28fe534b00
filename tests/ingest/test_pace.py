"""When a feed is polled next, and the sentence that says why."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.outcome import (
    Exchange,
    FeedFailed,
    FeedJob,
    FeedParsed,
    FeedResult,
    FeedUnchanged,
    Hop,
    Reason,
    Rhythm,
    Schedule,
    Validators,
)
from archive.model.stated import Entry, ParsedFeed
from ingest.pace import PaceSettings, phase, plan

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
HOUR = 3_600
DAY = 24 * HOUR

UNCHANGED = FeedUnchanged(not_modified=True, validators=None)


def job(**changed: object) -> FeedJob:
    """A feed that was polled well an hour ago, unless told otherwise."""
    plain = FeedJob(
        feed_id=7,
        name="paper",
        url="https://paper.example/feed",
        host="paper.example:443",
        host_id=1,
        epoch=1,
        owner="test",
        rhythm=Rhythm(interval_s=HOUR),
        last_good_at=NOW - timedelta(hours=1),
    )
    return replace(plain, **changed)  # type: ignore[arg-type]  # a test may set any field


def exchange(status: int = 200, **stated: object) -> Exchange:
    return Exchange(
        requested_url="https://paper.example/feed",
        url="https://paper.example/feed",
        started_at=NOW,
        status=status,
        **stated,  # type: ignore[arg-type]  # a test may set any field
    )


def parsed(*published_at: datetime, **stated: object) -> FeedParsed:
    entries = tuple(
        Entry(
            guid=str(i),
            guid_stated=None,
            url=None,
            title="t",
            text="",
            position=i,
            digest=b"",
            published_at=at,
        )
        for i, at in enumerate(published_at)
    )
    feed = ParsedFeed(format="rss20", entries=entries, n_items=len(entries), **stated)  # type: ignore[arg-type]
    return FeedParsed(
        parsed=feed,
        body=b"x",
        body_digest=b"",
        validators=Validators(url="https://paper.example/feed"),
    )


def failed(reason: Reason = Reason.STATUS, **more: object) -> FeedFailed:
    return FeedFailed(reason=reason, detail="the server answered 500", **more)  # type: ignore[arg-type]


def ask(
    a_job: FeedJob | None = None,
    an_exchange: Exchange | None = None,
    result: FeedResult = UNCHANGED,
    *,
    n_new: int = 0,
    n_overlap: int | None = None,
    now: datetime = NOW,
    rand: Callable[[], float] = lambda: 0.5,
    pace: PaceSettings | None = None,
    is_network_away: bool = False,
) -> Schedule:
    return plan(
        a_job or job(),
        an_exchange or exchange(),
        result,
        now=now,
        n_new=n_new,
        n_overlap=n_overlap,
        rand=rand,
        settings=pace or PaceSettings(),
        is_network_away=is_network_away,
    )


def wait_s(schedule: Schedule, now: datetime = NOW) -> float:
    return (schedule.next_poll_at - now).total_seconds()


# -- the interval ----------------------------------------------------------------------------------


def test_a_first_poll_takes_the_default_and_its_own_place_within_it() -> None:
    schedule = ask(job(last_good_at=None), result=parsed(), n_new=5)
    assert schedule.rhythm.interval_s == HOUR
    assert wait_s(schedule) == pytest.approx(900 + phase(7) * (HOUR - 900))
    assert "first poll" in schedule.reasons[0]


def test_feeds_added_together_spread_over_the_interval() -> None:
    quarters = [int(phase(feed_id) * 4) for feed_id in range(1_000)]
    assert all(200 < quarters.count(quarter) < 300 for quarter in range(4))


def test_a_first_poll_learns_the_gap_from_the_entries_own_dates() -> None:
    dates = [NOW - timedelta(hours=6 * i) for i in range(5)]
    schedule = ask(job(last_good_at=None), result=parsed(*dates), n_new=5)
    assert schedule.rhythm.gap_s == 6 * HOUR
    assert schedule.rhythm.interval_s == 2 * HOUR  # aims at three, but at most doubles the default


def test_an_interval_settles_at_two_polls_to_a_gap() -> None:
    rhythm, now, last_new_at = Rhythm(interval_s=900), NOW, NOW
    a_job = job(rhythm=rhythm, last_good_at=NOW)
    for _ in range(200):  # an entry every eight hours
        due = now + timedelta(seconds=a_job.rhythm.interval_s)
        n_new = int((due - last_new_at).total_seconds() // (8 * HOUR))
        schedule = ask(a_job, result=parsed(), n_new=n_new, n_overlap=20, now=due)
        last_new_at += n_new * timedelta(hours=8)
        now = due
        a_job = replace(a_job, rhythm=schedule.rhythm, last_good_at=now)
    assert a_job.rhythm.interval_s == pytest.approx(4 * HOUR, rel=0.25)


def test_nothing_new_lengthens_by_a_quarter_until_a_gap_is_known() -> None:
    assert ask().rhythm.interval_s == HOUR * 1.25


def test_a_quiet_feed_comes_to_the_ceiling() -> None:
    rhythm = Rhythm(interval_s=HOUR, gap_s=2.0 * HOUR, last_new_at=NOW)
    now = NOW
    for _ in range(60):
        now += timedelta(seconds=rhythm.interval_s)
        rhythm = ask(job(rhythm=rhythm, last_good_at=NOW), now=now).rhythm
    assert rhythm.interval_s == DAY


def test_little_overlap_shortens() -> None:
    busy = job(
        rhythm=Rhythm(interval_s=4 * HOUR, gap_s=8.0 * HOUR), last_good_at=NOW - timedelta(hours=4)
    )
    schedule = ask(busy, result=parsed(), n_new=15, n_overlap=5)
    assert schedule.rhythm.interval_s < 4 * HOUR / 2
    assert "new entries come about" in schedule.reasons[0] or "75%" in schedule.reasons[0]


def test_a_window_about_to_roll_over_outweighs_a_long_gap() -> None:
    burst = job(
        rhythm=Rhythm(interval_s=DAY, gap_s=20.0 * DAY), last_good_at=NOW - timedelta(days=1)
    )
    burst = replace(burst, rhythm=replace(burst.rhythm, last_new_at=NOW - timedelta(days=30)))
    schedule = ask(burst, result=parsed(), n_new=2, n_overlap=0)
    assert schedule.rhythm.interval_s == 6 * HOUR
    assert "100% of the document was new" in schedule.reasons[0]


def test_no_entry_in_common_is_counted_and_said() -> None:
    schedule = ask(result=parsed(), n_new=20, n_overlap=0)
    assert schedule.rhythm.n_rollovers == 1
    assert "articles were probably missed" in schedule.reasons[-1]


@pytest.mark.parametrize(("n_new", "n_overlap"), [(20, None), (0, 0), (3, 17)])
def test_an_unknown_or_common_window_is_no_rollover(n_new: int, n_overlap: int | None) -> None:
    assert ask(result=parsed(), n_new=n_new, n_overlap=n_overlap).rhythm.n_rollovers == 0


def test_the_first_poll_is_no_rollover() -> None:
    first = ask(job(last_good_at=None), result=parsed(), n_new=20, n_overlap=0)
    assert first.rhythm.n_rollovers == 0


def test_one_odd_poll_at_most_doubles_or_quarters_the_interval() -> None:
    slow = job(rhythm=Rhythm(interval_s=2 * HOUR, gap_s=100.0 * HOUR, last_new_at=NOW))
    fast = job(rhythm=Rhythm(interval_s=8 * HOUR, gap_s=60.0, last_new_at=NOW))
    assert ask(slow).rhythm.interval_s == 4 * HOUR
    assert ask(fast, result=parsed(), n_new=9, n_overlap=9).rhythm.interval_s == 2 * HOUR


def test_an_operators_interval_stands() -> None:
    schedule = ask(job(interval_s=600), result=parsed(), n_new=9, n_overlap=0)
    assert schedule.rhythm.interval_s == 600
    assert "configuration asks for a poll every 10 min" in schedule.reasons[0]


def test_jitter_is_a_tenth_either_way() -> None:
    early, late = ask(rand=lambda: 0.0), ask(rand=lambda: 1.0)
    assert wait_s(early) == pytest.approx(0.9 * 4_500)
    assert wait_s(late) == pytest.approx(1.1 * 4_500)


# -- what the server and the feed ask for ----------------------------------------------------------


@pytest.mark.parametrize("luck", [0.0, 0.5, 1.0])
def test_max_age_is_never_undercut(luck: float) -> None:
    schedule = ask(an_exchange=exchange(max_age_s=7_200), rand=lambda: luck)
    assert 7_200 <= wait_s(schedule) <= 7_920
    assert schedule.reasons[0] == "the answer is fresh for 2 h"


def test_max_age_and_ttl_end_at_a_day() -> None:
    assert wait_s(ask(an_exchange=exchange(max_age_s=20 * DAY))) == DAY
    assert wait_s(ask(job(ttl_s=20 * DAY))) == DAY


def test_a_shorter_max_age_does_not_hurry_us() -> None:
    assert wait_s(ask(an_exchange=exchange(max_age_s=60))) == 4_500


def test_ttl_of_the_document_at_hand_beats_the_remembered_one() -> None:
    schedule = ask(job(ttl_s=10 * HOUR), result=parsed(ttl_s=3 * HOUR))
    assert wait_s(schedule) == pytest.approx(3 * HOUR * 1.05)
    assert "the feed asks for polls 3 h apart" in schedule.reasons[0]


def test_skipped_hours_move_to_the_next_open_one() -> None:
    schedule = ask(job(skip_hours=(13, 14), interval_s=HOUR), rand=lambda: 0.5)
    assert (schedule.next_poll_at.hour, schedule.next_poll_at.minute) == (15, 29)
    assert "skipHours" in schedule.reasons[0]


def test_hour_24_is_midnight() -> None:
    late = NOW.replace(hour=23, minute=10)
    schedule = ask(job(skip_hours=(24,), interval_s=HOUR), now=late)
    assert (schedule.next_poll_at.day, schedule.next_poll_at.hour) == (5, 1)


def test_skipped_days_count_from_monday_in_utc() -> None:
    schedule = ask(job(skip_days=(2, 3), interval_s=HOUR))
    assert schedule.next_poll_at.weekday() == 4
    assert schedule.next_poll_at.hour == 0


def test_a_feed_that_skips_everything_is_polled_all_the_same() -> None:
    schedule = ask(job(skip_hours=tuple(range(24)), skip_days=tuple(range(7))))
    assert wait_s(schedule) == 4_500


def test_retry_after_on_a_redirect_holds_the_host_though_the_poll_was_good() -> None:
    schedule = ask(
        an_exchange=exchange(retry_after_s=2 * DAY, hops=(Hop(status=302, url="https://b/"),))
    )
    assert wait_s(schedule) == 2 * DAY
    assert schedule.host_hold_s == 2 * DAY


# -- failures --------------------------------------------------------------------------------------


def after(n_failures: int, **more: object) -> FeedJob:
    since = NOW - timedelta(hours=n_failures)
    rhythm = Rhythm(interval_s=HOUR, n_failures=n_failures, failing_since=since, **more)  # type: ignore[arg-type]
    return job(rhythm=rhythm)


@pytest.mark.parametrize(("before", "hours"), [(0, 2), (1, 4), (2, 8), (3, 16), (4, 24), (19, 24)])
def test_errors_double_the_interval_to_a_day(before: int, hours: int) -> None:
    schedule = ask(after(before), exchange(500), failed())
    assert wait_s(schedule) == hours * HOUR
    assert schedule.rhythm.n_failures == before + 1
    assert schedule.state is None


def test_a_failure_keeps_what_was_learned() -> None:
    rhythm = Rhythm(interval_s=2 * HOUR, gap_s=5.0 * HOUR, last_new_at=NOW, n_rollovers=3)
    kept = ask(job(rhythm=rhythm), exchange(500), failed()).rhythm
    assert (kept.interval_s, kept.gap_s, kept.last_new_at, kept.n_rollovers) == (
        2 * HOUR,
        5.0 * HOUR,
        NOW,
        3,
    )
    assert kept.failing_since == NOW


@pytest.mark.parametrize("result", [UNCHANGED, parsed()])
def test_a_good_poll_ends_the_run_of_failures(result: FeedResult) -> None:
    schedule = ask(after(9, throttled_s=HOUR, gone_since=NOW), result=result)
    rhythm = schedule.rhythm
    assert (rhythm.n_failures, rhythm.failing_since, rhythm.throttled_s) == (0, None, 0)
    assert rhythm.gone_since is None
    assert schedule.state == "active"


@pytest.mark.parametrize("status", [403, 404])
def test_missing_three_times_is_asked_once_a_day(status: int) -> None:
    assert wait_s(ask(after(1), exchange(status), failed())) == 4 * HOUR
    assert wait_s(ask(after(2), exchange(status), failed())) == DAY


def test_thirty_days_of_failures_are_dead_and_asked_weekly() -> None:
    long = after(19)
    long = replace(long, rhythm=replace(long.rhythm, failing_since=NOW - timedelta(days=30)))
    schedule = ask(long, exchange(404), failed())
    assert (wait_s(schedule), schedule.state) == (7 * DAY, "dead")
    assert "failing for 30 d" in schedule.reasons[0]


@pytest.mark.parametrize("reason", [Reason.DNS, Reason.TLS, Reason.TIMEOUT, Reason.CONNECT])
def test_the_networks_faults_slow_a_feed_and_never_kill_it(reason: Reason) -> None:
    long = after(50)
    long = replace(long, rhythm=replace(long.rhythm, failing_since=NOW - timedelta(days=99)))
    schedule = ask(long, exchange(), failed(reason))
    assert (wait_s(schedule), schedule.state) == (7 * DAY, None)


def test_gone_is_confirmed_a_day_later_and_retired() -> None:
    gone = failed(Reason.GONE)
    first = ask(after(3), exchange(410), gone)
    assert (wait_s(first), first.state) == (DAY, None)
    later = first.next_poll_at
    second = ask(job(rhythm=first.rhythm), exchange(410), gone, now=later)
    assert second.state == "retired"


def test_gone_asked_again_too_soon_is_no_confirmation() -> None:
    first = ask(job(), exchange(410), failed(Reason.GONE))
    soon = NOW + timedelta(hours=2)
    assert ask(job(rhythm=first.rhythm), exchange(410), failed(Reason.GONE), now=soon).state is None


def test_another_failure_between_two_410_starts_the_confirmation_anew() -> None:
    first = ask(job(), exchange(410), failed(Reason.GONE))
    between = ask(job(rhythm=first.rhythm), exchange(500), failed(), now=NOW + timedelta(days=1))
    last = ask(
        job(rhythm=between.rhythm), exchange(410), failed(Reason.GONE), now=NOW + timedelta(days=2)
    )
    assert last.state is None


def test_unauthorised_is_held() -> None:
    schedule = ask(job(), exchange(401), failed(Reason.UNAUTHORISED))
    assert schedule.state == "held"
    assert "credentials" in schedule.reasons[0]


@pytest.mark.parametrize(("status", "host_hold_s"), [(429, 4 * HOUR), (503, None)])
def test_a_bare_429_or_503_waits_four_hours(status: int, host_hold_s: int | None) -> None:
    schedule = ask(job(), exchange(status), failed())
    assert wait_s(schedule) == 4 * HOUR
    assert schedule.host_hold_s == host_hold_s


def test_bare_429s_double_to_a_day() -> None:
    waits, a_job = [], job()
    for _ in range(5):
        schedule = ask(a_job, exchange(429), failed())
        waits.append(wait_s(schedule) / HOUR)
        a_job = job(rhythm=schedule.rhythm)
    assert waits == [4, 8, 16, 24, 24]


def test_retry_after_holds_the_host_and_is_quoted() -> None:
    schedule = ask(job(), exchange(429, retry_after_s=14_400), failed(retry_after_s=14_400))
    assert schedule.host_hold_s == 14_400
    assert wait_s(schedule) == pytest.approx(14_400 * 1.05)
    assert schedule.reasons[0].startswith("the server asked to wait: Retry-After 14400")


def test_a_short_retry_after_does_not_undo_the_back_off() -> None:
    assert (
        wait_s(ask(after(3), exchange(503, retry_after_s=1), failed(retry_after_s=1))) == 16 * HOUR
    )


def test_retry_after_ends_at_a_week() -> None:
    schedule = ask(job(), exchange(503), failed(retry_after_s=10**9))
    assert schedule.host_hold_s == 7 * DAY


# -- properties ------------------------------------------------------------------------------------

absurd = st.one_of(
    st.none(), st.integers(-(10**40), 10**40), st.sampled_from([0, 1, 60, HOUR, DAY, 10**9])
)
floats = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True))
instants = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
maybe = st.one_of(st.none(), instants)

jobs = st.builds(
    lambda interval, gap, n, since, new_at, throttled, gone, set_s, ttl, hours, days, good: job(
        rhythm=Rhythm(
            interval_s=interval or 0,
            gap_s=gap,
            n_failures=n or 0,
            failing_since=since,
            last_new_at=new_at,
            throttled_s=throttled or 0,
            gone_since=gone,
        ),
        interval_s=set_s,
        ttl_s=ttl,
        skip_hours=hours,
        skip_days=days,
        last_good_at=good,
    ),
    absurd,
    floats,
    absurd,
    maybe,
    maybe,
    absurd,
    maybe,
    absurd,
    absurd,
    st.lists(st.integers(-5, 30), max_size=26).map(tuple),
    st.lists(st.integers(-2, 9), max_size=9).map(tuple),
    maybe,
)
results = st.one_of(
    st.just(UNCHANGED),
    st.lists(instants, max_size=5).map(lambda dates: parsed(*dates)),
    st.builds(failed, st.sampled_from(list(Reason)), retry_after_s=absurd),
)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    a_job=jobs,
    result=results,
    status=st.sampled_from([None, 200, 304, 401, 404, 410, 429, 500, 503, 999]),
    max_age=absurd,
    retry=absurd,
    n_new=st.integers(-5, 10**6),
    n_overlap=st.one_of(st.none(), st.integers(-5, 10**6)),
    luck=st.floats(allow_nan=True, allow_infinity=True),
    now=instants,
)
def test_the_next_poll_lies_within_thirty_days_whatever_the_numbers(
    a_job: FeedJob,
    result: FeedResult,
    status: int | None,
    max_age: int | None,
    retry: int | None,
    n_new: int,
    n_overlap: int | None,
    luck: float,
    now: datetime,
) -> None:
    said = exchange(200, max_age_s=max_age, retry_after_s=retry)
    schedule = ask(
        a_job,
        replace(said, status=status),
        result,
        n_new=n_new,
        n_overlap=n_overlap,
        now=now,
        rand=lambda: luck,
    )
    assert now <= schedule.next_poll_at <= now + timedelta(days=30)
    assert schedule.reasons and all(schedule.reasons)
    assert schedule.rhythm.interval_s >= 1 or isinstance(result, FeedFailed)
    assert (
        schedule.rhythm.gap_s is None
        or not math.isnan(schedule.rhythm.gap_s)
        or isinstance(result, FeedFailed)
    )
    assert schedule.host_hold_s is None or 0 < schedule.host_hold_s <= 7 * DAY


@settings(max_examples=100, derandomize=True, deadline=None)
@given(less=st.integers(0, 10**7), more=st.integers(0, 10**7), luck=st.floats(0, 1))
def test_a_longer_max_age_never_means_an_earlier_poll(less: int, more: int, luck: float) -> None:
    less, more = sorted((less, more))
    soon = ask(an_exchange=exchange(max_age_s=less), rand=lambda: luck)
    late = ask(an_exchange=exchange(max_age_s=more), rand=lambda: luck)
    assert soon.next_poll_at <= late.next_poll_at
    assert wait_s(soon) >= min(less, DAY)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(n_failures=st.integers(0, 200), luck=st.floats(0, 1))
def test_more_failures_never_mean_an_earlier_poll(n_failures: int, luck: float) -> None:
    sooner = ask(after(n_failures), exchange(500), failed(), rand=lambda: luck)
    later = ask(after(n_failures + 1), exchange(500), failed(), rand=lambda: luck)
    assert sooner.next_poll_at <= later.next_poll_at


# ---- our own network ------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [Reason.DNS, Reason.CONNECT, Reason.TIMEOUT])
def test_while_our_network_is_away_no_failure_counts_and_the_feed_is_due_again_within_the_minute(
    reason: Reason,
) -> None:
    silent = replace(exchange(), status=None)
    schedule = ask(job(), silent, failed(reason), is_network_away=True)
    assert schedule.rhythm == job().rhythm
    assert schedule.next_poll_at == NOW + timedelta(minutes=1)
    assert (schedule.state, schedule.host_hold_s) == (None, None)
    assert "our own network" in schedule.reasons[0]
    assert ask(job(), silent, failed(reason)).rhythm.n_failures == 1


def test_what_a_server_answered_counts_whatever_is_said_of_the_network() -> None:
    for answer, result in (
        (exchange(500), failed()),
        (exchange(200), failed(Reason.TIMEOUT)),
        (replace(exchange(), status=None), failed(Reason.TLS)),
    ):
        told = ask(job(), answer, result, is_network_away=True)
        assert told == ask(job(), answer, result)
        assert told.rhythm.n_failures == 1


def test_hours_that_a_feed_keeps_closed_stay_closed_while_our_network_is_away() -> None:
    silent = replace(exchange(), status=None)
    closed = ask(job(skip_hours=(12,)), silent, failed(Reason.DNS), is_network_away=True)
    assert closed.next_poll_at.hour == 13
