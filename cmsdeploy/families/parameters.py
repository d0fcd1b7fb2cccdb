"""Reading the parameters of a task: typed, complete, and refused in words.

Every family reads its parameters through a :class:`Parameters`, so that a misspelt name is refused
with a suggestion and nothing that a person wrote is coerced: ``007`` stays text or is refused.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from cmsdeploy.errors import InputError, RefusedError, printable
from cmsdeploy.families.contract import Site
from cmsdeploy.families.form import Parameter
from cmsdeploy.model.action import checked_file_name
from cmsdeploy.model.local_file import LocalFile

__all__ = ["CERTIFICATE_ROLES", "Parameters", "certificate_names", "local_files"]

CERTIFICATE_ROLES = ("key", "cert", "bundle", "trust")


class Parameters:
    """The parameters of one task. ``table`` are those that the family has."""

    def __init__(self, family: str, given: Mapping[str, Any], table: Sequence[Parameter]) -> None:
        known = [parameter.name for parameter in table]
        self._family = family
        self._given = given
        for name in given:
            if name not in known:
                raise InputError(
                    f"{family} has no parameter {printable(str(name), 60)!r}",
                    _suggestion(str(name), known),
                )

    def text(self, name: str, default: str | None = None) -> str:
        """A text; without ``default`` it has to be there and not be empty."""
        value = self._given.get(name)
        if value is None:
            value = default
        if value is None or (value == "" and default is None):
            raise InputError(f"{self._family} needs {name!r}", f"give the task {name}: …")
        if not isinstance(value, str):
            raise InputError(
                f"{self._family}: {name} has to be text, this is {_kind(value)}",
                f"put the value of {name} in quotes",
            )
        return value

    def choice(self, name: str, options: Sequence[str], default: str) -> str:
        """One of ``options``."""
        value = self.text(name, default)
        if value not in options:
            raise InputError(
                f"{self._family}: {name} cannot be {printable(value, 60)!r}",
                f"choose one of: {', '.join(options)}",
            )
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, or one text; missing gives none. The same text twice is refused."""
        value = self._given.get(name)
        items = [] if value is None else [value] if isinstance(value, str) else value
        if not isinstance(items, list | tuple) or any(not isinstance(item, str) for item in items):
            raise InputError(
                f"{self._family}: {name} has to be a list of texts, this is {_kind(value)}",
                f"write {name}: [first, second], numbers in quotes",
            )
        for item in items:
            if items.count(item) > 1:
                raise InputError(
                    f"{self._family}: {printable(item, 60)!r} stands twice in {name}",
                    "leave one of them out",
                )
        return tuple(items)

    def mapping(self, name: str, keys: Sequence[str]) -> Mapping[str, Any]:
        """A mapping whose keys are among ``keys``."""
        value = self._given.get(name)
        if not isinstance(value, Mapping):
            raise InputError(
                f"{self._family} needs {name!r} as a mapping, this is {_kind(value)}",
                f"write {name}: {{{', '.join(f'{key}: …' for key in keys)}}}",
            )
        for key in value:
            if key not in keys:
                raise InputError(
                    f"{self._family}: {name} has no entry {printable(str(key), 60)!r}",
                    _suggestion(str(key), keys),
                )
        return value


def certificate_names(parameters: Parameters) -> dict[str, str]:
    """The names on the box by role (``key``, ``cert``, ``bundle``, ``trust``); "" where absent."""
    entries = parameters.mapping("certificate", CERTIFICATE_ROLES)
    names = {role: _entry(role, entries.get(role))[0] for role in CERTIFICATE_ROLES}
    for role in ("key", "cert"):
        if not names[role]:
            raise InputError(
                f"the certificate has no {role!r}", "name the key and the cert, at least"
            )
    return names


def local_files(parameters: Parameters, site: Site) -> tuple[LocalFile, ...]:
    """The local files of all roles that are given, each name once, the key last: where a box does
    not let a key be read back, the certificate bears witness of it, and has to be there first.

    Raises ``InputError`` where one name on the box would come from two different files here.
    """
    entries = parameters.mapping("certificate", CERTIFICATE_ROLES)
    sources: dict[str, str | None] = {}
    for role in (*CERTIFICATE_ROLES[1:], CERTIFICATE_ROLES[0]):
        name, source = _entry(role, entries.get(role))
        if not name:
            continue
        if source and sources.get(name) not in (None, source):
            raise InputError(
                f"{name} would come from two files, {sources[name]} and {source}",
                "give every file on the box a name of its own",
            )
        sources[name] = source or sources.get(name)
    return tuple(site.local_file(name, source) for name, source in sources.items())


def _entry(role: str, value: Any) -> tuple[str, str | None]:
    if value is None:
        return "", None
    if isinstance(value, str):
        return _box_name(role, value), None
    if isinstance(value, Mapping) and set(value) <= {"name", "source"} and "name" in value:
        source = value.get("source")
        if isinstance(value["name"], str) and isinstance(source, str | None):
            return _box_name(role, value["name"]), source
    raise InputError(
        f"the certificate's {role} has to be a file name, or {{name: …, source: …}}",
        "write the name that the file has on the box",
    )


def _box_name(role: str, name: str) -> str:
    try:
        return checked_file_name(name)
    except RefusedError as error:
        raise InputError(f"the certificate's {role}: {error.cause}", error.action) from error


def _suggestion(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"it knows: {', '.join(known)}"


def _kind(value: object) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", type(None): "nothing"}
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return kinds.get(type(value), "text" if isinstance(value, str) else "something else")
