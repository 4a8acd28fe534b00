"""ingest/feed/paging.py: where a feed's older entries are."""

import time

import pytest

from ingest.feed.paging import is_paged, older_page, paged

URL = "https://krant.example/feed"


def rss(head: str = "", items: str = "") -> bytes:
    return f"<rss version='2.0'><channel>{head}<item>{items}</item></channel></rss>".encode()


def atom(links: str, entry: str = "", root: str = "") -> bytes:
    return f"<feed {root}>{links}<entry>{entry}</entry></feed>".encode()


ARCHIVE = '<link rel="prev-archive" href="/2026/10"/>'
NEXT = "<link rel='next' href='https://krant.example/feed?page=2&amp;x=1'/>"


@pytest.mark.parametrize(
    ("body", "older"),
    [
        (atom(ARCHIVE), "https://krant.example/2026/10"),
        (atom(NEXT), "https://krant.example/feed?page=2&x=1"),
        (atom(NEXT + ARCHIVE), "https://krant.example/2026/10"),
        (rss("<atom:link rel='NEXT foo' href='p2'/>"), "https://krant.example/p2"),
        (atom("<link rel='next' href='b'/>", root="xml:base='https://b.example/a/'"), "https://b.example/a/b"),
        (atom("", NEXT), None),
        (rss("<title><![CDATA[<link rel=next href=/x>]]></title><!-- <link rel=next href=/y> -->"), None),
        (atom("<link rel='next' href='javascript:x'/>"), None),
        (atom("<link rel='next' href=''/><link rel='prev' href='/newer'/>"), None),
        (atom("<link rel='next-archive' href='/newer'/>"), None),
        (rss(), None),
    ],
)  # fmt: skip
def test_the_older_page_is_the_feeds_own_link(body: bytes, older: str | None) -> None:
    assert older_page(body, URL) == older


def test_a_link_after_the_entries_counts() -> None:
    assert older_page(atom("").replace(b"</feed>", ARCHIVE.encode() + b"</feed>"), URL) is not None


def test_the_header_and_the_json_feed_are_heard() -> None:
    archive, following = "https://krant.example/h1", "https://krant.example/h2"
    assert older_page(rss(), URL, header_links=(None, following)) == following
    assert older_page(atom(NEXT), URL, header_links=(archive, following)) == archive
    assert older_page(b'{"x": "<link rel=next href=/no>"}', URL, next_url=following) == following


@pytest.mark.parametrize(
    ("head", "url", "older"),
    [
        ("<generator>https://wordpress.org/?v=6.5</generator>", URL, f"{URL}?paged=2"),
        ('<generator uri="https://wordpress.org/" version="6">WordPress</generator>', URL, f"{URL}?paged=2"),
        ("<generator>https://wordpress.org/?v=6.5</generator>", f"{URL}?cat=3", f"{URL}?cat=3&paged=2"),
        ("<generator>https://wordpress.org/?v=6.5</generator>", f"{URL}?paged=9&x=1", f"{URL}?paged=10&x=1"),
        ("<generator>Hugo</generator><title>WordPress news</title>", URL, None),
        ("<title><![CDATA[<generator>WordPress</generator>]]></title>", URL, None),
    ],
)  # fmt: skip
def test_only_a_feed_that_says_wordpress_is_asked_for_its_pages(
    head: str, url: str, older: str | None
) -> None:
    assert older_page(rss(head), url) == older


def test_an_address_that_was_made_is_known_for_one() -> None:
    assert is_paged(paged(URL)) and is_paged(paged(paged(URL)))
    assert not is_paged(URL) and not is_paged(f"{URL}?unpaged=2")


def test_a_hostile_document_is_read_once() -> None:
    began = time.process_time()
    for piece in (b"<item>", b"<![CDATA[", b"<!--", b"<generator>", b"<link rel='next'"):
        older_page(b"<rss>" + piece * 200_000, URL)
    # 2 s on a busy machine.
    assert time.process_time() - began < 20
