"""What a runbook says at its top when the run is over: when it was, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone

from cmsdeploy.report.run import Outcome, Run

__all__ = ["run_values"]


def run_values(run: Run | None) -> Mapping[str, object] | None:
    """Plain values for a template; None where nothing was carried out yet."""
    if run is None:
        return None
    ended = [step for step in run.steps if step.outcome in (Outcome.DONE, Outcome.PROVED)]
    skipped = [step for step in run.steps if step.outcome is Outcome.SKIPPED]
    return {
        "begun": _moment(run.begun),
        "ended": _moment(run.ended),
        "done": len(ended),
        "bad": sum(step.is_bad for step in run.steps),
        "skipped": len(skipped),
        "is_cut": run.is_cut,
        "is_damaged": bool(run.damage),
    }


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S") if moment else ""
