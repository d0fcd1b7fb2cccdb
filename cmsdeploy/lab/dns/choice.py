"""In which order a client tries the targets of a service (RFC 2782)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

Service = tuple[int, int, int, str]  # priority, weight, port, target


def in_order(asker: str, services: Sequence[Service], first: str = "") -> list[Service]:
    """Lowest priority first; within one priority drawn by weight, as `asker` draws.

    The draw depends on the names alone, so that runs repeat: one asker always draws the same order,
    many askers together draw in proportion to the weights. Where all weights of a priority are the
    same, the target `first` comes first (guess: a box prefers its own server, and readers of a lab
    expect it).
    """
    weights: dict[int, set[int]] = {}
    for priority, weight, _, _ in services:
        weights.setdefault(priority, set()).add(weight)

    def place(service: Service) -> tuple[int, bool, bool, float]:
        priority, weight, _, target = service
        is_first = target == first and len(weights[priority]) == 1
        # Sorting by u ** (1 / weight) draws without putting back, each in proportion to its
        # weight; weight 0 comes when all others are gone.
        return (
            priority,
            not is_first,
            weight == 0,
            -(_draw(f"{asker} {target}") ** (1 / (weight or 1))),
        )

    return sorted(services, key=place)


def _draw(text: str) -> float:
    """A number between 0 and 1 that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big") / (1 << 56)
