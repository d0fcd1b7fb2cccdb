"""One simulated Meeting Server: its settings, files, log, and the three ways to talk to it.

The box knows nothing of the words of single commands (`mmp/`) nor of API objects (`web_admin/`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from . import own_files, power
from .audit import AuditEntry, Kind
from .box_state import BoxIdentity, DatabaseNode, Interface, Service, XmppServer
from .errors import BoxIsDownError
from .event_log import EventLog
from .exchange import Exchange, Pending, Question
from .files import FileRoot
from .filing import Filing
from .link import Link
from .mmp.table import ANSWERS, find, is_write, keys_made_by, run
from .presenting import Trouble
from .resolving import Record
from .status_page import status_page
from .web_admin import ApiAnswer, handle

if TYPE_CHECKING:
    from .world import World

__all__ = ["Box", "BoxIdentity", "XmppServer"]

# JAVA (mmp 1) joins commands by ` ; `; line breaks are treated alike (guess).
_SEPARATORS = {
    "semicolon-and-lines": re.compile(r"\s+;\s+|[\r\n]+"),
    "lines": re.compile(r"[\r\n]+"),
    "none": re.compile(r"(?!)"),
}
_ORIGIN = "127.0.0.1:50000"


class Box(Filing):
    """One box. Made by `World.add_box` only.

    `call_bridges` (name to address) is what the API lists as the call bridge cluster; empty until
    somebody fills it. `is_cut_off` takes the box off the network of its peers, not of its users;
    `World.network` has finer cuts. `xmpp_trouble` is what is wrong with the ports of its XMPP
    server. `clock_offset` is how many seconds its clock is ahead of
    the world's. `is_powered` and `up_at` are `power.py`'s.
    """

    def __init__(self, world: World, identity: BoxIdentity, hostname: str) -> None:
        """Begin as a box that was installed and given an address, no more."""
        self.world = world
        self.identity = identity
        self._hostname = hostname
        self.hostname_after_reboot: str | None = None
        self.mac_address = _mac_of(identity.address)
        self._make_settings()
        self.files = FileRoot()
        self.files_whole_at: dict[str, float] = {}
        self.audit: list[AuditEntry] = []
        self.events = EventLog()
        self.link = Link()
        self.xmpp_trouble = Trouble()
        self.is_cut_off = False
        self.clock_offset = 0.0
        self.is_powered = True
        self.up_at = self.booted_at = world.seconds
        self.boots = 0
        self.user, self.origin = identity.user, _ORIGIN

    def _make_settings(self) -> None:
        self.xmpp = XmppServer()
        self.xmpp_settings = dict.fromkeys(
            ("uniqueName", "domain", "sharedSecret", "serverAddressOverride"), ""
        )
        self.cluster_settings: dict[str, str] = {}
        self.call_bridges: dict[str, str] = {}
        self.call_bridge_details: dict[str, dict[str, str]] = {}
        self.services: dict[str, Service] = {}
        self.database = DatabaseNode()
        self.users: dict[str, str] = {self.identity.user: "admin"}
        self.passwords: dict[str, str] = {self.identity.user: self.identity.password}
        self.dns_servers: list[tuple[str, str]] = []
        self.dns_records: list[Record] = []
        self.ntp_servers: list[str] = []
        self.syslog_servers: list[str] = []
        self.timezone = "Etc/UTC"
        own = Interface(self.identity.address, 24, _gateway_of(self.identity.address), True, True)
        self.interfaces = {"a": own, **{name: Interface() for name in ("b", "c", "d")}}

    @property
    def name(self) -> str:
        """Name in the world; the host name may differ."""
        return self.identity.name

    @property
    def address(self) -> str:
        """IPv4 address, the one that peers see."""
        return self.identity.address

    @property
    def hostname(self) -> str:
        """Host name as it runs; other boxes find this one by it."""
        return self._hostname

    @hostname.setter
    def hostname(self, name: str) -> None:
        self._hostname = name
        self.world.notice_names()

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
        is_short = self.world.switches["prompt-host-name"] == "first-label"
        return f"{self.hostname.partition('.')[0] if is_short else self.hostname}> "

    @property
    def is_up(self) -> bool:
        """Whether anybody can talk to the box: on, and done with booting."""
        return self.is_powered and self.world.seconds >= self.up_at

    @property
    def uptime(self) -> float:
        """Seconds since the last boot."""
        return self.world.seconds - self.booted_at

    def power_off(self) -> None:
        """Pull the plug; state and files are kept."""
        power.switch_off(self)

    def power_on(self) -> None:
        """Let the box boot, for as long as `Timing.boot` says."""
        power.switch_on(self)

    def execute(self, line: str, *, user: str | None = None, origin: str = _ORIGIN) -> Exchange:
        """Run one line of the MMP; several commands may stand on it, see mmp 1.

        `user` and `origin` are what the log says. Raises `BoxIsDownError`.
        """
        self._check_up()
        self.user, self.origin = user or self.identity.user, origin
        separator = _SEPARATORS[self.world.switches["separators"]]
        return self._run_all("", tuple(part.strip() for part in separator.split(line.strip())))

    def answer(self, pending: Pending, text: str) -> Exchange:
        """Go on with a command that asked; callers use `Exchange.answer`."""
        self._check_up()
        self.note("answer", "", is_write=True)
        self.world.settle(self)
        question = pending.question
        reply = ANSWERS[question.kind](self, question.words, text)
        self.world.settle(self)
        if isinstance(reply, Question):
            return Exchange("", self, Pending(reply, pending.rest))
        return self._run_all(reply, pending.rest)

    def _check_up(self) -> None:
        if not self.is_up:
            raise BoxIsDownError(f"box {self.name!r} is off or boots")

    def _run_all(self, said: str, commands: tuple[str, ...]) -> Exchange:
        for number, command in enumerate(commands):
            words = tuple(command.split())
            if not words or not self.is_up:
                continue
            reply = self._run_one(command, words)
            if isinstance(reply, Question):
                return Exchange(said, self, Pending(reply, commands[number + 1 :]))
            said += reply
        return Exchange(said, self)

    def _run_one(self, command: str, words: tuple[str, ...]) -> str | Question:
        verb = find(words, self.release)
        may_change = is_write(verb, words)
        self.note("command", command, is_write=may_change)
        self.world.settle(self)
        reply = run(self, verb, words)
        if may_change:
            self.world.settle(self)
        return reply

    def keys_made_by(self, line: str) -> int:
        """How many RSA keys a line will need, so that they can be made before, elsewhere."""
        parts = _SEPARATORS[self.world.switches["separators"]].split(line.strip())
        return sum(keys_made_by(tuple(part.split()), self.release) for part in parts)

    def api(self, method: str, path: str, form: Mapping[str, str] | None = None) -> ApiAnswer:
        """Answer one Web Admin API request of a user who is already let in."""
        self._check_up()
        fields = ",".join(sorted(form or {}))
        text = f"{method} {path} {fields}".strip()
        self.note("api", text, is_write=method not in ("GET", "HEAD"))
        self.world.settle(self)
        answer = handle(self, method, path, form or {})
        self.world.settle(self)
        return answer

    def status_page(self) -> str:
        """Text of the status page of Web Admin (`webadmin-status-page-dns-error`)."""
        self.world.settle(self)
        return status_page(self)

    def event_log(self) -> str:
        """Text of the event log of Web Admin (`webadmin-event-log-dns-error`)."""
        self.world.settle(self)
        return self.events.text(
            [self.world.stamp(one.seconds + self.clock_offset) for one in self.events.events]
        )

    def note(self, kind: Kind, text: str, *, is_write: bool) -> None:
        """Write an entry to the audit."""
        entry = AuditEntry(kind, text, is_write, self.world.seconds, self.user, self.origin)
        self.audit.append(entry)
        self.world.asked.add(self.name)

    def syslog(self) -> str:
        """All commands as the box logs them, one line each (`syslog-mmp-command`)."""
        return own_files.syslog(self)


def _mac_of(address: str) -> str:
    # 00:50:56 as in `ipv4-status`; the rest is made from the address so that it is stable.
    return "00:50:56:" + ":".join(f"{int(part):02X}" for part in address.split(".")[1:])


def _gateway_of(address: str) -> str:
    return f"{address.rpartition('.')[0]}.254"
