"""D4: a stream that never ends is cut before it fills the memory: over SSH, and by the API."""

from __future__ import annotations

import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from tests.promises.numbers import reached
from tests.promises.processes import PROJECT
from tests.transport.sshd import sshd
from tests.transport.web import make_certificate, web

# What the row asks for, in bytes.
_MOST = 300 << 20
_PROLOGUE = """
import sys
from pathlib import Path
from cmsdeploy.errors import HostError
from cmsdeploy.model.host import Host, Login, WebAdmin
from cmsdeploy.model.secret import Secret
from cmsdeploy.session.opening import open_box
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.model.action import Call, Command
"""
# What `getrusage` says begins with what the parent held at the fork; this is the program's own.
_EPILOGUE = """
try:
    session.read(read)
except HostError as error:
    status = Path("/proc/self/status").read_text().split()
    print(int(status[status.index("VmHWM:") + 1]) * 1024, error.cause)
"""
_BY_SSH = """
import getpass
port, key, known = sys.argv[1:]
host = Host("cb1", "127.0.0.1", int(port), Login(getpass.getuser(), key_file=key))
session = open_box(host, known_hosts=[Path(known)], redactor=Redactor())
read = Command.of("yes")
"""
_BY_API = """
port, pin = sys.argv[1:]
web = WebAdmin("127.0.0.1", int(port), "admin", Secret("x" * 12), pin)
session = open_box(Host("cb1", "127.0.0.1", webadmin=web), known_hosts=[], redactor=Redactor())
read = Call("GET", "/api/v1/system/status")
"""


def _measured(program: str, *words: str) -> tuple[int, str]:
    """The most memory that it held, in bytes, and what it said in the end."""
    done = subprocess.run(
        [sys.executable, "-c", _PROLOGUE + program + _EPILOGUE, *words],
        cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    memory, _, said = done.stdout.partition(" ")
    assert memory, done.stderr[-2000:]
    return int(memory), said.strip()


def _endless(connection: ssl.SSLSocket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<a>")
    piece = b"x" * (1 << 20)
    for _ in range(1024):
        connection.sendall(piece)


@pytest.mark.parametrize("way", ["SSH", "API"])
def test_no_stream_fills_the_memory(tmp_path: Path, way: str) -> None:
    """A gigabyte and more is offered; an error in words, and less than 300 MB."""
    if way == "SSH":
        with sshd(tmp_path / "sshd", ("ed25519",)) as server:
            words = (str(server.folder / "user"), str(server.known_hosts("ed25519")))
            memory, said = _measured(_BY_SSH, str(server.port), *words)
    else:
        good = make_certificate(tmp_path, "good", "-addext", "subjectAltName=IP:127.0.0.1")
        with web(good, _endless) as server_of_api:
            memory, said = _measured(_BY_API, str(server_of_api.port), good.fingerprint)
    assert said
    assert memory < _MOST
    reached("D4", f"an endless reply over {way}: at most {memory >> 20} MB")


def test_the_measure_can_fail() -> None:
    """Planted: a program that keeps what it reads."""
    keeps = "kept = b'x' * (400 << 20)\nclass session:\n    read = None\n"
    raises = "    @staticmethod\n    def read(_): raise HostError('planted')\nread = None\n"
    memory, said = _measured(keeps + raises)
    assert memory > _MOST
    assert said == "planted"
