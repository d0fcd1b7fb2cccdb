"""What is written in one turn arrives in one piece, and nothing of it is lost."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from operator import methodcaller
from types import FrameType
from typing import cast

import pytest

from cmsdeploy.lab.wire import gathering

_PIECES = [b"one ", b"two ", b"three"]
_Last = Callable[[asyncio.Transport], object]


class _Writes(asyncio.Protocol):
    """Writes its pieces and does something last, all in one turn."""

    def __init__(self, last: _Last, pieces: list[bytes]) -> None:
        self._last, self._pieces = last, pieces

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        made = cast(asyncio.Transport, transport)
        assert made.get_extra_info("peername")
        for piece in self._pieces:
            made.write(piece)
        self._last(made)


async def _received(last: _Last, pieces: list[bytes] = _PIECES) -> list[bytes]:
    server = await gathering.listen(lambda: _Writes(last, pieces), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        found = []
        while piece := await reader.read(1000):
            found.append(piece)
        writer.close()
        await writer.wait_closed()
        return found


def _end_later(transport: asyncio.Transport) -> None:
    asyncio.get_running_loop().call_later(0.05, transport.close)


def _calls_of(name: str, act: Callable[[], object]) -> int:
    """How often a function of C of that name is called."""
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "c_call" and getattr(argument, "__name__", "") == name

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        act()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("last", [methodcaller("close"), methodcaller("abort"), _end_later])
def test_pieces_of_one_turn_are_sent_as_one(last: _Last) -> None:
    """Also where the connection ends, or breaks, in the same turn; all of them arrive."""
    found: list[bytes] = []
    sent = _calls_of("send", lambda: found.extend(asyncio.run(_received(last))))
    # The loop wakes itself by a socket of its own when its helpers end.
    woken = _calls_of("send", lambda: asyncio.run(_received(methodcaller("close"), [])))
    assert found == [b"".join(_PIECES)]
    assert sent - woken == 1
