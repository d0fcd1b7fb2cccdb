"""Certificates for the XMPP servers of a lab, under the file names that the inventory uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cmsdeploy.certificates.authority import Authority

if TYPE_CHECKING:
    from cmsdeploy.inventory import Inventory

__all__ = ["issue_certificates"]

Word = Callable[[str, str], object]
Write = Callable[[Path, bytes], None]
_ROLES = ("key", "cert", "bundle", "trust")
_SERVERS = "xmpp_servers"


def issue_certificates(
    inventory: Inventory, word: Word, folder: Path, write: Write
) -> Iterator[tuple[str, dict[str, object]]]:
    """Write files for every server, issued by one authority for each cluster.

    ``word`` gives a variable of a host, ``write`` makes a private file. Gives each server with the
    ``xmpp_certificate`` that names its files.
    """
    servers = inventory.hosts_in(_SERVERS)
    for cluster in dict.fromkeys(inventory.cluster(host) for host in servers):
        members = [host for host in servers if inventory.cluster(host) == cluster]
        names = {host: _names(word(host, "xmpp_certificate")) for host in members}
        place = folder / cluster
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        subjects = {host: str(word(host, "xmpp_domain") or host) for host in members}
        for name, content in _contents(names, subjects):
            write(place / name, content)
        for host in members:
            entries: dict[str, object] = {
                role: {"name": name, "source": str((place / name).absolute())}
                for role, name in names[host].items()
            }
            yield host, {"xmpp_certificate": entries}


def _contents(
    names: Mapping[str, Mapping[str, str]], subjects: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    authority = Authority()
    leaves: dict[str, bytes] = {}
    for host, own in names.items():
        if "key" in own and own.get("cert", own["key"]) not in leaves:
            issued = authority.issue(subjects[host], list(names))
            yield own["key"], issued.key
            leaves[own.get("cert", own["key"])] = issued.certificate
    joined = b"".join(leaves.values())
    files = {"bundle": authority.root, "trust": joined}
    for own in names.values():
        for role, content in files.items():
            if role in own and own[role] not in leaves:
                yield own[role], content
    yield from leaves.items()


def _names(value: object) -> dict[str, str]:
    found = {}
    for role in _ROLES:
        entry = value.get(role) if isinstance(value, Mapping) else None
        name = entry.get("name") if isinstance(entry, Mapping) else entry
        if isinstance(name, str) and name:
            found[role] = name
    return found
