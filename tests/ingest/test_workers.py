"""The parsing processes: what is too much is killed, what is healthy lives, and the next document never suffers."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from archive.errors import NotAFeed
from ingest.workers import WorkerKilled, WorkerLimits, Workers
from tests.fakes import NOON

RSS = b"<rss version='2.0'><channel><title>Krant</title><item><title>Kop</title></item></channel></rss>"


def add(one: int, other: int) -> int:
    return one + other


def spin() -> None:
    while True:
        pass


def hoard(n_bytes: int) -> int:
    return len(bytearray(n_bytes))


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    os._exit(3)


def wait_for_ever() -> None:
    signal.pause()


def pid() -> int:
    return os.getpid()


SMALL = WorkerLimits(cpu_s=1, memory_bytes=64 * 1024 * 1024, wall_s=20, tasks_a_worker=500)


def in_pool(act: Callable[[Workers], Any], limits: WorkerLimits = SMALL) -> Any:
    async def run() -> Any:
        async with Workers(1, limits) as workers:
            return await act(workers)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ((spin,), "1 s of CPU"),
        ((hoard, 512 * 1024 * 1024), "67 MB of memory"),
        ((crash,), "process died"),
        ((leave,), "process died"),
    ],
    ids=["cpu", "memory", "crash", "exit"],
)
def test_what_is_too_much_ends_its_own_task_and_the_next_one_lives(
    task: tuple[Callable[..., Any], Any], said: str
) -> None:
    async def act(workers: Workers) -> None:
        with pytest.raises(WorkerKilled, match=said):
            await workers._run(*task)
        assert await workers._run(add, 2, 3) == 5

    in_pool(act)


def test_a_task_that_neither_works_nor_ends_is_killed_by_the_clock() -> None:
    async def act(workers: Workers) -> None:
        with pytest.raises(WorkerKilled, match="more than 1 s"):
            await workers._run(wait_for_ever)
        assert await workers._run(add, 2, 3) == 5

    in_pool(act, WorkerLimits(wall_s=1))


def test_two_hundred_healthy_tasks_in_one_worker_see_no_kill() -> None:
    html = b"<html><body><article><h1>Kop</h1>" + b"<p>Een zin over de brug.</p>" * 40

    async def act(workers: Workers) -> None:
        first = await workers._run(pid)
        for number in range(100):
            parsed = await workers.parse_feed(RSS, "https://krant.example/feed", None, frozenset())
            assert parsed.entries[0].title == "Kop"
            await workers._run(hoard, 32 * 1024 * 1024)
            if number % 10 == 0:
                page = await workers.parse_page(html, "https://krant.example/1", NOON, None, None)
                assert "brug" in (page.text or "")
        assert await workers._run(pid) == first

    # The CPU of all tasks together is more than one may use: each is counted alone.
    in_pool(act, WorkerLimits(cpu_s=2, memory_bytes=128 * 1024 * 1024))


def test_an_exception_of_a_parser_comes_out_as_it_is() -> None:
    async def act(workers: Workers) -> None:
        with pytest.raises(NotAFeed) as caught:
            await workers.parse_feed(b"<html></html>", "https://krant.example/", None, frozenset())
        assert "HTML" in caught.value.looks_like

    in_pool(act)


def test_a_long_document_is_parsed_in_slices_and_all_of_it_is_told() -> None:
    items = b"".join(
        b"<item><guid>%d</guid><title>Kop %d</title></item>" % (n, n) for n in range(4_100)
    )
    body = b"<rss version='2.0'><channel><title>Krant</title>" + items + b"</channel></rss>"

    async def act(workers: Workers) -> None:
        whole = await workers.parse_feed(body, "https://krant.example/feed", None, frozenset())
        assert [entry.title for entry in whole.entries] == [f"Kop {n}" for n in range(4_100)]
        assert (whole.n_items, whole.rejected, whole.more_from) == (4_100, (), None)
        known = frozenset(entry.digest for entry in whole.entries[:4_090])
        again = await workers.parse_feed(body, "https://krant.example/feed", None, known)
        assert (len(again.entries), len(again.seen)) == (10, 4_090)

    in_pool(act, WorkerLimits())


def test_a_pool_that_was_never_used_starts_and_stops_nothing() -> None:
    async def act(workers: Workers) -> None:
        assert workers._pool is None

    in_pool(act)


def test_a_cancelled_task_does_not_hold_the_pool_up() -> None:
    async def act(workers: Workers) -> None:
        running = asyncio.create_task(workers._run(wait_for_ever))
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await workers._run(add, 2, 3) == 5

    in_pool(act)
