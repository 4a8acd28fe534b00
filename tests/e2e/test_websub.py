"""A hub on the loopback, from the first question to the last: the real client, workers, pages, archive and clockwork.

The paper and its hub are one scripted server; what the hub sends goes over real connections to the pages, which run
under uvicorn beside the engine.
"""

import asyncio
import hmac
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import pytest
import uvicorn

from archive.config.settings import Config, FetchSettings, ServiceSettings, WebSettings
from archive.model.push import HubState, HubSubscription
from archive.store import Store, websub
from archive.store.subscriptions import Subscription
from archive.web.app import create
from archive.web.serving import listen
from ingest.engine import Engine, running
from ingest.websub import Publisher, Subscriber
from tests.archive.store.depositing import open_store
from tests.archive.store.looking import count, one, troubles
from tests.fakes import Clock
from tests.loopback import Gate, Loopback, reply

COMMAND = Path(sys.executable).with_name("newsarchive")


def rss(*guids: str) -> bytes:
    items = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><title>Bericht {guid}</title>"
        f"<description>De brug bij {guid}hoven gaat {guid} weken dicht.</description></item>"
        for guid in guids
    )
    return f"<rss version='2.0'><channel><title>Krant</title>{items}</channel></rss>".encode()


def forms_at(site: Loopback) -> list[dict[str, str]]:
    """Return what the hub was asked."""
    posted = [asked for asked in site.asked if asked.method == "POST"]
    return [dict(parse_qsl(asked.body.decode())) for asked in posted]


async def verify(form: dict[str, str]) -> str:
    """Ask back as the hub does that was asked so; returns what we said."""
    query = urlencode(
        {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": "7Qx",
            "hub.lease_seconds": "864000",
        }
    )
    url = f"{form['hub.callback']}?{query}"
    async with aiohttp.ClientSession() as hub, hub.get(url) as answer:
        return f"{answer.status} {await answer.text()}"


async def push(form: dict[str, str], body: bytes) -> int:
    """Send a document as the hub does that was asked so; returns the status we answered."""
    digest = hmac.new(form["hub.secret"].encode(), body, "sha512").hexdigest()
    headers = {"X-Hub-Signature": f"sha512={digest}", "Content-Type": "application/rss+xml"}
    url = form["hub.callback"]
    async with aiohttp.ClientSession() as hub, hub.post(url, data=body, headers=headers) as answer:
        return answer.status


class Stage:
    """All of it, running."""

    def __init__(
        self, store: Store, site: Loopback, engine: Engine, *, public_url: str, clock: Clock
    ) -> None:
        self.store = store
        self.site = site
        self.engine = engine
        self.clock = clock
        self.subscriber = Subscriber(
            store,
            write=engine.write,
            fetcher=engine.fetcher,
            parser=engine.parser,
            public_url=public_url,
            clock=clock,
            rand=lambda: 0.5,
            random_bytes=lambda n: bytes([len(self.forms)]) * n,
        )

    async def tick(self) -> None:
        await self.subscriber.tick()
        await self.subscriber.until_idle()

    @property
    def forms(self) -> list[dict[str, str]]:
        return forms_at(self.site)

    def subscriptions(self) -> tuple[HubSubscription, ...]:
        with self.store.reading() as connection:
            return websub.subscriptions(connection)

    async def verify(self) -> str:
        return await verify(self.forms[-1])

    async def push(self, body: bytes) -> int:
        return await push(self.forms[0], body)


@asynccontextmanager
async def stage_in(folder: Path) -> AsyncIterator[Stage]:
    with listen("127.0.0.1", 0) as listener:
        public_url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        config = Config(
            fetch=FetchSettings(
                contact="test@krant.example", allow_networks=("127.0.0.0/8",), min_host_gap_s=0
            ),
            web=WebSettings(public_url=public_url),
            service=ServiceSettings(workers=1),
        )
        clock = Clock()
        with open_store(folder / "archive.db") as store:
            app = create(str(store.path), config, clock=clock)
            server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            async with (
                Loopback() as site,
                running(
                    store,
                    config,
                    clock=clock,
                    rand=lambda: 0.5,
                    on_deposit=lambda deposited: stage.subscriber.notice(deposited),
                ) as engine,
            ):
                stage = Stage(store, site, engine, public_url=public_url, clock=clock)
                yield stage
                await stage.subscriber.finish()
            server.should_exit = True
            await serving
            assert troubles(store) == []


