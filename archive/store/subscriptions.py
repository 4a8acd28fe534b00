"""The subscribed feeds: adding, matching, changing, retiring. A feed is never deleted, its articles stay.

The configuration declares feeds and the command line adds some; both live in one table (`feeds.origin`). A
configured address is matched through `feed_urls`, which remembers every address a feed ever had, so a feed that has
moved is neither new nor retired.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.errors import NotFound, UsageError
from archive.identity.host import host_of
from archive.identity.ids import digest16, strip_secrets
from archive.model.kept import FeedRow
from archive.model.outcome import Reason
from archive.store.frontier import ids_of_hosts, refresh_hosts
from archive.store.instants import NEVER, to_at_or_none, to_us
from archive.store.schema import feed_urls, feeds, hosts, sightings, variants

SLUG_LENGTH = 40
POLLED_STATES = frozenset({"active", "dead"})
"""States in which a feed has a next poll; the others wait for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A feed as a person asks for it. `name` None: one is made from title or host. None elsewhere: as it was."""

    url: str
    name: str | None = None
    title: str | None = None
    tags: tuple[str, ...] | None = None
    page: str | None = None
    interval_s: int | None = None
    is_private: bool | None = None
    publishes: bool | None = None
    auth_file: str | None = None
    verify_tls: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What a configuration changed: names of feeds, each once."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()


def url_digest(url: str) -> bytes:
    """Return the key of a feed's address: as stored, without its fragment."""
    return digest16("feed url", url.split("#", 1)[0])


def add(
    connection: Connection, wanted: Subscription, *, origin: str, now: datetime
) -> tuple[int, bool]:
    """Subscribe to a feed; returns its id and whether it is new.

    A known address (also a former one) is not new: a retired feed comes back, and what `wanted` states is set.
    Raises UsageError for an address that is none, or a name that another feed has.
    """
    url = wanted.url.strip().split("#", 1)[0]
    try:
        host = host_of(url)
    except ValueError as error:
        raise UsageError(f"{error}; a feed's address begins with http:// or https://") from None
    known = known_at(connection, url)
    if known is not None:
        _revive(connection, known, now=now)
        change(connection, known, wanted)
        return known, False
    host_id = ids_of_hosts(connection, [host], digest_of={host: host_digest(host)})[host]
    name = wanted.name or _free_name(connection, wanted.title or host.split(":")[0])
    if _id_by_name(connection, name) is not None:
        raise UsageError(f"there is a feed named {name!r} already; choose another name")
    inserted = connection.execute(
        feeds.insert().values(
            name=name,
            host_id=host_id,
            url=url,
            birth_url=strip_secrets(url),
            title=wanted.title,
            tags=json.dumps(list(wanted.tags or ()), ensure_ascii=False),
            origin=origin,
            state="active",
            page=wanted.page or "auto",
            interval_s=wanted.interval_s,
            is_private=bool(wanted.is_private),
            publishes=not wanted.is_private if wanted.publishes is None else wanted.publishes,
            auth_file=wanted.auth_file,
            verify_tls=True if wanted.verify_tls is None else wanted.verify_tls,
            body_digest=b"",
            unconditional_at=0,
            window_confirmed_at=0,
            next_poll_at=to_us(now),
            created_at=to_us(now),
        )
    ).inserted_primary_key
    assert inserted is not None, "a feed's row has an id"
    feed_id: int = inserted[0]
    connection.execute(
        feed_urls.insert().values(
            digest=url_digest(url), feed_id=feed_id, url=url, kind="subscribed", since=to_us(now)
        )
    )
    refresh_hosts(connection, [host_id])
    return feed_id, True


def host_digest(host: str) -> bytes:
    """Return the key of a host's row."""
    return digest16("host", host)


def find_by_url(connection: Connection, url: str) -> int | None:
    """Return the feed that has or had this address."""
    return connection.scalar(
        sa.select(feed_urls.c.feed_id).where(feed_urls.c.digest == url_digest(url))
    )


def known_at(connection: Connection, url: str) -> int | None:
    """Return the feed that `add` takes an address for: the one that has or had it, or that this one was merged into."""
    known = find_by_url(connection, url.strip())
    return None if known is None else _survivor(connection, known)


