"""Being subscribed: takes what hubs said out of the inbox, asks hubs, and keeps subscriptions in step with the feeds.

    inbox --verified, denied--> rules --> websub          feeds that name a hub --> rules.wish_of --> wanted, leaving
          --ping, lost push--> the feed is due at once    due rows --> rules.asking --> POST to the hub --> answered
          --push--> workers --> Store.deposit_push

`scheduler.py` calls `tick` every other second, and `notice` for every deposit. What takes time (a hub's answer, a
parse) runs beside the tick. All writes go through the engine's one writer, by the `write` that is handed in.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

import structlog

from archive.model.outcome import (
    Deposited,
    FeedFailed,
    FeedJob,
    FeedOutcome,
    FeedParsed,
    Reason,
    Validators,
)
from archive.model.push import Event, HubFeed, HubSubscription, Letter, PushOutcome
from archive.store import websub
from archive.store.store import Store
from ingest.feed.parse import PARSER_VERSION
from ingest.pace import after_news
from ingest.poll import Fetcher, Parser, body_digest, parse_document
from ingest.websub import rules
from ingest.wire.result import Failed, Request

log = structlog.get_logger("newsarchive")

SYNC_EVERY: Final = timedelta(minutes=1)
"""How often all subscriptions are held against their feeds: a paused feed leaves its hub within a minute."""

MOST_ASKED: Final = 8
"""Hubs that are asked at a time, one question each."""

LETTERS_A_TICK: Final = 500

BEGUN_AT_ONCE: Final = 500
"""New subscriptions of one transaction, 0.15 s: ten thousand feeds with hubs must not hold up deposits at a start."""

BEGUN_AT_MOST: Final = 3
"""A pushed document that ended the process so often is not begun with again; its feed is polled."""

WORDS_OF_A_HUB: Final = 200

Answer = TypeVar("Answer")


class Write(Protocol):
    """Runs a store call in the writer's thread: `Engine.write`."""

    def __call__(self, call: Callable[[], Answer]) -> Awaitable[Answer]: ...


