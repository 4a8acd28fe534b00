"""The tables of stats: by feed, by month, and of feeds that show the same articles."""

import json
from pathlib import Path

import pytest

from archive.commands.breakdown import show_by
from archive.commands.place import Place
from archive.store.overlap import Overlap
from archive.store.tally import MonthRow
from archive.terminal import text_width
from scheduler import main
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.looking import BRIDGE, FROST, LIBRARY, story

DAY = 24 * 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two papers over three months: one story in both, one edit of the text, one of the headline."""
    folder = tmp_path_factory.mktemp("breakdown")
    (folder / "config.toml").write_text('[archive]\ntimezone = "UTC"\n')

    def item(guid: str, text: str, title: str = "") -> dict[str, object]:
        return {"guid": guid, "title": title or f"Kop van {guid}", "text": story(text)}

    with open_store(folder / "archive.db") as store:
        krant, ochtend = Paper(store, "krant"), Paper(store, "ochtend")
        krant.poll(item("a", BRIDGE), now=at(0))
        ochtend.poll(item("a", BRIDGE), item("b", FROST), now=at(5))
        krant.poll(item("a", BRIDGE, "Brug bij Tiel toch dicht"), now=at(10 * DAY))
        ochtend.poll(item("b", FROST + " Er viel ook sneeuw."), now=at(60 * DAY))
        krant.poll(item("c", LIBRARY), now=at(60 * DAY + 1))
    return folder


def run(folder: Path, *words: str) -> int:
    return main(["-C", str(folder), *words], place=Place(clock=lambda: at(61 * DAY)))


def test_the_document_has_months_headlines_and_overlap(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "stats", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    months = {(row["month"], row["feed"]): row for row in found["by_month"]}
    assert months["2026-12", "krant"] == {
        "month": "2026-12", "feed": "krant", "articles": 0, "sightings": 0, "duplicates": 0, "edits": 1,
        "headlines": 1,
    }  # fmt: skip
    assert months["2026-11", "ochtend"]["duplicates"] == 1
    assert (months["2027-01", "ochtend"]["edits"], months["2027-01", "ochtend"]["headlines"]) == (
        1,
        0,
    )
    assert found["overlap"] == [{"feed": "krant", "other": "ochtend", "articles": 1}]


def test_a_pipe_gets_a_line_a_row(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "stats", "--by", "month") == 0
    assert capsys.readouterr().out == (
        "2026-11\t2\t3\t1\t0\t0\n2026-12\t0\t0\t0\t1\t1\n2027-01\t1\t1\t0\t1\t0\n"
    )
    assert run(folder, "stats", "--by", "feed") == 0
    assert capsys.readouterr().out == "krant\t2\t2\t0\t1\t1\nochtend\t1\t2\t1\t1\t0\n"
    assert run(folder, "stats", "--by", "overlap") == 0
    assert capsys.readouterr().out == "krant\tochtend\t1\t2\t2\n"


def rows() -> list[MonthRow]:
    """Two years of two papers, one with a wide name."""
    return [
        MonthRow(
            month=f"{2025 + n // 12}-{n % 12 + 1:02}", feed=feed, n_articles=(n * 37 + k * 11) % 90 * 100,
            n_sightings=9_999, n_edits=n % 5, n_joined=n, n_headlines=n % 2,
        )
        for k, feed in enumerate(("東京新聞", "waddenbode"))
        for n in range(24)
    ]  # fmt: skip


class Watched(Place):
    """A place where somebody watches."""

    is_terminal = True  # type: ignore[assignment]  # a property of Place, fixed here
    has_colour = False  # type: ignore[assignment]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("by", ["feed", "month", "overlap"])
def test_tables_fit_and_their_columns_line_up(
    by: str, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    pairs = [
        Overlap(
            feed="東京新聞", other="waddenbode", n_articles=1234, n_of_feed=5000, n_of_other=90_000
        ),
        Overlap(feed="a", other="b" * 40, n_articles=1, n_of_feed=1, n_of_other=3),
    ]
    assert show_by(Watched(), by, rows(), pairs) is None  # type: ignore[arg-type]
    lines = capsys.readouterr().out.splitlines()
    assert max(map(text_width, lines)) <= width
    if by == "feed":
        assert len({text_width(line.rpartition("  ")[0]) for line in lines[1:]}) == 1
        assert lines[0].split()[-1] == ("edits" if width == 120 else "articles")
        assert any(bar in lines[1] for bar in "▇█")
    if by == "overlap":
        assert "1,234 in both" in lines[0] and "25% of 東京新聞" in lines[0]


def test_an_empty_table_says_so_and_exits_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text('[archive]\ntimezone = "UTC"\n')
    open_store(tmp_path / "archive.db").close()
    for by in ("feed", "month", "overlap"):
        assert run(tmp_path, "stats", "--by", by) == 1
    assert "no two feeds" in capsys.readouterr().err
