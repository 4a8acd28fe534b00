from hypothesis import given, settings
from hypothesis import strategies as st

from archive.difference import (
    Folded,
    Paragraph,
    Piece,
    Sign,
    compare,
    compare_words,
)


def written(pieces: tuple[Piece, ...]) -> str:
    marks = {Sign.SAME: "{}", Sign.GONE: "[-{}-]", Sign.NEW: "[+{}+]"}
    return "".join(marks[piece.sign].format(piece.text) for piece in pieces)


def side(pieces: tuple[Piece, ...], gone: Sign) -> str:
    return "".join(piece.text for piece in pieces if piece.sign is not gone)


def test_changed_words_stand_where_they_changed() -> None:
    found = compare_words("een norm van drie procent", "een norm van vijf procent")
    assert written(found) == "een norm van [-drie-][+vijf+] procent"


def test_neighbouring_changes_read_as_one() -> None:
    found = compare_words("de oude premier zei", "de nieuwe minister zei")
    assert written(found) == "de [-oude premier-][+nieuwe minister+] zei"


def test_one_character_of_a_script_without_spaces_is_one_change() -> None:
    assert written(compare_words("東京都知事", "東京府知事")) == "東京[-都-][+府+]知事"


def test_unchanged_paragraphs_are_folded_and_new_ones_stand_alone() -> None:
    before = "Een.\nTwee is dit hier.\nDrie.\nVier."
    after = "Een.\nTwee is dat hier.\nDrie.\nVier.\nCorrectie: een ander getal."
    found = compare(before, after)
    first, changed, folded, new = found.parts
    assert first == Folded(first=1, last=1)
    assert isinstance(changed, Paragraph) and isinstance(new, Paragraph)
    assert written(changed.pieces) == "Twee is [-dit-][+dat+] hier."
    assert folded == Folded(first=3, last=4)
    assert written(new.pieces) == "[+Correctie: een ander getal.+]"
    assert (found.n_changed_words, found.n_words) == (5, 11)


def test_a_paragraph_that_has_little_in_common_is_one_gone_and_one_new() -> None:
    found = compare("Alles over voetbal vandaag", "Het weer wordt morgen beter")
    assert [len(part.pieces) for part in found.parts if isinstance(part, Paragraph)] == [1, 1]


def test_a_removed_paragraph_does_not_shift_those_after_it() -> None:
    found = compare("weg ermee nu\nblijft staan hier", "blijft staan daar")
    texts = [written(part.pieces) for part in found.parts if isinstance(part, Paragraph)]
    assert texts == ["[-weg ermee nu-]", "blijft staan [-hier-][+daar+]"]


def test_equal_texts_have_no_changes() -> None:
    assert compare("Een.\nTwee.", "Een.\nTwee.").n_changed_words == 0
    assert compare("", "").parts == ()


lines = st.lists(st.sampled_from(["a b c", "a b d", "x y", "", "een twee", "é 東京"]), max_size=8)


@settings(derandomize=True, max_examples=300)
@given(lines, lines)
def test_both_texts_can_be_read_back_from_a_comparison(old: list[str], new: list[str]) -> None:
    found = compare("\n".join(old), "\n".join(new))
    kept_new = [line for line in new if line]
    read_new: list[str] = []
    for part in found.parts:
        if isinstance(part, Folded):
            read_new += kept_new[part.first - 1 : part.last]
        elif side(part.pieces, Sign.GONE):
            read_new.append(side(part.pieces, Sign.GONE))
    assert read_new == kept_new


@settings(derandomize=True, max_examples=200)
@given(st.text(max_size=60), st.text(max_size=60))
def test_words_can_be_read_back_on_both_sides(before: str, after: str) -> None:
    found = compare_words(before, after)
    assert side(found, Sign.NEW) == before
    assert side(found, Sign.GONE) == after


def test_a_figure_or_a_joined_word_changes_as_a_whole() -> None:
    assert (
        written(compare_words("bood 3,5 miljoen", "bood 5,3 miljoen"))
        == "bood [-3,5-][+5,3+] miljoen"
    )
    assert (
        written(compare_words("de oud-premier", "de ex-premier"))
        == "de [-oud-premier-][+ex-premier+]"
    )


def test_words_of_each_change_are_counted_on_its_larger_side_and_never_exceed_the_text() -> None:
    found = compare(
        "een twee drie.\nvier vijf zes zeven", "een drie.\nvier vijf zes acht negen zeven"
    )
    assert (found.n_changed_words, found.n_words) == (3, 8)
    moved = compare("a b c d\nx", "e f g h\nx")
    assert (moved.n_changed_words, moved.n_words) == (5, 5)


def test_a_giant_paragraph_is_shown_as_a_whole() -> None:
    found = compare("woord " * 60_000, "ander " * 60_000)
    assert [len(part.pieces) for part in found.parts if isinstance(part, Paragraph)] == [1, 1]
    many = compare(
        "\n".join(f"a{n % 7}" for n in range(4_000)), "\n".join(f"b{n % 5}" for n in range(4_000))
    )
    assert (many.n_changed_words, many.n_words) == (4_000, 4_000)
