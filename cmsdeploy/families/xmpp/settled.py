"""Which secret counts for a call bridge, where the servers do not agree."""

from __future__ import annotations

from collections import Counter

from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.model.secret import UNKNOWN, Secret

__all__ = ["bridge_names", "holders_of", "is_open", "settled_secret"]


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
    leading = _leading(group, name)
    own = holders_of(group, name).get(group.first)
    if not leading:
        return None
    return own if own is not None and own in leading else leading[0]


def is_open(group: Group, name: str) -> bool:
    """Whether several secrets are as likely, so that what is settled on is a guess."""
    return len(_leading(group, name)) > 1


def _leading(group: Group, name: str) -> list[Secret]:
    """The secrets that most servers have; where it can be told, none that is another's."""
    holders = holders_of(group, name)
    if not holders:
        return []
    counted = Counter(holders.values())
    most = max(counted.values())
    leading = [secret for secret, times in counted.items() if times == most]
    others = {one for other in bridge_names(group) if other != name for one in _held(group, other)}
    return [secret for secret in leading if secret not in others] or leading


def _held(group: Group, name: str) -> frozenset[Secret]:
    return frozenset(holders_of(group, name).values())
