"""C1, C2, C5, C8, C9: who is there is known before anything is said about us."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from cmsdeploy.errors import IdentityError, UnreachableError
from cmsdeploy.model.host import Host, Login
from cmsdeploy.model.secret import Secret
from cmsdeploy.transport.known_hosts import fingerprint, line_for
from cmsdeploy.transport.ssh import connect
from tests.faults.proxy import Proxy
from tests.promises.numbers import reached
from tests.promises.servers import KEYS, PASSWORD, Gate, gate
from tests.transport.environment import environment
from tests.transport.sshd import make_key, sshd


def _host(port: int, address: str = "127.0.0.1", host_key: str | None = None) -> Host:
    return Host("cb1", address, port, Login("admin", password=Secret(PASSWORD)), host_key)


def _known(folder: Path, port: int, *names: str, address: str = "127.0.0.1") -> Path:
    path = folder / "known_hosts"
    keys = [KEYS[name] for name in names]
    lines = [line_for(address, port, key.get_name(), key.asbytes()) for key in keys]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_an_unknown_key_of_any_type_ends_it(tmp_path: Path) -> None:
    """C1: six types; the fingerprint, the command that trusts it, and not one login packet."""
    for name, key in KEYS.items():
        with gate([name]) as server:
            with pytest.raises(IdentityError, match="not known") as caught:
                connect(_host(server.port), known_hosts=[tmp_path / "none"])
            assert fingerprint(key.asbytes()) in str(caught.value)
            assert "cmsdeploy hosts trust cb1" in caught.value.action
            time.sleep(0.02)
            assert server.tries == []
            # The same server is well where its key is known: the silence was about the key.
            known = _known(tmp_path, server.port, name)
            connect(_host(server.port), known_hosts=[known]).close()
            assert "password" in server.tries
    reached("C1", f"0 login packets for {len(KEYS)} key types")


FOUR = ("ed25519", "ecdsa-256", "ecdsa-384", "rsa-2048")


def test_another_type_than_the_known_one_is_refused(tmp_path: Path) -> None:
    """C2: all ordered pairs of four types, and a changed key of the same type."""
    pairs = list(permutations(FOUR, 2))
    for known, shown in pairs:
        with gate([shown]) as server:
            path = _known(tmp_path, server.port, known)
            with pytest.raises(IdentityError, match="has changed"):
                connect(_host(server.port), known_hosts=[path])
            time.sleep(0.005)
            assert server.tries == []
    with gate(["rsa-2048"]) as server:
        path = _known(tmp_path, server.port, "rsa-3072")
        with pytest.raises(IdentityError, match="has changed"):
            connect(_host(server.port), known_hosts=[path])
        assert server.tries == []
    reached("C2", f"refused {len(pairs)} of {len(pairs)} pairs, and a changed key")


CBC, CTR, GCM = "aes128-cbc", "aes128-ctr", "aes128-gcm@openssh.com"
ETM, MAC = "hmac-sha2-256-etm@openssh.com", "hmac-sha2-256"
TERRAPIN = [
    ((CBC, ETM, False), False),
    ((CBC, ETM, True), True),
    ((CBC, MAC, False), True),
    ((CTR, ETM, False), True),
    ((GCM, ETM, False), True),
]


def test_combinations_open_to_terrapin(tmp_path: Path) -> None:
    """C5: CBC with encrypt-then-MAC is refused without strict key exchange, and only that."""
    for (cipher, mac, strict), is_taken in TERRAPIN:
        with gate(["ed25519"], ciphers=[cipher], macs=[mac], strict=strict) as server:
            known = [_known(tmp_path, server.port, "ed25519")]
            if is_taken:
                opened = connect(_host(server.port), known_hosts=known)
                assert opened.negotiated["cipher"] == cipher
                assert opened.negotiated["strict"] == str(strict)
                opened.close()
            else:
                with pytest.raises(UnreachableError, match="Terrapin"):
                    connect(_host(server.port), known_hosts=known)
                assert server.tries == []
    reached("C5", f"{len(TERRAPIN)} of {len(TERRAPIN)} combinations as in the table")


def test_a_name_that_leads_elsewhere(tmp_path: Path) -> None:
    """C8: the same name and port lead to another server between two connections: refused."""
    with (
        gate(["ed25519"]) as first,
        gate(["ecdsa-256"]) as second,
        Proxy(("127.0.0.1", first.port)) as name,
    ):
        known = _known(tmp_path, name.port, "ed25519", address="localhost")
        connect(_host(name.port, "localhost"), known_hosts=[known]).close()
        name.target = ("127.0.0.1", second.port)
        # And a pinned key is bound to the host of the inventory, whatever its address.
        pinned = _host(name.port, "localhost", fingerprint(KEYS["ed25519"].asbytes()))
        for host in (_host(name.port, "localhost"), pinned):
            with pytest.raises(IdentityError):
                connect(host, known_hosts=[known])
        assert second.tries == []
    reached("C8", "the second connection refused, 0 login packets")


@contextmanager
def _agent(path: Path, keys: list[Path]) -> Iterator[None]:
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
    try:
        while not path.exists():
            time.sleep(0.01)
        with environment(SSH_AUTH_SOCK=str(path)):
            subprocess.run(["ssh-add", "-q", *map(str, keys)], check=True, capture_output=True)
            yield
    finally:
        process.terminate()
        process.wait(5)


def test_one_identity_is_tried(tmp_path: Path) -> None:
    """C9: twenty keys in the agent, three tries at the server: the named one, first, alone."""
    others = [tmp_path / f"other{number}" for number in range(19)]
    for path in others:
        make_key(path)
    with sshd(tmp_path / "server", ["ed25519"], "MaxAuthTries 3") as server:
        with _agent(tmp_path / "agent", [*others, server.folder / "user"]):
            login = Login(
                server.host().login.user,
                key_file=str(server.folder / "user.pub"),
                is_agent_allowed=True,
            )
            known = [server.known_hosts("ed25519")]
            opened = connect(replace(server.host(), login=login), known_hosts=known)
            assert b"x" in opened.execute("echo x", deadline_seconds=5)
            opened.close()
        tried = re.findall(
            r"userauth-request for user \S+ service \S+ method publickey", server.log
        )
        assert len(tried) == 1
        assert "auth-agent-req" not in server.log
        assert "Failed publickey" not in server.log
    reached("C9", f"first try of {len(others) + 1} keys, 0 agent requests")


def test_the_gate_counts(tmp_path: Path) -> None:
    """Somebody who logs in without looking at the key is seen: the counter can fail."""
    with gate(["ed25519"]) as server:
        said = subprocess.run(
            ["ssh", "-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes",
             "-o", f"UserKnownHostsFile={tmp_path}/kh", "-p", str(server.port), "x@127.0.0.1", "x"],
            capture_output=True, text=True, timeout=20, check=False,
        )  # fmt: skip
        assert said.returncode != 0
        assert "none" in server.tries
    assert isinstance(server, Gate)
