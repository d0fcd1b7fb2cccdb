"""An asyncssh client for the tests of the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import asyncssh

from cmsdeploy.lab import BoxDescription, Lab, LabBox

Connection = asyncssh.SSHClientConnection
PASSWORD = "a pass/word"


def describe(name: str, number: int, **more: Any) -> BoxDescription:
    return BoxDescription(name, address=f"127.0.1.{number}", password=PASSWORD, **more)


def two_boxes(switches: Mapping[str, str] | None = None, latency_seconds: float = 0.0) -> Lab:
    boxes = [describe("cb1", 1), describe("cb2", 2, hostname="cb2.example.com")]
    return Lab(boxes, switches=switches, latency_seconds=latency_seconds)


def connect(box: LabBox, password: str = PASSWORD) -> Any:
    known = asyncssh.import_known_hosts(box.host_key_line + "\n")
    return asyncssh.connect(
        box.address, box.ssh_port, username="admin", password=password,
        known_hosts=known, client_keys=None, agent_path=None, config=None,
    )  # fmt: skip


def within(box: LabBox, act: Callable[[Connection], Coroutine[Any, Any, Any]]) -> Any:
    """Connect, act, give what came of it, all within ten seconds."""

    async def run() -> Any:
        async with connect(box) as connection:
            return await act(connection)

    return asyncio.run(asyncio.wait_for(run(), 10))


def told(box: LabBox, line: str, typed: str | None = None) -> str:
    async def act(connection: Connection) -> str:
        done = await connection.run(line, input=typed, timeout=5)
        # A connection that breaks gives no exit status; only that tells it from silence.
        if done.exit_status is None:
            raise ConnectionAbortedError(line)
        return str(done.stdout)

    return str(within(box, act))
