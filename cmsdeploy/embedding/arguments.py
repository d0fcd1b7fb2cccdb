"""What a task may say to a resource, as data that other programs check arguments by.

The form is the one that Ansible's argument specs have (``type``, ``elements``, ``choices``,
``required``, ``no_log``), because it is the most common one; nothing of Ansible is needed for it.
"""

from __future__ import annotations

from cmsdeploy.embedding.resources import Resource
from cmsdeploy.families.form import Form, Parameter
from cmsdeploy.playbook.play_parts import EXCEPTIONS, RISKS

__all__ = ["OPTIONS", "arguments_of"]

_TYPES: dict[Form, dict[str, object]] = {
    Form.TEXT: {"type": "str"},
    Form.TEXTS: {"type": "list", "elements": "str"},
    Form.CHOICE: {"type": "str"},
    Form.FILES: {"type": "dict"},
    Form.NUMBER: {"type": "int"},
    Form.REQUEST: {"type": "dict"},
    Form.FLAG: {"type": "bool"},
    Form.DATA: {"type": "raw"},
}
_SECRET_PARTS = frozenset({"key"})

# What every resource knows beside the parameters of its family.
OPTIONS: dict[str, dict[str, object]] = {
    "members": {
        "type": "list",
        "elements": "str",
        "description": "The hosts of the cluster, servers and call bridges. Else every host of the"
        " inventory is asked which cluster it is in, which takes long where there are hundreds.",
    },
    "forks": {
        "type": "int",
        "default": 20,
        "description": "Boxes of one cluster that are worked on side by side.",
    },
}
_ALLOW: dict[str, object] = {
    "type": "list",
    "elements": "str",
    "choices": [*RISKS, *EXCEPTIONS],
    "description": "What may be done beyond what the playbook behind this resource allows.",
}
_PLAYBOOK: dict[str, object] = {
    "type": "path",
    "description": "A playbook of cmsdeploy in the place of the one that ships; every plain"
    " variable of the hosts can be named in it.",
}


def arguments_of(resource: Resource) -> dict[str, dict[str, object]]:
    """The arguments of ``resource`` by name, each with its ``description``."""
    found: dict[str, dict[str, object]] = {
        parameter.name: _argument(resource, parameter) for parameter in resource.arguments
    }
    found.update(OPTIONS)
    if not resource.is_only_read:
        found["allow"] = _ALLOW
    if resource.is_whole and not resource.family:
        found["playbook"] = _PLAYBOOK
    return found


def _argument(resource: Resource, parameter: Parameter) -> dict[str, object]:
    argument: dict[str, object] = {**_TYPES[parameter.form], "description": parameter.meaning}
    if parameter.options:
        argument["choices"] = list(parameter.options)
    # Where a playbook stands behind the resource, the words of the inventory are the default.
    argument["required"] = parameter.is_needed and not resource.playbook
    if resource.family == resource.name and parameter.name in _SECRET_PARTS:
        argument["no_log"] = True
    return argument
