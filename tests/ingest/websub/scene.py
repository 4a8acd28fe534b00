"""A paper, its hub, our pages and our subscriber, with a clock and chance that tests hold.

    scene.poll()            the paper names its hub
    scene.tick()            we ask the hub
    scene.verify()          the hub asks back, at our callback
    scene.push(item("2"))   and sends what is new
    scene.tick()            which is in the archive

Each step runs to its end; the hub speaks to the real application, the subscriber to a fake web.
"""

import asyncio
import hmac
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from httpx2 import Response
from starlette.testclient import TestClient

from archive.config.settings import Config, FetchSettings, WebSettings
from archive.model.push import HubFeed, HubSubscription
from archive.store import Store, websub
from archive.store.subscriptions import Subscription
from archive.web.app import create
from ingest.engine import Engine, Writer
from ingest.feed.parse import PARSER_VERSION
from ingest.turn import Turn
from ingest.websub.subscriber import Subscriber
from ingest.wire.result import Request
from ingest.wire.robots import RobotsCache
from tests.archive.store.depositing import STEADY_PLAN, open_store
from tests.archive.store.looking import one
from tests.fakes import Clock, FakeWeb, HereParser

PUBLIC_URL = "https://news.example/"
FEED_URL = "https://krant.example/feed.xml"
HUB_URL = "https://hub.example/"
MOST_BYTES = 50_000


def item(guid: str, title: str = "", text: str = "") -> str:
    """Return an item of a document; its words are its own."""
    title = title or f"Bericht nummer {guid}"
    text = (
        text or f"De {guid}e sluis van {guid}hoven gaat {guid} weken dicht, zegt {guid} van {guid}."
    )
    return (
        f"<item><guid isPermaLink='false'>{guid}</guid><link>https://krant.example/{guid}</link>"
        f"<title>{title}</title><description>{text}</description></item>"
    )


def rss(*items: str, hub: str | None = HUB_URL, self_url: str | None = FEED_URL) -> bytes:
    """Return the paper's document: its hub and its own address stand in it, unless they are None."""
    links = "".join(
        f"<atom:link rel='{rel}' href='{url}'/>"
        for rel, url in (("hub", hub), ("self", self_url))
        if url
    )
    return (
        "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>Krant</title>"
        f"{links}{''.join(items)}</channel></rss>"
    ).encode()


def signed(body: bytes, key: str, method: str = "sha256") -> str:
    """Return the X-Hub-Signature of a push."""
    return f"{method}={hmac.new(key.encode(), body, method).hexdigest()}"


