"""What a task wants of one call bridge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmsdeploy.errors import InputError, printable
from cmsdeploy.families.contract import Site
from cmsdeploy.families.form import Form, Parameter
from cmsdeploy.families.parameters import Parameters

__all__ = ["PARAMETERS", "CallbridgeSpec", "read_spec"]

STATES = ("present", "absent")
PARAMETERS = (
    Parameter("name", Form.TEXT, "The unique name of the call bridge.", True, example="cb1"),
    Parameter("domain", Form.TEXT, "The XMPP domain.", True, example="example.com"),
    Parameter("server_address", Form.TEXT, "The XMPP server; blank or absent: follow DNS."),
    Parameter(
        "state",
        Form.CHOICE,
        "absent: the box has no XMPP login.",
        options=STATES,
        default=STATES[0],
    ),
)

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,62}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?")


@dataclass(frozen=True)
class CallbridgeSpec:
    """``server_address`` is empty where the call bridge follows DNS; ``is_leaving`` wants the box
    to have no login at all."""

    cluster: str
    name: str
    domain: str
    server_address: str
    is_leaving: bool = False


def read_spec(given: Mapping[str, Any], site: Site) -> CallbridgeSpec:
    """Check the parameters; raises ``InputError``."""
    parameters = Parameters("callbridge", given, PARAMETERS)
    name, domain = parameters.text("name"), parameters.text("domain")
    server = parameters.text("server_address", "")
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{printable(name, 60)!r} cannot be the name of a call bridge",
            "use letters, digits, - and _, up to 63, without a domain part",
        )
    for value, what in ((domain, "a domain"), (server, "a server address")):
        if value and not _HOST.fullmatch(value):
            raise InputError(f"{printable(value, 60)!r} cannot be {what}", "use a name or address")
    is_leaving = parameters.choice("state", STATES, STATES[0]) == STATES[1]
    return CallbridgeSpec(site.cluster, name, domain, server, is_leaving)
