"""Our own network goes away and comes back: which failures say so, who pays for it, and how all go on afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from archive.model.outcome import (
    Exchange,
    FeedFailed,
    FeedJob,
    FeedOutcome,
    FeedUnchanged,
    Hop,
    Reason,
    Rhythm,
)
from archive.store.store import Store
from benchmarks.simulation import NO_OUTAGE, Behaviour, Outage, Run, simulate, spread_feeds
from ingest.network import BELIEVED_FOR, PROBE_S, SILENT_HOSTS, Network
from tests.archive.store.depositing import open_store
from tests.archive.store.looking import ask, count, one
from tests.fakes import NOON, Clock

HOUR_S = 3_600.0
TICK_S = 30.0


# ---- the rule -------------------------------------------------------------------------------------


def outcome(
    host: str = "a",
    reason: Reason | None = Reason.DNS,
    *,
    status: int | None = None,
    hops: tuple[Hop, ...] = (),
    n_failures: int = 0,
    is_new: bool = False,
) -> FeedOutcome:
    """A poll of a feed that was well; `reason` None: it is well now too."""
    job = FeedJob(
        feed_id=1,
        name=host,
        url=f"https://{host}.example/feed",
        host=host,
        host_id=1,
        epoch=1,
        owner="test",
        rhythm=Rhythm(interval_s=3_600, n_failures=n_failures),
        last_good_at=None if is_new else NOON - timedelta(hours=1),
    )
    exchange = Exchange(requested_url=job.url, url=job.url, started_at=NOON, status=status)
    exchange = replace(exchange, hops=hops)
    if reason is None:
        result = FeedUnchanged(not_modified=True, validators=None)
        return FeedOutcome(job=job, exchange=replace(exchange, status=304), result=result)
    failed = FeedFailed(reason=reason, detail="no answer")
    return FeedOutcome(job=job, exchange=exchange, result=failed)


def is_away_after(*outcomes: FeedOutcome) -> bool:
    network = Network(Clock())
    for each in outcomes:
        network.note(each)
    return network.is_away


HOSTS = [f"h{n}" for n in range(SILENT_HOSTS)]


@pytest.mark.parametrize("reason", [Reason.DNS, Reason.CONNECT, Reason.TIMEOUT])
def test_hosts_that_were_well_and_are_silent_in_a_row_say_that_it_is_our_end(
    reason: Reason,
) -> None:
    assert is_away_after(*(outcome(host, reason) for host in HOSTS))
    assert not is_away_after(*(outcome(host, reason) for host in HOSTS[1:]))


@pytest.mark.parametrize(
    "others",
    [
        [outcome("x", None)],
        [outcome("x", Reason.STATUS, status=503)],
        [outcome("x", Reason.TIMEOUT, hops=(Hop(status=301, url="https://y.example/"),))],
    ],
    ids=["good", "error status", "redirected into silence"],
)
def test_any_answer_between_says_that_it_is_not(others: list[FeedOutcome]) -> None:
    silent = [outcome(host) for host in HOSTS]
    assert not is_away_after(*silent[:-1], *others, silent[-1])


def test_one_host_however_often_it_is_asked_is_no_outage() -> None:
    assert not is_away_after(*(outcome("a") for _ in range(50)))


def test_hosts_that_have_long_been_dead_or_were_never_met_are_none_either() -> None:
    dead = [outcome(f"dead{n}", n_failures=3) for n in range(20)]
    new = [outcome(f"new{n}", is_new=True) for n in range(20)]
    assert not is_away_after(*dead, *new)


def test_what_is_no_silence_says_nothing() -> None:
    silent = [outcome(host) for host in HOSTS]
    refused = [outcome(f"r{n}", Reason.ADDRESS) for n in range(20)]
    assert not is_away_after(*refused)
    assert is_away_after(*silent[:-1], *refused, silent[-1])


def away(clock: Clock) -> Network:
    network = Network(clock)
    for host in HOSTS:
        network.note(outcome(host))
    assert network.is_away
    return network


def test_while_it_is_away_one_host_is_asked_each_half_minute() -> None:
    clock = Clock()
    network = away(clock)
    assert [network.take_probe(), network.take_probe()] == [True, False]
    clock.advance(seconds=PROBE_S - 1)
    assert not network.take_probe()
    clock.advance(seconds=1)
    assert network.take_probe()
    clock.advance(hours=-1)  # the clock was set back
    assert network.take_probe()


def test_the_first_answer_brings_it_back_and_is_told_once() -> None:
    network = away(Clock())
    assert network.take_return() is None
    network.note(outcome("a", None))
    assert not network.is_away
    assert [network.take_return(), network.take_return()] == [NOON, None]


def test_it_excuses_nobody_for_longer_than_a_day() -> None:
    clock = Clock()
    network = away(clock)
    clock.now = NOON + BELIEVED_FOR - timedelta(seconds=1)
    assert network.excuses
    clock.advance(seconds=1)
    assert (network.excuses, network.is_away) == (False, True)


def test_who_polls_by_hand_is_told_of_failures_and_of_no_network() -> None:
    network = Network(Clock())
    network.is_watched = False
    for host in HOSTS:
        network.note(outcome(host))
    assert not network.is_away


# ---- days of it -----------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db") as opened:
        yield opened


def live(
    store: Store,
    n_feeds: int,
    *,
    hours: float,
    outage: Outage = NO_OUTAGE,
    behaviour: dict[str, Behaviour] | None = None,
    tick_s: float = TICK_S,
) -> Run:
    """Let so many feeds of as many hosts be polled for so long."""
    spread_feeds(store, [f"http://h{n}.example/feed" for n in range(n_feeds)], over_s=HOUR_S)
    return simulate(store, behaviour or {}, for_s=hours * HOUR_S, outage=outage, tick_s=tick_s)


def first_after(run: Run, at_s: float) -> list[float]:
    """Return how long after that instant each host was asked first."""
    first: dict[str, float] = {}
    for host, started_s in run.started:
        if started_s >= at_s:
            first.setdefault(host, started_s - at_s)
    return sorted(first.values())


def test_after_a_night_without_a_network_every_feed_is_asked_within_minutes_and_in_no_burst(
    store: Store,
) -> None:
    back_s = 12 * HOUR_S
    run = live(store, 60, hours=13, outage=Outage(4 * HOUR_S, back_s), tick_s=10)
    waits = first_after(run, back_s)
    assert len(waits) == 60
    assert waits[0] <= PROBE_S + TICK_S
    assert max(waits) <= 180
    starts = [started_s for _, started_s in run.started if started_s >= back_s]
    assert max(len([s for s in starts if at <= s < at + 10]) for at in starts) <= 25


def test_no_feed_has_failed_for_it_and_the_log_of_polls_has_each_try(store: Store) -> None:
    run = live(store, 40, hours=14, outage=Outage(4 * HOUR_S, 14 * HOUR_S))
    # Only those whose silence told of it count it: nobody could know yet.
    counted = [n for (n,) in ask(store, "SELECT json_extract(rhythm, '$.n_failures') FROM feeds")]
    assert len([n for n in counted if n]) < SILENT_HOSTS
    assert max(counted) <= 2
    # What `feeds` shows of them says the same.
    assert (
        ask(store, "SELECT 1 FROM feeds WHERE n_failures != json_extract(rhythm, '$.n_failures')")
        == []
    )
    n_tries = count(store, "polls WHERE result = 'dns'")
    assert n_tries == len([s for _, s in run.started if s >= 4 * HOUR_S])
    assert n_tries <= 10 * HOUR_S / PROBE_S + SILENT_HOSTS


def test_feeds_that_waited_for_hours_by_their_back_off_are_asked_soon_too(store: Store) -> None:
    # Three days: after the first nothing is excused, and feeds back off to a day.
    begins_s, back_s = 4 * HOUR_S, 76 * HOUR_S
    run = live(store, 12, hours=78, outage=Outage(begins_s, back_s), tick_s=120)
    assert one(store, "SELECT count(*) FROM feeds WHERE n_failures > 0") == 0
    waits = first_after(run, back_s)
    assert len(waits) == 12
    # One of them has to be due; then all are asked, within three ticks of two minutes.
    assert waits[-1] - waits[0] <= 3 * 120


def test_hosts_that_are_all_gone_for_good_back_off_as_gone_feeds_do(store: Store) -> None:
    run = live(store, 6, hours=24 * 6, outage=Outage(2 * HOUR_S, 1e9), tick_s=300)
    late = run.n_asked([f"h{n}.example" for n in range(6)], from_s=5 * 24 * HOUR_S)
    assert late <= 6 * 2
    assert one(store, "SELECT min(json_extract(rhythm, '$.n_failures')) FROM feeds") > 5
    assert one(store, "SELECT count(*) FROM feeds WHERE next_poll_at IS NOT NULL") == 6


def test_one_dead_host_beside_one_that_answers_is_that_hosts_failure(store: Store) -> None:
    run = live(store, 2, hours=48, tick_s=60, behaviour={"h0.example": Behaviour(10.0, hangs=True)})
    assert one(store, "SELECT max(json_extract(rhythm, '$.n_failures')) FROM feeds") > 5
    starts = [s for host, s in run.started if host == "h0.example"]
    assert max(later - sooner for sooner, later in pairwise(starts)) > 4 * HOUR_S


def test_a_reader_of_one_feed_is_back_within_its_interval_after_a_night(store: Store) -> None:
    back_s = 12 * HOUR_S
    run = live(store, 1, hours=14, tick_s=60, outage=Outage(4 * HOUR_S, back_s))
    assert first_after(run, back_s)[0] <= 2 * HOUR_S
