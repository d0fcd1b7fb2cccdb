"""One simulated Meeting Server: its settings, files, log, and the three ways to talk to it.

The box knows nothing of the words of single commands (`mmp/`) nor of API objects (`web_admin.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import cluster
from .audit import AuditEntry, Kind
from .exchange import Exchange, Pending, Question
from .files import FileRoot, is_upload_name
from .mmp.table import ANSWERS, find, is_write, run
from .web_admin import ApiAnswer, handle

if TYPE_CHECKING:
    from .world import World

# JAVA (mmp 1) joins commands this way; line breaks are treated alike (guess).
_SEPARATOR = re.compile(r"\s+;\s+|[\r\n]+")


@dataclass(frozen=True)
class BoxIdentity:
    """What does not change in the life of a box. `address` is IPv4 without prefix length."""

    name: str
    address: str
    version: str
    user: str
    password: str


@dataclass
class XmppServer:
    """Settings and state of the XMPP server of one box. Enabled means running."""

    domain: str | None = None
    interfaces: tuple[str, ...] = ()
    key_file: str | None = None
    certificate_file: str | None = None
    bundle_file: str | None = None
    trust_file: str | None = None
    is_enabled: bool = False
    is_cluster_enabled: bool = False
    cluster_number: int | None = None
    changed_at: float = 0.0
    callbridges: dict[str, str] = field(default_factory=dict)


class Box:
    """One box. Made by `World.add_box` only.

    `call_bridges` (name to address) is what the API lists as the call bridge cluster; empty until
    a test fills it. `is_cut_off` takes the box off the network of its peers, not of its users.
    """

    def __init__(self, world: World, identity: BoxIdentity, hostname: str) -> None:
        """Begin as a box that was installed and given an address, no more."""
        self.world = world
        self.identity = identity
        self.hostname = hostname
        self.hostname_after_reboot: str | None = None
        self.mac_address = _mac_of(identity.address)
        self.xmpp = XmppServer()
        self.xmpp_settings = dict.fromkeys(
            ("uniqueName", "domain", "sharedSecret", "serverAddressOverride"), ""
        )
        self.call_bridges: dict[str, str] = {}
        self.users: dict[str, str] = {identity.user: "admin"}
        self.dns_servers: list[tuple[str, str]] = []
        self.ntp_servers: list[str] = []
        self.files = FileRoot()
        self.audit: list[AuditEntry] = []
        self.is_cut_off = False

    @property
    def name(self) -> str:
        """Name in the world; the host name may differ."""
        return self.identity.name

    @property
    def address(self) -> str:
        """IPv4 address, the one that peers see."""
        return self.identity.address

    @property
    def version(self) -> str:
        """CMS version as text, such as `2.9.5`."""
        return self.identity.version

    @property
    def release(self) -> tuple[int, int]:
        """Major and minor version, for comparing."""
        major, minor = [*self.version.split("."), "0"][:2]
        return int(major), int(minor)

    @property
    def lacks_xmpp(self) -> bool:
        """XMPP left the product in 3.0 (DOC TAC-217062)."""
        return self.release >= (3, 0)

    @property
    def prompt(self) -> str:
        """`<hostname>> `, the host name exactly as set (SEEN, mmp 1)."""
        return f"{self.hostname}> "

    def execute(self, line: str) -> Exchange:
        """Run one line of the MMP. Several commands may stand on it, see mmp 1."""
        commands = tuple(part.strip() for part in _SEPARATOR.split(line.strip()))
        return self._run_all("", commands)

    def answer(self, pending: Pending, text: str) -> Exchange:
        """Go on with a command that asked; callers use `Exchange.answer`."""
        self.note("answer", "", is_write=True)
        cluster.settle(self.world)
        question = pending.question
        reply = ANSWERS[question.kind](self, question.words, text)
        cluster.settle(self.world)
        return self._run_all(reply, pending.rest)

    def _run_all(self, said: str, commands: tuple[str, ...]) -> Exchange:
        for number, command in enumerate(commands):
            words = tuple(command.split())
            if not words:
                continue
            reply = self._run_one(command, words)
            if isinstance(reply, Question):
                return Exchange(said, self, Pending(reply, commands[number + 1 :]))
            said += reply
        return Exchange(said, self)

    def _run_one(self, command: str, words: tuple[str, ...]) -> str | Question:
        verb = find(words, self.release)
        self.note("command", command, is_write=is_write(verb, words))
        cluster.settle(self.world)
        reply = run(self, verb, words)
        cluster.settle(self.world)
        return reply

    def api(self, method: str, path: str, form: Mapping[str, str] | None = None) -> ApiAnswer:
        """Answer one Web Admin API request of a user who is already let in."""
        fields = ",".join(sorted(form or {}))
        text = f"{method} {path} {fields}".strip()
        self.note("api", text, is_write=method not in ("GET", "HEAD"))
        cluster.settle(self.world)
        return handle(self, method, path, form or {})

    def write_file(self, name: str, content: bytes) -> None:
        """Store an upload. Raises `FileRefusedError`."""
        self.note("file-write", name, is_write=True)
        self.files.write(name, content)

    def read_file(self, name: str) -> bytes:
        """Give a file back. Raises `FileRefusedError`."""
        self.note("file-read", name, is_write=False)
        return self.files.read(name, self.world.switches["sftp-read-keys"] == "yes")

    def takes_upload(self, name: str) -> bool:
        """Whether the box would take an upload of that name; nothing is logged."""
        return is_upload_name(name)

    def remove_file(self, name: str) -> None:
        """Remove a file. Raises `FileRefusedError`."""
        self.note("file-remove", name, is_write=True)
        self.files.remove(name)

    def list_files(self) -> list[str]:
        """Names of all files, oldest first."""
        return self.files.names()

    def note(self, kind: Kind, text: str, *, is_write: bool) -> None:
        """Write an entry to the audit."""
        self.audit.append(AuditEntry(kind, text, is_write, self.world.seconds))

    def syslog(self) -> str:
        """All commands as the box logs them, one line each (`syslog-mmp-command`)."""
        return "".join(
            entry.syslog(self.world.date(entry.seconds), self.hostname, self.identity.user) + "\n"
            for entry in self.audit
            if entry.kind == "command"
        )


def _mac_of(address: str) -> str:
    # 00:50:56 as in `ipv4-status`; the rest is made from the address so that it is stable.
    return "00:50:56:" + ":".join(f"{int(part):02X}" for part in address.split(".")[1:])
