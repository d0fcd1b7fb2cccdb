"""Parameters that are no texts: numbers, flags, mappings. Nothing that was written is coerced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cmsdeploy.errors import InputError, printable

__all__ = ["entries", "flag", "mapping", "number"]

Given = Mapping[str, object]


def entries(given: Given, name: str) -> Sequence[Given]:
    """A list of mappings."""
    value = given.get(name)
    if not isinstance(value, list | tuple) or any(not isinstance(e, Mapping) for e in value):
        raise InputError(f"dns: {name} has to be a list of mappings", f"write {name}: [{{…: …}}]")
    return value


def mapping(given: Given, name: str, keys: Sequence[str]) -> Given:
    """A mapping with no other keys than ``keys``; empty where nothing was given."""
    value = given.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InputError(
            f"dns: {name} has to be a mapping", f"write {name}: {{{': …, '.join(keys)}: …}}"
        )
    for key in value:
        if key not in keys:
            raise InputError(
                f"dns: {name} has no entry {printable(str(key), 60)!r}",
                f"it knows: {', '.join(keys)}",
            )
    return value


def number(given: Given, name: str, default: int) -> int:
    """A whole number; digits in quotes will do."""
    value = given.get(name)
    if value is None:
        return default
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 12:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"dns: {name} has to be a number", f"write {name}: 3600")
    return value


def flag(given: Given, name: str, default: bool | None) -> bool | None:
    """True or false; ``default`` where nothing was given."""
    value = given.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise InputError(f"dns: {name} has to be true or false", f"write {name}: true")
    return value
