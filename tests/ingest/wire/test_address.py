"""What is asked, of whom, and what stays out of sight."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.wire.address import BadAddress, follow, host_of, read_address


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("http://paper.example", "http://paper.example/"),
        ("HTTP://Paper.Example:80/A%2fb?x=%2F&y=a+b", "http://paper.example/A%2fb?x=%2F&y=a+b"),
        ("https://paper.example:8443/f?q=a|b^{c}#top", "https://paper.example:8443/f?q=a|b^{c}"),
        (
            "https://bücher.example/é?ö",
            "https://xn--bcher-kva.example/%C3%A9?%C3%B6",
        ),
        (" https://paper.example/a b ", "https://paper.example/a%20b"),
        ("https://me:secret@paper.example/f", "https://paper.example/f"),
        ("http://[2001:DB8::1]:8080/f", "http://[2001:db8::1]:8080/f"),
        ("http://a_b.example/f?%", "http://a_b.example/f?%"),
    ],
)
def test_a_query_goes_out_as_it_was_written(written: str, sent: str) -> None:
    assert read_address(written).url == sent


@pytest.mark.parametrize(
    "written",
    [
        "",
        "/feed",
        "file:///etc/passwd",
        "mailto:me@paper.example",
        "http://",
        "http://:80/",
        "http://paper.example:99999/",
        "http://paper.example:0/",
        "http://[::1/",
        "http://[1:2]/",
        "http://ex ample/",
        "http://a%2eb/",
        "http://.../",
    ],
)
def test_what_cannot_be_asked_is_told(written: str) -> None:
    with pytest.raises(BadAddress):
        read_address(written)


def test_userinfo_becomes_credentials_and_is_not_shown() -> None:
    found = read_address("https://me:p%40ss@paper.example/f")
    assert found.basic_auth == ("me", "p@ss")
    assert "p@ss" not in repr(found)


def test_a_redirect_names_no_credentials() -> None:
    base = read_address("https://paper.example/a/b?c")
    found = follow(base, "https://me:secret@other.example/f")
    assert (found.url, found.basic_auth) == ("https://other.example/f", None)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/x", "https://paper.example/x"),
        ("d?e=%2F", "https://paper.example/a/d?e=%2F"),
        ("?e", "https://paper.example/a/b?e"),
        ("//other.example/x", "https://other.example/x"),
        ("/é x", "https://paper.example/%C3%A9%20x"),
    ],
)
def test_a_location_is_read_from_the_page_it_came_with(location: str, url: str) -> None:
    assert follow(read_address("https://paper.example/a/b?c"), location).url == url


def test_a_host_is_a_lower_case_name_and_a_port() -> None:
    assert host_of("https://Paper.Example./feed") == "paper.example:443"
    assert host_of("http://bücher.example:81/") == "xn--bcher-kva.example:81"


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://a@", "http://[", "//"]))
def test_any_text_is_an_address_or_a_told_mistake(text: str, start: str) -> None:
    try:
        found = read_address(start + text)
    except BadAddress:
        return
    assert found.url.isascii() and " " not in found.url
    assert read_address(found.url).url == found.url
