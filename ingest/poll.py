"""One feed, or one page, from job to outcome: fetched, told apart, parsed. Writes nothing, never raises for a site.

Called by `ingest.turn`. What comes back is for `archive.store.deposit`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

from archive.errors import NotAFeed
from archive.model.outcome import (
    Exchange,
    FeedFailed,
    FeedJob,
    FeedOutcome,
    FeedParsed,
    FeedResult,
    FeedUnchanged,
    PageFailed,
    PageJob,
    PageOutcome,
    PageRead,
    PageResult,
    Reason,
    Validators,
)
from archive.model.site import SiteRules
from archive.model.stated import ArticlePage, ParsedFeed
from ingest.children import Child, onward, with_children
from ingest.wire.links import links
from ingest.wire.result import ACCEPT_PAGE, Failed, Fetched, FetchResult, NotModified, Request
from ingest.workers import WorkerKilled

FINAL_STATUSES = frozenset({404, 410, 451})
"""A page that answers so is not asked again (RECORD: once per article)."""

PAGE_TYPES = ("text/html", "application/xhtml+xml", "text/plain")


class Fetcher(Protocol):
    """What fetches: `ingest.wire.Client`, or a test's web."""

    async def fetch(self, request: Request) -> FetchResult:
        """Carry out one request; never raises for a site's fault."""
        ...


class Parser(Protocol):
    """What parses under limits: `ingest.workers.Workers`, or a test's own."""

    async def parse_feed(
        self, body: bytes, url: str, content_type: str | None, known: frozenset[bytes]
    ) -> ParsedFeed:
        """Parse a feed; raises NotAFeed or WorkerKilled."""
        ...

    async def parse_page(
        self,
        body: bytes,
        url: str,
        fetched_at: datetime,
        content_type: str | None,
        rules: SiteRules | None,
    ) -> ArticlePage:
        """Parse a page; raises WorkerKilled."""
        ...


def body_digest(body: bytes) -> bytes:
    """Return the 16 bytes under which a body is kept and compared."""
    return blake2b(body, digest_size=16).digest()


