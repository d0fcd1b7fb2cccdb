"""The programs that we are compared with, in an environment of their own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT, Spent, run

__all__ = ["Peers"]

_SCRIPTS = ROOT / "benchmarks" / "peers"


@dataclass
class Peers:
    """``python`` is the interpreter of their environment; it need not be there."""

    python: Path | None
    versions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def found(cls, python: Path | None) -> Peers:
        """Look which of them are installed."""
        if python is None or not python.exists():
            return cls(None)
        listed = subprocess.run(
            [python, "-m", "pip", "list", "--format=json", "--disable-pip-version-check"],
            capture_output=True,
            text=True,
            check=False,
        )
        found = json.loads(listed.stdout) if listed.returncode == 0 else []
        return cls(python, {each["name"].lower(): each["version"] for each in found})

    def has(self, *packages: str) -> bool:
        """Whether all of ``packages`` are installed."""
        return all(package in self.versions for package in packages)

    def program(self, name: str) -> str:
        """A program of their environment."""
        assert self.python is not None
        return str(self.python.parent / name)

    def do(self, script: str, job: dict[str, Any], folder: Path) -> Spent:
        """Let a script of ``benchmarks/peers`` do a job."""
        words = [self.program("python"), str(_SCRIPTS / f"{script}.py")]
        return run(words, folder, given=json.dumps(job)).check()

    def told(self, packages: Iterable[str]) -> str:
        """Versions, for the head of the page."""
        return ", ".join(f"{name} {self.versions.get(name, 'missing')}" for name in packages)
