"""search as people and programs meet it: rows, lines, documents, exit codes."""

import csv
import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

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
    monkeypatch.setenv("PAGER", "")
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
    assert run(place, "search", "--ids", "-0", "bondgenoot", "-2026", "-7", "-東京") == 0
    assert len(capsys.readouterr().out.split("\0")) == 4
    assert run(place, "search", "-2026") == 2
    assert "only exclusions" in capsys.readouterr().err
    assert run(place, "search", "bondgenoot", "-v") == 2
    assert "no such option '-v'" in capsys.readouterr().err


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


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--output", "count"], "1\n"),
        (["--output", "ids", "-0"], "k7q2aaaaaaaaaaaa\0"),
        (["--urls", "--null"], "https://joop.example/1\0"),
        (["--count", "--json"], '{"schema": 1, "query": "norm", "total": 1, "total_is_bounded": false}\n'),
        (
            ["--ids", "--format", "json"],
            '{"schema": 1, "query": "norm", "total": 1, "total_is_bounded": false, "ids": ["k7q2aaaaaaaaaaaa"]}\n',
        ),
    ],
)  # fmt: skip
def test_output_and_format_are_chosen_apart(
    place: Path, capsys: pytest.CaptureFixture[str], options: list[str], expected: str
) -> None:
    assert run(place, "search", "norm", *options) == 0
    assert capsys.readouterr().out == expected


