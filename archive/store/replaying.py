"""Decides an archive anew in a scratch copy: its history is deposited again, by the rules of today.

    history (what was told, in order) ─┐
    when each article went out ────────┼─> the same deposits of entries and pages as ever ─> another archive
    what people decided ───────────────┘

There is no second implementation of identity: `EntryDeposit` and `PageDeposit` decide. Three things besides the
statements have a say in what they decide, and are told at their time: what else stood in a feed's document, known by
when each sighting was first and last seen; that an article has gone out (its page then relates it, and merges nothing);
and decisions by hand, which hold from when they were made. Search rows are left out.
What came of it is compared with the archive in `archive.store.redeciding`.
"""

import shutil
import sqlite3
import tempfile
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.identity.migration import MIN_ITEMS
from archive.model.hand import HandVerdict
from archive.model.kept import RevisionKind
from archive.model.outcome import (
    Exchange,
    FeedJob,
    FeedOutcome,
    FeedParsed,
    PageFailed,
    PageJob,
    PageOutcome,
    PageRead,
    Reason,
    Rhythm,
    Validators,
)
from archive.model.stated import ParsedFeed
from archive.record import Source
from archive.store.drafts import Drafts
from archive.store.entries import EntryDeposit
from archive.store.faces import Faces
from archive.store.handlinks import DECIDED
from archive.store.history import (
    Bounds,
    Document,
    Told,
    bounds_of,
    documents,
    item_digest,
    page_of,
)
from archive.store.index import IndexedRevision, Indexer, Relabelling
from archive.store.instants import NEVER, to_at, to_us
from archive.store.journal import Journal
from archive.store.merging import merge
from archive.store.pages import PageDeposit
from archive.store.places import places_of
from archive.store.policy import DepositPolicy
from archive.store.prepared import Prepared, driver_of
from archive.store.schema import (
    articles,
    feeds,
    hand_links,
    hosts,
    meta,
    publications,
    sightings,
    tables,
    variants,
)
from archive.store.splitting import Split
from archive.store.stating import draft_statement
from archive.store.store import Store

DOCUMENTS_AT_ONCE: Final = 200
"""Documents deposited in one transaction of the scratch copy: it is thrown away, so only the log's size matters."""

ROWS_AT_ONCE: Final = 5_000

EVEN: Final = Rhythm(interval_s=3600)


