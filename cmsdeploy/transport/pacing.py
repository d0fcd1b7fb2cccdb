"""Opening channels no faster than a box likes it: no pause until it refuses, then a growing one.

Other people's programs wait 50 to 500 ms before every channel (reference, section 1). Waiting
before the first refusal would cost a box of sixty commands half a minute for nothing.
"""

from __future__ import annotations

import time

from cmsdeploy.transport.contract import Deadline

__all__ = ["Pacing"]

_FIRST = 0.05
_LONGEST = 0.5


class Pacing:
    """The pause of one connection, remembered for its life. Seconds."""

    def __init__(self) -> None:
        self.pause = 0.0
        self._last = 0.0

    def wait(self, deadline: Deadline) -> None:
        """Return when a channel may be opened again, or when ``deadline`` has passed."""
        since = time.monotonic() - self._last
        left = min(self.pause - since, deadline.remaining())
        if left > 0:
            time.sleep(left)
        self.touch()

    def touch(self) -> None:
        """Note that a channel was opened or closed just now."""
        self._last = time.monotonic()

    def slow_down(self) -> None:
        """Take a refusal to heart."""
        self.pause = min(max(self.pause * 2, _FIRST), _LONGEST)
