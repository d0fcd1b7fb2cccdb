"""How many hosts may fail before the whole run ends."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FailureLimit"]


@dataclass(frozen=True)
class FailureLimit:
    """How many of the ``hosts`` of one batch may fail: above ``percent``, the whole run ends.

    0 is Ansible's ``any_errors_fatal``, the rest its ``max_fail_percentage``.
    """

    play: int
    batch: int
    hosts: int
    percent: float

    def is_exceeded(self, failed: int) -> bool:
        """Whether so many failed hosts are too many."""
        return failed * 100 > self.percent * self.hosts
