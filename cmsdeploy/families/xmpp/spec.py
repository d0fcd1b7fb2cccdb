"""What a task wants of one XMPP server."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from cmsdeploy.errors import InputError, printable
from cmsdeploy.families.contract import Site
from cmsdeploy.families.form import Form, Parameter
from cmsdeploy.families.local_certificates import local_certificates
from cmsdeploy.families.parameters import Parameters, certificate_names
from cmsdeploy.families.xmpp.port import UNSEEN, port_look
from cmsdeploy.model.action import Handshake

if TYPE_CHECKING:
    from cmsdeploy.model.pem_text import PemCertificate

__all__ = ["ABSENT", "PARAMETERS", "PRESENT", "Rebuild", "Recipe", "XmppSpec", "read_spec"]

_DOMAIN = re.compile(r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*")
_INTERFACE = re.compile(r"[A-Za-z0-9]{1,15}")
# "Names are arbitrary, unique, no domain part" (Cisco Live LTRCOL-2250); a word of the grammar as
# a name would be a trap for the next person.
_BRIDGE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,62}")
_RESERVED = frozenset({"all", "list", "none", "add", "del"})
STATES = PRESENT, ABSENT, PURGED = "present", "absent", "purged"
DEAD_ENTRIES = "refused", "removed"
CLUSTERS = ("any", "wanted", "growing")


class Recipe(Enum):
    """Which document's order: are call bridges added while the server runs, or is stopped?"""

    TAC_217319 = "tac-217319"
    TAC_213479 = "tac-213479"


class Rebuild(Enum):
    """When a cluster is taken down and founded anew: an outage, so never by itself."""

    NEVER = "never"
    ON_CHANGE = "on-change"
    BROKEN = "broken"
    ASKED = "asked"


PARAMETERS = (
    Parameter("domain", Form.TEXT, "The XMPP domain.", True, example="example.com"),
    Parameter("listen", Form.TEXTS, "The interfaces of the server.", True, example="a"),
    Parameter(
        "certificate",
        Form.FILES,
        "The names of the files on the box; key, cert and trust have to be there.",
        is_needed=True,
        example="key: xmpp.key\ncert: xmpp.cer\nbundle: chain.cer\ntrust: all-servers.cer",
    ),
    Parameter(
        "callbridges",
        Form.TEXTS,
        "The call bridges that the server has to know.",
        example="[cb1, cb2, cb3]",
    ),
    Parameter("callbridges_absent", Form.TEXTS, "Those that it must not know."),
    Parameter(
        "rotate",
        Form.TEXTS,
        "Call bridges of which the servers get a new secret; one at a time in a cluster.",
    ),
    Parameter(
        "state",
        Form.CHOICE,
        "absent: the server leaves the cluster, and is reset when no other lists it; purged: its"
        " domain and certificate are taken away as well.",
        options=STATES,
        default=PRESENT,
    ),
    Parameter(
        "peers_absent",
        Form.TEXTS,
        "IP addresses of dead servers that the others must not list; nothing is sent to them.",
        example="[10.0.0.3]",
    ),
    Parameter(
        "dead_entries",
        Form.CHOICE,
        "removed: a server that is listed and says it is in no cluster is taken off the list.",
        options=DEAD_ENTRIES,
        default="refused",
    ),
    Parameter(
        "cluster",
        Form.CHOICE,
        "wanted: there is a cluster with a leader already, and none is founded; growing: the same,"
        " and without a look (render) its first three servers are taken for members.",
        options=CLUSTERS,
        default="any",
    ),
    Parameter(
        "rebuild",
        Form.CHOICE,
        "Whether all servers may be stopped, reset, and founded anew. on-change: where most have"
        " another domain or other interfaces; broken: where no leader is seen or the list of peers"
        " is wrong; asked: there, and each time where the cluster is well.",
        options=tuple(one.value for one in Rebuild),
        default="never",
    ),
    Parameter("first", Form.TEXT, "The server that founds the cluster.", True, example="cb1"),
    Parameter("address", Form.TEXT, "What the others join.", True, example="10.0.0.1"),
    Parameter(
        "servers",
        Form.TEXTS,
        "All servers of the cluster; a play that leaves one out is refused.",
    ),
    Parameter(
        "seen_at",
        Form.TEXT,
        "ADDRESS:PORT where the certificate in service is looked at; none: it is not looked at.",
    ),
    Parameter(
        "recipe",
        Form.CHOICE,
        "Whose order of steps; else tac-217319.",
        options=tuple(one.value for one in Recipe),
        default="tac-217319",
    ),
)


