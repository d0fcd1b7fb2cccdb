"""An event loop in a thread of its own: how the servers of a lab run beside their caller."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import TypeVar

_Own = TypeVar("_Own", bound="Startable")


class Startable:
    """What has `start` and `stop`, as a context manager that does both."""

    def start(self) -> None:
        """Begin."""
        raise NotImplementedError

    def stop(self) -> None:
        """End; harmless when nothing runs."""
        raise NotImplementedError

    def __enter__(self: _Own) -> _Own:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()


class LoopThread:
    """The loop and its thread between `start` and `stop`."""

    def __init__(self, name: str) -> None:
        """`name` is the thread's; nothing runs yet."""
        self._name = name
        self._running: tuple[asyncio.AbstractEventLoop, threading.Thread] | None = None

    def start(self) -> None:
        """Begin to run work."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name=self._name, daemon=True)
        thread.start()
        self._running = loop, thread

    def run(self, work: Coroutine[object, object, None], seconds: float) -> None:
        """Have `work` done there and wait for it. Raises RuntimeError before `start`."""
        if self._running is None:
            work.close()
            raise RuntimeError(f"the {self._name} is not started")
        asyncio.run_coroutine_threadsafe(work, self._running[0]).result(seconds)

    def stop(self, last: Callable[[], Coroutine[object, object, None]], seconds: float) -> None:
        """Do `last`, then end the thread; harmless when nothing runs."""
        if self._running is None:
            return
        self.run(last(), seconds)
        loop, thread = self._running
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        self._running = None
