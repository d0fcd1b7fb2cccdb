"""Certificate files as people keep them: named on the command line, or by the inventory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from cmsdeploy.certificates.findings import Finding, Server, Severity, wrong
from cmsdeploy.certificates.reading import Reading, read
from cmsdeploy.errors import InputError, OptionError, printable
from cmsdeploy.inventory.computed import SERVERS
from cmsdeploy.inventory.presenters import CertificateFile, Presenter, presenters
from cmsdeploy.model.secret import Secret

if TYPE_CHECKING:
    from cmsdeploy.inventory import Inventory
    from cmsdeploy.playbook.certificate_contents import Asked
    from cmsdeploy.playbook.certificate_desk import CertificateDesk
    from cmsdeploy.playbook.site import FileRoom

__all__ = ["Holding", "holdings", "holdings_without_files", "moment", "read_named"]

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


def holdings(inventory: Inventory, at: datetime) -> list[Holding]:
    """What each XMPP server is to be given, its files found as a playbook of the site finds them:
    an answer to a request by its public key, at the moment ``at``.

    Raises :class:`InputError` where nobody has ``xmpp_certificate``.
    """
    from cmsdeploy.playbook.certificate_desk import CertificateDesk

    desk = CertificateDesk(_file_room(inventory), inventory, at)
    made = [_filled(one, desk) for one in presenters(inventory)]
    if not any(one.readings or one.unreadable for one in made):
        raise InputError(
            f"no host of {SERVERS} has xmpp_certificate",
            "write it into the inventory, or name the files on the command line",
        )
    return made


def holdings_without_files(
    inventory: Inventory, hosts: frozenset[str] | None = None
) -> list[Holding]:
    """Names and domain of each XMPP server; no file is looked for. Raises :class:`InputError`."""
    chosen = [one for one in presenters(inventory) if hosts is None or one.host in hosts]
    return [_holding(one) for one in chosen]


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


def _holding(one: Presenter) -> Holding:
    return Holding(Server(one.host, one.names), one.cluster, one.domain)


def _filled(one: Presenter, desk: CertificateDesk) -> Holding:
    holding, files = _holding(one), desk.files
    asked = _asked(one, desk, holding)
    for role, entry in one.files.items():
        if asked is not None and (role in ("key", "cert") or _is_with_answer(role, entry, files)):
            if role in asked.readings:
                holding.readings[role] = asked.readings[role]
                holding.names.setdefault(entry.name, []).append(asked.readings[role].source)
            continue  # the key may be on the box alone
        try:
            is_made = role in ("trust", "fullchain") and entry.source is None
            if is_made and files.place(entry.name, None) is None:
                continue  # it is made of the servers' own certificates
            reading = files.reading(entry.name, entry.source, entry.passphrase)
        except InputError as error:
            holding.unreadable.append(_unreadable(entry.name, error))
            continue
        holding.readings[role] = reading
        holding.names.setdefault(entry.name, []).append(reading.source)
    return holding


def _asked(one: Presenter, desk: CertificateDesk, holding: Holding) -> Asked | None:
    """What came of a request of the server. What is awaited is to note, and no mistake."""
    try:
        asked = desk.asked(one.host, one.files)
    except InputError as error:
        holding.unreadable.append(_unreadable(one.files["key"].name, error))
        return None
    if asked is not None and "cert" not in asked.readings:
        text = f"the answer to {asked.request} is not here yet"
        remedy = "have it signed, and put the answer into files/, under any name"
        found = wrong("awaited", text, remedy, Severity.WARNING)
        holding.unreadable.append(replace(found, file=one.files["cert"].name))
    return asked


def _is_with_answer(role: str, entry: CertificateFile, files: FileRoom) -> bool:
    """Whether the authorities come with the answer: no file of theirs is brought."""
    return role == "bundle" and files.place(entry.name, entry.source) is None


def _unreadable(name: str, error: InputError) -> Finding:
    found = wrong("unreadable", error.cause, error.action)
    return Finding(found.rule, found.severity, found.evidence, found.remedy, name)
