"""What stands before every page: which Host names are answered, who may read, and what a browser may load.

Plain ASGI, outermost in the application. No cookies are set or read.
"""

import base64
import binascii
import hmac
from collections.abc import Collection
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.errors import UsageError
from archive.model.push import CALLBACK_PATH

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""USE, Pages: nothing from other hosts, no inline script or style, no frame around us."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

OPEN_PATHS: Final = frozenset({"/livez", "/readyz"})
"""Answered without a token: health checks have none, and these say nothing of the archive's content.

So are the callbacks below CALLBACK_PATH: hubs have no token, but a name that nobody can guess.
"""


class Guards:
    """Refuses foreign Host names (421) and readers without the token (401); adds the headers to what passes."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], token: str | None = None) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts) | LOOPBACK
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(scope)
        await (answer or self._app)(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        if host_name(headers.get("host", "")) not in self._hosts:
            # Another name that leads here is a rebound DNS entry or a wrong proxy (RFC 9110, 15.5.20).
            return PlainTextResponse(
                "This name is not served here; set [web] public_url to it.\n", status_code=421
            )
        path: str = scope["path"]
        if self._token is None or path in OPEN_PATHS or path.startswith(f"/{CALLBACK_PATH}"):
            return None
        if is_allowed(headers.get("authorization", ""), self._token):
            return None
        return PlainTextResponse(
            "This archive asks for its token, as a bearer token or as the password.\n",
            status_code=401,
            headers={"WWW-Authenticate": 'Basic realm="newsarchive", charset="UTF-8"'},
        )


def host_name(host: str) -> str:
    """Return the name in a Host header, lower-case, without port and brackets; "" for none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_allowed(authorization: str, token: str) -> bool:
    """Tell whether an Authorization header carries the token: Bearer, or Basic with it as the password."""
    scheme, _, value = authorization.partition(" ")
    stated = value.strip().encode("latin-1", "replace")  # as the server read the header's bytes
    if scheme.lower() == "basic":
        try:
            stated = base64.b64decode(stated, validate=True).partition(b":")[2]
        except binascii.Error:
            return False
    elif scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(stated, token.encode("utf-8"))


def token_of(path: Path | None) -> str | None:
    """Return the token that readers must show, None where none is asked for; UsageError for an unreadable file."""
    if path is None:
        return None
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read [web] token_file {path}: {error}") from error
    if not token:
        raise UsageError(f"[web] token_file {path} is empty; put one line of random text into it")
    return token
