"""Which cluster a drill is of, and who has to follow when one of its hosts is stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cmsdeploy.errors import InputError, RefusedError, printable
from cmsdeploy.families.drilling import drills_of, followers_of
from cmsdeploy.model.drill import Drill
from cmsdeploy.model.step import Sentence
from cmsdeploy.planning.look import Look
from cmsdeploy.planning.stage import Stage

__all__ = ["Rehearsal", "rehearsal"]


@dataclass(frozen=True)
class Rehearsal:
    """``followers`` are sentences of other families, by (host, family)."""

    drill: Drill
    followers: Mapping[tuple[str, str], Sentence]


def rehearsal(stages: Sequence[Stage], look: Look, cluster: str | None) -> Rehearsal:
    """The drill of ``cluster``, or of the only one. Raises ``InputError`` and ``RefusedError``."""
    found: dict[str, Drill] = {}
    for family, desired in _desired(stages).items():
        drills = drills_of(family)
        observed = {host: look[host].states[family] for host in desired}
        for one in drills(desired, observed) if drills else ():
            found.setdefault(one.cluster, one)
    drill = _chosen(found, cluster)
    if drill.against:
        raise RefusedError(f"cluster {drill.cluster}: {drill.against}", "nothing was sent")
    return Rehearsal(drill, _followers(stages, look, drill))


def _chosen(found: Mapping[str, Drill], cluster: str | None) -> Drill:
    names = ", ".join(printable(name, 80) for name in found)
    if not found:
        raise InputError("the playbook has no cluster to rehearse a loss in", "name another")
    if cluster is None and len(found) > 1:
        raise InputError(f"the playbook has several clusters: {names}", "name one of them")
    if cluster is not None and cluster not in found:
        raise InputError(f"there is no cluster {printable(cluster, 80)!r}", f"name one of: {names}")
    return next(iter(found.values())) if cluster is None else found[cluster]


def _followers(
    stages: Sequence[Stage], look: Look, drill: Drill
) -> dict[tuple[str, str], Sentence]:
    found: dict[tuple[str, str], Sentence] = {}
    for family, desired in _desired(stages, drill.cluster).items():
        followers = followers_of(family)
        observed = {host: look[host].states[family] for host in desired}
        said = followers(desired, observed, drill.names) if followers else {}
        found.update({(host, family): sentence for host, sentence in said.items()})
    return found


def _desired(stages: Sequence[Stage], cluster: str | None = None) -> dict[str, dict[str, object]]:
    """What is wanted last of each host, by family."""
    wanted: dict[str, dict[str, object]] = {}
    for stage in stages:
        for host, spec in stage.desired.items() if stage.pause is None else ():
            if cluster in (None, stage.clusters[host]):
                wanted.setdefault(stage.family, {})[host] = spec
    return wanted
