from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from archive.model.kept import PublicationKind, PublishedEntry
from archive.store.published import entries, run_of_entries
from archive.store.schema import articles, publications
from archive.store.settle import SettlePolicy, settle
from tests.archive.building import Building, at, in_memory

DEFAULT = SettlePolicy()


@pytest.fixture
def building() -> Iterator[Building]:
    engine = in_memory()
    with engine.begin() as connection:
        yield Building(connection)
    engine.dispose()


def settled(building: Building, minute: float, policy: SettlePolicy = DEFAULT) -> list[str]:
    """Settle at `minute` and return the kinds of what was published, in order."""
    seqs = settle(building.connection, now=at(minute), policy=policy)
    rows = building.connection.execute(
        sa.select(publications.c.seq, publications.c.kind).order_by(publications.c.seq)
    )
    return [row.kind for row in rows if row.seq in seqs]


def issued(building: Building) -> list[int]:
    query = sa.select(publications.c.updated_at).order_by(publications.c.seq)
    return list(building.connection.scalars(query))


def only(building: Building) -> PublishedEntry:
    (entry,) = entries(building.connection)
    return entry


def test_an_article_goes_out_once_and_then_has_nothing_to_say(building: Building) -> None:
    joop = building.feed("joop")
    article = building.article(joop, title="Nieuws", minute=0)
    assert settled(building, 1) == ["new"]
    assert only(building).updated_at == at(1)
    building.touch(article)
    assert settled(building, 2) == []
    assert settled(building, 3) == []


def test_an_article_waits_for_its_page_and_no_longer_than_settle_s(building: Building) -> None:
    joop = building.feed("joop")
    building.article(joop, minute=0, settle_s=100 * 60)
    assert settled(building, 9) == []
    assert settled(building, 10) == ["new"]


def test_an_edit_waits_until_its_own_settle_at(building: Building) -> None:
    joop = building.feed("joop")
    article = building.article(joop, minute=0)
    settled(building, 1)
    building.revise(article, kind="substantial", text="Anders.", minute=60)
    building._set(articles, article, settle_at=articles.c.settle_at + 70 * 60 * 1_000_000)
    assert settled(building, 65) == []
    assert settled(building, 70) == ["edited"]


def test_a_substantial_edit_moves_updated(building: Building) -> None:
    joop = building.feed("joop")
    article = building.article(joop)
    settled(building, 1)
    building.revise(article, kind="substantial", text="Heel anders.", minute=5)
    assert settled(building, 6) == ["edited"]
    assert only(building).updated_at == at(6)
    assert only(building).revision.text == "Heel anders."


def test_a_minor_edit_goes_out_quietly_under_the_old_updated(building: Building) -> None:
    joop = building.feed("joop")
    article = building.article(joop)
    settled(building, 1)
    building.revise(article, kind="minor", text="Een tekst!", minute=5)
    assert settled(building, 6) == ["edited"]
    assert only(building).updated_at == at(1)
    assert only(building).revision.text == "Een tekst!"


@pytest.mark.parametrize(
    ("updated", "kind", "minute"),
    [
        ("every", "minor", 6),
        ("every", "substantial", 6),
        ("substantial", "page", 1),
        ("new", "substantial", 1),
        ("new", "minor", 1),
    ],
)
def test_the_policy_says_which_edits_move_updated(
    building: Building, updated: str, kind: str, minute: int
) -> None:
    policy = SettlePolicy(updated=updated)
    article = building.article(building.feed("joop"))
    settled(building, 1, policy)
    building.revise(article, kind=kind, text="Anders.", minute=5)
    settled(building, 6, policy)
    assert only(building).updated_at == at(minute)


def test_reading_old_bodies_anew_publishes_nothing(building: Building) -> None:
    article = building.article(building.feed("joop"))
    settled(building, 1)
    building.revise(article, kind="reparse", text="Beter gelezen.", minute=5)
    assert settled(building, 6) == []


