"""Who can reach whom: named cuts between boxes, made and mended while the world runs.

Cuts part boxes from boxes, never a box from its users: SSH, SFTP and Web Admin stay (a box that
nobody can reach is a fault of the wire).
"""

from __future__ import annotations

from collections.abc import Iterable

from .copying import Plain


class Network(Plain):
    """A set of unreachable pairs, each belonging to a cut with a name."""

    def __init__(self) -> None:
        """Begin whole."""
        self._cuts: dict[str, frozenset[frozenset[str]]] = {}

    @property
    def cuts(self) -> tuple[str, ...]:
        """Names of the cuts that stand."""
        return tuple(self._cuts)

    def cut(self, name: str, *pairs: tuple[str, str]) -> None:
        """Part the boxes of each pair; a cut of the same name is replaced."""
        self._cuts[name] = frozenset(frozenset(pair) for pair in pairs)

    def split(self, name: str, *groups: Iterable[str]) -> None:
        """Part every box of a group from every box of the other groups."""
        sides = [tuple(group) for group in groups]
        pairs = [
            (one, other)
            for number, side in enumerate(sides)
            for rest in sides[number + 1 :]
            for one in side
            for other in rest
        ]
        self.cut(name, *pairs)

    def mend(self, name: str | None = None) -> None:
        """Take one cut back, or all of them; one that does not stand is no error."""
        for known in list(self._cuts):
            if name in (None, known):
                del self._cuts[known]

    def is_open(self, one: str, other: str) -> bool:
        """Whether two boxes can reach each other."""
        pair = frozenset((one, other))
        return not any(pair in cut for cut in self._cuts.values())
