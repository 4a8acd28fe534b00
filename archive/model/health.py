"""How a feed is doing, in one word and one sentence, and what mends it. Pure; for the command line and the pages.

`activity` is what its polls came to (`archive.store.feedhistory` reads it), `condition` what to say of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from archive.model.kept import FeedRow

GAP_IS_NEWS = timedelta(days=7)
"""For how long a window that rolled over is spoken of."""

NONE_MISSED = "probably none was missed"
"""How the sentence of a rollover ends that cost nothing: its entries reach back to the poll before."""

SHORTEST_S = 60
"""No feed is polled more often, whatever a person asks for (`ingest.pace`)."""

SLOW_FROM_S = 10.0
OVERDUE_FROM = timedelta(minutes=15)
WISH_LASTS = timedelta(days=1)
"""A server that asks for fewer requests for longer than this is failing, not merely late."""


class Health(StrEnum):
    """How a feed is doing."""

    GOOD = "good"
    NEW = "new"  # not polled yet
    SLOW = "slow"  # it comes, but its server takes long
    LATE = "late"  # its server asked to wait, or nothing polls it
    GAP = "gap"  # its document rolled over between two polls: articles were probably missed
    FAILING = "failing"
    HELD = "held"  # 401: until its credentials change
    PARKED = "parked"  # its document killed the parser three times
    DEAD = "dead"  # failing for a month; asked once a week
    PAUSED = "paused"  # by a person
    RETIRED = "retired"  # by a person, by the file, or because it is gone


FINE = frozenset({Health.GOOD, Health.NEW, Health.PAUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What a feed's polls came to.

    `days` are the new entries of the last 30 times 24 hours, the newest last; None before it was subscribed.
    `n_copies` of its `n_sightings` joined an article that another feed, or another address, had shown first.
    `hold_until` is the Retry-After of its host, None when none is in force. `missed` is the sentence of the last
    rollover. `elapsed_s` is the mean of the last day's polls.
    """

    days: tuple[int | None, ...] = ()
    n_sightings: int = 0
    n_copies: int = 0
    elapsed_s: float = 0.0
    rolled_over_at: datetime | None = None
    missed: str | None = None
    hold_until: datetime | None = None
    interval_s: int = 3600
    failing_since: datetime | None = None
    throttled_s: int = 0

    @property
    def n_day(self) -> int:
        """New entries of the last 24 hours."""
        return (self.days[-1] or 0) if self.days else 0

    @property
    def missed_words(self) -> str:
        """What the last rollover probably cost ("up to 14 articles missed"); "" where there was none, or no cost."""
        if self.rolled_over_at is None:
            return ""
        said = (self.missed or "articles were probably missed").rpartition(": ")[2]
        return "" if said == NONE_MISSED else said

    @property
    def copies(self) -> float:
        """The share of its sightings that were copies, 0..1."""
        return self.n_copies / self.n_sightings if self.n_sightings else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A feed's health, the reason in words ("" where there is nothing to say), and what to do about it."""

    health: Health
    note: str = ""
    cure: str = ""
    needs_look: bool = False


def due_at(row: FeedRow, activity: Activity) -> datetime | None:
    """Return when a feed is really asked next: when it is due, and not before its host's hold ends."""
    if row.next_poll_at is None or activity.hold_until is None:
        return row.next_poll_at
    return max(row.next_poll_at, activity.hold_until)


def at_rest_since(rows: Iterable[FeedRow], *, now: datetime) -> datetime | None:
    """Return when the last poll of all was, where nothing has been polled since any feed fell due; else None.

    No feed is to blame then: the service does not run, and each feed is as it was at that instant.
    """
    asked = [row for row in rows if row.state == "active" and row.next_poll_at is not None]
    due = min((row.next_poll_at for row in asked if row.next_poll_at is not None), default=None)
    last = max((row.last_poll_at for row in asked if row.last_poll_at is not None), default=None)
    if due is None or last is None or last > due or now - due <= OVERDUE_FROM:
        return None
    return last


