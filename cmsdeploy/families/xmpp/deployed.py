"""A server of a cluster that is there, as the inventory says it is: for plans without a look.

``render`` prints from blank boxes; a task that changes a live cluster is printed from this.
"""

from __future__ import annotations

from dataclasses import replace

from cmsdeploy.families.secret_names import callbridge_secret
from cmsdeploy.families.xmpp.facts import Bridge, XmppState
from cmsdeploy.families.xmpp.seen import Seen
from cmsdeploy.families.xmpp.spec import Rebuild, XmppSpec
from cmsdeploy.model.secret import Secret

__all__ = ["deployed", "is_old", "to_be_rebuilt"]

_FEWEST = 3

_PORT = 5222


def deployed(spec: XmppSpec) -> XmppState:
    """A member, with every setting as wanted. Peers are listed by the names of the inventory, since
    one server does not know the addresses of the others; the first one leads."""
    servers = _old(spec)
    peers = tuple(f"{server}:{_PORT}" for server in servers)
    leader = spec.first if spec.first in servers else servers[0]
    bridges = {
        name: Bridge(spec.domain, callbridge_secret(spec.cluster, name)) for name in _known(spec)
    }
    return XmppState(
        enabled=True,
        clustered=True,
        domain=spec.domain,
        listen=frozenset(spec.listen),
        key=spec.key,
        certificate=spec.certificate,
        bundle=spec.bundle,
        trust=spec.trust,
        bridges=bridges,
        role="LEADER" if spec.host == leader else "FOLLOWER",
        peers=(*peers, *(f"{address}:{_PORT}" for address in spec.gone)),
        leader=f"{leader}:{_PORT}",
        addresses=frozenset({spec.host, spec.address}),
        seen=None if spec.look is None else Seen(presented=spec.leaf or "expected"),
    )


def to_be_rebuilt(spec: XmppSpec) -> XmppState:
    """A member that has to be taken down: it has no domain of which one could tell that it is
    another one, or it sees no leader. Its secrets have values, so that the plan keeps them; which
    ones, nobody knows without a look."""
    bridges = {
        name: Bridge(spec.domain, Secret(f"the secret of {name} as it is")) for name in _known(spec)
    }
    member = replace(deployed(spec), bridges=bridges)
    if spec.rebuild is Rebuild.ON_CHANGE:
        return replace(member, domain="")
    return replace(member, role="CANDIDATE", leader=None)


def is_old(spec: XmppSpec) -> bool:
    """Whether the server is taken for a member already."""
    return spec.host in _old(spec)


def _old(spec: XmppSpec) -> tuple[str, ...]:
    servers = spec.servers or (spec.host,)
    return servers[:_FEWEST] if spec.is_growing else servers


def _known(spec: XmppSpec) -> tuple[str, ...]:
    return (*spec.bridges, *spec.absent)
