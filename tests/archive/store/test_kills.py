"""kill -9 at any statement, commit, file write or rename: nothing is lost, nothing doubled, the feed comes out equal.

A child process polls a small scripted world and publishes it, and kills itself at its n-th event. Then the world is
polled on to its end, and the archive and the published files are held against those of a run that nobody killed.
"""

import io
import multiprocessing
import os
import random
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from archive.config import Config
from archive.model.stated import ArticlePage, Counter, CounterKind
from archive.output.merged import publish_merged
from archive.store import Store
from archive.store.schema import hosts
from tests.archive.store.depositing import Item, Paper, at, deposit_page, open_store
from tests.archive.store.looking import (
    BRIDGE,
    FROST,
    LIBRARY,
    one,
    story,
    tables_without_polls,
    troubles,
)

N_KILLS = 20
"""Kills in the suite. Twelve at statements, four at commits, four at files, spread by a seed."""

PAGE_URL = "https://krant.example/artikel/b1"

# ---- the world ----------------------------------------------------------------------------------

Step = Callable[[Store], object]


def poll(name: str, minute: int, *items: Item) -> Step:
    """Return a step: a paper is polled while its document holds these items."""

    def step(store: Store) -> object:
        page = "always" if name == "krant" else "never"
        return Paper(store, name, page=page, now=at(0)).poll(*items, now=at(minute))

    return step


def read_page(store: Store) -> None:
    """Read the page of the bridge, unless it has been read: a task that is done is not claimed again."""
    if one(store, "SELECT state FROM page_tasks WHERE url = ?", PAGE_URL) != "due":
        return
    counter = Counter(kind=CounterKind.VIEWS, value=7, stated="7 keer bekeken", source="visible")
    text = story(BRIDGE) + " Op de kade staan omwonenden te kijken naar het lossen van de kraan."
    page = ArticlePage(title="Draaibrug negen weken dicht", text=text, counters=(counter,))
    deposit_page(store, PAGE_URL, page, at(12))


def publish(minute: int) -> Step:
    """Return a step: settle, and bring the published folder up to date."""

    def step(store: Store) -> object:
        config = Config()
        folder = store.path.with_name("public")
        config = replace(config, publish=replace(config.publish, dir=folder))
        return publish_merged(store, config, now=at(minute))

    return step


BRIDGE_ITEM = {"guid": "b1", "title": "Draaibrug negen weken dicht", "text": story(BRIDGE)}
FROST_ITEM = {"guid": "v1", "title": "Nachtvorst in de boomgaard", "text": story(FROST)}
LIBRARY_ITEM = {"guid": "s1", "title": "Scholieren nemen podcasts op", "text": story(LIBRARY)}

STEPS: tuple[Step, ...] = (
    poll("krant", 0, FROST_ITEM, BRIDGE_ITEM),
    poll("bode", 5, BRIDGE_ITEM | {"guid": "z9"}),
    read_page,
    publish(15),
    poll("krant", 60, LIBRARY_ITEM, BRIDGE_ITEM | {"title": "Schippers boos om dichte brug"}),
    publish(90),
)


def run(store: Store, *, first: int = 0, note: Callable[[int], object] = lambda n: None) -> None:
    """Live through the world from a step on; `note` is told each step before it begins."""
    for number in range(first, len(STEPS)):
        note(number)
        STEPS[number](store)


# ---- the killer ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a process was about to do; `in_transaction`: while a transaction was open."""

    kind: str
    in_transaction: bool


