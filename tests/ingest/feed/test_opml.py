"""ingest/feed/opml.py: subscription lists in and out."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import UsageError
from ingest.feed.opml import (
    BadLine,
    Listed,
    Outline,
    address_key,
    merged,
    read_addresses,
    read_list,
    write_opml,
)

NESTED = """<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"><head><title>Mijn lijst</title></head><body>
<outline text="Nieuws">
  <outline text="België"><outline type="rss" text="De Kaai" xmlUrl="https://kaai.example/rss" htmlUrl="https://kaai.example/"/></outline>
  <outline type="rss" title="Quai &amp; Cie" xmlUrl="feed://quai.example/f" category="/Zee,Wind"/>
</outline>
<outline type="rss" text="De Kaai" xmlUrl="https://kaai.example/rss" category="Favoriet"/>
<outline type="link" text="no feed" url="https://x.example/"/>
</body></opml>"""


def urls(listed: Listed) -> list[str]:
    return [outline.url for outline in listed.outlines]


def test_folders_and_categories_are_tags_and_one_address_is_one_feed() -> None:
    feeds, repeats = merged(read_list(NESTED.encode()).outlines)
    assert feeds == (
        Outline(
            url="https://kaai.example/rss",
            title="De Kaai",
            tags=("Nieuws", "België", "Favoriet"),
            site_url="https://kaai.example/",
        ),
        Outline(url="http://quai.example/f", title="Quai & Cie", tags=("Zee", "Wind", "Nieuws")),
    )
    assert [repeat.line for repeat in repeats] == [7]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_a_list_is_read_in_its_encoding(encoding: str) -> None:
    text = NESTED.replace("utf-8", encoding)
    assert read_list(text.encode(encoding)).outlines[0].tags[1] == "België"


def test_an_encoding_that_is_not_the_declared_one_is_seen_through() -> None:
    assert read_list(NESTED.replace("utf-8", "us-ascii").encode()).outlines[0].tags[1] == "België"


def test_a_list_without_head_or_end_is_read_as_far_as_it_goes() -> None:
    cut = (
        b'<opml><body><outline text="a" xmlUrl="https://a.example/f"/><outline text="b" xmlUrl="ht'
    )
    assert urls(read_list(cut)) == ["https://a.example/f"]


@pytest.mark.parametrize(
    ("outline", "url"),
    [
        ('<outline type="rss" url="https://a.example/f"/>', "https://a.example/f"),
        ('<outline text="a" url="https://a.example/f"/>', "https://a.example/f"),
        ('<OUTLINE TEXT="a" XMLURL=" https://a.example/f "/>', "https://a.example/f"),
        (
            "<outline text='a &amp; b' xmlurl='https://a.example/f?x=1&y=2'>",
            "https://a.example/f?x=1&y=2",
        ),
        ('<outline title="<b>" xmlUrl="https://a.example/f"></outline>', "https://a.example/f"),
    ],
)
def test_a_feed_is_known_in_every_dress(outline: str, url: str) -> None:
    assert urls(read_list(f"<opml>{outline}</opml>".encode())) == [url]


def test_what_should_name_a_feed_and_does_not_is_told_by_its_line() -> None:
    listed = read_list(
        b"""<opml version="1.0">