def on_stage(folder: Path, act: Callable[[Stage], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(60), stage_in(folder) as stage:
            await act(stage)

    asyncio.run(run())


def test_from_the_first_question_over_a_push_and_a_renewal_to_the_end(tmp_path: Path) -> None:
    async def act(stage: Stage) -> None:
        site, store = stage.site, stage.store
        links = [
            ("Link", f'<{site.url("/hub")}>; rel="hub"'),
            ("Link", f'<{site.url("/feed")}>; rel="self"'),
        ]
        site.on("/feed", reply(body=rss("1"), headers=links))
        site.on("/hub", reply(202, body=b"will do"))
        wanted = Subscription(url=site.url("/feed"), name="krant", page="never")
        feed, _ = store.add_feed(wanted, now=stage.clock())
        await stage.engine.until_idle()
        await stage.tick()

        (form,) = stage.forms
        assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", site.url("/feed"))
        assert await stage.verify() == "200 7Qx"
        await stage.tick()
        assert [each.state for each in stage.subscriptions()] == [HubState.ACTIVE]

        assert await stage.push(rss("2")) == 202
        await stage.tick()
        assert count(store, "articles") == 2
        assert one(store, "SELECT count(*) FROM polls") == 1  # nobody was asked for it

        stage.clock.advance(days=8)
        await stage.tick()
        assert stage.forms[-1] == form
        assert await stage.verify() == "200 7Qx"
        await stage.tick()
        assert stage.subscriptions()[0].lease_until == stage.clock() + timedelta(days=10)

        store.set_feed_state(feed.id, "retired", now=stage.clock())
        stage.clock.advance(minutes=2)
        await stage.tick()
        assert stage.forms[-1]["hub.mode"] == "unsubscribe"
        assert await stage.verify() == "200 7Qx"
        await stage.tick()
        assert stage.subscriptions() == ()
        assert await stage.push(rss("3")) == 404
        assert count(store, "articles") == 2

    on_stage(tmp_path, act)


def test_a_hub_in_a_closed_network_is_not_asked(tmp_path: Path) -> None:
    """allow_networks opens what the operator wrote, the feed's own host and port; not where a feed points."""

    async def act(stage: Stage) -> None:
        async with Loopback() as inner:
            inner.on("/hub", reply(202))
            head = [("Link", f'<{inner.url("/hub")}>; rel="hub"')]
            url = stage.site.on("/feed", reply(body=rss("1"), headers=head))
            stage.store.add_feed(
                Subscription(url=url, name="krant", page="never"), now=stage.clock()
            )
            await stage.engine.until_idle()
            await stage.tick()
            assert inner.asked == []
            (held,) = stage.subscriptions()
            assert held.detail is not None
            assert "refused by the address guard" in held.detail

    on_stage(tmp_path, act)


@pytest.mark.parametrize("status", [202, 204, 200])
def test_our_own_hub_is_told_of_a_change(tmp_path: Path, status: int) -> None:
    async def act(stage: Stage) -> None:
        hub = stage.site.on("/hub", reply(status))
        feed_url = "https://news.example/feed.xml"
        publisher = Publisher(
            hubs=[hub], feed_url=feed_url, fetcher=stage.engine.fetcher, clock=stage.clock
        )
        publisher.note_change()
        publisher.tick()
        await publisher.until_idle()
        assert stage.forms == [{"hub.mode": "publish", "hub.url": feed_url}]
        assert urlsplit(hub).path == stage.site.asked[0].target
        stage.clock.advance(hours=1)
        publisher.tick()
        await publisher.until_idle()
        assert len(stage.forms) == 1

    on_stage(tmp_path, act)


def test_the_service_itself_subscribes_and_takes_a_push_in(tmp_path: Path) -> None:
    """`newsarchive run`: two processes, each with its own connection to the archive."""

    async def act() -> None:
        with listen("127.0.0.1", 0) as free:
            port = free.getsockname()[1]
        async with Loopback() as site:
            asked = Gate()
            asked.open.set()
            site.on("/hub", (asked, *reply(202)))
            head = [("Link", f'<{site.url("/hub")}>; rel="hub"')]
            url = site.on("/feed", reply(body=rss("1"), headers=head))
            (tmp_path / "config.toml").write_text(
                f'[web]\nport = {port}\npublic_url = "http://127.0.0.1:{port}/"\n'
                '[fetch]\nallow_networks = ["127.0.0.0/8"]\nmin_host_gap_s = 0\n'
                f'[[feeds]]\nname = "krant"\nurl = "{url}"\npage = "never"\n'
            )
            service = await asyncio.create_subprocess_exec(
                COMMAND, "run", cwd=tmp_path, stdout=PIPE, stderr=STDOUT
            )
            try:
                await said(service, f"pages http://127.0.0.1:{port}/   ")  # the pages are there
                await asked.reached.wait()
                (form,) = forms_at(site)
                assert await verify(form) == "200 7Qx"
                await said(service, "hub_verified")
                assert await push(form, rss("2")) == 202
                await said(service, "push_done")
                assert count(tmp_path / "archive.db", "articles") == 2
            finally:
                service.terminate()
                await service.communicate()
            assert service.returncode == 0

    async def bounded() -> None:
        async with asyncio.timeout(90):
            await act()

    asyncio.run(bounded())


async def said(service: asyncio.subprocess.Process, words: str) -> None:
    """Read on until the service says this."""
    assert service.stdout is not None
    lines = []
    async for line in service.stdout:
        lines.append(line.decode())
        if words in lines[-1]:
            return
    raise AssertionError(f"it ended without {words!r}: {''.join(lines)}")
