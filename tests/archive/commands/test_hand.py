"""merge, split, relate, unrelate and undo, as people meet them."""

from pathlib import Path

import pytest

from archive.commands.place import Place
from scheduler import main
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.handmade import face_of, ids_of
from tests.archive.store.looking import BRIDGE, FROST, story


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two papers with a story each."""
    monkeypatch.setattr("archive.commands.upkeep.who_runs", lambda: "marit")
    (tmp_path / "config.toml").write_text('[archive]\ntimezone = "UTC"\n')
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        Paper(store).poll({"guid": "brug", "title": "Brug dicht", "text": story(BRIDGE)}, now=at(0))
        Paper(store, "omroep").poll(
            {"guid": "vorst", "title": "Vorst\x1b[2J", "text": story(FROST)}, now=at(5)
        )
    return tmp_path


def run(folder: Path, *words: str, minute: float = 60) -> int:
    return main(["-C", str(folder), *words], place=Place(clock=lambda: at(minute)))


def ids(folder: Path) -> list[str]:
    return ids_of(folder / "archive.db", "brug", "vorst")


def test_a_merge_says_what_it_did_and_how_it_is_taken_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = ids(folder)
    assert run(folder, "merge", a[:6], b[:6], "--why", "een verhaal", "--dry-run") == 0
    trial = capsys.readouterr()
    assert run(folder, "merge", a[:6], b[:6], "--why", "een verhaal") == 0
    real = capsys.readouterr()
    assert real.out == trial.out.removeprefix("would ")
    assert real.out.splitlines()[0] == "merge    1 sighting, 1 telling, 1 revision"
    assert real.out.splitlines()[1] == f"  {a}  Brug dicht"
    assert "\x1b" not in real.out
    assert (trial.err, real.err) == ("", "undo: newsarchive undo 1\n")
    assert run(folder, "merge", b, a) == 0
    assert capsys.readouterr().out == "already so, nothing changed\n"


def test_undo_takes_back_the_last_or_the_one_that_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = face_of(folder / "archive.db")
    a, b = ids(folder)
    run(folder, "merge", a, b)
    run(folder, "split", a, "omroep", minute=61)
    capsys.readouterr()
    assert run(folder, "undo", "--list", minute=62) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[0] for row in rows] == ["2", "1"]
    assert rows[0][2:4] == ["marit", f"split {a} omroep"]
    assert rows[1][4].startswith("2 (split")
    assert run(folder, "undo", "1", minute=63) == 2
    assert "first: newsarchive undo 2" in capsys.readouterr().err
    assert run(folder, "undo", minute=63) == 0
    assert run(folder, "undo", "1", minute=64) == 0
    assert face_of(folder / "archive.db") == before
    assert run(folder, "undo", minute=65) == 1
    assert run(folder, "undo", "--list", minute=65) == 1


def test_related_is_said_and_unsaid(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = ids(folder)
    assert run(folder, "relate", a, b) == 0
    assert run(folder, "show", a) == 0
    assert b[:4] in capsys.readouterr().out.split("Related", 1)[-1]
    assert run(folder, "unrelate", a, b) == 0
    assert run(folder, "relate", a, a) == 2
    assert "are one article" in capsys.readouterr().err
