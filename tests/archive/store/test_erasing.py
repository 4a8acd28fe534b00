import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.errors import NotFound
from archive.model.kept import PublicationKind
from archive.model.stated import ArticlePage, Counter, CounterKind
from archive.output.atom import render
from archive.output.document import FeedFacts
from archive.output.series import page_facts
from archive.store import Store, published
from archive.store.closed import Series
from archive.store.erasing import REASON
from archive.store.faces import Faces
from archive.store.index import Indexer
from archive.store.instants import to_us
from archive.store.merging import merge
from archive.store.naming import article_named
from archive.store.schema import articles, rejections, tables, undo_log
from archive.store.settle import SettlePolicy
from archive.store.store import Erased
from tests.archive.store.depositing import Paper, at, deposit_page, open_store

FEED = FeedFacts(
    domain="krant.example",
    since=at(0).date(),
    title="Alles",
    self_url="https://lezer.example/feed.xml",
    page_url="https://lezer.example/",
)

TEXT = (
    "Wethouder Zwanenburgh-Quist zou volgens Kwartelmans de brug bij Ommerschans hebben verkocht.\n"
    "Dat bleek maandag niet waar; de gemeente biedt haar verontschuldigingen aan."
)
PAGE_TEXT = f"{TEXT}\nDe rechter gelast vooralsnog verwijdering van dit schotschrift."
ERASABLE = {
    "guid": "zwaan-88",
    "title": "Zwanenburgh-Quist verkoopt Ommerschansbrug",
    "text": TEXT,
    "author": "Hillegonda Pruimeboom",
    "tags": ("bruggenhandel",),
}
OTHER = {
    "guid": "dijk-1",
    "title": "Dijk bij Tiel houdt stand",
    "text": "Het water steeg tot aan de rand, maar de dijk hield het volgens de dijkgraaf goed vol.",
}
TRACES = (
    "Zwanenburgh", "zwanenburgh", "Kwartelmans", "kwartelmans", "Ommerschans", "ommerschans",
    "schotschrift", "Pruimeboom", "pruimeboom", "bruggenhandel", "zwaan-88",
)  # fmt: skip
ADDRESS = "https://krant.example/artikel/zwaan-88"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        yield store


def fill(store: Store, *, page: str = "always") -> tuple[Paper, str]:
    """Archive the article that will be erased, with its page, beside another; returns its paper and its id."""
    paper = Paper(store, page=page)
    paper.poll(OTHER, now=at(0))
    (public_id,) = paper.poll(ERASABLE, OTHER, now=at(10)).article_ids
    if page == "always":
        counters = (
            Counter(kind=CounterKind.VIEWS, value=7, stated="7 x bekeken", source="visible"),
        )
        shown = ArticlePage(
            title=str(ERASABLE["title"]),
            text=PAGE_TEXT,
            html="".join(f"<p>{line}</p>" for line in PAGE_TEXT.splitlines()),
            authors=("Hillegonda Pruimeboom",),
            counters=counters,
        )
        deposit_page(store, ADDRESS, shown, at(11), body=PAGE_TEXT.encode())
    return paper, public_id


def erase(store: Store, public_id: str, *, minute: float = 60) -> Erased:
    return store.erase(public_id, who="test", why="rechtbank", now=at(minute))


def bytes_of(folder: Path) -> bytes:
    """Return all files of the archive, raw bodies unpacked as well as they lie."""
    raw = b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())
    bodies = folder / "archive-bodies.db"
    if bodies.exists():
        import zstandard

        with sqlite3.connect(bodies) as db:
            rows = db.execute("SELECT data FROM bodies")
            raw += b"".join(zstandard.decompress(data) for (data,) in rows)
    return raw


def traces_in(folder: Path) -> list[str]:
    held = bytes_of(folder)
    return [trace for trace in TRACES if trace.encode() in held]


