"""Two processes deposit into one archive at once: nothing lost, nothing twice, no row that another overwrote."""

import multiprocessing
from pathlib import Path

from archive.store import Store
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.looking import (
    BRIDGE,
    FROST,
    articles,
    ask,
    count,
    one,
    stated,
    story,
    troubles,
)

N_ROUNDS = 8

WIRE = {"title": "Draaibrug negen weken dicht", "text": story(BRIDGE)}
"""A wire story: both papers carry it in every round."""


def own(name: str, number: int) -> dict[str, object]:
    """Return a story that this paper alone has, unlike all others."""
    words = story(FROST).split()
    turned = words[number * 5 :] + words[: number * 5]
    text = " ".join(f"{word} {name}{number}" for word in turned)
    return {"guid": f"{name}-{number}", "title": f"{name} {number} {turned[0]}", "text": text}


def deposit_rounds(path: Path, name: str, barrier: object) -> None:
    """The process: poll a paper round after round, both processes as near to one another as they can."""
    with open_store(path) as store:
        paper = Paper(store, name)
        barrier.wait()  # type: ignore[attr-defined]  # a Barrier of the context, which has no public type
        for number in range(N_ROUNDS):
            items = [own(name, n) for n in range(number + 1)]
            paper.poll(*items, WIRE | {"guid": f"{name}-anp"}, now=at(60 * number))


def test_two_depositing_processes_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    open_store(path).close()
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    names = ("krant", "bode")
    processes = [
        context.Process(target=deposit_rounds, args=(path, name, barrier)) for name in names
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    with open_store(path) as store:
        assert troubles(store) == []
        check_articles(store, names)


def check_articles(store: Store, names: tuple[str, str]) -> None:
    """Hold what is there against what was shown."""
    singles = {frozenset({f"{name}-{n}"}) for name in names for n in range(N_ROUNDS)}
    assert articles(store) == singles | {frozenset(f"{name}-anp" for name in names)}
    assert count(store, "sightings") == count(store, "statements") == 2 * N_ROUNDS + 2
    assert count(store, "revisions") == count(store, "variants") == 2 * N_ROUNDS + 2
    shown = {(item["guid"], item["text"]) for n in names for item in map_own(n)}
    assert shown <= {(guid, text) for _, guid, _, _, text in stated(store)}
    rounds = ask(store, "SELECT f.name, count(*) FROM polls p JOIN feeds f ON f.id = p.feed_id GROUP BY 1")  # fmt: skip
    assert sorted(rounds) == [("bode", N_ROUNDS), ("krant", N_ROUNDS)]
    assert one(store, "SELECT count(*) FROM polls WHERE result != 'parsed'") == 0
    # Each deposit with something new drew a change number of its own.
    assert int(one(store, "SELECT value FROM meta WHERE key = 'change'")) == 2 * N_ROUNDS


def map_own(name: str) -> list[dict[str, object]]:
    return [own(name, number) for number in range(N_ROUNDS)]
