"""One request at a time to a host, and a pause between starts, in a time of our own."""

import asyncio

import pytest

from tests.ingest.wire.web import Time


def test_starts_at_one_host_lie_a_gap_apart() -> None:
    async def run() -> None:
        time = Time()
        turns, starts = time.turns(), []

        async def ask() -> None:
            async with turns.turn("a:443"):
                starts.append(time.now_s)

        await asyncio.gather(*(ask() for _ in range(4)))
        assert starts == [100, 101, 102, 103]

    asyncio.run(run())


def test_a_request_longer_than_the_gap_is_followed_at_once_and_never_joined() -> None:
    async def run() -> None:
        time = Time()
        turns, n_inside = time.turns(), 0

        async def ask() -> None:
            nonlocal n_inside
            async with turns.turn("a:443"):
                n_inside += 1
                assert n_inside == 1
                time.now_s += 5
                await asyncio.sleep(0)
                n_inside -= 1

        await asyncio.gather(ask(), ask(), ask())
        assert time.slept == []

    asyncio.run(run())


def test_hosts_do_not_wait_for_each_other() -> None:
    async def run() -> None:
        time = Time()
        turns = time.turns()
        async with turns.turn("a:443"), turns.turn("b:443"), turns.turn("a:80"):
            assert time.slept == []

    asyncio.run(run())


@pytest.mark.parametrize(("asked_s", "kept_s"), [(10, 10), (0.1, 1), (3_600, 60), (-5, 1)])
def test_a_crawl_delay_widens_the_gap_up_to_a_minute(asked_s: float, kept_s: float) -> None:
    async def run() -> None:
        time = Time()
        turns = time.turns()
        turns.slow_down("a:443", asked_s)
        time.now_s += 1_000
        for _ in range(2):
            async with turns.turn("a:443"):
                pass
        assert time.slept == [kept_s]

    asyncio.run(run())


def test_a_cancelled_waiter_leaves_the_line() -> None:
    async def run() -> None:
        time = Time()
        turns = time.turns(0)
        async with turns.turn("a:443"):
            waiter = asyncio.create_task(turns.turn("a:443").__aenter__())
            await asyncio.sleep(0)
            waiter.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiter
        async with asyncio.timeout(1), turns.turn("a:443"):
            pass

    asyncio.run(run())


def test_idle_hosts_are_forgotten() -> None:
    async def run() -> None:
        time = Time()
        turns = time.turns(0)
        for i in range(25_000):
            async with turns.turn(f"h{i}:443"):
                pass
            time.now_s += 1
        assert len(turns._lines) <= 10_001

    asyncio.run(run())
