"""Wanted against observed: the families are asked, one task after the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cmsdeploy.families.contract import Family, Outcome, Repeating
from cmsdeploy.model.collector import without_collector
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Problem, Refusal, Step
from cmsdeploy.planning.failure import beyond_limits
from cmsdeploy.planning.gate import version_refusal
from cmsdeploy.planning.guard import permission_refusals
from cmsdeploy.planning.look import Look
from cmsdeploy.planning.order import Placed, connect, makers_of
from cmsdeploy.planning.pauses import is_pause, placed_pause, settled
from cmsdeploy.planning.repair import Ask, narrowed
from cmsdeploy.planning.stage import Stage

__all__ = ["UNREACHABLE", "Comparison", "Registry", "carried_out", "compare"]

UNREACHABLE = "unreachable"

Registry = Mapping[str, Family[Any, Any]]


@dataclass(frozen=True)
class Comparison:
    """The plan, and what the families call wrong with the boxes as they were seen.

    ``drift`` are the steps that tasks under ``check_mode: true`` would need: they are never made.
    ``summary`` says how things stand, in sentences for people. ``notes`` are what they should see
    before they say yes; ``waiting`` says what a person has to bring for which cluster.
    ``predicted`` are the states after the plan, by host and family.
    """

    plan: Plan
    problems: tuple[Problem, ...] = ()
    drift: tuple[Step, ...] = ()
    summary: tuple[str, ...] = ()
    notes: tuple[Problem, ...] = ()
    waiting: Mapping[str, str] = field(default_factory=dict)
    predicted: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def facts_after(self) -> dict[str, dict[str, dict[str, Any]]]:
        """What the boxes will show, as far as it is predicted, in the shape of the plan's facts."""
        return {
            host: {family: dict(state.facts()) for family, state in states.items()}
            for host, states in self.predicted.items()
        }


@dataclass
class _Work:
    """What gathers while the stages are gone through."""

    registry: Registry
    look: Look
    states: dict[str, dict[str, Any]]
    placed: list[Placed] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    summary: dict[str, None] = field(default_factory=dict)
    drift: list[Step] = field(default_factory=list)
    sources: dict[SecretRef, str] = field(default_factory=dict)
    replaced: frozenset[SecretRef] = frozenset()
    made: frozenset[SecretRef] = frozenset()
    identities: set[str] = field(default_factory=set)
    notes: list[Problem] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    repaired: set[tuple[str, str]] = field(default_factory=set)

    @property
    def blocked(self) -> frozenset[str]:
        """Clusters that something speaks against; the others go on."""
        return frozenset(refusal.cluster for refusal in self.refusals)


def carried_out(stages: Sequence[Stage], registry: Registry) -> tuple[Stage, ...]:
    """What is wanted of the boxes after ``stages``: what is done each time it is asked for, is not
    asked for again."""
    return tuple(_carried_out(stage, registry.get(stage.family)) for stage in stages)


def _carried_out(stage: Stage, family: object) -> Stage:
    if not isinstance(family, Repeating):
        return stage
    wanted = {host: family.done(spec) for host, spec in stage.desired.items()}
    return replace(stage, desired=wanted)


@without_collector()
def compare(
    stages: Sequence[Stage],
    look: Look,
    registry: Registry,
    limit: frozenset[str] | None = None,
    asks: Collection[Ask] | None = None,
) -> Comparison:
    """Make the plan. ``limit`` restricts what is written, never what is read; ``asks`` makes it a
    repair: only the rungs that are asked for, and what they need.

    A cluster with a host that cannot be reached, or that anything speaks against, gets refusals
    and no steps; the other clusters get theirs.
    """
    hosts = tuple(dict.fromkeys(host for stage in stages for host in stage.desired))
    work = _Work(registry, look, {host: dict(look[host].states) for host in hosts})
    _gate(work, stages)
    for stage in stages:
        _take(work, stage, limit, asks)
    kept = work.placed if limit is None else _limited(work, limit)
    work.refusals.extend(_unfound(work, kept))
    work.refusals.extend(beyond_limits(stages, work.refusals))
    blocked = work.blocked
    open_ones = [each for each in kept if is_pause(each.step) or each.step.cluster not in blocked]
    steps = connect(settled(open_ones), work.replaced)
    needed = frozenset(reference for step in steps for reference in step.uses)
    plan = Plan(
        hosts=hosts,
        steps=steps,
        refusals=tuple(dict.fromkeys(work.refusals)),
        facts=_facts(look, hosts),
        sources={ref: host for ref, host in work.sources.items() if ref in needed},
    )
    problems = tuple(dict.fromkeys(work.problems))
    return Comparison(
        plan,
        problems,
        tuple(work.drift),
        tuple(work.summary),
        tuple(dict.fromkeys(work.notes)),
        work.waiting,
        work.states,
    )


def _gate(work: _Work, stages: Sequence[Stage]) -> None:
    """Hosts that cannot be reached and versions that do not fit, before anything else."""
    for stage in stages:
        for host in stage.desired:
            seen = work.look[host]
            if seen.error is not None:
                text = "; ".join(filter(None, (seen.error.cause, seen.error.action)))
                work.refusals.append(Refusal(host, UNREACHABLE, text, stage.clusters[host]))
            elif not seen.is_blank:
                refusal = version_refusal(stage, host, seen.version, work.registry)
                work.refusals.extend([refusal] if refusal else [])