def test_every_instance_is_issued_later_than_the_one_before(building: Building) -> None:
    article = building.article(building.feed("joop"), minute=-10)
    settled(building, 1)
    for n in range(4):
        building.revise(article, kind="substantial", text=f"Versie {n}.", minute=1)
        settled(building, 1 - n)  # a clock that stands, then runs backwards
    times = issued(building)
    assert len(times) == 5
    assert all(later - earlier >= 1_000_000 for earlier, later in pairwise(times))
    assert only(building).updated_at == at(1) + timedelta(seconds=4)


def test_backlog_carries_its_own_date_as_updated(building: Building) -> None:
    old = datetime.fromisoformat("2026-10-01T06:00:00+00:00")
    building.article(building.feed("joop"), is_backlog=True, published_at=old)
    assert settled(building, 1) == ["backlog"]
    assert only(building).updated_at == old


def test_updated_is_never_before_published(building: Building) -> None:
    building.article(building.feed("joop"), published_at=at(90))
    settled(building, 1)
    assert only(building).updated_at == at(90)


def test_the_newest_has_the_highest_seq_and_backlog_the_lowest(building: Building) -> None:
    joop = building.feed("joop")
    building.article(joop, title="tweede", minute=2)
    building.article(joop, title="eerste", minute=1)
    building.article(joop, title="oud", minute=3, is_backlog=True)
    settled(building, 5)
    found = [entry.revision.title for entry in entries(building.connection)]
    assert found == ["tweede", "eerste", "oud"]


def test_a_merged_article_leaves_a_tombstone_with_its_survivor(building: Building) -> None:
    joop, nos = building.feed("joop"), building.feed("nos")
    a = building.article(joop, title="Blijft", minute=0)
    b = building.article(nos, title="Gaat", minute=1)
    c = building.article(nos, title="Gaat ook", minute=2)
    settled(building, 3)
    building.merge(c, b)
    building.merge(b, a)
    assert settled(building, 4).count("merged") == 2
    by_id = {entry.article_id: entry for entry in entries(building.connection)}
    survivor = next(entry for entry in by_id.values() if entry.tombstone is None)
    assert survivor.revision.title == "Blijft"
    stones = [entry for entry in by_id.values() if entry.tombstone is not None]
    assert [stone.tombstone for stone in stones] == [survivor.article_id] * 2
    assert all(stone.revision.url == survivor.revision.url for stone in stones)
    assert all(stone.updated_at > at(3) for stone in stones)


def test_an_article_that_never_went_out_is_merged_in_silence(building: Building) -> None:
    joop = building.feed("joop")
    a, b = building.article(joop, minute=0), building.article(joop, minute=1)
    building.merge(b, a)
    assert settled(building, 2) == ["new"]


def test_a_merge_taken_back_restores_the_id_later_than_its_tombstone(building: Building) -> None:
    joop = building.feed("joop")
    a, b = building.article(joop, minute=0), building.article(joop, minute=1)
    settled(building, 2)
    building.merge(b, a)
    settled(building, 3)
    (stone,) = [e for e in entries(building.connection) if e.tombstone is not None]
    building.unmerge(b)
    assert settled(building, 3) == ["restored"]
    (back,) = [e for e in entries(building.connection) if e.kind is PublicationKind.RESTORED]
    assert back.article_id == stone.article_id
    assert back.updated_at > stone.updated_at


def test_a_feed_that_does_not_publish_is_in_nothing(building: Building) -> None:
    canary = "https://secret.example/?token=CANARY"
    private = building.feed("private", publishes=False, is_private=True)
    joop = building.feed("joop")
    building.article(private, audience="private", url=canary, text="CANARY")
    shared = building.article(joop, minute=1)
    building.telling(shared, private, audience="private", url=canary, text="CANARY " * 99)
    assert settled(building, 2) == ["new"]
    written = building.connection.scalars(sa.select(publications.c.entry)).all()
    assert "CANARY" not in "".join(written)
    assert "secret" not in repr(entries(building.connection))


