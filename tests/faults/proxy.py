"""A TCP proxy on loopback that does to a connection what its toxics say."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine, Sequence
from types import TracebackType

from tests.faults.flow import Direction, End, Flow, How, Pause, Send, Toxic

__all__ = ["Proxy"]

_PIECE = 65536
_START_SECONDS = 10.0
_DRAIN_SECONDS = 0.2


class _Link:
    """One connection through the proxy, and how it is to end."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client = client
        self.server = server
        self.how = How.CUT
        self.is_over = asyncio.Event()
        self.released = asyncio.Event()

    def ends(self, direction: Direction) -> tuple[socket.socket, socket.socket]:
        """Where the bytes of ``direction`` come from, and where they go."""
        both = (self.client, self.server)
        return both if direction is Direction.UP else (self.server, self.client)

    def end(self, how: How) -> None:
        """Nothing more passes; the sockets are closed once nobody waits on them any more."""
        if not self.is_over.is_set():
            self.how = how
            self.is_over.set()

    def close(self) -> None:
        """Let go of both ends; a reset is what SO_LINGER 0 makes of a close."""
        for each in (self.client, self.server):
            with contextlib.suppress(OSError):
                if self.how is How.RESET:
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            each.close()


class Proxy:
    """Listens on ``address`` and passes everything on to ``(address, port)`` of the target.

    Bytes are counted over all connections, in the order in which they pass, so that byte N of a
    whole run can be named; :attr:`passed` says how many there were. A toxic that ends or changes
    something acts once; :attr:`fired` lists those that did. :meth:`load` may be called at any time.
    """

    def __init__(self, target: tuple[str, int], address: str = "127.0.0.1", seed: int = 0) -> None:
        self.target = target
        self.passed = dict.fromkeys(Direction, 0)
        self.fired: list[Toxic] = []
        self.connections = 0
        self._seed = seed
        self._toxics: list[Toxic] = []
        self._links: list[_Link] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener = socket.create_server((address, 0), backlog=64)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def load(self, toxics: Sequence[Toxic]) -> None:
        """Have these toxics from now on, count from nothing, and let no stalled link stand."""
        asyncio.run_coroutine_threadsafe(self._load(toxics), self._loop).result(_START_SECONDS)

    def __enter__(self) -> Proxy:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(_START_SECONDS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(_START_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_SECONDS)
        self._loop.close()

    async def _open(self) -> None:
        self._keep(self._accept())

    def _keep(self, work: Coroutine[object, object, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _load(self, toxics: Sequence[Toxic]) -> None:
        await self._end_all()
        self.passed = dict.fromkeys(Direction, 0)
        self.connections = 0
        self.fired = []
        self._toxics = list(toxics)

    async def _close(self) -> None:
        self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _end_all(self) -> None:
        for link in self._links:
            link.end(How.CUT)
            # A stalled one stands until now: nobody but us ends it.
            link.released.set()
        while self._links:
            await asyncio.sleep(0.001)

    async def _accept(self) -> None:
        while True:
            client, _ = await self._loop.sock_accept(self._listener)
            self.connections += 1
            self._keep(self._serve(client))

    async def _serve(self, client: socket.socket) -> None:
        server = socket.socket()
        for each in (client, server):
            each.setblocking(False)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link = _Link(client, server)
        self._links.append(link)
        try:
            await self._loop.sock_connect(server, self.target)
            await self._carry(link)
        except OSError:
            # Whoever is behind the proxy refuses: the client learns it at once.
            link.how = How.RESET
        finally:
            link.close()
            self._links.remove(link)

    async def _carry(self, link: _Link) -> None:
        """Pass bytes on until both directions have ended, or the link has."""
        pumps = asyncio.gather(*(self._pump(link, direction) for direction in Direction))
        over = asyncio.ensure_future(link.is_over.wait())
        try:
            await asyncio.wait((pumps, over), return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Nobody may wait on a socket that is closed: its number may come again.
            pumps.cancel()
            over.cancel()
            await asyncio.gather(pumps, over, return_exceptions=True)
        if link.how is How.STALL:
            await link.released.wait()
        if link.how is How.CUT:
            await asyncio.gather(*(self._drain(each) for each in (link.client, link.server)))

    async def _drain(self, end: socket.socket) -> None:
        """An end in order: who closes with unread bytes sends a reset, which is another fault."""
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            end.shutdown(socket.SHUT_WR)
            reading = self._until_end(end)
            await asyncio.wait_for(reading, _DRAIN_SECONDS)

    async def _until_end(self, end: socket.socket) -> None:
        while await self._loop.sock_recv(end, _PIECE):
            pass

    async def _pump(self, link: _Link, direction: Direction) -> None:
        source, _ = link.ends(direction)
        steady = [t for t in self._toxics if t.direction is direction and not t.is_once]
        while True:
            try:
                content = await self._loop.sock_recv(source, _PIECE)
            except OSError:
                content = b""
            # What acts once is asked for anew each time: another connection may have met it.
            placed = [t for t in self._toxics if t.direction is direction and t.is_once]
            flow = Flow([*placed, *steady], self._seed + self.passed[direction])
            position = self.passed[direction]
            self.passed[direction] += len(content)
            acts = flow.feed(content, position) if content else flow.end()
            for act in acts:
                self._note(flow)
                if not await self._obey(link, direction, act):
                    return
            self._note(flow)

    def _note(self, flow: Flow) -> None:
        for toxic in flow.fired:
            self.fired.append(toxic)
            self._toxics.remove(toxic)
        flow.fired.clear()

    async def _obey(self, link: _Link, direction: Direction, act: Send | Pause | End) -> bool:
        """Do one act; whether this direction goes on."""
        _, target = link.ends(direction)
        try:
            if isinstance(act, Pause):
                await asyncio.sleep(act.seconds)
            elif isinstance(act, Send):
                await self._loop.sock_sendall(target, act.content)
            elif act.how is How.HALF:
                target.shutdown(socket.SHUT_WR)
                return False
            else:
                link.end(act.how)
                return False
        except OSError:
            # One end is gone; the other is told by the pump that reads from it.
            link.end(How.CUT)
            return False
        return True
