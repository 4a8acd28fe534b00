"""What readers hold to be the same letters is one token, and nothing else is."""

import itertools
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.words.tokens import (
    MAX_TOKEN,
    fold,
    has_pairs,
    is_single,
    places,
    query_tokens,
    spellings,
    tokens,
)

LETTERS = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "aAbZ09 -'._:é́ñöŒøßİıſйўёѓ½…’·ªŉʼ\u00ad\u200dأهּקऀहिन्दीप東京都ニュースかﾞ한글ไทย\U0001f600"
        ),
        st.characters(exclude_categories=("Cs",)),
    ),
    max_size=40,
)
CHECK = settings(derandomize=True, deadline=None, max_examples=400)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "cafe"),
        ("Cafe\u0301", "café"),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("Ærø", "aeroe".removesuffix("e")),
        ("Łódź", "lodz"),
        ("Þór", "thor"),
        ("œuvre", "OEUVRE"),
        ("ﬁnanciën", "financien"),
        ("ＡＢＣ１２", "abc12"),
        ("Ёлка", "елка"),
        ("Ὀδυσσεύς", "οδυσσευσ"),
        ("مُحَمَّد", "محمد"),
        ("שָׁלוֹם", "שלום"),
        ("voet\u00adbal", "voetbal"),
        ("می\u200cخواهم", "میخواهم"),
        ("ﾆｭｰｽ", "ニュース"),
    ],
)
def test_two_spellings_of_one_word_are_one_token(one: str, other: str) -> None:
    assert tokens(one) == tokens(other)
    assert len(tokens(one)) >= 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("йод", "иод"), ("ў", "у"), ("が", "か"), ("パン", "ハン"), ("हिन्दी", "हन्द"), ("한", "하")],
)
def test_letters_that_readers_hold_apart_stay_apart(one: str, other: str) -> None:
    assert tokens(one) != tokens(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("De NAVO, in 2027: 5,5%!", ["de", "navo", "in", "2027", "5", "5"]),
        (
            "minister-president O'Neill 480.000",
            ["minister", "president", "o", "neill", "480", "000"],
        ),
        ("O’Neill Oʼneill", ["o", "neill", "o", "neill"]),
        ("snake_case a:b", ["snake", "case", "a", "b"]),
        ("12 m² ½", ["12", "m2", "1", "2"]),
        ("東京都", ["東京", "京都", "都"]),
        ("都", ["都"]),
        ("AI技術は2024年", ["ai", "技術", "術は", "は", "2024", "年"]),
        ("ภาษาไทย ok", ["ภา", "าษ", "ษา", "าไ", "ไท", "ทย", "ย", "ok"]),
        ("한국어 뉴스", ["한국", "국어", "어", "뉴스", "스"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("עד־כאן", ["עד", "כאן"]),
        ("😀", []),
    ],
)
def test_a_text_becomes_its_words_in_order(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("東京都", ["東京", "京都"]),
        ("東京", ["東京"]),
        ("京", ["京"]),
        ("東京 都", ["東京", "京", "都"]),
        ("AI 技術", ["ai", "技術"]),
        ("voetbal", ["voetbal"]),
    ],
)
def test_a_query_leaves_out_the_single_that_ends_its_last_run(
    text: str, expected: list[str]
) -> None:
    assert query_tokens(text) == expected


def test_one_character_of_a_script_without_spaces_is_single_and_a_letter_is_not() -> None:
    assert is_single("京")
    assert not is_single("東京")
    assert not is_single("a")
    assert has_pairs("ab 東")
    assert not has_pairs("ab é й")


def test_a_long_run_is_cut() -> None:
    assert tokens("ab " + "x" * 5000) == ["ab", "x" * MAX_TOKEN]


def test_folding_keeps_spaces_and_punctuation() -> None:
    assert fold("Hé, «Straße»!") == "he, «strasse»!"
    assert fold("PLAIN: ascii") == "plain: ascii"


def test_spellings_keep_their_accents_and_leave_pairs_out() -> None:
    assert spellings("Café CAFE Über 東京 İzmir café") == {"café", "cafe", "über", "izmir"}


@CHECK
@given(LETTERS)
@example("\u1112\u0301\u1161")
def test_tokens_are_stable_short_and_free_of_borders(text: str) -> None:
    found = tokens(text)
    assert all(0 < len(token) <= MAX_TOKEN for token in found)
    assert not any(c in token for token in found for c in " :\t\n\"'*()^")
    assert [t for token in found for t in tokens(token)][: len(found)] or not found
    words = [token for token in found if not has_pairs(token)]
    assert [tokens(word) for word in words] == [[word] for word in words]


@CHECK
@given(LETTERS)
def test_normal_forms_and_case_never_matter(text: str) -> None:
    assert tokens(unicodedata.normalize("NFD", text)) == tokens(text)
    assert tokens(unicodedata.normalize("NFKC", text)) == tokens(text)
    assert fold(fold(text)) == fold(text)


@CHECK
@given(LETTERS, LETTERS)
def test_the_fast_way_and_the_slow_way_agree(text: str, other: str) -> None:
    # One character beyond Latin sends the whole text the slow way.
    assert tokens(f"{text} й {other}") == [*tokens(text), "й", *tokens(other)]


@CHECK
@given(LETTERS)
def test_folding_the_spellings_gives_the_tokens(text: str) -> None:
    plain = {token for token in tokens(text) if not has_pairs(token)}
    assert {fold(word)[:MAX_TOKEN] for word in spellings(text)} - {""} == plain


@CHECK
@given(LETTERS)
@example("voet\u00adbal ™")
@example("n\u0303o ½")
def test_places_are_those_of_the_tokens(text: str) -> None:
    composed = unicodedata.normalize("NFKC", text)
    found, where = places(composed)
    assert found == tokens(composed)
    assert all(0 <= start < end <= len(composed) for start, end in where)
    assert all(a[0] <= b[0] for a, b in itertools.pairwise(where))
    whole, somewhere = places(text)
    assert len(whole) == len(somewhere)


@CHECK
@given(LETTERS)
def test_what_stands_at_a_place_is_its_token(text: str) -> None:
    for token, (start, end) in zip(*places(text), strict=True):
        assert token in [*tokens(text[start:end]), text[start:end]] or token in "".join(
            tokens(text[start:end])
        )
