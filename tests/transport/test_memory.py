"""The transport without a wire behaves as a terminal and a connection do."""

from __future__ import annotations

import pytest

from cmsdeploy.errors import DeviceError, UnreachableError
from cmsdeploy.transport.contract import (
    Api,
    Connection,
    Deadline,
    LateReplyError,
    OutcomeUnknownError,
    Shell,
)
from cmsdeploy.transport.memory import MemoryApi, MemoryConnection
from tests.session.device import ApiReply, TableDevice

ADD = "add-secret"


def _device() -> TableDevice:
    return TableDevice(
        replies={"version": "2.9.5\n"}, asking={ADD: ("Enter secret: ", False, "SUCCESS: ok\n")}
    )


def _all(shell: Shell) -> bytes:
    seen = b""
    while True:
        try:
            seen += shell.read(Deadline(0))
        except LateReplyError:
            return seen


@pytest.mark.parametrize("is_chopped", [False, True])
def test_a_terminal(is_chopped: bool) -> None:
    """Greeting, prompt, echo, output, a hidden answer; line ends as a terminal has them."""
    device = _device()
    connection: Connection = MemoryConnection(device, is_chopped=is_chopped, greeting="Hello\n")
    shell = connection.open_shell()
    assert _all(shell) == b"Hello\r\ncb1> "
    shell.write(b"version\n")
    assert _all(shell) == b"version\r\n2.9.5\r\ncb1> "
    shell.write(b"add-secret\r")
    assert _all(shell) == b"add-secret\r\nEnter secret: "
    shell.write(b"kvgP1SRz\n")
    assert _all(shell) == b"\r\nSUCCESS: ok\r\ncb1> "
    assert device.answers == ["kvgP1SRz"]
    shell.close()
    assert shell.read(Deadline(0)) == b""
    with pytest.raises(OutcomeUnknownError):
        shell.write(b"x")


def test_chopping_gives_single_bytes() -> None:
    """So that every reader is tried bytewise."""
    shell = MemoryConnection(_device(), is_chopped=True).open_shell()
    assert [len(shell.read(Deadline(0))) for _ in range(5)] == [1] * 5


def test_a_terminal_without_echo() -> None:
    """Shows output only."""
    shell = MemoryConnection(_device(), is_echoing=False).open_shell()
    shell.write(b"version\n")
    assert _all(shell) == b"cb1> 2.9.5\r\ncb1> "


def test_a_connection() -> None:
    """Commands and files; closed means closed."""
    device = _device()
    connection = MemoryConnection(device)
    assert connection.execute("version", deadline_seconds=1) == b"2.9.5\n"
    assert connection.execute(ADD, deadline_seconds=1) == b"Enter secret: "
    connection.write_file("a.key", b"x")
    assert connection.read_file("a.key") == b"x"
    assert connection.read_file("b.key") is None
    assert connection.list_files() == ("a.key",)
    with pytest.raises(DeviceError):
        connection.write_file(".hidden", b"x")
    device.is_reading_denied = True
    assert connection.read_file("a.key") is None
    connection.close()
    with pytest.raises(UnreachableError):
        connection.execute("version", deadline_seconds=1)


def test_the_api() -> None:
    """Forms of text and bytes."""
    device = TableDevice(api_replies=[ApiReply(200, "<ok/>")])
    api: Api = MemoryApi(device)
    answer = api.request("PUT", "/x", [("a", "b"), ("c", b"d")])
    assert (answer.status, answer.body) == (200, b"<ok/>")
    assert device.calls == [("PUT", "/x", {"a": "b", "c": "d"})]
    api.close()
