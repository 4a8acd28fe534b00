"""What a person does to the list of feeds: each command one transaction, with its inverse in `undo_log`.

No feed is ever deleted: taking back that one was added retires it, and what was polled meanwhile stays. What a
command set is put back only while it is as the command left it; what polling writes (when next, how often it failed)
is put back only where nothing was polled since.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.model.kept import FeedRow
from archive.store import subscriptions
from archive.store.frontier import refresh_hosts
from archive.store.instants import NEVER, to_us
from archive.store.journal import Journal
from archive.store.schema import feeds, undo_log
from archive.store.subscriptions import POLLED_STATES, Subscription

if TYPE_CHECKING:
    from archive.store.store import Store

FEEDS: Final = "feeds"
"""Marks an inverse in `undo_log` that is about feeds: under this key stand how often each was polled by then."""

SET_BY_HAND: Final = (
    "name", "title", "tags", "page", "interval_s", "is_private", "publishes", "auth_file", "verify_tls",
)  # fmt: skip
POLLING: Final = (
    "next_poll_at", "attempts", "n_worker_deaths", "move", "last_reason", "last_detail",
)  # fmt: skip

LET_GO: Final = frozenset({"held", "parked", "dead"})
"""States that a feed came to by its polls: a poll since then has its own word on them."""

NAMED: Final = 3
"""So many feeds stand by name in the list of what can be taken back; an import brings hundreds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedsChanged:
    """What a command made of feeds: each with the columns that differ, `new` where it was not there before.

    `undo` is the number by which it is taken back; None where nothing differs, and of a trial.
    """

    rows: tuple[FeedRow, ...]
    differing: tuple[frozenset[str], ...]
    new: frozenset[int]
    undo: int | None


def subscribe(
    store: "Store",
    wanted: Sequence[Subscription],
    *,
    command: str,
    who: str,
    now: datetime,
    dry_run: bool = False,
) -> FeedsChanged:
    """Subscribe to feeds, all or none; rows in the order of `wanted`. Raises UsageError as `subscriptions.add`."""
    with store.trying(dry_run) as connection:
        known = {subscriptions.known_at(connection, each.url) for each in wanted}
        journal = _journal(connection, sorted(one for one in known if one is not None))
        done = [subscriptions.add(connection, each, origin="cli", now=now) for each in wanted]
        ids = [feed_id for feed_id, _ in done]
        new = frozenset(feed_id for feed_id, is_new in done if is_new)
        return _done(
            connection, journal, ids, new, command=command, who=who, now=now, dry_run=dry_run
        )


def set_states(
    store: "Store",
    feed_ids: Sequence[int],
    state: str,
    *,
    command: str,
    who: str,
    now: datetime,
    dry_run: bool = False,
) -> FeedsChanged:
    """Pause, retire or resume feeds, all or none."""
    with store.trying(dry_run) as connection:
        ids = list(dict.fromkeys(feed_ids))
        journal = _journal(connection, ids)
        for feed_id in ids:
            subscriptions.set_state(connection, feed_id, state, now=now)
        return _done(
            connection,
            journal,
            ids,
            frozenset(),
            command=command,
            who=who,
            now=now,
            dry_run=dry_run,
        )


def edit(
    store: "Store",
    feed_id: int,
    wanted: Subscription,
    *,
    command: str,
    who: str,
    now: datetime,
    dry_run: bool = False,
) -> FeedsChanged:
    """Set what `wanted` states of a feed. Raises UsageError for a name that another feed has."""
    with store.trying(dry_run) as connection:
        journal = _journal(connection, [feed_id])
        subscriptions.change(connection, feed_id, wanted)
        return _done(
            connection,
            journal,
            [feed_id],
            frozenset(),
            command=command,
            who=who,
            now=now,
            dry_run=dry_run,
        )


def _journal(connection: Connection, ids: Sequence[int]) -> Journal:
    journal = Journal(connection)
    journal.keep(feeds, ids, "state", *SET_BY_HAND, *POLLING)
    return journal


