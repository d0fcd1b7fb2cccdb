# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt)
"""Every resource of this collection: arguments and variables in, one call of the library."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

try:
    from cmsdeploy import embedding
    from cmsdeploy.cli.places import known_hosts_files, state_folder
    from cmsdeploy.model.secret import Secret
except ImportError as error:
    MISSING = str(error)
else:
    MISSING = ""

_GROUPS = ("xmpp_servers", "callbridges")
_NO_LIBRARY = (
    "this needs the Python library cmsdeploy on the controller ({}); next: install it there"
)
_DEFECT = "a defect of cmsdeploy ({}); `cmsdeploy apply` with the same inventory writes a report"


class WrongError(Exception):
    """What a task or an inventory says cannot be; the text is for a person."""


class ActionModule(ActionBase):
    """One task. Which resource it is, its name says: meta/runtime.yml leads all of them here."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        if MISSING:
            return result | _failed(_NO_LIBRARY.format(MISSING))
        try:
            return result | self._done(task_vars)
        except WrongError as wrong:
            return result | _failed(str(wrong))
        except (
            AnsibleError
        ):  # a template of the inventory that fails: Ansible's own words, and place
            raise
        except Exception as defect:  # its text and its traceback may hold what nobody may see
            return result | _failed(_DEFECT.format(type(defect).__name__))

    def _done(self, task_vars):
        resource = embedding.RESOURCES[self._task.action.rpartition(".")[2]]
        spec = {
            name: {word: one[word] for word in one if word != "description"}
            for name, one in embedding.arguments_of(resource).items()
        }
        checked = ArgumentSpecValidator(spec).validate(self._task.args)
        if checked.error_messages:
            raise WrongError("; ".join(checked.error_messages))
        given = {
            name: _plain(value)
            for name, value in checked.validated_parameters.items()
            if value is not None
        }
        chosen = self._chosen(resource, given.pop("members", None), task_vars)
        if not chosen:
            return {"changed": False, "msg": "another host of the cluster does this"}
        return self._told(embedding.fulfil(self._request(resource, given, chosen, task_vars)))

    def _chosen(self, resource, members, task_vars):
        """The hosts that this task is for; none where it is the turn of another host."""
        host, hostvars = task_vars["inventory_hostname"], task_vars["hostvars"]
        if not resource.playbook:
            return (host,)
        named = [name for group in _GROUPS for name in task_vars["groups"].get(group, ())]
        everybody = members or list(dict.fromkeys(named))
        is_once = resource.is_whole and bool(self._task.run_once)
        strangers = [name for name in everybody if name not in hostvars]
        if strangers:
            raise WrongError(
                f"members: {strangers[0]} is no host of the inventory; next: look at its name"
            )
        if not everybody or (not is_once and host not in everybody):
            where = "among the members" if members else f"in a group {' or '.join(_GROUPS)}"
            raise WrongError(
                f"{host} is not {where}; next: put it there, or take it out of the play"
            )
        return embedding.chosen_hosts(
            host,
            everybody,
            task_vars["ansible_play_hosts"] if resource.is_whole else (host,),
            lambda name: _plain(hostvars[name].get("xmpp_cluster", "default")),
            is_once=is_once,
        )

    def _request(self, resource, given, chosen, task_vars):
        hostvars, folder = task_vars["hostvars"], Path(task_vars["playbook_dir"])
        playbook = given.pop("playbook", None)
        # With --limit, what the play leaves out is read and not written.
        limit = frozenset(task_vars["ansible_play_hosts_all"]) & frozenset(chosen)
        password = self._play_context.password
        return embedding.Request(
            resource=resource.name,
            host=task_vars["inventory_hostname"],
            hosts={
                name: _plain(
                    embedding.variables_of(hostvars[name], are_all_wanted=playbook is not None)
                )
                for name in chosen
            },
            groups={name: list(task_vars["groups"].get(name, ())) for name in _GROUPS},
            folder=folder,
            inventory_folder=Path(task_vars.get("inventory_dir") or folder),
            state=state_folder(),
            known_hosts=known_hosts_files(),
            playbook=folder / playbook if playbook else None,
            allow=given.pop("allow", ()),
            forks=given.pop("forks"),
            parameters=given,
            limit=limit if "ansible_limit" in task_vars else None,
            is_check=bool(self._task.check_mode),
            password=Secret(_plain(password)) if password else None,
            user=_plain(self._play_context.remote_user),
        )

    def _told(self, done):
        result = {"changed": done.is_changed, "msg": done.message, "summary": list(done.summary)}
        result["commands"] = done.commands
        if done.is_unreachable:
            result["unreachable"] = True
        elif done.is_failed:
            result |= {"failed": True, "rc": done.exit_code, "errors": list(done.errors)}
        if done.seen is not None:
            result["ansible_facts"] = {"cmsdeploy": done.seen}
        if self._task.diff and done.plan:
            result["diff"] = {"prepared": "\n".join([*done.difference, *done.plan, ""])}
        if done.notes:
            result["warnings"] = list(done.notes)
        return result | ({"journal": done.journal} if done.journal else {})


def _failed(text):
    return {"failed": True, "msg": text}


def _plain(value):
    """Without the marks and the lazy values of Ansible: what the library takes."""
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return value + 0
    return "".join(str(value))  # str() alone gives a text of Ansible's own, with its marks
