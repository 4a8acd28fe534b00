"""tag and tags as people and programs meet them."""

import json
from pathlib import Path

import pytest

from archive.commands.tag import words_of
from archive.errors import UsageError
from tests.archive.commands.twice import run, the_id, two_papers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return two_papers(tmp_path)


def count(folder: Path, capsys: pytest.CaptureFixture[str], query: str) -> str:
    capsys.readouterr()
    run(folder, "search", query, "--count")
    return capsys.readouterr().out.strip()


def test_an_article_is_tagged_by_its_id_without_a_question(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "tag", the_id(folder)[:6], "+dossier", "+Te lezen"[:3]) == 0
    told = capsys.readouterr()
    assert told.out == "tagged 1 of 1 articles: +dossier +Te\n"
    assert "undo: newsarchive undo 1" in told.err
    assert count(folder, capsys, "tag:dossier") == "1"
    assert run(folder, "undo") == 0
    assert "undo 1: tag" in capsys.readouterr().out
    assert count(folder, capsys, "tag:dossier") == "0"


def test_a_query_tags_all_it_finds_and_what_it_excludes_stands_in_quotes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "tag", "dijk -kyoto", "+dossier", "--dry-run") == 0
    told = capsys.readouterr()
    assert told.out == "would tag 1 of 1 articles: +dossier\n"
    assert "Dijk bij Tiel houdt stand" in told.err
    assert count(folder, capsys, "tag:dossier") == "0"
    assert run(folder, "tag", "dijk -kyoto", "+dossier", "--yes") == 0
    assert count(folder, capsys, "tag:dossier") == "1"
    assert run(folder, "tag", "dijk", "-dossier", "-y") == 0
    assert count(folder, capsys, "tag:dossier") == "0"
    assert run(folder, "tag", "nergens", "+dossier") == 1


def test_many_are_not_tagged_unasked_where_nobody_can_answer(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.archive.store.depositing import Paper, at, open_store

    with open_store(folder / "archive.db") as store:
        Paper(store, "derde").poll(
            {"guid": "x", "title": "Een heel andere dijk", "text": "Die van Urk, die hoger wordt."},
            now=at(20),
        )
    assert run(folder, "tag", "dijk", "+dossier") == 2
    told = capsys.readouterr()
    assert "would tag 2 of 2 articles" in told.err and "--yes" in told.err
    assert count(folder, capsys, "tag:dossier") == "0"


def test_a_word_that_begins_an_id_is_not_taken_for_one_silently(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import sqlite3

    with sqlite3.connect(folder / "archive.db") as db:
        db.execute("UPDATE articles SET public_id = 'dijkaaaaaaaaaaaa' WHERE merged_into IS NULL")
    assert run(folder, "tag", "dijk", "+dossier") == 2
    assert "add --query" in capsys.readouterr().err
    assert run(folder, "tag", "dijk", "+dossier", "--query", "--yes") == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("k7q2",), "no tag"),
        (("+dossier",), "which articles"),
        (("k7q2", "+a", "-a"), "at once"),
        (("k7q2", "+,"), "is no tag"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_cure(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        words_of(words)


def test_the_list_tells_tags_by_hand_apart(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "tags") == 1
    run(folder, "tag", the_id(folder), "+dossier")
    capsys.readouterr()
    assert run(folder, "tags") == 0
    assert capsys.readouterr().out == "1\tdossier\t1\n"
    assert run(folder, "tags", "dijk", "--by-hand", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "schema": 1,
        "query": "dijk",
        "articles": 1,
        "is_bounded": False,
        "tags": [{"tag": "dossier", "articles": 1, "by_hand": 1}],
    }


def test_a_field_that_was_set_is_taken_back_too(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "set", the_id(folder), "title=Van mij", "tags=een, twee") == 0
    assert "undo: newsarchive undo 1" in capsys.readouterr().err
    assert count(folder, capsys, "title:mij tag:twee") == "1"
    assert run(folder, "undo") == 0
    assert count(folder, capsys, "title:mij") == "0"
    assert count(folder, capsys, "title:houdt") == "1"


def test_tags_alone_can_be_set(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No field of a publisher's edit changes with them: they were once stated and never shown."""
    assert run(folder, "set", the_id(folder), "tags=een, twee") == 0
    assert capsys.readouterr().out.startswith("set tags of ")
    assert count(folder, capsys, "tag:een") == "1"
