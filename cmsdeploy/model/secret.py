"""Secrets are a type, never a string.

A secret that is formatted, compared, pickled or serialised by accident should be a crash in a
test, not a line in a log. So :class:`Secret` has no text: only :meth:`Secret.reveal`, which is
called at the wire (``session`` and ``transport``) and by nobody else, gives its content.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, NoReturn

__all__ = ["UNKNOWN", "Secret", "SecretRef", "Unknown", "UnknownType"]

# A key of this process only: fingerprints can be compared within one run and are worthless
# afterwards, so a short secret cannot be guessed from anything that we ever wrote down.
_RUN_KEY: Final = os.urandom(32)


class Secret:
    """A value that nobody may see: a password, a shared secret, a private key in PEM text.

    Two secrets are equal when their contents are; the comparison takes constant time. Formatting
    gives a fixed text, everything that would carry the content away raises ``TypeError``.
    """

    __slots__ = ("__content",)

    def __init__(self, content: str | bytes) -> None:
        self.__content = content.encode() if isinstance(content, str) else bytes(content)

    def reveal(self) -> bytes:
        """Give the content. For the wire only; ``tests/laws`` names the rooms that may call it."""
        return self.__content

    def fingerprint(self) -> bytes:
        """A keyed digest (32 bytes) that is good for comparing within this process only."""
        import hmac  # here: most commands compare no secret, and OpenSSL comes with it

        return hmac.digest(_RUN_KEY, self.__content, "sha256")

    def has_form(self, form: re.Pattern[bytes]) -> bool:
        """Whether all of the content matches ``form``, for checks before anything is sent."""
        return form.fullmatch(self.__content) is not None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        import hmac

        return hmac.compare_digest(self.fingerprint(), other.fingerprint())

    def __hash__(self) -> int:
        return hash(self.fingerprint())

    def __repr__(self) -> str:
        return "Secret(…)"

    def __str__(self) -> NoReturn:
        raise TypeError("a secret has no text; reveal() it at the wire or show its name")

    def __format__(self, specification: str) -> NoReturn:
        raise TypeError("a secret cannot be formatted; show its name")

    def __bool__(self) -> NoReturn:
        raise TypeError("a secret has no truth value; compare with None")

    def __len__(self) -> NoReturn:
        raise TypeError("the length of a secret is a part of the secret")

    def __iter__(self) -> NoReturn:
        raise TypeError("a secret cannot be iterated")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret cannot be pickled or copied out of this process")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memory: object) -> Secret:
        return self


@dataclass(frozen=True, order=True)
class SecretRef:
    """The name of a secret, such as ``callbridge/cb1``: what plans and people see instead of it."""

    name: str

    def __str__(self) -> str:
        return self.name


class UnknownType(Enum):
    """A field that the box does not show. It is neither empty nor false, and equals only itself."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "Unknown"

    def __bool__(self) -> NoReturn:
        raise TypeError("an unknown field is neither true nor false; compare with `is`")


UNKNOWN: Final = UnknownType.UNKNOWN
Unknown = Literal[UnknownType.UNKNOWN]
