"""A difference holds both texts, and says least where least changed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.commands import difference
from archive.commands.difference import Difference, compare, words

CHECK = settings(derandomize=True, deadline=None, max_examples=200)
TEXT = st.lists(
    st.lists(st.sampled_from(["aap", "noot", "mies", "wim", "zus"]), max_size=6).map(" ".join),
    max_size=6,
)


def side(found: Difference, gone: str) -> list[str]:
    """Return the words of one of the two texts, read back from their difference."""
    return [
        word
        for paragraph in found.paragraphs
        for change, text in paragraph.parts
        if change in ("same", gone)
        for word in text.split()
    ]


def test_words_that_went_stand_before_those_that_came() -> None:
    assert words("van drie procent", "van vijf procent") == (
        ("same", "van"), ("gone", "drie"), ("new", "vijf"), ("same", "procent"),
    )  # fmt: skip
    assert words("", "nieuw") == (("new", "nieuw"),)
    assert words("weg", "") == (("gone", "weg"),)
    assert words("gelijk  gebleven", "gelijk gebleven") == (("same", "gelijk gebleven"),)


def test_an_added_paragraph_leaves_the_others_alone() -> None:
    found = compare("k", "een\ntwee", "k", "een\ntussen\ntwee")
    assert [(p.number, p.is_changed) for p in found.paragraphs] == [
        (1, False),
        (2, True),
        (3, False),
    ]
    assert (found.n_changed, found.n_words, found.is_title_changed) == (1, 3, False)


def test_a_giant_paragraph_is_shown_as_a_whole(monkeypatch: object) -> None:
    old, new = "a " * (difference.MAX_WORDS + 1), "b " * 3
    assert [change for change, _ in words(old, new)] == ["gone", "new"]


@CHECK
@given(TEXT, TEXT)
def test_both_texts_can_be_read_back(old: list[str], new: list[str]) -> None:
    found = compare("", "\n".join(old), "", "\n".join(new))
    assert sorted(side(found, "gone")) == sorted(" ".join(old).split())
    assert side(found, "new") == " ".join(new).split()


@CHECK
@given(TEXT)
def test_a_text_does_not_differ_from_itself(text: list[str]) -> None:
    found = compare("Kop", "\n".join(text), "Kop", "\n\n".join(text))
    assert found.n_changed == 0
    assert not any(paragraph.is_changed for paragraph in found.paragraphs)