@dataclass(frozen=True)
class XmppSpec:
    """``first`` is the inventory name of the server that founds the cluster; ``address`` is what
    the others join, when this server is the one to be joined; ``servers`` are the inventory names
    of all servers of the cluster, empty where the task does not say. ``look`` sees the certificate
    in service; where it is None, ``is_unseen`` tells that the task says so by name. ``leaf`` is the
    fingerprint of the wanted certificate and ``trusted`` what the wanted trust file holds, as far
    as the files are here. ``is_leaving`` wants the server out of the cluster, and ``gone`` are
    addresses of dead ones; ``rotated`` are call bridges that get a new secret."""

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
    look: Handshake | None = None
    is_unseen: bool = False
    leaf: str = ""
    trusted: tuple[PemCertificate, ...] = ()
    is_leaving: bool = False
    is_purged: bool = False
    gone: tuple[str, ...] = ()
    rotated: tuple[str, ...] = ()
    has_dead_removed: bool = False
    is_cluster_wanted: bool = False
    is_growing: bool = False
    rebuild: Rebuild = Rebuild.NEVER


def read_spec(given: Mapping[str, Any], site: Site) -> XmppSpec:
    """Check the parameters; raises ``InputError``."""
    parameters = Parameters("xmpp", given, PARAMETERS)
    names = certificate_names(parameters, site)
    if not names["trust"]:
        raise InputError(
            "the certificate has no 'trust'",
            "name the file with the certificates of all XMPP servers of the cluster",
        )
    bridges, absent = _bridges(parameters)
    listen = parameters.texts("listen")
    if not listen:
        raise InputError("xmpp needs 'listen'", "name the interface, for example: listen: a")
    for interface in listen:
        _check(interface, _INTERFACE, "an interface", "a letter, as in: xmpp listen a")
    domain = _check(parameters.text("domain"), _DOMAIN, "a domain", "a name like example.com")
    seen_at = parameters.text("seen_at", "")
    look = port_look(seen_at, domain)
    wanted = local_certificates(parameters, site) if look is not None else {}
    spec = XmppSpec(
        host=site.host,
        cluster=site.cluster,
        domain=domain,
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
        look=look,
        is_unseen=seen_at == UNSEEN,
        leaf=next((one.fingerprint for one in wanted.get("cert", ())), ""),
        trusted=wanted.get("trust", ()),
        rotated=_rotated(parameters, bridges),
    )
    return _with_members(spec, parameters)


def _with_members(spec: XmppSpec, parameters: Parameters) -> XmppSpec:
    """``spec`` with what is wanted of who is in the cluster."""
    state = parameters.choice("state", STATES, PRESENT)
    cluster = parameters.choice("cluster", CLUSTERS, "any")
    return replace(
        spec,
        is_leaving=state != PRESENT,
        is_purged=state == PURGED,
        gone=_gone(parameters),
        has_dead_removed=parameters.choice("dead_entries", DEAD_ENTRIES, "refused") == "removed",
        is_cluster_wanted=cluster != "any",
        is_growing=cluster == "growing",
        rebuild=Rebuild(parameters.choice("rebuild", [one.value for one in Rebuild], "never")),
    )


def _gone(parameters: Parameters) -> tuple[str, ...]:
    gone = parameters.texts("peers_absent")
    for address in gone:
        try:
            ipaddress.ip_address(address)
        except ValueError:
            raise InputError(
                f"{printable(address, 60)!r} in peers_absent is no IP address",
                "write the address as `xmpp cluster status` lists it, without the port",
            ) from None
    return gone


def _rotated(parameters: Parameters, bridges: tuple[str, ...]) -> tuple[str, ...]:
    rotated = parameters.texts("rotate")
    unknown = [name for name in rotated if name not in bridges]
    if unknown:
        raise InputError(
            f"{printable(unknown[0], 60)!r} is to get a new secret and is no call bridge here",
            f"name some of: {', '.join(bridges)}",
        )
    if len(rotated) > 1:
        raise InputError(
            "more than one call bridge would be without login at the same time",
            "name one in a task; its login is set and seen before the next",
        )
    return rotated


def _bridges(parameters: Parameters) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those that the server has to know, and those that it must not."""
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
    return bridges, absent


def _check(value: str, form: re.Pattern[str], what: str, rule: str) -> str:
    if not form.fullmatch(value):
        raise InputError(f"{printable(value, 60)!r} cannot be {what}", f"use {rule}")
    return value
