from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.errors import NotFound, UsageError
from archive.front import Archive
from archive.model.hand import HandChange
from archive.model.outcome import Exchange, PageOutcome, PageRead
from archive.model.stated import ArticlePage, Counter, CounterKind
from archive.store import Store
from tests.archive.store.depositing import (
    STEADY_PLAN,
    Paper,
    at,
    deposit_page,
    open_store,
    page_job,
)
from tests.archive.store.handmade import face_of, ids_of
from tests.archive.store.looking import (
    BRIDGE,
    ELECTION,
    FROST,
    LIBRARY,
    articles,
    ask,
    count,
    one,
    revisions,
    story,
    troubles,
)

WHO = "marit"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        yield store


def item(guid: str, text: str, title: str | None = None, **more: object) -> dict[str, object]:
    return {"guid": guid, "title": title or f"Kop van {guid}", "text": story(text), **more}


def merge(store: Store, a: str, b: str, minute: float = 60, **more: Any) -> HandChange:
    return store.merge(a, b, who=WHO, why="hetzelfde", now=at(minute), **more)


def split(store: Store, article: str, what: str, minute: float = 60, **more: Any) -> HandChange:
    return store.split(article, what, who=WHO, why="iets anders", now=at(minute), **more)


def relate(
    store: Store, a: str, b: str, *, is_related: bool = True, minute: float = 60
) -> HandChange:
    return store.relate(a, b, is_related=is_related, who=WHO, why=None, now=at(minute))


def two_stories(store: Store) -> tuple[Paper, Paper]:
    """Two papers with a story each that no rule joins; the bridge's was seen first, and both went out.

    The second one's entries have no address, so that nothing but words tells what they are of.
    """
    krant, omroep = Paper(store, "krant"), Paper(store, "omroep")
    krant.poll(item("brug", BRIDGE), now=at(0))
    omroep.poll(item("vorst", FROST, url=None), now=at(5))
    store.settle(now=at(6))
    return krant, omroep


def one_story(store: Store) -> tuple[Paper, Paper]:
    """One story in two papers, joined by a rule; it went out as the first paper has it."""
    krant, omroep = Paper(store, "krant"), Paper(store, "omroep")
    krant.poll(item("brug", BRIDGE, "Brug gaat dicht"), now=at(0))
    omroep.poll(item("dicht", BRIDGE, "Brug gaat dicht"), now=at(5))
    store.settle(now=at(6))
    assert articles(store) == {frozenset({"brug", "dicht"})}
    return krant, omroep


# -- merge -----------------------------------------------------------------------------------


def test_two_articles_become_the_older_one_and_the_other_id_leads_to_it(store: Store) -> None:
    two_stories(store)
    older, newer = ids_of(store, "brug", "vorst")
    done = merge(store, newer, older[:8])
    assert (done.kept.id, done.other.id) == (older, newer)
    assert (done.n_sightings, done.n_variants, done.n_revisions) == (1, 1, 1)
    assert articles(store) == {frozenset({"brug", "vorst"})}
    with Archive.open(str(store.path)) as archive:
        assert archive.article(newer).id == older
        assert archive.article(older).merged_from == (newer,)
        assert archive.article(older).n_variants == 2
        assert [hit.id for hit in archive.search("sproeiers", all_variants=True).hits] == [older]
    assert troubles(store) == []


def test_subscribers_are_told_to_drop_the_merged_one_and_nothing_else(store: Store) -> None:
    two_stories(store)
    older, newer = ids_of(store, "brug", "vorst")
    merge(store, older, newer)
    (seq,) = store.settle(now=at(61))
    told = ask(
        store,
        "SELECT kind, json_extract(entry, '$.tombstone') FROM publications WHERE seq = ?",
        seq,
    )
    assert told == [("merged", older)]
    assert store.settle(now=at(62)) == ()


