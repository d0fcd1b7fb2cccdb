"""YAML in which every key and value knows where it was written.

The only file that imports yaml. PyYAML scans and resolves (so a scalar means exactly what it means
to Ansible); the tree is built here, because its loader forgets places, takes the last of two equal
keys in silence, and lets 304 bytes grow to half a million leaves. libyaml was rejected: 200,000
opening brackets end the process. Trouble that does not stop the reading is collected, so that one
run names all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.characters import bad_character, check_characters, decoded, is_bad
from cmsdeploy.inventory.node import Kind, Node, excerpt_of
from cmsdeploy.inventory.reading import DOCUMENT_LIMIT, read_bytes
from cmsdeploy.template import Verbatim

__all__ = ["load_document"]

_DEEPEST = 40
_MOST_NODES = 100_000
_CORE = "tag:yaml.org,2002:"
_CORE_TAGS = frozenset(
    _CORE + name
    for name in ["null", "bool", "int", "float", "str", "timestamp", "seq", "map", "merge"]
)


def load_document(path: Path, limit: int = DOCUMENT_LIMIT) -> Node | None:
    """Read the single YAML document of ``path``; None when there is nothing in it.

    Raises :class:`InputError` with file, line and column, all problems of the pass at once.
    """
    name = str(path)
    text = decoded(read_bytes(path, limit), name)
    check_characters(text, name)
    lines = text.split("\n")
    try:
        root = _Composer(text).get_single_node()
        builder = _Builder(name, lines)
        node = None if root is None else builder.build(root)
    except yaml.YAMLError as error:
        raise _from_yaml(error, name, lines) from None
    except RecursionError:
        raise _too_deep(Origin(name)) from None
    if builder.problems:
        raise InputError.of(sorted(builder.problems, key=lambda one: one.origin or Origin(name)))
    return node


def _too_deep(origin: Origin) -> InputError:
    return InputError(
        f"it is nested deeper than {_DEEPEST} levels", "no inventory needs that: unfold it", origin
    )


def _from_yaml(error: yaml.YAMLError, name: str, lines: list[str]) -> InputError:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return InputError(f"YAML: {printable(str(error), 200)}", "correct it", Origin(name))
    line = lines[mark.line].rstrip("\r") if mark.line < len(lines) else ""
    problem = printable(str(getattr(error, "problem", "") or "it does not read"), 200)
    context = getattr(error, "context", None)
    cause = f"YAML: {problem}" + (f", {printable(context, 100)}" if context else "")
    action = _action_for(problem)
    return InputError(cause, action, Origin(name, mark.line + 1, mark.column + 1), excerpt_of(line))


def _action_for(problem: str) -> str:
    if "another document" in problem:
        return "keep one document in the file: split it at ---"
    if "found undefined alias" in problem:
        return "define the anchor (&name) before the alias (*name)"
    return "look at the indentation, the colons and the quotes up to here"


class _Composer(yaml.SafeLoader):
    """PyYAML's composer with a bound on the depth: the parser works in steps, this recurses."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.depth += 1
        if self.depth > _DEEPEST:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                None, None, f"nested deeper than {_DEEPEST} levels", mark
            )
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _Builder:
    """Turns PyYAML's nodes into ours. A node that an alias names twice is built once."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self.name = name
        self.lines = lines
        self.problems: list[InputError] = []
        self._built: dict[int, Node | None] = {}
        self._constructor = yaml.SafeLoader("")

    def build(self, node: yaml.Node) -> Node:
        known = self._built.get(id(node), node)
        if isinstance(known, Node):
            return known
        if known is None:
            raise self._shell(node).problem("this alias contains itself", "write the value out")
        self._built[id(node)] = None
        built = self._build(node)
        if built.weight > _MOST_NODES:
            raise built.problem(
                f"its aliases unfold to more than {_MOST_NODES:,} values", "write less into it"
            )
        self._built[id(node)] = built
        return built

    def _build(self, node: yaml.Node) -> Node:
        self._check_tag(node)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if isinstance(node, yaml.SequenceNode):
            items = tuple(self.build(item) for item in node.value)
            weight = 1 + sum(item.weight for item in items)
            return self._shell(
                node, [i.value for i in items], kind=Kind.LIST, items=items, weight=weight
            )
        return self._mapping(node)

    def _shell(self, node: yaml.Node, value: Any = None, **more: Any) -> Node:
        mark = node.start_mark
        line = self.lines[mark.line].rstrip("\r") if mark.line < len(self.lines) else ""
        origin = Origin(self.name, mark.line + 1, mark.column + 1)
        return Node(value, origin, line=line, **more)

    def _check_tag(self, node: yaml.Node) -> None:
        tag = str(node.tag)
        if tag in _CORE_TAGS or tag == "!unsafe":
            return
        shown = printable(tag.replace(_CORE, "!!"), 60)
        if tag in {"!vault", "!vault-encrypted"}:
            cause, action = (
                "!vault is not supported yet",
                "write \"{{ lookup('env', 'NAME') }}\", or lookup('file', …) with mode 0600",
            )
        else:
            cause, action = f"the tag {shown} is not supported", "write the plain value"
        self.problems.append(self._shell(node).problem(cause, action))

    def _scalar(self, node: yaml.ScalarNode) -> Node:
        is_quoted = node.style in {"'", '"', "|", ">"}
        value = self._resolved(node)
        if isinstance(value, str):
            self._check_text(node, value)
        return self._shell(node, value, written=node.value, is_quoted=is_quoted)

    def _resolved(self, node: yaml.ScalarNode) -> Any:
        if node.tag == "!unsafe":
            return Verbatim(node.value)
        if node.tag not in _CORE_TAGS or node.tag == _CORE + "merge":
            return node.value
        try:
            return self._constructor.construct_object(node)
        except (ValueError, TypeError, KeyError, OverflowError, AttributeError, yaml.YAMLError):
            shown = printable(node.value, 40)
            problem = self._shell(node).problem(
                f"{shown} looks like a {node.tag.removeprefix(_CORE)}, but is none", "quote it"
            )
            self.problems.append(problem)
            return node.value

    def _check_text(self, node: yaml.Node, text: str) -> None:
        for character in text:
            if character not in "\n\t" and is_bad(character):
                shell = self._shell(node)
                self.problems.append(bad_character(character, shell.origin))
                return

    def _mapping(self, node: yaml.Node) -> Node:
        entries: dict[Any, Node] = {}
        keys: dict[Any, Node] = {}
        merged: list[Node] = []
        for key_node, value_node in node.value:
            value = self.build(value_node)
            if key_node.tag == _CORE + "merge":
                merged += self._merged(value)
                continue
            key = self.build(key_node)
            if key.kind is not Kind.SCALAR:
                self.problems.append(key.problem("a key cannot be a collection", "use a text"))
            elif key.value in keys:
                self.problems.append(self._duplicate(key, keys[key.value]))
            else:
                keys[key.value], entries[key.value] = key, replace(value, key=key)
        for source in merged:
            for name in source.entries:
                keys.setdefault(name, source.keys[name])
                entries.setdefault(name, source.entries[name])
        weight = 1 + sum(1 + value.weight for value in entries.values())
        plain = {name: value.value for name, value in entries.items()}
        return self._shell(
            node, plain, kind=Kind.MAPPING, entries=entries, keys=keys, weight=weight
        )

    def _merged(self, value: Node) -> Iterator[Node]:
        for source in value.items if value.kind is Kind.LIST else (value,):
            if source.kind is Kind.MAPPING:
                yield source
            else:
                self.problems.append(source.problem("<< merges mappings only", "name a mapping"))

    def _duplicate(self, key: Node, first: Node) -> InputError:
        return key.problem(
            f"the key {printable(str(key.written), 60)!r} stands twice in one mapping: "
            f"here and in line {first.origin.line}",
            "keep one of the two",
        )
