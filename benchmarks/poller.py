"""What polling costs when nothing is new, side by side with curl, and what finding due work costs in a big archive.

    python -m benchmarks.poller                           all parts
    python -m benchmarks.poller --part hosts              304s of 1,000 feeds, each at a host of its own, beside curl
    python -m benchmarks.poller --part pass               5,000 feeds unchanged, in one pass
    python -m benchmarks.poller --part claim              due work out of 1,000,000 feeds
    python -m benchmarks.poller --out docs/performance.md

A host is an address of 127.0.0.0/8, so that no connection serves two feeds. Feeds hold 30 short entries, all of them
known. Log lines are written as the service writes them, to nowhere. CPU is user and system time of the polling process
(nothing is parsed); the documents are served by another one. Exit code 1 when a promise was broken.
"""

import argparse
import asyncio
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import aiohttp

from archive.config.settings import ArchiveSettings, Config, FetchSettings
from archive.model.outcome import Deposited, Exchange, FeedJob, FeedOutcome, FeedUnchanged
from archive.store import Store
from archive.store.frontier import Release
from archive.store.instants import to_us
from archive.store.schema import feeds as feeds_table
from archive.store.schema import hosts as hosts_table
from archive.store.subscriptions import Subscription
from benchmarks.corpus import open_store
from benchmarks.report import cpu_used, machine, peak_mb, write_section
from benchmarks.serving import Document, Served, serving
from benchmarks.speed import feed_of
from ingest.engine import Engine, running
from ingest.feed.parse import PARSER_VERSION
from ingest.logs import set_up_logs
from ingest.pace import PaceSettings, plan

START = datetime(2026, 1, 5, 6, tzinfo=UTC)
N_WORDS = 12

MOST_MS = 1.2
MOST_PASS_S = 8.0
MOST_MB = 250
MOST_FILES = 64 + 256 + 128
"""Open files during a pass: connections in use, idle ones that are kept, those that are being closed, and what the
process has open anyway."""
MOST_CLAIM_MS = 10.0


@dataclass(slots=True)
class Table:
    """What is printed, and the promises that did not hold."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def tell(self, name: str, value: str) -> None:
        """Add a line."""
        self.rows.append((name, value))

    def must(self, name: str, value: float, at_most: float) -> None:
        """Note a figure that is over what was promised."""
        if value > at_most:
            self.broken.append(f"{name}: {value:.3g}, promised {at_most:g}")


def main() -> int:
    """Run the parts and print the table."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("--part", choices=PARTS, action="append", help="all of them by default")
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--out", type=Path, help="a Markdown file whose section is replaced")
    asked.add_argument("--passes-of", type=int, help=argparse.SUPPRESS)
    told = asked.parse_args()
    if told.passes_of:
        print(json.dumps(asdict(measure_passes(told.passes_of, told.runs))))
        return 0
    table = Table()
    for part in told.part or PARTS:
        PARTS[part](told.runs, table)
    width = max(len(name) for name, _ in table.rows)
    for name, value in table.rows:
        print(f"{name:<{width}}  {value}")
    for promise in table.broken:
        print(f"BROKEN: {promise}", file=sys.stderr)
    if told.out is not None:
        write_section(told.out, "poller", [("", machine()), *table.rows])
    return 1 if table.broken else 0


# ---- passes over unchanged feeds ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passes:
    """What passes over feeds came to that answered 304: CPU seconds of each pass, memory and open files at most."""

    cpu_s: list[float]
    aiohttp_s: list[float]
    curl_s: list[float]
    rss_mb: int
    n_files: int


