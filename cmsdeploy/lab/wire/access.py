"""The lock of a lab as it is handed out: who takes it may do to the world whatever he likes."""

from __future__ import annotations

import threading
from types import TracebackType

from ..world import World


class Access:
    """The lock of the servers of a lab, for everybody else.

    The world is untied before and after: what its holder finds is settled, and what he changed is
    looked at by all boxes.
    """

    def __init__(self, lock: threading.RLock, world: World) -> None:
        """`lock` is what the servers of the lab take themselves."""
        self._lock = lock
        self._world = world

    def __enter__(self) -> Access:
        """Wait until no request is carried out."""
        self._lock.acquire()
        self._world.untie()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let requests go on."""
        self._world.ties = None
        self._lock.release()
