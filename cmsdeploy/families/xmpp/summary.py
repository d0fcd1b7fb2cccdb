"""The cluster in a few sentences, for people."""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.service_findings import service_lines
from cmsdeploy.model.secret import UNKNOWN

__all__ = ["summary_of"]


def summary_of(group: Group) -> Iterator[str]:
    """Leader, peers and call bridges, as the servers report them."""
    leaders = [host for host, state in group.states.items() if state.is_leader]
    named = sorted({state.leader for state in group.states.values() if state.leader})
    yield (
        f"cluster {group.cluster}: leader {', '.join(leaders) or 'none'}"
        f" ({', '.join(named) or 'no server names one'})"
    )
    for host, state in group.states.items():
        role = state.role or ("running" if state.enabled is True else "not running")
        names = [] if state.bridges is UNKNOWN else list(state.bridges)
        yield (
            f"  {host}: {role}, {len(set(state.peers))} peers"
            f" ({', '.join(sorted(state.peers)) or 'none'}), call bridges {', '.join(names)}"
        )
    yield from service_lines(group)
