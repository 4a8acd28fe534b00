"""An article in parts: its further pages, asked one after another and joined to one text.

A page that names the next part of itself (`rel=next`, `ArticlePage.next_page_url`) is read on, at most MAX_PARTS in
all, on its own host only (its name and port; http and https count as one), each at the host's turn. A part that does
not come ends it: what was read stays, and says what is missing. Called by `ingest.poll`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from urllib.parse import urldefrag, urlsplit, urlunsplit

from archive.model.outcome import Exchange, PageFailed, PageRead, PageResult
from archive.model.stated import ArticlePage, Claim
from ingest.page.measure import minutes_to_read
from ingest.wire.address import BadAddress, host_of

MAX_PARTS = 10
"""Pages of one article that are read (RECORD). Longer ones are galleries, or a mistake."""

PARTS_S = 45.0
"""Wall clock for all but the first. A host's lease lasts 180 s: a turn of 60, its last request, and this."""

CORRECTIONS = ("correction", "update")
"""Claims that each part may add: the others are the first page's to make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What came of one further page."""

    exchange: Exchange
    result: PageResult


async def with_parts(
    exchange: Exchange, first: PageRead, ask: Callable[[str], Awaitable[Part]]
) -> tuple[Exchange, PageRead]:
    """Return a page with its further parts in its text, `html`, enclosures, updates and corrections.

    `missing` says why a part that is named is not there, `next_page_url` then still names it. A server that asks to be
    left alone is asked no more, and its wait is `retry_after_s`. `body` is all pages, one after another.
    """
    read, exchanges = [first], [exchange]
    url, missing, retry_after_s = first.page.next_page_url, None, None
    seen = {_bare(exchange.url), _bare(exchange.requested_url)}
    try:
        async with asyncio.timeout(PARTS_S):
            while url is not None:
                url = _secure(url, exchange.url)
                missing = _not_to_ask(url, exchange.url, seen, len(read))
                if missing is not None:
                    break
                part = await ask(url)
                exchanges.append(part.exchange)
                missing = _not_a_part(part, exchange.url, read)
                if missing is not None:
                    if isinstance(part.result, PageFailed):
                        retry_after_s = part.result.retry_after_s
                    break
                assert isinstance(part.result, PageRead), "what is a part was read"
                seen |= {_bare(url), _bare(part.exchange.url)}
                read.append(part.result)
                url = part.result.page.next_page_url
    except TimeoutError:
        missing = f"not all within {PARTS_S:.0f} s"
    if missing is not None:
        missing = f"part {len(read) + 1} of the article is missing: {missing}"
    joined = replace(
        first,
        page=_joined([one.page for one in read], url, missing),
        body=b"\n".join(one.body for one in read),
        missing=missing,
        retry_after_s=retry_after_s,
    )
    return _summed(exchange, exchanges), joined


def _not_to_ask(url: str, home: str, seen: set[str], n_read: int) -> str | None:
    """Say why a named part is not asked for; None where it is."""
    if n_read >= MAX_PARTS:
        return f"no more than {MAX_PARTS} are read"
    if not _is_same_host(url, home):
        return "it stands on another host"
    return "it leads back to one that was read" if _bare(url) in seen else None


def _not_a_part(part: Part, home: str, read: list[PageRead]) -> str | None:
    """Say why what came is no further part; None where it is one."""
    match part.result:
        case PageFailed(detail=detail):
            return detail
        case PageRead(page=page):
            if not _is_same_host(part.exchange.url, home):
                return "it leads to another host"
            if page.wall is not None:
                return f"{page.wall.kind} wall ({page.wall.marker})"
            if not page.text:
                return "it has no text"
            if any(page.text == other.page.text for other in read):
                return "it shows the text of another part"
    return None


def _joined(pages: list[ArticlePage], next_url: str | None, missing: str | None) -> ArticlePage:
    first = pages[0]
    if len(pages) == 1 and missing is None:
        return first
    text = "\n".join(page.text for page in pages if page.text)
    claims = [*first.claims]
    for page in pages[1:]:
        claims += [claim for claim in page.claims if claim.field in CORRECTIONS]
    stated = f"{len(pages)} pages" + (f"; {missing}" if missing else "")
    claims.append(Claim(field="parts", source="computed", stated=stated, value=len(pages)))
    is_counted = first.provenance.get("reading_minutes") == "computed"
    return replace(
        first,
        text=text or None,
        html="".join(page.html for page in pages if page.html) or None,
        word_count=sum(page.word_count or 0 for page in pages) or None,
        reading_minutes=minutes_to_read(text) if is_counted else first.reading_minutes,
        image_url=next((page.image_url for page in pages if page.image_url), None),
        enclosures=tuple({e.url: e for page in pages for e in page.enclosures}.values()),
        updates=tuple(update for page in pages for update in page.updates),
        language_parts=tuple(part for page in pages for part in page.language_parts),
        next_page_url=next_url if missing is not None else None,
        claims=tuple(claims),
        provenance={**first.provenance, "parts": "computed"},
    )


def _summed(first: Exchange, exchanges: list[Exchange]) -> Exchange:
    """Return the first page's exchange with the transfer and time of all."""
    return replace(
        first,
        elapsed_s=sum(one.elapsed_s for one in exchanges),
        n_wire_bytes=sum(one.n_wire_bytes for one in exchanges),
        n_bytes=sum(one.n_bytes for one in exchanges),
    )


def _bare(url: str) -> str:
    return urldefrag(url)[0]


def _is_same_host(url: str, home: str) -> bool:
    """Tell whether two addresses are of one host, WIRE's name and port; http and https at their usual ports are one."""
    try:
        one, other = host_of(url), host_of(home)
    except BadAddress:
        return False
    return one == other or (_usual(one) is not None and _usual(one) == _usual(other))


def _usual(host: str) -> str | None:
    name, _, port = host.rpartition(":")
    return name if port in ("80", "443") else None


def _secure(url: str, home: str) -> str:
    """Return `url` as https where only its scheme is behind that of `home`: many pages name their next part so."""
    if url.startswith("http:") and home.startswith("https:") and _is_same_host(url, home):
        parts = urlsplit(url)
        return urlunsplit(parts._replace(scheme="https", netloc=urlsplit(home).netloc))
    return url
