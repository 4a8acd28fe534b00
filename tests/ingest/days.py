"""Days of polls in no time: scripted servers, the wire's own reading of what they say, the poll, and the archive.

    with days_in(tmp_path) as days:
        days.subscribe()
        days.on(FEED, Reply(body=rss("een"), headers={"Cache-Control": "max-age=7200"}))
        days.poll()                        # moves the clock to when the feed is due, and polls it
        days.wait_h                        # hours until it is due again

Only sockets are missing: `Trip` follows redirects, keeps validators to their address and reads the headers.
"""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from archive.model.outcome import Deposited, Reason, Validators
from archive.store import Store
from archive.store.subscriptions import Subscription
from ingest.feed.parse import PARSER_VERSION
from ingest.pace import PaceSettings, plan
from ingest.poll import poll_feed
from ingest.wire.result import Fetched, FetchResult, NotModified, Request, WireFault
from ingest.wire.trip import REDIRECTS, Trip
from tests.archive.store.depositing import open_store
from tests.archive.store.looking import ask, troubles
from tests.fakes import Clock, HereParser

FEED = "https://krant.example/feed"

HOUR_S = 3_600
DAY_S = 86_400


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What an address answers; `reason` instead of a status for no answer at all."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: Reason | None = None
    end_is_proven: bool = True


def moved(url: str, status: int = 301, **headers: str) -> Reply:
    """Return a redirect to `url`."""
    return Reply(status=status, headers={"Location": url, **headers})


def rss(*guids: str, dates: Mapping[str, str] | None = None, head: str = "") -> bytes:
    """Return an RSS document with an item a guid; `head` stands in its channel."""
    items = "".join(
        f"<item><guid>{guid}</guid><title>Over {guid}</title>"
        + (f"<pubDate>{dates[guid]}</pubDate>" if dates and guid in dates else "")
        + "</item>"
        for guid in guids
    )
    return (
        "<?xml version='1.0'?><rss version='2.0' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>"
        f"<channel><title>Krant</title>{head}{items}</channel></rss>"
    ).encode()


class ScriptedSites:
    """Servers by address: replies are given in turn, the last again and again; an unknown address is 404."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.asked: list[tuple[datetime, str, Validators | None]] = []
        self.requests: list[Request] = []
        self._clock = clock
        self._replies: dict[str, list[Reply]] = defaultdict(list)

    def on(self, url: str, *replies: Reply) -> None:
        self._replies[url] = list(replies)

    async def fetch(self, request: Request) -> FetchResult:
        self.requests.append(request)
        trip = Trip(request, started_at=self._clock())
        address = trip.set_out()
        while True:
            trip.arrive(address)
            sent = trip.validators_for(address)
            self.asked.append((self._clock(), address.url, sent))
            reply = self._reply_of(address.url)
            if reply.reason is not None:
                return trip.failed(reply.reason, f"no answer: {reply.reason}")
            headers = ((name.encode(), value.encode()) for name, value in reply.headers.items())
            trip.note(reply.status, tuple(headers))
            if reply.status not in REDIRECTS:
                return _end(trip, reply, sent)
            try:
                address = trip.redirect(max_redirects=5)
            except WireFault as fault:
                return trip.failed(fault.reason, fault.detail)

    def _reply_of(self, url: str) -> Reply:
        replies = self._replies[url] or [Reply(status=404)]
        return replies.pop(0) if len(replies) > 1 else replies[0]


def _end(trip: Trip, reply: Reply, sent: Validators | None) -> FetchResult:
    match reply.status:
        case 200:
            return Fetched(
                exchange=trip.exchange(),
                body=reply.body,
                content_type="application/rss+xml",
                validators=trip.stated_validators(),
                end_is_proven=reply.end_is_proven,
            )
        case 304 if sent is None:
            return trip.failed(Reason.PROTOCOL, "304 without having asked")
        case 304:
            stated = trip.stated_validators()
            says_any = stated.etag is not None or stated.last_modified is not None
            return NotModified(exchange=trip.exchange(), validators=stated if says_any else None)
        case 401:
            return trip.failed(Reason.UNAUTHORISED, "401")
        case 410:
            return trip.failed(Reason.GONE, "410")
        case status:
            return trip.failed(Reason.STATUS, f"the server answered {status}")


@cache
def _empty_archive() -> bytes:
    """An archive as it is made: a copy of it takes 2 ms, another one 60."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.db"
        open_store(path).close()
        return path.read_bytes()


