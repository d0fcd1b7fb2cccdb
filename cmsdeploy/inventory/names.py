"""Names of hosts and groups: which may stand in an inventory."""

from __future__ import annotations

import re

from cmsdeploy.errors import InputError, printable
from cmsdeploy.inventory.tree import ALL, UNGROUPED

__all__ = ["check_group_name", "check_host_name", "split_port"]

_GROUP = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}|[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}")
_WITH_PORT = r"\[(.+)\]:([0-9]+)|((?:[^:\[\]]|\[[^\]]*\])+):([0-9]+)"
_ACTION = "use letters, digits, - _ and ."


# 65535; what is longer is never read as a number.
_LONGEST_PORT = 5


def check_group_name(name: str) -> None:
    """Raise :class:`InputError`, without a place, where no group can be called so."""
    if not _GROUP.fullmatch(name):
        raise InputError(f"{printable(name, 60)!r} cannot be the name of a group", _ACTION)


def check_host_name(name: str) -> None:
    """Raise :class:`InputError`, without a place, where no host can be called so."""
    if _HOST.fullmatch(name) and name not in {ALL, UNGROUPED}:
        return
    shown = printable(name, 60)
    if re.fullmatch(r"[^:]+:\d+", name):
        raise InputError(f"{shown!r} has a port in its name", "write ansible_port below it")
    raise InputError(f"{shown!r} cannot be the name of a host", _ACTION)


def split_port(pattern: str) -> tuple[str, int | None]:
    """``host:22`` and ``[2001:db8::1]:22`` as name and port; a range may stand in the name."""
    match = re.fullmatch(_WITH_PORT, pattern) if ":" in pattern else None
    if match is None:
        return pattern, None
    port = match[2] or match[4]
    if len(port) > _LONGEST_PORT:
        raise InputError(f"{printable(pattern, 60)!r} names no port", "write a number, 1 to 65535")
    return match[1] or match[3], int(port)
