"""News that comes by push: a feed's subscription at a hub, and what a hub sends (WebSub, W3C recommendation of 2018).

`archive.web.callbacks` takes what hubs send and puts it into the inbox; `ingest.websub` decides what it means;
`archive.store.websub` keeps both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from archive.model.outcome import FeedFailed, FeedJob, FeedParsed

CALLBACK_PATH = "websub/"
"""Below the public address: what hubs call is this and a name of 64 hexadecimal digits."""


class HubState(StrEnum):
    """How a subscription stands."""

    WANTED = "wanted"  # to be asked for at `renew_at`
    ASKED = "asked"  # asked for; the hub is to verify it
    ACTIVE = "active"
    RENEWING = "renewing"  # active, and asked for anew
    DENIED = "denied"  # by the hub; asked for again after a week
    LEAVING = "leaving"  # to be ended; the hub is to verify that


TAKES_PUSHES = frozenset({HubState.ASKED, HubState.ACTIVE, HubState.RENEWING})
"""States in which a push is expected. A hub may send the first one before we have noted that it verified."""

PENDING: Mapping[str, frozenset[HubState]] = {
    "subscribe": frozenset({HubState.ASKED, HubState.RENEWING}),
    "unsubscribe": frozenset({HubState.LEAVING}),
}
"""By hub.mode: the states in which a hub's question whether we meant it is answered with yes."""


class Event(StrEnum):
    """What a hub said, as it waits in the inbox (column `kind`)."""

    VERIFIED = "verified"  # request: mode, lease_s (None: not stated)
    DENIED = "denied"  # request: reason
    PUSH = "push"  # a body with a good signature; request: content_type
    PING = "ping"  # news that is to be fetched rather than believed; request: why, signed, n (counted up)
    DROPPED = "dropped"  # request: why, n: pushes without a good signature


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSubscription:
    """One feed's subscription at one hub. `feed_url` is the address the operator wrote.

    `renew_at` is when the hub is asked next, whatever for; `asked_at` when it last was. `lease_until` is None before
    the first verification. `pushed_at` is when it last told of news, `missed_at` the last poll that found what no
    push had told of. `n_failures` counts requests in a row that came to nothing, `detail` says why in words.
    """

    id: int
    feed_id: int
    feed_name: str
    feed_url: str
    hub_url: str
    topic_url: str
    callback_url: str = field(repr=False)
    secret: bytes = field(repr=False)
    state: HubState
    renew_at: datetime
    lease_until: datetime | None = None
    asked_at: datetime | None = None
    pushed_at: datetime | None = None
    missed_at: datetime | None = None
    n_failures: int = 0
    n_pushes: int = 0
    n_dropped: int = 0
    detail: str | None = None

    @property
    def signing_key(self) -> str:
        """Return the secret as the hub is told it, whose ASCII bytes are the key of its signatures."""
        return self.secret.hex()

    def is_live(self, now: datetime) -> bool:
        """Tell whether the hub still owes us pushes."""
        is_active = self.state in (HubState.ACTIVE, HubState.RENEWING)
        return is_active and self.lease_until is not None and now < self.lease_until


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFeed:
    """What is known of a feed that names a hub. `effective_url` gave its last document (after redirects)."""

    id: int
    name: str
    url: str
    effective_url: str
    self_url: str | None
    hub_urls: tuple[str, ...]
    state: str
    is_private: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Something in the inbox that waits to be answered. `about` is the subscription's id."""

    id: int
    about: int
    event: Event
    request: Mapping[str, object]
    at: datetime
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PushOutcome:
    """What a pushed document came to. `job` is the feed as a poll would know it, without a lease: epoch 0."""

    letter: Letter
    job: FeedJob
    result: FeedParsed | FeedFailed
