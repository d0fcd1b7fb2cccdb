"""A record of what a world was like at every moment: for promises about the way, not the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .cluster import is_alive, is_reached
from .copying import Frozen, Plain
from .login import serves

if TYPE_CHECKING:
    from .world import World


@dataclass(frozen=True)
class Moment(Frozen):
    """One cluster at one moment. `together` is the largest number of running members of which one
    reaches and trusts all others, `listed` the number of its peers; `refusing` names the members
    that take no login, `lost` the call bridges that had a login before and have none."""

    seconds: float
    together: int
    listed: int
    refusing: tuple[str, ...]
    lost: tuple[str, ...] = ()

    @property
    def has_majority(self) -> bool:
        """Whether more than half of the peers run and trust each other."""
        return self.together * 2 > self.listed


class Watch(Plain):
    """Looks at every cluster whenever the world settles; a moment like the last is left out."""

    def __init__(self) -> None:
        """Begin without moments."""
        self.moments: list[Moment] = []
        self._logged_in: frozenset[str] = frozenset()

    def look(self, world: World) -> None:
        """Write down how each cluster stands."""
        boxes = world.boxes
        now = frozenset(name for name, box in boxes.items() if box.link.state == "registered")
        lost = tuple(sorted(self._logged_in - now))
        self._logged_in |= now
        for cluster in world.clusters.values():
            members = list(dict.fromkeys(peer.box_name for peer in cluster.peers))
            alive = [name for name in members if is_alive(boxes[name], cluster)]
            groups = [sum(is_reached(world, one, other) for other in alive) for one in alive]
            refusing = [name for name in members if not serves(boxes[name], boxes[name])]
            moment = Moment(
                world.seconds, max(groups, default=0), len(cluster.peers), tuple(refusing), lost
            )
            if not self.moments or self.moments[-1] != moment:
                self.moments.append(moment)
