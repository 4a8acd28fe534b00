"""Instants as the tables hold them: BIGINT microseconds since 1970, UTC, on both engines."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

NEVER = 9_000_000_000_000_000_000
"""Later than any instant: an indexed "not yet" that sorts last, since no indexed column may be NULL."""


def to_us(at: datetime) -> int:
    """Return microseconds since 1970; `at` must be aware."""
    return (at - _EPOCH) // _MICROSECOND


def to_us_or_none(at: datetime | None) -> int | None:
    """Return microseconds since 1970, or None for None."""
    return None if at is None else to_us(at)


def to_at(us: int) -> datetime:
    """Return the aware UTC datetime of an instant, clamped to what datetime can hold."""
    try:
        return _EPOCH + timedelta(microseconds=us)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if us > 0 else datetime.min.replace(tzinfo=UTC)


def to_at_or_none(us: int | None) -> datetime | None:
    """Return the aware UTC datetime; None for None and for NEVER."""
    return None if us is None or us >= NEVER else to_at(us)
