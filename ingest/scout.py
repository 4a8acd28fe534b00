"""What stands at an address: a feed, or a page whose feeds are found and tried.

    address ── poll_feed ──┬ a feed ───────────────────────────> Offer
                           └ a page ── discover ── candidates ── poll_feed each ──> Offers
                                                └ none good: the site's common paths, the first that is one

Each candidate is fetched and parsed just as a poll would, so what is offered is what will come. Requests are the
client's: guarded, in turn at their host, one after another. Called by `feeds add` and `feeds import --check`;
writes nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from archive.model.outcome import FeedFailed, FeedJob, FeedOutcome, FeedParsed, Reason, Rhythm
from archive.record import is_believed
from ingest.children import Onward
from ingest.feed.discover import FoundFeed, common_addresses, discover
from ingest.poll import Fetcher, Parser, poll_feed
from ingest.wire.address import BadAddress, host_of
from ingest.wire.result import Request

MAX_TRIED = 8
"""Candidates of one page that are asked, a second apart; a page that names more (a newspaper's sections) is told."""

_NOT_THERE = frozenset({404, 410})

_FORMATS = (
    ("atom", "Atom"),
    ("json", "JSON Feed"),
    ("sitemap", "news sitemap"),
    ("rss10", "RSS 1.0"),
    ("rss090", "RSS 0.90"),
    ("rss", "RSS"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A feed that was fetched and parsed. `newest_at` is its latest believable date, None where nothing is dated.

    `outcome` is the poll that showed it; its job is nobody's (feed id 0) until it is subscribed to.
    """

    url: str
    title: str
    format: str
    n_entries: int
    newest_at: datetime | None
    outcome: FeedOutcome = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a page has: `offers` in the page's order, and how many further addresses it names that were not tried.

    `is_guessed`: the page names no feed that is one, and the offer stood at a common address of its site.
    """

    offers: tuple[Offer, ...]
    n_untried: int = 0
    is_guessed: bool = False


class Scout:
    """Looks at addresses. `clock` gives aware UTC instants."""

    def __init__(self, fetcher: Fetcher, parser: Parser, *, clock: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._parser = parser
        self._clock = clock

    async def look(self, url: str, *, verify_tls: bool = True) -> FeedOutcome:
        """Poll an address as a feed that is subscribed to would be; raises BadAddress for what is none."""
        return await self._poll(url, self._fetcher, verify_tls=verify_tls)

    async def feeds_of(self, page: FeedOutcome) -> Found:
        """Return the feeds of a page: `page` is what `look` made of it.

        What a page declares and links to first; only where none of that is a feed, the common addresses of its
        site, up to the first that is one. A server that asks for less is asked no more.
        """
        named = _named_by(page)
        offers, may_ask = await self._tried(page, named[:MAX_TRIED], at_most=MAX_TRIED)
        if not offers and may_ask:
            offers, _ = await self._tried(page, _guesses(page, named), at_most=1)
            return Found(offers=tuple(offers), is_guessed=bool(offers))
        return Found(offers=tuple(offers), n_untried=len(named[MAX_TRIED:]))

    async def _tried(
        self, page: FeedOutcome, candidates: Iterable[FoundFeed], *, at_most: int
    ) -> tuple[list[Offer], bool]:
        """Return those candidates that are feeds, each document once, and whether more may be asked."""
        fetcher = Onward(self._fetcher.fetch, Request(url=page.job.url, operator_url=page.job.url))
        offers: list[Offer] = []
        seen: set[str | bytes] = set()
        for candidate in candidates:
            outcome = await self._poll(candidate.url, fetcher)
            offer = offer_of(outcome, candidate)
            if offer is not None and isinstance(outcome.result, FeedParsed):
                marks = {outcome.exchange.url, outcome.result.body_digest or outcome.exchange.url}
                if seen.isdisjoint(marks):
                    offers.append(offer)
                seen |= marks
            if outcome.exchange.status == 429 or outcome.exchange.retry_after_s:
                return offers, False
            if len(offers) >= at_most:
                break
        return offers, True

    async def _poll(self, url: str, fetcher: Fetcher, *, verify_tls: bool = True) -> FeedOutcome:
        job = FeedJob(
            feed_id=0,
            name="",
            url=url,
            host=host_of(url),
            host_id=0,
            epoch=0,
            owner="",
            rhythm=Rhythm(interval_s=0),
            verify_tls=verify_tls,
        )
        return await poll_feed(job, fetcher, self._parser, clock=self._clock)


def offer_of(outcome: FeedOutcome, named: FoundFeed | None = None) -> Offer | None:
    """Return what a look found, None where it was no feed. `named` is what a page called it."""
    if not isinstance(outcome.result, FeedParsed):
        return None
    parsed = outcome.result.parsed
    at = outcome.exchange.started_at
    dates = [entry.updated_at or entry.published_at for entry in parsed.entries]
    believed = [date for date in dates if date is not None and is_believed(date, at)]
    return Offer(
        url=outcome.job.url,
        title=parsed.title or (named.title if named else None) or "",
        format=next(
            (word for start, word in _FORMATS if parsed.format.startswith(start)), parsed.format
        ),
        n_entries=parsed.n_items,
        newest_at=max(believed, default=None),
        outcome=outcome,
    )


def is_page(outcome: FeedOutcome) -> bool:
    """Tell whether an address answered with a web page: something that may name feeds."""
    result = outcome.result
    if not isinstance(result, FeedFailed) or result.reason is not Reason.NOT_A_FEED:
        return False
    return "html" in f"{outcome.exchange.content_type} {result.detail}".lower()


def is_lasting(outcome: FeedOutcome) -> bool:
    """Tell whether a failure says that no feed is there, rather than that it cannot be had just now."""
    result = outcome.result
    return isinstance(result, FeedFailed) and (
        result.reason in (Reason.NOT_A_FEED, Reason.GONE) or outcome.exchange.status in _NOT_THERE
    )


def without_documents(outcome: FeedOutcome) -> FeedOutcome:
    """Return an outcome that says what came of it and holds no body, so that thousands fit in memory."""
    match outcome.result:
        case FeedFailed() as failed:
            return replace(outcome, result=replace(failed, body=None))
        case FeedParsed() as parsed:
            empty = replace(parsed.parsed, entries=(), seen=(), rejected=())
            return replace(outcome, result=replace(parsed, parsed=empty, body=b""))
    return outcome


def _named_by(page: FeedOutcome) -> tuple[FoundFeed, ...]:
    """Return what a page names, without itself and what cannot be asked."""
    body = page.result.body if isinstance(page.result, FeedFailed) else None
    exchange = page.exchange
    found = discover(
        body or b"",
        exchange.url,
        exchange.content_type,
        link_header=exchange.headers.get("link", ""),
    )
    own = {page.job.url, exchange.url}
    return tuple(each for each in found if each.url not in own and _can_be_asked(each.url))


def _guesses(page: FeedOutcome, named: Iterable[FoundFeed]) -> tuple[FoundFeed, ...]:
    """Return the common addresses of a page's site that were not tried already."""
    tried = {page.job.url.rstrip("/"), *(each.url.rstrip("/") for each in named)}
    return tuple(
        FoundFeed(url=url, title=None, is_declared=False)
        for url in common_addresses(page.exchange.url)
        if url not in tried
    )


def _can_be_asked(url: str) -> bool:
    try:
        host_of(url)
    except BadAddress:
        return False
    return True
