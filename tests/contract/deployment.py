"""What is wanted in a test: servers, call bridges, files, and the stages that a playbook makes."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cmsdeploy.errors import Origin
from cmsdeploy.model.certificate_order import CertificateOrder, FoundCertificate
from cmsdeploy.model.cluster import DEFAULT_CLUSTER
from cmsdeploy.model.host import Host, WebAdmin
from cmsdeploy.model.local_file import FileKind, LocalFile
from cmsdeploy.model.secret import Secret
from cmsdeploy.model.step import Risk
from cmsdeploy.planning.stage import Permission
from tests.contract.names import KEY_BYTES, PRIMARY, SECONDARY

__all__ = [
    "ALL_ALLOWED",
    "CERTIFICATE",
    "DOMAIN",
    "KEY_TEXT",
    "Deployment",
    "TestSite",
    "local_file",
    "names",
]

DOMAIN = "tptac9.com"
KEY_TEXT = b"the private key of the servers\n"
CERTIFICATE = {"key": "node.key", "cert": "node.cer", "bundle": "root.cer", "trust": "node.cer"}
ALL_ALLOWED = Permission(risks=frozenset(Risk))


def local_file(name: str, source: str | None = None) -> LocalFile:
    """A file of the site. The world of these tests takes files unread, so any text will do."""
    if name.endswith(".key"):
        own = Secret(KEY_TEXT)
        return LocalFile(name, f"files/{name}", FileKind.KEY, own, "key:1", ("1",))
    is_leaf = not name.startswith("root")
    text = f"the certificate {source or name}\n".encode()
    keys = ("1",) if is_leaf else ("2",)
    return LocalFile(name, f"files/{name}", FileKind.CERTIFICATES, text, f"sha256:{name}", keys)


ReadFile = Callable[[str, str | None], LocalFile]


@dataclass(frozen=True)
class TestSite:
    """The site of one host, as a playbook has it."""

    __test__ = False

    host: str = "cb1"
    cluster: str = DEFAULT_CLUSTER
    origin: Origin = field(default_factory=lambda: Origin("playbooks/site.yml", 1, 1))
    reads: ReadFile = local_file

    def local_file(self, name: str, source: str | None) -> LocalFile:
        """Any file is there."""
        return self.reads(name, source)

    def certificate(self, order: CertificateOrder) -> FoundCertificate:
        """The files of the order as they are: nobody looks into them."""
        names = {role: entry.name for role, entry in order.entries.items()}
        files = {
            role: self.local_file(entry.name, entry.source) for role, entry in order.entries.items()
        }
        return FoundCertificate(files, names)


@dataclass(frozen=True)
class Deployment:
    """``servers`` run XMPP, in the order of the inventory; ``bridges`` are boxes that log in.

    ``others`` are all boxes of the world, where there are more: their places give the addresses.
    In file names ``{host}`` stands for the box, in ``seen_at`` ``{address}`` for its address.
    ``reads`` gives the local files. ``leaving`` are servers that shall be out of the cluster, and
    ``more`` are further parameters of every server; ``is_exclusive`` takes records of others out,
    and ``absent_logins`` are call bridges without one. ``must_boxes_agree`` asks what each finds.
    """

    servers: tuple[str, ...] = ("cb1", "cb2", "cb3")
    bridges: tuple[str, ...] = ("cb1", "cb2", "cb3")
    first: str = ""
    cluster: str = DEFAULT_CLUSTER
    recipe: str = "tac-217319"
    domain: str = DOMAIN
    listen: tuple[str, ...] = ("a",)
    certificate: Mapping[str, str] = field(default_factory=lambda: dict(CERTIFICATE))
    absent: tuple[str, ...] = ()
    permission: Permission = ALL_ALLOWED
    others: tuple[str, ...] = ()
    reads: ReadFile = local_file
    seen_at: str = ""
    leaving: tuple[str, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict)
    is_exclusive: bool = False
    absent_logins: tuple[str, ...] = ()
    must_boxes_agree: bool = False

    @property
    def staying(self) -> tuple[str, ...]:
        """The servers that shall be in the cluster."""
        return tuple(name for name in self.servers if name not in self.leaving)

    @property
    def boxes(self) -> tuple[str, ...]:
        """Every box with a task, servers first."""
        return tuple(dict.fromkeys((*self.servers, *self.bridges)))

    @property
    def founder(self) -> str:
        """The server that founds the cluster."""
        return self.first or (self.staying or self.servers)[0]

    def address(self, name: str) -> str:
        """The address of a box: its place among all boxes, as the world gives it."""
        return f"10.0.0.{(self.others or self.boxes).index(name) + 1}"

    def host(self, name: str) -> Host:
        """The host as the inventory describes it."""
        address = self.address(name)
        return Host(name, address, webadmin=WebAdmin(address), cluster=self.cluster)

    def site(self, name: str) -> TestSite:
        """The site for the parameters of one host."""
        return TestSite(name, self.cluster, reads=self.reads)

    def files_of(self, name: str) -> dict[str, str]:
        """The names of the certificate files of one box, by role."""
        return {role: file.format(host=name) for role, file in self.certificate.items()}

    def certificates(self, name: str) -> dict[str, Any]:
        """The parameters of family pki."""
        return {"certificate": self.files_of(name)}

    def server(self, name: str) -> dict[str, Any]:
        """The parameters of family xmpp."""
        return {
            "domain": self.domain,
            "listen": list(self.listen),
            "certificate": self.files_of(name),
            "seen_at": self.seen_at.format(address=self.address(name)),
            "callbridges": list(self.bridges),
            "callbridges_absent": list(self.absent),
            "first": self.founder,
            "address": self.address(name),
            "recipe": self.recipe,
            "state": "absent" if name in self.leaving else "present",
            **self.more,
        }

    def records(self, name: str) -> dict[str, object]:
        """The parameters of family dns."""
        return {
            "domain": self.domain,
            "hosts": [
                {"host": one, "name": f"{one}.{self.domain}", "addresses": [self.address(one)]}
                for one in self.staying
            ],
            "servers": [PRIMARY, SECONDARY],
            "key": {"name": "deploy", "secret": base64.b64encode(KEY_BYTES).decode()},
            **({"exclusive": True} if self.is_exclusive else {}),
            **({"boxes_agree": True} if self.must_boxes_agree else {}),
        }

    def bridge(self, name: str) -> dict[str, Any]:
        """The parameters of family callbridge."""
        state = "absent" if name in self.absent_logins else "present"
        return {"name": name, "domain": self.domain, "state": state}

    def gate(self, name: str) -> dict[str, Any]:
        """The parameters of family mmp: a raw command and the sentence that guards it."""
        return {
            "command": "ntp server add 10.0.0.123",
            "read": "ntp server list",
            "shows": "10.0.0.123",
            "risk": "safe",
        }


def names(count: int, start: int = 1) -> Sequence[str]:
    """``cb1``, ``cb2`` and so on."""
    return [f"cb{number}" for number in range(start, start + count)]
