"""What takes the login of a call bridge back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cmsdeploy.families.callbridge.spec import CallbridgeSpec
from cmsdeploy.families.undoing import Row, found_in, reversible, with_old
from cmsdeploy.model.undo import Former, Undo, Undoing

__all__ = ["former", "undo"]

_BY_HAND = Undo(
    Undoing.COMPENSABLE,
    "a person set it: set it back in Web Admin > Configuration > General; no box shows what it was",
)
_SET_BACK = Undo(
    Undoing.COMPENSABLE, "the login is set as it was, with the secret that the servers have then"
)
_TABLE: tuple[Row, ...] = (
    ("login", reversible("the fields of the login are emptied, as they were")),
    ("login-gone", reversible("the login is set again, with the secret that the servers have")),
    ("login-seen", reversible("a look")),
    ("login-by-hand", _BY_HAND),
)


def undo(name: str, before: Mapping[str, object]) -> Undo:
    """What takes the rung ``name`` back on a box that had ``before``."""
    if name.partition("~")[0] == "login" and before.get("name"):
        return with_old(_SET_BACK, before.get("name"))
    return found_in(_TABLE, name)


def former(
    desired: Mapping[str, CallbridgeSpec],
    before: Mapping[str, Mapping[str, object]],
    _done: Mapping[str, frozenset[str]],
) -> Former[CallbridgeSpec]:
    """The logins that were; a box that does not show its login is left as it is."""
    wanted = {}
    for host, spec in desired.items():
        name, domain, address = (before[host].get(f) for f in ("name", "domain", "server_address"))
        if "unknown" in (name, domain, address):
            continue
        if not name:
            wanted[host] = replace(spec, is_leaving=True)
        else:
            wanted[host] = CallbridgeSpec(spec.cluster, str(name), str(domain), str(address or ""))
    return Former(wanted)
