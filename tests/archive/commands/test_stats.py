"""stats and export, as people and programs meet them."""

import json
from pathlib import Path
from typing import Any

import pytest

from archive.commands.place import Place
from archive.model.stated import ArticlePage
from scheduler import main
from tests.archive.store.depositing import Paper, at, deposit_page, open_store

DIJK = {
    "guid": "1", "title": "Dijk bij Tiel houdt stand", "date": at(-30),
    "text": "Het water steeg in de nacht tot aan de rand van de dijk bij Tiel, maar hij hield het volgens de"
    " dijkgraaf wonderwel, en tegen de ochtend zakte het peil met elf centimeter.",
}  # fmt: skip
KYOTO = {
    "guid": None,
    "url": "https://krant.example/kyoto",
    "title": "京都の橋が再開",
    "text": "橋は渡れる。",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two papers with one story, an edit, a page, and a private feed."""
    folder = tmp_path_factory.mktemp("stats")
    (folder / "config.toml").write_text('[archive]\ntimezone = "UTC"\n')
    with open_store(folder / "archive.db") as store:
        krant = Paper(store, page="always")
        krant.poll(DIJK, KYOTO, now=at(0))
        page = ArticlePage(title=str(DIJK["title"]), text=f"{DIJK['text']}\nEn zo bleef het droog.")
        deposit_page(store, "https://krant.example/artikel/1", page, at(1))
        krant.poll(DIJK | {"title": "Dijk bij Tiel bezwijkt toch"}, KYOTO, now=at(24 * 60))
        deposit_page(store, "https://krant.example/artikel/1", page, at(24 * 60 + 1))
        Paper(store, "ochtend").poll(DIJK | {"guid": "dijk"}, now=at(24 * 60 + 5))
        secret = Paper(store, "besloten", url="https://x.example/f?token=kanarie", is_private=True)
        secret.poll({"guid": "g", "title": "Besloten stuk", "text": "Voor leden."}, now=at(30))
    return folder


def run(folder: Path, *words: str) -> int:
    return main(["-C", str(folder), *words], place=Place(clock=lambda: at(24 * 60 + 60)))


def rows_of(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


# -- stats -----------------------------------------------------------------------------------


def test_the_document_counts_everything_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "stats", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    figures = ("schema", "feeds", "articles", "sightings", "duplicates", "edits", "polls")
    assert [found[name] for name in figures] == [1, 3, 3, 4, 1, 1, 4]
    assert found["order_dependent"] == 0
    assert found["revisions"]["new"] >= 3
    assert found["pages"] == {"none": 2, "read": 1, "wanted": 1}
    assert found["bytes"]["archive"] > 100_000
    assert found["bytes"]["bodies"] > 0
    by_feed = {row["feed"]: row for row in found["by_feed"]}
    assert (by_feed["krant"]["sightings"], by_feed["krant"]["joined"]) == (2, 0)
    assert (by_feed["ochtend"]["sightings"], by_feed["ochtend"]["joined"]) == (1, 1)
    assert by_feed["krant"]["days"][-2:] == [2, 0]
    assert by_feed["ochtend"]["days"][-2:] == [0, 1]
    assert len(by_feed["krant"]["days"]) == 30


def test_a_pipe_gets_a_figure_a_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "stats") == 0
    held = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert held["articles"] == "3"
    assert held["feed.ochtend.joined"] == "1"
    assert held["first_seen_at"] == "2026-11-24T08:00:00Z"


def test_a_terminal_gets_a_table_with_bars(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.commands.place.is_terminal", lambda _: True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert run(folder, "stats") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == " 3 articles of 3 feeds, 4 sightings, 1 duplicates folded, 1 edits, 4 polls"
    (krant,) = (line for line in lines if line.startswith(" krant"))
    assert krant.split()[2:] == ["2", "2", "0%"]
    assert "█" in krant
    (ochtend,) = (line for line in lines if line.startswith(" ochtend"))
    assert ochtend.endswith("100%")


def test_an_empty_archive_is_counted_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text("")
    assert run(tmp_path, "stats") == 3  # none is there
    open_store(tmp_path / "archive.db").close()
    capsys.readouterr()
    assert run(tmp_path, "stats") == 0
    assert "articles\t0\n" in capsys.readouterr().out


# -- export ----------------------------------------------------------------------------------


def test_one_row_an_article_as_it_stands(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "export", "--jsonl") == 0
    told = capsys.readouterr()
    dijk, kyoto = sorted(rows_of(told.out), key=lambda row: str(row["url"]))
    assert list(dijk) == [
        "feed", "guid", "url", "title", "article", "published_at", "first_seen_at", "language",
        "text", "html",
    ]  # fmt: skip
    assert dijk["feed"] == "https://krant.example/feed"
    assert (dijk["guid"], dijk["url"]) == ("1", "https://krant.example/artikel/1")
    assert dijk["title"] == "Dijk bij Tiel bezwijkt toch"
    assert dijk["published_at"] == "2026-11-24T07:30:00Z"
    assert dijk["first_seen_at"] == "2026-11-24T08:00:00Z"
    assert dijk["text"].endswith("En zo bleef het droog.")
    assert (kyoto["guid"], kyoto["title"]) == (None, "京都の橋が再開")
    assert told.err == "2 rows\n"


def test_with_sightings_one_row_for_each_title_that_was_stated(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "export", "--jsonl", "--sightings") == 0
    rows = rows_of(capsys.readouterr().out)
    dijk = [row for row in rows if "Dijk" in row["title"]]
    assert sorted((row["feed"].split("/")[2], row["title"]) for row in dijk) == [
        ("krant.example", "Dijk bij Tiel bezwijkt toch"),
        ("krant.example", "Dijk bij Tiel houdt stand"),
        ("ochtend.example", "Dijk bij Tiel houdt stand"),
    ]
    assert len({row["article"] for row in dijk}) == 1
    assert len(rows) == 4


def test_what_only_private_feeds_showed_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("export",), ("export", "--sightings"), ("stats",), ("stats", "--json")):
        assert run(folder, *words) == 0
        told = capsys.readouterr()
        assert "Besloten stuk" not in told.out
        assert "kanarie" not in told.out + told.err
    assert run(folder, "export", "--private") == 0
    told = capsys.readouterr()
    assert "Besloten stuk" in told.out
    assert "kanarie" not in told.out
