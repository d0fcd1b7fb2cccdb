"""Whom the certificate of an order is for: its host, and the servers of the host's cluster.

What counts is the inventory: its XMPP servers, their clusters and ``xmpp_domain``. A task may name
its files in the playbook alone; then nobody says which files the others have, and their
certificates are known by the requests that were made for them, or by the one that all share.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cmsdeploy.certificates.server_names import covers
from cmsdeploy.inventory.computed import SERVERS
from cmsdeploy.inventory.presenters import Presenter, presenter, presenters

if TYPE_CHECKING:
    from cmsdeploy.certificates.certificate import Certificate
    from cmsdeploy.inventory import Inventory
    from cmsdeploy.model.certificate_order import CertificateOrder

__all__ = ["Party", "is_shared_by", "party_of"]


@dataclass(frozen=True)
class Party:
    """The host of an order, and the servers of its cluster where it is an XMPP server (else the
    host alone)."""

    own: Presenter
    members: tuple[Presenter, ...]
    domain: str


def party_of(inventory: Inventory, host: str, order: CertificateOrder) -> Party:
    """The party of an order for ``host``. Raises :class:`InputError` for a bad inventory."""
    own = presenter(inventory, host)
    if order.names:
        own = replace(own, names=order.names)
    named = own.files.get("cert")
    is_in_inventory = named is not None and named.name == order.entries["cert"].name
    # A task that says `domain: ""` is for another service of the same box.
    is_for_xmpp = host in inventory.hosts_in(SERVERS) and (is_in_inventory or order.domain != "")
    if not is_for_xmpp:
        return Party(own, (own,), order.domain or "")
    every = presenters(inventory, own.cluster)
    if not is_in_inventory:  # what the inventory names are files of another time
        every = tuple(replace(one, files={}) for one in every)
    members = tuple(own if one.host == host else one for one in every)
    domain = own.domain if order.domain is None else order.domain
    return Party(own, members, domain)


def is_shared_by(leaf: Certificate, member: Presenter) -> bool:
    """Whether ``leaf`` names a member too of whose own files nobody knows."""
    return not member.files and any(covers(leaf.extensions, name) for name in member.names)
