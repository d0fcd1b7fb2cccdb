"""Which secret counts for a call bridge, where the servers do not agree."""

from __future__ import annotations

from collections import Counter

from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.model.secret import UNKNOWN, Secret

__all__ = ["bridge_names", "holders_of", "settled_secret"]


def bridge_names(group: Group) -> tuple[str, ...]:
    """The call bridges that any server of the group has to know."""
    return tuple(dict.fromkeys(name for spec in group.specs.values() for name in spec.bridges))


def holders_of(group: Group, name: str) -> dict[str, Secret]:
    """The servers that list the call bridge, each with its secret."""
    return {
        host: bridge.secret
        for host, state in group.states.items()
        if state.bridges is not UNKNOWN
        and (bridge := state.bridges.get(name)) is not None
        and isinstance(bridge.secret, Secret)
    }


def settled_secret(group: Group, name: str) -> Secret | None:
    """The secret that counts: what most servers have; among equals, one that is no other call
    bridge's, then the first server's.

    In scenario 2 of TAC 213479 the first server is the one that is wrong, and what it has is the
    secret of another call bridge; so it is not simply the first that is believed.
    """
    holders = holders_of(group, name)
    if not holders:
        return None
    counted = Counter(holders.values())
    most = max(counted.values())
    leading = [secret for secret, times in counted.items() if times == most]
    others = {one for other in bridge_names(group) if other != name for one in _held(group, other)}
    leading = [secret for secret in leading if secret not in others] or leading
    own = holders.get(group.first)
    return own if own is not None and own in leading else leading[0]


def _held(group: Group, name: str) -> frozenset[Secret]:
    return frozenset(holders_of(group, name).values())