class Subscriber:
    """A hub's subscriber for one archive. `public_url` "" ends what subscriptions there are and makes no new ones.

    `random_bytes(n)` makes callbacks and secrets, `rand` 0..1 spreads retries.
    """

    def __init__(
        self,
        store: Store,
        *,
        write: Write,
        fetcher: Fetcher,
        parser: Parser,
        public_url: str,
        clock: Callable[[], datetime],
        rand: Callable[[], float],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._store = store
        self._write = write
        self._fetcher = fetcher
        self._parser = parser
        self._public_url = public_url
        self._clock = clock
        self._rand = rand
        self._random_bytes = random_bytes
        self._noticed: set[int] = set()
        self._synced_at: datetime | None = None
        self._asked: dict[str, asyncio.Task[None]] = {}
        self._taking: asyncio.Task[None] | None = None

    def notice(self, deposited: Deposited) -> None:
        """Remember a feed that names a hub, for the next tick. Costs nothing for others."""
        match deposited.outcome:
            case FeedOutcome(job=job, result=FeedParsed(parsed=parsed)) if parsed.hub_urls:
                self._noticed.add(job.feed_id)

    async def tick(self) -> None:
        """Answer what waits, follow the feeds, and start asking the hubs that are due."""
        pushes = await self._write(self._answer_letters)
        if pushes and (self._taking is None or self._taking.done()):
            self._taking = asyncio.create_task(self._take(pushes))
        await self._sync()
        self._asked = {hub: task for hub, task in self._asked.items() if not task.done()}
        busy = frozenset(self._asked)
        for begun in await self._write(lambda: self._begin_asking(busy)):
            self._asked[begun.hub_url] = asyncio.create_task(self._ask(begun))

    async def until_idle(self) -> None:
        """Wait for what the last tick has started."""
        await asyncio.gather(*self._under_way())

    async def finish(self) -> None:
        """Stop at once: a hub that was being asked is asked again, a push waits in the inbox."""
        tasks = self._under_way()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _under_way(self) -> list[asyncio.Task[None]]:
        tasks = [*self._asked.values(), *([self._taking] if self._taking else [])]
        return [task for task in tasks if not task.done()]

    # ---- the inbox -------------------------------------------------------------------------------

    def _answer_letters(self) -> tuple[Letter, ...]:
        """Answer all letters but pushed documents, in one transaction, and return those."""
        now = self._clock()
        with self._store.reading() as connection:
            letters = websub.waiting(connection, limit=LETTERS_A_TICK)
        pushes = tuple(letter for letter in letters if letter.event is Event.PUSH)
        if len(pushes) < len(letters):
            with self._store.writing() as connection:
                for letter in letters:
                    if letter.event is not Event.PUSH:
                        words = self._answer_letter(connection, letter, now)
                        websub.answer(connection, letter.id, words, now=now)
        return pushes

    def _answer_letter(self, connection: websub.Transaction, letter: Letter, now: datetime) -> str:
        held = websub.subscription(connection, letter.about)
        if held is None:
            return "the subscription was forgotten"
        n = _number(letter.request.get("n")) or 1
        why = str(letter.request.get("why") or "")
        match letter.event:
            case Event.VERIFIED:
                mode = str(letter.request.get("mode"))
                lease_s = _number(letter.request.get("lease_s"))
                after = rules.verified(held, mode=mode, lease_s=lease_s, now=now)
                _keep(connection, held, after)
                log.info("hub_verified", feed=held.feed_name, hub=held.hub_url, mode=mode)
                return "noted" if after != held else "not what was asked for"
            case Event.DENIED:
                reason = str(letter.request.get("reason") or "") or None
                _keep(connection, held, rules.denied(held, reason=reason, now=now))
                log.warning("hub_denied", feed=held.feed_name, hub=held.hub_url, reason=reason)
                return "noted"
            case Event.PING:
                websub.poll_soon(connection, held.feed_id, now=now)
                if letter.request.get("signed"):
                    websub.count_push(connection, held.id, now=now, n_pushes=n)
                log.info("push_fetched", feed=held.feed_name, why=why)
                return f"the feed is polled: {why}"
            case Event.DROPPED:
                websub.count_dropped(connection, held.id, n)
                log.warning("push_dropped", feed=held.feed_name, why=why, n_pushes=n)
                return f"dropped: {why}"
            case Event.PUSH:
                raise AssertionError("pushes are taken one by one")

    # ---- pushed documents ------------------------------------------------------------------------

    async def _take(self, letters: Iterable[Letter]) -> None:
        """Take pushed documents in, one after another; one that cannot be taken now waits for a later tick."""
        for letter in letters:
            try:
                await self._take_one(letter)
            except Exception:  # one push must not stop the next (STYLE 6)
                log.exception("push_failed", letter=letter.id)

    async def _take_one(self, letter: Letter) -> None:
        begun = await self._write(lambda: self._begin_push(letter))
        if begun is None:
            return
        push = await self._read(letter, *begun)
        deposited = await self._write(
            lambda: self._store.deposit_push(push, now=self._clock(), after_news=after_news)
        )
        if deposited is None:
            return  # its feed is being polled: it is for a later tick
        if deposited.is_fenced:
            log.info("push_not_taken", feed=push.job.name)
            return
        match deposited.outcome.result:
            case FeedFailed() as failed:
                log.warning("push_failed", feed=push.job.name, detail=failed.detail)
            case _:
                log.info(
                    "push_done",
                    feed=push.job.name,
                    new=deposited.n_new,
                    revised=deposited.n_revised,
                    joined=deposited.n_joined,
                )

    def _begin_push(self, letter: Letter) -> tuple[FeedJob, bytes] | None:
        """Return the feed and the document of a push; None where it is answered here."""
        now = self._clock()
        with self._store.writing() as connection:
            held = websub.subscription(connection, letter.about)
            if held is None:
                websub.answer(connection, letter.id, "the subscription was forgotten", now=now)
                return None
            if letter.attempts >= BEGUN_AT_MOST:
                words = f"begun {letter.attempts} times and never ended; the feed is polled"
                websub.answer(connection, letter.id, words, now=now)
                websub.poll_soon(connection, held.feed_id, now=now)
                return None
            websub.count_attempts(connection, [letter.id])
            job = websub.push_job(connection, held.feed_id, parser_version=PARSER_VERSION)
            return job, websub.document(connection, letter.id)

    async def _read(self, letter: Letter, job: FeedJob, body: bytes) -> PushOutcome:
        content_type = letter.request.get("content_type")
        kind = content_type if isinstance(content_type, str) else None
        parsed = await parse_document(self._parser, body, job.url, kind, job.known)
        if isinstance(parsed, FeedFailed):
            return PushOutcome(letter=letter, job=job, result=parsed)
        result = FeedParsed(
            parsed=parsed,
            body=body,
            body_digest=body_digest(body),
            validators=Validators(url=job.url),
            content_type=kind,
        )
        return PushOutcome(letter=letter, job=job, result=result)

    # ---- which feeds are subscribed --------------------------------------------------------------

    async def _sync(self) -> None:
        now = self._clock()
        is_first = self._synced_at is None
        is_time = self._synced_at is None or now - self._synced_at >= SYNC_EVERY
        noticed, self._noticed = self._noticed, set()
        if is_time or noticed:
            await self._write(
                lambda: self._follow(noticed, is_first=is_first, with_all=is_time, now=now)
            )
        if is_time:
            self._synced_at = now

    def _follow(self, noticed: set[int], *, is_first: bool, with_all: bool, now: datetime) -> None:
        """Hold feeds against their subscriptions, and note what is to be begun or ended.

        `is_first` looks at every feed that names a hub, `with_all` at every feed with a subscription.
        """
        with self._store.reading() as connection:
            held = websub.subscriptions(connection, None if with_all else noticed)
            ids = noticed | {each.feed_id for each in held}
            feeds = {feed.id: feed for feed in websub.hub_feeds(connection, ids)}
            if is_first:
                feeds |= {feed.id: feed for feed in websub.feeds_with_hubs(connection)}
        by_feed: dict[int, list[HubSubscription]] = {}
        for each in held:
            by_feed.setdefault(each.feed_id, []).append(each)
        wanted, unwanted = [], []
        for feed in feeds.values():
            wish = rules.wish_of(feed, public_url=self._public_url)
            fitting = [
                each
                for each in by_feed.get(feed.id, ())
                if rules.fits(each, wish, public_url=self._public_url)
            ]
            unwanted += [each for each in by_feed.get(feed.id, ()) if each not in fitting]
            if isinstance(wish, rules.Wish) and not fitting:
                wanted.append((feed, wish))
        self._change(wanted, unwanted, now=now, prunes=with_all)

    def _change(
        self,
        wanted: list[tuple[HubFeed, rules.Wish]],
        unwanted: list[HubSubscription],
        *,
        now: datetime,
        prunes: bool,
    ) -> None:
        leaving = [(each, rules.leaving(each, now=now)) for each in unwanted]
        leaving = [(before, after) for before, after in leaving if before != after]
        if not (wanted or leaving or prunes):
            return
        for start in range(0, len(wanted), BEGUN_AT_ONCE):
            self._begin_wanted(wanted[start : start + BEGUN_AT_ONCE], now=now)
        with self._store.writing() as connection:
            for before, after in leaving:
                _keep(connection, before, after)
            if prunes:
                websub.prune(connection, now=now)

    def _begin_wanted(self, wanted: list[tuple[HubFeed, rules.Wish]], *, now: datetime) -> None:
        with self._store.writing() as connection:
            for feed, wish in wanted:
                websub.begin(
                    connection,
                    feed_id=feed.id,
                    hub_url=wish.hub_url,
                    topic_url=wish.topic_url,
                    base_url=rules.callback_base(self._public_url),
                    name=self._random_bytes(rules.RANDOM_BYTES).hex(),
                    secret=self._random_bytes(rules.RANDOM_BYTES),
                    now=now,
                )

    # ---- asking hubs -----------------------------------------------------------------------------

    def _begin_asking(self, busy: frozenset[str]) -> tuple[HubSubscription, ...]:
        """Choose whose hubs are asked now, and note that they are: their question may come before their answer."""
        now = self._clock()
        begun: dict[str, HubSubscription] = {}
        while len(busy) + len(begun) < MOST_ASKED:
            with self._store.reading() as connection:
                due = websub.due_subscription(connection, now=now, busy_hubs=busy | begun.keys())
            if due is None:
                break
            with self._store.writing() as connection:
                if rules.is_over(due, now=now):
                    websub.forget(connection, due.id)
                    continue
                asking = rules.asking(due, now=now, luck=self._rand())
                websub.save(connection, asking)
                begun[due.hub_url] = asking
        return tuple(begun.values())

    async def _ask(self, begun: HubSubscription) -> None:
        try:
            await self._ask_and_note(begun)
        except Exception:  # what was not noted is asked again; other hubs go on (STYLE 6)
            log.exception("hub_not_asked", feed=begun.feed_name, hub=begun.hub_url)

    async def _ask_and_note(self, begun: HubSubscription) -> None:
        form = rules.form_of(begun)
        status, detail, retry_after_s = await self._post(begun, form)
        luck = self._rand()

        def note() -> None:
            with self._store.writing() as connection:
                held = websub.subscription(connection, begun.id)
                if held is not None and held.asked_at == begun.asked_at:
                    after = rules.answered(
                        held,
                        status=status,
                        detail=detail,
                        now=self._clock(),
                        luck=luck,
                        retry_after_s=retry_after_s,
                    )
                    _keep(connection, held, after)

        await self._write(note)
        facts = {"feed": begun.feed_name, "hub": begun.hub_url, "mode": form[0][1]}
        if status is not None and 200 <= status < 300:
            log.info("hub_asked", status=status, **facts)
        else:
            log.warning("hub_not_asked", status=status, detail=detail, **facts)

    async def _post(
        self, begun: HubSubscription, form: tuple[tuple[str, str], ...]
    ) -> tuple[int | None, str, int | None]:
        """Return the hub's status (None: no answer), what it came to in words, and for how long to leave it alone."""
        request = Request(url=begun.hub_url, form=form, operator_url=begun.feed_url, accept="*/*")
        try:
            result = await self._fetcher.fetch(request)
        except Exception as error:  # noqa: BLE001  # a fault of ours on the wire is a failed request, and is tried again
            return None, f"{type(error).__name__}: {error}", None
        if not isinstance(result, Failed):
            return result.exchange.status, "", None
        # A hub that was not reached whole (a status, but then a cut) was not understood either.
        status = result.exchange.status if result.reason in _ANSWERS else None
        return status, _told(result), result.retry_after_s


_ANSWERS: Final = frozenset({Reason.STATUS, Reason.EMPTY, Reason.UNAUTHORISED, Reason.GONE})
"""Reasons of a fetch that still mean an answer with its status: 202 and 204 are among them."""


def _told(failed: Failed) -> str:
    """Return what a hub's refusal says: the status in words, and the beginning of its text."""
    said = (failed.body or b"")[:WORDS_OF_A_HUB].decode("utf-8", "replace")
    said = " ".join("".join(c if c.isprintable() else " " for c in said).split())
    return f"{failed.detail} ({said})" if said and not said.startswith("<") else failed.detail


def _keep(
    connection: websub.Transaction, before: HubSubscription, after: HubSubscription | None
) -> None:
    if after is None:
        websub.forget(connection, before.id)
    elif after != before:
        websub.save(connection, after)


def _number(stated: object) -> int | None:
    return stated if isinstance(stated, int) and not isinstance(stated, bool) else None
