"""The commands of ``pki``, and the status commands that name files in use."""

from __future__ import annotations

from collections.abc import Sequence

from cmsdeploy.model.action import Command

__all__ = ["LIST", "SERVICES", "csr", "match", "verify"]

LIST = Command.of("pki", "list")

# Whose certificate settings name files (mmp.md section 7). `turn` is left out although it does:
# its status prints a password in clear (Cisco TAC 221729).
SERVICES = (
    Command.of("xmpp"),
    Command.of("xmpp", "cluster", "status"),
    Command.of("webadmin"),
    Command.of("callbridge"),
    Command.of("webbridge"),
)

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
