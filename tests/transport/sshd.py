"""OpenSSH's sshd on the loopback, with its own keys, log and commands."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cmsdeploy.model.host import Host, Login
from cmsdeploy.transport.known_hosts import line_for
from tests.ports import free_port

__all__ = ["KINDS", "Sshd", "make_key", "public_key", "sshd"]

KINDS = ("ed25519", "ecdsa", "rsa")
_CONFIGURATION = """\
Port {port}
ListenAddress 127.0.0.1
PidFile {folder}/pid
UsePAM no
StrictModes no
PermitRootLogin yes
PermitUserRC no
PrintMotd no
PrintLastLog no
AuthorizedKeysFile {folder}/user.pub
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp -d {folder}/root
LogLevel DEBUG1
{extra}
"""


@dataclass(frozen=True)
class Sshd:
    """A running server; ``folder`` holds its keys, its log and the root of its files."""

    folder: Path
    port: int

    @property
    def root(self) -> Path:
        """Where uploads go."""
        return self.folder / "root"

    @property
    def log(self) -> str:
        """What the server wrote so far."""
        return (self.folder / "log").read_text()

    def host(self, host_key: str | None = None) -> Host:
        """The host as an inventory would describe it."""
        login = Login(getpass.getuser(), key_file=str(self.folder / "user"))
        return Host("cb1", "127.0.0.1", self.port, login, host_key)

    def known_hosts(self, *kinds: str) -> Path:
        """A file that knows the server by the keys of ``kinds``."""
        path = self.folder / f"known_{'_'.join(kinds)}"
        lines = []
        for kind in kinds:
            key_type, key = public_key(self.folder / f"host_{kind}")
            lines.append(line_for("127.0.0.1", self.port, key_type, key))
        path.write_text("\n".join(lines) + "\n")
        return path


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> None:
    """Let OpenSSH make a key pair."""
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", str(path)]
    subprocess.run(command, check=True)


def public_key(path: Path) -> tuple[str, bytes]:
    """Type and content of the public half."""
    import base64

    key_type, encoded = path.with_suffix(".pub").read_text().split()[:2]
    return key_type, base64.b64decode(encoded)


@contextmanager
def sshd(folder: Path, kinds: Sequence[str] = KINDS, extra: str = "") -> Iterator[Sshd]:
    """Run a server that has host keys of ``kinds``; ``extra`` is configuration."""
    (folder / "root").mkdir(parents=True)
    for kind in kinds:
        make_key(folder / f"host_{kind}", kind)
    make_key(folder / "user")
    port = free_port()
    keys = "\n".join(f"HostKey {folder}/host_{kind}" for kind in kinds)
    text = _CONFIGURATION.format(port=port, folder=folder, extra=f"{keys}\n{extra}")
    (folder / "configuration").write_text(text)
    if os.getuid() == 0:
        # Debian's sshd wants this folder, and nobody makes it where no service manager runs.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    process = subprocess.Popen(
        ["/usr/sbin/sshd", "-D", "-f", str(folder / "configuration"), "-E", str(folder / "log")]
    )
    try:
        _wait_for(port)
        yield Sshd(folder, port)
    finally:
        process.terminate()
        process.wait(5)


def _wait_for(port: int) -> None:
    for _ in range(250):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError("sshd does not start")
