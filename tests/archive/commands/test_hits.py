"""Hits as other programs take them: the fields that are asked for, in the order they are asked for."""

import json
from pathlib import Path

import pytest

from archive.commands.hits import FIELDS, MORE_FIELDS, echo_chosen, fields_of, plain
from archive.commands.place import Place
from archive.errors import UsageError
from archive.front import Archive
from archive.model.found import Hit
from archive.search.document import hit_document
from scheduler import main
from tests.archive.store.archives import Newsroom
from tests.archive.store.depositing import Paper, at, open_store


@pytest.fixture
def hits(tmp_path: Path) -> tuple[Hit, ...]:
    room = Newsroom(tmp_path / "archive.db")
    room.article("Storm\top zee", "golven", when="2026-11-20", section="Weer")
    room.close()
    with Archive.open(str(tmp_path / "archive.db")) as archive:
        return archive.search("storm").hits


def test_every_field_of_a_hit_can_be_asked_for(hits: tuple[Hit, ...]) -> None:
    assert set(hit_document(hits[0])) == {*FIELDS, *MORE_FIELDS}


def test_fields_come_in_the_order_asked(
    hits: tuple[Hit, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    fields = fields_of("section, title,marks")
    echo_chosen(hits, fields, "text")
    assert capsys.readouterr().out == "Weer\tStorm op zee\tStorm\n"
    echo_chosen(hits, fields, "csv")
    assert capsys.readouterr().out == "section,title,marks\nWeer,Storm op zee,Storm\n"
    echo_chosen(hits, fields, "jsonl")
    assert json.loads(capsys.readouterr().out) == {
        "schema": 1,
        "section": "Weer",
        "title": "Storm op zee",
        "marks": ["Storm"],
    }


@pytest.mark.parametrize(
    ("text", "said"), [("titel", "'title'"), ("", "commas"), ("feed,quux", "one of: effective_at")]
)
def test_a_field_that_is_none_is_named_with_the_nearest(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        fields_of(text)


def test_a_day_without_an_hour_is_shown_as_a_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.commands.place.is_terminal", lambda _: True)
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / "config.toml").write_text('[archive]\ntimezone = "America/New_York"\n')
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        items = "".join(
            f"<item><guid>{n}</guid><title>Brug {n}</title><dc:date>{date}</dc:date></item>"
            for n, date in enumerate(("2026-11-20", "2026-11-20T12:00:00Z"))
        )
        Paper(store).poll_body(
            '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>K</title>'
            f"{items}</channel></rss>".encode(),
            now=at(0),
        )
    run = ["-C", str(tmp_path), "search", "brug", "--sort", "oldest"]
    assert main(run, place=Place(clock=lambda: at(60))) == 0
    whens = {
        line[22:].split("  ")[0]: line[1:13].strip()
        for line in capsys.readouterr().out.splitlines()
    }
    assert whens == {"[Brug] 0": "20 nov", "[Brug] 1": "20 nov 07:00"}
    with Archive.open(str(tmp_path / "archive.db")) as archive:
        days = {plain(hit): hit_document(hit)["is_day"] for hit in archive.search("brug").hits}
    assert days == {"Brug 0": True, "Brug 1": False}
