"""The commands of ``pki`` that only read, and the status commands that name files in use."""

from __future__ import annotations

from cmsdeploy.model.action import Command

__all__ = ["LIST", "SERVICES", "match"]

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


def match(key: str, certificate: str) -> Command:
    """Does the key belong to the certificate? (Cisco TAC 214618)"""
    return Command.of("pki", "match", key, certificate)