def test_nothing_of_it_is_left_in_any_file(tmp_path: Path, store: Store) -> None:
    _, public_id = fill(store)
    store.settle(now=at(30))
    assert traces_in(tmp_path)  # the search below can find what is there
    erased = erase(store, public_id)
    assert store.wipe()
    assert traces_in(tmp_path) == []
    assert (erased.n_sightings, erased.n_contents > 0, erased.n_bodies > 0) == (1, True, True)
    assert erased.title == ERASABLE["title"]
    assert store.check() == ()


def test_what_was_never_published_leaves_no_row(store: Store) -> None:
    _, public_id = fill(store)
    assert not erase(store, public_id).is_published
    with store.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(articles)) == 1
    assert store.check() == ()
    assert store.settle(now=at(90))  # the other one
    with store.reading() as connection:
        assert [entry.kind for entry in published.entries(connection)] == [PublicationKind.NEW]


def test_the_other_articles_stay_as_they_were(store: Store) -> None:
    paper, public_id = fill(store)
    erase(store, public_id)
    found = paper.poll(OTHER, now=at(61))
    assert (found.n_new, found.n_seen, found.n_revised) == (0, 1, 0)


def test_a_text_that_another_article_has_too_is_kept_for_it(store: Store) -> None:
    paper, public_id = fill(store, page="never")
    twin = {
        "guid": "brief-2", "title": "Ingezonden brief over de brug van meester Hoogeveen", "text": TEXT,
        "date": at(-60 * 24 * 200),
    }  # fmt: skip
    (other_id,) = paper.poll(twin, ERASABLE, OTHER, now=at(60 * 24 * 90)).article_ids
    erased = store.erase(public_id, who="test", why=None, now=at(60 * 24 * 91))
    assert other_id != public_id
    assert erased.n_contents == 0
    assert store.check() == ()


def test_it_is_refused_when_its_feed_shows_it_again(store: Store) -> None:
    paper, public_id = fill(store)
    erase(store, public_id)
    again = paper.poll(ERASABLE, OTHER, now=at(61))
    assert (again.n_new, again.n_rejected, again.n_seen) == (0, 1, 1)
    with store.reading() as connection:
        row = connection.execute(sa.select(rejections)).one()
    assert (row.reason, row.title, row.guid) == (REASON, None, None)


@pytest.mark.parametrize(
    "item",
    [
        ERASABLE | {"guid": "nieuw-1", "url": ADDRESS + "?utm_source=rss"},
        ERASABLE | {"url": "https://krant.example/ander-adres-van-dit-stuk"},
    ],
    ids=["by its address", "by its guid"],
)
def test_it_is_refused_under_another_name(store: Store, item: dict[str, object]) -> None:
    paper, public_id = fill(store)
    erase(store, public_id)
    assert paper.poll(item, OTHER, now=at(61)).n_rejected == 1


def test_another_feed_that_shows_its_address_is_refused_too(store: Store) -> None:
    _, public_id = fill(store)
    erase(store, public_id)
    other = Paper(store, "lezer")
    found = other.poll(ERASABLE | {"guid": "x", "url": ADDRESS}, now=at(62))
    assert (found.n_new, found.n_rejected) == (0, 1)


def test_a_guid_that_other_articles_have_too_does_not_shut_them_out(store: Store) -> None:
    paper = Paper(store)
    (one,) = paper.poll(ERASABLE | {"guid": "vast"}, now=at(0)).article_ids
    paper.poll(OTHER | {"guid": "vast", "url": "https://krant.example/dijk"}, now=at(10))
    erased = erase(store, one)
    assert erased.n_shared_keys == 1
    changed = OTHER | {
        "guid": "vast",
        "url": "https://krant.example/dijk",
        "title": "Dijk bij Tiel houdt",
    }
    assert paper.poll(changed, now=at(61)).n_rejected == 0


def test_subscribers_are_told_once_that_it_was_removed(store: Store) -> None:
    _, public_id = fill(store)
    store.settle(now=at(30))
    assert erase(store, public_id).is_published
    store.settle(now=at(61))
    with store.reading() as connection:
        held = {entry.article_id: entry for entry in published.entries(connection)}
    told = held[public_id]
    assert (told.kind, told.tombstone, told.revision.title, told.revision.text) == (
        PublicationKind.REMOVED, "", "", "",
    )  # fmt: skip
    assert told.updated_at == at(61)
    document = render(tuple(held.values()), feed=FEED)
    assert f":{public_id}".encode() in document
    assert b"Zwanenburgh" not in document
    assert store.settle(now=at(120)) == ()
    assert store.check() == ()


