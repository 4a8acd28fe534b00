"""ingest/feed/sitemap.py, through `parse_feed`: news sitemaps as feeds, indexes, and what is refused."""

import gzip
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import NotAFeed
from ingest.feed import sitemap
from ingest.feed.parse import parse_feed

URL = "https://paper.example/sitemap-news.xml"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)
BRIDGE = """<url>
  <loc>https://paper.example/2026/brug?a=1&amp;b=2</loc>
  <lastmod>2026-11-24T09:30:00+01:00</lastmod>
  <image:image><image:loc>/brug.jpg</image:loc><image:title>A picture's</image:title></image:image>
  <news:news>
    <news:publication><news:name>De Kaai</news:name><news:language>nl</news:language></news:publication>
    <news:genres>Blog</news:genres>
    <news:publication_date>2026-11-24T08:12:00+01:00</news:publication_date>
    <news:title><![CDATA[Brug & sluis dicht]]></news:title>
    <news:keywords>brug, sluis,, brug</news:keywords>
  </news:news>
</url>"""


def news(path: str, title: str = "Kop", date: str = "2026-11-24") -> str:
    return (
        f"<url><loc>https://paper.example/{path}</loc><news:news><news:publication>"
        "<news:name>De Kaai</news:name><news:language>nl</news:language></news:publication>"
        f"<news:publication_date>{date}</news:publication_date><news:title>{title}</news:title>"
        "</news:news></url>"
    )


def urlset(*urls: str, spaces: str = SPACES) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><urlset {spaces}>{"".join(urls)}</urlset>'.encode()
    )


def index(*children: tuple[str, str | None]) -> bytes:
    rows = "".join(
        f"<sitemap><loc>{url}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>"
        for url, at in children
    )
    return f"<sitemapindex>{rows}</sitemapindex>".encode()


def test_a_news_url_is_an_entry_named_by_its_address() -> None:
    parsed = parse_feed(urlset(BRIDGE), URL)
    (entry,) = parsed.entries
    assert entry.guid == entry.url == "https://paper.example/2026/brug?a=1&b=2"
    assert entry.guid_stated is None
    assert entry.title == "Brug & sluis dicht"
    assert entry.published_at == datetime(2026, 11, 24, 7, 12, tzinfo=UTC)
    assert entry.updated_at == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    assert entry.language == "nl"
    assert entry.tags == ("brug", "sluis")
    assert entry.image_url == "https://paper.example/brug.jpg"
    assert entry.extra == {"genres": "Blog", "publication": "De Kaai"}
    assert (parsed.format, parsed.title, parsed.language) == ("sitemap_news", "De Kaai", "nl")
    assert parsed.n_items == 1 and parsed.warnings == ()


def test_a_day_is_a_day_and_the_papers_of_a_mixed_sitemap_give_it_no_title() -> None:
    other = news("b").replace("De Kaai", "De Wal")
    parsed = parse_feed(urlset(news("a"), other), URL)
    assert [entry.date_source for entry in parsed.entries] == ["published iso day"] * 2
    assert parsed.title is None


def test_what_was_seen_is_only_named() -> None:
    first = parse_feed(urlset(news("a"), news("b")), URL)
    known = frozenset(entry.digest for entry in first.entries)
    again = parse_feed(
        urlset(news("c"), news("a"), news("b", title="Andere kop")), URL, known=known
    )
    assert [entry.url for entry in again.entries] == [
        "https://paper.example/c",
        "https://paper.example/b",
    ]
    assert again.seen == ((first.entries[0].digest, 1),)


def test_a_sitemap_is_read_in_slices() -> None:
    document = urlset(*(news(str(n)) for n in range(25)))
    first = parse_feed(document, URL, limit=10)
    last = parse_feed(document, URL, first=20, limit=10)
    assert (len(first.entries), first.more_from, first.n_items) == (10, 10, 25)
    assert ([entry.position for entry in last.entries], last.more_from) == (
        list(range(20, 25)),
        None,
    )


@pytest.mark.parametrize(
    "spaces",
    [
        "",
        'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"',
        'xmlns="http://www.google.com/schemas/sitemap/0.84"',
    ],
)
def test_prefixes_are_read_as_they_come(spaces: str) -> None:
    body = urlset(news("a"), spaces=spaces)
    if "xmlns:n=" in spaces:
        body = body.replace(b"news:", b"n:")
    (entry,) = parse_feed(body, URL).entries
    assert entry.title == "Kop"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (urlset("<url><loc>https://paper.example/a</loc></url>"), "1 addresses"),
        (urlset("<url><loc>https://paper.example/a</loc></url>", spaces=""), "1 addresses"),
        (urlset(spaces=""), "0 addresses"),
        (urlset()[:-9], "0 addresses"),
    ],
)
def test_a_sitemap_without_news_is_refused_by_that_name(body: bytes, says: str) -> None:
    with pytest.raises(NotAFeed, match="a sitemap without news entries") as refused:
        parse_feed(body, URL)
    assert refused.value.detail == says


def test_a_news_sitemap_of_a_quiet_day_is_an_empty_feed() -> None:
    parsed = parse_feed(urlset(), URL)
    assert (parsed.format, parsed.n_items, parsed.warnings) == ("sitemap_news", 0, ())


def test_plain_addresses_beside_news_are_told_and_are_no_rejected_entries() -> None:
    parsed = parse_feed(urlset(news("a"), "<url><loc>https://paper.example/x</loc></url>"), URL)
    assert (len(parsed.entries), parsed.rejected) == (1, ())
    assert parsed.warnings == ("1 addresses have no news:news",)


