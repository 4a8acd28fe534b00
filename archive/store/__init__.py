"""The tables and everything that writes them: one transaction a group of outcomes, all of it or nothing.

`Store` (store.py) is the only owner of transactions. Downwards inside this folder: store > pushing > deposit, settle,
closed, published, dump, migrating, correcting > entries, pages > merging, erasing > websub > faces > stating > known >
pagetasks, subscriptions > frontier > indexing > index > drafts, upkeep, opening, bodies, locks > inbox > sqlite >
schema, instants. `reading.py`, `pushed.py` and `sqlite.py` serve the read-only path and import no SQLAlchemy; nor does
`inbox.py`, where the pages write.
"""

from typing import Any

__all__ = ["Store"]


def __getattr__(name: str) -> Any:
    if name == "Store":
        from archive.store.store import Store

        return Store
    raise AttributeError(f"module 'archive.store' has no attribute {name!r}")
