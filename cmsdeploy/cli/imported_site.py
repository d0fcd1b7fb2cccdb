"""From what was found on boxes to an inventory, a playbook and a list of files; no secret in them.

Pure: texts from states. Everything that is odd stands beside what it is about, as a comment.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cmsdeploy.cli.found_boxes import FoundBox
from cmsdeploy.model.host import DEFAULT_CLUSTER
from cmsdeploy.model.secret import UNKNOWN, Secret

__all__ = ["ImportedSite", "imported"]

_FROM_ENVIRONMENT = "{{ lookup('env', 'CMSDEPLOY_PASSWORD') }}"


@dataclass(frozen=True)
class ImportedSite:
    """``files`` by path below the folder; ``odd`` are the sentences that stand in them too."""

    files: Mapping[str, str]
    odd: tuple[str, ...]


def imported(boxes: Sequence[FoundBox], playbook: str) -> ImportedSite:
    """The site of ``boxes``. ``playbook`` is the text that goes with every one."""
    clusters = _clusters(boxes)
    odd = {box.host.name: tuple(_odd(box, boxes, clusters)) for box in boxes}
    return ImportedSite(
        {
            "inventory.yml": "\n".join(_inventory(boxes, clusters, odd)) + "\n",
            "playbooks/imported.yml": playbook,
            "files/README.txt": "\n".join(_files(boxes)) + "\n",
        },
        tuple(f"{host}: {text}" for host, texts in odd.items() for text in texts),
    )


def _clusters(boxes: Sequence[FoundBox]) -> dict[str, str]:
    """The cluster of each box by the peers that it lists; a call bridge goes by its domain."""
    groups: list[list[FoundBox]] = []
    for box in (one for one in boxes if one.is_server):
        mine = next((g for g in groups if any(_are_peers(box, other) for other in g)), None)
        if mine is None:
            groups.append([box])
        else:
            mine.append(box)
    names = (
        [DEFAULT_CLUSTER] if len(groups) < 2 else [f"cluster-{n + 1}" for n in range(len(groups))]
    )
    found = {
        box.host.name: name for name, group in zip(names, groups, strict=False) for box in group
    }
    domains = {
        str(group[0].server.domain): name for name, group in zip(names, groups, strict=False)
    }
    for box in boxes:
        found.setdefault(box.host.name, domains.get(str(box.login.domain), names[0]))
    return found


def _are_peers(one: FoundBox, other: FoundBox) -> bool:
    shared = set(one.server.peers) & set(other.server.peers)
    return bool(shared) or (not (one.server.peers and other.server.peers) and _same(one, other))


def _same(one: FoundBox, other: FoundBox) -> bool:
    return one.server.domain == other.server.domain


def _inventory(
    boxes: Sequence[FoundBox], clusters: Mapping[str, str], odd: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    yield "# Written by `cmsdeploy import` from boxes as they were; look at every line that is odd."
    yield "# Passwords are not here: export CMSDEPLOY_PASSWORD=…, or put them into a vault."
    yield "all:"
    yield "  hosts:"
    firsts = _firsts(boxes, clusters)
    for box in boxes:
        yield f"    {_text(box.host.name)}:"
        yield from (f"      # odd: {text}" for text in odd[box.host.name])
        values = _values(box, clusters[box.host.name], firsts)
        yield from (f"      {name}: {_text(value)}" for name, value in values.items())
    yield "  children:"
    for group, chosen in (
        ("xmpp_servers", [box for box in boxes if box.is_server]),
        ("callbridges", [box for box in boxes if box.is_bridge]),
    ):
        yield f"    {group}:"
        yield "      hosts:" + ("" if chosen else " {}")
        yield from (f"        {_text(box.host.name)}: {{}}" for box in chosen)


def _firsts(boxes: Sequence[FoundBox], clusters: Mapping[str, str]) -> dict[str, str]:
    """Who founded a cluster no box shows: the first that is in one, else the first."""
    found: dict[str, str] = {}
    for box in sorted((b for b in boxes if b.is_server), key=lambda b: b.server.leader is None):
        found.setdefault(clusters[box.host.name], box.host.name)
    return found


def _values(box: FoundBox, cluster: str, firsts: Mapping[str, str]) -> dict[str, object]:
    found = _way_in(box)
    if cluster != DEFAULT_CLUSTER:
        found["xmpp_cluster"] = cluster
    if box.is_server:
        found["xmpp_cluster_first"] = firsts[cluster]
        found |= _server(box)
    return found | (_bridge(box) if box.is_bridge else {})


def _way_in(box: FoundBox) -> dict[str, object]:
    host = box.host
    found: dict[str, object] = {
        "ansible_host": host.address,
        "ansible_port": host.port,
        "ansible_user": host.login.user,
    }
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
        pinned = {"fingerprint": web.fingerprint, "ca_file": web.ca_file}
        found["cms_webadmin"] = {
            "host": web.host,
            "port": web.port,
            "user": web.user,
            **({} if web.password is None else {"password": _FROM_ENVIRONMENT}),
            **{name: value for name, value in pinned.items() if value},
        }
    return found


def _server(box: FoundBox) -> dict[str, object]:
    server = box.server
    roles = {"key": server.key, "cert": server.certificate, "bundle": server.bundle}
    trust = server.trust if _known(server.trust) and server.trust else server.certificate
    return {
        "xmpp_domain": server.domain,
        "xmpp_listen": ["a"] if server.listen is UNKNOWN else sorted(server.listen),
        "xmpp_address": box.address,
        "xmpp_seen_at": "none",
        "xmpp_certificate": {
            **{role: name for role, name in roles.items() if _known(name) and name},
            "trust": trust,
        },
    }


def _bridge(box: FoundBox) -> dict[str, object]:
    login = box.login
    address = login.server_address if _known(login.server_address) else ""
    return {
        "callbridge_name": login.name,
        **({"xmpp_server_address": address} if address else {}),
        **({} if box.is_server else {"xmpp_domain": login.domain}),
    }


def _known(value: object) -> bool:
    return value is not UNKNOWN


def _odd(box: FoundBox, boxes: Sequence[FoundBox], clusters: Mapping[str, str]) -> Iterator[str]:
    server = box.server
    if box.error is not None:
        yield f"it could not be read to the end: {box.error.cause.splitlines()[0]}"
    if not box.is_server and not box.is_bridge:
        yield "it has neither an XMPP server nor a login; it is in no group"
    if box.host.webadmin is None:
        yield "no Web Admin was asked, so whether its call bridge has a login is not known"
    if not box.is_server:
        return
    yield from _odd_server(box)
    yield from _odd_peers(box, boxes)
    names = {str(one.login.name) for one in boxes if one.is_bridge}
    more = [] if server.bridges is UNKNOWN else sorted(set(server.bridges) - names)
    if more:
        yield f"it knows call bridges that are on none of the boxes: {', '.join(more)}"
    own = clusters[box.host.name]
    others = [one for one in boxes if one.is_server and clusters[one.host.name] == own]
    yield from _odd_secrets(box, others)


def _odd_peers(box: FoundBox, boxes: Sequence[FoundBox]) -> Iterator[str]:
    server = box.server
    known = {address for one in boxes for address in (one.address, *one.server.addresses)}
    for peer in sorted(set(server.peers)):
        if peer.rpartition(":")[0] not in known:
            yield f"it lists {peer}, which none of the boxes has; import that one too"
        if server.peers.count(peer) > 1:
            yield f"it lists {peer} more than once (CSCvi67717): cmsdeploy doctor"


def _odd_server(box: FoundBox) -> Iterator[str]:
    server = box.server
    if server.enabled is not True:
        yield "its XMPP server is stopped, or does not say whether it runs"
    if server.clustered is not False and server.leader is None:
        yield "it is in a cluster and names no leader"
    if server.clustered is False:
        yield "it is in no cluster"
    if not _known(server.trust) or not server.trust:
        yield "its trust file is not shown; its certificate is written in its place"
    if not _known(server.listen):
        yield "its interfaces are not shown; `a` is a guess"


def _odd_secrets(box: FoundBox, others: Sequence[FoundBox]) -> Iterator[str]:
    own = _secrets(box)
    for name in sorted({name for one in others for name in _secrets(one)}):
        every = {one.host.name: _secrets(one).get(name) for one in others}
        if name not in own:
            yield f"it does not know call bridge {name}, which another server knows"
        elif any(value not in (None, own[name]) for value in every.values()):
            yield f"its secret of call bridge {name} is not that of every other server"


def _secrets(box: FoundBox) -> Mapping[str, Secret]:
    bridges = {} if box.server.bridges is UNKNOWN else box.server.bridges
    return {n: one.secret for n, one in bridges.items() if isinstance(one.secret, Secret)}


def _files(boxes: Sequence[FoundBox]) -> Iterator[str]:
    yield "The files that the boxes name. Put them here before playbooks/certificates.yml is run;"
    yield "keys were not fetched and stay where they are."
    wanted: dict[str, dict[str, None]] = {}
    for box in boxes:
        server = box.server
        for name in (server.key, server.certificate, server.bundle, server.trust):
            if isinstance(name, str) and name:
                wanted.setdefault(name, {})[box.host.name] = None
    for name, hosts in sorted(wanted.items()):
        yield f"{name:32}  on {', '.join(hosts)}"


def _text(value: object) -> str:
    # JSON is YAML: nothing that a box said can mean anything but itself.
    return json.dumps(value, ensure_ascii=True)
