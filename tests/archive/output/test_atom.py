import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.kept import PublicationKind, PublishedEntry
from archive.model.stated import Author, Enclosure
from archive.output.atom import ATOM, HISTORY, TOMBSTONE, XHTML, render
from archive.output.document import FeedFacts
from tests.archive.building import START, at
from tests.archive.output.entries import FACTS, entry

A, AT, FH = f"{{{ATOM}}}", f"{{{TOMBSTONE}}}", f"{{{HISTORY}}}"


def document(*entries: PublishedEntry, feed: FeedFacts = FACTS) -> ElementTree.Element:
    return ElementTree.fromstring(render(entries, feed=feed))


def single(**values: object) -> ElementTree.Element:
    found = document(entry(**values)).find(f"{A}entry")
    assert found is not None
    return found


def text(element: ElementTree.Element, name: str) -> str:
    return element.findtext(A + name) or ""


def names(element: ElementTree.Element) -> list[str]:
    return [re.sub(r"\{.*\}", "", child.tag) for child in element]


def links(element: ElementTree.Element, rel: str) -> list[str]:
    return [link.get("href", "") for link in element.findall(f"{A}link") if link.get("rel") == rel]


def test_an_entry_has_its_elements_in_the_order_that_readers_want() -> None:
    found = single(
        section="Actueel",
        tags=("stikstof",),
        authors=(Author(name="Marit Vos"),),
        language="nl",
        via_urls=("https://nos.example/1",),
        enclosures=(Enclosure(url="https://joop.example/a.mp3", type="audio/mpeg"),),
    )
    assert names(found) == [
        "id",
        "title",
        "link",
        "author",
        "published",
        "updated",
        "category",
        "category",
        "category",
        "summary",
        "content",
        "link",
        "link",
        "source",
    ]
    assert [link.get("rel") for link in found.findall(f"{A}link")] == [
        "alternate",
        "via",
        "enclosure",
    ]
    assert names(found[-1]) == ["id", "title", "link", "link", "updated"]


def test_the_feed_has_its_elements_in_order_and_its_entries_after_them() -> None:
    feed = replace(FACTS, hub_urls=("https://hub.example/",), icon_url="https://news.example/i.png")
    found = document(entry(), feed=feed)
    assert names(found) == (
        ["id", "title", "subtitle", "updated", "link", "link", "link", "generator", "icon", "entry"]
    )
    assert links(found, "self") == ["https://news.example/feed.xml"]
    assert links(found, "alternate") == ["https://news.example/"]
    assert links(found, "hub") == ["https://hub.example/"]


def test_ids_are_tag_uris_of_domain_start_and_article() -> None:
    assert text(single(), "id") == "tag:news.example,2026-11-24:aaaaaaaaaaaaaaa1"
    assert text(document(), "id") == "tag:news.example,2026-11-24:feed"


def test_the_same_entries_give_the_same_bytes() -> None:
    entries = [entry(n, text=f"Tekst {n}") for n in range(1, 30)]
    assert render(entries, feed=FACTS) == render(reversed(entries), feed=FACTS)


def test_order_follows_seq_never_a_date() -> None:
    found = document(
        entry(2, title="laat", published_at=at(-9999), updated_at=at(1)),
        entry(1, title="vroeg", published_at=at(0), updated_at=at(2)),
    )
    assert [text(e, "title") for e in found.findall(f"{A}entry")] == ["laat", "vroeg"]
    assert text(found, "updated") == "2026-11-24T08:02:00Z"


def test_the_last_instance_of_an_article_stands_alone() -> None:
    found = document(
        entry(1, title="eerst", article_id="a" * 16),
        entry(5, title="later", article_id="a" * 16, kind=PublicationKind.EDITED),
    )
    assert [text(e, "title") for e in found.findall(f"{A}entry")] == ["later"]


def test_an_empty_archive_gives_a_valid_document() -> None:
    found = document()
    assert text(found, "updated") == "2026-11-24T00:00:00Z"
    assert not found.findall(f"{A}entry")


@pytest.mark.parametrize(
    ("title", "kind", "written"),
    [
        ("Gewoon", None, "Gewoon"),
        ("Vos & Zoon", "html", "Vos &amp; Zoon"),
        ("Wat doet <b>dit</b>?", "html", "Wat doet &lt;b&gt;dit&lt;/b&gt;?"),
        ('Hij zei "nee"', None, 'Hij zei "nee"'),
        ("Kop\x00 met\x0bresten\ud800", None, "Kop metresten"),
    ],
)
def test_a_title_is_html_only_where_a_reader_might_take_it_for_html(
    title: str, kind: str | None, written: str
) -> None:
    found = single(title=title).find(f"{A}title")
    assert found is not None
    assert (found.get("type"), found.text) == (kind, written)


