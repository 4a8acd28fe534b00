"""Telling our own hubs that the merged feed has changed (WebSub, section 6): at most once a minute, never waited for.

`scheduler.py` calls `note_change` after it has published, and `tick` every other second. What a hub missed while it was
down it is told when it answers again; nothing is kept over a restart, since the next change is told anyway.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from ingest.poll import Fetcher
from ingest.wire.result import Failed, Request

log = structlog.get_logger("newsarchive")

TOLD_EVERY: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)


@dataclass(slots=True)
class _Hub:
    """One hub: whether there is something to tell it, and when it may be told next."""

    url: str
    has_news: bool = False
    not_before: datetime | None = None
    n_failures: int = 0
    telling: asyncio.Task[None] | None = None

    def is_due(self, now: datetime) -> bool:
        is_free = self.telling is None or self.telling.done()
        return self.has_news and is_free and (self.not_before is None or now >= self.not_before)


class Publisher:
    """Tells `hubs` about the feed at `feed_url`. Hubs are addresses that an operator wrote."""

    def __init__(
        self,
        *,
        hubs: Sequence[str],
        feed_url: str,
        fetcher: Fetcher,
        clock: Callable[[], datetime],
    ) -> None:
        self._hubs = [_Hub(url) for url in hubs]
        self._feed_url = feed_url
        self._fetcher = fetcher
        self._clock = clock

    def note_change(self) -> None:
        """The feed has changed: every hub is to be told. Several changes within a minute are told as one."""
        for hub in self._hubs:
            hub.has_news = True

    def tick(self) -> None:
        """Start telling the hubs that may be told now; returns at once."""
        now = self._clock()
        for hub in self._hubs:
            if hub.is_due(now):
                # Told from here on: a change that comes while the hub answers is told again.
                hub.has_news, hub.not_before = False, now + TOLD_EVERY
                hub.telling = asyncio.create_task(self._tell(hub))

    async def until_idle(self) -> None:
        """Wait for what the last tick has started."""
        await asyncio.gather(*self._under_way())

    async def finish(self) -> None:
        """Stop at once."""
        tasks = self._under_way()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _under_way(self) -> list[asyncio.Task[None]]:
        tasks = [hub.telling for hub in self._hubs if hub.telling is not None]
        return [task for task in tasks if not task.done()]

    async def _tell(self, hub: _Hub) -> None:
        form = (("hub.mode", "publish"), ("hub.url", self._feed_url))
        status, detail = None, ""
        try:
            request = Request(url=hub.url, form=form, operator_url=hub.url, accept="*/*")
            result = await self._fetcher.fetch(request)
            status = result.exchange.status
            detail = result.detail if isinstance(result, Failed) else ""
        except Exception as error:  # noqa: BLE001  # a fault of ours on the wire is a failed request, and is tried again
            detail = f"{type(error).__name__}: {error}"
        if status is not None and 200 <= status < 300:
            hub.n_failures = 0
            log.info("hub_told", hub=hub.url, status=status)
            return
        hub.n_failures += 1
        wait = min(TOLD_EVERY * 2 ** min(hub.n_failures, 10), LONGEST_WAIT)
        hub.has_news, hub.not_before = True, self._clock() + wait
        log.warning(
            "hub_not_told",
            hub=hub.url,
            status=status,
            detail=detail,
            retry_in_s=int(wait.total_seconds()),
        )
