"""The lab: boxes of one world on loopback, served from a thread of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import certificates
from ..audit import AuditEntry
from ..box import Box
from ..errors import UnknownBoxError
from ..timing import Timing
from ..world import World
from .access import Access
from .clock import Clock
from .description import BoxDescription
from .faults import Faults
from .loop_thread import LoopThread, Startable
from .station import Station
from .talk import Desk

# Making keys on a busy machine, and those of each box; more means that something hangs.
_START_SECONDS = 60.0
_START_SECONDS_EACH = 0.5


@dataclass(frozen=True)
class LabBox:
    """Where one running box is found and how it proves who it is.

    `host_key_fingerprint` is `SHA256:` with Base64 without padding, `host_key_line` a line for
    known_hosts, `xmpp_ports` the ports of its XMPP server by their usual numbers, `api_fingerprint`
    the hexadecimal SHA-256 of the DER certificate. A box without MMP has port 0 and empty strings
    there.
    """

    name: str
    address: str
    ssh_port: int
    api_port: int
    xmpp_ports: Mapping[int, int]
    host_key_fingerprint: str
    host_key_line: str
    api_fingerprint: str
    api_certificate: bytes
    box: Box


class Lab(Startable):
    """Simulated boxes that listen on loopback between `start` and `stop`.

    A context manager does both. `latency_seconds` is what each command, API call and file operation
    takes; `election_seconds` is the time from the loss of an XMPP leader to the next one; `timing`
    holds these and more, and may be changed at any moment. The world (`lab.world`) may be read and
    changed from other threads while `lab.lock` is held; `message_lock` is what the servers of the
    lab take themselves, for each request.
    Raises `UnknownSwitchError`, `UnknownPositionError`, `DuplicateBoxError`; `start` OSError.
    """

    def __init__(
        self,
        descriptions: Sequence[BoxDescription],
        *,
        switches: Mapping[str, str] | None = None,
        latency_seconds: float = 0.0,
        election_seconds: float = 0.0,
        seed: int = 0,
        checks_certificates: bool = True,
    ) -> None:
        """Build the world; nothing listens yet."""
        self._world = World(
            switches,
            seed=seed,
            election_seconds=election_seconds,
            checks_certificates=checks_certificates,
        )
        self._world.timing.command = latency_seconds
        self.message_lock = threading.RLock()
        self.lock = Access(self.message_lock, self._world)
        self._clock = Clock(self._world)
        self._descriptions = tuple(descriptions)
        for one in self._descriptions:
            self._world.add_box(
                one.name, one.address, one.version, one.hostname, one.user, one.password
            )
        self._stations: dict[str, Station] = {}
        self._faults: dict[str, Faults] = {}
        self._thread = LoopThread("lab")

    def start(self) -> None:
        """Listen on all ports; returns once every box answers. Raises OSError."""
        self._thread.start()
        try:
            self._run(self._open_all())
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Break every connection and end the thread; harmless when nothing runs."""
        self._thread.stop(self._close_all, self._patience)

    @property
    def boxes(self) -> Mapping[str, LabBox]:
        """Every box as it listens now, by name. Empty before `start`."""
        return {name: _show(station) for name, station in self._stations.items()}

    @property
    def world(self) -> World:
        """All boxes and what they share, to read and to change."""
        with self.lock:
            return self._world

    @property
    def timing(self) -> Timing:
        """How long things take."""
        return self.world.timing

    def power_off(self, name: str) -> None:
        """Pull the plug of a box: nobody listens there. Raises `UnknownBoxError`."""
        station = self._stations[self._known(name)]
        with self.message_lock:
            self._clock.keep()
            self._world.boxes[name].power_off()
        self._run(station.come_down())

    def power_on(self, name: str) -> None:
        """Let a box boot; it listens after `timing.boot` seconds. Raises `UnknownBoxError`."""
        station = self._stations[self._known(name)]
        with self.message_lock:
            self._clock.keep()
            self._world.boxes[name].power_on()
        self._run(station.come_back())

    def faults(self, name: str) -> Faults:
        """Give the switches of trouble of one box. Raises `UnknownBoxError`."""
        return self._faults[self._known(name)]

    def audit(self, name: str) -> list[AuditEntry]:
        """Copy what was asked of a box so far, in order. Raises `UnknownBoxError`."""
        with self.message_lock:
            return list(self._world.boxes[self._known(name)].audit)

    def take_asked(self) -> list[str]:
        """Names of the boxes that were asked something since this was called last."""
        with self.message_lock:
            names = sorted(self._world.asked)
            self._world.asked.clear()
        return names

    def _known(self, name: str) -> str:
        if name not in self._stations:
            known = ", ".join(self._stations) or "none, the lab is not started"
            raise UnknownBoxError(f"no box is called {name!r}; there are {known}")
        return name

    async def _open_all(self) -> None:
        for description in self._descriptions:
            name = description.name
            faults = self._new_faults(name)
            desk = Desk(self._world.boxes[name], faults, self.message_lock, self._clock)
            self._faults[name] = faults
            self._stations[name] = station = Station(description, desk)
            await station.open()

    def _new_faults(self, name: str) -> Faults:
        def listen(is_wanted: bool) -> None:
            station = self._stations[name]
            self._run(station.open() if is_wanted else station.close())

        return Faults(listen, lambda: self._run(self._stations[name].change_host_key()))

    async def _close_all(self) -> None:
        for station in self._stations.values():
            await station.close()
        own = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not own]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._thread.run(work, self._patience)

    @property
    def _patience(self) -> float:
        boxes = len(self._descriptions)
        return _START_SECONDS + _START_SECONDS_EACH * boxes + self._world.timing.boot


def _show(station: Station) -> LabBox:
    has_mmp = station.description.has_mmp
    return LabBox(
        name=station.description.name,
        address=station.description.address,
        ssh_port=station.ssh_port if has_mmp else 0,
        api_port=station.api_port,
        xmpp_ports=dict(station.xmpp_ports),
        host_key_fingerprint=station.host_key_fingerprint if has_mmp else "",
        host_key_line=station.host_key_line if has_mmp else "",
        api_fingerprint=certificates.fingerprint(station.api_certificate),
        api_certificate=station.api_certificate,
        box=station.desk.box,
    )
