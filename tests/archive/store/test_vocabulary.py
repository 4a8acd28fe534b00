"""The archive's own words give a query its forms, its beginnings and its nearest spelling."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.store import vocabulary
from archive.store.index import sort_in_words
from archive.store.sqlite import Reader, open_reader
from archive.store.vocabulary import distance
from tests.archive.store.archives import Newsroom


@pytest.fixture(params=["new", "sorted", "both"])
def reader(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """An archive whose words wait to be sorted in, or are, or both."""
    room = Newsroom(tmp_path / "archive.db")
    if request.param == "both":
        room.article("Bondgenoten", "mini minister")
        sort_in_words(room.db)
    room.article("Bondgenoten en bondgenoot", "minister ministers mini stikstofuitkoop")
    room.article("Étudié étudier", language="fr")
    room.article("unbekannt", language=None)
    if request.param == "sorted":
        sort_in_words(room.db)
    room.close()
    opened = open_reader(str(tmp_path / "archive.db"))
    yield opened
    opened.close()


def test_languages_are_those_that_have_forms(reader: Reader) -> None:
    assert vocabulary.languages(reader) == ("fr", "nl")


def test_forms_are_words_of_one_key_in_their_language(reader: Reader) -> None:
    assert vocabulary.forms_of(reader, "bondgenoot", "bondgenoot", ("fr", "nl")) == (
        (("nl", ("bondgenoten",)),),
        (),
    )
    assert vocabulary.forms_of(reader, "mini", "mini", ("nl",)) == ((), ())
    # Without its accent it still finds the forms of the word that has one.
    assert vocabulary.forms_of(reader, "etudie", "etudie", ("fr",))[0] == (("fr", ("etudier",)),)


def test_forms_beyond_the_bound_are_cut_and_said(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabulary, "MAX_FORMS", 0)
    assert vocabulary.forms_of(reader, "bondgenoot", "bondgenoot", ("nl",))[1] == ("nl",)


def test_a_beginning_is_a_range_of_words(reader: Reader) -> None:
    assert vocabulary.words_beginning(reader, "mini") == ("mini", "minister", "ministers")
    assert vocabulary.count_beginning(reader, "mini") == 3
    assert vocabulary.words_beginning(reader, "zz") == ()


def test_an_ending_is_a_range_of_words_read_backwards(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert vocabulary.words_ending(reader, "genoten") == ("bondgenoten",)
    assert vocabulary.words_ending(reader, "en") == ("bondgenoten", "en")
    assert vocabulary.words_ending(reader, "minister") == ("minister",)
    assert vocabulary.words_ending(reader, "zz") == ()
    assert vocabulary.count_ending(reader, "en") == 2
    assert vocabulary.words_ending(reader, "n", limit=1) == ("bondgenoten", "en")


class Told:
    """A reader that keeps what it was asked."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.asked: list[tuple[str, Any]] = []

    def rows(self, sql: str, values: Any = ()) -> list[Any]:
        self.asked.append((sql, values))
        return self._reader.rows(sql, values)


def test_no_question_reads_all_words_but_those_that_wait(reader: Reader) -> None:
    told = Told(reader)
    asked = cast(Reader, told)
    vocabulary.languages(asked)
    vocabulary.forms_of(asked, "minister", "minister", ("fr", "nl"))
    vocabulary.words_beginning(asked, "mini")
    vocabulary.words_ending(asked, "ster")
    vocabulary.near(asked, "minsiter")
    assert len(told.asked) >= 6
    for sql, values in told.asked:
        plan = [row[3] for row in reader.rows(f"EXPLAIN QUERY PLAN {sql}", values)]
        assert not [
            step for step in plan if re.match(r"SCAN (w|word_sorted|word_ending)\b", step)
        ], sql


def test_the_nearest_word_shares_its_first_letters(reader: Reader) -> None:
    assert vocabulary.near(reader, "stikstofuitkop") == ("stikstofuitkoop",)
    assert vocabulary.near(reader, "minsiter") == ("minister", "ministers")
    assert vocabulary.near(reader, "xinister") == ()
    assert vocabulary.near(reader, "min") == ()


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("abc", "abc", 0),
        ("abc", "abd", 1),
        ("abc", "acb", 1),
        ("abc", "abcd", 1),
        ("abc", "xbcd", 2),
        ("abc", "xyz", 3),
    ],
)
def test_edits_are_counted_up_to_a_limit(one: str, other: str, expected: int) -> None:
    assert distance(one, other, 2) == min(3, expected)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_a_distance_is_symmetric_and_zero_for_equals_alone(one: str, other: str) -> None:
    assert distance(one, other, 3) == distance(other, one, 3)
    assert (distance(one, other, 3) == 0) == (one == other)
