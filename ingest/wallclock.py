"""Whether somebody set the wall clock: jobs planned by it are planned anew then. Called by the service."""

import time


class ClockStep:
    """How far the wall clock moved against the monotonic one since it was last measured."""

    def __init__(self) -> None:
        self._before = self._apart()

    def measure(self) -> float:
        """Return the step in seconds: positive when the wall clock was set ahead."""
        now = self._apart()
        step, self._before = now - self._before, now
        return step

    @staticmethod
    def _apart() -> float:
        return time.time() - time.monotonic()
