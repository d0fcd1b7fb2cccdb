"""Our own process: nobody else reads its memory, and it does not look through it itself.

What stays true: root, a debugger that started us, and swap can see everything. Nothing here fails:
a system that lacks one of these calls is no reason to leave a cluster half deployed.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import sys

__all__ = ["collect_seldom", "keep_memory_private", "open_many_files"]

_PR_SET_DUMPABLE = 4  # linux/prctl.h
# New objects, young collections, middle collections: when the next collection is due.
_SELDOM = (100_000, 50, 100)


def collect_seldom() -> None:
    """Let the collector of circles look seldom: a plan has millions of objects and no circles, and
    with the usual settings planning for 300 clusters takes nearly twice as long. And not at all at
    the end: to look through all that ends with the process was a seventh of a rendering."""
    gc.set_threshold(*_SELDOM)
    atexit.register(gc.freeze)


def open_many_files() -> None:
    """As many files at once as the system lets us: each box of a fleet takes a connection and a
    lock, and the usual limit of 1,024 is for programs of another kind."""
    import resource

    with contextlib.suppress(OSError, ValueError):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def keep_memory_private() -> None:
    """No core file, and no look into our memory by other processes of the same user.

    Both end with this process: a program that we start is what its own file says.
    """
    # Imported here: only main() has a use for them, and tests import this room without it.
    import resource

    with contextlib.suppress(OSError, ValueError):
        # The hard limit stays: it would bind the programs that we start, for good.
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