def find(connection: Connection, name_or_url: str) -> int:
    """Return a feed's id by its name or any of its addresses; NotFound names the nearest."""
    found = _id_by_name(connection, name_or_url)
    if found is None and "://" in name_or_url:
        found = find_by_url(connection, name_or_url)
    if found is not None:
        return found
    import difflib

    names = connection.scalars(sa.select(feeds.c.name)).all()
    near = difflib.get_close_matches(name_or_url, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "; newsarchive feeds lists them"
    raise NotFound(f"no feed {name_or_url!r}{hint}", subject=name_or_url)


def change(connection: Connection, feed_id: int, wanted: Subscription) -> bool:
    """Set what `wanted` states (not its address); returns whether anything was different."""
    values = {
        "title": wanted.title,
        "tags": None if wanted.tags is None else json.dumps(list(wanted.tags), ensure_ascii=False),
        "page": wanted.page,
        "interval_s": wanted.interval_s,
        "is_private": wanted.is_private,
        "publishes": wanted.publishes,
        "auth_file": wanted.auth_file,
        "verify_tls": wanted.verify_tls,
        "name": wanted.name,
    }
    stated = {key: value for key, value in values.items() if value is not None}
    now_held = connection.execute(sa.select(feeds).where(feeds.c.id == feed_id)).one()._mapping
    different = {key: value for key, value in stated.items() if now_held[key] != value}
    if "name" in different and _id_by_name(connection, str(different["name"])) is not None:
        raise UsageError(
            f"there is a feed named {different['name']!r} already; choose another name"
        )
    if different:
        connection.execute(sa.update(feeds).where(feeds.c.id == feed_id).values(**different))
    return bool(different)


def set_state(connection: Connection, feed_id: int, state: str, *, now: datetime) -> None:
    """Pause ("paused"), retire ("retired") or resume ("active") a feed; a resumed one is due at once.

    What its polls were sent to, or what it was merged into, is forgotten: a person has decided.
    """
    next_poll_at = to_us(now) if state in POLLED_STATES else NEVER
    connection.execute(
        sa.update(feeds)
        .where(feeds.c.id == feed_id)
        .values(state=state, next_poll_at=next_poll_at, attempts=0, n_worker_deaths=0, move="{}")
    )
    if state == "retired":
        # What it failed with is nobody's concern now; a feed of the file is spoken of until the file lets go (`sync`).
        connection.execute(
            sa.update(feeds)
            .where(feeds.c.id == feed_id, feeds.c.origin == "cli")
            .values(last_reason=None, last_detail=None)
        )
    host_id = connection.scalar(sa.select(feeds.c.host_id).where(feeds.c.id == feed_id))
    refresh_hosts(connection, [host_id] if host_id is not None else [])


def retry(
    connection: Connection, feed_id: int, *, now: datetime, breaks_hold: bool
) -> datetime | None:
    """Make a feed active and due now; its failures stay counted.

    Returns until when its server asked to wait, if it did: the feed is asked then, or now with `breaks_hold`.
    """
    set_state(connection, feed_id, "active", now=now)
    of_feed = sa.select(feeds.c.host_id).where(feeds.c.id == feed_id).scalar_subquery()
    host = connection.execute(sa.select(hosts).where(hosts.c.id == of_feed)).one()
    if host.hold_until <= to_us(now):
        return None
    if breaks_hold:
        connection.execute(sa.update(hosts).where(hosts.c.id == host.id).values(hold_until=0))
        refresh_hosts(connection, [host.id])
    return to_at_or_none(host.hold_until)


def sync(connection: Connection, wanted: Sequence[Subscription], *, now: datetime) -> Synced:
    """Make the configured feeds what the configuration says; those it no longer names are retired, never deleted.

    Feeds that the command line added are left alone, unless the configuration names them: then it owns them.
    """
    added: list[str] = []
    changed: list[str] = []
    returned: list[str] = []
    kept: set[int] = set()
    for subscription in wanted:
        before = find_by_url(connection, subscription.url)
        if before is not None and (survivor := _survivor(connection, before)) != before:
            # Its feed was merged into another, which this address then names; that one's own settings hold.
            kept |= {before, survivor}
            if _is_retired_by_us(connection, survivor):
                _revive(connection, survivor, now=now)
            continue
        # One that its server said is gone (410, confirmed) stays retired: the file names it, but nothing answers.
        was_retired = before is not None and _is_retired_by_us(connection, before)
        if before is None:
            feed_id, _ = add(connection, subscription, origin="config", now=now)
            added.append(_name(connection, feed_id))
        else:
            feed_id = before
            if was_retired:
                _revive(connection, feed_id, now=now)
                returned.append(_name(connection, feed_id))
            if _has_new_credentials(connection, feed_id, subscription.auth_file):
                set_state(connection, feed_id, "active", now=now)
            if change(connection, feed_id, subscription) and not was_retired:
                changed.append(_name(connection, feed_id))
            connection.execute(
                sa.update(feeds).where(feeds.c.id == feed_id).values(origin="config")
            )
        kept.add(feed_id)
    gone = connection.execute(
        sa.select(feeds.c.id, feeds.c.name).where(
            feeds.c.origin == "config", feeds.c.state != "retired", feeds.c.id.not_in(kept)
        )
    ).all()
    for row in gone:
        set_state(connection, row.id, "retired", now=now)
    # A feed that its server said is gone was reported until the file had let go of it.
    connection.execute(
        sa.update(feeds)
        .where(feeds.c.origin == "config", feeds.c.state == "retired", feeds.c.id.not_in(kept))
        .values(last_reason=None, last_detail=None)
    )
    return Synced(
        added=tuple(added),
        changed=tuple(changed),
        retired=tuple(row.name for row in gone),
        returned=tuple(returned),
    )


def rows(connection: Connection, *, ids: Collection[int] | None = None) -> tuple[FeedRow, ...]:
    """Return the feeds by name, with how many articles each has shown."""
    counts = (
        sa.select(sightings.c.feed_id, sa.func.count(sa.distinct(variants.c.article_id)).label("n"))
        .join(variants, variants.c.id == sightings.c.variant_id)
        .where(sightings.c.feed_id.in_(ids) if ids is not None else sa.true())
        .group_by(sightings.c.feed_id)
        .subquery()
    )
    query = (
        sa.select(feeds, sa.func.coalesce(counts.c.n, 0).label("n_articles"))
        .outerjoin(counts, counts.c.feed_id == feeds.c.id)
        .order_by(feeds.c.name)
    )
    if ids is not None:
        query = query.where(feeds.c.id.in_(ids))
    return tuple(_feed_row(row._asdict()) for row in connection.execute(query))


def _feed_row(held: Mapping[str, Any]) -> FeedRow:
    return FeedRow(
        id=held["id"],
        name=held["name"],
        url=held["url"],
        address=shown_address(str(held["url"]), is_private=bool(held["is_private"])),
        title=held["title"] or held["stated_title"] or held["name"],
        state=held["state"],
        origin=held["origin"],
        is_private=bool(held["is_private"]),
        publishes=bool(held["publishes"]),
        site_url=held["site_url"],
        language=held["language"],
        tags=tuple(json.loads(str(held["tags"]))),
        page=held["page"],
        interval_s=held["interval_s"],
        next_poll_at=to_at_or_none(held["next_poll_at"]),
        last_poll_at=to_at_or_none(held["last_poll_at"]),
        last_good_at=to_at_or_none(held["last_good_at"]),
        n_failures=held["n_failures"],
        last_reason=held["last_reason"],
        last_detail=held["last_detail"],
        n_articles=held["n_articles"],
        reasons=tuple(json.loads(str(held["reasons"]))),
    )


def shown_address(url: str, *, is_private: bool) -> str:
    """Return an address fit for logs and lists: a private feed's is its host alone."""
    if is_private:
        return f"{urlsplit(url).scheme}://{urlsplit(url).hostname}/ (private)"
    return strip_secrets(url)


def _free_name(connection: Connection, wish: str) -> str:
    """Return a slug that no feed has: "joop", "joop-2", ..."""
    slug = slug_of(wish)
    name, n = slug, 1
    while _id_by_name(connection, name) is not None:
        n += 1
        name = f"{slug}-{n}"
    return name


def slug_of(wish: str) -> str:
    """Return a name a person can type after `feed:`: lower-case ASCII letters, digits and dashes."""
    import unicodedata

    folded = unicodedata.normalize("NFKD", wish.removeprefix("www.")).encode("ascii", "ignore")
    slug = re.sub(r"[^a-z0-9]+", "-", folded.decode().lower()).strip("-")[:SLUG_LENGTH].strip("-")
    return slug or "feed"


def _revive(connection: Connection, feed_id: int, *, now: datetime) -> None:
    if _state(connection, feed_id) == "retired":
        set_state(connection, feed_id, "active", now=now)


def _state(connection: Connection, feed_id: int) -> str | None:
    return connection.scalar(sa.select(feeds.c.state).where(feeds.c.id == feed_id))


def _survivor(connection: Connection, feed_id: int) -> int:
    """Return the feed that a feed was merged into in the end (`archive.store.moving`); itself if it was not."""
    seen = {feed_id}
    while True:
        held = connection.scalar(sa.select(feeds.c.move).where(feeds.c.id == feed_id))
        into = json.loads(held or "{}").get("into")
        if into is None or into in seen:
            return feed_id
        feed_id = into
        seen.add(feed_id)


def _has_new_credentials(connection: Connection, feed_id: int, auth_file: str | None) -> bool:
    """Tell whether a feed that is held for a 401 may be tried with another file, or one written since."""
    row = connection.execute(sa.select(feeds).where(feeds.c.id == feed_id)).one()
    if row.state != "held" or auth_file is None:
        return False
    if auth_file != row.auth_file:
        return True
    try:
        written_us = Path(auth_file).stat().st_mtime_ns // 1_000
    except OSError:
        return False
    return written_us > (row.last_poll_at or 0)


def _is_retired_by_us(connection: Connection, feed_id: int) -> bool:
    row = connection.execute(
        sa.select(feeds.c.state, feeds.c.last_reason).where(feeds.c.id == feed_id)
    ).one()
    return bool(row.state == "retired" and row.last_reason != str(Reason.GONE))


def _name(connection: Connection, feed_id: int) -> str:
    return str(connection.scalar(sa.select(feeds.c.name).where(feeds.c.id == feed_id)))


def _id_by_name(connection: Connection, name: str) -> int | None:
    return connection.scalar(sa.select(feeds.c.id).where(feeds.c.name == name))
