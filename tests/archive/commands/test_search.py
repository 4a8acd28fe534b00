"""search as people and programs meet it: rows, lines, documents, exit codes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.terminal import text_width
from scheduler import main
from tests.archive.store.archives import Newsroom

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    room = Newsroom(tmp_path / "archive.db")
    room.feed("nos")
    article = room.article(
        "NAVO-bondgenoten eens over vijf procent", "De bondgenoten stemden in Den Haag in met de norm.",
        public_id="k7q2aaaaaaaaaaaa",
    )  # fmt: skip
    room.see(room.variant_of(article), "NAVO eens", "", when="2026-11-24T08:31", feed="nos")
    room.revise(
        room.variant_of(article), "NAVO-bondgenoten eens over vijf procent",
        "De bondgenoten stemden in Den Haag in met de nieuwe norm.", when="2026-11-24T08:55",
    )  # fmt: skip
    room.article(
        "Topman: bondgenoot die niet betaalt",
        "x",
        when="2026-11-23T21:40",
        feed="nos",
        public_id="m3c7aaaaaaaaaaaa",
    )
    room.article(
        "東京都の予算、bondgenoot",
        "東京都は火曜日、新しい予算を発表した。",
        when="2026-11-20",
        language="ja",
        public_id="p2aaaaaaaaaaaaaa",
    )
    room.article(
        "Kwaad\x1b[31m\u202e\tbondgenoot\nhier",
        "y",
        when="2026-11-19",
        public_id="q2aaaaaaaaaaaaaa",
    )
    room.close()
    (tmp_path / "config.toml").write_text('[archive]\nurl = "archive.db"\ntimezone = "UTC"\n')
    monkeypatch.setenv("COLUMNS", "100")
    yield tmp_path


def run(place: Path, *words: str) -> int:
    return main(["-C", str(place), *words])


def test_a_pipe_gets_tab_separated_lines_and_the_summary_on_stderr(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "search", "bondgenoot") == 0
    told = capsys.readouterr()
    rows = [line.split("\t") for line in told.out.splitlines()]
    assert rows[0] == [
        "2026-11-24T08:12:00Z", "joop", "NAVO-bondgenoten eens over vijf procent", "k7q2aaaaaaaaaaaa",
        "https://joop.example/1",
    ]  # fmt: skip
    assert [len(row) for row in rows] == [5] * 4
    assert "4 of 4, newest first" in told.err
    assert "\x1b" not in told.out
    assert "\u202e" not in told.out


def test_exclusions_are_words_and_no_options(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "search", "bondgenoot", "-hier", "-navo", "--count") == 0
    assert capsys.readouterr().out == "2\n"
    assert run(place, "search", "--count", "bondgenoot", "-title:navo-bondgenoten") == 0
    assert capsys.readouterr().out == "3\n"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--count"], "1\n"),
        (["--ids"], "k7q2aaaaaaaaaaaa\n"),
        (["--urls"], "https://joop.example/1\n"),
    ],
)
def test_one_kind_of_line_may_be_asked_for(
    place: Path, capsys: pytest.CaptureFixture[str], options: list[str], expected: str
) -> None:
    assert run(place, "search", "norm", *options) == 0
    assert capsys.readouterr().out == expected


def test_json_is_one_document_with_a_schema(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "search", "navo", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    hit = document["hits"][0]
    assert (document["schema"], document["total"], document["query"]) == (1, 1, "navo")
    assert (hit["id"], hit["feed"], hit["marks"]) == ("k7q2aaaaaaaaaaaa", "joop", ["NAVO"])
    assert (hit["sightings"], hit["revisions"]) == (2, 2)
    assert hit["effective_at"] == "2026-11-24T08:12:00Z"


def test_pages_follow_their_tokens(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, "search", "bondgenoot", "--limit", "3", "--ids") == 0
    told = capsys.readouterr()
    token = told.err.split("--page ")[1].strip()
    assert run(place, "search", "bondgenoot", "--limit", "3", "--ids", "--page", token) == 0
    assert len({*told.out.split(), *capsys.readouterr().out.split()}) == 4


def test_nothing_found_is_exit_code_one_with_the_word_and_the_nearest(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "search", "bondgenot") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "no article has 'bondgenot'" in told.err
    assert "did you mean 'bondgenoot' (3)?" in told.err


def test_a_wrong_query_is_exit_code_two_with_a_caret(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "search", "fed:joop stikstof") == 2
    assert capsys.readouterr().err.splitlines() == [
        "newsarchive: no field 'fed'. Did you mean 'feed'? To search for the words themselves, quote them",
        "  fed:joop stikstof",
        "  ^^^",
    ]


def test_two_kinds_of_output_exclude_each_other(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "search", "x", "--json", "--count") == 2
    assert "give one" in capsys.readouterr().err


def test_without_an_archive_it_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text('[archive]\nurl = "archive.db"\n')
    assert run(tmp_path, "search", "x") == 3
    assert "newsarchive init" in capsys.readouterr().err


@pytest.mark.parametrize("width", ["80", "100", "140"])
def test_rows_on_a_terminal_line_up_whatever_the_script(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(place, "search", "bondgenoot") == 0
    lines = capsys.readouterr().out.splitlines()
    heads = lines[::2]
    assert len(lines) == 8
    assert all(text_width(line) <= int(width) for line in lines)
    assert {text_width(line[: line.index(" min  ")]) for line in heads} == {
        text_width(heads[0].split(" min  ")[0])
    }
    assert "NAVO-[bondgenoten] eens" in heads[0]
    assert heads[0].endswith("k7q2  ≡2 ✎1")
    assert "東京都の予算、[bondgenoot]" in heads[2]


def test_the_whole_process_loads_nothing_heavy(place: Path) -> None:
    code = (
        "import sys, scheduler; sys.argv[1:1] = []\n"
        f"code = scheduler.main(['-C', {str(place)!r}, 'search', 'bondgenoot'])\n"
        "heavy = {'sqlalchemy', 'aiohttp', 'bs4', 'lxml', 'pydantic', 'structlog', 'rich', 'apscheduler'}\n"
        "assert code == 0 and not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
