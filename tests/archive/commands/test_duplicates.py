"""duplicates: why an article is one, and why two are two, as people and programs meet it."""

import json
from pathlib import Path

import pytest

from tests.archive.commands.twice import DIJK, run, the_id, two_papers
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.handmade import ids_of
from tests.archive.store.looking import BRIDGE, LIBRARY, story


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return two_papers(tmp_path)


def test_each_place_is_told_with_its_rule_and_what_was_measured(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "duplicates", the_id(folder), "--json") == 0
    document = json.loads(capsys.readouterr().out)
    first, second = document["sightings"]
    assert (document["schema"], document["article"]) == (1, the_id(folder))
    assert (first["feed"], first["rule"], first["compared"]) == ("krant", "new", [])
    assert second["feed"] == "ochtend"
    (event,) = second["compared"]
    assert event["verdict"] in ("same", "revision")
    assert event["rule"] == second["rule"]
    assert event["scores"]["shingles"] == 1
    assert event["other"] is None


def test_a_pipe_gets_a_row_a_comparison(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "duplicates", the_id(folder)) == 0
    first, second = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert first[:3] == ["krant", "2026-11-24T08:00:00Z", "new"]
    assert second[0] == "ochtend"
    assert "shingles 1" in second[-1]


def test_a_terminal_gets_it_in_words(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.commands.place.is_terminal", lambda _: True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert run(folder, "duplicates", the_id(folder)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f" {DIJK['title']}    {the_id(folder)}"
    assert lines[1] == " krant    24 nov 08:00  began here    s1, v1"
    assert lines[2].startswith(" ochtend  24 nov 08:05  joined by rule ")
    assert lines[3].startswith("     one with this: ")


# -- two articles ----------------------------------------------------------------------------


@pytest.fixture
def forecasts(tmp_path: Path) -> Path:
    """Two days of one forecast, which only their figures tell apart, and a story that is like neither."""
    (tmp_path / "config.toml").write_text('[archive]\ntimezone = "UTC"\n')
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        paper = Paper(store)
        first = (
            "Vandaag trekt er bewolking over van het westen uit, bij 8 tot 11 graden en windkracht 4. "
            * 3
        )
        second = first.replace("8", "2").replace("11", "5").replace("4", "7")
        paper.poll({"guid": "ma", "title": "Het weer op maandag", "text": first}, now=at(0))
        paper.poll({"guid": "di", "title": "Het weer op dinsdag", "text": second}, now=at(1440))
        paper.poll({"guid": "bieb", "title": "Studiozaal", "text": story(LIBRARY)}, now=at(1450))
    return tmp_path


def ids(folder: Path, *guids: str) -> list[str]:
    return ids_of(folder / "archive.db", *guids)


@pytest.mark.parametrize("command", ["duplicates", "why"])
def test_two_articles_are_told_apart_by_the_rule_that_did_it(
    forecasts: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monday, tuesday = ids(forecasts, "ma", "di")
    assert run(forecasts, command, tuesday, monday, minute=1500) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [f"{monday}  Het weer op maandag", f"{tuesday}  Het weer op dinsdag"]
    assert lines[2].startswith("  Two articles: rule ")
    assert lines[3].startswith("  krant (s2) beside krant.example (v1): ")
    assert "numbers" in lines[4]


def test_why_duplicate_asks_the_same_of_two_articles(
    forecasts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monday, tuesday = ids(forecasts, "ma", "di")
    assert run(forecasts, "why", monday, tuesday, minute=1500) == 0
    plain = capsys.readouterr().out
    assert run(forecasts, "why", "duplicate", monday, tuesday, minute=1500) == 0
    assert capsys.readouterr().out == plain
    assert run(forecasts, "why", "duplicate", monday, minute=1500) == 2
    assert f"newsarchive duplicates {monday}" in capsys.readouterr().err


def test_what_shares_no_key_was_never_compared(
    forecasts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(forecasts, "duplicates", *ids(forecasts, "ma", "bieb"), minute=1500) == 0
    assert "Two articles that were never compared" in capsys.readouterr().out


def test_hand_decisions_are_told_with_who_and_when(
    forecasts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.commands.upkeep.who_runs", lambda: "marit")
    a, b = ids(forecasts, "ma", "bieb")
    assert run(forecasts, "relate", a, b, minute=1500) == 0
    capsys.readouterr()
    assert run(forecasts, "duplicates", a, b, "--json", minute=1501) == 0
    (decided,) = json.loads(capsys.readouterr().out)["decided"]
    assert (decided["verdict"], decided["who"]) == ("related", "marit")
    assert run(forecasts, "merge", a, b, "--why", "proef", minute=1502) == 0
    capsys.readouterr()
    assert run(forecasts, "duplicates", a, b, minute=1503) == 0
    told = capsys.readouterr().out
    assert f"{a} is one article" in told and "joined by hand: by marit, 09:02" in told.replace(
        "25 nov ", ""
    )
    monkeypatch.setattr("archive.commands.place.is_terminal", lambda _: True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert run(forecasts, "duplicates", a, minute=1503) == 0
    assert "one with this: by marit: proef (rule hand), " in capsys.readouterr().out


def test_two_that_stood_before_it_was_known_are_told_how_to_be_joined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text('[archive]\ntimezone = "UTC"\n')
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        krant, omroep = Paper(store), Paper(store, "omroep")
        krant.poll({"guid": "a", "title": "Brug dicht", "text": story(BRIDGE)}, now=at(0))
        omroep.poll({"guid": "b", "title": "Brug dicht", "text": story(BRIDGE)}, now=at(1))
        (both,) = ids_of(store, "a")
        split = store.split(both, "omroep", who="marit", why=None, now=at(2))
        with store.writing() as connection:
            connection.exec_driver_sql("DELETE FROM hand_links")
    assert run(tmp_path, "duplicates", both, split.other.id) == 0
    assert f"By hand: newsarchive merge {both} {split.other.id}" in capsys.readouterr().out
