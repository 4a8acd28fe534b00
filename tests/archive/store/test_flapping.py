"""A paper that takes an edit back: the text that stands is the one last stated, and no chain grows of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.front import Archive
from archive.model.stated import ArticlePage
from archive.store.indexing import rebuild
from archive.store.store import Store
from tests.archive.store.depositing import Paper, at, deposit_page, open_store
from tests.archive.store.looking import BRIDGE, ask, one, revisions, stated, story, troubles

A, B, C = "Brug negen weken dicht", "Brug elf weken dicht", "Brug blijft dit jaar dicht"
URL = "https://krant.example/artikel/b1"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db", settle_s=0) as opened:
        yield opened
        assert troubles(opened) == []


@pytest.fixture
def paper(store: Store) -> Paper:
    return Paper(store, "krant")


def bridge(title: str, text: str = story(BRIDGE)) -> dict[str, object]:
    return {"guid": "b1", "title": title, "text": text}


def shown(store: Store | Path) -> str:
    """Return the headline of the only article's face."""
    face = "SELECT r.title FROM articles a JOIN variants v ON v.id = a.primary_variant_id"
    return str(one(store, f"{face} JOIN revisions r ON r.id = v.revision_id"))


def updated(store: Store) -> list[str]:
    """Return the `updated` of each word to subscribers, in order."""
    rows = ask(store, "SELECT json_extract(entry, '$.updated_at') FROM publications ORDER BY seq")
    return [value for (value,) in rows]


def test_a_text_that_flaps_ends_as_two_revisions_and_the_last_stated_is_shown(
    store: Store, paper: Paper
) -> None:
    for n_poll, title in enumerate((A, B, A, B, A)):
        paper.poll(bridge(title), now=at(60 * n_poll))
        assert shown(store) == title
    assert revisions(store) == [("new", A), ("substantial", B)]
    assert {row[3] for row in stated(store)} == {A, B}
    assert one(store, "SELECT count(*) FROM statements WHERE note = 'returned'") == 3


def test_a_third_text_after_a_return_is_a_revision_of_its_own(store: Store, paper: Paper) -> None:
    for n_poll, title in enumerate((A, B, A, C, B)):
        paper.poll(bridge(title), now=at(60 * n_poll))
    assert [title for _, title in revisions(store)] == [A, B, C]
    assert ask(store, "SELECT number FROM revisions ORDER BY id") == [(1,), (2,), (3,)]
    assert shown(store) == B


def test_a_text_that_flaps_does_so_across_a_restart(tmp_path: Path) -> None:
    for n_poll, title in enumerate((A, B, A, B)):
        with open_store(tmp_path / "archive.db") as store:
            paper = Paper(store, "krant")
            paper.poll(bridge(title), now=at(60 * n_poll))
            assert troubles(store) == []
    assert len(revisions(tmp_path / "archive.db")) == 2
    assert shown(tmp_path / "archive.db") == B


def test_subscribers_are_told_of_the_edit_once_and_of_each_turn_quietly(
    store: Store, paper: Paper
) -> None:
    for n_poll, title in enumerate((A, B, A, B, A)):
        paper.poll(bridge(title), now=at(60 * n_poll))
        store.settle(now=at(60 * n_poll + 1))
    told = updated(store)
    assert len(told) == 5
    assert len(set(told)) == 2


def test_a_return_is_counted_as_seen_and_not_as_an_edit(store: Store, paper: Paper) -> None:
    paper.poll(bridge(A), now=at(0))
    assert paper.poll(bridge(B), now=at(60)).n_revised == 1
    back = paper.poll(bridge(A), now=at(120))
    assert (back.n_new, back.n_revised, back.n_seen) == (0, 0, 1)


def test_a_page_that_flaps_ends_as_two_texts(store: Store) -> None:
    paper = Paper(store, "krant", page="always")
    paper.poll(bridge(A, " ".join(story(BRIDGE).split()[:20])), now=at(0))
    more = " De schippers zijn boos."
    for n_look, end in enumerate(("", more, "", more, "")):
        page = ArticlePage(title=A, text=story(BRIDGE) + end)
        deposit_page(store, URL, page, at(60 * n_look + 1))
    kinds = [kind for kind, _ in revisions(store)]
    assert kinds[:2] == ["new", "page"]
    assert len(kinds) == 3
    text = "SELECT c.text FROM variants v JOIN revisions r ON r.id = v.revision_id"
    assert one(store, f"{text} JOIN contents c ON c.digest = r.content_digest") == story(BRIDGE)


def test_search_finds_the_current_text_and_the_one_that_stood_at_an_instant(
    store: Store, paper: Paper
) -> None:
    texts = ("De schippers zijn boos.", "De wethouder legt het uit.")
    for n_poll in range(3):
        paper.poll(bridge(A, f"{story(BRIDGE)} {texts[n_poll % 2]}"), now=at(60 * n_poll))

    def found(query: str, **past: object) -> int:
        with Archive.open(str(store.path)) as archive:
            return len(archive.search(query, **past).hits)  # type: ignore[arg-type]  # as_of or revisions

    for _ in range(2):
        assert (found("schippers"), found("wethouder")) == (1, 0)
        assert (found("schippers", as_of=at(30)), found("wethouder", as_of=at(30))) == (1, 0)
        assert (found("schippers", as_of=at(90)), found("wethouder", as_of=at(90))) == (0, 1)
        assert (found("schippers", as_of=at(130)), found("wethouder", as_of=at(130))) == (1, 0)
        assert found("wethouder", revisions=True) == 1
        with store.writing() as connection:
            rebuild(connection)  # made anew from the tables, the index says the same
        assert troubles(store) == []
