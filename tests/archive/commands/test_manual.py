"""The man pages: in step with the commands, and such that man prints them without a warning."""

import shutil
import subprocess
from pathlib import Path

import click
import pytest

from archive.commands.manual import pages, write
from scheduler import NAME, root

FOLDER = Path(__file__).resolve().parents[3] / "docs/man"


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages(root, NAME)


def test_the_pages_in_docs_are_those_of_the_commands(made: dict[str, str]) -> None:
    held = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.1")}
    assert sorted(held) == sorted(made), "run: make man"
    assert [name for name in made if held[name] != made[name]] == [], "run: make man"


def test_every_command_and_option_stands_on_its_page(made: dict[str, str]) -> None:
    ctx = click.Context(root)
    for word in root.list_commands(ctx):
        command = root.get_command(ctx, word)
        assert command is not None
        text = made[f"{NAME}-{word}.1"].replace("\\-", "-")
        options = [name for param in command.params if isinstance(param, click.Option)
                   for name in param.opts if not param.hidden]  # fmt: skip
        assert [name for name in options if name not in text] == []
        assert f"{NAME}-{word}" in made[f"{NAME}.1"].replace("\\-", "-")


def test_an_example_is_printed_as_it_is_typed(made: dict[str, str]) -> None:
    text = made[f"{NAME}-search.1"]
    assert "\\(aq\\(dqvijf procent\\(dq feed:nos since:7d\\(aq" in text
    for page in made.values():
        assert [line for line in page.splitlines() if "'" in line or "`" in line] == []


def test_pages_of_commands_that_are_gone_are_taken_away(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}-gone.1").write_text("old")
    (tmp_path / "notes.txt").write_text("kept")
    n = write(root, NAME, tmp_path)
    assert not (tmp_path / f"{NAME}-gone.1").exists() and (tmp_path / "notes.txt").exists()
    assert len(list(tmp_path.glob("*.1"))) == n


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_man_has_nothing_to_warn_of(made: dict[str, str], tmp_path: Path) -> None:
    write(root, NAME, tmp_path)
    paths = sorted(map(str, tmp_path.glob("*.1")))
    told = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", *paths], capture_output=True, text=True
    )
    assert (told.returncode, told.stderr) == (0, "")
