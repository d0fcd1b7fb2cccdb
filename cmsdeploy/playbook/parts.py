"""Reading the parts that plays, blocks, tasks and imports share. Trouble is collected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.inventory.words import SECRET_WORDS, misspelling_of
from cmsdeploy.playbook.keywords import LOOP_CONTROL
from cmsdeploy.playbook.play import LoopKind, Variables
from cmsdeploy.playbook.refused import advice, nearest
from cmsdeploy.template import check_syntax, is_template

if TYPE_CHECKING:
    from cmsdeploy.playbook.loops import Loop

__all__ = ["MAGIC", "Parts", "veiled", "wrong_name"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]*")
MAGIC = frozenset(
    {
        "inventory_hostname",
        "inventory_hostname_short",
        "inventory_dir",
        "inventory_file",
        "group_names",
        "groups",
        "hostvars",
        "omit",
        "playbook_dir",
        "ansible_check_mode",
        "ansible_play_batch",
        "ansible_play_hosts",
        "ansible_play_hosts_all",
        "ansible_play_name",
        "ansible_loop_var",
        "ansible_index_var",
    }
)
# What the connection and the cluster of a box are is read of the inventory, by all plays alike.
_OF_HOST = SECRET_WORDS | {
    "ansible_host",
    "ansible_port",
    "ansible_user",
    "ansible_ssh_private_key_file",
    "cms_host_key",
    "cms_session",
    "cms_short_secrets",
    "cms_webadmin",
    "xmpp_cluster",
}
_TRUE = frozenset({"yes", "on", "true", "y", "t", "1"})
_FALSE = frozenset({"no", "off", "false", "n", "f", "0"})


class Parts:
    """Reads one keyword each; ``problems`` grows."""

    def __init__(self) -> None:
        self.problems: list[InputError] = []

    def say(self, node: Node, cause: str, action: str) -> None:
        """Note a problem at the place of ``node``."""
        self.problems.append(node.problem(cause, action))

    @contextmanager
    def hidden(self, is_hidden: bool) -> Iterator[None]:
        """What goes wrong inside is said without a value and without the line, where asked."""
        before = len(self.problems)
        yield
        if is_hidden:
            self.problems[before:] = [veiled(one) for one in self.problems[before:]]

    def known(self, entry: Node, words: Mapping[str, object], place: str) -> None:
        """Refuse the keys of ``entry`` that are none of ``words``."""
        for word, key in entry.keys.items():
            if str(word).removeprefix("ansible.builtin.") not in words:
                self.say(key, *advice(printable(str(word), 60), words, place))

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
        """True, false, or None where it is not said. The texts that Ansible takes are taken."""
        if node is None:
            return None
        said = str(node.value).lower()
        if node.kind is Kind.SCALAR and said in _TRUE | _FALSE:
            return said in _TRUE
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
            self.syntax(node, is_expression=True)

    def variables(self, node: Node | None, word: str = "vars") -> Variables:
        """A mapping of names that templates can name."""
        if node is None or node.value is None:
            return {}
        if node.kind is not Kind.MAPPING:
            self.say(node, f"{word} has to be a mapping, this is {node.described}", "name: value")
            return {}
        for name, key in node.keys.items():
            self.variable_name(name, key)
        self.syntax(node)
        return {str(name): value for name, value in node.entries.items()}

    def variable_name(self, name: object, key: Node) -> bool:
        """Whether a play may give a variable this name."""
        trouble = wrong_name(name, key)
        self.problems += [trouble] if trouble else []
        return trouble is None

    def syntax(self, node: Node, *, is_expression: bool = False) -> None:
        """Whether every template in and below ``node`` can be read."""
        for item in (*node.items, *node.entries.values()):
            self.syntax(item)
        if not node.is_text:
            return
        try:
            check_syntax(node.value, is_expression=is_expression)
        except InputError as error:
            self.say(node, error.cause, error.action)

    def loop(self, entries: Mapping[str, Node]) -> Loop | None:
        """``loop`` and its relatives, with ``loop_control``."""
        found = [(kind, entries[kind.value]) for kind in LoopKind if kind.value in entries]
        control = entries.get("loop_control")
        if not found:
            if control is not None:
                self.say(control, "loop_control stands without a loop", "write loop: […]")
            return None
        from cmsdeploy.playbook.loops import Loop

        (kind, node), *others = found
        for _, other in others:
            self.say(other, "the task has two loops", "keep one of them")
        self._items(kind, node)
        return self._controlled(Loop(kind, node), control)

    def _items(self, kind: LoopKind, node: Node) -> None:
        self.syntax(node)
        is_open = node.is_text and is_template(str(node.value))
        wanted = Kind.MAPPING if kind is LoopKind.DICT else Kind.LIST
        is_one = kind is LoopKind.ITEMS and node.kind is Kind.SCALAR and node.value is not None
        if not (is_open or is_one or node.kind is wanted or _is_list_for_dict(kind, node)):
            action = f"write {kind.value}: [a, b]" if wanted is Kind.LIST else "write key: value"
            self.say(node, f"{kind.value} has to be a {wanted}, this is {node.described}", action)

    def _controlled(self, loop: Loop, node: Node | None) -> Loop:
        if node is None:
            return loop
        if node.kind is not Kind.MAPPING:
            self.say(node, f"loop_control is {node.described}", "write {loop_var: name}")
            return loop
        for word, key in node.keys.items():
            if word not in LOOP_CONTROL:
                self.say(key, *_control_advice(printable(str(word), 60)))
        names = {
            word: self._control_name(node.entries.get(word), word)
            for word in ("loop_var", "index_var")
        }
        label = node.entries.get("label")
        if label is not None:
            self.syntax(label)
        variable = names["loop_var"] or loop.variable
        return replace(loop, variable=variable, index=names["index_var"], label=label)

    def _control_name(self, node: Node | None, word: str) -> str | None:
        name = self.text(node, word)
        return name if name and node is not None and self.variable_name(name, node) else None


def _is_list_for_dict(kind: LoopKind, node: Node) -> bool:
    return kind is LoopKind.DICT and node.kind is Kind.LIST


def _control_advice(word: str) -> tuple[str, str]:
    known: Mapping[str, str] = {
        "extended": "use index_var, and loop over what you need",
        "extended_allitems": "use index_var, and loop over what you need",
        "pause": "families pace what they send; take it out",
        "break_when": 'filter the list: loop: "{{ list | select(…) }}"',
    }
    if word in known:
        return f"loop_control has no {word} here", known[word]
    return f"loop_control has no {word!r}", nearest(word, LOOP_CONTROL)


def wrong_name(name: object, key: Node) -> InputError | None:
    """Why a play may not give a variable this name; None where it may."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return key.problem(f"{key.described} cannot name a variable", "use letters, digits and _")
    trouble = misspelling_of(name)
    if trouble is not None:
        return key.problem(trouble.cause, trouble.action)
    if name in MAGIC:
        return key.problem(f"{name} cannot be overridden", "name it otherwise")
    if name in _OF_HOST:
        return key.problem(f"{name} belongs to a host", "write it in the inventory, or give -e")
    return None


def veiled(error: InputError, origin: Origin | None = None) -> InputError:
    """``error`` of a part under ``no_log``: its place, and nothing that was written there."""
    return InputError(
        "this is wrong; the task has no_log, so nothing of it is shown",
        "take no_log out where nobody else looks, to see what",
        origin or error.origin,
    )
