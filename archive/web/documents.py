"""The published documents over HTTP: the very bytes that `archive.output.publish` wrote, with validators.

The file is looked at for every request and read only when it changed, so a conditional GET costs one `stat`. A
document is one resource in two media types: `application/atom+xml` for readers, `application/xml` for browsers, which
then show it by its style instead of offering to save it (OUTPUT).
"""

import gzip
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

FOR_READERS: Final = "application/atom+xml; charset=utf-8"
FOR_BROWSERS: Final = "application/xml; charset=utf-8"

HELD: Final = 8
"""Documents kept in memory, about 0.7 MB each with their packed twin."""

FINAL: Final = "max-age=31536000, immutable"
"""A closed page of the feed: its bytes were final when it was written (RFC 8246)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as it lies on the disk, plain and packed. `tag` is from its content alone, without quotes."""

    stamp: tuple[int, int, int]
    plain: bytes
    packed: bytes
    tag: str
    modified_s: int


class Documents:
    """The documents of one folder, kept in memory while their files stay as they are.

    `links` is the Link header of those that are not final.
    """

    def __init__(self, folder: Path, *, max_age_s: int, links: str | None = None) -> None:
        self._folder = folder
        self._max_age_s = max_age_s
        self._links = links
        self._held: dict[str, Document] = {}

    def find(self, name: str) -> Document | None:
        """Return a document by its file's name, None while it has not been published."""
        path = self._folder / name
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            held = self._held.get(name)
            if held is None or held.stamp != stamp:
                held = _document(path.read_bytes(), stamp, int(status.st_mtime))
                self._keep(name, held)
        except FileNotFoundError:
            return None
        return held

    def _keep(self, name: str, document: Document) -> None:
        """Hold a document, and no more than HELD of them: a crawler walks all closed pages."""
        self._held.pop(name, None)
        while len(self._held) >= HELD:
            self._held.pop(next(iter(self._held)))
        self._held[name] = document

    def answer(self, request: Request, name: str, *, is_final: bool = False) -> Response | None:
        """Answer a GET or HEAD for a document, None while it has not been published.

        One that `is_final` never changes, and says so.
        """
        document = self.find(name)
        if document is None:
            return None
        is_packed = takes_gzip(request.headers.get("accept-encoding", ""))
        headers = {
            # Another coding is another representation, and has a tag of its own (RFC 9110, 8.8.3.3).
            "ETag": f'"{document.tag}-gz"' if is_packed else f'"{document.tag}"',
            "Last-Modified": formatdate(document.modified_s, usegmt=True),
            "Cache-Control": FINAL if is_final else f"max-age={self._max_age_s}",
            "Vary": "Accept, Accept-Encoding",
            # Feeds are made to be read by programs of other origins.
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        if self._links is not None and not is_final:
            headers["Link"] = self._links
        if is_known(request, document):
            return Response(status_code=304, headers=headers)
        if is_packed:
            headers["Content-Encoding"] = "gzip"
        is_browser = "text/html" in request.headers.get("accept", "")
        return Response(
            document.packed if is_packed else document.plain,
            headers=headers,
            media_type=FOR_BROWSERS if is_browser else FOR_READERS,
        )


def is_known(request: Request, document: Document) -> bool:
    """Tell whether the client holds this document already; If-None-Match decides alone (RFC 9110, 13.1)."""
    stated = request.headers.get("if-none-match")
    if stated is not None:
        tags = {tag.strip().removeprefix("W/").strip('"') for tag in stated.split(",")}
        return "*" in tags or not tags.isdisjoint({document.tag, f"{document.tag}-gz"})
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return parsedate_to_datetime(since).timestamp() >= document.modified_s
    except (TypeError, ValueError, OverflowError):
        return False


def takes_gzip(accept_encoding: str) -> bool:
    """Tell whether an Accept-Encoding header allows gzip (RFC 9110, 12.5.3): named and not with q=0."""
    for item in accept_encoding.lower().split(","):
        name, _, parameters = item.partition(";")
        if name.strip() in ("gzip", "x-gzip"):
            quality = parameters.strip().removeprefix("q=").strip()
            return quality.strip("0.") != "" or not quality
    return False


def _document(plain: bytes, stamp: tuple[int, int, int], modified_s: int) -> Document:
    return Document(
        stamp=stamp,
        plain=plain,
        packed=gzip.compress(plain, compresslevel=6, mtime=0),
        tag=blake2b(plain, digest_size=16).hexdigest(),
        modified_s=modified_s,
    )
