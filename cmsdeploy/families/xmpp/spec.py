"""What a task wants of one XMPP server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cmsdeploy.errors import InputError, printable
from cmsdeploy.families.contract import Site
from cmsdeploy.families.form import Form, Parameter
from cmsdeploy.families.parameters import Parameters, certificate_names

__all__ = ["PARAMETERS", "Recipe", "XmppSpec", "read_spec"]

_DOMAIN = re.compile(r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*")
_INTERFACE = re.compile(r"[A-Za-z0-9]{1,15}")
# "Names are arbitrary, unique, no domain part" (Cisco Live LTRCOL-2250); a word of the grammar as
# a name would be a trap for the next person.
_BRIDGE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,62}")
_RESERVED = frozenset({"all", "list", "none", "add", "del"})


class Recipe(Enum):
    """Which document's order: are call bridges added while the server runs, or is stopped?"""

    TAC_217319 = "tac-217319"
    TAC_213479 = "tac-213479"


PARAMETERS = (
    Parameter("domain", Form.TEXT, "The XMPP domain.", is_needed=True),
    Parameter("listen", Form.TEXTS, "The interfaces of the server.", is_needed=True),
    Parameter(
        "certificate",
        Form.FILES,
        "The names of the files on the box; key, cert and trust have to be there.",
        is_needed=True,
    ),
    Parameter("callbridges", Form.TEXTS, "The call bridges that the server has to know."),
    Parameter("callbridges_absent", Form.TEXTS, "Those that it must not know."),
    Parameter("first", Form.TEXT, "The server that founds the cluster.", is_needed=True),
    Parameter("address", Form.TEXT, "What the others join.", is_needed=True),
    Parameter(
        "servers",
        Form.TEXTS,
        "All servers of the cluster; a play that leaves one out is refused.",
    ),
    Parameter(
        "recipe",
        Form.CHOICE,
        "Whose order of steps; else tac-217319.",
        options=tuple(one.value for one in Recipe),
    ),
)


@dataclass(frozen=True)
class XmppSpec:
    """``first`` is the inventory name of the server that founds the cluster; ``address`` is what
    the others join, when this server is the one to be joined; ``servers`` are the inventory names
    of all servers of the cluster, empty where the task does not say."""

    host: str
    cluster: str
    domain: str
    listen: tuple[str, ...]
    key: str
    certificate: str
    bundle: str
    trust: str
    bridges: tuple[str, ...]
    absent: tuple[str, ...]
    first: str
    address: str
    recipe: Recipe
    servers: tuple[str, ...] = ()


def read_spec(given: Mapping[str, Any], site: Site) -> XmppSpec:
    """Check the parameters; raises ``InputError``."""
    parameters = Parameters("xmpp", given, PARAMETERS)
    names = certificate_names(parameters)
    if not names["trust"]:
        raise InputError(
            "the certificate has no 'trust'",
            "name the file with the certificates of all XMPP servers of the cluster",
        )
    bridges = parameters.texts("callbridges")
    absent = parameters.texts("callbridges_absent")
    for name in (*bridges, *absent):
        _check(name, _BRIDGE, "the name of a call bridge", "letters, digits, - and _, up to 63")
        if name in _RESERVED:
            raise InputError(
                f"{name!r} is a word of the xmpp commands", "name the bridge otherwise"
            )
        if name in bridges and name in absent:
            raise InputError(
                f"call bridge {name} is both wanted and not wanted", "leave it in one list"
            )
    listen = parameters.texts("listen")
    if not listen:
        raise InputError("xmpp needs 'listen'", "name the interface, for example: listen: a")
    for interface in listen:
        _check(interface, _INTERFACE, "an interface", "a letter, as in: xmpp listen a")
    return XmppSpec(
        host=site.host,
        cluster=site.cluster,
        domain=_check(parameters.text("domain"), _DOMAIN, "a domain", "a name like example.com"),
        listen=listen,
        key=names["key"],
        certificate=names["cert"],
        bundle=names["bundle"],
        trust=names["trust"],
        bridges=bridges,
        absent=absent,
        first=parameters.text("first"),
        address=parameters.text("address"),
        recipe=Recipe(parameters.choice("recipe", [one.value for one in Recipe], "tac-217319")),
        servers=parameters.texts("servers"),
    )


def _check(value: str, form: re.Pattern[str], what: str, rule: str) -> str:
    if not form.fullmatch(value):
        raise InputError(f"{printable(value, 60)!r} cannot be {what}", f"use {rule}")
    return value
