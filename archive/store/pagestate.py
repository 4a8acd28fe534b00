"""What became of article pages: what is due, what failed and why, walls by site. For `newsarchive pages`.

Plain SQL, as `reading`. Called by `archive.front`. Costs a scan of the page tasks, of which each article has about one.
"""

from dataclasses import dataclass
from datetime import datetime

from archive.store.instants import NEVER, to_at, to_us
from archive.store.sqlite import Reader, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """A page that will be asked. `is_look`: it was read before. `n_attempts` failed, the last time by `reason`."""

    due_at: datetime
    host: str
    feed: str
    article_id: str
    title: str
    url: str
    is_look: bool
    n_attempts: int
    reason: str | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Pages of one site that did not come for one reason (a wall's kind, or a failure's), and the newest's words."""

    host: str
    reason: str
    n_pages: int
    n_given_up: int
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """How many pages are in each state, the next that are due, and what went wrong, the most frequent first.

    `counts` has due, waiting (to be tried again), looks (read, to be looked at again), read, wall, failed, given_up.
    """

    counts: dict[str, int]
    due: tuple[DuePage, ...]
    failures: tuple[Trouble, ...]
    walls: tuple[Trouble, ...]


def page_state(
    reader: Reader, *, now: datetime, feed: int | None = None, limit: int = 20
) -> PageState:
    """Return the state of all pages, or of those a feed asked for; at most `limit` that are due."""
    where = "v.audience <> 'erased'" + ("" if feed is None else " AND t.feed_id = ?")
    values = () if feed is None else (feed,)
    troubles = _troubles(reader, where, values)
    return PageState(
        counts=_counts(reader, where, values, to_us(now)),
        due=_due(reader, where, values, limit),
        failures=tuple(one for is_wall, one in troubles if not is_wall),
        walls=tuple(one for is_wall, one in troubles if is_wall),
    )


_FROM = " FROM page_tasks AS t JOIN variants AS v ON v.id = t.variant_id JOIN hosts AS h ON h.id = t.host_id"


def _counts(reader: Reader, where: str, values: Row, now_us: int) -> dict[str, int]:
    row = reader.row(
        "SELECT sum(t.state = 'due' AND t.due_at <= ?), sum(t.state = 'due' AND t.due_at > ?),"
        " sum(t.state = 'done' AND t.due_at < ?), count(DISTINCT CASE WHEN v.page_state = 'read' THEN v.id END),"
        " count(DISTINCT CASE WHEN v.page_state = 'wall' THEN v.id END),"
        " count(DISTINCT CASE WHEN v.page_state = 'failed' THEN v.id END),"
        f" count(DISTINCT CASE WHEN v.page_state = 'given_up' THEN v.id END){_FROM} WHERE {where}",
        (now_us, now_us, NEVER, *values),
    )
    assert row is not None, "a count has a row"
    names = ("due", "waiting", "looks", "read", "wall", "failed", "given_up")
    return {name: n or 0 for name, n in zip(names, row, strict=True)}


def _due(reader: Reader, where: str, values: Row, limit: int) -> tuple[DuePage, ...]:
    rows = reader.rows(
        "SELECT max(t.due_at, h.hold_until), h.name, f.name, a.public_id, r.title, t.url, t.state, t.attempts,"
        f" t.reason, t.detail{_FROM} JOIN feeds AS f ON f.id = t.feed_id"
        " JOIN articles AS a ON a.id = v.article_id LEFT JOIN revisions AS r ON r.id = v.revision_id"
        f" WHERE {where} AND t.due_at < ? ORDER BY max(t.due_at, h.hold_until), t.id LIMIT ?",
        (*values, NEVER, limit),
    )
    return tuple(
        DuePage(
            due_at=to_at(due_at),
            host=_site(host),
            feed=feed,
            article_id=public_id,
            title=title or "",
            url=url,
            is_look=state == "done",
            n_attempts=attempts,
            reason=reason,
            detail=detail,
        )
        for due_at, host, feed, public_id, title, url, state, attempts, reason, detail in rows
    )


def _troubles(reader: Reader, where: str, values: Row) -> list[tuple[bool, Trouble]]:
    """Return (is it a wall, trouble); a paywall whose teaser was read is one, and each HTTP status is its own."""
    rows = reader.rows(
        "SELECT h.name, CASE WHEN v.page_state = 'read' THEN 'paywall' ELSE t.reason END AS why,"
        " v.page_state IN ('wall', 'read') AS is_wall, count(*), sum(t.state = 'given_up'),"
        f" max(t.id), coalesce(t.detail, v.page_detail){_FROM} WHERE {where}"
        " AND ((v.page_state = 'read' AND v.page_detail LIKE 'paywall%')"
        " OR (t.reason IS NOT NULL AND v.page_state <> 'read'))"
        " GROUP BY h.name, why, is_wall, CASE WHEN t.reason = 'status' THEN t.detail END"
        " ORDER BY count(*) DESC, h.name, why",
        values,
    )
    return [
        (
            bool(is_wall),
            Trouble(host=_site(host), reason=why, n_pages=n, n_given_up=given_up, detail=detail),
        )
        for host, why, is_wall, n, given_up, _, detail in rows
    ]


def _site(host: str) -> str:
    """Return a host as people name it: without the port that its scheme has anyway."""
    name, _, port = host.rpartition(":")
    return name if port in ("80", "443") else host
