"""The documents that a sitemap index leads to, asked and joined to one document's worth of entries.

An index has no entries, and what it and its validators say of its children cannot be relied on: many change a child
and not its `lastmod`. So at every poll the first few children are asked whole, one after another at their host's
turn, and nothing of the index is remembered. Called by `ingest.poll` for a document with `child_urls`; a child's own
children are not followed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from archive.identity.ids import strip_secrets
from archive.model.outcome import (
    Exchange,
    FeedFailed,
    FeedParsed,
    FeedResult,
    Reason,
    Validators,
)
from archive.model.stated import ParsedFeed
from ingest.wire.address import BadAddress, read_address
from ingest.wire.result import FetchResult, Request

MAX_CHILDREN = 3
"""Children asked in a poll, the last changed first: a news sitemap holds two days, and a paper has one or two."""

CHILDREN_S = 90.0
"""Wall clock for all of them. A host's lease lasts 180 s, and the index itself may have taken 60."""

_THROTTLED_S = 4 * 3_600
"""The wait of a child's 429 that names none, as for a feed's own (`ingest.pace`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """What came of one child: the request, and what it parsed to."""

    exchange: Exchange
    result: FeedResult


async def with_children(
    exchange: Exchange, index: FeedParsed, ask: Callable[[str], Awaitable[Child]]
) -> tuple[Exchange, FeedResult]:
    """Return the index's poll with its children's entries, in the order they were asked.

    A child that fails is left out with a warning; when all do, the first one's failure is the poll's. One that asks
    for less (429, Retry-After) is the last to be asked, and its wait becomes the exchange's. `body` is all documents,
    one after another, as they came.
    """
    children: list[Child] = []
    failures: list[tuple[str, FeedFailed]] = []
    status = exchange.status
    try:
        async with asyncio.timeout(CHILDREN_S):
            for url in index.parsed.child_urls[:MAX_CHILDREN]:
                child = _without_grandchildren(await ask(url))
                children.append(child)
                if isinstance(child.result, FeedFailed):
                    failures.append((strip_secrets(url), child.result))
                if _wait_s(child):
                    status = child.exchange.status
                    break
    except TimeoutError:
        detail = f"not all within {CHILDREN_S:.0f} s"
        failures.append(("its sitemaps", FeedFailed(reason=Reason.TIMEOUT, detail=detail)))
    parts = [child.result for child in children if isinstance(child.result, FeedParsed)]
    exchange = _summed(exchange, children)
    if not parts:
        # The one that asks for less says it for its host, so its status has to be the poll's.
        url, failed = failures[-1] if status != exchange.status else failures[0]
        failed = replace(failed, detail=f"{url}: {failed.detail}", body=None)
        return replace(exchange, status=status), failed
    warnings = tuple(f"{url}: {failed.detail}" for url, failed in failures)
    body = b"\n".join((index.body, *(part.body for part in parts)))
    return exchange, replace(
        index,
        parsed=_joined(index.parsed, [part.parsed for part in parts], warnings),
        body=body,
        body_digest=b"",
        validators=Validators(url=index.validators.url),
    )


def onward(request: Request, url: str) -> Request:
    """Return the request for a document that the answer to `request` named.

    The operator wrote the first address and not this one: private networks stay closed but for his own host
    (`Request.operator_url`), and his credentials go to their own origin alone.
    """
    return replace(
        request,
        url=url,
        validators=None,
        basic_auth=_credentials_for(request, url),
        patience=None,
    )


class Onward:
    """A fetcher for what documents named: every request has the rights of `first` (see `onward`)."""

    def __init__(self, fetch: Callable[[Request], Awaitable[FetchResult]], first: Request) -> None:
        self._fetch = fetch
        self._first = first

    async def fetch(self, request: Request) -> FetchResult:
        """Fetch an address as one that the answer to `first` named; `basic_auth` are the operator's for `first`."""
        first = replace(self._first, basic_auth=request.basic_auth or self._first.basic_auth)
        return await self._fetch(onward(first, request.url))


def _credentials_for(request: Request, url: str) -> tuple[str, str] | None:
    try:
        first, second = read_address(request.url), read_address(url)
    except BadAddress:
        return None
    return (request.basic_auth or first.basic_auth) if first.origin == second.origin else None


def _without_grandchildren(child: Child) -> Child:
    if isinstance(child.result, FeedParsed) and child.result.parsed.child_urls:
        detail = "a sitemap index within a sitemap index is not followed"
        return replace(child, result=FeedFailed(reason=Reason.NOT_A_FEED, detail=detail))
    return child


def _wait_s(child: Child) -> int:
    """Return for how long the child's server asks to be left alone; 0 for not at all."""
    if child.exchange.retry_after_s:
        return child.exchange.retry_after_s
    return _THROTTLED_S if child.exchange.status == 429 else 0


def _summed(exchange: Exchange, children: list[Child]) -> Exchange:
    """Return the index's exchange with the transfer, time and waits of all."""
    exchanges = [child.exchange for child in children]
    waits = [exchange.retry_after_s or 0, *(_wait_s(child) for child in children)]
    return replace(
        exchange,
        elapsed_s=exchange.elapsed_s + sum(each.elapsed_s for each in exchanges),
        n_wire_bytes=exchange.n_wire_bytes + sum(each.n_wire_bytes for each in exchanges),
        n_bytes=exchange.n_bytes + sum(each.n_bytes for each in exchanges),
        retry_after_s=max(waits) or None,
    )


def _joined(index: ParsedFeed, parts: list[ParsedFeed], warnings: tuple[str, ...]) -> ParsedFeed:
    """Return one document that holds the items of all, their positions counted through."""
    joined = replace(
        index, title=parts[0].title, language=parts[0].language, encoding=parts[0].encoding
    )
    n_items = 0
    for part in parts:
        joined = replace(
            joined,
            entries=joined.entries
            + tuple(replace(each, position=each.position + n_items) for each in part.entries),
            seen=joined.seen
            + tuple((digest, position + n_items) for digest, position in part.seen),
            rejected=joined.rejected + part.rejected,
            warnings=joined.warnings + part.warnings,
        )
        n_items += part.n_items
    return replace(joined, n_items=n_items, warnings=joined.warnings + warnings)
