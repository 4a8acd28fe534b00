"""The index is made anew beside the old one, whatever is written, erased or killed meanwhile."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.errors import ArchiveUnusable, Busy
from archive.front import Archive
from archive.store import Store, indexing, reindexing
from archive.store.prepared import driver_of
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.looking import BRIDGE, ELECTION, FROST, LIBRARY, ask, story, troubles

ROWS = "SELECT revision, variant, article, kind, effective_at, valid_from, valid_to, label FROM search_row ORDER BY 1"
NEXT = "SELECT name FROM sqlite_master WHERE name LIKE '%next%'"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        yield store


def item(guid: str, title: str, text: str) -> dict[str, object]:
    return {
        "guid": guid,
        "title": title,
        "text": story(text),
        "url": f"https://krant.example/{guid}",
    }


@pytest.fixture
def krant(store: Store, monkeypatch: pytest.MonkeyPatch) -> Paper:
    """A paper with three articles; a revision a transaction, so that much may happen between them."""
    monkeypatch.setattr(reindexing, "AT_ONCE", 1)
    paper = Paper(store, "krant")
    paper.poll(
        item("brug", "Brug dicht", BRIDGE), item("vorst", "Telers sproeien", FROST),
        item("boek", "Bieb gered", LIBRARY), now=at(0),
    )  # fmt: skip
    return paper


def between(store: Store, *works: Callable[[], object]) -> int:
    """Reindex, and do one work after each transaction."""
    waiting = list(works)
    return reindexing.reindex(store.writing, pause=lambda _: waiting and waiting.pop(0)())


def words(store: Store) -> set[tuple[str, ...]]:
    return set(ask(store, "SELECT * FROM word"))


def is_as_built_in_one_go(store: Store) -> bool:
    rows, held = ask(store, ROWS), words(store)
    with store.writing() as connection:
        indexing.rebuild(connection)
    return (rows, held) == (ask(store, ROWS), words(store))


def test_what_is_deposited_meanwhile_is_in_the_new_index(store: Store, krant: Paper) -> None:
    omroep = Paper(store, "omroep")

    def edit() -> None:
        krant.poll(item("brug", "Brug weer open", BRIDGE + ELECTION), now=at(60))

    def show_elsewhere() -> None:
        omroep.poll(item("vorst", "Telers sproeien", FROST) | {"guid": "x"}, now=at(70))

    def add() -> None:
        krant.poll(item("stem", "Kiezers naar splinternieuwe stembus", ELECTION), now=at(80))

    assert between(store, edit, show_elsewhere, add) == 5
    assert troubles(store) == []
    assert ask(store, NEXT) == []
    assert "splinternieuwe" in {word for _, _, word in words(store)}
    with Archive.open(str(store.path)) as archive:
        assert archive.search("title:open").n_total == 1
        assert archive.search("title:dicht").n_total == 0
        assert archive.search("feed:omroep sproeien").n_total == 1
    assert is_as_built_in_one_go(store)


def test_searching_goes_on_with_the_old_index(store: Store, krant: Paper) -> None:
    found = []

    def look() -> None:
        with Archive.open(str(store.path)) as archive:
            found.append(archive.search("brug OR sproeien OR gered").n_total)

    between(store, look, look)
    look()
    assert found == [3, 3, 3]


def test_no_word_of_what_is_erased_meanwhile_comes_back(store: Store, krant: Paper) -> None:
    def erase() -> None:
        (public_id,) = ask(
            store,
            "SELECT a.public_id FROM articles a JOIN variants v ON v.article_id = a.id"
            " JOIN revisions r ON r.id = v.revision_id WHERE r.title = 'Brug dicht'",
        )[0]
        store.erase(public_id, who="test", why=None, now=at(60))

    assert between(store, lambda: None, lambda: None, erase) == 2
    assert troubles(store) == []
    with store.writing() as connection:
        db = driver_of(connection)
        db.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search, row)")
        terms = {term for (term,) in db.execute("SELECT term FROM temp.terms")}
        db.execute("DROP TABLE temp.terms")
    assert "dicht" not in terms and "sproeien" in terms


def test_one_that_is_killed_leaves_the_old_index_and_the_next_begins_anew(
    store: Store, krant: Paper
) -> None:
    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        between(store, lambda: None, die)
    assert ask(store, NEXT) and troubles(store) == []
    krant.poll(item("stem", "Stembus", ELECTION), now=at(60))
    assert store.reindex() == 4
    assert ask(store, NEXT) == [] and troubles(store) == []


def test_words_are_written_again_by_who_wrote_them_before_a_reindex_elsewhere(
    store: Store, krant: Paper
) -> None:
    with open_store(store.path) as other:
        with other.writing() as connection:
            connection.exec_driver_sql(
                "UPDATE revisions SET is_void = 1 WHERE title = 'Bieb gered'"
            )
        other.reindex()
    assert not any(word == "gered" for _, _, word in words(store))
    krant.poll(item("nog", "Opnieuw gered", ELECTION), now=at(60))
    assert any(word == "gered" for _, _, word in words(store))


def test_a_damaged_index_is_made_whole(store: Store, krant: Paper) -> None:
    with store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM search_row WHERE revision < 3")
        connection.exec_driver_sql("DELETE FROM word_ending")
        connection.exec_driver_sql("INSERT INTO search(search) VALUES ('delete-all')")
    assert troubles(store)
    assert store.reindex() == 3
    assert troubles(store) == []
    assert is_as_built_in_one_go(store)


def test_an_index_of_older_words_takes_deposits_and_is_mended_by_reindex(
    store: Store, krant: Paper
) -> None:
    assert not store.has_old_words()
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE search_row SET words_version = 0")
        connection.exec_driver_sql("UPDATE meta SET value = '0' WHERE key = 'words_version'")
    assert store.has_old_words()
    # Another feed shows an article: its labels change, and nobody knows which words to take out.
    elsewhere = item("vorst", "Telers sproeien", FROST) | {"guid": "x"}
    Paper(store, "omroep").poll(elsewhere, now=at(70))
    with Archive.open(str(store.path)) as archive:
        assert archive.search("feed:omroep sproeien").n_total == 1
        assert archive.search("sproeien").n_total == 1
    assert any("without its search row" in trouble for trouble in troubles(store))
    with store.writing() as connection, pytest.raises(ArchiveUnusable, match="reindex"):
        store._indexer.remove(driver_of(connection), [1])
    assert store.reindex() == 3
    assert not store.has_old_words()
    assert troubles(store) == []


def test_erasures_without_end_are_told(
    store: Store, krant: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindexing, "MOST_TRIES", 1)

    def void_the_first() -> None:
        with store.writing() as connection:
            connection.exec_driver_sql("UPDATE revisions SET is_void = 1 WHERE id = 1")

    with pytest.raises(Busy, match="being erased"):
        between(store, lambda: None, lambda: None, void_the_first)
