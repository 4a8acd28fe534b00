"""Public ids are frozen, digests keep their parts apart, secrets leave an address."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.identity.ids import digest16, public_id, strip_secrets

ANY_TEXT = st.text(max_size=30)
PARTS = st.lists(st.one_of(st.none(), ANY_TEXT, st.binary(max_size=20)), max_size=5)


def as_bytes(part: str | bytes | None) -> bytes:
    return part if isinstance(part, bytes) else (part or "").encode("utf-8", "surrogatepass")


def test_a_public_id_never_changes_its_value() -> None:
    # Frozen with version 1: a change here gives every restored archive other ids.
    one = public_id("arch-1", "https://paper.example/rss", "https://paper.example/a/1", "g-1")
    assert one == "oyeom5kunh4ev7m2"
    assert len(one) == 16
    assert set(one) <= set("abcdefghijklmnopqrstuvwxyz234567")


def test_each_part_of_the_first_sighting_makes_another_id() -> None:
    ids = {
        public_id("a", "https://f.example/", "https://f.example/1", "g"),
        public_id("b", "https://f.example/", "https://f.example/1", "g"),
        public_id("a", "https://f.example/2", "https://f.example/1", "g"),
        public_id("a", "https://f.example/", "https://f.example/2", "g"),
        public_id("a", "https://f.example/", "https://f.example/1", "h"),
        public_id("a", "https://f.example/", "https://f.example/1", "g", 2),
    }
    assert len(ids) == 6


def test_absent_link_and_guid_are_allowed() -> None:
    assert public_id("a", "f", None, None) == public_id("a", "f", "", "")


@settings(derandomize=True, deadline=None)
@given(PARTS, PARTS)
def test_digests_are_equal_only_for_equal_parts(left: list, right: list) -> None:
    same = [as_bytes(p) for p in left] == [as_bytes(p) for p in right]
    assert (digest16(*left) == digest16(*right)) == same


def test_a_border_moved_between_parts_makes_another_digest() -> None:
    assert digest16("ab", "c") != digest16("a", "bc") != digest16("abc")
    assert digest16(None) == digest16("") != digest16()
    assert len(digest16("x")) == 16


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("https://me:secret@f.example/rss", "https://f.example/rss"),
        ("https://f.example/rss?token=abc&lang=nl", "https://f.example/rss?lang=nl"),
        ("https://f.example/rss?apiKey=abc", "https://f.example/rss"),
        ("https://f.example/rss?access_token=abc#top", "https://f.example/rss"),
        ("https://f.example/rss?rss_auth=1&cat=3", "https://f.example/rss?cat=3"),
        ("https://f.example/rss?keyword=tokens", "https://f.example/rss?keyword=tokens"),
        ("https://f.example:8443/rss", "https://f.example:8443/rss"),
        ("https://[broken/rss?token=abc", "https://[broken/rss"),
    ],
)
def test_what_names_the_reader_leaves_a_feeds_address(stated: str, shown: str) -> None:
    assert strip_secrets(stated) == shown
