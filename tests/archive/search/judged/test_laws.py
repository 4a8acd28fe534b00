"""What must hold between the answers to any queries: sets, complements, dates, pages. Drawn from the judged list."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.model.query import Bounds
from archive.search.query import parse, unparse
from tests.archive.search.judged.conftest import NOW, SORTS, Judged, Sort
from tests.archive.search.judged.test_judged import rows

CHECK = settings(
    derandomize=True, deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip


def is_unbound(query: str) -> bool:
    """Whether a query may stand in brackets: dates and addresses narrow the whole."""
    return parse(query, now=NOW, timezone=UTC).bounds == Bounds()


ANY: Final = [row[0] for row in rows("queries.tsv")]
UNBOUND: Final = [query for query in ANY if is_unbound(query)]
QUERY = st.sampled_from(UNBOUND)
LIMIT = st.integers(min_value=1, max_value=7)


@pytest.mark.parametrize("query", UNBOUND)
def test_a_query_written_out_finds_the_same(judged: Judged, query: str) -> None:
    node = parse(query, now=NOW, timezone=UTC).node
    assert node is not None
    written = unparse(node)
    assert parse(written, now=NOW, timezone=UTC).node == node
    assert judged.found(written) == judged.found(query)


@CHECK
@given(QUERY, QUERY)
def test_side_by_side_is_both_in_either_order(judged: Judged, one: str, other: str) -> None:
    both = judged.found(f"({one}) ({other})")
    assert both == judged.found(f"({other}) ({one})")
    assert set(both) == set(judged.found(one)) & set(judged.found(other))


@CHECK
@given(QUERY, QUERY)
def test_or_is_either_and_minus_is_the_rest(judged: Judged, one: str, other: str) -> None:
    first, second = set(judged.found(one)), set(judged.found(other))
    assert set(judged.found(f"({one}) OR ({other})")) == first | second
    assert set(judged.found(f"({one}) -({other})")) == first - second
    assert set(judged.found(f"({one}) NOT ({other})")) == first - second


@CHECK
@given(QUERY, QUERY, QUERY)
def test_what_is_excluded_twice_is_excluded_together(
    judged: Judged, one: str, other: str, third: str
) -> None:
    assert judged.found(f"({one}) -({other}) -({third})") == judged.found(
        f"({one}) -(({other}) OR ({third}))"
    )


@CHECK
@given(QUERY, st.integers(min_value=0, max_value=1000))
def test_a_day_parts_the_answer_in_two(judged: Judged, query: str, n_days: int) -> None:
    day = (datetime(2024, 6, 1, tzinfo=UTC) + timedelta(days=n_days)).date()
    whole = judged.found(query)
    later = judged.found(f"({query}) after:{day}")
    earlier = judged.found(f"({query}) before:{day}")
    assert later + earlier == whole


@CHECK
@given(st.sampled_from(["", *ANY]), st.sampled_from(SORTS), LIMIT)
def test_pages_put_together_are_the_whole(
    judged: Judged, query: str, sort: Sort, limit: int
) -> None:
    whole = judged.search(query, sort=sort)
    assert whole.next_page is None
    page = judged.search(query, sort=sort, limit=limit)
    paged = judged.named(page)
    while page.next_page is not None:
        assert len(page.hits) == limit
        page = judged.search(query, sort=sort, limit=limit, page=page.next_page)
        assert page.n_total == whole.n_total
        paged += judged.named(page)
        assert len(paged) <= whole.n_total  # and no page comes again for ever
    assert paged == judged.named(whole)
    assert len(paged) == whole.n_total


@CHECK
@given(st.sampled_from(ANY))
def test_every_order_has_the_same_articles_and_oldest_is_newest_turned_round(
    judged: Judged, query: str
) -> None:
    newest = judged.found(query)
    assert judged.found(query, sort="oldest") == newest[::-1]
    assert sorted(judged.found(query, sort="relevance")) == sorted(newest)
