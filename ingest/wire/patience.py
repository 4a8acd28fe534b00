"""How long a server that says nothing is waited for while others wait in line.

`ingest.turn` gives a request its `Patience`, and tells `AnswerTimes` how long answers took. Why, and what it costs
whom: docs/decisions/0015.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

ENOUGH_BYTES = 2_048
"""What has sent so much of its body is no longer silent; most answers that are shorter are whole by then."""

LEAST_S = 0.75
MOST_S = 10.0
"""As long as a connection may take (WIRE, Limits): nothing is gained by more."""

_TIMES_THE_MEDIAN = 2.5
_N_HELD = 101


@dataclass(frozen=True, slots=True)
class Patience:
    """Let a server go that has answered nothing after `seconds`, if `others_wait` is true then.

    Once it has sent a status that is no document, or ENOUGH_BYTES of one, it is waited for as always.
    """

    seconds: float
    others_wait: Callable[[], bool]


class AnswerTimes:
    """How long the last answers took, in seconds; those not waited for count with as long as they were.

    So a line on which everything is slow, a satellite's or a loaded machine's, makes us patient after some fifty
    requests: when most are let go, what is let go is what the median is taken of.
    """

    def __init__(self) -> None:
        self._held = deque[float](maxlen=_N_HELD)

    def note(self, took_s: float) -> None:
        """Take one more."""
        self._held.append(took_s)

    @property
    def patience_s(self) -> float:
        """Return how long silence is borne."""
        usual_s = median(self._held) if self._held else 0.0
        return min(max(LEAST_S, _TIMES_THE_MEDIAN * usual_s), MOST_S)
