from datetime import UTC, datetime

from tests.ingest.page.pages import page, read

COMMENT = (
    '<div itemscope itemtype="https://schema.org/Comment"><b itemprop="author">Otter</b>'
    '<time itemprop="datePublished" datetime="2026-05-19T09:12:00Z">gisteren</time></div>'
)


def test_microdata_of_a_comment_is_not_the_article_s() -> None:
    found = read(page(after=COMMENT), "https://kustkrant.example/a/1")
    assert found.authors == ()
    assert "microdata" not in found.provenance.values()


def test_microdata_of_the_article_is_read() -> None:
    item = (
        '<div itemscope itemtype="https://schema.org/NewsArticle"><b itemprop="articleSection">Water'
        '</b><span itemprop="author" itemscope itemtype="https://schema.org/Person">'
        '<meta itemprop="name" content="Aafke Bos"></span>'
        '<meta itemprop="datePublished" content="2026-05-18T07:30:00Z"></div>'
    )
    found = read(page(inside=item), "https://kustkrant.example/a/1")
    assert (found.section, found.authors) == ("Water", ("Aafke Bos",))
    assert found.published_at == datetime(2026, 5, 18, 7, 30, tzinfo=UTC)


def test_a_head_that_a_stray_tag_has_ended_is_read_to_its_end() -> None:
    head = (
        '<p>x</p><meta property="og:site_name" content="Kustkrant"><link rel="next" href="?page=2">'
    )
    found = read(page(head=head))
    assert found.site_name == "Kustkrant"
    assert found.next_page_url is not None


def test_a_drawing_s_title_is_not_the_page_s() -> None:
    html = page().replace("<head>", "<head><svg><title>Pijl omlaag</title></svg>")
    assert "Pijl" not in str(read(html).claims)