def test_the_one_that_went_out_keeps_its_id_though_it_is_younger(store: Store) -> None:
    krant, omroep = Paper(store, "krant", page="always"), Paper(store, "omroep")
    krant.poll(item("brug", BRIDGE), now=at(0))
    omroep.poll(item("vorst", FROST), now=at(1))
    with store.writing() as connection:  # its page is still awaited
        connection.exec_driver_sql(
            "UPDATE articles SET settle_at = settle_at + 600000000, first_seen_at = first_seen_at + 1"
            " WHERE id = 1"
        )
        connection.exec_driver_sql("UPDATE articles SET is_dirty = 0 WHERE id = 1")
    store.settle(now=at(2))
    waits, out = ids_of(store, "brug", "vorst")
    assert one(store, "SELECT count(*) FROM publications") == 1
    assert merge(store, waits, out).kept.id == out


def test_merging_again_changes_nothing(store: Store) -> None:
    two_stories(store)
    a, b = ids_of(store, "brug", "vorst")
    merge(store, a, b)
    before = face_of(store), count(store, "hand_links"), count(store, "undo_log")
    assert not merge(store, b, a, 70).is_changed
    assert (face_of(store), count(store, "hand_links"), count(store, "undo_log")) == before


def test_a_trial_counts_what_the_real_command_does_and_changes_nothing(store: Store) -> None:
    one_story(store)
    (a,) = ids_of(store, "brug")
    before = face_of(store)
    told = split(store, a, "omroep", dry_run=True)
    assert face_of(store) == before and count(store, "undo_log") == 0
    assert split(store, a, "omroep") == told
    b = told.other.id
    before = face_of(store)
    told = merge(store, a, b, dry_run=True)
    assert face_of(store) == before
    assert merge(store, a, b) == told


def test_what_was_merged_stays_so_when_the_same_is_polled_again(store: Store) -> None:
    krant, omroep = two_stories(store)
    merge(store, *ids_of(store, "brug", "vorst"))
    before = articles(store)
    krant.poll(item("brug", BRIDGE), now=at(70))
    omroep.poll(item("vorst", FROST, url=None), now=at(70))
    assert articles(store) == before and count(store, "articles") == 2
    assert troubles(store) == []


def test_a_merged_sighting_that_states_another_story_stays(store: Store) -> None:
    _, omroep = two_stories(store)
    merge(store, *ids_of(store, "brug", "vorst"))
    deposited = omroep.poll(
        item("vorst", ELECTION, "Bakkerslijst wint in bergdorp", url=None), now=at(3000)
    )
    assert deposited.n_new == 0 and deposited.n_revised == 1
    assert articles(store) == {frozenset({"brug", "vorst"})}
    assert one(store, "SELECT count(*) FROM sightings") == 2
    assert troubles(store) == []


def test_of_two_tellings_of_one_paper_each_keeps_what_is_stated_of_it(store: Store) -> None:
    krant = Paper(store, "krant")
    first, second = item("brug", BRIDGE), item("vorst", FROST, url=None)
    krant.poll(second, first, now=at(0))
    merge(store, *ids_of(store, "brug", "vorst"))
    krant.poll(first, item("vorst", BRIDGE, "Draaibrug negen weken dicht", url=None), now=at(3000))
    assert count(store, "sightings") == 2
    sql = """SELECT s.guid, r.number FROM sightings s JOIN variants v ON v.id = s.variant_id
        JOIN revisions r ON r.id = v.revision_id ORDER BY 1"""
    assert ask(store, sql) == [("brug", 1), ("vorst", 2)]
    assert troubles(store) == []


def test_what_was_set_apart_stays_so_though_it_states_the_other_story(store: Store) -> None:
    krant = Paper(store, "krant")
    krant.poll(
        item("vorst", FROST, "Telers sproeien nachtenlang", url=None),
        item("brug", BRIDGE),
        now=at(0),
    )
    a, b = ids_of(store, "brug", "vorst")
    merge(store, a, b)
    sighting = one(store, "SELECT id FROM sightings WHERE guid = 'vorst'")
    split(store, a, f"s{sighting}", 61)
    krant.poll(item("vorst", BRIDGE, "Kop van brug", url=None), now=at(3000))
    assert frozenset({"brug"}) in articles(store)
    assert troubles(store) == []


