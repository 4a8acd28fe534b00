"""Which hub and topic a feed is subscribed to, and what each answer makes of a subscription. Pure.

    wanted --asked by POST--> asked --verified by GET--> active --at 80 % of the lease--> renewing --> active
       ^  \\__ no, or silence: later, twice as late each time                         |
       |                                                                               v  lease over: asked
    denied, after a week                    leaving --verified, or thrice in vain--> forgotten

Source: WebSub, W3C recommendation of 23 January 2018; sections are named where they matter.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urljoin, urlsplit

from archive.identity.ids import strip_secrets
from archive.model.push import CALLBACK_PATH, HubFeed, HubState, HubSubscription

LEASE_S: Final = 864_000
"""Ten days, what we ask for (WIRE) and what counts where the hub states nothing."""

SHORTEST_LEASE_S: Final = 300
LONGEST_LEASE_S: Final = 30 * 86_400

RENEW_AT: Final = 0.8
"""Part of the lease after which it is renewed (WIRE)."""

VERIFY_WITHIN: Final = timedelta(hours=1)
"""How long a hub may take to verify before the request counts as lost. Most ask back within seconds."""

FIRST_RETRY: Final = timedelta(minutes=15)
LONGEST_RETRY: Final = timedelta(days=1)
DENIED_FOR: Final = timedelta(days=7)

LEAVE_TRIES: Final = 3
"""Requests to be let go; after them the callback is forgotten all the same, and answers 404."""

RANDOM_BYTES: Final = 32
"""Of the callback's name, and of the secret: 256 bits each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Where a feed is to be subscribed."""

    hub_url: str
    topic_url: str


def wish_of(feed: HubFeed, *, public_url: str) -> Wish | str:
    """Return where to subscribe a feed, or the reason why it is not, in words.

    Of several hubs the first will do: each distributes the same (section 4). A topic is only believed on the
    feed's own host, so that no feed can have another's news delivered under its name. `public_url` "": push is off.
    """
    if not public_url:
        return "push needs [web] public_url"
    if not feed.hub_urls:
        return "it names no hub"
    if feed.state != "active":
        return f"the feed is {feed.state}"
    if feed.is_private:
        return "a private feed's address is told to nobody"
    topic_url = feed.self_url or feed.effective_url
    if not _same_host(topic_url, feed.effective_url):
        return f"its rel=self names another host, {_host_name(topic_url)}"
    if strip_secrets(topic_url) != topic_url.partition("#")[0]:
        return "its rel=self holds a secret"
    hub_url = feed.hub_urls[0]
    if urlsplit(hub_url).scheme != "https" and urlsplit(feed.effective_url).scheme == "https":
        return "its hub is reached in the clear, the feed is not"  # the secret would be too (5.1)
    return Wish(hub_url=hub_url, topic_url=topic_url)


def fits(subscription: HubSubscription, wish: Wish | str, *, public_url: str) -> bool:
    """Tell whether a subscription is the one that is wished for."""
    return (
        isinstance(wish, Wish)
        and (subscription.hub_url, subscription.topic_url) == (wish.hub_url, wish.topic_url)
        and subscription.callback_url.startswith(callback_base(public_url))
    )


def callback_base(public_url: str) -> str:
    """Return what every callback's address begins with."""
    return urljoin(public_url.rstrip("/") + "/", CALLBACK_PATH)


def form_of(subscription: HubSubscription) -> tuple[tuple[str, str], ...]:
    """Return what the hub is asked (section 5.1): subscribe, also to renew, or unsubscribe."""
    is_leaving = subscription.state is HubState.LEAVING
    form = (
        ("hub.mode", "unsubscribe" if is_leaving else "subscribe"),
        ("hub.topic", subscription.topic_url),
        ("hub.callback", subscription.callback_url),
    )
    if is_leaving:
        return form
    return (*form, ("hub.lease_seconds", str(LEASE_S)), ("hub.secret", subscription.signing_key))


# ---- what becomes of it -------------------------------------------------------------------------


def asking(subscription: HubSubscription, *, now: datetime, luck: float) -> HubSubscription:
    """Return the subscription as it stands while the hub is asked. `luck` 0..1 spreads retries.

    Written before the request is sent: the hub's question may come before its answer. A request that was never
    verified counts as failed here, when the next one is due.
    """
    was_lost = _is_pending(subscription) and subscription.asked_at is not None
    n_failures = subscription.n_failures + was_lost
    state = subscription.state
    if state is not HubState.LEAVING:
        state = HubState.RENEWING if subscription.is_live(now) else HubState.ASKED
    return replace(
        subscription,
        state=state,
        asked_at=now,
        n_failures=n_failures,
        renew_at=now + max(VERIFY_WITHIN, _retry(n_failures, luck)),
        detail="the hub did not verify the last request" if was_lost else subscription.detail,
    )


