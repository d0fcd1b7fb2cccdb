"""Goal 1: how long a process takes to start, beside ``python -c pass``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.boxes import site
from benchmarks.peers_here import Peers
from benchmarks.processes import Spent, ours, run
from benchmarks.profiles import where_time_goes
from benchmarks.rows import Finding, Row, at_most

__all__ = ["measure"]


def measure(folder: Path, peers: Peers, is_quick: bool) -> Finding:
    """The least processor time of several runs each: what else the machine does adds, never takes
    away, and a start waits for nothing."""
    place = site(folder)
    one = folder / "one.yml"
    one.write_text(json.dumps({"all": {"hosts": {"cb1": {"ansible_host": "192.0.2.1"}}}}))
    render = ours("render", "playbooks/xmpp-resilience.yml", "-i", "inventories/tac-213479")
    programs = {
        "python": [sys.executable, "-c", "pass"],
        "cmsdeploy --version": ours("--version"),
        "render, three boxes": render,
        "inventory --list, one host": ours("inventory", "--list", "-i", str(one)),
    }
    if peers.has("ansible-core"):
        programs["ansible-playbook --version"] = [peers.program("ansible-playbook"), "--version"]
    least = dict.fromkeys(programs, float("inf"))
    for _ in range(5 if is_quick else 15):
        for name, words in programs.items():
            least[name] = min(least[name], _processor(run(words, place).check()))
    unit = least["python"]
    goals = {
        "cmsdeploy --version": 3.0,
        "render, three boxes": 10.0,
        "inventory --list, one host": 5.0,
        "ansible-playbook --version": None,
    }
    rows: list[Row] = [
        at_most(name, "python -c pass", unit, least[name], goals[name])
        for name in programs
        if name != "python"
    ]
    missed = next((row.measure for row in rows if row.is_met is False), "")
    profile = where_time_goes(programs[missed], place, is_import=True) if missed else ""
    note = "Processor time; the least of all runs, the programs taking turns."
    reason = (
        "Why a rendering takes longer than its goal: to import click, PyYAML and Jinja takes about "
        "8 x, click and PyYAML alone more than 4 x of a list; some 140 small modules of ours take "
        "the rest of a rendering, more than half of it for making their 80 data classes."
    )
    return Finding(rows, [note, reason] if missed else [note], profile)


def _processor(spent: Spent) -> float:
    return spent.processor
