"""Whether a problem says everything that a tired person is promised."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cmsdeploy.families import families
from cmsdeploy.model.step import Problem
from cmsdeploy.planning.explanations import explanations_of

__all__ = ["gaps"]

RULES = explanations_of(family.explanations for family in families().values())


def gaps(problem: Problem, hosts: Collection[str], cluster: str) -> Iterator[str]:
    """What is missing or names what is not there. Nothing for a problem that is whole."""
    if problem.rule not in RULES:
        yield f"no explanation of {problem.rule}"
    yield from (f"explains {rule}, which is no rule" for rule in problem.explains - set(RULES))
    named = {problem.host, *problem.explains_on, *(host for host, _, _ in problem.asks)}
    named |= {evidence.host for evidence in problem.evidence}
    yield from (f"{host} is no box" for host in named if host not in hosts)
    if problem.cluster != cluster:
        yield f"{problem.cluster!r} is not its cluster"
    if not 0 <= problem.likelihood <= 100:
        yield f"a likelihood of {problem.likelihood}"
    asked = {(family, name) for _, family, name in problem.asks}
    yield from (f"asks {one}" for one in asked if one[0] not in families() or not one[1])
    texts = [problem.text, *(evidence.seen for evidence in problem.evidence)]
    yield from (f"says {text!r}" for text in texts if not text or "None" in str(text))
    lines = [problem.fix, problem.risk, *(evidence.command for evidence in problem.evidence)]
    yield from (f"says {line!r}" for line in lines if "None" in str(line))
