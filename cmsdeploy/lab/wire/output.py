"""What a box prints, on its way to the client: whole, or as faults will have it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from .faults import OUTPUT, Fault, Faults
from .talk import ConnectionCutError

# Escape codes, a zero byte, bytes that are no UTF-8 (as surrogates), a control of the C1 range.
GARBAGE = "\x1b[31m\x00\udcff\udcfe\x9b\x07"
_SPLIT_SECONDS = 0.05
Send = Callable[[str], Awaitable[None]]


async def send_through(faults: Faults, operation: str, text: str, send: Send) -> None:
    """Send the reply to an operation. Raises `ConnectionCutError`."""
    fault = faults.take(operation, *OUTPUT)
    if fault is None:
        if text:
            await send(text)
        return
    await _SENDERS[fault.kind](fault, text, send)


async def _drip(fault: Fault, text: str, send: Send) -> None:
    for character in text:
        await send(character)
        await asyncio.sleep(fault.seconds(0.01))


async def _split(fault: Fault, text: str, send: Send) -> None:
    place = fault.number(1)
    await send(text[:place])
    await asyncio.sleep(_SPLIT_SECONDS)
    await send(text[place:])


async def _garbage(fault: Fault, text: str, send: Send) -> None:
    await send((fault.value or GARBAGE) + text)


async def _insert(fault: Fault, text: str, send: Send) -> None:
    await send(fault.value + text)


async def _append(fault: Fault, text: str, send: Send) -> None:
    await send(text + fault.value)


async def _truncate(fault: Fault, text: str, send: Send) -> None:
    await send(text[: fault.number(0)])
    await asyncio.sleep(_SPLIT_SECONDS)  # so that what was sent arrives before the end
    raise ConnectionCutError


async def _endless(fault: Fault, text: str, send: Send) -> None:
    await send(text)
    while True:
        await send(f"{fault.value or 'x' * 1000}\n")
        await asyncio.sleep(0)


_SENDERS: dict[str, Callable[[Fault, str, Send], Awaitable[None]]] = {
    "drip": _drip,
    "split": _split,
    "garbage": _garbage,
    "insert": _insert,
    "append": _append,
    "truncate": _truncate,
    "endless": _endless,
}
