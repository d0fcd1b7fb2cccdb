"""What work costs the processor, told so that two costs of one run can be compared."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

__all__ = ["least_seconds"]


def least_seconds(work: Callable[[], object], times: int = 3) -> float:
    """The least of several times in seconds of this thread's processor.

    Neither the threads that other tests have left count, nor a collection of what they have left.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return min(_seconds(work) for _ in range(times))
    finally:
        if was_enabled:
            gc.enable()


def _seconds(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began
