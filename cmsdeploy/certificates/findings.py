"""What is wrong with a certificate, said in a way that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

__all__ = ["Expected", "Finding", "Server", "Severity", "wrong"]


class Severity(Enum):
    """An error stops an upload; a warning should be seen."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """``rule`` is stable and can be searched for; ``evidence`` is what was seen; ``remedy`` is one
    next action; ``file`` is the name that people know the file by."""

    rule: str
    severity: Severity
    evidence: str
    remedy: str
    file: str = ""


@dataclass(frozen=True)
class Server:
    """A box that presents the certificate; one of its ``names`` has to be in there."""

    label: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Expected:
    """What a server's certificate has to say. ``at`` (with a zone) is the moment that counts;
    ``servers`` are the box itself, and its peers where they share the certificate. An empty
    ``domain`` and no servers leave the names unchecked."""

    at: datetime
    domain: str = ""
    servers: tuple[Server, ...] = ()
    warn_days: int = 30


def wrong(rule: str, evidence: str, remedy: str, severity: Severity = Severity.ERROR) -> Finding:
    """A finding of ``rule``, an error unless said otherwise."""
    return Finding(f"certificate/{rule}", severity, evidence, remedy)
