"""An archive opens for reading, or says in one line why not and what to do; its statements stream."""

import os
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.errors import ArchiveUnusable, Busy, NewerSchema, UsageError
from archive.model.query import And, Bounds, Label, Not, Or, Phrase, Prefix, Word
from archive.store import sqlite
from archive.store.schema import SCHEMA_VERSION
from archive.store.sqlite import Expansion, Selection, found_rows, open_reader, path_of, render
from tests.archive.store.archives import Newsroom

BOUNDS = Bounds(
    after_at=datetime(2020, 1, 1, tzinfo=UTC),
    before_at=datetime(2030, 1, 1, tzinfo=UTC),
    url="example",
    ranges=(("minutes", 1, 9), ("duplicates", None, 5)),
)
NOBODY = Expansion(forms={}, prefixes={}, feeds={})


@pytest.fixture
def made(tmp_path: Path) -> Path:
    room = Newsroom(tmp_path / "archive.db")
    for n in range(5):
        room.article(f"Storm {n}", "golven", when=f"2026-11-0{n + 1}")
    room.close()
    return tmp_path / "archive.db"


def test_the_reading_path_knows_todays_schema() -> None:
    assert sqlite.READ_SCHEMA == SCHEMA_VERSION


def test_an_address_is_a_path_or_names_an_engine_we_do_not_have() -> None:
    assert path_of("sqlite:////x/a.db") == Path("/x/a.db")
    assert path_of("a b.db") == Path("a b.db")
    with pytest.raises(UsageError, match="'postgresql' archives"):
        path_of("postgresql://host/db")


