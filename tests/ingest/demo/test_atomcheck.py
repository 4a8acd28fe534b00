"""The second opinion on our feed: a right document passes, and each broken rule of RFC 4287 is named."""

import pytest

from ingest.demo.atomcheck import faults_of

ENTRY = """<entry>
<id>tag:example.org,2026:1</id><title>One</title>
<link rel="alternate" href="http://example.org/1" type="text/html"/>
<author><name>Ada</name></author>
<published>2026-03-01T10:00:00Z</published><updated>2026-03-02T10:00:00+01:00</updated>
<category term="news"/><content type="html">&lt;p&gt;Text&lt;/p&gt;</content>
<source><id>http://example.org/feed</id><title>Paper</title><updated>2026-03-02T10:00:00Z</updated></source>
</entry>"""
FEED = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:x="http://example.org/ns">
<id>tag:example.org,2026:feed</id><title>All</title><updated>2026-03-02T10:00:00.5Z</updated>
<link rel="self" href="http://example.org/feed.xml"/>
<subtitle type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">About <a href="/">it</a></div></subtitle>
<x:extra/>
{ENTRY}
</feed>"""


def test_a_valid_document_has_no_faults() -> None:
    assert faults_of(FEED.encode()) == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("</feed>", "", "not well-formed"),
        ("<title>One</title>", "<title>A & B</title>", "not well-formed"),
        ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#", "not an Atom feed"),
        ("<title>All</title>", "", "feed: no <title>"),
        ("<title>All</title>", "<title>All</title><title>All</title>", "feed: 2 x <title>"),
        (
            "<x:extra/>",
            "<published>2026-03-01T10:00:00Z</published>",
            "<published> may not stand here",
        ),
        ('rel="self"', 'rel="related"', "no link rel=self"),
        (ENTRY, ENTRY + ENTRY, "2 entries have the id tag:example.org,2026:1"),
        (ENTRY, ENTRY + "<x:extra/>", "after the first entry"),
        ("<id>tag:example.org,2026:1</id>", "", "entry ?: no <id>"),
        ("<id>tag:example.org,2026:1</id>", "<id>one</id>", "no absolute IRI"),
        ("2026-03-01T10:00:00Z", "2026-03-01 10:00:00Z", "no RFC 3339 instant"),
        ("2026-03-01T10:00:00Z", "2026-02-30T10:00:00Z", "no RFC 3339 instant"),
        ("2026-03-01T10:00:00Z", "2026-03-05T10:00:00Z", "updated before it was published"),
        ("<author><name>Ada</name></author>", "", "no author"),
        ("<name>Ada</name>", "<uri>http://example.org/ada</uri>", "author: no <name>"),
        ('<category term="news"/>', "<category/>", "<category> without term"),
        ('href="http://example.org/1"', 'href="/1"', "not absolute"),
        ('href="http://example.org/1"', "", "<link> without href"),
        ("&lt;p&gt;Text&lt;/p&gt;", "<p>Text</p>", "of type html has elements"),
        ('<content type="html">', '<content type="htm">', "has type 'htm'"),
        ("About", "</div><div>", "holds no single div"),
        ("</source>", "</source><rights>ours</rights>", "source is not last"),
        ("<title>Paper</title>", "", "source: no <title>"),
        (
            "<author>",
            '<link href="http://example.org/2" type="text/html"/><author>',
            "two links rel=alternate",
        ),
    ],
)
def test_a_broken_rule_is_named(old: str, new: str, words: str) -> None:
    assert old in FEED
    faults = faults_of(FEED.replace(old, new, 1).encode())
    assert any(words in fault for fault in faults), faults


def test_an_entry_without_content_needs_an_alternate_link() -> None:
    without = FEED.replace('<content type="html">&lt;p&gt;Text&lt;/p&gt;</content>', "")
    assert faults_of(without.encode()) == ()
    bare = without.replace('rel="alternate"', 'rel="via"')
    assert faults_of(bare.encode()) == (
        "entry tag:example.org,2026:1: neither content nor a link rel=alternate",
    )


def test_an_author_of_the_source_or_of_the_feed_will_do() -> None:
    author = "<author><name>Ada</name></author>"
    without = FEED.replace(author, "")
    assert (
        faults_of(without.replace("<title>Paper</title>", f"<title>Paper</title>{author}").encode())
        == ()
    )
    assert faults_of(without.replace("<x:extra/>", author).encode()) == ()
