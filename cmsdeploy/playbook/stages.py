"""From plays to stages: every condition and parameter evaluated, every spec read, before a run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.families import families
from cmsdeploy.inventory import Inventory
from cmsdeploy.inventory.node import Node, node_of
from cmsdeploy.inventory.variables import HostVariables, condition, placed
from cmsdeploy.model.collector import without_collector
from cmsdeploy.planning.stage import Stage
from cmsdeploy.playbook.actions import act
from cmsdeploy.playbook.batches import most_failed_of, sizes_of
from cmsdeploy.playbook.certificate_desk import CertificateDesk
from cmsdeploy.playbook.early import Early, evaluated
from cmsdeploy.playbook.keywords import ACTIONS
from cmsdeploy.playbook.parts import veiled
from cmsdeploy.playbook.pauses import PAUSE, pause_of
from cmsdeploy.playbook.person import Person
from cmsdeploy.playbook.play import Play, Playbook, Task
from cmsdeploy.playbook.registry import Registry
from cmsdeploy.playbook.scopes import Place, Scopes
from cmsdeploy.playbook.selection import selected_tasks
from cmsdeploy.playbook.site import FileRoom, HostSite, file_room
from cmsdeploy.playbook.specs import spec_of
from cmsdeploy.playbook.texts import title_of
from cmsdeploy.playbook.variable_files import PlayFiles
from cmsdeploy.template import UndefinedVariableError

if TYPE_CHECKING:
    from cmsdeploy.model.failure_limit import FailureLimit
    from cmsdeploy.playbook.loops import Loop

__all__ = ["hosts_of", "stages"]

_EXTRA = Origin("-e")


@without_collector()
def stages(  # noqa: PLR0913 - one knob per option of the command line
    playbook: Playbook,
    inventory: Inventory,
    *,
    tags: Collection[str] = (),
    skip_tags: Collection[str] = (),
    start_at: str | None = None,
    extra: Mapping[str, Any] | None = None,
    registry: Registry | None = None,
    is_content_needed: bool = True,
    person: Person | None = None,
) -> tuple[Stage, ...]:
    """Evaluate ``playbook`` for the hosts of ``inventory``.

    ``extra`` are variables above those of plays and tasks; those that the inventory was loaded
    with stay on top. Raises :class:`InputError`, all problems at once, an ``assert`` that fails
    among them.
    """
    nodes = {name: node_of(value, _EXTRA) for name, value in (extra or {}).items()}
    early = Early(playbook.site_root, inventory, nodes)
    files = PlayFiles(playbook.site_root, inventory.variables_file)
    room = file_room(playbook, inventory, is_content_needed)
    run = _Run(
        Scopes(inventory, nodes, files),
        early,
        families() if registry is None else registry,
        room,
        CertificateDesk(room, inventory),
        person or Person(),
    )
    made: list[Stage] = []
    chosen = selected_tasks(playbook, tags, skip_tags, start_at)
    for number, (written, tasks) in enumerate(zip(playbook.plays, chosen, strict=True)):
        play = replace(written, name=early.named(written).name)
        for place in run.batches(play, number, is_asked=bool(tasks)):
            for task in tasks:
                made += run.task(place, task)
    if run.problems:
        raise InputError.of(list(run.problems.values()))
    return tuple(made)


def hosts_of(play: Play, inventory: Inventory, early: Early) -> tuple[str, ...]:
    """The hosts of a play, in the order of its patterns. Raises :class:`InputError`."""
    patterns = []
    for node in play.hosts:
        try:
            given = evaluated(node, lambda: early.of_play(play))
            for pattern in given if isinstance(given, list) else [given]:
                inventory.select(str(pattern))
                patterns.append(str(pattern))
        except InputError as error:
            raise placed(InputError(error.cause, error.action), node) from None
    separator = "," if any("," in one for one in patterns) else ":"
    hosts = inventory.select(separator.join(patterns))
    if not hosts:
        node = play.hosts[0]
        raise node.problem(f"{printable(str(node.value), 60)!r} means no host", "name another")
    return hosts


@dataclass(frozen=True)
class _Turn:
    """One host and one item of a task. Without a loop there is one turn."""

    host: str
    index: int
    label: str
    scope: HostVariables


@dataclass
class _Wanted:
    """What gathers for one stage: specs by host, and what is shown of the items."""

    desired: dict[str, object] = field(default_factory=dict)
    labels: dict[str, None] = field(default_factory=dict)
    title: str = ""


@dataclass
class _Run:
    """One evaluation of a playbook: what it asks, and the mistakes that it has found."""

    scopes: Scopes
    early: Early
    registry: Registry
    files: FileRoom
    desk: CertificateDesk
    person: Person
    # One mistake in group_vars is one problem, however many hosts have it.
    problems: dict[tuple[Origin | None, str], InputError] = field(default_factory=dict)
    # Hosts that an assert, a fail or a fact stopped: as in Ansible, no later task is for them.
    stopped: set[str] = field(default_factory=set)

    def batches(self, play: Play, number: int, *, is_asked: bool) -> Iterator[Place]:
        """The hosts of a play, cut by ``serial``; its questions are asked first."""
        inventory, extra = self.scopes.inventory, self.scopes.extra
        try:
            hosts = hosts_of(play, inventory, self.early)
            known = partial(self.early.of_play, play)
            sizes = sizes_of(play, known, len(hosts))
            most_failed = most_failed_of(play, known)
            given = {*extra, *inventory.extra}
            typed = self._typed(play, given, known) if is_asked and play.prompts else {}
        except InputError as error:
            self._note(error)
            return
        start, index = 0, 0
        while start < len(hosts):
            size = sizes[min(index, len(sizes) - 1)]
            batch = hosts[start : start + size]
            yield Place(play, number, index, batch, hosts, typed, most_failed)
            start, index = start + size, index + 1

    def _typed(
        self, play: Play, given: Collection[str], known: Callable[[], HostVariables]
    ) -> Mapping[str, Node]:
        from cmsdeploy.playbook.prompts import answers

        return answers(play, self.person, given, known())

    def task(self, place: Place, task: Task) -> list[Stage]:
        """The stages of a task for one batch: one for each item of its loop that any host has."""
        if self.person.step is not None and not self.person.step(task.title):
            return []
        wanted: dict[int, _Wanted] = {}
        hosts = [host for host in place.hosts if host not in self.stopped]
        pauses: list[Stage] = []
        for host in hosts[:1] if task.is_once or task.action == PAUSE else hosts:
            try:
                for turn in self._turns(place, task, host):
                    if task.action == PAUSE:
                        pauses += self._pause(place, task, turn)
                    else:
                        self._take(place, task, turn, wanted)
            except InputError as error:
                self._failed(task, host, error)
        return [*pauses, *(self._stage(place, task, wanted[index]) for index in sorted(wanted))]

    def _pause(self, place: Place, task: Task, turn: _Turn) -> list[Stage]:
        """As in Ansible, once for a batch, and judged on its first host. Who only proves, waits for
        nothing."""
        pause = pause_of(task, turn.scope)
        wanted = _Wanted({}, {turn.label: None} if turn.label else {}, title_of(task, turn.scope))
        title = _title(task, wanted)
        stage = Stage("", title, {}, {}, place.number, place.batch, origin=task.origin, pause=pause)
        return [] if task.is_check else [stage]

    def _turns(self, place: Place, task: Task, host: str) -> Iterator[_Turn]:
        """The turns whose conditions hold. A loop is evaluated first, then ``when`` by item."""
        scope = self.scopes.of_task(place, task, host)
        if task.loop is None:
            if _holds(task, scope):
                yield _Turn(host, 0, "", scope)
            return
        from cmsdeploy.playbook.loops import label_of, names_of

        for index, item in enumerate(_items(task, task.loop, scope)):
            own = self.scopes.of_task(place, task, host, names_of(task.loop, index, item))
            if _holds(task, own):
                yield _Turn(host, index, label_of(task.loop, index, own), own)

    def _take(self, place: Place, task: Task, turn: _Turn, wanted: dict[int, _Wanted]) -> None:
        if task.action in ACTIONS:
            facts = act(task, turn.host, turn.scope, self.person)
            for host in place.hosts if task.is_once else (turn.host,):
                self.scopes.remember(host, facts)
            return
        try:
            cluster = self.scopes.inventory.cluster(turn.host)
            origin = task.parameters.origin
            site = HostSite(turn.host, cluster, origin, self.files, self.desk)
            spec = spec_of(self.registry[task.action], task, turn.scope, site)
        except InputError as error:
            self._failed(task, turn.host, error)
            return
        of_item = wanted.setdefault(turn.index, _Wanted())
        of_item.desired[turn.host] = spec
        of_item.labels[turn.label] = None
        of_item.title = of_item.title or title_of(task, turn.scope)

    def _failed(self, task: Task, host: str, error: InputError) -> None:
        if task.action in ACTIONS:
            self.stopped.add(host)
        self._note(veiled(error, task.origin) if task.is_hidden else error)

    def _note(self, error: InputError) -> None:
        # What was written once for three hosts is wrong once: the first host that has it is named.
        head, _, rest = error.cause.partition(": ")
        cause = rest if head in self.scopes.inventory.hosts else error.cause
        self.problems.setdefault((error.origin, cause), error)

    def _stage(self, place: Place, task: Task, wanted: _Wanted) -> Stage:
        inventory = self.scopes.inventory
        return Stage(
            family=task.action,
            title=_title(task, wanted),
            desired={
                host: wanted.desired[host] for host in inventory.hosts if host in wanted.desired
            },
            clusters={host: inventory.cluster(host) for host in wanted.desired},
            play=place.number,
            batch=place.batch,
            permission=place.play.permission,
            is_check=task.is_check,
            failure_limit=_limit(place, task),
            origin=task.origin,
        )


def _title(task: Task, wanted: _Wanted) -> str:
    labels = ", ".join(wanted.labels)
    return f"{wanted.title} ({labels})" if labels and not task.is_hidden else wanted.title


def _limit(place: Place, task: Task) -> FailureLimit | None:
    percent = 0.0 if task.are_errors_fatal else place.most_failed
    if percent is None:
        return None
    from cmsdeploy.model.failure_limit import FailureLimit

    return FailureLimit(place.number, place.batch, len(place.hosts), percent)


def _holds(task: Task, scope: HostVariables) -> bool:
    return all(condition(node, scope, scope.lookup) for node in task.conditions)


def _items(task: Task, loop: Loop, scope: HostVariables) -> list[object]:
    """As in Ansible, an undefined loop is no trouble where ``when`` leaves the task out."""
    from cmsdeploy.playbook.loops import items_of

    try:
        return items_of(loop, scope)
    except UndefinedVariableError as error:
        try:
            is_skipped = not _holds(task, scope)
        except UndefinedVariableError:
            raise error from None
        if is_skipped:
            return []
        raise
