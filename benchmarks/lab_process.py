"""The simulated boxes of a benchmark, in a process of their own: their time is not the client's.

    python -m benchmarks.lab_process FOLDER INVENTORY LATENCY_MS [placed] [SWITCH=POSITION ...]

With ``placed`` keys and certificates are on the boxes already, as after an upload. Prints one line
of JSON when the boxes listen, then answers each line of standard input: ``used`` (seconds of
processor time), ``audit`` (what every box was asked), ``files`` (the names of those that every box
holds), ``forget`` (what was asked), ``break SHARE``
(so many boxes break a connection once), ``slow NAME`` (each command takes it a quarter of a second
longer). Ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from cmsdeploy.cli.lab_site import LabSite
from cmsdeploy.cli.running_lab import running_site
from cmsdeploy.inventory import load
from cmsdeploy.lab import Fault, Lab
from cmsdeploy.lab.wire.running_site import RunningSite

__all__ = ["main"]


def _boxes(lab: Lab, password: str) -> dict[str, Any]:
    return {
        name: {
            "address": box.address,
            "port": box.ssh_port,
            "user": "admin",
            "password": password,
            "key": box.host_key_line,
        }
        for name, box in lab.boxes.items()
    }


def _place(started: RunningSite) -> None:
    for name, box in started.lab.world.boxes.items():
        entries: Any = started.site.hosts[name].get("xmpp_certificate", {})
        for entry in entries.values():
            box.files.write(entry["name"], Path(entry["source"]).read_bytes())


def _answer(lab: Lab, words: list[str]) -> Any:
    if words[0] == "used":
        used = os.times()
        return used.user + used.system
    if words[0] == "audit":
        return {
            name: [[each.kind, each.text, each.is_write] for each in lab.audit(name)]
            for name in lab.boxes
        }
    with lab.lock:
        if words[0] == "files":
            return {name: sorted(box.list_files()) for name, box in lab.world.boxes.items()}
        if words[0] == "forget":
            for box in lab.world.boxes.values():
                box.audit.clear()
            return None
        if words[0] == "slow":
            return lab.faults(words[1]).add(Fault("delay", "", None, value="0.25"))
        return break_some(lab, float(words[1]))


def break_some(lab: Lab, share: float) -> list[str]:
    """Let a share of the boxes, evenly spread, break the connection once; gives their names."""
    every = max(1, round(1 / share))
    chosen = list(lab.boxes)[every // 2 :: every]
    for number, name in enumerate(chosen):
        # Some on a read, some after a change whose reply is then lost.
        kind = ("drop-before", "drop-after")[number % 2]
        lab.faults(name).add(Fault(kind, "", 1, after=9 + 7 * (number % 3)))
    return chosen


def main(words: list[str]) -> None:
    """Serve until standard input ends."""
    folder, source, latency, *switches = words
    made = LabSite(load([Path(source)]), Path(folder) / "lab.yml", Path(folder) / ".lab")
    positions = dict(each.split("=", 1) for each in switches if "=" in each)
    with running_site(made, positions, float(latency) / 1000, are_ports_real=False) as started:
        key = Path(folder) / "key.pub"
        if key.exists():
            for box in started.lab.world.boxes.values():
                box.files.write("admin.pub", key.read_bytes())
        if "placed" in switches:
            _place(started)
        boxes = _boxes(started.lab, made.password)
        print(json.dumps({"inventory": str(made.out), "boxes": boxes}), flush=True)
        for line in sys.stdin:
            print(json.dumps(_answer(started.lab, line.split())), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
