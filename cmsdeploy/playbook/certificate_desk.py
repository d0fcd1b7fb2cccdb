"""From what a task orders to files that a box can be given: whom they are for, and what was asked.

What the files hold is read and checked in ``certificate_contents``, which a rendering does not
need.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING

from cmsdeploy.model.certificate_order import (
    CertificateOrder,
    FoundCertificate,
    FoundRequest,
    RequestOrder,
)
from cmsdeploy.playbook.certificate_party import Party, party_of
from cmsdeploy.playbook.certificate_requests import RequestDesk

if TYPE_CHECKING:
    from cmsdeploy.certificates.pool import Pool
    from cmsdeploy.certificates.reading import Reading
    from cmsdeploy.inventory import Inventory
    from cmsdeploy.model.local_file import LocalFile
    from cmsdeploy.playbook.certificate_contents import Asked, File
    from cmsdeploy.playbook.site import FileRoom

__all__ = ["CertificateDesk"]


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
        from cmsdeploy.certificates.pool import pooled

        return pooled(self.files.everything())

    @cached_property
    def requests(self) -> RequestDesk:
        """What is known of requests."""
        return RequestDesk(self.files)

    def found(self, host: str, order: CertificateOrder) -> FoundCertificate:
        """See :class:`cmsdeploy.families.contract.Site`."""
        if order.request is not None:
            self._asked_for[host, order.entries["cert"].name] = order.request
        order = replace(order, request=order.request or self.implied(host, order.entries))
        party = party_of(self.inventory, host, order)
        request = self._request(host, party, order)
        if not self.files.is_content_needed:
            return self._unchecked(order, request)
        from cmsdeploy.playbook.certificate_contents import Contents

        return Contents(self).found(party, order, request)

    def asked(self, host: str, files: Mapping[str, File]) -> Asked | None:
        """What is here of a certificate that was asked for earlier; None where ``files`` are
        brought under their own names. Raises :class:`InputError`."""
        from cmsdeploy.playbook.certificate_contents import Asked

        order = self.implied(host, files)
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

    def implied(self, host: str, files: Mapping[str, File]) -> RequestOrder | None:
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
