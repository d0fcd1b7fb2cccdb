"""What the files of an order hold: read, checked, written anew as the box wants them.

The rules are those of the room ``certificates``; here is said what they apply to: which names a
server has, who shares a certificate with whom, and whose certificates make the trust.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cmsdeploy.certificates.certificate import Certificate
from cmsdeploy.certificates.file_checks import server_certificate
from cmsdeploy.certificates.findings import Expected, Finding, Server, Severity
from cmsdeploy.certificates.pool import Answer
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
from cmsdeploy.inventory.presenters import CertificateFile, Presenter
from cmsdeploy.model.certificate_order import (
    CertificateOrder,
    FileEntry,
    FoundCertificate,
    FoundRequest,
    Remark,
)
from cmsdeploy.playbook.certificate_party import Party, is_shared_by

if TYPE_CHECKING:
    from cmsdeploy.playbook.certificate_desk import CertificateDesk

__all__ = ["Asked", "Contents", "File"]

File = FileEntry | CertificateFile


@dataclass(frozen=True)
class Asked:
    """A request that is here, by the name that people know it by, and by role what came of it; the
    key is among it where it was made here, and never where a box made it."""

    request: str
    readings: Mapping[str, Reading]


class Contents:
    """Reads for ``desk``, which knows where the files are and what was asked for."""

    def __init__(self, desk: CertificateDesk) -> None:
        self.desk = desk

    def found(
        self, party: Party, order: CertificateOrder, request: FoundRequest | None
    ) -> FoundCertificate:
        """The files of ``order``. Raises :class:`InputError` for all that is wrong with them."""
        names = {role: entry.name for role, entry in order.entries.items()}
        answer = self._answer(request)
        if request is not None and answer is None:
            return FoundCertificate({}, names, (), request, self._asked(order, request))
        material, missing = self._material(party, order, request, answer)
        remarks = tuple(self._checked(party, order, material))
        made = rebuilt(material, names, self.desk.at)
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

    def _answer(self, request: FoundRequest | None) -> Answer | None:
        if request is None or request.content is None:
            return None
        return self.desk.pool.answer([self.desk.requests.digest(request)], self.desk.at)

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
                    readings[role] = self.desk.requests.key(request)
                continue
            if self._is_needed(role, answer) or self.desk.files.place(entry.name, entry.source):
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

    def _reading(self, entry: File) -> Reading:
        return self.desk.files.reading(entry.name, entry.source, entry.passphrase)

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
        request = order.request or self.desk.implied(member.host, member.files)
        if request is None:
            return None if entry is None else self._reading(entry)
        digests = self.desk.requests.digests_of(member.host, request)
        answer = self.desk.pool.answer(digests, self.desk.at) if digests else None
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
        return Expected(self.desk.at, party.domain, servers, order.warn_days)

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
