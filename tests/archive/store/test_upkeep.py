import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.errors import ArchiveUnusable
from archive.store import Store
from archive.store.instants import NEVER
from archive.store.schema import services
from archive.store.upkeep import INVARIANTS, SHOWN, back_up
from tests.archive.store.depositing import Paper, at, open_store

NEWS = (
    {"guid": "1", "title": "Dijk bij Tiel houdt stand", "text": "Het water steeg, de dijk hield het."},
    {"guid": "2", "title": "Kamer stemt over stikstof", "text": "De stemming duurde tot na elven."},
)  # fmt: skip

DAMAGE: dict[str, str] = {
    "an article without a telling": """
        INSERT INTO articles (public_id, first_seen_at, effective_at, settle_at, settled_at)
        VALUES ('aaaa', 0, 0, 0, 0)""",
    "a telling without a current revision": "UPDATE variants SET revision_id = NULL WHERE id = 1",
    "a telling that no feed showed": "UPDATE sightings SET variant_id = 2",
    "something left of what was erased": "UPDATE variants SET audience = 'erased' WHERE id = 1",
    "a sighting without a statement": "UPDATE sightings SET statement_id = 99 WHERE id = 1",
    "a sighting twice": """
        UPDATE sightings SET entry_digest = (SELECT entry_digest FROM sightings WHERE id = 1), variant_id = 1""",
    "a merged article that still holds a telling": "UPDATE articles SET merged_into = 2 WHERE id = 1",
    "an article whose face is not one of its tellings": "UPDATE articles SET primary_variant_id = 99 WHERE id = 1",
    "a current revision that search cannot find": "DELETE FROM search_row WHERE revision = 1",
    "a search row without its revision": "UPDATE search_row SET revision = 99 WHERE revision = 1",
    "a search row without its text": "UPDATE search_row SET key = key + 5000 WHERE revision = 1",
    "an indexed text without its search row": "INSERT INTO search (rowid, title) VALUES (7, 'wees')",
    "a page wanted that no task will fetch": "UPDATE variants SET page_state = 'wanted' WHERE id = 1",
    "two articles that somebody made one": """
        INSERT INTO hand_links (a_sighting_id, b_sighting_id, verdict, who, at) VALUES (1, 2, 'must', 'marit', 0)""",
    "one article that somebody made two": """
        INSERT INTO hand_links (a_sighting_id, b_sighting_id, verdict, who, at) VALUES (1, 1, 'must_not', 'mv', 0)""",
    "two current search rows of one telling": "UPDATE search_row SET variant = 1",
}
"""A change that the program never makes, for each promise that it breaks."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db") as store:
        Paper(store).poll(*NEWS, now=at(0))
        yield store


def damage(store: Store, sql: str) -> None:
    with sqlite3.connect(store.path) as db:  # its foreign keys are off
        db.execute(sql)


def found(store: Store) -> set[str]:
    return {trouble.what for trouble in store.check()}


def test_a_sound_archive_has_no_trouble(store: Store) -> None:
    store.settle(now=at(30))
    Paper(store).poll(NEWS[0] | {"title": "Dijk bij Tiel bezwijkt toch"}, now=at(40))
    assert store.check() == ()


def test_every_promise_is_broken_once_below() -> None:
    assert DAMAGE.keys() == INVARIANTS.keys()


@pytest.mark.parametrize("what", DAMAGE)
def test_a_broken_promise_is_found(store: Store, what: str) -> None:
    damage(store, DAMAGE[what])
    assert what in found(store)


def test_a_row_that_points_nowhere_is_found(store: Store) -> None:
    damage(store, "UPDATE statements SET content_digest = x'00' WHERE id = 1")
    (trouble,) = (one for one in store.check() if "points" in one.what)
    assert trouble.examples == ("statements row 1",)


def test_a_broken_full_text_index_is_found_though_the_file_is_sound(store: Store) -> None:
    damage(store, "UPDATE search_data SET block = x'00ff00ff' WHERE id > 10")
    assert any("search index is damaged" in what for what in found(store))
    assert not any("integrity_check" in what for what in found(store))


def test_an_index_of_other_words_than_the_text_is_found(store: Store) -> None:
    damage(store, "UPDATE contents SET text = 'Heel iets anders' WHERE text LIKE '%dijk hield%'")
    assert any("indexed words" in what for what in found(store))


def test_examples_are_few_and_the_rest_is_counted(store: Store) -> None:
    rows = ", ".join(f"('{n:04}', 0, 0, 0, 0)" for n in range(SHOWN + 3))
    damage(
        store,
        f"INSERT INTO articles (public_id, first_seen_at, effective_at, settle_at, settled_at) VALUES {rows}",
    )
    (trouble,) = (one for one in store.check() if one.what == "an article without a telling")
    assert (trouble.n_found, len(trouble.examples)) == (SHOWN + 3, SHOWN)


def test_a_page_of_the_file_that_was_overwritten_is_said_in_words(store: Store) -> None:
    path = store.path
    store.close()
    content = bytearray(path.read_bytes())
    content[4096 * 5 : 4096 * 9] = b"\xff" * (4096 * 4)
    path.write_bytes(content)
    with Store.open(str(path)) as damaged:
        try:
            assert any("integrity_check" in trouble.what for trouble in damaged.check())
        except ArchiveUnusable as error:
            assert "restore it from a backup" in str(error)


def test_a_reindexed_archive_is_sound_again(store: Store) -> None:
    damage(store, DAMAGE["a current revision that search cannot find"])
    assert found(store)
    assert store.reindex() == len(NEWS)
    assert store.check() == ()


# ---- copies -------------------------------------------------------------------------------------


def test_a_backup_holds_what_was_written_while_the_archive_is_open(
    tmp_path: Path, store: Store
) -> None:
    copy = store.back_up(tmp_path / "copies", now=at(60), keep=3)
    assert copy.name == "archive-20261124T090000Z.db"
    with Store.open(str(copy)) as restored:
        assert restored.check() == ()
        assert restored.archive_id() == store.archive_id()
        assert restored.feeds()[0].n_articles == len(NEWS)


def test_only_the_newest_backups_stay(tmp_path: Path, store: Store) -> None:
    copies = [store.back_up(tmp_path / "copies", now=at(60 * n), keep=2) for n in range(4)]
    assert sorted((tmp_path / "copies").iterdir()) == copies[2:]


def test_a_copy_that_is_damaged_gets_no_name(tmp_path: Path) -> None:
    path = tmp_path / "torn.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (a)")
        db.executemany("INSERT INTO t VALUES (?)", [("x" * 900,)] * 40)
    content = bytearray(path.read_bytes())
    content[4096 * 4 : 4096 * 5] = b"\xff" * 4096
    path.write_bytes(content)
    with pytest.raises(ArchiveUnusable, match="no copy was made"):
        back_up(sqlite3.connect(path), tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == [path]


# ---- the service's rows -------------------------------------------------------------------------


def test_polls_are_folded_into_days_once(store: Store) -> None:
    paper = Paper(store)
    paper.poll(*NEWS, now=at(24 * 60))
    paper.poll_body(b"<html></html>", now=at(24 * 60 + 5))
    late = at(24 * 60 * 100)
    assert store.keep_house(now=late, poll_days=90) == 3
    assert store.keep_house(now=late, poll_days=90) == 0
    with sqlite3.connect(store.path) as db:
        rows = db.execute("SELECT n_polls, n_failed, n_new FROM poll_days ORDER BY day").fetchall()
        assert rows == [(1, 0, 2), (2, 1, 0)]
        assert db.execute("SELECT count(*) FROM polls").fetchone() == (0,)


def test_a_heartbeat_keeps_the_start_of_its_owner(store: Store) -> None:
    for minute in (0, 5):
        store.beat("engine", now=at(minute), state="running", facts={"pid": 1})
    with store.reading() as connection:
        row = connection.execute(sa.select(services)).one()
    assert row.heartbeat_at - row.started_at == 5 * 60 * 1_000_000
    assert row.started_at < NEVER
