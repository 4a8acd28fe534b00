"""save, saved and unsave as people and programs meet them."""

import json
from pathlib import Path

import pytest

from scheduler import main
from tests.archive.store.archives import Newsroom


@pytest.fixture
def place(tmp_path: Path) -> Path:
    room = Newsroom(tmp_path / "archive.db")
    room.feed("nos")
    room.article("Storm op zee", "golven", when="2026-11-20")
    room.article("Storm in de haven", "boten", when="2026-11-21", feed="nos")
    room.article("Rust", "geen wind", when="2026-11-22")
    room.close()
    (tmp_path / "config.toml").write_text('[archive]\nurl = "archive.db"\ntimezone = "UTC"\n')
    return tmp_path


def run(place: Path, *words: str) -> int:
    return main(["-C", str(place), *words])


def ids(place: Path, capsys: pytest.CaptureFixture[str], *words: str) -> int:
    capsys.readouterr()
    run(place, "search", *words, "--count")
    return int(capsys.readouterr().out)


def test_a_saved_search_is_found_listed_and_used_in_others(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "save", "storm", "storm", "OR", "wind") == 0
    told = capsys.readouterr()
    assert told.out == "saved storm    storm OR wind    finds 3 now\n"
    assert "undo: newsarchive undo 1" in told.err
    assert ids(place, capsys, "saved:storm") == 3
    assert ids(place, capsys, "saved:storm", "-feed:nos") == 2
    assert run(place, "save", "zee", "saved:storm zee") == 0
    assert ids(place, capsys, "saved:zee") == 1
    assert run(place, "saved") == 0
    assert capsys.readouterr().out == "storm\t3\tstorm OR wind\nzee\t1\tsaved:storm zee\n"
    assert run(place, "saved", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "schema": 1,
        "saved": [
            {"name": "storm", "articles": 3, "query": "storm OR wind"},
            {"name": "zee", "articles": 1, "query": "saved:storm zee"},
        ],
    }


def test_saving_the_same_changes_nothing_and_another_wants_to_be_told(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "save", "storm", "storm") == 0
    assert run(place, "save", "storm", "storm") == 0
    assert "nothing changed" in capsys.readouterr().out
    assert run(place, "save", "storm", "wind") == 2
    assert "--replace" in capsys.readouterr().err
    assert ids(place, capsys, "saved:storm") == 2
    assert run(place, "save", "storm", "wind", "--replace", "--dry-run") == 0
    assert ids(place, capsys, "saved:storm") == 2
    assert run(place, "save", "storm", "wind", "--replace") == 0
    assert "undo: newsarchive undo 2" in capsys.readouterr().err
    assert ids(place, capsys, "saved:storm") == 1
    assert run(place, "undo", "2") == 0
    assert ids(place, capsys, "saved:storm") == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("storm", "fed:nos"), "no field 'fed'"),
        (("storm", "-wind"), "only exclusions"),
        (("Storm!", "wind"), "is no name"),
        (("storm", "saved:storm"), "this saved search finds itself: storm -> storm"),
        (("twee", "saved:een"), "this saved search finds itself: een -> twee -> een"),
        (("drie", "saved:eenn"), "Did you mean 'een'?"),
    ],
)
def test_what_cannot_be_saved_is_refused_and_nothing_is_kept(
    place: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    assert run(place, "save", "twee", "wind") == 0
    assert run(place, "save", "een", "saved:twee storm") == 0
    capsys.readouterr()
    assert run(place, "save", *words, "--replace") == 2
    assert says in capsys.readouterr().err
    assert run(place, "saved") == 0
    assert [line.split("\t")[::2] for line in capsys.readouterr().out.splitlines()] == [
        ["een", "saved:twee storm"],
        ["twee", "wind"],
    ]


def test_a_cycle_is_shown_where_it_was_typed(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(place, "save", "een", "zee")
    run(place, "save", "twee", "saved:een")
    capsys.readouterr()
    assert run(place, "save", "een", "haven saved:twee", "--replace") == 2
    assert capsys.readouterr().err.splitlines()[-2:] == ["  haven saved:twee", "        ^^^^^^^^^^"]


def test_a_saved_search_is_forgotten_unless_another_uses_it(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(place, "save", "storm", "storm OR wind")
    run(place, "save", "zee", "saved:storm zee")
    capsys.readouterr()
    assert run(place, "unsave", "storm") == 2
    assert "'storm' is used by zee" in capsys.readouterr().err
    assert run(place, "unsave", "zee", "--dry-run") == 0
    assert run(place, "unsave", "zee") == 0
    assert run(place, "unsave", "storm") == 0
    assert "undo: newsarchive undo 4" in capsys.readouterr().err
    assert run(place, "saved") == 1
    assert run(place, "unsave", "storm") == 1
    assert run(place, "search", "saved:storm") == 2
    assert "no saved search 'storm', and no other" in capsys.readouterr().err


def test_a_saved_search_that_broke_is_listed_with_its_fault(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import sqlite3

    run(place, "save", "van-nos", "feed:nos")
    with sqlite3.connect(place / "archive.db") as db:
        db.execute("UPDATE feeds SET name = 'elders' WHERE name = 'nos'")
    capsys.readouterr()
    assert run(place, "saved") == 0
    told = capsys.readouterr()
    assert told.out == "van-nos\t\tfeed:nos\n"
    assert "van-nos: no feed 'nos'" in told.err


def saved_rows(place: Path) -> list[tuple[object, ...]]:
    import sqlite3

    with sqlite3.connect(place / "archive.db") as db:
        return db.execute("SELECT * FROM saved_searches ORDER BY id").fetchall()


def test_undo_leaves_the_rows_as_they_were(place: Path) -> None:
    states = []
    steps = (
        ("save", "een", "storm"),
        ("save", "twee", "zee"),
        ("save", "een", "wind", "--replace"),
        ("unsave", "een"),
    )
    for step in steps:
        states.append(saved_rows(place))
        assert run(place, *step) == 0
    for state in reversed(states):
        assert run(place, "undo") == 0
        assert saved_rows(place) == state


def test_what_others_stand_on_or_what_has_changed_since_is_not_taken_back(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(place, "save", "een", "storm")
    run(place, "save", "twee", "saved:een zee")
    run(place, "save", "een", "wind", "--replace")
    capsys.readouterr()
    assert run(place, "undo", "1") == 2
    assert "first: newsarchive undo 3" in capsys.readouterr().err
    assert run(place, "undo", "3") == 0
    assert run(place, "undo", "1") == 2
    assert "'een' is used by twee" in capsys.readouterr().err
