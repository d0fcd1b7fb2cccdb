"""One case of the corpus, and the good chain that most of them deviate from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509

from tests.certificates.material import (
    SECOND,
    Profile,
    issued,
    pem,
    tree,
)

AT_LEVEL = "openssl verify looks at digests only from security level 1 on"
NO_POLICY = "our policy for boxes, not a rule of RFC 5280"


@dataclass(frozen=True)
class Case:
    """``above`` has no order; the self-signed ones of it are what openssl is told to trust."""

    name: str
    leaf: bytes
    above: tuple[bytes, ...]
    rules: frozenset[str] = frozenset()
    openssl_differs: str = ""


def case(
    name: str,
    leaf: x509.Certificate | bytes,
    above: Sequence[x509.Certificate | bytes],
    rules: str = "",
    differs: str = "",
) -> Case:
    """A case in few words."""

    def text(one: x509.Certificate | bytes) -> bytes:
        return one if isinstance(one, bytes) else pem(one)

    found = frozenset(f"certificate/{rule}" for rule in rules.split())
    return Case(name, text(leaf), tuple(map(text, above)), found, differs)


def above_leaf() -> tuple[x509.Certificate, ...]:
    """The good chain."""
    return tree().root, tree().first, tree().second


def leaf_of(profile: Profile, common_name: str = "xmpp.tptac9.com") -> x509.Certificate:
    """A leaf under the good chain."""
    return issued(common_name, SECOND, profile)
