"""A lab for a measure: started in a process of its own, asked, and always ended."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT, ours, run

__all__ = ["Boxes", "clusters_of_three", "lab", "site"]

_PATIENCE_SECONDS = 20.0


@dataclass
class Boxes:
    """``inventory`` is the derived one; ``boxes`` says of each where it is and how to log in."""

    folder: Path
    inventory: str
    boxes: dict[str, dict[str, Any]]
    process: subprocess.Popen[str]

    def ask(self, question: str) -> Any:
        """One line to the lab, one back."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def commands(self, writes: bool | None = None) -> dict[str, list[str]]:
        """The command lines of each box since the last ``forget``; only (no) writes if asked."""
        return {
            name: [text for kind, text, is_write in entries
                   if kind == "command" and writes in (None, is_write)]
            for name, entries in self.ask("audit").items()
        }  # fmt: skip


def site(folder: Path) -> Path:
    """A site as ``init`` makes it."""
    run(ours("init", str(folder / "site")), folder).check()
    return folder / "site"


def clusters_of_three(folder: Path, clusters: int) -> Path:
    """An inventory of clusters of three servers that are call bridges too."""
    groups: dict[str, Any] = {}
    for number in range(1, clusters + 1):
        name = f"c{number:03}"
        groups[name] = {
            "hosts": {f"{name}-cb{server}": None for server in (1, 2, 3)},
            "vars": {"xmpp_cluster": name, "xmpp_domain": f"{name}.example.com"},
        }
    common = {
        "xmpp_listen": "a",
        "xmpp_certificate": {"key": "x.key", "cert": "x.cer", "bundle": "ca.cer", "trust": "x.cer"},
        "cms_webadmin": {"port": 8443},
        "ansible_password": "{{ lookup('env', 'FLEET_PASSWORD') }}",
    }
    children = {"xmpp_servers": {"children": groups}, "callbridges": {"children": dict(groups)}}
    path = folder / "clusters.yml"
    path.write_text(json.dumps({"all": {"vars": common, "children": children}}), encoding="utf-8")
    return path


@contextmanager
def lab(folder: Path, inventory: Path, latency_ms: float, *switches: str) -> Iterator[Boxes]:
    """Start the boxes of ``inventory``; ``folder`` holds what belongs to them."""
    words = [sys.executable, "-m", "benchmarks.lab_process"]
    words += [str(folder), str(inventory), str(latency_ms), *switches]
    process = subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the lab did not start")
        about = json.loads(line)
        yield Boxes(folder, about["inventory"], about["boxes"], process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
