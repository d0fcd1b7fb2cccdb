"""How each family is asked for in the lab. A family without an entry here fails the suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cmsdeploy.families import families
from cmsdeploy.planning.stage import Stage
from tests.contract.deployment import Deployment

__all__ = ["REGISTERED", "Registered", "stages_of"]


@dataclass(frozen=True)
class Registered:
    """The boxes that a family has a task on, and the parameters of the task.

    ``goes_with`` are the families without which it cannot be used alone, and itself.
    """

    goes_with: tuple[str, ...]
    boxes: Callable[[Deployment], tuple[str, ...]]
    parameters: Callable[[Deployment, str], Mapping[str, Any]]


# In the order of a playbook.
REGISTERED: Mapping[str, Registered] = {
    "pki": Registered(
        ("pki",), lambda wanted: wanted.staying, lambda wanted, name: wanted.certificates(name)
    ),
    # Gates have no steps of their own: somebody else's tell whether they let a run through.
    "database": Registered(("database", "mmp"), lambda wanted: wanted.boxes, lambda wanted, _: {}),
    "clock": Registered(("clock", "mmp"), lambda wanted: wanted.boxes, lambda wanted, _: {}),
    "mmp": Registered(("mmp",), lambda wanted: wanted.boxes, Deployment.gate),
    "xmpp": Registered(("xmpp",), lambda wanted: wanted.servers, Deployment.server),
    # Before the logins, which follow the records.
    "dns": Registered(("dns",), lambda wanted: wanted.staying, Deployment.records),
    # The secret of a login is read on the servers.
    "callbridge": Registered(
        ("xmpp", "callbridge"), lambda wanted: wanted.bridges, Deployment.bridge
    ),
}


def stages_of(wanted: Deployment, chosen: tuple[str, ...] = tuple(REGISTERED)) -> list[Stage]:
    """One stage for each chosen family."""
    registry = families()
    found = []
    for play, name in enumerate(chosen):
        registered = REGISTERED[name]
        boxes = registered.boxes(wanted)
        desired = {
            box: registry[name].spec(registered.parameters(wanted, box), wanted.site(box))
            for box in boxes
        }
        clusters = dict.fromkeys(boxes, wanted.cluster)
        found.append(Stage(name, name, desired, clusters, play, permission=wanted.permission))
    return found
