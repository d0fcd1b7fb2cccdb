"""A play that says how many hosts may fail: what was refused at the first look counts, too."""

from __future__ import annotations

from collections.abc import Sequence

from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.step import Refusal
from cmsdeploy.planning.stage import Stage

__all__ = ["beyond_limits"]


def beyond_limits(stages: Sequence[Stage], refusals: Sequence[Refusal]) -> tuple[Refusal, ...]:
    """A refusal for every other cluster of a play of which a batch has too many refused hosts."""
    refused = {refusal.host for refusal in refusals}
    blocked = {refusal.cluster for refusal in refusals}
    found: dict[str, Refusal] = {}
    for limit in dict.fromkeys(stage.failure_limit for stage in stages):
        if limit is None:
            continue
        batch = {host for one in stages if one.failure_limit == limit for host in one.desired}
        failed = sorted(batch & refused)
        if limit.is_exceeded(len(failed)):
            for stage in stages:
                for host, cluster in stage.clusters.items() if stage.play == limit.play else ():
                    found.setdefault(cluster, _refusal(host, cluster, failed))
    return tuple(refusal for cluster, refusal in found.items() if cluster not in blocked)


def _refusal(host: str, cluster: str, failed: Sequence[str]) -> Refusal:
    text = Phrase(
        "the play stops for every cluster when {hosts} cannot be taken; see to"
        " that first, or take any_errors_fatal and max_fail_percentage out",
        hosts=", ".join(failed),
    )
    return Refusal(host, "play/too-many-failed", text, cluster)
