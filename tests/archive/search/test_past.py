"""The archive as it stood, and texts that an edit replaced."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import UsageError
from archive.front import Archive
from archive.model.kept import Found
from archive.search import find
from archive.search.dates import end_of
from tests.archive.store.archives import Newsroom

NOW = datetime(2026, 11, 30, tzinfo=UTC)
AMSTERDAM = datetime.fromisoformat("2026-11-24T00:00+01:00").tzinfo
CHECK = settings(derandomize=True, deadline=None, max_examples=60)


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Three articles: one edited twice, one completed by its page, one told by two papers."""
    room = Newsroom(tmp_path_factory.mktemp("past") / "archive.db")
    edited = room.article("Kabinet wankelt", "De haven zwijgt.", when="2026-11-20T08:00")
    variant = room.variant_of(edited)
    room.revise(variant, "Kabinet valt", "De haven zwijgt.", when="2026-11-20T10:00", kind="minor")
    room.revise(
        variant, "Kabinet gevallen", "De haven juicht.", when="2026-11-22T09:00", kind="substantial"
    )
    completed = room.article("Sluis open", "Kort over de haven.", when="2026-11-21T08:00")
    room.revise(
        room.variant_of(completed), "Sluis open", "Lang verhaal over de haven.", when="2026-11-21T08:05", kind="page"
    )  # fmt: skip
    room.article("Haven vol", "Boten.", when="2026-11-23T08:00")
    row = room.db.execute(
        "SELECT id, effective_at FROM articles ORDER BY id DESC LIMIT 1"
    ).fetchone()
    other = room.variant(*row)
    room.see(other, "Haven propvol", "Boten.", when="2026-11-23T09:00")
    room.revise(other, "Haven propvol", "Boten.", when="2026-11-23T09:00", kind="new")
    room.close()
    with Archive.open(str(room.path)) as archive:
        yield archive


def titles(news: Archive, query: str, *, as_of: str | None = None, **options: object) -> list[str]:
    instant = None if as_of is None else datetime.fromisoformat(as_of).replace(tzinfo=UTC)
    found = news.search(query, as_of=instant, now=NOW, **options)  # type: ignore[arg-type]  # by name
    return ["".join(text for text, _ in hit.title.parts) for hit in found.hits]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-11-19", []),
        ("2026-11-20T09:59:59", ["Kabinet wankelt"]),
        ("2026-11-20T10:00", ["Kabinet valt"]),
        ("2026-11-22T08:59", ["Sluis open", "Kabinet valt"]),
        ("2026-11-22T09:00", ["Sluis open", "Kabinet gevallen"]),
    ],
)
def test_the_archive_is_searched_as_it_stood(
    news: Archive, as_of: str, expected: list[str]
) -> None:
    assert titles(news, "kabinet OR sluis", as_of=as_of) == expected


def test_words_that_were_not_there_yet_find_nothing_and_the_instant_is_named(news: Archive) -> None:
    found = news.search("juicht", as_of=datetime(2026, 11, 21, 9, tzinfo=UTC))
    assert found.hits == () and found.n_total == 0
    assert "as it stood at 2026-11-21T09:00:00Z" in found.notes[-1]


def test_in_the_instant_of_an_edit_the_new_text_stands_alone(news: Archive) -> None:
    assert titles(news, "valt", as_of="2026-11-20T10:00") == ["Kabinet valt"]
    assert titles(news, "wankelt", as_of="2026-11-20T10:00") == []
    assert titles(news, "valt", as_of="2026-11-20T09:59:59") == []


def test_a_hit_of_the_past_says_which_revision_it_is_and_when_it_ended(news: Archive) -> None:
    (hit,) = news.search("wankelt", as_of=datetime(2026, 11, 20, 9, tzinfo=UTC)).hits
    assert (hit.revision, hit.superseded_at) == (1, datetime(2026, 11, 20, 10, tzinfo=UTC))
    (hit,) = news.search("gevallen", revisions=True).hits
    assert (hit.revision, hit.superseded_at) == (3, None)


