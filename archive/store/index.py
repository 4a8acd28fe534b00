"""The index rows of revisions: written, moved and taken out inside the transaction that changes the article.

Called by deposit, settle and upkeep with the driver's own connection of their transaction (sqlite3), so that text,
row and index stand or fall together. One row a revision; a newer revision closes its predecessor's row and takes
nothing out. What is taken out of a contentless FTS5 table must be named by the very tokens that went in: they are
made again from the stored revision and the stored label, under the words version the row was written with.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from archive.errors import ArchiveUnusable
from archive.model.kept import RevisionKind
from archive.store.instants import NEVER
from archive.words.forms import keys, language_of
from archive.words.tokens import MAX_TOKEN, WORDS_VERSION, fold, has_pairs, spellings, tokens

MAX_TOKENS: Final = 16_000
"""Words indexed of one article: PostgreSQL's positions end at 16,383, and both engines find the same."""

MAX_LABELS: Final = 400
"""Label words of one row: a feed that tags an entry with a dictionary shall not own the index."""

MAX_KNOWN_WORDS: Final = 100_000
"""Spellings a process remembers as written: 2 million would take 163-452 MB (SEARCH)."""

MAX_NEW_WORDS: Final = 5_000
"""Words that wait to be sorted in; a search reads them all, 0.3 ms. Written to their three places one by one, each word
would change three pages, and an article of 300 words cost 880 us instead of 700."""

