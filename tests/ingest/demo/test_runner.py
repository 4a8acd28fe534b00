"""The demo's commands are real ones: their failures stop it with their own words and exit code."""

from pathlib import Path

import pytest

from ingest.demo.folder import prepare
from ingest.demo.runner import CommandFailed, run


def test_a_command_s_words_come_back_with_its_line(tmp_path: Path) -> None:
    prepare(tmp_path, [("a", "http://127.0.0.1:4001/feed")])
    ran = run(tmp_path, "config", "check")
    assert ran.command == "newsarchive config check"
    assert "1 feed" in ran.stdout
    assert ran.elapsed_s > 0


def test_a_command_that_fails_says_why_and_how(tmp_path: Path) -> None:
    prepare(tmp_path, [])
    with pytest.raises(CommandFailed, match="newsarchive search") as failure:
        run(tmp_path, "search", "fed:joop")
    assert failure.value.exit_code in (2, 3)
    assert failure.value.command == "newsarchive search fed:joop"
