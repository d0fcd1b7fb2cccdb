"""The tasks of the shipped ``site.yml``, in its order, as stages of a test's deployment.

A family has several tasks there: one that changes, and others under ``check_mode`` that prove. A
repair that is right for one task alone may be refused by the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml

from cmsdeploy.families import families
from cmsdeploy.planning.stage import Stage
from tests.contract.deployment import Deployment
from tests.contract.registration import REGISTERED

__all__ = ["site_stages", "site_tasks"]

_PLAYBOOKS = Path(__file__).parent.parent.parent / "playbooks"
Task = tuple[str, frozenset[str], bool]


@cache
def site_tasks() -> tuple[Task, ...]:
    """Family, what the task says of it, and whether it only proves."""
    return tuple(_tasks(_PLAYBOOKS / "site.yml"))


def _tasks(path: Path) -> Iterator[Task]:
    for play in yaml.safe_load(path.read_text(encoding="utf-8")):
        if "import_playbook" in play:
            yield from _tasks(path.parent / play["import_playbook"])
        for task in play.get("tasks", ()):
            for family in REGISTERED.keys() & task.keys():
                yield family, frozenset(task[family]), bool(play.get("check_mode"))


def site_stages(wanted: Deployment, chosen: tuple[str, ...]) -> list[Stage]:
    """One stage for each task of a chosen family. What a task leaves out, its family is not told:
    the task before the logins does not say where certificates are seen."""
    registry, found = families(), []
    for play, (family, said, is_check) in enumerate(site_tasks()):
        if family not in chosen:
            continue
        registered = REGISTERED[family]
        desired = {
            box: registry[family].spec(
                _of_task(registered.parameters(wanted, box), said, family), wanted.site(box)
            )
            for box in registered.boxes(wanted)
        }
        clusters = dict.fromkeys(desired, wanted.cluster)
        found.append(
            Stage(
                family,
                f"{family} {play}",
                desired,
                clusters,
                play,
                permission=wanted.permission,
                is_check=is_check,
            )
        )
    return found


def _of_task(given: Mapping[str, object], said: frozenset[str], family: str) -> dict[str, object]:
    left_out = {"seen_at", "recipe"} - said if family == "xmpp" else set()
    return {name: value for name, value in given.items() if name not in left_out}
