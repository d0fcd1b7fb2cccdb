"""From YAML to tasks: blocks unfolded, files of tasks read, actions and parameters checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.document import load_document
from cmsdeploy.inventory.keyring import Keyring
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.inventory.variables import HostVariables
from cmsdeploy.playbook.file_names import name_of_file
from cmsdeploy.playbook.keywords import ACTIONS, BLOCK, IMPORT_TASKS, TASK, Shape
from cmsdeploy.playbook.numbers import number_of
from cmsdeploy.playbook.parts import Parts
from cmsdeploy.playbook.play import Task, Variables
from cmsdeploy.playbook.refused import advice, nearest
from cmsdeploy.template import is_template

__all__ = ["Inherited", "TaskReader"]

_IMPORT = "import_tasks"
_DEEPEST = 20
_MAY_BE_EMPTY = ("fail", "pause")
_EXCLUSIVE = ("minutes", "seconds")


@dataclass(frozen=True)
class Inherited:
    """What imports hand down to plays, plays to tasks, and blocks to the tasks inside."""

    tags: frozenset[str] = frozenset()
    conditions: tuple[Node, ...] = ()
    variables: tuple[Variables, ...] = ()
    is_check: bool = False
    is_once: bool = False
    is_hidden: bool = False
    are_errors_fatal: bool = False

    def below(self, entries: Mapping[str, Node], parts: Parts) -> Inherited:
        """What goes on to what stands below ``entries``. A flag that is said again wins."""
        hidden = parts.boolean(entries.get("no_log"), "no_log")
        once = parts.boolean(entries.get("run_once"), "run_once")
        fatal = parts.boolean(entries.get("any_errors_fatal"), "any_errors_fatal")
        is_hidden = self.is_hidden if hidden is None else hidden
        with parts.hidden(is_hidden):
            variables = parts.variables(entries.get("vars"))
            conditions = parts.conditions(entries.get("when"))
        return Inherited(
            tags=self.tags | parts.tags(entries.get("tags")),
            conditions=self.conditions + conditions,
            variables=(*self.variables, variables) if variables else self.variables,
            is_check=parts.check_mode(entries.get("check_mode")) or self.is_check,
            is_once=self.is_once if once is None else once,
            is_hidden=is_hidden,
            are_errors_fatal=self.are_errors_fatal if fatal is None else fatal,
        )


class TaskReader:
    """Reads lists of tasks. ``families`` are the names that may be actions beside ours; ``known``
    gives what the names of files may name, below further variables."""

    def __init__(
        self,
        parts: Parts,
        families: frozenset[str],
        folder: Path,
        known: Callable[[Sequence[Variables]], HostVariables],
        keyring: Keyring | None,
    ) -> None:
        self._keyring = keyring
        self._known = known
        self._parts = parts
        self._actions = {*families, *ACTIONS}
        self._families = families
        self._folder = folder

    def tasks(
        self, node: Node, handed: Inherited, above: tuple[Path, ...] = ()
    ) -> tuple[Task, ...]:
        """The tasks of a list. ``above`` are the files of tasks that we are in."""
        if node.kind is not Kind.LIST:
            self._parts.say(node, f"a list of tasks is {node.described}", "write - name: …")
            return ()
        return tuple(task for item in node.items for task in self._entry(item, handed, above))

    def _entry(self, entry: Node, handed: Inherited, above: tuple[Path, ...]) -> tuple[Task, ...]:
        parts = self._parts
        if entry.kind is not Kind.MAPPING:
            parts.say(entry, f"a task is {entry.described}", "write - name: … and a family below")
            return ()
        words = {str(word).removeprefix("ansible.builtin."): word for word in entry.entries}
        if "block" in words:
            parts.known(entry, BLOCK, "a block")
            parts.text(entry.entries.get("name"), "name")
            below = handed.below(entry.entries, parts)
            return self.tasks(entry.entries["block"], below, above)
        if _IMPORT in words:
            return self._imported(entry, entry.entries[words[_IMPORT]], handed, above)
        task = self._task(entry, handed)
        return () if task is None else (task,)

    def _imported(
        self, entry: Node, node: Node, handed: Inherited, above: tuple[Path, ...]
    ) -> tuple[Task, ...]:
        parts = self._parts
        parts.known(entry, IMPORT_TASKS, _IMPORT)
        below = handed.below(entry.entries, parts)
        named = node.entries.get("file", node) if node.kind is Kind.MAPPING else node
        name = name_of_file(parts, named, _IMPORT, lambda: self._known(below.variables))
        path = self._path(named, name, above) if name else None
        if path is None:
            return ()
        try:
            document = load_document(path, keyring=self._keyring)
            if document is None or document.kind is not Kind.LIST:
                found = "nothing" if document is None else document.described
                raise InputError(
                    f"a file of tasks is a list, this is {found}",
                    "write - name: …",
                    Origin(str(path)),
                )
        except InputError as error:
            if error.origin is not None and error.origin.line:
                parts.problems.append(error)
            else:
                parts.say(named, f"{printable(name, 100)}: {error.cause}", error.action)
            return ()
        return self.tasks(document, below, (*above, path))

    def _path(self, node: Node, name: str, above: tuple[Path, ...]) -> Path | None:
        beside = above[-1].parent if above else self._folder
        places = [folder / name for folder in dict.fromkeys((beside, self._folder))]
        path = next((place for place in places if place.exists()), places[0])
        if "://" in name:
            self._parts.say(
                node, f"{printable(name, 100)!r} is no file", "name a file beside the playbook"
            )
        elif path.resolve() in [one.resolve() for one in above]:
            shown = " > ".join(one.name for one in (*above, path))
            self._parts.say(node, f"the files of tasks import each other: {shown}", "take it out")
        elif len(above) > _DEEPEST:
            self._parts.say(node, "imports are nested too deep", "import them from one file")
        else:
            return path
        return None

    def _task(self, entry: Node, handed: Inherited) -> Task | None:
        parts = self._parts
        action = self._action(entry)
        below = handed.below(entry.entries, parts)
        name = parts.text(entry.entries.get("name"), "name")
        if action is None:
            return None
        key, word = action
        with parts.hidden(below.is_hidden):
            loop = parts.loop(entry.entries)
            parameters = self._parameters(word, entry.entries[key.value])
        return Task(
            title=name or word,
            action=word,
            parameters=parameters,
            variables=below.variables,
            conditions=below.conditions,
            tags=below.tags,
            loop=loop,
            is_check=below.is_check,
            is_once=below.is_once,
            is_hidden=below.is_hidden,
            are_errors_fatal=below.are_errors_fatal,
            origin=entry.origin,
        )

    def _action(self, entry: Node) -> tuple[Node, str] | None:
        """The key that says what to do, and the plain name of the action."""
        found: list[tuple[Node, str]] = []
        for word, key in entry.keys.items():
            plain = str(word)
            if plain.removeprefix("ansible.builtin.") in ACTIONS:
                plain = plain.removeprefix("ansible.builtin.")
            if plain in self._actions:
                found.append((key, plain))
            elif word not in TASK:
                self._parts.say(key, *advice(printable(plain, 60), [*TASK, *self._actions]))
                return None
        if not found:
            known = ", ".join(sorted(self._actions))
            self._parts.say(entry, "the task has no action", f"use: {known}")
            return None
        for key, plain in found[1:]:
            self._parts.say(
                key, f"the task has two actions, {found[0][1]} and {plain}", "make it two tasks"
            )
        return found[0]

    def _parameters(self, word: str, node: Node) -> Node:
        parts = self._parts
        is_empty = node.kind is Kind.SCALAR and node.value is None
        if is_empty and (word in self._families or word in _MAY_BE_EMPTY):
            return replace(node, kind=Kind.MAPPING, value={})
        if node.is_text and word in ACTIONS:
            from cmsdeploy.playbook.shorthand import from_shorthand

            node = from_shorthand(node) or node
        if node.kind is not Kind.MAPPING:
            parts.say(
                node, f"{word} has to be a mapping, this is {node.described}", f"{word}: {{…: …}}"
            )
        elif word == "set_fact":
            self._facts(node)
        elif word in ACTIONS:
            self._of_action(word, node)
        else:
            parts.syntax(node)
        return node

    def _facts(self, node: Node) -> None:
        kept = node.entries.get("cacheable")
        if kept is not None and self._parts.boolean(kept, "cacheable"):
            self._parts.say(kept, "facts are not kept between runs", "take cacheable out")
        entries = {name: value for name, value in node.entries.items() if name != "cacheable"}
        keys = {name: key for name, key in node.keys.items() if name != "cacheable"}
        if not entries:
            self._parts.say(node, "set_fact sets nothing", "write name: value")
        self._parts.variables(replace(node, entries=entries, keys=keys), "set_fact")

    def _of_action(self, word: str, node: Node) -> None:
        parts, action = self._parts, ACTIONS[word]
        for name, key in node.keys.items():
            known = action.parameters.get(name)
            if known is None:
                shown = printable(str(name), 60)
                parts.say(key, f"{word} has no {shown!r}", nearest(str(name), action.parameters))
            else:
                self._value(known.shape, name, node.entries[name])
        needed = [name for name in action.needed if name in node.entries]
        if action.needed and not needed:
            parts.say(node, f"{word} needs {' or '.join(map(repr, action.needed))}", "write it")
        for names in (needed, [name for name in node.entries if name in _EXCLUSIVE]):
            if len(names) > 1:
                parts.say(node, f"{word} has both {' and '.join(names)}", "keep one of them")

    def _value(self, shape: Shape, name: str, node: Node) -> None:
        parts = self._parts
        if shape is Shape.CONDITION:
            parts.conditions(node)
        elif shape is Shape.BOOLEAN:
            parts.boolean(node, name)
        elif shape is Shape.NUMBER:
            if number_of(node.value) is None:
                parts.say(node, f"{name} is {node.described}", "write a number")
        elif shape is Shape.DURATION:
            self._duration(node, name)
        elif name == "var":
            if parts.text(node, name):
                parts.syntax(node, is_expression="{{" not in str(node.value))
        else:
            parts.syntax(node)

    def _duration(self, node: Node, name: str) -> None:
        if node.is_text and is_template(str(node.value)):
            self._parts.syntax(node)
        elif number_of(node.value) is None:
            self._parts.say(node, f"{name} is {node.described}", "write a whole number")
