"""What is compared: words of any script, shingles, numbers, ids, and the keys that find candidates."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.identity.folding import fold, numbers_of, words_in, words_of
from archive.identity.likeness import (
    KeyKind,
    agreement,
    candidate_keys,
    containment,
    jaccard,
    title_likeness,
)
from tests.archive.identity.tellings import BRIDGE, ORCHARD, telling


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café “De Zwaan”", 'CAFE "de zwaan"'),
        ("Straße nach Łódź", "strasse nach Lodz"),
        ("co\u00adoperate\u200b now", "cooperate now"),
        ("ﬁne ｔｙｐｅ", "fine type"),
        ("crème brûlée", "creme brulee"),
    ],
)
def test_what_a_reader_retypes_folds_to_the_same_words(one: str, other: str) -> None:
    assert words_of(fold(one)) == words_of(fold(other))


def test_a_script_without_spaces_is_read_in_pairs() -> None:
    assert words_of(fold("東京都は NHK 7時")) == ["東京", "京都", "都は", "nhk", "7", "時"]


def test_numbers_are_their_figures() -> None:
    assert numbers_of("10.979 and 10,979 at 18:30 in 2024") == {"10979", "1830", "2024"}


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=80))
def test_folding_is_done_once(text: str) -> None:
    words = words_of(fold(text))
    assert words_of(fold(" ".join(words))) == [w for x in words for w in words_of(fold(x))]


WESTERN = "".join(bytes([code]).decode("cp1252", "ignore") for code in range(256))


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(max_size=80) | st.text(WESTERN + "łş\u0301", max_size=80))
def test_the_fast_way_through_western_text_gives_the_words_of_the_long_one(text: str) -> None:
    assert words_in(text) == words_of(fold(text))


@pytest.mark.parametrize("letter", WESTERN)
def test_each_western_letter_stands_in_its_word_as_it_folds(letter: str) -> None:
    text = f"Aa{letter}Bb {letter} {letter}c"
    assert words_in(text) == words_of(fold(text))


@settings(derandomize=True, deadline=None)
@given(
    st.frozensets(st.text(max_size=2), max_size=6), st.frozensets(st.text(max_size=2), max_size=6)
)
def test_measures_are_symmetric_and_within_bounds(a: frozenset[str], b: frozenset[str]) -> None:
    for measure in (jaccard, containment, agreement):
        assert 0 <= measure(a, b) <= 1
        assert measure(a, b) == measure(b, a)
    assert jaccard(a, b) <= containment(a, b)


def test_silence_about_numbers_contradicts_nothing() -> None:
    assert agreement(frozenset(), frozenset({"3"})) == 1
    assert agreement(frozenset({"4"}), frozenset({"3"})) == 0


def test_a_title_cut_off_is_as_good_as_whole() -> None:
    whole = telling("Swing bridge over the canal closes for a year")
    assert title_likeness(telling("Swing bridge over …"), whole) >= 0.9
    assert title_likeness(telling("Swing bridge over the town hall"), whole) < 0.9
    assert title_likeness(telling(""), whole) == 0


def test_misread_letters_leave_a_title_alike() -> None:
    a = telling("Kinder-Marathon am Sonnabend")
    assert title_likeness(a, telling("Kinder-Marathn am Sonnabtnd")) > 0.6


def test_ids_are_read_from_addresses_but_days_are_none() -> None:
    ids = telling(url="https://p.example/2024/20240517/story-c7bbca82/99104").ids
    assert ids.opaque == {"c7bbca82"}
    assert ids.numeric == {"99104"}


def test_candidate_keys_never_change_their_values() -> None:
    # They are stored: another value here would need every archive to be indexed anew.
    keys = candidate_keys(telling("Bridge over the canal closes", "One two three four five six."))
    values = {(key.kind, key.value) for key in keys}
    assert (KeyKind.TITLE, FROZEN_TITLE) in values
    assert (KeyKind.TEXT, FROZEN_TEXT) in values
    assert (KeyKind.SHINGLE, FROZEN_SHINGLE) in values


FROZEN_TITLE = -3297142766554440209
FROZEN_TEXT = -1754397989447650344
FROZEN_SHINGLE = 1613931443


def test_keys_fit_a_signed_column_and_are_few() -> None:
    keys = candidate_keys(telling("A title of four words", BRIDGE, "https://p.example/a/123456"))
    assert len(keys) == len(set(keys)) <= 25
    assert all(-(2**63) <= key.value < 2**63 for key in keys)


def test_a_summary_proposes_its_full_text() -> None:
    head = " ".join(BRIDGE.split()[:40])
    summary = set(candidate_keys(telling("Another headline here", head)))
    assert summary & set(candidate_keys(telling("Bridge to close", BRIDGE)))


def test_a_cut_copy_proposes_its_original() -> None:
    cut = "By our reporter, ROTTERDAM. " + " ".join(BRIDGE.split()[:120])
    assert set(candidate_keys(telling("x", cut))) & set(candidate_keys(telling("y", BRIDGE)))


def test_strangers_share_no_key() -> None:
    one = candidate_keys(
        telling("Bridge to close for months", BRIDGE, "https://p.example/a/123456")
    )
    two = candidate_keys(telling("Frost kills the blossom", ORCHARD, "https://p.example/a/123457"))
    assert not set(one) & set(two)


@pytest.mark.parametrize("nothing", ["", "   ", "…", "🎉🎉", "Read more"])
def test_nothing_said_gives_no_key(nothing: str) -> None:
    assert candidate_keys(telling(nothing, nothing)) == ()


def test_a_huge_title_and_text_are_bounded() -> None:
    traits = telling("word " * 200_000, "word " * 400_000)
    assert len(traits.title_words) <= 500
    assert traits.n_words <= 40_000
    assert candidate_keys(traits)
