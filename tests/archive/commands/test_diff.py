"""diff as people and programs meet it."""

import json
from pathlib import Path

import pytest

from archive.commands.diff import _words
from archive.difference import compare_words
from scheduler import main
from tests.archive.commands.edited import edited_archive


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return edited_archive(tmp_path)


def run(place: Path, *words: str) -> int:
    return main(["-C", str(place), *words])


def told(old: str, new: str, *, full: bool = True) -> str:
    words = _words(compare_words(old, new), full=full)
    return " ".join("".join(text for text, _ in word) for word in words)


def test_diff_shows_what_went_and_what_came(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "diff", "k7q2") == 0
    assert capsys.readouterr().out.splitlines() == [
        " Revision 1 -> 2, 24 nov 08:12 -> 24 nov 08:55, substantial edit, seen in joop, nos",
        " Title  NAVO {-bijna-} eens",
        " ¶1     … in Den Haag ingestemd met een uitgavennorm van {-drieënhalf-} {+vijf+} procent. Nederland",
        "        haalt in {-2030-} {+2027+} al de helft, zei de {-premier-} {+minister van Defensie+}.",
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


def test_signs_stand_at_the_words_and_leave_the_spaces_outside() -> None:
    assert told("de norm van drie procent", "de norm procent") == "de norm {-van drie-} procent"
    assert told("de norm", "de nieuwe norm") == "de {+nieuwe+} norm"
    assert told("zei hij.", "zei zij.") == "zei {-hij-} {+zij+}."


def test_a_change_in_a_script_without_spaces_opens_no_gap() -> None:
    assert told("東京都知事が会見した", "東京府知事が会見した") == "東京{-都-}{+府+}知事が会見した"


def test_unchanged_stretches_are_cut_at_words_on_both_sides_of_a_change() -> None:
    stretch = " ".join(f"woord{n}" for n in range(30))
    assert told(f"{stretch} a {stretch}", f"{stretch} b {stretch}", full=False) == (
        "… woord22 woord23 woord24 woord25 woord26 woord27 woord28 woord29 {-a-} {+b+} "
        "woord0 woord1 woord2 woord3 woord4 woord5 woord6 woord7 …"
    )


def test_a_long_line_without_spaces_is_broken_at_the_width_of_the_terminal(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from archive.commands.diff import _echo_pieces
    from archive.commands.place import Place

    text = "東京都知事が会見した。" * 12
    _echo_pieces(
        Place.at(place), "¶1", compare_words(text, text.replace("会", "開")), 60, full=True
    )
    from archive.terminal import text_width

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 4 and all(text_width(line) <= 60 for line in lines)
