"""Whether our own way out is there, told from what comes of the polls themselves: nothing is asked for it.

`ingest.turn` notes each outcome, `ingest.pace` lets no feed pay while the network is away, `ingest.engine` sends a
probe now and then and spreads what has waited. In memory only: a restart begins by taking the network to be there.
The rule, and what it is for: docs/decisions/0012.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from archive.model.outcome import FeedJob, Outcome
from ingest.pace import is_silent

log = structlog.get_logger("newsarchive")

SILENT_HOSTS = 5
"""So many hosts that answered when they were last asked, one after another and no answer between: it is our end.

One host in two hundred that were well fails a poll; five in a row do not by chance, nor do hosts that have long been
dead count. Who reads fewer hosts is told nothing, and gets the early tries of decision 0012."""

PROBE_S = 30
"""How often one host, the longest due, is asked meanwhile. A night is 1,000 lines in the log of polls, not 100,000."""

BELIEVED_FOR = timedelta(days=1)
"""Then failures count again: should all these hosts be gone for good, they are not asked for ever."""


class Network:
    """What the last polls say of our way out. `is_watched` False: it is never taken to be away."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._silent: set[str] = set()
        self._silent_since: datetime | None = None
        self._probed_at: datetime | None = None
        self._returned_from: datetime | None = None
        self.is_watched = True
        self.is_away = False

    @property
    def excuses(self) -> bool:
        """Tell whether a failure without an answer is ours and counts for no feed."""
        return (
            self.is_away
            and self._silent_since is not None
            and self._clock() - self._silent_since < BELIEVED_FOR
        )

    def note(self, outcome: Outcome) -> None:
        """Take an outcome, before it is deposited."""
        exchange = outcome.exchange
        if exchange.status is not None or exchange.hops:
            self._note_answer()
        elif self.is_watched and is_silent(exchange, outcome.result):
            self._note_silence(outcome)

    def take_probe(self) -> bool:
        """Tell whether a host may be asked now that the network is away; the next one may then PROBE_S later."""
        now = self._clock()
        if self._probed_at is not None and 0 <= (now - self._probed_at).total_seconds() < PROBE_S:
            return False
        self._probed_at = now
        return True

    def take_return(self) -> datetime | None:
        """Return, once, since when there had been no answer until the network came back; else None."""
        since, self._returned_from = self._returned_from, None
        return since

    def _note_answer(self) -> None:
        if self.is_away:
            self._returned_from = self._silent_since
            assert self._silent_since is not None
            away_s = round((self._clock() - self._silent_since).total_seconds())
            log.info("network_back", away_s=away_s)
        self.is_away = False
        self._silent.clear()
        self._silent_since = self._probed_at = None

    def _note_silence(self, outcome: Outcome) -> None:
        self._silent_since = self._silent_since or outcome.exchange.started_at
        if was_well(outcome):
            self._silent.add(outcome.job.host)
        if len(self._silent) >= SILENT_HOSTS and not self.is_away:
            self.is_away = True
            log.warning(
                "network_away",
                silent_hosts=len(self._silent),
                cure="nothing: one host is asked every half minute, and all go on when it answers",
            )


def was_well(outcome: Outcome) -> bool:
    """Tell whether it is of a feed whose last poll brought it."""
    job = outcome.job
    return isinstance(job, FeedJob) and job.last_good_at is not None and not job.rhythm.n_failures
