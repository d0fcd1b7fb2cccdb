"""A table of faults on the wire: commands, shells, files, requests."""

from __future__ import annotations

import asyncio
import threading
import time

import asyncssh
import pytest

from cmsdeploy.lab import Fault, Lab, LabBox, UnknownFaultError
from cmsdeploy.lab.certificates import KeySource

from .client import Connection, connect, told, two_boxes, within
from .material import configure

MOST = 8.0


def run(box: LabBox, line: str) -> str:
    """What an exec channel gives, a broken connection included."""
    try:
        return told(box, line)
    except (ConnectionAbortedError, asyncssh.Error, OSError):
        return "broken"


# Columns: fault, what a command gives, what the next one gives.
COMMANDS = [
    (Fault("refuse", "version"), "FAILURE: refused\n", "2.9.5\n"),
    (Fault("refuse", "version", None, value="no"), "FAILURE: no\n", "FAILURE: no\n"),
    (Fault("refuse", "version", after=1), "2.9.5\n", "FAILURE: refused\n"),
    (Fault("drop-before", "version"), "broken", "2.9.5\n"),
    (Fault("drop-after", "version"), "broken", "2.9.5\n"),
    (Fault("truncate", "version", value="2"), "broken", "2.9.5\n"),
    (Fault("drip", "version", value="0.001"), "2.9.5\n", "2.9.5\n"),
    (Fault("split", "version", value="3"), "2.9.5\n", "2.9.5\n"),
    (Fault("insert", "version", value="Are you sure? (Y/n)\n"), "Are you sure? (Y/n)\n2.9.5\n",
     "2.9.5\n"),
    (Fault("append", "version", value="cb1> "), "2.9.5\ncb1> ", "2.9.5\n"),
    (Fault("refuse", "ssh connect"), "broken", "2.9.5\n"),
    (Fault("drop-before", "ssh login"), "broken", "2.9.5\n"),
    (Fault("refuse", "channel"), "broken", "2.9.5\n"),
    (Fault("refuse", "version", every=2), "2.9.5\n", "FAILURE: refused\n"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "first", "second"), COMMANDS)
def test_a_fault_and_two_commands(fault: Fault, first: str, second: str) -> None:
    """Each row on its own lab; the other box feels nothing."""
    with two_boxes() as lab:
        lab.faults("cb1").add(fault)
        assert told(lab.boxes["cb2"], "version") == "2.9.5\n"
        assert [run(lab.boxes["cb1"], "version") for _ in range(2)] == [first, second]


def test_a_table_of_faults_is_data_and_can_be_taken_back() -> None:
    """Rows as from JSON; a wrong kind is named with a suggestion; reset heals all."""
    with two_boxes() as lab:
        faults = lab.faults("cb1")
        rows: list[dict[str, str | int | None]] = [
            {"kind": "refuse", "match": "version", "count": None, "after": 1},
            {"kind": "unreachable"},
        ]
        faults.load(rows)
        assert run(lab.boxes["cb1"], "version") == "broken"
        faults.reset()
        assert [run(lab.boxes["cb1"], "version") for _ in range(2)] == ["2.9.5\n"] * 2
        before = lab.boxes["cb1"].host_key_fingerprint
        faults.add(Fault("new-host-key"))
        assert lab.boxes["cb1"].host_key_fingerprint != before
    with pytest.raises(UnknownFaultError, match="Did you mean 'hang'"):
        Fault("hangs")


def test_every_third_channel_is_refused() -> None:
    """Of one connection, again and again."""

    async def act(connection: Connection) -> list[bool]:
        opened = []
        for _ in range(6):
            try:
                await connection.run("version")
                opened.append(True)
            except asyncssh.ChannelOpenError:
                opened.append(False)
        return opened

    with two_boxes() as lab:
        lab.faults("cb1").add(Fault("refuse", "channel", None, every=3))
        assert within(lab.boxes["cb1"], act) == [True, True, False, True, True, False]


def test_an_endless_reply_ends_with_the_client() -> None:
    """A gigabyte is not needed to see it; the box goes on."""

    async def act(connection: Connection) -> int:
        process = await connection.create_process("version")
        size = 0
        while size < 1_000_000:
            size += len(await process.stdout.read(65536))
        process.close()
        return size

    with two_boxes() as lab:
        lab.faults("cb1").add(Fault("endless", "version"))
        assert within(lab.boxes["cb1"], act) >= 1_000_000
        assert told(lab.boxes["cb1"], "version") == "2.9.5\n"


def test_slow_enable() -> None:
    """The effect comes with the reply, seconds later."""
    with two_boxes() as lab:
        configure(lab.boxes["cb1"].box)
        lab.faults("cb1").add(Fault("delay", "xmpp enable", value="0.4"))
        began = time.monotonic()
        assert "enabled" in told(lab.boxes["cb1"], "xmpp enable")
        assert time.monotonic() - began >= 0.4


