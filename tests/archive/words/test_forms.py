"""Forms of one word find each other, and words that only look alike do not."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.words import dutch
from archive.words.forms import UNKNOWN, keys, language_of
from archive.words.readings import readings
from archive.words.tokens import fold, tokens

CHECK = settings(derandomize=True, deadline=None, max_examples=300)


def pairs(name: str) -> list[tuple[str, str, bool]]:
    path = Path(__file__).with_name(name)
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line[:1] != "#"]
    return [(one, other, verdict == "same") for one, other, verdict in lines]


def are_forms(one: str, other: str, lang: str) -> bool:
    # The index cuts auto's into two words; a searcher's first word is what counts.
    return bool(set(keys(one.split("'")[0], lang)) & set(keys(other.split("'")[0], lang)))


@pytest.mark.parametrize(
    ("name", "lang", "least"),
    [
        ("dutch_pairs.tsv", "nl", 171),
        ("dutch_pairs_unseen.tsv", "nl", 172),
        ("dutch_pairs_third.tsv", "nl", 204),
        ("english_pairs.tsv", "en", 117),
        ("english_pairs_unseen.tsv", "en", 51),
        ("german_pairs.tsv", "de", 106),
        ("german_pairs_unseen.tsv", "de", 56),
        ("french_pairs.tsv", "fr", 106),
        ("french_pairs_unseen.tsv", "fr", 55),
    ],
)
def test_as_many_judged_pairs_are_right_as_were_measured(name: str, lang: str, least: int) -> None:
    judged = pairs(name)
    wrong = [pair for pair in judged if are_forms(pair[0], pair[1], lang) != pair[2]]
    print(f"{name}: {len(judged) - len(wrong)} of {len(judged)} right")
    for one, other, is_same in wrong:
        print(f"  {one} {other} {'missed' if is_same else 'joined'}")
    assert len(judged) - len(wrong) >= least


def test_each_list_judges_both_ways_and_dutch_is_nearly_all_right() -> None:
    for name in ("english_pairs.tsv", "german_pairs.tsv", "french_pairs.tsv"):
        judged = pairs(name)
        assert len(judged) >= 100
        assert 25 <= sum(not is_same for _, _, is_same in judged) <= 75
    unseen = pairs("dutch_pairs_unseen.tsv") + pairs("dutch_pairs_third.tsv")
    right = sum(are_forms(one, other, "nl") == is_same for one, other, is_same in unseen)
    assert len(unseen) >= 300
    assert right >= 0.95 * len(unseen)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("de", "Haus Häuser Haeuser Hauses"),
        ("en", "election elections"),
        ("fr", "étudié étudier"),
        ("es", "elección elecciones"),
        ("es", "año años"),
        ("ar", "وزير الوزير للوزير والوزير"),
        ("ar", "انتخابات الانتخابات"),
        ("ru", "министр министров министра"),
        ("sv", "flicka flickor"),
    ],
)
def test_forms_of_other_languages_are_joined(lang: str, words: str) -> None:
    one, *others = words.lower().split()
    assert all(are_forms(one, other, lang) for other in others)


JUDGED = {
    (one, lang)
    for lang, name in (("en", "english"), ("de", "german"), ("fr", "french"))
    for pair in pairs(f"{name}_pairs.tsv") + pairs(f"{name}_pairs_unseen.tsv")
    for one in pair[:2]
}


def test_a_reading_is_another_word_and_a_word_has_few() -> None:
    for word, lang in sorted(JUDGED):
        assert word not in readings(word, lang)
    mean = sum(len(keys(word, lang)) for word, lang in JUDGED) / len(JUDGED)
    assert mean < 1.6


@pytest.mark.parametrize("lang", ["nl", "en", "de", UNKNOWN])
def test_a_word_with_a_digit_and_a_word_of_an_unknown_language_have_themselves(lang: str) -> None:
    assert keys("480s", lang) == ("480s",)
    assert keys("Kölns".lower(), UNKNOWN) == ("kolns",)
    assert keys("pyongyangs", "ko") == ("pyongyangs",)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("nl-BE", "nl"),
        ("EN", "en"),
        ("zh_Hans", "zh"),
        (None, UNKNOWN),
        ("", UNKNOWN),
        ("x", UNKNOWN),
        ("é€", UNKNOWN),
    ],
)
def test_a_language_tag_is_known_by_its_first_part(tag: str | None, expected: str) -> None:
    assert language_of(tag) == expected


@CHECK
@given(st.text(alphabet=st.sampled_from("aeioujtdsnrkmpëïéxbegvz'y"), min_size=1, max_size=12))
def test_any_word_has_one_to_three_folded_keys(word: str) -> None:
    for spelling in tokens(word):
        found = dutch.keys(spelling)
        assert 1 <= len(found) <= dutch.MAX_KEYS
        assert len(set(found)) == len(found)
        assert all(key and fold(key) == key for key in found)


@CHECK
@given(
    st.text(max_size=20),
    st.sampled_from(["nl", "de", "en", "fr", "ar", "ru", "tr", "hi", "sr", "fi", UNKNOWN]),
)
def test_keys_never_raise_and_are_folded(word: str, lang: str) -> None:
    for spelling in tokens(word):
        found = keys(spelling, lang)
        assert all(key and fold(key) == key for key in found)
        assert 1 <= len(set(found)) == len(found) <= 5
