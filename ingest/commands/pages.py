"""`newsarchive pages` and `newsarchive fetch`: what became of article pages, and asking for them again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import click

from archive.commands.place import Place, pass_place
from archive.errors import NotFound, UsageError

if TYPE_CHECKING:
    from archive.model.kept import FeedRow
    from archive.model.outcome import Deposited
    from archive.store.pagestate import DuePage, PageState, Trouble
    from archive.store.pagetasks import MadeDue
    from archive.store.store import Store

STATES: Final = (
    ("due", "due now"),
    ("waiting", "tried again later"),
    ("looks", "read, and looked at again later"),
    ("read", "read"),
    ("wall", "behind a wall"),
    ("failed", "failed, tried again"),
    ("given_up", "given up"),
)


@click.command(
    epilog="EXAMPLES\n\n  newsarchive pages\n\n  newsarchive pages nos --limit 5\n\n  newsarchive pages --json"
)
@click.argument("feed", required=False)
@click.option(
    "--limit", type=click.IntRange(0), default=20, metavar="N", help="Due pages to list (20)."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_place
def pages(place: Place, feed: str | None, limit: int, as_json: bool) -> int | None:
    """Show which article pages are due, which failed and why, and the walls of each site.

    With FEED only the pages that this feed asked for. Exit code 1: no page was ever asked for.
    """
    from archive import terminal as t
    from archive.front import Archive

    with Archive.open(place.archive_url) as archive:
        only = None if feed is None else _feed_named(archive.feeds(), feed).id
        state = archive.pages(now=place.now(), feed=only, limit=limit)
    if as_json:
        t.echo_json(_document(state))
    elif place.is_terminal:
        _show(place, state)
    else:
        _echo_rows(state)
    if not any(state.counts.values()):
        t.say("no page was asked for yet; newsarchive fetch FEED asks for them")
        return 1
    return None


@click.command(
    epilog="EXAMPLES\n\n  newsarchive fetch k7q2\n\n  newsarchive fetch nos --now\n\n"
    "  newsarchive fetch nos --all --dry-run"
)
@click.argument("target", metavar="ID|FEED")
@click.option(
    "--all", "is_all", is_flag=True, help="Of FEED also pages that were read, or never asked for."
)
@click.option("--now", "is_now", is_flag=True, help="Ask for them here and now, as poll does.")
@click.option("--dry-run", is_flag=True, help="Say how many pages it would be, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_place
def fetch(
    place: Place, target: str, is_all: bool, is_now: bool, dry_run: bool, as_json: bool
) -> int | None:
    """Make the page of an article, or those of a feed that were not read, due now.

    The service asks for them at its next tick, each host at its pace. Whatever stands in their way is said: a server
    that asked to be left alone is. --now asks here, with whatever else of these feeds is due. Exit code 1: there is no
    page to ask for.
    """
    from archive import terminal as t
    from archive.store import Store
    from ingest.commands.poll import policy_of

    if dry_run and is_now:
        raise UsageError("--dry-run asks for nothing; leave out --now")
    config = place.load_config()
    with Store.open(
        place.archive_url, keep_bodies=config.archive.keep_bodies, policy=policy_of(config)
    ) as store:
        made = _make_due(store, target, place, is_all=is_all, dry_run=dry_run)
        results = _ask_now(store, place, made) if is_now and made.n_pages else []
        waits = None if is_now or dry_run else _service(store)
    if as_json:
        t.echo_json(_made_document(made, results))
    else:
        _say_made(place, target, made, results, waits=waits, is_now=is_now, dry_run=dry_run)
    return None if made.n_pages else 1


# ---- fetching ------------------------------------------------------------------------------------


def _make_due(
    store: "Store", target: str, place: Place, *, is_all: bool, dry_run: bool
) -> "MadeDue":
    """Take the target for a feed's name or address first: an article's id never has its dots or dashes."""
    try:
        feed = store.find_feed(target)
    except NotFound as no_feed:
        if "://" in target:
            raise
        if is_all:
            raise UsageError(f"--all is for a feed, and {no_feed}") from no_feed
        try:
            return store.ask_for_article(target, now=place.now(), dry_run=dry_run)
        except NotFound as no_article:
            said = f"{no_article}; and {no_feed}"
            raise NotFound(said, subject=target) from no_article
    return store.ask_for_feed(feed.id, is_all=is_all, now=place.now(), dry_run=dry_run)


def _ask_now(store: "Store", place: Place, made: "MadeDue") -> "list[Deposited]":
    import random

    from ingest.commands.poll import run_due

    config = place.load_config()
    return run_due(store, config, place, only=made.feed_ids, instant=None, rand=random.random)


def _service(store: "Store") -> str | None:
    """Return who runs a service on the archive, None for nobody."""
    from archive.store.locks import service_holder

    return service_holder(store.path)


def _say_made(
    place: Place,
    target: str,
    made: "MadeDue",
    results: "Sequence[Deposited]",
    *,
    waits: str | None,
    is_now: bool,
    dry_run: bool,
) -> None:
    from archive import terminal as t
    from archive.model.outcome import PageOutcome

    if not made.n_pages:
        t.say(
            f"{t.printable(target)}: no page to ask for; those that were read too: fetch FEED --all"
        )
        return
    verb = "would be due" if dry_run else "due"
    new = f", {made.n_new} of them for the first time" if made.n_new else ""
    t.say(f"{made.n_pages} {'page' if made.n_pages == 1 else 'pages'} {verb}{new}")
    for host in made.hosts:
        if host.waits_until is not None:
            why = "its server asked to be left alone" if host.is_held else "it is being asked"
            when = t.when(host.waits_until, place.zone, now=place.now())
            t.say(f"  {t.printable(host.host)}: not before {when}, {why}")
    if is_now:
        for result in results:
            if isinstance(result.outcome, PageOutcome):
                t.echo(_told(result))
    elif not dry_run:
        when = "within seconds" if waits else "once it runs (newsarchive run), or now: add --now"
        t.say(f"the service asks {when}")


def _told(done: "Deposited") -> str:
    """Return what came of one page, on a line."""
    from archive import terminal as t
    from archive.model.outcome import PageFailed, PageOutcome

    outcome = done.outcome
    assert isinstance(outcome, PageOutcome)
    result = outcome.result
    if done.is_fenced:
        said = "another process asks this host"
    elif isinstance(result, PageFailed):
        said = f"{result.reason}: {result.detail}"
    elif result.page.wall is not None:
        said = f"{result.page.wall.kind} wall ({result.page.wall.marker})"
    else:
        said = f"read, {result.page.word_count or 0} words"
        said += f"; {result.missing}" if result.missing else ""
    return f"page  {t.printable(outcome.job.url)}  {t.printable(said)}"


def _made_document(made: "MadeDue", results: "Sequence[Deposited]") -> Mapping[str, object]:
    from archive.model.outcome import PageFailed, PageOutcome

    asked = []
    for done in results:
        if isinstance(done.outcome, PageOutcome):
            result = done.outcome.result
            failed = isinstance(result, PageFailed)
            asked.append(
                {
                    "url": done.outcome.job.url,
                    "result": str(result.reason) if isinstance(result, PageFailed) else "read",
                    "wall": None
                    if isinstance(result, PageFailed) or result.page.wall is None
                    else str(result.page.wall.kind),
                    "detail": result.detail if isinstance(result, PageFailed) else result.missing,
                    "is_read": not failed and not done.is_fenced,
                }
            )
    return {
        "schema": 1,
        "pages": made.n_pages,
        "new": made.n_new,
        "hosts": [
            {
                "host": host.host,
                "pages": host.n_pages,
                "waits_until": host.waits_until,
                "is_held": host.is_held,
            }
            for host in made.hosts
        ],
        "asked": asked,
    }


# ---- showing -------------------------------------------------------------------------------------


def _feed_named(feeds: "Sequence[FeedRow]", name: str) -> "FeedRow":
    """Return a feed by its name; a wrong one is told the nearest."""
    import difflib

    found = {feed.name: feed for feed in feeds}
    if name in found:
        return found[name]
    near = difflib.get_close_matches(name, found, n=1)
    cure = f"did you mean '{near[0]}'?" if near else "newsarchive feeds lists them"
    raise NotFound(f"no feed '{name}'; {cure}", subject=name)


def _show(place: Place, state: "PageState") -> None:
    from archive import terminal as t

    width = min(t.columns(), 120)
    for name, words in STATES:
        if n := state.counts[name]:
            t.echo(f" {t.number(n):>8}  {words}")
    for title, lines in (
        ("Due", list(_due_lines(place, state.due, width))),
        ("Failed", [_trouble_line(one, width) for one in state.failures]),
        ("Walls", [_trouble_line(one, width) for one in state.walls]),
    ):
        if lines:
            t.echo()
            t.echo(f" {t.paint(title, 'bold', colour=place.has_colour)}")
            for line in lines:
                t.echo(line)


def _due_lines(place: Place, due: "Sequence[DuePage]", width: int) -> Iterator[str]:
    """Yield when, where, which article, and what is special about it, in columns."""
    from archive import terminal as t

    notes = [t.printable(_note(page)) for page in due]
    room = width - 46 - max(map(t.text_width, notes), default=0)
    for page, note in zip(due, notes, strict=True):
        at = page.due_at
        when = "now" if at <= place.now() else t.when(at, place.zone, now=place.now())
        host = t.pad(t.printable(page.host), 20)
        title = t.pad(t.printable(page.title or page.url), max(10, room))
        yield f"  {t.pad(when, 12)}  {host}  {page.article_id[:4]}  {title}  {note}".rstrip()


def _note(page: "DuePage") -> str:
    if page.is_look:
        return "looked at again"
    return f"tried {page.n_attempts} x: {page.reason}" if page.n_attempts else ""


def _trouble_line(one: "Trouble", width: int) -> str:
    from archive import terminal as t

    line = f"  {one.n_pages:>6}  {t.pad(t.printable(one.host), 24)}  {t.pad(one.reason, 12)}"
    detail = t.printable(one.detail or "")
    return f"{line}  {t.cut(detail, max(10, width - t.text_width(line) - 3))}".rstrip()


def _echo_rows(state: "PageState") -> None:
    """Print tab-separated lines: count, due, failed or wall first, then what belongs to it."""
    from archive import terminal as t

    for row in _rows(state):
        t.echo_row(row)


def _rows(state: "PageState") -> Iterator[Sequence[object]]:
    for name, n in state.counts.items():
        yield ("count", name, n)
    for page in state.due:
        yield (
            "due", page.due_at, page.host, page.feed, page.article_id, page.url,
            "look" if page.is_look else "page", page.n_attempts, page.reason, page.detail,
        )  # fmt: skip
    for kind, troubles in (("failed", state.failures), ("wall", state.walls)):
        for one in troubles:
            yield (kind, one.host, one.reason, one.n_pages, one.n_given_up, one.detail)


def _document(state: "PageState") -> Mapping[str, object]:
    return {
        "schema": 1,
        "counts": state.counts,
        "due": [
            {
                "due_at": page.due_at,
                "host": page.host,
                "feed": page.feed,
                "article": page.article_id,
                "title": page.title,
                "url": page.url,
                "is_look": page.is_look,
                "attempts": page.n_attempts,
                "reason": page.reason,
                "detail": page.detail,
            }
            for page in state.due
        ],
        "failures": [_trouble_document(one) for one in state.failures],
        "walls": [_trouble_document(one) for one in state.walls],
    }


def _trouble_document(one: "Trouble") -> Mapping[str, object]:
    return {
        "host": one.host,
        "reason": one.reason,
        "pages": one.n_pages,
        "given_up": one.n_given_up,
        "detail": one.detail,
    }
