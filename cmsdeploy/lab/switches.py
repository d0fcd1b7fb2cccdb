"""Behaviour of real boxes that nobody has proved: each one is a named switch with positions.

A switch is data. The code that it steers asks `switches["name"]`; a test turns every switch to
every position. Nothing here knows a box, a command or a wire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from .errors import UnknownPositionError, UnknownSwitchError

Mark = Literal["UNKNOWN", "INFERRED", "RECALL", "DOC", "CODE", "SEEN"]
Part = Literal["xmpp", "cluster", "login", "mmp", "pki", "database", "files", "api", "wire"]
# name, positions with a star before the default, mark, source, what it decides
Row = tuple[str, str, Mark, str, str]


@dataclass(frozen=True)
class Switch:
    """One unproved behaviour: what it decides, which positions it has, how well it is known.

    `part` is the part of a box that obeys it; `wire` switches mean nothing to the pure core.
    """

    name: str
    positions: tuple[str, ...]
    default: str
    mark: Mark
    source: str
    decides: str
    part: Part = "mmp"


class Switches(Mapping[str, str]):
    """The position of every switch of a world.

    Raises `UnknownSwitchError` and `UnknownPositionError`, both with a suggestion, when built from
    names or positions that the table does not hold. Immutable, so a deep copy shares it.
    """

    def __init__(
        self, table: Mapping[str, Switch], chosen: Mapping[str, str] | None = None
    ) -> None:
        """Start from the defaults of `table` and turn the `chosen` ones."""
        positions = {name: switch.default for name, switch in table.items()}
        for name, position in (chosen or {}).items():
            positions[name] = _checked(table, name, position)
        self._positions = positions

    def __getitem__(self, name: str) -> str:
        """Position of one switch."""
        return self._positions[name]

    def __iter__(self) -> Iterator[str]:
        """Names, in the order of the table."""
        return iter(self._positions)

    def __len__(self) -> int:
        """Number of switches."""
        return len(self._positions)

    def __deepcopy__(self, _memo: object) -> Switches:
        """Share: property tests copy whole worlds thousands of times."""
        return self


def _checked(table: Mapping[str, Switch], name: str, position: str) -> str:
    if name not in table:
        raise UnknownSwitchError(f"no switch is called {name!r}.{_nearest(name, list(table))}")
    allowed = table[name].positions
    if position not in allowed:
        raise UnknownPositionError(
            f"switch {name!r} has no position {position!r}; it has {', '.join(allowed)}."
            f"{_nearest(position, list(allowed))}"
        )
    return position


def _nearest(word: str, words: list[str]) -> str:
    found = get_close_matches(word, words, n=1)
    return f" Did you mean {found[0]!r}?" if found else ""
