"""Queries judged by hand, over an archive we wrote: what each must find and must not, in which order, what is offered.

The lists are data beside this file (queries.tsv, order.tsv, suggestions.tsv, news.toml).
"""

import re
from itertools import pairwise
from typing import cast

import pytest

from tests.archive.search.judged.conftest import HERE, Judged, Sort, news


def rows(name: str) -> list[list[str]]:
    """Return the columns of each line of a list; `#` begins a comment."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("# ")]


def test_the_lists_name_articles_that_there_are(judged: Judged) -> None:
    printed = news()
    names = {item["name"] for paper in printed.pop("papers") for item in printed[paper]}
    assert set(judged.names.values()) == names
    assert len(judged.names) == len(names) >= 60
    named = {name for row in rows("queries.tsv") for name in row[1].split()}
    named |= {name for row in rows("order.tsv") for name in row[2].split()}
    assert named - names == {"-"}
    queries = [row[0] for row in rows("queries.tsv")]
    assert len(queries) == len(set(queries)) >= 150


@pytest.mark.parametrize(("query", "expected"), rows("queries.tsv"))
def test_a_query_finds_what_it_must_and_nothing_else(
    judged: Judged, query: str, expected: str
) -> None:
    found = judged.found(query)
    assert len(found) == len(set(found))
    assert set(found) == set(expected.split()) - {"-"}


@pytest.mark.parametrize(("query", "sort", "order"), rows("order.tsv"))
def test_what_matters_more_comes_first(judged: Judged, query: str, sort: str, order: str) -> None:
    found = judged.found(query, sort=cast(Sort, sort))
    for better, worse in pairwise(order.split()):
        assert found.index(better) < found.index(worse), found


@pytest.mark.parametrize(("typed", "offered"), rows("suggestions.tsv"))
def test_a_mistyped_word_finds_nothing_and_is_offered_its_neighbour(
    judged: Judged, typed: str, offered: str
) -> None:
    found = judged.search(typed)
    assert not found.hits
    (note,) = found.notes
    said = re.search(r"did you mean '(.*)' \(\d+\)\?", note)
    assert (said[1] if said else "-") == offered
