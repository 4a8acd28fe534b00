"""What a library raised, as a typed reason and a sentence.

Everything that a site, its network or a man in the middle can bring about ends here; what does not is a fault of
ours and is raised on.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Iterator

import aiohttp
from aiohttp import http_exceptions

from archive.model.outcome import Reason
from ingest.wire.address import BadAddress
from ingest.wire.connection import HungUp
from ingest.wire.guard import REFUSAL, AddressRefused
from ingest.wire.result import WireFault

SITE_FAULTS = (
    aiohttp.ClientError,
    http_exceptions.HttpProcessingError,
    OSError,  # with TimeoutError and ssl.SSLError
    UnicodeError,
    BadAddress,
    WireFault,
)
"""The exceptions that `reason_for` can tell."""

# The words of aiohttp's parsers for "the connection closed before the announced end".
_CUT_WORDS = ("Not enough data", "Connection lost", "not completed")
_LIMIT_WORDS = ("Got more than", "Too many headers", "Too many trailers")


def reason_for(error: BaseException) -> tuple[Reason, str]:
    """Return why `error` came about, and one sentence that says so. Raises `error` if no site can cause it."""
    if isinstance(error, HungUp) and error.__cause__ is not None:
        error = error.__cause__
    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, WireFault):
            return cause.reason, cause.detail
        if isinstance(cause, BadAddress):
            return Reason.ADDRESS, str(cause)
        if isinstance(cause, AddressRefused):
            return Reason.ADDRESS, cause.strerror or str(cause)
    if REFUSAL in str(error):  # several addresses failed at once, joined into one text
        return Reason.ADDRESS, f"no address of this host may be connected to: {REFUSAL}"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Reason.DNS, f"the name cannot be resolved: {_os_words(error.os_error)}"
    if tls := [cause for cause in causes if isinstance(cause, ssl.SSLError)]:
        return Reason.TLS, f"TLS failed: {_tls_words(tls[-1])}"
    if isinstance(error, aiohttp.ClientSSLError | aiohttp.ServerFingerprintMismatch):
        return Reason.TLS, "TLS failed"
    if isinstance(error, asyncio.TimeoutError):
        return Reason.TIMEOUT, "the server took too long"
    if isinstance(error, aiohttp.ClientPayloadError | http_exceptions.HttpProcessingError):
        return _broken_http(causes)
    return _broken_connection(error, causes)


def _broken_connection(
    error: BaseException, causes: tuple[BaseException, ...]
) -> tuple[Reason, str]:
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return Reason.CONNECT, "the server closed the connection without an answer"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return Reason.CONNECT, f"the proxy answered {error.status}"
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return Reason.CONNECT, f"the proxy cannot be reached: {_os_words(error.os_error)}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return Reason.CONNECT, f"cannot connect: {_os_words(error.os_error)}"
    if isinstance(error, aiohttp.ClientResponseError):
        return _broken_http(causes)
    if isinstance(error, UnicodeError):
        return Reason.DNS, "the host's name cannot be looked up"
    if isinstance(error, aiohttp.InvalidURL):
        return Reason.ADDRESS, "not a valid address"
    if isinstance(error, OSError):
        return Reason.CONNECT, f"the connection broke: {_os_words(error)}"
    if isinstance(error, aiohttp.ClientError):
        return Reason.PROTOCOL, f"HTTP went wrong ({type(error).__name__})"
    raise error


def _broken_http(causes: tuple[BaseException, ...]) -> tuple[Reason, str]:
    words = " ".join(str(getattr(cause, "message", "") or cause) for cause in causes)
    if any(hint in words for hint in _LIMIT_WORDS):
        return Reason.TOO_LARGE, "the headers are larger than max_header_bytes or max_headers allow"
    if any(hint in words for hint in _CUT_WORDS):
        return Reason.CUT, "the body is shorter than announced"
    return (
        Reason.PROTOCOL,
        f"not valid HTTP: {_plain(str(getattr(causes[0], 'message', causes[0])))}",
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and what it came of, in turn; at most ten, as a chain may bite its tail."""
    found: BaseException | None = error
    for _ in range(10):
        if found is None:
            return
        yield found
        inner = getattr(found, "os_error", None)
        cause = found.__cause__ or found.__context__
        found = inner if isinstance(inner, BaseException) and inner is not found else cause


def _os_words(error: OSError) -> str:
    """Return the system's words, rather than asyncio's, which repeat the address."""
    if error.errno and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno).lower()
    return _plain(error.strerror or str(error) or type(error).__name__)


def _tls_words(error: ssl.SSLError) -> str:
    """Return OpenSSL's words; its errors carry them only where OpenSSL raised them itself."""
    words = getattr(error, "verify_message", None) or getattr(error, "reason", None) or str(error)
    return _plain(words.replace("_", " ") if words.isupper() else words).lower()


def _plain(text: str) -> str:
    """Return `text` on one short line: parts of it may be the server's own words."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
