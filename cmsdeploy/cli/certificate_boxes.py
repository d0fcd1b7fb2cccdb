"""Which certificates the boxes hold: the files that their services name, read over SFTP.

Keys are never fetched: neither what a status calls a key, nor what looks like one when it comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from cmsdeploy.certificates.certificate import Certificate
from cmsdeploy.certificates.private_keys import unsealed
from cmsdeploy.certificates.reading import read
from cmsdeploy.cli.certificate_tables import Dated
from cmsdeploy.cli.job import Site
from cmsdeploy.errors import HostError, InputError
from cmsdeploy.families.services import ALL_SERVICES, named_files
from cmsdeploy.model.action import Download
from cmsdeploy.model.host import Host
from cmsdeploy.session.contract import Session

__all__ = ["BoxReport", "dates_on_boxes"]


@dataclass
class BoxReport:
    """What was found on all boxes; ``problems`` are sentences, ``code`` bits of an exit code."""

    dated: list[Dated] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    code: int = 0


@dataclass
class _Held:
    """One box: certificates by file and service."""

    host: str
    certificates: list[tuple[Certificate, str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    error: HostError | None = None


def dates_on_boxes(site: Site, names: Sequence[str], forks: int) -> BoxReport:
    """Read the boxes ``names`` side by side. A box that cannot be read is a problem, not an end."""
    hosts = [site.host(name) for name in names]
    with ThreadPoolExecutor(max_workers=max(1, min(forks, len(hosts)))) as pool:
        every = list(pool.map(lambda host: _held(site, host), hosts))
    report = BoxReport()
    places: dict[tuple[Certificate, str], dict[str, dict[str, None]]] = {}
    for held in every:
        report.problems += held.problems
        if held.error is not None:
            report.problems.append(f"{held.host}: {held.error.cause}")
            report.code |= held.error.exit_code
        for certificate, name, service in held.certificates:
            places.setdefault((certificate, name), {}).setdefault(held.host, {})[service] = None
    for (certificate, name), hosts_and_services in places.items():
        services = dict.fromkeys(one for each in hosts_and_services.values() for one in each)
        report.dated.append(Dated(certificate, name, tuple(hosts_and_services), tuple(services)))
    return report


def _held(site: Site, host: Host) -> _Held:
    held = _Held(host.name)
    session = site.open_session(host)
    try:
        named: dict[str, list[str]] = {}
        for service in ALL_SERVICES:
            for one in named_files(service, session.read(service).text):
                named.setdefault(one.name, []).append(one.service)
        for name, services in named.items():
            for certificate in _certificates(session, held, name):
                held.certificates += [(certificate, name, service) for service in services]
    except HostError as error:
        held.error = error
    finally:
        session.close()
    return held


def _certificates(session: Session, held: _Held, name: str) -> Iterator[Certificate]:
    sealed = session.read(Download(name)).content
    content = None if sealed is None else unsealed(sealed)
    if content is None:
        held.problems.append(f"{held.host}: {name} is named by a service and cannot be read back")
        return
    try:
        yield from read(name, content).certificates
    except InputError as error:
        held.problems.append(f"{held.host}: {error.cause}")
