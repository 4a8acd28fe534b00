"""What identity costs an article: an archive is filled by the real deposit, and identity's part of it is timed.

Invented articles of 20 to 1,500 words by Zipf's law; one in ten is a mould with other names and figures, one in twenty
a story that another paper printed before under a lead of its own. Identity's part is: looking candidates up, reading
them, comparing, and making and writing the key rows. CPU is this process's.
"""

import random
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial, wraps
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from archive.model.outcome import Exchange, FeedJob, FeedOutcome, FeedParsed, Validators
from archive.model.stated import Entry, ParsedFeed
from archive.store import Store, drafts, entries, stating
from archive.store.known import Known
from archive.store.schema import identity_keys, url_keys
from archive.store.subscriptions import Subscription
from benchmarks.identity_cases import LANGUAGES, World
from benchmarks.invented import Tongue, tongues
from ingest.pace import PaceSettings, plan

N_FEEDS = 40
A_POLL = 25  # new entries of a poll
A_GROUP = 8  # outcomes of a transaction, as a busy engine has them
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
KEY_TABLES = (identity_keys.name, url_keys.name, "ix_url_keys_sighting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU and bytes an article; `last_ms` is of the last tenth, when the archive is full."""

    n_articles: int
    identity_ms: float
    last_ms: float
    deposit_ms: float
    key_bytes: float


class _Timer:
    """CPU spent in wrapped functions, outermost only."""

    def __init__(self) -> None:
        self.spent_s = 0.0
        self._depth = 0

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def timed(*args: Any, **options: Any) -> Any:
            began = time.process_time()
            self._depth += 1
            try:
                return function(*args, **options)
            finally:
                self._depth -= 1
                if not self._depth:
                    self.spent_s += time.process_time() - began

        return timed


class _TimedInsert:
    """An insert into a key table, with its rows' writing timed."""

    def __init__(self, prepared: Any, timer: _Timer) -> None:
        self.write_all = timer.wrap(prepared.write_all)


@contextmanager
def _timing(timer: _Timer) -> Iterator[None]:
    """Time identity's part of a deposit for as long as this lasts."""
    plain = drafts._insert

    def insert(table: Any, columns: tuple[str, ...]) -> Any:
        prepared = plain(table, columns)
        return _TimedInsert(prepared, timer) if table in (identity_keys, url_keys) else prepared

    places: tuple[tuple[Any, str], ...] = (
        (Known, "load_candidates"),
        (entries.EntryDeposit, "_candidates"),
        (entries, "decide_entry"),
        (stating, "_draft_keys"),
    )
    before = [getattr(owner, name) for owner, name in places]
    for (owner, name), function in zip(places, before, strict=True):
        setattr(owner, name, timer.wrap(function))
    drafts._insert = insert  # type: ignore[assignment]  # the same shape, with a clock
    try:
        yield
    finally:
        drafts._insert = plain
        for (owner, name), function in zip(places, before, strict=True):
            setattr(owner, name, function)


def measure(n_articles: int) -> Cost:
    """Fill an archive of about so many articles, and return what identity took of it."""
    timer, made = _Timer(), _Maker()
    with TemporaryDirectory() as folder, Store.open(f"{folder}/archive.db", create=True) as store:
        ids = [
            store.add_feed(
                Subscription(url=f"https://paper{n}.example/feed", page="never"), now=FIRST
            )[0].id
            for n in range(N_FEEDS)
        ]
        n_rounds = max(1, n_articles // (A_POLL * A_GROUP))
        total_s, last_s = 0.0, 0.0
        with _timing(timer):
            for number in range(n_rounds):
                if number == n_rounds * 9 // 10:
                    last_s = timer.spent_s
                feeds = [ids[(number * A_GROUP + k) % N_FEEDS] for k in range(A_GROUP)]
                total_s += _round(store, feeds, made, FIRST + timedelta(minutes=10 * number))
        n_made = n_rounds * A_POLL * A_GROUP
        n_last = (n_rounds - n_rounds * 9 // 10) * A_POLL * A_GROUP
        return Cost(
            n_articles=n_made,
            identity_ms=1e3 * timer.spent_s / n_made,
            last_ms=1e3 * (timer.spent_s - last_s) / n_last,
            deposit_ms=1e3 * total_s / n_made,
            key_bytes=_key_bytes(Path(folder) / "archive.db") / n_made,
        )


def _round(store: Store, feed_ids: list[int], made: "_Maker", now: datetime) -> float:
    """Poll some feeds, each with new entries, and return the CPU of the deposit."""
    store.make_due(feed_ids, now=now)
    leases = store.claim_hosts(now=now, owner="bench", limit=len(feed_ids), only_feeds=feed_ids)
    outcomes = []
    for lease in leases:
        jobs, _, _ = store.due_work(lease, now=now, parser_version=1, only=feed_ids)
        outcomes += [_outcome(job, made, now) for job in jobs]
    planned = partial(plan, rand=lambda: 0.5, settings=PaceSettings())
    began = time.process_time()
    deposited = store.deposit(outcomes, now=now, plan=planned)
    spent = time.process_time() - began
    assert sum(one.n_new + one.n_joined for one in deposited) == A_POLL * len(feed_ids)
    for lease in leases:
        store.release(lease)
    return spent


def _outcome(job: FeedJob, made: "_Maker", now: datetime) -> FeedOutcome:
    stated = tuple(made.entry(job.url, position, now) for position in range(A_POLL))
    parsed = ParsedFeed(format="rss20", entries=stated, n_items=A_POLL)
    result = FeedParsed(
        parsed=parsed, body=b"", body_digest=stated[0].digest, validators=Validators(url=job.url)
    )
    exchange = Exchange(requested_url=job.url, url=job.url, started_at=now, status=200)
    return FeedOutcome(job=job, exchange=exchange, result=result)


class _Maker:
    """Makes entries, numbered; the same ones in every run."""

    def __init__(self) -> None:
        self.n = 0
        self.tongues = tuple(tongues().values())
        self.printed: list[tuple[str, str]] = []  # lately, for other papers to take over

    def entry(self, feed_url: str, position: int, now: datetime) -> Entry:
        self.n += 1
        chance = random.Random(f"cost {self.n}")
        title, text = self._told(chance)
        url = f"{feed_url.removesuffix('/feed')}/2026/{now:%m/%d}/artikel-{self.n}"
        html = "".join(f"<p>{line}</p>" for line in text.split("\n"))
        return Entry(
            guid=url,
            guid_stated=url,
            url=url,
            title=title,
            text=text,
            html=html,
            position=position,
            digest=blake2b(url.encode(), digest_size=16).digest(),
            published_at=now - timedelta(minutes=chance.randrange(60)),
        )

    def _told(self, chance: random.Random) -> tuple[str, str]:
        kind = chance.random()
        if kind < 0.10:
            world = World(chance.choice(LANGUAGES[:5]), chance)
            mould = chance.choice(("weather", "market", "match", "election", "job", "episode"))
            return world.mould(mould, world.slots())
        if kind < 0.15 and self.printed:
            title, text = chance.choice(self.printed)
            return title, " ".join((self._words(chance, 25), *text.split(" ")[20:]))
        n_words = min(1_500, 20 + int(chance.lognormvariate(5.35, 0.65)))
        told = self._words(chance, chance.randint(5, 11)), self._words(chance, n_words)
        self.printed = [*self.printed[-200:], told]
        return told

    def _words(self, chance: random.Random, n: int) -> str:
        tongue: Tongue = chance.choice(self.tongues)
        last = tongue.sums[-1]
        words = [tongue.words[bisect_left(tongue.sums, chance.random() * last)] for _ in range(n)]
        for at in range(0, n, 12):
            words[at] = words[at].capitalize()
        for at in range(40, n, 40):
            words[at] = str(chance.randrange(3000))
        return " ".join(words)


def _key_bytes(file: Path) -> int:
    """Return the bytes of the pages that hold key rows."""
    import sqlite3

    with sqlite3.connect(file) as connection:
        held = ",".join("?" * len(KEY_TABLES))
        (size,) = connection.execute(
            f"select sum(pgsize) from dbstat where name in ({held})", KEY_TABLES
        ).fetchone()
    return int(size)
