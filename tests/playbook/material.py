"""An inventory, a playbook in a folder, and a family that wants whatever it is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cmsdeploy.errors import InputError
from cmsdeploy.families.contract import Site
from cmsdeploy.inventory import Inventory
from cmsdeploy.inventory import load as load_inventory
from cmsdeploy.playbook import Playbook, load

HOSTS = """\
all:
  vars:
    colour: red
    shared: {a: 1}
  children:
    xmpp_servers:
      hosts:
        cb1: {site: paris}
        cb2: {site: london, xmpp_cluster: other}
        cb3: {site: paris}
    callbridges:
      hosts:
        cb3:
        ex4: {colour: blue}
    empty:
"""


class Echo:
    """A family whose spec is its parameters; it refuses ``colour: green`` and wants files."""

    name = "echo"

    def spec(self, parameters: Mapping[str, Any], site: Site) -> Any:
        if parameters.get("colour") == "green":
            raise InputError("echo: colour cannot be 'green'", "choose another")
        if "file" in parameters:
            return site.local_file(parameters["file"], parameters.get("source"))
        return dict(parameters)


REGISTRY: Mapping[str, Any] = {"echo": Echo(), "other": Echo()}


def inventory_in(folder: Path, text: str = HOSTS, **extra: Any) -> Inventory:
    """``inventory/hosts.yml`` below ``folder``, loaded."""
    (folder / "inventory").mkdir(exist_ok=True)
    path = folder / "inventory" / "hosts.yml"
    path.write_text(text)
    return load_inventory([path], extra=extra)


def playbook_in(folder: Path, text: str, name: str = "play.yml") -> Playbook:
    """``playbooks/<name>`` below ``folder``, loaded."""
    return load(written(folder, text, name), registry=REGISTRY)


def written(folder: Path, text: str, name: str = "play.yml") -> Path:
    """``playbooks/<name>`` below ``folder``, only written."""
    (folder / "playbooks").mkdir(exist_ok=True)
    path = folder / "playbooks" / name
    path.write_text(text)
    return path
