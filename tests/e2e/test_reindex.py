"""An archive whose index an older program made, under the service of today: it serves, and mends its index."""

import subprocess
import sys
from pathlib import Path

import pytest

from scheduler import main
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.looking import ask

COMMAND = Path(sys.executable).with_name("newsarchive")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a folder with an archive whose words are of another version, and settings without a web."""
    (tmp_path / "config.toml").write_text("[web]\nenabled = false\n")
    with open_store(tmp_path / "archive.db") as store:
        Paper(store).poll(
            {"guid": "1", "title": "Brug dicht", "text": "De brug is dicht."}, now=at(0)
        )
        with store.writing() as connection:
            connection.exec_driver_sql("UPDATE meta SET value = '0' WHERE key = 'words_version'")
        assert store.has_old_words()
    return tmp_path


def words_version(folder: Path) -> str:
    with open_store(folder / "archive.db") as store:
        ((version,),) = ask(store, "SELECT value FROM meta WHERE key = 'words_version'")
    return str(version)


def run_until(folder: Path, words: str) -> str:
    """Run the service until its log says this, end it, and return all that it said."""
    service = subprocess.Popen(
        [COMMAND, "run"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert service.stdout is not None
    said = []
    for line in service.stdout:
        said.append(line)
        if words in line:
            break
    service.terminate()
    rest, _ = service.communicate(timeout=30)
    assert service.returncode == 0
    return "".join(said) + rest


def test_the_service_makes_an_old_index_anew_while_it_runs(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "rows=1" in run_until(old, "reindexed")
    assert words_version(old) != "0"
    assert main(["-C", str(old), "search", "bruggen"]) == 0
    assert "Brug dicht" in capsys.readouterr().out
    assert "reindexed" not in run_until(old, "ready")


def test_a_service_that_stops_at_once_leaves_a_sound_archive(old: Path) -> None:
    said = run_until(old, "ready")
    assert "Traceback" not in said
    assert main(["-C", str(old), "check"]) == 0
