"""The end of a run, in Ansible's words: one line a box, then where the time went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cmsdeploy.model.action import Manual, Pause
from cmsdeploy.model.step import Step

__all__ = ["HostRecap", "recap", "recap_lines"]


@dataclass(frozen=True)
class HostRecap:
    """Counts for one box. ``ok`` counts what was there already or is done."""

    host: str
    changed: int = 0
    unreachable: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def ok(self) -> int:
        return 0 if self.unreachable else 1 + self.changed


def recap(
    hosts: Sequence[str],
    steps: Sequence[Step],
    results: Mapping[str, str],
    unreachable: frozenset[str],
) -> tuple[HostRecap, ...]:
    """Count ``results`` (``done``, ``failed``, ``skipped`` by step identity) for each host."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for step in steps:
        if isinstance(step.action, Pause | Manual):
            continue  # nothing on a box is changed by it: a person was asked
        counts[step.host][results.get(step.identity, "skipped")] += 1
    return tuple(
        HostRecap(
            host,
            changed=counts[host]["done"],
            unreachable=int(host in unreachable),
            failed=counts[host]["failed"],
            skipped=counts[host]["skipped"],
        )
        for host in hosts
    )


def recap_lines(recaps: Sequence[HostRecap]) -> Iterator[str]:
    """The lines of the recap, aligned."""
    width = max((len(each.host) for each in recaps), default=0)
    for each in recaps:
        yield (
            f"{each.host:<{width}} : ok={each.ok:<4} changed={each.changed:<4}"
            f" unreachable={each.unreachable:<4} failed={each.failed:<4} skipped={each.skipped}"
        )
