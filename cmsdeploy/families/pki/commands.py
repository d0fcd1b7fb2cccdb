"""The commands of ``pki``."""

from __future__ import annotations

from collections.abc import Sequence

from cmsdeploy.model.action import Command

__all__ = ["LIST", "csr", "match", "verify"]

LIST = Command.of("pki", "list")

# The box makes a key of 2048 bits meanwhile: rows of dots come first (SEEN, transcript pki-csr).
_MAKING_A_KEY = 120.0


def match(key: str, certificate: str) -> Command:
    """Does the key belong to the certificate? (Cisco TAC 214618)"""
    return Command.of("pki", "match", key, certificate)


def verify(certificate: str, bundle: str) -> Command:
    """Does the chain of the certificate end in the bundle? (Cisco TAC 214618)"""
    return Command.of("pki", "verify", certificate, bundle)


def csr(name: str, fields: Sequence[str]) -> Command:
    """Make ``name.key`` and ``name.csr``. It writes over a key of that name at once (TAC 214618):
    never for a name that is on the box."""
    return Command(("pki", "csr", name, *fields), deadline=_MAKING_A_KEY)
