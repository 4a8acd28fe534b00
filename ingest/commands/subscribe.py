"""`newsarchive feeds add`: from an address that a reader knows to a feed that is polled."""

import re
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from archive.commands.place import Place, pass_place
from archive.errors import UsageError
from ingest.commands.lists import KnownFeeds

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from archive.model.kept import FeedRow
    from archive.model.outcome import FeedOutcome
    from archive.store import Store
    from archive.store.subscriptions import Subscription
    from ingest.scout import Found, Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """Which of a page's feeds were asked for: numbers from 1, or all of them."""

    numbers: tuple[int, ...]
    all_feeds: bool


@click.command(
    epilog="EXAMPLES\n\n  newsarchive feeds add https://www.example.org/\n\n"
    "  newsarchive feeds add https://www.example.org/feed.xml --tag news\n\n"
    "  newsarchive feeds add https://www.example.org/ --pick 2"
)
@click.argument("url")
@click.option(
    "--pick",
    "numbers",
    type=click.IntRange(1),
    multiple=True,
    metavar="N",
    help="Take the Nth feed of the page.",
)
@click.option("--all", "all_feeds", is_flag=True, help="Take all feeds of the page.")
@click.option("--name", help="What feed: in a search says; made from the title if not given.")
@click.option("--title", help="Shown instead of the feed's own title.")
@click.option("--tag", "tags", multiple=True, help="May be given more than once.")
@click.option("--page", type=click.Choice(["auto", "always", "never"]), help="Fetch article pages.")
@click.option("--private", is_flag=True, help="Keep it out of every feed and page.")
@click.option("--no-poll", is_flag=True, help="Look whether it is a feed, and poll it later.")
@click.option("--no-fetch", is_flag=True, help="Ask nothing: subscribe to the address as it is.")
@click.option("--dry-run", is_flag=True, help="Look, say what would be added, add nothing.")
@pass_place
def add(
    place: Place,
    url: str,
    numbers: tuple[int, ...],
    all_feeds: bool,
    name: str | None,
    title: str | None,
    tags: tuple[str, ...],
    page: str | None,
    private: bool,
    no_poll: bool,
    no_fetch: bool,
    dry_run: bool,
) -> int | None:
    """Subscribe to the feed at URL, or to one of the feeds of the page there (--pick N takes the Nth).

    A feed that does not answer just now is subscribed to all the same. Exit code 1: no feed is there.
    """
    from archive.config.rules import is_private_url
    from archive.store.subscriptions import Subscription
    from ingest.commands.asking import open_store

    url = _whole(url)
    wanted = Subscription(
        url=url,
        name=name,
        title=title,
        tags=tags or None,
        page=page,
        is_private=private or is_private_url(url) or None,
    )
    if name is not None and (all_feeds or len(numbers) > 1):
        raise UsageError("--name names one feed; take them one by one, or rename them afterwards")
    with open_store(place, dry_run=dry_run) as store:
        known = KnownFeeds(store).at(url)
        if known is not None and no_fetch and not _is_same_scheme(known.url, url):
            known = None  # as it is: some sites answer by http alone
        if known is not None:
            wanted = replace(wanted, url=known.url)
        if known is not None or no_fetch:
            _subscribe(place, store, [_Wish(wanted)], dry_run=dry_run)
            return None
        choice = _Choice(numbers=numbers, all_feeds=all_feeds)
        return _look_and_subscribe(place, store, wanted, choice, polls=not no_poll, dry_run=dry_run)


def _whole(url: str) -> str:
    """Return an address with its scheme: a bare `www.example.org/feed` means https, as in a browser."""
    from ingest.feed.discover import web_address
    from ingest.wire.address import BadAddress, host_of

    url = web_address(url.strip())
    if "://" not in url and re.match(r"[\w-]+(\.[\w-]+)+(:\d+)?(/|$)", url):
        url = f"https://{url}"
    try:
        host_of(url)
    except BadAddress as error:
        raise UsageError(f"{error}; a feed's address begins with http:// or https://") from None
    return url


