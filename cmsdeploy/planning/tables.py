"""How the boxes stand as tables: what each family shows, and what differs within a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cmsdeploy.families.contract import Tabular
from cmsdeploy.model.action import Local, Manual, Pause
from cmsdeploy.model.cell import BOXES, Cell
from cmsdeploy.model.secret import Secret
from cmsdeploy.model.step import Severity
from cmsdeploy.planning.compare import Comparison, Registry
from cmsdeploy.planning.look import HostLook, Look
from cmsdeploy.planning.stage import Stage

__all__ = ["Table", "standing", "tables_of", "untrue"]


@dataclass(frozen=True)
class Table:
    """``cells`` by row and column; a box that shows nothing in a column has no cell there."""

    name: str
    cluster: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]

    @property
    def is_by_box(self) -> bool:
        """Whether each row is a box."""
        return self.name == BOXES


def standing(
    stages: Sequence[Stage], look: Look, registry: Registry, comparison: Comparison
) -> tuple[Table, ...]:
    """Every table of ``stages``. A box that could not be read has a row that says so."""
    tasks = [stage for stage in stages if stage.desired]
    return tables_of([*_versions(tasks, look), *_shown(tasks, look, registry, comparison)])


def untrue(comparison: Comparison) -> dict[tuple[str, str, str], str]:
    """The sentences that are not true, as (host, family, sentence), with the step that says so.

    What a person has to do is left out: no look at a box can tell whether it is done. So are steps
    on the way, such as stopping a server that runs again in the end.
    """
    return {
        (step.host, step.family, step.why): step.identity
        for step in (*comparison.plan.steps, *comparison.drift)
        if not (isinstance(step.action, Manual | Local | Pause) or step.is_transient)
    }


def _versions(stages: Sequence[Stage], look: Look) -> Iterator[Cell]:
    clusters = {host: stage.clusters[host] for stage in stages for host in stage.desired}
    for host, cluster in clusters.items():
        seen = look[host]
        is_unread = seen.error is not None
        yield Cell(BOXES, cluster, host, "version", _version(seen), host, is_unread)


def _version(seen: HostLook) -> str:
    if seen.error is not None and seen.version is None:
        return "not read"
    return str(seen.version or "unknown")


def _shown(
    stages: Sequence[Stage], look: Look, registry: Registry, comparison: Comparison
) -> Iterator[Cell]:
    for stage in stages:
        family = registry[stage.family]
        read = {
            host: spec for host, spec in stage.desired.items() if stage.family in look[host].states
        }
        if isinstance(family, Tabular):
            yield from family.cells(read, {host: look[host].states[stage.family] for host in read})
        else:
            yield from _counted(stage, read, comparison)


def _counted(stage: Stage, hosts: Iterable[str], comparison: Comparison) -> Iterator[Cell]:
    """The column of a family that has nothing of its own to show: how much is not as wanted."""
    wrong = Counter(host for host, family, _ in untrue(comparison) if family == stage.family)
    wrong.update(
        problem.host
        for problem in comparison.problems
        if problem.severity is Severity.ERROR and problem.rule.startswith(f"{stage.family}/")
    )
    for host in hosts:
        text = f"{wrong[host]} wrong" if wrong[host] else "ok"
        cluster = stage.clusters[host]
        yield Cell(BOXES, cluster, host, stage.family, text, host, bool(wrong[host]))


def tables_of(cells: Iterable[Cell]) -> tuple[Table, ...]:
    """The tables, cluster by cluster, the one by box before the others.

    Of two cells in one place the later one counts, and stays wrong where the earlier one was: two
    tasks may ask for different things.
    """
    placed: dict[tuple[str, str], dict[tuple[str, str], Cell]] = {}
    for cell in cells:
        own = placed.setdefault((cell.cluster, cell.table), {})
        before = own.get((cell.row, cell.column))
        is_wrong = cell.is_wrong or (before is not None and before.is_wrong)
        own[(cell.row, cell.column)] = replace(cell, is_wrong=is_wrong)
    clusters = list(dict.fromkeys(cluster for cluster, _ in placed))
    order = sorted(placed, key=lambda at: (clusters.index(at[0]), at[1] != BOXES))
    return tuple(_table(cluster, name, placed[(cluster, name)]) for cluster, name in order)


def _table(cluster: str, name: str, cells: Mapping[tuple[str, str], Cell]) -> Table:
    rows = tuple(dict.fromkeys(row for row, _ in cells))
    columns = tuple(dict.fromkeys(column for _, column in cells))
    marked = dict(cells)
    for row in rows:
        for cell in _different([cells[at] for at in cells if at[0] == row]):
            marked[(row, cell.column)] = replace(cell, is_wrong=True)
    return Table(name, cluster, columns, rows, marked)


def _different(cells: Sequence[Cell]) -> list[Cell]:
    """The cells whose secret is not the one that most cells of the row hold; the first wins ties.

    Secrets compare by a digest under a key of this process, so nothing of them can be told here.
    """
    held: list[Secret] = [cell.secret for cell in cells if cell.secret is not None]
    if len(set(held)) < 2:
        return []
    counted = Counter(held)
    usual = max(counted, key=lambda secret: counted[secret])
    return [cell for cell in cells if cell.secret is not None and cell.secret != usual]
