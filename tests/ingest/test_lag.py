"""How late feeds are asked, in simulated time: beside hosts that hang, and beside one host with very many feeds.

The same runs with 10,000 feeds: `python -m benchmarks.lag`.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import quantiles

import pytest

from archive.store.store import Store
from benchmarks.lag import BAD, hosts_of
from benchmarks.simulation import TICK_S, Behaviour, Run, simulate, spread_feeds
from tests.archive.store.depositing import open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db") as opened:
        yield opened


def poll(
    store: Store,
    urls: list[str],
    behaviour: dict[str, Behaviour],
    *,
    over_s: float,
    for_s: float,
    concurrency: int = 64,
) -> Run:
    spread_feeds(store, urls, over_s=over_s)
    return simulate(store, behaviour, for_s=for_s, concurrency=concurrency)


def p95(lags_s: list[float]) -> float:
    return quantiles(lags_s, n=20)[18]


def test_good_feeds_are_asked_in_time_beside_hosts_that_hang(tmp_path: Path) -> None:
    # 300 feeds in a tenth of the hour and a tenth of the slots: as 3,000 an hour over 64.
    good, bad = hosts_of(300)
    lags = {}
    for name, present, behaviour in (
        ("alone", good, {}),
        ("beside", good + bad, {host: BAD[n % len(BAD)] for n, host in enumerate(bad)}),
    ):
        with open_store(tmp_path / f"{name}.db") as store:
            urls = [f"http://{host}/feed" for host in present]
            run = poll(store, urls, behaviour, over_s=900, for_s=1_800, concurrency=16)
            lags[name] = run.lags_s(good)
    assert len(lags["beside"]) >= len(good)
    assert p95(lags["alone"]) <= TICK_S
    assert p95(lags["beside"]) <= 2 * p95(lags["alone"])


def test_hosts_known_to_hang_keep_no_slot_from_the_others(store: Store) -> None:
    good, bad = hosts_of(200)
    spread_feeds(store, [f"http://{host}/feed" for host in good + bad], over_s=0)
    with store.writing() as connection:
        connection.exec_driver_sql(
            f"UPDATE hosts SET is_slow = 1 WHERE name IN ({','.join('?' * len(bad))})",
            tuple(f"{host}:80" for host in bad),
        )
    run = simulate(
        store, dict.fromkeys(bad, Behaviour(60.0, hangs=True)), for_s=600, concurrency=16
    )
    # 160 good ones, 14 slots, 0.3 s each.
    assert max(run.lags_s(good)) < 10
    assert run.n_asked(bad, to_s=2) <= 2
    # Once nobody else waits they get 14 of the 16 slots: 40 of them, a minute each.
    assert max(run.first_lags_s(bad)) < 3 * 65


def test_at_a_first_import_silent_hosts_keep_the_others_waiting_for_less_than_as_long_again(
    tmp_path: Path,
) -> None:
    good, bad = hosts_of(1_000)
    first = {}
    for name, present, behaviour in (
        ("alone", good, {}),
        ("beside", good + bad, {host: BAD[n % len(BAD)] for n, host in enumerate(bad)}),
    ):
        with open_store(tmp_path / f"{name}.db") as store:
            urls = [f"http://{host}/feed" for host in present]
            run = poll(store, urls, behaviour, over_s=0, for_s=60, concurrency=16)
            first[name] = run.first_lags_s(good)
    assert len(first["beside"]) == len(good)
    assert p95(first["beside"]) <= 2 * p95(first["alone"]) < 60


def test_whoever_takes_two_seconds_is_not_left_among_those_that_hang(store: Store) -> None:
    good, bad = hosts_of(400)
    behaviour = dict.fromkeys(bad, Behaviour(60.0, hangs=True))
    behaviour |= dict.fromkeys(leisurely := good[::20], Behaviour(2.0))
    urls = [f"http://{host}/feed" for host in good + bad]
    run = poll(store, urls, behaviour, over_s=0, for_s=120, concurrency=16)
    # 80 bad ones for a minute each in 14 slots would be six minutes.
    assert len(run.first_lags_s(leisurely)) == len(leisurely)
    assert max(run.first_lags_s(leisurely)) < 45
    assert run.n_asked(leisurely) <= 2 * len(leisurely)


def test_a_silent_host_is_asked_three_times_at_most_before_its_failure_is_recorded(
    store: Store,
) -> None:
    good, bad = hosts_of(400)
    behaviour = dict.fromkeys(bad, Behaviour(15.0, hangs=True))
    urls = [f"http://{host}/feed" for host in good + bad]
    run = poll(store, urls, behaviour, over_s=0, for_s=290, concurrency=16)
    assert len(run.first_lags_s(bad)) == len(bad)  # and each failure is: none is put off for ever
    assert run.n_asked(bad) <= 3 * len(bad)
    starts = [at_s for host, at_s in run.started if host == bad[0]]
    assert min(later - sooner for sooner, later in pairwise(starts)) >= 1.0


def test_a_small_reader_waits_for_every_host_as_long_as_it_takes(store: Store) -> None:
    good, bad = hosts_of(50)
    behaviour = {host: BAD[n % len(BAD)] for n, host in enumerate(bad)}
    urls = [f"http://{host}/feed" for host in good + bad]
    run = poll(store, urls, behaviour, over_s=0, for_s=61)
    assert len(run.started) == len(run.polls) == 50


def test_where_everything_is_slow_nothing_is_condemned_for_it(store: Store) -> None:
    hosts = [f"h{n}.example" for n in range(600)]
    urls = [f"http://{host}/feed" for host in hosts]
    run = poll(
        store, urls, dict.fromkeys(hosts, Behaviour(1.5)), over_s=0, for_s=120, concurrency=16
    )
    assert len(run.first_lags_s(hosts)) == 600
    # Some fifty are let go until the median is theirs.
    assert run.n_asked(hosts) <= 600 + 80
    with store.writing() as connection:
        slow = connection.exec_driver_sql("SELECT count(*) FROM hosts WHERE is_slow").scalar_one()
    assert slow == 0


def test_a_host_with_500_feeds_starves_nobody_and_is_asked_once_a_second(store: Store) -> None:
    large = [f"http://large.example/{n}" for n in range(500)]
    small = [f"small{n}.example" for n in range(60)]
    urls = large + [f"http://{host}/feed" for host in small]
    run = poll(store, urls, {}, over_s=0, for_s=700, concurrency=4)
    starts = [at_s for host, at_s in run.started if host == "large.example"]
    assert len(starts) == 500
    assert min(later - sooner for sooner, later in pairwise(starts)) > 0.999
    assert starts[-1] <= 500 * 1.2  # a turn a minute, and the tick until its next
    assert max(run.lags_s(small)) < 12  # 60 of them, 3 slots, 0.3 s each, and a tick


def test_a_host_with_many_feeds_gives_its_slot_to_those_who_wait(store: Store) -> None:
    large = [f"http://large{k}.example/{n}" for k in range(2) for n in range(100)]
    run = poll(store, [*large, "http://small.example/feed"], {}, over_s=0, for_s=120, concurrency=2)
    (lag_s,) = run.lags_s(["small.example"])
    assert lag_s <= 62  # both slots were a large host's when it came: one turn, no more


def test_no_more_hosts_are_asked_at_once_than_there_are_slots(store: Store) -> None:
    urls = [f"http://h{n}.example/feed" for n in range(50)]
    run = poll(store, urls, {}, over_s=0, for_s=60, concurrency=8)
    assert run.n_open_most == 8
    assert len(run.polls) == 50


def test_the_same_run_gives_the_same_figures(tmp_path: Path) -> None:
    runs = []
    for name in ("one", "other"):
        with open_store(tmp_path / f"{name}.db") as store:
            urls = [f"http://h{n}.example/feed" for n in range(40)]
            runs.append(poll(store, urls, {"h1.example": BAD[1]}, over_s=60, for_s=120))
    assert runs[0] == runs[1]