def test_subscribers_of_a_narrowed_feed_are_told_as_well(store: Store) -> None:
    _, public_id = fill(store)
    store.settle(now=at(30))
    erase(store, public_id)
    policy = SettlePolicy(accepts=lambda ids, *_: [one for one in ids if one != public_id])
    store.settle(now=at(61), policy=policy)
    with store.reading() as connection:
        held = {entry.article_id: entry.kind for entry in published.entries(connection)}
    assert held[public_id] is PublicationKind.REMOVED


def test_an_open_page_shows_its_earlier_instances_as_tombstones(store: Store) -> None:
    _, public_id = fill(store)
    store.settle(now=at(30))
    erase(store, public_id)
    store.settle(now=at(61))
    with store.reading() as connection:
        run = published.run_of_entries(connection, first_seq=1, last_seq=99)
    ours = [entry for entry in run if entry.article_id == public_id]
    assert [entry.tombstone for entry in ours] == ["", ""]


def test_closed_pages_that_hold_it_are_named(store: Store) -> None:
    _, public_id = fill(store)
    seqs = store.settle(now=at(30))
    with store.writing() as connection:
        series = Series(connection, "feed")
        document = render(series.run(seqs[0], seqs[-1]), feed=page_facts(FEED, 1))
        series.close_page(1, first_seq=seqs[0], last_seq=seqs[-1], document=document, now=at(31))
    assert erase(store, public_id).pages == (("feed", 1),)


def test_what_was_merged_into_it_goes_with_it(tmp_path: Path, store: Store) -> None:
    paper, public_id = fill(store)
    (other_id,) = paper.poll(
        {"guid": "q", "title": "Kort bericht van elders", "text": "Over Kwartelmans, heel kort."},
        ERASABLE, OTHER, now=at(20),
    ).article_ids  # fmt: skip
    store.settle(now=at(30))
    with store.writing() as connection:
        old, new = (article_named(connection, one) for one in (other_id, public_id))
        faces = Faces(connection, Indexer(), now=at(40))
        merge(connection, faces, article_id=old, into=new, now_us=to_us(at(40)))
    store.settle(now=at(41))
    erase(store, other_id)  # an alias names its survivor
    assert store.wipe()
    assert traces_in(tmp_path) == []
    store.settle(now=at(61))
    with store.reading() as connection:
        held = {entry.article_id: entry for entry in published.entries(connection)}
    assert held[public_id].kind is PublicationKind.REMOVED
    assert held[other_id].tombstone == ""
    assert store.check() == ()


def test_logs_of_commands_that_name_it_are_dropped(store: Store) -> None:
    _, public_id = fill(store)
    with store.writing() as connection:
        for inverse in ({"set": public_id, "title": "oud"}, {"retire": "krant"}):
            connection.execute(
                undo_log.insert().values(at=0, who="x", command="c", inverse=json.dumps(inverse))
            )
    erase(store, public_id)
    with store.reading() as connection:
        assert connection.scalars(sa.select(undo_log.c.inverse)).all() == ['{"retire": "krant"}']


def test_no_row_of_any_table_names_what_is_gone(store: Store) -> None:
    _, public_id = fill(store)
    store.settle(now=at(30))
    erase(store, public_id)
    with store.reading() as connection:
        for table in tables.sorted_tables:
            held = str(connection.execute(sa.select(table)).all())
            assert not [trace for trace in TRACES if trace in held], table.name


def test_erasing_twice_says_that_it_is_gone(store: Store) -> None:
    _, public_id = fill(store)
    store.settle(now=at(30))
    erase(store, public_id)
    with pytest.raises(NotFound, match="has been erased"):
        erase(store, public_id)
