"""The words of Ansible that we do not take, and for each what to use instead.

They are refused by name, because a playbook that is half understood deploys half. What depends on
the outcome of a step is here: a plan is known before it is carried out.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from cmsdeploy.playbook.keywords import PLACES

__all__ = ["REFUSED", "advice", "nearest"]

_PROVES = "families wait, read back and prove by themselves; take it out"
_HANDLERS = "nothing is notified: the family that needs a restart does it; take it out"
_RESCUE = "what failed is looked at anew by the next apply, which goes on from there; take it out"
_ROLES = "write the tasks into a file and use import_tasks"
_STATIC = "use import_tasks: FILE, which is read before anything runs"
_LOGIN = "appliances know one login: use ansible_user and its kind in the inventory"
_ORDER = "the plan decides what runs side by side; use serial: for batches"
_LOOP = "use loop: with a list"
_ELSEWHERE = "a task belongs to its host: write a play for the other host"
_RAW = "use mmp: {command: …, read: …, shows: …}, which says when it is not needed"
_FILES = "use pki: {certificate: …} for files on a box"
_FACTS = "appliances have no facts: write what you know into the inventory"
_GROUPS = "name hosts and groups in the inventory"
_LOOK = "use cmsdeploy verify, or mmp: {read: …, shows: …}, which proves what a box says"

_WORDS: tuple[tuple[str, str], ...] = (
    ("register until retries delay changed_when failed_when", _PROVES),
    ("ignore_errors ignore_unreachable async poll attempts", _PROVES),
    ("notify listen handlers force_handlers", _HANDLERS),
    ("rescue always", _RESCUE),
    ("roles include_role import_role", _ROLES),
    ("include_tasks include", _STATIC),
    ("collections module_defaults", "families are part of cmsdeploy; take it out"),
    ("become become_user become_method become_flags become_exe", _LOGIN),
    ("connection remote_user port environment", _LOGIN),
    ("throttle order fact_path", _ORDER),
    ("with_list with_flattened with_sequence with_nested with_together with_random_choice", _LOOP),
    (
        "with_subelements with_indexed_items with_cartesian with_fileglob with_file with_lines",
        _LOOP,
    ),
    ("delegate_to delegate_facts local_action", _ELSEWHERE),
    ("command shell raw script expect cli_command cli_config ios_command ios_config", _RAW),
    ("copy template fetch file lineinfile blockinfile unarchive get_url synchronize", _FILES),
    ("user group service systemd package apt dnf yum reboot cron", _RAW),
    ("uri wait_for wait_for_connection ping stat slurp", _LOOK),
    ("include_vars", "use vars_files:, or the inventory"),
    ("add_host group_by", _GROUPS),
    ("meta", "use when: to leave hosts out, or fail: to stop; there is nothing to flush"),
    ("action args", "write the name of the family: xmpp: {…}"),
    ("gather_subset gather_timeout setup", _FACTS),
    ("diff", "use -D on the command line"),
    ("debugger", "use --check, and -v"),
    ("timeout", "every wait has a deadline of its own; take it out"),
    ("validate_argspec", "families check their parameters; take it out"),
)
# What stands where such a mapping stands, and makes another kind of it.
_BESIDE = {"a play": ("import_playbook",), "a task": ("block", "import_tasks")}
REFUSED: Mapping[str, str] = {word: text for words, text in _WORDS for word in words.split()}


def nearest(word: str, known: Iterable[str]) -> str:
    """The next action for a word that is none of ``known``: the one that was meant, or all."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1)
    return f"did you mean {near[0]}?" if near else f"use: {', '.join(names)}"


def advice(word: str, known: Iterable[str], place: str = "a task") -> tuple[str, str]:
    """The cause and the next action for a keyword that is none of ``known``.

    ``place`` is what the mapping is called: "a play".
    """
    names = list(known)
    plain = word.removeprefix("ansible.builtin.").removeprefix("ansible.legacy.")
    if plain in REFUSED:
        return f"the keyword {plain} of Ansible is not supported", REFUSED[plain]
    if plain.startswith("with_"):
        return f"the keyword {plain} of Ansible is not supported", _LOOP
    homes = [name for name, table in PLACES.items() if plain in table]
    if homes:
        return f"{plain} cannot stand in {place}", f"write it in {' or '.join(homes)}"
    near = difflib.get_close_matches(plain, [*names, *_BESIDE.get(place, ())], n=1)
    if word.count(".") >= 2 and ("." in plain or not near):
        return f"the module {word} of Ansible cannot run on an appliance", _RAW
    action = f"did you mean {near[0]}?" if near else f"use one of: {', '.join(sorted(names))}"
    return f"there is no keyword or family {plain!r}", action