def test_without_a_decision_such_a_statement_begins_an_article(store: Store) -> None:
    omroep = Paper(store, "omroep")
    omroep.poll(item("vorst", FROST, url=None), now=at(0))
    omroep.poll(item("vorst", ELECTION, "Bakkerslijst wint in bergdorp", url=None), now=at(3000))
    assert len(articles(store)) == 1 and count(store, "articles") == 2


# -- split -----------------------------------------------------------------------------------


def test_what_a_feed_showed_becomes_an_article_with_its_telling(store: Store) -> None:
    one_story(store)
    (a,) = ids_of(store, "brug")
    done = split(store, a, "omroep")
    kept, new = ids_of(store, "brug", "dicht")
    assert (done.kept.id, done.other.id) == (kept, new) == (a, new)
    assert (done.n_sightings, done.n_variants, done.n_revisions, done.n_void) == (1, 1, 1, 0)
    assert articles(store) == {frozenset({"brug"}), frozenset({"dicht"})}
    (seq,) = store.settle(now=at(61))
    assert one(store, "SELECT kind FROM publications WHERE seq = ?", seq) == "new"
    assert troubles(store) == []


def test_its_id_is_that_of_an_archive_where_it_was_never_joined(
    store: Store, tmp_path: Path
) -> None:
    one_story(store)
    split(store, ids_of(store, "brug")[0], "omroep")
    (new,) = ids_of(store, "dicht")
    archive_id = store.archive_id()
    with open_store(tmp_path / "other.db") as other:
        with other.writing() as connection:
            connection.exec_driver_sql(
                "UPDATE meta SET value = ? WHERE key = 'archive_id'", (archive_id,)
            )
        Paper(other, "omroep").poll(item("dicht", FROST), now=at(0))
        assert ids_of(other, "dicht") == [new]


def test_the_side_that_went_out_keeps_the_id(store: Store) -> None:
    one_story(store)
    (a,) = ids_of(store, "brug")
    done = split(store, a, "krant")
    assert done.kept.id == a == ids_of(store, "brug")[0]
    assert ids_of(store, "dicht") == [done.other.id]


def test_splitting_what_was_merged_by_hand_gives_the_old_id_back(store: Store) -> None:
    two_stories(store)
    a, b = ids_of(store, "brug", "vorst")
    merge(store, a, b)
    store.settle(now=at(61))
    assert split(store, a, "omroep", 70).other.id == b
    assert ids_of(store, "brug", "vorst") == [a, b]
    (seq,) = store.settle(now=at(71))
    assert ask(store, "SELECT kind, article_id FROM publications WHERE seq = ?", seq) == [
        ("restored", 2)
    ]
    assert count(store, "articles") == 2 and troubles(store) == []


@pytest.mark.parametrize("minute", [70.0, 3000.0])
def test_what_was_split_stays_apart_whatever_is_polled(store: Store, minute: float) -> None:
    krant, omroep = one_story(store)
    split(store, ids_of(store, "brug")[0], "omroep")
    apart = articles(store)
    krant.poll(item("brug", BRIDGE, "Brug gaat dicht"), now=at(minute))
    omroep.poll(item("dicht", BRIDGE, "Brug gaat dicht"), now=at(minute))
    assert articles(store) == apart
    longer = BRIDGE + " De burgemeester noemt het een zware klap voor de winkeliers."
    omroep.poll(item("dicht", longer, "Brug bij Oudewater gaat dicht"), now=at(minute + 1))
    krant.poll(item("brug", longer, "Brug bij Oudewater gaat dicht"), now=at(minute + 2))
    assert articles(store) == apart
    assert troubles(store) == []


