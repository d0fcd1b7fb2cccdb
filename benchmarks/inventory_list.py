"""How long does ``inventory --list`` take beside ``ansible-inventory --list``, in one run?

    python -m benchmarks.inventory_list [--hosts 10000] [--form ini|yml]

Writes an inventory of many hosts in forty groups below five regions, gives it to both programs as
processes of their own, one after the other, and compares what they print. Needs ansible-core.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Measured", "measure", "write_inventory"]

_SITES, _REGIONS = 40, 5


@dataclass(frozen=True)
class Measured:
    """Seconds of processor time of both, which other work on the machine does not change much."""

    ours: float
    theirs: float
    is_same: bool

    @property
    def ratio(self) -> float:
        """How many times longer Ansible takes."""
        return self.theirs / self.ours


def _hosts(count: int) -> list[list[tuple[str, str]]]:
    sites: list[list[tuple[str, str]]] = [[] for _ in range(_SITES)]
    for number in range(count):
        address = f"10.{number // 62500}.{number // 250 % 250}.{number % 250 + 1}"
        sites[number % _SITES].append((f"cms{number:05d}.example.com", address))
    return sites


def _ini(count: int) -> str:
    lines: list[str] = []
    for site, hosts in enumerate(_hosts(count)):
        lines.append(f"[site{site:02d}]")
        lines += [f"{name} ansible_host={address} rack={site} port=a" for name, address in hosts]
        lines += [f"[site{site:02d}:vars]", f"ntp=10.0.0.{site + 1}"]
    for region in range(_REGIONS):
        lines.append(f"[region{region}:children]")
        lines += [f"site{site:02d}" for site in range(region, _SITES, _REGIONS)]
    return "\n".join(lines) + "\n"


def _yaml(count: int) -> str:
    sites = _hosts(count)
    lines = ["all:", "  children:"]
    for region in range(_REGIONS):
        lines += [f"    region{region}:", "      children:"]
        for site in range(region, _SITES, _REGIONS):
            lines += [f"        site{site:02d}:", "          vars:"]
            lines += [f"            ntp: 10.0.0.{site + 1}", "          hosts:"]
            for name, address in sites[site]:
                lines += [f"            {name}:", f"              ansible_host: {address}"]
                lines += [f"              rack: {site}", "              port: a"]
    return "\n".join(lines) + "\n"


def write_inventory(folder: Path, count: int, form: str) -> Path:
    """An inventory of ``count`` hosts as INI or YAML."""
    path = folder / f"hosts.{form}"
    path.write_text(_ini(count) if form == "ini" else _yaml(count))
    return path


def _run(words: Sequence[str], folder: Path) -> tuple[float, str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    environment |= {"ANSIBLE_LOCAL_TEMP": str(folder / "t"), "CMSDEPLOY_STATE": str(folder / "s")}
    environment |= {"PYTHONPATH": str(Path(__file__).parents[1])}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, done.stdout


def measure(count: int, form: str, theirs_program: str = "") -> Measured:
    """Run both once each, ours first and last, and take the better of ours. Theirs is that beside
    our interpreter, where no other is named."""
    theirs_program = theirs_program or str(Path(sys.executable).parent / "ansible-inventory")
    ours_program = [sys.executable, "-m", "cmsdeploy", "inventory"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        words = ["-i", str(write_inventory(folder, count, form)), "--list"]
        first, ours = _run([*ours_program, *words], folder)
        theirs_seconds, theirs = _run([theirs_program, *words], folder)
        last, _ = _run([*ours_program, *words], folder)
    their_data = json.loads(theirs)
    their_data["_meta"].pop("profile", None)
    return Measured(min(first, last), theirs_seconds, json.loads(ours) == their_data)


def main() -> None:
    """Print one measurement for each form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=10_000)
    parser.add_argument("--form", choices=("ini", "yml"))
    given = parser.parse_args()
    for form in [given.form] if given.form else ["ini", "yml"]:
        found = measure(given.hosts, form)
        print(
            f"{form}  {given.hosts:,} hosts  ours {found.ours:6.2f} s  "
            f"ansible-inventory {found.theirs:6.2f} s  ratio {found.ratio:5.1f}  "
            f"{'the same' if found.is_same else 'DIFFERENT'}"
        )


if __name__ == "__main__":
    main()
