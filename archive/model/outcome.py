"""What a poll or a page fetch is asked to do, and what it came to.

A job is made by `archive.store.frontier` from a claim, carried out by `ingest.poll`, and comes back as an outcome
that `archive.store.deposit` writes whole or not at all. An outcome never holds a half: a document whose body was
cut, too big or no feed is a `FeedFailed`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from archive.model.stated import ArticlePage, Enclosure, ParsedFeed, Wall, must_be_aware


class Reason(StrEnum):
    """Why a fetch or a parse failed. The sentence for people stands beside it in `detail`."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    ADDRESS = "address"  # refused by the address guard
    REDIRECT = "redirect"  # loop, too many, no Location, not http
    STATUS = "status"  # an HTTP status that is no success
    UNAUTHORISED = "unauthorised"  # 401: held until credentials change
    GONE = "gone"  # 410
    TOO_LARGE = "too_large"
    CUT = "cut"  # shorter than announced, or a compressed stream without its end
    ENCODING = "encoding"  # a content encoding that cannot be undone
    PROTOCOL = "protocol"  # not HTTP, or HTTP that breaks its rules
    EMPTY = "empty"
    NOT_A_FEED = "not_a_feed"
    PARSE = "parse"  # the parser raised
    PARSE_LIMIT = "parse_limit"  # the parser was killed: CPU or memory
    ROBOTS = "robots"
    WALL = "wall"
    NOT_HTML = "not_html"
    DEPOSIT = "deposit"  # the archive could not take it: a fault of ours, recorded for this feed
    FENCED = "fenced"  # another process took the lease meanwhile


SOFT_REASONS = frozenset({Reason.DNS, Reason.CONNECT, Reason.TLS, Reason.TIMEOUT})
"""Failures that say more about the network than about the feed: never lead to `dead`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One redirect: the status that was answered and the absolute address it led to."""

    status: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request with its redirects, whatever came of it.

    `url` is the effective address (after redirects), `permanent_url` the end of the leading run of 301/308 if
    there was one. `n_wire_bytes` counts the body as it came, `n_bytes` decoded. `max_age_s` is what Cache-Control
    or Expires leave after Age (clamped to 0..30 d), None when nothing was said; `retry_after_s` likewise.
    `headers` are those of the last answer, names in lower case.
    """

    requested_url: str
    url: str
    started_at: datetime
    elapsed_s: float = 0.0
    status: int | None = None
    hops: tuple[Hop, ...] = ()
    permanent_url: str | None = None
    n_wire_bytes: int = 0
    n_bytes: int = 0
    content_type: str | None = None
    max_age_s: int | None = None
    retry_after_s: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        must_be_aware("started_at", self.started_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """ETag and Last-Modified as the server sent them, and the address whose body they belong to."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What pace knows of a feed, stored with it between polls (see `ingest.pace` for the formula).

    `gap_s` is the smoothed time between new entries, None before it is known. `interval_s` is the current one.
    `gone_since` is the first 410 of a run of them.
    """

    interval_s: int
    gap_s: float | None = None
    n_failures: int = 0
    n_rollovers: int = 0
    failing_since: datetime | None = None
    last_new_at: datetime | None = None
    throttled_s: int = 0
    gone_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When to poll next, and why. `reasons` are sentences, the deciding one first; `host_hold_s` holds the whole host.

    `state` is a change of the feed's state that the poll brought about ("dead", "retired", "held", "active"),
    None for no change. `note` is a sentence about the poll itself, kept with it: what it probably missed.
    """

    next_poll_at: datetime
    rhythm: Rhythm
    reasons: tuple[str, ...]
    host_hold_s: int | None = None
    state: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedJob:
    """One feed, claimed: what a poll needs to know of it.

    `epoch` and `owner` are the fence of the host's lease. `known` are the digests of the items in the feed's
    current window, for `ingest.feed` (empty when the parser's version changed). `validators` is None when none may
    be sent (none held, or the unconditional poll is due). `attempts` counts claims without an outcome. `is_pushed`: a
    hub tells of its news, and lately no poll found what it had not told. `written_url` is the address that the
    operator subscribed to (without secrets), where a feed has moved since: what `[fetch] allow_networks` opens is
    open to hosts that he wrote, and not to where they send us.
    """

    feed_id: int
    name: str
    url: str
    written_url: str | None = None
    host: str
    host_id: int
    epoch: int
    owner: str
    rhythm: Rhythm
    validators: Validators | None = None
    body_digest: bytes = b""
    known: frozenset[bytes] = frozenset()
    interval_s: int | None = None
    ttl_s: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    page: str = "auto"
    is_private: bool = False
    auth_file: str | None = None
    verify_tls: bool = True
    attempts: int = 0
    due_at: datetime | None = None
    last_good_at: datetime | None = None
    is_pushed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedParsed:
    """A complete body that parsed as a feed, with all its slices joined. `body` is the decoded document."""

    parsed: ParsedFeed
    body: bytes
    body_digest: bytes
    validators: Validators
    content_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedUnchanged:
    """Nothing to parse: a 304 (`not_modified`), or a 200 with the bytes of last time.

    `validators` replace the stored ones; None leaves them (a 304 that carried none).
    """

    not_modified: bool
    validators: Validators | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFailed:
    """The poll gave nothing. `detail` is one sentence for people; `worker_died` when the parse was killed.

    `is_put_off`: it was broken off because others waited in line. That is no outcome, and is never deposited.
    """

    reason: Reason
    detail: str
    retry_after_s: int | None = None
    worker_died: bool = False
    body: bytes | None = None
    is_put_off: bool = False


