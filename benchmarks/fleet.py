"""A hundred boxes: 33 clusters come up in the lab, are deployed and verified.

    python -m benchmarks.fleet [--clusters 33] [--forks 100]

Prints the times of each part and what one box costs. Boxes and product share this machine, so the
times say how far one laptop goes, and the ratios what a further box costs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from cmsdeploy.cli.commands.init_command import make_site

_SERVERS = 3


def inventory(clusters: int) -> dict[str, Any]:
    """``clusters`` clusters of three servers that are call bridges too."""
    groups: dict[str, Any] = {}
    for number in range(1, clusters + 1):
        name = f"c{number:02}"
        hosts = [f"{name}-cb{server}" for server in range(1, _SERVERS + 1)]
        groups[name] = {
            "hosts": dict.fromkeys(hosts),
            "vars": {"xmpp_cluster": name, "xmpp_domain": f"{name}.example.com"},
        }
    common = {
        "xmpp_listen": "a",
        "xmpp_certificate": {"key": "x.key", "cert": "x.cer", "bundle": "ca.cer", "trust": "x.cer"},
        "cms_webadmin": {"port": 8443},
        "ansible_password": "{{ lookup('env', 'FLEET_PASSWORD') }}",
    }
    children = {"xmpp_servers": {"children": groups}, "callbridges": {"children": dict(groups)}}
    return {"all": {"vars": common, "children": children}}


class _Fleet:
    def __init__(self, folder: Path) -> None:
        make_site(folder)
        self.folder = folder
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "CMSDEPLOY_STATE": str(folder / "state"),
            "PYTHONPATH": str(Path(__file__).parent.parent),
        }

    def run(self, *words: str) -> float:
        """Run the command line; seconds. Ends the benchmark where it fails."""
        begin = time.monotonic()
        answer = subprocess.run(
            [sys.executable, "-m", "cmsdeploy", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise SystemExit(answer.stdout[-2000:] + answer.stderr[-2000:])
        return time.monotonic() - begin


def main() -> None:
    """Print one measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clusters", type=int, default=33)
    parser.add_argument("--forks", type=int, default=100)
    given = parser.parse_args()
    boxes = given.clusters * _SERVERS
    with tempfile.TemporaryDirectory() as name:
        fleet = _Fleet(Path(name) / "site")
        (fleet.folder / "hosts.yml").write_text(json.dumps(inventory(given.clusters)))
        common = ("playbooks/site.yml", "-i", "lab-inventory.yml", "-f", str(given.forks))
        times = {"lab up": fleet.run("lab", "up", "--background", "-i", "hosts.yml")}
        try:
            times["plan"] = fleet.run("plan", *common)
            times["apply"] = fleet.run("apply", "--yes", *common)
            times["apply again"] = fleet.run("apply", "--yes", *common)
            times["verify"] = fleet.run("verify", *common)
        finally:
            fleet.run("lab", "down")
    print(f"{boxes} boxes in {given.clusters} clusters")
    for part, seconds in times.items():
        print(f"{part:<12} {seconds:8.2f} s  {1000 * seconds / boxes:8.1f} ms a box")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest process {peak:8.1f} MiB")


if __name__ == "__main__":
    main()