@contextmanager
def days_in(folder: Path) -> Iterator["Days"]:
    """Days in a new archive of this folder; all its promises must hold at their end."""
    path = folder / "archive.db"
    path.write_bytes(_empty_archive())
    with open_store(path) as store:
        yield Days(store)
        assert troubles(store) == []


class Days:
    """An archive, its feeds and their servers, and a clock that only polls move."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.sites = ScriptedSites(self.clock)
        self.parser = HereParser()
        self.on = self.sites.on
        self.pace = PaceSettings()
        self.luck = 0.5
        self.polls: list[tuple[datetime, str]] = []

    def subscribe(self, url: str = FEED, *, name: str = "krant", **stated: Any) -> int:
        """Subscribe to a feed, with no pages; returns its id."""
        wanted = Subscription(url=url, name=name, page="never", **stated)
        return self.store.add_feed(wanted, now=self.clock())[0].id

    def poll(self, *replies: Reply) -> Deposited:
        """Go on to when something is due and poll it; `replies` are what FEED answers from then on."""
        if replies:
            self.on(FEED, *replies)
        due_at = self.store.next_due_at()
        assert due_at is not None, "nothing is ever due again"
        self.clock.now = max(self.clock.now, due_at)
        (lease,) = self.store.claim_hosts(now=self.clock(), owner="test", limit=1)
        jobs, _, _ = self.store.due_work(lease, now=self.clock(), parser_version=PARSER_VERSION)
        outcome = asyncio.run(poll_feed(jobs[0], self.sites, self.parser, clock=self.clock))
        pace = partial(plan, rand=lambda: self.luck, settings=self.pace)
        (deposited,) = self.store.deposit([outcome], now=self.clock(), plan=pace)
        self.store.release(lease)
        self.polls.append((self.clock(), jobs[0].name))
        return deposited

    def polls_for(self, **length: float) -> list[float]:
        """Poll all that comes due for so long; returns after how many hours each poll was."""
        start = self.clock()
        end = start + timedelta(**length)
        n_before = len(self.polls)
        while (due_at := self.store.next_due_at()) is not None and due_at <= end:
            self.poll()
        self.clock.now = end
        return [(at - start).total_seconds() / HOUR_S for at, _ in self.polls[n_before:]]

    def feed(self, *columns: str, name: str = "krant") -> Any:
        """Return columns of a feed's row; one alone as its value."""
        ((*values,),) = ask(
            self.store, f"SELECT {', '.join(columns)} FROM feeds WHERE name = ?", name
        )
        return values[0] if len(values) == 1 else tuple(values)

    def row(self, name: str = "krant") -> Any:
        """Return the feed as people are shown it."""
        return self.store.find_feed(name)

    @property
    def wait_h(self) -> float:
        """Hours until the feed is due again; only a held, parked, paused or retired one never is."""
        next_poll_at = self.row().next_poll_at
        assert next_poll_at is not None, "it is never due again"
        wait_s: float = (next_poll_at - self.clock()).total_seconds()
        return wait_s / HOUR_S

    @property
    def sent(self) -> Validators | None:
        """Return what the last request carried to validate what is held."""
        return self.sites.asked[-1][2]

    def details(self) -> Sequence[str | None]:
        """Return what the log of polls says of each, oldest first."""
        return [detail for (detail,) in ask(self.store, "SELECT detail FROM polls ORDER BY id")]
