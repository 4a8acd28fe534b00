"""Reading article pages: CPU beside trafilatura, a worker's start and memory, and pages made to be slow.

    python -m benchmarks.pages                          pages made here
    python -m benchmarks.pages ARTICLES.tar.xz          also the pages of a corpus: gold.jsonl with a file and url each
    python -m benchmarks.pages --out docs/performance.md

Both read each page in turn, text and metadata together, so that a busy machine slows both; the best of `--runs`
counts. A worker's start is judged by its CPU, for the wall clock of a shared machine says little. Each bad page is read
by a process of its own, warm from one good page: CPU of the reading, peak memory of the process, what came of it.
Exit code 1 when a limit is broken: 1.5 times trafilatura (median), 2 s a page, 400 MB and 1.5 s to start for a worker,
and no exception anywhere.
"""

import argparse
import asyncio
import gzip
import json
import logging
import os
import random
import statistics
import subprocess
import sys
import tarfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.report import machine, peak_mb, write_section
from benchmarks.speed import WORDS

URL = "https://paper.example/news/the-old-lock-opens-after-eleven-years"
AT = datetime(2026, 5, 20, 14, 40, tzinfo=UTC)
N_MADE = 40
CPU_RATIO, PAGE_S, WORKER_MB, START_S = 1.5, 2.0, 400, 1.5


@dataclass(frozen=True, slots=True)
class Page:
    """A page and the address it is read as."""

    body: bytes
    url: str = URL


