"""Stand-ins for the web, the parsers and the clock. They answer as a test wrote; nothing here waits or sleeps."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from archive.model.outcome import Exchange, Reason, Validators
from archive.model.site import SiteRules
from archive.model.stated import ArticlePage, ParsedFeed
from ingest.feed.parse import parse_feed
from ingest.page.parse import parse_article
from ingest.wire.result import Failed, Fetched, FetchResult, NotModified, Request

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

Answer = FetchResult | Exception | Callable[[Request], Any]
"""What an address answers: a result, an exception that is raised, or a function (also async) that gives a result."""


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """Move on, by `timedelta`'s keywords."""
        self.now += timedelta(**by)


class FakeWeb:
    """A web of scripted answers: an address's are given in turn, the last one again and again; others are 404."""

    def __init__(self, clock: Callable[[], datetime] = lambda: NOON) -> None:
        self.asked: list[Request] = []
        self._clock = clock
        self._answers: dict[str, list[Answer]] = defaultdict(list)

    def on(self, url: str, *answers: Answer) -> None:
        """Set what an address answers from now on."""
        self._answers[url] = list(answers)

    async def fetch(self, request: Request) -> FetchResult:
        self.asked.append(request)
        answers = self._answers[request.url] or [self.status(404)]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            answer = answer(request)
        if not isinstance(answer, (Fetched, NotModified, Failed)):
            answer = await answer
        return self._at(answer, request.url)

    def n_asked(self, url: str) -> int:
        """Return how often an address was asked."""
        return sum(request.url == url for request in self.asked)

    # ---- answers ---------------------------------------------------------------------------------

    def found(
        self,
        body: bytes,
        *,
        content_type: str = "application/rss+xml",
        etag: str | None = None,
        end_is_proven: bool = True,
    ) -> Fetched:
        """Return a 200 with this body."""
        return Fetched(
            exchange=self._exchange(200),
            body=body,
            content_type=content_type,
            validators=Validators(url="", etag=etag),
            end_is_proven=end_is_proven,
        )

    def page(self, html: str) -> Fetched:
        """Return a 200 with this page."""
        return self.found(html.encode(), content_type="text/html; charset=utf-8")

    def not_modified(self, etag: str | None = None) -> NotModified:
        """Return a 304."""
        validators = None if etag is None else Validators(url="", etag=etag)
        return NotModified(exchange=self._exchange(304), validators=validators)

    def status(self, status: int, *, retry_after_s: int | None = None) -> Failed:
        """Return an answer with an HTTP status that is no success."""
        return Failed(
            exchange=self._exchange(status),
            reason=Reason.STATUS,
            detail=f"HTTP {status}",
            retry_after_s=retry_after_s,
        )

    def failed(self, reason: Reason) -> Failed:
        """Return no answer at all."""
        return Failed(exchange=self._exchange(None), reason=reason, detail=f"no answer: {reason}")

    def _exchange(self, status: int | None) -> Exchange:
        return Exchange(requested_url="", url="", started_at=self._clock(), status=status)

    def _at(self, answer: FetchResult, url: str) -> FetchResult:
        """Return an answer as given by this address."""
        changes: dict[str, Any] = {"exchange": replace(answer.exchange, requested_url=url, url=url)}
        if not isinstance(answer, Failed) and answer.validators is not None:
            changes["validators"] = replace(answer.validators, url=url)
        return replace(answer, **changes)


class HereParser:
    """The parsers in this very process, for tests that are not about killing them. `dies_of`: bodies that raise."""

    def __init__(self) -> None:
        self.dies_of: dict[bytes, Exception] = {}

    async def parse_feed(
        self, body: bytes, url: str, content_type: str | None, known: frozenset[bytes]
    ) -> ParsedFeed:
        self._live_through(body)
        return parse_feed(body, url, content_type, known=known)

    async def parse_page(
        self,
        body: bytes,
        url: str,
        fetched_at: datetime,
        content_type: str | None,
        rules: SiteRules | None,
    ) -> ArticlePage:
        self._live_through(body)
        return parse_article(
            body, url, fetched_at=fetched_at, content_type=content_type, rules=rules
        )

    def _live_through(self, body: bytes) -> None:
        for part, error in self.dies_of.items():
            if part in body:
                raise error
