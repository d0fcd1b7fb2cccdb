"""What can go wrong with the lab itself, as opposed to what a simulated box refuses.

LabError
  UnknownSwitchError     a switch name that does not exist
  UnknownPositionError   a position that the switch does not have
  UnknownBoxError        a box name that the world does not hold
  DuplicateBoxError      a second box with the same name or address
  FileRefusedError       the box refuses a file operation (SFTP turns it into a status)
  NotAQuestionError      an answer for an exchange that asked nothing
  BoxIsDownError         a box that is off, or boots, was asked something
  UnknownFaultError      a kind of fault that does not exist
"""

from __future__ import annotations


class LabError(Exception):
    """Root of every error that the lab raises on purpose."""


class UnknownSwitchError(LabError, ValueError):
    """The named switch does not exist; the message suggests the nearest one."""


class UnknownPositionError(LabError, ValueError):
    """The switch exists but has no such position; the message lists them."""


class UnknownBoxError(LabError, KeyError):
    """No box of that name was added to the world."""

    def __str__(self) -> str:
        """Give the plain sentence; KeyError would show it quoted."""
        return str(self.args[0])


class DuplicateBoxError(LabError, ValueError):
    """Name and address of a box are unique: they are what its peers know it by."""


class NotAQuestionError(LabError, RuntimeError):
    """`Exchange.answer` was called although the box asked nothing."""


class BoxIsDownError(LabError, RuntimeError):
    """The box is off or boots; on the wire nobody listens then."""


class UnknownFaultError(LabError, ValueError):
    """No fault is of that kind; the message suggests the nearest one."""


class FileRefusedError(LabError):
    """The box refuses a file operation.

    `reason` is one of "missing", "denied", "name".
    """

    def __init__(self, reason: str, name: str) -> None:
        """Keep the reason apart from the sentence, so that SFTP can choose its status code."""
        super().__init__(f"{reason}: {name}")
        self.reason = reason
        self.name = name
