"""diff --side: the left text beside the right one, whatever the script."""

from pathlib import Path

import pytest

from archive.commands.diff_sides import show_sides
from archive.commands.place import Place
from archive.difference import compare_words
from archive.terminal import text_width
from scheduler import main
from tests.archive.commands.edited import edited_archive

BETWEEN = " │ "


class Watched(Place):
    """A place where somebody watches."""

    is_terminal = True  # type: ignore[assignment]  # a property of Place, fixed here
    has_colour = False  # type: ignore[assignment]  # the same


def test_what_went_stands_left_and_what_came_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = edited_archive(tmp_path)
    assert main(["-C", str(place), "diff", "k7q2", "--side"]) == 0
    lines = capsys.readouterr().out.splitlines()
    sides = [line.split(BETWEEN) for line in lines if BETWEEN in line]
    left, right = (" ".join(" ".join(side[n].split()) for side in sides) for n in (0, 1))
    assert "Title NAVO {-bijna-} eens" in left and "NAVO eens" in right
    assert "{-2030-} al de helft" in left and "+" not in left
    assert "{+2027+} al de helft" in right and "-}" not in right
    assert right.endswith("{+Correctie: het was vijf.+}")
    assert " ¶2-3   unchanged (--full)" in lines
    assert lines[-1] == " 9 of 39 words changed · headline changed"


@pytest.mark.parametrize("width", [60, 80, 100, 140])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("De premier zei gisteren in Den Haag dat het kan. " * 5, "De minister zei vandaag dat het kan. " * 6),
        ("東京都は火曜日、新しい予算を発表した。" * 4, "東京都は水曜日、予算の一部を発表した。" * 5),
        ("قالت الحكومة إن الميزانية جاهزة. " * 4, "قالت الوزارة إن الميزانية مؤجلة. " * 4),
    ],
)  # fmt: skip
def test_the_line_between_stands_straight(
    old: str,
    new: str,
    width: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    pieces = compare_words(old, new)
    show_sides(Watched(), ("1", "2"), [("¶1", pieces), ("¶2", None)], full=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == " ¶2     unchanged (--full)"
    assert len({text_width(line.split("│")[0]) for line in lines[:-1]}) == 1
    assert max(map(text_width, lines)) <= width
    assert len(lines) > 4