def test_a_new_guid_for_what_was_split_joins_its_own_side(store: Store) -> None:
    _, omroep = one_story(store)
    split(store, ids_of(store, "brug")[0], "omroep")
    omroep.poll(item("dicht-2", BRIDGE, "Brug gaat dicht"), now=at(70))
    assert articles(store) == {frozenset({"brug"}), frozenset({"dicht", "dicht-2"})}


def test_the_page_of_what_was_split_joins_nothing(store: Store) -> None:
    krant, omroep = Paper(store, "krant"), Paper(store, "omroep", page="always")
    krant.poll(item("brug", BRIDGE, "Brug gaat dicht"), now=at(0))
    omroep.poll(item("dicht", BRIDGE, "Brug gaat dicht"), now=at(5))
    split(store, ids_of(store, "brug")[0], "omroep")
    page = ArticlePage(title="Brug gaat dicht", text=story(BRIDGE))
    deposit_page(store, "https://omroep.example/artikel/dicht", page, at(61))
    assert articles(store) == {frozenset({"brug"}), frozenset({"dicht"})}
    with Archive.open(str(store.path)) as archive:
        assert archive.article(ids_of(store, "dicht")[0]).related == ()
    assert troubles(store) == []


def same_paper_twice(store: Store, *, page: str = "never") -> tuple[Paper, Paper]:
    """Two feeds of one paper tell one story; the second one fuller, so the telling is made from it. Not gone out."""
    sport = Paper(store, "voorpagina", url="https://krant.example/voorpagina", page=page)
    news = Paper(store, "nieuws", url="https://krant.example/nieuws", page=page)
    link = {"url": "https://krant.example/artikel/brug-bij-oudewater-dicht"}
    sport.poll(item("1", BRIDGE, "Brug gaat dicht", **link), now=at(0))
    news.poll(item("2", BRIDGE + FROST, "Brug bij Oudewater dicht", **link), now=at(5))
    assert articles(store) == {frozenset({"1", "2"})} and count(store, "variants") == 1
    assert [kind for kind, _ in revisions(store)] == ["new", "substantial"]
    return sport, news


def test_one_telling_is_parted_with_its_revisions(store: Store) -> None:
    same_paper_twice(store)
    (a,) = ids_of(store, "1")
    done = split(store, a, "nieuws")
    assert (done.n_sightings, done.n_variants, done.n_revisions, done.n_void) == (1, 1, 1, 1)
    with Archive.open(str(store.path)) as archive:
        kept, new = (archive.article(one) for one in ids_of(store, "1", "2"))
        assert (kept.face.title, kept.n_revisions) == ("Brug gaat dicht", 1)
        assert (new.face.title, new.face.kind, new.n_revisions) == (
            "Brug bij Oudewater dicht",
            "new",
            1,
        )
        assert [hit.id for hit in archive.search("Betuwe sproeiers").hits] == [new.id]
    assert troubles(store) == []


def test_a_telling_that_keeps_no_revision_is_derived_anew(store: Store) -> None:
    _, news = same_paper_twice(store)
    longer = BRIDGE + FROST + LIBRARY
    link = {"url": "https://krant.example/artikel/brug-bij-oudewater-dicht"}
    news.poll(item("2", longer, "Brug bij Oudewater dicht", **link), now=at(9))
    store.settle(now=at(10))
    (a,) = ids_of(store, "1")
    done = split(store, a, "voorpagina")  # the other side went out
    assert done.kept.id == a == ids_of(store, "2")[0]
    with Archive.open(str(store.path)) as archive:
        kept, new = (archive.article(one) for one in ids_of(store, "2", "1"))
        assert [r.kind for r in archive.revisions(kept.id)] == ["new", "substantial"]
        assert [r.title for r in archive.revisions(new.id)] == ["Brug gaat dicht"]
        assert archive.revisions(new.id)[0].first_seen_at == at(0)
    assert store.settle(now=at(62)) != ()
    assert troubles(store) == []


