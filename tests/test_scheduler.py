"""The root of the command: names, help, errors and exit codes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import scheduler
from archive.commands.place import Place
from archive.errors import ArchiveUnusable, Busy, ConfigError, NotFound, QueryError, UsageError
from scheduler import FAMILIES, Listed, caret_lines, main, root

COMMAND = [str(Path(sys.executable).parent / "newsarchive")]


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder of a user who has set up nothing."""
    for name in [name for name in os.environ if name.startswith("NEWSARCHIVE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("archive.config.places.OF_THE_MACHINE", tmp_path / "etc.toml")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseException | int | None]]:
    """Put a command `end` into the list, which raises or returns what is put into this list."""
    what: list[BaseException | int | None] = []

    @click.command()
    def end() -> int | None:
        if isinstance(what[0], BaseException):
            raise what[0]
        return what[0]

    monkeypatch.setattr(scheduler, "end", end, raising=False)
    monkeypatch.setitem(FAMILIES, "Test", {"end": Listed("scheduler:end", "end as told")})
    yield what


# -- first words -----------------------------------------------------------------------------


def test_bare_in_an_empty_place_says_in_few_lines_how_to_begin(
    capsys: pytest.CaptureFixture[str], empty_place: Path
) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out == (
        "newsarchive keeps every article your feeds ever show: once, with every edit."
        " Nothing is set up yet.\n"
        "  archive  ~/data/newsarchive/archive.db   (would be made)\n"
        "  config   ~/config/newsarchive/config.toml   (would be made)\n"
        "Start:  newsarchive init        then  newsarchive feeds add https://www.bnnvara.nl/joop\n"
        "Look:   newsarchive help query  or    newsarchive demo            (no network, 10 s)\n"
    )
    assert list(empty_place.iterdir()) == []


def test_bare_beside_an_archive_names_what_comes_next(
    capsys: pytest.CaptureFixture[str], empty_place: Path
) -> None:
    (empty_place / "config.toml").write_text("")
    (empty_place / "archive.db").touch()
    assert main([]) == 0
    out = capsys.readouterr().out
    assert "  archive  archive.db\n  config   config.toml\n" in out
    assert "Nothing is set up" not in out
    assert len(out.splitlines()) <= 12


def test_short_help_fits_a_screen_and_whole_help_has_a_line_a_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["-h"]) == 0
    short = capsys.readouterr().out
    assert len(short.splitlines()) <= 24
    assert main(["--help"]) == 0
    whole = capsys.readouterr().out
    for commands in FAMILIES.values():
        for name, listed in commands.items():
            assert name in short.split()
            assert f"  {name} " in whole
            assert listed.line in whole


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    from archive import __version__

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"newsarchive {__version__}\n"


# -- the list --------------------------------------------------------------------------------


def test_help_and_completion_load_nothing_heavy() -> None:
    code = (
        "import sys, scheduler\n"
        "scheduler.main(['--help'])\n"
        "import click\n"
        "items = scheduler.root.shell_complete(click.Context(scheduler.root), 's')\n"
        "assert [item.value for item in items][:4] == ['search', 'show', 'save', 'saved']\n"
        "heavy = {'sqlalchemy', 'aiohttp', 'bs4', 'rich', 'lxml', 'feedparser', 'platformdirs',\n"
        "         'tomlkit', 'dataclasses_json', 'structlog', 'asyncio', 'tomllib', 'difflib'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
        "ours = sorted(m for m in sys.modules if m.startswith(('ingest', 'archive.commands.')))\n"
        "print(ours, file=sys.stderr)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(scheduler.__file__).parent,
        check=True,
    )
    assert ran.stderr == "[]\n['archive.commands.place']\n"


@pytest.mark.parametrize("name", [name for commands in FAMILIES.values() for name in commands])
def test_every_listed_command_is_there(name: str) -> None:
    command = root.get_command(click.Context(root, info_name="newsarchive"), name)
    assert isinstance(command, click.Command)
    assert command.name == name
    assert command.help


def test_no_two_families_list_the_same_command() -> None:
    names = [name for family in FAMILIES.values() for name in family]
    assert len(names) == len(set(names))


# -- mistakes in words -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["serach"], "newsarchive: no command 'serach'. Did you mean 'search'?\n"),
        (["xyzzy"], "newsarchive: no command 'xyzzy'. newsarchive -h lists them\n"),
        (
            ["https://a.example/feed"],
            "newsarchive: no command 'https://a.example/feed'. To subscribe:"
            " newsarchive feeds add https://a.example/feed\n",
        ),
        (
            ["--confg", "x"],
            "newsarchive: no such option '--confg'. Did you mean '--config'?\n"
            "  how it is used:  newsarchive -h\n",
        ),
        (
            ["config", "chekc"],
            "newsarchive config: no such command 'chekc'. Did you mean 'check'?\n"
            "  how it is used:  newsarchive config -h\n",
        ),
        (
            ["-C", "nowhere", "config"],
            "newsarchive: invalid value for '-C': Directory 'nowhere' does not exist.\n"
            "  how it is used:  newsarchive -h\n",
        ),
    ],
)
def test_a_wrong_word_names_the_nearest_right_one(
    argv: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    assert capsys.readouterr() == ("", said)


# -- errors and exit codes -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (None, 0, ""),
        (0, 0, ""),
        (1, 1, ""),
        (UsageError("bad; cure"), 2, "newsarchive: bad; cure\n"),
        (UsageError("bad\x1b[2J\nsecond"), 2, "newsarchive: bad[2J\n  second\n"),
        (NotFound("no feed 'x'", subject="x"), 1, "newsarchive: no feed 'x'\n"),
        (ArchiveUnusable("gone", subject="a.db"), 3, "newsarchive: gone\n"),
        (Busy("held by 12"), 75, "newsarchive: held by 12\n"),
        (ConfigError("c", ["c:1: one", "c:2: two"]), 2, "c:1: one\nc:2: two\n"),
        (
            PermissionError(13, "Permission denied", "out.xml"),
            2,
            "newsarchive: out.xml: Permission",
        ),
        (OSError(28, "No space left on device"), 3, "newsarchive: the disk is full"),
        (KeyboardInterrupt(), 130, "\nnewsarchive: stopped. What was written stays"),
        (click.Abort(), 130, "\nnewsarchive: stopped."),
        (click.exceptions.Exit(7), 7, ""),
        (
            RuntimeError("odd"),
            70,
            "newsarchive: a fault in this program, please report it: Runtime",
        ),
    ],
)
def test_each_ending_has_its_line_and_its_code(
    error: BaseException | int | None,
    code: int,
    said: str,
    ending: list[BaseException | int | None],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scheduler, "_drop_stdout", lambda: None)
    ending.append(error)
    assert main(["end"]) == code
    err = capfd.readouterr().err
    assert err.startswith(said) and bool(err) is bool(said)
    assert "Traceback" not in err


