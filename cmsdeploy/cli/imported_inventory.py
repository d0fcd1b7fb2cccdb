"""The inventory of an imported site, as a person would have written it.

What all hosts of a group have in common stands once, with the group; the rest with the host.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cmsdeploy.cli.found_boxes import FoundBox
from cmsdeploy.errors import printable
from cmsdeploy.model.cluster import DEFAULT_CLUSTER
from cmsdeploy.model.secret import UNKNOWN

__all__ = ["inventory_lines"]

_FROM_ENVIRONMENT = "{{ lookup('env', 'CMSDEPLOY_PASSWORD') }}"
# Of a call bridge that is no server they say nothing.
_OF_SERVERS = ("xmpp_c", "xmpp_domain", "xmpp_listen", "xmpp_seen_at")
_SERVERS, _BRIDGES = "xmpp_servers", "callbridges"
# Words that every reader of YAML takes for what they are; all others stand in quotes.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*|[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_NOT_PLAIN = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# Said beside a variable that a reader would ask about.
_REMARKS = {
    "xmpp_cluster_first": "who founded it no box shows; of a live cluster nothing is changed by it",
    "xmpp_seen_at": "until the certificates are in files/; then take the line out",
}
_INDENT = "  "

Values = dict[str, object]


@dataclass
class _Group:
    """A group of the inventory: its hosts, and what they have in common."""

    name: str
    hosts: tuple[str, ...]
    variables: Values = field(default_factory=dict)


def inventory_lines(
    boxes: Sequence[FoundBox], clusters: Mapping[str, str], odd: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """``odd`` are the sentences about each host; ``clusters`` names the cluster of each."""
    firsts = _firsts(boxes, clusters)
    listens = _listens(boxes, clusters)
    own = {box.host.name: _values(box, clusters[box.host.name], firsts) for box in boxes}
    for box in (one for one in boxes if one.is_server):
        own[box.host.name].setdefault("xmpp_listen", listens.get(clusters[box.host.name], ["a"]))
    _leave_out_domains(boxes, clusters, own)
    everybody = _Group("all", tuple(own))
    groups = [
        _Group(_SERVERS, tuple(box.host.name for box in boxes if box.is_server)),
        _Group(_BRIDGES, tuple(box.host.name for box in boxes if box.is_bridge)),
        *_cluster_groups(clusters),
    ]
    _share(everybody, own, ("ansible_", "cms_"))
    for group in groups:
        is_cluster = group.name not in (_SERVERS, _BRIDGES)
        _share(group, own, _OF_SERVERS if is_cluster else ("xmpp_",), may_lack=is_cluster)
    yield "# Written by `cmsdeploy import` from boxes as they were; look at every line that is odd."
    yield "# Passwords are not here: export CMSDEPLOY_PASSWORD=…, or put them into a vault."
    yield "# DNS is on no box: write xmpp_dns_servers where its records shall be looked after, too."
    yield "all:"
    yield from _variables(everybody.variables, _INDENT)
    yield from _hosts(own, odd)
    yield f"{_INDENT}children:"
    for group in groups:
        yield from _lines_of(group)


def _cluster_groups(clusters: Mapping[str, str]) -> Iterator[_Group]:
    """One for each cluster, where there are several."""
    for cluster in dict.fromkeys(clusters.values()):
        if cluster != DEFAULT_CLUSTER:
            members = tuple(host for host, own in clusters.items() if own == cluster)
            yield _Group(cluster.replace("-", "_"), members)


def _share(
    group: _Group, own: Mapping[str, Values], prefixes: tuple[str, ...], *, may_lack: bool = False
) -> None:
    """Move what the hosts of the group say in the same words to the group: every one of them, or
    two at least where some ``may_lack`` it."""
    names = dict.fromkeys(name for host in group.hosts for name in own[host])
    for name in (one for one in names if one.startswith(prefixes)):
        saying = [host for host in group.hosts if name in own[host]]
        is_enough = len(saying) > 1 and (may_lack or len(saying) == len(group.hosts))
        value = own[saying[0]][name]
        if is_enough and all(own[host][name] == value for host in saying):
            group.variables[name] = value
            for host in saying:
                del own[host][name]


def _leave_out_domains(
    boxes: Sequence[FoundBox], clusters: Mapping[str, str], own: Mapping[str, Values]
) -> None:
    """A call bridge has the domain of the servers of its cluster, unless another is written."""
    domains: dict[str, object] = {}
    for box in (one for one in boxes if one.is_server):
        domains.setdefault(clusters[box.host.name], box.server.domain)
    for box in (one for one in boxes if one.is_bridge and not one.is_server):
        name = box.host.name
        if own[name]["xmpp_domain"] == domains.get(clusters[name]):
            del own[name]["xmpp_domain"]


def _hosts(own: Mapping[str, Values], odd: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield f"{_INDENT}hosts:"
    for host, values in own.items():
        empty = "" if values else " {}"
        yield f"{_INDENT * 2}{_text(host)}:{empty}"
        yield from (f"{_INDENT * 3}# odd: {printable(text)}" for text in odd[host])
        yield from _pairs(values, _INDENT * 3)


def _lines_of(group: _Group) -> Iterator[str]:
    yield f"{_INDENT * 2}{_text(group.name)}:"
    yield f"{_INDENT * 3}hosts:" + ("" if group.hosts else " {}")
    yield from (f"{_INDENT * 4}{_text(host)}: {{}}" for host in group.hosts)
    yield from _variables(group.variables, _INDENT * 3)


def _variables(values: Values, indent: str) -> Iterator[str]:
    if values:
        yield f"{indent}vars:"
        yield from _pairs(values, indent + _INDENT)


def _pairs(values: Values, indent: str) -> Iterator[str]:
    for name, value in values.items():
        remark = f"  # {_REMARKS[name]}" if name in _REMARKS else ""
        yield f"{indent}{name}: {_text(value)}{remark}"


def _firsts(boxes: Sequence[FoundBox], clusters: Mapping[str, str]) -> dict[str, str]:
    """Who founded a cluster no box shows: the first that is in one, else the first."""
    found: dict[str, str] = {}
    for box in sorted((b for b in boxes if b.is_server), key=lambda b: b.server.leader is None):
        found.setdefault(clusters[box.host.name], box.host.name)
    return found


def _listens(boxes: Sequence[FoundBox], clusters: Mapping[str, str]) -> dict[str, object]:
    """Where the first server of each cluster listens that says so."""
    found: dict[str, object] = {}
    for box in boxes:
        if box.is_server and box.server.listen is not UNKNOWN and box.server.listen:
            found.setdefault(clusters[box.host.name], sorted(box.server.listen))
    return found


def _values(box: FoundBox, cluster: str, firsts: Mapping[str, str]) -> Values:
    found = _way_in(box)
    if cluster != DEFAULT_CLUSTER:
        found["xmpp_cluster"] = cluster
    if box.is_server:
        found["xmpp_cluster_first"] = firsts[cluster]
        found |= _server(box)
    return found | (_bridge(box) if box.is_bridge else {})


def _way_in(box: FoundBox) -> Values:
    host = box.host
    found: Values = {"ansible_host": host.address, "ansible_user": host.login.user}
    if host.port != 22:
        found["ansible_port"] = host.port
    if host.login.key_file:
        found["ansible_ssh_private_key_file"] = host.login.key_file
    else:
        found["ansible_password"] = _FROM_ENVIRONMENT
    if host.host_key:
        found["cms_host_key"] = host.host_key
    if host.is_shell_only:
        found["cms_session"] = "shell"
    if host.webadmin is not None:
        web = host.webadmin
        is_other_password = web.password is not None and web.password != host.login.password
        said = {
            "host": "" if web.host == host.address else web.host,
            "user": "" if web.user == host.login.user else web.user,
            "password": _FROM_ENVIRONMENT if is_other_password else "",
            "fingerprint": web.fingerprint,
            "ca_file": web.ca_file,
        }
        found["cms_webadmin"] = {
            "port": web.port,
            **{name: value for name, value in said.items() if value},
        }
    return found


def _server(box: FoundBox) -> Values:
    server = box.server
    roles = {"key": server.key, "cert": server.certificate, "bundle": server.bundle}
    trust = server.trust if _known(server.trust) and server.trust else server.certificate
    listen = [] if server.listen is UNKNOWN else sorted(server.listen)
    return {
        "xmpp_domain": server.domain,
        **({"xmpp_listen": listen} if listen else {}),
        **({} if box.address == box.host.address else {"xmpp_address": box.address}),
        "xmpp_seen_at": "none",
        "xmpp_certificate": {
            **{role: name for role, name in roles.items() if _known(name) and name},
            "trust": trust,
        },
    }


def _bridge(box: FoundBox) -> Values:
    login = box.login
    address = login.server_address if _known(login.server_address) else ""
    return {
        "callbridge_name": login.name,
        **({"xmpp_server_address": address} if address else {}),
        **({} if box.is_server else {"xmpp_domain": login.domain}),
    }


def _known(value: object) -> bool:
    return value is not UNKNOWN


def _text(value: object) -> str:
    """As YAML. Nothing that a box said can mean anything but itself: what is no plain word stands
    as JSON, and that is YAML."""
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and value.lower() not in _NOT_PLAIN
        return value if is_plain else json.dumps(value, ensure_ascii=True)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_text(one)}" for name, one in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_text(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=True)
