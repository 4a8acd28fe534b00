"""check, dump, load, backup, migrate, reindex and erase, as a user runs them."""

import io
import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from archive.commands.place import Place
from archive.front import Archive
from archive.store import Store
from archive.store.schema import SCHEMA_VERSION
from scheduler import main
from tests.archive.store.depositing import Paper, at, open_store

LATER = at(60)
DIJK = {
    "guid": "1",
    "title": "Dijk bij Tiel houdt stand",
    "text": "Het water steeg, de dijk hield het.",
}
KAMER = {
    "guid": "2",
    "title": "Kamer stemt over stikstof",
    "text": "De stemming duurde tot na elven.",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a config and an archive of two articles, published once."""
    monkeypatch.delenv("NEWSARCHIVE_CONFIG", raising=False)
    (tmp_path / "config.toml").write_text('[publish]\ndir = "public"\n[backup]\nkeep = 2\n')
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        Paper(store).poll(DIJK, KAMER, now=at(0))
    assert run(tmp_path, "publish", now=at(30)) == 0
    yield tmp_path


def run(folder: Path, *words: str, now: datetime = LATER) -> int:
    return main(["-C", str(folder), *words], place=Place(clock=lambda: now))


def ids(folder: Path) -> dict[str, str]:
    """Return the articles' ids by headline."""
    with Archive.open(str(folder / "archive.db")) as archive:
        return {article.face.title: article.id for article in archive.latest(10)}


def feed_in(stdin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))


# -- check -----------------------------------------------------------------------------------


