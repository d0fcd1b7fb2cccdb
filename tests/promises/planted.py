"""A site in which every kind of secret is a canary, and the command line inside this process."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cmsdeploy.cli import main
from cmsdeploy.cli.commands.init_command import make_site
from cmsdeploy.cli.lab_site import LabSite
from cmsdeploy.cli.running_lab import running_site
from cmsdeploy.inventory import load
from cmsdeploy.inventory.vault import sealed
from cmsdeploy.lab import Lab
from cmsdeploy.lab.dns.wire.lab_dns import LabDns
from cmsdeploy.lab.site import SiteDescription
from cmsdeploy.model.secret import Secret
from tests.promises.canary import AWKWARD, canary, of_files
from tests.transport.environment import environment
from tests.transport.sshd import make_key

__all__ = ["Planted", "Said", "planted"]

_PASSPHRASE = "CANARY_PASSPHRASE"


@dataclass(frozen=True)
class Said:
    """What one command said, and its exit code."""

    code: int
    out: str
    err: str


@dataclass
class Planted:
    """``folder`` is the site, ``state`` and ``passing`` what runs leave; ``secrets`` by kind."""

    folder: Path
    inventory: Path
    lab: Lab
    dns: LabDns
    planted: dict[str, str]
    vault_source: str = ""

    @property
    def playbook(self) -> str:
        return str(self.folder / "playbooks" / "site.yml")

    @property
    def secrets(self) -> dict[str, str]:
        """The canaries, with the secrets that the boxes have made by now."""
        with self.lab.lock:
            made = {
                f"bridge secret {value[:2]}…": value
                for box in self.lab.world.boxes.values()
                for value in box.xmpp.callbridges.values()
            }
        return {**self.planted, **made}

    def environment(self) -> dict[str, str]:
        """What the process sees."""
        return {
            "HOME": str(self.folder),
            "CMSDEPLOY_STATE": str(self.folder / "state"),
            "TMPDIR": str(self.folder / "passing"),
            _PASSPHRASE: self.planted["key passphrase"],
        }

    def words(self, *words: str) -> list[str]:
        """The words with the inventory and the vault password that they need."""
        is_saved = words[0] == "apply" and words[-1].endswith(".plan")
        source = self.vault_source or str(self.folder / "sources" / "vault-password")
        vault = ["--vault-password-file", source]
        named = [] if is_saved else ["-i", str(self.inventory)]
        own = 2 if words[0] in ("hosts", "dns") else 1
        return [*words[:own], *named, *vault, *words[own:]]

    def run(self, *words: str) -> Said:
        """Run the command line in this process; nothing of it may reach the outside."""
        out, err = io.StringIO(), io.StringIO()
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            with environment(**self.environment()), contextlib.redirect_stdout(out):
                tempfile.tempdir = None
                with contextlib.redirect_stderr(err):
                    code = main(self.words(*words))
        finally:
            os.chdir(before)
            tempfile.tempdir = None
        return Said(code, out.getvalue(), err.getvalue())

    def left_behind(self) -> dict[str, str]:
        """Every file below the site but those in which the secrets were given to us.

        The log of the boxes is among them: what is in it went out as a command line.
        """
        own = [self.folder / "sources", self.folder / "host_vars"]
        lab = self.folder / ".cmsdeploy" / "lab"
        files = [lab / "files", lab / "password", lab / "dns.key", lab / "dns.secret"]
        return of_files([self.folder], but=[*own, *files])

    def device_logs(self) -> dict[str, str]:
        """What the boxes wrote down themselves."""
        with self.lab.lock:
            return {f"syslog of {n}": b.syslog() for n, b in self.lab.world.boxes.items()}


class _PlantedLab(LabSite):
    """Boxes with a password each, and one that takes a key."""

    passwords: Mapping[str, str]
    public_key: str

    def description(self) -> SiteDescription:
        made = super().description()
        boxes = tuple(
            replace(
                box,
                password=self.passwords[box.name],
                authorized_keys=(self.public_key,) if box.name == "cb3" else (),
            )
            for box in made.boxes
        )
        return replace(made, boxes=boxes)


@contextlib.contextmanager
def planted(folder: Path, switches: Mapping[str, str] | None = None) -> Iterator[Planted]:
    """Make the site and run its lab."""
    make_site(folder)
    sources = folder / "sources"
    for name in ("sources", "host_vars", "passing"):
        (folder / name).mkdir(mode=0o700)
    secrets = {
        "ssh password": canary(),
        "awkward": f"{AWKWARD}{canary(8)}",
        "api password": canary(),
        "key passphrase": canary(),
        "vault password": canary(),
    }
    make_key(sources / "login", passphrase=secrets["key passphrase"])
    made = _PlantedLab(
        load([folder / "inventories" / "lab"]), folder / "lab.yml", folder / ".cmsdeploy" / "lab"
    )
    made.public_key = (sources / "login.pub").read_text().strip()
    made.passwords = {
        "cb1": secrets["ssh password"],
        "cb2": secrets["awkward"],
        "cb3": secrets["api password"],
    }
    with running_site(made, switches or {}, 0.0) as started:
        _write_sources(folder, secrets)
        _point_at_sources(made.out, sources)
        key = next((folder / ".cmsdeploy" / "lab" / "files").rglob("*.key")).read_text()
        secrets["update key"] = (made.folder / "dns.secret").read_text().strip()
        secrets |= {"private key": key, "login key": (sources / "login").read_text()}
        yield Planted(folder, made.out, started.lab, started.dns, secrets)


def _write_sources(folder: Path, secrets: Mapping[str, str]) -> None:
    variables = f"ansible_password: '{secrets['ssh password']}'\n"
    vault = sealed(variables.encode(), Secret(secrets["vault password"]))
    files = {
        "host_vars/cb1.yml": vault,
        "sources/vault-password": secrets["vault password"],
        "sources/awkward": secrets["awkward"],
        "sources/api": secrets["api password"],
    }
    for name, content in files.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(content)


def _point_at_sources(inventory: Path, sources: Path) -> None:
    comments, brace, body = inventory.read_text().partition("{")
    tree = json.loads(brace + body)
    hosts = tree["all"]["hosts"]
    del hosts["cb1"]["ansible_password"], hosts["cb3"]["ansible_password"]
    hosts["cb2"]["ansible_password"] = f"{{{{ lookup('file', '{sources}/awkward') }}}}"
    hosts["cb3"]["ansible_ssh_private_key_file"] = str(sources / "login")
    passphrase = f"{{{{ lookup('env', '{_PASSPHRASE}') }}}}"
    hosts["cb3"]["ansible_ssh_private_key_passphrase"] = passphrase
    hosts["cb3"]["cms_webadmin"]["password"] = f"{{{{ lookup('file', '{sources}/api') }}}}"
    inventory.write_text(comments + json.dumps(tree, indent=1))
