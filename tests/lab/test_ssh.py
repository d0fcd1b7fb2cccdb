"""SSH and SFTP of the lab, with asyncssh as client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import asyncssh
import pytest

from cmsdeploy.lab import Lab

from .client import Connection, connect, told, two_boxes, within


@pytest.fixture(scope="module")
def shared() -> Iterator[Lab]:
    """One running lab for the tests that leave no trace that matters."""
    with two_boxes() as lab:
        yield lab


def test_exec_runs_several_channels_on_one_connection(shared: Lab) -> None:
    """MIV and JAVA do so."""

    async def act(connection: Connection) -> list[Any]:
        return [(await connection.run(line)).stdout for line in ("version", "hostname")]

    assert within(shared.boxes["cb2"], act) == ["2.9.5\n", "cb2.example.com\n"]


def test_exec_reads_the_secret_from_standard_input(shared: Lab) -> None:
    """MIV writes input to exec channels."""
    box = shared.boxes["cb1"]
    asked = told(box, "xmpp callbridge add-secret byexec", "typed-secret\n")
    assert asked == "Enter callbridge secret\n"
    assert box.box.xmpp.callbridges["byexec"] == "typed-secret"
    assert "typed-secret" not in repr(shared.audit("cb1"))


def test_exec_with_standard_input_closed_adds_nothing(shared: Lab) -> None:
    """The end of input is no answer."""

    async def act(connection: Connection) -> None:
        await connection.run("xmpp callbridge add-secret closed", stdin=asyncssh.DEVNULL)

    within(shared.boxes["cb1"], act)
    assert "closed" not in shared.boxes["cb1"].box.xmpp.callbridges


def test_wrong_password_is_refused(shared: Lab) -> None:
    """No other user, no other password."""

    async def run() -> None:
        async with connect(shared.boxes["cb1"], "wrong"):
            pass

    with pytest.raises(asyncssh.PermissionDenied):
        asyncio.run(run())


@pytest.mark.parametrize(
    ("terminal", "wanted"),
    [
        ("vt100", "cb1> version\r\n2.9.5\r\ncb1> xmpp callbridge add-secret {0}\r\n"
         "Enter callbridge secret\r\ncb1> exit\r\n"),
        (None, "cb1> 2.9.5\ncb1> Enter callbridge secret\ncb1> "),
    ],
)  # fmt: skip
def test_a_shell(shared: Lab, terminal: str | None, wanted: str) -> None:
    """Echo and carriage returns with a terminal, neither without; never the secret."""
    name = f"shell-{terminal}"

    async def act(connection: Connection) -> Any:
        typed = f"version\nxmpp callbridge add-secret {name}\nhidden\nexit\n"
        return (await connection.run(term_type=terminal, input=typed)).stdout

    assert within(shared.boxes["cb1"], act) == wanted.format(name)
    assert shared.boxes["cb1"].box.xmpp.callbridges[name] == "hidden"


def test_the_secret_may_be_echoed() -> None:
    """The other position of the switch shows it on a terminal."""
    with two_boxes({"add-secret-echo": "on"}) as lab:

        async def act(connection: Connection) -> Any:
            typed = "xmpp callbridge add-secret x\nshown\nexit\n"
            return (await connection.run(term_type="vt100", input=typed)).stdout

        assert "Enter callbridge secretshown\r\n" in within(lab.boxes["cb1"], act)


def test_failures_on_standard_error_and_exit_status() -> None:
    """Both off by default; both can be had."""

    async def act(connection: Connection) -> Any:
        done = await connection.run("xmpp restart")
        return done.stdout != "", done.stderr != "", done.exit_status

    with two_boxes() as lab:
        assert within(lab.boxes["cb1"], act) == (True, False, 0)
    with two_boxes({"stderr-for-failures": "yes", "exit-status": "one-on-failure"}) as lab:
        assert within(lab.boxes["cb1"], act) == (False, True, 1)


def test_channels_that_come_too_fast_are_refused() -> None:
    """MIV: 'problems with too fast channel creations'."""

    async def act(connection: Connection) -> None:
        await connection.run("version")
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.run("version")
        await asyncio.sleep(0.6)
        await connection.run("version")

    with two_boxes({"channel-pacing-ms": "500"}) as lab:
        within(lab.boxes["cb1"], act)


def test_files(shared: Lab) -> None:
    """Write, list, stat, read, remove; no directories, no odd names, no renaming."""
    content = bytes(range(256)) * 1000

    async def act(connection: Connection) -> None:
        async with connection.start_sftp_client() as files:
            async with files.open("/big.cer", "wb") as upload:
                await upload.write(content)
            assert "big.cer" in await files.listdir("/")
            assert (await files.stat("big.cer")).size == len(content)
            async with files.open("big.cer", "rb") as download:
                read: object = await download.read()
            assert read == content
            for refused in (
                files.mkdir("/sub"),
                files.put(__file__, "/sub/a.cer"),
                files.put(__file__, "noending"),
                files.rename("big.cer", "new.cer"),
                files.remove("gone.cer"),
            ):
                with pytest.raises(asyncssh.SFTPError):
                    await refused
            await files.remove("/big.cer")
            assert "big.cer" not in await files.listdir("/")

    within(shared.boxes["cb2"], act)
    kinds = [entry.kind for entry in shared.audit("cb2") if entry.text == "big.cer"]
    assert kinds == ["file-write", "file-read", "file-remove"]


def test_latency_of_one_box_does_not_hold_up_another() -> None:
    """Two boxes side by side take as long as one."""

    async def run(lab: Lab) -> float:
        async with connect(lab.boxes["cb1"]) as one, connect(lab.boxes["cb2"]) as two:
            began = time.monotonic()
            await asyncio.gather(one.run("version"), two.run("version"))
            return time.monotonic() - began

    # One behind the other they would take twice as long.
    with two_boxes(latency_seconds=2) as lab:
        assert 2 <= asyncio.run(run(lab)) < 4


def test_users_that_the_box_was_given() -> None:
    """An admin may log in; an api user has the API only (DOC TAC-202722)."""
    with two_boxes() as lab:
        box = lab.boxes["cb1"]
        told(box, "user add joe admin", "word\nword\n")
        told(box, "user add ann api", "word\nword\n")
        for name, is_let_in in (("joe", True), ("ann", False)):

            async def act(name: str = name) -> str:
                async with asyncssh.connect(
                    box.address, box.ssh_port, username=name, password="word",
                    known_hosts=None, client_keys=None, config=None, agent_path=None,
                ) as connection:  # fmt: skip
                    return str((await connection.run("version")).stdout)

            if is_let_in:
                assert asyncio.run(act()) == "2.9.5\n"
            else:
                with pytest.raises(asyncssh.PermissionDenied):
                    asyncio.run(act())
        log = lab.world.boxes["cb1"].syslog()
        assert "User joe from 127.0.0.1:" in log
