"""Chains rebuilt by issuer, identifiers and signature; the order of a file is never believed.

A box wants the same certificates in three arrangements: ``bundle`` for ``xmpp certs`` (the
intermediates, the root last, no leaf; Cisco TAC 213479 step 3), ``trust`` for the cluster (the
certificates of all members, or the one that they share; step 4), and the full chain, leaf first,
for a web bridge (Cisco TAC 214618).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import islice

from cmsdeploy.certificates.certificate import Certificate, is_signed_by
from cmsdeploy.errors import InputError

__all__ = [
    "Arranged",
    "Arrangement",
    "CertificatePath",
    "ancestors",
    "arrange",
    "distinct",
    "leaves_of",
    "path_from",
]

_LONGEST_PATH = 20
# Authorities that all signed each other have more ways up than anybody can try.
_MOST_WAYS = 500


class Arrangement(Enum):
    """Which certificates a file is to hold, and in which order."""

    BUNDLE = "bundle"
    TRUST = "trust"
    FULL_CHAIN = "fullchain"


@dataclass(frozen=True)
class Arranged:
    """The certificates in their order, and those that were given and are not needed."""

    certificates: tuple[Certificate, ...]
    unused: tuple[Certificate, ...] = ()

    @property
    def pem(self) -> bytes:
        """Clean PEM."""
        return b"".join(one.pem() for one in self.certificates)


@dataclass(frozen=True)
class CertificatePath:
    """A leaf and those above it, as far as they go. ``is_complete`` says that the last one is a
    root; ``rejected`` have the name of the missing issuer, and are not it."""

    certificates: tuple[Certificate, ...]
    is_complete: bool
    rejected: tuple[Certificate, ...] = ()

    @property
    def above(self) -> tuple[Certificate, ...]:
        """All but the leaf; a certificate that signed itself is its own root."""
        return self.certificates[1:] or (self.certificates if self.is_complete else ())


def distinct(certificates: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """Each certificate once, in an order that does not depend on the one given."""
    return tuple(
        sorted(set(certificates), key=lambda one: (one.subject_name, one.not_before, one.der))
    )


def is_issued_by(child: Certificate, issuer: Certificate) -> bool:
    """By name, by key identifiers where both have one, and by signature: all three."""
    own, named = issuer.extensions.key_id, child.extensions.issuer_key_id
    if child.issuer_name != issuer.subject_name or (own and named and own != named):
        return False
    return is_signed_by(child.der, issuer.der)


def leaves_of(certificates: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """The certificates of servers: no authority, or one that signed itself and issued no other."""
    every = distinct(certificates)
    return tuple(one for one in every if _is_leaf(one, every))


def _is_leaf(one: Certificate, every: Sequence[Certificate]) -> bool:
    if any(one != other and is_issued_by(other, one) for other in every):
        return False
    # A root that stands alone is told from a self-signed server by what it may be used for.
    return not one.is_authority or (one.is_self_signed and bool(one.extensions.names))


def path_from(
    leaf: Certificate, certificates: Iterable[Certificate], at: datetime | None = None
) -> CertificatePath:
    """The best way up from ``leaf``: complete, then with valid dates at ``at``, then short.

    Where an authority was signed twice (cross-signed) there are several ways; the same
    certificates give the same way, whatever their order.
    """
    every = distinct(certificates)
    ways = islice(_ways((leaf,), every), _MOST_WAYS)
    return min(ways, key=lambda way: _rank(way, at))


def _rank(path: CertificatePath, at: datetime | None) -> tuple[bool, int, int, tuple[bytes, ...]]:
    chain = path.certificates
    stale = sum(1 for one in chain if at and not one.not_before <= at <= one.not_after)
    length = len(chain) if path.is_complete else -len(chain)
    return (not path.is_complete, stale, length, tuple(one.der for one in chain))


def _ways(
    chain: tuple[Certificate, ...], every: Sequence[Certificate]
) -> Iterable[CertificatePath]:
    last = chain[-1]
    if last.is_self_signed:
        yield CertificatePath(chain, is_complete=True)
        return
    named = [one for one in every if one.subject_name == last.issuer_name and one not in chain]
    issuers = [one for one in named if is_issued_by(last, one)]
    if not issuers or len(chain) >= _LONGEST_PATH:
        yield CertificatePath(chain, False, tuple(one for one in named if one not in issuers))
        return
    for issuer in issuers:
        yield from _ways((*chain, issuer), every)


def arrange(
    certificates: Sequence[Certificate], arrangement: Arrangement, at: datetime | None = None
) -> Arranged:
    """Put ``certificates`` into the order that a box wants.

    Raises :class:`InputError` that names the certificate which is missing, or which belongs to
    nothing, and where the servers' certificates do not share one chain.
    """
    every = distinct(certificates)
    leaves = leaves_of(every)
    if arrangement is Arrangement.TRUST:
        if not leaves:
            raise InputError(
                "none of the files holds the certificate of a server",
                "name the certificates of all XMPP servers, or the one that they share",
            )
        return Arranged(leaves, tuple(one for one in every if one not in leaves))
    if arrangement is Arrangement.FULL_CHAIN and len(leaves) != 1:
        raise InputError(
            f"a full chain begins with one server's certificate, and {len(leaves)} are given",
            "name the certificate of one server, and its authorities",
        )
    below = leaves or _lowest(every)
    paths = [path_from(one, every, at) for one in below]
    above = _common(paths, has_leaves=bool(leaves))
    needed = (*leaves, *above) if arrangement is Arrangement.FULL_CHAIN else above
    known = {*below, *above}
    unused = tuple(one for one in every if one not in known)
    _refuse_strangers(unused, below, every)
    return Arranged(tuple(dict.fromkeys(needed)), unused)


def _lowest(every: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """Of authorities alone: those that issued no other here."""
    found = tuple(
        one
        for one in every
        if not any(one != other and is_issued_by(other, one) for other in every)
    )
    # Two authorities that signed each other have no lowest; nothing can be built on them.
    if not found:
        raise InputError("the certificates form a circle, or there are none", "name the chain")
    return found


def _common(paths: Sequence[CertificatePath], *, has_leaves: bool) -> tuple[Certificate, ...]:
    for path in paths:
        if not path.is_complete:
            raise _missing(path)
    found = {path.above if has_leaves else path.certificates for path in paths}
    if len(found) != 1:
        raise InputError(
            f"the certificates lead to {len(found)} different chains: "
            + ", ".join(path.certificates[0].subject for path in paths),
            "make one bundle for each chain",
        )
    return found.pop()


def _missing(path: CertificatePath) -> InputError:
    last = path.certificates[-1]
    cause = f"the issuer of {last.subject} is missing: {last.issuer}"
    if path.rejected:
        cause = (
            f"{last.subject} was not signed by the {last.issuer} that is given: it has the name,"
            " and another key"
        )
    return InputError(cause, "get that certificate from the authority, and name its file too")


def _refuse_strangers(
    unused: Sequence[Certificate], below: Sequence[Certificate], every: Sequence[Certificate]
) -> None:
    """Other ways up are left out quietly; what stands above nothing is refused."""
    known = ancestors(below, every)
    for one in unused:
        if one not in known:
            raise InputError(
                f"{one.subject} has no part in the chain of {below[0].subject}",
                "leave its file out; what is not needed is not published",
            )


def ancestors(
    below: Iterable[Certificate], certificates: Iterable[Certificate]
) -> frozenset[Certificate]:
    """``below`` and everything that stands above them, on any way."""
    every = distinct(certificates)
    found = set(below)
    waiting = list(found)
    while waiting:
        child = waiting.pop()
        issuers = [one for one in every if one not in found and is_issued_by(child, one)]
        found.update(issuers)
        waiting += issuers
    return frozenset(found)