class Unindexed(Indexer):
    """An indexer that writes nothing: nobody searches a scratch copy, and its rows would be 2/3 of the work."""

    def add(self, db: sqlite3.Connection, rows: Iterable[IndexedRevision]) -> None:
        """Write nothing."""

    def close(self, db: sqlite3.Connection, revision_ids: Iterable[int], valid_to_us: int) -> None:
        """Write nothing."""

    def remove(self, db: sqlite3.Connection, revision_ids: Iterable[int]) -> None:
        """Write nothing."""

    def relabel(self, db: sqlite3.Connection, changes: Iterable[Relabelling]) -> int:
        """Write nothing."""
        return 0

    def assign(
        self, db: sqlite3.Connection, variant_id: int, *, article_id: int, is_primary: bool, is_private: bool
    ) -> None:  # fmt: skip
        """Write nothing."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision by hand that stands: whether sightings of one side and of the other are one article."""

    at: datetime
    verdict: HandVerdict
    who: str
    pairs: tuple[tuple[int, int], ...]


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a folder of one's own for a scratch copy, where TMPDIR says, and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="newsarchive-replay-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Replay:
    """An archive decided anew. Made once, run once; reads the archive in short pieces, and never writes it.

    `policy` is that of the deposits (`[sites]`). `since` leaves what was first seen before it as it stands.
    """

    def __init__(
        self, store: Store, folder: Path, *, policy: DepositPolicy, since: datetime | None = None
    ) -> None:
        self.store = store
        self.bounds: Bounds = bounds_of(store, None if since is None else to_us(since))
        self.scratch = Store.open(str(folder / "archive.db"), create=True, keep_bodies=False)
        # Pages are part of the history; none is asked for.
        sites = {host: replace(rules, page=None) for host, rules in policy.sites.items()}
        self._policy = replace(policy, sites=sites, recheck=())
        self._indexer = Unindexed()
        self._feeds: dict[int, str] = {}
        self._decided: deque[Decided] = deque()
        self._late: list[Decided] = []
        self._out_until = 0
        self.n_documents = 0
        self.n_statements = 0

    def close(self) -> None:
        """Close the scratch copy."""
        self.scratch.close()

    def run(self) -> Iterator[int]:
        """Deposit the history; yields how many statements are done, from time to time."""
        with self.scratch.writing() as connection:
            # A scratch copy that a kill leaves behind is of no use to anybody.
            for statement in _BOOKS:
                connection.exec_driver_sql(statement)
        with self.store.reading() as source:
            self._copy_frame(source)
            if self.bounds.since_us is not None:
                self._copy_before(source)
            self._decided.extend(_decisions(source))
        history = documents(self.store, self.bounds)
        while some := list(islice(history, DOCUMENTS_AT_ONCE)):
            with self.scratch.writing() as connection:
                for document in some:
                    self._before(connection, document.at)
                    self._deposit(connection, document)
                    self.n_documents += 1
                    self.n_statements += len(document.told)
            yield self.n_statements
        with self.scratch.writing() as connection:
            for decided in (*self._decided, *self._late):
                self._decide(connection, decided)

    # ---- before the history ----------------------------------------------------------------------

    def _copy_frame(self, source: Connection) -> None:
        """Copy what identity depends on beside the history: the archive's id, its feeds, when each article went out."""
        with self.scratch.writing() as target:
            archive_id = source.scalar(sa.select(meta.c.value).where(meta.c.key == "archive_id"))
            target.execute(
                sa.update(meta).where(meta.c.key == "archive_id").values(value=archive_id)
            )
            for table in (hosts, feeds):
                rows = source.execute(sa.select(table))
                while some := rows.fetchmany(ROWS_AT_ONCE):
                    target.execute(table.insert(), [row._asdict() for row in some])
            # No document is a feed's first: what is backlog is no matter here. What its guids are worth is learnt anew.
            target.execute(sa.update(feeds).values(last_good_at=0, guid_policy="unique"))
            for row in target.execute(sa.select(feeds.c.id, feeds.c.url)):
                self._feeds[row.id] = row.url
        self._copy(source, _SETTLED, "INSERT INTO replay_settled VALUES (?, ?, ?)")

    def _copy_before(self, source: Connection) -> None:
        """Copy the articles first seen before `since` as they stand: candidates, and not decided anew."""
        for table, query in _BEFORE.items():
            marks = ", ".join("?" * len(tables.tables[table].columns))
            self._copy(source, query, f"INSERT OR IGNORE INTO {table} VALUES ({marks})")
        with self.scratch.writing() as target:
            db = driver_of(target)
            for statement in _PLACE_BEFORE:
                db.execute(
                    statement, {"since": self.bounds.since_us} if ":since" in statement else ()
                )

    def _copy(self, source: Connection, query: str, insert: str) -> None:
        """Copy the rows of a query into a table of the scratch copy, a piece at a time."""
        with self.scratch.writing() as target:
            values = {"since": self.bounds.since_us or 0, "never": NEVER}
            bound = {name: value for name, value in values.items() if f":{name}" in query}
            rows = driver_of(source).execute(query, bound)
            while some := rows.fetchmany(ROWS_AT_ONCE):
                driver_of(target).executemany(insert, some)

    # ---- documents -------------------------------------------------------------------------------

    def _deposit(self, connection: Connection, document: Document) -> None:
        match document.source:
            case Source.FEED:
                self._deposit_entries(connection, document)
            case Source.PAGE:
                self._deposit_page(connection, document)
            case Source.HAND:
                self._deposit_hand(connection, document)

    def _deposit_entries(self, connection: Connection, document: Document) -> None:
        feed_id = document.feed_id
        url = self._feeds[feed_id]
        job = FeedJob(
            feed_id=feed_id, name="", url=url, host="", host_id=0, epoch=0, owner="replay", rhythm=EVEN,
            page="never", is_private=document.is_private,
        )  # fmt: skip
        seen = self._still_there(connection, document)
        # Documents begin with the newest; a deposit takes them from their end.
        entries = [one.entry for one in reversed(document.told) if one.entry is not None]
        parsed = FeedParsed(
            parsed=ParsedFeed(
                format="replay",
                entries=tuple(entries),
                seen=tuple(seen),
                n_items=len(entries) + len(seen),
            ),
            body=b"",
            body_digest=document.body_digest,
            validators=Validators(url=url),
        )
        last = _last_statement(connection)
        EntryDeposit(
            connection,
            job,
            parsed,
            indexer=self._indexer,
            now=document.at,
            policy=replace(self._policy, parser_version=document.parser_version),
            is_backfill=document.is_backfill,
        ).write(FeedOutcome(job=job, exchange=_exchange(url, document.at), result=parsed))
        self._place_entries(connection, document, last)

    def _still_there(self, connection: Connection, document: Document) -> list[tuple[bytes, int]]:
        """Return the items that stood in a document beside those it told news of, and set the feed as it was before.

        A sighting stands from when it was first seen until it was last. What left with this document was last seen
        when its feed was last asked before; what was last seen earlier has left with a document that told nothing.
        """
        db, at_us = driver_of(connection), to_us(document.at)
        rows = db.execute(_WINDOW, (document.feed_id,)).fetchall()
        told = {self._here(connection, one.sighting) for one in document.told if not one.is_twin}
        asked_before = max((row[3] for row in rows if row[3] < at_us), default=0)
        if asked_before and self._was_asked_between(document, asked_before):
            asked_before += 1
        left = [(row[0],) for row in rows if row[3] < min(asked_before, at_us)]
        db.executemany("UPDATE sightings SET in_window = 0 WHERE id = ?", left)
        # A deposit tells by its feed's parser whether the document is read by a newer one.
        version = document.parser_version - document.is_reparse
        db.execute(_SET_FEED, (version, asked_before, document.feed_id))
        return [(row[1], row[2]) for row in rows if row[3] >= at_us and row[0] not in told]

    def _was_asked_between(self, document: Document, since_us: int) -> bool:
        """Tell whether another document of the feed came after an instant and before this one.

        Asked of the log of polls, which goes back 90 days, where it can matter: to a document of many new entries.
        """
        if len(document.told) < MIN_ITEMS:
            return False
        with self.store.reading() as connection:
            values = (document.feed_id, since_us, to_us(document.at))
            (n_documents,) = driver_of(connection).execute(_POLLED, values).fetchone()
        return int(n_documents) > 1

    def _deposit_page(self, connection: Connection, document: Document) -> None:
        (one,) = document.told
        variant = self._variant_of(connection, one)
        if variant is None:
            return
        statement = one.statement
        url = statement.url or ""
        job = PageJob(
            task_id=0, variant_id=variant, feed_id=document.feed_id, feed_url=url, url=url, host="", host_id=0,
            epoch=0, owner="replay", is_private=document.is_private,
        )  # fmt: skip
        page = PageDeposit(
            connection,
            job,
            indexer=self._indexer,
            now=document.at,
            policy=replace(self._policy, parser_version=document.parser_version),
        )
        exchange = _exchange(url, document.at)
        last = _last_statement(connection)
        if document.body_digest:
            read = PageRead(page=page_of(statement), body=b"", body_digest=document.body_digest)
            page.write(PageOutcome(job=job, exchange=exchange, result=read), read)
        else:  # the file that stood in the page's place
            failed = PageFailed(
                reason=Reason.NOT_HTML, detail="", final=True, enclosure=statement.enclosures[0]
            )
            page.write_failure(PageOutcome(job=job, exchange=exchange, result=failed), failed)
        self._place_other(connection, one, last)

    def _deposit_hand(self, connection: Connection, document: Document) -> None:
        (one,) = document.told
        variant = self._variant_of(connection, one)
        if variant is None:
            return
        last = _last_statement(connection)
        drafts = Drafts(connection)
        draft_statement(
            drafts,
            one.statement,
            digest=one.content_digest,
            traits=None,
            variant_id=variant,
            sighting_id=None,
            at_us=to_us(document.at),
            body_digest=b"",
            parser_version=0,
            note=one.note,
        )
        drafts.flush()
        Faces(connection, self._indexer, now=document.at).derive([variant], cause=RevisionKind.HAND)
        self._place_other(connection, one, last)

    # ---- what became of it -----------------------------------------------------------------------

    def _place_entries(self, connection: Connection, document: Document, last: int) -> None:
        """Note for each statement which sighting of the scratch copy took it."""
        db = driver_of(connection)
        # Whatever took an item has its digest; a wording that stands beside another has made a statement alone.
        took = {row[1]: row for row in db.execute(_WINDOW, (document.feed_id,))}
        taken = {row[4] for row in took.values()}
        made: dict[tuple[bytes, str], deque[tuple[int, int]]] = defaultdict(deque)
        for content, title, statement, sighting in db.execute(_MADE, (last,)):
            if statement not in taken:
                made[content, title].append((statement, sighting))
        for one in document.told:
            row = took.get(item_digest(one.id))
            if row is not None:
                self._place(connection, one, statement=row[4], sighting=row[0])
            elif beside := made.get((one.content_digest, one.title)):
                statement, sighting = beside.popleft()
                self._place(connection, one, statement=statement, sighting=sighting)
            elif (sighting := self._here(connection, one.sighting) or 0) > 0:
                self._place(connection, one, statement=None, sighting=sighting)

    def _place_other(self, connection: Connection, one: Told, last: int) -> None:
        made = _last_statement(connection)
        if made > last:
            self._place(connection, one, statement=made, sighting=None)

    def _place(
        self, connection: Connection, one: Told, *, statement: int | None, sighting: int | None
    ) -> None:
        db = driver_of(connection)
        db.execute(
            "INSERT INTO replay_statements VALUES (?, ?, ?)", (one.id, one.sighting, statement)
        )
        # A twin's wording does not say where its sighting belongs.
        if sighting is not None and not one.is_twin:
            db.execute(
                "INSERT OR REPLACE INTO replay_sightings VALUES (?, ?)", (one.sighting, sighting)
            )
            db.execute(_SEEN_UNTIL, (sighting, one.last_seen_us))

    def _here(self, connection: Connection, sighting: int | None) -> int | None:
        """Return what stands for a sighting in the scratch copy, None if nothing does yet."""
        found = (
            driver_of(connection)
            .execute("SELECT here FROM replay_sightings WHERE sighting = ?", (sighting,))
            .fetchone()
        )
        return None if found is None else int(found[0])

    def _variant_of(self, connection: Connection, one: Told) -> int | None:
        """Return the telling of the scratch copy that a page or a hand speaks of."""
        found = driver_of(connection).execute(_VARIANT_OF, (one.sighting,)).fetchone()
        return None if found is None else int(found[0])

    # ---- what else has a say ---------------------------------------------------------------------

    def _before(self, connection: Connection, at: datetime) -> None:
        """Let happen what happened before an instant: articles went out, people decided."""
        self._let_out(connection, to_us(at))
        while self._decided and self._decided[0].at < at:
            self._decide(connection, self._decided.popleft())

    def _let_out(self, connection: Connection, before_us: int) -> None:
        if before_us <= self._out_until:
            return
        db = driver_of(connection)
        for sighting, at_us, is_out in db.execute(
            "SELECT sighting, at, is_out FROM replay_settled WHERE at >= ? AND at < ? ORDER BY at",
            (self._out_until, before_us),
        ).fetchall():
            found = db.execute(_ARTICLE_OF, (sighting,)).fetchone()
            if found is None:
                continue
            article, revision = found
            db.execute(
                "UPDATE articles SET settled_at = ? WHERE id = ? AND settled_at >= ?",
                (at_us, article, NEVER),
            )
            if is_out:
                connection.execute(
                    publications.insert().values(
                        article_id=article,
                        revision_id=revision,
                        kind="new",
                        updated_at=at_us,
                        face=b"",
                        entry="{}",
                    )
                )
        self._out_until = before_us

    def _decide(self, connection: Connection, decided: Decided) -> None:
        """Join or part by hand, as it was done; what is not there yet waits for the end."""
        there = {sighting for pair in decided.pairs for sighting in pair}
        known = {sighting: self._here(connection, sighting) for sighting in there}
        here = {sighting: found for sighting, found in known.items() if found is not None}
        pairs = [(here[a], here[b]) for a, b in decided.pairs if a in here and b in here]
        left = tuple(pair for pair in decided.pairs if not here.keys() >= set(pair))
        if left:
            self._late.append(replace(decided, pairs=left))
        # What one sighting came to be there cannot be parted: it is told of in the comparison.
        pairs = [(a, b) for a, b in dict.fromkeys(pairs) if a != b]
        if decided.verdict is HandVerdict.MUST:
            self._join(connection, {one for pair in pairs for one in pair}, decided.at)
        else:
            self._part(connection, {a for a, _ in pairs}, {b for _, b in pairs}, decided.at)
        drafts = Drafts(connection)
        for a, b in pairs:
            drafts.insert(
                hand_links,
                a_sighting_id=a,
                b_sighting_id=b,
                verdict=decided.verdict.value,
                who=decided.who,
                at=to_us(decided.at),
                undone_at=None,
            )
        drafts.flush()

    def _join(self, connection: Connection, seen: Collection[int], at: datetime) -> None:
        found = _articles_of(connection, seen)
        faces = Faces(connection, self._indexer, now=at)
        for article in found[1:]:
            merge(connection, faces, article_id=article, into=found[0], now_us=to_us(at))

    def _part(
        self, connection: Connection, one: Collection[int], other: Collection[int], at: datetime
    ) -> None:
        both = set(_articles_of(connection, one)) & set(_articles_of(connection, other))
        for article in sorted(both):
            places = places_of(connection, article)
            leaves = [place for place in places if place.sighting in other]
            stays = [place for place in places if place.sighting not in other]
            split = Split(connection, self._indexer, Journal(connection), now=at)
            split.write(article, stays, leaves)


