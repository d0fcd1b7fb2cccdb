"""How long simulated boxes take to start, and what each costs in memory.

    python -m benchmarks.lab_start [BOXES]

Prints the start time of the whole lab and of each box, and the memory of each box once it listens
and once somebody talked to it.
"""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path

from cmsdeploy.lab import BoxDescription, Lab


def _resident_kib() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def _descriptions(count: int) -> list[BoxDescription]:
    return [
        BoxDescription(f"cms{n}", f"127.78.{n // 250}.{n % 250 + 1}") for n in range(1, count + 1)
    ]


def main(count: int) -> None:
    """Start the boxes, ask each one something, and say what it took."""
    with Lab(_descriptions(1)) as lab:
        lab.world.boxes["cms1"].execute("version")
    gc.collect()
    before = _resident_kib()
    began = time.perf_counter()
    lab = Lab(_descriptions(count))
    lab.start()
    took = time.perf_counter() - began
    gc.collect()
    resident = _resident_kib() - before
    print(f"{count} boxes in {count // 3} clusters listen after {took:.2f} s")
    print(f"start time per box: {took / count * 1000:.1f} ms")
    print(f"memory per box: {resident / count:.0f} KiB")
    began = time.perf_counter()
    for _ in range(10):
        for box in lab.world.boxes.values():
            box.execute("xmpp")
    took = time.perf_counter() - began
    print(f"one command in the core, among {count} boxes: {took / count / 10 * 1000:.2f} ms")
    lab.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
