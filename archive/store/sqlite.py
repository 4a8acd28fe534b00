"""What SQLite does in its own way: the search tables, opening for reading, and queries as FTS5 expressions.

The reading path (`newsarchive search`, `show`) runs on the standard library alone: importing SQLAlchemy costs more
than a search. `archive.store.postgres` will have the same names.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, assert_never

from archive.errors import ArchiveUnusable, Busy, NewerSchema, UsageError
from archive.model.query import And, Bounds, Ending, Label, Node, Not, Or, Phrase, Prefix, Word
from archive.store.instants import NEVER, to_us
from archive.words.tokens import is_single

SEARCH_DDL: Final[tuple[str, ...]] = (
    # Tokens come finished from archive.words; the tokenizer only cuts at spaces. `:` parts a label from its field.
    "CREATE VIRTUAL TABLE search USING"
    " fts5(title, body, label, content='', tokenize=\"ascii tokenchars ':'\")",
    # A row a revision; `key` is the row's place in `search`: the article's effective second, next free upwards.
    """CREATE TABLE search_row (
    key INTEGER NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL UNIQUE,
    variant INTEGER NOT NULL,
    article INTEGER NOT NULL,
    is_primary INTEGER NOT NULL,
    is_private INTEGER NOT NULL,
    kind TEXT NOT NULL,
    effective_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    words_version INTEGER NOT NULL,
    label TEXT NOT NULL
)""",
    "CREATE INDEX ix_search_row_article ON search_row (article, valid_to)",
    "CREATE INDEX ix_search_row_variant ON search_row (variant)",
    # Every word ever indexed, with its keys in its article's language: forms, prefixes and suggestions read it.
    """CREATE TABLE word_sorted (
    lang TEXT NOT NULL,
    stem TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (lang, stem, word)
) WITHOUT ROWID""",
    "CREATE INDEX ix_word_sorted_word ON word_sorted (word, lang, stem)",
    # Each of those words once, read backwards: what ends in `minister` is a range of it (`*minister`).
    "CREATE TABLE word_ending (reversed TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID",
    # Where words arrive, to be sorted into the other two by the thousand (index.MAX_NEW_WORDS); some are known there.
    """CREATE TABLE word_new (
    lang TEXT NOT NULL,
    stem TEXT NOT NULL,
    word TEXT NOT NULL
)""",
    "CREATE VIEW word AS SELECT lang, stem, word FROM word_sorted UNION ALL SELECT lang, stem, word FROM word_new",
)

READ_SCHEMA: Final = 1
"""The schema this module's statements were written for; a test holds it equal to `schema.SCHEMA_VERSION`."""

PAGE_CACHE_KIB: Final = 16 * 1024
"""A phrase at 1M articles: p99 24 ms, against 8-16 with 64 MB; the process stays at 32 MiB (SEARCH)."""

BUSY_S: Final = 5
"""Readers hardly ever wait under WAL; a schema change or a recovery may make them."""

Row = tuple[Any, ...]