def hosts(n_runs: int, table: Table, n_feeds: int = 1_000) -> None:
    """Measure a 304 at a host of its own, and curl on the same addresses in the same run."""
    done = _apart(n_feeds, n_runs)
    ours = statistics.median(done.cpu_s) * 1000 / n_feeds
    low, high = (edge(done.cpu_s) * 1000 / n_feeds for edge in (min, max))
    table.tell(
        f"304 at a host of its own, CPU ms a feed, median of {n_runs}",
        f"{ours:.2f} ({low:.2f} to {high:.2f})",
    )
    table.must("304, CPU ms", ours, MOST_MS)
    bare = statistics.median(done.aiohttp_s) * 1000 / n_feeds
    table.tell("aiohttp alone on the same addresses, CPU ms a feed", f"{bare:.2f}")
    if not done.curl_s:
        table.tell("curl --parallel", "is not installed here")
        return
    curl = statistics.median(done.curl_s) * 1000 / n_feeds
    table.tell("curl --parallel on the same addresses, CPU ms a feed", f"{curl:.2f}")
    table.tell("against curl: ours, aiohttp alone", f"{ours / curl:.1f}, {bare / curl:.1f}")


def one_pass(_: int, table: Table, n_feeds: int = 5_000) -> None:
    """Measure one pass over many feeds that have nothing new."""
    done = _apart(n_feeds, 1)
    name = f"{n_feeds:,} feeds unchanged in one pass"
    table.tell(f"{name}, CPU s", f"{done.cpu_s[0]:.2f}")
    table.tell(f"{name}, peak RSS of the process, their first poll included, MB", f"{done.rss_mb}")
    table.tell(f"{name}, open files at most", f"{done.n_files}")
    table.must(f"{name}, CPU s", done.cpu_s[0], MOST_PASS_S)
    table.must(f"{name}, MB", done.rss_mb, MOST_MB)
    table.must(f"{name}, files", done.n_files, MOST_FILES)


