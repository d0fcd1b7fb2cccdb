"""Why a variable has its value: which layer won, where it stands, and which ones lost."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.inventory import Inventory
from cmsdeploy.inventory.keyring import Vaulted
from cmsdeploy.inventory.listing import SENSITIVE, shown
from cmsdeploy.inventory.node import Node
from cmsdeploy.model.secret import Secret

__all__ = ["Explanation", "Said", "explained"]


@dataclass(frozen=True)
class Said:
    """One place that gives the variable a value. A secret stands there as ``(sensitive)``."""

    layer: str
    origin: Origin
    value: Any


@dataclass(frozen=True)
class Explanation:
    """``said`` are all places, the winner first; ``means`` is the value that comes of it."""

    host: str
    name: str
    said: tuple[Said, ...]
    means: Any

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        said = [
            {"layer": one.layer, "place": str(one.origin), "value": one.value} for one in self.said
        ]
        won, lost = said[:1], said[1:]
        return {"host": self.host, "name": self.name, "value": self.means, "won": won, "lost": lost}


def explained(inventory: Inventory, host: str, name: str) -> Explanation:
    """Explain ``name`` of ``host``. Raises :class:`InputError` where nothing gives it a value."""
    variables = inventory.variables(host)
    layers = [*inventory.layers.of_host(host), ("-e", inventory.extra)]
    found = [(layer, given[name]) for layer, given in layers if name in given]
    said = [Said(layer, node.origin, _value(name, node)) for layer, node in reversed(found)]
    if not said:
        if name not in variables:
            raise _unknown(name, host, list(variables))
        said = [
            Said(
                "computed by cmsdeploy",
                inventory.tree.host_origins[host],
                _meaning(variables, name),
            )
        ]
    winner = found[-1][1] if found else None
    is_hidden = said[0].value == SENSITIVE or (winner is not None and winner.is_sensitive)
    means = SENSITIVE if is_hidden else _meaning(variables, name)
    return Explanation(host, name, tuple(said), means)


def _value(name: str, node: Node) -> Any:
    return SENSITIVE if isinstance(node.value, Vaulted) else _hidden(shown(name, node))


def _hidden(value: Any) -> Any:
    """``value`` without secrets and without ciphertexts."""
    if isinstance(value, Secret):
        return SENSITIVE
    if isinstance(value, dict):
        if set(value) == {"__ansible_vault"}:
            return SENSITIVE
        return {key: _hidden(item) for key, item in value.items()}
    return [_hidden(item) for item in value] if isinstance(value, list) else value


def _meaning(variables: Any, name: str) -> Any:
    try:
        return _hidden(variables[name])
    except InputError as error:
        return f"cannot be evaluated: {printable(error.cause, 200)}"


def _unknown(name: str, host: str, names: list[str]) -> InputError:
    near = difflib.get_close_matches(name, names, n=1)
    action = f"did you mean {near[0]}?" if near else f"cmsdeploy inventory --host {host} shows all"
    return InputError(f"{host} has no variable {printable(name, 60)!r}", action)
