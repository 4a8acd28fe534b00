"""ingest/feed/feedparsing.py: feedparser's strict parser, fed by expat, finds what feedparser finds."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import NotAFeed
from ingest.feed import feedparsing, parse_feed
from ingest.feed.feedparsing import Found, _strict_parser
from ingest.feed.scan import make_ready
from ingest.feed.slices import cut
from tests.ingest.feed.samples import NAMES, URL, body_of


def plain(value: object) -> object:
    """Return feedparser's values as Python's own types, without the dates that it reads."""
    if isinstance(value, Mapping):
        pairs = dict(value).items()
        return {key: plain(each) for key, each in pairs if not key.endswith("_parsed")}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    assert value is None or type(value) in (str, int, float, bool)
    return value


def shown(found: Found) -> tuple[object, ...]:
    return (
        [plain(entry) for entry in found.entries],
        plain(found.feed),
        found.format,
        found.warnings,
    )


def assert_same(document: bytes) -> None:
    """Compare the short way with the long one; what stops one stops the other."""
    try:
        expected = shown(feedparsing.as_it_comes(document, URL))
    except NotAFeed as error:
        assert error.__cause__ is not None
        with pytest.raises(type(error.__cause__)):
            feedparsing._read_strictly(document, URL)
    else:
        assert shown(feedparsing._read_strictly(document, URL)) == expected


WHOLE = {
    "atom": """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="urn:t" xml:lang="nl_NL"
      xml:base="https://b.example/a/"><title type="html">&lt;i&gt;één&lt;/i&gt;</title>
      <category term="x"/><link rel="SELF" href="feed"/>
      <entry xml:base="c/"><id>urn:1</id><title>a \u0085 \u201cb\u201d</title><thr:total>2</thr:total>
      <link href="d" thr:count="3"/><updated>2026-03-07T18:45:30Z</updated>
      <source><id>urn:2</id><title>s</title><updated>2026-03-07T18:45:30Z</updated></source>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p Class="q">e &lt;
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><title>f
      </title><a xlink:href="g"/></svg><math xmlns="http://www.w3.org/1998/Math/MathML"><mi>h</mi>
      </math></p>\u00e9\u00e8</div></content></entry>
      <entry><content type="image/png">UUJD</content><summary>i</summary></entry></feed>""",
    "rss": """<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
      "urn:d"><rss version="0.91" xmlns:A="http://purl.org/dc/elements/1.1/" xmlns:m="urn:m"><channel>
      <title>t &amp; u</title><image><url>/i.png</url><title>v</title><width>3</width></image>
      <item><title>&lt;b&gt;w&lt;/b&gt;</title><A:creator>C, c@d.example</A:creator>
      <m:One a="1" A:b="2">z</m:One><pubDate>soon</pubDate><guid>https://u.example/9</guid>
      <description>Ã©tÃ©</description><description>longer</description></item>
      <item xmlns:n="urn:n"><n:two>z</n:two><m:three>z</m:three><media:group
      xmlns:media="http://search.yahoo.com/mrss/"><media:content url="v.mp4"/><media:title>y
      </media:title></media:group></item></channel></rss>""",
    "rdf": """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns="http://purl.org/rss/1.0/" xmlns:e="http://purl.org/rss/1.0/modules/content/">
      <channel rdf:about="https://r.example/"><title>日本</title></channel>
      <item rdf:about="https://r.example/1"><title>語</title><e:encoded><![CDATA[<p>本</p>]]>
      </e:encoded></item></rdf:RDF>""",
    "no feed": "<a><b c='d'/></a>",
}


@pytest.mark.parametrize("name", WHOLE)
def test_every_kind_of_document_is_read_as_feedparser_reads_it(name: str) -> None:
    assert_same(make_ready(WHOLE[name].encode(), None).body)


@pytest.mark.parametrize("name", NAMES)
def test_each_sample_is_read_as_feedparser_reads_it(name: str) -> None:
    ready = make_ready(body_of(name), None)
    found = None if ready.is_json else cut(ready.body, 1)
    if found is not None:
        assert_same(found.body)


TAGS = ["title", "link", "description", "content", "m:content", "d:date", "x:y", "guid", "item"]
TAGS += ["author", "name", "div", "p", "svg", "s:svg", "source", "image", "url", "category"]
ATTRIBUTES = ["", " type='html'", " type='xhtml'", " xml:lang='fr'", " xml:base='/b/'", " x:z='1'"]
ATTRIBUTES += [
    " A='1' a='2'",
    " href='h'",
    " xmlns:x='urn:other'",
    " xmlns='urn:own'",
    " rel='Self'",
]
TEXTS = [
    "",
    "a",
    " \n ",
    "é",
    "日本 \u0085",
    "&lt;b&gt;c&lt;/b&gt;",
    "&#38;amp;",
    "2026-03-07",
    "Ã©",
]
HEAD = (
    '<rss version="2.0" xmlns:x="urn:x" xmlns:d="http://purl.org/dc/elements/1.1/"'
    ' xmlns:m="http://search.yahoo.com/mrss/" xmlns:s="http://www.w3.org/2000/svg"><channel>'
)
ELEMENT = st.recursive(
    st.sampled_from(TEXTS),
    lambda inner: st.builds(
        lambda tag, attribute, children: f"<{tag}{attribute}>{''.join(children)}</{tag}>",
        st.sampled_from(TAGS),
        st.sampled_from(ATTRIBUTES),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(ELEMENT, max_size=5))
def test_any_tree_of_elements_is_read_as_feedparser_reads_it(elements: list[str]) -> None:
    assert_same(f"{HEAD}<item>{''.join(elements)}</item></channel></rss>".encode())


URL_PIECES = [
    "http://",
    "https://",
    "HTTP://",
    "a.example",
    ":8",
    "/",
    "//",
    "..",
    ".",
    "?",
    "#",
    ";",
]
URL_PIECES += [
    "q=1",
    "[",
    "]",
    "\\",
    " ",
    "\t",
    "é",
    "%20",
    "&",
    "@",
    ":",
    "x",
    "\x01",
    "\u2028",
    "\x7f",
]


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(URL_PIECES), max_size=7), st.booleans())
def test_any_address_is_joined_as_feedparser_joins_it(pieces: list[str], is_own_base: bool) -> None:
    url = "".join(pieces)
    for uri in (url, f"https://a.example{url}"):
        base = uri if is_own_base else "https://b.example/c/d?e"
        assert feedparsing._joined(base, uri) == feedparser.urls._urljoin(base, uri)


def test_a_namespace_declared_at_each_item_is_learnt_once() -> None:
    item = (
        '<item xmlns:x="urn:{}"><x:y/><a xmlns:l="http://www.w3.org/1999/xlink" l:href="z"/></item>'
    )
    same = "".join(item.format(1) for _ in range(3))
    other = "".join(item.format(n) for n in (1, 2, 1))
    for items in (same, other):
        assert_same(f"{HEAD}{items}</channel></rss>".encode())


def test_names_learnt_from_one_document_serve_no_other_namespaces() -> None:
    """One prefix for two namespaces, and one namespace under two prefixes."""
    item = "<item><{0}:creator xmlns:{0}='{1}'>a</{0}:creator></item>"
    dublin_core = "http://purl.org/dc/elements/1.1/"
    for prefix, address in (("p", "urn:p"), ("p", dublin_core), ("q", "urn:p"), ("p", "urn:q")) * 2:
        assert_same(f"<rss><channel>{item.format(prefix, address)}</channel></rss>".encode())


def test_a_thousand_namespaces_are_read_as_feedparser_reads_them() -> None:
    items = "".join(f"<item xmlns:n{n}='urn:{n}'><n{n}:a>b</n{n}:a></item>" for n in range(1_000))
    assert_same(f"<rss><channel>{items}</channel></rss>".encode())


def test_what_stops_the_short_way_is_left_to_feedparser(monkeypatch: pytest.MonkeyPatch) -> None:
    body = WHOLE["atom"].encode()
    expected = parse_feed(body, URL)

    def stopped(*_: object) -> Any:
        raise TypeError

    monkeypatch.setattr(feedparsing, "_STRICT_PARSER", stopped)
    assert parse_feed(body, URL) == expected
    monkeypatch.setattr(feedparsing, "_STRICT_PARSER", None)
    assert parse_feed(body, URL) == expected


def test_a_feedparser_of_another_structure_is_used_as_it_comes() -> None:
    assert _strict_parser(SimpleNamespace()) is None
    strict = feedparser.api.StrictFeedParser
    assert _strict_parser(SimpleNamespace(StrictFeedParser=strict)) is None  # no replace_doctype


def test_a_method_that_uses_other_names_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(feedparser.api.StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
        def push_content(self, *stated: Any) -> None:
            super().push_content(*stated)

    changed = SimpleNamespace(
        StrictFeedParser=Other, replace_doctype=feedparser.api.replace_doctype
    )
    made = _strict_parser(changed)
    assert made.push_content is Other.push_content
    assert made.pop is not Other.pop
    monkeypatch.setattr(feedparsing, "_STRICT_PARSER", made)
    assert_same(make_ready(WHOLE["atom"].encode(), None).body)
