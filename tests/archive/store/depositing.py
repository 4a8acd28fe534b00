"""Archives made the real way: small RSS documents, parsed and deposited as a poll would, at an instant the test names.

with Store.open(str(tmp_path / "archive.db"), create=True) as store:
    paper = Paper(store, "krant")
    paper.poll({"guid": "1", "title": "Kop", "text": "Een tekst."}, now=at(0))
    deposit_page(store, "https://krant.example/1", ArticlePage(text="De hele tekst."), at(5))
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from html import escape
from pathlib import Path

import sqlalchemy as sa

from archive.errors import NotAFeed
from archive.model.kept import FeedRow
from archive.model.outcome import (
    Deposited,
    Exchange,
    FeedFailed,
    FeedJob,
    FeedOutcome,
    FeedParsed,
    FeedResult,
    FeedUnchanged,
    PageFailed,
    PageJob,
    PageOutcome,
    PageRead,
    Reason,
    Validators,
)
from archive.model.stated import ArticlePage
from archive.store import Store
from archive.store.frontier import refresh_hosts
from archive.store.policy import DepositPolicy
from archive.store.schema import feeds, hosts, page_tasks
from archive.store.subscriptions import Subscription
from ingest.feed.parse import PARSER_VERSION, parse_feed
from ingest.pace import PaceSettings, plan
from ingest.poll import body_digest

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

STEADY_PLAN = partial(plan, rand=lambda: 0.5, settings=PaceSettings())
"""Pace without chance."""

Item = Mapping[str, object]
"""What an item of a document says: guid, url, title, text (paragraphs parted by a newline), html (in place of
text), summary, author, tags (a tuple), date (aware), enclosure (an address). All may be missing; `url` None too:
by default it is the paper's own address of the guid."""


def at(minutes: float) -> datetime:
    """Return the instant so many minutes after START."""
    return START + timedelta(minutes=minutes)


def open_store(path: Path, *, settle_s: int = 600) -> Store:
    """Open an archive for writing, made if there is none, with the parser version of today."""
    policy = DepositPolicy(settle_s=settle_s, parser_version=PARSER_VERSION)
    return Store.open(str(path), create=True, policy=policy)


class Paper:
    """A subscribed paper at https://NAME.example/; `page` is its [[feeds]] setting ("never": no page is asked for)."""

    def __init__(
        self,
        store: Store,
        name: str = "krant",
        *,
        url: str | None = None,
        page: str = "never",
        language: str | None = "nl",
        is_private: bool = False,
        now: datetime = START,
    ) -> None:
        self.store = store
        self.name = name
        self.language = language
        self.url = url or f"https://{name}.example/feed"
        wanted = Subscription(url=self.url, name=name, page=page, is_private=is_private)
        self.feed: FeedRow = store.add_feed(wanted, now=now)[0]

    def rss(self, *items: Item) -> bytes:
        """Return an RSS 2.0 document with these items, in this order."""
        language = f"<language>{self.language}</language>" if self.language else ""
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"'
            ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
            f"<title>{escape(self.name.title())}</title><link>https://{self.name}.example/</link>"
            f"<description>Nieuws</description>{language}\n"
            + "\n".join(self._item(item) for item in items)
            + "\n</channel></rss>\n"
        ).encode()

    def poll(self, *items: Item, now: datetime) -> Deposited:
        """Poll the paper while its document holds these items; returns what the deposit changed."""
        return self.poll_body(self.rss(*items), now=now)

    def poll_body(self, body: bytes, *, now: datetime) -> Deposited:
        """Poll the paper while its server answers with these bytes."""
        return self.deposit(self.outcome(body, now=now), now=now)

    def poll_unchanged(self, *, now: datetime) -> Deposited:
        """Poll the paper while its server answers 304."""
        job = self.claim(now=now)
        result = FeedUnchanged(not_modified=True, validators=None)
        return self.deposit(_feed_outcome(job, result, now=now, status=304), now=now)

    def outcome(self, body: bytes, *, now: datetime) -> FeedOutcome:
        """Claim the feed and parse `body` as its answer, without depositing it."""
        job = self.claim(now=now)
        result: FeedResult
        try:
            result = FeedParsed(
                parsed=parse_feed(body, job.url, known=job.known),
                body=body,
                body_digest=body_digest(body),
                validators=Validators(url=job.url),
            )
        except NotAFeed as error:
            result = FeedFailed(reason=Reason.NOT_A_FEED, detail=str(error))
        return _feed_outcome(job, result, now=now, status=200)

    def claim(self, *, now: datetime) -> FeedJob:
        """Take the lease of the paper's host and its feed, due or not."""
        feed_id = self.feed.id
        self.store.make_due([feed_id], now=now)
        (lease,) = self.store.claim_hosts(now=now, owner="test", limit=1, only_feeds=[feed_id])
        jobs, _, _ = self.store.due_work(
            lease, now=now, parser_version=PARSER_VERSION, only=[feed_id]
        )
        (job,) = jobs
        return job

    def deposit(self, outcome: FeedOutcome, *, now: datetime) -> Deposited:
        """Write an outcome and give the host back."""
        (deposited,) = self.store.deposit([outcome], now=now, plan=STEADY_PLAN)
        with self.store.writing() as connection:
            host_id = outcome.job.host_id
            connection.execute(
                sa.update(hosts).where(hosts.c.id == host_id).values(lease_until=0, owner="")
            )
            refresh_hosts(connection, [host_id])
        return deposited

    def _item(self, item: Item) -> str:
        guid = item.get("guid")
        url = item.get("url", f"https://{self.name}.example/artikel/{guid}" if guid else None)
        html = item.get("html")
        text = item.get("text")
        if html is None and text is not None:
            html = "".join(f"<p>{escape(line)}</p>" for line in str(text).splitlines())
        date = item.get("date")
        tags = item.get("tags", ())
        assert isinstance(tags, tuple)
        parts = [
            "" if guid is None else f'<guid isPermaLink="false">{escape(str(guid))}</guid>',
            "" if url is None else f"<link>{escape(str(url))}</link>",
            _element("title", item.get("title")),
            _element("description", item.get("summary")),
            _element("content:encoded", html),
            _element("dc:creator", item.get("author")),
            *(_element("category", tag) for tag in tags),
            f"<pubDate>{format_datetime(date)}</pubDate>" if isinstance(date, datetime) else "",
        ]
        if enclosure := item.get("enclosure"):
            parts.append(
                f'<enclosure url="{escape(str(enclosure))}" type="audio/mpeg" length="9"/>'
            )
        return f"<item>{''.join(parts)}</item>"