def test_a_page_goes_with_the_sighting_whose_link_was_fetched(store: Store) -> None:
    paper = Paper(store, "krant", page="always")
    paper.poll(item("1", BRIDGE, "Brug gaat dicht"), now=at(0))
    page = ArticlePage(
        title="Brug gaat dicht", text=story(BRIDGE + FROST),
        counters=(Counter(kind=CounterKind.VIEWS, value=9, stated="9 keer", source="page"),),
    )  # fmt: skip
    deposit_page(store, "https://krant.example/artikel/1", page, at(1))
    paper.poll(
        item("1", BRIDGE, "Brug gaat dicht"), item("2", BRIDGE, "Brug gaat dicht"), now=at(5)
    )
    assert articles(store) == {frozenset({"1", "2"})}
    (s1,), (s2,) = ask(store, "SELECT id FROM sightings ORDER BY guid")
    split(store, ids_of(store, "1")[0], f"s{s1}")
    sql = """SELECT s.guid, v.page_state, v.page_statement_id IS NOT NULL, count(o.id) FROM sightings s
        JOIN variants v ON v.id = s.variant_id LEFT JOIN observations o ON o.variant_id = v.id
        GROUP BY s.guid ORDER BY s.guid"""
    assert ask(store, sql)[0] == ("1", "read", 1, 1)
    assert ask(store, sql)[1][2:] == (0, 0) and s2
    assert troubles(store) == []


def test_a_page_that_is_fetched_during_a_split_goes_to_the_side_that_links_to_it(
    store: Store,
) -> None:
    front = Paper(store, "voorpagina", url="https://krant.example/voorpagina")
    news = Paper(store, "nieuws", url="https://krant.example/nieuws", page="always")
    url = "https://krant.example/artikel/2"
    front.poll(item("1", BRIDGE, "Brug gaat dicht", url="https://krant.example/1"), now=at(0))
    news.poll(item("2", BRIDGE, "Brug gaat dicht", url=url), now=at(5))
    assert articles(store) == {frozenset({"1", "2"})}
    job = page_job(store, url)
    split(store, ids_of(store, "1")[0], "nieuws")
    page = ArticlePage(title="Brug gaat dicht", text=story(BRIDGE + FROST))
    read = PageRead(page=page, body=b"x", body_digest=b"x" * 16)
    exchange = Exchange(requested_url=url, url=url, started_at=at(61), status=200)
    outcome = PageOutcome(job=job, exchange=exchange, result=read)
    store.deposit([outcome], now=at(61), plan=STEADY_PLAN)
    sql = """SELECT s.guid FROM statements t JOIN variants v ON v.id = t.variant_id
        JOIN sightings s ON s.variant_id = v.id WHERE t.source = 'page'"""
    assert one(store, sql) == "2"
    assert troubles(store) == []


def test_what_cannot_be_split_is_refused_with_the_cure(store: Store) -> None:
    one_story(store)
    (a,) = ids_of(store, "brug")
    with pytest.raises(UsageError, match="it is one of: krant, omroep, s1, s2"):
        split(store, a, "parool")
    two = Paper(store, "derde")
    two.poll(item("vorst", FROST), now=at(9))
    with pytest.raises(UsageError, match="nothing to split it from"):
        split(store, ids_of(store, "vorst")[0], "derde")
    with pytest.raises(NotFound):
        merge(store, a, "zzzz")


def test_both_sides_of_a_split_tell_of_it(store: Store) -> None:
    one_story(store)
    (a,) = ids_of(store, "brug")
    done = split(store, a, "omroep")
    sql = """SELECT a.public_id, o.public_id, e.why FROM dedup_events e JOIN sightings s ON s.id = e.sighting_id
        JOIN variants v ON v.id = s.variant_id JOIN articles a ON a.id = v.article_id
        JOIN variants c ON c.id = e.candidate_variant_id JOIN articles o ON o.id = c.article_id
        WHERE e.source = 'hand' ORDER BY e.id"""
    said = f"by {WHO}: iets anders"
    assert ask(store, sql) == [(a, done.other.id, said), (done.other.id, a, said)]