def _look_and_subscribe(
    place: Place,
    store: "Store",
    wanted: "Subscription",
    choice: _Choice,
    *,
    polls: bool,
    dry_run: bool,
) -> int | None:
    import asyncio

    from archive import terminal as t
    from ingest.scout import is_lasting, is_page, offer_of

    outcome, found = asyncio.run(_look(place, wanted.url))
    offer = offer_of(outcome)
    if offer is not None:
        if max(choice.numbers, default=1) > 1:
            raise UsageError("that address is a feed itself: there is nothing to pick from")
        _subscribe_to(place, store, wanted, [offer], polls=polls, dry_run=dry_run)
        return None
    detail = t.printable(getattr(outcome.result, "detail", "")).removeprefix("not a feed: ")
    if not is_page(outcome):
        if is_lasting(outcome):
            return _refuse(f"no feed there: {detail}", wanted.url)
        wish = _Wish(wanted, told=f"not polled yet: {detail}")
        _subscribe(place, store, [wish], dry_run=dry_run)
        return None
    if not found.offers:
        return _refuse("no feed on that page, nor where sites often keep one", wanted.url)
    _show(place, store, found)
    chosen = _chosen(place, found, choice)
    _subscribe_to(place, store, wanted, chosen, polls=polls, dry_run=dry_run)
    return None


async def _look(place: Place, url: str) -> "tuple[FeedOutcome, Found]":
    """Return what an address answers with and, where that is a page, its feeds."""
    from ingest.commands.asking import asking
    from ingest.scout import Found, Scout, is_page

    async with asking(place) as (client, workers):
        scout = Scout(client, workers, clock=place.now)
        outcome = await scout.look(url)
        found = await scout.feeds_of(outcome) if is_page(outcome) else Found(offers=())
    return outcome, found


def _refuse(why: str, url: str) -> int:
    from archive import terminal as t
    from archive.identity.ids import strip_secrets

    shown = t.printable(strip_secrets(url))
    t.say(f"{why}; nothing added. To add it all the same: newsarchive feeds add --no-fetch {shown}")
    return 1


# ---- choosing ------------------------------------------------------------------------------------


def _show(place: Place, store: "Store", found: "Found") -> None:
    """Say what a page has: a line a feed, numbered."""
    from archive import terminal as t
    from archive.identity.ids import strip_secrets

    n = len(found.offers)
    known = KnownFeeds(store)
    where = (
        "not on that page, but where its site may keep one" if found.is_guessed else "on that page"
    )
    t.say(f"found {n} feed{'s' if n > 1 else ''} {where}")
    for number, offer in enumerate(found.offers, start=1):
        row = known.at(offer.url)
        note = f"  subscribed as {row.name}" if row is not None else ""
        address = t.printable(strip_secrets(offer.url))
        t.say(f"  {number}  {_told(place, offer)}  {address}{note}")
    if found.n_untried:
        t.say(f"  and {found.n_untried} more that it names; add one by its own address")


def _told(place: Place, offer: "Offer") -> str:
    """Return "Joop (RSS, 25 entries, newest 24 nov 08:12)"."""
    from archive import terminal as t

    facts = [offer.format, f"{offer.n_entries} entr{'y' if offer.n_entries == 1 else 'ies'}"]
    if offer.newest_at is not None:
        facts.append(f"newest {t.when(offer.newest_at, place.zone, now=place.now())}")
    return f"{t.printable(offer.title) or 'without a title'} ({', '.join(facts)})"


def _chosen(place: Place, found: "Found", choice: _Choice) -> "Sequence[Offer]":
    """Return the feeds to take: as said, the only one, or as a person at a terminal answers."""
    offers = found.offers
    if choice.all_feeds:
        return offers
    numbers = choice.numbers or ((1,) if len(offers) == 1 else ())
    if not numbers and place.is_terminal and sys.stdin.isatty():
        answer = click.prompt("which (a number, several, or all)", default="1", err=True)
        if answer.strip().lower() == "all":
            return offers
        words = re.split(r"[\s,]+", answer.strip())
        if not all(word.isascii() and word.isdigit() for word in words):
            raise UsageError(f"{answer!r} is no number; nothing added")
        numbers = tuple(int(word) for word in words)
    if not numbers:
        raise UsageError("which of them? Say --pick N (also more than once), or --all")
    if beyond := [number for number in numbers if not 1 <= number <= len(offers)]:
        raise UsageError(f"there is no feed {beyond[0]} on that page; nothing added")
    return [offers[number - 1] for number in dict.fromkeys(numbers)]


