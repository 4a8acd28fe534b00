"""Hits as other programs take them: the fields that are asked for, in the order they are asked for."""

import json
from pathlib import Path

import pytest

from archive.commands.hits import FIELDS, MORE_FIELDS, echo_chosen, fields_of
from archive.errors import UsageError
from archive.front import Archive
from archive.model.found import Hit
from archive.search.document import hit_document
from tests.archive.store.archives import Newsroom


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
