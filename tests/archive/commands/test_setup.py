"""`init`, `config` and `help`: what they make, what they say, and that they do it once."""

import os
import tomllib
from pathlib import Path

import pytest

from archive.commands.topics import TOPICS
from archive.config import load
from scheduler import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder of a user in Amsterdam who has set up nothing."""
    for name in [name for name in os.environ if name.startswith("NEWSARCHIVE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TZ", "Europe/Amsterdam")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("archive.config.places.OF_THE_MACHINE", tmp_path / "etc.toml")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def test_init_makes_the_users_config_and_archive_apart(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("made   ~/config/newsarchive/config.toml    ")
    assert lines[1].startswith("made   ~/data/newsarchive/archive.db    schema ")
    assert lines[2] == "next   newsarchive feeds add URL    or    newsarchive feeds import FILE"
    path = home / "config" / "newsarchive" / "config.toml"
    assert tomllib.loads(path.read_text())["archive"] == {
        "url": str(home / "data" / "newsarchive" / "archive.db"),
        "timezone": "Europe/Amsterdam",
    }
    assert (home / "data" / "newsarchive" / "archive.db").exists()
    assert main([]) == 0
    assert "Next:   newsarchive search WORDS" in capsys.readouterr().out


def test_init_again_changes_nothing_and_says_so(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "news"]) == 0
    path = home / "here" / "news" / "config.toml"
    path.write_text(path.read_text() + "\n# my own words\n")
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    capsys.readouterr()
    assert main(["init", "news"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "there  news/config.toml    already there, nothing changed",
        "there  news/archive.db    already there, nothing changed",
    ]
    after = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    assert after[path.name] == before[path.name]
    assert after["archive.db"] == before["archive.db"]


@pytest.mark.parametrize(
    "argv",
    [
        ["init", "{place}"],
        ["-C", "{place}", "init"],
        ["--config", "{place}/config.toml", "init"],
    ],
)
def test_init_goes_where_it_is_pointed(home: Path, argv: list[str]) -> None:
    place = home / "place"
    place.mkdir()
    assert main([word.format(place=place) for word in argv]) == 0
    assert {"config.toml", "archive.db"} <= {file.name for file in place.iterdir()}
    assert not (home / "config").exists()


def test_a_new_config_states_only_what_this_machine_decides(home: Path) -> None:
    assert main(["init", "news"]) == 0
    path = home / "here" / "news" / "config.toml"
    stated = tomllib.loads(path.read_text())
    assert {key: value for key, value in stated.items() if value} == {
        "archive": {"timezone": "Europe/Amsterdam"}
    }
    assert load(path, {}).feeds == ()


def test_a_new_config_with_every_key_uncommented_is_still_right(home: Path) -> None:
    assert main(["init", "news"]) == 0
    path = home / "here" / "news" / "config.toml"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(x[1:] if x[:1] == "#" and x[1:2] != " " else x for x in lines))
    assert len(load(path, {}).feeds) == 1


# -- config ----------------------------------------------------------------------------------


def test_config_check_tells_every_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.toml").write_text("[web]\nprot = 1\n[pace]\nfloor_s = 'x'\n")
    assert main(["config", "check"]) == 2
    assert capsys.readouterr() == (
        "",
        "config.toml:2: unknown key 'prot' in [web]; did you mean 'port'?\n"
        "config.toml:4: 'floor_s' in [pace] must be a whole number from 1 to 2592000, not 'x'\n",
    )


def test_config_check_looks_for_the_files_that_are_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("config.toml").write_text(
        "[web]\ntoken_file = 'token'\n[[feeds]]\nurl = 'http://a.example/'\nauth_file = 'pw'\n"
    )
    Path("token").touch()
    assert main(["config", "check"]) == 2
    missing = home / "here" / "pw"
    assert capsys.readouterr().err == (
        f"config.toml: 'auth_file' names {missing}: No such file or directory\n"
    )
    missing.touch()
    assert main(["config", "check"]) == 0


def test_config_check_gives_advice_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.toml").write_text("[web]\nhost = '0.0.0.0'\n")
    assert main(["config", "check"]) == 0
    out, err = capsys.readouterr()
    assert out == "config.toml: no mistakes, 0 feeds\n"
    assert [line.split()[:2] for line in err.splitlines()] == [
        ["no", "feeds"],
        ["[fetch]", "contact"],
        ["[web]", "host"],
    ]


def test_config_show_gives_each_value_with_its_origin_and_no_secret(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("config.toml").write_text(
        """\
[fetch]
allow_networks = ["10.0.0.0/8"]
[pages]
recheck = "60m,1d"
recount = "2h"
[[feeds]]
url = "https://jan:geheim@a.example/feed?token=geheim&p=1"
[sites."a.example"]
title = "h1"
"""
    )
    monkeypatch.setenv("NEWSARCHIVE_WEB__PORT", "1234")
    assert main(["config", "show", "--origin"]) == 0
    out = capsys.readouterr().out
    rows = [line.split("\t") for line in out.splitlines()]
    for row in (
        ["fetch.allow_networks", '["10.0.0.0/8"]', "config.toml:2"],
        ["pages.recheck", '"1h,1d"', "config.toml:4"],
        ["pages.recount", '"2h"', "config.toml:5"],
        ["web.port", "1234", "NEWSARCHIVE_WEB__PORT"],
        ["web.enabled", "true", "default"],
        ["publish.since", '""', "default"],
        ["backup.every", '"1d"', "default"],
        ["feeds.1", '"https://a.example/feed?p=1"', "config.toml:6"],
        ['sites."a.example"', "title", "config.toml:8"],
    ):
        assert row in rows
    assert "geheim" not in out


def test_what_config_show_prints_can_be_a_config_again(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("config.toml").write_text("[publish]\nsince = 2026-01-02\n[fetch]\ncontact = 'é \"x\"'\n")
    assert main(["config", "show"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    again = home / "here" / "again.toml"
    again.write_text("".join(f"{name} = {value}\n" for name, value in rows))
    first = load(Path("config.toml"), {})
    second = load(again, {})
    assert (second.publish, second.fetch, second.backup) == (
        first.publish,
        first.fetch,
        first.backup,
    )


# -- help ------------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_a_topic_is_printed_whole(topic: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", topic]) == 0
    assert capsys.readouterr().out.rstrip() == TOPICS[topic].rstrip()
    assert max(len(line) for line in TOPICS[topic].splitlines()) <= 100


def test_help_of_a_command_is_its_own_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "config", "show"]) == 0
    helped = capsys.readouterr().out
    assert main(["config", "show", "-h"]) == 0
    assert helped == capsys.readouterr().out
    assert helped.startswith("Usage: newsarchive config show [OPTIONS]")


def test_help_on_nothing_known_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "exit-code"]) == 2
    assert capsys.readouterr().err == (
        "newsarchive: no help on 'exit-code'; did you mean 'exit-codes'?\n"
    )
    assert main(["help", "init", "x"]) == 2
