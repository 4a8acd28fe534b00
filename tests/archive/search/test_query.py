"""Any string is a tree or an error with a place; a tree says what was typed."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.errors import QueryError
from archive.model.query import (
    And,
    Bounds,
    Ending,
    Label,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)
from archive.search.query import FIELDS, MAX_DEPTH, MAX_TERMS, parse, unparse

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CHECK = settings(derandomize=True, deadline=None, max_examples=250)


def query(text: str) -> Query:
    return parse(text, now=NOW, timezone=AMSTERDAM)


def tree(text: str) -> Node | None:
    return query(text).node


def word(token: str, **more: object) -> Word:
    return Word(typed=token, token=token, **more)  # type: ignore[arg-type]  # fields by name


def refusal(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        query(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kabinet", word("kabinet")),
        ("Café,", Word(typed="café", token="cafe")),
        ("=Minister", word("minister", exact=True)),
        ('"minister"', word("minister", exact=True)),
        ("minister-president", Phrase(tokens=("minister", "president"))),
        ("O'Neill", Phrase(tokens=("o", "neill"))),
        ("480.000", Phrase(tokens=("480", "000"))),
        ('"noemt “vijf” procent"', Phrase(tokens=("noemt", "vijf", "procent"))),
        ("“vijf procent”", Phrase(tokens=("vijf", "procent"))),
        ("navo*", Prefix(token="navo")),
        ("title:navo*", Prefix(token="navo", field="title")),
        ("*Minister", Ending(token="minister")),
        ("title:*minister", Ending(token="minister", field="title")),
        ("a -*minister", And(parts=(word("a"), Not(part=Ending(token="minister"))))),
        ("東京*", Word(typed="東京", token="東京", exact=True)),
        ("*東京都", Phrase(tokens=("東京", "京都"))),
        ("TITLE:Kabinet", word("kabinet", field="title")),
        ('title:"vijf procent"', Phrase(tokens=("vijf", "procent"), field="title")),
        ("title:=minister", word("minister", exact=True, field="title")),
        ("東京", Word(typed="東京", token="東京", exact=True)),
        ("東京都", Phrase(tokens=("東京", "京都"))),
        ("京", Prefix(token="京")),
        ("feed:joop", Label(field="feed", tokens=("joop",), typed="joop")),
        (
            'author:"Jens Stoltenberg"',
            Label(field="author", tokens=("jens", "stoltenberg"), typed="Jens Stoltenberg"),
        ),
        ("lang:nl-BE", Label(field="lang", tokens=("nl",), typed="nl-BE")),
        ("12:30", Phrase(tokens=("12", "30"))),
        ("Rutte: nee", And(parts=(word("rutte"), word("nee")))),
        ("a b", And(parts=(word("a"), word("b")))),
        ("a AND b", And(parts=(word("a"), word("b")))),
        ("a -b", And(parts=(word("a"), Not(part=word("b"))))),
        ("a NOT b", And(parts=(word("a"), Not(part=word("b"))))),
        ("a --b", And(parts=(word("a"), word("b")))),
        ("a OR b c", Or(parts=(word("a"), And(parts=(word("b"), word("c")))))),
        ("(a OR b) c", And(parts=(Or(parts=(word("a"), word("b"))), word("c")))),
        ("a (b (c))", And(parts=(word("a"), word("b"), word("c")))),
        ("a -(b OR c)", And(parts=(word("a"), Not(part=Or(parts=(word("b"), word("c"))))))),
        ("a (-b -c)", And(parts=(word("a"), Not(part=word("b")), Not(part=word("c"))))),
        ("or", word("or")),
        ("since:7d", None),
    ],
)
def test_what_is_typed_becomes_its_tree(text: str, expected: Node | None) -> None:
    assert tree(text) == expected


@pytest.mark.parametrize(
    ("text", "after", "before"),
    [
        ("x after:2025", "2024-12-31T23:00Z", None),
        ("x after:2025-07", "2025-06-30T22:00Z", None),
        ("x before:2025-10-26", None, "2025-10-25T22:00Z"),
        ("after:2025-09-01 x before:2025-10", "2025-08-31T22:00Z", "2025-09-30T22:00Z"),
        ("x since:7d", "2026-11-17T12:00Z", None),
        ("x since:36h after:2020", "2026-11-23T00:00Z", None),
        ("x before:3w before:2026-11-20", None, "2026-11-03T12:00Z"),
    ],
)
def test_dates_bound_the_whole_query_in_the_readers_zone(
    text: str, after: str | None, before: str | None
) -> None:
    bounds = query(text).bounds
    assert bounds.after_at == (after and datetime.fromisoformat(after))
    assert bounds.before_at == (before and datetime.fromisoformat(before))


def test_addresses_properties_and_ranges_bound_the_whole_query_too() -> None:
    bounds = query(
        "x url:https://www.Joop.nl/a-b has:views has:author minutes:..5 views:100.. duplicates:3"
    ).bounds
    assert bounds.url == "joop.nl/a-b"
    assert bounds.has == ("views", "author")
    assert bounds.ranges == (("minutes", None, 5), ("views", 100, None), ("duplicates", 3, 3))
    assert query("has:views").node is None


def test_an_age_older_than_all_time_is_its_beginning() -> None:
    assert query("x since:9999y").bounds.after_at == datetime.min.replace(tzinfo=UTC)
    assert query("x since:10y").bounds.after_at == NOW - timedelta(days=3650)


@pytest.mark.parametrize(
    ("text", "fault", "says"),
    [
        ("", "", "empty"),
        ("   ", "   ", "empty"),
        ("fed:joop stikstof", "fed", "Did you mean 'feed'"),
        ("titel:x", "titel", "Did you mean 'title'"),
        ("qqqq:x", "qqqq", "There are title, feed"),
        ("a (b", "(", "not closed"),
        ("a b)", ")", "closes nothing"),
        ('a "b c', '"b c', "not closed"),
        ("a ()", "()", "nothing stands"),
        ("a OR", "OR", "both sides"),
        ("OR a", "OR", "both sides"),
        ("a OR OR b", "OR", "both sides"),
        ("AND a", "AND", "both sides"),
        ("(AND a)", "AND", "both sides"),
        ("-a", "-a", "only exclusions"),
        ("-a -b", "-a -b", "only exclusions"),
        ("a OR -b", "OR -b", "only exclusions"),
        ("a -(-b)", "(-b)", "only exclusions"),
        ("a -", "-", "exclude"),
        ("a - b", "-", "exclude"),
        ("a NOT", "NOT", "exclude"),
        ("a !!!", "!!!", "no letter"),
        ("a *", "*", "one end of a word"),
        ("a ***", "***", "one end of a word"),
        ("*minister*", "*minister*", "one end of a word"),
        ("mini*ter", "mini*ter", "one end of a word"),
        ("*vice-premier", "*vice-premier", "before one word"),
        ("a *!", "*!", "no letter"),
        ("o'neil*", "o'neil*", "one word"),
        ("feed:", "feed:", "right behind"),
        ("feed: joop", "feed:", "right behind"),
        ("title:(a OR b)", "title:", "right behind"),
        ("feed:jo*", "jo*", "whole words"),
        ("lang:Dutch!", "Dutch!", "code"),
        ("a = b", "=", "right behind"),
        ("a after:yesterday", "yesterday", "no date"),
        ("a after:2025-13", "2025-13", "no date"),
        ("a after:-7d", "-7d", "no date"),
        ("a OR b after:2025", "after:", "whole query"),
        ("a OR url:x.nl", "url:", "whole query"),
        ("a -has:views", "has:", "whole query"),
        ("a has:revision", "revision", "none of revisions"),
        ("a minutes:x", "x", "no range"),
        ("a minutes:..", "..", "no range"),
        ("a minutes:3..5..7", "3..5..7", "no range"),
        ("url:a.nl url:b.nl", "url:", "once"),
        ("a url:https://", "url:", "part of an address"),
        ("after:2025 a OR b", "after:", "whole query"),
        ("a (b after:2025)", "after:", "whole query"),
        ("a -after:2025", "after:", "whole query"),
        ("since:7d OR a", "since:", "whole query"),
        ("x " * 65, "x", f"at most {MAX_TERMS}"),
        ("(" * 21 + "a" + ")" * 21, "(", f"at most {MAX_DEPTH}"),
        ("a " + "-" * 30 + "b", "-", f"at most {MAX_DEPTH}"),
        ("x" * 5000, "x", "4000 characters"),
        ('"' + "a " * 70 + '"', '"' + "a " * 70 + '"', "phrase"),
    ],
)
def test_a_refusal_marks_the_fault_and_says_what_to_do(text: str, fault: str, says: str) -> None:
    error = refusal(text)
    assert says in str(error)
    assert error.query[error.position : error.position + error.length] == fault


def test_the_nearest_field_is_the_hint() -> None:
    assert refusal("autor:x").hint == "author"
    assert refusal("https://joop.nl/a").hint == "url"
    assert refusal("zzzz:x").hint is None


WORDS = st.sampled_from(
    [
        "kabinet",
        "Café",
        "東京都",
        "京",
        "navo*",
        "*minister",
        "=minister",
        '"vijf procent"',
        "title:x",
        'title:"a b"',
        "feed:joop",
        "lang:nl",
        "o'neill",
        "480.000",
        '"東京 京都"',
        'author:"x y"',
        '"(a"',
    ]
)
WHOLE = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} OR {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} -{pair[1]})"),
    ),
    max_leaves=8,
)
NOISE = st.text(
    alphabet=st.one_of(st.sampled_from("ab \"()-=*:'.“”–\x00\x1f\u202eORANDNT"), st.characters()),
    max_size=60,
)
FRAGMENTS = st.lists(
    st.one_of(
        st.sampled_from([f"{field}:" for field in (*FIELDS, "fed")]),
        st.sampled_from(
            ["OR", "AND", "NOT", "-", "(", ")", '"', "=", "*", " ", "7d", "2025-09", "x", "東京"]
        ),
        NOISE,
    ),
    max_size=12,
).map("".join)


@CHECK
@given(st.one_of(NOISE, FRAGMENTS))
@example("\ud800 x")
@example("-" * 3000)
@example("(" * 3000)
def test_any_string_is_a_tree_or_a_placed_error(text: str) -> None:
    try:
        found = query(text)
    except QueryError as error:
        assert 0 <= error.position <= len(error.query)
        assert error.length >= 1
        assert str(error)
    else:
        assert found.node is not None or found.bounds != Bounds()


@CHECK
@given(WHOLE)
def test_a_tree_written_out_parses_to_itself(text: str) -> None:
    node = tree(text)
    assert node is not None
    assert tree(unparse(node)) == node


@CHECK
@given(WORDS, WORDS)
def test_words_side_by_side_are_the_same_two_parts_in_either_order(one: str, other: str) -> None:
    first, second = tree(f"{one} {other}"), tree(f"{other} {one}")
    assert isinstance(first, And)
    assert isinstance(second, And)
    assert set(first.parts) == set(second.parts)


# -- saved searches --------------------------------------------------------------------------------

SAVED = {
    "stikstof": "stikstof OR ammoniak",
    "week": "since:7d",
    "natuur": "saved:stikstof natuur -saved:boeren",
    "boeren": "boer trekker",
    "een": "saved:twee haven",
    "twee": "boot saved:een",
    "zelf": "saved:zelf",
    "stuk": "feed:",
    "vol": " ".join(f"w{n}" for n in range(60)),
    "nos": "url:nos.nl",
}


def with_saved(text: str) -> Query:
    return parse(text, now=NOW, timezone=AMSTERDAM, saved=lambda: SAVED)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("saved:stikstof -feed:nos", "(stikstof OR ammoniak) -feed:nos"),
        ("-saved:stikstof haven", "-(stikstof OR ammoniak) haven"),
        ("saved:natuur", "(stikstof OR ammoniak) natuur -(boer trekker)"),
        ("saved:boeren OR saved:stikstof", "(boer trekker) OR stikstof OR ammoniak"),
        ('SAVED:"week" haven', "since:7d haven"),
        ("saved:week", "since:7d"),
        ("saved:week since:3d", "since:3d"),
        ("saved:nos url:nos.nl", "url:nos.nl"),
    ],
)
def test_a_saved_search_stands_for_its_query(text: str, same: str) -> None:
    assert (with_saved(text).node, with_saved(text).bounds) == (
        query(same).node,
        query(same).bounds,
    )


@pytest.mark.parametrize(
    ("text", "fault", "says"),
    [
        ("haven saved:zelf", "saved:zelf", "finds itself: zelf -> zelf"),
        ("saved:een", "saved:een", "finds itself: een -> twee -> een"),
        ("boot saved:stikstofx", "stikstofx", "no saved search 'stikstofx'"),
        ("saved:stuk", "saved:stuk", "in the saved search 'stuk': feed: needs a word"),
        ("saved:vol saved:vol", "saved:vol", "at most 64 terms"),
        ("haven OR saved:week", "saved:week", "stands outside OR, NOT and brackets"),
        ("haven -saved:week", "saved:week", "stands outside OR, NOT and brackets"),
        ("(haven saved:week)", "saved:week", "stands outside OR, NOT and brackets"),
        ("url:trouw.nl saved:nos", "saved:nos", "url: can be given once"),
        ("saved: haven", "saved:", "needs a word right behind it"),
        ("-saved:boeren", "-saved:boeren", "only exclusions"),
    ],
)
def test_a_saved_search_that_cannot_stand_there_is_refused_at_its_name(
    text: str, fault: str, says: str
) -> None:
    with pytest.raises(QueryError, match=re.escape(says)) as caught:
        with_saved(text)
    error = caught.value
    assert error.query[error.position : error.position + error.length] == fault


@pytest.mark.parametrize(("name", "way"), [("zelf", "zelf -> zelf"), ("een", "een -> twee -> een")])
def test_a_cycle_is_told_once_round(name: str, way: str) -> None:
    with pytest.raises(QueryError) as caught:
        with_saved(f"saved:{name}")
    assert str(caught.value).endswith(f"finds itself: {way}")


def test_saved_searches_are_asked_for_only_where_one_is_named() -> None:
    def never() -> dict[str, str]:
        raise AssertionError("nobody named one")

    assert parse("haven", now=NOW, timezone=AMSTERDAM, saved=never).node == word("haven")


def test_saved_searches_in_each_other_stay_small() -> None:
    saved = {f"s{n}": f"saved:s{n + 1} " * 200 for n in range(18)} | {"s18": "since:7d"}
    with pytest.raises(QueryError, match="at most 64 terms"):
        parse("saved:s0", now=NOW, timezone=AMSTERDAM, saved=lambda: saved)


@CHECK
@given(
    st.dictionaries(
        st.sampled_from("abc"),
        st.lists(st.sampled_from("haven saved:a saved:b saved:c -saved:b OR ( ) since:7d".split()), max_size=5)  # noqa: SIM905 (as typed)
        .map(" ".join),
    )
)  # fmt: skip
def test_any_saved_searches_are_a_tree_or_an_error(saved: dict[str, str]) -> None:
    try:
        found = parse("haven saved:a", now=NOW, timezone=AMSTERDAM, saved=lambda: saved)
    except QueryError as error:
        assert 0 <= error.position < len(error.query)
    else:
        assert found.node is not None