def test_an_article_without_a_title_is_named_by_its_text() -> None:
    assert text(single(title="", text="Een " + "lang " * 60), "title").startswith("Een lang")
    assert len(text(single(title="", text="Een " + "lang " * 60), "title")) <= 80
    assert text(single(title=" ", text="", html=None), "title") == "https://joop.example/kop"


def test_the_feed_is_named_as_author_when_none_is_known() -> None:
    def authors(found: ElementTree.Element) -> list[str]:
        return [text(author, "name") for author in found.findall(f"{A}author")]

    assert authors(single()) == ["De Joop"]
    assert authors(single(authors=(Author(name=" "),))) == ["De Joop"]
    assert authors(single(authors=(Author(name="A"), Author(name="B")))) == ["A", "B"]


def test_an_article_without_date_is_published_when_it_was_first_seen() -> None:
    assert text(single(published_at=None, first_seen_at=START), "published") == (
        "2026-11-24T08:00:00Z"
    )


def test_an_article_without_address_links_to_its_page_here() -> None:
    for url in (None, "javascript:alert(1)", "data:text/html,x", "ftp://x.example/", "/rel"):
        assert links(single(url=url), "alternate") == [
            "https://news.example/article/aaaaaaaaaaaaaaa1"
        ]


def test_the_canonical_address_is_the_alternate() -> None:
    found = single(canonical_url="https://joop.example/c?a=1&b=2")
    assert links(found, "alternate") == ["https://joop.example/c?a=1&b=2"]


def test_an_address_loses_what_no_address_may_hold() -> None:
    assert links(single(url=' https://joop.example/a b"<c>\n'), "alternate") == [
        "https://joop.example/a%20b%22%3Cc%3E"
    ]
    assert links(single(url="https://me:secret@joop.example/"), "alternate")[0].startswith(
        FACTS.page_url
    )


def test_categories_are_the_feed_then_section_then_tags_each_once() -> None:
    found = single(section="Actueel", tags=("Joop", "stikstof", "Stikstof", "", "actueel"))
    terms = [category.get("term") for category in found.findall(f"{A}category")]
    assert terms == ["joop", "Actueel", "stikstof"]


def test_a_summary_is_plain_and_short() -> None:
    assert text(single(description="Kort <gezegd>"), "summary") == "Kort &lt;gezegd&gt;"
    long = single(text="woord " * 200, html=None)
    assert 250 < len(text(long, "summary")) <= 300
    assert text(long, "summary").endswith("woord…")
    assert single(text="", html=None, description=None).find(f"{A}summary") is None


def test_content_is_clean_html_with_its_language_and_lead_image() -> None:
    found = single(
        html='<p onclick="x()">Een <a href="/b">b</a></p><script>kwaad()</script>'
        '<iframe src="https://v.example/1"></iframe><img src="c.png" width="3" height="4">',
        image_url="https://joop.example/groot-beeld.jpg",
        language="nl-NL",
    ).find(f"{A}content")
    assert found is not None
    assert found.get("type") == "html"
    assert found.get("{http://www.w3.org/XML/1998/namespace}lang") == "nl-NL"
    body = found.text or ""
    assert body.startswith('<figure><img src="https://joop.example/groot-beeld.jpg" alt="">')
    assert 'href="https://joop.example/b"' in body
    assert 'src="https://joop.example/c.png"' in body
    assert 'width="3"' in body and 'height="4"' in body
    for bad in ("script", "kwaad", "onclick", "iframe"):
        assert bad not in body


def test_a_lead_image_that_the_body_shows_is_not_shown_twice() -> None:
    html = '<img src="https://joop.example/w300/groot-beeld.jpg">'
    found = text(single(html=html, image_url="https://joop.example/groot-beeld.jpg?w=9"), "content")
    assert found.count("<img") == 1


def test_text_without_html_becomes_paragraphs() -> None:
    assert text(single(html=None, text="Een <&>\n\nTwee"), "content") == (
        "<p>Een &lt;&amp;&gt;</p><p>Twee</p>"
    )


def test_no_language_is_written_where_the_stated_one_is_none() -> None:
    found = single(language="nl_NL; of zo").find(f"{A}content")
    assert found is not None
    assert found.keys() == ["type"]


