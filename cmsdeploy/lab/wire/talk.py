"""One channel's talk with a box: latency, faults and the lock around the pure core."""

from __future__ import annotations

import asyncio
import copy
import threading
import time
from collections.abc import Mapping

from ..box import Box
from ..exchange import Exchange
from ..web_admin import ApiAnswer
from .faults import Action, Faults

_HANG_SECONDS = 0.02  # how often a hanging command looks whether its fault was cleared


class ConnectionCutError(Exception):
    """A fault wants the connection broken now."""


class Desk:
    """Where the wire reaches one box. `lock` guards the whole world of the box.

    The lock is never held while sleeping, so boxes do not wait for each other's latency.
    """

    def __init__(
        self, box: Box, faults: Faults, lock: threading.RLock, latency_seconds: float
    ) -> None:
        """Simulated time starts to follow real time here."""
        self.box = box
        self.faults = faults
        self.lock = lock
        self.latency_seconds = latency_seconds
        self._began = time.monotonic() - box.world.seconds

    def keep_time(self) -> None:
        """Move the clock of the world to real time; call with the lock held."""
        behind = time.monotonic() - self._began - self.box.world.seconds
        self.box.world.advance(max(0.0, behind))

    async def take_time(self) -> None:
        """Wait as long as the box needs for a command."""
        if self.latency_seconds:
            await asyncio.sleep(self.latency_seconds)

    async def api(self, method: str, path: str, form: Mapping[str, str]) -> ApiAnswer:
        """Answer one API request."""
        await self.take_time()
        with self.lock:
            self.keep_time()
            return self.box.api(method, path, form)


class Talk:
    """The commands of one channel, in order. Both methods may raise `ConnectionCutError`."""

    def __init__(self, desk: Desk) -> None:
        """Begin with nothing asked."""
        self._desk = desk
        self._fault: Action | None = None

    async def execute(self, line: str) -> Exchange:
        """Run one line, as the box and its faults will have it."""
        desk = self._desk
        self._fault = desk.faults.take(line)
        if self._fault == "close-before":
            raise ConnectionCutError
        while desk.faults.is_hanging(line):
            await asyncio.sleep(_HANG_SECONDS)
        await desk.take_time()
        with desk.lock:
            desk.keep_time()
            exchange = self._pretended(line) if self._fault == "pretend" else desk.box.execute(line)
        self._cut_after(exchange)
        return exchange

    def _pretended(self, line: str) -> Exchange:
        # A copy of the world does the work and is thrown away; the true box only logs the line.
        desk = self._desk
        desk.box.note("command", line, is_write=True)
        return copy.deepcopy(desk.box.world).boxes[desk.box.name].execute(line)

    async def answer(self, exchange: Exchange, text: str) -> Exchange:
        """Answer the question that stands."""
        await self._desk.take_time()
        with self._desk.lock:
            self._desk.keep_time()
            following = exchange.answer(text)
        self._cut_after(following)
        return following

    def _cut_after(self, exchange: Exchange) -> None:
        # The effect of a command that asks comes with the answer.
        if self._fault == "close-after" and exchange.question is None:
            raise ConnectionCutError
