"""ansible-playbook as a process of its own, with the collection built and installed as users do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.site import PROJECT, Site

__all__ = ["Ansible", "Run", "built", "installed", "program"]

COLLECTION = PROJECT / "collection"


def program(name: str) -> str:
    """The Ansible program of the environment that runs the tests."""
    return str(Path(sys.executable).parent / name)


def built(folder: Path) -> Path:
    """The archive that ``ansible-galaxy collection build`` makes."""
    words = [program("ansible-galaxy"), "collection", "build", str(COLLECTION)]
    done = subprocess.run(
        [*words, "--output-path", str(folder)],
        env=_environment(folder),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return next(folder.glob("cmsdeploy-mmp-*.tar.gz"))


def installed(folder: Path) -> Path:
    """The folder of collections with ours in it, from the archive and without a network."""
    archive = built(folder)
    collections = folder / "collections"
    words = ["collection", "install", str(archive), "--offline", "-p", str(collections)]
    done = galaxy(folder, *words)
    assert done.returncode == 0, done.stderr
    return collections


def galaxy(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """``ansible-galaxy`` with ``words``; it knows no server."""
    return subprocess.run(
        [program("ansible-galaxy"), *words],
        env=_environment(folder),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONPATH": str(PROJECT),
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "ansible-temporary"),
        "ANSIBLE_NOCOLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # what is verified must stay as it was installed
    }


_TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(.*?)\] \*", re.MULTILINE)
_ENDED = re.compile(r"^(ok|changed|fatal|skipping): \[(\S+)\](?:: \S+!)?(?: => (\{.*))?$")


@dataclass(frozen=True)
class Run:
    """What ansible-playbook said, with ``-v`` so that results stand in it as JSON."""

    code: int
    out: str
    errors: str

    @property
    def results(self) -> dict[str, dict[str, dict[str, object]]]:
        """The results by task and host."""
        found: dict[str, dict[str, dict[str, object]]] = {}
        task = ""
        for line in self.out.splitlines():
            begun, ended = _TASK.match(line), _ENDED.match(line)
            task = begun[1] if begun else task
            if ended and ended[3] and ended[3].endswith("}"):
                told = {"failed": ended[1] == "fatal" and "FAILED!" in line}
                found.setdefault(task, {})[ended[2]] = told | json.loads(ended[3])
        return found

    def changed(self) -> list[tuple[str, str]]:
        """The (task, host) that say they changed something."""
        return [
            (task, host)
            for task, hosts in self.results.items()
            for host, result in hosts.items()
            if result.get("changed")
        ]


@dataclass(frozen=True)
class Ansible:
    """Runs playbooks on the boxes of ``site`` from the very inventory that cmsdeploy has."""

    site: Site
    collections: Path

    def playbook(self, name: str, text: str | None = None) -> Path:
        """A playbook of the collection by name, or ``text``, in the site."""
        path = self.site.folder / "playbooks" / f"ansible-{name}"
        if text is None:
            shutil.copy(COLLECTION / "playbooks" / name, path)
        else:
            path.write_text(text, encoding="utf-8")
        return path

    def command(self, playbook: Path, *words: str) -> list[str]:
        inventory = str(self.site.inventory)
        return [program("ansible-playbook"), "-i", inventory, str(playbook), *words]

    def environment(self, **more: str) -> dict[str, str]:
        folder = self.site.folder
        shared = {**self.site.environment_of_process(), **_environment(folder)}
        return {**shared, "ANSIBLE_COLLECTIONS_PATH": str(self.collections), **more}

    def started(self, playbook: Path) -> subprocess.Popen[str]:
        """Start it in a session of its own; what it says comes by its output."""
        return subprocess.Popen(
            self.command(playbook),
            env=self.environment(),
            cwd=self.site.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, playbook: Path, *words: str, **more: str) -> Run:
        """Run it to its end."""
        done = subprocess.run(
            self.command(playbook, "-v", *words),
            env=self.environment(**more),
            cwd=self.site.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return Run(done.returncode, done.stdout, done.stderr)