def _done(
    connection: Connection,
    journal: Journal,
    ids: Sequence[int],
    new: frozenset[int],
    *,
    command: str,
    who: str,
    now: datetime,
    dry_run: bool,
) -> FeedsChanged:
    inverse = journal.inverse()
    changed = inverse["changed"]
    assert isinstance(changed, list)
    differing = {row_id: frozenset(after) for _, row_id, _, after in changed}
    touched = sorted({*differing, *new})
    row_of = {row.id: row for row in subscriptions.rows(connection, ids=ids)}
    undo = None
    if touched and not dry_run:
        polled = sa.select(feeds.c.id, feeds.c.n_polls).where(feeds.c.id.in_(touched))
        n_polls = {str(row.id): row.n_polls for row in connection.execute(polled)}
        key = connection.execute(
            undo_log.insert().values(
                at=to_us(now),
                who=who,
                command=_named(command, [row_of[feed_id].name for feed_id in touched]),
                inverse=json.dumps(
                    {"articles": [], FEEDS: n_polls, "changed": changed, "new": sorted(new)},
                    ensure_ascii=False,
                ),
                undone_at=None,
            )
        ).inserted_primary_key
        assert key is not None
        undo = int(key[0])
    return FeedsChanged(
        rows=tuple(row_of[feed_id] for feed_id in ids),
        differing=tuple(differing.get(feed_id, frozenset()) for feed_id in ids),
        new=new,
        undo=undo,
    )


def _named(command: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{command} {' '.join(names[:NAMED])}{more}"


# ---- taking back --------------------------------------------------------------------------------


def feeds_of(inverse: Mapping[str, Any]) -> frozenset[int]:
    """Return the feeds that an inverse is about; none where it is about something else."""
    return frozenset(int(feed_id) for feed_id in inverse.get(FEEDS, ()))


def blocked(connection: Connection, inverse: Mapping[str, Any]) -> str | None:
    """Return why a change of feeds cannot be taken back, None if it can."""
    held = _held(connection, feeds_of(inverse))
    new = [held[feed_id] for feed_id in inverse["new"]]
    if new and all(row["origin"] == "config" for row in new):
        return f"'{new[0]['name']}' is declared in config.toml now: take it out there"
    for _, feed_id, before, after in inverse["changed"]:
        row = held[feed_id]
        name = row["name"]
        if any(column in after and row[column] != after[column] for column in SET_BY_HAND):
            return f"the feed '{name}' has changed since"
        if "state" in after:
            if row["state"] != after["state"] and row["state"] == "retired":
                return f"the feed '{name}' is retired since"
            if before["state"] in LET_GO and _was_polled(inverse, row):
                return f"the feed '{name}' was polled since it was {before['state']}"
        if "name" in before and _is_taken(connection, before["name"]):
            return f"another feed is named '{before['name']}' by now"
    return None


def take_back(
    connection: Connection, inverse: Mapping[str, Any], *, now: datetime
) -> list[tuple[str, str]]:
    """Put feeds back as they were; returns the name and the state of each. Those that a file declares now are left."""
    for _, feed_id, before, _ in inverse["changed"]:
        row = _held(connection, [feed_id])[feed_id]
        values = dict(before)
        if _was_polled(inverse, row):
            values = {key: value for key, value in before.items() if key not in POLLING}
            if "state" in before:
                is_polled = before["state"] in POLLED_STATES
                values |= {"next_poll_at": to_us(now) if is_polled else NEVER, "attempts": 0}
        if values:
            connection.execute(sa.update(feeds).where(feeds.c.id == feed_id).values(values))
    for feed_id, row in _held(connection, inverse["new"]).items():
        if row["origin"] == "cli" and row["state"] != "retired":
            subscriptions.set_state(connection, feed_id, "retired", now=now)
    after = _held(connection, feeds_of(inverse))
    refresh_hosts(connection, sorted({row["host_id"] for row in after.values()}))
    return [(row["name"], row["state"]) for row in after.values()]


def _held(connection: Connection, ids: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    query = sa.select(feeds).where(feeds.c.id.in_(list(ids))).order_by(feeds.c.id)
    return {row.id: row._asdict() for row in connection.execute(query)}


def _was_polled(inverse: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return bool(row["n_polls"] != inverse[FEEDS][str(row["id"])])


def _is_taken(connection: Connection, name: str) -> bool:
    return connection.scalar(sa.select(feeds.c.id).where(feeds.c.name == name)) is not None
