"""What a port presents, as the text of a reply: fields for people and families, then the PEM."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from cmsdeploy.errors import HostError, InputError, printable
from cmsdeploy.model.action import Reply
from cmsdeploy.model.handshake import Handshake

if TYPE_CHECKING:
    from cmsdeploy.certificates.certificate import Certificate
    from cmsdeploy.transport.handshake import Presentation

__all__ = ["LookAtPort", "over_network", "public_text", "seen_at"]

LookAtPort = Callable[[Handshake], "Presentation"]
_SHOWN = 300


def over_network(look: Handshake) -> Presentation:
    """What a port presents. Raises ``HostError``."""
    from cmsdeploy.transport.handshake import presented

    return presented(look)


def seen_at(look: Handshake, see: LookAtPort) -> Reply:
    """The reply to ``look``. What cannot be seen is said in words and raises nothing."""
    from cmsdeploy.certificates.armour import armoured

    try:
        seen = see(look)
    except HostError as error:
        return Reply(f"Not seen : {printable(error.cause, _SHOWN)}\n")
    lines = [f"{label:12}: {value}" for label, value in _fields(seen)]
    pem = b"".join(armoured("CERTIFICATE", der) for der in seen.chain)
    return Reply("\n".join([*lines, ""]) + pem.decode())


def _fields(seen: Presentation) -> Iterator[tuple[str, str]]:
    from cmsdeploy.certificates.certificate import certificate_of

    yield "Fingerprint", hashlib.sha256(seen.chain[0]).hexdigest()
    yield "Begun with", seen.way
    try:
        leaf = certificate_of("the port", seen.chain[0])
    except InputError:
        yield "Subject", "(the certificate cannot be read)"
        return
    yield "Subject", leaf.subject
    yield "Names", _names(leaf)
    yield "Issuer", leaf.issuer
    yield "Valid from", f"{leaf.not_before:%Y-%m-%d %H:%M:%S} UTC"
    yield "Valid until", f"{leaf.not_after:%Y-%m-%d %H:%M:%S} UTC"
    yield "Chain", _chain(seen.chain[1:]) or "none"


def _names(leaf: Certificate) -> str:
    names = (*leaf.extensions.names, *leaf.extensions.addresses)
    return printable(", ".join(names), _SHOWN) or "none"


def _chain(chain: Sequence[bytes]) -> str:
    from cmsdeploy.certificates.certificate import certificate_of

    subjects = []
    for der in chain:
        try:
            subjects.append(certificate_of("the port", der).subject)
        except InputError:
            subjects.append("(cannot be read)")
    return printable("; ".join(subjects), _SHOWN)


def public_text(content: bytes | None) -> Reply:
    """A file without secrets as a reply; what has a private key in it is not given as text."""
    text = "" if content is None else content.decode("ascii", "replace")
    if "PRIVATE KEY" in text:
        return Reply("Not seen : there is a private key in the file\n")
    return Reply(text)
