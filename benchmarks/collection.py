"""The collection under ansible-playbook beside the command line: the same clusters, the same boxes.

    python -m benchmarks.collection [--clusters 100] [--forks 10] [--without steps]

Three fresh labs of simulated boxes, one after the other: `cmsdeploy apply`, one `cluster` task for
each cluster, and single tasks for each box. Prints the wall clock and what the client used of the
processors; the lab is a process of its own. The Python that runs this has to have ansible-core.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.boxes import Boxes, clusters_of_three, lab, site
from benchmarks.processes import ROOT, run, say

_LATENCY_MS = 20
_LONGEST_SECONDS = 3600.0
_CLUSTER = """
- hosts: xmpp_servers:callbridges
  gather_facts: false
  tasks:
    - cmsdeploy.mmp.cluster:
        members: "{{ groups[xmpp_cluster] }}"
"""
_STEPS = """
- hosts: xmpp_servers
  gather_facts: false
  module_defaults: {group/cmsdeploy.mmp.mmp: {members: "{{ groups[xmpp_cluster] }}"}}
  tasks:
    - cmsdeploy.mmp.pki:
    - cmsdeploy.mmp.xmpp:
- hosts: callbridges
  gather_facts: false
  module_defaults: {group/cmsdeploy.mmp.mmp: {members: "{{ groups[xmpp_cluster] }}"}}
  tasks:
    - cmsdeploy.mmp.callbridge:
    - cmsdeploy.mmp.verify:
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clusters", type=int, default=100)
    parser.add_argument("--forks", type=int, default=10)
    parser.add_argument("--without", action="append", default=[], choices=["steps", "cluster"])
    given = parser.parse_args()
    words = {
        "cmsdeploy apply": None,
        "one task a cluster": None if "cluster" in given.without else _CLUSTER,
        "single tasks": None if "steps" in given.without else _STEPS,
    }
    print(f"{given.clusters} clusters of three, boxes of {_LATENCY_MS} ms, {given.forks} forks\n")
    print("| way | wall | processor of the client | beside `cmsdeploy apply` |")
    print("| --- | --- | --- | --- |")
    first = 0.0
    for name, text in words.items():
        if text is None and name != "cmsdeploy apply":
            continue
        with tempfile.TemporaryDirectory(prefix="cmsdeploy-benchmark-") as folder:
            wall, processor = _measured(Path(folder), given.clusters, given.forks, text)
        first = first or wall
        print(f"| {name} | {wall:.1f} s | {processor:.1f} s | {wall / first:.1f} x |", flush=True)


def _measured(folder: Path, clusters: int, forks: int, text: str | None) -> tuple[float, float]:
    with lab(folder, clusters_of_three(folder, clusters), _LATENCY_MS) as boxes:
        place = site(folder)
        say(f"{3 * clusters} boxes listen")
        words = _words(place, boxes, forks, text)
        spent = run(words, place, _environment(folder, text), longest=_LONGEST_SECONDS).check()
        return spent.wall, spent.processor


def _words(place: Path, boxes: Boxes, forks: int, text: str | None) -> list[str]:
    if text is None:
        book = str(place / "playbooks" / "site.yml")
        apply = [sys.executable, "-m", "cmsdeploy", "apply", "--yes", book]
        return [*apply, "-i", boxes.inventory, "-f", str(3 * forks)]
    book = str(place / "playbooks" / "ansible.yml")
    Path(book).write_text(text, encoding="utf-8")
    program = str(Path(sys.executable).parent / "ansible-playbook")
    return [program, "-i", boxes.inventory, "-f", str(forks), book]


def _environment(folder: Path, text: str | None) -> dict[str, str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "CMSDEPLOY_STATE": str(folder / "state"),
    }
    if text is not None:
        collections = folder / "collections"
        parent = collections / "ansible_collections" / "cmsdeploy"
        parent.mkdir(parents=True)
        subprocess.run(["cp", "-r", str(ROOT / "collection"), str(parent / "mmp")], check=True)
        environment["ANSIBLE_COLLECTIONS_PATH"] = str(collections)
        environment["ANSIBLE_LOCAL_TEMP"] = str(folder / "temporary")
    return environment


if __name__ == "__main__":
    main()
