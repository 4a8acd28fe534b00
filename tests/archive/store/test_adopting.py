"""An archive made what a replay decided: ids, subscribers, undo, and being stopped half-way."""

import io
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.front import Archive
from archive.model.stated import ArticlePage
from archive.store import Store
from archive.store.adopting import TAKEN_BACK_TOGETHER, Adoption
from tests.archive.store.depositing import Paper, at, deposit_page, open_store
from tests.archive.store.handmade import face_of, ids_of
from tests.archive.store.looking import (
    BRIDGE,
    ELECTION,
    FROST,
    STORIES,
    articles,
    ask,
    count,
    one,
    story,
    tables_without_polls,
    troubles,
)
from tests.archive.store.replays import Replayed, adopted, replayed
from tests.archive.store.test_replaying import item, join_all, never_join, two_papers

TITLE = "Het nieuws van vandaag"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        yield store


@pytest.fixture
def kept_apart(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """One story in two papers that weaker rules kept apart; both went out."""
    with monkeypatch.context() as rules:
        never_join(rules)
        two_papers(store)
    store.settle(now=at(6))
    return store


@pytest.fixture
def thrown_together(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Two stories of one paper, and one of another, that weaker rules made one telling and a further one; gone out."""
    with monkeypatch.context() as rules:
        join_all(rules)
        krant, omroep = Paper(store, "krant"), Paper(store, "omroep")
        krant.poll(item("brug", BRIDGE, TITLE), now=at(0))
        krant.poll(item("vorst", FROST, TITLE), now=at(5))
        omroep.poll(item("raad", ELECTION, TITLE), now=at(7))
    store.settle(now=at(8))
    assert len(articles(store)) == 1 and count(store, "variants") == 2
    return store


def told(store: Store, seqs: tuple[int, ...]) -> list[str]:
    return [one(store, "SELECT kind FROM publications WHERE seq = ?", seq) for seq in seqs]


# -- joined ----------------------------------------------------------------------------------


def test_the_older_article_keeps_its_id_and_the_other_leads_to_it(kept_apart: Store) -> None:
    store = kept_apart
    first, second = ids_of(store, "brug", "dicht")
    done = adopted(store, replayed(store), now=at(60))
    assert (done.n_joined, done.n_parted, done.n_left, done.undo) == (1, 0, 0, (1,))
    assert articles(store) == {frozenset({"brug", "dicht"}), frozenset({"vorst"})}
    with Archive.open(str(store.path)) as archive:
        assert archive.article(second).id == first
        assert archive.article(first).merged_from == (second,)
    assert troubles(store) == []


def test_subscribers_are_told_to_drop_one_and_nothing_goes_out_twice(kept_apart: Store) -> None:
    store = kept_apart
    adopted(store, replayed(store), now=at(60))
    assert told(store, store.settle(now=at(61))) == ["merged"]
    assert store.settle(now=at(62)) == ()


def test_a_second_replay_changes_nothing(kept_apart: Store) -> None:
    store = kept_apart
    adopted(store, replayed(store), now=at(60))
    before = tables_without_polls(store)
    found = replayed(store)
    assert found.is_nothing
    assert adopted(store, found, now=at(70)).undo == ()
    assert tables_without_polls(store) == before


def test_it_is_told_by_the_name_of_the_replay_and_by_the_rule(kept_apart: Store) -> None:
    store = kept_apart
    found = replayed(store)
    (change,) = found.groups[0].changes
    assert change.now is not None
    adopted(store, found, now=at(60))
    ((rule, why, verdict),) = ask(
        store, "SELECT rule, why, verdict FROM dedup_events WHERE source = 'replay'"
    )
    assert why == f"identity replay by marit: {change.now.why}"
    assert (rule, verdict) == (change.now.rule, change.now.verdict)
    assert one(store, "SELECT rule FROM sightings WHERE guid = 'dicht'") == rule
    assert count(store, "hand_links") == 0


def test_a_page_read_meanwhile_is_no_hindrance_and_a_new_telling_goes_along(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as rules:
        never_join(rules)
        krant, omroep = Paper(store, "krant", page="always"), Paper(store, "omroep")
        krant.poll(item("brug", BRIDGE, "Brug gaat dicht"), now=at(0))
        omroep.poll(item("dicht", BRIDGE, "Brug gaat dicht"), now=at(5))
    store.settle(now=at(20))
    found = replayed(store)
    page = ArticlePage(title="Brug gaat dicht", text=story(BRIDGE + FROST))
    deposit_page(store, "https://krant.example/artikel/brug", page, at(30))
    Paper(store, "derde").poll(item("3", BRIDGE, "Brug gaat dicht"), now=at(40))
    adopted(store, found, now=at(60))
    assert articles(store) == {frozenset({"brug", "dicht", "3"})}
    assert troubles(store) == []


# -- parted ----------------------------------------------------------------------------------


def test_each_story_gets_an_article_and_what_went_out_keeps_its_id(thrown_together: Store) -> None:
    store = thrown_together
    (before,) = set(ids_of(store, "brug", "vorst", "raad"))
    found = replayed(store)
    assert found.changes == ["parted", "parted"]
    adopted(store, found, now=at(60))
    assert articles(store) == {frozenset({"brug"}), frozenset({"vorst"}), frozenset({"raad"})}
    assert before in ids_of(store, "brug", "vorst", "raad")
    assert troubles(store) == []
    assert sorted(told(store, store.settle(now=at(61)))) in (
        ["new", "new"],
        ["edited", "new", "new"],
    )
    assert store.settle(now=at(62)) == ()
    began = ask(store, "SELECT rule FROM sightings ORDER BY id")
    assert set(began) <= {("new",), ("recycled",)}
    assert replayed(store).is_nothing


def test_the_side_that_subscribers_hold_keeps_the_id_though_it_is_younger(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as rules:
        join_all(rules)
        Paper(store, "krant").poll(item("brug", BRIDGE, TITLE), now=at(0))
        Paper(store, "omroep").poll(item("raad", ELECTION + FROST, TITLE), now=at(5))
    store.settle(now=at(6))
    (before,) = set(ids_of(store, "brug", "raad"))
    adopted(store, replayed(store), now=at(60))
    assert ids_of(store, "raad") == [before] and ids_of(store, "brug") != [before]
    assert told(store, store.settle(now=at(61))) == ["new"]
    assert troubles(store) == []


def test_search_finds_each_story_under_its_own_article(thrown_together: Store) -> None:
    store = thrown_together
    adopted(store, replayed(store), now=at(60))
    with Archive.open(str(store.path)) as archive:
        for words, guid in (("Oudewater", "brug"), ("sproeiers", "vorst"), ("skilift", "raad")):
            assert [hit.id for hit in archive.search(words).hits] == ids_of(store, guid)


def test_the_same_polls_again_change_nothing(thrown_together: Store) -> None:
    store = thrown_together
    adopted(store, replayed(store), now=at(60))
    apart = articles(store)
    Paper(store, "krant").poll(item("vorst", FROST, TITLE), item("brug", BRIDGE, TITLE), now=at(70))
    Paper(store, "omroep").poll(item("raad", ELECTION, TITLE), now=at(70))
    assert articles(store) == apart and troubles(store) == []


def test_a_dump_of_the_result_loads_to_the_same(thrown_together: Store, tmp_path: Path) -> None:
    store = thrown_together
    adopted(store, replayed(store), now=at(60))
    out = io.StringIO()
    store.dump(out)
    with open_store(tmp_path / "other.db") as other:
        other.load(io.StringIO(out.getvalue()))
        again = io.StringIO()
        other.dump(again)
        assert again.getvalue() == out.getvalue()
        assert face_of(other) == face_of(store) and troubles(other) == []
        assert replayed(other).is_nothing


# -- undo ------------------------------------------------------------------------------------


def test_one_undo_takes_all_back(thrown_together: Store) -> None:
    store = thrown_together
    before = face_of(store)
    adopted(store, replayed(store), now=at(60))
    assert face_of(store) != before
    done = store.undo(now=at(61))
    assert done.n_articles == 1 and done.command == "undo 1: identity replay"
    assert face_of(store) == before and troubles(store) == []
    store.settle(now=at(62))
    assert len(replayed(store).changes) == 2


def test_what_is_joined_and_relabelled_is_taken_back_too(kept_apart: Store) -> None:
    store = kept_apart
    Paper(store, "krant").poll(item("vorst", FROST + ELECTION, "Telers sproeien"), now=at(20))
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE revisions SET kind = 'minor' WHERE kind = 'substantial'")
        connection.exec_driver_sql(
            "UPDATE search_row SET kind = 'minor' WHERE kind = 'substantial'"
        )
    before = face_of(store)
    done = adopted(store, replayed(store), now=at(60))
    assert (done.n_joined, done.n_relabelled) == (1, 1)
    assert one(store, "SELECT count(*) FROM search_row WHERE kind = 'substantial'") == 1
    assert troubles(store) == [] and replayed(store).is_nothing
    store.undo(now=at(61))
    assert face_of(store) == before and troubles(store) == []


def test_what_something_depends_on_stays_and_the_rest_is_taken_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as rules:
        never_join(rules)
        for name in ("krant", "omroep"):
            Paper(store, name).poll(
                item(f"{name}-2", FROST, "Telers sproeien"),
                item(f"{name}-1", BRIDGE, "Brug gaat dicht"),
                now=at(5),
            )
    adopted(store, replayed(store), now=at(60))
    (a,) = ids_of(store, "krant-1")
    store.split(a, "omroep", who="marit", why=None, now=at(61))
    done = store.undo(1, now=at(62))
    assert done.command == "undo 1: identity replay (but for 1 that something depends on)"
    assert (done.n_articles, len(articles(store))) == (1, 4)
    assert troubles(store) == []


def test_a_long_replay_is_taken_back_in_steps(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.store.adopting.TAKEN_BACK_TOGETHER", 2)
    with monkeypatch.context() as rules:
        never_join(rules)
        for name in ("krant", "omroep"):
            news = [
                item(f"{name}-{n}", text, f"Kop over verhaal {n}") for n, text in enumerate(STORIES)
            ]
            Paper(store, name).poll(*news, now=at(5))
    before = face_of(store)
    found = replayed(store)
    assert len(found.groups) == 4 and TAKEN_BACK_TOGETHER > 4
    adoption = Adoption(store, who="marit", now=at(60))
    for group in found.groups:
        adoption.adopt([group])
    assert adoption.done().undo == (1, 2)
    for minute in (61, 62):
        store.undo(now=at(minute))
    assert face_of(store) == before and troubles(store) == []


# -- beside others, and stopped --------------------------------------------------------------


def test_what_a_person_parted_meanwhile_is_left_alone(kept_apart: Store) -> None:
    store = kept_apart
    found = replayed(store)
    a, b = ids_of(store, "brug", "dicht")
    store.merge(a, b, who="marit", why=None, now=at(50))
    store.split(a, "omroep", who="marit", why=None, now=at(51))
    before = articles(store)
    done = adopted(store, found, now=at(60))
    assert (done.n_joined, done.n_left, done.undo) == (0, 1, ())
    assert articles(store) == before and troubles(store) == []


def test_what_was_merged_meanwhile_is_left_alone(kept_apart: Store) -> None:
    store = kept_apart
    found = replayed(store)
    store.merge(*ids_of(store, "brug", "dicht"), who="marit", why=None, now=at(50))
    before = tables_without_polls(store)
    assert adopted(store, found, now=at(60)).n_left == 1
    assert tables_without_polls(store) == before


def test_stopped_half_way_it_leaves_whole_groups_and_goes_on_from_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as rules:
        never_join(rules)
        for name in ("krant", "omroep"):
            news = [
                item(f"{name}-{n}", text, f"Kop over verhaal {n}") for n, text in enumerate(STORIES)
            ]
            Paper(store, name).poll(*news, now=at(5))
    found = replayed(store)
    adopted(store, Replayed(found.groups[:1], [], found.compared), now=at(60))
    before = face_of(store)
    with monkeypatch.context() as broken:

        def stop(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        broken.setattr("archive.store.adopting._log", stop)
        with pytest.raises(KeyboardInterrupt):
            adopted(store, Replayed(found.groups[1:], [], found.compared), now=at(61))
    assert face_of(store) == before and troubles(store) == []
    rest = replayed(store)
    assert len(rest.groups) == 3
    adopted(store, rest, now=at(62))
    assert len(articles(store)) == 4 and replayed(store).is_nothing


# -- any history -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_rules_of_any_time_end_as_todays_and_are_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    die = random.Random(seed)
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        papers = [Paper(store, name) for name in ("krant", "omroep", "derde")]
        papers.append(Paper(store, "voorpagina", url="https://krant.example/voorpagina"))
        minute = 0.0
        for _ in range(12):
            minute += die.choice((1, 30, 600))
            paper = die.choice(papers)
            n = die.randrange(4)
            site = "krant" if paper.name == "voorpagina" else paper.name
            url = f"https://{site}.example/artikel/een-lange-naam-voor-verhaal-{n}"
            text = STORIES[n] if die.random() < 0.7 else STORIES[n] + STORIES[(n + 1) % 4]
            news = item(
                f"{paper.name}-{n}", text, die.choice((f"Kop over verhaal {n}", TITLE)), url=url
            )
            with monkeypatch.context() as rules:
                die.choice((never_join, join_all, lambda _: None))(rules)
                paper.poll(news, now=at(minute))
            if die.random() < 0.5:
                store.settle(now=at(minute))
        before = face_of(store)
        found = replayed(store)
        done = adopted(store, found, now=at(minute + 60))
        assert done.n_left == 0 and troubles(store) == []
        again = replayed(store)
        assert again.groups == [] and not [label for label in again.labels if label.is_label]
        if done.undo:
            store.undo(now=at(minute + 61))
            assert face_of(store) == before and troubles(store) == []