async def poll_feed(
    job: FeedJob, fetcher: Fetcher, parser: Parser, *, clock: Callable[[], datetime]
) -> FeedOutcome:
    """Poll one feed. `clock` dates what never came to a request."""
    try:
        basic_auth = _credentials(job.auth_file)
    except (OSError, UnicodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not text"
        return _unasked(job, f"auth_file {job.auth_file} cannot be read: {said}", clock())
    request = Request(
        url=job.url,
        validators=job.validators,
        basic_auth=basic_auth,
        verify_tls=job.verify_tls,
        operator_url=job.written_url or job.url,
    )
    asked = await _ask(job, request, fetcher, parser, clock)
    exchange, result = asked.exchange, asked.result
    if isinstance(result, FeedParsed) and result.parsed.child_urls:
        exchange, result = await with_children(
            exchange,
            result,
            lambda url: _ask(job, onward(request, url), fetcher, parser, clock),
        )
    return FeedOutcome(job=job, exchange=exchange, result=result)


async def _ask(
    job: FeedJob,
    request: Request,
    fetcher: Fetcher,
    parser: Parser,
    clock: Callable[[], datetime],
) -> Child:
    """Fetch and parse one document of a feed; most have but one."""
    fetched = await _fetch(fetcher, request, clock)
    result: FeedResult
    match fetched:
        case NotModified():
            result = FeedUnchanged(not_modified=True, validators=fetched.validators)
        case Failed():
            result = FeedFailed(
                reason=fetched.reason,
                detail=fetched.detail,
                retry_after_s=fetched.retry_after_s,
            )
        case Fetched():
            result = await _parse(job, fetched, parser)
    return Child(exchange=fetched.exchange, result=result)


async def read_page(
    job: PageJob,
    fetcher: Fetcher,
    parser: Parser,
    *,
    rules_for: Callable[[str], SiteRules | None],
    clock: Callable[[], datetime],
) -> PageOutcome:
    """Fetch and parse one article page. `rules_for` gives an operator's rules for an address's host."""
    fetched = await _fetch(
        fetcher,
        Request(
            url=job.url,
            accept=ACCEPT_PAGE,
            operator_url=job.feed_url,
            verify_tls=job.verify_tls,
        ),
        clock,
    )
    result: PageResult
    match fetched:
        case NotModified():
            result = PageFailed(reason=Reason.PROTOCOL, detail="304 without having asked")
        case Failed():
            status = fetched.exchange.status
            result = PageFailed(
                reason=fetched.reason,
                detail=fetched.detail,
                final=status in FINAL_STATUSES or fetched.reason is Reason.ADDRESS,
                retry_after_s=fetched.retry_after_s,
            )
        case Fetched():
            result = await _read(fetched, parser, rules_for)
    return PageOutcome(job=job, exchange=fetched.exchange, result=result)


async def _fetch(fetcher: Fetcher, request: Request, clock: Callable[[], datetime]) -> FetchResult:
    started_at = clock()
    try:
        return await fetcher.fetch(request)
    except Exception as error:  # noqa: BLE001  # a fault of ours on the wire must not cost the host's other feeds
        return Failed(
            exchange=Exchange(requested_url=request.url, url=request.url, started_at=started_at),
            reason=Reason.PROTOCOL,
            detail=f"fetching failed: {type(error).__name__}: {error}",
        )


async def _parse(job: FeedJob, fetched: Fetched, parser: Parser) -> FeedResult:
    digest = body_digest(fetched.body)
    validators = fetched.validators
    if not fetched.end_is_proven:  # it may have been cut, and must be asked for whole again (WIRE)
        validators = Validators(url=validators.url)
    if digest == job.body_digest:
        return FeedUnchanged(not_modified=False, validators=validators)
    parsed = await parse_document(
        parser, fetched.body, fetched.exchange.url, fetched.content_type, job.known
    )
    if isinstance(parsed, FeedFailed):
        return parsed
    if not parsed.n_items and parsed.warnings:
        # An empty document that is not well formed is not remembered, neither by validators nor by its bytes (WIRE).
        validators, digest = Validators(url=validators.url), b""
    return FeedParsed(
        parsed=_with_links(parsed, fetched.exchange),
        body=fetched.body,
        body_digest=digest,
        validators=validators,
        content_type=fetched.content_type,
    )


async def parse_document(
    parser: Parser, body: bytes, url: str, content_type: str | None, known: frozenset[bytes]
) -> ParsedFeed | FeedFailed:
    """Parse a feed's document; what is wrong with it, or with the parser, is a failure and never raised."""
    try:
        return await parser.parse_feed(body, url, content_type, known)
    except NotAFeed as error:
        return FeedFailed(reason=Reason.NOT_A_FEED, detail=str(error), body=body)
    except WorkerKilled as error:
        return FeedFailed(
            reason=Reason.PARSE_LIMIT,
            detail=f"parsing was stopped: it {error}",
            worker_died=True,
            body=body,
        )
    except Exception as error:  # noqa: BLE001  # a parser's bug is that feed's recorded failure, and no other's
        return FeedFailed(
            reason=Reason.PARSE,
            detail=f"the parser failed: {type(error).__name__}: {error}",
            body=body,
        )


def _with_links(parsed: ParsedFeed, exchange: Exchange) -> ParsedFeed:
    """Let the hubs, and the address of its own, that an answer's head names go before the document's (WebSub 4)."""
    hub_urls = links(exchange.headers, "hub", base=exchange.url)
    self_urls = links(exchange.headers, "self", base=exchange.url)
    if hub_urls:
        parsed = replace(parsed, hub_urls=hub_urls)
    return replace(parsed, self_url=self_urls[0]) if self_urls else parsed


async def _read(
    fetched: Fetched, parser: Parser, rules_for: Callable[[str], SiteRules | None]
) -> PageResult:
    media_type = (fetched.content_type or "text/html").split(";")[0].strip().lower()
    if media_type not in PAGE_TYPES:
        return PageFailed(
            reason=Reason.NOT_HTML,
            detail=f"the address holds {media_type}, {len(fetched.body):,} bytes",
            final=True,
        )
    url = fetched.exchange.url
    try:
        page = await parser.parse_page(
            fetched.body, url, fetched.exchange.started_at, fetched.content_type, rules_for(url)
        )
    except WorkerKilled as error:
        return PageFailed(
            reason=Reason.PARSE_LIMIT, detail=f"reading was stopped: it {error}", body=fetched.body
        )
    except Exception as error:  # noqa: BLE001  # as above: recorded for this page alone
        return PageFailed(
            reason=Reason.PARSE,
            detail=f"the reader failed: {type(error).__name__}: {error}",
            body=fetched.body,
        )
    return PageRead(
        page=page,
        body=fetched.body,
        body_digest=body_digest(fetched.body),
        content_type=fetched.content_type,
    )


def _credentials(auth_file: str | None) -> tuple[str, str] | None:
    """Read "user:password" from the first line of a file."""
    if auth_file is None:
        return None
    line = Path(auth_file).read_text(encoding="utf-8").partition("\n")[0].strip()
    user, _, password = line.partition(":")
    return user, password


def _unasked(job: FeedJob, detail: str, at: datetime) -> FeedOutcome:
    return FeedOutcome(
        job=job,
        exchange=Exchange(requested_url=job.url, url=job.url, started_at=at),
        result=FeedFailed(reason=Reason.UNAUTHORISED, detail=detail),
    )
