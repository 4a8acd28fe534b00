from archive.web.pictures import without_pictures


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
