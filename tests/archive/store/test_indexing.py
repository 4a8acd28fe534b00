"""What the index says of revisions: which texts held when, the same by deposit and by rebuilding."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from archive.front import Archive
from archive.store import Store
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.looking import BRIDGE, ELECTION, FROST, ask, revisions, story, troubles

ROWS = "SELECT revision, variant, article, kind, valid_from, valid_to, label FROM search_row ORDER BY 1"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        yield store


def item(title: str, text: str = BRIDGE) -> dict[str, object]:
    return {"guid": "brug", "title": title, "text": story(text)}


def read_by_a_newer_parser(store: Store) -> None:
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE feeds SET parser_version = parser_version - 1")


def headlines(store: Store, *, as_of: datetime | None = None, history: bool = False) -> list[str]:
    with Archive.open(str(store.path)) as archive:
        found = archive.search("title:brug", as_of=as_of, revisions=history, now=at(10_000))
        return ["".join(text for text, _ in hit.title.parts) for hit in found.hits]


def misread_then_edited(store: Store) -> None:
    """First seen at 0, read better at 60, edited at 120, the edit read better at 180, edited at 240."""
    krant = Paper(store, "krant")
    krant.poll(item("Brug misgelezen"), now=at(0))
    read_by_a_newer_parser(store)
    krant.poll(item("Brug dicht", BRIDGE + ELECTION), now=at(60))
    krant.poll(item("Brug open"), now=at(120))
    read_by_a_newer_parser(store)
    krant.poll(item("Brug half open", BRIDGE + FROST), now=at(180))
    krant.poll(item("Brug voorgoed dicht"), now=at(240))
    kinds = [kind for kind, _ in revisions(store)]
    assert (kinds[1], kinds[3]) == ("reparse", "reparse") and kinds[2] == kinds[4] == "substantial"


STOOD = {
    -1: [],
    0: ["Brug dicht"],
    60: ["Brug dicht"],
    119: ["Brug dicht"],
    120: ["Brug half open"],
    180: ["Brug half open"],
    239: ["Brug half open"],
    240: ["Brug voorgoed dicht"],
}


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_as_of_shows_what_stood_there_as_the_newest_parser_reads_it(
    store: Store, is_rebuilt: bool
) -> None:
    misread_then_edited(store)
    if is_rebuilt:
        store.reindex()
    assert {minute: headlines(store, as_of=at(minute)) for minute in STOOD} == STOOD


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_history_is_of_edits_and_not_of_parsers(store: Store, is_rebuilt: bool) -> None:
    misread_then_edited(store)
    if is_rebuilt:
        store.reindex()
    assert headlines(store) == ["Brug voorgoed dicht"]
    found = headlines(store, history=True)
    assert sorted(found) == ["Brug dicht", "Brug half open", "Brug voorgoed dicht"]


def test_rebuilding_comes_to_the_same_rows_and_words_in_the_process_that_wrote_them(
    store: Store,
) -> None:
    misread_then_edited(store)
    rows, words = ask(store, ROWS), set(ask(store, "SELECT * FROM word"))
    assert len(rows) == 5 and len(words) > 50
    for _ in range(2):
        assert store.reindex() == 5
        assert ask(store, ROWS) == rows
        assert set(ask(store, "SELECT * FROM word")) == words
        assert troubles(store) == []
    Paper(store, "omroep").poll(
        {"guid": "x", "title": "Woordeloos", "text": story(FROST)}, now=at(300)
    )
    assert ("nl", "woordeloos", "woordeloos") in set(ask(store, "SELECT * FROM word"))
    assert troubles(store) == []
