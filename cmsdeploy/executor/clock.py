"""Time for the executor: durations on the monotonic clock, so that a set clock moves nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator

__all__ = ["Stopwatch", "moment", "pauses"]


def moment() -> float:
    """Now on the wall clock, in seconds of UTC since 1970: for comparing with the clock of a box,
    never for measuring how long something takes."""
    return time.time()


class Stopwatch:
    """Measures from its making."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the making."""
        return time.monotonic() - self._start


def pauses(deadline_seconds: float) -> Iterator[float]:
    """Yield the seconds waited so far, each time after a pause, until the deadline has passed.

    The first look comes without a pause; the pauses grow from 50 ms to 2 s, because a box under
    change has better things to do than to answer us, and an election takes seconds.
    """
    watch = Stopwatch()
    pause = 0.05
    yield 0.0
    while watch.seconds < deadline_seconds:
        time.sleep(min(pause, max(deadline_seconds - watch.seconds, 0.0)))
        pause = min(pause * 1.5, 2.0)
        yield watch.seconds
