"""What is wrong, causes first: the problems of all families, and what differs beside them.

A family says of each problem which others follow from it. Here they are only put in order: what
nothing else explains comes first, the likelier before the less likely, then what follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cmsdeploy.errors import DeadlineError, DeviceError, HostError, IdentityError, UnreachableError
from cmsdeploy.model.action import Command, Manual, Pause, Wait
from cmsdeploy.model.explanation import Explanation
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Problem, Risk, Severity, Step
from cmsdeploy.planning.compare import UNREACHABLE, Comparison, Registry, compare
from cmsdeploy.planning.explanations import explanations_of
from cmsdeploy.planning.look import Look
from cmsdeploy.planning.repair import Ask
from cmsdeploy.planning.stage import Permission, Stage

__all__ = ["Diagnosis", "Finding", "diagnose", "in_order", "said"]

# Refusals that speak of a plan and say nothing about a box.
_OF_PLANS = ("permission/", "limit/", "secret/", "play/")
_DIFFERS = "plan/differs"
_WRONG = Severity.ERROR


@dataclass(frozen=True)
class Finding:
    """A problem whose risk and fix are said, with what it follows from, as (host, rule)."""

    problem: Problem
    causes: tuple[tuple[str, str], ...] = ()

    @property
    def is_root(self) -> bool:
        """Whether nothing that was found explains it."""
        return not self.causes


@dataclass(frozen=True)
class Diagnosis:
    """``findings`` in the order in which a person should see to them."""

    findings: tuple[Finding, ...]

    def with_notes(self, notes: Sequence[Problem]) -> Diagnosis:
        """The same, with what is no fault of a box, last."""
        told = explanations_of(())
        return Diagnosis((*self.findings, *(Finding(said(note, told)) for note in notes)))

    @property
    def is_healthy(self) -> bool:
        """Whether nothing is wrong; notes do not count."""
        return not any(each.problem.severity is _WRONG for each in self.findings)

    @property
    def asks(self) -> frozenset[Ask]:
        """The rungs that repair what is wrong. What follows from something else asks nothing."""
        return frozenset(
            ask
            for each in self.findings
            if each.is_root and each.problem.severity is _WRONG
            for ask in each.problem.asks
        )


def diagnose(stages: Sequence[Stage], look: Look, registry: Registry) -> Diagnosis:
    """Ask every family about every host that could be looked at, whatever is refused."""
    comparison = _compared(stages, look, registry)
    problems = list(_of_hosts(stages, look))
    problems += _of_families(stages, look, registry)
    problems += _of_refusals(comparison, problems)
    problems += _of_differences(comparison, problems)
    told = explanations_of(family.explanations for family in registry.values())
    return in_order([said(problem, told) for problem in dict.fromkeys(problems)])


def in_order(problems: Sequence[Problem]) -> Diagnosis:
    """Roots first, by likelihood; then what follows from them, nearest first."""
    ranked = sorted(problems, key=lambda each: (each.severity is not _WRONG, -each.likelihood))
    found: list[Finding] = []
    told: list[Problem] = []
    waiting = ranked
    while waiting:
        ready = [one for one in waiting if not any(_explains(other, one) for other in waiting)]
        # A circle of rules that explain each other is cut at its likeliest.
        for one in ready or waiting[:1]:
            causes = tuple((c.host, c.rule) for c in told if _explains(c, one))
            found.append(Finding(one, causes))
        told = [finding.problem for finding in found]
        waiting = [one for one in waiting if one not in told]
    return Diagnosis(tuple(found))


def _explains(cause: Problem, other: Problem) -> bool:
    return (
        cause is not other
        and other.rule in cause.explains
        and (cause.cluster == other.cluster or not cause.cluster)
        and (not cause.explains_on or other.host in cause.explains_on)
    )


def _compared(stages: Sequence[Stage], look: Look, registry: Registry) -> Comparison:
    # Whatever a play allows: it is only looked at, never done.
    allowed = [
        replace(stage, permission=Permission(frozenset(Risk), stage.permission.exceptions))
        for stage in stages
    ]
    return compare(allowed, look, registry)


def said(problem: Problem, told: Mapping[str, Explanation]) -> Problem:
    """``problem`` with what is seen of it, risk and fix: those of its rule where it has none."""
    explanation = told.get(problem.rule)
    if explanation is None:
        return problem
    return replace(
        problem,
        evidence=problem.evidence or _as_a_rule(problem, explanation),
        risk=problem.risk or explanation.cost,
        explains=problem.explains | frozenset(explanation.explains),
        fix=problem.fix or explanation.repair,
    )


def _as_a_rule(problem: Problem, explanation: Explanation) -> tuple[Evidence, ...]:
    return (Evidence(problem.host, "", explanation.seen),) if explanation.seen else ()


def _of_hosts(stages: Sequence[Stage], look: Look) -> Iterator[Problem]:
    clusters = {host: cluster for stage in stages for host, cluster in stage.clusters.items()}
    for host, seen in look.items():
        if seen.error is not None:
            error = seen.error
            yield Problem(
                host,
                _rule_of(error),
                error.cause,
                cluster=clusters.get(host, ""),
                evidence=(Evidence(host, "", error.cause),),
                fix=error.action,
                # First of all: what else is said of its cluster is said without it.
                likelihood=100,
            )


def _rule_of(error: HostError) -> str:
    if isinstance(error, IdentityError):
        return "host/identity"
    if isinstance(error, UnreachableError):
        # A box that refuses every channel is there: its own word is what the error came from.
        return "host/refuses" if isinstance(error.__cause__, DeviceError) else UNREACHABLE
    if isinstance(error, DeadlineError):
        return "host/silent"
    return "host/refuses"


def _of_families(stages: Sequence[Stage], look: Look, registry: Registry) -> Iterator[Problem]:
    for stage in stages:
        desired = {
            host: spec for host, spec in stage.desired.items() if _is_seen(look, host, stage)
        }
        if desired:
            observed = {host: look[host].states[stage.family] for host in desired}
            yield from registry[stage.family].problems(desired, observed)


def _is_seen(look: Look, host: str, stage: Stage) -> bool:
    return host in look and stage.family in look[host].states


def _of_refusals(comparison: Comparison, known: Sequence[Problem]) -> Iterator[Problem]:
    told = {(problem.cluster, problem.rule) for problem in known}
    for refusal in comparison.plan.refusals:
        is_of_plan = refusal.rule == UNREACHABLE or refusal.rule.startswith(_OF_PLANS)
        if not is_of_plan and (refusal.cluster, refusal.rule) not in told:
            yield Problem(
                refusal.host,
                refusal.rule,
                refusal.text,
                cluster=refusal.cluster,
                likelihood=60,
                # No plan of the cluster can be carried out before: that is the one next action.
                explains=frozenset({_DIFFERS}),
            )


def _of_differences(comparison: Comparison, known: Sequence[Problem]) -> Iterator[Problem]:
    """The steps of a plan that no problem asks for, on boxes of which their family says nothing."""
    asks = {ask for problem in known for ask in problem.asks}
    judged = {(one.host, one.rule.partition("/")[0]) for one in known if one.severity is _WRONG}
    steps = (*comparison.plan.steps, *comparison.drift)
    asked = [step for step in steps if _is_asked(step, asks)]
    touched = frozenset(ref for step in asked for ref in (*step.uses, *_made(step)))
    told: set[tuple[str, str]] = set()
    for step in steps:
        is_change = not isinstance(step.action, Manual | Pause | Wait) and not step.is_transient
        is_told = (step.host, step.why) in told or (step.host, step.family) in judged
        if not is_change or is_told or step in asked or step.uses & touched:
            continue
        told.add((step.host, step.why))
        yield Problem(
            step.host,
            _DIFFERS,
            f"it is not so that: {step.why}",
            cluster=step.cluster,
            evidence=_seen(step),
            likelihood=10,
        )


def _is_asked(step: Step, asks: Iterable[Ask]) -> bool:
    name = step.identity.removeprefix(f"{step.host}/{step.family}/").partition("~")[0]
    return any((step.host, step.family) == ask[:2] and ask[2] in (name, "*") for ask in asks)


def _made(step: Step) -> tuple[SecretRef, ...]:
    return (step.makes,) if step.makes else ()


def _seen(step: Step) -> tuple[Evidence, ...]:
    own = step.proof.own if step.proof else None
    reads = [read.line for read in (own.reads if own else ()) if isinstance(read, Command)]
    return tuple(Evidence(step.host, line, "does not show it") for line in reads)
