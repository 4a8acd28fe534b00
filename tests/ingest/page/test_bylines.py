import pytest

from tests.ingest.page.pages import page, read


def authors_of(block: str) -> tuple[str, ...]:
    return read(page(inside=block)).authors


@pytest.mark.parametrize(
    ("block", "names"),
    [
        ('<span class="author vcard">aafke</span>', ("aafke",)),
        ('<h4 class="post-author">von Aafke Bos</h4>', ("Aafke Bos",)),
        ('<p class="autorenzeile">Von Aafke Bos und Sil van Dam</p>', ("Aafke Bos", "Sil van Dam")),
        (
            '<div class="article-byline"><b>Aafke Bos</b> <b>Sil van Dam</b></div>',
            ("Aafke Bos", "Sil van Dam"),
        ),
        (
            '<div class="byline"><a href="/a">Aafke Bos</a> <a href="/s">Sil</a></div>',
            ("Aafke Bos", "Sil"),
        ),
        ('<div class="author">Interview: Aafke Bos</div>', ("Aafke Bos",)),
        ('<a class="authorName" href="/a">View all posts by Aafke Bos</a>', ("Aafke Bos",)),
    ],
)
def test_an_element_named_for_its_author_holds_the_names(
    block: str, names: tuple[str, ...]
) -> None:
    found = read(page(inside=block))
    assert found.authors == names
    assert found.provenance["authors"] == "inferred"


@pytest.mark.parametrize(
    "block",
    [
        '<div class="comment-author vcard">Otter</div>',
        '<li class="comment"><span class="author">Otter</span></li>',
        '<aside><span class="author">Otter</span></aside>',
        '<figure><span class="byline">Kees Vonk</span></figure>',
        '<div class="author-bio">Aafke Bos woont aan de vaart.</div>',
        '<p class="byline">Stand: 20. April 2026, 14:57 Uhr</p>',
        '<div class="author">Quelle: Hafenfunk</div>',
        '<div class="author">Archiv anzeigen</div>',
        '<span class="meta-prep-author">Posted</span>',
        '<div class="authority">Port Authority</div>',
    ],
)
def test_names_of_others_and_lines_that_tell_no_name_are_passed_over(block: str) -> None:
    assert authors_of(block) == ()


def test_a_stated_author_comes_before_one_that_a_class_gives_away() -> None:
    head = '<meta name="author" content="Kees Vonk">'
    html = page(head=head, inside='<span class="author vcard">Aafke Bos</span>')
    assert read(html).authors == ("Kees Vonk",)
