from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.site import SiteRules
from archive.model.stated import Precision
from ingest.page import parse_article
from tests.ingest.page.pages import ADDRESS, page, read
from tests.ingest.page.test_metadata import linked, meta


def test_an_instant_keeps_the_day_of_the_place_it_was_written_in() -> None:
    found = read(page(head=linked(datePublished="2026-05-08T21:24:10-05:00")))
    assert found.published_at == datetime(2026, 5, 9, 2, 24, 10, tzinfo=UTC)
    assert found.published_at is not None
    assert found.published_at.date().isoformat() == "2026-05-08"


@pytest.mark.parametrize(
    ("line", "offset_h"),
    [
        ("May 8, 2026, 9:25 pm", -5),
        ("May 9, 2026, 11:25", 9),
        ("May 9, 2026, 02:25", 0),
        ("May 8, 2026, 9:17 pm", 0),  # eight minutes past a zone: some other clock
        ("May 8, 2026", 0),
    ],
)
def test_a_clock_shown_beside_an_instant_in_utc_tells_the_place(line: str, offset_h: int) -> None:
    found = read(page(line, lang="en", head=linked(datePublished="2026-05-09T02:25:54Z")))
    assert found.published_at == datetime(2026, 5, 9, 2, 25, 54, tzinfo=UTC)
    assert found.published_at is not None
    assert found.published_at.utcoffset() == timedelta(hours=offset_h)


def test_a_site_s_timezone_is_the_place() -> None:
    html = page(head=linked(datePublished="2026-05-08T23:00:00Z"))
    found = read(html, ADDRESS, SiteRules(timezone="Asia/Tokyo"))
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2026-05-09T08:00:00+09:00"


def test_a_day_has_no_place() -> None:
    head = linked(datePublished="2026-05-08", dateModified="2026-05-10T08:00:00-05:00")
    found = read(page(head=head))
    assert found.published_at == datetime(2026, 5, 8, tzinfo=UTC)
    assert found.published_at is not None
    assert found.published_at.utcoffset() == timedelta(0)
    assert found.published_precision is Precision.DAY


@pytest.mark.parametrize(
    ("published", "modified", "is_believed"),
    [
        ("2026-06-20T09:00:00Z", "2026-06-20T10:00:00Z", True),  # our clock is a month behind
        ("2026-06-20T09:00:00Z", "2026-05-20T10:00:00Z", False),  # set ahead by a person
        ("2026-06-20T09:00:00Z", "2026-06-20", False),  # no clock has stamped this
        ("9999-12-30T00:00:00Z", "9999-12-31T00:00:00Z", False),
        ("2026-05-21T09:00:00+02:00", "", True),  # within a day of the fetch
    ],
)
def test_a_date_ahead_of_our_clock_is_believed_where_the_page_was_changed_after_it(
    published: str, modified: str, is_believed: bool
) -> None:
    head = linked(datePublished=published) + meta("article:modified_time", modified)
    assert (read(page(head=head)).published_at is not None) is is_believed


def test_a_date_that_does_not_say_which_gives_way_to_the_visible_one() -> None:
    html = page("18 mei 2026, 09:30", head=meta("date", "2026-05-19T08:00:00+02:00"))
    assert read(html).published_at == datetime(2026, 5, 18, 7, 30, tzinfo=UTC)
    html = page(head=meta("date", "2026-05-19T08:00:00+02:00"))
    assert read(html).published_at == datetime(2026, 5, 19, 6, 0, tzinfo=UTC)


def test_the_address_of_a_copy_dates_its_original() -> None:
    found = read(
        page(), "https://kopie.example/web/2024/https://kustkrant.example/2014/05/18/brug/"
    )
    assert found.published_at == datetime(2014, 5, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("fr", "Article mis à jour le 18 mai 2026."),
        ("nl", "Artikel bijgewerkt op 18 mei 2026"),
        ("de", "Artikel zuletzt aktualisiert am 18. Mai 2026"),
    ],
)
def test_a_piece_that_was_updated_was_not_published_then(lang: str, line: str) -> None:
    found = read(page(line, lang=lang))
    assert found.published_at is None or found.provenance["published_at"] == "inferred"
    assert found.modified_at == datetime(2026, 5, 18, tzinfo=UTC)


def test_every_claim_keeps_its_words_whatever_was_chosen() -> None:
    head = linked(datePublished="2026-05-18T07:30:00Z") + meta("date", "19 mei 2026")
    claims = {(c.source, c.stated) for c in read(page("gisteren", head=head)).claims}
    assert {("json-ld", "2026-05-18T07:30:00Z"), ("meta", "19 mei 2026")} <= claims
    assert ("visible", "gisteren") in claims


@given(
    st.integers(800_000_000, 3_800_000_000),  # 1995 to 2090
    st.integers(-48, 56),
    st.sampled_from(
        [("nl", "Vandaag", 0), ("nl", "Eergisteren", 2), ("de", "Gestern", 1), ("fr", "hier", 1)]
    ),
)
@settings(derandomize=True, max_examples=80, deadline=None)
def test_a_day_in_words_is_the_reader_s_day_for_any_clock_and_zone(
    clock: int, quarters: int, words: tuple[str, str, int]
) -> None:
    language, word, days = words
    now = datetime.fromtimestamp(clock, timezone(timedelta(minutes=15 * quarters)))
    html = page(f"{word} · 12 min", lang=language).encode()
    found = parse_article(html, ADDRESS, fetched_at=now)
    day = (now - timedelta(days=days)).date()
    assert found.published_at == datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert found.published_precision is Precision.DAY


@given(st.integers(1, 23), st.integers(-48, 56))
@settings(derandomize=True, max_examples=40, deadline=None)
def test_hours_ago_are_the_same_instant_in_every_zone(hours: int, quarters: int) -> None:
    now = datetime(2026, 5, 20, 14, 40, tzinfo=UTC)
    local = now.astimezone(timezone(timedelta(minutes=15 * quarters)))
    html = page(f"{hours} uur geleden").encode()
    found = parse_article(html, ADDRESS, fetched_at=local)
    assert found.published_at == now - timedelta(hours=hours)
