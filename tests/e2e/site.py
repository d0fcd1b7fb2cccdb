"""A site whose boxes run in this process, and the command line as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cmsdeploy.cli.commands.init_command import make_site
from cmsdeploy.cli.lab_site import LabSite
from cmsdeploy.cli.running_lab import running
from cmsdeploy.inventory import load
from cmsdeploy.lab import AuditEntry, Lab

PROJECT = Path(__file__).parent.parent.parent


_WITHOUT_INVENTORY = ("force-unlock", "init", "rollback")


@dataclass
class Site:
    """``folder`` is a site as ``init`` makes it, ``inventory`` the derived one of its lab."""

    folder: Path
    inventory: Path
    lab: Lab
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def playbook(self) -> str:
        return str(self.folder / "playbooks" / "site.yml")

    def command(self, *words: str) -> list[str]:
        """The words of a process; the derived inventory unless another is named."""
        is_saved = words[0] == "apply" and words[-1].endswith(".plan")
        has_own = is_saved or "-i" in words or words[0] in _WITHOUT_INVENTORY
        named = () if has_own else ("-i", str(self.inventory))
        own = 2 if words[0] in ("hosts", "lab", "dns") else 1
        return [sys.executable, "-m", "cmsdeploy", *words[:own], *named, *words[own:]]

    def environment_of_process(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PROJECT),
            "HOME": str(self.folder),
            "CMSDEPLOY_STATE": str(self.folder / "state"),
            "LC_ALL": "C.UTF-8",
            **self.environment,
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command line, with no terminal, and give what it said."""
        return subprocess.run(
            self.command(*words),
            env=self.environment_of_process(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def audit(self, host: str) -> list[AuditEntry]:
        return list(self.lab.audit(host))

    def writes(self) -> dict[str, list[str]]:
        """What each box was told that changes it, in order."""
        return {
            name: [entry.text for entry in self.lab.audit(name) if entry.is_write]
            for name in self.lab.boxes
        }

    def journals(self) -> list[Path]:
        return sorted((self.folder / "state" / "journal").glob("*.jsonl"))

    def cluster(self) -> dict[str, object]:
        """The end state as the boxes themselves have it, for comparing."""
        world = self.lab.world
        with self.lab.lock:
            return {
                name: (
                    sorted(box.execute("xmpp cluster status").text.splitlines()[2:5]),
                    box.execute("xmpp callbridge list").text,
                    world.login(name).state,
                    sorted(box.list_files()),
                )
                for name, box in world.boxes.items()
            }

    def secrets(self) -> set[str]:
        """Every shared secret that a box holds."""
        with self.lab.lock:
            return {
                secret
                for box in self.lab.world.boxes.values()
                for secret in box.xmpp.callbridges.values()
            }


@contextmanager
def site_of(
    folder: Path,
    inventory: str = "lab",
    switches: Mapping[str, str] | None = None,
    latency_seconds: float = 0.0,
    version: str = "2.9.5",
) -> Iterator[Site]:
    """Make a site in ``folder`` and run the lab of one of its example inventories."""
    make_site(folder)
    source = load([folder / "inventories" / inventory])
    made = LabSite(source, folder / "lab-inventory.yml", folder / ".cmsdeploy" / "lab", version)
    # Any ports: another lab of this run must not find that of a box which a test switched off.
    with running(made, switches or {}, latency_seconds, are_ports_real=False) as lab:
        yield Site(folder, made.out, lab)
