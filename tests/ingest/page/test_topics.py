import pytest

from tests.ingest.page.pages import page, read

LINKS = '<a href="/{0}/bruggen">Bruggen</a> <a href="/{0}/vaart">De vaart</a>'


@pytest.mark.parametrize(
    "word", ["tag", "topics", "thema", "schlagwort", "temas", "emne", "tematy"]
)
def test_links_to_topics_are_the_tags_whatever_their_block_is_called(word: str) -> None:
    block = f'<div class="x1y2">{LINKS.format(word)}</div>'
    assert read(page(inside=block)).tags == ("Bruggen", "De vaart")


@pytest.mark.parametrize(
    "html",
    [
        page(before=f'<nav class="topics">{LINKS.format("tag")}</nav>'),
        page(before=f'<div class="topics">{LINKS.format("tag")}</div>'),
        page(after=f'</main><footer><div class="tags">{LINKS.format("tag")}</div></footer><main>'),
        page(inside=f"<p>{LINKS.format('nieuws')}</p>"),
    ],
    ids=["menu", "over the headline", "foot of the site", "links to articles"],
)
def test_a_site_s_own_topics_are_no_tags(html: str) -> None:
    assert read(html).tags == ()


def test_a_category_of_a_blog_is_its_section_and_no_tag() -> None:
    links = '<a rel="category tag" href="/v">Verkeer</a> <a rel="tag" href="/b">bruggen</a>'
    found = read(page(inside=f"<p>{links}</p>"))
    assert (found.section, found.tags) == ("Verkeer", ("bruggen",))


def test_hash_signs_and_numbers_of_posts_are_no_part_of_a_tag() -> None:
    links = '<a rel="tag" href="/b">#bruggen (611 posts)</a>'
    assert read(page(inside=f"<p>{links}</p>")).tags == ("bruggen",)