def test_a_bare_ampersand_loses_nothing() -> None:
    parsed = parse_feed(urlset(news("a?x=1&y=2"), news("b"), news("c")), URL)
    assert [entry.url for entry in parsed.entries] == [
        "https://paper.example/a?x=1&y=2",
        "https://paper.example/b",
        "https://paper.example/c",
    ]
    assert parsed.warnings[0].startswith("not well-formed")


def test_a_cut_sitemap_is_read_as_far_as_it_goes_and_says_so() -> None:
    parsed = parse_feed(urlset(news("a"), news("b"))[:-60], URL)
    assert [entry.url for entry in parsed.entries] == ["https://paper.example/a"]
    assert parsed.warnings[0].startswith("not well-formed")


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "   "])
def test_an_entry_without_an_address_is_rejected_alone(address: str) -> None:
    bad = news("a").replace("https://paper.example/a", address)
    parsed = parse_feed(urlset(bad, news("b")), URL)
    assert (len(parsed.entries), len(parsed.rejected)) == (1, 1)


# -- packed ------------------------------------------------------------------------------------


def test_a_packed_sitemap_is_unpacked_also_of_two_members() -> None:
    body = urlset(news("a"))
    packed = gzip.compress(body[:100], mtime=0) + gzip.compress(body[100:], mtime=0)
    assert parse_feed(packed, URL + ".gz", "application/gzip").entries[0].title == "Kop"


@pytest.mark.parametrize(
    ("packed", "says"),
    [
        (gzip.compress(urlset(news("a")), mtime=0)[:-9], "cut"),
        (b"\x1f\x8b" + b"no gzip at all", "damaged"),
        (gzip.compress(bytes(30_000_000), mtime=0), "unpacks to over"),
    ],
)
def test_a_bad_gzip_file_is_refused(packed: bytes, says: str) -> None:
    with pytest.raises(NotAFeed, match=says):
        parse_feed(packed, URL)


# -- indexes -----------------------------------------------------------------------------------


def test_an_index_leads_to_its_sitemaps_the_last_changed_first() -> None:
    parsed = parse_feed(
        index(
            ("https://paper.example/old.xml", "2026-11-01"),
            ("/undated.xml", None),
            ("https://paper.example/new.xml?a=1&amp;b=2", "2026-11-24T08:00:00Z"),
            ("https://paper.example/new.xml?a=1&amp;b=2", None),
        ),
        "https://paper.example/index.xml",
    )
    assert parsed.child_urls == (
        "https://paper.example/new.xml?a=1&b=2",
        "https://paper.example/old.xml",
        "https://paper.example/undated.xml",
    )
    assert (parsed.format, parsed.n_items, parsed.entries) == ("sitemap_index", 0, ())


def test_of_an_index_with_news_in_a_name_only_those_are_asked() -> None:
    parsed = parse_feed(
        index(
            ("https://news.paper.example/pages.xml", "2026-11-24"),
            ("https://news.paper.example/sitemap-news-1.xml", "2026-11-20"),
        ),
        "https://news.paper.example/index.xml",
    )
    assert parsed.child_urls == ("https://news.paper.example/sitemap-news-1.xml",)


def test_an_index_leads_nowhere_else_and_not_to_itself() -> None:
    others = index(
        ("https://elsewhere.example/s.xml", None), ("file:///etc/passwd", None), (URL, None)
    )
    with pytest.raises(NotAFeed, match="names no sitemap of its site"):
        parse_feed(others, URL)


# -- hostile -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<urlset>" + b"<url>" * 300, "levels deep"),
        (b"<urlset><url " + b" ".join(b"a%d='1'" % n for n in range(201)) + b"/>", "attributes"),
        (b'<!DOCTYPE urlset [<!ENTITY a "&b;&b;">]><urlset>&a;</urlset>', "entities"),
        (b'<!DOCTYPE urlset [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset/>', "entities"),
    ],
)
def test_what_is_made_to_be_slow_or_to_reach_outside_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(NotAFeed, match=says):
        parse_feed(body, URL)


def test_a_huge_sitemap_takes_seconds_and_no_more_entries_than_it_may_hold() -> None:
    began = time.process_time()
    read = sitemap.read(b"<urlset>" + b"<url><news:news/></url>" * 60_000 + b"</urlset>", URL)
    assert len(read.items) == sitemap.MAX_URLS
    assert [each.n_entries for each in read.rejected] == [10_000]
    # .4 s on a busy machine.
    assert time.process_time() - began < 4


PIECES = (
    *("<url>", "</url>", "<loc>", "</loc>", "<news:news>", "</news:news>", "<news:title>"),
    *("<sitemap>", "</sitemap>", "</urlset>", "<!--", "-->", "<![CDATA[", "]]>"),
    *("&amp;", "&", "é", "https://paper.example/a", "\x00"),
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.sampled_from(["<urlset>", "<sitemapindex>", "<ns:urlset a='b'>"]),
    st.lists(st.sampled_from(PIECES), max_size=25),
)
def test_whatever_a_sitemap_holds_it_parses_or_is_no_feed(root: str, pieces: list[str]) -> None:
    try:
        parsed = parse_feed((root + "".join(pieces)).encode(), URL)
    except NotAFeed:
        return
    assert parsed.n_items >= len(parsed.entries)
    assert all(entry.guid for entry in parsed.entries)
