"""A site of one box behind fault proxies: a deployment, cut at a byte, and carried out again."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cmsdeploy.cli import main
from cmsdeploy.cli.commands.init_command import make_site
from cmsdeploy.cli.lab_site import LabSite
from cmsdeploy.inventory import load
from cmsdeploy.lab import Lab
from cmsdeploy.lab.site import SiteDescription
from cmsdeploy.lab.wire.running_site import RunningSite
from tests.contract.engineer import digest
from tests.faults.flow import Direction, Toxic
from tests.faults.proxy import Proxy
from tests.transport.environment import environment

__all__ = ["Ground", "Run", "Way", "ground"]

_HOSTS = """\
all:
  vars: {ansible_user: admin, ansible_port: 22}
  children:
    xmpp_servers:
      hosts:
        cb1:
          ansible_host: 127.0.1.1
      vars:
        xmpp_domain: tptac9.com
        xmpp_listen: a
        xmpp_certificate: {key: a.key, cert: a.cer, bundle: all.cer, trust: a.cer}
        cms_webadmin: {port: 443}
    callbridges:
      children:
        xmpp_servers:
"""
_PLAYBOOKS = ("certificates", "xmpp-resilience", "callbridges")


@dataclass(frozen=True)
class Said:
    """What a run said, and its exit code."""

    code: int
    out: str
    err: str


@dataclass
class Way:
    """One of the two ways to the box: SSH, with its files, or the API."""

    name: str
    proxy: Proxy


@dataclass
class Run:
    """A lab that lives for one run and its repetition."""

    ground: Ground
    lab: Lab
    ways: dict[str, Way]

    def apply(self) -> Said:
        """Carry the playbook out, in this process."""
        out, err, folder = io.StringIO(), io.StringIO(), self.ground.folder
        words = ["apply", "-i", str(folder / "lab.yml"), str(folder / "job.yml"), "--yes"]
        given = {"HOME": str(folder), "CMSDEPLOY_STATE": str(folder / "state")}
        streams = (contextlib.redirect_stdout(out), contextlib.redirect_stderr(err))
        with environment(**given), streams[0], streams[1]:
            code = main(words)
        return Said(code, out.getvalue(), err.getvalue())

    def digest(self) -> tuple[str, int]:
        """The end state of the box, and how many secrets it has made."""
        with self.lab.lock:
            return digest(self.lab.world), self.lab.world.secrets.given

    def writes(self) -> list[str]:
        """What the box was told that changes it, in order."""
        return [entry.text for entry in self.lab.audit("cb1") if entry.is_write]


@dataclass
class Ground:
    """What all runs share: the site, its keys and certificates."""

    folder: Path
    description: SiteDescription
    totals: dict[tuple[str, Direction], int] = field(default_factory=dict)

    @contextmanager
    def run(self, toxics: Sequence[tuple[str, Toxic]] = ()) -> Iterator[Run]:
        """A new box out of the carton, behind proxies with ``toxics`` by way."""
        lab_folder = self.folder / ".cmsdeploy" / "lab"
        with RunningSite(self.description, self.folder / "lab.yml", lab_folder) as site:
            box = site.lab.boxes["cb1"]
            with (
                Proxy((box.address, box.ssh_port)) as ssh,
                Proxy((box.address, box.api_port)) as api,
            ):
                ways = {"ssh": Way("ssh", ssh), "api": Way("api", api)}
                for name, way in ways.items():
                    way.proxy.load([toxic for to, toxic in toxics if to == name])
                self._point_at(ssh.port, api.port)
                yield Run(self, site.lab, ways)

    def _point_at(self, ssh_port: int, api_port: int) -> None:
        path = self.folder / "lab.yml"
        comments, brace, body = path.read_text().partition("{")
        tree = json.loads(brace + body)
        words = tree["all"]["hosts"]["cb1"]
        words["ansible_host"], words["ansible_port"] = "127.0.0.1", ssh_port
        words["cms_webadmin"] |= {"host": "127.0.0.1", "port": api_port}
        path.write_text(comments + json.dumps(tree))


@contextmanager
def ground(folder: Path) -> Iterator[Ground]:
    """Make the site once."""
    make_site(folder)
    (folder / "inventories" / "one").mkdir()
    (folder / "inventories" / "one" / "hosts.yml").write_text(_HOSTS)
    for name in _PLAYBOOKS:
        path = folder / "playbooks" / f"{name}.yml"
        # One server is enough to cut a wire, and not enough for anybody to want.
        path.write_text(path.read_text().replace("allow: [", "allow: [undersized, "))
    parts = "".join(f"- import_playbook: playbooks/{name}.yml\n" for name in _PLAYBOOKS)
    (folder / "job.yml").write_text(parts)
    lab_folder = folder / ".cmsdeploy" / "lab"
    source = load([folder / "inventories" / "one"])
    made = LabSite(source, folder / "lab.yml", lab_folder)
    os.environ.pop("CMSDEPLOY_INVENTORY", None)
    yield Ground(folder, made.description())