# ---- subscribing ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wish:
    """A feed to subscribe to, the look that becomes its first poll, and what to say where there is none."""

    wanted: "Subscription"
    look: "FeedOutcome | None" = None
    told: str | None = None


def _subscribe_to(
    place: Place,
    store: "Store",
    wanted: "Subscription",
    offers: "Sequence[Offer]",
    *,
    polls: bool,
    dry_run: bool,
) -> None:
    from archive.config.rules import is_private_url

    known = KnownFeeds(store)
    taken = {row.name for row in store.feeds()}
    wishes: list[_Wish] = []
    for offer in offers:
        name = wanted.name or (None if wanted.title else _name_for(taken, offer.title))
        subscription = replace(
            wanted,
            url=offer.url,
            name=name,
            is_private=wanted.is_private or is_private_url(offer.url) or None,
        )
        leads_to = known.at(offer.outcome.exchange.url) or known.at(offer.url)
        if leads_to is not None:
            subscription = replace(subscription, url=leads_to.url, name=wanted.name)
        elif name is not None:
            taken.add(name)
        wishes.append(_Wish(subscription, offer.outcome if polls else None))
    _subscribe(place, store, wishes, dry_run=dry_run)


def _subscribe(place: Place, store: "Store", wishes: "Sequence[_Wish]", *, dry_run: bool) -> None:
    """Subscribe, deposit the look at each as its first poll, and say what came of it."""
    from archive import terminal as t
    from archive.commands.upkeep import who_runs
    from archive.store import feedchanges

    done = feedchanges.subscribe(
        store,
        [wish.wanted for wish in wishes],
        command="feeds add",
        who=who_runs(),
        now=place.now(),
        dry_run=dry_run,
    )
    undo = "" if done.undo is None else f"  undo: newsarchive undo {done.undo}"
    for wish, row, differing in zip(wishes, done.rows, done.differing, strict=True):
        address = t.printable(row.address)
        if row.id not in done.new:
            if "state" in differing:
                again = "would be" if dry_run else "is"
                t.echo(f"{row.name} {again} polled again  {address}{undo}")
                continue
            kept = f"{row.name} is subscribed already ({row.state}), nothing added  {address}"
            t.echo(kept + (undo if differing else ""))
        elif dry_run:
            t.echo(f"would add {row.name}  {address}")
        else:
            told = wish.told or f"poll it now: newsarchive poll {row.name}"
            if wish.look is not None:
                told = _first_poll(place, store, row, wish.look)
            t.echo(f"added {row.name}  {address}  {told}{undo}")


def _first_poll(place: Place, store: "Store", row: "FeedRow", look: "FeedOutcome") -> str:
    from ingest.commands.asking import deposit_first

    deposited = deposit_first(place, store, row, look)
    if deposited is None:
        return "polled when its server's turn comes"
    parts = [f"{deposited.n_new} new"]
    parts += [f"{deposited.n_joined} known from elsewhere"] if deposited.n_joined else []
    parts += [f"{deposited.n_rejected} not readable"] if deposited.n_rejected else []
    return f"polled now: {', '.join(parts)} in {look.exchange.elapsed_s:.1f} s"


def _is_same_scheme(one: str, other: str) -> bool:
    return one.partition(":")[0].lower() == other.partition(":")[0].lower()


LONGEST_NAME = 24
"""A name is typed after `feed:`; a title that makes a longer one gives way to the host's."""


def _name_for(taken: "Collection[str]", title: str) -> str | None:
    """Return a name made of a feed's title, that no other feed has; None where the host's is better."""
    from archive.store.subscriptions import slug_of

    slug = slug_of(title) if title else ""
    if not slug or slug == "feed" or len(slug) > LONGEST_NAME:
        return None
    free = (slug if n == 1 else f"{slug}-{n}" for n in range(1, len(taken) + 2))
    return next(name for name in free if name not in taken)
