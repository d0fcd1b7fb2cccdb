"""Which certificate an XMPP server presents: the one that it was started with.

DOC TAC-214618: an upload under the name in use counts from the next start of the service. So a
start takes files into force, and what is changed afterwards is not served. The wire shows it on
real ports (`wire/xmpp_ports.py`); tests without sockets ask `presented`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import certificates
from .copying import Frozen, Plain

if TYPE_CHECKING:
    from .box import Box

CLIENT_PORT = 5222  # DOC CVD12: clients; SEEN as the port of peers
COMPONENT_PORT = 5223  # DOC TAC-213479: call bridges
SERVER_PORT = 5269  # RFC 6120; no source mentions it for this product


@dataclass(frozen=True)
class InForce(Frozen):
    """Contents of the files of a server at its last start; empty where none is named."""

    key: bytes = b""
    certificate: bytes = b""
    bundle: bytes = b""
    trust: bytes = b""


@dataclass
class Trouble(Plain):
    """What tests do to the ports of one server. `keeps_old` makes starts take no new key and
    certificate into force; `is_closed` lets nobody in."""

    keeps_old: bool = False
    is_closed: bool = False


def take_into_force(box: Box) -> None:
    """Read the files that the settings name, as a start does."""
    xmpp = box.xmpp
    names = (xmpp.key_file, xmpp.certificate_file, xmpp.bundle_file, xmpp.trust_file)
    fresh = InForce(*(box.files.get(name) or b"" for name in names))
    old = xmpp.in_force
    if box.xmpp_trouble.keeps_old and old.certificate:
        fresh = InForce(old.key, old.certificate, old.bundle, fresh.trust)
    xmpp.in_force = fresh


def presented(box: Box) -> InForce | None:
    """What somebody who connects is shown; None where nobody answers."""
    is_open = box.is_up and box.xmpp.is_running and not box.lacks_xmpp
    return box.xmpp.in_force if is_open and not box.xmpp_trouble.is_closed else None


def trusts(box: Box, other: Box) -> bool:
    """Whether the trust in force here holds the leaf in force there.

    DOC TAC-213479 step 4: the bundle holds the leaf certificates of all nodes.
    """
    leaf, bundle = other.xmpp.in_force.certificate, box.xmpp.in_force.trust
    return bool(leaf and bundle) and certificates.leaf_is_in(leaf, bundle)


def are_peers(box: Box, other: Box) -> bool:
    """Whether two members count for each other, as far as their certificates go."""
    world = box.world
    is_checked = world.switches["trust-checked-while-running"] == "yes"
    if box is other or not is_checked or not world.checks_certificates:
        return True
    return trusts(box, other) and trusts(other, box)
