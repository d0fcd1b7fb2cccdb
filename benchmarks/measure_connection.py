"""Goals 2 and 3: connecting, and what a command costs beyond what the box takes for it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.boxes import Boxes, lab, site
from benchmarks.peers_here import Peers
from benchmarks.rows import Finding, Row, at_most

__all__ = ["beyond_latency", "measure"]

_LINE = "hostname"


def measure(folder: Path, peers: Peers, is_quick: bool) -> Finding:
    """All clients in this process, with the same library, taking turns."""
    place = site(folder)
    rows: list[Row] = []
    times = 15 if is_quick else 40
    with lab(folder, place / "inventories" / "lab", 0) as boxes:
        bare, ours = _turns(times, lambda: _bare(boxes), lambda: _ours(boxes))
        rows.append(at_most("connect and log in", "bare paramiko, NODELAY", bare, ours, 1.2))
    for latency_ms in (0, 20):
        with lab(folder, place / "inventories" / "lab", latency_ms) as boxes:
            rows += _commands(boxes, latency_ms, times)
    notes = [
        "Medians of wall time. What the box itself needs beyond its latency is in it: the bare "
        "loop shows how much that is.",
        "In a shell, silence tells a prompt from output that looks like one: 20 ms behind each. "
        "They stay: what a box prints must not be able to end its reply. Only commands that ask go "
        "over a shell; all others have a channel each, whose end is the end of the reply.",
    ]
    return Finding(rows, notes)


def _turns(times: int, *works: Callable[[], float]) -> list[float]:
    taken = [[work() for work in works] for _ in range(times)]
    return [median(column) for column in zip(*taken, strict=True)]


def _timed(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _host(boxes: Boxes) -> Any:
    from cmsdeploy.model.host import Host, Login
    from cmsdeploy.model.secret import Secret

    box = boxes.boxes["cb1"]
    login = Login(box["user"], Secret(box["password"]))
    return Host("cb1", box["address"], box["port"], login, _fingerprint(box["key"]))


def _fingerprint(line: str) -> str:
    import base64
    import hashlib

    digest = hashlib.sha256(base64.b64decode(line.split()[2])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _ours(boxes: Boxes) -> float:
    from cmsdeploy.transport.ssh import connect

    host = _host(boxes)
    begin = time.perf_counter()
    connection = connect(host, known_hosts=())
    taken = time.perf_counter() - begin
    connection.close()
    return taken


def _transport(boxes: Boxes) -> Any:
    import paramiko

    box = boxes.boxes["cb1"]
    connection = socket.create_connection((box["address"], box["port"]))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transport = paramiko.Transport(connection)
    transport.connect(username=box["user"], password=box["password"])
    return transport


def _bare(boxes: Boxes) -> float:
    begin = time.perf_counter()
    transport = _transport(boxes)
    taken = time.perf_counter() - begin
    transport.close()
    return taken


def beyond_latency(boxes: Boxes, latency: float) -> tuple[float, float]:
    """What a bare client needs on this machine for a connection, and for each command beyond the
    ``latency`` of the box; medians, seconds."""
    (connected,) = _turns(5, lambda: _bare(boxes))
    transport = _transport(boxes)
    channel = _shell(transport)
    (asked,) = _turns(11, lambda: _timed(lambda: _asked(channel)))
    transport.close()
    return connected, asked - latency


def _shell(transport: Any) -> Any:
    channel = transport.open_session()
    channel.get_pty()
    channel.invoke_shell()
    _until(channel)
    return channel


def _commands(boxes: Boxes, latency_ms: int, times: int) -> list[Row]:
    from cmsdeploy.model.action import Command
    from cmsdeploy.session import open_box
    from cmsdeploy.session.redaction import Redactor

    host = _host(boxes)
    command = Command.of(_LINE)
    sessions = [
        open_box(one, known_hosts=(), redactor=Redactor())
        for one in (host, replace(host, is_shell_only=True))
    ]
    transport = _transport(boxes)
    channel = _shell(transport)
    works: list[Callable[[], float]] = [
        lambda: _timed(lambda: _asked(channel)),
        lambda: _timed(lambda: _executed(transport)),
        *(lambda session=session: _timed(lambda: session.read(command)) for session in sessions),
    ]
    for work in works:
        work()
    shell, channels, own_channels, own_shell = (
        taken - latency_ms / 1000 for taken in _turns(times, *works)
    )
    for session in sessions:
        session.close()
    transport.close()
    return [
        _row("a command in a shell", latency_ms, shell, own_shell, 1.0),
        _row("a command over an exec channel", latency_ms, channels, own_channels, 1.5),
    ]


def _row(what: str, latency_ms: int, bare: float, own: float, goal_ms: float) -> Row:
    if latency_ms:
        return at_most(f"{what}, beyond {latency_ms} ms", "bare paramiko", bare, own, None)
    shown = at_most(f"{what}, beyond {latency_ms} ms", "bare paramiko", bare, own, 1.0)
    return replace(shown, goal=f"≤ {goal_ms:g} ms", is_met=1000 * own <= goal_ms)


def _until(channel: Any) -> None:
    text = b""
    while not text.endswith(b"> "):
        text += channel.recv(32768)


def _asked(channel: Any) -> None:
    channel.sendall(_LINE.encode() + b"\n")
    _until(channel)


def _executed(transport: Any) -> None:
    channel = transport.open_session()
    channel.exec_command(_LINE)
    while channel.recv(32768):
        pass
    channel.close()
