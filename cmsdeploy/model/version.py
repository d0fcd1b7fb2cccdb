"""The software version of a box, compared as numbers: 2.10 comes after 2.9."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Version"]

_VERSION = r"(?<![\d.])(\d{1,3})\.(\d{1,3})(?:\.(\d{1,5}))?(?![\d])"


@dataclass(frozen=True, order=True)
class Version:
    """``major.minor.patch``; a missing patch is 0."""

    major: int
    minor: int
    patch: int = 0

    @classmethod
    def found_in(cls, text: str) -> Version | None:
        """The first version number in ``text``, or None.

        The layout of the reply to ``version`` is not known (mmp.md section 8), so only the number
        is looked for: ``2.2.5``, ``2.10``, ``2.0(RC)``.
        """
        match = re.search(_VERSION, text)
        return cls(int(match[1]), int(match[2]), int(match[3] or 0)) if match else None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"
