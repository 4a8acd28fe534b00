"""Real feed documents through the whole program: served on loopback, polled, archived, searched, published.

    python -m benchmarks.corpus feeds FEEDS.tar.xz      every document one feed, polled twice
    python -m benchmarks.corpus replay REPLAY.tar.xz    one feed over time, version after version, twice

--order SEED takes the documents in another order (of a replay: all polls, at the same instants), where what is an edit
may differ and what is an article should not; --against FOLDER compares the articles with those of an archive that an
earlier run left by --keep.
The archives hold INDEX.tsv (see their own description): path and how many entries feedparser finds. What is printed is
counted in the archive that was made, never in the parser. With --out FILE the table replaces the section between the
markers of the same name in a Markdown file. Exit code 1 when a promise was broken.
"""

import argparse
import asyncio
import csv
import io
import random
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from archive.config.settings import (
    ArchiveSettings,
    Config,
    FetchSettings,
    PublishSettings,
)
from archive.errors import QueryError
from archive.front import Archive
from archive.model.outcome import Deposited, FeedFailed, FeedOutcome
from archive.output.merged import publish_merged
from archive.output.publish import PublishResult
from archive.store import Store
from archive.store.counting import order_dependent
from archive.store.policy import DepositPolicy
from archive.store.schema import (
    articles,
    dedup_events,
    revisions,
    sightings,
    statements,
    variants,
)
from archive.store.sqlite import open_reader
from archive.store.subscriptions import Subscription
from archive.store.upkeep import check
from archive.words.tokens import tokens
from benchmarks.report import CpuUsed, cpu_used, machine, peak_mb, write_section
from benchmarks.serving import Document, Served, serving
from ingest.demo.atomcheck import faults_of
from ingest.engine import running
from ingest.feed.parse import PARSER_VERSION
from ingest.logs import set_up_logs

T = TypeVar("T")
Place = tuple[str, str | None, str | None]

