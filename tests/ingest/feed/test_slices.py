"""ingest/feed/slices.py: a document in slices gives the entries of the whole one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import NotAFeed
from archive.model.stated import ParsedFeed
from ingest.feed import parse_feed
from ingest.feed.scan import make_ready
from ingest.feed.slices import Cut, cut
from tests.ingest.feed.samples import NAMES, URL, body_of


def cut_of(body: bytes, version: int = 1) -> Cut | None:
    return cut(make_ready(body, None).body, version)


def assert_same_but_known(body: bytes, known: frozenset[bytes]) -> None:
    whole = parse_feed(body, URL)
    part = parse_feed(body, URL, known=known)
    assert cut_of(body) is None or not any("well-formed" in word for word in part.warnings)
    assert part.entries == tuple(e for e in whole.entries if e.digest not in known)
    assert sorted(part.seen) == sorted(
        (e.digest, e.position) for e in whole.entries if e.digest in known
    )
    for name in ParsedFeed.__dataclass_fields__:
        if name not in ("entries", "seen", "rejected"):
            assert getattr(part, name) == getattr(whole, name), name


@pytest.mark.parametrize("name", NAMES)
@settings(derandomize=True, max_examples=12, deadline=None)
@given(data=st.data())
def test_slices_and_the_whole_give_equal_entries(name: str, data: st.DataObject) -> None:
    body = body_of(name)
    digests = sorted({entry.digest for entry in parse_feed(body, URL).entries})
    assert_same_but_known(body, frozenset(data.draw(st.sets(st.sampled_from(digests)))))


ITEM = st.sampled_from(
    [
        "<item><title>a</title><guid>1</guid></item>",
        "<item><title>a</title><guid>1</guid></item >",
        "<item><guid>2</guid><dc:date>2026-03-07</dc:date><pubDate>03-04-2024</pubDate></item>",
        "<item><guid>3</guid><pubDate>25-04-2024</pubDate><x:y xmlns:x='urn:z'>w</x:y></item>",
        "<item xml:lang='fr' xml:base='https://b.example/'><link>c</link><description>"
        "<![CDATA[</item> <a href='d'>e</a>]]></description></item>",
        "<item><source url='https://s.example/'>S</source><title>&lt;b&gt;f&lt;/b&gt;</title></item>",
        "<!-- <item/> --><ttl>5</ttl>",
        "<item><content type='xhtml'><p>g<item>h</item></p></content></item>",
        "<item/>",
        "<item a='>'/>",
        "<category>news</category>",
        "<language>nl</language>",
        "<image><title>i</title><url>https://i.example/i.png</url></image>",
        "text &amp; more",
    ]
)


@settings(derandomize=True, max_examples=120, deadline=None)
@given(st.lists(ITEM, max_size=7))
def test_any_sequence_of_items_gives_the_same_in_slices(items: list[str]) -> None:
    head = (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>t</title>'
    )
    body = (head + "".join(items) + "</channel></rss>").encode()
    digests = [entry.digest for entry in parse_feed(body, URL).entries]
    known = frozenset(digest for n, digest in enumerate(digests) if n % 2)
    assert_same_but_known(body, known)
    assert_same_but_known(body, frozenset(digests))


def test_a_digest_is_of_the_items_bytes_and_the_parsers_version() -> None:
    one, other = (
        b"<rss><channel><title>%s</title><item><guid>1</guid></item></channel></rss>" % title
        for title in (b"a", b"b")
    )
    first, second, newer = cut_of(one), cut_of(other), cut_of(one, version=2)
    assert first is not None and second is not None and newer is not None
    assert first.digests == second.digests
    assert len(first.digests[0]) == 16
    assert first.digests != newer.digests


def test_the_categories_of_the_feed_itself_are_left_out_and_those_of_items_stay() -> None:
    body = b"""<feed><category term='a > b'/><category/><category>c<category/></category>
    <entry><category term='d'/></entry><category term="e" ></category></feed>"""
    found = cut_of(body)
    assert found is not None
    kept = found.assemble([0]).split(b"?>", 1)[1]
    assert b"".join(kept.split()) == b"<feed><entry><categoryterm='d'/></entry></feed>"


def test_what_is_odd_is_not_cut() -> None:
    nested = b"<rss><channel><item><title>a</title><item/></item></channel></rss>"
    at_two_levels = b"<rss><item><a/></item><channel><item><a/></item></channel></rss>"
    broken = b"<rss><channel><item><title>a & b</title></item></channel></rss>"
    undeclared = b"<rss><channel><item><dc:date>x</dc:date></item></channel></rss>"
    assert [cut_of(body) for body in (nested, at_two_levels, broken, undeclared)] == [None] * 4


def test_words_after_the_document_are_cut_off() -> None:
    found = cut_of(b"<rss><channel><item>x</item></channel></rss>\n<p>generated in 3 s</p>")
    assert found is not None
    assert found.body.rstrip().endswith(b"</rss>")
    assert len(found.ranges) == 1


def test_assembling_leaves_head_and_tail_as_they_are() -> None:
    found = cut_of(b"<rss><channel>A<item>1</item>B<item>2</item>C<item>3</item>D</channel></rss>")
    assert found is not None
    assert found.assemble([1]).endswith(b"<channel>AB<item>2</item>CD</channel></rss>")
    assert found.assemble([0, 1, 2]) == found.body


@pytest.mark.parametrize(
    "body",
    [
        b"<rss>" + b"<a>" * 300 + b"</a>" * 300 + b"</rss>",
        b"<rss " + b" ".join(b"x%d='1'" % n for n in range(300)) + b"></rss>",
        b"<rss><item>" + b"<a/>" * 600_000 + b"</item></rss>",
    ],
    ids=["deep", "wide", "many"],
)
def test_the_pass_refuses_what_would_be_slow(body: bytes) -> None:
    with pytest.raises(NotAFeed, match="slow"):
        cut_of(body)
