"""An article's id comes of what was stated, so an archive made again, or restored, mints the same."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from archive.store.store import Store
from tests.archive.store.depositing import Item, Paper, at, open_store
from tests.archive.store.looking import STORIES, ask, story

TITLES = (
    "Draaibrug dicht",
    "Nachtvorst in de boomgaard",
    "Podcasts in de bibliotheek",
    "Bakker wint",
)


def told(feed: str, number: int, edit: int = 0, **change: object) -> Item:
    text = story(STORIES[number]) + (f" Bijgewerkt met {edit} regels." if edit else "")
    item = {"guid": f"{feed}-{number}", "title": TITLES[number], "text": text}
    return item | {"url": f"https://{feed}.example/artikel/{number}"} | change


def polls() -> list[tuple[str, Sequence[Item]]]:
    """Return a day of two papers: news, edits, one story in both, a recycled address, twins."""
    top = {"guid": "top", "url": "https://krant.example/top"}
    return [
        ("krant", [told("krant", 0), told("krant", 1, **top)]),
        ("bode", [told("bode", 0), told("bode", 2)]),
        ("krant", [told("krant", 0, 2), told("krant", 3, **top)]),
        (
            "krant",
            [told("krant", 0, 2), told("krant", 3, **top), told("krant", 3, guid=None, url=None)],
        ),
        ("bode", [told("bode", 0, 5), told("bode", 2), told("bode", 1)]),
        ("krant", [told("krant", 2), told("krant", 0, 7), told("krant", 3, **top)]),
    ]


def poll_all(store: Store, asked: Sequence[tuple[str, Sequence[Item]]], *, start: int = 0) -> None:
    for n_poll, (name, items) in enumerate(asked, start=start):
        Paper(store, name).poll(*items, now=at(13 * 60 * n_poll))


def ids(store: Store) -> set[tuple[str, str | None, str | None, str]]:
    """Return the article of every sighting: (feed, guid, address, public id)."""
    query = """SELECT f.name, s.guid, s.url, a.public_id FROM sightings s JOIN feeds f ON f.id = s.feed_id
        JOIN variants v ON v.id = s.variant_id JOIN articles a ON a.id = v.article_id"""
    return set(ask(store, query))


def test_the_same_statements_in_the_same_order_mint_the_same_ids(tmp_path: Path) -> None:
    with open_store(tmp_path / "empty.db"):
        pass  # its archive id is minted here, and goes along
    made = []
    for name in ("first.db", "second.db"):
        shutil.copy(tmp_path / "empty.db", tmp_path / name)
        with open_store(tmp_path / name) as store:
            poll_all(store, polls())
            made.append(ids(store))
    assert made[0] == made[1]
    assert len({public_id for *_, public_id in made[0]}) == 4


def test_an_archive_restored_and_polled_on_mints_the_same_ids(tmp_path: Path) -> None:
    asked = polls()
    with open_store(tmp_path / "archive.db") as store:
        poll_all(store, asked[:2])
    shutil.copy(tmp_path / "archive.db", tmp_path / "restored.db")
    with open_store(tmp_path / "archive.db") as store:
        poll_all(store, asked[2:], start=2)
        before = ids(store)
    with open_store(tmp_path / "restored.db") as store:
        # What stood in the documents meanwhile and left them again is lost; the rest has its id.
        poll_all(store, asked[4:], start=9)
        after = ids(store)
    places = {one[:3] for one in after}
    assert after == {one for one in before if one[:3] in places}
    assert len(after) >= 6


def test_another_archive_mints_other_ids(tmp_path: Path) -> None:
    made = []
    for name in ("first.db", "second.db"):
        with open_store(tmp_path / name) as store:
            poll_all(store, polls()[:1])
            made.append({public_id for *_, public_id in ids(store)})
    assert made[0].isdisjoint(made[1])
