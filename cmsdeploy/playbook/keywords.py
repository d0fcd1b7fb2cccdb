"""The keywords of plays and tasks: those that we have, and for each other one what to use instead.

Words borrowed from Ansible keep Ansible's meaning; a keyword that we do not have is refused by
name, because a playbook that is half understood deploys half.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

__all__ = ["ACTIONS", "IMPORT", "PLAY", "TASK", "advice"]

PLAY = [
    "name",
    "hosts",
    "vars",
    "tasks",
    "tags",
    "when",
    "serial",
    "allow",
    "check_mode",
    "gather_facts",
]  # of one play
TASK = ["name", "vars", "when", "tags", "check_mode"]
IMPORT = ["import_playbook", "name", "tags", "when", "vars"]
ACTIONS = ("assert", "debug")

_PROVES = "families wait, read back and prove by themselves; take it out"
_NO_CODE = "not supported yet: write the tasks into the play, or into a playbook that you import"
_LOGIN = "appliances know one login: use ansible_user and its kind in the inventory"
_ORDER = "the plan decides what runs side by side; use serial: for batches"

_ANSIBLE: Mapping[str, str] = {
    **dict.fromkeys(
        [
            "register",
            "until",
            "retries",
            "delay",
            "changed_when",
            "failed_when",
            "ignore_errors",
            "ignore_unreachable",
            "notify",
            "listen",
            "handlers",
            "force_handlers",
            "rescue",
            "always",
            "any_errors_fatal",
            "max_fail_percentage",
            "async",
            "poll",
        ],
        _PROVES,
    ),
    **dict.fromkeys(
        [
            "roles",
            "pre_tasks",
            "post_tasks",
            "block",
            "include_tasks",
            "import_tasks",
            "include_role",
            "import_role",
            "include",
            "collections",
            "module_defaults",
            "vars_files",
        ],
        _NO_CODE,
    ),
    **dict.fromkeys(
        [
            "become",
            "become_user",
            "become_method",
            "become_flags",
            "become_exe",
            "connection",
            "remote_user",
            "port",
            "environment",
        ],
        _LOGIN,
    ),
    **dict.fromkeys(["strategy", "throttle", "order", "run_once", "fact_path"], _ORDER),
    **dict.fromkeys(
        ["loop", "loop_control", "with_items", "with_dict", "with_list", "with_sequence"],
        "not supported yet: give the family a list, as in callbridges: [cb1, cb2]",
    ),
    **dict.fromkeys(
        ["delegate_to", "delegate_facts", "local_action"],
        "a task belongs to its host: write a play for the other host",
    ),
    **dict.fromkeys(
        ["command", "shell", "raw", "script", "expect", "cli_command", "ios_command"],
        "use mmp: {command: …, read: …, shows: …}, which says when it is not needed",
    ),
    **dict.fromkeys(["copy", "template", "fetch"], "use pki: {certificate: …} for files on a box"),
    **dict.fromkeys(["set_fact", "include_vars"], "not supported yet: use vars: or the inventory"),
    **dict.fromkeys(["fail", "meta"], "use assert: {that: […], fail_msg: …}"),
    **dict.fromkeys(["pause", "wait_for"], "families wait for what they need; take it out"),
    **dict.fromkeys(["action", "args"], "write the name of the family: xmpp: {…}"),
    **dict.fromkeys(["gather_subset", "gather_timeout", "setup"], "appliances have no facts"),
    "vars_prompt": "use -e name=value, or -k for the password",
    "no_log": "secrets are never shown; take it out",
    "diff": "use -D on the command line",
    "debugger": "use --check, and -v",
    "timeout": "every wait has a deadline of its own; take it out",
    "validate_argspec": "families check their parameters; take it out",
}


def advice(word: str, known: Iterable[str]) -> tuple[str, str]:
    """The cause and the next action for a keyword that is none of ``known``."""
    plain = word.removeprefix("ansible.builtin.").removeprefix("ansible.legacy.")
    if plain in _ANSIBLE:
        return f"the keyword {plain} of Ansible is not supported", _ANSIBLE[plain]
    if plain.startswith("with_"):
        return f"the keyword {plain} of Ansible is not supported", _ANSIBLE["loop"]
    names = list(known)
    near = difflib.get_close_matches(plain, names, n=1)
    action = f"did you mean {near[0]}?" if near else f"use one of: {', '.join(sorted(names))}"
    return f"there is no keyword or family {plain!r}", action
