"""The variables of one host: evaluated when they are asked for, and only then.

So ``inventory --list`` and ``render`` never ask the environment for a password, and a template
that nobody uses cannot fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.keyring import Vaulted
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.inventory.words import SECRET_PARTS, SECRET_WORDS
from cmsdeploy.model.secret import Secret
from cmsdeploy.template import OMIT, evaluate, is_template, render_value

__all__ = ["HostVariables", "condition", "placed", "rendered"]

_LONGEST_CHAIN = 30

Lookup = Callable[..., Any]


def rendered(node: Node, variables: Mapping[str, Any], lookup: Lookup | None = None) -> Any:
    """Evaluate ``node`` part by part, so that a failure has the place of its own part.

    What gives ``omit`` is left out of its mapping or list; ``!vault`` gives a :class:`Secret`.
    """
    if node.kind is Kind.MAPPING:
        parts = ((key, rendered(item, variables, lookup)) for key, item in node.entries.items())
        return {key: value for key, value in parts if value is not OMIT}
    if node.kind is Kind.LIST:
        values = [rendered(item, variables, lookup) for item in node.items]
        return [value for value in values if value is not OMIT]
    if isinstance(node.value, Vaulted):
        return _opened(node, node.value)
    if not isinstance(node.value, str) or not is_template(node.value):
        return node.value
    try:
        return render_value(node.value, variables, lookup)
    except InputError as error:
        raise placed(error, node) from None


def _opened(node: Node, value: Vaulted) -> Secret:
    try:
        return value.secret()
    except InputError as error:
        name = f"{node.key.value}: " if node.key is not None else ""
        raise node.problem(f"{name}{error.cause}", error.action) from None


def condition(node: Node, variables: Mapping[str, Any], lookup: Lookup | None = None) -> bool:
    """Evaluate ``node`` as a condition: a boolean, or an expression that gives one."""
    value = node.value
    if isinstance(value, str):
        try:
            value = evaluate(value, variables, lookup)
        except InputError as error:
            raise placed(error, node) from None
    if not isinstance(value, bool):
        raise node.problem(
            f"the condition gives {type(value).__name__}, not true or false",
            "compare it, as in: recipe == 'tac-217319'",
        )
    return value


def placed(error: InputError, node: Node) -> InputError:
    """``error`` itself, with the place of ``node`` if it has none: the innermost place wins."""
    if error.origin is None or not error.origin.line:
        placed = node.problem(error.cause, error.action)
        if error.origin is not None:
            error.args = (f"{error.origin}: {error.cause}",)
            error.cause = f"{error.origin}: {error.cause}"
        error.origin, error.excerpt = placed.origin, placed.excerpt
    return error


def as_secret(value: Any, what: str) -> Secret:
    """A secret from what a template gave. Its text is in no message."""
    from cmsdeploy.inventory.vault import flaw_of

    if not isinstance(value, (Secret, str)):
        raise InputError(f"{what} is not a text", "put it in quotes")
    secret = value if isinstance(value, Secret) else Secret(value)
    flaw = flaw_of(secret)
    if flaw is not None:
        raise InputError(f"{what} {flaw.cause}", flaw.action)
    return secret


class HostVariables(Mapping[str, Any]):
    """Lazy and read-only. A secret word gives a :class:`Secret`, never its text.

    ``nodes`` are what people wrote (the strongest layer already chosen), ``computed`` what follows
    where nobody wrote it, ``magic`` what nobody can override.
    """

    __slots__ = ("_active", "_computed", "_magic", "_nodes", "_values", "lookup")

    def __init__(
        self,
        nodes: Mapping[str, Node],
        computed: Mapping[str, Callable[[], Any]],
        magic: Mapping[str, Any],
        lookup: Callable[[Callable[[], bool]], Lookup],
    ) -> None:
        self._nodes = nodes
        self._computed = computed
        self._magic = magic
        self._values: dict[str, Any] = {}
        self._active: list[str] = []
        self.lookup = lookup(lambda: any(_is_secret(name) for name in self._active))

    def __getitem__(self, name: str) -> Any:
        if name in self._magic:
            return self._magic[name]
        if name not in self._values:
            self._values[name] = self._evaluated(name)
        return self._values[name]

    def _evaluated(self, name: str) -> Any:
        if name not in self._nodes and name not in self._computed:
            raise KeyError(name)
        if name in self._active:
            chain = " > ".join([*self._active[self._active.index(name) :], name])
            raise self._trouble(name, f"the variable refers to itself: {chain}")
        if len(self._active) >= _LONGEST_CHAIN:
            raise self._trouble(name, f"more than {_LONGEST_CHAIN} variables refer to each other")
        self._active.append(name)
        try:
            node = self._nodes.get(name)
            if node is None:
                return self._computed[name]()
            return self._typed(name, node, rendered(node, self, self.lookup))
        finally:
            self._active.pop()

    def _trouble(self, name: str, cause: str) -> InputError:
        action = "give one of them a plain value"
        node = self._nodes.get(name)
        return node.problem(cause, action) if node else InputError(cause, action)

    def _typed(self, name: str, node: Node, value: Any) -> Any:
        try:
            if name in SECRET_WORDS:
                return as_secret(value, name)
            part = SECRET_PARTS.get(name)
            if part is not None and isinstance(value, dict) and part in value:
                return {**value, part: as_secret(value[part], f"{name}.{part}")}
        except InputError as error:
            raise placed(error, node) from None
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._magic or name in self._nodes or name in self._computed

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._nodes, *self._computed, *self._magic]))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __repr__(self) -> str:
        return f"HostVariables({len(self)} names)"

    def node(self, name: str) -> Node | None:
        """What was written for ``name``, or None where it is computed."""
        return self._nodes.get(name)

    def origin(self, name: str) -> Origin | None:
        """Where ``name`` was written."""
        node = self._nodes.get(name)
        return node.origin if node else None


def _is_secret(name: str) -> bool:
    return name in SECRET_WORDS or name in SECRET_PARTS
