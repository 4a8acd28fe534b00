"""One feed, or one page, from job to outcome: fetched, told apart, parsed. Writes nothing, never raises for a site.

Called by `ingest.turn`. What comes back is for `archive.store.deposit`.
"""

from collections.abc import Callable
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
from archive.model.stated import ArticlePage, ParsedFeed, SiteRules
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


async def poll_feed(job: FeedJob, fetcher: Fetcher, parser: Parser) -> FeedOutcome:
    """Poll one feed."""
    try:
        basic_auth = _credentials(job.auth_file)
    except OSError as error:
        return _unasked(job, f"auth_file {job.auth_file} cannot be read: {error.strerror}")
    fetched = await fetcher.fetch(
        Request(
            url=job.url,
            validators=job.validators,
            basic_auth=basic_auth,
            verify_tls=job.verify_tls,
            operator_url=job.url,
        )
    )
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
    return FeedOutcome(job=job, exchange=fetched.exchange, result=result)


async def read_page(
    job: PageJob,
    fetcher: Fetcher,
    parser: Parser,
    *,
    rules_for: Callable[[str], SiteRules | None],
) -> PageOutcome:
    """Fetch and parse one article page. `rules_for` gives an operator's rules for an address's host."""
    fetched = await fetcher.fetch(
        Request(
            url=job.url,
            accept=ACCEPT_PAGE,
            operator_url=job.feed_url,
            verify_tls=job.verify_tls,
        )
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


async def _parse(job: FeedJob, fetched: Fetched, parser: Parser) -> FeedResult:
    digest = body_digest(fetched.body)
    if digest == job.body_digest:
        return FeedUnchanged(not_modified=False, validators=fetched.validators)
    try:
        parsed = await parser.parse_feed(
            fetched.body, fetched.exchange.url, fetched.content_type, job.known
        )
    except NotAFeed as error:
        return FeedFailed(reason=Reason.NOT_A_FEED, detail=str(error), body=fetched.body)
    except WorkerKilled as error:
        return FeedFailed(
            reason=Reason.PARSE_LIMIT,
            detail=f"parsing was stopped: it {error}",
            worker_died=True,
            body=fetched.body,
        )
    except Exception as error:  # noqa: BLE001  # a parser's bug is that feed's recorded failure, and no other's
        return FeedFailed(
            reason=Reason.PARSE,
            detail=f"the parser failed: {type(error).__name__}: {error}",
            body=fetched.body,
        )
    validators = fetched.validators
    if not fetched.end_is_proven or (not parsed.n_items and parsed.warnings):
        # A body that may have been cut, or an empty one that is not well formed, must not be remembered (WIRE).
        validators = Validators(url=validators.url)
    return FeedParsed(
        parsed=parsed,
        body=fetched.body,
        body_digest=digest,
        validators=validators,
        content_type=fetched.content_type,
    )


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


def _unasked(job: FeedJob, detail: str) -> FeedOutcome:
    at = job.due_at or datetime.fromtimestamp(0).astimezone()
    return FeedOutcome(
        job=job,
        exchange=Exchange(requested_url=job.url, url=job.url, started_at=at),
        result=FeedFailed(reason=Reason.UNAUTHORISED, detail=detail),
    )