def test_a_private_feed_may_be_published_but_not_beside_a_hidden_one(building: Building) -> None:
    shown = building.feed("shown", publishes=True, is_private=True)
    hidden = building.feed("hidden", publishes=False, is_private=True)
    building.article(shown, audience="private", title="Mag")
    both = building.article(shown, audience="private", title="Mag niet")
    variant = building.connection.scalar(
        sa.select(articles.c.primary_variant_id).where(articles.c.id == both)
    )
    assert variant is not None
    building.sighting(variant, hidden, url="https://hidden.example/1")
    assert settled(building, 1) == ["new"]
    assert only(building).revision.title == "Mag"


def test_an_article_whose_feed_stops_publishing_is_taken_back(building: Building) -> None:
    from archive.store.schema import feeds

    joop = building.feed("joop")
    article = building.article(joop, title="Was er")
    settled(building, 1)
    building._set(feeds, joop, publishes=False)
    building.touch(article)
    assert settled(building, 2) == ["removed"]
    gone = only(building)
    assert gone.tombstone == ""
    assert gone.revision.title == ""
    building.touch(article)
    assert settled(building, 3) == []


def test_the_face_is_the_fullest_public_telling_when_none_was_chosen(building: Building) -> None:
    joop, nos = building.feed("joop"), building.feed("nos")
    article = building.article(joop, text="Kort.")
    building.telling(article, nos, text="Een veel langer verhaal over hetzelfde.")
    building._set(articles, article, primary_variant_id=None)
    settled(building, 1)
    assert only(building).origin_name == "nos"


def test_further_places_are_named_and_say_nothing_new(building: Building) -> None:
    joop, nos = building.feed("joop"), building.feed("nos")
    article = building.article(joop)
    building.telling(article, nos, minute=1, url="https://nos.example/1")
    settled(building, 2)
    assert only(building).via_urls == ("https://nos.example/1",)
    assert only(building).origin_title == "De Joop"
    building.telling(article, building.feed("trouw"), minute=3, url="https://trouw.example/1")
    assert settled(building, 4) == []


def test_a_query_keeps_articles_out_of_the_feed(building: Building) -> None:
    joop = building.feed("joop")
    building.article(joop, title="in")
    building.article(joop, title="uit")
    policy = SettlePolicy(accepts=lambda ids, first_at, last_at: ids[:1])
    assert settled(building, 1, policy) == ["new"]
    assert only(building).revision.title == "in"


def test_entries_come_back_as_they_were_stated(building: Building) -> None:
    building.article(
        building.feed("joop"),
        html="<p>Een <em>tekst</em>.</p>",
        canonical_url="https://site.example/canon",
        language="nl",
        section="Actueel",
        authors=[{"name": "Marit Vos", "url": "https://site.example/marit"}],
        tags=["stikstof", "kabinet"],
        enclosures=[{"url": "https://site.example/a.mp3", "type": "audio/mpeg"}],
        description="Kort gezegd.",
    )
    settled(building, 1)
    revision = only(building).revision
    assert revision.html == "<p>Een <em>tekst</em>.</p>"
    assert revision.authors[0].name == "Marit Vos"
    assert revision.tags == ("stikstof", "kabinet")
    assert revision.enclosures[0].type == "audio/mpeg"
    assert (revision.section, revision.language) == ("Actueel", "nl")
    assert revision.description == "Kort gezegd."


def test_a_run_holds_every_instance_in_order(building: Building) -> None:
    article = building.article(building.feed("joop"))
    settled(building, 1)
    building.revise(article, kind="substantial", text="Anders.", minute=2)
    settled(building, 3)
    run = run_of_entries(building.connection, first_seq=1, last_seq=2)
    assert [entry.kind for entry in run] == [PublicationKind.NEW, PublicationKind.EDITED]
    assert [entry.revision.text for entry in run] == ["Een tekst.", "Anders."]


def test_a_large_import_does_not_push_the_news_out(building: Building) -> None:
    joop = building.feed("joop")
    building.article(joop, title="nieuws")
    settled(building, 1)
    for n in range(12):
        building.article(joop, title=f"oud {n}", is_backlog=True)
    settled(building, 2)
    found = [entry.revision.title for entry in entries(building.connection, limit=5)]
    assert len(found) == 6
    assert found[-1] == "nieuws"
