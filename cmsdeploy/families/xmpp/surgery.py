"""Entries that have to go off the list of peers: who takes them off, and what the rung is called.

Told by findings as well, which operate on nobody.
"""

from __future__ import annotations

from cmsdeploy.families.xmpp.group import Group

__all__ = ["peer_gone", "peer_once", "surgeon"]


def peer_once(address: str) -> str:
    """The name of the rung that takes a second entry of ``address`` off the list."""
    return f"peer-{address}-once"


def peer_gone(address: str) -> str:
    """The name of the rung that takes the dead entry of ``address`` off the list."""
    return f"peer-{address}-gone"


def surgeon(group: Group, address: str) -> str:
    """Who takes an entry of ``address`` off the list: a follower that it does not belong to, else
    the leader; "" where nobody can."""
    others = [
        host
        for host in group.running
        if host not in group.strays and not group.has_address(host, address)
    ]
    followers = [host for host in others if not group.states[host].is_leader]
    return next(iter([*followers, *others]), "")
