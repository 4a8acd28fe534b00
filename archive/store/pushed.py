"""How a feed is pushed, for who only reads: `newsarchive feeds show`. On the standard library alone, as all reading is.

Writers read the same rows in `archive.store.websub`.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from archive.model.push import HubFeed, HubState, HubSubscription
from archive.store.instants import to_at, to_at_or_none
from archive.store.sqlite import Reader

_FEED: Final = (
    "id",
    "name",
    "url",
    "coalesce(validators_url, url)",
    "self_url",
    "hub_urls",
    "state",
    "is_private OR auth_file IS NOT NULL",
)
_SUBSCRIPTION: Final = (
    "id",
    "hub_url",
    "topic_url",
    "callback_url",
    "secret",
    "state",
    "renew_at",
    "lease_until",
    "asked_at",
    "pushed_at",
    "missed_at",
    "n_failures",
    "n_pushes",
    "n_dropped",
    "detail",
)


def push_of(reader: Reader, name: str) -> tuple[HubFeed, HubSubscription | None] | None:
    """Return what a feed of this name says of hubs, and its newest subscription; None where there is no such feed."""
    row = reader.row(f"SELECT {', '.join(_FEED)} FROM feeds WHERE name = ?", (name,))
    if row is None:
        return None
    feed = HubFeed(
        id=row[0],
        name=row[1],
        url=row[2],
        effective_url=row[3],
        self_url=row[4],
        hub_urls=tuple(json.loads(row[5])),
        state=row[6],
        is_private=bool(row[7]),
    )
    columns = ", ".join(_SUBSCRIPTION)
    held = reader.row(
        # One that is to be ended stands behind the one that took its place.
        f"SELECT {columns} FROM websub WHERE feed_id = ? ORDER BY state = 'leaving', id DESC",
        (feed.id,),
    )
    values = None if held is None else dict(zip(_SUBSCRIPTION, held, strict=True))
    return feed, None if values is None else _subscription(feed, values)


def _subscription(feed: HubFeed, held: Mapping[str, Any]) -> HubSubscription:
    instants: dict[str, Any] = {
        name: to_at_or_none(held[name] or None)
        for name in ("lease_until", "asked_at", "pushed_at", "missed_at")
    }
    plain = ("id", "hub_url", "topic_url", "callback_url", "secret", "detail")
    counts = ("n_failures", "n_pushes", "n_dropped")
    return HubSubscription(
        feed_id=feed.id,
        feed_name=feed.name,
        feed_url=feed.url,
        state=HubState(held["state"]),
        renew_at=to_at(held["renew_at"]),
        **instants,
        **{name: held[name] for name in (*plain, *counts)},
    )
