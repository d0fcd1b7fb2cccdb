"""The toolkit inside a program of others: one request, one result, and nothing printed.

Law. This room knows how the others play together: inventory, playbook, look, plan, walk, last look.
It never prints, asks, reads a terminal or ends the process, and it knows no program by which it is
called: what such a program has (hosts and their variables as plain values) comes in as a request.
The collection for Ansible calls it, through :func:`fulfil`; ``cli`` does not.
"""

from cmsdeploy.embedding.arguments import OPTIONS, arguments_of
from cmsdeploy.embedding.fulfilling import fulfil
from cmsdeploy.embedding.hosts import chosen_hosts, variables_of
from cmsdeploy.embedding.request import Request, Result
from cmsdeploy.embedding.resources import RESOURCES, Resource

__all__ = [
    "OPTIONS",
    "RESOURCES",
    "Request",
    "Resource",
    "Result",
    "arguments_of",
    "chosen_hosts",
    "fulfil",
    "variables_of",
]