<!-- <outline xmlUrl="https://gone.example/f"/>
-->
<outline type="rss" text="Zonder"/>
<outline text="Fout" xmlUrl="javascript:alert(1)"/>
<outline type="include" text="Meer" url="https://a.example/more.opml"/>
<outline text="Map"><outline text="Goed" xmlUrl="https://a.example/f"/></outline>
</opml>"""
    )
    assert listed.outlines == (Outline(url="https://a.example/f", title="Goed", tags=("Map",)),)
    assert listed.bad == (
        BadLine(line=4, text="Zonder", reason="a feed without xmlUrl"),
        BadLine(
            line=5,
            text="javascript:alert(1)",
            reason="no address that begins with http:// or https://",
        ),
        BadLine(line=6, text="https://a.example/more.opml", reason="a list that this one includes"),
    )


def test_folders_that_were_never_closed_or_opened_lose_no_feed() -> None:
    body = b"""<opml></outline></outline><outline text="A"><outline xmlUrl="https://a.example/1"/>
    <outline text="B"><outline xmlUrl="https://a.example/2"/>"""
    assert [outline.tags for outline in read_list(body).outlines] == [("A",), ("A", "B")]


def test_addresses_stand_one_a_line() -> None:
    text = "\ufeff# my feeds\r\nhttps://a.example/f#part  # the first\r\n\r\n  feed:https://b.example/\n"
    text += "nonsense\rDe Kaai\thttps://c.example/f\n"
    listed = read_addresses(text)
    assert [(outline.line, outline.url) for outline in listed.outlines] == [
        (2, "https://a.example/f#part"),
        (4, "https://b.example/"),
        (6, "https://c.example/f"),
    ]
    assert [(bad.line, bad.text) for bad in listed.bad] == [(5, "nonsense")]


def test_the_kind_of_a_list_is_told_by_its_look() -> None:
    assert len(read_list(NESTED.encode()).outlines) == 3
    assert urls(read_list(b"\xef\xbb\xbfhttps://a.example/f\n")) == ["https://a.example/f"]
    foaf = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        b' xmlns="http://xmlns.com/foaf/0.1/" xmlns:rss="http://purl.org/rss/1.0/"><Agent>'
        b'<name>A</name><weblog><Document rdf:about="https://a.example/"><rdfs:seeAlso'
        b' xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#">'
        b'<rss:channel rdf:about="https://a.example/f"/></rdfs:seeAlso></Document></weblog>'
        b"</Agent></rdf:RDF>"
    )
    assert urls(read_list(foaf)) == ["https://a.example/f"]


@pytest.mark.parametrize("body", [b"", b"nothing here", b"<opml><body/></opml>", b"<html></html>"])
def test_a_list_without_feeds_says_what_is_wanted(body: bytes) -> None:
    with pytest.raises(UsageError, match="one a line"):
        read_list(body)


def test_a_list_too_large_is_refused_and_a_large_one_read_in_time() -> None:
    with pytest.raises(UsageError, match="split it"):
        read_list(b"#" * 20_000_001)
    line = b'<outline text="a" type="rss" xmlUrl="https://a.example/f"/>\n'
    began = time.process_time()
    assert len(read_list(b"<opml>" + line * 20_000).outlines) == 20_000
    # .5 s on a busy machine.
    assert time.process_time() - began < 5


# -- one feed, several spellings -----------------------------------------------------------------


@pytest.mark.parametrize(
    "same",
    [
        "HTTPS://A.Example/F?x=1",
        "https://a.example:443/F?x=1#top",
        "https://a.example./F?x=1",
        "http://a.example:80/F?x=1",
    ],
)
def test_spellings_of_one_address_have_one_key(same: str) -> None:
    assert address_key(same) == address_key("https://a.example/F?x=1")


@pytest.mark.parametrize(
    "other",
    [
        "https://a.example/f?x=1",
        "https://a.example/F?x=2",
        "https://a.example/F/?x=1",
        "https://www.a.example/F?x=1",
        "https://a.example:8443/F?x=1",
        "https://u@a.example/F?x=1",
        "http://a.example:443/F?x=1",
        "https://a.example:99999/F",
        "https://[/F",
    ],
)
def test_other_addresses_have_another(other: str) -> None:
    assert address_key(other) != address_key("https://a.example/F?x=1")


def test_of_http_and_https_one_stays_and_it_is_https() -> None:
    feeds, repeats = merged(
        [
            Outline(url="http://a.example/f", tags=("x",), line=1),
            Outline(url="https://A.example/f", title="A", tags=("y",), line=2),
        ]
    )
    assert feeds == (Outline(url="https://A.example/f", title="A", tags=("x", "y")),)
    assert [repeat.url for repeat in repeats] == ["http://a.example/f"]


# -- out and in ----------------------------------------------------------------------------------

WORD = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=8)
ROW = st.builds(
    Outline,
    url=WORD.map(lambda path: f"https://a.example/{path}?x=1&y=2"),
    title=st.none() | WORD.map(lambda word: f"\"{word}\" <& 'x' -->"),
    tags=st.lists(WORD.map(lambda word: f"{word} & <b>"), max_size=3, unique=True).map(tuple),
    site_url=st.none() | WORD.map(lambda path: f"https://a.example/{path}"),
)


@settings(derandomize=True, max_examples=80, deadline=None)
@given(st.lists(ROW, max_size=6, unique_by=lambda row: address_key(row.url)))
def test_what_is_written_is_read_back(rows: list[Outline]) -> None:
    if not rows:
        return
    feeds, repeats = merged(read_list(write_opml(rows, "a & b")).outlines)
    assert set(feeds) == set(rows)
    assert repeats == ()


def test_a_feed_lies_in_the_folder_of_its_first_tag() -> None:
    rows = [
        Outline(url="https://a.example/1", tags=("Nieuws/Zee", "Wind")),
        Outline(url="https://a.example/2"),
        Outline(url="https://a.example/3", tags=("Nieuws Zee",)),
    ]
    body = write_opml(rows, "x").decode().partition("<body>\n")[2]
    assert body == (
        '<outline type="rss" text="https://a.example/2" title="https://a.example/2"'
        ' xmlUrl="https://a.example/2"/>\n'
        '<outline text="Nieuws Zee" title="Nieuws Zee">\n'
        '  <outline type="rss" text="https://a.example/1" title="https://a.example/1"'
        ' xmlUrl="https://a.example/1" category="/Nieuws Zee,/Wind"/>\n'
        '  <outline type="rss" text="https://a.example/3" title="https://a.example/3"'
        ' xmlUrl="https://a.example/3" category="/Nieuws Zee"/>\n'
        "</outline>\n</body>\n</opml>\n"
    )
