"""From YAML to plays: everything is checked here, also what no run would reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.document import load_document
from cmsdeploy.inventory.keyring import Keyring
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.inventory.variables import HostVariables
from cmsdeploy.playbook.early import Early
from cmsdeploy.playbook.file_names import name_of_file
from cmsdeploy.playbook.keywords import IMPORT, PLAY
from cmsdeploy.playbook.play import Files, Play, Task, Variables
from cmsdeploy.playbook.play_parts import PlayParts
from cmsdeploy.playbook.tasks import Inherited, TaskReader

__all__ = ["Reader"]

_IMPORTS = ("import_playbook", "ansible.builtin.import_playbook")
_VARIABLE_FOLDERS = ("group_vars", "host_vars")
_TASKS = ("pre_tasks", "tasks", "post_tasks")
_DEEPEST = 20


class Reader:
    """Reads a playbook and what it imports. ``families`` are the names that may be actions;
    ``keyring`` opens files that are vaults, ``early`` has what their names may name."""

    def __init__(
        self, families: frozenset[str], root: Path, early: Early, keyring: Keyring | None = None
    ) -> None:
        self._families = families
        self._early = early
        self._keyring = keyring
        self._root = root.absolute().parent
        self._parts = PlayParts()
        self.plays: list[Play] = []

    @property
    def problems(self) -> list[InputError]:
        """Everything that is wrong, in the order found."""
        return self._parts.problems

    def read(
        self, path: Path, inherited: Inherited | None = None, above: tuple[Path, ...] = ()
    ) -> None:
        """Add the plays of ``path``. Raises only where the file as a whole cannot be read."""
        document = load_document(path, keyring=self._keyring)
        if document is None or document.kind is not Kind.LIST or not document.items:
            found = "nothing" if document is None else document.described
            raise InputError(
                f"a playbook is a list of plays, this is {found}",
                "begin with - hosts: …",
                document.origin if document else Origin(str(path)),
            )
        for entry in document.items:
            if entry.kind is not Kind.MAPPING:
                self._parts.say(entry, f"a play is {entry.described}", "write - hosts: …")
            elif any(word in entry.entries for word in _IMPORTS):
                self._import(entry, path, inherited or Inherited(), above)
            else:
                self._play(entry, path, inherited or Inherited())

    def _import(
        self, entry: Node, path: Path, inherited: Inherited, above: tuple[Path, ...]
    ) -> None:
        parts = self._parts
        entries = {_IMPORTS[0] if k in _IMPORTS else k: v for k, v in entry.entries.items()}
        parts.known(entry, IMPORT, "import_playbook")
        node = entries[_IMPORTS[0]]
        below = Inherited(variables=()).below(entries, parts)
        # The outer import is the stronger one, and both are stronger than the play's own vars.
        handed = replace(
            below,
            tags=inherited.tags | below.tags,
            conditions=inherited.conditions + below.conditions,
            variables=below.variables + inherited.variables,
        )
        name = name_of_file(
            parts, node, "import_playbook", lambda: self._early.of(handed.variables)
        )
        target = path.parent / name
        chain = (*above, path.absolute())
        if not name or not self._may_import(node, name, target, chain):
            return
        try:
            self.read(target, handed, chain)
        except InputError as error:
            if error.origin is not None and error.origin.line:
                parts.problems.append(error)
            else:
                parts.say(node, f"{printable(name, 100)}: {error.cause}", error.action)

    def _may_import(self, node: Node, name: str, target: Path, chain: tuple[Path, ...]) -> bool:
        same = [one for one in chain if one.resolve() == target.resolve()]
        if "://" in name:
            self._parts.say(node, f"{printable(name, 100)!r} is no file", "name a file beside this")
        elif same:
            shown = " > ".join(one.name for one in (*chain[chain.index(same[0]) :], target))
            self._parts.say(node, f"the playbooks import each other: {shown}", "take it out")
        elif len(chain) > _DEEPEST:
            self._parts.say(node, "imports are nested too deep", "import them from one file")
        elif self._has_own_variables(target):
            self._parts.say(
                node,
                f"group_vars/ or host_vars/ beside {printable(name, 60)} is not supported",
                f"move it beside the inventory, or to {printable(str(self._root), 100)}",
            )
        else:
            return True
        return False

    def _has_own_variables(self, target: Path) -> bool:
        folder = target.absolute().parent
        is_elsewhere = folder.resolve() != self._root.resolve()
        return is_elsewhere and any((folder / name).is_dir() for name in _VARIABLE_FOLDERS)

    def _play(self, entry: Node, path: Path, inherited: Inherited) -> None:
        parts, entries = self._parts, entry.entries
        parts.known(entry, PLAY, "a play")
        below = replace(inherited, variables=()).below(entries, parts)
        parts.gather_facts(entries.get("gather_facts"))
        parts.strategy(entries.get("strategy"))
        hosts = self._hosts(entry)
        shown = ",".join(str(node.value) for node in hosts)
        variables: tuple[Variables, ...] = below.variables + inherited.variables
        files = parts.files(entries.get("vars_files"))
        reader = self._task_reader(variables, files, path.absolute().parent)
        self.plays.append(
            Play(
                name=parts.text(entries.get("name"), "name") or shown,
                hosts=hosts,
                variables=variables,
                tasks=self._tasks(entry, reader, replace(below, variables=())),
                serial=parts.serial(entries.get("serial")),
                permission=parts.permission(entries.get("allow")),
                origin=entry.origin,
                tags=below.tags,
                prompts=parts.prompts(entries.get("vars_prompt")),
                files=files,
                folder=path.absolute().parent,
                most_failed=parts.percentage(entries.get("max_fail_percentage")),
            )
        )

    def _hosts(self, entry: Node) -> tuple[Node, ...]:
        node = entry.entries.get("hosts")
        before = len(self._parts.problems)
        hosts = self._parts.texts(node, "hosts")
        if not hosts and len(self._parts.problems) == before:
            self._parts.say(entry, "the play has no hosts", "write hosts: xmpp_servers")
        return hosts

    def _task_reader(
        self, variables: tuple[Variables, ...], files: Files, folder: Path
    ) -> TaskReader:
        def known(more: Sequence[Variables]) -> HostVariables:
            return self._early.of((*variables, *more), files, folder)

        return TaskReader(self._parts, self._families, folder, known, self._keyring)

    def _tasks(self, entry: Node, reader: TaskReader, handed: Inherited) -> tuple[Task, ...]:
        lists = {word: entry.entries[word] for word in _TASKS if word in entry.entries}
        for node in lists.values():
            if node.kind is not Kind.LIST or not node.items:
                cause = f"a play has a list of tasks, this is {node.described}"
                self._parts.say(node, cause, "write tasks:")
                return ()
        if not lists:
            self._parts.say(entry, "a play has a list of tasks", "write tasks:")
        return tuple(task for node in lists.values() for task in reader.tasks(node, handed))
