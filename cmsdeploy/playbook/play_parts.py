"""Reading the parts that only plays have. Trouble is collected, not raised."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cmsdeploy.errors import printable
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.model.step import Risk
from cmsdeploy.planning.stage import Permission
from cmsdeploy.playbook.keywords import PROMPT
from cmsdeploy.playbook.numbers import percentage_of, size_of
from cmsdeploy.playbook.parts import Parts
from cmsdeploy.playbook.refused import nearest
from cmsdeploy.template import is_template

if TYPE_CHECKING:
    from cmsdeploy.playbook.prompts import Prompt

__all__ = ["EXCEPTIONS", "RISKS", "PlayParts"]

EXCEPTIONS = ("undersized", "unknown-version", "shown-secrets")
RISKS = {risk.value: risk for risk in Risk if risk is not Risk.SAFE}
_OF_HASHES = frozenset({"encrypt", "salt", "salt_size"})


class PlayParts(Parts):
    """Reads one keyword of a play each."""

    def gather_facts(self, node: Node | None) -> None:
        """Accepted when false: an appliance has no facts."""
        if self.boolean(node, "gather_facts") and node is not None:
            self.say(node, "appliances have no facts to gather", "write gather_facts: false")

    def strategy(self, node: Node | None) -> None:
        """Accepted where it says what we do anyway."""
        if node is not None and self.text(node, "strategy").rpartition(".")[2] != "linear":
            self.say(
                node,
                "the plan decides what runs side by side, and every task sees all its hosts",
                "take strategy out; use serial: for batches",
            )

    def permission(self, node: Node | None) -> Permission:
        """``allow``: risks beyond safe, and exceptions."""
        risks, exceptions = {Risk.SAFE}, set()
        for item in self.texts(node, "allow"):
            name = str(item.value)
            if name in RISKS:
                risks.add(RISKS[name])
            elif name in EXCEPTIONS:
                exceptions.add(name)
            else:
                action = nearest(name, [*RISKS, *EXCEPTIONS])
                self.say(item, f"{printable(name, 60)!r} cannot be allowed", action)
        return Permission(frozenset(risks), frozenset(exceptions))

    def serial(self, node: Node | None) -> Node | None:
        """Sizes of batches: a number, a share, a list of them, or a template that gives one."""
        items: Iterable[Node] = () if node is None else node.items or (node,)
        for item in items:
            if self._is_open(item):
                continue
            if size_of(item.value) is None:
                action = 'write a number above 0, a "30%", or a list of them'
                self.say(item, f"serial is {_described(item)}", action)
        return node

    def percentage(self, node: Node | None) -> Node | None:
        """``max_fail_percentage``: from 0 to 100, or a template that gives it."""
        if node is not None and not self._is_open(node) and percentage_of(node.value) is None:
            cause = f"max_fail_percentage is {node.described}"
            self.say(node, cause, "write a number from 0 to 100")
        return node

    def _is_open(self, node: Node) -> bool:
        """Whether a template decides; it has to read."""
        self.syntax(node)
        return node.is_text and is_template(str(node.value))

    def files(self, node: Node | None) -> tuple[tuple[Node, ...], ...]:
        """``vars_files``: paths; a list inside the list means the first that exists."""
        if node is None or (node.value is None and node.kind is Kind.SCALAR):
            return ()
        items = node.items if node.kind is Kind.LIST else (node,)
        found = [self.texts(item, "vars_files") for item in items]
        for path in (path for paths in found for path in paths):
            self.syntax(path)
        return tuple(paths for paths in found if paths)

    def prompts(self, node: Node | None) -> tuple[Prompt, ...]:
        """``vars_prompt``: a list of questions."""
        if node is None:
            return ()
        if node.kind is not Kind.LIST:
            self.say(node, f"vars_prompt is {node.described}", "write - name: …")
            return ()
        prompts = (self._prompt(item) for item in node.items)
        return tuple(prompt for prompt in prompts if prompt is not None)

    def _prompt(self, node: Node) -> Prompt | None:
        if node.kind is not Kind.MAPPING or "name" not in node.entries:
            self.say(node, "a question of vars_prompt has no name", "write - name: …")
            return None
        for word, key in node.keys.items():
            if word in _OF_HASHES:
                self.say(key, f"vars_prompt cannot {word} an answer", "take it out")
            elif word not in PROMPT:
                cause = f"vars_prompt has no {printable(str(word), 60)!r}"
                self.say(key, cause, nearest(str(word), PROMPT))
        from cmsdeploy.playbook.prompts import Prompt

        entries = node.entries
        name = self.text(entries["name"], "name")
        if not name or not self.variable_name(name, entries["name"]):
            return None
        if "default" in entries:
            self.syntax(entries["default"])
        is_private = self.boolean(entries.get("private"), "private")
        self.boolean(entries.get("unsafe"), "unsafe")
        return Prompt(
            name=name,
            text=self.text(entries.get("prompt"), "prompt") or name,
            default=entries.get("default"),
            is_private=is_private is not False,
            is_confirmed=bool(self.boolean(entries.get("confirm"), "confirm")),
            origin=node.origin,
        )


def _described(node: Node) -> str:
    return "empty" if node.kind is Kind.LIST and not node.items else node.described
