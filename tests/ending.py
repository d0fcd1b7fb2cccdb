"""What is waited for ends in time, on a machine that other tests keep busy as well.

A machine may stand still for a second or three, and that is no failure of ours. So each bound has
room, and what a test waits for goes on far beyond it: whoever has no deadline is still found.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["FAR_SECONDS", "ROOM_SECONDS", "ends_within"]

ROOM_SECONDS = 10.0
# As long as a server goes on that never ends by itself; more than any deadline here and its room.
FAR_SECONDS = 60.0


@contextmanager
def ends_within(seconds: float, *, after: float = 0.0) -> Iterator[None]:
    """Assert of what is done inside that it ends ``seconds`` later, give or take a slow machine.

    ``after`` is the time, in seconds, before which it must not end.
    """
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    assert after <= took < seconds + ROOM_SECONDS, f"it took {took:.1f} s"
