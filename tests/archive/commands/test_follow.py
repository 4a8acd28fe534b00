"""follow: nothing lost, nothing twice, and a clean end."""

import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.commands.arrivals import Arrivals, Bits
from archive.commands.follow import data_version, patiently, since_of
from archive.commands.place import Place
from archive.errors import Busy, UsageError
from archive.model.found import Hit
from archive.store import Store, labelling
from archive.store.sqlite import Reader, open_reader
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.handmade import ids_of
from tests.archive.store.looking import BRIDGE, FROST, LIBRARY, story

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "config.toml").write_text('[archive]\nurl = "archive.db"\ntimezone = "UTC"\n')
    with open_store(tmp_path / "archive.db") as store:
        yield store


@pytest.fixture
def reader(store: Store) -> Iterator[Reader]:
    reader = open_reader(str(store.path))
    yield reader
    reader.close()


def item(guid: str, text: str, **more: object) -> dict[str, object]:
    return {"guid": guid, "title": f"Kop van {guid}", "text": story(text), **more}


def arrivals(reader: Reader, query: str, *, minute: float = 600) -> Arrivals:
    return Arrivals(Place(environ={}, clock=lambda: at(minute)), reader, query)


def titles(hits: object) -> list[str]:
    assert isinstance(hits, tuple)
    return ["".join(text for text, _ in hit.title.parts) for hit in hits]


def test_what_stands_is_known_and_what_comes_is_told_once(store: Store, reader: Reader) -> None:
    paper = Paper(store)
    paper.poll(item("a", BRIDGE), now=at(0))
    following = arrivals(reader, "kop")
    assert titles(following.begin(None)) == []
    assert titles(following.look()) == []
    paper.poll(item("a", BRIDGE), item("b", FROST), now=at(30))
    assert titles(following.look()) == ["Kop van b"]
    assert titles(following.look()) == []


def test_an_edit_of_what_matched_is_no_news_and_one_that_makes_it_match_is(
    store: Store, reader: Reader
) -> None:
    paper = Paper(store)
    paper.poll(item("a", BRIDGE), item("b", FROST), now=at(0))
    following = arrivals(reader, "kop OR walstroom")
    following.begin(None)
    paper.poll(item("a", BRIDGE + " Met walstroom."), item("b", FROST), now=at(30))
    assert titles(following.look()) == []
    other = arrivals(reader, "dakpannen")
    other.begin(None)
    edited = item("b", FROST + " Met veel dakpannen.")
    paper.poll(item("a", BRIDGE + " Met walstroom."), edited, now=at(60))
    assert titles(other.look()) == ["Kop van b"]
    paper.poll(item("a", BRIDGE), item("b", FROST), now=at(90))
    assert titles(other.look()) == []
    paper.poll(item("a", BRIDGE), edited, now=at(120))
    assert titles(other.look()) == []  # it came once, and is not told again


def test_a_feed_that_shows_an_old_article_and_a_tag_by_hand_make_it_match(
    store: Store, reader: Reader
) -> None:
    Paper(store).poll(item("a", BRIDGE), now=at(0))
    other = Paper(store, "ochtend")
    by_feed, by_tag = arrivals(reader, "feed:ochtend"), arrivals(reader, "tag:dossier")
    by_feed.begin(None)
    by_tag.begin(None)
    other.poll(item("a", BRIDGE), now=at(30))
    assert titles(by_feed.look()) == ["Kop van a"]
    labelling.tag(
        store, ids_of(store, "a"), added=["dossier"], removed=[], who="me", command="", now=at(31)
    )
    assert titles(by_tag.look()) == ["Kop van a"]


def test_a_merge_brings_nothing_new(store: Store, reader: Reader) -> None:
    paper = Paper(store)
    paper.poll(item("a", BRIDGE), now=at(0))
    paper.poll(item("a", BRIDGE), item("b", FROST), now=at(30))
    following = arrivals(reader, "title:b")
    assert titles(following.begin(0)) == ["Kop van b"]
    done = store.merge(*ids_of(store, "a", "b"), who="me", why=None, now=at(35))
    assert [done.kept.title, done.other.title] == ["Kop van a", "Kop van b"]
    assert titles(following.look()) == []  # the article it belongs to now never matched before
    assert titles(arrivals(reader, "title:b").begin(0)) == ["Kop van b"]


