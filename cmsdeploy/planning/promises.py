"""Every sentence that a playbook promises of each box, and what a look says of it.

The sentences are those of a plan from boxes out of the carton: what would have to be made true
there has to be true here. Beside them stand the rules of the families, which a healthy box breaks
none of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from cmsdeploy.model.step import Problem, Severity
from cmsdeploy.planning.compare import UNREACHABLE, Comparison, Registry
from cmsdeploy.planning.stage import Stage
from cmsdeploy.planning.tables import untrue

__all__ = ["Promise", "Verdict", "promises"]


class Verdict(Enum):
    """``UNSEEN``: the box does not show it, or nobody looked because something else is wrong."""

    KEPT = "kept"
    BROKEN = "broken"
    UNREAD = "unread"
    UNSEEN = "unseen"


@dataclass(frozen=True)
class Promise:
    """``name`` is the sentence, or the id of a rule; ``text`` says why it is not kept, ``seconds``
    how long it took, where that was measured."""

    cluster: str
    host: str
    name: str
    verdict: Verdict = Verdict.KEPT
    text: str = ""
    seconds: float = 0.0


def promises(
    stages: Sequence[Stage], registry: Registry, blank: Comparison, seen: Comparison
) -> tuple[Promise, ...]:
    """Every promise once for each box. ``blank`` is the comparison with boxes out of the carton."""
    tasks = [stage for stage in stages if stage.desired]
    clusters = {host: stage.clusters[host] for stage in tasks for host in stage.desired}
    blocked = {refusal.cluster: refusal.text for refusal in seen.plan.refusals}
    found: dict[tuple[str, str], Promise] = {}
    for promise in (
        *_refused(seen),
        *_sentences(clusters, blank, seen),
        *_rules(tasks, registry, seen.problems),
    ):
        found.setdefault((promise.host, promise.name), _judged(promise, blocked))
    order = list(clusters)
    return tuple(sorted(found.values(), key=lambda promise: order.index(promise.host)))


def _judged(promise: Promise, blocked: Mapping[str, str]) -> Promise:
    """Nobody looked at a cluster that is refused, so nothing is kept there for all we know."""
    if promise.verdict is not Verdict.KEPT or promise.cluster not in blocked:
        return promise
    why = f"not looked at, because: {blocked[promise.cluster]}"
    return replace(promise, verdict=Verdict.UNSEEN, text=why)


def _refused(seen: Comparison) -> Iterator[Promise]:
    for refusal in seen.plan.refusals:
        is_unread = refusal.rule == UNREACHABLE
        verdict = Verdict.UNREAD if is_unread else Verdict.BROKEN
        yield Promise(refusal.cluster, refusal.host, refusal.rule, verdict, refusal.text)


def _sentences(
    clusters: Mapping[str, str], blank: Comparison, seen: Comparison
) -> Iterator[Promise]:
    """The sentences that are not true first, so that they count where both say the same."""
    broken = untrue(seen)
    identities = set(broken.values())
    for host, _, sentence in broken:
        text = f"it is not so that: {sentence}"
        yield Promise(clusters[host], host, sentence, Verdict.BROKEN, text)
    for (host, _, sentence), identity in untrue(blank).items():
        # The same rung may have another sentence on a box that has some of it already.
        if identity not in identities:
            yield Promise(clusters[host], host, sentence)


def _rules(
    stages: Sequence[Stage], registry: Registry, problems: Sequence[Problem]
) -> Iterator[Promise]:
    for problem in problems:
        is_error = problem.severity is Severity.ERROR
        verdict = Verdict.BROKEN if is_error else Verdict.UNSEEN
        yield Promise(problem.cluster, problem.host, problem.rule, verdict, problem.text)
    for stage in stages:
        for host in stage.desired:
            for rule in registry[stage.family].explanations:
                yield Promise(stage.clusters[host], host, rule)
