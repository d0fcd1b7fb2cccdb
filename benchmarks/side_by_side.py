"""How near does an apply come to the longest chain of its plan?

    python -m benchmarks.side_by_side [--latency-ms 50] [--inventory lab]

Starts the lab of an example inventory with a latency for each command, plans, and takes the longest
chain of the plan: every command, answer, call and wait costs the device one latency; an upload
costs none in the lab. Then runs ``apply`` as a process and divides its wall time by that chain. The
chain is the physical limit without the reads: look, proofs and connections come on top of it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.e2e.site import Site, site_of

_COSTS_NOTHING = frozenset({"upload", "manual"})


def longest_chain(steps: list[dict[str, Any]]) -> int:
    """The number of latencies along the longest chain; ``steps`` are in an order that respects
    every ``needs``."""
    reached: dict[str, int] = {}
    for step in steps:
        own = 0 if step["action"] in _COSTS_NOTHING else 1 + len(step["answers"])
        before = [reached[need] for need in step["needs"] if need in reached]
        reached[step["id"]] = own + max(before, default=0)
    return max(reached.values(), default=0)


def measure(site: Site, latency_seconds: float) -> dict[str, float]:
    """Plan and apply once; seconds, and the ratios."""
    plan = json.loads(site.run("plan", site.playbook, "--json").stdout)
    links = longest_chain(plan["steps"])
    begin = time.monotonic()
    answer = site.run("apply", site.playbook, "--yes", "--json")
    wall = time.monotonic() - begin
    if answer.returncode:
        raise SystemExit(answer.stdout + answer.stderr)
    events = [json.loads(line) for line in answer.stdout.splitlines()]
    times = {event["event"]: event["elapsed"] for event in events}
    walk = times["run-ended"] - times["run-started"]
    chain = links * latency_seconds
    return {
        "steps": len(plan["steps"]),
        "links of the longest chain": links,
        "chain, s": chain,
        "walk of the plan, s": walk,
        "apply as a process, s": wall,
        "walk / chain": walk / chain,
        "apply / chain": wall / chain,
    }


def main() -> None:
    """Print one measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency-ms", type=int, default=50)
    parser.add_argument("--inventory", default="lab")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        latency = given.latency_ms / 1000
        with site_of(Path(folder) / "site", given.inventory, latency_seconds=latency) as site:
            for name, value in measure(site, latency).items():
                print(f"{name:<28} {value:8.2f}")


if __name__ == "__main__":
    main()