def test_vias_and_enclosures_that_lead_nowhere_are_dropped() -> None:
    found = single(
        via_urls=("https://nos.example/1", "javascript:x", "https://joop.example/kop"),
        enclosures=(
            Enclosure(url="data:x", type="audio/mpeg"),
            Enclosure(url="https://joop.example/a.mp3", type="geluid", length_bytes=9),
        ),
    )
    assert links(found, "via") == ["https://nos.example/1"]
    assert links(found, "enclosure") == ["https://joop.example/a.mp3"]
    (link,) = [e for e in found.findall(f"{A}link") if e.get("rel") == "enclosure"]
    assert (link.get("type"), link.get("length")) == (None, "9")


def test_a_merged_article_is_a_tombstone_with_the_survivors_address() -> None:
    found = document(
        entry(1, kind=PublicationKind.MERGED, tombstone="b" * 16),
        entry(2, kind=PublicationKind.REMOVED, tombstone=""),
        entry(3, title="Blijft"),
    )
    assert names(found)[-3:] == ["deleted-entry", "deleted-entry", "entry"]
    removed, merged = found.findall(f"{AT}deleted-entry")
    assert merged.get("ref") == "tag:news.example,2026-11-24:aaaaaaaaaaaaaaa1"
    assert merged.get("when") == "2026-11-24T08:01:00Z"
    assert links(merged, "alternate") == ["https://joop.example/kop"]
    assert "b" * 16 in (merged.findtext(f"{AT}comment") or "")
    assert len(removed) == 0


def test_a_browser_is_given_a_style_and_words_with_a_link() -> None:
    written = render([], feed=FACTS).decode()
    assert '<?xml-stylesheet type="text/css" href="feed.css"?>' in written
    link = document().find(f"{A}subtitle/{{{XHTML}}}div/{{{XHTML}}}a")
    assert link is not None and link.get("href") == "https://news.example/"


def test_an_archive_page_names_its_neighbours_and_holds_all_it_is_given() -> None:
    feed = replace(
        FACTS,
        self_url="https://news.example/feed-2.xml",
        current_url=FACTS.self_url,
        previous_url="https://news.example/feed-1.xml",
        next_url="https://news.example/feed-3.xml",
        is_archive_page=True,
    )
    big = [entry(n, text="x" * 300_000, html=None) for n in (1, 2, 3, 4)]
    found = document(*big, entry(5, article_id=big[0].article_id), feed=feed)
    assert found.find(f"{FH}archive") is not None
    assert links(found, "current") == [FACTS.self_url]
    assert links(found, "prev-archive") == ["https://news.example/feed-1.xml"]
    assert links(found, "next-archive") == ["https://news.example/feed-3.xml"]
    assert len(found.findall(f"{A}entry")) == 4


def test_a_date_far_back_keeps_four_digits_for_its_year() -> None:
    assert text(single(published_at=datetime(87, 1, 2, tzinfo=UTC)), "published") == (
        "0087-01-02T00:00:00Z"
    )


def test_instants_are_written_in_utc() -> None:
    zoned = datetime.fromisoformat("2026-11-24T09:12:30+01:00")
    assert text(single(published_at=zoned), "published") == "2026-11-24T08:12:30Z"


nasty = st.text(st.characters(codec=None), max_size=60)


@settings(derandomize=True, max_examples=150, deadline=timedelta(seconds=5))
@given(
    title=nasty,
    body=nasty,
    html=nasty.map(lambda tail: f"<p>{tail}<img src={tail}><a href='{tail}'>"),
    name=nasty,
    url=nasty.map(lambda tail: f"https://joop.example/{tail}"),
    tag=nasty,
)
def test_whatever_is_stated_the_document_is_well_formed_and_says_it_in_plain(
    title: str, body: str, html: str, name: str, url: str, tag: str
) -> None:
    written = render(
        [
            entry(
                title=title,
                text=body,
                html=html,
                authors=(Author(name=name, url=url),),
                url=url,
                section=tag,
                tags=(tag, name),
                language=tag,
                via_urls=(url + "#2",),
                enclosures=(Enclosure(url=url, type=tag, title=name),),
                origin_title=title,
            )
        ],
        feed=FACTS,
    )
    found = ElementTree.fromstring(written).find(f"{A}entry")
    assert found is not None
    for link in found.iter(f"{A}link"):
        assert re.match(r"https?://", link.get("href", ""))
        assert not re.search(r'[\s<>"]', link.get("href", ""))
    shown = found.find(f"{A}title")
    assert shown is not None and shown.text
    if shown.get("type") == "html":
        assert "<" not in shown.text
        assert unescape(shown.text)
