"""CPU and memory of polling and of the commands, side by side with what can be installed beside it.

    python -m benchmarks.speed                          all parts
    python -m benchmarks.speed --reader PYTHON          also lemon24/reader, in that interpreter's environment
    python -m benchmarks.speed --newsboat               also newsboat, where it is installed
    python -m benchmarks.speed --out docs/performance.md

Feeds are made here: 30 entries each, a headline and a summary of 60 words (`short`) or an article of 500 (`whole`).
Each figure is the median of `--runs` runs in this one process; ratios are of figures taken in the same run. Nothing
here decides a test.
"""

import argparse
import asyncio
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

from archive.store import Store
from archive.store.subscriptions import Subscription
from benchmarks.corpus import config_of, open_store, poll
from benchmarks.report import cpu_used, machine, peak_mb, write_section
from benchmarks.serving import Document, Served, serving
from ingest.engine import running
from ingest.logs import set_up_logs

N_ENTRIES = 30
WARM_UP = 16
START = datetime(2026, 1, 5, 6, tzinfo=UTC)

VOCABULARY = """
minister kabinet gemeente stikstof akkoord begroting debat kamer motie partij coalitie regen wind storm dijk polder
trein spoor staking bond werk loon huis huur woning bouw school leraar kind zorg arts ziekenhuis patiënt onderzoek
rapport cijfer procent miljoen euro bedrijf winst verlies markt energie gas prijs klimaat grens oorlog vrede leger
verdrag rechter zaak vonnis politie brand schade burgemeester inwoner plan besluit de het een en van in op voor met
aan bij uit naar over door om maar ook nog niet wel
"""
WORDS = tuple(VOCABULARY.split())


def feed_of(n: int, *, n_words: int, edition: int = 0) -> bytes:
    """Return an RSS document of 30 entries, the newest first; a later `edition` has that many new ones on top."""
    items = []
    for k in range(edition + N_ENTRIES, edition, -1):
        chance = random.Random(f"{n}/{k}")
        headline = " ".join(chance.choices(WORDS, k=8)).capitalize()
        key = chance.getrandbits(40)
        # Papers do not publish in the same second: n moves each by some.
        at = START - timedelta(days=1) + timedelta(minutes=10 * k, seconds=n * 7 % 599)
        items.append(
            f"<item><title>{escape(headline)}</title><link>https://krant{n}.example/artikel/{key}</link>"
            f"<guid>https://krant{n}.example/?p={key}</guid><pubDate>{format_datetime(at, usegmt=True)}</pubDate>"
            f"<category>nieuws</category><description>{escape(_html(chance, n, n_words))}</description></item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>Krant {n}</title><link>https://krant{n}.example/</link><language>nl</language>"
        f"{''.join(items)}</channel></rss>"
    ).encode()