def test_check_says_ok(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(folder, "check") == 0
    assert capsys.readouterr().out == "ok\n"


def test_check_names_what_is_wrong_and_exits_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(folder / "archive.db") as db:
        db.execute("DELETE FROM search_row WHERE revision = 1")
    capsys.readouterr()
    assert run(folder, "check") == 1
    told = capsys.readouterr()
    assert "a current revision that search cannot find\t1\t1\n" in told.out
    assert "restore a backup" in told.err
    assert run(folder, "check", "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["ok"]) == (1, False)
    assert document["troubles"][0].keys() == {"what", "n_found", "examples"}
    assert run(folder, "reindex") == 0
    assert capsys.readouterr().out == "2 revisions indexed\n"
    assert run(folder, "check") == 0


def test_check_of_a_file_that_is_no_archive_exits_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text("")
    assert run(tmp_path, "check") == 3
    (tmp_path / "archive.db").write_bytes(b"no database at all, but some words" * 99)
    assert run(tmp_path, "check") == 3
    assert "Traceback" not in capsys.readouterr().err


# -- dump, load ------------------------------------------------------------------------------


def test_what_was_dumped_is_loaded_elsewhere_and_dumps_the_same(folder: Path) -> None:
    assert run(folder, "dump", "all.jsonl") == 0
    (folder / "new").mkdir()
    (folder / "new" / "config.toml").write_text("")
    assert run(folder / "new", "load", "../all.jsonl") == 0
    assert run(folder / "new", "dump", "again.jsonl") == 0
    assert (folder / "new" / "again.jsonl").read_bytes() == (folder / "all.jsonl").read_bytes()
    assert ids(folder / "new") == ids(folder)


def test_a_dump_goes_through_a_pipe(
    folder: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    capsysbinary.readouterr()
    assert run(folder, "dump", "--no-bodies") == 0
    told = capsysbinary.readouterr()
    assert b"1 feeds, 2 articles, 2 sightings, 2 revisions, 0 bodies written" in told.err
    (folder / "new").mkdir()
    (folder / "new" / "config.toml").write_text("")
    feed_in(told.out.decode(), monkeypatch)
    assert run(folder / "new", "load", "-") == 0
    assert ids(folder / "new") == ids(folder)


def test_a_dump_that_is_cut_leaves_no_archive(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "dump", "all.jsonl") == 0
    text = (folder / "all.jsonl").read_text()
    (folder / "new").mkdir()
    (folder / "new" / "config.toml").write_text("")
    (folder / "new" / "cut.jsonl").write_text(text[: len(text) // 2])
    capsys.readouterr()
    assert run(folder / "new", "load", "cut.jsonl") == 2
    assert "dump" in capsys.readouterr().err
    assert sorted(path.name for path in (folder / "new").iterdir()) == ["config.toml", "cut.jsonl"]


def test_a_filled_archive_takes_no_dump_and_keeps_what_it_has(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "dump", "all.jsonl") == 0
    before = ids(folder)
    assert run(folder, "load", "all.jsonl") == 2
    assert "holds feeds already" in capsys.readouterr().err
    assert ids(folder) == before


def test_a_dump_never_replaces_the_archive(folder: Path) -> None:
    before = (folder / "archive.db").read_bytes()
    assert run(folder, "dump", "archive.db") == 2
    assert (folder / "archive.db").read_bytes() == before


# -- backup, migrate -------------------------------------------------------------------------


def test_a_backup_is_an_archive(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(folder, "backup", "copy.db") == 0
    assert capsys.readouterr().out.startswith("copy.db    ")
    with Store.open(str(folder / "copy.db")) as store:
        assert store.check() == ()
    assert run(folder, "backup", "copy.db") == 2  # never over one that is there
    assert run(folder, "backup") == 2  # no folder is set
    assert "[backup] dir" in capsys.readouterr().err


def test_backups_go_into_the_folder_of_the_config(folder: Path) -> None:
    (folder / "config.toml").write_text('[backup]\ndir = "copies"\nkeep = 2\n')
    for hour in range(3):
        assert run(folder, "backup", now=at(60 * hour)) == 0
    assert len(list((folder / "copies").iterdir())) == 2


def test_migrate_makes_what_is_missing_and_leaves_what_is_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text("")
    assert run(tmp_path, "migrate") == 0
    before = (tmp_path / "archive.db").read_bytes()
    assert run(tmp_path, "migrate") == 0
    assert f"schema {SCHEMA_VERSION}: already up to date" in capsys.readouterr().out
    assert (tmp_path / "archive.db").read_bytes() == before


def test_migrate_refuses_a_newer_archive(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(folder / "archive.db") as db:
        db.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    assert run(folder, "migrate") == 3
    assert "install the newer newsarchive" in capsys.readouterr().err


# -- erase -----------------------------------------------------------------------------------


def test_an_article_is_erased_from_archive_feed_and_files(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    public_id = ids(folder)[DIJK["title"]]
    assert b"Tiel" in (folder / "public" / "feed.xml").read_bytes()
    capsys.readouterr()
    assert run(folder, "erase", public_id[:8], "--yes", "--why", "op verzoek") == 0
    told = capsys.readouterr()
    assert told.out.startswith(f"erased {public_id}: 1 sightings, 1 revisions")
    assert told.err == ""
    feed = (folder / "public" / "feed.xml").read_bytes()
    assert b"Tiel" not in feed
    assert b"deleted-entry" in feed
    held = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    assert b"Tiel" not in held and b"tiel" not in held
    assert b"stikstof" in held
    assert run(folder, "check") == 0
    assert run(folder, "show", public_id) == 1
    with sqlite3.connect(folder / "archive.db") as db:
        assert {row[0] for row in db.execute("SELECT why FROM erasures")} == {"op verzoek"}


def test_closed_pages_are_rewritten_and_copies_named(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.output.series.runs_to_close.__kwdefaults__", {"n_at_once": 1})
    assert run(folder, "publish", now=at(40)) == 0
    pages = sorted((folder / "public").glob("feed-*.xml"))
    assert sum(b"Tiel" in page.read_bytes() for page in pages) == 1
    assert run(folder, "backup", "archive-schema0-x.db") == 0
    capsys.readouterr()
    assert run(folder, "erase", ids(folder)[DIJK["title"]], "--yes") == 0
    assert "still holds what was erased: archive-schema0-x.db" in capsys.readouterr().err
    assert [page for page in pages if b"Tiel" in page.read_bytes()] == []
    assert sum(b"stikstof" in page.read_bytes() for page in pages) == 1


def test_nothing_is_erased_unasked(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    feed_in("", monkeypatch)
    before = ids(folder)
    assert run(folder, "erase", before[DIJK["title"]]) == 2
    assert "--yes" in capsys.readouterr().err
    assert run(folder, "erase") == 2
    assert run(folder, "erase", "zzzzzzzz", "--yes") == 1
    assert ids(folder) == before


def test_the_whole_id_is_typed_on_a_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.TextIOWrapper):
        """A keyboard."""

        def isatty(self) -> bool:
            return True

    public_id = ids(folder)[DIJK["title"]]
    monkeypatch.setattr("sys.stdin", Terminal(io.BytesIO(b"k7q2\n")))
    assert run(folder, "erase", public_id) == 2
    assert len(ids(folder)) == 2
    monkeypatch.setattr("sys.stdin", Terminal(io.BytesIO(public_id.encode() + b"\n")))
    assert run(folder, "erase", public_id) == 0
    assert list(ids(folder)) == [KAMER["title"]]


def test_traces_that_a_reader_holds_back_are_wiped_later(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.store.opening.BUSY_S", 0.1)
    public_id = ids(folder)[DIJK["title"]]
    with Archive.open(str(folder / "archive.db")) as archive:
        rows = archive.export()
        next(rows)  # a snapshot is open
        assert run(folder, "erase", public_id, "--yes") == 1
        assert "newsarchive erase --wipe" in capsys.readouterr().err
        rows.close()
    assert run(folder, "erase", "--wipe") == 0
    held = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    assert b"Tiel" not in held
