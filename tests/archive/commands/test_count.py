"""count, authors, domains, timeline, digest and related as people and programs meet them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.commands.count import bar_of
from archive.commands.place import Place
from archive.output.digest import address, escaped
from archive.terminal import text_width
from scheduler import main
from tests.archive.store.archives import Newsroom

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    room = Newsroom(tmp_path / "archive.db")
    room.feed("nos", title="NOS *Nieuws*")
    room.article("Storm [op] zee", "golven", when="2026-11-20T23:30", authors=("Marit Vos",))
    first = room.article(
        "Storm in de haven",
        "boten",
        when="2026-11-23",
        feed="nos",
        authors=("marit vos", "Jan Bos"),
    )
    room.article("Rust", "geen wind", when="2026-11-24", public_id="r" * 16)
    room.article("Oude storm", "ooit", when="2020-01-01")
    ids = dict(room.db.execute("SELECT public_id, id FROM articles").fetchall())
    room.insert(
        "relations",
        article_id=ids[first],
        other_id=ids["r" * 16],
        kind="follow",
        rule="x",
        why="",
        at=0,
    )
    room.db.execute("UPDATE meta SET value = '41' WHERE key = 'change'")
    room.close()
    (tmp_path / "config.toml").write_text(
        '[archive]\nurl = "archive.db"\ntimezone = "Europe/Amsterdam"\n'
    )
    monkeypatch.setenv("PAGER", "")
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def run(place: Path, *words: str) -> int:
    return main(["-C", str(place), *words], place=Place(clock=lambda: NOW))


def test_a_count_is_a_number_and_none_is_exit_code_one(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "count", "storm") == 0
    assert run(place, "count", "storm", "-haven", "since:30d") == 0
    assert run(place, "count") == 0
    assert run(place, "count", "zzz") == 1
    told = capsys.readouterr()
    assert told.out == "3\n1\n4\n0\n"
    assert told.err == "nothing found: no article has 'zzz' or a form of it\n"
    assert run(place, "count", "fed:nos") == 2


def test_a_batch_answers_line_by_line_also_where_a_line_is_no_query(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "queries.txt").write_text("storm\nfed:nos\n\nzzz\n")
    assert run(place, "count", "--batch", "queries.txt") == 2
    told = capsys.readouterr()
    assert told.out == "3\tstorm\n?\tfed:nos\n?\t\n0\tzzz\n"
    assert told.err.startswith("line 2: no field 'fed'")
    assert told.err.endswith("line 3: empty; to count all articles: newsarchive count\n")
    (place / "queries.txt").write_text("storm\n")
    assert run(place, "count", "--batch", "queries.txt", "--json") == 0
    assert json.loads(capsys.readouterr().out)["total"] == 3
    assert run(place, "count", "--batch", "queries.txt", "storm") == 2


def test_lastmod_says_whether_anything_is_new(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "count", "storm", "--lastmod") == 0
    assert capsys.readouterr().out == f"3\t{'0' * 32}\t41\n"
    assert run(place, "count", "--lastmod", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["total"], document["archive"], document["lastmod"]) == (4, "0" * 32, 41)


def test_authors_are_counted_once_whatever_their_case(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "authors", "storm") == 0
    told = capsys.readouterr()
    assert [line.lower() for line in told.out.splitlines()] == ["2\tmarit vos", "1\tjan bos"]
    assert "2 of 2 authors, of 3 articles" in told.err
    assert run(place, "authors", "rust") == 1


def test_domains_are_hosts_without_www(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, "domains", "--json") == 0
    assert json.loads(capsys.readouterr().out)["domains"] == [
        {"domain": "joop.example", "articles": 4}
    ]


def test_a_timeline_counts_days_in_the_zone_of_people_and_leaves_none_out(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "timeline", "after:2026") == 0
    assert capsys.readouterr().out == "2026-11-21\t1\n2026-11-22\t0\n2026-11-23\t1\n2026-11-24\t1\n"
    assert run(place, "timeline", "storm") == 0
    rows = capsys.readouterr().out.splitlines()
    assert (rows[0], rows[-1], len(rows)) == ("2020\t1", "2026\t2", 7)
    assert run(place, "timeline", "storm", "--by", "month", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["by"] == "month" and len(document["counts"]) == 83
    assert sum(each["articles"] for each in document["counts"]) == 3
    assert run(place, "timeline", "zzz") == 1


def test_a_timeline_on_a_terminal_is_a_plot_with_the_same_figures(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(place, "timeline", "after:2026") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == " 2026-11-22        0"
    assert lines[0].startswith(" 2026-11-21        1  █")
    assert all(text_width(line) <= 60 for line in lines)


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(1, 100))
def test_a_bar_fits_and_is_empty_for_nothing_alone(n: int, more: int, width: int) -> None:
    bar = bar_of(n, n + more, width)
    assert len(bar) <= width and bool(bar) == (n > 0)


def test_a_digest_is_markdown_by_feed_in_which_no_headline_marks_anything_up(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "digest", "--days", "7", "storm OR wind") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "# News, 17 nov 13:00 to 24 nov 13:00"
    assert "## NOS \\*Nieuws\\* (1)" in lines
    assert "## Joop (2)" in lines
    (storm,) = [line for line in lines if "zee" in line]
    assert storm.startswith("- [Storm \\[op\\] zee](<https://joop.example/")
    assert not [line for line in lines if "Oude" in line]
    assert run(place, "digest", "--no-lead", "rust") == 0
    assert len([line for line in capsys.readouterr().out.splitlines() if line]) == 4
    assert run(place, "digest", "zzz") == 1


def test_what_is_no_web_address_is_no_link() -> None:
    assert address("javascript:alert(1)") == "" and address(None) == ""
    assert address("https://a.example/x>y z") == "https://a.example/x%3Ey%20z"
    assert escaped("a\n# b `c` <i>") == "a \\# b \\`c\\` \\<i\\>"


def test_related_articles_are_listed_from_both_sides(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "related", "rrrr") == 0
    row = capsys.readouterr().out.rstrip("\n").split("\t")
    assert row[1:3] == ["nos", "Storm in de haven"]
    assert run(place, "related", row[3], "--json") == 0
    assert json.loads(capsys.readouterr().out)["related"][0]["title"] == "Rust"
    assert run(place, "search", "oude", "--ids") == 0
    assert run(place, "related", capsys.readouterr().out.strip()) == 1
