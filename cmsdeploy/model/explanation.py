"""How the rule of a finding or of a refusal is told at length."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Explanation"]


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
