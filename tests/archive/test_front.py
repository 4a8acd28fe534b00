"""The reading face: articles by any beginning of their id, their revisions, sightings, rows for elsewhere."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import Archive
from archive.errors import NotFound
from archive.model.kept import RevisionKind
from archive.model.stated import Author
from tests.archive.store.archives import Newsroom, at

# What a search must never load: each costs more than the search.
HEAVY = (
    "sqlalchemy",
    "aiohttp",
    "bs4",
    "lxml",
    "pydantic",
    "structlog",
    "rich",
    "trafilatura",
    "feedparser",
    "starlette",
    "hashlib",
)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path / "archive.db")
    made.feed("nos", title="NOS")
    yield made
    made.close()


@pytest.fixture
def archive(room: Newsroom) -> Iterator[Archive]:
    with Archive.open(f"sqlite:///{room.path}") as opened:
        yield opened


def test_an_article_comes_whole(room: Newsroom, archive: Archive) -> None:
    made = room.article(
        "Kop", "tekst", html="<p>tekst</p>", section="Actueel", authors=("Marit Vos",), tags=("a", "b")
    )  # fmt: skip
    article = archive.article(made)
    assert article.id == made
    assert article.face.title == "Kop"
    assert article.face.html == "<p>tekst</p>"
    assert article.face.authors == (Author(name="Marit Vos"),)
    assert article.face.tags == ("a", "b")
    assert article.face.published_at == article.effective_at == at("2026-11-24T08:12")
    assert article.is_settled
    assert (article.n_revisions, article.n_variants, article.page_note) == (1, 1, None)
    assert [seen.feed for seen in article.sightings] == ["joop"]


def test_ids_are_typed_by_their_beginning(room: Newsroom, archive: Archive) -> None:
    one = room.article("Een", public_id="k7q2aaaaaaaaaaaa")
    two = room.article("Twee", public_id="k7q3aaaaaaaaaaaa")
    assert archive.article("K7Q2").id == one
    assert archive.article(two).id == two
    assert archive.short_id(one) == "k7q2"
    room.article("Drie", public_id="k7q2aaaaaaaaaaab")
    assert archive.short_id(one) == one
    with pytest.raises(NotFound, match=r"several ids begin.*k7q2aaaaaaaaaaaa, k7q2aaaaaaaaaaab"):
        archive.article("k7q2")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("zzzz", "newsarchive search"),
        ("k7", "at least its first 4"),
        ("", "at least"),
        ("k7q%", "letters"),
        ("é7q2", "letters"),
    ],
)
def test_what_is_no_id_is_not_found_with_the_cure(archive: Archive, typed: str, says: str) -> None:
    with pytest.raises(NotFound, match=says) as caught:
        archive.article(typed)
    assert caught.value.exit_code == 1


def test_a_merged_id_gives_its_survivor(room: Newsroom, archive: Archive) -> None:
    kept, gone, before = room.article("Blijft"), room.article("Weg"), room.article("Eerder weg")
    room.db.execute("UPDATE articles SET merged_into = 1 WHERE public_id = ?", (gone,))
    room.db.execute("UPDATE articles SET merged_into = 2 WHERE public_id = ?", (before,))
    assert archive.article(gone).id == archive.article(before).id == kept
    assert archive.article(kept).merged_from == (gone,)
    # All three share a beginning, and all mean one article.
    assert archive.article("kaaa").id == kept


def test_revisions_are_the_faces_chain_oldest_first_without_void_ones(
    room: Newsroom, archive: Archive
) -> None:
    made = room.article("Een", "a")
    variant = room.variant_of(made)
    room.revise(variant, "Twee", "b", when="2026-11-24T09:00", kind="page")
    room.revise(variant, "Drie", "c", when="2026-11-24T10:00", kind="minor")
    room.db.execute("UPDATE revisions SET is_void = 1 WHERE number = 2")
    found = archive.revisions(made)
    assert [(r.number, r.kind, r.title) for r in found] == [
        (1, RevisionKind.NEW, "Een"), (3, RevisionKind.MINOR, "Drie"),
    ]  # fmt: skip
    assert archive.article(made).n_revisions == 2
    assert archive.revisions(made, variant_id=variant + 1) == ()


def test_a_sighting_in_the_current_window_was_seen_when_that_was_confirmed(
    room: Newsroom, archive: Archive
) -> None:
    made = room.article("Kop")
    seen = archive.sightings(made)[0]
    assert seen.last_seen_at == seen.first_seen_at
    room.db.execute(
        "UPDATE feeds SET window_confirmed_at = ?", (int(at("2026-11-25").timestamp() * 1e6),)
    )
    assert archive.sightings(made)[0].last_seen_at == seen.first_seen_at
    room.db.execute("UPDATE sightings SET in_window = 1")
    assert archive.sightings(made)[0].last_seen_at == at("2026-11-25")


def test_latest_is_by_date_and_leaves_private_and_merged_ones_out(
    room: Newsroom, archive: Archive
) -> None:
    old = room.article("Oud", when="2026-11-01")
    new = room.article("Nieuw", when="2026-11-02")
    room.article("Besloten", when="2026-11-03", is_private=True)
    gone = room.article("Weg", when="2026-11-04")
    room.db.execute("UPDATE articles SET merged_into = 1 WHERE public_id = ?", (gone,))
    assert [article.id for article in archive.latest()] == [new, old]
    assert [article.id for article in archive.latest(before=at("2026-11-02"))] == [old]
    assert len(archive.latest(include_private=True)) == 3
    assert archive.latest(0) == ()


def test_an_erased_article_is_not_found_and_goes_nowhere(room: Newsroom, archive: Archive) -> None:
    made = room.article("Weg")
    room.db.execute("UPDATE variants SET audience = 'erased'")
    with pytest.raises(NotFound, match="was erased"):
        archive.article(made)
    assert list(archive.export()) == []
    assert list(archive.export(with_sightings=True)) == []
    assert archive.latest(include_private=True) == ()


def test_stored_json_of_another_shape_still_shows(room: Newsroom, archive: Archive) -> None:
    made = room.article("Kop")
    for stated in (
        '{"authors": ["Jan", {"name": ""}, 3], "tags": "x", "enclosures": [{}], "new": 1}',
        "[]",
        "{",
        "",
    ):
        room.db.execute("UPDATE revisions SET stated = ?", (stated,))
        room.db.execute("UPDATE sightings SET raw_dates = ?", (stated,))
        article = archive.article(made)
        assert article.face.tags == ()
        assert [author.name for author in article.face.authors] in (["Jan"], [])


def test_a_page_that_was_not_read_says_why(room: Newsroom, archive: Archive) -> None:
    made = room.article("Kop")
    for state, detail, note in (
        ("wall", "consent wall", "consent wall"), ("given_up", "robots", "not fetched: robots"),
        ("wanted", None, "not fetched yet"), ("read", None, None),
    ):  # fmt: skip
        room.db.execute("UPDATE variants SET page_state = ?, page_detail = ?", (state, detail))
        assert archive.article(made).page_note == note


def test_feeds_come_by_name_with_their_articles_and_no_secrets(
    room: Newsroom, archive: Archive
) -> None:
    room.article("Een")
    room.article("Twee")
    room.db.execute(
        "UPDATE feeds SET url = 'https://u:p@joop.example/feed?token=abc' WHERE name = 'joop'"
    )
    room.feed("geheim", is_private=True)
    joop, geheim, nos = sorted(archive.feeds(), key=lambda feed: (feed.name != "joop", feed.name))
    assert (joop.n_articles, nos.n_articles) == (2, 0)
    assert joop.title == "Joop"
    assert "p@" not in joop.address
    assert "abc" not in joop.address
    assert geheim.address == "https://geheim.example/ (private)"


def test_export_has_a_row_an_article_or_one_for_each_telling(
    room: Newsroom, archive: Archive
) -> None:
    made = room.article("Kop", "tekst", html="<p>tekst</p>")
    variant = room.variant_of(made)
    sighting = room.see(
        variant, "Kop bij nos", "kort", when="2026-11-24T09:00", feed="nos", guid=None
    )
    room.state(variant, sighting, "Kop bij nos, later", "kort", when="2026-11-24T10:00")
    room.state(variant, sighting, "Kop bij nos", "kort", when="2026-11-24T11:00")
    room.article("Besloten", is_private=True)
    rows = list(archive.export(include_private=False))
    assert [row["title"] for row in rows] == ["Kop"]
    assert rows[0] == {
        "feed": "https://joop.example/feed", "guid": "joop-1", "url": "https://joop.example/3/1",
        "title": "Kop", "article": made, "published_at": "2026-11-24T08:12:00Z",
        "first_seen_at": "2026-11-24T08:12:00Z", "language": "nl", "text": "tekst", "html": "<p>tekst</p>",
    }  # fmt: skip
    told = list(archive.export(with_sightings=True, include_private=False))
    assert [(row["feed"], row["guid"], row["title"]) for row in told] == [
        ("https://joop.example/feed", "joop-1", "Kop"),
        ("https://nos.example/feed", None, "Kop bij nos"),
        ("https://nos.example/feed", None, "Kop bij nos, later"),
    ]
    assert len(list(archive.export())) == 2


def test_statistics_count_articles_copies_and_edits_by_month(
    room: Newsroom, archive: Archive
) -> None:
    made = room.article("Een", when="2026-10-31T23:00")
    room.article("Twee", when="2026-11-01")
    room.see(room.variant_of(made), "Een", "", when="2026-11-02", feed="nos")
    room.revise(room.variant_of(made), "Eén", "", when="2026-11-03", kind="minor")
    found = archive.stats()
    assert (found.n_articles, found.n_sightings, found.n_duplicates, found.n_edits) == (2, 3, 1, 1)
    assert found.first_seen_at == at("2026-10-31T23:00")
    assert [(m.month, m.feed, m.n_articles, m.n_sightings, m.n_edits) for m in found.months] == [
        ("2026-10", "joop", 1, 1, 0), ("2026-11", "joop", 1, 1, 1), ("2026-11", "nos", 0, 1, 0),
    ]  # fmt: skip


def test_reading_while_another_writes_sees_whole_states(room: Newsroom, archive: Archive) -> None:
    for n in range(5):
        room.article(f"Storm {n}")
        found = archive.search("storm")
        assert found.n_total == len(found.hits) == n + 1


def test_searching_and_showing_load_nothing_heavy(room: Newsroom) -> None:
    made = room.article("Storm op zee", "De golven waren hoog.")
    room.indexer.commit()
    code = (
        "import sys; from archive import Archive\n"
        f"with Archive.open({str(room.path)!r}) as a:\n"
        f"    assert a.search('storm golv*').hits; assert a.search('zee', sort='relevance').hits\n"
        f"    assert a.article({made!r}).face.title; assert a.revisions({made!r}); assert a.latest()\n"
        f"print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
