"""An archive decided anew: what would change, what would not, and how it is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import archive.identity.decide
import archive.store.entries
from archive.identity.rules import Kind, Verdict
from archive.model.stated import ArticlePage
from archive.store import Store
from tests.archive.store.depositing import Paper, at, deposit_page, open_store
from tests.archive.store.handmade import ids_of
from tests.archive.store.looking import (
    BRIDGE,
    ELECTION,
    FROST,
    LIBRARY,
    articles,
    ask,
    revisions,
    story,
    tables_without_polls,
    troubles,
)
from tests.archive.store.replays import adopted, replayed
from tests.archive.store.test_any_hand import N_STEPS, Desk
from tests.archive.store.test_readdressed import NEWS, everything, news


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        yield store


def item(guid: str, text: str, title: str | None = None, **more: object) -> dict[str, object]:
    return {"guid": guid, "title": title or f"Kop van {guid}", "text": story(text), **more}


def never_join(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the rules those of an archive that knows an entry by its guid and address alone."""
    decide = archive.identity.decide.decide_entry

    def decide_alone(entry: Any, digest: bytes, known: Any, candidates: Any, **more: Any) -> Any:
        return decide(entry, digest, known, (), **more)

    monkeypatch.setattr(archive.store.entries, "decide_entry", decide_alone)


