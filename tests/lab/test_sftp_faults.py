"""Files over SFTP: own files, points of refusal, a full disk, time."""

from __future__ import annotations

import asyncio
import io
import json
import tarfile
import time
from pathlib import Path

import asyncssh
import pytest

from cmsdeploy.lab import Fault, Lab, LabBox, World

from .client import Connection, two_boxes, within

CONTENT = bytes(range(256)) * 400
PIECE = 16384


def put(box: LabBox, content: bytes = CONTENT, name: str = "a.cer") -> str:
    """Upload in pieces, one after the other; gives the error, or nothing."""

    async def act(connection: Connection) -> str:
        try:
            async with connection.start_sftp_client() as files:
                upload = await files.open(name, "wb", block_size=0)
                for place in range(0, len(content), PIECE):
                    await upload.write(content[place : place + PIECE], place)
                await upload.close()
                await files.stat(name)
        except asyncssh.SFTPConnectionLost:
            return "broken"
        except asyncssh.SFTPError as error:
            return type(error).__name__
        return ""

    try:
        return str(within(box, act))
    except (asyncssh.ConnectionLost, OSError):
        return "broken"


def stored(lab: Lab) -> int | None:
    """How much of the file is there."""
    with lab.lock:
        return lab.world.boxes["cb1"].size_of("a.cer")


# Columns: fault, what the client is told, how many bytes are there afterwards.
WHOLE = len(CONTENT)
UPLOADS = [
    (Fault("refuse", "sftp open a.cer"), "SFTPFailure", None),
    (Fault("refuse", "sftp write a.cer"), "SFTPFailure", 0),
    (Fault("refuse", "sftp write a.cer", after=2), "SFTPFailure", 2 * PIECE),
    (Fault("refuse", "sftp write a.cer", after=6), "SFTPFailure", 6 * PIECE),
    (Fault("refuse", "sftp close a.cer"), "SFTPFailure", None),
    (Fault("refuse", "sftp stat a.cer"), "SFTPFailure", WHOLE),
    (Fault("disk-full", "a.cer", None, value="20000"), "SFTPFailure", 20000),
    (Fault("drop-before", "sftp open"), "broken", None),
    (Fault("drop-after", "sftp close"), "broken", WHOLE),
    (Fault("drop-before", "sftp close"), "broken", None),
    (Fault("drop-before", "sftp write", after=3), "broken", 3 * PIECE),
    (Fault("pretend", "sftp close"), "SFTPNoSuchFile", None),
    (Fault("pretend", "sftp write", after=6), "", 6 * PIECE),
    (Fault("reboot-after", "sftp close"), "broken", WHOLE),
    (Fault("delay", "sftp close", value="0.2"), "", WHOLE),
]


@pytest.mark.parametrize(("fault", "told", "size"), UPLOADS)
def test_a_fault_of_an_upload(fault: Fault, told: str, size: int | None) -> None:
    """Each row: where it is refused, and what is left."""
    with two_boxes() as lab:
        lab.faults("cb1").add(fault)
        assert put(lab.boxes["cb1"]) == told
        time.sleep(0.1)  # what the box stores when a connection breaks
        assert stored(lab) == size


@pytest.mark.parametrize(("value", "size"), [("", None), ("0", 0), ("999999999999", 999999999999)])
def test_stat_may_lie_about_the_size(value: str, size: int | None) -> None:
    """iS11: no size, zero, huge."""

    async def act(connection: Connection) -> int | None:
        async with connection.start_sftp_client() as files:
            return (await files.stat("live.json")).size

    with two_boxes() as lab:
        lab.faults("cb1").add(Fault("wrong-size", "live.json", value=value))
        assert within(lab.boxes["cb1"], act) == size


def test_own_files_are_listed_read_and_not_removed(tmp_path: Path) -> None:
    """live.json, log and the bundle (mmp 2); a log can be read from its end (CODE MIV)."""

    async def act(connection: Connection) -> list[bytes]:
        await connection.run("version")
        async with connection.start_sftp_client() as files:
            assert set(await files.listdir("/")) == {"live.json", "log", "logbundle.tar.gz"}
            for name in ("live.json", "log"):
                with pytest.raises(asyncssh.SFTPPermissionDenied):
                    await files.remove(name)
                with pytest.raises(asyncssh.SFTPPermissionDenied):
                    async with files.open(name, "wb"):
                        pass
            found = []
            for name in ("live.json", "log", "logbundle.tar.gz"):
                await files.get(name, tmp_path / name)
                found.append((tmp_path / name).read_bytes())
            async with files.open("log", "rb") as one:
                await one.seek(-20, 2)
                tail: object = await one.read()
            assert tail == found[1][-20:]
            return found

    with two_boxes() as lab:
        live, log, bundle = within(lab.boxes["cb1"], act)
    assert json.loads(live)["hostname"] == "cb1"
    assert b"issued command < version>: permission granted\n" in log
    with tarfile.open(fileobj=io.BytesIO(bundle)) as archive:
        assert archive.getnames() == ["logbundle/log", "logbundle/eventlog", "logbundle/live.json"]


