"""What a family owes that never has a step: what is wrong with a box forbids what comes after."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Generic

from cmsdeploy.families.contract import Outcome, SpecT, StateT
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Problem, Refusal, Severity

__all__ = ["Gate"]


class Gate(ABC, Generic[SpecT, StateT]):
    """The verbs of a :class:`~cmsdeploy.families.contract.Family` that are the same for every gate.

    An error among the problems is a refusal; a note is none. A gate shows no secret.
    """

    @abstractmethod
    def problems(
        self, desired: Mapping[str, SpecT], observed: Mapping[str, StateT]
    ) -> tuple[Problem, ...]:
        """What is wrong, and what cannot be seen."""

    def steps(
        self,
        desired: Mapping[str, SpecT],
        observed: Mapping[str, StateT],
        made: frozenset[SecretRef],
    ) -> Outcome:
        """No step, ever."""
        refusals = tuple(
            Refusal(problem.host, problem.rule, problem.text, problem.cluster)
            for problem in self.problems(desired, observed)
            if problem.severity is Severity.ERROR
        )
        return Outcome(refusals=refusals, predicted=observed)

    def summary(
        self, desired: Mapping[str, SpecT], observed: Mapping[str, StateT]
    ) -> tuple[str, ...]:
        """Nothing beside the cells."""
        return ()

    def secrets(self, spec: SpecT, state: StateT) -> Mapping[SecretRef, Secret]:
        """None."""
        return {}

    def shows_secrets(self, words: tuple[str, ...]) -> bool:
        """Never."""
        return False
