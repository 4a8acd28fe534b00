"""The sample pages carry what real pages carry around a text, and the text can be had without it."""

import pytest

from archive.model.stated import WallKind
from ingest.demo.pages import article_page
from ingest.demo.papers import ROUNDS, Paper, load_papers
from ingest.page.parse import parse_article

HOME = "http://127.0.0.1:4000"
PAPERS = {paper.slug: paper for paper in load_papers()}
SOUND = [paper for paper in PAPERS.values() if paper.articles]


def page_of(paper: Paper, n: int, round_: int = 1) -> bytes:
    items = paper.items(round_)
    return article_page(paper, items[n], items[n + 1 : n + 3], HOME, ROUNDS[round_ - 1])


def read(paper: Paper, n: int, round_: int = 1):
    url = HOME + paper.items(round_)[n].path
    return parse_article(page_of(paper, n, round_), url, fetched_at=ROUNDS[round_ - 1])


def test_the_model_page_shows_its_header_line_comments_links_and_newsletter_box() -> None:
    html = page_of(PAPERS["duinpost"], 0).decode()
    words = "".join(html.replace("<span>", "").split("</span>"))
    assert "Actueel • Vandaag • leestijd 2 minuten • 412 keer bekeken • bewaren" in words
    for furniture in ('class="comments"', 'class="related"', 'class="newsletter"'):
        assert furniture in html


def test_the_model_page_is_read_with_its_section_day_minutes_and_views() -> None:
    page = read(PAPERS["duinpost"], 0)
    assert page.section == "Actueel"
    assert page.published_at is not None
    assert page.published_at.date() == ROUNDS[0].date()
    assert (page.reading_minutes, page.provenance["reading_minutes"]) == (2, "visible")
    assert page.view_count == 412
    assert page.authors == ("Marit Oldehove",)


def test_a_page_of_yesterday_says_so() -> None:
    assert "Gisteren" in page_of(PAPERS["duinpost"], 2).decode()
    assert "Eergisteren" in page_of(PAPERS["duinpost"], -1, 2).decode()


@pytest.mark.parametrize("paper", SOUND, ids=lambda paper: paper.slug)
def test_nothing_that_stands_around_an_article_gets_into_its_text(paper: Paper) -> None:
    page = read(paper, 0)
    item = paper.items(1)[0]
    assert page.title == item.title
    assert page.language == paper.language
    assert page.text is not None
    assert page.text.split("\n") == list(item.paragraphs)


def test_the_consent_wall_is_seen_as_one_and_gives_no_text() -> None:
    paper = PAPERS["auenbote"]
    n = next(n for n, item in enumerate(paper.items(1)) if item.has_wall)
    page = read(paper, n)
    assert page.wall is not None
    assert page.wall.kind is WallKind.CONSENT
    assert page.text is None
    assert page.title is None
