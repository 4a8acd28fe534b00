"""ingest/feed/discover.py: which feeds a page names."""

import time

import pytest

from ingest.feed.discover import FoundFeed, common_addresses, discover, web_address

URL = "https://paper.example/news/today"
PAGE = """<!doctype html><html><head><base href="https://paper.example/">
<link rel="alternate" type="application/rss+xml" title="Reacties" href="/comments/feed/">
<link rel="ALTERNATE" type="application/atom+xml; charset=utf-8" title="Nieuws &amp; meer" href="feed.atom">
<link rel=alternate type=application/json href=/wp-json/wp/v2/pages/3>
<link rel="alternate" hreflang="de" href="/de/">
<link rel="stylesheet" type="text/css" href="/rss.css">
<link rel="feed" href="https://paper.example/feed.json#x">
</head><body><a href="/sport/rss.xml">Sport</a> <a href="/rss-uitleg">Wat is RSS?</a>
<a href="feed.atom">again</a><a href="javascript:feed">no</a><a href="http://[/feed">no</a>
</body></html>"""


def test_declared_feeds_come_first_and_those_of_comments_last() -> None:
    assert discover(PAGE.encode(), URL) == (
        FoundFeed(url="https://paper.example/feed.atom", title="Nieuws & meer", is_declared=True),
        FoundFeed(url="https://paper.example/feed.json", title=None, is_declared=True),
        FoundFeed(url="https://paper.example/sport/rss.xml", title=None, is_declared=False),
        FoundFeed(url="https://paper.example/comments/feed/", title="Reacties", is_declared=True),
    )


def test_a_page_in_another_encoding_keeps_its_titles() -> None:
    page = '<link rel=alternate type="application/rss+xml" title="Café" href=/f>'
    (feed,) = discover(page.encode("cp1252"), URL, "text/html; charset=iso-8859-1")
    assert feed.title == "Café"


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"words", b"<link", b"<a href='", b"<base href=//["]
)
def test_a_page_that_names_none_gives_none(body: bytes) -> None:
    assert discover(body, URL) == ()


def test_a_long_page_is_read_once() -> None:
    began = time.process_time()
    assert len(discover(b"<a href='/x/feed/'>" * 60_000 + b"<link rel='" * 60_000, URL)) == 1
    # 1.3 s on a busy machine, all of it for 60,000 links.
    assert time.process_time() - began < 6


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("<a href='feed:https://paper.example/nieuws'>", "https://paper.example/nieuws"),
        ("<a href='FEED://paper.example/nieuws'>", "http://paper.example/nieuws"),
        (
            "<link rel=alternate type=application/rss+xml href=feed:https://paper.example/x>",
            "https://paper.example/x",
        ),
    ],
)
def test_an_address_that_says_feed_is_one(link: str, url: str) -> None:
    assert [feed.url for feed in discover(link.encode(), URL)] == [url]
    assert web_address(url) == url


def test_the_answers_own_links_count_as_declared_and_come_after_the_pages() -> None:
    header = (
        '<https://paper.example/wp-json/>; rel="https://api.w.org/",'
        ' </feed.atom>; rel="alternate"; type="application/atom+xml"; title="Nieuws, en meer",'
        " </de/>; rel=alternate; hreflang=de,"
        ' </else.xml>; rel=alternate; type="application/rss+xml"; anchor="/other"'
    )
    page = b"<link rel=alternate type=application/rss+xml href=/rss><a href=/feed.atom>feed</a>"
    assert discover(page, URL, link_header=header) == (
        FoundFeed(url="https://paper.example/rss", title=None, is_declared=True),
        FoundFeed(url="https://paper.example/feed.atom", title="Nieuws, en meer", is_declared=True),
    )


def test_the_common_addresses_are_six_those_of_a_part_of_a_site_first() -> None:
    assert common_addresses("https://paper.example:8443/?x=1") == tuple(
        f"https://paper.example:8443/{name}"
        for name in ("feed", "rss", "rss.xml", "atom.xml", "feed.xml", "index.xml")
    )
    below = common_addresses("https://paper.example/blog/")
    assert below[:3] == tuple(
        f"https://paper.example/{path}" for path in ("blog/feed", "blog/rss", "feed")
    )
    assert len(below) == 6
    assert common_addresses("https://paper.example/a/index.html")[0] == "https://paper.example/feed"