FeedResult = FeedParsed | FeedUnchanged | FeedFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOutcome:
    """What came of one feed's poll."""

    job: FeedJob
    exchange: Exchange
    result: FeedResult


@dataclass(frozen=True, slots=True, kw_only=True)
class PageJob:
    """One article page, claimed. `attempts` counts earlier tries; `feed_url` is the address an operator wrote.

    `n_claims` counts earlier claims that had no outcome at all.
    """

    task_id: int
    variant_id: int
    feed_id: int
    feed_url: str
    url: str
    host: str
    host_id: int
    epoch: int
    owner: str
    attempts: int = 0
    n_claims: int = 0
    language: str | None = None
    due_at: datetime | None = None
    is_private: bool = False
    verify_tls: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """A page that was fetched and parsed; it may still be a wall (`page.wall`). `body` is the decoded page.

    Of an article in parts it holds all parts that came; `missing` says why a further one did not, and
    `retry_after_s` how long its server asked to be left alone.
    """

    page: ArticlePage
    body: bytes
    body_digest: bytes
    content_type: str | None = None
    missing: str | None = None
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFailed:
    """No page. `final`: not worth another try (robots, 404, 410, not HTML).

    `enclosure` is the file that the address holds in place of a page, with its type and size.
    """

    reason: Reason
    detail: str
    final: bool = False
    retry_after_s: int | None = None
    wall: Wall | None = None
    body: bytes | None = None
    enclosure: Enclosure | None = None


PageResult = PageRead | PageFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOutcome:
    """What came of one page's fetch."""

    job: PageJob
    exchange: Exchange
    result: PageResult


Outcome = FeedOutcome | PageOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposited:
    """What a deposit changed, for logs, pace and people. Ids of articles are public ids.

    `n_seen` counts items that stood in the document and brought nothing; `n_joined` new sightings that joined an
    article another sighting had made; `is_fenced` an outcome that came too late and was not written.
    """

    outcome: Outcome
    n_new: int = 0
    n_revised: int = 0
    n_seen: int = 0
    n_joined: int = 0
    n_rejected: int = 0
    rolled_over: bool = False
    is_fenced: bool = False
    article_ids: tuple[str, ...] = ()
    schedule: Schedule | None = None
    notes: tuple[str, ...] = ()
