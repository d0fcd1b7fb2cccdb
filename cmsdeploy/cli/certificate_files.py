"""Certificate files as people keep them: named on the command line, or by the inventory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from cmsdeploy.certificates.findings import Finding, Server, wrong
from cmsdeploy.certificates.private_keys import Key
from cmsdeploy.certificates.public_keys import PublicKey
from cmsdeploy.certificates.reading import Reading, read
from cmsdeploy.errors import InputError, OptionError, printable
from cmsdeploy.inventory.boxes import word_value
from cmsdeploy.model.local_file import FileKind, LocalFile
from cmsdeploy.model.secret import Secret

if TYPE_CHECKING:
    from cmsdeploy.inventory import Inventory
    from cmsdeploy.playbook.site import FileRoom

__all__ = ["Holding", "holdings", "holdings_without_files", "moment", "read_named"]

_SERVERS = "xmpp_servers"
_LIMIT = 1 << 20


@dataclass
class Holding:
    """What one XMPP server is to be given: the readings by role, the contents by name on the box,
    and what could not be read."""

    server: Server
    cluster: str
    domain: str
    readings: dict[str, Reading] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    unreadable: list[Finding] = field(default_factory=list)


def read_named(paths: Sequence[Path], passphrase: Secret | None = None) -> list[Reading]:
    """Read the files that were named. Raises :class:`InputError` for the first that is no good."""
    from cmsdeploy.inventory.reading import read_bytes

    return [read(printable(str(path), 200), read_bytes(path, _LIMIT), passphrase) for path in paths]


def moment(text: str | None) -> datetime:
    """``--at``: a day or a moment in ISO form, UTC where it says nothing else; None is now."""
    if text is None:
        return datetime.now(timezone.utc).replace(microsecond=0)
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise OptionError(
            f"{printable(text, 40)!r} is no moment", "write it like 2027-01-31 or 2027-01-31T12:00"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def holdings(inventory: Inventory) -> list[Holding]:
    """What each XMPP server is to be given, its files found as a playbook of the site finds them.

    Raises :class:`InputError` where nobody has ``xmpp_certificate``.
    """
    files = _file_room(inventory)
    servers = inventory.hosts_in(_SERVERS)
    made = [_filled(inventory, _holding(inventory, host), files) for host in servers]
    if not any(one.readings or one.unreadable for one in made):
        raise InputError(
            f"no host of {_SERVERS} has xmpp_certificate",
            "write it into the inventory, or name the files on the command line",
        )
    return made


def holdings_without_files(
    inventory: Inventory, hosts: frozenset[str] | None = None
) -> list[Holding]:
    """Names and domain of each XMPP server; no file is looked for. Raises :class:`InputError`."""
    chosen = [one for one in inventory.hosts_in(_SERVERS) if hosts is None or one in hosts]
    return [_holding(inventory, host) for host in chosen]


def _file_room(inventory: Inventory) -> FileRoom:
    from cmsdeploy.playbook.site import FileRoom

    folders = [inventory.folder_of(host).absolute() for host in inventory.hosts]
    folders = list(dict.fromkeys([*folders, *(one.absolute() for one in inventory.folders)]))
    root = _site_root(folders[0])
    return FileRoom(root, [root, *folders], [*folders, root], is_content_needed=True)


def _site_root(folder: Path) -> Path:
    """The folder of the site: above ``inventories/``, as ``init`` makes it, if there is one."""
    for place in (folder, folder.parent):
        if place.name == "inventories":
            return place.parent
    return folder


def _holding(inventory: Inventory, host: str) -> Holding:
    variables = inventory.variables(host)

    def word(name: str) -> str:
        value = word_value(variables, host, name)
        return value if isinstance(value, str) else ""

    domain = word("xmpp_domain")
    short = f"{host}.{domain}" if domain and "." not in host else ""
    every = (host, short, word("xmpp_address"), word("ansible_host"))
    server = Server(host, tuple(dict.fromkeys(name for name in every if name)))
    return Holding(server, inventory.cluster(host), domain)


def _filled(inventory: Inventory, holding: Holding, files: FileRoom) -> Holding:
    host = holding.server.label
    entries = word_value(inventory.variables(host), host, "xmpp_certificate")
    for role, name, source in _entries(entries if isinstance(entries, Mapping) else {}):
        try:
            local = files.file(name, source)
        except InputError as error:
            holding.unreadable.append(_unreadable(name, error))
            continue
        holding.readings[role] = _reading(local)
        holding.names.setdefault(name, []).append(local.identity)
    return holding


def _entries(entries: Mapping[str, object]) -> Iterator[tuple[str, str, str | None]]:
    for role, entry in entries.items():
        name = entry.get("name") if isinstance(entry, Mapping) else entry
        source = entry.get("source") if isinstance(entry, Mapping) else None
        if isinstance(name, str) and name:
            yield role, name, source if isinstance(source, str) else None


def _unreadable(name: str, error: InputError) -> Finding:
    found = wrong("unreadable", error.cause, error.action)
    return Finding(found.rule, found.severity, found.evidence, found.remedy, name)


def _reading(local: LocalFile) -> Reading:
    """The reading of a file that was found; of a key only its public half is needed."""
    if local.kind is FileKind.KEY and isinstance(local.content, Secret):
        public = PublicKey("private key", digest=local.public_keys[0])
        return Reading(local.source, "PEM", (), Key(local.content, public))
    if local.kind is FileKind.CERTIFICATES and isinstance(local.content, bytes):
        return read(local.source, local.content)
    return Reading(local.source)
