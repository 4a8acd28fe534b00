import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.page.jsonld import MAX_NODES, read_linked_data

URL = "https://kustkrant.example/brug"


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"NewsArticle","headline":"Brug open"}',
        '<!-- {"@type":"NewsArticle","headline":"Brug open"} -->',
        '//<![CDATA[\n{"@type":"NewsArticle","headline":"Brug open"}\n//]]>',
        '{"@type":"NewsArticle","headline":"Brug open",}',
        '{"@type":"NewsArticle","headline":"Brug\topen"}',
        '{"@type":"NewsArticle","headline":"Brug\nopen"};',
        "{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;headline&quot;:&quot;Brug open&quot;}",
        '{"@type":"WebPage"} {"@type":"NewsArticle","headline":"Brug open"}',
        '[[{"@graph":[{"@type":["Thing","schema:NewsArticle"],"headline":"Brug open"}]}]]',
        '{"@type":"WebPage","mainEntity":{"@type":"http://schema.org/NewsArticle","headline":"Brug open"}}',
    ],
)
def test_linked_data_is_read_as_pages_write_it(script: str) -> None:
    article = read_linked_data([script]).article(URL, [])
    assert article is not None
    assert article.text("headline") == "Brug open"


@pytest.mark.parametrize("script", ["", "{", "null", "{]", "[" * 100_000, '{"a":' * 20_000])
def test_what_cannot_be_read_is_left_out(script: str) -> None:
    assert read_linked_data([script]).own == ()


def test_the_article_of_this_address_is_chosen_before_one_with_a_date() -> None:
    first = {"@type": "NewsArticle", "headline": "Anders", "datePublished": "2026-05-01"}
    ours = {
        "@type": "NewsArticle",
        "headline": "Brug",
        "url": "http://www.kustkrant.example/brug/?a=1",
    }
    article = read_linked_data([json.dumps([first, ours])]).article(URL, [])
    assert article is not None
    assert article.text("headline") == "Brug"


def test_an_article_of_a_list_is_others_unless_it_carries_our_headline() -> None:
    listed = {"@type": "NewsArticle", "headline": "Brug", "datePublished": "2026-05-01"}
    page = json.dumps({"@type": "ItemList", "itemListElement": [listed]})
    assert read_linked_data([page]).article(URL, ["Iets anders"]) is None
    assert read_linked_data([page]).article(URL, ["Brug"]) is not None


def test_a_job_is_no_article() -> None:
    data = read_linked_data(['{"@type":"JobPosting","title":"Brugwachter","datePosted":"2026"}'])
    assert data.article(URL, []) is None


def test_references_are_followed_one_step_so_that_cycles_end() -> None:
    script = json.dumps(
        {
            "@graph": [
                {"@id": "#a", "@type": "NewsArticle", "author": {"@id": "#b"}, "headline": "Brug"},
                {"@id": "#b", "@type": "Person", "name": "Aafke Bos", "author": {"@id": "#a"}},
            ]
        }
    )
    article = read_linked_data([script]).article(URL, [])
    assert article is not None
    assert [person.text("name") for person in article.nodes("author")] == ["Aafke Bos"]
    back = next(next(article.nodes("author")).nodes("author"))
    assert back.text("headline") == "Brug"


def test_thousands_of_scripts_cost_no_more_than_the_first() -> None:
    article = {"@type": "NewsArticle", "headline": "Brug"}
    scripts = [json.dumps(article | {"position": n}) for n in range(5_000)]
    assert len(read_linked_data(scripts).own) <= 200
    many = json.dumps([{"@type": "Person", "name": str(n)} for n in range(3 * MAX_NODES)])
    assert len(read_linked_data([many]).own) == MAX_NODES


@pytest.mark.parametrize(
    ("stated", "truth"),
    [
        (False, False),
        ("False", False),
        ("https://schema.org/False", False),
        ("true", True),
        (3, None),
    ],
)
def test_truth_is_read_however_it_is_written(stated: object, truth: bool | None) -> None:
    script = json.dumps({"@type": "Article", "isAccessibleForFree": stated})
    assert read_linked_data([script]).own[0].truth("isAccessibleForFree") is truth


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["@id", "@type", "@graph", "author", "headline", "datePublished", "url"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(VALUES)
@settings(derandomize=True, max_examples=150)
def test_any_json_can_be_asked_anything(value: object) -> None:
    data = read_linked_data([json.dumps(value)])
    article = data.article(URL, ["Brug"])
    for node in [*data.own, *data.others, *([article] if article else [])]:
        assert all(isinstance(text, str) for text in node.texts("headline"))
        assert all(inner.types is not None for inner in node.nodes("author"))
