"""The demo's run: two days of the sample world, polled, published, searched with the commands that a user has.

Holds no part of the pipeline and no figure: what is told at the end was asked of the archive by those commands
(`ingest.demo.runner`), and how it looks is `ingest.demo.telling`'s affair. Called by `ingest.commands.demo`.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from archive.commands.place import Place
from ingest.demo.atomcheck import faults_of
from ingest.demo.folder import prepare
from ingest.demo.papers import ROUNDS
from ingest.demo.runner import Ran, run
from ingest.demo.server import Newsroom
from ingest.demo.telling import Telling

SEARCHES = (
    ("the forms of a word, in Dutch", "bondgenoot"),
    ("words in a row, in one feed", '"tidal barrier" feed:courier'),
    ("one day", "kronen after:2026-03-02 before:2026-03-03"),
)

WEATHER = "stookadvies"
"""A word that stands in the weather report of every day and nowhere else."""

EVERYTHING = ("search", f"after:{ROUNDS[0].year}", "--limit", "1000", "--json")

EDITS = ("substantial", "minor")

MIN_ID = 4
"""Characters of an id that commands take, if no other article's begins so."""


class Sums(NamedTuple):
    """What the demo came to. `lost` are (feed, guid or link) shown and not found; `faults` those of the feed."""

    n_sightings: int
    n_articles: int
    n_duplicates: int
    n_edits: int
    lost: tuple[tuple[str, str], ...]
    faults: tuple[str, ...]
    n_bytes: int

    @property
    def is_good(self) -> bool:
        """Tell whether nothing was lost and the feed is valid."""
        return not self.lost and not self.faults


def show(place: Place, folder: Path) -> int:
    """Run the demo in `folder`, telling on stdout; return 0, or 1 if something was lost or the feed is not valid.

    Raises UsageError and Busy for a folder that is not the demo's, CommandFailed for a command that fails.
    """
    with Newsroom() as newsroom:
        prepare(folder, [(paper.slug, newsroom.url(paper)) for paper in newsroom.papers])
        telling = Telling(place, folder)
        telling.opening(newsroom.papers)
        for round_, instant in enumerate(ROUNDS, 1):
            newsroom.set_round(round_)
            at = instant.isoformat().replace("+00:00", "Z")
            polled = run(folder, "poll", "--all", "--at", at, "--json")
            telling.polled(round_, polled, newsroom.papers)
            published = run(folder, "publish", "--at", at, "--json")
        shown = newsroom.shown()
    # The papers are closed: from here on everything comes out of the archive.
    articles = run(folder, *EVERYTHING).document()["hits"]
    ids = short_ids([article["id"] for article in articles])
    telling.know(ids)
    telling.joined(_joined(folder, articles, ids))
    telling.kept_apart(_kept_apart(folder, ids))
    telling.edited(_edited(folder, articles, ids))
    for what, query in SEARCHES:
        telling.searched(what, run(folder, "search", query, "--json"))
    sums = _sums(folder, shown)
    telling.published(published, sums.faults)
    telling.summed(sums)
    telling.what_next(called_as(), articles)
    return 0 if sums.is_good else 1


def _joined(
    folder: Path, articles: Sequence[Mapping[str, Any]], ids: Mapping[str, str]
) -> Iterator[Ran]:
    """Yield why each article that was seen in several places or under several names is one."""
    for article in articles:
        if article["sightings"] > 1:
            yield run(folder, "duplicates", ids[article["id"]], "--json")


def _kept_apart(folder: Path, ids: Mapping[str, str]) -> Iterator[Ran]:
    """Yield what the weather reports of the two days were compared with: one mould, two articles."""
    for id_ in run(folder, "search", WEATHER, "--ids").stdout.split():
        yield run(folder, "duplicates", ids[id_], "--json")


def _edited(
    folder: Path, articles: Sequence[Mapping[str, Any]], ids: Mapping[str, str]
) -> Iterator[Ran]:
    """Yield what changed in each edited article, from before its first edit to now."""
    for article in articles:
        if article["revisions"] > 1:
            told = run(folder, "show", article["id"], "--json").document()["revisions"]
            first = next(n for n, revision in enumerate(told) if revision["kind"] in EDITS)
            numbers = str(told[first - 1]["number"]), str(told[-1]["number"])
            yield run(folder, "diff", ids[article["id"]], *numbers, "--json")


def _sums(folder: Path, shown: Sequence[tuple[str, str]]) -> Sums:
    totals = run(folder, "stats", "--json").document()
    kept = {
        (row["feed"], row["guid"] or row["url"])
        for row in run(folder, "export", "--jsonl", "--sightings").rows()
    }
    document = (folder / "feed.xml").read_bytes()
    return Sums(
        n_sightings=totals["sightings"],
        n_articles=totals["articles"],
        n_duplicates=totals["duplicates"],
        n_edits=totals["edits"],
        lost=tuple(key for key in shown if key not in kept),
        faults=faults_of(document),
        n_bytes=len(document),
    )


def short_ids(ids: Sequence[str]) -> dict[str, str]:
    """Return each id's beginning, as short for all as tells them apart."""
    n = MIN_ID
    while len({id_[:n] for id_ in ids}) < len(set(ids)):
        n += 1
    return {id_: id_[:n] for id_ in ids}


def called_as() -> str:
    """Return how the program was called, for commands to try: "newsarchive", or the path that was typed."""
    from shutil import which

    typed = Path(sys.argv[0])
    if typed.name != "newsarchive":
        return "newsarchive"
    found = which("newsarchive")
    return "newsarchive" if found and Path(found) == typed else str(typed)