def join_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the rules join whatever was compared at all."""

    def always(a: Any, b: Any, **_: Any) -> Verdict:
        return Verdict(kind=Kind.SAME, rule="all", why="they were compared", strength=1.0)

    monkeypatch.setattr(archive.identity.decide, "compare", always)


def two_papers(store: Store) -> tuple[Paper, Paper]:
    """One story in two papers, and another one in one of them."""
    krant, omroep = Paper(store, "krant"), Paper(store, "omroep")
    krant.poll(item("vorst", FROST, "Telers sproeien"), item("brug", BRIDGE), now=at(0))
    omroep.poll(item("dicht", BRIDGE, "Brug gaat dicht"), now=at(5))
    return krant, omroep


# -- nothing to change -----------------------------------------------------------------------


def test_an_empty_archive_has_nothing_to_change(store: Store) -> None:
    found = replayed(store)
    assert found.is_nothing and found.compared.n_statements == 0


def test_todays_rules_change_nothing_of_what_they_made_and_write_nothing(store: Store) -> None:
    krant, _ = two_papers(store)
    krant.poll(item("brug", BRIDGE + ELECTION), now=at(60))
    before = tables_without_polls(store)
    found = replayed(store)
    assert found.is_nothing
    assert (found.compared.n_articles, found.compared.n_sightings) == (2, 3)
    assert (found.compared.n_statements, found.compared.n_documents) == (4, 3)
    assert tables_without_polls(store) == before


@pytest.mark.parametrize("seed", range(100, 108))
def test_any_history_of_polls_pages_and_decisions_comes_to_the_same(
    tmp_path: Path, seed: int
) -> None:
    with open_store(tmp_path / "archive.db", settle_s=60) as store:
        desk = Desk(store, seed)
        done = [desk.step() for _ in range(N_STEPS)]
        found = replayed(store)
        assert found.compared.n_articles == len(desk.ids()), done
        by_order = all(
            change.depends_on_order for group in found.groups for change in group.changes
        )
        assert found.labels == [] and by_order, (done, found.groups)


def test_an_entry_that_its_document_holds_twice_is_no_edit(store: Store) -> None:
    krant = Paper(store, "krant")
    first, second = item("brug", BRIDGE, "Brug dicht"), item("brug", BRIDGE, "Brug open")
    krant.poll(first, second, now=at(0))
    krant.poll(first | {"title": "Brug blijft dicht"}, second, now=at(60))
    assert len(revisions(store)) == 1 and len(ask(store, "SELECT 1 FROM statements")) == 3
    assert replayed(store).is_nothing


def test_entries_without_guid_or_address_are_known_again(store: Store) -> None:
    krant = Paper(store, "krant")
    bare = {"title": "Telers sproeien nachtenlang", "text": story(FROST), "url": None}
    linked = {"title": "Brug dicht", "text": story(BRIDGE), "url": "https://krant.example/brug"}
    krant.poll(bare, linked, now=at(0))
    krant.poll(bare, linked | {"title": "Brug weer open"}, now=at(60))
    assert [kind for kind, _ in revisions(store)] == ["new", "new", "substantial"]
    assert replayed(store).is_nothing


def test_what_a_newer_parser_read_otherwise_stays_no_edit(tmp_path: Path) -> None:
    with open_store(tmp_path / "archive.db") as store:
        krant = Paper(store, "krant")
        krant.poll(item("brug", BRIDGE), now=at(0))
        with store.writing() as connection:
            connection.exec_driver_sql("UPDATE feeds SET parser_version = parser_version - 1")
        krant.poll(item("brug", BRIDGE + ELECTION), now=at(60))
        assert [kind for kind, _ in revisions(store)] == ["new", "reparse"]
        assert replayed(store).is_nothing


def test_a_page_joins_what_has_not_gone_out_and_only_then(store: Store) -> None:
    krant = Paper(store, "krant")
    pages = Paper(store, "omroep", page="always")
    krant.poll(item("brug", BRIDGE, "Brug gaat dicht"), now=at(0))
    url = "https://omroep.example/artikel/een"
    pages.poll(item("een", "Een brug.", "Dicht", url=url), now=at(1))
    url = "https://omroep.example/artikel/twee"
    pages.poll(item("twee", "Weer een brug.", "Dicht!", url=url), now=at(2))
    page = ArticlePage(title="Brug gaat dicht", text=story(BRIDGE))
    deposit_page(store, "https://omroep.example/artikel/een", page, at(3))
    store.settle(now=at(30))
    assert len(articles(store)) == 2
    deposit_page(store, "https://omroep.example/artikel/twee", page, at(31))
    assert len(articles(store)) == 2 and len(ask(store, "SELECT 1 FROM relations")) == 1
    assert replayed(store).is_nothing


def test_a_paper_that_moved_is_known_by_what_stood_in_its_document(store: Store) -> None:
    paper = Paper(store, "krant")
    paper.poll(*everything(news), now=at(0))
    paper.poll(*everything(moved), now=at(60))
    assert ("migrated",) in ask(store, "SELECT rule FROM sightings")
    assert len(articles(store)) == len(NEWS)
    assert replayed(store).is_nothing


@pytest.mark.parametrize("left", [(), (9,)])
def test_what_left_with_an_earlier_document_is_no_move(store: Store, left: tuple[int, ...]) -> None:
    paper = Paper(store, "krant")
    paper.poll(*everything(news), now=at(0))
    paper.poll(*(news(n) for n in left), now=at(60))
    paper.poll(*(moved(n) for n in range(9)), now=at(120))
    assert ("migrated",) not in ask(store, "SELECT rule FROM sightings")
    assert len(articles(store)) > len(NEWS)
    assert replayed(store).is_nothing


def moved(n: int) -> dict[str, object]:
    """Return an item as the paper states it after it moved: another guid, another address, and no date."""
    return news(n, guid=f"cms-{n}", url=f"https://krant.example/?p={900 + n}", date=None)


def test_what_a_document_lists_beside_another_is_two_though_it_came_later(store: Store) -> None:
    krant = Paper(store, "krant")
    one = item("1", BRIDGE, "Brug gaat dicht")
    other = item("2", BRIDGE, "Negen weken omrijden bij Oudewater")
    krant.poll(one, now=at(0))
    krant.poll(other, one, now=at(5))
    assert len(articles(store)) == 2
    assert replayed(store).is_nothing


def test_a_correction_by_hand_has_its_say(store: Store) -> None:
    two_papers(store)
    (a,) = ids_of(store, "brug")
    store.set_fields(a, {"title": "De brug"}, who="marit", now=at(20))
    Paper(store, "derde").poll(item("3", BRIDGE, "De brug"), now=at(30))
    assert replayed(store).is_nothing


# -- joined and parted -----------------------------------------------------------------------


def test_what_weaker_rules_kept_apart_is_joined(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as rules:
        never_join(rules)
        two_papers(store)
    first, second = ids_of(store, "brug", "dicht")
    assert len(articles(store)) == 3
    found = replayed(store)
    ((change,),) = [group.changes for group in found.groups]
    assert (change.change, change.article.id, change.other.id) == ("joined", first, second)
    assert (change.article.title, change.other.title) == ("Kop van brug", "Brug gaat dicht")
    assert change.feeds == ("omroep",)
    assert change.now is not None and change.now.why and change.now.scores
    assert change.now.verdict in ("same", "revision") and change.then is None


def test_what_weaker_rules_joined_is_parted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as rules:
        join_all(rules)
        krant, omroep = Paper(store, "krant"), Paper(store, "omroep")
        krant.poll(item("brug", BRIDGE, "Het nieuws van vandaag"), now=at(0))
        omroep.poll(item("vorst", FROST, "Het nieuws van vandaag"), now=at(5))
    assert len(articles(store)) == 1
    (a,) = ids_of(store, "brug")
    ((change,),) = [group.changes for group in replayed(store).groups]
    assert (change.change, change.article.id, change.other.id) == ("parted", a, "")
    assert change.then is not None and change.then.rule == "all"
    assert change.now is not None and change.now.verdict in ("different", "related")


def test_what_went_to_the_wrong_article_moves_to_the_right_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    title = "Telers sproeien nachtenlang"
    krant, omroep = Paper(store, "krant"), Paper(store, "omroep")
    krant.poll(item("brug", BRIDGE, title), now=at(0))
    omroep.poll(item("vorst", FROST, title), now=at(5))
    with monkeypatch.context() as rules:
        rules.setattr(archive.identity.decide, "compare", _bridges_alone)
        Paper(store, "derde").poll(item("3", FROST, title), now=at(9))
    assert articles(store) == {frozenset({"brug", "3"}), frozenset({"vorst"})}
    found = replayed(store)
    ((change,),) = [group.changes for group in found.groups]
    right, wrong = ids_of(store, "vorst", "brug")
    assert (change.change, change.article.id, change.other.id) == ("moved", right, wrong)
    adopted(store, found, now=at(60))
    assert articles(store) == {frozenset({"brug"}), frozenset({"vorst", "3"})}
    assert ids_of(store, "vorst", "brug") == [right, wrong]
    assert troubles(store) == [] and replayed(store).is_nothing


def _bridges_alone(a: Any, b: Any, **_: Any) -> Verdict:
    """Take everything for the article that speaks of a bridge."""
    is_one = "Oudewater" in a.telling.text + b.telling.text
    kind = Kind.SAME if is_one else Kind.DIFFERENT
    return Verdict(kind=kind, rule="bridges", why="whatever it says", strength=1.0)


def test_a_page_speaks_for_the_sighting_whose_link_was_fetched(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    title = "Raad kiest voor de brug"
    with monkeypatch.context() as rules:
        join_all(rules)
        krant, omroep = Paper(store, "krant", page="always"), Paper(store, "omroep")
        krant.poll(item("brug", "De raad kiest.", title), now=at(0))
        krant.poll(item("vorst", FROST, "Raad kiest voor de telers"), now=at(1))
        krant.poll(item("vorst", FROST, title), now=at(2))
        krant.poll(item("ijs", LIBRARY, title), now=at(3))
        page = ArticlePage(title=title, text=story(BRIDGE + ELECTION))
        deposit_page(store, "https://krant.example/artikel/brug", page, at(4))
        omroep.poll(item("raad", BRIDGE + ELECTION, title), now=at(5))
    assert frozenset({"brug", "ijs", "raad"}) <= max(articles(store), key=len)
    adopted(store, replayed(store), now=at(60))
    assert frozenset({"brug", "raad"}) in articles(store)
    assert troubles(store) == []


def test_what_people_decided_is_decided(store: Store) -> None:
    two_papers(store)
    (brug, vorst) = ids_of(store, "brug", "vorst")
    store.split(brug, "omroep", who="marit", why=None, now=at(20))
    store.merge(brug, vorst, who="marit", why=None, now=at(21))
    Paper(store, "derde").poll(item("3", BRIDGE, "Brug gaat dicht"), now=at(30))
    assert replayed(store).is_nothing


def test_a_decision_holds_though_the_rules_of_its_time_were_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as rules:
        never_join(rules)
        two_papers(store)
        Paper(store, "derde").poll(item("3", BRIDGE, "Brug gaat dicht"), now=at(9))
    first, second = ids_of(store, "vorst", "dicht")
    store.merge(first, second, who="marit", why=None, now=at(20))
    store.split(first, "omroep", who="marit", why=None, now=at(21))
    found = replayed(store)
    assert found.changes == ["joined", "joined"]
    adopted(store, found, now=at(60))
    assert articles(store) == {frozenset({"brug", "dicht", "3"}), frozenset({"vorst"})}
    assert troubles(store) == []


def test_a_kind_that_another_rule_gave_is_told(store: Store) -> None:
    krant, _ = two_papers(store)
    krant.poll(item("brug", BRIDGE + ELECTION), now=at(60))
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE revisions SET kind = 'minor' WHERE kind = 'substantial'")
    (label,) = replayed(store).labels
    assert (label.then, label.now, label.is_label) == ("minor", "substantial", True)
    assert label.article.id == ids_of(store, "brug")[0]


def test_an_edit_that_is_noise_now_is_told_and_stays(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    krant = Paper(store, "krant")
    krant.poll(item("brug", BRIDGE + " Bijgewerkt 10:15."), now=at(0))
    with monkeypatch.context() as rules:
        _never_noise(rules)
        krant.poll(item("brug", BRIDGE + " Bijgewerkt 10:35.", tags=("water",)), now=at(60))
    assert [kind for kind, _ in revisions(store)] == ["new", "substantial"]
    found = replayed(store)
    (label,) = found.labels
    assert (label.then, label.now, label.is_label) == ("substantial", "noise", False)
    adopted(store, found, now=at(70))
    assert [kind for kind, _ in revisions(store)] == ["new", "substantial"]


def _never_noise(rules: pytest.MonkeyPatch) -> None:
    import archive.store.faces
    from archive.identity.edits import Edit, EditKind

    def substantial(*_: str) -> Edit:
        return Edit(kind=EditKind.SUBSTANTIAL, why="whatever it is")

    rules.setattr(archive.identity.decide, "edit_kind", substantial)
    rules.setattr(archive.store.faces, "edit_kind", substantial)


# -- since -----------------------------------------------------------------------------------


def test_since_leaves_what_is_older_and_joins_what_is_newer_to_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as rules:
        never_join(rules)
        two_papers(store)
        derde = Paper(store, "derde")
        derde.poll(item("3", BRIDGE, "Brug gaat dicht"), now=at(60))
        derde.poll(
            item("4", LIBRARY, "Studio in bibliotheek"),
            item("3", BRIDGE, "Brug gaat dicht"),
            now=at(90),
        )
    assert len(articles(store)) == 5
    found = replayed(store, since=at(30))
    assert found.changes == ["joined"]
    assert (found.compared.n_statements, found.compared.n_articles) == (2, 2)
    (change,) = found.groups[0].changes
    assert change.other.id == ids_of(store, "3")[0]
    assert change.article.id in ids_of(store, "brug", "dicht")
    assert replayed(store, since=at(70)).is_nothing
    assert len(replayed(store, since=at(0)).changes) == 2