def _html(chance: random.Random, n: int, n_words: int) -> str:
    """Return paragraphs of about 40 words with a link in each and a picture on top, as feeds have them."""
    parts = [
        f'<img src="https://krant{n}.example/foto/{chance.getrandbits(32)}.jpg" width="600" alt="">'
    ]
    for start in range(0, n_words, 40):
        words = chance.choices(WORDS, k=min(40, n_words - start))
        words[len(words) // 2] = f'<a href="/thema/{words[0]}" class="intern">{words[1]}</a>'
        parts.append(f"<p>{' '.join(words).capitalize()}.</p>")
    return "".join(parts)


def main() -> int:
    """Run the parts and print the table."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("--feeds", type=int, default=200)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--reader", type=Path, help="python of an environment with lemon24/reader")
    asked.add_argument("--newsboat", action="store_true", help="newsboat too, from the PATH")
    asked.add_argument("--out", type=Path)
    told = asked.parse_args()
    set_up_logs("text", "error")
    rows: list[tuple[str, str]] = [("", machine())]
    for kind, n_words in (("short", 60), ("whole", 500)):
        rows += polling(kind, n_words, told.feeds, told.runs, Peers(told.reader, told.newsboat))
    rows += memory()
    rows += commands(told.runs)
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")
    if told.out is not None:
        write_section(told.out, "speed", rows)
    return 0


# ---- polling ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Peers:
    """What else is measured on the same feeds: an interpreter that has lemon24/reader, and newsboat."""

    reader: Path | None
    newsboat: bool


def polling(
    kind: str, n_words: int, n_feeds: int, n_runs: int, peers: Peers
) -> list[tuple[str, str]]:
    """Measure a cold poll, unchanged bytes, one new entry, and a 304, in CPU ms a feed."""
    bodies = [feed_of(n, n_words=n_words) for n in range(n_feeds)]
    newer = [feed_of(n, n_words=n_words, edition=1) for n in range(n_feeds)]
    figures: dict[str, list[float]] = {}
    for _ in range(n_runs):
        for name, value in _one_run(bodies, newer, peers).items():
            figures.setdefault(name, []).append(value)
    middle = {name: statistics.median(values) for name, values in figures.items()}
    bare = middle.pop("feedparser alone")
    rows = [(f"{kind}: feedparser alone on the same bytes, CPU ms a feed", f"{bare:.1f}")]
    for name, value in middle.items():
        rows.append(
            (f"{kind}: {name}, CPU ms a feed", f"{value:.2f} ({value / bare:.2f} x feedparser)")
        )
    return rows


def _one_run(bodies: list[bytes], newer: list[bytes], peers: Peers) -> dict[str, float]:
    n_feeds = len(bodies)
    documents = {f"/{n}": Document(body) for n, body in enumerate(bodies)}
    found = {"feedparser alone": _feedparser_ms(bodies)}
    with tempfile.TemporaryDirectory() as scratch, serving(documents, n_hosts=64) as served:
        folder = Path(scratch)
        with open_store(folder) as store:
            found |= asyncio.run(_phases(store, folder, served, newer))
        served.replace(documents)
        addresses = [f"{served.base(n)}/{n}" for n in range(n_feeds)]
        if peers.reader is not None:
            found |= _reader_ms(peers.reader, folder, addresses)
        if peers.newsboat:
            found |= _newsboat_ms(folder, addresses)
    return found


async def _phases(
    store: Store, folder: Path, served: Served, newer: list[bytes]
) -> dict[str, float]:
    """Poll cold, then unchanged, then with one new entry, then unmodified; CPU ms a feed of all processes."""
    n_feeds = len(newer)
    ids = _subscribe(store, served.base, n_feeds)
    clock = [START]
    found: dict[str, float] = {}
    async with running(
        store, config_of(folder), clock=lambda: clock[0], rand=lambda: 0.5
    ) as engine:

        async def poll_all(which: list[int], hours: float) -> float:
            clock[0] = START + timedelta(hours=hours)
            store.make_due(which, now=clock[0])
            before = cpu_used()
            await engine.until_idle(only=frozenset(which))
            used = cpu_used() - before
            return (used.main_s + used.others_s) * 1000 / len(which)

        # Start-up aside: a few feeds pay for the parsing processes and for what is imported once.
        await poll_all(ids[:WARM_UP], 0)
        rest = ids[WARM_UP:]
        found["cold, with the index"] = await poll_all(rest, 0)
        found["unchanged bytes"] = await poll_all(rest, 2)
        served.replace({f"/{n}": Document(body, validators=True) for n, body in enumerate(newer)})
        found["one new entry"] = await poll_all(rest, 4)
        found["304"] = await poll_all(rest, 6)
    return found


def _subscribe(store: Store, base: Callable[[int], str], n_feeds: int) -> list[int]:
    return [
        store.add_feed(Subscription(url=f"{base(n)}/{n}", name=f"f{n}", page="never"), now=START)[
            0
        ].id
        for n in range(n_feeds)
    ]


def _feedparser_ms(bodies: list[bytes]) -> float:
    import feedparser

    before = time.process_time()
    for body in bodies:
        feedparser.parse(body)
    return (time.process_time() - before) * 1000 / len(bodies)


READER = """
import sys, time
from reader import make_reader
r = make_reader(sys.argv[1])
r.enable_search()
for url in sys.argv[2].split():
    r.add_feed(url, exist_ok=True)
def timed(what):
    before = time.process_time()
    for _ in r.update_feeds_iter():
        pass
    r.update_search()
    print(what, (time.process_time() - before) * 1000 / len(sys.argv[2].split()))
timed("cold")
"""


def _reader_ms(python: Path, folder: Path, addresses: list[str]) -> dict[str, float]:
    """Let lemon24/reader do the same: update and index, cold."""
    told = subprocess.run(
        [python, "-c", READER, str(folder / "reader.sqlite"), " ".join(addresses)],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = dict(line.split() for line in told.stdout.splitlines())
    return {f"lemon24/reader, {what}": float(value) for what, value in lines.items()}


def _newsboat_ms(folder: Path, addresses: list[str]) -> dict[str, float]:
    """Let newsboat fetch and keep the same feeds, cold and again; it has no index and joins nothing."""
    (folder / "urls").write_text("\n".join(addresses) + "\n", encoding="utf-8")
    (folder / "newsboat.conf").write_text("reload-threads 2\n", encoding="utf-8")
    command = [
        *("newsboat", "-u", str(folder / "urls"), "-c", str(folder / "newsboat.db")),
        *("-C", str(folder / "newsboat.conf"), "-x", "reload"),
    ]
    return {
        f"newsboat, {what}": _cpu_of(command) * 1000 / len(addresses)
        for what in ("cold", "unchanged bytes")
    }


def _cpu_of(command: list[str]) -> float:
    """Return CPU seconds of a command that must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# ---- memory -------------------------------------------------------------------------------------


def memory(n_feeds: int = 1_000) -> list[tuple[str, str]]:
    """Poll 1,000 feeds in a process of its own and report its peak, and its largest worker's."""
    script = (
        "from benchmarks.speed import report_memory; import sys; report_memory(int(sys.argv[1]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, str(n_feeds)], capture_output=True, text=True, check=True
    )
    main_mb, worker_mb = told.stdout.split()
    return [
        (f"peak RSS of the main process over {n_feeds:,} feeds, MB", main_mb),
        ("peak RSS of the largest parsing process, MB", worker_mb),
    ]


def report_memory(n_feeds: int) -> None:
    """Print this process's peak RSS and its largest worker's, in MB, after polling `n_feeds` cold."""
    set_up_logs("text", "error")
    documents = {f"/{n}": Document(feed_of(n, n_words=200)) for n in range(n_feeds)}
    workers: list[int] = []
    with tempfile.TemporaryDirectory() as scratch, serving(documents, n_hosts=64) as served:
        documents.clear()
        with open_store(Path(scratch)) as store:
            ids = _subscribe(store, served.base, n_feeds)
            asyncio.run(_watched(store, Path(scratch), ids, workers))
    print(peak_mb(), max(workers))


async def _watched(store: Store, folder: Path, ids: list[int], workers: list[int]) -> None:
    store.make_due(ids, now=START)
    async with running(store, config_of(folder), clock=lambda: START, rand=lambda: 0.5) as engine:
        await engine.until_idle(only=frozenset(ids))
        workers += [peak_mb(pid) for pid in _all_below(os.getpid())]


def _all_below(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            if b"bench-server" not in Path(f"/proc/{child}/comm").read_bytes():
                found += [int(child), *_all_below(int(child))]
    return found


# ---- commands -----------------------------------------------------------------------------------


def commands(n_runs: int) -> list[tuple[str, str]]:
    """Measure whole processes, piped: CPU of the command line where a person waits for it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        documents = {f"/{n}": Document(feed_of(n, n_words=200)) for n in range(30)}
        with serving(documents) as served, open_store(folder) as store:
            poll(store, config_of(folder), _subscribe(store, served.base, 30), at=START)
        (folder / "config.toml").write_text('[archive]\nurl = "archive.db"\n', encoding="utf-8")
        return [
            (
                f"newsarchive {' '.join(words)}, CPU s of the whole process",
                f"{_median(folder, words, n_runs):.3f}",
            )
            for words in (
                ["--help"],
                ["search", "stikstof"],
                ["search", "minister akkoord", "--json"],
            )
        ]


def _median(folder: Path, words: list[str], n_runs: int) -> float:
    command = [str(Path(sys.executable).with_name("newsarchive")), "-C", str(folder), *words]
    figures = [_cpu_of(command) for _ in range(max(5, n_runs))]
    return statistics.median(figures)


if __name__ == "__main__":
    sys.exit(main())
