"""From what a task orders to files that a box can be given: found, checked, written anew.

The rules are those of the room ``certificates``; here is said what they apply to: which names a
server has, who shares a certificate with whom, and whose certificates make the trust.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import cached_property

from cmsdeploy.certificates.certificate import Certificate
from cmsdeploy.certificates.file_checks import server_certificate
from cmsdeploy.certificates.findings import Expected, Finding, Server, Severity
from cmsdeploy.certificates.pool import Answer, Pool, pooled
from cmsdeploy.certificates.prepared import (
    INDISPENSABLE,
    Material,
    content_name,
    findings_of,
    rebuilt,
    refuse_two_contents,
)
from cmsdeploy.certificates.reading import Reading
from cmsdeploy.errors import InputError
from cmsdeploy.inventory import Inventory
from cmsdeploy.inventory.presenters import CertificateFile, Presenter
from cmsdeploy.model.certificate_order import (
    CertificateOrder,
    FileEntry,
    FoundCertificate,
    FoundRequest,
    Remark,
    RequestOrder,
)
from cmsdeploy.model.local_file import LocalFile
from cmsdeploy.playbook.certificate_party import Party, is_shared_by, party_of
from cmsdeploy.playbook.certificate_requests import RequestDesk
from cmsdeploy.playbook.site import FileRoom

__all__ = ["Asked", "CertificateDesk"]

_File = FileEntry | CertificateFile


@dataclass(frozen=True)
class Asked:
    """A request that is here, by the name that people know it by, and by role what came of it; the
    key is among it where it was made here, and never where a box made it."""

    request: str
    readings: Mapping[str, Reading]


@dataclass
class CertificateDesk:
    """``at`` is the moment that dates are compared with."""

    files: FileRoom
    inventory: Inventory
    at: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    # What earlier tasks ask for, by host and certificate: a later task that names the same files
    # is about the same answer, before anything of it is here.
    _asked_for: dict[tuple[str, str], RequestOrder] = field(default_factory=dict)

    @cached_property
    def pool(self) -> Pool:
        """Every certificate that lies in the folders of the site."""
        return pooled(self.files.everything())

    @cached_property
    def requests(self) -> RequestDesk:
        """What is known of requests."""
        return RequestDesk(self.files)

    def found(self, host: str, order: CertificateOrder) -> FoundCertificate:
        """See :class:`cmsdeploy.families.contract.Site`."""
        if order.request is not None:
            self._asked_for[host, order.entries["cert"].name] = order.request
        order = replace(order, request=order.request or self._implied(host, order.entries))
        party = party_of(self.inventory, host, order)
        request = self._request(host, party, order)
        if not self.files.is_content_needed:
            return self._unchecked(order, request)
        names = {role: entry.name for role, entry in order.entries.items()}
        answer = self._answer(request)
        if request is not None and answer is None:
            return FoundCertificate({}, names, (), request, self._asked(order, request))
        material, missing = self._material(party, order, request, answer)
        remarks = tuple(self._checked(party, order, material))
        made = rebuilt(material, names, self.at)
        if request is not None and order.request is not None and not order.request.is_here:
            made.pop("key", None)  # it is on the box, and stays there
        if missing:
            _refuse_unknown(party, order, missing)
            made.pop("trust", None)
        if order.has_content_names:
            made = {
                role: replace(one, name=content_name(one.name, one)) for role, one in made.items()
            }
        refuse_two_contents(made)
        names |= {role: one.name for role, one in made.items()}
        waits = f"the certificate of {', '.join(missing)}" if missing else ""
        return FoundCertificate(made, names, remarks, request, waits)

    def asked(self, host: str, files: Mapping[str, _File]) -> Asked | None:
        """What is here of a certificate that was asked for earlier; None where ``files`` are
        brought under their own names. Raises :class:`InputError`."""
        order = self._implied(host, files)
        if order is None:
            return None
        answer = self.pool.answer(self.requests.digests_of(host, order), self.at)
        readings: dict[str, Reading] = {}
        if answer is not None:
            readings = {"cert": answer.as_certificate, "bundle": answer.as_bundle}
        if order.is_here:
            readings["key"] = self.files.reading(f"{order.name}.key", None)
        return Asked(self.requests.shown(host, order), readings)

    def _unchecked(self, order: CertificateOrder, request: FoundRequest | None) -> FoundCertificate:
        """For a rendering: names, and what happens to be here."""
        made: dict[str, LocalFile] = {}
        for role, entry in order.entries.items():
            is_made_there = order.request is not None and not order.request.is_here
            if not (role == "key" and is_made_there):
                made[role] = self.files.file(entry.name, entry.source)
        names = {role: entry.name for role, entry in order.entries.items()}
        return FoundCertificate(made, names, (), request)

    # -- who ------------------------------------------------------------------------------------

    def _implied(self, host: str, files: Mapping[str, _File]) -> RequestOrder | None:
        """The request that the key of ``files`` was made with, where the certificate is known by
        nothing else: a play need not say for ever what it asked for once."""
        certificate, key = files.get("cert"), files.get("key")
        if certificate is None or key is None:
            return None
        if self.files.place(certificate.name, certificate.source) is not None:
            return None
        asked = self._asked_for.get((host, certificate.name))
        return asked or self.requests.known(host, key.name.rpartition(".")[0])

    def _request(self, host: str, party: Party, order: CertificateOrder) -> FoundRequest | None:
        if order.request is None:
            return None
        # A request that is made here is for all servers that will share the answer.
        sharing = party.members if order.request.is_here else (party.own,)
        names = [name for one in sharing for name in one.names]
        return self.requests.found(host, order.request, party.domain, names)

    # -- what -----------------------------------------------------------------------------------

    def _answer(self, request: FoundRequest | None) -> Answer | None:
        if request is None or request.content is None:
            return None
        return self.pool.answer([self.requests.digest(request)], self.at)

    def _material(
        self,
        party: Party,
        order: CertificateOrder,
        request: FoundRequest | None,
        answer: Answer | None,
    ) -> tuple[Material, list[str]]:
        """The readings, and the members whose certificate nobody has brought yet."""
        readings: dict[str, Reading] = {}
        if answer is not None:
            readings["cert"] = answer.as_certificate
        for role, entry in order.entries.items():
            if request is not None and role in ("key", "cert"):
                is_here = order.request is not None and order.request.is_here
                if role == "key" and is_here and request.content is not None:
                    readings[role] = self.requests.key(request)
                continue
            if self._is_needed(role, answer) or self.files.place(entry.name, entry.source):
                readings[role] = self._reading(entry)
            elif role == "bundle" and answer is not None:
                readings[role] = answer.as_bundle
        members, sources, missing = self._members(party, order, readings)
        if "trust" in readings or "trust" not in order.entries:
            missing = []
        return Material(readings, members, sources), missing

    @staticmethod
    def _is_needed(role: str, answer: Answer | None) -> bool:
        """Whether a file that is not there is an error: a trust is made of the members', a full
        chain of the others, and the bundle of an answer of what came with it."""
        return role not in ("trust", "fullchain") and not (role == "bundle" and answer is not None)

    def _reading(self, entry: _File) -> Reading:
        return self.files.reading(entry.name, entry.source, entry.passphrase)

    def _members(
        self, party: Party, order: CertificateOrder, readings: Mapping[str, Reading]
    ) -> tuple[dict[str, Certificate], tuple[str, ...], list[str]]:
        """The certificates of the cluster by host, their files, and who has none yet."""
        members: dict[str, Certificate] = {}
        sources: list[str] = []
        missing: list[str] = []
        own = None
        if "cert" in readings:
            own = server_certificate(readings["cert"], readings.get("key"))
        for one in party.members:
            is_own = one.host == party.own.host
            reading = readings.get("cert") if is_own else self._of(one, order)
            leaf = own if is_own else None
            if reading is not None and not is_own:
                leaf = server_certificate(reading)
            is_unasked = leaf is None and order.request is None
            if is_unasked and own is not None and is_shared_by(own, one):
                reading, leaf = readings["cert"], own
            if reading is None or leaf is None:
                missing.append(one.host)
                continue
            members[one.host] = leaf
            sources.append(reading.source)
        return members, tuple(dict.fromkeys(sources)), missing

    def _of(self, member: Presenter, order: CertificateOrder) -> Reading | None:
        """The certificate of another member: its file, or the answer to a request of it."""
        entry = member.files.get("cert")
        request = order.request or self._implied(member.host, member.files)
        if request is None:
            return None if entry is None else self._reading(entry)
        digests = self.requests.digests_of(member.host, request)
        answer = self.pool.answer(digests, self.at) if digests else None
        return None if answer is None else answer.as_certificate

    # -- right or wrong -------------------------------------------------------------------------

    def _checked(
        self, party: Party, order: CertificateOrder, material: Material
    ) -> Iterator[Remark]:
        """What is to note. Raises :class:`InputError` for all that is wrong, in one go."""
        found = list(findings_of(material, self._expected(party, order, material)))
        names = {
            reading.source: order.entries[role].name
            for role, reading in reversed(list(material.readings.items()))
        }
        _refuse([one for one in found if one.rule not in order.skipped - INDISPENSABLE], names)
        for one in found:
            skipped = "" if one.severity is Severity.WARNING else "left out by the play: "
            yield Remark(one.rule, f"{one.file}: {skipped}{one.evidence}; {one.remedy}")

    def _expected(self, party: Party, order: CertificateOrder, material: Material) -> Expected:
        leaf = material.leaf
        sharing = [
            one
            for one in party.members
            if one.host == party.own.host or material.members.get(one.host) == leaf
        ]
        servers = tuple(Server(one.host, one.names) for one in sharing)
        return Expected(self.at, party.domain, servers, order.warn_days)

    @staticmethod
    def _asked(order: CertificateOrder, request: FoundRequest) -> str:
        whom = order.request.authority if order.request and order.request.authority else ""
        return f"the certificate for {request.target} from {whom or 'your authority'}"


def _refuse_unknown(party: Party, order: CertificateOrder, missing: Sequence[str]) -> None:
    """A trust of some members only would cut the others off: so it is never made of guesses."""
    if order.request is None and "trust" in order.entries:
        raise InputError(
            f"{order.entries['trust'].name} is made of the certificates of all servers of"
            f" {party.own.cluster}, and nobody says which file is that of {', '.join(missing)}",
            "bring the trust as a file, or write xmpp_certificate into the inventory",
        )


def _refuse(found: Sequence[Finding], names: Mapping[str, str]) -> None:
    """``names`` on the box by file here: as they are written in the inventory."""
    wrong = [one for one in found if one.severity is Severity.ERROR]
    if wrong:
        raise InputError.of(
            [
                InputError(
                    f"{names.get(one.file, one.file)} [{one.rule}]: {one.evidence}", one.remedy
                )
                for one in wrong
            ]
        )