_BORDER: Final = ":"
"""A token between two labels of one field, so that no phrase reaches from one author into the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedRevision:
    """A revision as the index takes it.

    `labels` are (field, text): ("feed", the feed's id in decimal: names change), ("section", ...), ("author", ...),
    ("tag", ...); several of one field are fine, `lang` is added here. `valid_to_us` is given for history only. One of
    kind `reparse` has the `valid_from_us` of the revision it corrects.
    """

    revision_id: int
    variant_id: int
    article_id: int
    is_primary: bool
    is_private: bool
    kind: str
    title: str
    text: str
    language: str | None
    effective_at_us: int
    valid_from_us: int
    valid_to_us: int = NEVER
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relabelling:
    """What a row shall say of its revision from now on: another feed showed the article, or its date was corrected."""

    revision_id: int
    language: str | None
    effective_at_us: int
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Stored:
    """A row as it stands, with its tokens: those that went in, if `is_ours` (made by this version of words)."""

    key: int
    title: str
    body: str
    label: str
    effective_at: int
    is_ours: bool


class Indexer:
    """Writes index rows; one a process, for the words it has already written.

    Call `commit` after the transaction's commit and `rollback` after its rollback: only words that stand on disk
    are remembered.
    """

    def __init__(self) -> None:
        # Two generations bound the memory: when the young one is full, the old one is forgotten.
        self._young: dict[str, set[str]] = {}
        self._old: dict[str, set[str]] = {}
        self._n_young = 0
        self._pending: list[tuple[str, set[str]]] = []
        self._schema: int | None = None

    def add(self, db: sqlite3.Connection, rows: Iterable[IndexedRevision]) -> None:
        """Index revisions. Rows go in by key: each step back in rowid would flush an FTS5 segment."""
        self._forget_if_rebuilt(db)
        entries: list[tuple[int, str, str, str]] = []
        facts: list[tuple[object, ...]] = []
        last: int | None = None
        ordered = sorted(rows, key=lambda row: (row.effective_at_us, row.revision_id))
        for row in ordered:
            title, body = tokens_of(row.title, row.text)
            label = label_of(row.language, row.labels)
            last = _free_key(db, row.effective_at_us, after=last)
            entries.append((last, title, body, label))
            facts.append(
                (
                    last, row.revision_id, row.variant_id, row.article_id, row.is_primary, row.is_private,
                    row.kind, row.effective_at_us, row.valid_from_us, row.valid_to_us, WORDS_VERSION, label,
                )
            )  # fmt: skip
            indexed = {*title.split(), *body.split()}
            self.learn(db, language_of(row.language), f"{row.title} {row.text}", indexed)
        db.executemany(_INSERT, entries)
        db.executemany(_INSERT_ROW, facts)
        # What a revision only reads anew never held: it leaves the archive as it stood.
        db.executemany(
            "UPDATE search_row SET valid_to = valid_from WHERE variant = ? AND valid_from = ? AND revision <> ?",
            [
                (row.variant_id, row.valid_from_us, row.revision_id)
                for row in ordered
                if row.kind == RevisionKind.REPARSE
            ],
        )
        (n_new,) = db.execute("SELECT max(rowid) FROM word_new").fetchone()
        if n_new is not None and n_new > MAX_NEW_WORDS:
            sort_in_words(db)

    def _forget_if_rebuilt(self, db: sqlite3.Connection) -> None:
        """Forget all words if other tables took the place of those they were written to (`reindexing`)."""
        (schema,) = db.execute("PRAGMA schema_version").fetchone()
        if schema != self._schema:
            self._schema = schema
            self._young, self._old, self._n_young = {}, {}, 0

    def close(self, db: sqlite3.Connection, revision_ids: Iterable[int], valid_to_us: int) -> None:
        """Let newer revisions take over: the rows stay, for as-of and `--revisions`."""
        db.executemany(
            "UPDATE search_row SET valid_to = ? WHERE revision = ?",
            [(valid_to_us, revision) for revision in revision_ids],
        )

    def remove(self, db: sqlite3.Connection, revision_ids: Iterable[int]) -> None:
        """Take revisions out (void, erased). Call it while their stored text is still there; unknown ids pass.

        Raises ArchiveUnusable for a row that other words were made for: nobody knows what to take out.
        """
        for revision in revision_ids:
            if stored := _stored(db, revision):
                _delete(db, stored)
                db.execute("DELETE FROM search_row WHERE key = ?", (stored.key,))

    def relabel(self, db: sqlite3.Connection, changes: Iterable[Relabelling]) -> int:
        """Rewrite the rows whose labels or date differ from `changes`; return how many did. Unknown ids pass.

        A row that other words were made for gets a new key, and its old entry stands for nothing until `reindex`.
        """
        moved: list[tuple[int, _Stored, str, int]] = []
        for change in changes:
            stored = _stored(db, change.revision_id)
            label = label_of(change.language, change.labels)
            if stored is None or (label, change.effective_at_us) == (
                stored.label,
                stored.effective_at,
            ):
                continue
            if stored.is_ours:
                _delete(db, stored)
            moved.append((change.effective_at_us, stored, label, change.revision_id))
        for effective_at, stored, label, revision in sorted(moved, key=lambda m: (m[0], m[3])):
            key = stored.key
            if not stored.is_ours or effective_at // 1_000_000 != stored.effective_at // 1_000_000:
                key = _free_key(db, effective_at)
            _insert(db, key, stored.title, stored.body, label)
            db.execute(
                "UPDATE search_row SET key = ?, effective_at = ?, label = ?, words_version = ? WHERE revision = ?",
                (key, effective_at, label, WORDS_VERSION, revision),
            )
        return len(moved)

    def assign(
        self,
        db: sqlite3.Connection,
        variant_id: int,
        *,
        article_id: int,
        is_primary: bool,
        is_private: bool,
    ) -> None:
        """Say which article a variant's rows belong to, and as what: a merge, a split, another face."""
        db.execute(
            "UPDATE search_row SET article = ?, is_primary = ?, is_private = ? WHERE variant = ?",
            (article_id, is_primary, is_private, variant_id),
        )

    def commit(self) -> None:
        """Remember the words written since the last commit or rollback: they stand on disk now."""
        for lang, words in self._pending:
            if self._n_young > MAX_KNOWN_WORDS // 2:
                self._old, self._young, self._n_young = self._young, {}, 0
            young = self._young.setdefault(lang, set())
            self._n_young -= len(young)
            young |= words
            self._n_young += len(young)
        self._pending.clear()

    def rollback(self) -> None:
        """Forget the words of a transaction that did not happen."""
        self._pending.clear()

    def learn(self, db: sqlite3.Connection, lang: str, text: str, indexed: set[str]) -> None:
        """Put an article's new words, with their keys, into the vocabulary; `indexed` are the tokens of its text."""
        known = (self._young.get(lang, set()), self._old.get(lang, set()))
        new = _new_spellings(text, indexed, known)
        if not new:
            return
        pairs = _pairs(new, lang, indexed)
        db.executemany("INSERT INTO word_new (lang, stem, word) VALUES (?, ?, ?)", pairs)
        self._pending.append((lang, new))


def forget_words(db: sqlite3.Connection, words: Iterable[str]) -> None:
    """Take words out of the vocabulary that no text has any more."""
    for word in words:
        db.execute("DELETE FROM word_new WHERE word = ?", (word,))
        db.execute("DELETE FROM word_sorted WHERE word = ?", (word,))
        db.execute("DELETE FROM word_ending WHERE reversed = ?", (word[::-1],))


def sort_in_words(db: sqlite3.Connection) -> None:
    """Sort new words into the vocabulary's three orders, all at once: most of them share their pages then."""
    db.execute(
        "INSERT OR IGNORE INTO word_sorted SELECT lang, stem, word FROM word_new ORDER BY lang, stem, word"
    )
    words = db.execute("SELECT DISTINCT word FROM word_new").fetchall()
    db.executemany(
        "INSERT OR IGNORE INTO word_ending (reversed) VALUES (?)",
        sorted((word[::-1],) for (word,) in words),
    )
    db.execute("DELETE FROM word_new")


def _new_spellings(text: str, indexed: set[str], known: tuple[set[str], set[str]]) -> set[str]:
    """Return the spellings of a text that are not known; most words are spelled as they are indexed.

    Half the time of `spellings(text)` where a text has some accents.
    """
    young, old = known
    new = indexed - young - old
    if text.isascii():
        return new
    accented = spellings(" ".join({chunk for chunk in text.split() if not chunk.isascii()}))
    folded = {fold(word) for word in accented if not word.isascii()} - young - old
    if folded:
        lower = text.lower()
        if any(word in lower for word in folded):  # `café` and, it may be, `cafe` as well
            return spellings(text) - young - old
    return (accented - young - old).union(w for w in new - folded if w.isascii())


def _pairs(words: Iterable[str], lang: str, indexed: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (lang, stem, word) of each key of each word that was indexed: the end of an endless text is not."""
    for spelling in sorted(words):
        if (token := fold(spelling)[:MAX_TOKEN]) in indexed:
            for stem in keys(spelling, lang):
                yield lang, stem, token


def tokens_of(title: str, text: str) -> tuple[str, str]:
    """Return the index text of a revision's title and body: tokens parted by spaces, 16,000 together."""
    head = tokens(title)[:MAX_TOKENS]
    return " ".join(head), " ".join(tokens(text)[: MAX_TOKENS - len(head)])


def label_of(language: str | None, labels: Sequence[tuple[str, str]]) -> str:
    """Return the index text of a row's labels: `lang:nl feed:12 author:jens author:stoltenberg : author:marit`."""
    found = [f"lang:{language_of(language)}"]
    before = "lang"
    for field, text in dict.fromkeys(labels):
        if field == "feed" and not text.isdecimal():
            raise ValueError(f"a feed's label is its id, got {text!r}")
        words = [f"{field}:{token}" for token in tokens(text)]
        if words and field == before:
            found.append(_BORDER)
        found += words
        before = field if words else before
        if len(found) > MAX_LABELS:
            break
    return " ".join(found[:MAX_LABELS])


def _free_key(db: sqlite3.Connection, effective_at_us: int, after: int | None = None) -> int:
    """Return the first free key at or above the effective second, and behind the last one given in this run."""
    # A crowd in one second: all from there to the last key given was found taken a moment ago.
    key = effective_at_us // 1_000_000
    if after is not None and after >= key:
        key = after + 1
    while True:
        # FTS5's own list of rows has those too that stand for nothing any more (`relabel`).
        if db.execute("SELECT 1 FROM search_docsize WHERE id = ?", (key,)).fetchone():
            (key,) = db.execute(
                "SELECT a.id + 1 FROM search_docsize AS a WHERE a.id >= ?"
                " AND NOT EXISTS (SELECT 1 FROM search_docsize AS b WHERE b.id = a.id + 1)"
                " ORDER BY a.id LIMIT 1",
                (key,),
            ).fetchone()
        # A row that is being moved is in FTS5's list no more, and bears its old key until it gets its new one.
        if db.execute("SELECT 1 FROM search_row WHERE key = ?", (key,)).fetchone() is None:
            return key
        key += 1


def _insert(db: sqlite3.Connection, key: int, title: str, body: str, label: str) -> None:
    db.execute(_INSERT, (key, title, body, label))


_INSERT: Final = "INSERT INTO search (rowid, title, body, label) VALUES (?, ?, ?, ?)"
_INSERT_ROW: Final = (
    "INSERT INTO search_row (key, revision, variant, article, is_primary, is_private, kind,"
    " effective_at, valid_from, valid_to, words_version, label)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def _delete(db: sqlite3.Connection, stored: _Stored) -> None:
    if not stored.is_ours:
        raise ArchiveUnusable(
            f"the search index holds words of another version than this program's {WORDS_VERSION}:"
            " run newsarchive reindex",
            subject=f"search row {stored.key}",
        )
    db.execute(
        "INSERT INTO search (search, rowid, title, body, label) VALUES ('delete', ?, ?, ?, ?)",
        (stored.key, stored.title, stored.body, stored.label),
    )


def _is_known(db: sqlite3.Connection, word: str) -> bool:
    """Whether a word is sorted into the vocabulary, forwards and backwards; pairs are in none."""
    if has_pairs(word):
        return True
    places = (("word_sorted", "word", word), ("word_ending", "reversed", word[::-1]))
    return all(
        db.execute(f"SELECT 1 FROM {table} WHERE {column} = ?", (text,)).fetchone()
        for table, column, text in places
    )


def _stored(db: sqlite3.Connection, revision: int) -> _Stored | None:
    """Return a revision's row; None where it has none."""
    row = db.execute(
        "SELECT r.key, r.effective_at, r.words_version, r.label, v.title, c.text FROM search_row AS r"
        " JOIN revisions AS v ON v.id = r.revision JOIN contents AS c ON c.digest = v.content_digest"
        " WHERE r.revision = ?",
        (revision,),
    ).fetchone()
    if row is None:
        return None
    key, effective_at, version, label, title, text = row
    title_tokens, body_tokens = tokens_of(title, text)
    return _Stored(key, title_tokens, body_tokens, label, effective_at, version == WORDS_VERSION)


def differing(db: sqlite3.Connection, *, n_sample: int = 200) -> tuple[int, ...]:
    """Return the revisions, of a spread sample, that some word of theirs does not find, or that the vocabulary lacks.

    FTS5's own integrity check cannot see that: to it, wrong words are words. Reads and queries 200 texts, 0.5 s.
    """
    new = {word for (word,) in db.execute("SELECT word FROM word_new")}
    step = max(1, db.execute("SELECT count(*) FROM search_row").fetchone()[0] // n_sample)
    sample = db.execute("SELECT revision FROM search_row ORDER BY key").fetchall()[::step]
    return tuple(revision for (revision,) in sample if not _holds(db, revision, new))


def _holds(db: sqlite3.Connection, revision: int, new: set[str]) -> bool:
    """Whether the index entry of a revision answers to each of its words, and the vocabulary has them."""
    stored = _stored(db, revision)
    if stored is None:
        return False
    text = {*stored.title.split(), *stored.body.split()}
    words = sorted({*text, *stored.label.split()})
    return all(map(partial(_is_known, db), text - new)) and all(
        db.execute(
            "SELECT 1 FROM search WHERE search MATCH ? AND rowid = ?",
            (" AND ".join(f'"{word}"' for word in words[at : at + 50]), stored.key),
        ).fetchone()
        for at in range(0, len(words), 50)
    )