def test_revisions_find_what_an_edit_replaced_and_not_what_a_page_completed(news: Archive) -> None:
    assert titles(news, "kabinet") == ["Kabinet gevallen"]
    assert titles(news, "kabinet", revisions=True) == [
        "Kabinet gevallen", "Kabinet valt", "Kabinet wankelt"
    ]  # fmt: skip
    assert titles(news, "sluis", revisions=True) == ["Sluis open"]
    assert news.search("kabinet", revisions=True).n_total == 3


def test_all_kinds_of_revisions_find_what_a_page_completed_too(news: Archive) -> None:
    both = news.search("sluis", revisions=True, all_kinds=True).hits
    assert [(hit.revision, hit.superseded_at is None) for hit in both] == [(2, True), (1, False)]
    assert titles(news, "kabinet", revisions=True, all_kinds=True) == titles(
        news, "kabinet", revisions=True
    )
    token = news.search("", limit=1, revisions=True, all_kinds=True).next_page
    with pytest.raises(UsageError):
        news.search("", limit=1, page=token, revisions=True)


QUERY = st.sampled_from(
    ["haven", "kabinet", "", "haven -kabinet", "title:haven OR sluis", "lang:nl"]
)


@CHECK
@given(QUERY, st.sampled_from(find.SORTS))
def test_as_of_now_is_the_plain_search(news: Archive, query: str, sort: find.Sort) -> None:
    plain = news.search(query, sort=sort, now=NOW)
    then = news.search(query, sort=sort, now=NOW, as_of=NOW)
    assert then.hits == plain.hits and then.n_total == plain.n_total


@CHECK
@given(
    QUERY,
    st.sampled_from(find.SORTS),
    st.integers(1, 3),
    st.sampled_from(["now", "past", "history"]),
)
def test_pages_of_every_time_put_together_are_the_whole(
    news: Archive, query: str, sort: find.Sort, limit: int, time: str
) -> None:
    as_of = datetime(2026, 11, 21, 9, tzinfo=UTC) if time == "past" else None

    def ask(limit: int, page: str | None) -> Found:
        return news.search(
            query, sort=sort, limit=limit, page=page, as_of=as_of, revisions=time == "history", now=NOW
        )  # fmt: skip

    whole = ask(100, None)
    pages, token = [], None
    for _ in range(len(whole.hits) + 1):
        found = ask(limit, token)
        assert found.n_total == whole.n_total == len(whole.hits)
        pages += found.hits
        token = found.next_page
        if token is None:
            break
    assert pages == list(whole.hits)


def test_a_page_of_another_time_is_refused(news: Archive) -> None:
    token = news.search("", limit=1).next_page
    with pytest.raises(UsageError, match="start again"):
        news.search("", limit=1, page=token, revisions=True)
    with pytest.raises(UsageError, match="start again"):
        news.search("", limit=1, page=token, as_of=NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24", "2026-11-24T22:59:59.999999"),
        ("2026-10", "2026-10-31T22:59:59.999999"),
        ("2025-12", "2025-12-31T22:59:59.999999"),
        ("2024", "2024-12-31T22:59:59.999999"),
        ("2026-11-24T08:00", "2026-11-24T07:00:00"),
        ("2026-11-24T08:00Z", "2026-11-24T08:00:00"),
        ("2d", "2026-11-28T00:00:00"),
        ("2026-11-30", "2026-11-30T00:00:00"),  # not over yet: now
        ("9999", "2026-11-30T00:00:00"),
        ("9999-12-31", "2026-11-30T00:00:00"),
    ],
)
def test_the_end_of_a_day_a_month_a_year(text: str, expected: str) -> None:
    assert AMSTERDAM is not None
    found = end_of(text, now=NOW, timezone=AMSTERDAM)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@CHECK
@given(st.text(max_size=12) | st.from_regex(r"[0-9]{4}(-[0-9]{1,2}){0,2}", fullmatch=True))
def test_any_text_has_an_end_before_now_or_none(text: str) -> None:
    found = end_of(text, now=NOW, timezone=UTC)
    assert found is None or found <= NOW
