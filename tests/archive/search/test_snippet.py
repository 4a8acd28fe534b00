"""A snippet is the part of a text that shows most of the query, in the text's own spelling."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.kept import Snippet
from archive.search.snippet import WIDTH, Marks, marked, snippet_of

FILLER = "Dit is een zin die nergens over gaat en alleen ruimte vult. " * 10


def words(*found: str) -> Marks:
    return Marks(words=frozenset(found))


def plain(snippet: Snippet) -> str:
    return "".join(text for text, _ in snippet.parts)


def bracketed(snippet: Snippet) -> str:
    return "".join(f"[{text}]" if is_marked else text for text, is_marked in snippet.parts)


def test_a_short_text_is_shown_whole() -> None:
    assert bracketed(snippet_of("Het Café is dicht.", words("cafe"))) == "Het [Café] is dicht."


def test_the_window_with_more_of_the_query_wins() -> None:
    text = f"storm ergens. {FILLER} storm en golven samen. {FILLER} storm storm storm. {FILLER}"
    shown = bracketed(snippet_of(text, words("storm", "golven")))
    assert "[storm] en [golven] samen" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(plain(snippet_of(text, words("storm", "golven")))) <= WIDTH + 4


def test_without_a_hit_it_is_the_beginning() -> None:
    shown = plain(snippet_of(FILLER, words("storm")))
    assert FILLER.startswith(shown.removesuffix(" …"))


def test_a_hit_far_down_is_still_found() -> None:
    text = FILLER * 60 + "de storm kwam"
    assert "[storm]" in bracketed(snippet_of(text, words("storm")))


def test_phrases_and_beginnings_are_marked_whole() -> None:
    marks = Marks(phrases=(("vijf", "procent"),), beginnings=("bond",))
    text = "Vijf procent, vijf jaar, bondgenoten"
    assert bracketed(marked(text, marks)) == "[Vijf procent], vijf jaar, [bondgenoten]"


def test_pairs_grow_into_the_characters_that_were_asked_for() -> None:
    text = "東京都は東京の予算"
    assert bracketed(marked(text, Marks(phrases=(("東京", "京都"),)))) == "[東京都]は東京の予算"
    assert bracketed(marked(text, words("東京"))) == "[東京]都は[東京]の予算"
    assert bracketed(marked(text, Marks(beginnings=("都",)))) == "東京[都]は東京の予算"


def test_a_text_of_signs_or_of_one_endless_word_is_cut_all_the_same() -> None:
    for text in ("!" * 5000, "x" * 5000, "é" * 5000 + " storm"):
        assert len(plain(snippet_of(text, words("storm")))) <= WIDTH + 4


def test_line_breaks_become_spaces() -> None:
    assert plain(snippet_of("een\n\ntwee\tdrie", words("twee"))) == "een twee drie"


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.text(max_size=600),
    st.lists(st.sampled_from(["storm", "golven", "é", "東京", "a", "b"]), max_size=3),
)
def test_parts_alternate_and_are_pieces_of_the_text(text: str, wanted: list[str]) -> None:
    parts = snippet_of(text, words(*wanted), width=60).parts
    assert all(part for part, _ in parts)
    assert all(a[1] != b[1] for a, b in pairwise(parts))
    spaced = " ".join(text.split())
    for part, is_marked in parts:
        if is_marked:
            assert " ".join(part.split()) in spaced
