"""One feed, or one page, from job to outcome: fetched, told apart, parsed. Writes nothing, never raises for a site.

Called by `ingest.turn`. What comes back is for `archive.store.deposit`.
"""

import functools
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
from archive.model.stated import ArticlePage, Enclosure, ParsedFeed, WallKind
from ingest.children import Child, onward, with_children
from ingest.page.detours import wall_of_detour
from ingest.parts import Part, with_parts
from ingest.wire.links import links
from ingest.wire.patience import Patience
from ingest.wire.result import ACCEPT_PAGE, Failed, Fetched, FetchResult, NotModified, Request
from ingest.wire.robots import AGENT, RobotsCache
from ingest.workers import WorkerKilled

FINAL_STATUSES = frozenset({404, 410, 451})
"""A page that answers so is not asked again (RECORD: once per article)."""

PAGE_TYPES = ("text/html", "application/xhtml+xml", "text/plain")

_PDF = b"%PDF-"

# Directives of robots that have a value behind a colon, as the name of a robot has directives.
_VALUED = ("max-snippet", "max-image-preview", "max-video-preview", "unavailable_after")
_LONGEST_DIRECTIVE = 60


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
    job: FeedJob,
    fetcher: Fetcher,
    parser: Parser,
    *,
    clock: Callable[[], datetime],
    patience: Patience | None = None,
) -> FeedOutcome:
    """Poll one feed. `clock` dates what never came to a request. With `patience` it may be put off."""
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
        patience=patience,
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
                is_put_off=fetched.is_put_off,
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
    robots: RobotsCache | None = None,
) -> PageOutcome:
    """Fetch and parse one article page, with the further pages that it is continued on.

    `rules_for` gives an operator's rules for an address's host. `robots` is asked about the further pages: the first
    is the caller's to ask about (`refused_by_robots`).
    """
    ask = functools.partial(
        _ask_page, job, fetcher=fetcher, parser=parser, rules_for=rules_for, clock=clock
    )
    first = await ask(job.url)
    exchange, result = first.exchange, first.result
    if isinstance(result, PageRead) and result.page.next_page_url is not None:

        async def ask_further(url: str) -> Part:
            further = replace(job, url=url)
            refused = robots and await refused_by_robots(further, robots, clock=clock)
            if refused:
                return Part(exchange=refused.exchange, result=refused.result)
            return await ask(url)

        exchange, result = await with_parts(exchange, result, ask_further)
        result = replace(result, body_digest=body_digest(result.body))
    return PageOutcome(job=job, exchange=exchange, result=result)


async def _ask_page(
    job: PageJob,
    url: str,
    *,
    fetcher: Fetcher,
    parser: Parser,
    rules_for: Callable[[str], SiteRules | None],
    clock: Callable[[], datetime],
) -> Part:
    """Fetch and parse one document of an article; most have but one."""
    request = Request(
        url=url, accept=ACCEPT_PAGE, operator_url=job.feed_url, verify_tls=job.verify_tls
    )
    fetched = await _fetch(fetcher, request, clock)
    result: PageResult
    match fetched:
        case NotModified():
            result = PageFailed(reason=Reason.PROTOCOL, detail="304 without having asked")
        case Failed():
            result = _failed_page(fetched)
        case Fetched():
            result = await page_of(fetched, parser, rules_for)
    return Part(exchange=fetched.exchange, result=result)


def _failed_page(failed: Failed) -> PageFailed:
    exchange = failed.exchange
    media_type = media_type_of(exchange.content_type)
    if failed.reason is Reason.TOO_LARGE and media_type not in PAGE_TYPES:
        stated = exchange.headers.get("content-length", "")
        return _file(exchange.url, media_type, int(stated) if stated.isdecimal() else None)
    return PageFailed(
        reason=failed.reason,
        detail=failed.detail,
        final=exchange.status in FINAL_STATUSES or failed.reason is Reason.ADDRESS,
        retry_after_s=failed.retry_after_s,
    )


async def refused_by_robots(
    job: PageJob, robots: RobotsCache, *, clock: Callable[[], datetime]
) -> PageOutcome | None:
    """Return the outcome of a page that its site's robots.txt keeps from us, None for one that may be asked."""
    try:
        found = await robots.of(job.url, operator_url=job.feed_url, verify_tls=job.verify_tls)
        if found.allowed(job.url):
            return None
        # A robots.txt that could not be read says nothing for ever: the page is tried again.
        final = found.rules is not None
        detail = (
            "its site's robots.txt asks us not to fetch it"
            if final
            else "its site's robots.txt could not be read"
        )
    except ValueError as error:
        final, detail = True, str(error)
    return PageOutcome(
        job=job,
        exchange=Exchange(requested_url=job.url, url=job.url, started_at=clock()),
        result=PageFailed(reason=Reason.ROBOTS, detail=detail, final=final),
    )


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


async def page_of(
    fetched: Fetched, parser: Parser, rules_for: Callable[[str], SiteRules | None]
) -> PageResult:
    """Parse what an article's address gave; what is no page is a failure that names its type and size."""
    url = fetched.exchange.url
    media_type = media_type_of(fetched.content_type)
    if fetched.body.startswith(_PDF):  # some servers call every file a page
        media_type = "application/pdf"
    if media_type not in PAGE_TYPES:
        return _file(url, media_type, len(fetched.body))
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
    page = _as_asked(page, fetched.exchange)
    said = directives_in(fetched.exchange.headers.get("x-robots-tag", ""))
    return PageRead(
        page=replace(page, robots=tuple(dict.fromkeys((*page.robots, *said)))),
        body=fetched.body,
        body_digest=body_digest(fetched.body),
        content_type=fetched.content_type,
    )


def _as_asked(page: ArticlePage, exchange: Exchange) -> ArticlePage:
    """Return a page for who asked for an article: nothing but a wall, where its address led to another place."""
    if page.wall is not None and page.wall.kind is not WallKind.PAYWALL:
        return page
    listed = next((claim.stated for claim in page.claims if claim.field == "list"), None)
    wall = wall_of_detour(exchange.requested_url, exchange.url, listed=listed)
    return page if wall is None else ArticlePage(wall=wall, robots=page.robots)


def media_type_of(content_type: str | None) -> str:
    """Return the media type of a Content-Type in lower case; what names none is taken for a page."""
    return (content_type or "").split(";")[0].strip().lower() or "text/html"


def _file(url: str, media_type: str, n_bytes: int | None) -> PageFailed:
    """Return that an article's address holds a file: kept as a stub of its type and size, not as text."""
    size = "too large to be read" if n_bytes is None else f"{n_bytes:,} bytes"
    return PageFailed(
        reason=Reason.NOT_HTML,
        detail=f"the address holds {media_type}, {size}",
        final=True,
        enclosure=Enclosure(url=url, type=media_type, length_bytes=n_bytes),
    )


def directives_in(header: str) -> tuple[str, ...]:
    """Return the directives of an X-Robots-Tag that concern everybody, in lower case.

    A directive may be for one robot alone ("otherbot: noindex, nofollow"): then so are those behind it, up to the
    next name. Directives with a value (max-snippet: 50, unavailable_after: DATE) name no robot.
    """
    found: list[str] = []
    is_ours = True
    for piece in header.lower().split(","):
        name, colon, value = (part.strip() for part in piece.partition(":"))
        if colon and name not in _VALUED:
            is_ours, name = name == AGENT, value
        elif colon:
            name = f"{name}:{value}"
        if name and is_ours and len(name) < _LONGEST_DIRECTIVE:
            found.append(name)
    return tuple(dict.fromkeys(found))


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
