"""What the matches of a query are made of, and when they were."""

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from archive.front import Archive
from archive.search import find
from archive.search.facets import FACETS, domain_of
from tests.archive.store.archives import Newsroom


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = Newsroom(tmp_path / "archive.db")
    room.feed("nos")
    return room


def archive_of(room: Newsroom) -> Archive:
    room.close()
    return Archive.open(str(room.path))


def test_an_article_counts_once_for_each_feed_that_showed_it(room: Newsroom) -> None:
    variant = room.variant_of(room.article("Storm", "golven"))
    for when in ("2026-11-24T09:00", "2026-11-24T10:00"):
        room.see(variant, "Storm", when, when=when, feed="nos", guid=when)
    room.revise(
        variant, "Storm", "hoge golven", when="2026-11-24T11:00"
    )  # indexed with all its feeds
    with archive_of(room) as archive:
        counted = archive.facets("storm", FACETS)
    assert dict(counted.counts["feed"]) == {"joop": 1, "nos": 1}
    assert counted.n_articles == 1 and not counted.is_bounded


def test_two_tellings_of_an_article_are_one_in_every_facet(room: Newsroom) -> None:
    first = room.article("Storm op zee", "golven", section="Zee")
    row = room.db.execute(
        "SELECT id, effective_at FROM articles WHERE public_id = ?", (first,)
    ).fetchone()
    other = room.variant(*row)
    room.see(other, "Storm!", "golven", when="2026-11-24T09:00", feed="nos")
    room.revise(other, "Storm!", "golven", when="2026-11-24T09:00", kind="new", section="Zee")
    with archive_of(room) as archive:
        counted = archive.facets("storm", FACETS)
    assert counted.n_articles == 1
    assert [sum(n for _, n in values) for name, values in counted.counts.items() if name != "feed"] == [
        1, 1, 1, 1, 0, 1
    ]  # fmt: skip
    assert dict(counted.counts["feed"]) == {"joop": 1, "nos": 1}


def test_beyond_its_bound_it_counts_the_newest_and_says_so(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "MAX_COUNTED", 2)
    for day in (1, 2, 3):
        room.article(f"Storm {day}", when=f"202{day}-11-01")
    with archive_of(room) as archive:
        counted = archive.facets("storm", ["year"])
        assert counted.counts["year"] == (("2022", 1), ("2023", 1))
        assert counted.is_bounded
        assert sum(n for _, n in archive.timeline("storm")[1]) == 3


def test_months_and_days_are_those_of_the_zone(room: Newsroom) -> None:
    room.article("Storm", when="2026-11-30T23:30")
    room.article("Storm", when="2026-11-30T22:30")
    with archive_of(room) as archive:
        zone = ZoneInfo("Europe/Amsterdam")
        counted = archive.facets("storm", ["month"], timezone=zone)
        assert counted.counts["month"] == (("2026-11", 1), ("2026-12", 1))
        assert archive.timeline("storm", timezone=zone)[1] == (("2026-11-30", 1), ("2026-12-01", 1))
        assert archive.timeline("storm", timezone=UTC)[1] == (("2026-11-30", 2),)
        half_hours = ZoneInfo("Asia/Kathmandu")  # +05:45
        assert archive.timeline("storm", timezone=half_hours)[1] == (("2026-12-01", 2),)


def test_nothing_found_has_no_facets_and_no_days(room: Newsroom) -> None:
    with archive_of(room) as archive:
        assert archive.facets("storm", FACETS).counts == dict.fromkeys(FACETS, ())
        assert archive.timeline("storm") == ("day", ())


def test_one_section_in_two_spellings_is_one_as_the_newest_spells_it(room: Newsroom) -> None:
    room.article("Storm", when="2026-11-20", section="Binnenland - Nu")
    room.article("Storm", when="2026-11-21", section="binnenland nu")
    room.article("Storm", when="2026-11-22", section="Économie", language="fr-BE", tags=("zee",))
    room.article("Storm", when="2026-11-22", language=None)
    with archive_of(room) as archive:
        counted = archive.facets("storm", ("section", "lang"))
    assert counted.counts["section"] == (("binnenland nu", 2), ("Économie", 1))
    assert counted.counts["lang"] == (("nl", 2), ("fr", 1))


def test_a_second_telling_adds_the_feed_that_only_it_was_seen_in(room: Newsroom) -> None:
    first = room.article("Storm op zee")
    row = room.db.execute(
        "SELECT id, effective_at FROM articles WHERE public_id = ?", (first,)
    ).fetchone()
    for feed in ("nos", "nos", "joop"):
        other = room.variant(*row)
        room.see(other, "Storm!", "", when="2026-11-24T09:00", feed=feed)
        room.revise(other, "Storm!", "", when="2026-11-24T09:00", kind="new")
    with archive_of(room) as archive:
        counted = archive.facets("storm", ["feed"])
    assert dict(counted.counts["feed"]) == {"joop": 1, "nos": 1}


def test_the_domain_of_what_is_no_address_is_empty() -> None:
    assert [domain_of(url) for url in (None, "", "mailto:x", "https://[x", "https://WWW.A.example/b")] == [
        "", "", "", "", "a.example"
    ]  # fmt: skip
