"""What a fetch is asked for, and what it comes to."""

from dataclasses import dataclass, field

from archive.model.outcome import Exchange, Reason, Validators
from ingest.wire.patience import Patience

ACCEPT_FEED = (
    "application/atom+xml, application/rss+xml, application/rdf+xml;q=.9, "
    "application/feed+json;q=.9, application/xml;q=.8, text/xml;q=.8, */*;q=.1"
)
ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=.1"


class WireFault(Exception):
    """A fetch ends here, for this reason. Raised and caught inside `ingest.wire`: callers see a `Failed`."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One GET; or, with a `form`, one POST of it (WebSub), which no redirect but 307 and 308 carries on.

    `validators` are sent only to the address that gave them. `basic_auth` (else the userinfo of `url`) goes to
    the origin of `url` and to no other. `operator_url` is the address an operator wrote, if this request came
    of one: `WireSettings.allow_networks` counts for its host alone (a feed's own address for a feed; the feed's
    address for a page, whose own host is then still closed if it is another). None leaves every private
    network closed. Limits that are None are the client's. `patience` is for its first address alone: what has
    redirected us has answered.
    """

    url: str
    validators: Validators | None = None
    accept: str = ACCEPT_FEED
    basic_auth: tuple[str, str] | None = field(default=None, repr=False)
    verify_tls: bool = True
    operator_url: str | None = None
    max_wire_bytes: int | None = None
    max_bytes: int | None = None
    form: tuple[tuple[str, str], ...] | None = field(default=None, repr=False)
    patience: Patience | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A complete body, decoded. It is never empty.

    `validators` are keyed to the address that gave the body; both their values are None where none were sent.
    `end_is_proven` is False for a body that only the closing of the connection ended (no Content-Length, no
    chunks, no coding): it may have been cut, so its validators are to be kept only if it parses to its end.
    """

    exchange: Exchange
    body: bytes
    content_type: str | None
    validators: Validators
    end_is_proven: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304 that was asked for. `validators` replace the stored ones; None where it carried none."""

    exchange: Exchange
    validators: Validators | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """No document, and why: `detail` is one sentence for people, free of secrets.

    `body` is what came with an error status, where it came whole and small: a wall is told by it. `is_put_off`: the
    request was let go because others waited (`Request.patience`), which says nothing of the server.
    """

    exchange: Exchange
    reason: Reason
    detail: str
    retry_after_s: int | None = None
    body: bytes | None = None
    is_put_off: bool = False


FetchResult = Fetched | NotModified | Failed
