"""Ports of loopback for tests: one that a server may take, and one where nobody listens."""

from __future__ import annotations

import itertools
import os
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["closed_port", "free_port"]

# Below those that Linux (32,768), macOS and the BSDs (49,152) give to whoever connects. A port from
# among those is soon taken by a client of another test, and the server that meant it cannot start.
_FIRST, _LAST = 12_000, 32_000
_WORKERS = 16
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
_next = itertools.count(random.randrange(_LAST))


def free_port(address: str = "127.0.0.1") -> int:
    """A port that nobody has there, by TCP and UDP, and that no other worker is given."""
    while True:
        # Each worker has the ports of its own remainder.
        port = _FIRST + next(_next) * _WORKERS % (_LAST - _FIRST) + _worker
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(type=kind) as probe:
                    probe.bind((address, port))
        except OSError:
            continue
        return port


@contextmanager
def closed_port(address: str = "127.0.0.1") -> Iterator[int]:
    """A port that refuses connections as long as it is asked for: taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind((address, 0))
        yield taken.getsockname()[1]
