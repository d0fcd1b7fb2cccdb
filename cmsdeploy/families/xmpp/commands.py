"""The command lines of ``xmpp``, once each."""

from __future__ import annotations

from cmsdeploy.model.action import Answer, Command
from cmsdeploy.model.secret import SecretRef

__all__ = [
    "BRIDGE_LIST",
    "CERTS_NONE",
    "CLUSTER_ENABLE",
    "CLUSTER_INITIALIZE",
    "CLUSTER_LEAVE",
    "CLUSTER_STATUS",
    "DISABLE",
    "DOMAIN_NONE",
    "ENABLE",
    "RESET",
    "SECRET_PROMPT",
    "STATUS",
    "address",
    "bridge_add",
    "bridge_add_secret",
    "bridge_delete",
    "certs",
    "cluster_join",
    "cluster_remove",
    "cluster_trust",
    "domain",
    "listen",
]

# Transcript xmpp-callbridge-add-secret-prompt; TAC 217319 prints it with a colon. The conversation
# accepts a colon and blanks behind it.
SECRET_PROMPT = "Enter callbridge secret"  # noqa: S105 (the question, not the secret)

# Certificates are checked and services started: slower than a status (`pki csr` apart).
_SLOW = 90.0

STATUS = Command.of("xmpp")
BRIDGE_LIST = Command(("xmpp", "callbridge", "list"), shows_secrets=True)
CLUSTER_STATUS = Command.of("xmpp", "cluster", "status")
ENABLE = Command(("xmpp", "enable"), deadline=_SLOW)
DISABLE = Command(("xmpp", "disable"), deadline=_SLOW)
CLUSTER_ENABLE = Command.of("xmpp", "cluster", "enable")

# Whether these two ask is not known (mmp.md section 4.1). `database cluster initialize` and `join`
# do, with "Are you sure …", and want a capital Y (TAC 216549); so that question may be answered.
_SURE = ("Are you sure", "WARNING")
CLUSTER_INITIALIZE = Command(("xmpp", "cluster", "initialize"), confirmations=_SURE, deadline=_SLOW)

# Without an address it takes the very box out that it is sent to (RECALL, mmp.md 4.1).
CLUSTER_LEAVE = Command(("xmpp", "cluster", "remove"), confirmations=_SURE, deadline=_SLOW)

# Only for a box that no other lists any more: a member that is reset leaves a dead entry behind
# (CSCvi67717).
CERTS_NONE = Command.of("xmpp", "certs", "none")
DOMAIN_NONE = Command.of("xmpp", "domain", "none")
RESET = Command(("xmpp", "reset"), confirmations=_SURE, deadline=_SLOW)


def address(interface: str) -> Command:
    """What addresses does the box have there? (transcript ipv4-status)"""
    return Command.of("ipv4", interface)


def domain(name: str) -> Command:
    return Command.of("xmpp", "domain", name)


def listen(interfaces: tuple[str, ...]) -> Command:
    return Command.of("xmpp", "listen", *interfaces)


def certs(key: str, certificate: str, bundle: str) -> Command:
    return Command.of("xmpp", "certs", key, certificate, *([bundle] if bundle else []))


def cluster_trust(bundle: str) -> Command:
    return Command.of("xmpp", "cluster", "trust", bundle)


def bridge_add(name: str) -> Command:
    """Generates a secret on the box; the reply may print it."""
    return Command(("xmpp", "callbridge", "add", name), shows_secrets=True)


def bridge_add_secret(name: str, secret: SecretRef) -> Command:
    return Command(("xmpp", "callbridge", "add-secret", name), answer=Answer(SECRET_PROMPT, secret))


def bridge_delete(name: str) -> Command:
    return Command.of("xmpp", "callbridge", "del", name)


def cluster_join(peer: str) -> Command:
    return Command(("xmpp", "cluster", "join", peer), confirmations=_SURE, deadline=_SLOW)


def cluster_remove(peer: str) -> Command:
    """Take the entry of another, dead peer off the list (RECALL, mmp.md 4.1)."""
    return Command(("xmpp", "cluster", "remove", peer), confirmations=_SURE, deadline=_SLOW)
