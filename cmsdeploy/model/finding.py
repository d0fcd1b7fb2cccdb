"""What a finding rests on."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Evidence"]


@dataclass(frozen=True)
class Evidence:
    """One thing that was seen: on ``host``, by ``command`` (a line that anybody may send again).

    ``seen`` is in words and holds no secret. ``command`` is empty where nothing was sent, as for a
    line of an event log.
    """

    host: str
    command: str
    seen: str
