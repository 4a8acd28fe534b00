from archive.output.beside import Owned
from archive.web.body import body_of


def without_pictures(html: str) -> str:
    return body_of(html).html


def test_a_picture_becomes_a_link_to_it() -> None:
    assert without_pictures('<p>Een</p><img src="https://x.example/a.jpg" alt="De brug">') == (
        '<p>Een</p><a href="https://x.example/a.jpg"><span class="picture">De brug</span></a>'
    )


def test_a_picture_without_words_is_named_by_its_file() -> None:
    assert ">b.jpg<" in without_pictures('<img src="https://x.example/a/b.jpg?w=1">')
    assert ">picture<" in without_pictures('<img src="https://x.example/">')


def test_a_picture_in_a_link_is_words_in_that_link() -> None:
    html = '<a href="https://x.example/"><img src="https://x.example/a.jpg" alt="A"></a> <b>z</b>'
    assert without_pictures(html) == (
        '<a href="https://x.example/"><span class="picture">A</span></a> <b>z</b>'
    )


def test_what_a_picture_says_of_itself_stays_text() -> None:
    html = '<img src="https://x.example/a.jpg" alt="&lt;script&gt;&quot;">'
    assert "<script>" not in without_pictures(html)
    assert "&lt;script&gt;&quot;" in without_pictures(html)


def test_pictures_are_counted() -> None:
    assert body_of('<p><img src="https://x.example/a.jpg"></p><img src="b.jpg">').n_pictures == 2


def test_a_block_in_another_language_gets_its_direction() -> None:
    assert body_of('<p lang="ar">ماء</p>').html == '<p lang="ar" dir="rtl">ماء</p>'
    assert body_of('<p lang="fr">eau</p>').html == '<p lang="fr" dir="ltr">eau</p>'
    assert body_of('<p lang="x y">?</p>').html == '<p lang="x y" dir="auto">?</p>'


def test_a_stated_direction_and_an_address_that_speaks_of_lang_stay_as_they_are() -> None:
    for html in ('<p lang="ar" dir="ltr">a</p>', '<a href="https://x.example/?lang=ar">a</a>'):
        assert body_of(html).html == html


def test_a_table_scrolls_by_itself_once_however_deep_tables_stand() -> None:
    html = "<table><tr><td><table><tr><td>1</td></tr></table></td></tr></table><p>na</p>"
    made = body_of(html).html
    assert made.startswith('<div class="wide" role="group" aria-label="Table" tabindex="0"><table>')
    assert made.count("<div") == made.count("</div>") == 1
    assert made.endswith("</table></div><p>na</p>")


def test_a_correction_is_marked_where_it_stands_whatever_its_spaces() -> None:
    owned = (
        Owned(kind="update", text="Update: nergens."),
        Owned(kind="correction", text="Correctie: het was vijf."),
    )
    made = body_of(
        "<p>Een.</p><p><strong>Correctie:</strong>\xa0het was vi\xadjf.</p><p>Twee.</p>", owned
    )
    assert made.html == (
        '<p>Een.</p><p class="owned correction" id="change-1"><strong>Correctie:</strong>\xa0het was vi\xadjf.</p>'
        "<p>Twee.</p>"
    )
    assert made.placed == owned[1:]
    assert made.unplaced == owned[:1]


def test_a_line_that_stands_twice_is_marked_once() -> None:
    owned = (Owned(kind="correction", text="Correctie: a."),)
    assert body_of("<p>Correctie: a.</p>" * 2, owned).html.count("id=") == 1
