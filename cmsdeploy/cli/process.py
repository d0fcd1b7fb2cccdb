"""Our own process: nobody else reads its memory, now or afterwards.

What stays true: root, a debugger that started us, and swap can see everything. Nothing here fails:
a system that lacks one of these calls is no reason to leave a cluster half deployed.
"""

from __future__ import annotations

import contextlib
import sys

__all__ = ["keep_memory_private"]

_PR_SET_DUMPABLE = 4  # linux/prctl.h


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
