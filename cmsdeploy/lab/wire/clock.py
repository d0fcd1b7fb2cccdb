"""Real time for a world: one clock for all its boxes."""

from __future__ import annotations

import time

from ..world import World


class Clock:
    """Moves the clock of a world by the real seconds that passed since the last look."""

    def __init__(self, world: World) -> None:
        """Begin now; what tests advance by hand comes on top."""
        self._world = world
        self._looked = time.monotonic()

    def keep(self) -> None:
        """Let the world catch up; call with the lock of the lab held."""
        now = time.monotonic()
        passed, self._looked = now - self._looked, now
        self._world.advance(passed)
