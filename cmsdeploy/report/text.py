"""A plan, its problems and its refusals as lines of text for a terminal. No colour in here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from cmsdeploy.errors import printable
from cmsdeploy.model.action import Command, Pause, Wait
from cmsdeploy.model.gathering import gathered
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Problem, Refusal, Risk, Severity, Step
from cmsdeploy.planning.proofs import proof_points
from cmsdeploy.report.signs import sign_of, signs_sentence

__all__ = ["plan_lines", "problem_lines", "refusal_lines", "totals"]

_INDENT = "      "
_COMMAND_WIDTH = 48


def plan_lines(plan: Plan) -> Iterator[str]:
    """The steps, box by box, numbered in the order of the whole plan.

    What a step waits for on another box is named with its number, once, so that an engineer with
    two windows open can follow.
    """
    numbers = {step.identity: number for number, step in enumerate(plan.steps, start=1)}
    hosts = {number: step.host for number, step in enumerate(plan.steps, start=1)}
    names = {number: _waited_for(step) for number, step in enumerate(plan.steps, start=1)}
    points = proof_points(plan.steps)
    steps = gathered(plan.steps, lambda step: step.host)
    for host in plan.hosts:
        own = steps.get(host, [])
        told: set[int] = set()
        if own:
            yield f"{host} ({_count(len(own), 'step')}, cluster {own[-1].cluster})"
        for step in own:
            needed = {numbers[need] for need in step.needs if need in numbers}
            # The steps of a box follow each other, so the last one of each box says it all.
            last = {names[number]: number for number in sorted(needed) if hosts[number] != host}
            waits = sorted(set(last.values()) - told)
            told |= needed
            if waits:
                yield f"{_INDENT}-- after {', '.join(f'{names[n]} [{n}]' for n in waits)}"
            yield from _step_lines(step, numbers[step.identity], step.identity in points)
        if own:
            yield ""


def _waited_for(step: Step) -> str:
    return "the pause" if isinstance(step.action, Pause) else step.host


def _step_lines(step: Step, number: int, is_point: bool) -> Iterator[str]:
    mark = "" if step.risk is Risk.SAFE else f"! {step.risk.value}: "
    sentence = step.action.line if isinstance(step.action, Wait) else step.why
    command = f"{sign_of(step.action) or ' '} {_shown(step)}"
    why = f"{mark}{printable(sentence)}"
    if len(command) <= _COMMAND_WIDTH:
        yield f"{number:>4}  {command:<{_COMMAND_WIDTH}}  {why}"
    else:
        yield f"{number:>4}  {command}"
        yield f"{_INDENT}   {why}"
    if isinstance(step.action, Command) and step.action.answer:
        answer = step.action.answer
        yield f"{_INDENT}   at the question {answer.prompt!r}: secret {answer.secret}"
    if is_point and step.makes and step.proof:
        yield from (f"{_INDENT}   then look: {read.line}" for read in step.proof.reads)


def _shown(step: Step) -> str:
    if isinstance(step.action, Wait):
        looks = " and ".join(read.line for read in step.action.reads)
        return printable(looks)
    return printable(step.action.line)


def refusal_lines(refusals: Iterable[Refusal]) -> Iterator[str]:
    """One line for each refusal: box, rule, cause and next action."""
    for refusal in refusals:
        yield f"refused  {refusal.host} [{refusal.rule}] {printable(refusal.text)}"


def problem_lines(problems: Iterable[Problem]) -> Iterator[str]:
    """One line for each problem; notes are marked as such."""
    for problem in problems:
        word = "wrong  " if problem.severity is Severity.ERROR else "note   "
        yield f"{word} {problem.host} [{problem.rule}] {printable(problem.text)}"


def totals(steps: Sequence[Step]) -> str:
    """One sentence about a plan: how much, where, at what risk."""
    if not steps:
        return "No changes."
    hosts = len({step.host for step in steps})
    clusters = len({step.cluster for step in steps if not isinstance(step.action, Pause)})
    risks = Counter(step.risk for step in steps)
    told = (Risk.DISRUPTIVE, Risk.DESTRUCTIVE, *([Risk.OUTAGE] if risks[Risk.OUTAGE] else []))
    parts = [f"{risks[risk]} {risk.value}" for risk in told]
    where = f"on {_count(hosts, 'box', 'boxes')} in {_count(clusters, 'cluster')}"
    signs = signs_sentence(steps)
    return f"Plan: {_count(len(steps), 'step')} {where}: {signs}; {', '.join(parts)}."


def _count(number: int, singular: str, plural: str = "") -> str:
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
