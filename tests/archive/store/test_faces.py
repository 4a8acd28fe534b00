"""What readers see of an article: which telling is its face, what search says of it, and what no reader may see."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.config import Config
from archive.model.stated import ArticlePage, Precision
from archive.output.merged import publish_merged
from archive.store.faces import Faces
from archive.store.instants import NEVER, to_us
from archive.store.schema import meta
from archive.store.store import Store
from tests.archive.store.depositing import START, Paper, at, deposit_page, open_store
from tests.archive.store.looking import (
    BRIDGE,
    FROST,
    ask,
    one,
    story,
    tables_without_polls,
    troubles,
)

TITLE = "Draaibrug negen weken dicht"
LONGER = story(BRIDGE) + " Omwonenden zijn blij met de rust, de bakker op de kade is dat niet."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db") as opened:
        yield opened
        assert troubles(opened) == []


def bridge(guid: str, **change: object) -> dict[str, object]:
    return {"guid": guid, "title": TITLE, "text": story(BRIDGE)} | change


def face_of(store: Store) -> str:
    """Return the site of the only article's face."""
    query = "SELECT v.site FROM articles a JOIN variants v ON v.id = a.primary_variant_id"
    return str(one(store, query))


def rows(store: Store, columns: str) -> list[tuple[object, ...]]:
    return ask(store, f"SELECT {columns} FROM search_row ORDER BY revision")


# ---- the face -----------------------------------------------------------------------------------


def test_the_fullest_telling_is_the_face_until_the_article_goes_out(store: Store) -> None:
    Paper(store, "krant").poll(bridge("k"), now=at(0))
    assert face_of(store) == "krant.example"
    Paper(store, "bode").poll(bridge("b", text=LONGER), now=at(1))
    assert face_of(store) == "bode.example"
    store.settle(now=at(2))
    Paper(store, "post").poll(bridge("p", text=LONGER + " Einde bericht."), now=at(3))
    assert face_of(store) == "bode.example"
    assert rows(store, "variant, is_primary") == [(1, 0), (2, 1), (3, 0)]


def test_a_telling_that_grows_to_be_the_fullest_takes_the_face(store: Store) -> None:
    krant = Paper(store, "krant")
    krant.poll(bridge("k"), now=at(0))
    Paper(store, "bode").poll(bridge("b", text=LONGER), now=at(1))
    longest = LONGER + " De pont vaart ook op zondag, laat de schipper weten."
    krant.poll(bridge("k", text=longest), now=at(60))
    assert face_of(store) == "krant.example"
    current = "SELECT variant, is_primary FROM search_row WHERE valid_to = ?"
    assert dict(ask(store, current, NEVER)) == {1: 1, 2: 0}


def test_a_page_may_make_a_teaser_the_face(store: Store) -> None:
    krant = Paper(store, "krant", page="auto")
    krant.poll(bridge("k", text=" ".join(story(BRIDGE).split()[:30])), now=at(0))
    Paper(store, "bode").poll(bridge("b"), now=at(1))
    assert face_of(store) == "bode.example"
    page = ArticlePage(title=TITLE, text=LONGER)
    deposit_page(store, "https://krant.example/artikel/k", page, at(2))
    assert face_of(store) == "krant.example"


# ---- what search says ---------------------------------------------------------------------------


def test_a_newer_revision_takes_over_in_search_when_it_was_first_seen(store: Store) -> None:
    krant = Paper(store, "krant")
    krant.poll(bridge("k"), now=at(0))
    krant.poll(bridge("k", title="Schippers boos om dichte brug"), now=at(60))
    assert rows(store, "valid_from, valid_to") == [
        (to_us(at(0)), to_us(at(60))),
        (to_us(at(60)), NEVER),
    ]
    found = "SELECT w.revision FROM search s JOIN search_row w ON w.key = s.rowid WHERE search MATCH ?"  # fmt: skip
    assert ask(store, found, 'title : "schippers"') == [(2,)]
    assert ask(store, found, 'title : "draaibrug"') == [(1,)]


def test_labels_tell_feed_author_tag_section_and_language(store: Store) -> None:
    krant = Paper(store, "krant", page="always")
    krant.poll(bridge("k", author="Anna Vos", tags=("Verkeer",)), now=at(0))
    page = ArticlePage(title=TITLE, text=LONGER, section="Regio", language="nl")
    deposit_page(store, "https://krant.example/artikel/k", page, at(2))
    label = str(one(store, "SELECT label FROM search_row WHERE valid_to = ?", NEVER))
    for part in ("lang:nl", "feed:1", "section:regio", "author:anna", "author:vos", "tag:verkeer"):
        assert part in label.split()


