"""One name server on loopback: UDP and TCP at the same port."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
from contextlib import suppress
from typing import cast

from ..server import NameServer
from .talk import handle

_IDLE_SECONDS = 10.0
_TRIES = 20


class Listener:
    """Opens and closes the port of one server. All methods run in the loop of the lab."""

    def __init__(self, server: NameServer, address: str, port: int, lock: threading.RLock) -> None:
        """Port 0 takes any port that is free for both; `lock` guards the zones."""
        self.server = server
        self.address = address
        self.port = port
        self._lock = lock
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Listen. Raises OSError where the port is taken or the address is none of this machine."""
        for _ in range(_TRIES):
            try:
                await self._open_both(self.port)
            except OSError as error:
                # With port 0 the port that TCP was given may be taken for UDP.
                if self.port or error.errno != errno.EADDRINUSE:
                    raise
            else:
                return
        raise OSError(errno.EADDRINUSE, f"no free port for DNS at {self.address}")

    async def _open_both(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        tcp = await asyncio.start_server(self._serve, self.address, port, reuse_address=True)
        port = tcp.sockets[0].getsockname()[1]
        try:
            self._udp, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self), (self.address, port), family=socket.AF_INET
            )
        except OSError:
            tcp.close()
            raise
        self._tcp, self.port = tcp, port

    async def close(self) -> None:
        """Stop listening and break open connections."""
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()
        for writer in list(self._writers):
            writer.transport.abort()
        self._udp = self._tcp = None
        await asyncio.sleep(0)

    def answer(self, wire: bytes, *, is_tcp: bool) -> bytes | None:
        """Answer one message while nobody else changes the zones."""
        with self._lock:
            return handle(self.server, wire, is_tcp=is_tcp)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
                while True:
                    await self._serve_one(reader, writer)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # RFC 1035 4.2.2: two bytes of length before each message.
        head = await asyncio.wait_for(reader.readexactly(2), _IDLE_SECONDS)
        wire = await asyncio.wait_for(
            reader.readexactly(int.from_bytes(head, "big")), _IDLE_SECONDS
        )
        sent = self.answer(wire, is_tcp=True)
        if sent is not None:
            writer.write(len(sent).to_bytes(2, "big") + sent)
            await writer.drain()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Before Python 3.12 the real class is no subclass of the one that the types promise.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        sent = self._listener.answer(data, is_tcp=False)
        if sent is not None and self._transport is not None:
            self._transport.sendto(sent, addr)