def test_splitting_again_changes_nothing(store: Store) -> None:
    one_story(store)
    (a,) = ids_of(store, "brug")
    done = split(store, a, "omroep")
    again = split(store, a, "omroep", 70)
    assert not again.is_changed and again.other.id == done.other.id
    assert count(store, "undo_log") == 1


# -- relate ----------------------------------------------------------------------------------


def related(store: Store, public_id: str) -> list[str]:
    with Archive.open(str(store.path)) as archive:
        return [other for other, _ in archive.article(public_id).related]


def test_related_articles_name_each_other_until_they_are_unrelated(store: Store) -> None:
    two_stories(store)
    a, b = ids_of(store, "brug", "vorst")
    assert relate(store, a, b).is_changed
    assert (related(store, a), related(store, b)) == ([b], [a])
    assert not relate(store, b, a).is_changed
    assert relate(store, a, b, is_related=False, minute=70).is_changed
    assert (related(store, a), related(store, b)) == ([], [])
    assert not relate(store, a, b, is_related=False, minute=71).is_changed


def test_what_was_unrelated_by_hand_is_not_related_by_a_rule(store: Store) -> None:
    two_stories(store)
    a, b = ids_of(store, "brug", "vorst")
    relate(store, a, b, is_related=False)
    with store.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO relations (article_id, other_id, kind, rule, at) VALUES (1, 2, 'related', 'quotes', 0)"
        )
    assert related(store, a) == []


def test_a_relation_goes_with_the_sighting_it_was_said_of(store: Store) -> None:
    two_stories(store)
    third = Paper(store, "derde")
    third.poll(item("bieb", LIBRARY), now=at(9))
    a, b, c = ids_of(store, "brug", "vorst", "bieb")
    relate(store, b, c)
    merge(store, a, b)
    assert related(store, a) == [c]
    split(store, a, "omroep")
    assert (related(store, a), related(store, b)) == ([], [c])


# -- undo ------------------------------------------------------------------------------------


@pytest.mark.parametrize("settles", [False, True])
def test_a_merge_is_taken_back_whole(store: Store, settles: bool) -> None:
    two_stories(store)
    before = face_of(store)
    a, b = ids_of(store, "brug", "vorst")
    done = merge(store, a, b)
    if settles:
        store.settle(now=at(61))
    back = store.undo(done.undo, now=at(62))
    assert (back.kept.id, back.other.id, back.n_sightings) == (a, b, 1)
    assert face_of(store) == before
    kinds = [
        one(store, "SELECT kind FROM publications WHERE seq = ?", seq)
        for seq in store.settle(now=at(63))
    ]
    assert kinds == (["restored"] if settles else [])
    assert troubles(store) == []


@pytest.mark.parametrize("settles", [False, True])
def test_a_split_of_a_telling_is_taken_back_whole(store: Store, settles: bool) -> None:
    one_story(store)
    before = face_of(store)
    (a,) = ids_of(store, "brug")
    done = split(store, a, "omroep")
    if settles:
        store.settle(now=at(61))
    store.undo(now=at(62))
    assert face_of(store) == before
    assert count(store, "articles") == (2 if settles else 1)
    with Archive.open(str(store.path)) as archive:
        if settles:
            assert archive.article(done.other.id).id == a
    store.settle(now=at(63))
    assert troubles(store) == []
    # The links are ended with it: a changed story joins as before.
    assert one(store, "SELECT count(*) FROM hand_links WHERE undone_at IS NULL") == 0


def test_a_split_within_a_telling_is_taken_back_whole(store: Store) -> None:
    same_paper_twice(store, page="always")
    page = ArticlePage(title="Brug gaat dicht", text=story(BRIDGE + FROST))
    deposit_page(store, "https://krant.example/artikel/brug-bij-oudewater-dicht", page, at(6))
    before, n_texts = face_of(store), count(store, "contents")
    split(store, ids_of(store, "1")[0], "nieuws")
    assert face_of(store) != before and troubles(store) == []
    store.undo(now=at(62))
    assert face_of(store) == before
    assert count(store, "contents") == n_texts
    assert troubles(store) == []


