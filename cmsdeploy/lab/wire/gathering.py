"""What is written in one turn of the loop leaves in one piece, as it does from an OpenSSH server.

asyncssh writes each packet by itself: reply, exit status, end of file and close are four calls of
the kernel for one command, which took a third of the time of a lab.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast


class _Gathering(asyncio.Transport):
    """A transport that waits with what is written until the callbacks of this turn are done."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._waiting: list[bytes | bytearray | memoryview] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._waiting:
            self._loop.call_soon(self._send)
        self._waiting.append(data)

    def _send(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._transport.write(b"".join(waiting))

    def abort(self) -> None:
        self._send()
        self._transport.abort()

    def close(self) -> None:
        self._send()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: object = None) -> object:
        return self._transport.get_extra_info(name, default)


class _Passing(asyncio.Protocol):
    """Passes everything on to the protocol behind it, which writes to a gathering transport."""

    def __init__(self, behind: asyncio.Protocol) -> None:
        self._behind = behind

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._behind.connection_made(_Gathering(cast(asyncio.Transport, transport)))

    def data_received(self, data: bytes) -> None:
        self._behind.data_received(data)

    def eof_received(self) -> bool | None:
        return self._behind.eof_received()

    def pause_writing(self) -> None:
        self._behind.pause_writing()

    def resume_writing(self) -> None:
        self._behind.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._behind.connection_lost(exc)


async def listen(make: Callable[[], asyncio.Protocol], host: str, port: int) -> asyncio.Server:
    """Listen for connections that gather what they write. Raises OSError."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: _Passing(make()), host, port, reuse_address=True)