def test_own_files_of_versions_and_switches() -> None:
    """The bundle from 2.2, its configuration from 2.3; boot.json where the switch says so."""
    assert World().add_box("x", version="2.1").own_files() == ["live.json", "log"]
    box = World({"boot-json": "shown"}).add_box("x", version="2.2.5")
    assert set(box.own_files()) == {"live.json", "log", "boot.json", "audit", "logbundle.tar.gz"}
    with tarfile.open(fileobj=io.BytesIO(box.read_file("logbundle.tar.gz"))) as archive:
        assert archive.getnames() == ["logbundle/log", "logbundle/eventlog"]


def test_backups_come_as_pairs() -> None:
    """A snapshot makes .bak and .json; the .bak can be carried to another box and rolled back."""
    with two_boxes() as lab:
        first, second = (lab.world.boxes[name] for name in ("cb1", "cb2"))
        first.execute("xmpp domain moved.com")
        first.execute("backup snapshot b")
        assert set(first.list_files()) == {"b.bak", "b.json"}
        second.write_file("b.bak", first.read_file("b.bak"))
        second.execute("backup rollback b").answer("Y")
        assert second.xmpp.domain == "moved.com"


def test_what_is_not_known_of_backups() -> None:
    """`backup-files`: a second file or none; `backup-file`: half of it for two seconds."""
    world = World({"backup-files": "bak-only", "backup-file": "growing"})
    box = world.add_box("cb1")
    box.execute("backup snapshot b")
    assert box.list_files() == ["b.bak"]
    half = box.size_of("b.bak")
    assert half == len(box.read_file("b.bak"))
    world.advance(3.0)
    assert half == len(box.read_file("b.bak")) // 2


def test_files_take_time() -> None:
    """Each operation, and the bytes: rehearsals are not too quick."""
    with two_boxes() as lab:
        lab.timing.file, lab.timing.bytes_per_second = 0.02, 500_000
        began = time.monotonic()
        assert put(lab.boxes["cb1"]) == ""
        # open, seven writes, close, stat, and 102,400 bytes
        assert time.monotonic() - began >= 10 * 0.02 + WHOLE / 500_000


@pytest.mark.parametrize(("position", "is_there"), [("unsupported", False), ("works", True)])
def test_renaming_is_a_switch(position: str, is_there: bool) -> None:
    """UNKNOWN (mmp 2)."""

    async def act(connection: Connection) -> None:
        async with connection.start_sftp_client() as files:
            try:
                await files.rename("a.cer", "b.cer")
            except asyncssh.SFTPError:
                assert not is_there

    with two_boxes({"sftp-renames": position, "sftp-modes": "absent"}) as lab:
        put(lab.boxes["cb1"], b"x\n")
        within(lab.boxes["cb1"], act)
        assert ("b.cer" in lab.world.boxes["cb1"].list_files()) is is_there


def test_a_public_key_file_lets_its_owner_in() -> None:
    """RECALL mmp 1, with a switch."""
    key = asyncssh.generate_private_key("ssh-ed25519")

    async def act(box: LabBox) -> str:
        async with asyncssh.connect(
            box.address, box.ssh_port, username="admin", client_keys=[key], known_hosts=None,
            config=None, agent_path=None,
        ) as connection:  # fmt: skip
            return str((await connection.run("version")).stdout)

    for position in ("yes", "no"):
        with two_boxes({"pub-file-grants-login": position}) as lab:
            lab.world.boxes["cb1"].write_file("admin.pub", key.export_public_key())
            if position == "yes":
                assert asyncio.run(act(lab.boxes["cb1"])) == "2.9.5\n"
            else:
                with pytest.raises(asyncssh.PermissionDenied):
                    asyncio.run(act(lab.boxes["cb1"]))