def test_a_relation_is_taken_back(store: Store) -> None:
    two_stories(store)
    a, b = ids_of(store, "brug", "vorst")
    relate(store, a, b)
    relate(store, a, b, is_related=False, minute=61)
    store.undo(now=at(62))
    assert related(store, a) == [b]
    store.undo(now=at(63))
    assert related(store, a) == []
    with pytest.raises(NotFound, match="nothing was done by hand"):
        store.undo(now=at(64))


def test_a_command_is_not_taken_back_before_a_later_one_on_its_articles(store: Store) -> None:
    two_stories(store)
    a, b = ids_of(store, "brug", "vorst")
    first, second = merge(store, a, b), split(store, a, "omroep", 61)
    assert [one.number for one in store.undoable()] == [second.undo, first.undo]
    with pytest.raises(UsageError, match=f"first: newsarchive undo {second.undo}"):
        store.undo(first.undo, now=at(62))
    assert "came after it" in (store.undoable()[1].blocked or "")
    store.undo(second.undo, now=at(63))
    store.undo(first.undo, now=at(64))
    assert articles(store) == {frozenset({"brug"}), frozenset({"vorst"})}
    assert troubles(store) == []


def test_a_parted_telling_that_its_feed_has_changed_is_not_put_back(store: Store) -> None:
    _, news = same_paper_twice(store)
    done = split(store, ids_of(store, "1")[0], "nieuws")
    link = {"url": "https://krant.example/artikel/brug-bij-oudewater-dicht"}
    news.poll(item("2", BRIDGE + FROST + LIBRARY, "Brug bij Oudewater dicht", **link), now=at(70))
    with pytest.raises(UsageError, match=r"newsarchive merge \w+ \w+ puts them together again"):
        store.undo(done.undo, now=at(71))
    merge(store, done.kept.id, done.other.id, 72)
    assert articles(store) == {frozenset({"1", "2"})} and troubles(store) == []


def test_a_parted_telling_that_went_out_is_not_put_back(store: Store) -> None:
    same_paper_twice(store)
    done = split(store, ids_of(store, "1")[0], "nieuws")
    store.settle(now=at(61))
    with pytest.raises(UsageError, match="it has gone out since"):
        store.undo(done.undo, now=at(62))


def test_an_edit_after_a_merge_stays_when_the_merge_is_taken_back(store: Store) -> None:
    _, omroep = two_stories(store)
    a, b = ids_of(store, "brug", "vorst")
    done = merge(store, a, b)
    omroep.poll(item("vorst", FROST + LIBRARY, url=None), now=at(70))
    store.undo(done.undo, now=at(71))
    assert ids_of(store, "brug", "vorst") == [a, b]
    with Archive.open(str(store.path)) as archive:
        assert archive.article(b).n_revisions == 2
    assert troubles(store) == []


def test_an_undone_merge_binds_nobody(store: Store) -> None:
    _, omroep = two_stories(store)
    a, b = ids_of(store, "brug", "vorst")
    store.undo(merge(store, a, b).undo, now=at(61))
    omroep.poll(item("vorst", FROST, url=None), now=at(70))
    assert articles(store) == {frozenset({"brug"}), frozenset({"vorst"})}
    assert one(store, "SELECT count(*) FROM hand_links WHERE undone_at IS NULL") == 0


def test_erasing_an_article_forgets_how_it_was_merged(store: Store) -> None:
    two_stories(store)
    a, b = ids_of(store, "brug", "vorst")
    merge(store, a, b)
    store.erase(a, who=WHO, why=None, now=at(70))
    assert store.undoable() == () and count(store, "hand_links") == 0
    assert troubles(store) == []
