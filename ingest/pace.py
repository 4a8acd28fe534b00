"""When to poll a feed next, and why. Pure: the same job, outcome, instant and random number give the same plan.

`ingest.poll` asks once a poll; the engine uses `phase` to spread feeds. Nothing is read or written here.

The formula, after a poll that brought the feed (all numbers are clamped to 0..30 d before any arithmetic):

    gap       typical time between new entries. A poll with n new ones has seen a gap of
              (now - last new one) / n; the first poll takes it from the entries' own dates. Smoothed:
              gap = gap^0.7 x seen^0.3, so that one burst counts little and a lasting change is followed
              within about five polls. Nothing new for longer than the gap counts as a gap of that length.
    aim       gap / 2: about two polls to a gap. While the gap is unknown, 5/4 of the last interval.
    window    elapsed / (4 x share): with `share` of the document new since the last good poll, four polls to
              each time the window rolls over. Nothing in common: a rollover, counted; what was missed is at most
              the time from the last good poll to the document's oldest entry, a gap an article.
    interval  min(aim, window), between 1/4 and 2 times the last one, then within floor..ceiling.
              An interval that the operator set stands as it is.
    next      now + max(interval x (0.9..1.1), server x (1.0..1.1)), at most 24 h ahead, where server is the
              largest of max-age and the feed's ttl (with sy:updatePeriod). Retry-After is a minimum without
              that cap. skipHours and skipDays (UTC) move it on to the next open hour.
              Of a feed that a hub pushes reliably a poll without news is followed after 4 intervals, 4 h at
              least, but within half the time in which the document rolls over; its interval stays as it is.
              The first poll's next is floor + phase x (interval - floor), the phase a hash of the feed's id.

After a failure, with n failures in a row:

    interval x 2^n, at most 24 h, x (0.9..1.1)
    our network is away 1 min, and nothing else changes: it is no failure of the feed's (ingest.network)
    no answer           (DNS, connecting, a timeout) sooner: 5 min x 3^(n-1) as long as that is less; and, for the
                        first day without DNS or connection, never later than the interval (decision 0012)
    404, 403            interval x 2^n, 24 h from the third on
    410                 asked again a day later; gone then too: retired
    401                 held until the credentials change
    429, 503            as Retry-After says (at most 7 d), else 4 h, 8 h, 16 h, 24 h; 429 and every
                        Retry-After of 429, 503 and 3xx hold the whole host
    failing for 30 d and 20 times: weekly; "dead" as well where the fault is the feed's own (not DNS, TLS, ...)

skipHours and skipDays, as last stated, hold after a failure too.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from math import ceil, isnan

from archive.model.health import NONE_MISSED
from archive.model.outcome import (
    SOFT_REASONS,
    Exchange,
    FeedFailed,
    FeedJob,
    FeedParsed,
    FeedResult,
    FeedUnchanged,
    PageFailed,
    PageResult,
    Reason,
    Rhythm,
    Schedule,
)

_HOUR_S = 3_600
_DAY_S = 86_400
_WEEK_S = 7 * _DAY_S
_LONGEST_S = 30 * _DAY_S
_CAP_S = _DAY_S

_SHORTEST_GAP_S = 60.0
_NEW_WEIGHT = 0.3
_POLLS_A_GAP = 2
_POLLS_A_WINDOW = 4
_LENGTHEN = 1.25
_MOST_SHORTER = 4
_MOST_LONGER = 2

_PUSHED_LEAST_S = 4 * _HOUR_S
_PUSHED_INTERVALS = 4

_THROTTLE_S = 4 * _HOUR_S
_MISSING_FROM = 3
_SOON_S = 300
_SOON_GROWS = 3
_AWAY_S = 60
_MOST_MISSED = 100_000
_DEAD_AFTER_S = 30 * _DAY_S
_DEAD_AFTER_N = 20

# An operator may ask for more than the floor allows the adaptive interval; not for a request a second.
_SHORTEST_SET_S = 60

_MISSING = frozenset({403, 404})
_NO_ANSWER = frozenset({Reason.DNS, Reason.CONNECT, Reason.TIMEOUT})
_NO_WAY_THERE = frozenset({Reason.DNS, Reason.CONNECT})
"""Failures that a network of ours which is down brings about; a server that hangs takes up a slot each time."""
_THROTTLING = frozenset({429, 503})
_OWN_FAULTS = SOFT_REASONS | {Reason.FENCED, Reason.DEPOSIT}
"""Failures that no feed is declared dead for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceSettings:
    """`[pace]` in the configuration, seconds."""

    default_s: int = _HOUR_S
    floor_s: int = 900
    ceiling_s: int = _DAY_S

    def bounded(self, interval_s: float) -> float:
        """Return `interval_s` within floor and ceiling; the floor wins where they cross."""
        return max(min(interval_s, self.ceiling_s), self.floor_s, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wait:
    """One claim on the next poll: not before `seconds`, because `reason`."""

    seconds: float
    reason: str


def plan(
    job: FeedJob,
    exchange: Exchange,
    result: FeedResult,
    *,
    now: datetime,
    n_new: int,
    n_overlap: int | None,
    rand: Callable[[], float],
    settings: PaceSettings,
    is_network_away: bool = False,
) -> Schedule:
    """Return when to poll next, and why: the formula is the module's docstring.

    `n_new` counts the document's entries that were not in the last one, `n_overlap` those that were (None: not
    known, as on a first poll or a 304). `rand` gives 0..1 and is called at most once. `next_poll_at` is never
    before `now` and never more than 30 d after it, whatever the numbers say. Never raises.
    """
    luck = _clamp(rand(), 0.0, 1.0)
    now = now.astimezone(UTC)
    if isinstance(result, FeedFailed):
        if is_network_away and is_silent(exchange, result):
            return _while_away(job, result, now=now, luck=luck)
        return _after_failure(job, exchange, result, now=now, luck=luck, settings=settings)
    news = _News(n_new=max(n_new, 0), n_overlap=n_overlap, result=result)
    return _after_success(job, exchange, news, now=now, luck=luck, settings=settings)


def after_news(rhythm: Rhythm, *, now: datetime, n_new: int) -> Rhythm:
    """Return the rhythm of a feed that a hub pushed `n_new` new entries of, between two polls.

    The gap goes on as it would by a poll; the interval stays what it was, for when pushes end.
    """
    if n_new <= 0 or rhythm.last_new_at is None:
        return replace(rhythm, last_new_at=now) if n_new > 0 else rhythm
    quiet_s = _clamp(_seconds_between(rhythm.last_new_at, now), _SHORTEST_GAP_S, _LONGEST_S)
    seen_s = max(quiet_s / n_new, _SHORTEST_GAP_S)
    known_s = seen_s if rhythm.gap_s is None else _clamp(rhythm.gap_s, _SHORTEST_GAP_S, _LONGEST_S)
    return replace(rhythm, gap_s=_smooth(known_s, seen_s), last_new_at=now)


def is_silent(exchange: Exchange, result: FeedResult | PageResult) -> bool:
    """Tell whether nothing at all was heard: no name, no connection, or no answer in time."""
    match result:
        case FeedFailed(reason=reason) | PageFailed(reason=reason):
            return reason in _NO_ANSWER and exchange.status is None and not exchange.hops
    return False


def phase(feed_id: int) -> float:
    """Return the feed's place within an interval, 0..1: evenly spread, the same in every run."""
    digest = blake2b(str(feed_id).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


# -- after a poll that brought the feed ------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    """What a good poll brought."""

    n_new: int
    n_overlap: int | None
    result: FeedParsed | FeedUnchanged

    @property
    def share(self) -> float:
        """Return which part of the document is new, 0..1."""
        return self.n_new / (self.n_new + max(self.n_overlap or 0, 0)) if self.n_new else 0.0


def _after_success(
    job: FeedJob,
    exchange: Exchange,
    news: _News,
    *,
    now: datetime,
    luck: float,
    settings: PaceSettings,
) -> Schedule:
    is_first = job.last_good_at is None
    rolled_over = not is_first and news.n_new > 0 and news.n_overlap == 0
    gap_s = _gap(job, news, now)
    interval_s, why = _interval(job, news, gap_s, now=now, settings=settings)
    interval = _Wait(seconds=interval_s * (0.9 + 0.2 * luck), reason=why)
    if is_first and job.interval_s is None:
        interval = _first_wait(job.feed_id, interval_s, settings)

    stated = _stated(job, exchange, news)
    claims = [
        interval,
        *_pushed_wait(job, news, gap_s, interval_s=interval_s, luck=luck),
        *(replace(each, seconds=each.seconds * (1 + 0.1 * luck)) for each in stated),
    ]
    cap_s = max(_CAP_S, interval_s)
    claims = [replace(each, seconds=min(each.seconds, cap_s)) for each in claims]
    hold = _retry_wait(exchange.retry_after_s)
    next_poll_at, reasons = _settle(
        [*claims, *hold], *_skipped(job, news.result), now=now, luck=luck
    )
    note = _missed_words(job, news, now) if rolled_over else None
    if note is not None:
        reasons.append(note)
    rhythm = replace(
        job.rhythm,
        interval_s=round(interval_s),
        gap_s=gap_s,
        n_failures=0,
        n_rollovers=max(job.rhythm.n_rollovers, 0) + rolled_over,
        failing_since=None,
        gone_since=None,
        last_new_at=now if news.n_new else job.rhythm.last_new_at,
        throttled_s=0,
    )
    return Schedule(
        next_poll_at=next_poll_at,
        rhythm=rhythm,
        reasons=tuple(reasons),
        host_hold_s=round(hold[0].seconds) if hold else None,
        state="active" if job.rhythm.n_failures > 0 else None,
        note=note,
    )


def _gap(job: FeedJob, news: _News, now: datetime) -> float | None:
    """Return the smoothed time between new entries, None while it is not known."""
    known = job.rhythm.gap_s
    if known is not None:
        known = _clamp(known, _SHORTEST_GAP_S, _LONGEST_S)
    if job.last_good_at is None:
        return known if known is not None else _dated_gap(news.result, now)
    last_new_at = job.rhythm.last_new_at or job.last_good_at
    quiet_s = _clamp(_seconds_between(last_new_at, now), _SHORTEST_GAP_S, _LONGEST_S)
    if news.n_new == 0:
        return known if known is None or quiet_s <= known else _smooth(known, quiet_s)
    seen_s = max(quiet_s / news.n_new, _SHORTEST_GAP_S)
    return seen_s if known is None else _smooth(known, seen_s)


def _smooth(known_s: float, seen_s: float) -> float:
    """Return the weighted geometric mean: a gap of an hour and one of a day differ by a factor."""
    return float(known_s ** (1 - _NEW_WEIGHT) * seen_s**_NEW_WEIGHT)


def _dated_gap(result: FeedParsed | FeedUnchanged, now: datetime) -> float | None:
    """Return the mean gap between the entries' own dates, of a document with three dated ones or more."""
    if not isinstance(result, FeedParsed):
        return None
    dates = _dates(result, now)
    if len(dates) < 3:
        return None
    span_s = _seconds_between(min(dates), max(dates))
    return _clamp(span_s / (len(dates) - 1), _SHORTEST_GAP_S, _LONGEST_S)


def _dates(result: FeedParsed, now: datetime) -> list[datetime]:
    return [at for entry in result.parsed.entries if (at := entry.published_at) and at <= now]


def _missed_words(job: FeedJob, news: _News, now: datetime) -> str:
    """Return the sentence for a window that rolled over: what may have come and gone between two good polls."""
    assert job.last_good_at is not None, "a first poll has no window before it"
    said = (
        f"no entry in common with the poll {_span(_seconds_between(job.last_good_at, now))} before"
    )
    n_missed = _n_missed(job, news, now)
    if n_missed is None:
        return f"{said}: articles were probably missed"
    if n_missed == 0:
        return f"{said}, but its entries reach back that far: {NONE_MISSED}"
    return f"{said}: up to {n_missed:,} article{'s' if n_missed > 1 else ''} missed"


def _n_missed(job: FeedJob, news: _News, now: datetime) -> int | None:
    """Return at most how many entries came and went unseen; None where no rate is known.

    They came between the last good poll and the oldest entry of this document, each a gap after the last. Of the
    two gaps that are known, the smoothed one and the document's own, the shorter counts.
    """
    assert job.last_good_at is not None
    known = job.rhythm.gap_s
    gaps = [_clamp(known, _SHORTEST_GAP_S, _LONGEST_S)] if known is not None else []
    dates: list[datetime] = []
    if isinstance(news.result, FeedParsed):
        dates = _dates(news.result, now)
        dated_gap_s = _dated_gap(news.result, now)
        gaps += [dated_gap_s] if dated_gap_s is not None else []
    hole_s = _seconds_between(job.last_good_at, min(dates) if dates else now)
    if hole_s <= 0:
        return 0
    if not gaps:
        return None
    n_came = ceil(min(hole_s / min(gaps), _MOST_MISSED))
    # Without dates the hole reaches to now, and holds the entries that were seen.
    return n_came if dates else max(n_came - news.n_new, 1)


def _interval(
    job: FeedJob, news: _News, gap_s: float | None, *, now: datetime, settings: PaceSettings
) -> tuple[float, str]:
    """Return the interval in seconds, and the sentence for it."""
    if job.interval_s is not None:
        set_s = _clamp(job.interval_s, _SHORTEST_SET_S, _LONGEST_S)
        return set_s, f"the configuration asks for a poll every {_span(set_s)}"
    if job.last_good_at is None:
        last_s = float(settings.default_s)
    else:
        last_s = _clamp(job.rhythm.interval_s, 1, _LONGEST_S)
    if gap_s is not None:
        aim_s = gap_s / _POLLS_A_GAP
        why = f"new entries come about every {_span(gap_s)}, polled {_POLLS_A_GAP} times as often"
    elif job.last_good_at is None:
        aim_s, why = last_s, f"a first poll; the default interval is {_span(last_s)}"
    else:
        aim_s = last_s * _LENGTHEN
        why = "nothing new has been seen yet, so the interval grows by a quarter"
    window_s = _window(job, news, now)
    if window_s is not None and window_s < aim_s:
        aim_s = window_s
        why = f"{news.share:.0%} of the document was new, so it is polled before it rolls over"
    damped_s = _clamp(aim_s, last_s / _MOST_SHORTER, last_s * _MOST_LONGER)
    bounded_s = settings.bounded(damped_s)
    return bounded_s, f"{why}: every {_span(bounded_s)}{_bound_words(bounded_s, settings)}"


def _window(job: FeedJob, news: _News, now: datetime) -> float | None:
    """Return a quarter of the time in which the whole document is replaced; None if nothing was."""
    if not news.n_new or news.n_overlap is None or job.last_good_at is None:
        return None
    elapsed_s = _clamp(_seconds_between(job.last_good_at, now), _SHORTEST_GAP_S, _LONGEST_S)
    return elapsed_s / (_POLLS_A_WINDOW * news.share)


def _bound_words(interval_s: float, settings: PaceSettings) -> str:
    if interval_s == settings.floor_s:
        return " (the floor)"
    if interval_s == settings.ceiling_s:
        return " (the ceiling)"
    return ""


def _first_wait(feed_id: int, interval_s: float, settings: PaceSettings) -> _Wait:
    floor_s = min(float(settings.floor_s), interval_s)
    wait_s = floor_s + phase(feed_id) * (interval_s - floor_s)
    reason = f"a first poll: its place within the interval of {_span(interval_s)} spreads the feeds"
    return _Wait(seconds=wait_s, reason=reason)


def _stated(job: FeedJob, exchange: Exchange, news: _News) -> list[_Wait]:
    """Return what the server and the feed ask for."""
    found = []
    if exchange.max_age_s:
        max_age_s = _clamp(exchange.max_age_s, 0, _LONGEST_S)
        found.append(_Wait(seconds=max_age_s, reason=f"the answer is fresh for {_span(max_age_s)}"))
    stated = news.result.parsed.ttl_s if isinstance(news.result, FeedParsed) else job.ttl_s
    if ttl_s := _clamp(stated or 0, 0, _LONGEST_S):
        found.append(_Wait(seconds=ttl_s, reason=f"the feed asks for polls {_span(ttl_s)} apart"))
    return found


def _pushed_wait(
    job: FeedJob, news: _News, gap_s: float | None, *, interval_s: float, luck: float
) -> list[_Wait]:
    """Return how long a feed may do with pushes alone: WIRE's safety poll every 4 to 24 h, but never so late that
    its document could roll over unseen."""
    if not job.is_pushed or job.interval_s is not None or news.n_new:
        return []
    wait_s = _clamp(_PUSHED_INTERVALS * interval_s, _PUSHED_LEAST_S, _CAP_S)
    if gap_s is not None:
        wait_s = min(wait_s, len(job.known) * gap_s / 2)
    wait_s *= 0.9 + 0.2 * luck
    return [
        _Wait(
            seconds=wait_s,
            reason=f"a hub pushes its news: polled {_span(wait_s)} later, to be safe",
        )
    ]


def _retry_wait(retry_after_s: int | None) -> list[_Wait]:
    """Return the wait that a Retry-After asks for, as a list of one or none."""
    wait_s = _clamp(retry_after_s or 0, 0, _WEEK_S)
    if not wait_s:
        return []
    reason = f"the server asked to wait: Retry-After {retry_after_s} ({_span(wait_s)} are kept)"
    return [_Wait(seconds=wait_s, reason=reason)]


def _settle(
    claims: list[_Wait],
    skip_hours: tuple[int, ...],
    skip_days: tuple[int, ...],
    *,
    now: datetime,
    luck: float,
) -> tuple[datetime, list[str]]:
    """Return the instant that satisfies every claim, and their sentences, the deciding one first."""
    claims = sorted(claims, key=lambda claim: -claim.seconds)  # stable: equal ones keep their order
    at = now + timedelta(seconds=_clamp(claims[0].seconds, 0, _LONGEST_S))
    reasons = [claim.reason for claim in claims]
    open_at = _next_open(at, skip_hours, skip_days, luck)
    if open_at != at:
        reasons.insert(
            0, f"the feed asks not to be polled at {at:%a %H} h UTC (skipHours, skipDays)"
        )
    return min(open_at, now + timedelta(seconds=_LONGEST_S)), reasons


def _skipped(job: FeedJob, result: FeedResult) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the hours and days that the document at hand, else the last one, asks to leave out."""
    if isinstance(result, FeedParsed):
        return result.parsed.skip_hours, result.parsed.skip_days
    return job.skip_hours, job.skip_days


def _next_open(
    at: datetime, skip_hours: tuple[int, ...], skip_days: tuple[int, ...], luck: float
) -> datetime:
    """Return `at`, or a point in the next hour that is not skipped; `at` where no hour of the week is open.

    Hours are 0..23 (24 is midnight: RSS 0.91 counted from 1), days 0..6 from Monday, both UTC.
    """
    hours = {hour % 24 for hour in skip_hours if 0 <= hour <= 24}
    days = {day for day in skip_days if 0 <= day <= 6}

    def is_open(instant: datetime) -> bool:
        return instant.hour not in hours and instant.weekday() not in days

    if is_open(at):
        return at
    hour_starts_at = at.replace(minute=0, second=0, microsecond=0)
    for n_hours in range(1, 8 * 24):
        candidate = hour_starts_at + timedelta(hours=n_hours)
        if is_open(candidate):
            return candidate + timedelta(seconds=luck * (_HOUR_S - 1))
    return at


# -- after a failure -------------------------------------------------------------------------------


def _while_away(job: FeedJob, failed: FeedFailed, *, now: datetime, luck: float) -> Schedule:
    """Return the plan of a feed that could not be asked: its rhythm, and what it had failed before, stay."""
    soon = _Wait(
        seconds=_AWAY_S * (0.9 + 0.2 * luck),
        reason="nobody answers, so our own network seems to be away: tried again soon",
    )
    next_poll_at, reasons = _settle([soon], *_skipped(job, failed), now=now, luck=luck)
    return Schedule(
        next_poll_at=next_poll_at,
        rhythm=job.rhythm,
        reasons=(*reasons, f"not counted as a failure of the feed's: {failed.detail}"),
    )


def _after_failure(
    job: FeedJob,
    exchange: Exchange,
    failed: FeedFailed,
    *,
    now: datetime,
    luck: float,
    settings: PaceSettings,
) -> Schedule:
    was = job.rhythm
    n_failures = min(max(was.n_failures, 0), 1_000_000) + 1
    failing_since = min(was.failing_since or now, now)
    rhythm = replace(
        was,
        n_failures=n_failures,
        failing_since=failing_since,
        gone_since=(was.gone_since or now) if failed.reason is Reason.GONE else None,
        throttled_s=_throttle(was, exchange, failed),
    )
    wait, state = _failure_wait(job, rhythm, exchange, failed, now=now, settings=settings)
    retry = _retry_wait(max(failed.retry_after_s or 0, exchange.retry_after_s or 0) or None)
    # Back-off is jittered both ways; a wait that the server asked for only upwards.
    claims = [replace(wait, seconds=wait.seconds * (0.9 + 0.2 * luck))]
    claims += [replace(each, seconds=each.seconds * (1 + 0.1 * luck)) for each in retry]
    next_poll_at, reasons = _settle(claims, *_skipped(job, failed), now=now, luck=luck)
    times = "for the first time" if n_failures == 1 else f"{n_failures} times in a row"
    return Schedule(
        next_poll_at=next_poll_at,
        rhythm=rhythm,
        reasons=(*reasons, f"failed {times}: {failed.detail}"),
        host_hold_s=_host_hold(exchange, rhythm, retry),
        state=state,
    )


def _failure_wait(
    job: FeedJob,
    rhythm: Rhythm,
    exchange: Exchange,
    failed: FeedFailed,
    *,
    now: datetime,
    settings: PaceSettings,
) -> tuple[_Wait, str | None]:
    """Return how long to wait after this failure, and the state it brings the feed into."""
    if failed.reason is Reason.UNAUTHORISED:
        return _Wait(seconds=_WEEK_S, reason="held until its credentials change (401)"), "held"
    if failed.reason is Reason.GONE:
        return _gone_wait(job.rhythm, now)
    if _is_hopeless(rhythm, now):
        is_dead = failed.reason not in _OWN_FAULTS and exchange.status not in _THROTTLING
        since = f"failing for {_span(_seconds_between(rhythm.failing_since or now, now))}"
        return _Wait(
            seconds=_WEEK_S, reason=f"{since}: asked once a week"
        ), "dead" if is_dead else None
    if rhythm.throttled_s:
        wait_s = float(rhythm.throttled_s)
        reason = f"the server asked for fewer requests ({exchange.status}): {_span(wait_s)}"
        return _Wait(seconds=wait_s, reason=reason), None
    if exchange.status in _MISSING and rhythm.n_failures >= _MISSING_FROM:
        reason = f"{rhythm.n_failures} failures in a row, now {exchange.status}: asked once a day"
        return _Wait(seconds=_DAY_S, reason=reason), None
    interval_s = settings.bounded(_clamp(job.interval_s or rhythm.interval_s, 1, _LONGEST_S))
    wait_s = min(interval_s * 2 ** min(rhythm.n_failures, 20), max(_CAP_S, interval_s))
    if failed.reason in _NO_ANSWER and not job.rhythm.throttled_s:
        soon = _soon(rhythm, failed.reason, interval_s, now)
        if soon.seconds < wait_s:
            return soon, None
    times = "once" if rhythm.n_failures == 1 else f"{rhythm.n_failures} times"
    reason = f"backing off: {_span(interval_s)} doubled {times}, {_span(wait_s)}"
    return _Wait(seconds=wait_s, reason=reason), None


def _soon(rhythm: Rhythm, reason: Reason, interval_s: float, now: datetime) -> _Wait:
    """Return the wait of a feed that gave no answer: mostly a matter of minutes, and often of our own network.

    A network that is down fails every feed at once and costs no server anything; when it is back, no feed should
    then wait for longer than it always does.
    """
    wait_s = float(_SOON_S * _SOON_GROWS ** min(rhythm.n_failures - 1, 12))
    failing_s = _seconds_between(rhythm.failing_since or now, now)
    if reason in _NO_WAY_THERE and wait_s > interval_s and failing_s < _DAY_S:
        why = f"no way to its server: tried at its usual interval for a day, {_span(interval_s)}"
        return _Wait(seconds=interval_s, reason=why)
    return _Wait(seconds=wait_s, reason=f"no answer: tried again soon, in {_span(wait_s)}")


def _gone_wait(was: Rhythm, now: datetime) -> tuple[_Wait, str | None]:
    """Confirm a 410 after a day, or near enough for the jitter; believe it then."""
    if was.gone_since is None:
        return _Wait(seconds=_DAY_S, reason="gone (410): asked once more in a day"), None
    if _seconds_between(was.gone_since, now) < 0.8 * _DAY_S:
        return _Wait(seconds=_DAY_S, reason="gone (410), and not yet for a day"), None
    return _Wait(seconds=_LONGEST_S, reason="gone (410) twice, a day apart: retired"), "retired"


def _throttle(was: Rhythm, exchange: Exchange, failed: FeedFailed) -> int:
    """Return the wait of a bare 429 or 503, doubled from the last one's; 0 for all else."""
    if exchange.status not in _THROTTLING or failed.retry_after_s or exchange.retry_after_s:
        return 0
    before = int(_clamp(was.throttled_s, 0, _DAY_S))
    return min(before * 2, _DAY_S) if before else _THROTTLE_S


def _host_hold(exchange: Exchange, rhythm: Rhythm, retry: list[_Wait]) -> int | None:
    """Return for how long the whole host is left alone.

    A bare 503 is often one broken feed among twenty good ones, and holds itself alone.
    """
    status = exchange.status or 0
    if retry and (status in _THROTTLING or 300 <= status < 400 or exchange.hops):
        return round(retry[0].seconds)
    return rhythm.throttled_s if status == 429 and rhythm.throttled_s else None


def _is_hopeless(rhythm: Rhythm, now: datetime) -> bool:
    since = rhythm.failing_since or now
    return rhythm.n_failures >= _DEAD_AFTER_N and _seconds_between(since, now) >= _DEAD_AFTER_S


# -- numbers and words -----------------------------------------------------------------------------


def _clamp(value: float, low: float, high: float) -> float:
    """Return `value` within low..high; what is no number is `low`."""
    if isnan(value):
        return low
    return float(min(max(value, low), high))


def _seconds_between(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()


def _span(seconds: float) -> str:
    """Return a length of time as people say it: "45 s", "20 min", "1.5 h", "3 d"."""
    for unit_s, unit in ((_DAY_S, "d"), (_HOUR_S, "h"), (60, "min")):
        if seconds >= unit_s:
            return f"{round(seconds / unit_s, 1):g} {unit}"
    return f"{round(seconds)} s"
