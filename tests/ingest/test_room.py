"""Room for documents: bounded, never shut for good, and given back whatever happens."""

import asyncio
from collections.abc import Awaitable, Callable

from ingest.room import Room


async def settle() -> None:
    """Let all tasks go as far as they come."""
    for _ in range(5):
        await asyncio.sleep(0)


class Guests:
    """Tasks that hold places in a room until they are told to leave."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.inside: list[str] = []
        self._leave: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, name: str, n_bytes: int | None = None) -> None:
        self._leave[name] = asyncio.Event()
        self._tasks[name] = asyncio.create_task(self._stay(name, n_bytes))
        await settle()

    async def leave(self, name: str) -> None:
        self._leave[name].set()
        await settle()

    async def give_up(self, name: str) -> None:
        self._tasks[name].cancel()
        await settle()

    async def _stay(self, name: str, n_bytes: int | None) -> None:
        async with self.room.place() as place:
            self.inside.append(name)
            if n_bytes is not None:
                place.holds(n_bytes)
            await self._leave[name].wait()
            self.inside.remove(name)


def in_room(act: Callable[[Guests], Awaitable[None]]) -> None:
    async def run() -> None:
        guests = Guests(Room(room_bytes=100, expected_bytes=10))
        await act(guests)
        for name in list(guests._leave):
            await guests.leave(name)
        assert guests.room.held_bytes == 0

    asyncio.run(run())


def test_nothing_begins_while_large_documents_are_under_way() -> None:
    async def act(guests: Guests) -> None:
        await guests.come("large", 95)
        await guests.come("small")
        assert guests.inside == ["large"]
        await guests.leave("large")
        assert guests.inside == ["small"]

    in_room(act)


def test_a_document_larger_than_the_room_goes_alone() -> None:
    async def act(guests: Guests) -> None:
        await guests.come("huge", 1_000)
        await guests.come("next", 5)
        assert guests.inside == ["huge"]
        await guests.leave("huge")
        await guests.come("beside")
        assert guests.inside == ["next", "beside"]

    in_room(act)


def test_a_document_that_turns_out_small_lets_the_next_one_in() -> None:
    async def act(guests: Guests) -> None:
        for n in range(10):
            await guests.come(f"expected {n}")
        await guests.come("waits")
        assert "waits" not in guests.inside
        await guests.leave("expected 0")
        assert "waits" in guests.inside

    in_room(act)


def test_who_gives_up_waiting_leaves_no_trace() -> None:
    async def act(guests: Guests) -> None:
        await guests.come("large", 95)
        await guests.come("impatient")
        await guests.give_up("impatient")
        assert guests.room.held_bytes == 95
        await guests.give_up("large")
        assert guests.room.held_bytes == 0

    in_room(act)
