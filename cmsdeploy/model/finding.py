"""What a finding rests on, and how its rule is told at length."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Evidence", "Explanation"]


@dataclass(frozen=True)
class Evidence:
    """One thing that was seen: on ``host``, by ``command`` (a line that anybody may send again).

    ``seen`` is in words and holds no secret. ``command`` is empty where nothing was sent, as for a
    line of an event log.
    """

    host: str
    command: str
    seen: str


@dataclass(frozen=True)
class Explanation:
    """A rule at length, for ``explain`` and for a tired person.

    ``meaning`` says what is wrong, ``seen`` how it shows, ``cost`` what it costs to leave it,
    ``repair`` what to do, ``source`` where it is known from. ``explains`` are the rules that always
    follow from this one, in the same cluster.
    """

    title: str
    meaning: str
    seen: str
    cost: str
    repair: str
    source: str = ""
    explains: tuple[str, ...] = ()
