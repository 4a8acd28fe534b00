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


def keywords(*stated: str) -> str:
    return f'<meta name="news_keywords" content="{", ".join(stated)}">'


def test_ids_of_records_and_the_names_of_paper_and_author_are_no_topics() -> None:
    stated = (
        "Kustkrant",
        "Aafke Bos",
        "bruggen",
        "26157981-b4f7-4929-adc1-e860c6f03636",
        "100312362",
        "2026",
    )
    head = (
        '<meta property="og:site_name" content="Kustkrant"><meta name="author" content="Aafke Bos">'
    )
    found = read(page(head=head + keywords(*stated)))
    assert found.tags == ("bruggen", "2026")


def test_a_list_that_is_mostly_codes_gives_way_to_the_next_and_stays_a_claim() -> None:
    codes = keywords("AER", "AIRS08", "CRSH", "RSBI:HUMAN-RIGHTS", "Vliet", "DIS")
    found = read(page(head=codes + '<meta name="keywords" content="bruggen">'))
    assert found.tags == ("bruggen",)
    assert any("AIRS08" in claim.stated for claim in found.claims if claim.field == "tags")


def test_a_few_names_in_capitals_are_names() -> None:
    assert read(page(head=keywords("EU", "NAVO", "VN"))).tags == ("EU", "NAVO", "VN")


def test_topics_that_say_their_kind_lose_it_and_one_with_a_colon_keeps_it() -> None:
    found = read(page(head=keywords("Category: Reizen", "Place: Vlietmond")))
    assert found.tags == ("Reizen", "Vlietmond")
    found = read(page(head=keywords("Reizen", "Bruggen: een overzicht", "Vlietmond")))
    assert found.tags == ("Reizen", "Bruggen: een overzicht", "Vlietmond")


def test_the_number_of_posts_before_a_topic_is_no_part_of_it() -> None:
    assert read(page(head=keywords("(1) bruggen", "havens (12)"))).tags == ("bruggen", "havens")


def test_meta_elements_named_for_tags_are_read() -> None:
    assert read(page(head='<meta name="tags" content="bruggen, havens">')).tags == (
        "bruggen",
        "havens",
    )
