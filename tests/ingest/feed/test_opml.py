"""ingest/feed/opml.py: subscription lists in and out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import UsageError
from ingest.feed.opml import Outline, read_addresses, read_list, read_opml, write_opml

NESTED = """<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"><head><title>Mijn lijst</title></head><body>
<outline text="Nieuws">
  <outline text="België"><outline type="rss" text="De Kaai" xmlUrl="https://kaai.example/rss" htmlUrl="https://kaai.example/"/></outline>
  <outline type="rss" title="Quai &amp; Cie" xmlUrl="feed://quai.example/f" category="/Zee,Wind"/>
</outline>
<outline type="rss" text="De Kaai" xmlUrl="https://kaai.example/rss" category="Favoriet"/>
<outline type="link" text="no feed" htmlUrl="https://x.example/"/>
<outline type="rss" text="runs" xmlUrl="javascript:alert(1)"/>
</body></opml>"""


def test_folders_and_categories_are_tags_and_one_address_is_one_feed() -> None:
    assert read_opml(NESTED.encode()) == (
        Outline(
            url="https://kaai.example/rss",
            title="De Kaai",
            tags=("Nieuws", "België", "Favoriet"),
            site_url="https://kaai.example/",
        ),
        Outline(url="http://quai.example/f", title="Quai & Cie", tags=("Zee", "Wind", "Nieuws")),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_a_list_is_read_in_its_encoding(encoding: str) -> None:
    text = NESTED.replace("utf-8", encoding)
    assert read_opml(text.encode(encoding))[0].tags[1] == "België"


def test_a_list_without_head_or_end_is_read_as_far_as_it_goes() -> None:
    cut = (
        b'<opml><body><outline text="a" xmlUrl="https://a.example/f"/><outline text="b" xmlUrl="ht'
    )
    assert [outline.url for outline in read_opml(cut)] == ["https://a.example/f"]


def test_addresses_stand_one_a_line() -> None:
    text = "# my feeds\nhttps://a.example/f#part  # the first\r\n\n  feed:https://b.example/\nnonsense\n"
    text += "https://a.example/f#part\n"
    assert [outline.url for outline in read_addresses(text)] == [
        "https://a.example/f#part",
        "https://b.example/",
    ]


def test_the_kind_of_a_list_is_told_by_its_look() -> None:
    assert len(read_list(NESTED.encode())) == 2
    assert len(read_list(b"\xef\xbb\xbfhttps://a.example/f\n")) == 1


@pytest.mark.parametrize("body", [b"", b"nothing here", b"<opml><body/></opml>", b"<html></html>"])
def test_a_list_without_feeds_says_what_is_wanted(body: bytes) -> None:
    with pytest.raises(UsageError, match="one a line"):
        read_list(body)


WORD = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=8)
ROW = st.builds(
    Outline,
    url=WORD.map(lambda path: f"https://a.example/{path}?x=1&y=2"),
    title=st.none() | WORD.map(lambda word: f"\"{word}\" <& 'x'"),
    tags=st.lists(WORD, max_size=3, unique=True).map(tuple),
    site_url=st.none() | WORD.map(lambda path: f"https://a.example/{path}"),
)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(ROW, max_size=5, unique_by=lambda row: row.url))
def test_what_is_written_is_read_back(rows: list[Outline]) -> None:
    assert read_opml(write_opml(rows, "a & b")) == tuple(rows)
