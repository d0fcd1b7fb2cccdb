"""A play that says how many hosts may fail counts those that the first look refuses."""

from __future__ import annotations

import pytest

from cmsdeploy.model.failure_limit import FailureLimit
from cmsdeploy.model.step import Refusal
from cmsdeploy.planning.failure import beyond_limits
from cmsdeploy.planning.stage import Stage

CLUSTERS = {"a": "paris", "b": "paris", "c": "rome", "d": "tokyo"}


def stage(play: int, percent: float | None, hosts: str = "abcd", batch: int = 0) -> Stage:
    limit = None if percent is None else FailureLimit(play, batch, len(hosts), percent)
    clusters = {host: CLUSTERS[host] for host in hosts}
    return Stage("f", "t", dict.fromkeys(hosts), clusters, play, batch, failure_limit=limit)


@pytest.mark.parametrize(
    ("stages", "refused"),
    [
        ([stage(0, None)], ""),
        ([stage(0, 0)], "rome tokyo"),
        ([stage(0, 24)], "rome tokyo"),
        ([stage(0, 25)], ""),
        ([stage(0, 0, "cd")], ""),
        ([stage(0, 0, "ab"), stage(1, None, "cd")], ""),
        ([stage(0, 0, "ab"), stage(0, 0, "c", 1), stage(1, None, "d")], "rome"),
    ],
)
def test_one_refused_host_stops_the_clusters_of_its_play(stages: list[Stage], refused: str) -> None:
    """Host a cannot be reached; which other clusters are refused with it?"""
    seen = [Refusal("a", "unreachable", "gone", "paris")]
    found = beyond_limits(stages, seen)
    assert " ".join(one.cluster for one in found) == refused
    assert all(one.rule == "play/too-many-failed" and " a cannot" in one.text for one in found)
