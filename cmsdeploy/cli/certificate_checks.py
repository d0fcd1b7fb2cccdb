"""Which checks the files at hand call for, and to whom each finding belongs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cmsdeploy.certificates.algorithms import algorithm_findings
from cmsdeploy.certificates.certificate import Certificate
from cmsdeploy.certificates.chain_checks import check_chain
from cmsdeploy.certificates.chains import leaves_of
from cmsdeploy.certificates.checks import date_findings, form_findings
from cmsdeploy.certificates.file_checks import (
    ServerFiles,
    check_files,
    check_names,
    server_certificate,
)
from cmsdeploy.certificates.findings import Expected, Finding, Severity, wrong
from cmsdeploy.certificates.prepared import Material, findings_of
from cmsdeploy.certificates.reading import Reading
from cmsdeploy.cli.certificate_files import Holding
from cmsdeploy.errors import InputError

__all__ = ["Told", "findings_of_files", "findings_of_holdings", "has_errors"]


@dataclass(frozen=True)
class Told:
    """A finding and the servers that it concerns; none where files were named by hand."""

    finding: Finding
    servers: tuple[str, ...] = ()


def has_errors(told: Sequence[Told]) -> bool:
    """Whether anything is worse than a warning."""
    return any(one.finding.severity is Severity.ERROR for one in told)


def findings_of_holdings(
    found: Sequence[Holding], chosen: Sequence[Holding], at: datetime, warn_days: int
) -> list[Told]:
    """Check what the ``chosen`` servers are to be given; ``found`` are all, for who shares what.

    The same finding for several servers is told once.
    """
    leaves = {one.server.label: _leaf(one) for one in found}
    servers: dict[Finding, list[str]] = {}
    for holding in chosen:
        for finding in _of_holding(holding, found, leaves, Expected(at, warn_days=warn_days)):
            servers.setdefault(finding, []).append(holding.server.label)
    return [Told(finding, tuple(dict.fromkeys(names))) for finding, names in servers.items()]


def _leaf(holding: Holding) -> Certificate | None:
    reading = holding.readings.get("cert")
    return server_certificate(reading, holding.readings.get("key")) if reading else None


def _of_holding(
    holding: Holding,
    every: Sequence[Holding],
    leaves: dict[str, Certificate | None],
    expected: Expected,
) -> Iterator[Finding]:
    yield from holding.unreadable
    yield from check_names(holding.names)
    certificate = holding.readings.get("cert")
    if certificate is None:
        return
    cluster = [one for one in every if one.cluster == holding.cluster]
    leaf = leaves[holding.server.label]
    sharing = tuple(one.server for one in cluster if leaves[one.server.label] == leaf)
    members = {
        one.server.label: own for one in cluster if (own := leaves[one.server.label]) is not None
    }
    material = Material(holding.readings, members)
    yield from findings_of(material, replace(expected, domain=holding.domain, servers=sharing))


def findings_of_files(readings: Sequence[Reading], expected: Expected) -> list[Told]:
    """Check files that were named: what each one is, is seen by what it holds."""
    found = [*_of_files(readings, expected)]
    return [Told(finding) for finding in dict.fromkeys(found)]


def _of_files(readings: Sequence[Reading], expected: Expected) -> Iterator[Finding]:
    keys = [one for one in readings if one.key is not None and not one.certificates]
    holders = [one for one in readings if one.certificates]
    if not holders:
        raise InputError("none of the files holds a certificate", "name a certificate")
    servers = [one for one in holders if len(leaves_of(one.certificates)) == 1]
    trusts = [one for one in holders if len(leaves_of(one.certificates)) > 1]
    above = [one for one in holders if not leaves_of(one.certificates)]
    # The trust of one shared certificate is that certificate: the same file, or another like it.
    if not servers:
        servers = trusts or above[:1]
        trusts = []
    members = tuple(one for holder in servers for one in leaves_of(holder.certificates))
    for holder in servers:
        files = ServerFiles(
            holder, _key_for(holder, keys, len(servers)), _joined(above, holder), None, members
        )
        yield from _of_one(files, expected)
    for trust in trusts:
        yield from check_files(
            ServerFiles(servers[0], None, _joined(above), trust, members), expected
        )
    yield from _unmatched(keys, servers)


def _of_one(files: ServerFiles, expected: Expected) -> Iterator[Finding]:
    """A server's files; of authorities alone only what concerns authorities."""
    holder = files.certificate
    if leaves_of(holder.certificates) or files.key is not None:
        yield from check_files(files, expected)
        return
    for one in dict.fromkeys(holder.certificates):
        found = (
            *date_findings(one, expected.at, expected.warn_days),
            *form_findings(one),
            *algorithm_findings(one),
        )
        yield from (replace(finding, file=holder.source) for finding in found)
    pool = (*holder.certificates, *(files.bundle.certificates if files.bundle else ()))
    for finding in check_chain(holder.certificates[0], pool, expected):
        yield replace(finding, file=holder.source)


def _joined(above: Sequence[Reading], but: Reading | None = None) -> Reading | None:
    """The authorities as one bundle. Of several files nobody has said which comes first."""
    others = [one for one in above if one is not but]
    if len(others) < 2:
        return others[0] if others else None
    pool = tuple(one for holder in others for one in holder.certificates)
    return Reading(", ".join(one.source for one in others), "PEM", tuple(dict.fromkeys(pool)))


def _key_for(holder: Reading, keys: Sequence[Reading], servers: int) -> Reading | None:
    digests = {one.key.digest for one in holder.certificates}
    matching = [one for one in keys if one.key is not None and one.key.public.digest in digests]
    if matching:
        return matching[0]
    return keys[0] if keys and servers == 1 else None


def _unmatched(keys: Sequence[Reading], servers: Sequence[Reading]) -> Iterator[Finding]:
    """Keys that belong to none of several certificates; with one it has been said already."""
    digests = {one.key.digest for holder in servers for one in holder.certificates}
    for one in keys:
        if len(servers) > 1 and one.key is not None and one.key.public.digest not in digests:
            text = f"the key {one.source} belongs to none of the certificates"
            found = wrong("key-match", text, "bring the key that the request was made with")
            yield replace(found, file=one.source)