def condition(
    row: FeedRow, activity: Activity, *, now: datetime, when: Callable[[datetime], str]
) -> Condition:
    """Say how a feed is doing; `when` writes an instant for whoever reads it."""
    match row.state:
        case "paused":
            return Condition(health=Health.PAUSED, cure=f"newsarchive feeds resume {row.name}")
        case "retired":
            return _retired(row)
        case "held":
            return Condition(
                health=Health.HELD,
                note=_detail(row) or "401: held until its credentials change",
                cure=f"set or rewrite its auth_file in config.toml, or newsarchive feeds retry {row.name}",
                needs_look=True,
            )
        case "parked":
            return Condition(
                health=Health.PARKED,
                note=_detail(row),
                cure=f"look at {row.address}, then newsarchive feeds retry {row.name}",
                needs_look=True,
            )
        case "dead":
            return Condition(
                health=Health.DEAD,
                note=_failing_note(row, activity, when),
                cure=f"find its new address, or give it up: newsarchive feeds remove {row.name}",
                needs_look=True,
            )
    if row.last_poll_at is None:
        return Condition(health=Health.NEW, note="not polled yet")
    return _polled(row, activity, now=now, when=when)


def _polled(
    row: FeedRow, activity: Activity, *, now: datetime, when: Callable[[datetime], str]
) -> Condition:
    is_waiting = activity.hold_until is not None and activity.hold_until > now
    failing_for = now - (activity.failing_since or now)
    if row.n_failures and not ((is_waiting or activity.throttled_s) and failing_for < WISH_LASTS):
        return Condition(
            health=Health.FAILING,
            note=_failing_note(row, activity, when),
            cure=CURES.get(row.last_reason or "", "wait: it is tried again by itself"),
            needs_look=True,
        )
    next_at = due_at(row, activity)
    if is_waiting or row.n_failures:
        until = f" until {when(next_at)}" if next_at is not None else ""
        return Condition(
            health=Health.LATE,
            note=f"its server asked to wait{until}",
            cure=f"wait; newsarchive feeds retry {row.name} --now breaks the server's wish",
            needs_look=True,
        )
    overdue = max(OVERDUE_FROM, timedelta(seconds=activity.interval_s))
    if next_at is not None and now - next_at > overdue:
        return Condition(
            health=Health.LATE,
            note=f"due since {when(next_at)}, and nothing polls it",
            cure="start the service: newsarchive run",
            needs_look=True,
        )
    missed = activity.missed_words
    if missed and activity.rolled_over_at and now - activity.rolled_over_at < GAP_IS_NEWS:
        # What is polled every 15 minutes already would miss as much with that.
        oftener_s = max(SHORTEST_S, min(900, activity.interval_s // 2))
        edit = f"newsarchive feeds edit {row.name} --interval-s {oftener_s}"
        return Condition(
            health=Health.GAP,
            note=f"{missed}, {when(activity.rolled_over_at)}",
            cure=f"poll it more often: {edit} (or interval_s in the file)",
            needs_look=True,
        )
    if activity.elapsed_s >= SLOW_FROM_S:
        return Condition(
            health=Health.SLOW,
            note=f"an answer takes {activity.elapsed_s:.0f} s",
            cure="nothing: it comes",
        )
    return Condition(health=Health.GOOD)


def _retired(row: FeedRow) -> Condition:
    if row.last_reason != "gone":
        return Condition(health=Health.RETIRED, note=_detail(row) if not row.n_failures else "")
    take_out = (
        "take it out of config.toml"
        if row.origin == "config"
        else f"newsarchive feeds remove {row.name}"
    )
    return Condition(
        health=Health.RETIRED,
        note="its server says that it is gone (410), twice, a day apart",
        cure=f"find its new address: newsarchive feeds add URL; then {take_out}",
        needs_look=True,
    )


def _failing_note(row: FeedRow, activity: Activity, when: Callable[[datetime], str]) -> str:
    since = f" since {when(activity.failing_since)}" if activity.failing_since else ""
    times = "once" if row.n_failures == 1 else f"{row.n_failures} times"
    return f"{times}{since}: {_detail(row) or row.last_reason or 'it failed'}"


def _detail(row: FeedRow) -> str:
    return row.last_detail or ""


CURES = {
    "dns": "wait, or look whether the name still exists; it never counts as dead for this",
    "connect": "wait: the network, or the server is away",
    "timeout": "wait: the server takes too long",
    "tls": "its certificate does not hold; verify_tls = false for this feed, if you know why",
    "status": "look at the address in a browser",
    "not_a_feed": "look at the address in a browser; newsarchive feeds add SITE finds the feed's own",
    "empty": "look at the address in a browser",
    "redirect": "look at the address in a browser",
    "address": "it leads into a closed network: [fetch] allow_networks, if that is yours",
    "too_large": "raise max_wire_bytes or max_bytes in [fetch]",
    "parse": "report it, with the document",
    "parse_limit": "look at the document: it stops the parser, and the third time parks the feed",
    "deposit": "report it: the archive could not take it",
}
"""What to do about a failure, by its reason; docs/feeds.md says more. All else mends itself or not at all."""
