"""Two real processes that poll one archive at the same time."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from tests.e2e.test_poll import ITEM, Desk, rss
from tests.loopback import Gate, Loopback, reply

N_HOSTS = 6


def test_two_processes_never_poll_one_feed_at_once(tmp_path: Path) -> None:
    async def act() -> None:
        async with AsyncExitStack() as stack:
            sites = [await stack.enter_async_context(Loopback()) for _ in range(N_HOSTS)]
            gates = [Gate() for _ in sites]
            lines = [
                "[fetch]",
                'contact = "test@krant.example"',
                'allow_networks = ["127.0.0.0/8"]',
            ]
            for n, (site, gate) in enumerate(zip(sites, gates, strict=True)):
                item = ITEM.format(guid=n, title=f"Kop {n}", url=f"https://krant.example/{n}")
                site.on("/feed", (gate, *reply(body=rss(item))))
                feed = ("[[feeds]]", f'name = "krant{n}"', f'url = "{site.url("/feed")}"')
                lines += [*feed, 'page = "never"']
            (tmp_path / "config.toml").write_text("\n".join(lines), encoding="utf-8")
            desk = Desk(tmp_path)
            first = asyncio.create_task(desk.run("poll"))
            await asyncio.gather(*(gate.reached.wait() for gate in gates))
            second = await desk.run("poll")  # while all that is due is being asked
            assert (second.code, second.out) == (0, "")
            assert "no feed is due" in second.err
            for gate in gates:
                gate.open.set()
            ended = await first
            assert ended.code == 0
            assert len(ended.out.splitlines()) == N_HOSTS
            assert [len(site.asked) for site in sites] == [1] * N_HOSTS

    asyncio.run(act())