def test_since_brings_what_came_since_an_instant_or_a_change(store: Store, reader: Reader) -> None:
    paper = Paper(store)
    paper.poll(item("a", BRIDGE), now=at(0))
    first = arrivals(reader, "kop")
    assert titles(first.begin(at(-1))) == ["Kop van a"]
    paper.poll(item("a", BRIDGE), item("b", FROST), now=at(30))
    paper.poll(item("a", BRIDGE), item("b", FROST), item("c", LIBRARY), now=at(60))
    assert titles(arrivals(reader, "kop").begin(first.change)) == ["Kop van b", "Kop van c"]
    assert titles(arrivals(reader, "kop").begin(at(45))) == ["Kop van c"]
    assert titles(arrivals(reader, "kop").begin(0)) == ["Kop van a", "Kop van b", "Kop van c"]


def test_looks_at_any_time_bring_every_article_once(store: Store, reader: Reader) -> None:
    die = random.Random(1)
    paper, following = Paper(store), arrivals(reader, "kop")
    told = titles(following.begin(None))
    window: list[dict[str, object]] = []
    texts = (BRIDGE, FROST, LIBRARY)
    for n in range(25):
        if n % 3:
            window.append(item(f"nummer{n}", f"{texts[n % 3]} En nog {n} dingen uit plaats{n}."))
        elif window:
            one = die.choice(window)
            one["text"] = f"{one['text']} Bijgewerkt om {n} uur, zei men."
        paper.poll(*window[-6:], now=at(n * 30))
        if die.random() < 0.4:
            told += titles(following.look())
    told += titles(following.look())
    assert sorted(told) == sorted(titles(arrivals(reader, "kop").begin(0)))
    assert len(told) > 10


def test_the_number_that_is_watched_changes_with_a_write_and_only_then(
    store: Store, reader: Reader
) -> None:
    before = data_version(reader)
    assert data_version(reader) == before
    Paper(store)
    assert data_version(reader) != before


def test_a_held_archive_is_waited_for_and_loses_nothing(
    store: Store, reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    paper, following = Paper(store), arrivals(reader, "kop")
    following.begin(None)
    paper.poll(item("a", BRIDGE), now=at(0))
    held = [True, True]
    waits: list[float] = []

    def look() -> tuple[Hit, ...]:
        if held:
            held.pop()
            raise Busy("archive.db is held by another process")
        return following.look()

    assert titles(patiently(look, 0.3, sleep=waits.append)) == ["Kop van a"]
    assert waits == [0.3, 0.3]
    assert capsys.readouterr().err.count("waiting") == 1


def test_what_is_neither_a_date_nor_a_change_is_refused() -> None:
    place = Place(environ={}, clock=lambda: at(0))
    with pytest.raises(UsageError, match="rev:812"):
        since_of(place, "gisteren")
    assert since_of(place, "rev:7") == 7
    assert since_of(place, None) is None


def test_a_set_of_bits_is_a_set() -> None:
    die, bits, plain = random.Random(2), Bits(), set[int]()
    for _ in range(500):
        n = die.randrange(60)
        if die.random() < 0.6:
            bits.add(n)
            plain.add(n)
        else:
            bits.discard(n)
            plain.discard(n)
    assert {n for n in range(70) if n in bits} == plain


def test_a_pipe_gets_each_line_at_once_and_ctrl_c_ends_it_cleanly(
    tmp_path: Path, store: Store
) -> None:
    paper = Paper(store)
    paper.poll(item("a", BRIDGE), now=at(0))
    command = [sys.executable, "-m", "scheduler", "-C", str(tmp_path), "follow", "kop"]
    with subprocess.Popen(
        [*command, "--json", "--every", "0.1", "--since", "rev:0"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stderr is not None
        first = json.loads(process.stdout.readline())
        assert (first["schema"], first["title"]) == (1, "Kop van a")
        paper.poll(item("a", BRIDGE), item("b", FROST), now=at(30))
        second = json.loads(process.stdout.readline())
        assert second["title"] == "Kop van b" and second["lastmod"] > first["lastmod"]
        process.send_signal(signal.SIGINT)
        rest, told = process.communicate(timeout=10)
    assert (process.returncode, rest) == (130, "")
    assert f"--since rev:{second['lastmod']}" in told
    assert "Traceback" not in told
