"""What servers say about time, with the numbers they say it in."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.wire.caching import http_date, max_age_s, retry_after_s, seconds

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DATE = "Wed, 04 Mar 2026 10:00:00 GMT"  # the server's clock is two hours behind
IN_AN_HOUR = "Wed, 04 Mar 2026 11:00:00 GMT"
MONTH = 30 * 86_400


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": 'public, Max-Age="600"'}, 600),
        ({"cache-control": "max-age=600", "age": "500"}, 100),
        ({"cache-control": "max-age=600", "age": "900"}, 0),
        ({"cache-control": "max-age=600", "age": "old"}, 600),
        ({"cache-control": "max-age=600, no-cache"}, None),
        ({"cache-control": "no-store", "expires": IN_AN_HOUR, "date": DATE}, None),
        ({"cache-control": "max-age=60", "expires": IN_AN_HOUR, "date": DATE}, 60),
        ({"cache-control": "max-age=soon", "expires": IN_AN_HOUR, "date": DATE}, 3600),
        ({"expires": IN_AN_HOUR, "date": DATE}, 3600),
        ({"expires": IN_AN_HOUR}, 0),
        ({"expires": "0"}, None),
        ({"expires": "Fri, 31 Dec 9999 23:59:59 GMT"}, MONTH),
        ({"cache-control": "max-age=" + "9" * 5000}, MONTH),
        ({"cache-control": "max-age=-1"}, 0),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "max-age=600, max-age=5"}, 600),
    ],
)
def test_freshness(headers: dict[str, str], expected: int | None) -> None:
    assert max_age_s(headers, now=NOW) == expected


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("120", 120),
        (" 7200 ", 7200),
        ("1e30", 7 * 86_400),
        ("9" * 400, 7 * 86_400),
        ("-5", 0),
        ("1.9", 1),
        (IN_AN_HOUR, 3600),
        ("Wednesday, 04-Mar-26 11:00:00 GMT", 3600),
        ("Wed Mar  4 11:00:00 2026", 3600),
        ("Wed, 04 Mar 2020 11:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 7 * 86_400),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("0x10", None),
    ],
)
def test_retry_after_counts_from_the_servers_own_date(stated: str, expected: int | None) -> None:
    assert retry_after_s({"retry-after": stated, "date": DATE}, now=NOW) == expected


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_raises_or_leaves_the_bounds(one: str, other: str) -> None:
    headers = {
        "cache-control": one,
        "expires": one,
        "retry-after": one,
        "date": other,
        "age": other,
    }
    assert (max_age_s(headers, now=NOW) or 0) in range(MONTH + 1)
    assert (retry_after_s(headers, now=NOW) or 0) in range(7 * 86_400 + 1)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.from_regex(r"[+-]?[0-9]{1,50}(\.[0-9]{1,40})?([eE][0-9]{1,5})?", fullmatch=True))
def test_no_number_raises_or_leaves_the_bounds(text: str) -> None:
    assert (seconds(text) or 0) in range(MONTH + 1)


def test_a_date_that_is_none_is_none() -> None:
    for text in (
        "Wed, 99 Mar 2026 11:00:00 GMT",
        "not a date",
        "x" * 9_999,
        "Wed, 04 Mar 2026 25:61:00 GMT",
    ):
        assert http_date(text) is None
