"""A lab for somebody's test: brought up from an inventory or from names, in this very process.

The inventory is read by the product's command line, as a process: the lab imports nothing of the
product. The boxes run here, so that a test reaches their state, faults and audit directly.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .audit import AuditEntry
from .dns.wire.lab_dns import LabDns
from .errors import LabError
from .site import SiteDescription
from .wire.faults import Faults
from .wire.lab import Lab, LabBox
from .wire.running_site import RunningSite
from .world import World

_SECONDS = 300
_SERVERS = 3  # mmp 4.4: two are worse than one, and three are enough


class DescribeError(LabError):
    """The command line refused the inventory; its own words follow."""


class UserLab:
    """A running lab.

    `inventory` is the derived inventory, for `-i`; `folder` holds it and all state. `lock` is held
    while a test reads or changes `world` or `dns`: requests of others wait for it.
    """

    def __init__(self, running: RunningSite, folder: Path) -> None:
        """Wrap a site that was started."""
        self.folder = folder
        self.inventory = running.out
        self.dns: LabDns = running.dns
        self._running = running

    @property
    def lab(self) -> Lab:
        """The boxes as a whole."""
        return self._running.lab

    @property
    def world(self) -> World:
        """The state of all boxes."""
        return self.lab.world

    @property
    def boxes(self) -> Mapping[str, LabBox]:
        """Every box by name: address, ports, fingerprints, and `box`, its state."""
        return self.lab.boxes

    def faults(self, name: str) -> Faults:
        """The switches of trouble of one box."""
        return self.lab.faults(name)

    def audit(self, name: str) -> list[AuditEntry]:
        """What was asked of one box so far."""
        return self.lab.audit(name)

    def writes(self, name: str) -> list[str]:
        """The lines of the audit that could change the box."""
        return [entry.text for entry in self.audit(name) if entry.is_write]

    def login(self, name: str) -> str:
        """How the call bridge of a box stands: `registered`, `dns error` and so on."""
        with self.lab.lock:
            return self.world.login(name).state

    @property
    def environment(self) -> dict[str, str]:
        """The environment for programs that work on this lab."""
        return {
            **os.environ,
            "CMSDEPLOY_INVENTORY": str(self.inventory),
            "CMSDEPLOY_STATE": str(self.folder / "state"),
            "CMSDEPLOY_LAB_DNS": f"{self.dns.place.address}:{self.dns.place.port}",
        }

    def run(self, command: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run `cmsdeploy COMMAND -i <the derived inventory> WORDS`; gives code and output."""
        return _run([command, "-i", str(self.inventory), *map(str, words)], self.environment)

    def stop(self) -> None:
        """Stop boxes and DNS."""
        self._running.stop()


def start_lab(
    source: str | Path | Sequence[str],
    folder: Path,
    *,
    switches: Mapping[str, str] | None = None,
    latency_seconds: float = 0.0,
    domain: str = "example.com",
    version: str = "2.9.5",
) -> UserLab:
    """Bring up the boxes of an inventory, or boxes of these names.

    Of names, the first three are XMPP servers of `domain`, and all are call bridges. Raises
    `DescribeError`, the errors of switches, and OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(source, (str, Path)):
        inventory = Path(source)
    else:
        inventory = folder / "inventory.yml"
        inventory.write_text(_inventory_of(source, domain), encoding="utf-8")
    site = _described(inventory, folder, version)
    running = RunningSite(
        site, folder / "lab-inventory.yml", folder / ".cmsdeploy" / "lab",
        switches=switches, latency_seconds=latency_seconds,
    )  # fmt: skip
    running.start()
    return UserLab(running, folder)


def _inventory_of(names: Sequence[str], domain: str) -> str:
    servers, others = list(names[:_SERVERS]), list(names[_SERVERS:])
    certificate = {role: f"xmpp.{end}" for role, end in (("key", "key"), ("cert", "cer"))}
    words = {
        "xmpp_domain": domain,
        "xmpp_listen": "a",
        "xmpp_certificate": {**certificate, "bundle": "ca.cer", "trust": "xmpp.cer"},
    }
    children = {
        "xmpp_servers": {"hosts": dict.fromkeys(servers), "vars": words},
        "callbridges": {
            "children": {"xmpp_servers": None},
            "hosts": dict.fromkeys(others),
            "vars": {"xmpp_domain": domain},
        },
    }
    return json.dumps({"all": {"children": children}}, indent=2) + "\n"


def _described(inventory: Path, folder: Path, version: str) -> SiteDescription:
    out = folder / "lab-inventory.yml"
    done = _run(
        ["lab", "describe", "-i", str(inventory), "--out", str(out), "--cms-version", version],
        dict(os.environ),
    )
    if done.returncode:
        raise DescribeError(f"the lab cannot be made of {inventory}:\n{done.stderr.strip()}")
    password_file = Path(json.loads(done.stdout)["password_file"])
    return SiteDescription.from_json(done.stdout, password_file.read_text(encoding="utf-8"))


def _run(words: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "cmsdeploy", *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
