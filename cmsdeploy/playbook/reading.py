"""From YAML to plays: everything is checked here, also what no run would reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.document import load_document
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.playbook.keywords import ACTIONS, IMPORT, PLAY, TASK, advice
from cmsdeploy.playbook.parts import Parts
from cmsdeploy.playbook.play import Play, Task, Variables

__all__ = ["Reader"]

_IMPORTS = ("import_playbook", "ansible.builtin.import_playbook")
_ASSERT_KEYS = ("that", "fail_msg", "msg")
_DEBUG_KEYS = ("msg",)
_VARIABLE_FOLDERS = ("group_vars", "host_vars")


@dataclass(frozen=True)
class _Inherited:
    """What an import hands down to the plays of its file, and a play to its tasks."""

    tags: frozenset[str] = frozenset()
    conditions: tuple[Node, ...] = ()
    variables: tuple[Variables, ...] = ()
    is_check: bool = False


class Reader:
    """Reads a playbook and what it imports. ``families`` are the names that may be actions."""

    def __init__(self, families: frozenset[str], root: Path) -> None:
        self._families = families
        self._root = root.absolute().parent
        self._parts = Parts()
        self.plays: list[Play] = []

    @property
    def problems(self) -> list[InputError]:
        """Everything that is wrong, in the order found."""
        return self._parts.problems

    def read(
        self, path: Path, inherited: _Inherited | None = None, above: tuple[Path, ...] = ()
    ) -> None:
        """Add the plays of ``path``. Raises only where the file as a whole cannot be read."""
        document = load_document(path)
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
                self._import(entry, path, inherited or _Inherited(), above)
            else:
                self._play(entry, inherited or _Inherited())

    def _import(
        self, entry: Node, path: Path, inherited: _Inherited, above: tuple[Path, ...]
    ) -> None:
        parts = self._parts
        entries = {_IMPORTS[0] if k in _IMPORTS else k: v for k, v in entry.entries.items()}
        self._known(entry, (*IMPORT, _IMPORTS[1]))
        node = entries[_IMPORTS[0]]
        handed = self._handed_down(entries, inherited)
        name = parts.text(node, "import_playbook")
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
        if "://" in name or "{{" in name:
            self._parts.say(node, f"{printable(name, 100)!r} is no file", "name a file beside this")
        elif same:
            shown = " > ".join(one.name for one in (*chain[chain.index(same[0]) :], target))
            self._parts.say(node, f"the playbooks import each other: {shown}", "take it out")
        elif len(chain) > 20:
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

    def _handed_down(self, entries: Mapping[str, Node], inherited: _Inherited) -> _Inherited:
        parts = self._parts
        variables = parts.variables(entries.get("vars"))
        return replace(
            inherited,
            tags=inherited.tags | parts.tags(entries.get("tags")),
            conditions=inherited.conditions + parts.conditions(entries.get("when")),
            variables=(*inherited.variables, variables) if variables else inherited.variables,
        )

    def _known(self, entry: Node, known: tuple[str, ...]) -> None:
        for word, key in entry.keys.items():
            if word not in known:
                self._parts.say(key, *advice(printable(str(word), 60), known))

    def _play(self, entry: Node, inherited: _Inherited) -> None:
        parts = self._parts
        self._known(entry, tuple(PLAY))
        entries = entry.entries
        is_check = parts.check_mode(entries.get("check_mode")) or inherited.is_check
        handed = replace(self._handed_down(entries, inherited), is_check=is_check)
        parts.gather_facts(entries.get("gather_facts"))
        hosts = parts.texts(entries.get("hosts"), "hosts")
        if not hosts and not (entries.get("hosts") and parts.problems):
            parts.say(entry, "the play has no hosts", "write hosts: xmpp_servers")
        shown = ",".join(str(node.value) for node in hosts)
        self.plays.append(
            Play(
                name=parts.text(entries.get("name"), "name") or shown,
                hosts=hosts,
                variables=handed.variables,
                tasks=self._tasks(entry, handed),
                batches=parts.serial(entries.get("serial")),
                permission=parts.permission(entries.get("allow")),
                origin=entry.origin,
            )
        )

    def _tasks(self, entry: Node, handed: _Inherited) -> tuple[Task, ...]:
        node = entry.entries.get("tasks")
        if node is None or node.kind is not Kind.LIST or not node.items:
            found = f", this is {node.described}" if node else ""
            self._parts.say(node or entry, f"a play has a list of tasks{found}", "write tasks:")
            return ()
        tasks = (self._task(item, handed) for item in node.items)
        return tuple(task for task in tasks if task is not None)

    def _task(self, entry: Node, handed: _Inherited) -> Task | None:
        parts = self._parts
        if entry.kind is not Kind.MAPPING:
            parts.say(entry, f"a task is {entry.described}", "write - name: … and a family below")
            return None
        action = self._action(entry)
        own = replace(handed, variables=())
        handed = self._handed_down(entry.entries, own)
        is_check = parts.check_mode(entry.entries.get("check_mode")) or handed.is_check
        name = parts.text(entry.entries.get("name"), "name")
        if action is None:
            return None
        key, word = action
        return Task(
            title=name or word,
            action=word,
            parameters=self._parameters(word, entry.entries[key.value]),
            variables=handed.variables[-1] if handed.variables else {},
            conditions=handed.conditions,
            tags=handed.tags,
            is_check=is_check,
            origin=entry.origin,
        )

    def _action(self, entry: Node) -> tuple[Node, str] | None:
        """The key that says what to do, and the plain name of the action."""
        known = {*self._families, *ACTIONS}
        found: list[tuple[Node, str]] = []
        for word, key in entry.keys.items():
            plain = str(word)
            if plain.removeprefix("ansible.builtin.") in ACTIONS:
                plain = plain.removeprefix("ansible.builtin.")
            if plain in known:
                found.append((key, plain))
            elif word not in TASK:
                self._parts.say(key, *advice(printable(plain, 60), [*TASK, *known]))
                return None
        if not found:
            self._parts.say(entry, "the task has no action", f"use: {', '.join(sorted(known))}")
            return None
        for key, plain in found[1:]:
            self._parts.say(
                key, f"the task has two actions, {found[0][1]} and {plain}", "make it two tasks"
            )
        return found[0]

    def _parameters(self, word: str, node: Node) -> Node:
        parts = self._parts
        if node.kind is not Kind.MAPPING and not (node.value is None and word in self._families):
            parts.say(
                node, f"{word} has to be a mapping, this is {node.described}", f"{word}: {{…: …}}"
            )
            return node
        if word in ACTIONS:
            self._of_action(word, node)
        else:
            parts.syntax(node)
        return node

    def _of_action(self, word: str, node: Node) -> None:
        parts = self._parts
        known, needed = (_ASSERT_KEYS, "that") if word == "assert" else (_DEBUG_KEYS, "msg")
        for name, key in node.keys.items():
            if name not in known:
                parts.say(key, f"{word} has no {name!r}", f"use: {', '.join(known)}")
            elif name == "that":
                parts.expressions(node.entries[name])
            else:
                parts.syntax(node.entries[name])
        if needed not in node.entries:
            parts.say(node, f"{word} needs {needed!r}", f"write {needed}: …")
