"""From a request to an inventory and stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cmsdeploy import playbook as playbooks
from cmsdeploy.embedding.request import Request
from cmsdeploy.embedding.resources import RESOURCES, Resource, shipped_playbook
from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory import Inventory
from cmsdeploy.inventory.given import given_inventory, given_node
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.inventory.rules import ANY_NUMBER
from cmsdeploy.model.step import Risk
from cmsdeploy.planning.stage import Permission, Stage
from cmsdeploy.playbook.play import Play, Playbook, Task
from cmsdeploy.playbook.play_parts import EXCEPTIONS, RISKS

__all__ = ["Order", "order_of"]

_TASK = Origin("the task")


@dataclass(frozen=True)
class Order:
    """``stages`` as the planning wants them; ``limit`` are those that may be written to."""

    resource: Resource
    inventory: Inventory
    stages: tuple[Stage, ...]
    limit: frozenset[str] | None

    @property
    def hosts(self) -> tuple[str, ...]:
        """The boxes that the stages speak of."""
        return tuple(dict.fromkeys(name for stage in self.stages for name in stage.desired))

    @property
    def written(self) -> tuple[str, ...]:
        """Those of them that another run must leave alone meanwhile."""
        return tuple(name for name in self.hosts if self.limit is None or name in self.limit)


def order_of(request: Request) -> Order:
    """Read what ``request`` wants. Raises :class:`InputError`; nothing was connected."""
    resource = RESOURCES.get(request.resource)
    if resource is None:
        shown = printable(request.resource, 60)
        raise InputError(f"{shown!r} is no resource", f"ask for one of {', '.join(RESOURCES)}")
    inventory = given_inventory(request.hosts, request.groups, request.inventory_folder)
    book = _playbook(resource, request, inventory)
    exceptions = book.permission_names() | ({ANY_NUMBER} if resource.is_only_read else set())
    if resource.is_whole:
        inventory.check(exceptions=exceptions)
    stages = playbooks.stages(book, inventory)
    limit = request.limit
    if not resource.is_whole:
        limit = frozenset({request.host})
        stages = tuple(_of_one_box(stages, resource, request.host))
    if resource.is_only_read:
        stages = tuple(replace(stage, is_only_read=True, is_check=True) for stage in stages)
    if not stages:
        raise InputError(
            f"{request.host} is nothing that {resource.name} is for",
            "put it into the groups that it belongs to, or the task on other hosts",
        )
    return Order(resource, inventory, stages, limit)


def _playbook(resource: Resource, request: Request, inventory: Inventory) -> Playbook:
    if not resource.playbook:
        book = Playbook(Path(), (_lone_play(resource, request),))
    else:
        path = request.playbook or shipped_playbook(resource.playbook)
        book = playbooks.load(path, inventory)
    permission = _permission(request.allow)
    plays = tuple(_asked(play, resource, request, permission) for play in book.plays)
    # Files of the site are looked for where the caller's playbook stands, not beside ours.
    return Playbook(request.playbook or request.folder / "site.yml", plays)


def _lone_play(resource: Resource, request: Request) -> Play:
    task = Task(
        title=resource.meaning,
        action=resource.family,
        parameters=Node({}, _TASK, Kind.MAPPING),
        origin=_TASK,
    )
    # Who writes the task has said what is sent, and how much it may disturb.
    risk = Risk(str(request.parameters.get("risk") or Risk.DISRUPTIVE.value))
    permission = Permission(frozenset({Risk.SAFE, risk}))
    host = Node(request.host, _TASK, written=request.host)
    return Play("", (host,), (), (task,), None, permission, _TASK)


def _asked(play: Play, resource: Resource, request: Request, more: Permission) -> Play:
    permission = Permission(
        play.permission.risks | more.risks, play.permission.exceptions | more.exceptions
    )
    tasks = tuple(
        _with_parameters(task, request.parameters) if task.action == resource.family else task
        for task in play.tasks
    )
    return replace(play, permission=permission, tasks=tasks)


def _with_parameters(task: Task, given: Mapping[str, object]) -> Task:
    entries = dict(task.parameters.entries)
    entries.update({name: given_node(value, _TASK) for name, value in given.items()})
    return replace(task, parameters=replace(task.parameters, entries=entries))


def _permission(names: Sequence[str]) -> Permission:
    unknown = [name for name in names if name not in RISKS and name not in EXCEPTIONS]
    if unknown:
        raise InputError(
            f"{printable(unknown[0], 60)!r} cannot be allowed",
            f"allow some of {', '.join((*RISKS, *EXCEPTIONS))}",
        )
    risks = frozenset(RISKS[name] for name in names if name in RISKS)
    return Permission(risks, frozenset(name for name in names if name in EXCEPTIONS))


def _of_one_box(stages: Sequence[Stage], resource: Resource, host: str) -> list[Stage]:
    """The stages of one box; where its family needs what others show, they are looked at too."""
    own = [
        replace(stage, desired={host: stage.desired[host]}, clusters={host: stage.clusters[host]})
        for stage in stages
        if host in stage.desired and resource.family in ("", stage.family)
    ]
    looked_at = [stage for stage in stages if stage.is_check and stage.family != resource.family]
    return [*looked_at, *own] if resource.family and own else own
