"""Plans for many clusters in memory, and says what it took.

python -m benchmarks.planning_alone CLUSTERS FOLDER
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cmsdeploy import playbook as playbooks
from cmsdeploy.cli.process import collect_seldom
from cmsdeploy.families import families
from cmsdeploy.inventory import load
from cmsdeploy.model.plan import Plan
from cmsdeploy.planning.compare import compare
from cmsdeploy.planning.look import blank_look
from cmsdeploy.planning.proofs import proof_points

__all__ = ["inventory", "planning"]

_BOOKS = ("xmpp-resilience", "callbridges")


def inventory(clusters: int) -> dict[str, Any]:
    """Clusters of three servers; with two boxes more each has five call bridges."""
    servers: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for number in range(1, clusters + 1):
        name = f"c{number:04}"
        common = {"xmpp_cluster": name, "xmpp_domain": f"{name}.example.com"}
        address = f"10.{number // 250}.{number % 250}."
        hosts = {f"{name}-cms{n}": {"ansible_host": f"{address}{n}"} for n in range(1, 6)}
        named = list(hosts)
        servers[name] = {"hosts": {host: hosts[host] for host in named[:3]}, "vars": common}
        others[f"{name}-b"] = {"hosts": {host: hosts[host] for host in named[3:]}, "vars": common}
    variables = {
        "ansible_user": "admin",
        "cms_webadmin": {"port": 8443},
        "xmpp_listen": "a",
        "xmpp_certificate": {"key": "x.key", "cert": "x.cer", "bundle": "ca.cer", "trust": "x.cer"},
    }
    bridges = {"xmpp_servers": None, "callbridges_only": {"children": others}}
    children = {"xmpp_servers": {"children": servers}, "callbridges": {"children": bridges}}
    return {"all": {"vars": variables, "children": children}}


def planning(folder: Path, clusters: int) -> Callable[[], Plan]:
    """What is measured, with everything read that it needs."""
    path, book = folder / f"hosts-{clusters}.yml", folder / "book.yml"
    path.write_text(json.dumps(inventory(clusters)), encoding="utf-8")
    examples = Path(__file__).parents[1] / "playbooks"
    imports = [{"import_playbook": str(examples / f"{name}.yml")} for name in _BOOKS]
    book.write_text(json.dumps(imports), encoding="utf-8")
    read = load([path])
    loaded = playbooks.load(book, read)

    def plan() -> Plan:
        stages = playbooks.stages(loaded, read, is_content_needed=False)
        made = compare(stages, blank_look(stages, families()), families()).plan
        proof_points(made.steps)
        return made

    return plan


def _resident_kib() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def main() -> None:
    """Print one measurement as JSON."""
    clusters = int(sys.argv[1])
    collect_seldom()
    plan = planning(Path(sys.argv[2]), clusters)
    planning(Path(sys.argv[2]), 1)()  # what is loaded on first use is not a host's
    before, begin = _resident_kib(), time.process_time()
    made = plan()
    seconds = time.process_time() - begin
    used = _resident_kib() - before
    hosts = 5 * clusters
    print(json.dumps({"seconds": seconds, "kib": used, "hosts": hosts, "steps": len(made.steps)}))


if __name__ == "__main__":
    main()
