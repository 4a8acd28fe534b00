"""Whatever feeds show in whatever order: the same articles come of it, no entry is lost, the archive stays sound."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.outcome import FeedParsed
from archive.store.counting import order_dependent
from archive.store.sqlite import open_reader
from archive.store.store import Store
from tests.archive.store.depositing import Item, Paper, at, open_store
from tests.archive.store.looking import (
    BRIDGE,
    ELECTION,
    FROST,
    LIBRARY,
    STORIES,
    one,
    partition,
    stated,
    story,
    troubles,
)

Shown = tuple[str, str | None, str | None, str, str]


@cache
def empty_archive() -> bytes:
    """Return the bytes of an archive without anything in it, so that each example need not build one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.db"
        open_store(path).close()
        return path.read_bytes()


@contextmanager
def new_store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.db"
        path.write_bytes(empty_archive())
        with open_store(path) as store:
            yield store


def poll_all(store: Store, documents: Sequence[tuple[str, Sequence[Item]]]) -> set[Shown]:
    """Poll documents an hour apart; returns what was shown, as the parser understood it."""
    shown: set[Shown] = set()
    papers = {name: paper_of(store, name) for name in sorted({name for name, _ in documents})}
    for number, (name, items) in enumerate(documents):
        outcome = papers[name].outcome(papers[name].rss(*items), now=at(60 * number))
        assert isinstance(outcome.result, FeedParsed)
        shown |= {
            (name, entry.guid_stated, entry.url, entry.title, entry.text)
            for entry in outcome.result.parsed.entries
        }
        papers[name].deposit(outcome, now=at(60 * number))
    assert one(store, "SELECT count(*) FROM polls WHERE result != 'parsed'") == 0
    return shown


def paper_of(store: Store, name: str) -> Paper:
    """Return a paper; `krant-regio` is a second feed of the krant's site, `geheim` a private one of it."""
    site = "bode" if name == "bode" else "krant"
    is_private = name == "geheim"
    return Paper(store, name, url=f"https://{site}.example/{name}.xml", is_private=is_private)


# ---- the same articles in any order -------------------------------------------------------------

TITLES = (
    "Draaibrug negen weken dicht",
    "Nachtvorst in de boomgaard",
    "Scholieren nemen podcasts op",
    "Bakker wint in het bergdorp",
)
TAILS = ("", " Later vandaag volgt meer.", " De burgemeester wil niet reageren.")
"""Versions of a story: every two of them are one article by any rule, so that verdicts are transitive."""

feeds = st.sampled_from(("krant", "krant-regio", "bode"))
tellings = st.dictionaries(
    st.integers(0, len(STORIES) - 1), st.integers(0, len(TAILS) - 1), min_size=1, max_size=3
)


def told(feed: str, number: int, version: int) -> Item:
    site = "bode" if feed == "bode" else "krant"
    return {
        "guid": f"{feed}-{number}",
        "url": f"https://{site}.example/{feed}/{number}",
        "title": TITLES[number],
        "text": story(STORIES[number]) + TAILS[version],
    }


@settings(max_examples=8, derandomize=True, deadline=None)
@given(polls=st.lists(st.tuples(feeds, tellings), min_size=2, max_size=5), data=st.data())
def test_the_order_of_polls_makes_no_other_articles(
    polls: list[tuple[str, dict[int, int]]], data: st.DataObject
) -> None:
    documents = [
        (feed, [told(feed, number, version) for number, version in stories.items()])
        for feed, stories in polls
    ]
    expected: dict[int, set[tuple[str, str | None, str | None]]] = {}
    for feed, stories in polls:
        for number in stories:
            item = told(feed, number, 0)
            place = (feed, str(item["guid"]), str(item["url"]))
            expected.setdefault(number, set()).add(place)
    for ordered in (documents, data.draw(st.permutations(documents))):
        with new_store() as store:
            shown = poll_all(store, ordered)
            assert partition(store) == {frozenset(places) for places in expected.values()}
            assert shown <= stated(store)
            assert troubles(store) == []


# ---- nothing is lost, whatever guids and addresses do -------------------------------------------

teaser = " ".join(story(BRIDGE).split()[:22])
items = st.fixed_dictionaries(
    {
        "guid": st.sampled_from((None, "0", "a", "A")),
        "url": st.sampled_from(
            (
                None,
                "https://krant.example/",
                "https://krant.example/x",
                "https://krant.example/regio/2026/11/24/draaibrug-negen-weken-dicht",
                "https://elders.example/x",
            )
        ),
        "title": st.sampled_from(
            (TITLES[0], TITLES[0].upper(), "Brug dicht, schippers boos", TITLES[1])
        ),
        "text": st.sampled_from(
            (story(BRIDGE), story(BRIDGE) + TAILS[2], teaser, story(FROST), "")
        ),
        "author": st.sampled_from((None, "Anna Vos")),
    }
)
documents = st.tuples(
    st.sampled_from(("krant", "krant-regio", "geheim")), st.lists(items, max_size=4)
)


@settings(max_examples=16, derandomize=True, deadline=None)
@given(polls=st.lists(documents, min_size=1, max_size=6))
def test_every_entry_that_was_ever_shown_stands_in_a_statement(
    polls: list[tuple[str, list[Item]]],
) -> None:
    with new_store() as store:
        shown = poll_all(store, polls)
        assert shown <= stated(store)
        assert troubles(store) == []


# ---- where verdicts are no chain: counted --------------------------------------------------------

HEAD = " ".join(story(BRIDGE).split()[:24])
LOOSE: dict[str, Item] = {
    # The head of a story is one with the whole, and with a paper's own end to it; those two are not one.
    "krant": {"title": TITLES[0], "text": story(BRIDGE) + " " + story(ELECTION)},
    "bode": {"title": TITLES[0], "text": HEAD},
    "post": {"title": TITLES[0], "text": HEAD + " " + story(LIBRARY) + " " + story(FROST)},
    "lezer": {"title": TITLES[1], "text": story(FROST)},
}


@settings(max_examples=8, derandomize=True, deadline=None)
@given(order=st.permutations(sorted(LOOSE)))
def test_where_the_order_makes_other_articles_some_sighting_says_so(order: list[str]) -> None:
    ends = []
    for names in (sorted(LOOSE), order):
        with new_store() as store:
            for number, name in enumerate(names):
                item = {"guid": name, "url": f"https://{name}.example/1", **LOOSE[name]}
                Paper(store, name).poll(item, now=at(60 * number))
            reader = open_reader(str(store.path))
            ends.append((partition(store), order_dependent(reader)))
            reader.close()
            assert troubles(store) == []
    (one_way, n_one_way), (other_way, n_other_way) = ends
    assert one_way == other_way or n_one_way + n_other_way > 0


def test_a_story_that_two_standing_articles_would_take_is_counted() -> None:
    with new_store() as store:
        for number, name in enumerate(("krant", "post", "bode")):
            item = {"guid": name, "url": f"https://{name}.example/1", **LOOSE[name]}
            Paper(store, name).poll(item, now=at(60 * number))
        reader = open_reader(str(store.path))
        assert (len(partition(store)), order_dependent(reader)) == (2, 1)
        reader.close()
