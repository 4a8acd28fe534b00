"""What stands in the index is what stands in the archive, whatever was added, closed, moved or taken out."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import ArchiveUnusable
from archive.store import index
from archive.store.index import (
    Indexer,
    Relabelling,
    differing,
    forget_words,
    label_of,
    sort_in_words,
    tokens_of,
)
from archive.store.instants import NEVER, to_us
from archive.words.tokens import fold, spellings, tokens
from tests.archive.store.archives import Newsroom, at


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path / "archive.db")
    yield made
    made.close()


def matches(db: sqlite3.Connection, query: str) -> list[int]:
    return [key for (key,) in db.execute("SELECT rowid FROM search WHERE search MATCH ?", (query,))]


def rows(db: sqlite3.Connection, columns: str = "key") -> list[tuple[int, ...]]:
    return db.execute(f"SELECT {columns} FROM search_row ORDER BY key").fetchall()


def revision_of(room: Newsroom, public_id: str) -> int:
    found: int = room.db.execute(
        "SELECT revision_id FROM variants WHERE id = ?", (room.variant_of(public_id),)
    ).fetchone()[0]
    return found


def test_a_row_lies_at_its_effective_second_and_a_crowd_moves_upwards(room: Newsroom) -> None:
    second = to_us(at("2026-11-24T08:12")) // 1_000_000
    for n in range(3):
        room.article(f"Kop {n}")
    room.article("Kop later", when="2026-11-24T08:12:01")
    assert rows(room.db) == [(second + n,) for n in range(4)]


def test_a_late_arrival_lands_in_the_past(room: Newsroom) -> None:
    room.article("Nieuw", "abc")
    room.article("Oud", "abc", when="1969-07-20T20:17")
    assert rows(room.db)[0][0] < 0
    assert matches(room.db, "abc") == [key for (key,) in rows(room.db)]


def test_words_labels_and_language_answer_in_their_columns(room: Newsroom) -> None:
    room.article(
        "Café dicht", "Straße", section="Binnenland nu", authors=("Jens Stoltenberg", "Marit Vos")
    )
    for query in (
        "title : cafe", "body : strasse", '"lang:nl"', '"feed:1"', '"section:binnenland section:nu"',
        '"author:jens author:stoltenberg"', '"author:marit"',
    ):  # fmt: skip
        assert matches(room.db, query), query
    assert not matches(room.db, '"author:stoltenberg author:marit"')
    assert not matches(room.db, "stoltenberg")


def test_a_label_of_a_feed_is_its_id() -> None:
    with pytest.raises(ValueError, match="its id"):
        label_of("nl", (("feed", "joop"),))
    assert label_of(None, (("feed", "12"), ("feed", "3"))) == "lang:und feed:12 : feed:3"


def test_a_newer_revision_closes_the_older_and_takes_nothing_out(room: Newsroom) -> None:
    article = room.article("Oude kop", "tekst")
    room.revise(room.variant_of(article), "Nieuwe kop", "tekst", when="2026-11-24T09:00")
    assert len(matches(room.db, "oude")) == len(matches(room.db, "nieuwe")) == 1
    assert rows(room.db, "valid_to") == [(to_us(at("2026-11-24T09:00")),), (NEVER,)]


def test_what_is_removed_leaves_no_trace(room: Newsroom) -> None:
    kept, gone = room.article("Blijft", "samen"), room.article("Verdwijnt", "samen")
    room.indexer.remove(room.db, [revision_of(room, gone), 987654])
    assert matches(room.db, "verdwijnt") == []
    assert matches(room.db, "samen") == matches(room.db, "blijft")
    assert len(rows(room.db)) == 1
    assert differing(room.db) == ()
    assert revision_of(room, kept)


def test_a_new_label_or_date_moves_the_row_and_repeating_it_writes_nothing(room: Newsroom) -> None:
    article = room.article("Kop", "tekst")
    other = room.feed("nos")
    change = Relabelling(
        revision_id=revision_of(room, article),
        language="nl",
        effective_at_us=to_us(at("2026-11-20T08:00")),
        labels=(("feed", "1"), ("feed", str(other))),
    )
    assert room.indexer.relabel(room.db, [change]) == 1
    assert room.indexer.relabel(room.db, [change]) == 0
    assert rows(room.db) == [(change.effective_at_us // 1_000_000,)]
    assert matches(room.db, f'"feed:{other}" AND tekst') == [change.effective_at_us // 1_000_000]
    assert differing(room.db) == ()


def test_rows_that_change_places_get_keys_of_their_own(room: Newsroom) -> None:
    one = room.article("Een", "aap", when="2026-11-24T08:00:00")
    two = room.article("Twee", "noot", when="2026-11-24T08:00:01")
    room.article("Drie", "mies", when="2026-11-24T08:00:02")
    changes = [
        Relabelling(
            revision_id=revision_of(room, article),
            language="nl",
            effective_at_us=to_us(at(when)),
            labels=(("feed", "1"),),
        )
        for article, when in ((one, "2026-11-24T08:00:01"), (two, "2026-11-24T08:00:00"))
    ]
    assert room.indexer.relabel(room.db, changes) == 2
    assert [matches(room.db, word) for word in ("aap", "noot", "mies")] == [
        [room.db.execute("SELECT key FROM search_row WHERE revision = ?", (n,)).fetchone()[0]]
        for n in (revision_of(room, one), revision_of(room, two), 3)
    ]
    assert differing(room.db) == ()


def test_a_merge_hands_the_rows_of_a_variant_to_another_article(room: Newsroom) -> None:
    article = room.article("Kop")
    room.indexer.assign(
        room.db, room.variant_of(article), article_id=77, is_primary=False, is_private=True
    )
    assert rows(room.db, "article, is_primary, is_private") == [(77, 0, 1)]


def test_words_that_were_rolled_back_are_written_again(room: Newsroom) -> None:
    room.db.execute("BEGIN")
    room.article("Stikstofuitkoop")
    room.db.execute("ROLLBACK")
    room.indexer.rollback()
    room.article("Stikstofuitkoop")
    room.indexer.commit()
    assert room.db.execute("SELECT lang FROM word WHERE word = 'stikstofuitkoop'").fetchall() == [
        ("nl",)
    ]


def test_the_memory_of_written_words_is_bounded(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "MAX_KNOWN_WORDS", 20)
    indexer = Indexer()
    for n in range(30):
        words = f"woord{n} ander{n}"
        indexer.learn(room.db, "nl", words, set(words.split()))
        indexer.commit()
    held = sum(len(words) for half in (indexer._young, indexer._old) for words in half.values())
    assert held <= 26
    assert room.db.execute("SELECT count(*) FROM word").fetchone() == (60,)


def test_accented_words_have_the_keys_of_their_spelling(room: Newsroom) -> None:
    room.article("Étudié", language="fr")
    room.article("Häuser", language="de")
    found = set(room.db.execute("SELECT lang, stem, word FROM word"))
    assert found == {("fr", "etudi", "etudie"), ("de", "haus", "hauser")}


def test_only_the_head_of_an_endless_text_is_indexed() -> None:
    title, body = tokens_of("een kop", "woord " * 20_000)
    assert len(title.split()) + len(body.split()) == index.MAX_TOKENS


def test_a_sample_shows_which_entries_do_not_hold_their_words(room: Newsroom) -> None:
    one, two, three = (
        room.article("Een", "aap"),
        room.article("Twee", "noot"),
        room.article("Drie", "mies"),
    )
    key = room.db.execute(
        "SELECT key FROM search_row WHERE revision = ?", (revision_of(room, two),)
    ).fetchone()[0]
    room.db.execute(
        "INSERT INTO search (search, rowid, title, body, label) VALUES ('delete', ?, 'twee', 'noot', 'lang:nl feed:1')",
        (key,),
    )
    room.db.execute(
        "UPDATE contents SET text = 'vuur' WHERE digest ="
        " (SELECT content_digest FROM revisions WHERE id = ?)",
        (revision_of(room, three),),
    )
    assert differing(room.db) == (revision_of(room, two), revision_of(room, three))
    assert differing(room.db, n_sample=1) == ()
    assert revision_of(room, one)


def test_a_sample_shows_which_words_the_vocabulary_lacks(room: Newsroom) -> None:
    article = room.article("Een", "landbouwminister 東京都")
    sort_in_words(room.db)
    assert differing(room.db) == ()
    room.db.execute("DELETE FROM word_ending WHERE reversed = 'retsinimwuobdnal'")
    assert differing(room.db) == (revision_of(room, article),)


def test_words_are_sorted_in_by_the_thousand_and_found_before_and_after(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "MAX_NEW_WORDS", 5)
    room.article("Kop", "aap noot mies")
    assert room.db.execute("SELECT count(*) FROM word_new").fetchone() == (4,)
    assert room.db.execute("SELECT count(*) FROM word_sorted").fetchone() == (0,)
    room.article("Kop", "aap wim zus")
    assert room.db.execute("SELECT count(*) FROM word_new").fetchone() == (0,)
    held = room.db.execute("SELECT word FROM word_sorted ORDER BY word").fetchall()
    assert held == [(word,) for word in ("aap", "kop", "mies", "noot", "wim", "zus")]
    backwards = {word[::-1] for (word,) in room.db.execute("SELECT reversed FROM word_ending")}
    assert backwards == {word for (word,) in held}


def test_a_word_with_and_without_its_accent_has_the_keys_of_both(room: Newsroom) -> None:
    room.article("Étudié", "et etudie aussi", language="fr")
    keys = {
        stem for stem, word in room.db.execute("SELECT stem, word FROM word") if word == "etudie"
    }
    assert keys == {"etudi", "etud"}


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(st.sampled_from("aeé’ “ßü東京.\u0301"), max_size=40), st.text("aeé ", max_size=12))
def test_new_spellings_are_the_spellings_of_a_text_that_are_not_known(
    text: str, other: str
) -> None:
    known = (spellings(other), set[str]())
    indexed = set(tokens(text))
    found = {word for word in index._new_spellings(text, indexed, known) if fold(word) in indexed}
    expected = {word for word in spellings(text) - spellings(other) if fold(word) in indexed}
    assert found == expected


def test_words_that_are_forgotten_are_in_none_of_the_three_places(room: Newsroom) -> None:
    room.article("Kop", "boomgaard")
    sort_in_words(room.db)
    room.article("Kop", "boomgaard tuin")
    room.db.execute("INSERT INTO word_new VALUES ('nl', 'boomgaard', 'boomgaard')")
    forget_words(room.db, ["boomgaard"])
    for table, column in (
        ("word_sorted", "word"),
        ("word_ending", "reversed"),
        ("word_new", "word"),
    ):
        words = {word for (word,) in room.db.execute(f"SELECT {column} FROM {table}")}
        assert not words & {"boomgaard", "draagmoob"}, table


def test_rows_of_another_words_version_are_never_taken_out_by_guess(room: Newsroom) -> None:
    article = room.article("Kop")
    room.db.execute("UPDATE search_row SET words_version = 0")
    with pytest.raises(ArchiveUnusable, match="reindex"):
        room.indexer.remove(room.db, [revision_of(room, article)])