@pytest.mark.parametrize(("kind", "is_added"), [("reboot-before", False), ("reboot-after", True)])
def test_a_box_that_boots_in_the_middle(kind: str, is_added: bool) -> None:
    """D5: the last command lost, or the reply; the box comes back on its ports."""
    with two_boxes() as lab:
        lab.timing.boot = 0.3
        box = lab.boxes["cb1"]
        lab.faults("cb1").add(Fault(kind, "xmpp callbridge add"))
        assert run(box, "xmpp callbridge add cb1") == "broken"
        assert run(box, "version") == "broken"
        time.sleep(0.6)
        assert ("cb1" in told(box, "xmpp callbridge list")) is is_added


def test_reboot_on_the_wire_and_power() -> None:
    """Connections drop, nobody listens, the state is kept."""
    with two_boxes() as lab:
        box = lab.boxes["cb1"]
        told(box, "xmpp domain kept.com")
        with pytest.raises((ConnectionAbortedError, asyncssh.Error)):
            told(box, "reboot", "Y\n")
        time.sleep(0.2)
        assert "kept.com" in told(box, "xmpp")
        lab.power_off("cb1")
        with pytest.raises(ConnectionRefusedError):
            told(box, "version")
        lab.power_on("cb1")
        assert "kept.com" in told(box, "xmpp")


@pytest.mark.filterwarnings("ignore:Diffie-Hellman")
def test_legacy_algorithms_only() -> None:
    """A client of today must be asked to speak them."""
    with two_boxes({"ssh-algorithms": "legacy"}) as lab:
        box = lab.boxes["cb1"]
        assert " ssh-rsa " in box.host_key_line

        async def act() -> tuple[str, str]:
            async with asyncssh.connect(
                box.address, box.ssh_port, username="admin", password="a pass/word",
                known_hosts=None, client_keys=None, config=None, agent_path=None,
                kex_algs=["diffie-hellman-group14-sha1"], server_host_key_algs=["ssh-rsa"],
                encryption_algs=["aes128-cbc"], mac_algs=["hmac-sha1"],
            ) as connection:  # fmt: skip
                done = await connection.run("version")
                return str(done.stdout), str(connection.get_extra_info("send_cipher"))

        assert asyncio.run(act()) == ("2.9.5\n", "aes128-cbc")
        # Which end says so first is a matter of luck.
        with pytest.raises((asyncssh.KeyExchangeFailed, asyncssh.ConnectionLost)):
            within(box, lambda connection: connection.run("version"))


@pytest.mark.parametrize("position", ["shown", "escapes"])
def test_a_banner_before_the_log_in(position: str) -> None:
    """With terminal codes, where the switch says so."""
    seen: list[str] = []

    class Client(asyncssh.SSHClient):
        def auth_banner_received(self, msg: str, lang: str) -> None:
            seen.append(msg)

    async def act(box: LabBox) -> None:
        async with asyncssh.connect(
            box.address, box.ssh_port, username="admin", password="a pass/word",
            known_hosts=None, client_keys=None, config=None, client_factory=Client,
        ) as connection:  # fmt: skip
            await connection.run("version")

    with two_boxes({"ssh-banner": position}) as lab:
        asyncio.run(act(lab.boxes["cb1"]))
    assert len(seen) == 1
    assert ("\x1b" in seen[0]) is (position == "escapes")


def test_sessions_of_one_user_may_be_few() -> None:
    """The second connection is closed at once."""

    async def act(connection: Connection) -> None:
        with pytest.raises((asyncssh.Error, OSError)):
            async with connect(lab.boxes["cb1"]):
                pass
        await connection.run("version")

    with two_boxes({"sessions-per-user": "1"}) as lab:
        within(lab.boxes["cb1"], act)


class SlowKeys(KeySource):
    """Makes a key as soon as the test says so."""

    may_go = threading.Event()

    def prepare(self) -> None:
        """Wait, as a slow processor would."""
        assert self.may_go.wait(MOST)
        super().prepare()


def test_a_request_for_a_certificate_holds_nobody_up() -> None:
    """Keys are made beside the loop: another box answers meanwhile."""

    async def act(lab: Lab) -> str:
        async with connect(lab.boxes["cb1"]) as one, connect(lab.boxes["cb2"]) as two:
            making = asyncio.create_task(one.run("pki csr k CN:a.com"))
            answers = [str((await two.run("version")).stdout) for _ in range(5)]
            assert not making.done()
            SlowKeys.may_go.set()
            await making
            return "".join(answers)

    with two_boxes() as lab:
        lab.world.keys = SlowKeys()
        assert asyncio.run(act(lab)) == "2.9.5\n" * 5
        assert lab.world.boxes["cb1"].list_files() == ["k.key", "k.csr"]