def test_a_traceback_is_shown_only_when_asked_for(
    ending: list[BaseException | int | None], capsys: pytest.CaptureFixture[str]
) -> None:
    ending.append(UsageError("bad"))
    assert main(["--debug", "end"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("Traceback")
    assert err.endswith("newsarchive: bad\n")


def test_a_query_error_has_carets_under_the_fault(
    ending: list[BaseException | int | None], capsys: pytest.CaptureFixture[str]
) -> None:
    ending.append(
        QueryError("no field 'fed'.", query="fed:joop stikstof", position=0, length=3, hint="feed")
    )
    assert main(["end"]) == 2
    assert capsys.readouterr().err == (
        "newsarchive: no field 'fed'. Did you mean 'feed'?\n  fed:joop stikstof\n  ^^^\n"
    )


@pytest.mark.parametrize(
    ("query", "position", "length", "lines"),
    [
        ("東京 (abc", 3, 1, ("  東京 (abc", "       ^")),
        ("a\x1bb)", 3, 1, ("  ab)", "    ^")),
        ("abc", 3, 1, ("  abc", "     ^")),
        ("", 0, 1, ("  ", "  ^")),
        ("x" * 200 + "!", 200, 1, ("  …" + "x" * 50 + "!", " " * 53 + "^")),
    ],
)
def test_carets_stand_under_wide_hidden_and_long_text(
    query: str, position: int, length: int, lines: tuple[str, str]
) -> None:
    error = QueryError("bad", query=query, position=position, length=length)
    assert caret_lines(error) == lines


def test_a_reader_that_leaves_early_is_no_error_with_words() -> None:
    ran = subprocess.run(
        [*COMMAND, "config", "show"],
        stdout=_closed_pipe(),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert ran.returncode == 141
    assert ran.stderr == ""


def _closed_pipe() -> int:
    reading, writing = os.pipe()
    os.close(reading)
    return writing


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_output_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run([*COMMAND, "-h"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert ran.returncode == 3
    assert ran.stderr.startswith("newsarchive: the disk is full")
    assert len(ran.stderr.splitlines()) == 1


# -- where it works --------------------------------------------------------------------------


def test_dash_c_works_as_if_started_there_and_comes_back(
    tmp_path: Path, empty_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "config.toml").write_text("[web]\nport = 1\n")
    assert main(["-C", str(tmp_path / "there"), "config", "show", "--origin"]) == 0
    assert "web.port\t1\tconfig.toml:2\n" in capsys.readouterr().out
    assert Path.cwd() == empty_place


def test_config_names_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other.toml").write_text("[web]\nport = 2\n")
    assert main(["--config", str(tmp_path / "other.toml"), "config", "show"]) == 0
    assert "web.port\t2\n" in capsys.readouterr().out
    assert main(["--config", "nowhere.toml", "config", "show"]) == 2
    assert capsys.readouterr().err == (
        "nowhere.toml: no such file; make one with: newsarchive --config nowhere.toml init\n"
    )


def test_a_command_is_handed_the_place_with_its_clock(tmp_path: Path) -> None:
    seen: list[Place] = []

    @click.command()
    @click.pass_obj
    def look(place: Place) -> None:
        seen.append(place)

    place = Place.at(tmp_path)
    (tmp_path / "config.toml").write_text("[archive]\nurl = 'n.db'\ntimezone = 'Europe/Amsterdam'")
    result = CliRunner().invoke(look, obj=place)
    assert result.exit_code == 0, result.output
    assert seen == [place]
    assert place.archive_path == tmp_path / "n.db"
    assert str(place.zone) == "Europe/Amsterdam"
    assert place.now().utcoffset() is not None


def test_the_root_is_a_command_click_man_can_read() -> None:
    ctx = click.Context(root, info_name="newsarchive")
    assert root.list_commands(ctx)[0] == "search"
    assert isinstance(root.get_command(ctx, "config"), click.Group)
    assert root.get_command(ctx, "nothing") is None
