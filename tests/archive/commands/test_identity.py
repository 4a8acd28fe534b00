"""identity replay, as people meet it."""

import json
from pathlib import Path

import pytest

from archive.commands.place import Place
from scheduler import main
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.handmade import ids_of
from tests.archive.store.looking import BRIDGE, articles, story
from tests.archive.store.test_replaying import never_join


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One story in two papers that weaker rules kept apart."""
    monkeypatch.setattr("archive.commands.upkeep.who_runs", lambda: "marit")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "config.toml").write_text('[archive]\ntimezone = "UTC"\n')
    with open_store(tmp_path / "archive.db", settle_s=0) as store, monkeypatch.context() as rules:
        never_join(rules)
        for minute, name in enumerate(("krant", "omroep")):
            item = {"guid": name, "title": f"Brug dicht\x1b[2J {name}", "text": story(BRIDGE)}
            Paper(store, name).poll(item, now=at(minute))
    return tmp_path


def run(folder: Path, *words: str, minute: float = 60) -> int:
    return main(["-C", str(folder), *words], place=Place(clock=lambda: at(minute)))


def test_it_shows_and_changes_nothing_until_it_is_told_to(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = ids_of(folder / "archive.db", "krant", "omroep")
    assert run(folder, "identity", "replay") == 0
    shown = capsys.readouterr()
    row = shown.out.rstrip("\n").split("\t")
    assert row[:2] == ["joined", first] and row[3] == second and row[5] == "omroep"
    assert row[6] and row[7] and "\x1b" not in shown.out
    assert shown.err.splitlines() == [
        "decided anew: 2 statements of 2 articles",
        "would be 1 joined",
    ]
    assert len(articles(folder / "archive.db")) == 2
    assert list((folder / "tmp").iterdir()) == []
    assert run(folder, "identity", "replay", "--apply") == 0
    done = capsys.readouterr()
    assert done.out == shown.out
    assert done.err.splitlines()[1:] == ["1 joined", "undo: newsarchive undo 1"]
    assert len(articles(folder / "archive.db")) == 1
    assert run(folder, "identity", "replay", "--apply") == 0
    assert capsys.readouterr().err.splitlines()[1] == "nothing to change"
    assert run(folder, "undo", minute=61) == 0
    assert len(articles(folder / "archive.db")) == 2
    assert run(folder, "check", minute=62) == 0


def test_json_has_both_grounds_and_the_counts(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "identity", "replay", "--json", "--dry-run") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["applied"], told["n_joined"], told["undo"]) == (1, False, 1, [])
    (change,) = told["changes"]
    assert change["change"] == "joined" and change["then"] is None
    assert change["now"]["scores"] and change["sightings"] == ["s2"]


def test_a_person_reads_it_in_words(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Place, "is_terminal", True)
    assert run(folder, "identity", "replay") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "would be joined    omroep"
    assert lines[3].startswith("  now   one: ") and "(rule " in lines[3]
    assert lines[4] == "  then  two: never compared"


def test_since_takes_dates_and_ages(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "identity", "replay", "--since", "2026-11-25") == 0
    assert capsys.readouterr().err.splitlines() == [
        "decided anew: 0 statements of 0 articles",
        "nothing to change",
    ]
    assert run(folder, "identity", "replay", "--since", "1d") == 0
    assert "would be 1 joined" in capsys.readouterr().err
    assert run(folder, "identity", "replay", "--since", "ooit") == 2
    assert "is no date; write 2026, 2026-11" in capsys.readouterr().err


def test_both_at_once_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "identity", "replay", "--apply", "--dry-run") == 2
    assert "say --apply or --dry-run" in capsys.readouterr().err