def _decisions(connection: Connection) -> list[Decided]:
    """Return the decisions by hand that stand and say which article a sighting belongs to, oldest first."""
    rows = connection.execute(
        sa.select(hand_links)
        .where(hand_links.c.undone_at.is_(None), hand_links.c.verdict.in_(DECIDED))
        .order_by(hand_links.c.at, hand_links.c.id)
    ).all()
    return [
        Decided(
            at=to_at(at_us),
            verdict=HandVerdict(verdict),
            who=who,
            pairs=tuple((row.a_sighting_id, row.b_sighting_id) for row in links),
        )
        for (at_us, verdict, who), links in groupby(rows, lambda r: (r.at, r.verdict, r.who))
    ]


def _articles_of(connection: Connection, seen: Collection[int]) -> list[int]:
    """Return the articles of sightings of the scratch copy, first seen first."""
    return [row.id for row in _ARTICLES_OF.rows(connection, ids=sorted(seen))]


def _exchange(url: str, at: datetime) -> Exchange:
    return Exchange(requested_url=url, url=url, started_at=at)


def _last_statement(connection: Connection) -> int:
    found = driver_of(connection).execute("SELECT max(id) FROM statements").fetchone()
    return int(found[0] or 0)


# ---- statements ---------------------------------------------------------------------------------

