"""Whose turn it is, and what of a host's variables concerns us.

A program of others runs a task once for each host. A cluster is worked on once: by the first of its
hosts for which the task runs, or, where the task runs once for all, with every other cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from cmsdeploy.inventory.words import ALIASES, WORDS

__all__ = ["chosen_hosts", "variables_of"]

# What other programs put beside the variables of people.
_MAGIC = frozenset(
    {"groups", "group_names", "hostvars", "omit", "vars", "environment", "role_names"}
)


def chosen_hosts(
    host: str,
    everybody: Sequence[str],
    running: Iterable[str],
    cluster_of: Callable[[str], str],
    *,
    is_once: bool,
) -> tuple[str, ...]:
    """The hosts of ``everybody`` that a task on ``host`` is for; none where it is another's turn.

    ``running`` are the hosts for which the task runs; with ``is_once`` it runs on ``host`` alone,
    for all of them.
    """
    clusters = {name: cluster_of(name) for name in everybody}
    active = [name for name in everybody if name in set(running)]
    if is_once:
        wanted = {clusters[name] for name in active}
        return tuple(name for name in everybody if clusters[name] in wanted)
    own = clusters.get(host)
    members = tuple(name for name in everybody if clusters[name] == own)
    first = next((name for name in active if clusters[name] == own), None)
    return members if host == first else ()


def variables_of(variables: Mapping[str, object], *, are_all_wanted: bool) -> dict[str, object]:
    """Of the variables of one host: the words of the inventory, or ``are_all_wanted`` by a playbook
    of the site. Older names of Ansible's own words count where the newer one is silent."""
    found: dict[str, object] = {}
    for name in variables:
        if name in WORDS or (are_all_wanted and _is_of_people(name)):
            found[name] = variables[name]
    for old, new in ALIASES.items():
        if old in variables and new not in found:
            found[new] = variables[old]
    return found


def _is_of_people(name: str) -> bool:
    is_theirs = name.startswith(("ansible_", "inventory_", "playbook_", "_"))
    return not is_theirs and name not in _MAGIC
