"""The Starlette application: routes to pages, the published feed, health; every failure a page with its reason.

Reads the archive, and writes what hubs say into its inbox. Each request opens its own read-only connection (1 ms) in
a worker thread, so a long search delays no other page; the feed is answered on the event loop, from memory.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from archive.config.settings import Config
from archive.errors import ArchiveUnusable, Busy, NewsArchiveError, NotFound
from archive.model.push import CALLBACK_PATH
from archive.output.document import hub_urls, public_url
from archive.output.publish import FEED_FILE, STYLE_FILE, style
from archive.output.series import page_file
from archive.store.inbox import Inbox
from archive.web.callbacks import Callbacks
from archive.web.documents import Documents
from archive.web.guards import HEADERS, Guards, host_name, token_of
from archive.web.pages import Pages

HERE: Final = Path(__file__).parent

STYLE_MAX_AGE_S: Final = 3_600
"""Styles change with a release; an hour saves a reader's every second request."""

Page = Callable[[Request], str]


def create(
    archive_url: str,
    config: Config,
    *,
    zone: tzinfo = UTC,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """Return the application for one archive.

    `zone` is the zone people see times in, `clock` tells which day is today. Raises UsageError for an unreadable
    `[web] token_file`. The archive is opened anew for each request, so it may be made or restored meanwhile.
    """
    pages = Pages(archive_url, config, zone=zone, clock=clock)
    documents = Documents(
        config.publish.dir, max_age_s=config.publish.interval_s, links=_feed_links(config)
    )
    callbacks = Callbacks(Inbox(archive_url), most_bytes=config.fetch.max_wire_bytes, clock=clock)

    def page(path: str, make: Page) -> Route:
        return Route(path, partial(_page, make))

    return Starlette(
        routes=[
            page("/", pages.newest),
            page("/search", pages.search),
            page("/article/{id}", pages.article),
            page("/article/{id}/diff", pages.diff),
            page("/feeds", pages.feeds),
            page("/subscribe", pages.subscribe),
            Route(f"/{FEED_FILE}", partial(_feed, documents)),
            Route("/feed-{number:int}.xml", partial(_feed_page, documents)),
            Route(f"/{STYLE_FILE}", _feed_style),
            Route("/favicon.ico", _icon),
            Route(f"/{CALLBACK_PATH}{{name}}", callbacks.answer, methods=["GET", "POST"]),
            Route("/livez", _alive),
            Route("/readyz", partial(_ready, pages)),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        exception_handlers={
            HTTPException: partial(_http_failure, pages),
            NewsArchiveError: partial(_failure, pages),
            Exception: partial(_fault, pages),
        },
        middleware=[
            Middleware(
                Guards,
                hosts={host_name(public_url(config).split("//", 1)[1].split("/", 1)[0])},
                token=token_of(config.web.token_file),
            ),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5),
        ],
    )


async def _page(make: Page, request: Request) -> Response:
    return HTMLResponse(await asyncio.to_thread(make, request))


def _feed_links(config: Config) -> str | None:
    """Return the Link header of the feed: its hubs, and the address it is subscribed under (WebSub, section 4)."""
    hubs = hub_urls(config)
    if not hubs:
        return None
    links = [f'<{url}>; rel="hub"' for url in hubs]
    return ", ".join([*links, f'<{public_url(config)}{FEED_FILE}>; rel="self"'])


async def _feed(documents: Documents, request: Request) -> Response:
    answer = documents.answer(request, FEED_FILE)
    if answer is None:
        raise HTTPException(
            404, "The feed has not been published yet. The service does it, or: newsarchive publish"
        )
    return answer


async def _feed_page(documents: Documents, request: Request) -> Response:
    """Answer a closed page; the one that is still open is the document itself (OUTPUT)."""
    number = request.path_params["number"]
    path = page_file("feed", number)
    is_named_so = request.url.path == f"/{path}"
    answer = documents.answer(request, path, is_final=True) if is_named_so else None
    if answer is not None:
        return answer
    is_next = number == 1 or documents.find(page_file("feed", number - 1)) is not None
    if is_named_so and is_next and documents.find(FEED_FILE) is not None:
        return RedirectResponse(f"/{FEED_FILE}", status_code=302)
    raise HTTPException(404)


async def _feed_style(_: Request) -> Response:
    headers = {"Cache-Control": f"max-age={STYLE_MAX_AGE_S}"}
    return Response(style(), media_type="text/css", headers=headers)


async def _icon(_: Request) -> Response:
    """Answer what browsers ask for beside a document that names no icon, such as the feed."""
    headers = {"Cache-Control": f"max-age={STYLE_MAX_AGE_S}"}
    return FileResponse(HERE / "static" / "icon.svg", headers=headers)


async def _alive(_: Request) -> Response:
    return PlainTextResponse("alive\n")


async def _ready(pages: Pages, _: Request) -> Response:
    try:
        await asyncio.to_thread(pages.probe)
    except NewsArchiveError as error:
        return PlainTextResponse(f"not ready: {error}\n", status_code=503)
    return PlainTextResponse("ready\n")


async def _http_failure(pages: Pages, request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = error.detail
    if error.status_code == 404 and detail == "Not Found":
        detail = "There is nothing at this address."
    return _told(pages, request, error.status_code, detail, headers=dict(error.headers or {}))


async def _failure(pages: Pages, request: Request, error: Exception) -> Response:
    status = 404 if isinstance(error, NotFound) else 400
    if isinstance(error, ArchiveUnusable | Busy):
        status = 503
    return _told(pages, request, status, str(error))


async def _fault(pages: Pages, request: Request, _: Exception) -> Response:
    return _told(pages, request, 500, "Something broke while making this page; it is in the log.")


def _told(
    pages: Pages,
    request: Request,
    status: int,
    message: str,
    *,
    headers: dict[str, str] | None = None,
) -> Response:
    text = pages.message(request, status=status, message=message)
    # The answer to an unforeseen failure is made outside of the guards, which set these elsewhere.
    return HTMLResponse(text, status_code=status, headers={**HEADERS, **(headers or {})})