_BOOKS: Final = (
    "CREATE TABLE replay_statements (statement INTEGER PRIMARY KEY, sighting INTEGER, here INTEGER)",
    "CREATE TABLE replay_sightings (sighting INTEGER PRIMARY KEY, here INTEGER)",
    "CREATE TABLE replay_before (sighting INTEGER PRIMARY KEY)",
    "CREATE TABLE replay_until (here INTEGER PRIMARY KEY, until INTEGER)",
    "CREATE TABLE replay_settled (sighting INTEGER, at INTEGER, is_out INTEGER)",
    "CREATE INDEX ix_replay_settled ON replay_settled (at)",
)
"""Which statement and sighting of the scratch copy stand for which of the archive, until when a sighting stood in its
feed's document, when each article settled, and which sightings were not decided anew."""

_MADE: Final = """
    SELECT t.content_digest, t.title, t.id, t.sighting_id FROM statements t
    WHERE t.id > ? AND t.source = 'feed' ORDER BY t.id"""
_WINDOW: Final = """
    SELECT s.id, s.item_digest, s.position, coalesce(u.until, s.last_seen_at), s.statement_id FROM sightings s
    LEFT JOIN replay_until u ON u.here = s.id WHERE s.feed_id = ? AND s.in_window ORDER BY s.id"""
