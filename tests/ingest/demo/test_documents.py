"""What the sample papers' feed addresses send is what real ones send: readable, and broken where it is meant to be."""

import json
from xml.etree import ElementTree

import pytest

from archive.errors import NotAFeed
from ingest.demo.documents import feed_document, key_of
from ingest.demo.pages import maintenance_page
from ingest.demo.papers import Paper, load_papers
from ingest.feed.parse import parse_feed

HOME = "http://127.0.0.1:4000"
PAPERS = {paper.slug: paper for paper in load_papers()}
SOUND = [paper for paper in PAPERS.values() if not paper.fault]


@pytest.mark.parametrize("round_", [1, 2])
@pytest.mark.parametrize("paper", SOUND, ids=lambda paper: paper.slug)
def test_a_sound_feed_is_well_formed_and_says_what_the_paper_shows(
    paper: Paper, round_: int
) -> None:
    body = feed_document(paper, round_, HOME)
    json.loads(body) if paper.format == "json11" else ElementTree.fromstring(body)
    parsed = parse_feed(body, HOME + paper.feed_path)
    items = paper.items(round_)
    assert parsed.format == paper.format
    assert (parsed.title, parsed.language, parsed.rejected) == (paper.name, paper.language, ())
    assert [e.title for e in parsed.entries] == [i.title for i in items]
    assert [e.url for e in parsed.entries] == [HOME + i.path for i in items]
    assert [e.guid for e in parsed.entries] == [key_of(i, HOME) for i in items]
    assert [e.published_at for e in parsed.entries] == [i.published_at for i in items]
    assert [[a.name for a in e.authors] for e in parsed.entries] == [[i.author] for i in items]
    told = [tuple(e.text.split("\n")) for e in parsed.entries]
    assert told == [i.paragraphs if paper.gives == "text" else i.paragraphs[:1] for i in items]


@pytest.mark.parametrize("round_", [1, 2])
def test_the_broken_feed_is_no_xml_and_loses_no_item_all_the_same(round_: int) -> None:
    paper = PAPERS["kanaalkrant"]
    body = feed_document(paper, round_, HOME)
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(body)
    parsed = parse_feed(body, HOME + paper.feed_path)
    items = paper.items(round_)
    assert [(e.title, e.url) for e in parsed.entries] == [(i.title, HOME + i.path) for i in items]
    assert [tuple(e.text.split("\n")) for e in parsed.entries] == [i.paragraphs for i in items]


def test_the_maintenance_page_is_no_feed() -> None:
    with pytest.raises(NotAFeed, match="HTML"):
        parse_feed(maintenance_page(PAPERS["onderhoud"]), HOME + "/feed")
