"""Any order of polls, pages, settling and decisions by hand: every promise holds after each step."""

import io
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from archive.errors import UsageError
from archive.model.hand import HandChange
from archive.model.stated import ArticlePage
from archive.store import Store, published
from tests.archive.store.depositing import Paper, at, deposit_page, open_store
from tests.archive.store.handmade import face_of
from tests.archive.store.looking import STORIES, ask, one, story, troubles

PAPERS = ("krant", "omroep", "voorpagina")
N_STEPS = 24


class Desk:
    """An archive, three papers (two of one site), and someone who decides by a seeded die."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.die = random.Random(seed)
        urls = {"voorpagina": "https://krant.example/voorpagina"}
        self.papers = [
            Paper(store, name, url=urls.get(name), page="always" if name == "krant" else "never")
            for name in PAPERS
        ]
        self.minute = 0.0
        self.windows: dict[str, list[dict[str, object]]] = {name: [] for name in PAPERS}

    def step(self) -> str:
        self.minute += self.die.choice((1, 30, 900))
        does: list[Callable[[], None]] = [self.poll, self.poll, self.settle, self.page]
        does += [self.merge, self.split, self.split, self.relate, self.undo]
        do = self.die.choice(does)
        do()
        return do.__name__

    def poll(self) -> None:
        paper = self.die.choice(self.papers)
        window = self.windows[paper.name]
        if not window or self.die.random() < 0.5:
            n = self.die.randrange(6)
            text = story(STORIES[n % 3])
            site = "krant" if paper.name == "voorpagina" else paper.name
            window.append(
                {
                    "guid": f"{paper.name}-{n}-{self.die.randrange(2)}",
                    "title": f"Kop over verhaal {n % 3}",
                    "text": text,
                    "url": f"https://{site}.example/artikel/een-lange-naam-voor-verhaal-{n}",
                }
            )
        else:
            entry = self.die.choice(window)
            entry["text"] = f"{entry['text']} {story(self.die.choice(STORIES))}"
        window[:] = list({entry["guid"]: entry for entry in window}.values())[-4:]
        paper.poll(*window, now=at(self.minute))

    def settle(self) -> None:
        self.store.settle(now=at(self.minute))

    def page(self) -> None:
        due = ask(self.store, "SELECT url FROM page_tasks WHERE state = 'due' ORDER BY id")
        if due:
            (url,) = self.die.choice(due)
            if one(self.store, "SELECT count(*) FROM page_tasks WHERE url = ?", url) == 1:
                text = story(self.die.choice(STORIES))
                deposit_page(self.store, url, ArticlePage(title="Kop", text=text), at(self.minute))

    def ids(self) -> list[str]:
        sql = "SELECT public_id FROM articles WHERE merged_into IS NULL ORDER BY id"
        return [public_id for (public_id,) in ask(self.store, sql)]

    def merge(self) -> None:
        if len(self.ids()) > 1:
            a, b = self.die.sample(self.ids(), 2)
            self.decide(
                lambda dry_run: self.store.merge(
                    a, b, who="marit", why=None, now=at(self.minute), dry_run=dry_run
                )
            )

    def split(self) -> None:
        sql = """SELECT a.public_id, f.name, s.id, v.id FROM articles a JOIN variants v ON v.article_id = a.id
            JOIN sightings s ON s.variant_id = v.id JOIN feeds f ON f.id = s.feed_id
            WHERE (SELECT count(*) FROM sightings x JOIN variants y ON y.id = x.variant_id
                WHERE y.article_id = a.id) > 1 ORDER BY s.id"""
        if seen := ask(self.store, sql):
            article, feed, sighting, variant = self.die.choice(seen)
            what = self.die.choice((feed, f"s{sighting}", f"v{variant}"))
            self.decide(
                lambda dry_run: self.store.split(
                    article, what, who="marit", why=None, now=at(self.minute), dry_run=dry_run
                )
            )

    def relate(self) -> None:
        if len(self.ids()) > 1:
            a, b = self.die.sample(self.ids(), 2)
            says = self.die.random() < 0.7
            self.store.relate(a, b, is_related=says, who="marit", why=None, now=at(self.minute))

    def undo(self) -> None:
        free = [one for one in self.store.undoable() if one.blocked is None]
        if free:
            self.store.undo(self.die.choice(free).number, now=at(self.minute))

    def decide(self, command: Callable[[bool], HandChange]) -> None:
        """Try it, do it, and half of the time take it back at once: what readers see is as before."""
        before = face_of(self.store)
        with suppress(UsageError):
            told = command(True)
            assert face_of(self.store) == before
            done = command(False)
            assert done == told
            if done.undo is not None and self.die.random() < 0.5:
                assert troubles(self.store) == []
                self.store.undo(done.undo, now=at(self.minute))
                assert face_of(self.store) == before


@pytest.mark.parametrize("seed", range(12))
def test_every_promise_holds_after_each_step(tmp_path: Path, seed: int) -> None:
    with open_store(tmp_path / "archive.db", settle_s=60) as store:
        desk = Desk(store, seed)
        done = []
        for _ in range(N_STEPS):
            done.append(desk.step())
            assert troubles(store) == [], done
        store.settle(now=at(desk.minute + 60))
        with store.reading() as connection:
            entries = published.entries(connection)
        standing = {entry.article_id for entry in entries if entry.tombstone is None}
        assert standing == set(desk.ids())
        assert loaded(store, tmp_path / "other.db") == dumped(store)
        index = "SELECT revision, article, is_primary, kind, valid_from, valid_to FROM search_row ORDER BY 1"
        before = ask(store, index)
        store.reindex()
        assert ask(store, index) == before


def dumped(store: Store) -> str:
    out = io.StringIO()
    store.dump(out)
    return out.getvalue()


def loaded(store: Store, path: Path) -> str:
    with open_store(path) as other:
        other.load(io.StringIO(dumped(store)))
        assert face_of(other) == face_of(store)
        assert troubles(other) == []
        return dumped(other)