_SEEN_UNTIL: Final = """
    INSERT INTO replay_until VALUES (?, ?) ON CONFLICT (here) DO UPDATE SET until = max(until, excluded.until)"""
_POLLED: Final = """
    SELECT count(*) FROM polls WHERE feed_id = ? AND started_at > ? AND started_at <= ? AND result = 'parsed'"""
_SET_FEED: Final = "UPDATE feeds SET parser_version = ?, last_good_at = ? WHERE id = ?"
_VARIANT_OF: Final = """
    SELECT s.variant_id FROM replay_sightings r JOIN sightings s ON s.id = r.here WHERE r.sighting = ?"""
_ARTICLE_OF: Final = """
    SELECT v.article_id, v.revision_id FROM replay_sightings r JOIN sightings s ON s.id = r.here
    JOIN variants v ON v.id = s.variant_id WHERE r.sighting = ?"""

_SETTLED: Final = """
    SELECT coalesce(
        (SELECT t.sighting_id FROM revision_statements x JOIN statements t ON t.id = x.statement_id
            WHERE x.revision_id = p.revision_id AND t.source = 'feed' LIMIT 1),
        (SELECT min(s.id) FROM variants v JOIN sightings s ON s.variant_id = v.id WHERE v.article_id = a.id)),
        a.settled_at, p.seq IS NOT NULL
    FROM articles a LEFT JOIN publications p
        ON p.seq = (SELECT min(seq) FROM publications q WHERE q.article_id = a.id)
    WHERE a.settled_at < :never"""