def test_a_missing_file_a_folder_and_a_text_are_no_archives(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to look like a page of one " * 20)
    empty = tmp_path / "empty.db"
    empty.touch()
    other = tmp_path / "other.db"
    sqlite3.connect(other).execute("CREATE TABLE meta (key, value)").connection.close()
    for path, says in (
        (tmp_path / "none.db", "newsarchive init"),
        (tmp_path, "cannot read"),
        (text, "no newsarchive archive"),
        (empty, "not a newsarchive archive"),
        (other, "not a newsarchive archive"),
    ):
        with pytest.raises(ArchiveUnusable, match=says) as caught:
            open_reader(str(path))
        assert caught.value.exit_code == 3
        assert "SELECT" not in str(caught.value)


def test_a_nul_in_a_path_is_no_traceback() -> None:
    with pytest.raises(ArchiveUnusable):
        open_reader("a\0b")


def test_a_half_copied_archive_says_so(made: Path) -> None:
    sqlite3.connect(made).execute("PRAGMA wal_checkpoint(TRUNCATE)").connection.close()
    whole = made.read_bytes()
    made.write_bytes(whole[: len(whole) // 3])
    for left in made.parent.glob("archive.db-*"):
        left.unlink()
    with pytest.raises(
        ArchiveUnusable, match=r"half copied|no newsarchive archive|not a newsarchive"
    ):
        reader = open_reader(str(made))
        reader.rows("SELECT count(*) FROM articles JOIN revisions JOIN contents")
        reader.rows("SELECT * FROM search_row")


@pytest.mark.parametrize(
    ("schema", "error", "says"),
    [
        ("999", NewerSchema, "install the newer"),
        ("0", ArchiveUnusable, "newsarchive migrate"),
        ("x", ArchiveUnusable, "not a"),
    ],
)
def test_another_schema_is_refused_with_the_cure(
    made: Path, schema: str, error: type[Exception], says: str
) -> None:
    with sqlite3.connect(made) as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (schema,))
    db.close()
    with pytest.raises(error, match=says):
        open_reader(str(made))


def test_a_reader_cannot_write(made: Path) -> None:
    reader = open_reader(str(made))
    with pytest.raises(ArchiveUnusable):
        reader.rows("DELETE FROM articles")
    reader.close()
    reader.close()


def test_a_read_only_medium_is_read_as_it_stands(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite3.connect(made).execute("PRAGMA wal_checkpoint(TRUNCATE)").connection.close()
    for left in made.parent.glob("archive.db-*"):
        left.unlink()
    asked: list[str] = []
    connection = sqlite._connection

    def on_the_medium(address: str) -> object:
        # Root may write anywhere, so the medium's refusal is played: it comes with the first statement.
        asked.append(address)
        return connection(address) if "immutable" in address else _Refusing()

    monkeypatch.setattr(sqlite, "_connection", on_the_medium)
    reader = open_reader(str(made))
    assert reader.row("SELECT count(*) FROM articles") == (5,)
    assert ["immutable" in address for address in asked] == [False, True]
    reader.close()
    made.with_name("archive.db-wal").write_bytes(b"not yet in the archive")
    with pytest.raises(ArchiveUnusable, match="cannot read"):
        open_reader(str(made))


class _Refusing:
    def execute(self, sql: str) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    def close(self) -> None:
        pass


def test_an_archive_under_an_exclusive_lock_is_busy(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_S", 0)
    db = sqlite3.connect(made, isolation_level=None)
    db.execute("PRAGMA journal_mode = DELETE")
    db.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Busy, match="another process"):
        open_reader(str(made))
    db.close()


def test_a_snapshot_does_not_see_what_is_written_meanwhile(made: Path) -> None:
    reader = open_reader(str(made))
    with reader.snapshot(), reader.snapshot():
        assert reader.row("SELECT count(*) FROM articles") == (5,)
        with sqlite3.connect(made) as db:
            db.execute("UPDATE articles SET merged_into = 1 WHERE id = 2")
            db.execute("DELETE FROM articles WHERE id = 5")
        db.close()
        assert reader.row("SELECT count(*) FROM articles") == (5,)
    assert reader.row("SELECT count(*) FROM articles") == (4,)
    reader.close()


def test_a_reader_may_be_closed_by_another_thread(made: Path) -> None:
    reader = open_reader(str(made))
    thread = threading.Thread(target=reader.close)
    thread.start()
    thread.join()


def test_statements_stream_without_sorting(made: Path) -> None:
    reader = open_reader(str(made))
    asked: list[str] = []
    monitor = reader.stream

    def explained(sql: str, values: object = ()) -> object:
        asked.extend(str(row[3]) for row in monitor(f"EXPLAIN QUERY PLAN {sql}", values))  # type: ignore[arg-type]  # passed on
        return monitor(sql, values)  # type: ignore[arg-type]  # passed on

    reader.stream = explained  # type: ignore[method-assign,assignment]  # spied on
    for selection in (
        Selection(match='"storm"'),
        Selection(match=None),
        Selection(match='"storm"', bounds=BOUNDS, include_private=False),
    ):
        assert list(found_rows(reader, selection, from_key=10**12))
        assert list(found_rows(reader, selection, is_newest_first=False))
    assert asked
    assert not [line for line in asked if "TEMP B-TREE" in line]
    reader.close()


def test_a_tree_becomes_an_expression_of_finished_tokens() -> None:
    word = Word(typed="minister", token="minister")
    forms = {(word, None): (("nl", ("ministers",)),), (word, "nl"): (("nl", ("ministers",)),)}
    expansion = Expansion(forms=forms, prefixes={Prefix(token="navo"): ("navo", "navos")}, feeds={})
    assert render(word, expansion) == '("minister" OR (label : "lang:nl" AND "ministers"))'
    lang = Label(field="lang", tokens=("nl",), typed="nl")
    assert (
        render(And(parts=(word, lang)), expansion)
        == '(("minister" OR "ministers") AND label : "lang:nl")'
    )
    assert render(Prefix(token="navo"), expansion) == '("navo" OR "navos")'
    assert render(Prefix(token="京"), NOBODY) == '"京" *'
    assert render(Phrase(tokens=("東京", "京", "都")), NOBODY) == '"東京 京 都" *'
    both = And(
        parts=(
            Phrase(tokens=("a", "b"), field="title"),
            Not(part=Word(typed="c", token="c", exact=True)),
        )
    )
    assert render(both, NOBODY) == '((title : "a b") NOT "c")'
    either = Or(
        parts=(Word(typed="a", token="a"), Label(field="author", tokens=("x", "y"), typed="x y"))
    )
    assert render(either, NOBODY) == '("a" OR label : "author:x author:y")'


def test_a_word_of_no_feed_and_no_vocabulary_matches_nothing(made: Path) -> None:
    reader = open_reader(str(made))
    nothing = Expansion(forms={}, prefixes={Prefix(token="zz"): ()}, feeds={})
    assert not list(found_rows(reader, Selection(match=render(Prefix(token="zz"), nothing))))
    reader.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_says_so(made: Path) -> None:
    made.chmod(0)
    with pytest.raises(ArchiveUnusable, match="rights"):
        open_reader(str(made))
