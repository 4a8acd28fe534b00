"""How late feeds are asked when a fifth of all hosts hangs or trickles: hours of polling in simulated time.

    python -m benchmarks.lag                              10,000 feeds for six hours, about three minutes
    python -m benchmarks.lag --feeds 1000 --hours 3
    python -m benchmarks.lag --out docs/performance.md

Each run is made twice, with all hosts good and with a fifth of them bad: no connection (10 s), silence (15 s), a drip
until the deadline (60 s). The lag of a poll is the start of its request minus the instant it was due. Feeds are due
over an hour and nothing is known of them; or all at once, after a night without the service, and it is known who was
slow; or all at once and nothing is known, as after a first import. Where all are due at once their first polls alone
count: hours of polls in good time would hide them. Exit code 1 when a promise was broken.
"""

import argparse
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from archive.store.schema import hosts
from benchmarks.corpus import open_store
from benchmarks.report import machine, write_section
from benchmarks.simulation import Behaviour, Run, simulate, spread_feeds
from ingest.logs import set_up_logs

BAD = (
    Behaviour(10.0, hangs=True),
    Behaviour(15.0, hangs=True),
    Behaviour(60.0, hangs=True),
)
BAD_EVERY = 5


@dataclass(frozen=True, slots=True)
class Case:
    """When feeds are due, whether it is known who was slow, and for how long they are polled (None: as asked)."""

    name: str
    over_s: float
    is_known: bool = False
    for_s: float | None = None


CASES = (
    Case("due over an hour", 3_600.0),
    Case("all due at once after a night", 0.0, is_known=True, for_s=900.0),
    Case("all due at once at a first import", 0.0, for_s=900.0),
)

MOST_S = 60.0
MOST_TIMES = 2.0


def main() -> int:
    """Run both and print the table."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("--feeds", type=int, default=10_000)
    asked.add_argument("--hours", type=float, default=6)
    asked.add_argument("--out", type=Path, help="a Markdown file whose section is replaced")
    told = asked.parse_args()
    set_up_logs("text", "critical")
    rows: list[tuple[str, str]] = [("", machine())]
    broken: list[str] = []
    n_bad = told.feeds // BAD_EVERY
    for case in CASES:
        alone = p95_lag_s(told.feeds, told.hours, case, with_bad=False)
        beside = p95_lag_s(told.feeds, told.hours, case, with_bad=True)
        what = f"{told.feeds - n_bad:,} good feeds, {case.name}, p95 of the lag, s"
        rows.append((f"{what}: no bad ones", f"{alone:.1f}"))
        rows.append((f"{what}: beside {n_bad:,} bad ones", f"{beside:.1f}"))
        if beside > MOST_S or beside > MOST_TIMES * alone:
            broken.append(f"{what}: {beside:.1f} beside bad ones, {alone:.1f} without")
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")
    for promise in broken:
        print(f"BROKEN: {promise}", file=sys.stderr)
    if told.out is not None:
        write_section(told.out, "lag", rows)
    return 1 if broken else 0


def p95_lag_s(n_feeds: int, hours: float, case: Case, *, with_bad: bool) -> float:
    """Return the p95 of the lag of the good feeds of a run."""
    good, bad = hosts_of(n_feeds)
    behaviour = {host: BAD[n % len(BAD)] for n, host in enumerate(bad)} if with_bad else {}
    with tempfile.TemporaryDirectory() as scratch, open_store(Path(scratch)) as store:
        present = good + bad if with_bad else good
        spread_feeds(store, [f"http://{host}/feed" for host in present], over_s=case.over_s)
        if case.is_known:
            with store.writing() as connection:
                slow = sa.update(hosts).where(hosts.c.name.in_([f"{host}:80" for host in bad]))
                connection.execute(slow.values(is_slow=True))
        run: Run = simulate(store, behaviour, for_s=case.for_s or hours * 3_600)
    lags_s = run.lags_s(good) if case.over_s else run.first_lags_s(good)
    assert len(lags_s) >= len(good), "some were not polled at all"
    return statistics.quantiles(lags_s, n=20)[18]


def hosts_of(n_feeds: int) -> tuple[list[str], list[str]]:
    """Return the good and the bad hosts of a run, one feed each."""
    names = [f"h{n}.example" for n in range(n_feeds)]
    return [h for n, h in enumerate(names) if n % BAD_EVERY], names[::BAD_EVERY]


if __name__ == "__main__":
    sys.exit(main())
