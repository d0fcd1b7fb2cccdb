"""A lab from an inventory: its boxes, their addresses and certificates, and the derived inventory
that points at them."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmsdeploy.certificates.authority import Authority
from cmsdeploy.errors import CmsdeployError, InputError

if TYPE_CHECKING:
    from cmsdeploy.inventory import Inventory
    from cmsdeploy.lab import BoxDescription, Lab

__all__ = ["LabSite"]

_ROLES = ("key", "cert", "bundle", "trust")
_SERVERS = "xmpp_servers"
# What the derived inventory says itself, instead of what was written.
_OVERRIDDEN = frozenset(
    {
        "ansible_host",
        "ansible_port",
        "ansible_user",
        "ansible_password",
        "ansible_ssh_private_key_file",
        "ansible_ssh_private_key_passphrase",
        "cms_host_key",
        "cms_webadmin",
        "xmpp_address",
        "xmpp_certificate",
        "xmpp_cluster",
    }
)


@dataclass
class LabSite:
    """``inventory`` is the user's own, ``out`` the derived one, ``folder`` for all else (0700)."""

    inventory: Inventory
    out: Path
    folder: Path
    version: str = "2.9.5"

    def __post_init__(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._password = secrets.token_urlsafe(18)
            _write_private(self.folder / "password", self._password.encode())
        except OSError as error:
            raise CmsdeployError(f"{self.folder} cannot be written: {error.strerror}") from error

    @property
    def password(self) -> str:
        """The password of every simulated box, made for this lab."""
        return self._password

    def descriptions(self, are_ports_real: bool = True) -> list[BoxDescription]:
        """One box for each host, on a loopback address of its own.

        ``are_ports_real`` takes the inventory's ports where they are free, else any are taken.
        """
        from cmsdeploy.lab import BoxDescription

        taken: set[str] = set()
        made = []
        for number, name in enumerate(self.inventory.hosts):
            address = self._address(name, number, taken)
            taken.add(address)
            port = self._word(name, "ansible_port") or 22
            webadmin = self._word(name, "cms_webadmin") or {}
            made.append(
                BoxDescription(
                    name=name,
                    address=address,
                    ssh_port=_free(address, int(port)) if are_ports_real else 0,
                    api_port=(
                        _free(address, int(webadmin.get("port", 443))) if are_ports_real else 0
                    ),
                    user=self._word(name, "ansible_user") or "admin",
                    password=self._password,
                    version=str(self._word(name, "lab_version") or self.version),
                    hostname=name,
                )
            )
        return made

    def announce_names(self, lab: Lab) -> None:
        """Let the boxes find each other by the names and addresses of the user's inventory."""
        for name, box in lab.boxes.items():
            for word in ("ansible_host", "xmpp_address"):
                known = self._word(name, word)
                if isinstance(known, str) and known != box.address:
                    lab.world.add_name(known, box.address)

    def write_inventory(self, lab: Lab) -> None:
        """Write the derived inventory; JSON is YAML, and says exactly what is meant."""
        certificates = dict(self._certificates())
        hosts = {
            name: {**self._kept(name), **self._pointed(name, lab), **certificates.get(name, {})}
            for name in self.inventory.hosts
        }
        groups = {
            name: {"hosts": dict.fromkeys(members)}
            for name, members in self.inventory.groups.items()
            if name not in ("all", "ungrouped")
        }
        text = json.dumps({"all": {"hosts": hosts, "children": groups}}, indent=2, default=str)
        head = "# Written by `cmsdeploy lab`: the boxes of your inventory, simulated on loopback.\n"
        self.out.write_text(head + text + "\n", encoding="utf-8")

    def _word(self, host: str, name: str) -> Any:
        variables = self.inventory.variables(host)
        if name not in variables:
            return None
        try:
            return variables[name]
        except InputError:
            # A secret that comes from an environment that is not set here; no lab needs it.
            return None

    def _address(self, name: str, number: int, taken: set[str]) -> str:
        own = str(self._word(name, "ansible_host"))
        if own.startswith("127.") and own not in taken and own != "127.0.0.1":
            return own
        return f"127.77.{number // 250}.{number % 250 + 1}"

    def _kept(self, host: str) -> dict[str, Any]:
        nodes = {name: self.inventory.node(host, name) for name in self.inventory.variables(host)}
        return {
            name: node.value
            for name, node in nodes.items()
            if node is not None and name not in _OVERRIDDEN
        }

    def _pointed(self, host: str, lab: Lab) -> dict[str, Any]:
        box = lab.boxes[host]
        password = str((self.folder / "password").absolute())
        return {
            "ansible_host": box.address,
            "ansible_port": box.ssh_port,
            "ansible_user": self._word(host, "ansible_user") or "admin",
            "ansible_password": f"{{{{ lookup('file', '{password}') }}}}",
            "cms_host_key": box.host_key_fingerprint,
            "cms_webadmin": {
                "host": box.address,
                "port": box.api_port,
                "fingerprint": box.api_fingerprint,
            },
            "xmpp_address": box.address,
            "xmpp_cluster": self.inventory.cluster(host),
        }

    def _certificates(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Files for every server, issued by one authority for each cluster."""
        servers = self.inventory.hosts_in(_SERVERS)
        clusters = dict.fromkeys(self.inventory.cluster(host) for host in servers)
        for cluster in clusters:
            members = [host for host in servers if self.inventory.cluster(host) == cluster]
            names = {host: _names(self._word(host, "xmpp_certificate")) for host in members}
            folder = self.folder / "files" / cluster
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._issue(folder, members, names)
            for host in members:
                entries = {
                    role: {"name": name, "source": str((folder / name).absolute())}
                    for role, name in names[host].items()
                }
                yield host, {"xmpp_certificate": entries}

    def _issue(
        self, folder: Path, members: list[str], names: Mapping[str, Mapping[str, str]]
    ) -> None:
        authority = Authority()
        leaves: dict[str, bytes] = {}
        for host in members:
            own = names[host]
            if "key" in own and own.get("cert", own["key"]) not in leaves:
                issued = authority.issue(str(self._word(host, "xmpp_domain") or host), members)
                _write_private(folder / own["key"], issued.key)
                leaves[own["cert"]] = issued.certificate
        joined = b"".join(leaves.values())
        for host in members:
            own = names[host]
            files = {"bundle": authority.root, "trust": joined}
            for role in ("bundle", "trust"):
                if role in own and own[role] not in leaves:
                    _write_private(folder / own[role], files[role])
        for name, certificate in leaves.items():
            _write_private(folder / name, certificate)


def _names(value: Any) -> dict[str, str]:
    found = {}
    for role in _ROLES:
        entry = value.get(role) if isinstance(value, Mapping) else None
        name = entry.get("name") if isinstance(entry, Mapping) else entry
        if isinstance(name, str) and name:
            found[role] = name
    return found


def _write_private(path: Path, content: bytes) -> None:
    """Write ``content``, readable by nobody else at any moment."""
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)


def _free(address: str, port: int) -> int:
    """``port`` where this process may listen on it there, else 0 (any)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return 0
    return port
