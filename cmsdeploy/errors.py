"""Every way in which cmsdeploy stops, and the exit code that each way has.

    CmsdeployError                  1   something that we expected to be able to go wrong
    ├── InputError                  3   what a person wrote cannot be meant: file, line, column
    ├── OptionError                 5   a bad option on the command line
    ├── RefusedError                7   version gate, permission, safety
    ├── StalePlanError              8   the plan rests on a fact that has moved
    ├── LockHeldError               9   another run works on the same cluster
    │   └── LockLostError           9   somebody took the lock of this run away
    └── HostError                   2   one box; knows its name and the step
        ├── DeviceError             2   the box said no, or said something that we do not know
        │   └── SecretShownError    2   the box showed the secret that was typed
        ├── DeadlineError           2   the box did not answer in time
        └── UnreachableError        4   we are not connected to the box
            └── IdentityError       4   somebody answered, but it is not the box that was named

Anything else that escapes is a bug of ours and ends with exit code 250 in ``cli``.

Every message is written for a tired person: one cause, one next action. Text that comes from a
device or a file is escaped with :func:`printable` before it enters a message, so that no message
can carry control characters to a terminal.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

__all__ = [
    "CmsdeployError",
    "DeadlineError",
    "DeviceError",
    "HostError",
    "IdentityError",
    "InputError",
    "LockHeldError",
    "LockLostError",
    "OptionError",
    "Origin",
    "RefusedError",
    "SecretShownError",
    "StalePlanError",
    "UnreachableError",
    "printable",
]

# Format characters (Cf) hold the bidirectional marks that turn text around on a terminal; Cc, Cs
# and the separators Zl, Zp are what could forge a second line.
_UNPRINTABLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def printable(text: str, limit: int = 2000) -> str:
    """Give ``text`` with control, format and surrogate characters shown as escapes.

    ``limit`` is in characters; what is beyond is cut and counted. Newlines are escaped too: a
    caller that wants to show several lines splits them first.
    """
    shown = text[:limit]
    if not shown.isprintable():  # which is more than we ask for, and told without a loop
        shown = "".join(map(_escaped, shown))
    beyond = len(text) - limit
    return f"{shown}… ({beyond} more characters)" if beyond > 0 else shown


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in _UNPRINTABLE_CATEGORIES:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


@dataclass(frozen=True, order=True)
class Origin:
    """Where a person wrote something. ``line`` and ``column`` count from 1; 0 is "the whole"."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = printable(self.file)
        if self.line:
            place += f":{self.line}:{self.column or 1}"
        return place


class CmsdeployError(Exception):
    """An expected failure: ``cause`` in one sentence, ``action`` is the one thing to do next."""

    exit_code = 1

    def __init__(self, cause: str, action: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.action = action

    def __str__(self) -> str:
        return f"{self.cause}\n  next: {self.action}" if self.action else self.cause


class InputError(CmsdeployError):
    """What a person wrote cannot be meant. Raised before any connection.

    ``others`` are further problems found in the same pass, so that one run names all of them.
    ``excerpt`` is the line as written; it is left out where the line may hold a secret.
    """

    exit_code = 3

    def __init__(
        self,
        cause: str,
        action: str = "",
        origin: Origin | None = None,
        excerpt: str = "",
    ) -> None:
        super().__init__(cause, action)
        self.origin = origin
        self.excerpt = excerpt
        self.others: tuple[InputError, ...] = ()

    @classmethod
    def of(cls, problems: list[InputError]) -> InputError:
        """Fold ``problems`` (at least one) into the first, which carries the others."""
        first, *others = problems
        first.others = (*first.others, *others)
        return first

    def _one(self) -> str:
        lines = [f"{self.origin}: {self.cause}" if self.origin else self.cause]
        if self.excerpt and self.origin and self.origin.line:
            number = str(self.origin.line)
            lines.append(f"  {number} | {printable(self.excerpt)}")
            lines.append(f"  {' ' * len(number)} | {' ' * (max(self.origin.column, 1) - 1)}^")
        if self.action:
            lines.append(f"  next: {self.action}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return "\n".join([self._one(), *(other._one() for other in self.others)])


class OptionError(CmsdeployError):
    """A bad option or argument on the command line."""

    exit_code = 5


class RefusedError(CmsdeployError):
    """The version gate, a missing permission or a safety rule forbids to go on."""

    exit_code = 7


class StalePlanError(CmsdeployError):
    """The plan rests on a fact that is no longer so; the cause names the fact."""

    exit_code = 8


class LockHeldError(CmsdeployError):
    """Another run works on the same cluster."""

    exit_code = 9


class LockLostError(LockHeldError):
    """Somebody took the lock of this run away, so that another may work on the same cluster."""


class HostError(CmsdeployError):
    """Something went wrong on one box. ``host`` and ``step`` are attached at the boundary."""

    exit_code = 2

    def __init__(self, cause: str, action: str = "", host: str = "", step: str = "") -> None:
        super().__init__(cause, action)
        self.host = host
        self.step = step

    def __str__(self) -> str:
        place = " ".join(word for word in (self.host, self.step) if word)
        return f"{place}: {super().__str__()}" if place else super().__str__()


class DeviceError(HostError):
    """The box refused, failed, or answered with something outside the known grammar."""


class SecretShownError(DeviceError):
    """The box echoed a secret. It may have taken it; a screen or a log may have it too."""


class DeadlineError(HostError):
    """The box did not answer before the deadline. What it did with the command is unknown."""


class UnreachableError(HostError):
    """No connection, or no login: nothing was sent to the box."""

    exit_code = 4


class IdentityError(UnreachableError):
    """The host key or the certificate is not the one that was named; no password was sent."""
