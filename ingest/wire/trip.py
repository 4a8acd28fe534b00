"""One request's way through its redirects: what has been asked, answered and counted so far."""

import time
from datetime import datetime

from archive.model.outcome import Exchange, Hop, Reason, Validators
from ingest.wire import caching
from ingest.wire.address import Address, BadAddress, follow, read_address
from ingest.wire.result import Failed, Request, WireFault

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})

# Of no use to anyone after us, and perhaps a secret.
_FORGOTTEN_HEADERS = frozenset({"set-cookie", "set-cookie2", "www-authenticate"})


class Trip:
    """The state of one `Client.fetch`; `exchange()` is its account, whatever came of it."""

    def __init__(self, request: Request, *, started_at: datetime) -> None:
        self.request = request
        self.started_at = started_at
        self.start: Address | None = None
        self.here: Address | None = None
        self._spent_s = 0.0
        self._asking_since: float | None = None
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.validators_sent = False
        self.is_answered = False
        self.n_wire_bytes = 0
        self.n_bytes = 0
        self._hops: list[Hop] = []
        self._retry_after_s: int | None = None

    @property
    def is_redirected(self) -> bool:
        return bool(self._hops)

    def set_out(self) -> Address:
        """Return the first address to ask. Raises BadAddress."""
        self.start = self.here = read_address(self.request.url)
        return self.start

    @property
    def elapsed_s(self) -> float:
        """Return how long the servers have taken so far; the waiting for our own turn is not counted."""
        asking = self._asking_since
        return self._spent_s + (time.monotonic() - asking if asking is not None else 0.0)

    def start_asking(self) -> None:
        self._asking_since = time.monotonic()

    def stop_asking(self) -> None:
        self._spent_s, self._asking_since = self.elapsed_s, None

    def arrive(self, address: Address) -> None:
        """Forget the last answer: `address` is asked now."""
        self.here = address
        self.status = None
        self.headers = {}
        self.validators_sent = False

    def note(self, status: int, raw_headers: tuple[tuple[bytes, bytes], ...]) -> None:
        """Write down an answer's head."""
        self.status = status
        self.headers = read_headers(raw_headers)
        if status >= 300:
            # Of several answers the longest wait counts: each of them asked for it.
            asked = caching.retry_after_s(self.headers, now=self.started_at)
            if asked is not None:
                self._retry_after_s = max(asked, self._retry_after_s or 0)

    def credentials(self, address: Address) -> tuple[str, str] | None:
        """Return what may be sent to `address`: everything to the first origin, nothing to others."""
        if self.start is None or address.origin != self.start.origin:
            return None
        return self.request.basic_auth or self.start.basic_auth

    def validators_for(self, address: Address) -> Validators | None:
        """Return the validators that `address` itself gave, if they can be sent as they are."""
        held = self.request.validators
        if held is None or _same_page(held.url) != address.url:
            return None
        etag, last_modified = _as_header(held.etag), _as_header(held.last_modified)
        if etag is None and last_modified is None:
            return None
        return Validators(url=held.url, etag=etag, last_modified=last_modified)

    def stated_validators(self) -> Validators:
        """Return the validators of the last answer, keyed to its address."""
        return Validators(
            url=self._url(),
            etag=_as_header(self.headers.get("etag")),
            last_modified=_as_header(self.headers.get("last-modified")),
        )

    def no_validators(self) -> Validators:
        """Return that the last answer gave none that may be kept."""
        return Validators(url=self._url())

    def replaced_validators(self) -> Validators | None:
        """Return the validators after a 304: what it states replaces, what it leaves out stays (RFC 9111 4.3.4).

        None where it states neither.
        """
        stated, held = self.stated_validators(), self.request.validators
        if stated.etag is None and stated.last_modified is None:
            return None
        return Validators(
            url=stated.url,
            etag=stated.etag or (held.etag if held else None),
            last_modified=stated.last_modified or (held.last_modified if held else None),
        )

    def redirect(self, *, max_redirects: int) -> Address:
        """Return where the redirect just answered leads, and count the hop. Raises WireFault."""
        assert self.here is not None and self.status is not None
        location = self.headers.get("location", "").strip()
        if not location:
            raise WireFault(
                Reason.REDIRECT, f"a redirect ({self.status}) that does not say where to"
            )
        try:
            target = follow(self.here, location)
        except BadAddress as error:
            raise WireFault(Reason.REDIRECT, f"redirected ({self.status}) to {error}") from error
        if len(self._hops) >= max_redirects:
            raise WireFault(Reason.REDIRECT, f"over {max_redirects} redirects (max_redirects)")
        assert self.start is not None
        seen = {self.start.url, *(hop.url for hop in self._hops)}
        self._hops.append(Hop(status=self.status, url=target.url))
        if target.url in seen:
            raise WireFault(Reason.REDIRECT, "the redirects lead round in a circle")
        return target

    def failed(self, reason: Reason, detail: str, *, body: bytes | None = None) -> Failed:
        """Return the failure that this trip has come to."""
        return Failed(
            exchange=self.exchange(),
            reason=reason,
            detail=detail,
            retry_after_s=self._retry_after_s,
            body=body,
        )

    def exchange(self) -> Exchange:
        """Return the account of the trip so far."""
        return Exchange(
            requested_url=self.start.url if self.start else _without_secrets(self.request.url),
            url=self._url(),
            started_at=self.started_at,
            elapsed_s=self.elapsed_s,
            status=self.status,
            hops=tuple(self._hops),
            permanent_url=self._permanent_url(),
            n_wire_bytes=self.n_wire_bytes,
            n_bytes=self.n_bytes,
            content_type=self.headers.get("content-type"),
            max_age_s=caching.max_age_s(self.headers, now=self.started_at),
            retry_after_s=self._retry_after_s,
            headers=dict(self.headers),
        )

    def _url(self) -> str:
        return self.here.url if self.here else _without_secrets(self.request.url)

    def _permanent_url(self) -> str | None:
        """Return the end of the leading run of 301/308; what follows a 302 is no move (WIRE, Redirects)."""
        found = None
        for hop in self._hops:
            if hop.status not in PERMANENT:
                break
            found = hop.url
        return found


def read_headers(raw: tuple[tuple[bytes, bytes], ...]) -> dict[str, str]:
    """Return headers by lower-case name, repeated ones joined by ", " (RFC 9110 section 5.3).

    Of a repeated ETag, Last-Modified or Location the first counts: a list of them is none of them.
    Bytes that are no UTF-8 are read as Latin-1, so that every value can be stored and shown.
    """
    found: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), _text(raw_value).strip(" \t")
        if name in _FORGOTTEN_HEADERS:
            continue
        if name not in found:
            found[name] = value
        elif name not in ("etag", "last-modified", "location", "date", "expires", "retry-after"):
            found[name] += f", {value}"
    return found


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _as_header(value: str | None) -> str | None:
    """Return a validator that goes back as it came, else None.

    One beyond ASCII would not: aiohttp writes headers in UTF-8, whatever bytes they were read from.
    """
    if not value or not value.isascii() or not value.isprintable():
        return None
    return value


def _same_page(url: str) -> str | None:
    try:
        return read_address(url).url
    except BadAddress:
        return None


def _without_secrets(url: str) -> str:
    """Return an address that cannot be read, without anything before an @."""
    head, at, tail = url.rpartition("@")
    return f"{head.partition('://')[0]}://{tail}" if at and "://" in head else tail
