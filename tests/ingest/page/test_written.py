"""Every written page gives what stands beside it; every ladder of claims is climbed rung by rung."""

import json

import pytest

from archive.model.stated import Wall
from tests.ingest.page.pages import ADDRESS, TITLE, page, read
from tests.ingest.page.written import WRITTEN, Written


def as_written(value: object) -> object:
    return value.kind.value if isinstance(value, Wall) else value


@pytest.mark.parametrize("written", WRITTEN, ids=lambda w: w.name)
def test_a_written_page_gives_what_stands_beside_it(written: Written) -> None:
    found = read(written.html, written.url)
    assert {n: as_written(getattr(found, n)) for n in written.expected} == written.expected
    said = f"{found.text} {found.html}"
    assert [words for words in written.never if words in said] == []


def linked(**fields: object) -> str:
    article = {"@type": "NewsArticle", "headline": TITLE} | fields
    return f'<script type="application/ld+json">{json.dumps(article)}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


# Each ladder: field, and its rungs from the top as (source, head of the page, body, value).
LADDERS = {
    "authors": [
        ("json-ld", linked(author={"name": "Aafke Een"}), "", ("Aafke Een",)),
        ("opengraph", meta("article:author", "Bas Twee"), "", ("Bas Twee",)),
        ("meta", '<meta name="parsely-author" content="Cor Drie">', "", ("Cor Drie",)),
        ("meta", '<meta name="author" content="Dik Vier">', "", ("Dik Vier",)),
        ("visible", "", '<p><a rel="author" href="/e">Eva Vijf</a> schreef dit.</p>', ("Eva Vijf",)),
        ("microdata", "", '<b itemprop="author">Fem Zes</b>', ("Fem Zes",)),
        ("inferred", "", '<span class="byline">Gijs Zeven</span>', ("Gijs Zeven",)),
    ],
    "section": [
        ("opengraph", meta("article:section", "Een"), "", "Een"),
        ("visible", "", '<p><a rel="category" href="/t">Twee</a></p>', "Twee"),
        ("visible", "", '<div class="breadcrumb"><a href="/">Home</a> <a href="/d">Drie</a></div>', "Drie"),
        ("json-ld", linked(articleSection="Vier"), "", "Vier"),
        ("microdata", "", '<meta itemprop="articleSection" content="Vijf">', "Vijf"),
        ("inferred", "", "", "binnenland"),
    ],
    "tags": [
        ("opengraph", meta("article:tag", "een"), "", ("een",)),
        ("meta", '<meta name="news_keywords" content="twee, drie">', "", ("twee", "drie")),
        ("visible", "", '<p><a rel="tag" href="/v">vier</a></p>', ("vier",)),
        ("meta", '<meta name="keywords" content="vijf">', "", ("vijf",)),
        ("json-ld", linked(keywords=["zes"]), "", ("zes",)),
        ("visible", "", '<div><a href="/tag/a">zeven</a> <a href="/tag/b">acht</a></div>', ("zeven", "acht")),
    ],
    "image_url": [
        ("json-ld", linked(image="https://beeld.example/1.jpg"), "", "https://beeld.example/1.jpg"),
        ("opengraph", meta("og:image", "https://beeld.example/2.jpg"), "", "https://beeld.example/2.jpg"),
        ("meta", meta("twitter:image", "https://beeld.example/3.jpg"), "", "https://beeld.example/3.jpg"),
        ("visible", "", '<img src="https://beeld.example/4.jpg">', "https://beeld.example/4.jpg"),
    ],
    "site_name": [
        ("opengraph", meta("og:site_name", "Een"), "", "Een"),
        ("json-ld", linked(publisher={"@type": "Organization", "name": "Twee"}), "", "Twee"),
        ("meta", '<meta name="application-name" content="Drie">', "", "Drie"),
        ("inferred", "", "", "kustkrant.example"),
    ],
    "description": [
        ("meta", '<meta name="description" content="Een.">', "", "Een."),
        ("opengraph", meta("og:description", "Twee."), "", "Twee."),
        ("json-ld", linked(description="Drie."), "", "Drie."),
    ],
    "canonical_url": [
        ("meta", '<link rel="canonical" href="/een">', "", "https://kustkrant.example/een"),
        ("opengraph", meta("og:url", "/twee"), "", "https://kustkrant.example/twee"),
        ("computed", "", "", ADDRESS),
    ],
    "reading_minutes": [
        ("json-ld", linked(timeRequired="PT7M"), "", 7),
        ("meta", '<meta name="twitter:data1" content="8 minuten">', "", 8),
        ("computed", "", "", 1),
    ],
}  # fmt: skip
RUNGS = [(name, n) for name, rungs in LADDERS.items() for n in range(len(rungs))]


@pytest.mark.parametrize(("name", "n"), RUNGS, ids=[f"{name} {n}" for name, n in RUNGS])
def test_the_highest_rung_that_is_there_is_chosen_and_the_others_stay_claims(
    name: str, n: int
) -> None:
    rungs = LADDERS[name][n:]
    heads = [head for _, head, _, _ in rungs]
    blocks = [json.loads(h[h.index("{") : h.rindex("}") + 1]) for h in heads if "ld+json" in h]
    merged = {key: value for block in blocks for key, value in block.items()}
    head = "".join(h for h in heads if "ld+json" not in h) + (linked(**merged) if merged else "")
    found = read(page(head=head, inside="".join(body for _, _, body, _ in rungs)))
    source, _, _, value = rungs[0]
    assert (getattr(found, name), found.provenance[name]) == (value, source)
    assert {c.source for c in found.claims if c.field == name} >= {source}
