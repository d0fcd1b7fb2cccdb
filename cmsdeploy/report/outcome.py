"""How a look or a run ended: the exit code of refusals, and the lines that say what is left."""

from __future__ import annotations

from collections.abc import Iterable

from cmsdeploy.errors import UnreachableError, printable
from cmsdeploy.model.step import Refusal
from cmsdeploy.planning.compare import UNREACHABLE, Comparison
from cmsdeploy.planning.look import Look
from cmsdeploy.planning.tables import untrue

__all__ = ["differences", "refusal_code", "waiting_lines"]


def refusal_code(refusals: Iterable[Refusal], look: Look) -> int:
    """7 where anything but a connection forbids; 4 and 2 (bits) for boxes that were not read."""
    code = 0
    for refusal in refusals:
        if refusal.rule != UNREACHABLE:
            return 7
        error = look[refusal.host].error
        code |= UnreachableError.exit_code if error is None else error.exit_code
    return code


def waiting_lines(comparison: Comparison) -> list[str]:
    """What a person has to bring before the rest can be planned."""
    return [
        f"waits   cluster {cluster} for {printable(what)}; what comes after is not planned yet"
        for cluster, what in comparison.waiting.items()
    ]


def differences(comparison: Comparison) -> list[str]:
    """One line for each sentence that is not true of a box."""
    sentences = dict.fromkeys((host, sentence) for host, _, sentence in untrue(comparison))
    return [f"wrong   {host} [differs] it is not so that: {why}" for host, why in sentences]
