"""One direction of one connection: bytes in, acts out. No socket, no clock, so it can be tried.

A *toxic* is one row of data. Those with a place (``at``) act when that byte of the stream passes;
the others colour the whole stream from there on. Names and meanings are those of toxiproxy where it
has them (latency, bandwidth, slow_close, reset_peer, slicer, limit_data).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

__all__ = ["Act", "Direction", "End", "Flow", "How", "Kind", "Pause", "Send", "Toxic"]


class Direction(Enum):
    """Which bytes: those that the client sends, or those that the server sends."""

    UP = "client to server"
    DOWN = "server to client"


class Kind(Enum):
    """What a toxic does; ``value`` is the number behind it."""

    CUT = "an orderly end of both directions behind byte `at`"
    RESET = "both ends get a reset behind byte `at`"
    STALL = "behind byte `at` nothing more passes in either direction; the connection stays open"
    HALF_CLOSE = "this direction ends in order behind byte `at`; the other goes on"
    FLIP = "bit `value` of the byte behind `at` is turned over"
    DUPLICATE = "the `value` bytes behind `at` come twice"
    DROP = "the `value` bytes behind `at` are lost"
    LIMIT_DATA = "as CUT, and what is beyond in the same read is thrown away too"
    LATENCY = "each piece waits `value` seconds, give or take `jitter`"
    BANDWIDTH = "no more than `value` bytes in a second"
    SLICER = "pieces of at most `value` bytes, `jitter` seconds apart"
    DRIP = "from byte `at` on, one byte each `value` seconds"
    SLOW_CLOSE = "the end is passed on `value` seconds late"


_ENDS = (Kind.CUT, Kind.RESET, Kind.STALL, Kind.HALF_CLOSE, Kind.LIMIT_DATA)
_CHANGES = (Kind.FLIP, Kind.DUPLICATE, Kind.DROP)


@dataclass(frozen=True)
class Toxic:
    """One row. ``at`` counts bytes of ``direction`` from 0: so many pass before it acts."""

    kind: Kind
    direction: Direction
    at: int = 0
    value: float = 0.0
    jitter: float = 0.0

    @property
    def is_once(self) -> bool:
        """Whether it acts at one place and is over then."""
        return self.kind in _ENDS or self.kind in _CHANGES


class How(Enum):
    """How a connection ends."""

    CUT = "cut"
    RESET = "reset"
    STALL = "stall"
    HALF = "half"


_HOW = {
    Kind.CUT: How.CUT,
    Kind.LIMIT_DATA: How.CUT,
    Kind.RESET: How.RESET,
    Kind.STALL: How.STALL,
    Kind.HALF_CLOSE: How.HALF,
}


@dataclass(frozen=True)
class Send:
    """Pass ``content`` on."""

    content: bytes


@dataclass(frozen=True)
class Pause:
    """Wait so many seconds first."""

    seconds: float


@dataclass(frozen=True)
class End:
    """End the connection in this way, because of ``toxic`` (None: it ended by itself)."""

    how: How
    toxic: Toxic | None = None


Act = Send | Pause | End


class Flow:
    """The toxics of one direction. ``seed`` decides every jitter, and nothing else does."""

    def __init__(self, toxics: Sequence[Toxic], seed: int = 0) -> None:
        self._placed = sorted((t for t in toxics if t.is_once), key=lambda toxic: toxic.at)
        self._steady = [t for t in toxics if not t.is_once]
        self._chance = random.Random(seed)
        self.fired: list[Toxic] = []

    def feed(self, content: bytes, position: int) -> Iterator[Act]:
        """Say what to do with ``content``, of which the first byte is number ``position``."""
        for part, start, toxic in self._parts(content, position):
            yield from self._paced(part, start)
            if toxic is not None:
                yield End(_HOW[toxic.kind], toxic)
                return

    def end(self) -> Iterator[Act]:
        """Say what to do when this direction ends by itself."""
        for toxic in self._steady:
            if toxic.kind is Kind.SLOW_CLOSE:
                yield Pause(toxic.value)
        yield End(How.HALF)

    def _parts(self, content: bytes, position: int) -> Iterator[tuple[bytes, int, Toxic | None]]:
        """Pieces between the places where a toxic acts, with the toxic that ends all, if any."""
        start, end = position, position + len(content)
        for toxic in [each for each in self._placed if position <= each.at < end]:
            self._placed.remove(toxic)
            self.fired.append(toxic)
            before, content = content[: toxic.at - start], content[toxic.at - start :]
            is_end = toxic.kind in _ENDS
            yield before, start, toxic if is_end else None
            if is_end:
                return
            start, size = toxic.at, int(toxic.value)
            if toxic.kind is Kind.FLIP:
                content = bytes([content[0] ^ 1 << size]) + content[1:]
            elif toxic.kind is Kind.DUPLICATE:
                yield content[:size], start, None
            else:
                content, start = content[size:], start + size
        yield content, start, None

    def _paced(self, content: bytes, position: int) -> Iterator[Act]:
        pieces = [(content, position)] if content else []
        for toxic in self._steady:
            pieces = [cut for piece in pieces for cut in _sliced(toxic, *piece)]
        for piece, place in pieces:
            seconds = sum(self._seconds(toxic, piece, place) for toxic in self._steady)
            if seconds > 0:
                yield Pause(seconds)
            yield Send(piece)

    def _seconds(self, toxic: Toxic, piece: bytes, place: int) -> float:
        if toxic.kind is Kind.LATENCY:
            return max(0.0, toxic.value + self._chance.uniform(-toxic.jitter, toxic.jitter))
        if toxic.kind is Kind.BANDWIDTH:
            return len(piece) / toxic.value
        if toxic.kind is Kind.SLICER:
            return toxic.jitter
        return toxic.value if toxic.kind is Kind.DRIP and place >= toxic.at else 0.0


def _sliced(toxic: Toxic, content: bytes, position: int) -> Iterator[tuple[bytes, int]]:
    size, start = len(content), 0
    if toxic.kind is Kind.SLICER:
        size = max(1, int(toxic.value))
    elif toxic.kind is Kind.DRIP:
        start, size = max(0, min(len(content), toxic.at - position)), 1
        if start:
            yield content[:start], position
    elif toxic.kind is Kind.BANDWIDTH:
        size = max(1, int(toxic.value / 20))
    for place in range(start, len(content), max(1, size)):
        yield content[place : place + size], position + place
