"""Where one server stands in its cluster: what ``rules`` finds out and the ladder goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cmsdeploy.families.xmpp.renewal import Change
from cmsdeploy.model.secret import Secret

__all__ = ["Farewell", "Place"]


@dataclass(frozen=True)
class Farewell:
    """Another server leaves: it is listed as ``peer``, and that it is not any more is seen after
    the rungs ``after``."""

    host: str
    peer: str
    after: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Place:
    """The place of one server in its cluster, as ``rules`` found it.

    ``joins`` is the address to join, None for the founder and for members. ``is_live`` says that
    the box serves a cluster that has a leader, so stopping it costs logins. ``expected`` is how
    many peers it will list in the end. ``settled`` is the value that each secret must have, None
    where no server has one yet: then the one server that ``makes_secrets`` generates it.
    ``is_leaving`` servers get out of the cluster, each seen off by the others (``farewells``);
    ``goes_on`` is how many run then, and how many are listed.
    """

    joins: str | None = None
    is_founder: bool = False
    makes_secrets: bool = False
    is_live: bool = False
    expected: int = 1
    settled: Mapping[str, Secret | None] = field(default_factory=dict)
    stop_after: tuple[tuple[str, str], ...] = ()
    enable_cluster_after: tuple[tuple[str, str], ...] = ()
    join_after: tuple[tuple[str, str], ...] = ()
    change: Change | None = None
    is_leaving: bool = False
    is_purged: bool = False
    goes_on: tuple[int, int] = (0, 0)
    leave_after: tuple[tuple[str, str], ...] = ()
    reset_after: tuple[tuple[str, str], ...] = ()
    farewells: tuple[Farewell, ...] = ()
    maker: str = ""
    stop_for_trust_after: tuple[tuple[str, str], ...] = ()
    stop_to_serve_after: tuple[tuple[str, str], ...] = ()