class Killer:
    """Counts what this process does to its files, and kills it at the n-th event. One a process: it is patched in."""

    def __init__(self, kill_at: int | None, log: int) -> None:
        self._kill_at = kill_at
        self._log = log
        self._connections: list[sqlite3.Connection] = []
        self._n = 0

    def watch(self) -> None:
        """Be told of all statements of all connections, and of all that is done to files in Python."""
        connect: Any = sqlite3.connect

        def watched(*args: Any, **facts: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*args, **facts)
            connection.set_trace_callback(self._statement)
            self._connections.append(connection)
            return connection

        modules: tuple[Any, ...] = (sqlite3, sqlite3.dbapi2)
        for module in modules:
            module.connect = watched
        for name in ("replace", "rename", "fsync", "unlink", "utime"):
            setattr(os, name, self._announced(getattr(os, name)))
        open_path: Any = Path.open
        killer = self

        def opened(path: Path, mode: str = "r", *args: Any, **facts: Any) -> Any:
            if "w" not in mode:
                return open_path(path, mode, *args, **facts)
            killer.meet("file")
            return _Torn(path, killer)

        Path.open = opened  # type: ignore[method-assign,assignment]  # a process of its own

    def meet(self, kind: str) -> None:
        """Note an event, or die of it."""
        self._n += 1
        in_transaction = any(map(_has_begun, self._connections))
        if self._kill_at is None:
            os.write(self._log, f"{kind} {in_transaction:d}\n".encode())
        elif self._n == self._kill_at:
            os.write(self._log, f"killed {in_transaction:d}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def _statement(self, sql: str) -> None:
        self.meet("commit" if sql.startswith(("COMMIT", "RELEASE")) else "statement")

    def _announced(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def announced(*args: Any, **facts: Any) -> Any:
            self.meet("file")
            return call(*args, **facts)

        return announced


def _has_begun(connection: sqlite3.Connection) -> bool:
    try:
        return connection.in_transaction
    except sqlite3.ProgrammingError:  # closed
        return False


class _Torn(io.FileIO):
    """A file that is written in two halves, with time to die between them."""

    def __init__(self, path: Path, killer: Killer) -> None:
        super().__init__(path, "wb")
        self._killer = killer

    def write(self, content: Any) -> int:
        half = len(content) // 2
        super().write(content[:half])
        self._killer.meet("file")
        return half + super().write(content[half:])


def live_and_die(path: Path, kill_at: int | None, log_path: Path) -> None:
    """The child: live through the world on this archive, and be killed at an event (None: log all events instead)."""
    log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    Killer(kill_at, log).watch()
    with open_store(path) as store:
        run(store, note=lambda number: os.write(log, f"step {number}\n".encode()))


def in_child(path: Path, kill_at: int | None) -> tuple[int | None, list[tuple[str, int]]]:
    """Run `live_and_die`; returns its exit code and the lines of its log."""
    log_path = path.with_name("log")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    child = context.Process(target=live_and_die, args=(path, kill_at, log_path))
    child.start()
    child.join()
    lines = (line.split() for line in log_path.read_text(encoding="utf-8").splitlines())
    return child.exitcode, [(what, int(number)) for what, number in lines]


# ---- what came of it ----------------------------------------------------------------------------


def published_files(path: Path) -> dict[str, bytes]:
    folder = path.with_name("public")
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name[0] != "."}


def copied(template: Path, folder: Path) -> Path:
    """Return a copy of an empty archive: with the same archive id, the same ids are minted."""
    folder.mkdir(exist_ok=True)
    path = folder / "archive.db"
    path.write_bytes(template.read_bytes())
    return path


@dataclass(frozen=True, slots=True)
class Unkilled:
    """A run that nobody killed: its events in order, and what was there at the end."""

    template: Path
    events: tuple[Event, ...]
    tables: dict[str, list[tuple[Any, ...]]]
    files: dict[str, bytes]


@pytest.fixture(scope="module")
def unkilled(tmp_path_factory: pytest.TempPathFactory) -> Unkilled:
    folder = tmp_path_factory.mktemp("unkilled")
    template = folder / "empty.db"
    open_store(template).close()
    path = copied(template, folder / "run")
    exit_code, log = in_child(path, None)
    assert exit_code == 0
    events = tuple(Event(what, bool(number)) for what, number in log if what != "step")
    with open_store(path) as store:
        assert troubles(store) == []
    return Unkilled(template, events, tables_without_polls(path), published_files(path))


def chosen_kills(events: tuple[Event, ...]) -> list[int]:
    """Return the events to be killed at, counted from 1: of each kind some, spread over the whole run."""
    chance = random.Random(20_261_124)
    chosen: list[int] = []
    for kind, n_kills in (("statement", 12), ("commit", 4), ("file", 4)):
        of_kind = [number for number, event in enumerate(events, 1) if event.kind == kind]
        share = len(of_kind) / n_kills
        chosen += [of_kind[int((n + chance.random()) * share)] for n in range(n_kills)]
    return chosen


def test_most_kills_fall_into_an_open_transaction(unkilled: Unkilled) -> None:
    kills = chosen_kills(unkilled.events)
    assert len(set(kills)) == N_KILLS
    assert sum(unkilled.events[number - 1].in_transaction for number in kills) >= N_KILLS / 2


@pytest.mark.parametrize("which", range(N_KILLS))
def test_a_kill_loses_nothing_and_doubles_nothing(
    unkilled: Unkilled, tmp_path: Path, which: int
) -> None:
    kill_at = chosen_kills(unkilled.events)[which]
    path = copied(unkilled.template, tmp_path / "run")
    exit_code, log = in_child(path, kill_at)
    assert exit_code == -signal.SIGKILL
    assert log[-1] == ("killed", int(unkilled.events[kill_at - 1].in_transaction))
    steps = [number for what, number in log if what == "step"]
    with open_store(path) as store:
        assert troubles(store) == []
        end_leases(store)
        run(store, first=steps[-1] if steps else 0)
        assert troubles(store) == []
    for table, rows in tables_without_polls(path).items():
        assert rows == unkilled.tables[table], table
    assert published_files(path) == unkilled.files


def end_leases(store: Store) -> None:
    """Let time pass: the leases of the dead end."""
    with store.writing() as connection:
        connection.execute(sa.update(hosts).values(lease_until=0, next_at=0))
