"""`newsarchive poll`: poll feeds now, or as if it were another instant, and say what each gave."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from archive.commands.place import Instant, Place, pass_place
from archive.errors import Busy, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from archive.config import Config
    from archive.model.kept import FeedRow
    from archive.model.outcome import Deposited, PageOutcome
    from archive.store import Store
    from archive.store.policy import DepositPolicy
    from archive.store.subscriptions import Subscription


@click.command(
    epilog="EXAMPLES\n\n  newsarchive poll\n\n  newsarchive poll nos joop\n\n"
    "  newsarchive poll --all --at 2026-11-24T08:00:00Z"
)
@click.argument("feeds", nargs=-1)
@click.option("--all", "all_feeds", is_flag=True, help="All feeds, due or not.")
@click.option(
    "--at",
    type=Instant(),
    metavar="INSTANT",
    help="As if it were that instant (RFC 3339): replays, tests.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_place
def poll(
    place: Place, feeds: tuple[str, ...], all_feeds: bool, at: datetime | None, as_json: bool
) -> int | None:
    """Poll the feeds that are due (or FEED..., due or not) and their pages, once.

    Exit code 0 also when a feed fails: its failure is recorded and it is tried again later.
    """
    import random

    from archive.store import Store

    config = place.load_config()
    with Store.open(
        place.archive_url,
        create=True,
        keep_bodies=config.archive.keep_bodies,
        policy=policy_of(config),
    ) as store:
        if at is not None:
            _must_be_replayable(store, at)
        now = at or place.now()
        store.sync_feeds(subscriptions_of(config), now=now)
        store.plan_looks(now=now)
        wanted = _wanted(store, feeds, all_feeds=all_feeds)
        if wanted:
            store.make_due([feed.id for feed in wanted], now=now)
        results = run_due(
            store,
            config,
            place,
            only=frozenset(feed.id for feed in wanted) if feeds or all_feeds else None,
            instant=at,
            rand=random.Random(0).random if at else random.random,
        )
    _say(place, results, as_json=as_json)
    return None


def subscriptions_of(config: "Config") -> "list[Subscription]":
    """Return the configured feeds as the archive subscribes to them."""
    from archive.store.subscriptions import Subscription

    return [
        Subscription(
            url=feed.url,
            name=feed.name,
            title=feed.title,
            tags=tuple(feed.tags),
            page=feed.page,
            interval_s=feed.interval_s,
            is_private=feed.private,
            publishes=feed.publish,
            auth_file=str(feed.auth_file) if feed.auth_file else None,
            verify_tls=feed.verify_tls,
        )
        for feed in config.feeds
    ]


def policy_of(config: "Config") -> "DepositPolicy":
    """Return what a configuration says about deposits."""
    from archive.store.policy import DepositPolicy
    from ingest.feed.parse import PARSER_VERSION

    return DepositPolicy(
        settle_s=config.publish.settle_s,
        parser_version=PARSER_VERSION,
        sites=config.sites,
        recheck=config.pages.recheck,
        recount=config.pages.recount,
    )


def _wanted(store: "Store", names: tuple[str, ...], *, all_feeds: bool) -> "tuple[FeedRow, ...]":
    """Return the feeds that are to be polled whether due or not; none: just what is due."""
    if names and all_feeds:
        raise UsageError("name feeds or say --all, not both")
    if names:
        return tuple(store.find_feed(name) for name in names)
    if all_feeds:
        return tuple(feed for feed in store.feeds() if feed.state in ("active", "dead", "held"))
    return ()


def _must_be_replayable(store: "Store", instant: datetime) -> None:
    """Refuse a replay beside a service, or one that would see articles before they were first seen."""
    from archive.store.locks import service_holder

    holder = service_holder(store.path)
    if holder is not None:
        raise Busy(
            f"poll --at cannot run beside a service ({holder}): stop it first", holder=holder
        )
    latest = store.latest_instant()
    if latest is not None and instant < latest:
        raise UsageError(
            f"--at: {instant.isoformat()} lies before the archive's latest poll ({latest.isoformat()}); "
            "replay into a new archive, or name a later instant"
        )


def run_due(
    store: "Store",
    config: "Config",
    place: Place,
    *,
    only: frozenset[int] | None,
    instant: datetime | None,
    rand: "Callable[[], float]",
) -> "list[Deposited]":
    """Ask for all that is due (of the feeds `only`) until nothing is; `instant` stands for every moment meanwhile."""
    import asyncio

    from ingest.engine import running
    from ingest.logs import set_up_logs

    set_up_logs(config.log.format, "error")  # what polls came to is printed as results
    results: list[Deposited] = []

    async def once() -> None:
        clock = (lambda: instant) if instant is not None else place.now
        async with running(
            store, config, clock=clock, rand=rand, on_deposit=results.append
        ) as engine:
            await engine.until_idle(only=only)

    asyncio.run(once())
    return results


def _say(place: Place, results: "list[Deposited]", *, as_json: bool) -> None:
    from archive import terminal
    from archive.model.outcome import FeedOutcome, PageOutcome

    polls = [_facts(done) for done in results if isinstance(done.outcome, FeedOutcome)]
    pages = [done.outcome for done in results if isinstance(done.outcome, PageOutcome)]
    if as_json:
        terminal.echo_json({"schema": 1, "polls": polls, "pages": _page_counts(pages)})
        return
    for facts in polls:
        if place.is_terminal:
            terminal.echo(_row(place, facts))
        else:
            terminal.echo_row([facts[key] for key in COLUMNS])
    counts = _page_counts(pages)
    if pages:
        terminal.say(
            f"pages: {counts['read']} read, {counts['walls']} behind a wall, {counts['failed']} failed"
        )
    if not polls:
        terminal.say("no feed is due; newsarchive poll --all polls all of them")


COLUMNS = ("feed", "result", "new", "revised", "joined", "seen", "rejected", "elapsed_s", "detail")
"""What a line in a pipe holds, in this order."""


def _facts(done: "Deposited") -> dict[str, object]:
    from archive.model.outcome import FeedFailed, FeedOutcome, FeedUnchanged

    outcome = done.outcome
    assert isinstance(outcome, FeedOutcome)
    result = "parsed"
    detail: str | None = None
    match outcome.result:
        case FeedFailed() as failed:
            result, detail = str(failed.reason), failed.detail
        case FeedUnchanged():
            result = "unchanged"
    if done.is_fenced:
        result, detail = "fenced", "another process polls this feed"
    schedule = done.schedule
    return {
        "feed": outcome.job.name,
        "result": result,
        "status": outcome.exchange.status,
        "new": done.n_new,
        "revised": done.n_revised,
        "joined": done.n_joined,
        "seen": done.n_seen,
        "rejected": done.n_rejected,
        "elapsed_s": round(outcome.exchange.elapsed_s, 3),
        "detail": detail,
        "next_poll_at": schedule.next_poll_at.isoformat() if schedule else None,
        "articles": list(done.article_ids),
    }


def _row(place: Place, facts: dict[str, object]) -> str:
    from archive import terminal

    name = terminal.pad(terminal.cut(str(facts["feed"]), 16), 16)
    if facts["detail"]:
        told = terminal.paint(str(facts["detail"]), "red", colour=place.has_colour)
        return f"poll  {name}  {told}"
    counts = [
        f"{facts[key]} {word}"
        for key, word in (
            ("new", "new"),
            ("joined", "also elsewhere"),
            ("revised", "edited"),
            ("rejected", "not readable"),
        )
        if facts[key]
    ]
    return f"poll  {name}  {', '.join(counts) or 'nothing new'}   {facts['elapsed_s']} s"


def _page_counts(pages: "list[PageOutcome]") -> dict[str, int]:
    from archive.model.outcome import PageRead

    read = [page.result for page in pages if isinstance(page.result, PageRead)]
    walls = sum(1 for result in read if result.page.wall is not None)
    return {"read": len(read) - walls, "walls": walls, "failed": len(pages) - len(read)}
