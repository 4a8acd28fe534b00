"""A feed's newest document as sightings: which stood in it, stay or leave. Called by `archive.store.entries`."""

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.model.stated import Entry
from archive.store.drafts import Drafts
from archive.store.known import KnownSighting
from archive.store.prepared import Prepared
from archive.store.schema import sightings


class Window:
    """The window of one feed while one document is deposited.

    With `only_adds` the document is none that was polled (a push, a page of history): nothing enters or leaves.
    """

    def __init__(
        self, connection: Connection, drafts: Drafts, feed_id: int, *, only_adds: bool
    ) -> None:
        self._drafts = drafts
        self._only_adds = only_adds
        rows = _WINDOW.rows(connection, feed_id=feed_id)
        self._before = {row.id: (row.item_digest, row.last_seen_at) for row in rows}
        self._entered_us: dict[int, int] = {row.id: row.first_seen_at for row in rows}
        self._stays: set[int] = set()

    def keep(self, seen: Iterable[bytes]) -> None:
        """Keep the sightings whose items stood in the document as they were."""
        digests = set(seen)
        self._stays.update(id_ for id_, (digest, _) in self._before.items() if digest in digests)

    def has(self, sighting_id: int) -> bool:
        """Tell whether a sighting stood in this document already."""
        return sighting_id in self._stays

    def had(self, sighting_id: int) -> bool:
        """Tell whether a sighting stood in the document before this one."""
        return sighting_id in self._before

    def is_gone(self, sighting_id: int) -> bool:
        """Tell whether a sighting stood in the document before this one, and in this one not so far."""
        return sighting_id in self._before and sighting_id not in self._stays

    def came_since(self, sighting_id: int, instant_us: int) -> bool:
        """Tell whether a sighting of the document before this one was not seen earlier than an instant."""
        return self._entered_us.get(sighting_id, -1) >= instant_us

    def stand(self, sighting_id: int) -> None:
        """Note that a sighting stands in this document."""
        self._stays.add(sighting_id)

    def entering(self, sighting: KnownSighting, entry: Entry) -> dict[str, object]:
        """Return the columns that put a sighting into the window as this item of the document."""
        if self._only_adds:
            return {}
        sighting.item_digest, sighting.in_window = entry.digest, True
        return {"item_digest": entry.digest, "in_window": True}

    def close(self, confirmed_us: int) -> int:
        """Let the rest leave: last seen when the window was last confirmed, or in a later push; returns how many."""
        if self._only_adds:
            return 0
        gone = {
            id_: seen_us for id_, (_, seen_us) in self._before.items() if id_ not in self._stays
        }
        for sighting_id, seen_us in gone.items():
            self._drafts.update(
                sightings, sighting_id, in_window=False, last_seen_at=max(confirmed_us, seen_us)
            )
        return len(gone)


_FEED_ID: sa.BindParameter[int] = sa.bindparam("feed_id")
_WINDOW: Final = Prepared(
    sa.select(
        sightings.c.id,
        sightings.c.item_digest,
        sightings.c.first_seen_at,
        sightings.c.last_seen_at,
    ).where(sightings.c.feed_id == _FEED_ID, sightings.c.in_window)
)
