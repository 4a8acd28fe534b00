"""The pager: for a person, and for what is longer than the screen."""

import sys
from pathlib import Path

import click
import pytest

from archive.commands.pager import paged, pager_of
from archive.commands.place import Place

KEEP = "import os, sys; open(sys.argv[1], 'w').write(os.environ['LESS'] + ':' + sys.stdin.read())"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that a pager of ours writes, with ten lines on the screen and a person before it."""
    monkeypatch.setenv("LINES", "10")
    monkeypatch.setattr(Place, "is_terminal", True)
    (tmp_path / "pager.py").write_text(KEEP)
    return tmp_path / "kept"


def place_of(kept: Path, pager: str | None = None) -> Place:
    command = pager or f"{sys.executable} {kept.parent / 'pager.py'} {kept}"
    return Place(environ={"PAGER": command})


def test_what_is_longer_than_the_screen_comes_in_the_pager(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with paged(place_of(kept)):
        for n in range(12):
            click.echo(f"\x1b[1mregel\x1b[0m {n}", color=True)
    text = kept.read_text()
    assert text.startswith("FRX:\x1b[1mregel\x1b[0m 0\n") and text.endswith(" 11\n")
    assert capsys.readouterr().out == ""


def test_what_fits_is_written_straight(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with paged(place_of(kept)):
        click.echo("kort")
    assert capsys.readouterr().out == "kort\n"
    assert not kept.exists()


@pytest.mark.parametrize("pager", ["cat", "nosuchprogramatall -x", "'", " "])
def test_without_a_pager_all_is_written_straight(
    kept: Path, capsys: pytest.CaptureFixture[str], pager: str
) -> None:
    with paged(place_of(kept, pager)):
        click.echo("x\n" * 50, nl=False)
    assert capsys.readouterr().out == "x\n" * 50


def test_a_pipe_and_no_pager_never_start_one(
    kept: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with paged(place_of(kept), is_wanted=False):
        click.echo("x\n" * 50, nl=False)
    monkeypatch.setattr(Place, "is_terminal", False)
    with paged(place_of(kept)):
        click.echo("x\n" * 50, nl=False)
    assert capsys.readouterr().out == "x\n" * 100
    assert not kept.exists()


def test_a_pager_that_is_left_early_is_no_error(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with paged(place_of(kept, f"{sys.executable} -c pass")):
        click.echo("x" * 1_000_000 + "\n" * 50)
    assert capsys.readouterr().out == ""


def test_what_was_written_before_an_error_is_shown(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match="midway"), paged(place_of(kept)):
        click.echo("begun")
        raise ValueError("midway")
    assert capsys.readouterr().out == "begun\n"


def test_less_is_the_pager_where_none_is_named() -> None:
    assert pager_of({}) in (["less"], [])
