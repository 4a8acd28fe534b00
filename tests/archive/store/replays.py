"""Replays of an archive for tests: what would change, and the doing of it."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from archive.model.replay import Adopted, Compared, Regrouped, Relabelled
from archive.store import Store
from archive.store.adopting import Adoption
from archive.store.policy import DepositPolicy
from archive.store.redeciding import Redeciding
from archive.store.replaying import Replay


class Replayed(NamedTuple):
    """What a replay found."""

    groups: list[Regrouped]
    labels: list[Relabelled]
    compared: Compared

    @property
    def changes(self) -> list[str]:
        """The kinds of the changes, in the order in which they are told."""
        return [str(change.change) for group in self.groups for change in group.changes]

    @property
    def is_nothing(self) -> bool:
        return not self.groups and not self.labels


def replayed(store: Store, *, since: datetime | None = None) -> Replayed:
    """Decide an archive anew; it is not changed."""
    with tempfile.TemporaryDirectory() as folder:
        run = Replay(store, Path(folder), policy=DepositPolicy(), since=since)
        try:
            for _ in run.run():
                pass
            found = Redeciding(run)
            return Replayed(list(found.regrouped()), list(found.relabelled()), found.compared())
        finally:
            run.close()


def adopted(store: Store, found: Replayed, *, now: datetime, who: str = "marit") -> Adopted:
    """Make the archive what a replay found."""
    adoption = Adoption(store, who=who, now=now)
    adoption.adopt(found.groups, found.labels)
    return adoption.done()
