"""What people wrote about hosts.

Law. This room knows YAML, paths, line numbers and the environment: groups, variables, patterns,
and the table of words that concern us. It must never know a device command, a plan or a
connection, and it opens no socket. ``cli`` loads an inventory, ``playbook`` asks it for hosts and
variables, ``executor`` is given the :class:`~cmsdeploy.model.host.Host` that it makes. ``yaml`` is
imported by ``document.py`` alone.
"""

from __future__ import annotations

from cmsdeploy.inventory.inventory import Inventory, load
from cmsdeploy.inventory.keyring import Keyring
from cmsdeploy.inventory.listing import as_graph, as_host, as_list

__all__ = [
    "Inventory",
    "Keyring",
    "as_graph",
    "as_host",
    "as_list",
    "load",
]
