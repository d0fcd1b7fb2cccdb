"""Where things lie outside a site: state (journals, locks), known hosts, and the examples."""

from __future__ import annotations

import os
from pathlib import Path

from cmsdeploy.errors import OptionError

__all__ = ["examples_folder", "known_hosts_files", "state_folder", "template_folders"]


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise OptionError(
            "there is no home folder (HOME is not set)", "set HOME or CMSDEPLOY_STATE"
        ) from None


def state_folder() -> Path:
    """``CMSDEPLOY_STATE``, else the user's state folder (XDG)."""
    given = os.environ.get("CMSDEPLOY_STATE")
    if given:
        return Path(given)
    base = os.environ.get("XDG_STATE_HOME")
    return Path(base) / "cmsdeploy" if base else _home() / ".local" / "state" / "cmsdeploy"


def known_hosts_files() -> tuple[Path, ...]:
    """The files that OpenSSH reads; the first is the one that ``hosts trust`` writes."""
    return (_home() / ".ssh" / "known_hosts", Path("/etc/ssh/ssh_known_hosts"))


def examples_folder() -> Path:
    """The inventories, playbooks and templates that ship with the package."""
    return Path(__file__).parent.parent / "examples"


def template_folders(playbook: Path | None = None) -> list[Path]:
    """Where a site may have templates of its own; they come before ours, file by file."""
    beside = [playbook.absolute().parent.parent / "templates"] if playbook else []
    return [*beside, Path("templates")]
