"""Hosts with words of ours that no play of ours reaches, most often by a slip in their name.

`par-4: {xmpp_state: absent}` beside PAR-4 is a host of its own to Ansible, in silence.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from cmsdeploy.errors import InputError, printable
from cmsdeploy.inventory.computed import BRIDGES, SERVERS
from cmsdeploy.inventory.layers import Layers
from cmsdeploy.inventory.node import Node
from cmsdeploy.inventory.tree import UNGROUPED, Tree
from cmsdeploy.inventory.words import OURS

__all__ = ["outside_warnings"]

# Each of these is looked for among all names; the rest is one line, or a fleet would be two screens
# of the same.
_MOST = 10
# One letter too few, too many or another in a name of five is 0.8 and more.
_SLIP = 0.8


def outside_warnings(tree: Tree, layers: Layers) -> Iterator[InputError]:
    """A warning for each host in no group that has words of ours, with the place of the first.

    Hosts of other groups are somebody's on purpose. Where nobody is in a group of ours there is
    nothing to be left out of: such an inventory is for ``exec`` and ``backup``.
    """
    reached = [host for group in (SERVERS, BRIDGES) for host in _hosts(tree, group)]
    if not reached:
        return
    found = [
        (host, name, node)
        for host in tree.hosts_in(UNGROUPED)
        for name, node in _first_word(layers, host)
    ]
    for host, name, node in found[:_MOST]:
        near = _near(host, reached)
        meant = f"did you mean {printable(near, 60)}? else " if near else ""
        yield (node.key or node).problem(
            f"{printable(host, 60)} has {name} and is in no group: no play for {SERVERS} or"
            f" {BRIDGES} reaches it",
            f"{meant}put it into one of the two, or take the word out",
        )
    if len(found) > _MOST:
        host, _, node = found[_MOST]
        yield (node.key or node).problem(
            f"so it is with {len(found) - _MOST} more, {printable(host, 60)} the first of them",
            f"put them into {SERVERS} or {BRIDGES}",
        )


def _hosts(tree: Tree, group: str) -> Sequence[str]:
    return tree.hosts_in(group) if group in tree.groups else ()


def _first_word(layers: Layers, host: str) -> Iterator[tuple[str, Node]]:
    for name, node in layers.written_for(host):
        if name.startswith(OURS):
            yield name, node
            return


def _near(host: str, known: Sequence[str]) -> str | None:
    """The name that differs by case or by one letter. Other digits are another box: cb2 is no slip
    of cb7."""
    wanted, digits = host.lower(), _digits(host)
    alike = {
        name.lower(): name
        for name in known
        if abs(len(name) - len(host)) <= 1 and _digits(name) == digits
    }
    near = difflib.get_close_matches(wanted, alike, n=1, cutoff=_SLIP)
    return alike[near[0]] if near else None


def _digits(name: str) -> str:
    return "".join(letter for letter in name if letter.isdigit())
