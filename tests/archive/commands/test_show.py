"""show as people and programs meet them."""

import json
import sys
from pathlib import Path

import pytest
from click import unstyle

from archive.terminal import text_width
from scheduler import main
from tests.archive.commands.edited import OLD, REST, edited_archive


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return edited_archive(tmp_path)


def run(place: Path, *words: str) -> int:
    return main(["-C", str(place), *words])


def test_show_tells_headline_facts_text_sightings_and_edits(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "show", "k7q2") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["NAVO", "eens", "k7q2"]
    assert lines[1].startswith(" Joop · Actueel · by Marit Vos · 24 nov")
    assert lines[1].endswith("334 views")
    assert lines[2] == " https://joop.example/1"
    text = "\n".join(lines)
    assert "een uitgavennorm van vijf procent" in text
    assert "Seen     joop 24 nov" in text
    assert "nos 24 nov" in text
    assert "headline and" in text
    assert "newsarchive diff k7q2 1 2" in text
    assert "Related  m3c9 Nooit veranderd" in text


def test_show_may_give_the_text_the_html_or_an_older_revision(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "show", "k7q2", "--text", "--revision", "1") == 0
    assert capsys.readouterr().out == f"NAVO bijna eens\n\n{OLD}{REST}\n"
    assert run(place, "show", "k7q2", "--html") == 0
    assert capsys.readouterr().out == "<p>nieuw</p>\n"
    assert run(place, "show", "k7q2", "--revision", "7") == 1
    assert "no revision 7; it has 1, 2" in capsys.readouterr().err


def test_nothing_stored_reaches_the_terminal_as_a_control(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for options in ([], ["--text"]):
        assert run(place, "show", "m3c9", *options) == 0
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert "\x07" not in out


def test_show_json_holds_everything_once(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, "show", "k7q2", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["id"], document["title"]) == (
        1,
        "k7q2aaaaaaaaaaaa",
        "NAVO eens",
    )
    assert [seen["feed"] for seen in document["sightings"]] == ["joop", "nos"]
    assert [(r["number"], r["kind"]) for r in document["revisions"]] == [
        (1, "new"),
        (2, "substantial"),
    ]
    assert document["counters"][0]["value"] == 334


def test_an_unknown_id_is_exit_code_one(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, "show", "zzzz") == 1
    assert "newsarchive search" in capsys.readouterr().err


def test_a_long_text_is_cut_on_a_terminal_and_the_rest_counted(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    room_text = "\n".join(f"Alinea {n}." for n in range(60))
    import sqlite3

    with sqlite3.connect(place / "archive.db") as db:
        db.execute("UPDATE contents SET text = ? WHERE text LIKE '%Correctie%'", (room_text,))
    db.close()
    assert run(place, "show", "k7q2") == 0
    assert "Alinea 59." in capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(place, "show", "k7q2", "--no-pager") == 0
    out = capsys.readouterr().out
    assert "[+103 lines: newsarchive show k7q2 | less]" in out
    assert "Alinea 59." not in out
    pager = place / "pager.py"
    pager.write_text("import sys; open(sys.argv[1], 'w').write(sys.stdin.read())")
    monkeypatch.setenv("PAGER", f"{sys.executable} {pager} {place / 'seen'}")
    monkeypatch.setenv("COLUMNS", "60")
    assert run(place, "show", "k7q2") == 0
    assert capsys.readouterr().out == ""
    seen = (place / "seen").read_text()
    assert "Alinea 59." in seen and "lines: newsarchive" not in seen
    long = [line for line in map(unstyle, seen.splitlines()) if text_width(line) > 60]
    assert [line for line in long if "https://" not in line] == []
