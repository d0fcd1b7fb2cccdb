"""The table of switches, put together from the rows of each part of a box.

Adding a doubt about real boxes is adding a row to a file of `switch_rows/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .switch_rows import cluster, login, mmp, wire, xmpp
from .switches import Part, Row, Switch, Switches

_PARTS: tuple[tuple[Part, tuple[Row, ...]], ...] = (
    ("xmpp", xmpp.ROWS),
    ("cluster", cluster.ROWS),
    ("login", login.LOGIN),
    ("api", login.API),
    ("mmp", mmp.MMP),
    ("pki", mmp.PKI),
    ("database", mmp.DATABASE),
    ("files", mmp.FILES),
    ("wire", wire.ROWS),
)


def _read(parts: Iterable[tuple[Part, tuple[Row, ...]]]) -> Mapping[str, Switch]:
    table: dict[str, Switch] = {}
    for part, rows in parts:
        for name, positions, mark, source, decides in rows:
            words = positions.split()
            default = next(word[1:] for word in words if word.startswith("*"))
            plain = tuple(word.lstrip("*") for word in words)
            table[name] = Switch(name, plain, default, mark, source, decides, part)
    return table


SWITCHES: Mapping[str, Switch] = _read(_PARTS)


def choose(chosen: Mapping[str, str] | None = None) -> Switches:
    """Positions of all switches: the defaults, with the `chosen` ones turned.

    Raises `UnknownSwitchError` or `UnknownPositionError`, with a suggestion.
    """
    return Switches(SWITCHES, chosen)
