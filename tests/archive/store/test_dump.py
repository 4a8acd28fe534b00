import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.errors import UsageError
from archive.front import Archive
from archive.model.stated import ArticlePage
from archive.store import Store
from archive.store.dump import VERSION
from archive.store.schema import SCHEMA_VERSION, tables
from tests.archive.store.depositing import Paper, at, deposit_page, open_store

DIJK = {
    "guid": "1", "title": "Dijk bij Tiel houdt stand", "author": "Marit Vos", "tags": ("water", "Gelderland"),
    "text": "Het water steeg tot aan de rand.\nDe dijk hield het volgens de dijkgraaf goed vol.", "date": at(-30),
    "enclosure": "https://krant.example/dijk.mp3",
}  # fmt: skip
KYOTO = {
    "guid": "2",
    "title": "京都の橋が再開",
    "text": "橋は三年ぶりに渡れる。\t「ようやく」と町長。",
}


def filled(store: Store) -> None:
    """Two papers, one edited article, one page, one private feed, something published."""
    paper = Paper(store, page="always")
    paper.poll(DIJK, KYOTO, now=at(0))
    page = ArticlePage(title=str(DIJK["title"]), text=f"{DIJK['text']}\nEn zo bleef het droog.")
    deposit_page(store, "https://krant.example/artikel/1", page, at(1))
    paper.poll(DIJK | {"title": "Dijk bij Tiel bezwijkt toch"}, KYOTO, now=at(20))
    Paper(store, "besloten", is_private=True).poll(KYOTO | {"guid": "9"}, now=at(21))
    paper.poll_body(b"<html>geen feed</html>", now=at(25))
    store.settle(now=at(30))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An archive that these tests only read."""
    with open_store(tmp_path_factory.mktemp("source") / "archive.db") as store:
        filled(store)
        yield store


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "target.db") as store:
        yield store


def dump_of(store: Store, *, with_bodies: bool = True) -> str:
    out = io.StringIO()
    store.dump(out, with_bodies=with_bodies)
    return out.getvalue()


def load(store: Store, text: str) -> dict[str, int]:
    return store.load(text.splitlines(keepends=True))


def test_a_dump_that_was_loaded_dumps_the_same_bytes(source: Store, target: Store) -> None:
    text = dump_of(source)
    load(target, text)
    assert dump_of(target) == text
    assert target.check() == ()


def test_every_table_is_in_it_and_not_just_in_name(source: Store) -> None:
    out = io.StringIO()
    counts = source.dump(out)
    assert counts.keys() == {table.name for table in tables.sorted_tables} | {"bodies"}
    told = ("sightings", "statements", "revisions", "publications", "polls", "bodies", "tags")
    assert [name for name in told if not counts[name]] == []


def test_the_loaded_archive_is_searched_and_polled_like_the_first(
    source: Store, target: Store
) -> None:
    load(target, dump_of(source))
    with Archive.open(str(source.path)) as one, Archive.open(str(target.path)) as other:
        for query in ("dijken", "京都", "author:vos", "feed:krant"):
            assert [hit.id for hit in other.search(query).hits] == [
                hit.id for hit in one.search(query).hits
            ]
            assert one.search(query).hits
    again = Paper(target).poll(DIJK | {"title": "Dijk bij Tiel bezwijkt toch"}, KYOTO, now=at(60))
    assert (again.n_new, again.n_revised, again.n_seen) == (0, 0, 2)


def test_bodies_come_along_or_stay_behind(source: Store, target: Store) -> None:
    text = dump_of(source, with_bodies=False)
    assert '"bodies"' not in text
    assert "bodies" not in load(target, text)
    assert dump_of(target, with_bodies=False) == text


def test_a_filled_archive_takes_no_dump(source: Store, target: Store) -> None:
    text = dump_of(source)
    load(target, text)
    with pytest.raises(UsageError, match="holds feeds already"):
        load(target, text)
    assert dump_of(target) == text


def lines_of(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def without_table(text: str, name: str) -> str:
    lines = lines_of(text)
    start = next(n for n, line in enumerate(lines) if line.startswith(f'{{"table":"{name}"'))
    return "".join(lines[:start] + lines[start + 1 + json.loads(lines[start])["n"] :])


def with_head(text: str, **values: object) -> str:
    lines = lines_of(text)
    return json.dumps(json.loads(lines[0]) | values) + "\n" + "".join(lines[1:])


BROKEN: dict[str, tuple[Callable[[str], str], str]] = {
    "nothing at all": (lambda _: "", "not a newsarchive dump"),
    "a web page": (lambda _: "<html>\n", "not JSON"),
    "other JSON": (lambda _: '{"newsarchive": "export"}\n', "not a newsarchive dump"),
    "a newer dump": (lambda text: with_head(text, version=VERSION + 1), f"version {VERSION + 1}"),
    "a newer schema": (
        lambda text: with_head(text, schema=SCHEMA_VERSION + 1),
        f"schema {SCHEMA_VERSION + 1}",
    ),
    "cut in a line": (lambda text: text[: len(text) // 3], "not JSON|expected"),
    "cut before a table": (
        lambda text: text[: text.index('{"table":"variants"')],
        "cut: it ends before",
    ),
    "cut in the last body": (lambda text: "".join(lines_of(text)[:-1]), "was the dump cut"),
    "a table missing": (lambda text: without_table(text, "sightings"), "before table 'sightings'"),
    "an unknown table": (
        lambda text: text + '{"table":"shelves","columns":["id"],"n":0}\n',
        "'shelves'",
    ),
    "a table twice": (
        lambda text: text + '{"table":"meta","columns":["key"],"n":0}\n',
        "'meta'",
    ),
    "an unknown column": (
        lambda text: text.replace('"public_id"', '"shown_id"', 1),
        "no column 'shown_id'",
    ),
    "a head without its number": (
        lambda text: text.replace('{"table":"articles"', '{"tabel":"articles"'),
        "head of a table",
    ),
    "bytes that are none": (lambda text: text.replace("==", "=x="), "near line|no raw body"),
    "an empty row too many": (
        lambda text: text.replace('{"table":"variants"', '[]\n{"table":"variants"'),
        "head of a table",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_dump_that_is_not_right_leaves_nothing(source: Store, target: Store, what: str) -> None:
    damage, said = BROKEN[what]
    text = dump_of(source)
    before = dump_of(target)
    with pytest.raises(UsageError, match=said):
        load(target, damage(text))
    assert dump_of(target) == before
    load(target, text)  # and the archive is still there to be filled
    assert dump_of(target) == text


def test_rows_that_point_nowhere_are_refused(source: Store, target: Store) -> None:
    lines = lines_of(dump_of(source))
    start = next(n for n, line in enumerate(lines) if line.startswith('{"table":"dedup_events"'))
    event = [99, 4711, None, "new", "R1", "{}", None, "poll", 0]
    lines[start : start + 1] = [
        json.dumps(json.loads(lines[start]) | {"n": json.loads(lines[start])["n"] + 1}) + "\n",
        json.dumps(event) + "\n",
    ]
    before = dump_of(target)
    with pytest.raises(UsageError, match="'sightings' that is not there"):
        load(target, "".join(lines))
    assert dump_of(target) == before


def test_dumping_keeps_no_writer_waiting(target: Store) -> None:
    filled(target)
    before = dump_of(target)

    class Slow(io.StringIO):
        """Takes a dump, while another process writes in the middle of it."""

        def write(self, text: str) -> int:
            if text.startswith('{"table":"articles"'):
                with Store.open(str(target.path)) as other:
                    other.make_due([1], now=at(9_999))
            return super().write(text)

    out = Slow()
    target.dump(out)
    assert out.getvalue() == before  # the snapshot is that of its beginning
    assert dump_of(target) != before