def _take(
    work: _Work,
    stage: Stage,
    limit: frozenset[str] | None,
    asks: Collection[Ask] | None,
) -> None:
    """Ask the stage's family about the clusters that nothing speaks against."""
    if stage.pause is not None:
        work.placed.append(placed_pause(stage.pause, stage.title, (stage.play, stage.batch)))
        return
    family = work.registry[stage.family]
    closed = work.blocked | work.waiting.keys()
    desired = {
        host: spec for host, spec in stage.desired.items() if stage.clusters[host] not in closed
    }
    if not desired:
        return
    before = {host: work.look[host].states[stage.family] for host in desired}
    work.problems.extend(family.problems(desired, before))
    work.summary.update(dict.fromkeys(family.summary(desired, before)))
    observed = {host: work.states[host][stage.family] for host in desired}
    outcome = _counted(stage, family.steps(desired, observed, work.made))
    if asks is not None:
        outcome = _repaired(work, stage, outcome, asks)
    outcome = _unique(outcome, work.identities)
    work.refusals.extend(outcome.refusals)
    # A later task sees the boxes as they will be: where a secret stands now, the first one says.
    work.sources = {**outcome.sources, **work.sources}
    work.notes.extend(outcome.notes)
    work.waiting.update(outcome.waiting)
    if stage.is_check:
        work.drift.extend(outcome.steps)
        return
    # Who was given a secret has it, until it is made anew.
    used = frozenset(reference for step in outcome.steps for reference in step.uses)
    new = frozenset(step.makes for step in outcome.steps if step.makes)
    work.made = (work.made - used) | new | outcome.replaced
    work.replaced |= outcome.replaced
    written = tuple(step for step in outcome.steps if limit is None or step.host in limit)
    work.refusals.extend(permission_refusals(written, stage.permission))
    most = stage.failure_limit
    limited = (replace(step, failure_limit=most) if most else step for step in outcome.steps)
    work.placed.extend(Placed(step, (stage.play, stage.batch)) for step in limited)
    for host, state in outcome.predicted.items():
        work.states[host][stage.family] = state


def _counted(stage: Stage, outcome: Outcome) -> Outcome:
    """A wrong number of servers forbids what would be written, and to look at nothing."""
    if stage.is_only_read:
        refusals = tuple(one for one in outcome.refusals if not one.is_of_number)
        return replace(outcome, refusals=refusals)
    refused = {one.cluster for one in outcome.refusals if one.is_of_number}
    return replace(
        outcome,
        steps=tuple(step for step in outcome.steps if step.cluster not in refused),
        ladders=tuple(ladder for ladder in outcome.ladders if ladder.cluster not in refused),
    )


def _repaired(work: _Work, stage: Stage, outcome: Outcome, asks: Collection[Ask]) -> Outcome:
    """Of ``outcome`` the repair. A task that only proves asks for nothing. A refusal comes from the
    first look only: a cluster that an earlier task of the family repairs is refused no more, and
    what such a refusal forbids is not planned all the same."""
    repair = narrowed(outcome, () if stage.is_check else asks, work.made)
    refusals = [one for one in repair.refusals if (stage.family, one.cluster) not in work.repaired]
    work.repaired |= {(stage.family, step.cluster) for step in repair.steps}
    return replace(repair, refusals=tuple(refusals))


def _unique(outcome: Outcome, taken: set[str]) -> Outcome:
    """Number the steps of a second task of the same family, so that identities stay unique."""
    renamed: dict[str, str] = {}
    for step in outcome.steps:
        name, number = step.identity, 2
        while name in taken:
            name, number = f"{step.identity}~{number}", number + 1
        taken.add(name)
        renamed[step.identity] = name
    if all(name == own for own, name in renamed.items()):
        return outcome
    steps = tuple(
        replace(
            step,
            identity=renamed[step.identity],
            needs=frozenset(renamed.get(need, need) for need in step.needs),
        )
        for step in outcome.steps
    )
    return replace(outcome, steps=steps)


def _limited(work: _Work, limit: frozenset[str]) -> list[Placed]:
    """The steps of the hosts in ``limit``, or a refusal where they need one that is left out.

    Only what a family or a secret asks for counts as needed: the order of plays says what comes
    before, not what has to be there.
    """
    makers = makers_of([each.step for each in work.placed])
    kept = [each for each in work.placed if each.step.host in limit or is_pause(each.step)]
    identities = {each.step.identity for each in kept}
    for each in kept:
        step = each.step
        needed = {*step.needs, *(makers[ref] for ref in step.uses if ref in makers)} - identities
        if needed:
            others = ", ".join(sorted(needed))
            text = Phrase(
                "{step} needs {others}, which the limit leaves out; widen the limit",
                step=step.identity,
                others=others,
            )
            work.refusals.append(Refusal(step.host, "limit/needed", text, step.cluster))
    return kept


def _unfound(work: _Work, kept: Sequence[Placed]) -> tuple[Refusal, ...]:
    """Steps that need a secret which no box of the play has and no step of it makes."""
    known = {*makers_of([each.step for each in work.placed]), *work.sources}
    return tuple(
        Refusal(
            each.step.host,
            "secret/unfound",
            Phrase(
                "{step} needs the secret {reference}, and no host of this play has it or"
                " makes it; let the play have the hosts that do",
                step=each.step.identity,
                reference=reference,
            ),
            each.step.cluster,
        )
        for each in kept
        for reference in sorted(each.step.uses - known)
        if not work.look[each.step.host].is_blank
    )


def _facts(look: Look, hosts: Sequence[str]) -> dict[str, dict[str, Any]]:
    return {
        host: {
            "version": str(look[host].version) if look[host].version else None,
            **{family: dict(state.facts()) for family, state in look[host].states.items()},
        }
        for host in hosts
        if not look[host].is_blank
    }
