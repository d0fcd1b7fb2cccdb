"""Call bridge secrets as a box makes them, from a seed.

Form: 16 letters and digits and the fixed tail `Ab1` (SEEN in four secrets, rule INFERRED, mmp 4.1).
"""

from __future__ import annotations

import hashlib
import string
from dataclasses import dataclass

from .copying import Plain

_ALPHABET = string.ascii_letters + string.digits
_TAIL = "Ab1"


@dataclass
class SecretSource(Plain):
    """Gives a new secret at each call; the same seed gives the same row of secrets."""

    seed: int
    given: int = 0

    def next(self) -> str:
        """Give the next secret, 19 characters."""
        self.given += 1
        digest = hashlib.sha256(f"{self.seed}/{self.given}".encode()).digest()
        # Two bytes per character keep the letters nearly even; nobody guards anything with these.
        pairs = zip(digest[::2], digest[1::2], strict=True)
        drawn = (_ALPHABET[(high * 256 + low) % len(_ALPHABET)] for high, low in pairs)
        return "".join(drawn) + _TAIL
