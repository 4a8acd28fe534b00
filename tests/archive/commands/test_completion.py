"""Completion, as each shell asks for it; and in a real bash."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archive.store import labelling
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.handmade import ids_of
from tests.archive.store.looking import BRIDGE, FROST, story

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("completion")
    (folder / "config.toml").write_text('[archive]\nurl = "archive.db"\n')
    with open_store(folder / "archive.db") as store:
        Paper(store, "krant").poll(
            {"guid": "a", "title": "Brug: dicht", "text": story(BRIDGE), "tags": ("Verkeer",)},
            now=at(0),
        )
        Paper(store, "ochtend").poll(
            {"guid": "b", "title": "Vorst", "text": story(FROST)}, now=at(1)
        )
        labelling.tag(
            store, ids_of(store, "b"), added=["vorst-dossier"], removed=[], who="me", command="",
            now=at(2),
        )  # fmt: skip
        from archive.store.saved import save_search

        save_search(store, "stormen", "storm OR wind", now=at(3))
    return folder


def ask(folder: Path, line: str, shell: str = "bash") -> list[str]:
    """Return what a shell is told for the last word of `line`; of zsh values with their help."""
    words = ["newsarchive", "-C", str(folder), *line.split(" ")]
    asked = words[-1] if shell == "fish" else str(len(words) - 1)
    told = subprocess.run(
        [sys.executable, "-m", "scheduler"],
        cwd=ROOT, capture_output=True, text=True, check=True,
        env=os.environ | {
            "COMP_WORDS": " ".join(words[:-1] if shell == "fish" else words), "COMP_CWORD": asked,
            "_NEWSARCHIVE_COMPLETE": f"{shell}_complete",
        },
    )  # fmt: skip
    assert told.stderr == ""
    if shell == "zsh":
        lines = told.stdout.splitlines()
        return [f"{lines[n + 1]} {lines[n + 2]}" for n in range(0, len(lines), 3)]
    if shell == "fish":
        values = [line.partition("\t")[0] for line in told.stdout.splitlines()]
        return [value.removeprefix("plain,") for value in values]
    return [line.removeprefix("plain,") for line in told.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("se", ["search", "serve", "set"]),
        ("search fe", ["feed:"]),
        ("search -fe", []),  # an option, to every shell
        ("search x feed:", ["feed:krant", "feed:ochtend"]),
        ("search feed : o", ["ochtend"]),  # bash parts words at the colon
        ("search x feed :", ["krant", "ochtend"]),
        ("search saved:", ["saved:stormen"]),
        ("search tag:v", ["tag:Verkeer", "tag:vorst-dossier"]),
        ("search lang:", ["lang:nl"]),
        ("search has:im", ["has:image"]),
        ("count ta", ["tag:"]),
        ("follow since:", ["since:1d", "since:7d", "since:30d", "since:1y"]),
        ("tag 4zpe +vo", ["+vorst-dossier"]),
        ("unsave ", ["stormen"]),
        ("poll k", ["krant"]),
        ("why ochte", ["ochtend"]),  # an id, which is made by chance, may begin with o
        ("feeds pause ", ["krant", "ochtend"]),
        ("search --sort re", ["relevance"]),
    ],
)
def test_words_are_completed_by_what_they_stand_for(
    folder: Path, line: str, offered: list[str]
) -> None:
    assert ask(folder, line) == offered


def test_every_shell_is_told_the_same(folder: Path) -> None:
    assert ask(folder, "search feed:k", "fish") == ["feed:krant"]
    assert ask(folder, "search feed:k", "zsh") == [r"feed\:krant Krant"]
    assert ask(folder, "unsave st", "zsh") == ["stormen storm OR wind"]
    shown = ask(folder, "show ", "zsh")
    assert [one.split(" ", 1)[1] for one in shown] == ["Vorst", "Brug: dicht"]


def test_an_archive_that_is_not_there_completes_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[archive]\nurl = "none.db"\n')
    assert ask(tmp_path, "search feed:") == []
    (tmp_path / "config.toml").write_text("no toml [")
    assert ask(tmp_path, "search feed:") == []


def in_bash(folder: Path, words: list[str]) -> list[str]:
    """Let bash itself complete the last of these words; returns what it would offer."""
    tool = folder / "newsarchive"
    tool.write_text(f'#!/bin/sh\ncd "{ROOT}" && exec "{sys.executable}" -m scheduler "$@"\n')
    tool.chmod(0o755)
    quoted = " ".join(f"'{word}'" for word in words)
    script = (
        'eval "$(_NEWSARCHIVE_COMPLETE=bash_source newsarchive)"\n'
        f"COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}\n"
        "_newsarchive_completion newsarchive\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    told = subprocess.run(
        ["bash", "--norc", "-c", script],
        capture_output=True, text=True, check=True,
        env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"},
    )  # fmt: skip
    return told.stdout.split("\n")[:-1]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_with_what_the_command_hands_it(folder: Path) -> None:
    assert in_bash(folder, ["newsarchive", "-C", str(folder), "search", "feed", ":", "o"]) == [
        "ochtend"
    ]
    assert in_bash(folder, ["newsarchive", "-C", str(folder), "unsave", ""]) == ["stormen"]
    source = subprocess.run(
        [str(folder / "newsarchive")], capture_output=True, text=True, check=True,
        env=os.environ | {"_NEWSARCHIVE_COMPLETE": "bash_source"},
    ).stdout  # fmt: skip
    assert "compopt -o nospace" in source


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_script_for_a_shell_is_one_that_it_reads(folder: Path, shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    source = subprocess.run(
        [sys.executable, "-m", "scheduler"], cwd=ROOT, capture_output=True, text=True, check=True,
        env=os.environ | {"_NEWSARCHIVE_COMPLETE": f"{shell}_source"},
    ).stdout  # fmt: skip
    (folder / "script").write_text(source)
    subprocess.run([program, "-n", str(folder / "script")], check=True)
