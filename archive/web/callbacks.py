"""What hubs call: the question whether we meant a subscription, and pushed documents (WebSub, sections 5.3 and 7).

Everything goes into the inbox, where the engine finds it within a tick; nothing is decided here but whether it may.
A stranger, who cannot know a callback's name, gets 404 before a byte of his body is read. A push whose signature is
missing or wrong is answered like a good one and dropped, so that guessing teaches nothing.
"""

import asyncio
import hmac
import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from archive.model.push import PENDING, TAKES_PUSHES, Event
from archive.store.inbox import Callback, Inbox

METHODS: Final = frozenset({"sha256", "sha384", "sha512"})
"""Signatures that make a push believed (WIRE)."""

WEAK_METHOD: Final = "sha1"
"""What many hubs still sign with. Such a push is a reason to ask the feed itself, and its body is not believed."""

LONGEST_CHALLENGE: Final = 2_000
LONGEST_REASON: Final = 200

RETRY_AFTER_S: Final = 60
"""What a hub is told that comes while too much waits: the engine needs a few ticks."""

_SIGNATURE: Final = re.compile(r"(sha[0-9]{1,3})=([0-9a-f]{40,128})", re.ASCII | re.IGNORECASE)
_SELF: Final = re.compile(r"<([^<>]*)>[^<]*?;\s*rel\s*=\s*\"?[^\",;]*\bself\b", re.IGNORECASE)


class Callbacks:
    """The route `/websub/NAME`. `most_bytes` bounds a pushed document."""

    def __init__(self, inbox: Inbox, *, most_bytes: int, clock: Callable[[], datetime]) -> None:
        self._inbox = inbox
        self._most_bytes = most_bytes
        self._clock = clock

    async def answer(self, request: Request) -> Response:
        """Answer one call; HTTPException 404 for a callback that there is not."""
        found = await asyncio.to_thread(self._inbox.callback, request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        if request.method == "POST":
            return await self._take(found, request)
        if request.method != "GET":  # HEAD comes with the route of GET, and asks for nothing
            raise HTTPException(405)
        if request.query_params.get("hub.topic") != found.topic_url:
            raise HTTPException(404)
        if request.query_params.get("hub.mode") == "denied":
            return await self._denied(found, request)
        return await self._verify(found, request)

    # ---- verifications ---------------------------------------------------------------------------

    async def _verify(self, found: Callback, request: Request) -> Response:
        """Say yes to what we asked for, and to nothing else (section 5.3)."""
        mode = request.query_params.get("hub.mode", "")
        challenge = request.query_params.get("hub.challenge", "")
        if found.state not in PENDING.get(mode, ()) or not 0 < len(challenge) <= LONGEST_CHALLENGE:
            raise HTTPException(404)
        lease = request.query_params.get("hub.lease_seconds", "")
        lease_s = int(lease) if re.fullmatch(r"[0-9]{1,12}", lease) else None
        # Noted before it is said: a hub that verified, and we who do not know it, would be the worse way round.
        if not await self._put(found, Event.VERIFIED, {"mode": mode, "lease_s": lease_s}):
            return _later()
        return PlainTextResponse(challenge)

    async def _denied(self, found: Callback, request: Request) -> Response:
        reason = request.query_params.get("hub.reason", "")[:LONGEST_REASON]
        if not await self._put(found, Event.DENIED, {"reason": reason}):
            return _later()
        return PlainTextResponse("noted\n")

    # ---- pushes ----------------------------------------------------------------------------------

    async def _take(self, found: Callback, request: Request) -> Response:
        if found.state not in TAKES_PUSHES:
            raise HTTPException(404)
        body = await self._body(request)
        if body is None:
            why = f"a push of more than {self._most_bytes} bytes"
            await self._put(found, Event.PING, {"why": why, "signed": False})
            return PlainTextResponse(f"At most {self._most_bytes} bytes.\n", status_code=413)
        event, words = judge(
            body,
            request.headers.get("x-hub-signature", ""),
            request.headers.get("link", ""),
            callback=found,
        )
        if event is not Event.PUSH:
            if not await self._put(found, event, {"why": words, "signed": event is Event.PING}):
                return _later()
            return _taken()
        content_type = request.headers.get("content-type")
        if await self._put(found, event, {"content_type": content_type}, body=body):
            return _taken()
        why = "a push came while too many waited"
        await self._put(found, Event.PING, {"why": why, "signed": True})
        return _later()

    async def _body(self, request: Request) -> bytes | None:
        """Return the whole body, None for one that is too large, of which no more is read than is allowed."""
        announced = request.headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced[:20]) > self._most_bytes:
            return None
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > self._most_bytes:
                    return None
        except ClientDisconnect:
            raise HTTPException(400, "The body ended early.") from None
        return bytes(body)

    async def _put(
        self,
        found: Callback,
        event: Event,
        words: dict[str, object],
        *,
        body: bytes | None = None,
    ) -> bool:
        def put() -> bool:
            return self._inbox.put(found.about, event, words, now=self._clock(), body=body)

        return await asyncio.to_thread(put)


def judge(
    body: bytes, signature: str, link: str, *, callback: Callback
) -> tuple[Event, str | None]:
    """Return what a pushed document is to us: a PUSH, a PING or DROPPED; and why it is no push.

    `signature` is the X-Hub-Signature header, `link` the Link header. Digests are compared in constant time.
    """
    stated = _SIGNATURE.fullmatch(signature.strip())
    if stated is None:
        return Event.DROPPED, "no signature" if not signature else "no signature that can be read"
    method, digest = stated[1].lower(), stated[2].lower()
    if method not in METHODS and method != WEAK_METHOD:
        return Event.DROPPED, f"signed with {method}"
    if not hmac.compare_digest(hmac.new(callback.signing_key, body, method).hexdigest(), digest):
        return Event.DROPPED, "a wrong signature"
    if method == WEAK_METHOD:
        return Event.PING, "a push signed with sha1"
    if not body.strip():
        return Event.PING, "a push without a document"
    topics = _SELF.findall(link)
    if topics and callback.topic_url not in topics:
        return Event.PING, "a push of another topic"
    return Event.PUSH, None


def _taken() -> Response:
    """Answer a push: it will be looked at. So is one that was dropped."""
    return PlainTextResponse("taken\n", status_code=202)


def _later() -> Response:
    return PlainTextResponse(
        "Too much waits here.\n", status_code=503, headers={"Retry-After": str(RETRY_AFTER_S)}
    )
