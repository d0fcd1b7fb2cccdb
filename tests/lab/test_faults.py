"""Faults, time, and starting and stopping the lab."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator

import asyncssh
import pytest

from cmsdeploy.lab import Lab, LabBox, UnknownBoxError

from .client import connect, describe, told, two_boxes
from .material import configure


@pytest.fixture(scope="module")
def shared() -> Iterator[Lab]:
    """One running lab for the tests that leave no trace that matters."""
    with two_boxes() as lab:
        yield lab


def test_faults_around_one_command() -> None:
    """Cut before and after the effect, pretended success, an endless wait."""
    with two_boxes() as lab:
        box, faults = lab.boxes["cb1"], lab.faults("cb1")
        configure(box.box)
        faults.close_before("xmpp enable")
        with pytest.raises(ConnectionAbortedError):
            told(box, "xmpp enable")
        assert _is_enabled(box) is False
        faults.close_after("xmpp enable")
        with pytest.raises(ConnectionAbortedError):
            told(box, "xmpp enable")
        assert _is_enabled(box) is True
        faults.pretend("xmpp disable")
        assert told(box, "xmpp disable") == "SUCCESS: XMPP server disabled\n"
        assert _is_enabled(box) is True
        faults.hang_on("version")
        with pytest.raises(asyncio.TimeoutError):
            asyncio.run(asyncio.wait_for(_version(box), 0.5))
        faults.clear()
        assert told(box, "version ; xmpp disable") == "2.9.5\nSUCCESS: XMPP server disabled\n"


def _is_enabled(box: LabBox) -> bool:
    return box.box.xmpp.is_enabled


async def _version(box: LabBox) -> None:
    async with connect(box) as connection:
        await connection.run("version")


def test_a_cut_after_a_question_waits_for_the_answer() -> None:
    """The effect of add-secret comes with the secret."""
    with two_boxes() as lab:
        box = lab.boxes["cb1"]
        lab.faults("cb1").close_after("add-secret")
        with pytest.raises(ConnectionAbortedError):
            told(box, "xmpp callbridge add-secret x", "secret\n")
        assert box.box.xmpp.callbridges == {"x": "secret"}


def test_an_unreachable_box_comes_back_on_its_ports() -> None:
    """Connections are refused, not ignored; state is kept."""
    with two_boxes() as lab:
        box = lab.boxes["cb1"]
        told(box, "xmpp domain kept.com")
        lab.faults("cb1").refuse_connections()
        for port in (box.ssh_port, box.api_port):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((box.address, port), 5)
        assert told(lab.boxes["cb2"], "version") == "2.9.5\n"
        lab.faults("cb1").accept_connections()
        assert lab.boxes["cb1"] == box
        assert "kept.com" in told(box, "xmpp")


def test_a_changed_host_key_is_noticed() -> None:
    """A strict client does not go on."""
    with two_boxes() as lab:
        old = lab.boxes["cb1"]
        lab.faults("cb1").change_host_key()
        assert lab.boxes["cb1"].ssh_port == old.ssh_port
        with pytest.raises(asyncssh.HostKeyNotVerifiable):
            told(old, "version")
        assert told(lab.boxes["cb1"], "version") == "2.9.5\n"


def test_simulated_time_follows_real_time() -> None:
    """An election takes its seconds on the wire too."""
    with Lab([describe("cb1", 1)], election_seconds=0.4) as lab:
        box = lab.boxes["cb1"]
        configure(box.box)
        told(box, "xmpp cluster enable ; xmpp cluster initialize ; xmpp enable")
        assert told(box, "xmpp cluster status").startswith("State: CANDIDATE\n")
        time.sleep(0.5)
        assert told(box, "xmpp cluster status").startswith("State: LEADER\n")


def test_a_lab_that_cannot_start_leaves_nothing_behind() -> None:
    """A taken port is an OSError, and stop is harmless."""
    with socket.create_server(("127.0.1.1", 0)) as taken:
        lab = Lab([describe("cb1", 1, ssh_port=taken.getsockname()[1])])
        with pytest.raises(OSError, match=r"in use|bind"):
            lab.start()
    lab.stop()


def test_unknown_boxes_are_named(shared: Lab) -> None:
    """The message lists who is there."""
    with pytest.raises(UnknownBoxError, match="cb1, cb2"):
        shared.faults("cb7")
    with pytest.raises(UnknownBoxError, match="cb1, cb2"):
        shared.audit("cb7")