"""When articles settled, by the sighting that was their face when they went out, else by their first."""

_OLD: Final = "SELECT v.id FROM variants v JOIN articles a ON a.id = v.article_id WHERE a.first_seen_at < :since"
_BEFORE: Final = {
    "articles": "SELECT * FROM articles WHERE first_seen_at < :since AND merged_into IS NULL",
    "variants": f"SELECT * FROM variants WHERE id IN ({_OLD})",
    "sightings": f"SELECT * FROM sightings WHERE variant_id IN ({_OLD})",
    "contents": f"""
        SELECT * FROM contents WHERE digest IN (
        SELECT content_digest FROM statements WHERE variant_id IN ({_OLD})
        UNION SELECT content_digest FROM revisions WHERE variant_id IN ({_OLD}))""",
    "statements": f"SELECT * FROM statements WHERE variant_id IN ({_OLD})",
    "revisions": f"SELECT * FROM revisions WHERE variant_id IN ({_OLD})",
    "revision_statements": f"""
        SELECT x.* FROM revision_statements x JOIN revisions r ON r.id = x.revision_id
        WHERE r.variant_id IN ({_OLD})""",
    "url_keys": f"""
        SELECT k.* FROM url_keys k JOIN sightings s ON s.id = k.sighting_id WHERE s.variant_id IN ({_OLD})""",
    "identity_keys": f"""
        SELECT k.* FROM identity_keys k JOIN statements t ON t.id = k.statement_id
        WHERE t.variant_id IN ({_OLD})""",
}
"""What stands of the articles first seen before an instant, parents first."""

_PLACE_BEFORE: Final = (
    """
    INSERT INTO replay_until SELECT s.id, CASE WHEN s.in_window THEN max(s.last_seen_at, f.window_confirmed_at)
    ELSE s.last_seen_at END FROM sightings s JOIN feeds f ON f.id = s.feed_id""",
    """
    UPDATE sightings SET in_window = (SELECT u.until FROM replay_until u WHERE u.here = id)
    >= :since""",
    "INSERT INTO replay_before SELECT id FROM sightings",
    "INSERT INTO replay_statements SELECT id, sighting_id, id FROM statements",
    "INSERT INTO replay_sightings SELECT id, id FROM sightings",
)

_ARTICLES_OF: Final = Prepared(
    sa.select(articles.c.id)
    .where(
        articles.c.id.in_(
            sa.select(variants.c.article_id)
            .join(sightings, sightings.c.variant_id == variants.c.id)
            .where(sightings.c.id.in_(sa.bindparam("ids", expanding=True)))
        )
    )
    .order_by(articles.c.first_seen_at, articles.c.id)
)
