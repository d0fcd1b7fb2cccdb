"""The installed ansible-core in one helper process: a case in, a verdict out, a line of JSON each.

Run as ``python referee.py``; a process of its own for every case would take 0.7 s. Its internals
are asked by name and with their own types, so that nothing here needs to know them.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

__all__ = ["Case", "Referee", "Verdict", "need_followed_ansible", "running_referee"]

Case = dict[str, object]
Verdict = dict[str, object]


class Referee:
    """A conversation with the helper process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def judge(self, **case: object) -> Verdict:
        """What ansible-core makes of ``case``; ``error`` stands in it where it refuses."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the referee has no pipes")
        self._process.stdin.write(json.dumps(case) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the referee went away")
        verdict: Verdict = json.loads(line)
        return verdict


def need_followed_ansible() -> None:
    """Skip, and say so, where the installed ansible-core is older than the one that we follow.

    Templates give native types from 2.19 on. That release wants Python 3.11; with 3.10 an older
    one is installed, and what it says of values is not what we promise.
    """
    import importlib.metadata

    import pytest

    version = importlib.metadata.version("ansible-core")
    major, minor = (int(part) for part in version.split(".")[:2])
    if (major, minor) < (2, 19):
        pytest.skip(f"ansible-core {version} is older than 2.19, whose values we follow")


@contextlib.contextmanager
def running_referee() -> Iterator[Referee]:
    """The helper process, run where no configuration of a person is."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8"}
        environment |= {
            "ANSIBLE_LOCAL_TEMP": home,
            "ANSIBLE_DEPRECATION_WARNINGS": "0",
            "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
        }
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(Path(__file__).absolute())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
            cwd=home,
        )
        try:
            yield Referee(process)
        finally:
            process.kill()
            process.communicate()


def _module(name: str) -> ModuleType:
    return import_module(f"ansible.{name}")


class _Bench:
    """The other side: runs inside the helper process."""

    def __init__(self) -> None:
        self._loaders = _module("parsing.dataloader")
        self._managers = _module("inventory.manager")
        self._variables = _module("vars.manager")
        self._cli = _module("cli.inventory")
        self._context = _module("context")
        self._arguments = _module("module_utils.common.collections").ImmutableDict
        self._vault = _module("parsing.vault")
        _module("plugins.loader").init_plugin_loader()

    def judge(self, case: dict[str, str]) -> Verdict:
        kind = case.pop("kind")
        verdict: Verdict = getattr(self, f"_{kind}")(**case)
        return verdict

    def _inventory(
        self,
        sources: list[str],
        patterns: list[str],
        playbook_dir: str | None = None,
        values: bool = False,
    ) -> Verdict:
        options: dict[str, object] = {"basedir": playbook_dir, "pattern": "all", "args": ()}
        options |= dict.fromkeys(("export", "show_vars", "yaml", "toml", "graph"), False)
        vars(self._context)["CLIARGS"] = self._arguments({**options, "verbosity": 0})
        loader = self._loaders.DataLoader()
        if playbook_dir:
            loader.set_basedir(playbook_dir)
        inventory = self._managers.InventoryManager(loader=loader, sources=sources)
        manager = self._variables.VariableManager(loader=loader, inventory=inventory)
        cli = self._cli.InventoryCLI(["ansible-inventory", "--list"])
        cli.loader, cli.inventory, cli.vm = loader, inventory, manager
        listed = json.loads(cli.dump(cli.json_inventory(cli._get_group("all"))))
        listed["_meta"].pop("profile", None)
        graph = cli.inventory_graph()
        found = {one: self._matched(inventory, one) for one in patterns}
        verdict = {"list": listed, "graph": graph, "patterns": found}
        if values:
            verdict["values"] = {
                host.name: self._values(loader, manager, host) for host in inventory.get_hosts()
            }
        return verdict

    def _matched(self, inventory: object, pattern: str) -> list[str]:
        errors = _module("errors").AnsibleError
        try:
            return [host.name for host in inventory.list_hosts(pattern)]  # type: ignore[attr-defined]
        except errors:  # a subscript out of range
            return []

    def _values(self, loader: object, manager: object, host: object) -> dict[str, object]:
        known = manager.get_vars(host=host, include_hostvars=True)  # type: ignore[attr-defined]
        own = getattr(host, "vars", {})
        names = [*own, *(name for name in known if name.startswith("v_"))]
        templar = _module("template").Templar(loader=loader, variables=known)
        return {name: templar.template(known[name]) for name in names if name in known}

    def _template(self, text: str, variables: dict[str, object]) -> Verdict:
        templar = _module("template").Templar(
            loader=self._loaders.DataLoader(), variables=variables
        )
        trusted = _module("_internal._datatag._tags").TrustedAsTemplate().tag(text)
        value = templar.template(trusted)
        return {"value": json.loads(json.dumps(value)), "type": type(value).__name__}

    def _encrypt(self, text: str, password: str, label: str | None = None) -> Verdict:
        secret = self._vault.VaultSecret(password.encode())
        vault = self._vault.VaultLib([(label or "default", secret)])
        sealed = vault.encrypt(bytes.fromhex(text), secret, vault_id=label)
        return {"sealed": sealed.decode()}

    def _decrypt(self, sealed: str, password: str) -> Verdict:
        secret = self._vault.VaultSecret(password.encode())
        vault = self._vault.VaultLib([("any", secret)])
        return {"text": vault.decrypt(sealed.encode()).hex()}


def _serve() -> None:
    bench = _Bench()
    for line in sys.stdin:
        try:
            verdict = json.dumps(bench.judge(json.loads(line)), default=str)
        except Exception as error:
            verdict = json.dumps({"error": f"{type(error).__name__}: {error}"[:500]})
        sys.stdout.write(verdict + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
