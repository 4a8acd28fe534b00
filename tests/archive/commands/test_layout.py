"""Kept html is laid out for a terminal, and no word of the text is lost for it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.commands.layout import laid_out
from archive.html import clean
from archive.terminal import text_width


def rows(html: str | None, text: str, width: int = 40, owned: tuple[str, ...] = ()) -> list[str]:
    return list(laid_out(html, text, width=width, colour=False, owned=owned))


def test_paragraphs_headings_and_lists_stand_apart() -> None:
    html = "<h2>Kop</h2><p>Een.</p><ul><li>a</li><li>b<ol start='3'><li>c</li></ol></li></ul><p>Twee.</p>"
    assert rows(clean(html, None), "Kop\nEen.\na\nb\nc\nTwee.") == [
        "Kop", "", "Een.", "", "• a", "• b", "  3. c", "", "Twee.",
    ]  # fmt: skip


def test_a_post_is_a_quote_with_its_address_whole() -> None:
    address = "https://berichten.example/" + "b" * 60
    html = f'<blockquote><p>Kijk nou!</p><p><a href="{address}">Pim</a></p></blockquote><p>Na.</p>'
    assert rows(html, "Kijk nou!\nPim\nNa.") == [
        "│ Kijk nou!", "│", "│ Pim", f"│ {address}", "", "Na.",
    ]  # fmt: skip


def test_a_link_in_a_sentence_stays_in_its_sentence() -> None:
    assert rows('<p>Lees <a href="https://a.example/">dit</a> eens.</p>', "Lees dit eens.") == [
        "Lees dit eens."
    ]


def test_the_cells_of_a_table_stand_under_one_another_where_there_is_room() -> None:
    html = "<table><tr><th>Week</th><th>Werk</th></tr><tr><td>1</td><td>Damwand slaan</td></tr></table>"
    assert rows(html, "Week Werk\n1 Damwand slaan") == ["Week │ Werk", "1    │ Damwand slaan"]
    assert rows(html, "Week Werk\n1 Damwand slaan", width=14) == [
        "Week │ Werk",
        "1 │ Damwand",
        "slaan",
    ]


def test_code_keeps_its_lines_and_blanks() -> None:
    assert rows("<pre><code>a = 1\n  b = 2</code></pre>", "a = 1\nb = 2") == [
        "  a = 1",
        "    b = 2",
    ]


def test_a_picture_is_its_words_its_address_and_its_caption() -> None:
    picture = '<img src="https://b.example/k.jpg" alt="De kade"><figcaption>Dag 1.</figcaption>'
    html = f"<figure>{picture}</figure><p>Een.</p>"
    assert rows(html, "Een.") == [
        "[picture: De kade]", "https://b.example/k.jpg", "Dag 1.", "", "Een.",
    ]  # fmt: skip


def test_a_line_that_owns_to_a_change_has_a_sign() -> None:
    html, text = "<p>Een.</p><p>Correctie: <em>vijf</em>.</p>", "Een.\nCorrectie: vijf."
    assert rows(html, text, owned=("Correctie: vijf.",)) == ["Een.", "", "▌ Correctie: vijf."]


def test_html_that_lacks_words_of_the_text_is_not_used() -> None:
    assert rows("<p>Een.</p>", "Een.\nTwee drie vier.") == ["Een.", "", "Twee drie vier."]
    assert rows(None, "Een.\n\nTwee.") == ["Een.", "", "Twee."]


def test_words_outside_any_block_are_a_paragraph() -> None:
    assert rows("Voor.<ul><li>a</li></ul>Na.", "Voor.\na\nNa.") == ["Voor.", "", "• a", "", "Na."]


def test_no_control_reaches_the_terminal() -> None:
    assert rows("<p>a\x9bb\x1b[2J</p><pre>c\x07</pre>", "a b\nc") == ["ab[2J", "", "  c"]


_BLOCKS = st.recursive(
    st.sampled_from(["een twee", "drie", "vier vijf zes", "運河の岸壁", "ماء"]),
    lambda inner: st.builds(
        lambda name, parts: f"<{name}>{' '.join(parts)}</{name}>",
        st.sampled_from(["p", "li", "ul", "ol", "blockquote", "table", "tr", "td", "pre", "h2", "div", "figure"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(derandomize=True, max_examples=80, deadline=None)
@given(html=st.lists(_BLOCKS, min_size=1, max_size=4).map("".join), width=st.integers(20, 100))
def test_whatever_the_html_every_word_is_shown_within_the_width(html: str, width: int) -> None:
    html = clean(html, None)
    words = ["een", "twee", "drie", "vier", "vijf", "zes", "運河の岸壁", "ماء"]
    text = " ".join(word for word in words for _ in range(html.count(word)))
    made = rows(html, text, width)
    shown = "".join("".join(made).split()).replace("│", "")
    assert [word for word in words if shown.count(word) < html.count(word)] == []
    if "<pre" not in html:
        assert [row for row in made if text_width(row) > width] == []
