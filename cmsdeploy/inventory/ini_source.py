"""INI inventories, with exactly Ansible's splitting and typing (ansible-compat, 3.2)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.content import Content
from cmsdeploy.inventory.ini_words import split_host_line
from cmsdeploy.inventory.literals import typed
from cmsdeploy.inventory.names import check_group_name, check_host_name, split_port
from cmsdeploy.inventory.node import Node, excerpt_of, node_of
from cmsdeploy.inventory.ranges import expanded
from cmsdeploy.inventory.tree import UNGROUPED, Tree

__all__ = ["read_ini"]

_HEADER = re.compile(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?")
_CHILD = re.compile(r"([^:\]\s]+)\s*(?:#.*)?")
_KINDS = ("hosts", "children", "vars")
_MOST_PROBLEMS = 20


def read_ini(content: Content, tree: Tree) -> None:
    """Add what an INI inventory says to ``tree``. Raises :class:`InputError`, all at once."""
    reader = _Reader(content, tree)
    for number, line in enumerate(content.lines, 1):
        try:
            reader.line(number, line)
        except InputError as error:
            reader.problems.append(reader.placed(error, number, line))
    reader.finish()
    if reader.problems:
        raise InputError.of(reader.problems[:_MOST_PROBLEMS])


class _Reader:
    """Line by line into the tree."""

    def __init__(self, content: Content, tree: Tree) -> None:
        self.problems: list[InputError] = []
        self._content = content
        self._tree = tree
        self._group = UNGROUPED
        self._kind = "hosts"
        # A group may be used before it is declared, and has to be by the end of the file. It takes
        # its place among the children when it is declared, as in Ansible.
        self._parents: dict[str, dict[str, Origin]] = {}
        self._assigned: dict[str, Origin] = {}
        self._at = 0

    def placed(self, error: InputError, number: int, line: str) -> InputError:
        """``error`` with the place that is being read, if it has none."""
        if error.origin is None:
            error.origin = Origin(self._content.name, number, self._at + 1)
            shown = self._content.shown_line(number - 1)
            error.excerpt = excerpt_of(shown)
        return error

    def line(self, number: int, line: str) -> None:
        """Read one line. Raises :class:`InputError`, perhaps without a place."""
        text = line.strip()
        if not text or text[0] in "#;":
            return
        self._at = line.index(text[0])
        header = _HEADER.fullmatch(text) if text[0] == "[" else None
        if header:
            self._section(header[1], header[2] or "hosts", number)
        elif text[0] == "[" and text[-1] == "]":
            raise InputError(
                f"{printable(text, 60)} is no section", "write [group], without blanks"
            )
        elif self._kind == "hosts":
            self._host(text, number)
        elif self._kind == "vars":
            self._variable(text, number)
        elif self._kind == "children":
            self._child(text, number)

    def _origin(self, number: int) -> Origin:
        return Origin(self._content.name, number, self._at + 1)

    def _section(self, group: str, kind: str, number: int) -> None:
        self._at += 1
        self._kind = "nothing"  # where the header is wrong, what is below it is passed over
        check_group_name(group)
        if kind not in _KINDS:
            near = difflib.get_close_matches(kind, _KINDS, n=1)
            action = f"did you mean [{group}:{near[0]}]?" if near else f"use {', '.join(_KINDS)}"
            raise InputError(f"a section cannot be {printable(kind, 40)!r}", action)
        self._group, self._kind = group, kind
        if kind == "vars":
            if group not in self._tree.groups:
                self._assigned.setdefault(group, self._origin(number))
        else:
            self._declare(group)

    def _declare(self, group: str) -> None:
        self._assigned.pop(group, None)
        self._tree.group(group)
        for parent, origin in self._parents.pop(group, {}).items():
            self._tree.group(parent).children.setdefault(group, origin)

    def _child(self, text: str, number: int) -> None:
        match = _CHILD.fullmatch(text)
        if match is None:
            raise InputError(
                f"{printable(text, 60)!r} cannot be the name of a group", "one name in each line"
            )
        name = match[1]
        check_group_name(name)
        if name == UNGROUPED:
            raise InputError(f"{UNGROUPED} cannot be a child", "take it out")
        if name in self._tree.groups and name not in self._assigned:
            self._tree.group(self._group).children.setdefault(name, self._origin(number))
        else:
            waiting = self._parents.setdefault(name, {})
            waiting.setdefault(self._group, self._origin(number))

    def _host(self, text: str, number: int) -> None:
        start = self._at
        split = split_host_line(text)
        if split.cut >= 0:
            self._warn_of_cut(start + split.cut, number)
        assigned: dict[str, Node] = {}
        pattern = split.words[0][1]
        for column, word in split.words[1:]:
            self._at = start + column
            name, equals, value = word.partition("=")
            if not equals:
                raise InputError(
                    f"{printable(word, 40)!r} is no name=value",
                    "write name=value without blanks; put a value with blanks into quotes",
                )
            self._at += len(name) + 1
            assigned[name] = self._value(value, number)
        self._at = start
        host, port = split_port(pattern)
        place = self._value(str(port), number) if port is not None else None
        for name in self._names(host):
            if place is not None:
                self._tree.set_port(name, place)
            variables = self._tree.add_host(name, self._group, self._origin(number))
            variables.update(assigned)

    def _names(self, pattern: str) -> Iterator[str]:
        names = expanded(pattern)
        for name in names:
            check_host_name(name)
        yield from names

    def _warn_of_cut(self, column: int, number: int) -> None:
        self._tree.warnings.append(
            InputError(
                "this # ends the line: it and all behind it is a comment, as in Ansible",
                'put the value into quotes: name="a#b"',
                Origin(self._content.name, number, column + 1),
            )
        )

    def _variable(self, text: str, number: int) -> None:
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"{printable(name, 40)!r} is no name = value", "write name = value")
        self._at += len(name) + 1 + len(value) - len(value.lstrip())
        variables = self._tree.variables_of(self._group)
        variables[name.strip()] = self._value(value.strip(), number)

    def _value(self, text: str, number: int) -> Node:
        origin = self._origin(number)
        value = typed(text)
        is_sensitive = self._content.is_sensitive
        if isinstance(value, (list, dict)):
            return node_of(value, origin, is_sensitive=is_sensitive)
        line = self._content.shown_line(number - 1)
        written = "" if is_sensitive else text
        return Node(value, origin, written=written, line=line, is_sensitive=is_sensitive)

    def finish(self) -> None:
        """Refuse what was used and never declared."""
        known = [name for name in self._tree.groups if name not in self._assigned]
        waiting = {name: next(iter(parents.values())) for name, parents in self._parents.items()}
        for name, origin in {**self._assigned, **waiting}.items():
            near = difflib.get_close_matches(name, known, n=1)
            action = f"did you mean {near[0]}?" if near else f"declare it: [{name}]"
            cause = f"the group {name} is never declared"
            shown = excerpt_of(self._content.shown_line(origin.line - 1))
            self.problems.append(InputError(cause, action, origin, shown))
