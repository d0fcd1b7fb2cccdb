"""What the rest of the house may ask of a box that it is connected to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from cmsdeploy.model.action import Call, Command, Read, Reply, Upload
from cmsdeploy.model.records import Update
from cmsdeploy.model.secret import Secret, SecretRef

__all__ = ["Session"]


class Session(Protocol):
    """One box. Connects when first needed; one thread at a time.

    Every error is a ``HostError`` with the host's name. ``UnreachableError`` says that nothing was
    sent; ``transport.contract.is_outcome_unknown`` tells the errors after which only a new look at
    the box can say what happened. Texts of errors are redacted and printable.
    """

    def read(self, read: Read) -> Reply:
        """Ask without changing anything. What the box refuses to say is text for the family.

        Raises ``DeviceError`` only where there is no reply to judge.
        """

    def copy(self, name: str, take: Callable[[bytes], None]) -> bool:
        """Hand the file ``name`` to ``take`` piece by piece, however long it is; False where there
        is none. Raises ``DeviceError`` where it is not as long as the box says."""

    def perform(
        self, action: Command | Upload | Call | Update, secrets: Mapping[SecretRef, Secret]
    ) -> Reply:
        """Carry ``action`` out once, never twice. Raises ``DeviceError`` when the box says no.

        ``secrets`` holds at least the secrets that the action names.
        """

    def prepare(self) -> None:
        """Open what a command that asks will need, while there is time. Never raises: where it
        cannot be had now, the command will say so."""

    def reconnect(self) -> None:
        """Drop what is open; the next verb connects anew, and checks the host key again."""

    def close(self) -> None:
        """Let go of the box. Never raises; may be called twice."""
