"""kill -9 while a push is taken in: it is in the inbox still, or it is in the archive, and never both or neither."""

import multiprocessing
import os
import signal
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.store.store import Store
from tests.archive.store.looking import count, one, troubles
from tests.ingest.websub.scene import Scene, item, rss, scene_in

NEW = "INSERT INTO articles"
ANSWERED = "UPDATE inbox SET body"  # the last statement of a push
COMMIT = "COMMIT"


def take_and_die(folder: str, at: str) -> None:
    """Take what waits, and die at the first statement that begins so (or at the commit after the answer)."""
    with scene_in(Path(folder)) as scene:
        die_at(scene.store, at)
        scene.tick()


def die_at(store: Store, at: str) -> None:
    """Let this process be killed there; SQLite itself tells of every statement before it runs."""
    is_answered = False

    def watch(statement: str) -> None:
        nonlocal is_answered
        if statement.startswith(at) and (at != COMMIT or is_answered):
            os.kill(os.getpid(), signal.SIGKILL)
        is_answered |= statement.startswith(ANSWERED)

    @sa.event.listens_for(store._engine, "checkout")
    def checkout(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(watch)


@pytest.mark.parametrize("at", [NEW, COMMIT])
def test_a_kill_between_inbox_and_deposit_loses_nothing_and_doubles_nothing(
    tmp_path: Path, at: str
) -> None:
    with scene_in(tmp_path) as scene:
        scene.activate()
        scene.push(rss(item("2"), item("3")))
    child = multiprocessing.get_context("spawn").Process(
        target=take_and_die, args=(str(tmp_path), at)
    )
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert count(tmp_path / "archive.db", "articles") == 1
    with scene_in(tmp_path) as scene:
        assert one(scene.store, "SELECT attempts FROM inbox WHERE kind = 'push'") == 1
        scene.tick()
        _is_whole(scene)
        scene.tick()
        _is_whole(scene)


def _is_whole(scene: Scene) -> None:
    assert count(scene.store, "articles") == 3
    assert one(scene.store, "SELECT count(*) FROM sightings") == 3
    assert scene.subscription.n_pushes == 1
    assert scene.answers()[-1] == "2 new, 0 also elsewhere, 0 edited"
    assert troubles(scene.store) == []
