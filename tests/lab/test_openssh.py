"""Debian's OpenSSH clients against the lab: the second opinion on the wire."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cmsdeploy.lab import BoxDescription, Lab


@dataclass(frozen=True)
class Client:
    """An OpenSSH client with a key of its own and a strict known_hosts."""

    lab: Lab
    folder: Path

    def run(self, program: str, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run ssh or sftp against the box."""
        options = [
            "-F", "none", "-i", str(self.folder / "id"),
            "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
            "-o", f"UserKnownHostsFile={self.folder / 'known_hosts'}",
        ]  # fmt: skip
        port = ["-p" if program == "ssh" else "-P", str(self.lab.boxes["cb1"].ssh_port)]
        return subprocess.run(
            [program, *options, *port, *words],
            input=typed, capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A lab of one box whose description carries the client's key."""
    folder = tmp_path_factory.mktemp("openssh")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "id"], check=True)
    public = (folder / "id.pub").read_text()
    with Lab([BoxDescription("cb1", "127.0.1.3", authorized_keys=[public])]) as lab:
        (folder / "known_hosts").write_text(lab.boxes["cb1"].host_key_line + "\n")
        yield Client(lab, folder)


def test_one_command(client: Client) -> None:
    """`ssh -p PORT admin@127.0.1.3 version`."""
    done = client.run("ssh", "admin@127.0.1.3", "version")
    assert (done.returncode, done.stdout, done.stderr) == (0, "2.9.5\n", "")


def test_an_interactive_session(client: Client) -> None:
    """`ssh -tt`, with a hidden answer."""
    typed = "xmpp callbridge add-secret cb1\nhidden-secret\nxmpp domain a.com\nexit\n"
    done = client.run("ssh", "-tt", "admin@127.0.1.3", typed=typed)
    assert done.stdout.splitlines() == [
        "cb1> xmpp callbridge add-secret cb1",
        "Enter callbridge secret",
        "cb1> xmpp domain a.com",
        "cb1> exit",
    ]
    assert client.lab.boxes["cb1"].box.xmpp.callbridges == {"cb1": "hidden-secret"}


def test_files(client: Client) -> None:
    """put, ls, get, rm of the sftp program."""
    (client.folder / "a.cer").write_text("content\n")
    typed = f"put {client.folder}/a.cer\nls\nget a.cer {client.folder}/back.cer\nrm a.cer\npwd\n"
    done = client.run("sftp", "-b", "-", "admin@127.0.1.3", typed=typed)
    assert done.returncode == 0, done.stderr
    assert (client.folder / "back.cer").read_text() == "content\n"
    assert "Remote working directory: /\n" in done.stdout
    assert client.lab.boxes["cb1"].box.list_files() == []


def test_a_name_that_no_box_takes(client: Client) -> None:
    """The sftp program reports the refusal."""
    (client.folder / "a.exe").write_text("content\n")
    done = client.run("sftp", "-b", "-", "admin@127.0.1.3", typed=f"put {client.folder}/a.exe\n")
    assert done.returncode != 0
    assert "Permission denied" in done.stderr


def test_the_fingerprint_is_what_openssh_prints(client: Client) -> None:
    """For people who compare by eye."""
    told = subprocess.run(
        ["ssh-keygen", "-lf", client.folder / "known_hosts"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert client.lab.boxes["cb1"].host_key_fingerprint in told