def deposit_page(
    store: Store, url: str, page: ArticlePage, now: datetime, *, body: bytes | None = None
) -> Deposited:
    """Deposit the page that a task asks for at `url`, as if it had been fetched; its raw body is `body`."""
    body = f"<html>{page.title} {page.text}</html>".encode() if body is None else body
    read = PageRead(page=page, body=body, body_digest=body_digest(body))
    return _deposit_page(store, url, read, now, status=200)


def fail_page(store: Store, url: str, failed: PageFailed, now: datetime) -> Deposited:
    """Deposit that the page a task asks for at `url` did not come."""
    return _deposit_page(store, url, failed, now, status=None)


def page_job(store: Store, url: str) -> PageJob:
    """Return the job of the page task of `url`, under its host's present epoch."""
    with store.writing() as connection:
        row = connection.execute(
            sa.select(page_tasks, hosts.c.name.label("host"), hosts.c.epoch, feeds.c.url.label("feed_url"))
            .join(hosts, hosts.c.id == page_tasks.c.host_id)
            .join(feeds, feeds.c.id == page_tasks.c.feed_id)
            .where(page_tasks.c.url == url)
        ).one()  # fmt: skip
    return PageJob(
        task_id=row.id,
        variant_id=row.variant_id,
        feed_id=row.feed_id,
        feed_url=row.feed_url,
        url=url,
        host=row.host,
        host_id=row.host_id,
        epoch=row.epoch,
        owner="test",
        attempts=row.attempts,
    )


def _deposit_page(
    store: Store, url: str, result: PageRead | PageFailed, now: datetime, *, status: int | None
) -> Deposited:
    exchange = Exchange(requested_url=url, url=url, started_at=now, status=status)
    outcome = PageOutcome(job=page_job(store, url), exchange=exchange, result=result)
    (deposited,) = store.deposit([outcome], now=now, plan=STEADY_PLAN)
    return deposited


def _feed_outcome(job: FeedJob, result: FeedResult, *, now: datetime, status: int) -> FeedOutcome:
    exchange = Exchange(requested_url=job.url, url=job.url, started_at=now, status=status)
    return FeedOutcome(job=job, exchange=exchange, result=result)


def _element(name: str, value: object) -> str:
    return "" if value is None else f"<{name}>{escape(str(value))}</{name}>"
