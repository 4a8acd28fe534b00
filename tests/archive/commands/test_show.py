"""show and diff as people and programs meet them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler import main
from tests.archive.store.archives import Newsroom

OLD = (
    "De bondgenoten hebben in Den Haag ingestemd met een uitgavennorm van drieënhalf procent. Nederland haalt in 2030"
    " al de helft, zei de premier."
)
NEW = (
    "De bondgenoten hebben in Den Haag ingestemd met een uitgavennorm van vijf procent. Nederland haalt in 2027 al de"
    " helft, zei de minister van Defensie."
)
REST = "\nEen tweede alinea die blijft.\nEen derde alinea die blijft."


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    room = Newsroom(tmp_path / "archive.db")
    room.feed("nos")
    made = room.article(
        "NAVO bijna eens", OLD + REST, html="<p>oud</p>", section="Actueel", authors=("Marit Vos",),
        public_id="k7q2aaaaaaaaaaaa",
    )  # fmt: skip
    variant = room.variant_of(made)
    room.see(variant, "NAVO eens", "", when="2026-11-24T08:31", feed="nos")
    room.revise(
        variant, "NAVO eens", f"{NEW}{REST}\nCorrectie: het was vijf.", when="2026-11-24T08:55", html="<p>nieuw</p>",
        section="Actueel", authors=("Marit Vos",),
    )  # fmt: skip
    room.insert(
        "observations", variant_id=variant, kind="views", value=334, stated="334 keer bekeken", source="page",
        observed_at=1,
    )  # fmt: skip
    room.article("Nooit veranderd\x1b[2J", "tekst\x07", public_id="m3c9aaaaaaaaaaaa")
    room.insert("relations", article_id=1, other_id=2, kind="related", rule="r5", at=0)
    room.close()
    (tmp_path / "config.toml").write_text('[archive]\nurl = "archive.db"\ntimezone = "UTC"\n')
    yield tmp_path


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
    assert run(place, "show", "k7q2") == 0
    out = capsys.readouterr().out
    assert "[+44 lines: newsarchive show k7q2 --text]" in out
    assert "Alinea 59." not in out


def test_diff_shows_what_went_and_what_came(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "diff", "k7q2") == 0
    assert capsys.readouterr().out.splitlines() == [
        " Revision 1 -> 2, 24 nov 08:12 -> 24 nov 08:55, substantial edit, seen in joop, nos",
        " Title  NAVO {-bijna-} eens",
        " ¶1     … in Den Haag ingestemd met een uitgavennorm van {-drieënhalf-} {+vijf+} procent. Nederland",
        "        haalt in {-2030-} {+2027+} al de helft, zei de {-premier.-} {+minister van Defensie.+}",
        " ¶2-3   unchanged (--full)",
        " ¶4     {+Correctie: het was vijf.+}",
        " Also   date",
        " 9 of 39 words changed · headline changed",
    ]


def test_diff_of_two_revisions_turned_round_and_whole(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "diff", "k7q2", "2", "1", "--full") == 0
    out = capsys.readouterr().out
    assert "Revision 2 -> 1" in out
    assert "{-vijf-} {+drieënhalf+}" in out
    assert " ¶2     Een tweede alinea die blijft." in out
    assert "{-Correctie: het was vijf.-}" in out
    assert run(place, "diff", "k7q2", "--json") == 0
    assert json.loads(out := capsys.readouterr().out)["words_changed"] == 9, out


def test_diff_without_an_edit_or_with_one_number_says_so(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "diff", "m3c9") == 1
    assert "never edited" in capsys.readouterr().err
    assert run(place, "diff", "k7q2", "1") == 2
    assert "newsarchive diff k7q2 1 2" in capsys.readouterr().err
