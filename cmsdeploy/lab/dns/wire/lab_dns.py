"""The name servers of a lab on loopback, served from a thread of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from ...wire.loop_thread import LoopThread, Startable
from ..faults import DnsFaults
from ..server import NameServer, TsigKey
from ..service import NameService
from ..zone import Zone
from .listener import Listener

_START_SECONDS = 20.0


@dataclass(frozen=True)
class DnsPlace:
    """Where a name server listens, by UDP and TCP."""

    name: str
    address: str
    port: int


class LabDns(Startable):
    """The servers of a `NameService` between `start` and `stop`; a context manager does both.

    Servers listen at `network`.1, .2 and so on, at `port`: 0 takes any. `message_lock` is held
    around every message; zones and faults may be read and changed from other threads while `lock`
    is held, which is the same one unless another is given.
    """

    def __init__(
        self,
        service: NameService,
        *,
        message_lock: threading.RLock | None = None,
        lock: AbstractContextManager[object] | None = None,
        network: str = "127.77.254",
        port: int = 0,
    ) -> None:
        """Give each server its address; nothing listens yet."""
        self.service = service
        self._message_lock = message_lock or threading.RLock()
        self.lock = lock or self._message_lock
        self._network = network
        self._port = port
        self._listeners: dict[str, Listener] = {}
        self._thread = LoopThread("DNS")

    def start(self) -> None:
        """Listen; returns once every server answers. Raises OSError."""
        self._thread.start()
        try:
            for server in self.service.servers.values():
                self._open(server)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Break every connection and end the thread; harmless when nothing runs."""
        self._thread.stop(self._close_all, _START_SECONDS)

    @property
    def places(self) -> Mapping[str, DnsPlace]:
        """Every server as it listens now, by name."""
        return {
            name: DnsPlace(name, one.address, one.port) for name, one in self._listeners.items()
        }

    @property
    def place(self) -> DnsPlace:
        """Where the primary listens."""
        return self.places[self.service.primary.name]

    @property
    def key(self) -> TsigKey:
        """The key that updates are signed with."""
        return next(iter(self.service.primary.keys.values()))

    @property
    def faults(self) -> DnsFaults:
        """The faults of the primary."""
        with self.lock:
            return self.service.faults

    def zone(self, origin: str) -> Zone:
        """A zone of the primary. Raises KeyError with the known ones."""
        with self.lock:
            return self.service.zone(origin)

    def add_secondary(self, name: str = "ns2") -> NameServer:
        """Start a server that shows what the primary holds."""
        with self.lock:
            server = self.service.add_secondary(name)
        self._open(server)
        return server

    def add_view(self, name: str = "external") -> NameServer:
        """Start a server that begins with copies of the zones and goes its own way."""
        with self.lock:
            server = self.service.add_view(name)
        self._open(server)
        return server

    def _open(self, server: NameServer) -> None:
        address = f"{self._network}.{len(self._listeners) + 1}"
        listener = Listener(server, address, self._port, self._message_lock)
        self._run(listener.open())
        self._listeners[server.name] = listener
        self.service.addresses[server.name] = address

    async def _close_all(self) -> None:
        for listener in self._listeners.values():
            await listener.close()
        self._listeners.clear()
        own = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not own]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self, work: Coroutine[object, object, None]) -> None:
        self._thread.run(work, _START_SECONDS)
