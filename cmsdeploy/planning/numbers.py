"""How many servers a cluster has: no reason not to look at it, and worth a note."""

from __future__ import annotations

from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.step import Problem, Severity

__all__ = ["number_note"]


def number_note(host: str, cluster: str, cause: str, action: str) -> Problem:
    """What ``plan`` and ``apply`` would refuse before they connect, for those who only look."""
    return Problem(
        host,
        "inventory/servers",
        f"{cause}; plan and apply refuse it",
        Severity.NOTE,
        cluster,
        evidence=(Evidence(host, "", cause),),
        fix=action,
    )
