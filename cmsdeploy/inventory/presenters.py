"""Who presents which certificate: the XMPP servers of a cluster, and their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cmsdeploy.inventory.boxes import word_value
from cmsdeploy.inventory.computed import SERVERS
from cmsdeploy.inventory.words import CERTIFICATE_ROLES
from cmsdeploy.model.secret import Secret

if TYPE_CHECKING:
    from cmsdeploy.inventory.inventory import Inventory

__all__ = ["CertificateFile", "Presenter", "presenter", "presenters"]


@dataclass(frozen=True)
class CertificateFile:
    """One entry of ``xmpp_certificate``: the name on the box, where it is here, its passphrase."""

    name: str
    source: str | None = None
    passphrase: Secret | None = None


@dataclass(frozen=True)
class Presenter:
    """A server and the names one of which its certificate has to hold; ``files`` by role."""

    host: str
    cluster: str
    domain: str
    names: tuple[str, ...]
    files: Mapping[str, CertificateFile]


def presenters(inventory: Inventory, cluster: str | None = None) -> tuple[Presenter, ...]:
    """The XMPP servers, of one cluster or of all, in inventory order. Raises ``InputError``."""
    every = inventory.hosts_in(SERVERS)
    chosen = every if cluster is None else inventory.members(SERVERS, cluster)
    return tuple(presenter(inventory, host) for host in chosen)


def presenter(inventory: Inventory, host: str) -> Presenter:
    """What the inventory says of ``host``. Raises :class:`InputError`."""
    variables = inventory.variables(host)

    def word(name: str) -> str:
        value = word_value(variables, host, name)
        return value if isinstance(value, str) else ""

    domain = word("xmpp_domain")
    short = f"{host}.{domain}" if domain and "." not in host else ""
    every = (host, short, word("xmpp_address"), word("ansible_host"))
    given = word_value(variables, host, "xmpp_certificate")
    return Presenter(
        host,
        inventory.cluster(host),
        domain,
        tuple(dict.fromkeys(name for name in every if name)),
        dict(_files(given if isinstance(given, Mapping) else {})),
    )


def _files(given: Mapping[str, object]) -> Iterator[tuple[str, CertificateFile]]:
    for role in CERTIFICATE_ROLES:
        entry = given.get(role)
        name, source, word = entry, None, None
        if isinstance(entry, Mapping):
            name, source, word = entry.get("name"), entry.get("source"), entry.get("passphrase")
        if isinstance(name, str) and name:
            passphrase = Secret(word) if isinstance(word, str) else word
            yield role, CertificateFile(name, source, passphrase)
