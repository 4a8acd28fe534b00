"""Tags by hand: put on, taken off, counted, kept through later polls, and taken back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archive.errors import UsageError
from archive.front import Archive
from archive.identity.folding import fold
from archive.store import Store, labelling
from archive.store.labelling import changed, tag_of
from archive.store.sqlite import open_reader
from archive.store.tagcounts import count_tags
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.handmade import face_of, ids_of
from tests.archive.store.looking import BRIDGE, FROST, ask, one, story, troubles

WHO = "marit"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        yield store


def item(guid: str, text: str, **more: object) -> dict[str, object]:
    return {"guid": guid, "title": f"Kop van {guid}", "text": story(text), **more}


def tag(store: Store, *guids: str, on: str = "", off: str = "", **more: Any) -> labelling.Tagged:
    return labelling.tag(
        store, ids_of(store, *guids), added=on.split(), removed=off.split(), who=WHO,
        command=f"tag {on}", now=at(60), **more,
    )  # fmt: skip


def tags_of(store: Store, guid: str) -> tuple[str, ...]:
    with Archive.open(str(store.path)) as archive:
        return archive.article(ids_of(store, guid)[0]).face.tags


def found(store: Store, query: str) -> list[str]:
    with Archive.open(str(store.path)) as archive:
        return sorted(hit.title.parts[0][0] for hit in archive.search(query).hits)


def test_a_tag_is_shown_searched_and_beside_those_of_the_feed(store: Store) -> None:
    Paper(store).poll(
        item("a", BRIDGE, tags=("Verkeer", "Tiel")), item("b", FROST, tags=("Weer",)), now=at(0)
    )
    done = tag(store, "a", "b", on="dossier", off="tiel")
    assert (done.n_articles, done.n_changed) == (2, 2)
    assert tags_of(store, "a") == ("Verkeer", "dossier")
    assert tags_of(store, "b") == ("Weer", "dossier")
    assert found(store, "tag:dossier") == ["Kop van a", "Kop van b"]
    assert found(store, "tag:dossier -tag:weer") == ["Kop van a"]
    assert found(store, "tag:tiel") == []
    assert troubles(store) == []


def test_what_is_so_already_is_not_stated_again(store: Store) -> None:
    Paper(store).poll(item("a", BRIDGE), now=at(0))
    assert tag(store, "a", on="dossier").n_changed == 1
    before = face_of(store)
    done = tag(store, "a", on="DOSSIER", off="nooit")
    assert (done.n_changed, done.undo) == (0, None)
    assert face_of(store) == before


def test_a_dry_run_counts_the_same_and_writes_nothing(store: Store) -> None:
    Paper(store).poll(item("a", BRIDGE), item("b", FROST), now=at(0))
    tag(store, "a", on="dossier")
    before = face_of(store)
    tried = tag(store, "a", "b", on="dossier", dry_run=True)
    assert face_of(store) == before
    done = tag(store, "a", "b", on="dossier")
    assert (tried.n_articles, tried.n_changed) == (done.n_articles, done.n_changed) == (2, 1)


def test_a_later_edit_of_the_paper_and_its_own_tags_do_not_undo_it(store: Store) -> None:
    paper = Paper(store)
    paper.poll(item("a", BRIDGE, tags=("Verkeer",)), now=at(0))
    tag(store, "a", on="dossier", off="verkeer")
    paper.poll(
        item("a", BRIDGE + " Er komt een tweede brug.", tags=("Verkeer", "Infra")), now=at(90)
    )
    assert tags_of(store, "a") == ("Infra", "dossier")
    assert found(store, "tag:dossier") == ["Kop van a"]


def test_undo_puts_everything_back_as_it_was(store: Store) -> None:
    Paper(store).poll(item("a", BRIDGE, tags=("Verkeer",)), item("b", FROST), now=at(0))
    before = face_of(store)
    number = tag(store, "a", "b", on="dossier", off="verkeer").undo
    assert face_of(store) != before
    store.undo(number, now=at(61))
    assert face_of(store) == before
    assert found(store, "tag:verkeer") == ["Kop van a"] and found(store, "tag:dossier") == []
    assert one(store, "SELECT count(*) FROM statements WHERE source = 'hand'") == 0
    assert troubles(store) == []


def test_undo_of_what_went_out_or_was_edited_since_states_what_held_before(store: Store) -> None:
    paper = Paper(store)
    paper.poll(item("a", BRIDGE), item("b", FROST), now=at(0))
    tag(store, "a", on="eerst")
    number = tag(store, "a", "b", on="dossier").undo
    store.settle(now=at(70))  # b goes out with its tag
    paper.poll(item("a", BRIDGE + " Er komt een tweede brug."), item("b", FROST), now=at(90))
    store.undo(number, now=at(91))
    assert (tags_of(store, "a"), tags_of(store, "b")) == (("eerst",), ())
    assert found(store, "tag:dossier") == []
    assert troubles(store) == []
    store.settle(now=at(120))
    assert troubles(store) == []


def test_undo_wants_the_later_tagging_of_one_article_to_go_first(store: Store) -> None:
    Paper(store).poll(item("a", BRIDGE), now=at(0))
    first, second = tag(store, "a", on="een").undo, tag(store, "a", on="twee").undo
    with pytest.raises(UsageError, match=f"first: newsarchive undo {second}"):
        store.undo(first, now=at(61))
    store.undo(second, now=at(61))
    store.undo(first, now=at(62))
    assert tags_of(store, "a") == ()


def test_parts_of_one_command_are_taken_back_together(store: Store) -> None:
    Paper(store).poll(item("a", BRIDGE), item("b", FROST), now=at(0))
    before = face_of(store)
    number = tag(store, "a", on="dossier").undo
    assert tag(store, "b", on="dossier", number=number).undo == number
    assert store.undo(number, now=at(61)).n_articles == 2
    assert face_of(store) == before


def test_every_telling_of_an_article_is_tagged_so_that_an_exclusion_hides_it(store: Store) -> None:
    """Two papers, two texts, one article: `-tag:gelezen` must not show it by its other telling."""
    Paper(store, "krant").poll(item("a", BRIDGE), now=at(0))
    Paper(store, "ochtend").poll(item("b", FROST), now=at(1))
    store.merge(*ids_of(store, "a", "b"), who=WHO, why=None, now=at(2))
    assert len(ask(store, "SELECT id FROM variants")) == 2
    assert tag(store, "a", on="gelezen").n_articles == 1
    assert found(store, "kop -tag:gelezen") == []


def test_tags_that_are_set_whole_end_those_that_were_put_on(store: Store) -> None:
    Paper(store).poll(item("a", BRIDGE, tags=("Verkeer",)), now=at(0))
    tag(store, "a", on="dossier")
    (public_id,) = ids_of(store, "a")
    number = store.set_fields(public_id, {"tags": ["Anders"]}, who=WHO, now=at(61))
    assert tags_of(store, "a") == ("Anders",)
    store.undo(number, now=at(62))
    assert tags_of(store, "a") == ("Verkeer", "dossier")


def test_an_erased_article_leaves_the_rest_of_a_tagging_to_be_taken_back(store: Store) -> None:
    Paper(store).poll(item("a", BRIDGE), item("b", FROST), now=at(0))
    number = tag(store, "a", "b", on="dossier").undo
    store.erase(ids_of(store, "a")[0], who=WHO, why=None, now=at(61))
    store.undo(number, now=at(62))
    assert found(store, "tag:dossier") == []
    assert troubles(store) == []


def test_tags_are_counted_by_their_commonest_spelling_and_by_hand(store: Store) -> None:
    Paper(store).poll(
        item("a", BRIDGE, tags=("Verkeer",)), item("b", FROST, tags=("verkeer",)), now=at(0)
    )
    tag(store, "a", on="verkeer dossier")
    reader = open_reader(str(store.path))
    current = [revision for (revision,) in ask(store, "SELECT revision_id FROM variants")]
    counts = count_tags(reader, current)
    reader.close()
    assert [(c.tag.lower(), c.n_articles, c.n_by_hand) for c in counts] == [
        ("verkeer", 2, 1),
        ("dossier", 1, 1),
    ]


@pytest.mark.parametrize("text", ["", "  ", "!!", "a,b", "x" * 65])
def test_what_cannot_be_searched_is_no_tag(text: str) -> None:
    with pytest.raises(UsageError, match="is no tag"):
        tag_of(text)


TAGS = st.lists(st.sampled_from(["Een", "één", "twee", "Twee", "drie"]), max_size=3, unique=True)


@given(on=TAGS, off=TAGS, shown=TAGS, added=TAGS, removed=TAGS)
@settings(derandomize=True, max_examples=200)
def test_saying_the_same_twice_changes_nothing_more(
    on: list[str], off: list[str], shown: list[str], added: list[str], removed: list[str]
) -> None:
    assume(not {fold(tag) for tag in added} & {fold(tag) for tag in removed})
    first = changed(on, off, shown, added, removed)
    assert changed(*first, shown, added, removed) == first
