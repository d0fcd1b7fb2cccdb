"""Writes the documentation-only modules of the collection from the library's own tables.

python docs/make_collection.py            write collection/plugins/{modules,doc_fragments}
python docs/make_collection.py --check    exit code 1 where a file is not as it would be written
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from cmsdeploy.embedding import OPTIONS, RESOURCES, Resource, arguments_of

__all__ = ["modules"]

PLUGINS = Path(__file__).parent.parent / "collection" / "plugins"
_HEAD = """\
#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt)
# Written by `python docs/make_collection.py` from the tables of cmsdeploy: do not edit.
# There is no code here: the action plug-in `cluster` does the work on the controller.

from __future__ import annotations
"""
_WHOLE = (
    "Works on whole clusters. Where the task runs for several hosts of a cluster, the first one of"
    " them does the work; with C(run_once) all clusters of the play are worked on side by side."
)
_BOX = "Works on the box of the host that the task runs for."
_NOTES = (
    "Runs on the controller, which needs the Python library C(cmsdeploy); nothing is copied to a"
    " box.",
    "What a task leaves out comes from the words of the inventory, as with C(cmsdeploy apply).",
    "The play needs C(gather_facts: false).",
)
_RETURNS: Mapping[str, tuple[str, str, str]] = {
    "commands": ("dict", "always", "The commands that were planned, by host, in order."),
    "summary": ("list", "always", "How the cluster stands, one sentence each."),
    "errors": ("list", "on failure", "Everything that went wrong, with the next action."),
    "rc": ("int", "on failure", "The exit code that C(cmsdeploy apply) would have given."),
    "journal": ("str", "when something was changed", "The journal of the run, on the controller."),
}
_EXAMPLES = {
    "cluster": """\
- name: XMPP resiliency
  hosts: xmpp_servers:callbridges
  gather_facts: false
  tasks:
    - name: Every cluster is as the inventory says
      cmsdeploy.mmp.cluster:
      register: deployed
""",
    "mmp_command": """\
- name: The box has a time server
  cmsdeploy.mmp.mmp_command:
    read: ntp server list
    shows: 10.0.0.123
    command: ntp server add 10.0.0.123
    risk: safe
""",
    "pki": """\
- name: Key and certificates are on the box
  cmsdeploy.mmp.pki:
    certificate: {key: xmpp.key, cert: xmpp.cer, bundle: chain.cer, trust: all-servers.cer}
""",
}
_EXAMPLE = """\
- name: {meaning}
  cmsdeploy.mmp.{name}:
"""


def modules() -> dict[str, str]:
    """The text of every file that documents, by its path below the plug-ins."""
    found = {f"modules/{name}.py": _module(resource) for name, resource in RESOURCES.items()}
    return {"doc_fragments/resource.py": _fragment(), **found}


def _fragment() -> str:
    """What all resources share, once, as Ansible has it for that."""
    shared = {
        "options": {name: _option(one) for name, one in sorted(OPTIONS.items())},
        "notes": list(_NOTES),
    }
    text = _yaml(shared)
    head = _HEAD.partition("\n")[2].replace("There is no code here: the", "The")
    return (
        f'{head}\n\nclass ModuleDocFragment:\n    """What every resource knows."""\n\n'
        f'    DOCUMENTATION = r"""\n---\n{text}"""\n'
    )


def _module(resource: Resource) -> str:
    documentation = {
        "module": resource.name,
        "short_description": _sentence(resource.meaning).rstrip("."),
        "version_added": "0.1.0",
        "description": [resource.meaning, _WHOLE if resource.is_whole else _BOX],
        "author": ["The cmsdeploy founders (@cmsdeploy)"],
        "options": {
            name: _option(one)
            for name, one in sorted(arguments_of(resource).items())
            if name not in OPTIONS
        },
        "attributes": _attributes(resource),
        "extends_documentation_fragment": ["cmsdeploy.mmp.resource"],
    }
    if not documentation["options"]:
        del documentation["options"]
    example = _EXAMPLES.get(resource.name) or _EXAMPLE.format(
        meaning=_sentence(resource.meaning).rstrip("."), name=resource.name
    )
    parts = {
        "DOCUMENTATION": _yaml(documentation),
        "EXAMPLES": example,
        "RETURN": _yaml(dict(_returns(resource))),
    }
    blocks = [f'{name} = r"""\n---\n{text}"""\n' for name, text in parts.items()]
    return "\n".join([_HEAD, *blocks])


def _sentence(text: str) -> str:
    first = text.partition(":")[0].partition(";")[0]
    return textwrap.shorten(first, 100, placeholder=" …")


def _option(argument: Mapping[str, Any]) -> dict[str, Any]:
    option = {"description": [argument["description"]], "type": argument["type"]}
    for name in ("elements", "choices", "default"):
        if name in argument:
            option[name] = argument[name]
    if argument.get("required"):
        option["required"] = True
    return option


def _attributes(resource: Resource) -> dict[str, Any]:
    return {
        "check_mode": {
            "support": "full",
            "description": "Boxes are looked at, and the plan is shown; nothing is changed.",
        },
        "diff_mode": {
            "support": "none" if resource.is_only_read else "full",
            "description": "Shows before and after of each object, and the commands by box.",
        },
    }


def _returns(resource: Resource) -> Iterator[tuple[str, dict[str, object]]]:
    for name, (kind, when, meaning) in _RETURNS.items():
        if not (resource.is_only_read and name == "journal"):
            entry: dict[str, object] = {"description": meaning, "returned": when, "type": kind}
            yield name, entry | ({"elements": "str"} if kind == "list" else {})


def _yaml(data: Mapping[str, Any]) -> str:
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=88)


def main() -> int:
    """Write, or compare."""
    is_check = "--check" in sys.argv[1:]
    stale = [
        name
        for name, text in modules().items()
        if not (PLUGINS / name).exists() or (PLUGINS / name).read_text(encoding="utf-8") != text
    ]
    for name in stale:
        sys.stdout.write(f"{'stale' if is_check else 'written'}: {name}\n")
        if not is_check:
            (PLUGINS / name).parent.mkdir(parents=True, exist_ok=True)
            (PLUGINS / name).write_text(modules()[name], encoding="utf-8")
    return 1 if is_check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
