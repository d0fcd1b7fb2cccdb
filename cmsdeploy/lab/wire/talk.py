"""One channel's talk with a box: latency, faults and the lock around the pure core."""

from __future__ import annotations

import asyncio
import copy
import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from .. import power
from ..box import Box
from ..exchange import Exchange, failure
from ..web_admin import ApiAnswer
from ..web_admin.answers import busy
from .clock import Clock
from .faults import ACTS, Fault, Faults

_HANG_SECONDS = 0.02  # how often a hanging operation looks whether its fault was taken back
_Result = TypeVar("_Result")


class ConnectionCutError(Exception):
    """The connection is to be broken now: a fault wants it, or the box went down."""


class Desk:
    """Where the wire reaches one box. `lock` guards the whole world of the box.

    The lock is never held while sleeping, so boxes do not wait for each other's latency.
    `on_boot` is told when the box went down.
    """

    def __init__(self, box: Box, faults: Faults, lock: threading.RLock, clock: Clock) -> None:
        """Reach one box."""
        self.box = box
        self.faults = faults
        self.lock = lock
        self.on_boot: Callable[[], None] = lambda: None
        self._clock = clock
        self._boots = box.boots
        self._requests = 0

    def keep_time(self) -> None:
        """Move the clock of the world to real time; call with the lock held."""
        self._clock.keep()

    def do(self, act: Callable[[], _Result]) -> _Result:
        """Act on the box under the lock. Raises `ConnectionCutError` where the box is down."""
        with self.lock:
            self.keep_time()
            if not self.box.is_up or self.has_booted():
                raise ConnectionCutError
            return act()

    def has_booted(self) -> bool:
        """Whether the box went down since the last look; tells `on_boot` so."""
        if self._boots == self.box.boots:
            return False
        self._boots = self.box.boots
        self.on_boot()
        return True

    def forget_boots(self) -> None:
        """Take the boots so far as known."""
        self._boots = self.box.boots

    async def take_time(self, seconds: float | None = None) -> None:
        """Wait as long as the box needs, for a command unless `seconds` says otherwise."""
        wait = self.box.world.timing.command if seconds is None else seconds
        if wait:
            await asyncio.sleep(wait)

    async def enter(self, operation: str, seconds: float | None = None) -> Fault | None:
        """Pass what faults and latency put before an operation; gives the fault that goes on.

        Raises `ConnectionCutError`.
        """
        fault = self.faults.take(operation, *ACTS)
        if fault is not None:
            await self._suffer(fault)
        await self.take_time(seconds)
        return fault

    async def _suffer(self, fault: Fault) -> None:
        if fault.kind == "drop-before":
            raise ConnectionCutError
        if fault.kind == "reboot-before":
            self._reboot()
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds(1.0))
        while fault.kind == "hang" and self.faults.stands(fault):
            await asyncio.sleep(_HANG_SECONDS)

    def leave(self, fault: Fault | None) -> None:
        """Suffer what a fault does once the effect is there. Raises `ConnectionCutError`."""
        if fault is None:
            return
        if fault.kind == "drop-after":
            raise ConnectionCutError
        if fault.kind == "reboot-after":
            self._reboot()

    def _reboot(self) -> None:
        with self.lock:
            power.boot(self.box)
            self.has_booted()
        raise ConnectionCutError

    async def api(
        self, method: str, path: str, form: Mapping[str, str], user: str, origin: str
    ) -> ApiAnswer:
        """Answer one API request. Raises `ConnectionCutError`."""
        fault = await self.enter(f"{method} {path}")
        self._requests += 1
        switch = self.box.world.switches["api-busy"]
        if fault is not None and fault.kind == "refuse":
            return ApiAnswer(fault.number(503)) if fault.value else busy()
        if switch == "every-third" and self._requests % 3 == 0:
            return busy()
        if fault is not None and fault.kind == "pretend" and method != "GET":
            return ApiAnswer(200)

        def ask() -> ApiAnswer:
            self.box.user, self.box.origin = user, origin
            return self.box.api(method, path, form)

        answer = self.do(ask)
        self.leave(fault)
        return answer


class Talk:
    """The commands of one channel, in order. Both methods may raise `ConnectionCutError`."""

    def __init__(self, desk: Desk, user: str, origin: str) -> None:
        """Begin with nothing asked."""
        self._desk = desk
        self._user, self._origin = user, origin
        self._fault: Fault | None = None
        self._line = ""

    async def execute(self, line: str) -> Exchange:
        """Run one line, as the box and its faults will have it."""
        desk = self._desk
        self._line = line
        self._fault = await desk.enter(line)
        await self._make_keys(line)
        exchange = desk.do(lambda: self._said(line))
        self._end(exchange)
        return exchange

    async def _make_keys(self, line: str) -> None:
        # A key takes 100 ms of a processor: in a thread, so that no other box waits for it.
        if self._desk.box.world.checks_certificates:
            for _ in range(self._desk.box.keys_made_by(line)):
                await asyncio.to_thread(self._desk.box.world.keys.prepare)

    def _said(self, line: str) -> Exchange:
        box, kind = self._desk.box, self._fault.kind if self._fault else ""
        if kind == "refuse" and self._fault:
            box.note("command", line, is_write=True)
            return Exchange(failure(self._fault.value or "refused"), box)
        if kind == "pretend":
            return self._pretended(line)
        return box.execute(line, user=self._user, origin=self._origin)

    def _pretended(self, line: str) -> Exchange:
        # A copy of the world does the work and is thrown away; the true box only logs the line.
        box = self._desk.box
        box.note("command", line, is_write=True)
        return copy.deepcopy(box.world).boxes[box.name].execute(line)

    async def answer(self, exchange: Exchange, text: str) -> Exchange:
        """Answer the question that stands."""
        fault = await self._desk.enter(f"answer {self._line}")
        if fault is not None and fault.kind == "refuse":
            return Exchange(failure(fault.value or "refused"), exchange.box)
        following = self._desk.do(lambda: exchange.answer(text))
        self._end(following)
        self._desk.leave(fault)
        return following

    def _end(self, exchange: Exchange) -> None:
        with self._desk.lock:
            if self._desk.has_booted():
                raise ConnectionCutError
        # The effect of a command that asks comes with the answer.
        if exchange.question is None:
            self._desk.leave(self._fault)