def _apart(n_feeds: int, n_runs: int) -> Passes:
    """Measure in a process of its own, whose memory is then the poller's and nothing else's."""
    words = ["-m", "benchmarks.poller", "--passes-of", str(n_feeds), "--runs", str(n_runs)]
    told = subprocess.run(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return Passes(**json.loads(told.stdout))


def measure_passes(n_feeds: int, n_runs: int) -> Passes:
    """Subscribe, poll once cold, then measure passes a day apart."""
    set_up_logs("text", "info")
    with (
        tempfile.TemporaryDirectory() as scratch,
        serving({}, n_hosts=1, everywhere=True) as served,
    ):
        served.replace(partial(documents, n_feeds))
        with open_store(Path(scratch)) as store:
            for n in range(n_feeds):
                wanted = Subscription(url=address(served, n), name=f"f{n}", page="never")
                store.add_feed(wanted, now=START)
            return asyncio.run(_passes(store, Path(scratch), served, n_feeds, n_runs))


def documents(n_feeds: int) -> dict[str, Document]:
    """Return what the server answers with; called over there."""
    return {f"/{n}": Document(feed_of(n, n_words=N_WORDS), validators=True) for n in range(n_feeds)}


def address(served: Served, n: int) -> str:
    """Return the n-th feed's address."""
    return f"{served.own_base(n)}/{n}"


async def _passes(store: Store, folder: Path, served: Served, n_feeds: int, n_runs: int) -> Passes:
    clock = [START]
    statuses: list[int | None] = []
    cpu_s: list[float] = []
    aiohttp_s: list[float] = []
    curl_s: list[float] = []
    addresses = [address(served, n) for n in range(n_feeds)]

    def note(deposited: Deposited) -> None:
        statuses.append(deposited.outcome.exchange.status)

    config = Config(
        archive=ArchiveSettings(url=str(folder / "archive.db")),
        fetch=FetchSettings(allow_networks=("127.0.0.0/8",)),
    )
    async with (
        running(store, config, clock=lambda: clock[0], rand=lambda: 0.5, on_deposit=note) as engine,
        counting_files() as n_files,
    ):
        await engine.until_idle()
        for _ in range(n_runs):
            statuses.clear()
            clock[0] += timedelta(hours=25)
            cpu_s.append(await _cpu_of_pass(engine))
            assert statuses == [304] * n_feeds, "a pass asks every feed, and none has anything new"
            aiohttp_s.append(await _aiohttp_s(addresses))
            if shutil.which("curl"):
                curl_s.append(_curl_s(folder, addresses))
    return Passes(
        cpu_s=cpu_s,
        aiohttp_s=aiohttp_s,
        curl_s=curl_s,
        rss_mb=peak_mb(),
        n_files=max(n_files),
    )


async def _cpu_of_pass(engine: Engine) -> float:
    before = cpu_used()
    await engine.until_idle()
    used = cpu_used() - before
    return used.main_s + used.others_s


@asynccontextmanager
async def counting_files() -> AsyncIterator[list[int]]:
    """Count the open files of this process over and over while the block runs."""
    counts: list[int] = []

    async def count() -> None:
        while True:
            counts.append(_n_open_files())
            await asyncio.sleep(0.05)

    counting = asyncio.create_task(count())
    try:
        yield counts
    finally:
        counting.cancel()


def _n_open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def _aiohttp_s(addresses: Sequence[str]) -> float:
    """Return the CPU seconds of the HTTP library alone over the same addresses, 64 at a time, each told 304."""
    left = list(addresses)
    before = time.process_time()
    # Nothing is kept open: no second request goes to any of these hosts.
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def ask() -> None:
            while left:
                async with session.get(left.pop(), headers={"If-None-Match": "*"}) as response:
                    assert response.status == 304

        await asyncio.gather(*(ask() for _ in range(64)))
    return time.process_time() - before


def _curl_s(folder: Path, addresses: Sequence[str]) -> float:
    """Return the CPU seconds of one curl that asks all addresses, 64 at a time, and is told 304 by each."""
    config = folder / "curl.cfg"
    lines = [f'url = "{url}"\noutput = "/dev/null"' for url in addresses]
    config.write_text('header = "If-None-Match: *"\n' + "\n".join(lines), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        ["curl", "--silent", "--parallel", "--parallel-max", "64", "--config", str(config)],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# ---- due work out of many feeds ------------------------------------------------------------------

BATCH = 64
N_TICKS = 400
SLOW_EVERY = 5
N_LARGE_HOSTS = 1_000
FEEDS_OF_A_LARGE_HOST = 100


def claim(_: int, table: Table, n_feeds: int = 1_000_000) -> None:
    """Measure claims of 64 hosts and of what is due there, while 32 feeds a second are due and are polled.

    100,000 of the feeds share 1,000 hosts, the others have one each; every fifth host is slow.
    """
    with tempfile.TemporaryDirectory() as scratch, open_store(Path(scratch)) as store:
        _fill(store, n_feeds)
        claims, both, n_jobs = _claims(store, n_feeds)
    for name, figures in (("64 hosts", claims), ("64 hosts, and what is due there", both)):
        wall = statistics.quantiles([wall for wall, _ in figures], n=20)
        cpu = statistics.quantiles([cpu for _, cpu in figures], n=20)
        table.tell(
            f"claim of {name} out of {n_feeds:,} feeds, ms: median, p95, p95 of CPU alone",
            f"{wall[9]:.1f}, {wall[18]:.1f}, {cpu[18]:.1f}",
        )
        # By CPU: on a machine that does other things too, the wall clock tells of them.
        table.must(f"claim of {name}, CPU ms", cpu[18], MOST_CLAIM_MS)
    table.tell("feeds that were claimed and polled meanwhile", f"{n_jobs:,}")


def _fill(store: Store, n_feeds: int) -> None:
    """Write feeds that were all polled before, due over the next hours as at 32 polls a second."""
    n_shared = min(n_feeds // 10, N_LARGE_HOSTS * FEEDS_OF_A_LARGE_HOST)
    n_hosts = N_LARGE_HOSTS + n_feeds - n_shared
    with store.writing() as connection:
        rows = _host_rows(n_hosts)
        for batch in _in_batches(rows):
            connection.execute(hosts_table.insert(), batch)
        for batch in _in_batches(_feed_rows(n_feeds, n_shared)):
            connection.execute(feeds_table.insert(), batch)
        connection.exec_driver_sql(
            "UPDATE hosts SET next_at = (SELECT min(next_poll_at) FROM feeds WHERE host_id = hosts.id)"
            " WHERE id IN (SELECT host_id FROM feeds)"
        )
        connection.exec_driver_sql("ANALYZE")


def _host_rows(n_hosts: int) -> Iterator[dict[str, object]]:
    for n in range(1, n_hosts + 1):
        yield {
            "id": n,
            "digest": n.to_bytes(16),
            "name": f"h{n}.example:443",
            "next_at": 0,
            "hold_until": 0,
            "lease_until": 0,
            "owner": "",
            "is_slow": n % SLOW_EVERY == 0,
            "robots_at": 0,
        }


def _feed_rows(n_feeds: int, n_shared: int) -> Iterator[dict[str, object]]:
    for n in range(1, n_feeds + 1):
        host = 1 + n % N_LARGE_HOSTS if n <= n_shared else N_LARGE_HOSTS + n - n_shared
        # Spread over the hours by a step that shares no factor with their number.
        due_at = START + timedelta(seconds=n * 7_919 % n_feeds / 32)
        url = f"https://h{host}.example/{n}"
        yield {
            "id": n,
            "name": f"f{n}",
            "host_id": host,
            "url": url,
            "birth_url": url,
            "origin": "cli",
            "state": "active",
            "etag": f'"{n}"',
            "validators_url": url,
            "body_digest": n.to_bytes(16),
            "parser_version": PARSER_VERSION,
            "unconditional_at": to_us(START + timedelta(days=8)),
            "window_confirmed_at": to_us(START),
            "next_poll_at": to_us(due_at),
            "created_at": to_us(START),
        }


def _in_batches(rows: Iterator[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    batch: list[dict[str, object]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == 10_000:
            yield batch
            batch = []
    if batch:
        yield batch


Figures = list[tuple[float, float]]
"""Milliseconds of wall clock and of CPU."""


def _claims(store: Store, n_feeds: int) -> tuple[Figures, Figures, int]:
    """Tick through the hours, and time the claims; what is claimed is polled between two of them."""
    settings = PaceSettings()
    planned = partial(plan, rand=lambda: 0.5, settings=settings)
    claims: Figures = []
    both: Figures = []
    n_jobs = 0
    for tick in range(N_TICKS):
        now = START + timedelta(seconds=2 * (tick + 1))
        clock = Stopwatch()
        leases = store.claim_hosts(now=now, owner="bench", limit=BATCH, slow_limit=8)
        claims.append(clock.read())
        _, work = store.write_turns(
            [],
            [],
            [(lease, None) for lease in leases],
            now=now,
            plan=planned,
            parser_version=PARSER_VERSION,
        )
        both.append(clock.read())
        jobs = [job for feeds, _, _ in work for job in feeds]
        n_jobs += len(jobs)
        store.write_turns(
            [unchanged(job, now) for job in jobs],
            [Release(lease=lease, is_slow=lease.is_slow, not_before=now) for lease in leases],
            [],
            now=now,
            plan=planned,
            parser_version=PARSER_VERSION,
        )
    return claims, both, n_jobs


class Stopwatch:
    """Reads how long it has run."""

    def __init__(self) -> None:
        self._wall_s, self._cpu_s = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Return milliseconds of wall clock and of this process's CPU."""
        wall_s, cpu_s = time.perf_counter() - self._wall_s, time.process_time() - self._cpu_s
        return wall_s * 1000, cpu_s * 1000


def unchanged(job: FeedJob, now: datetime) -> FeedOutcome:
    """Return a 304."""
    exchange = Exchange(requested_url=job.url, url=job.url, started_at=now, status=304)
    return FeedOutcome(
        job=job, exchange=exchange, result=FeedUnchanged(not_modified=True, validators=None)
    )


PARTS: dict[str, Callable[[int, Table], None]] = {"hosts": hosts, "pass": one_pass, "claim": claim}


if __name__ == "__main__":
    sys.exit(main())