def test_csv_is_read_back_and_tsv_has_the_same_cells(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "search", "bondgenoot", "--csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["id"][:2] for row in rows] == ["k7", "m3", "p2", "q2"]
    assert rows[0]["title"] == "NAVO-bondgenoten eens over vijf procent"
    assert rows[3]["title"] == "Kwaad[31m bondgenoot hier"
    assert (rows[0]["sightings"], rows[0]["superseded_at"]) == ("2", "")
    assert run(place, "search", "bondgenoot", "--format", "tsv") == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [dict(zip(lines[0], line, strict=True)) for line in lines[1:]] == rows


def test_fields_are_put_out_in_the_order_asked(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "search", "bondgenoot", "--fields", "feed,id") == 0
    lines = capsys.readouterr().out.splitlines()
    assert run(place, "search", "bondgenoot", "--fields", "feed,id", "--csv") == 0
    name, *rows = capsys.readouterr().out.splitlines()
    assert (name, rows) == ("feed,id", [line.replace("\t", ",") for line in lines])
    assert run(place, "search", "bondgenoot", "--fields", "id", "--json") == 2
    assert "--fields goes with rows as text, jsonl, csv, tsv" in capsys.readouterr().err


def test_json_lines_are_the_hits_of_the_document(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "search", "bondgenoot", "--jsonl") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert run(place, "search", "bondgenoot", "--json") == 0
    hits = json.loads(capsys.readouterr().out)["hits"]
    assert lines == [{"schema": 1, **hit} for hit in hits]


def test_atom_is_a_feed_of_the_hits_with_the_ids_of_the_merged_feed(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "search", "norm", "--format", "atom") == 0
    feed = ElementTree.fromstring(capsys.readouterr().out)
    atom = "{http://www.w3.org/2005/Atom}"
    (entry,) = feed.findall(f"{atom}entry")
    domain = "0" * 16 + ".newsarchive.invalid"
    assert entry.findtext(f"{atom}id") == f"tag:{domain},2026-01-01:k7q2aaaaaaaaaaaa"
    assert entry.findtext(f"{atom}title") == "NAVO-bondgenoten eens over vijf procent"
    assert (feed.findtext(f"{atom}id") or "").startswith(f"tag:{domain},2026-01-01:search-")
    assert (feed.findtext(f"{atom}title") or "").endswith(": norm")


def test_open_writes_the_address_of_a_hit_in_a_pipe_and_starts_nothing(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    assert run(place, "search", "bondgenoot", "--open", "1") == 0
    assert capsys.readouterr().out == "https://joop.example/1\n"
    assert run(place, "search", "bondgenoot", "--open", "9") == 2
    assert "no hit 9: 4 were found" in capsys.readouterr().err
    assert opened == []


def test_open_on_a_terminal_opens_addresses_of_the_web_alone(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(place, "search", "norm", "--open", "1") == 0
    with sqlite3.connect(place / "archive.db") as db:
        db.execute("UPDATE revisions SET url = 'file:///etc/passwd'")
    assert run(place, "search", "norm", "--open", "1") == 0
    assert opened == ["https://joop.example/1"]
    assert capsys.readouterr().out.endswith("file:///etc/passwd\n")


def test_facets_count_what_was_found(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, "search", "bondgenoot", "--facets") == 0
    told = capsys.readouterr()
    rows = [line.split("\t") for line in told.out.splitlines()]
    assert rows == [
        ["feed", "joop", "3"], ["feed", "nos", "2"], ["lang", "nl", "3"], ["lang", "ja", "1"],
        ["year", "2026", "4"], ["month", "2026-11", "4"],
    ]  # fmt: skip
    assert "4 articles counted, all that match" in told.err
    assert run(place, "search", "bondgenoot", "--facets", "--json", "--top", "1") == 0
    facets = json.loads(capsys.readouterr().out)["facets"]
    assert facets["feed"] == [{"value": "joop", "articles": 3}]
    assert (facets["articles"], facets["is_bounded"]) == (4, False)
    assert run(place, "search", "zzz", "--facets") == 1


def test_facets_on_a_terminal_are_a_line_each(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(place, "search", "bondgenoot", "--facets", "--top", "1") == 0
    assert capsys.readouterr().out.splitlines() == [
        " feed      joop 3 · 1 more (--top)",
        " lang      nl 3 · 1 more (--top)",
        " section   none",
        " year      2026 4",
        " month     2026-11 4",
    ]


def test_as_of_searches_the_text_of_then(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, "search", "nieuwe", "--ids") == 0
    assert run(place, "search", "nieuwe", "--as-of", "2026-11-24T08:30") == 1
    assert "as it stood at 2026-11-24T08:30:00Z" in capsys.readouterr().err
    assert run(place, "search", "norm", "--as-of", "2026-11-24T08:30") == 0
    line = capsys.readouterr().out.rstrip("\n").split("\t")
    assert line[3:] == ["k7q2aaaaaaaaaaaa", "https://joop.example/1", "1", "2026-11-24T08:55:00Z"]
    assert run(place, "search", "norm", "--as-of", "gisteren") == 2
    assert "no date: 'gisteren'" in capsys.readouterr().err


def test_a_superseded_text_says_on_a_terminal_what_it_is(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(place, "search", "norm", "--revisions", "--no-pager") == 0
    out = capsys.readouterr().out
    assert "revision 1, replaced 24 nov" in out
    assert out.count("k7q2") == 2


def test_an_explanation_stays_within_the_terminal_and_counts_what_it_leaves_out(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    assert run(place, "search", "n* OR b* OR d* OR i* OR v*", "--explain") == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "words:" in line]
    assert len(lines) > 2 and all(text_width(line) <= 40 for line in lines)
    assert [line for line in lines if line.endswith(" more")]


def test_a_text_without_the_word_is_shown_from_its_beginning(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    assert run(place, "search", "title:navo") == 0
    assert capsys.readouterr().out.splitlines()[1].strip().startswith("De bondgenoten")


def test_explain_tells_the_tree_the_forms_and_what_it_took(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["(bondgenoot", "OR", "zzz)", "navo*", "-voetbal", "lang:nl", "after:2026"]
    assert run(place, "search", *words, "--explain") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["all", "of", "1"]
    assert lines[1].split() == ["any", "of", "4"]
    assert lines[2].split() == ["bondgenoot", "4"]
    assert "nl: bondgenoten" in lines[3]
    assert [line for line in lines if "without voetbal" in line]
    assert " only dated 2026-01-01T00:00:00Z or later" in lines
    assert " found 1" in lines
    assert lines[-1].startswith(" took  parse ")
    assert run(place, "search", "bondgenoot", "--explain", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["parts"][0]["forms"] == [{"lang": "nl", "words": ["bondgenoten"]}]
    assert list(document["seconds"]) == ["parse", "words", "match", "count", "hits"]
    assert run(place, "search", "zzz", "--explain") == 1


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
    for options in (["--urls", "--count"], ["--json", "--format", "csv"], ["--output", "ids", "--urls"],
                    ["--urls", "--csv"], ["--count", "-0"], ["--as-of", "7d", "--revisions"]):  # fmt: skip
        assert run(place, "search", "x", *options) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "give one" in told.err or "add --urls" in told.err


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
        "heavy |= {'archive.model.kept', 'archive.model.stated', 'archive.store.relating'}\n"
        "assert code == 0 and not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
