"""CPU of parsing alone: a document to entries, beside feedparser as it comes on the same bytes.

    python -m benchmarks.parsing                        feeds made here
    python -m benchmarks.parsing FEEDS.tar.xz           also the documents of a corpus (see `benchmarks.corpus`)
    python -m benchmarks.parsing --out docs/performance.md

Both parsers take turns at each document, so that a busy machine slows both; the best of `--runs` counts. The slice
floor is what a poll for one new entry cannot do without: one look over the document, one pass that cuts it, and
feedparser on its head and that entry. Nothing here decides a test.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import feedparser

from archive.errors import NotAFeed
from benchmarks.corpus import read_bodies, read_index
from benchmarks.report import machine, write_section
from benchmarks.speed import feed_of
from ingest.feed.parse import PARSER_VERSION, parse_feed
from ingest.feed.scan import make_ready
from ingest.feed.slices import cut

URL = "http://127.0.0.1/feed"
N_MADE = 60


def main() -> int:
    """Measure each set of documents and print the table."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("corpus", type=Path, nargs="?")
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--out", type=Path, help="a Markdown file whose section is replaced")
    told = asked.parse_args()
    sets = {
        "short": [feed_of(n, n_words=60) for n in range(N_MADE)],
        "whole": [feed_of(n, n_words=500) for n in range(N_MADE)],
    }
    if told.corpus is not None:
        by_path = read_bodies(told.corpus)
        sets["corpus"] = [by_path[each.path] for each in read_index(told.corpus)]
    rows = [("", machine())]
    for name, bodies in sets.items():
        rows += [(f"{name}: {what}", figure) for what, figure in measured(bodies, told.runs)]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")
    if told.out is not None:
        write_section(told.out, "parsing", rows)
    return 0


def measured(bodies: Sequence[bytes], n_runs: int) -> list[tuple[str, str]]:
    """Return the lines of one set: all of each document, then one new entry of those that can be cut."""
    whole = [best_of(n_runs, bare(body), whole_of(body)) for body in bodies]
    polls = [poll for body in bodies if (poll := poll_of(body)) is not None]
    new = [best_of(n_runs, poll.floor, poll.one_new, poll.none_new) for poll in polls]
    mb = sum(map(len, bodies)) / 1e6
    theirs, ours = (sum(column) for column in zip(*whole, strict=True))
    floor, one_new, none_new = (sum(column) * 1000 / len(new) for column in zip(*new, strict=True))
    return [
        ("documents, MB", f"{len(bodies)}, {mb:.1f}"),
        ("feedparser as it comes, MB/s", f"{mb / theirs:.2f}"),
        ("parse_feed, MB/s", f"{mb / ours:.2f} ({theirs / ours:.2f} x feedparser)"),
        ("parse_feed, slowest document, CPU ms", f"{max(each[1] for each in whole) * 1000:.0f}"),
        (f"slice floor over {len(new)} feeds, CPU ms a feed", f"{floor:.2f}"),
        ("one new entry, CPU ms a feed", f"{one_new:.2f} ({one_new / floor:.2f} x the floor)"),
        ("no new entry, CPU ms a feed", f"{none_new:.2f}"),
    ]


@dataclass(frozen=True, slots=True)
class Poll:
    """One feed polled again: what must be done at least, and what is done."""

    floor: Callable[[], object]
    one_new: Callable[[], object]
    none_new: Callable[[], object]


def poll_of(body: bytes) -> Poll | None:
    """Return the polls of a document of ten entries or more, its first one new; None where it is not cut."""
    try:
        entries = parse_feed(body, URL).entries
        ready = make_ready(body, None)
        if len(entries) < 10 or ready.is_json or cut(ready.body, PARSER_VERSION) is None:
            return None
    except NotAFeed:
        return None

    def floor() -> None:
        found = cut(make_ready(body, None).body, PARSER_VERSION)
        assert found is not None
        fed(found.assemble([0]), is_cleaned=False)

    known = frozenset(entry.digest for entry in entries)
    but_first = known - {entries[0].digest}
    return Poll(
        floor,
        lambda: parse_feed(body, URL, known=but_first),
        lambda: parse_feed(body, URL, known=known),
    )


def bare(body: bytes) -> Callable[[], object]:
    """Return feedparser's parse as it comes; what stops it is its own matter."""
    return lambda: fed(body, is_cleaned=True)


def fed(body: bytes, *, is_cleaned: bool) -> object:
    """Let feedparser read `body`, with its own cleaning of HTML and resolving of addresses or without."""
    return feedparser.parse(
        BytesIO(body),
        response_headers={"content-location": URL},
        sanitize_html=is_cleaned,
        resolve_relative_uris=is_cleaned,
    )


def whole_of(body: bytes) -> Callable[[], object]:
    """Return our parse of all of a document."""
    return lambda: parse_feed(body, URL)


def best_of(n_runs: int, *actions: Callable[[], object]) -> tuple[float, ...]:
    """Run the actions in turn, `n_runs` times; return the least CPU seconds of each."""
    best = [float("inf")] * len(actions)
    for _ in range(n_runs):
        for index, action in enumerate(actions):
            before = time.process_time()
            try:
                action()
            except Exception:  # noqa: BLE001  # broken documents stop either parser; time counts
                pass
            best[index] = min(best[index], time.process_time() - before)
    return tuple(best)


if __name__ == "__main__":
    sys.exit(main())
