"""The demo's lines: clean in a pipe, marked by signs and not by colour alone, and free of control characters."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.commands.place import Place
from ingest.demo.papers import load_papers
from ingest.demo.runner import Ran
from ingest.demo.show import Sums, called_as, short_ids
from ingest.demo.telling import Telling

NOW = datetime(2026, 3, 3, tzinfo=UTC)


def telling_in(folder: Path) -> Telling:
    told = Telling(Place.at(folder, clock=lambda: NOW), folder)
    told.know({"k7q2aaaa": "k7q2"})
    return told


def ran(document: object, command: str = "newsarchive search x --json") -> Ran:
    return Ran(command, json.dumps({"schema": 1, **document}), 0.25)


def hit(**stated: object) -> dict[str, object]:
    return {
        "id": "k7q2aaaa",
        "title": "Een bondgenoot",
        "snippet": "… de bondgenoten en een bondgenoot …",
        "marks": ["bondgenoot", "bondgenoten"],
        "feed": "nos",
        "effective_at": "2026-03-02T06:40:00Z",
        **stated,
    }


def test_what_was_searched_stands_in_brackets_in_a_pipe(tmp_path, capsys) -> None:
    telling_in(tmp_path).searched("words", ran({"hits": [hit()], "total": 7}))
    out = capsys.readouterr().out
    assert "Een [bondgenoot]" in out
    assert "… de [bondgenoten] en een [bondgenoot] …" in out
    assert "$ newsarchive search x   0.2 s" in out
    assert "1 of 7" in out


def test_a_query_of_several_words_is_shown_as_a_shell_takes_it(tmp_path, capsys) -> None:
    command = 'newsarchive search "tidal barrier" feed:courier --json'
    telling_in(tmp_path).searched("words", ran({"hits": [], "total": 0}, command))
    assert """$ newsarchive search '"tidal barrier" feed:courier'""" in capsys.readouterr().out


def test_stored_text_cannot_move_the_cursor_or_speak_to_rich(tmp_path, capsys) -> None:
    evil = "a\x1b[2Jb\u202ec [bold red]d[/] :smile:"
    telling_in(tmp_path).searched("words", ran({"hits": [hit(title=evil, marks=[])], "total": 1}))
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "[bold red]d[/] :smile:" in out


def test_lines_have_no_spaces_at_their_end(tmp_path, capsys) -> None:
    telling_in(tmp_path).searched("words", ran({"hits": [hit(), hit()], "total": 2}))
    assert not [line for line in capsys.readouterr().out.splitlines() if line != line.rstrip()]


def test_each_feed_says_what_it_gave(tmp_path, capsys) -> None:
    none = {
        "new": 0,
        "joined": 0,
        "revised": 0,
        "rejected": 0,
        "seen": 0,
        "detail": None,
        "result": "parsed",
    }
    papers = load_papers(slugs=["duinpost", "waddenbode", "courier", "kapot"])
    polls = [
        {**none, "feed": "duinpost", "new": 3, "revised": 1, "seen": 4},
        {**none, "feed": "waddenbode", "result": "unchanged"},
        {**none, "feed": "courier"},
        {**none, "feed": "kapot", "result": "status", "detail": "the server answered 500"},
    ]
    document = {"polls": polls, "pages": {"read": 2, "walls": 1, "failed": 0}}
    telling_in(tmp_path).polled(2, ran(document), papers)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("Day 2   $ newsarchive")
    assert [line.split("  ")[-1].strip() for line in lines[2:]] == [
        "3 new, 1 edited, 4 as before",
        "unchanged (304)",
        "nothing new",
        "the server answered 500",
        "2 article pages read, 1 behind a consent wall",
    ]


def test_an_edit_is_told_in_words_with_the_unchanged_cut_short(tmp_path, capsys) -> None:
    long = " ".join(f"w{n}" for n in range(40))
    same, gone, new = (
        {"change": c, "text": t}
        for c, t in (("same", f" {long} "), ("gone", "two"), ("new", "three"))
    )
    document = {
        "title_changed": True,
        "words_changed": 1,
        "words": 81,
        "title": [gone, new],
        "paragraphs": [
            {"number": 1, "parts": [same]},
            {"number": 2, "parts": [same, gone, new, same]},
        ],
    }
    telling_in(tmp_path).edited([ran(document)])
    out = " ".join(capsys.readouterr().out.split())
    assert "Title {-two-} {+three+}" in out
    assert "¶2 … w34 w35 w36 w37 w38 w39 {-two-} {+three+} w0 w1 w2 w3 w4 w5 …" in out
    assert "¶1" not in out
    assert "1 of 81 words changed, and the headline" in out


@pytest.mark.parametrize(
    ("lost", "faults", "words"),
    [
        ((), (), "0 lost; feed valid (2.0 kB)"),
        ((("http://x/feed", "g1"),), (), "1 lost; feed valid (2.0 kB)"),
        ((), ("feed: no <id>",), "0 lost; feed NOT valid (2.0 kB)"),
    ],
)
def test_the_sum_says_what_was_lost_and_whether_the_feed_is_valid(
    tmp_path, capsys, lost, faults, words
) -> None:
    sums = Sums(
        n_sightings=9,
        n_articles=7,
        n_duplicates=2,
        n_edits=1,
        lost=lost,
        faults=faults,
        n_bytes=2000,
    )
    assert sums.is_good == (not lost and not faults)
    telling_in(tmp_path).summed(sums)
    out = capsys.readouterr().out
    assert f"done  9 sightings, 7 articles, 2 duplicates folded, 1 edit, {words}" in out
    assert ("http://x/feed showed g1" in out) == bool(lost)


def test_ids_are_cut_to_what_tells_them_apart() -> None:
    assert short_ids(["abcdefgh", "bcdefghi"]) == {"abcdefgh": "abcd", "bcdefghi": "bcde"}
    assert short_ids(["abcdeX", "abcdeY", "zzzzzz"]) == {
        "abcdeX": "abcdeX",
        "abcdeY": "abcdeY",
        "zzzzzz": "zzzzzz",
    }
    assert short_ids([]) == {}


def test_commands_to_try_are_called_as_this_one_was(monkeypatch, tmp_path) -> None:
    script = tmp_path / "newsarchive"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.argv", [str(script)])
    assert called_as() == "newsarchive"
    monkeypatch.setattr("sys.argv", [".venv/bin/newsarchive"])
    assert called_as() == ".venv/bin/newsarchive"
    monkeypatch.setattr("sys.argv", ["-c"])
    assert called_as() == "newsarchive"