def test_a_date_that_the_page_knows_better_moves_the_article_in_time(store: Store) -> None:
    krant = Paper(store, "krant", page="always")
    krant.poll(bridge("k"), now=at(0))
    assert one(store, "SELECT effective_at FROM articles") == to_us(at(0))
    published_at = START - timedelta(hours=30)
    page = ArticlePage(
        title=TITLE,
        text=LONGER,
        published_at=published_at,
        published_precision=Precision.MINUTE,
    )
    deposit_page(store, "https://krant.example/artikel/k", page, at(2))
    assert one(store, "SELECT effective_at FROM articles") == to_us(published_at)
    second = to_us(published_at) // 1_000_000
    assert ask(store, "SELECT key, effective_at FROM search_row WHERE valid_to = ?", NEVER) == [
        (second, to_us(published_at))
    ]


@pytest.mark.parametrize(
    ("day", "stands_at"),
    [("2026-11-22", datetime(2026, 11, 22, 12, tzinfo=UTC)), ("2026-11-24", at(5))],
)
def test_a_day_without_a_time_stands_at_noon_or_when_it_was_seen(
    store: Store, day: str, stands_at: datetime
) -> None:
    paper = Paper(store, "krant")
    document = paper.rss(bridge("k"))
    dated = document.replace(b"</item>", f"<dc:date>{day}</dc:date></item>".encode())
    paper.poll_body(dated, now=at(5))
    assert one(store, "SELECT published_precision FROM revisions") == "day"
    assert one(store, "SELECT effective_at FROM articles") == to_us(stands_at)


def test_further_feeds_of_a_telling_are_found_by_either(store: Store) -> None:
    Paper(store, "krant").poll(bridge("k"), now=at(0))
    regional = Paper(store, "regio", url="https://krant.example/regio.xml")
    regional.poll(bridge("r", url="https://krant.example/artikel/k"), now=at(1))
    found = "SELECT count(*) FROM search WHERE search MATCH ?"
    assert one(store, found, 'label : "feed:1"') == one(store, found, 'label : "feed:2"') == 1


# ---- what nobody may see ------------------------------------------------------------------------


def test_a_private_feeds_secrets_are_in_nothing_that_leaves_the_house(
    store: Store, tmp_path: Path
) -> None:
    address = "https://lid:kanarie1@krant.example/feed?token=kanarie2"
    secret = Paper(store, "geheim", url=address, is_private=True, page="always")
    public = Paper(store, "krant")
    secret.poll(
        bridge(
            "kanarie3",
            url="https://krant.example/artikel/k?sleutel=kanarie4",
            enclosure="https://krant.example/kanarie5.mp3",
        ),
        {"guid": "kanarie6", "title": "Kanarie7 zingt", "text": f"Kanarie8. {story(FROST)}"},
        now=at(0),
    )
    deposit_page(
        store,
        "https://krant.example/artikel/k?sleutel=kanarie4",
        ArticlePage(title=TITLE, text=LONGER + " Kanarie9 zat op de kraan."),
        at(1),
    )
    public.poll(bridge("k"), now=at(2))
    config = Config()
    config = replace(config, publish=replace(config.publish, dir=tmp_path / "public"))
    for minute in (3, 20):
        publish_merged(store, config, now=at(minute))
    written = b"".join(file.read_bytes() for file in sorted((tmp_path / "public").rglob("*.*")))
    assert TITLE.encode() in written
    assert b"kanarie" not in written.lower()
    assert "kanarie" not in str(ask(store, "SELECT * FROM publications")).lower()
    assert "kanarie" not in secret.feed.address


# ---- before it is written -----------------------------------------------------------------------


@pytest.mark.parametrize("is_private", [False, True])
def test_an_article_is_composed_before_it_is_written_as_the_tables_would_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_private: bool
) -> None:
    items: list[dict[str, object]] = [
        bridge("k", author="Anna Vos", tags=("Verkeer", "Water"), date=START - timedelta(hours=3)),
        bridge("z", url="https://bode.example/z"),  # joins the one above
        {"guid": "f", "title": "Vorst", "html": f"<p>{story(FROST)}</p>", "summary": "Kou"},
        {"guid": "e", "title": "Zonder tekst", "enclosure": "https://krant.example/e.mp3"},
        {"guid": "t", "title": "Twee keer", "text": "Het ene."},
        {"guid": "t", "title": "Twee keer", "text": "Het andere, en geheel anders gezegd."},
    ]

    def made(name: str) -> dict[str, list[tuple[object, ...]]]:
        with open_store(tmp_path / f"{name}.db") as store:
            with store.writing() as connection:  # ids are minted from it
                connection.execute(
                    sa.update(meta).where(meta.c.key == "archive_id").values(value="a")
                )
            Paper(store, "krant", is_private=is_private).poll(*items, now=at(0))
            assert troubles(store) == []
            found = tables_without_polls(store)
        found.pop("search_idx")  # in how many batches the index was written
        return found

    composed = made("composed")
    monkeypatch.setattr(Faces, "begin", lambda *_, **__: ())  # all is read back and derived
    assert composed == made("derived")
