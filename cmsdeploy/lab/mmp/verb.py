"""One command of the MMP as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..exchange import Reply

if TYPE_CHECKING:
    from ..box import Box

Run = Callable[["Box", tuple[str, ...]], Reply]
Answer = Callable[["Box", tuple[str, ...], str], Reply]


@dataclass(frozen=True)
class Verb:
    """A command: its fixed words, its syntax for people, how many arguments it takes."""

    name: str
    run: Run
    usage: str = ""
    least: int = 0
    most: int = 0
    is_write: bool = False
    # A bare name such as `hostname` only reads; with arguments it writes.
    reads_when_bare: bool = False
    # `ipv4 a` reads, `ipv4 a enable` writes: so many arguments still only read.
    reads_up_to: int = -1
    # An RSA key takes a while; the wire makes it beside its loop.
    makes_key: bool = False
    # A switch that may say `unknown-command`.
    switch: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The fixed words."""
        return tuple(self.name.split())
