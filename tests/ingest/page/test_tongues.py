from tests.ingest.page.pages import TEXT, page, read

ARABIC = "الجسر مفتوح الآن أمام جميع السكان والزوار في المدينة"
ENGLISH = "The bridge is open at last, come and see it today."


def test_a_block_in_another_language_says_so_and_keeps_its_direction() -> None:
    quote = f'<blockquote lang="en"><p>{ENGLISH}</p></blockquote>'
    found = read(
        page(inside=f'{quote}<p lang="ar" dir="rtl">{ARABIC}</p><p>Tot zover de brug.</p>')
    )
    assert found.language_parts == (("en", ENGLISH), ("ar", ARABIC))
    assert found.text == f"{TEXT}\n{ENGLISH}\n{ARABIC}\nTot zover de brug."
    assert found.html is not None
    assert f'<blockquote lang="en"><p>{ENGLISH}</p></blockquote>' in found.html
    assert f'<p dir="rtl" lang="ar">{ARABIC}</p>' in found.html


def test_a_language_stated_around_several_blocks_is_that_of_each() -> None:
    found = read(
        page(inside=f'<div lang="en"><p>{ENGLISH}</p><p>Bring the children too.</p></div>')
    )
    assert found.language_parts == (("en", ENGLISH), ("en", "Bring the children too."))


def test_the_page_s_own_language_is_no_part() -> None:
    found = read(page(inside='<p lang="nl-BE">Zo zei men het aan de overkant van de vaart.</p>'))
    assert found.language_parts == ()


def test_what_is_stated_outside_the_text_is_no_part() -> None:
    menu = f'<nav><ul><li lang="en">{ENGLISH}</li></ul></nav>'
    assert read(page(before=menu)).language_parts == ()