class Scene:
    """All parts together. `asked` are the forms the hub was sent, as dictionaries."""

    def __init__(self, store: Store, *, public_url: str = PUBLIC_URL) -> None:
        self.store = store
        self.clock = Clock()
        self.web = FakeWeb(self.clock)
        self.parser = HereParser()
        self.asked: list[dict[str, str]] = []
        self._n_random = 0
        self._writer = Writer(
            store, plan=STEADY_PLAN, clock=self.clock, parser_version=PARSER_VERSION
        )
        self.subscriber = self.subscriber_at(public_url)
        turn = Turn(
            fetcher=self.web,
            parser=self.parser,
            ledger=self._writer,
            robots=RobotsCache(self.web, clock=self.clock, slow_down=lambda host, gap_s: None),
            rules_for=lambda url: None,
            clock=self.clock,
            on_deposit=lambda deposited: self.subscriber.notice(deposited),
        )
        self.engine = Engine(store, self._writer, turn, owner="test", clock=self.clock)
        config = Config(
            web=WebSettings(public_url=PUBLIC_URL), fetch=FetchSettings(max_wire_bytes=MOST_BYTES)
        )
        app = create(str(store.path), config, clock=self.clock)
        self.client = TestClient(app, base_url=PUBLIC_URL, raise_server_exceptions=False)
        self.answer_of_hub(202)

    def subscriber_at(self, public_url: str) -> Subscriber:
        """Return a subscriber as after a start; the scene's own stays until it is put in its place."""
        return Subscriber(
            self.store,
            write=self._writer.run,
            fetcher=self.web,
            parser=self.parser,
            public_url=public_url,
            clock=self.clock,
            rand=lambda: 0.5,
            random_bytes=self._random,
        )

    def _random(self, n_bytes: int) -> bytes:
        self._n_random += 1
        return bytes([self._n_random]) * n_bytes

    def close(self) -> None:
        self.client.close()
        run(self._writer.finish)

    # ---- the paper and its hub -------------------------------------------------------------------

    def answer_of_hub(self, status: int, *, url: str = HUB_URL, **more: Any) -> None:
        """Let the hub answer all that it is asked so."""

        def answer(request: Request) -> Any:
            self.asked.append(dict(request.form or ()))
            return self.web.status(status, **more)

        self.web.on(url, answer)

    def subscribe(self, body: bytes, *, url: str = FEED_URL, **wanted: Any) -> int:
        """Subscribe to a feed whose server answers so, poll it, and return its id."""
        self.web.on(url, self.web.found(body))
        feed, _ = self.store.add_feed(
            Subscription(url=url, name=wanted.pop("name", "krant"), page="never", **wanted),
            now=self.clock(),
        )
        self.poll()
        return feed.id

    def poll(self) -> None:
        """Poll what is due, to the end."""
        run(self.engine.until_idle)

    def tick(self) -> None:
        """Let the subscriber do what it does every other second, to the end."""

        async def once() -> None:
            await self.subscriber.tick()
            await self.subscriber.until_idle()

        run(once)

    # ---- what the hub does -----------------------------------------------------------------------

    def verify(self, **changed: str) -> Response:
        """Let the hub ask whether we meant what it was last asked; `changed` are its parameters, `_` for `.`."""
        last = self.asked[-1]
        query = {
            "hub.mode": last["hub.mode"],
            "hub.topic": last["hub.topic"],
            "hub.challenge": "c-1",
            "hub.lease_seconds": "864000",
        }
        query |= {name.replace("_", ".", 1): value for name, value in changed.items()}
        return self.client.get(f"{self.callback}?{urlencode(query)}")

    def push(
        self, body: bytes, *, signature: str | None = None, method: str = "sha256", **headers: str
    ) -> Response:
        """Let the hub send a document, signed with our secret unless another signature is given ("": none)."""
        stated = (
            signed(body, self.asked[0]["hub.secret"], method) if signature is None else signature
        )
        sent = {"Content-Type": "application/rss+xml", **headers}
        if stated:
            sent["X-Hub-Signature"] = stated
        return self.client.post(self.callback, content=body, headers=sent)

    @property
    def callback(self) -> str:
        """The path that the hub was told last."""
        return urlsplit(self.asked[-1]["hub.callback"]).path

    def activate(self, *items: str) -> int:
        """Bring the paper's subscription to life; returns the feed's id."""
        feed_id = self.subscribe(rss(*(items or (item("1"),))))
        self.tick()
        assert self.verify().status_code == 200
        self.tick()
        return feed_id

    # ---- what there is ---------------------------------------------------------------------------

    @property
    def subscriptions(self) -> tuple[HubSubscription, ...]:
        with self.store.reading() as connection:
            return websub.subscriptions(connection)

    @property
    def subscription(self) -> HubSubscription:
        (found,) = self.subscriptions
        return found

    def feed(self) -> HubFeed:
        with self.store.reading() as connection:
            (found,) = websub.hub_feeds(connection, [self.store.find_feed("krant").id])
        return found

    def answers(self) -> list[str]:
        """Return how the letters were answered, first to last; "" for one that waits."""
        count = int(one(self.store, "SELECT count(*) FROM inbox"))
        found = []
        for n in range(count):
            sql = "SELECT coalesce(answer, '') FROM inbox ORDER BY id LIMIT 1 OFFSET ?"
            found.append(str(one(self.store, sql, n)))
        return found

    def next_poll_in_s(self) -> float:
        """Return how far away the paper's next poll is."""
        at = self.store.find_feed("krant").next_poll_at
        assert at is not None
        return (at - self.clock()).total_seconds()


@contextmanager
def scene_in(folder: Path, **more: Any) -> Iterator[Scene]:
    with open_store(folder / "archive.db") as store:
        scene = Scene(store, **more)
        try:
            yield scene
        finally:
            scene.close()


def run(act: Callable[[], Coroutine[Any, Any, object]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await act()

    asyncio.run(bounded())
