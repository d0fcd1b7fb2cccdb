"""Reading the parts that plays, tasks and imports share. Trouble is collected, not raised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cmsdeploy.errors import InputError, printable
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.inventory.words import SECRET_WORDS, misspelling_of
from cmsdeploy.model.step import Risk
from cmsdeploy.planning.stage import Permission
from cmsdeploy.playbook.play import Size
from cmsdeploy.template import check_syntax, is_template

__all__ = ["EXCEPTIONS", "Parts"]

EXCEPTIONS = ("undersized", "unknown-version")
_RISKS = {risk.value: risk for risk in (Risk.DISRUPTIVE, Risk.DESTRUCTIVE)}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]*")
_MAGIC = frozenset(
    [
        "inventory_hostname",
        "inventory_hostname_short",
        "group_names",
        "groups",
        "hostvars",
        "inventory_dir",
        "playbook_dir",
    ]
)


class Parts:
    """Reads one keyword each; ``problems`` grows."""

    def __init__(self) -> None:
        self.problems: list[InputError] = []

    def say(self, node: Node, cause: str, action: str) -> None:
        """Note a problem at the place of ``node``."""
        self.problems.append(node.problem(cause, action))

    def text(self, node: Node | None, word: str) -> str:
        """A text; "" where there is none."""
        if node is None or (node.is_text and node.value):
            return "" if node is None else str(node.value)
        self.say(node, f"{word} has to be a text, this is {node.described}", "put it in quotes")
        return ""

    def texts(self, node: Node | None, word: str) -> tuple[Node, ...]:
        """One text or a list of texts, as nodes."""
        if node is None:
            return ()
        items = node.items if node.kind is Kind.LIST else (node,)
        for item in items:
            self.text(item, word)
        return tuple(item for item in items if item.is_text and item.value)

    def boolean(self, node: Node | None, word: str) -> bool | None:
        """True, false, or None where it is not said."""
        if node is None or isinstance(node.value, bool):
            return None if node is None else bool(node.value)
        self.say(node, f"{word} has to be true or false, this is {node.described}", "write true")
        return None

    def check_mode(self, node: Node | None) -> bool:
        """``check_mode: true`` proves only; false would force writes in a dry run."""
        value = self.boolean(node, "check_mode")
        if value is False and node is not None:
            self.say(
                node, "check_mode: false is not supported: a dry run never writes", "take it out"
            )
        return bool(value)

    def gather_facts(self, node: Node | None) -> None:
        """Accepted when false: an appliance has no facts."""
        if self.boolean(node, "gather_facts") and node is not None:
            self.say(node, "appliances have no facts to gather", "write gather_facts: false")

    def tags(self, node: Node | None) -> frozenset[str]:
        """Texts, commas allowed."""
        found = set()
        for item in self.texts(node, "tags"):
            for tag in str(item.value).split(","):
                if _TAG.fullmatch(tag.strip()):
                    found.add(tag.strip())
                else:
                    self.say(item, f"{printable(tag, 60)!r} cannot be a tag", "use letters and -")
        return frozenset(found)

    def conditions(self, node: Node | None) -> tuple[Node, ...]:
        """``when``: one condition, or a list of which all have to hold."""
        if node is None:
            return ()
        items = node.items if node.kind is Kind.LIST else (node,)
        for item in items:
            self._condition(item)
        return items

    def _condition(self, node: Node) -> None:
        if isinstance(node.value, bool):
            return
        if not node.is_text or not node.value:
            self.say(node, f"a condition is {node.described}", "write an expression")
        elif is_template(str(node.value)):
            self.say(node, "a condition is an expression already", "take the braces away")
        else:
            self._syntax(node, is_expression=True)

    def expressions(self, node: Node | None) -> None:
        """The list of ``assert: that``."""
        self.conditions(node)

    def variables(self, node: Node | None) -> Mapping[str, Node]:
        """``vars``: a mapping of names that templates can name."""
        if node is None or node.value is None:
            return {}
        if node.kind is not Kind.MAPPING:
            self.say(node, f"vars has to be a mapping, this is {node.described}", "name: value")
            return {}
        for name, key in node.keys.items():
            self._variable_name(name, key)
        self.syntax(node)
        return {str(name): value for name, value in node.entries.items()}

    def _variable_name(self, name: object, key: Node) -> None:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            self.say(key, f"{key.described} cannot name a variable", "use letters, digits and _")
            return
        trouble = misspelling_of(name)
        if trouble is not None:
            self.say(key, trouble.cause, trouble.action)
        elif name in _MAGIC:
            self.say(key, f"{name} cannot be overridden", "name it otherwise")
        elif name in SECRET_WORDS or name == "cms_webadmin":
            self.say(key, f"{name} belongs to a host", "write it in the inventory")

    def syntax(self, node: Node) -> None:
        """Whether every template below ``node`` can be read."""
        for item in (*node.items, *node.entries.values()):
            self.syntax(item)
        if node.is_text:
            self._syntax(node)

    def _syntax(self, node: Node, *, is_expression: bool = False) -> None:
        try:
            check_syntax(node.value, is_expression=is_expression)
        except InputError as error:
            self.say(node, error.cause, error.action)

    def permission(self, node: Node | None) -> Permission:
        """``allow``: risks beyond safe, and exceptions."""
        risks, exceptions = {Risk.SAFE}, set()
        for item in self.texts(node, "allow"):
            name = str(item.value)
            if name in _RISKS:
                risks.add(_RISKS[name])
            elif name in EXCEPTIONS:
                exceptions.add(name)
            else:
                known = ", ".join([*_RISKS, *EXCEPTIONS])
                self.say(item, f"{printable(name, 60)!r} cannot be allowed", f"use: {known}")
        return Permission(frozenset(risks), frozenset(exceptions))

    def serial(self, node: Node | None) -> tuple[Size, ...]:
        """Sizes of batches; the last one repeats. None: all hosts in one batch."""
        if node is None:
            return ()
        items: Iterable[Node] = node.items if node.kind is Kind.LIST else (node,)
        sizes = [self._size(item) for item in items]
        if not sizes:
            self.say(node, "serial is empty", "write a number")
        return tuple(size for size in sizes if size is not None)

    def _size(self, node: Node) -> Size | None:
        text = str(node.value)
        digits = text.removesuffix("%")
        is_number = node.is_text or (isinstance(node.value, int) and node.value is not True)
        if is_number and digits.isascii() and digits.isdecimal() and 0 < int(digits) < 100_000:
            return Size(int(digits), text.endswith("%"))
        self.say(
            node,
            f"serial is {node.described}",
            'write a number above 0, a "30%", or a list of them',
        )
        return None
