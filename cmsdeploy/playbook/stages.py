"""From plays to stages: every condition and parameter evaluated, every spec read, before a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cmsdeploy.errors import InputError, Origin, RefusedError, printable
from cmsdeploy.families import families
from cmsdeploy.families.contract import Family
from cmsdeploy.inventory import Inventory
from cmsdeploy.inventory.node import Node, node_of
from cmsdeploy.inventory.variables import HostVariables, condition, rendered
from cmsdeploy.planning.stage import Stage
from cmsdeploy.playbook.play import Play, Playbook, Task, Variables
from cmsdeploy.playbook.site import FileRoom, HostSite
from cmsdeploy.playbook.tags import check_tags, is_selected
from cmsdeploy.template import names_in, render_value

__all__ = ["hosts_of", "stages"]

Registry = Mapping[str, Family[Any, Any]]
_EXTRA = Origin("-e")


def _quiet(text: str) -> None:
    """Nobody listens to ``debug``."""


def stages(  # noqa: PLR0913 - one knob per option of the command line
    playbook: Playbook,
    inventory: Inventory,
    *,
    tags: Collection[str] = (),
    skip_tags: Collection[str] = (),
    extra: Mapping[str, Any] | None = None,
    registry: Registry | None = None,
    is_content_needed: bool = True,
    say: Callable[[str], None] = _quiet,
) -> tuple[Stage, ...]:
    """Evaluate ``playbook`` for the hosts of ``inventory``.

    ``extra`` are variables above those of plays and tasks; those that the inventory was loaded
    with stay on top. ``say`` is given the texts of ``debug``. Raises :class:`InputError`, all
    problems at once, an ``assert`` that fails among them.
    """
    check_tags(playbook, [*tags, *skip_tags])
    run = _Run(
        inventory,
        families() if registry is None else registry,
        _file_room(playbook, inventory, is_content_needed),
        {name: node_of(value, _EXTRA) for name, value in (extra or {}).items()},
        say,
    )
    made: list[Stage] = []
    for number, play in enumerate(playbook.plays):
        for batch, hosts in enumerate(run.batches(play)):
            for task in play.tasks:
                if is_selected(task.tags, frozenset(tags), frozenset(skip_tags)):
                    made += run.task(_Place(play, number, batch, hosts), task)
    if run.problems:
        raise InputError.of(list(run.problems.values()))
    return tuple(made)


def hosts_of(
    play: Play, inventory: Inventory, extra: Mapping[str, Node] | None = None
) -> tuple[str, ...]:
    """The hosts of a play, in the order of its patterns. Raises :class:`InputError`."""
    known = {"groups": {name: list(hosts) for name, hosts in inventory.groups.items()}}
    values = {name: node.value for name, node in {**(extra or {}), **inventory.extra}.items()}
    patterns = []
    for node in play.hosts:
        try:
            pattern = str(render_value(node.value, {**known, **values}))
            inventory.select(pattern)
            patterns.append(pattern)
        except InputError as error:
            raise node.problem(error.cause, error.action) from None
    separator = "," if any("," in one for one in patterns) else ":"
    hosts = inventory.select(separator.join(patterns))
    if not hosts:
        node = play.hosts[0]
        raise node.problem(f"{printable(str(node.value), 60)!r} means no host", "name another")
    return hosts


def _file_room(playbook: Playbook, inventory: Inventory, is_content_needed: bool) -> FileRoom:
    beside = playbook.path.absolute().parent
    folders = list(dict.fromkeys(inventory.folder_of(host).absolute() for host in inventory.hosts))
    sources = [folder.absolute() for folder in inventory.folders]
    root = playbook.site_root
    return FileRoom(
        root,
        [root, beside, *folders, *sources],
        [*folders, *sources, root, beside],
        is_content_needed=is_content_needed,
    )


@dataclass(frozen=True)
class _Place:
    play: Play
    number: int
    batch: int
    hosts: tuple[str, ...]


@dataclass
class _Run:
    inventory: Inventory
    registry: Registry
    files: FileRoom
    extra: Variables
    say: Callable[[str], None]
    # One mistake in group_vars is one problem, however many hosts have it.
    problems: dict[tuple[Origin | None, str], InputError] = field(default_factory=dict)

    def batches(self, play: Play) -> Iterator[tuple[str, ...]]:
        """The hosts of a play, cut by ``serial``."""
        try:
            hosts = hosts_of(play, self.inventory, self.extra)
        except InputError as error:
            self._note(error)
            return
        sizes = [size.of(len(hosts)) for size in play.batches] or [len(hosts)]
        start, index = 0, 0
        while start < len(hosts):
            size = sizes[min(index, len(sizes) - 1)]
            yield hosts[start : start + size]
            start, index = start + size, index + 1

    def task(self, place: _Place, task: Task) -> list[Stage]:
        """The stage of a task for one batch; none where no host takes part."""
        desired: dict[str, Any] = {}
        for host in place.hosts:
            try:
                scope = self._scope(place, task, host)
                if all(condition(node, scope, scope.lookup) for node in task.conditions):
                    self._act(task, host, scope, desired)
            except InputError as error:
                self._note(error)
        if not desired:
            return []
        return [
            Stage(
                family=task.action,
                title=task.title,
                desired={host: desired[host] for host in self.inventory.hosts if host in desired},
                clusters={host: self.inventory.cluster(host) for host in desired},
                play=place.number,
                batch=place.batch,
                permission=place.play.permission,
                is_check=task.is_check,
                origin=task.origin,
            )
        ]

    def _scope(self, place: _Place, task: Task, host: str) -> HostVariables:
        overlays: Sequence[Variables] = (*place.play.variables, task.variables, self.extra)
        magic = {
            "ansible_play_batch": list(place.hosts),
            "ansible_play_hosts": list(place.hosts),
            "ansible_play_name": place.play.name,
        }
        return self.inventory.scope(host, overlays, magic)

    def _note(self, error: InputError) -> None:
        self.problems.setdefault((error.origin, error.cause), error)

    def _act(self, task: Task, host: str, scope: HostVariables, desired: dict[str, Any]) -> None:
        if task.action == "assert":
            _assert(task, host, scope)
        elif task.action == "debug":
            self.say(f"{host}: {printable(_text(task.parameters.entries['msg'], scope))}")
        else:
            desired[host] = self._spec(task, host, scope)

    def _spec(self, task: Task, host: str, scope: HostVariables) -> Any:
        parameters = rendered(task.parameters, scope, scope.lookup) or {}
        site = HostSite(host, self.inventory.cluster(host), task.parameters.origin, self.files)
        try:
            return self.registry[task.action].spec(parameters, site)
        except InputError as error:
            raise _located(error, task, host, scope, parameters) from None
        except RefusedError as error:
            located = InputError(error.cause, error.action)
            raise _located(located, task, host, scope, parameters) from None


def _text(node: Node, scope: HostVariables) -> str:
    try:
        return str(rendered(node, scope, scope.lookup))
    except TypeError:
        raise node.problem("the text would show a secret", "name it, do not print it") from None


def _assert(task: Task, host: str, scope: HostVariables) -> None:
    entries = task.parameters.entries
    that = entries["that"]
    for node in that.items or (that,):
        if not condition(node, scope, scope.lookup):
            message = entries.get("fail_msg") or entries.get("msg")
            text = printable(_text(message, scope)) if message else "correct the inventory"
            shown = printable(str(node.value), 120)
            raise node.problem(f"{host}: the assertion does not hold: {shown}", text)


def _located(
    error: InputError, task: Task, host: str, scope: HostVariables, parameters: Mapping[str, Any]
) -> InputError:
    """``error`` of a spec, with the place of what is wrong: the variable's, or the parameter's."""
    if error.origin is not None and error.origin.line:
        return error
    name = _meant(error.cause, parameters)
    node = task.parameters.entries.get(name) if name else None
    cause = f"{host}: {error.cause}"
    if node is None:
        return InputError(cause, error.action, task.parameters.origin)
    return (_written(node, scope) or node).problem(cause, error.action)


def _meant(cause: str, parameters: Mapping[str, Any]) -> str | None:
    """The parameter that ``cause`` talks about: by name, else by value, else the only one."""
    named = [name for name in parameters if re.search(rf"\b{re.escape(name)}\b", cause)]
    valued = [
        name
        for name, value in parameters.items()
        if isinstance(value, (str, int)) and str(value) and str(value) in cause
    ]
    inner = [
        name
        for name, value in parameters.items()
        if isinstance(value, (list, dict)) and any(text in cause for text in _texts(value))
    ]
    found = [*named, *valued, *inner, *(parameters if len(parameters) == 1 else [])]
    return found[0] if found else None


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) and value else []


def _written(node: Node, scope: HostVariables) -> Node | None:
    """Where the one inventory variable that a template names was written."""
    if not isinstance(node.value, str):
        return None
    names = [name for name in names_in(node.value) if scope.node(name) is not None]
    return scope.node(names[0]) if len(names) == 1 else None
