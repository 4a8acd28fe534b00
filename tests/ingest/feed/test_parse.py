"""ingest/feed/parse.py: windows, limits, known items, and that only NotAFeed leaves it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import NotAFeed
from archive.model.stated import RejectedEntry
from ingest.clean import text_of
from ingest.feed import PARSER_VERSION, parse, parse_feed
from ingest.feed.entries import MAX_HTML, Draft, Place, draft_of
from ingest.feed.parse import MAX_ITEMS
from tests.ingest.feed.samples import NAMES, URL, body_of


def rss(*items: str) -> bytes:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>t</title>{inner}</channel></rss>'.encode()


def jsonfeed(items: object) -> bytes:
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1", "title": "t", "items": items}
    ).encode()


MANY = {
    "slices": rss(*(f"<guid isPermaLink='false'>{n}</guid>" for n in range(25))),
    "whole": rss(*(f"<guid isPermaLink='false'>{n}</guid>" for n in range(25)), "a & b"),
    "json": jsonfeed([{"id": str(n)} for n in range(25)]),
}


def test_the_version_goes_into_digests() -> None:
    assert isinstance(PARSER_VERSION, int)


@pytest.mark.parametrize("kind", MANY)
def test_a_document_is_read_in_windows_and_nothing_is_left_or_doubled(kind: str) -> None:
    whole = parse_feed(MANY[kind], URL)
    assert whole.more_from is None
    entries, first = [], 0
    while True:
        part = parse_feed(MANY[kind], URL, first=first, limit=10)
        assert part.n_items == whole.n_items
        assert all(first <= entry.position < first + 10 for entry in part.entries)
        entries += part.entries
        if part.more_from is None:
            break
        first = part.more_from
    assert tuple(entries) == whole.entries


@pytest.mark.parametrize("kind", MANY)
def test_known_items_are_named_and_not_given_again(kind: str) -> None:
    whole = parse_feed(MANY[kind], URL)
    known = frozenset(entry.digest for entry in whole.entries[::2])
    part = parse_feed(MANY[kind], URL, known=known, first=4, limit=6)
    assert [position for _, position in part.seen] == [4, 6, 8]
    assert [entry.position for entry in part.entries] == [5, 7, 9]
    assert part.title == "t"
    again = parse_feed(MANY[kind], URL, known=frozenset(entry.digest for entry in whole.entries))
    assert again.entries == ()
    assert len(again.seen) == len(whole.entries)


def test_items_beyond_the_limit_are_counted_once_and_by_the_last_call() -> None:
    body = jsonfeed([{"id": n} for n in range(MAX_ITEMS + 3)])
    first = parse_feed(body, URL, first=0, limit=5)
    assert (first.more_from, first.rejected, first.n_items) == (5, (), MAX_ITEMS + 3)
    last = parse_feed(body, URL, first=MAX_ITEMS - 2, limit=5)
    assert last.more_from is None
    assert len(last.entries) == 2
    assert last.rejected == (
        RejectedEntry(position=-1, reason=f"beyond the first {MAX_ITEMS} items", n_entries=3),
    )


# feedparser 6.0 takes the start of a chapter (the namespace is Podlove's) for granted: TypeError without one.
CHAPTERS = "<p:chapters xmlns:p='http://podlove.org/simple-chapters'><p:chapter/></p:chapters>"


def test_an_item_that_stops_feedparser_is_rejected_and_the_others_stay() -> None:
    feed = parse_feed(rss("<title>a</title>", CHAPTERS, "<title>c</title>"), URL)
    assert [(entry.title, entry.position) for entry in feed.entries] == [("a", 0), ("c", 2)]
    (rejected,) = feed.rejected
    assert rejected.position == 1
    assert rejected.reason.startswith("TypeError")


def test_a_feed_of_one_item_that_stops_feedparser_is_a_feed_with_none() -> None:
    feed = parse_feed(rss(CHAPTERS), URL)
    assert feed.entries == ()
    assert len(feed.rejected) == 1


@pytest.mark.parametrize(
    ("body", "looks_like"),
    [
        (b"<svg><g/></svg>", "XML of another kind"),
        (b'<?xml version="1.0"?><error>no</error>', "XML of another kind"),
        (b'{"error": "not found"}', "JSON of another kind"),
        (b'{"version": "https://jsonfeed.org/version/1.1"', "a JSON error"),
        (b'{"a":' * 100_000, "a JSON error"),
        (b"<rss version='2.0'><channel><image></height></image><p></channel></rss>", "feedparser"),
    ],
)
def test_what_is_no_feed_says_what_it_looks_like(body: bytes, looks_like: str) -> None:
    with pytest.raises(NotAFeed) as refusal:
        parse_feed(body, URL)
    assert looks_like in refusal.value.looks_like


def test_a_feed_without_items_is_a_feed() -> None:
    feed = parse_feed(b'<rss version="2.0"><channel><title>quiet</title></channel></rss>', URL)
    assert (feed.title, feed.n_items, feed.entries) == ("quiet", 0, ())


def test_an_entry_over_a_megabyte_is_kept_cut_and_flagged() -> None:
    long = "wörd " * (MAX_HTML // 4)
    for body in (rss(f"<description>{long}</description>"), jsonfeed([{"content_html": long}])):
        (entry,) = parse_feed(body, URL).entries
        assert entry.is_cut
        assert 0.9 * MAX_HTML < len(entry.html or "") <= MAX_HTML


def test_text_is_always_that_of_the_html() -> None:
    for name in NAMES:
        for entry in parse_feed(body_of(name), URL).entries:
            assert entry.text == text_of(entry.html or entry.summary_html or "")


def test_addresses_that_run_are_not_kept() -> None:
    item = "<title>x</title><link>javascript:alert(1)</link><enclosure url='data:text/html,x'/>"
    (entry,) = parse_feed(rss(item), URL).entries
    assert entry.url is None
    assert entry.enclosures == ()


def test_a_computed_guid_is_the_same_every_time_and_another_for_another_text() -> None:
    one, other = parse_feed(rss("<title>a</title>", "<title>b</title>"), URL).entries
    assert one.guid == parse_feed(rss("<title>a</title>"), URL).entries[0].guid
    assert one.guid != other.guid
    assert one.guid_stated is None


def test_extra_is_bounded_and_ready_for_json() -> None:
    many = "".join(f"<x:a{n} xmlns:x='urn:x'>{'y' * 9000}</x:a{n}>" for n in range(30))
    (entry,) = parse_feed(rss(f"<title>t</title>{many}"), URL).entries
    assert 0 < len(json.dumps(entry.extra)) < 60_000


SPLICE = st.tuples(st.integers(0, 10**6), st.integers(0, 60), st.binary(max_size=8))


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.sampled_from(NAMES), st.lists(SPLICE, min_size=1, max_size=4))
def test_spoilt_bytes_give_a_feed_or_a_refusal_and_nothing_else(
    name: str, splices: list[tuple[int, int, bytes]]
) -> None:
    body = body_of(name)
    for place, length, new in splices:
        at = place % (len(body) + 1)
        body = body[:at] + new + body[at + length :]
    try:
        feed = parse_feed(body, URL)
    except NotAFeed:
        return
    for entry in feed.entries:
        stated = [entry.guid, entry.title, entry.text, entry.html or "", json.dumps(entry.extra)]
        "".join(stated).encode("utf-8")  # no lone surrogate
        assert "\0" not in "".join(stated)
        assert "<script" not in (entry.html or "")


def test_an_item_that_cannot_be_converted_is_rejected_and_sinks_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails_on_odd(item: Mapping[str, Any], place: Place) -> Draft | None:
        if item["title"] == "odd":
            raise OverflowError("a number of another world")
        return draft_of(item, place)

    monkeypatch.setattr(parse, "draft_of", fails_on_odd)
    found = parse_feed(rss("<title>one</title>", "<title>odd</title>", "<title>two</title>"), URL)
    assert [entry.title for entry in found.entries] == ["one", "two"]
    (rejected,) = found.rejected
    assert (rejected.position, rejected.reason) == (1, "OverflowError: a number of another world")
