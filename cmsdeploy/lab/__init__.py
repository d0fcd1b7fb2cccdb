"""The lab: a digital twin of Cisco Meeting Server boxes, MMP over SSH, SFTP and Web Admin API.

Law of this room. It knows what references and transcripts say of real boxes, and names the source
of every behaviour in a comment; what nobody has proved is a named switch. It must never know any
other room of the package: product and twin must not share their mistakes, so nothing outside
`cmsdeploy/lab/` is imported here. Only `cli` starts it; tests may use all of it.

    World, Box, Exchange    the pure core: synchronous, deterministic, no wire, can be copied
    Lab, BoxDescription     the same boxes on loopback, behind SSH, SFTP and HTTPS
    SWITCHES                the table of unproved behaviours
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .audit import AuditEntry
from .box import Box
from .errors import (
    BoxIsDownError,
    DuplicateBoxError,
    FileRefusedError,
    LabError,
    NotAQuestionError,
    UnknownBoxError,
    UnknownFaultError,
    UnknownPositionError,
    UnknownSwitchError,
)
from .exchange import Exchange
from .login import Login
from .network import Network
from .resolving import Record, Resolver
from .switch_table import SWITCHES
from .switches import Switch
from .timing import Timing
from .web_admin import ApiAnswer
from .world import World

if TYPE_CHECKING:
    from .wire.description import BoxDescription
    from .wire.faults import Fault, Faults
    from .wire.lab import Lab, LabBox

__all__ = [
    "SWITCHES",
    "ApiAnswer",
    "AuditEntry",
    "Box",
    "BoxDescription",
    "BoxIsDownError",
    "DuplicateBoxError",
    "Exchange",
    "Fault",
    "Faults",
    "FileRefusedError",
    "Lab",
    "LabBox",
    "LabError",
    "Login",
    "Network",
    "NotAQuestionError",
    "Record",
    "Resolver",
    "Switch",
    "Timing",
    "UnknownBoxError",
    "UnknownFaultError",
    "UnknownPositionError",
    "UnknownSwitchError",
    "World",
]

# Loaded on first use, so that the pure core needs no SSH library.
_ON_THE_WIRE = {
    "BoxDescription": "description",
    "Fault": "faults",
    "Faults": "faults",
    "Lab": "lab",
    "LabBox": "lab",
}


def __getattr__(name: str) -> Any:
    """Import the wire when one of its names is asked for."""
    if name not in _ON_THE_WIRE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".wire.{_ON_THE_WIRE[name]}", __name__), name)