def main() -> int:
    """Measure, print the table, and say which limits were broken."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("corpus", type=Path, nargs="?")
    asked.add_argument("--runs", type=int, default=2)
    asked.add_argument("--out", type=Path, help="a Markdown file whose section is replaced")
    asked.add_argument("--one", choices=BAD, help=argparse.SUPPRESS)
    told = asked.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    if told.one:
        print(json.dumps(read_alone(BAD[told.one]())))
        return 0
    sets = {"made": [Page(article(n)) for n in range(N_MADE)]}
    if told.corpus is not None:
        sets["corpus"] = pages_of(told.corpus)
    rows, broken = [("", machine())], list[str]()
    for name, pages in sets.items():
        rows += beside_trafilatura(name, pages, told.runs, broken)
    rows += worker([page for pages in sets.values() for page in pages], broken)
    for name in BAD:
        rows.append(bad(name, broken))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")
    if told.out is not None:
        write_section(told.out, "pages", rows)
    for said in broken:
        print(f"broken: {said}", file=sys.stderr)
    return 1 if broken else 0


# ---- pages ---------------------------------------------------------------------------------------


def article(n: int) -> bytes:
    """Return a page as papers make them, of 150 kB: styles, scripts, menus, teasers, and 8 to 24 paragraphs in them."""
    chance = random.Random(n)

    def words(least: int, most: int) -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(least, most))).capitalize()

    title = words(6, 9)
    linked = {"@type": "NewsArticle", "headline": title, "datePublished": "2026-05-19T08:15:00Z"}
    style = "".join(f".{chance.choice(WORDS)}-{k}{{margin:{k}px}}" for k in range(1_500))
    script = f"<script>window.state={json.dumps({words(1, 3): words(2, 5) for _ in range(1_500)})}</script>"
    menu = "".join(
        f"<li class='item item-{k}'><a class='link' href='/{k}'><span>{words(1, 2)}</span></a></li>"
        for k in range(150)
    )
    text = "".join(f"<p>{words(30, 90)}.</p>" for _ in range(chance.randint(8, 24)))
    remarks = "".join(f"<article><b>Otter</b><p>{words(10, 40)}.</p></article>" for _ in range(12))
    teasers = "".join(
        f"<div class='card'><div class='card-image'><img src='/b/{k}.jpg' alt=''></div><div class='card-text'>"
        f"<h3><a href='/a/{k}'>{words(6, 9)}</a></h3><p>{words(10, 20)}</p></div></div>"
        for k in range(60)
    )
    return (
        f'<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>{title} | Krant</title>'
        f'<script type="application/ld+json">{json.dumps(linked)}</script><style>{style}</style></head><body>'
        f"<nav><ul>{menu}</ul></nav><main><article><h1>{title}</h1>"
        "<p>Regio • Gisteren • leestijd 3 minuten • 334 keer bekeken • bewaren</p>"
        f"{text}</article><section><h2>Reacties (12)</h2>{remarks}</section>"
        f"<aside><h3>Lees ook</h3>{teasers}</aside></main>{script}<footer>Krant</footer></body></html>"
    ).encode()


def pages_of(corpus: Path) -> list[Page]:
    """Return the pages of a corpus in the order of its gold.jsonl."""
    with tarfile.open(corpus) as archive:
        files = {
            member.name.partition("/")[2]: held.read()
            for member in archive
            if (held := archive.extractfile(member)) is not None
        }
    listed = [json.loads(line) for line in files["gold.jsonl"].splitlines()]
    return [Page(_unpacked(files[row["file"]]), row["url"]) for row in listed]


def _unpacked(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


# ---- beside trafilatura --------------------------------------------------------------------------


def beside_trafilatura(
    name: str, pages: Sequence[Page], n_runs: int, broken: list[str]
) -> list[tuple[str, str]]:
    """Return the lines of one set of pages: CPU of both, and the ratio page by page."""
    ours, theirs = [], []
    for page in pages:
        mine, other = best_of(n_runs, lambda p=page: _read(p), lambda p=page: _by_trafilatura(p))
        ours.append(mine * 1000)
        theirs.append(other * 1000)
    ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    if ratio > CPU_RATIO:
        broken.append(f"{name}: {ratio:.2f} times trafilatura")
    return [
        (f"{name}: pages, MB", f"{len(pages)}, {sum(len(p.body) for p in pages) / 1e6:.1f}"),
        (f"{name}: trafilatura with metadata, CPU ms a page, median", _ms(theirs)),
        (f"{name}: parse_article, CPU ms a page, median", _ms(ours)),
        (f"{name}: parse_article, slowest page, CPU ms", f"{max(ours):.0f}"),
        (f"{name}: ratio page by page, median", f"{ratio:.2f}"),
        (f"{name}: ratio in sum", f"{sum(ours) / sum(theirs):.2f}"),
    ]


def best_of(n_runs: int, *works: Callable[[], object]) -> tuple[float, ...]:
    """Return the least CPU seconds of each work; they take turns."""
    best = [float("inf")] * len(works)
    for _ in range(n_runs):
        for n, work in enumerate(works):
            began = time.process_time()
            work()
            best[n] = min(best[n], time.process_time() - began)
    return tuple(best)


def _read(page: Page) -> object:
    from ingest.page import parse_article

    return parse_article(page.body, page.url, fetched_at=AT)


def _by_trafilatura(page: Page) -> object:
    from trafilatura import bare_extraction

    return bare_extraction(page.body, url=page.url, include_comments=False, with_metadata=True)


def _ms(figures: Sequence[float]) -> str:
    return f"{statistics.median(figures):.1f}"


# ---- a worker ------------------------------------------------------------------------------------


def worker(pages: Sequence[Page], broken: list[str]) -> list[tuple[str, str]]:
    """Return what a parsing process takes to start, to read its first page, and to hold after all of them."""
    start_s, first_cpu_s, held_mb = asyncio.run(_through_a_worker(pages))
    if first_cpu_s > START_S:
        broken.append(f"a worker took {first_cpu_s:.2f} s of CPU to start")
    if held_mb > WORKER_MB:
        broken.append(f"a worker held {held_mb} MB")
    return [
        ("worker: started and first page read, s of wall clock", f"{start_s:.2f}"),
        ("worker: the same, s of its CPU", f"{first_cpu_s:.2f}"),
        (
            f"worker: peak memory after {len(pages)} pages, MB, languages told",
            str(held_mb),
        ),
    ]


async def _through_a_worker(pages: Sequence[Page]) -> tuple[float, float, int]:
    from ingest.workers import Workers

    before = _children()
    began = time.monotonic()
    async with Workers(1) as workers:
        await workers.parse_page(pages[0].body, pages[0].url, AT, None, None)
        start_s = time.monotonic() - began
        own = _children() - before
        first_cpu_s = max(map(_cpu_s, own), default=0.0)
        held_mb = 0
        for page in pages:
            await workers.parse_page(page.body, page.url, AT, None, None)
            held_mb = max(held_mb, *(peak_mb(pid) for pid in _children() - before))
    return start_s, first_cpu_s, held_mb


def _children() -> set[int]:
    """Return the processes that descend from this one."""
    found, waiting = set[int](), [os.getpid()]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").iterdir():
            children = [int(pid) for pid in (task / "children").read_text("ascii").split()]
            found.update(children)
            waiting += children
    return found


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# ---- pages that are bad --------------------------------------------------------------------------

TEXT = "".join(f"<p>{' '.join(WORDS[k % 40 : k % 40 + 40])}.</p>" for k in range(6))


def whole(*, head: str = "", title: str = "Kop", line: str = "", more: str = "") -> Page:
    """Return a good page with something bad in one place."""
    return Page(
        f"<html lang=nl><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>"
        f"<p>{line}</p>{TEXT}</article>{more}</body></html>".encode()
    )


def linked(stated: object) -> str:
    """Return a script of linked data."""
    return f'<script type="application/ld+json">{json.dumps(stated)}</script>'


def cyclic() -> Page:
    """Return a page whose linked data goes round: author and publisher are each other, ten thousand times."""
    graph = [
        {"@id": f"#{k}", "@type": "NewsArticle", "author": {"@id": f"#{(k + 1) % 10_000}"}}
        for k in range(10_000)
    ]
    return whole(head=linked({"@graph": graph}))


def dated(stated: str) -> Page:
    """Return a page that states a date which no clock shows."""
    return whole(head=linked({"@type": "NewsArticle", "headline": "Kop", "datePublished": stated}))


def stamped(n: int) -> str:
    """Return so many blocks, each under a clock and a headline."""
    return "".join(
        f'<article><time datetime="2026-05-20T{k // 60 % 24:02}:{k % 60:02}">nu</time>'
        f"<h3>Kop {k}</h3>{TEXT[:400]}</article>"
        for k in range(n)
    )


BAD: dict[str, Callable[[], Page]] = {
    "empty": lambda: Page(b""),
    "binary, 5 MB": lambda: Page(random.Random(1).randbytes(5_000_000)),
    "a wrong charset": lambda: Page(
        whole(line="één café").body.replace(b"<head>", b"<head><meta charset=utf-16>")
    ),
    "one line of 8 MB": lambda: whole(more=f"<p>{'woord ' * 1_400_000}</p>"),
    "one line of 8 MB without a blank": lambda: whole(more=f"<p>{'x' * 8_000_000}</p>"),
    "12 MB of paragraphs": lambda: whole(more=TEXT * 8_000),
    "5,000 scripts of linked data": lambda: whole(
        head="".join(linked({"@type": "NewsArticle", "headline": f"Kop {k}"}) for k in range(5_000))
    ),
    "a script of linked data of 5 MB": lambda: whole(
        head=linked({"@type": "NewsArticle", "keywords": ["woord"] * 600_000})
    ),
    "linked data in a circle": cyclic,
    "a date in year 0": lambda: dated("0000-00-00T00:00:00Z"),
    "a date in year 9999": lambda: dated("9999-12-31T23:59:59Z"),
    "negative counters": lambda: whole(line="-334 keer bekeken • -1 reacties"),
    "a headline of 100 kB": lambda: whole(title="woord " * 17_000),
    "513 levels": lambda: Page(b"<div>" * 513 + TEXT.encode()),
    "100,000 levels": lambda: Page(b"<div>" * 100_000 + TEXT.encode()),
    "100,000 attributes": lambda: whole(more=f"<p {' '.join(f'a{k}=1' for k in range(100_000))}>"),
    "19,000 blocks": lambda: whole(more="<div><p>Een zin.</p></div>" * 9_000),
    "3,000 dated blocks": lambda: whole(more=stamped(3_000)),
    "3,000 headlines that lead away": lambda: Page(
        b'<html><body class="home">'
        + b"".join(b"<div><h2><a href=/a/%d>Kop van %d</a></h2></div>" % (k, k) for k in range(3_000))
    ),
    "2 MB of <": lambda: Page(b"<html>" + b"<" * 2_000_000),
}  # fmt: skip


def read_alone(page: Page) -> dict[str, object]:
    """Read a page in this process, warm from a good one; what is told goes to the parent as JSON."""
    from ingest.page import parse_article

    _read(whole())
    began = time.process_time()
    try:
        found = parse_article(page.body, page.url, fetched_at=AT)
    except Exception as error:  # noqa: BLE001  # the promise that is looked for: a page never raises
        return {"raised": repr(error), "cpu_s": 0.0, "mb": peak_mb()}
    return {
        "cpu_s": time.process_time() - began,
        "mb": peak_mb(),
        "n_words": found.word_count or 0,
        "wall": str(found.wall.kind) if found.wall else "",
    }


def bad(name: str, broken: list[str]) -> tuple[str, str]:
    """Return the line of one bad page, read by a process of its own."""
    asked = [sys.executable, "-m", "benchmarks.pages", "--one", name]
    ended = subprocess.run(asked, check=False, capture_output=True, text=True)
    label = f"bad: {name}"
    if ended.returncode:
        last = ended.stderr.strip().splitlines()[-1:]
        broken.append(f"{name}: the process ended with {ended.returncode}: {' '.join(last)}")
        return label, f"ended with {ended.returncode}"
    said = json.loads(ended.stdout)
    if "raised" in said:
        broken.append(f"{name}: raised {said['raised']}")
    if said["cpu_s"] > PAGE_S or said["mb"] > WORKER_MB:
        broken.append(f"{name}: {said['cpu_s']:.2f} s, {said['mb']} MB")
    came = said.get("raised") or said["wall"] or f"{said['n_words']:,} words"
    return label, f"{said['cpu_s']:.2f} s of CPU, {said['mb']} MB, {came}"


if __name__ == "__main__":
    sys.exit(main())