def answered(
    subscription: HubSubscription,
    *,
    status: int | None,
    detail: str,
    now: datetime,
    luck: float,
    retry_after_s: int | None = None,
) -> HubSubscription:
    """Return what the hub's answer to the request leaves: 202 is the good one (section 5.1), any 2xx is taken so.

    `status` None: there was no answer. An answer to a request that the hub has verified meanwhile changes nothing.
    """
    if not _is_pending(subscription):
        return subscription
    if status is not None and 200 <= status < 300:
        return replace(subscription, detail=None)
    n_failures = subscription.n_failures + 1
    wait = max(_retry(n_failures, luck), timedelta(seconds=retry_after_s or 0))
    back = {HubState.ASKED: HubState.WANTED, HubState.RENEWING: HubState.ACTIVE}
    return replace(
        subscription,
        state=back.get(subscription.state, subscription.state),
        asked_at=None,
        n_failures=n_failures,
        renew_at=now + min(wait, timedelta(seconds=LONGEST_LEASE_S)),
        detail=f"asking the hub failed: {detail}",
    )


def verified(
    subscription: HubSubscription, *, mode: str, lease_s: int | None, now: datetime
) -> HubSubscription | None:
    """Return the subscription after the hub verified our request; None: it has ended, forget it.

    A word that no longer fits the state (a subscription that is to be ended was renewed) changes nothing.
    """
    if mode == "unsubscribe":
        return None if subscription.state is HubState.LEAVING else subscription
    if subscription.state in (HubState.LEAVING, HubState.DENIED):
        return subscription
    held_s = min(max(lease_s or LEASE_S, SHORTEST_LEASE_S), LONGEST_LEASE_S)
    return replace(
        subscription,
        state=HubState.ACTIVE,
        lease_until=now + timedelta(seconds=held_s),
        renew_at=now + timedelta(seconds=held_s * RENEW_AT),
        n_failures=0,
        detail=None,
    )


def denied(
    subscription: HubSubscription, *, reason: str | None, now: datetime
) -> HubSubscription | None:
    """Return the subscription after the hub refused or ended it (section 5.2); it is tried again after a week."""
    if subscription.state is HubState.LEAVING:
        return None
    return replace(
        subscription,
        state=HubState.DENIED,
        lease_until=None,
        renew_at=now + DENIED_FOR,
        detail="the hub denied it" + (f": {reason}" if reason else ""),
    )


def leaving(subscription: HubSubscription, *, now: datetime) -> HubSubscription | None:
    """Return the subscription as one that is to be ended; None where the hub need not be told."""
    if subscription.state is HubState.LEAVING:
        return subscription
    if not subscription.is_live(now):
        return None
    return replace(
        subscription, state=HubState.LEAVING, asked_at=None, n_failures=0, renew_at=now, detail=None
    )


def is_over(subscription: HubSubscription, *, now: datetime) -> bool:
    """Tell whether a subscription that is to be ended can be forgotten without the hub's word."""
    if subscription.state is not HubState.LEAVING:
        return False
    lapsed = subscription.lease_until is None or subscription.lease_until <= now
    n_tried = subscription.n_failures + (subscription.asked_at is not None)
    return lapsed or n_tried >= LEAVE_TRIES


def describe(
    subscription: HubSubscription | None, wish: Wish | str, *, now: datetime
) -> tuple[str, ...]:
    """Return lines for a person about how a feed is pushed, and why not."""
    if subscription is None:
        return (
            f"not pushed: {wish}" if isinstance(wish, str) else "will be subscribed at its hub",
        )
    lines = [f"{subscription.state} at {subscription.hub_url}"]
    if subscription.is_live(now) and subscription.lease_until is not None:
        lines[0] += f" until {subscription.lease_until:%Y-%m-%d %H:%M} UTC"
    n = subscription.n_pushes
    counts = "1 push" if n == 1 else f"{n} pushes"
    if subscription.pushed_at is not None:
        counts += f", the last {subscription.pushed_at:%Y-%m-%d %H:%M} UTC"
    if subscription.n_dropped:
        counts += f"; {subscription.n_dropped} dropped for their signature"
    lines.append(counts)
    if subscription.detail:
        lines.append(subscription.detail)
    return tuple(lines)


def _is_pending(subscription: HubSubscription) -> bool:
    return subscription.state in (HubState.ASKED, HubState.RENEWING, HubState.LEAVING)


def _retry(n_failures: int, luck: float) -> timedelta:
    """Return how long to wait after so many failures in a row: doubled each time, a tenth up or down by chance."""
    if not n_failures:
        return timedelta(0)
    doubled: timedelta = FIRST_RETRY * 2 ** min(n_failures - 1, 20)
    return min(doubled, LONGEST_RETRY) * (0.9 + 0.2 * luck)


def _same_host(one: str, other: str) -> bool:
    """Tell whether two addresses lie on one host; `www.` and the scheme make no difference."""
    bare = {_host_name(url).removeprefix("www.") for url in (one, other)}
    return len(bare) == 1 and "" not in bare


def _host_name(url: str) -> str:
    """Return the host of an address without its port, "" for what is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
