"""Real time for a world: one clock for all its boxes."""

from __future__ import annotations

import time

from ..world import World

# Seconds. What is asked of a box lets the world settle by itself; only what falls due by time waits
# for the clock. A fleet is asked a thousand times a second.
_FINEST = 0.005


class Clock:
    """Moves the clock of a world by the real seconds that passed since the last look."""

    def __init__(self, world: World) -> None:
        """Begin now; what tests advance by hand comes on top."""
        self._world = world
        self._looked = time.monotonic()

    def keep(self) -> None:
        """Let the world catch up; call with the lock of the lab held."""
        now = time.monotonic()
        passed = now - self._looked
        if passed < _FINEST:
            return
        self._looked = now
        self._world.advance(passed)
        # From here on boxes are asked, until somebody else takes the lock (`access.py`).
        self._world.tie()