class Reader:
    """A read-only connection to an archive. Its errors are ArchiveUnusable and Busy, never the driver's."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._path = path
        self._depth = 0

    def close(self) -> None:
        """Close the connection; a second time does nothing."""
        self._db.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all statements inside see one state of the archive, whatever a writer commits meanwhile."""
        self._depth += 1
        try:
            if self._depth == 1:
                self.rows("BEGIN")
            yield
        finally:
            self._depth -= 1
            if self._depth == 0 and self._db.in_transaction:
                self._db.rollback()

    def rows(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[Row]:
        """Return all rows of a statement."""
        return list(self.stream(sql, values))

    def row(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> Row | None:
        """Return the first row of a statement, None if it has none."""
        return next(self.stream(sql, values), None)

    def stream(
        self, sql: str, values: Sequence[object] | Mapping[str, object] = ()
    ) -> Iterator[Row]:
        """Yield the rows of a statement as the engine finds them."""
        try:
            yield from self._db.execute(sql, values)
        except sqlite3.Error as error:
            raise unusable(error, self._path) from error


def path_of(url: str) -> Path:
    """Return the file of an archive's address: a path, or `sqlite:///path`; UsageError for another engine's."""
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite:///"))
    if "://" in url:
        raise UsageError(
            f"archive.url: '{url.split('://', 1)[0]}' archives are not supported by this version;"
            " use a file path or sqlite:///PATH"
        )
    return Path(url)


def open_reader(url: str) -> Reader:
    """Open an archive read-only.

    Raises ArchiveUnusable (missing, unreadable, not an archive, an older schema), NewerSchema, Busy, UsageError. On
    a medium where SQLite cannot make its shared-memory file, an archive without a write-ahead log is taken as
    immutable.
    """
    path = path_of(url)
    try:
        if not path.exists():
            raise ArchiveUnusable(
                f"no archive at {path}; make one with: newsarchive init", subject=str(path)
            )
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise ArchiveUnusable(
            f"cannot read {path}: {said}; check its rights, or name another in [archive] url",
            subject=str(path),
        ) from error
    try:
        db = _connect(path)
    except sqlite3.Error as error:
        raise unusable(error, path) from error
    reader = Reader(db, path)
    try:
        _check_schema(reader, path)
    except BaseException:
        reader.close()
        raise
    return reader


def _connect(path: Path) -> sqlite3.Connection:
    address = path.absolute().as_uri()
    db = _connection(f"{address}?mode=ro")
    try:
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        db.close()
        wal = path.with_name(path.name + "-wal")
        is_stuck = "unable to open" in str(error) or "readonly" in str(error)
        if not is_stuck or (wal.exists() and wal.stat().st_size):
            raise
        db = _connection(f"{address}?mode=ro&immutable=1")
    return db


def _connection(address: str) -> sqlite3.Connection:
    db = sqlite3.connect(
        address, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    db.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KIB}")
    return db


def _check_schema(reader: Reader, path: Path) -> None:
    is_ours = reader.row(
        "SELECT count(*) = 2 FROM sqlite_master WHERE name IN ('meta', 'search_row')"
    )
    found = reader.row("SELECT value FROM meta WHERE key = 'schema'") if is_ours == (1,) else None
    if found is None or not str(found[0]).isdecimal():
        raise ArchiveUnusable(
            f"{path} is a database, but not a newsarchive archive; name another file in [archive] url",
            subject=str(path),
        )
    schema = int(found[0])
    if schema > READ_SCHEMA:
        raise NewerSchema(
            f"{path} has schema {schema}, this program knows {READ_SCHEMA}: install the newer newsarchive",
            subject=str(path),
        )
    if schema < READ_SCHEMA:
        raise ArchiveUnusable(
            f"{path} has schema {schema}, this program needs {READ_SCHEMA}: run newsarchive migrate",
            subject=str(path),
        )


def unusable(error: sqlite3.Error, path: Path) -> ArchiveUnusable | Busy:
    """Return what an error of the driver means for people, and the cure; never SQL."""
    said = str(error)
    if "locked" in said or "busy" in said:
        return Busy(
            f"{path} is held by another process (a migration or repair?); try again in a moment"
        )
    if "not a database" in said:
        return ArchiveUnusable(
            f"{path} is no newsarchive archive; name another file in [archive] url",
            subject=str(path),
        )
    if "malformed" in said or "no such table" in said:
        return ArchiveUnusable(
            f"{path} is damaged or only half copied; restore it from a backup (newsarchive check says more)",
            subject=str(path),
        )
    if "disk I/O" in said or "unable to open" in said:
        return ArchiveUnusable(
            f"cannot read {path}: {said}; check the disk and the rights of its folder",
            subject=str(path),
        )
    return ArchiveUnusable(f"cannot read {path}: {said.split(':')[0]}", subject=str(path))


# ---- queries ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """What the vocabulary and the feeds made of a tree's nodes (`archive.store.vocabulary`).

    `forms` by (word, the language its conjunction is narrowed to or None): (language, other forms) pairs; `prefixes`
    and `endings`: the words that begin, or end, so.
    """

    forms: Mapping[tuple[Word, str | None], tuple[tuple[str, tuple[str, ...]], ...]]
    prefixes: Mapping[Prefix, tuple[str, ...]]
    feeds: Mapping[Label, tuple[int, ...]]
    endings: Mapping[Ending, tuple[str, ...]] = field(default_factory=dict)


NOTHING: Final = '"no:thing"'
"""An expression that matches no row: no label has this field."""


def language_scope(parts: Sequence[Node]) -> str | None:
    """Return the language a conjunction is narrowed to by a `lang:` of its own, if to one."""
    found = {part.tokens[0] for part in parts if isinstance(part, Label) and part.field == "lang"}
    return found.pop() if len(found) == 1 else None


def render(node: Node, expansion: Expansion, scope: str | None = None) -> str:
    """Return a tree as an FTS5 expression, made of finished tokens only."""
    match node:
        case Word():
            return _word(node, expansion.forms.get((node, scope), ()), scope)
        case Phrase():
            # The last single of a run of pairs only stands at a run's end: as a prefix it finds the pairs too.
            star = " *" if is_single(node.tokens[-1]) else ""
            return _in_field(node.field, f'"{" ".join(node.tokens)}"{star}')
        case Prefix():
            return _in_field(node.field, _prefix(node, expansion))
        case Ending():
            return _in_field(node.field, _any([_quoted(word) for word in expansion.endings[node]]))
        case Label(field="feed"):
            return _any([f'label : "feed:{feed}"' for feed in expansion.feeds[node]])
        case Label():
            phrase = " ".join(f"{node.field}:{token}" for token in node.tokens)
            return f'label : "{phrase}"'
        case And():
            return _and(node, expansion, scope)
        case Or():
            return _any([render(part, expansion, scope) for part in node.parts])
        case Not():
            raise AssertionError("a Not stands below an And alone")
    assert_never(node)


def _and(node: And, expansion: Expansion, scope: str | None) -> str:
    scope = language_scope(node.parts) or scope
    wanted = [render(p, expansion, scope) for p in node.parts if not isinstance(p, Not)]
    unwanted = [render(p.part, expansion, scope) for p in node.parts if isinstance(p, Not)]
    found = " AND ".join(wanted)
    if not unwanted:
        return f"({found})"
    return f"(({found}) NOT {_any(unwanted)})"


def _word(word: Word, forms: Sequence[tuple[str, tuple[str, ...]]], scope: str | None) -> str:
    """Render a word with its forms, each only in articles of its language."""
    own = [f'"{word.token}"']
    if scope is not None:
        own += [f'"{form}"' for _, others in forms for form in others]
        return _in_field(word.field, _any(own))
    branches = [_in_field(word.field, own[0])]
    branches += [
        f'(label : "lang:{lang}" AND {_in_field(word.field, _any([_quoted(form) for form in others]))})'
        for lang, others in forms
    ]
    return _any(branches)


def _prefix(prefix: Prefix, expansion: Expansion) -> str:
    if is_single(prefix.token):
        return f'"{prefix.token}" *'  # pairs are in no vocabulary; FTS5 scans its own terms
    return _any([_quoted(word) for word in expansion.prefixes[prefix]])


def _quoted(token: str) -> str:
    return f'"{token}"'


def _in_field(field: str | None, expression: str) -> str:
    return f"{field} : {expression}" if field else expression


def _any(branches: Sequence[str]) -> str:
    if not branches:
        return NOTHING
    return branches[0] if len(branches) == 1 else f"({' OR '.join(branches)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which index rows a search looks at: an expression (None: all), what narrows it, whose, and of which time.

    Current rows, unless `as_of` (rows that were current at that instant) or `has_history` (those too that an edit of
    the publisher replaced; with `has_all_kinds` also those that a page, a hand or an address replaced) says otherwise.
    """

    match: str | None
    bounds: Bounds = field(default_factory=Bounds)
    include_private: bool = True
    as_of: datetime | None = None
    has_history: bool = False
    has_all_kinds: bool = False


_CROWD_S: Final = 86_400
"""How far a crowd in one second may have pushed a key upwards: bounds on keys are widened by so much."""

FOUND_COLUMNS: Final = "r.key, r.revision, r.article, r.effective_at"


def found_rows(
    reader: Reader,
    selection: Selection,
    *,
    is_newest_first: bool = True,
    from_key: int | None = None,
    limit: int = -1,
    columns: str = FOUND_COLUMNS,
) -> Iterator[Row]:
    """Yield (key, revision, article, effective microseconds) of matching rows, in the order of keys.

    `from_key` is the last key already seen: rows behind it only. Streams: stop when you have enough.
    """
    order = "DESC" if is_newest_first else "ASC"
    source, conditions, values = _source(selection)
    if from_key is not None:
        values["from_key"] = from_key
        conditions.append(f"{source.key} {'<' if is_newest_first else '>'} :from_key")
    sql = (
        f"SELECT {columns} FROM {source.tables} WHERE {' AND '.join(conditions)}"
        f" ORDER BY {source.key} {order} LIMIT :limit"
    )
    return reader.stream(sql, {**values, "limit": limit})


def count_articles(reader: Reader, selection: Selection, limit: int) -> tuple[int, int]:
    """Return how many rows match, up to `limit` of the newest, and how many articles those belong to."""
    source, conditions, values = _source(selection)
    row = reader.row(
        "SELECT count(*), count(DISTINCT article) FROM"
        f" (SELECT r.article FROM {source.tables} WHERE {' AND '.join(conditions)}"
        f" ORDER BY {source.key} DESC LIMIT :limit)",
        {**values, "limit": limit},
    )
    assert row is not None, "a count has a row"
    return row[0], row[1]


def matching_keys(reader: Reader, selection: Selection, keys: Sequence[int]) -> set[int]:
    """Return which of some index rows match."""
    source, conditions, values = _source(selection)
    conditions.append(f"{source.key} IN ({', '.join(map(str, keys))})")
    sql = f"SELECT {source.key} FROM {source.tables} WHERE {' AND '.join(conditions)}"
    return {row[0] for row in reader.rows(sql, values)}


class _Source(NamedTuple):
    tables: str
    key: str


def _source(selection: Selection) -> tuple[_Source, list[str], dict[str, object]]:
    """Return tables, conditions and values of a selection."""
    conditions: list[str] = []
    values: dict[str, object] = {}
    if selection.match is None:
        source = _Source("search_row AS r", "r.key")
    else:
        # CROSS JOIN keeps the order: the index streams by rowid, and each row is looked up.
        source = _Source("search AS s CROSS JOIN search_row AS r ON r.key = s.rowid", "s.rowid")
        conditions.append("search MATCH :match")
        values["match"] = selection.match
    _choose_time(selection, source.key, conditions, values)
    if not selection.include_private:
        conditions.append("r.is_private = 0")
    _narrow(selection.bounds, source.key, conditions, values)
    return source, conditions, values


def _choose_time(
    selection: Selection, key: str, conditions: list[str], values: dict[str, object]
) -> None:
    """Add which of a text's revisions are looked at."""
    if selection.as_of is not None:
        as_of_us = to_us(selection.as_of)
        # Nothing is dated after it was first seen: the key bounds the scan (SEARCH: 0.2 ms, without it 35).
        conditions += [
            f"{key} <= :as_of_key",
            "r.valid_from <= :as_of_us",
            "r.valid_to > :as_of_us",
            # An edit that was taken back stood while an earlier text, which is current again, did not.
            "NOT EXISTS (SELECT 1 FROM search_row AS n WHERE n.variant = r.variant AND n.valid_from > r.valid_from"
            " AND n.valid_from <= :as_of_us AND n.valid_to > :as_of_us)",
        ]
        values |= {"as_of_key": as_of_us // 1_000_000 + _CROWD_S, "as_of_us": as_of_us}
    elif selection.has_history and selection.has_all_kinds:
        conditions.append(f"(r.valid_to = {NEVER} OR r.valid_to > r.valid_from)")
    elif selection.has_history:
        # What a page completed or a parser read anew was no edit: those texts are left out. What a newer parser
        # corrected never held, not for an instant.
        conditions.append(
            f"(r.valid_to = {NEVER} OR r.valid_to > r.valid_from AND EXISTS"
            " (SELECT 1 FROM search_row AS n WHERE n.variant = r.variant"
            " AND (n.valid_from = r.valid_to AND n.kind IN ('minor', 'substantial')"
            " OR n.valid_from < r.valid_from AND n.valid_to > r.valid_to)))"
        )
    else:
        conditions.append(f"r.valid_to = {NEVER}")


def _narrow(bounds: Bounds, key: str, conditions: list[str], values: dict[str, object]) -> None:
    """Add what narrows the whole query: dates by key and again by their own value, the rest row by row."""
    if bounds.after_at is not None:
        after_us = to_us(bounds.after_at)
        conditions += [f"{key} >= :after_key", "r.effective_at >= :after_us"]
        values |= {"after_key": after_us // 1_000_000, "after_us": after_us}
    if bounds.before_at is not None:
        before_us = to_us(bounds.before_at)
        conditions += [f"{key} < :before_key", "r.effective_at < :before_us"]
        values |= {"before_key": before_us // 1_000_000 + 1 + _CROWD_S, "before_us": before_us}
    if bounds.url is not None:
        conditions.append(
            "EXISTS (SELECT 1 FROM revisions AS v WHERE v.id = r.revision AND"
            " (instr(lower(v.url), :url) OR instr(lower(v.canonical_url), :url)))"
        )
        values["url"] = bounds.url
    conditions += [_HAS[what] for what in bounds.has]
    for n, (what, least, most) in enumerate(bounds.ranges):
        if least is not None:
            conditions.append(f"{_COUNTED[what]} >= :least{n}")
            values[f"least{n}"] = least
        if most is not None:
            conditions.append(f"{_COUNTED[what]} <= :most{n}")
            values[f"most{n}"] = most


_COUNTED: Final = {
    "duplicates": "(SELECT count(*) FROM variants AS w JOIN sightings AS x ON x.variant_id = w.id"
    " WHERE w.article_id = r.article)",
    "minutes": "(SELECT v.reading_minutes FROM revisions AS v WHERE v.id = r.revision)",
    "views": "(SELECT o.value FROM observations AS o WHERE o.variant_id = r.variant AND o.kind = 'views'"
    " ORDER BY o.observed_at DESC LIMIT 1)",
}
_HAS: Final = {
    "revisions": "EXISTS (SELECT 1 FROM revisions AS v WHERE v.variant_id = r.variant"
    " AND v.kind IN ('substantial', 'minor') AND NOT v.is_void)",
    "duplicates": f"{_COUNTED['duplicates']} > 1",
    "views": f"{_COUNTED['views']} IS NOT NULL",
    "image": "EXISTS (SELECT 1 FROM revisions AS v WHERE v.id = r.revision AND v.image_url IS NOT NULL)",
    "section": "EXISTS (SELECT 1 FROM revisions AS v WHERE v.id = r.revision AND v.section IS NOT NULL)",
    "author": "instr(r.label, ' author:') > 0",
}
