"""A lab from an inventory: its boxes, their addresses, names and certificates, as a description."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmsdeploy.cli.lab_certificates import issue_certificates
from cmsdeploy.errors import CmsdeployError, InputError
from cmsdeploy.inventory.forms import BY_HAND
from cmsdeploy.inventory.secret_words import holds_secret

if TYPE_CHECKING:
    from cmsdeploy.inventory import Inventory
    from cmsdeploy.lab.dns import Component
    from cmsdeploy.lab.site import SiteDescription
    from cmsdeploy.lab.wire.description import BoxDescription

__all__ = ["LabSite"]

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
        "xmpp_seen_at",
        "xmpp_certificate",
        "xmpp_cluster",
        "xmpp_dns_address",
        "xmpp_dns_key",
        "xmpp_dns_resolvers",
        "xmpp_dns_servers",
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

    def description(self) -> SiteDescription:
        """The boxes, their names in DNS, and what the derived inventory keeps of each host."""
        from cmsdeploy.lab.site import SiteDescription

        addresses = self._addresses()
        issued = issue_certificates(
            self.inventory, self._word, self.folder / "files", _write_private
        )
        certificates = dict(issued)
        return SiteDescription(
            boxes=tuple(self._box(name, addresses[name]) for name in self.inventory.hosts),
            components=tuple(
                self._component(name, addresses[name]) for name in self.inventory.hosts
            ),
            hosts={
                name: {**self._kept(name), **certificates.get(name, {})}
                for name in self.inventory.hosts
            },
            groups={
                name: list(members)
                for name, members in self.inventory.groups.items()
                if name not in ("all", "ungrouped")
            },
            password_file=str((self.folder / "password").absolute()),
        )

    def _addresses(self) -> dict[str, str]:
        """A loopback address for each host: its own one where it has one, and it alone."""
        found: dict[str, str] = {}
        for number, name in enumerate(self.inventory.hosts):
            own = str(self._word(name, "ansible_host"))
            is_own = own.startswith("127.") and own != "127.0.0.1"
            if not is_own or own in found.values():
                own = f"127.77.{number // 250}.{number % 250 + 1}"
            found[name] = own
        return found

    def _box(self, name: str, address: str) -> BoxDescription:
        from cmsdeploy.lab import BoxDescription

        port = self._word(name, "ansible_port") or 22
        webadmin = self._word(name, "cms_webadmin") or {}
        return BoxDescription(
            name=name,
            address=address,
            ssh_port=int(port),
            api_port=int(webadmin.get("port", 443)) if isinstance(webadmin, dict) else 443,
            user=self._word(name, "ansible_user") or "admin",
            password=self._password,
            version=str(self._word(name, "lab_version") or self.version),
            hostname=name,
        )

    def _component(self, name: str, address: str) -> Component:
        from cmsdeploy.lab.dns import Component

        domain = self._word(name, "xmpp_domain")
        known = [self._word(name, word) for word in ("ansible_host", "xmpp_address")]
        return Component(
            name=name,
            address=address,
            domain=domain if isinstance(domain, str) else None,
            is_server=name in self.inventory.hosts_in(_SERVERS),
            names=tuple(dict.fromkeys(one for one in known if isinstance(one, str))),
        )

    def _word(self, host: str, name: str) -> Any:
        variables = self.inventory.variables(host)
        if name not in variables:
            return None
        try:
            return variables[name]
        except InputError:
            # A secret that comes from an environment that is not set here; no lab needs it.
            return None

    def _kept(self, host: str) -> dict[str, Any]:
        nodes = {name: self.inventory.node(host, name) for name in self.inventory.variables(host)}
        kept = {
            name: node.value
            for name, node in nodes.items()
            if node is not None and name not in _OVERRIDDEN and not holds_secret(name, node)
        }
        if self._word(host, "cms_webadmin") == BY_HAND:
            kept["cms_webadmin"] = BY_HAND
        user = self._word(host, "ansible_user") or "admin"
        return {**kept, "ansible_user": user, "xmpp_cluster": self.inventory.cluster(host)}


def _write_private(path: Path, content: bytes) -> None:
    """Write ``content``, readable by nobody else at any moment."""
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