TITLES_SOUGHT = 1_000
SHOWN = 20
MOST_MB = 250
START = datetime(2026, 1, 5, 6, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Indexed:
    """A line of INDEX.tsv."""

    path: str
    n_entries: int
    seen_at: datetime | None


@dataclass(slots=True)
class Result:
    """What a run came to."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def tell(self, name: str, value: object) -> None:
        """Add a line to the table."""
        self.rows.append((name, f"{value:,}" if isinstance(value, int) else str(value)))

    def must(self, held: bool, promise: str) -> None:
        """Note a promise that does not hold."""
        if not held:
            self.broken.append(promise)


def main() -> int:
    """Run one part and print its table."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("part", choices=["feeds", "replay"])
    asked.add_argument("corpus", type=Path)
    asked.add_argument("--out", type=Path, help="a Markdown file whose section is replaced")
    asked.add_argument("--keep", type=Path, help="a folder to leave the archive in")
    asked.add_argument(
        "--order", type=int, help="take the documents in another order, by this seed"
    )
    asked.add_argument("--against", type=Path, help="an archive's folder to compare articles with")
    told = asked.parse_args()
    set_up_logs("text", "error")
    result = Result()
    with tempfile.TemporaryDirectory() as scratch:
        folder = told.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        run = feeds if told.part == "feeds" else replay
        run(told.corpus, folder, result, told.order)
        tell_order(folder, told.against, result)
    width = max(len(name) for name, _ in result.rows)
    for name, value in result.rows:
        print(f"{name:<{width}}  {value}")
    for promise in result.broken:
        print(f"BROKEN: {promise}", file=sys.stderr)
    if told.out is not None:
        write_section(told.out, f"corpus {told.part}", [("", machine()), *result.rows])
    return 1 if result.broken else 0


def shuffled(values: Iterable[T], order: int | None) -> list[T]:
    """Return values in an order of their own, the one they have without `order`."""
    ordered = list(values)
    if order is not None:
        random.Random(order).shuffle(ordered)
    return ordered


def tell_order(folder: Path, against: Path | None, result: Result) -> None:
    """Count the sightings that depend on the order: as this archive counts them, as another one shows."""
    with closing(open_reader(str(folder / "archive.db"))) as reader:
        result.tell("sightings counted as dependent on the order", order_dependent(reader))
    if against is not None:
        here, there = clusters(folder), clusters(against)
        differing = [place for place in here.keys() & there.keys() if here[place] != there[place]]
        result.tell("sightings in one archive alone", len(here.keys() ^ there.keys()))
        result.tell("sightings whose article is made of others", len(differing))
        for feed, guid, url in sorted(differing, key=repr)[:SHOWN]:
            result.tell("  differs", f"{feed} {guid} {url}")


def clusters(folder: Path) -> dict[Place, frozenset[Place]]:
    """Return the places (feed, guid, address) of an archive, each with all those of its article."""
    rows = (
        "SELECT v.article_id, f.name, s.guid, s.url FROM sightings AS s"
        " JOIN variants AS v ON v.id = s.variant_id JOIN feeds AS f ON f.id = s.feed_id"
    )
    found: dict[int, set[Place]] = defaultdict(set)
    with closing(open_reader(str(folder / "archive.db"))) as reader:
        for article, *place in reader.rows(rows):
            found[article].add((place[0], place[1], place[2]))
    return {place: frozenset(places) for places in found.values() for place in places}


def read_index(corpus: Path) -> list[Indexed]:
    """Return the lines of the index, without the subscription lists. Reads nothing else into memory."""
    with tarfile.open(corpus) as packed:
        member = next(one for one in packed if one.name.partition("/")[2] == "INDEX.tsv")
        lines = io.StringIO(_content(packed, member).decode())
    return [
        Indexed(
            row["path"],
            int(row["feedparser_entries"] or 0),
            datetime.fromisoformat(row["seen_at"]) if row.get("seen_at") else None,
        )
        for row in csv.DictReader(lines, delimiter="\t")
        if row.get("group") != "opml"
    ]


def read_bodies(corpus: Path) -> dict[str, bytes]:
    """Return all documents by path."""
    with tarfile.open(corpus) as packed:
        return {
            member.name.partition("/")[2]: _content(packed, member)
            for member in packed
            if member.isfile()
        }


def _content(packed: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    opened = packed.extractfile(member)
    assert opened is not None, "a file has bytes"
    return opened.read()


# ---- every document one feed --------------------------------------------------------------------


def feeds(corpus: Path, folder: Path, result: Result, order: int | None) -> None:
    """Poll each document as a feed of its own, twice; a document ends as entries or as a typed failure.

    The documents are read by the process that serves them, so that this one's memory is the program's own.
    """
    index = read_index(corpus)
    with serving({}) as served, open_store(folder) as store:
        served.replace(partial(numbered_documents, corpus))
        ids = {}
        for n, one in shuffled(enumerate(index), order):
            wanted = Subscription(url=f"{served.base(n)}/{n}", name=f"f{n}", page="never")
            ids[store.add_feed(wanted, now=START)[0].id] = one
        config = config_of(folder)
        result.tell("RSS before polling, MB", peak_mb())
        first, used = poll(store, config, list(ids), at=START)
        result.tell("peak RSS after polling, MB", peak_mb())
        published = publish_all(store, config)
        result.tell("peak RSS after publishing too, MB", peak_mb())
        result.must(peak_mb() <= MOST_MB, f"the process grew to {peak_mb()} MB")
        facts = count(store)
        second, _ = poll(store, config, list(ids), at=START + timedelta(hours=2))
        again = count(store)
        found_in_two = sum(done.n_new + done.n_joined + done.n_revised for done in second)
        result.tell("feeds polled", len(first))
        report_entries(first, ids, result)
        tell_counts(facts, result)
        result.tell("second round: new, joined or revised", found_in_two)
        result.must(facts == again, f"a second round changed the archive: {facts} -> {again}")
        report_failures(first, ids, result)
        result.tell("CPU ms a feed, main process", f"{used.main_s * 1000 / len(first):.1f}")
        result.tell("CPU ms a feed, parsing processes", f"{used.others_s * 1000 / len(first):.1f}")
        finish(store, published, folder, result)


def numbered_documents(corpus: Path) -> dict[str, Document]:
    """Return the documents of a corpus as they are served: /0, /1, and so on, in the order of its index."""
    bodies = read_bodies(corpus)
    return {f"/{n}": document_of(one, bodies) for n, one in enumerate(read_index(corpus))}


def report_entries(first: Sequence[Deposited], ids: dict[int, Indexed], result: Result) -> None:
    """Compare what was archived with what the index says was there."""
    n_entries = n_rejected = n_whole = 0
    short: list[str] = []
    for done in first:
        assert isinstance(done.outcome, FeedOutcome)
        one = ids[done.outcome.job.feed_id]
        n_kept = done.n_new + done.n_joined + done.n_revised + done.n_seen
        n_entries += n_kept
        n_rejected += done.n_rejected
        if n_kept + done.n_rejected >= one.n_entries:
            n_whole += 1
        else:
            short.append(
                f"{one.path}: {n_kept} kept, {done.n_rejected} rejected of {one.n_entries}"
            )
    share = n_whole / len(first)
    result.tell("entries kept", n_entries)
    result.tell("entries rejected", n_rejected)
    result.tell("documents with all their entries", f"{n_whole:,} of {len(first):,} ({share:.2%})")
    for line in short:
        result.tell("  not all", line)
    result.must(share >= 0.99, "over 1 % of documents lost entries")
    result.must(n_rejected <= 0.01 * max(1, n_entries), "over 1 % of entries were rejected")


def report_failures(first: Sequence[Deposited], ids: dict[int, Indexed], result: Result) -> None:
    """Count the failures by reason, and name those where feedparser finds entries."""
    reasons: Counter[str] = Counter()
    for done in first:
        assert isinstance(done.outcome, FeedOutcome)
        if isinstance(done.outcome.result, FeedFailed):
            one = ids[done.outcome.job.feed_id]
            failed = done.outcome.result
            reasons[f"{failed.reason}"] += 1
            if one.n_entries:
                result.tell("  failed, though entries are in it", f"{one.path}: {failed.detail}")
            result.must(failed.reason != "deposit", f"{one.path}: {failed.detail}")
    for reason, n_feeds in reasons.most_common():
        result.tell(f"documents that failed: {reason}", n_feeds)


# ---- one feed over time -------------------------------------------------------------------------


def replay(corpus: Path, folder: Path, result: Result, order: int | None) -> None:
    """Poll the versions of each folder in their order of time, twice over."""
    index, bodies = read_index(corpus), read_bodies(corpus)
    by_feed: dict[str, list[Indexed]] = defaultdict(list)
    for one in index:
        by_feed[one.path.split("/")[0]].append(one)
    versions = sorted(index, key=lambda one: (one.seen_at or START, one.path))
    start = versions[0].seen_at or START
    if order is not None:
        instants = [one.seen_at for one in versions]
        versions = [
            replace(one, seen_at=instant)
            for one, instant in zip(shuffled(versions, order), instants, strict=True)
        ]
    with serving({}) as served, open_store(folder) as store:
        config = config_of(folder)
        ids: dict[str, int] = {}
        for n, name in enumerate(by_feed):
            wanted = Subscription(
                url=f"{served.base(n)}/{name}", name=name.replace("_", "-"), page="never"
            )
            ids[name] = store.add_feed(wanted, now=start)[0].id
        before = cpu_used()
        done = asyncio.run(_replay_all(store, config, served, versions, bodies, ids))
        cpu_s = cpu_used().main_s - before.main_s
        facts = count(store)
        tell_counts(facts, result)
        result.tell("versions polled", len(done))
        _report_guids(store, result)
        shift = (versions[-1].seen_at or START) - start + timedelta(days=1)
        again = asyncio.run(_replay_all(store, config, served, versions, bodies, ids, shift=shift))
        result.tell("second pass: new articles", sum(one.n_new for one in again))
        result.must(not sum(one.n_new for one in again), "a second pass made new articles")
        result.tell("CPU ms a version, main process", f"{cpu_s * 1000 / len(done):.1f}")
        finish(store, publish_all(store, config), folder, result)


async def _replay_all(
    store: Store,
    config: Config,
    served: Served,
    versions: Iterable[Indexed],
    bodies: dict[str, bytes],
    ids: dict[str, int],
    *,
    shift: timedelta = timedelta(0),
) -> list[Deposited]:
    done: list[Deposited] = []
    clock = [START]
    async with running(
        store, config, clock=lambda: clock[0], rand=lambda: 0.5, on_deposit=done.append
    ) as engine:
        for one in versions:
            name = one.path.split("/")[0]
            clock[0] = (one.seen_at or START) + shift
            served.replace({f"/{name}": Document(bodies[one.path])})
            store.make_due([ids[name]], now=clock[0])
            await engine.until_idle(only=frozenset([ids[name]]))
    return done


def _report_guids(store: Store, result: Result) -> None:
    """Count guids against articles: every guid chain is to end as one article."""
    with store.writing() as connection:
        rows = connection.exec_driver_sql(
            "SELECT f.name, count(DISTINCT s.guid_digest), count(DISTINCT v.article_id),"
            " (SELECT count(*) FROM (SELECT 1 FROM sightings s2 JOIN variants v2 ON v2.id = s2.variant_id"
            "   WHERE s2.feed_id = f.id GROUP BY s2.guid_digest HAVING count(DISTINCT v2.article_id) > 1))"
            " FROM feeds f JOIN sightings s ON s.feed_id = f.id JOIN variants v ON v.id = s.variant_id"
            " GROUP BY f.id"
        ).all()
        titles = connection.exec_driver_sql(
            "SELECT f.name, count(*) FROM (SELECT t.sighting_id, count(DISTINCT t.title) AS n FROM statements t"
            " WHERE t.source = 'feed' GROUP BY t.sighting_id HAVING n > 1) x"
            " JOIN sightings s ON s.id = x.sighting_id JOIN feeds f ON f.id = s.feed_id GROUP BY f.id"
        ).all()
    for name, n_guids, n_articles, n_split in rows:
        result.tell(
            f"{name}: guids, articles, guids in several articles",
            f"{n_guids}, {n_articles}, {n_split}",
        )
        result.must(n_split == 0, f"{name}: a guid chain ended as several articles")
    for name, n_titles in titles:
        result.tell(f"{name}: sightings whose title changed", n_titles)


# ---- what both share ----------------------------------------------------------------------------


def document_of(one: Indexed, bodies: dict[str, bytes]) -> Document:
    """Return a document as a plain server sends it: no charset, a type by what it is."""
    body = bodies[one.path]
    is_json = one.path.endswith(".json") or body.lstrip()[:1] == b"{"
    return Document(body, "application/feed+json" if is_json else "application/xml")


def open_store(folder: Path) -> Store:
    """Make the archive of a run."""
    return Store.open(
        str(folder / "archive.db"),
        create=True,
        policy=DepositPolicy(parser_version=PARSER_VERSION, settle_s=0),
    )


def config_of(folder: Path) -> Config:
    """Return settings for loopback: no pause between requests, private networks open."""
    return Config(
        archive=ArchiveSettings(url=str(folder / "archive.db")),
        fetch=FetchSettings(allow_networks=("127.0.0.0/8",), min_host_gap_s=0.0),
        publish=PublishSettings(dir=folder / "public", title="Corpus"),
    )


def poll(
    store: Store, config: Config, ids: list[int], *, at: datetime
) -> tuple[list[Deposited], CpuUsed]:
    """Poll feeds once, at an instant; returns what was deposited and the CPU it took, start-up aside."""
    done: list[Deposited] = []
    used: list[CpuUsed] = []

    async def once() -> None:
        async with running(
            store, config, clock=lambda: at, rand=lambda: 0.5, on_deposit=done.append
        ) as engine:
            before = cpu_used()
            await engine.until_idle(only=frozenset(ids))
            used.append(cpu_used() - before)

    store.make_due(ids, now=at)
    asyncio.run(once())
    return done, used[0]


def count(store: Store) -> dict[str, int]:
    """Count what the archive holds."""
    with store.writing() as connection:
        held = {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (articles, revisions, sightings, statements)
        }
        held["edits"] = (
            connection.scalar(
                sa.select(sa.func.count())
                .select_from(revisions)
                .where(revisions.c.kind.in_(("substantial", "minor")))
            )
            or 0
        )
        held["duplicates joined"] = (
            connection.scalar(
                sa.select(sa.func.count(sa.distinct(dedup_events.c.sighting_id))).where(
                    dedup_events.c.verdict.in_(("same", "revision"))
                )
            )
            or 0
        )
    return held


def tell_counts(facts: dict[str, int], result: Result) -> None:
    """Add the archive's counts to the table."""
    for name, n_rows in facts.items():
        result.tell(name, n_rows)


def publish_all(store: Store, config: Config) -> PublishResult:
    """Publish what has settled once ten minutes have passed since the last poll."""
    now = store.latest_instant() or START
    return publish_merged(store, config, now=now + timedelta(minutes=11))


def finish(store: Store, published: PublishResult, folder: Path, result: Result) -> None:
    """Search, look at what was published, check: what every run ends with."""
    find_titles(store, folder, result)
    faults = faults_of(published.path.read_bytes())
    result.tell(
        "published feed",
        f"{published.n_entries} entries, {published.n_bytes:,} bytes, {len(faults)} faults",
    )
    result.must(not faults, f"the feed is not valid: {faults[:3]}")
    with store.writing() as connection:
        troubles = check(connection)
    result.tell("check", "sound" if not troubles else str(troubles))
    result.must(not troubles, f"the archive is not sound: {troubles}")
    size_mb = (folder / "archive.db").stat().st_size / 1e6
    result.tell("archive.db, MB", f"{size_mb:.1f}")


def find_titles(store: Store, folder: Path, result: Result) -> None:
    """Seek random titles as phrases: each must be among what is found."""
    with store.writing() as connection:
        rows = connection.execute(
            sa.select(articles.c.public_id, revisions.c.title)
            .join(variants, variants.c.id == articles.c.primary_variant_id)
            .join(revisions, revisions.c.id == variants.c.revision_id)
            .where(revisions.c.title != "")
            .order_by(articles.c.id)
        ).all()
    with Archive.open(str(folder / "archive.db")) as archive:
        # "???" is a title, but no word that could be sought.
        spoken = [(row.public_id, row.title) for row in rows if tokens(row.title)]
        sought = random.Random(7).sample(spoken, min(TITLES_SOUGHT, len(spoken)))
        missed = [title for article, title in sought if not _is_found(archive, article, title)]
    result.tell("random titles found again", f"{len(sought) - len(missed):,} of {len(sought):,}")
    for title in missed[:10]:
        result.tell("  not found", title[:80])
    result.must(not missed, f"{len(missed)} titles were not found")


def _is_found(archive: Archive, article: str, title: str) -> bool:
    phrase = title.replace('"', " ")
    try:
        found = archive.search(f'title:"{phrase}"', limit=200)
    except QueryError as error:
        print(f"{title!r}: {error}", file=sys.stderr)
        return False
    return any(hit.id == article for hit in found.hits)


if __name__ == "__main__":
    sys.exit(main())
