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
from cmsdeploy.model.certificate_order import CONTENT_NAMES, ROLES, CertificateOrder, FileEntry
from cmsdeploy.model.file_name import checked_file_name
from cmsdeploy.model.secret import Secret

__all__ = ["Parameters", "certificate_names", "certificate_order"]

_ENTRY = {"name", "source", "passphrase"}


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


def certificate_order(parameters: Parameters) -> CertificateOrder:
    """The files by role, as the task wants them on the box; key and cert have to be there."""
    given = parameters.mapping("certificate", (*ROLES, "names"))
    found = {role: _entry(role, given[role]) for role in ROLES if given.get(role) is not None}
    for role in ("key", "cert"):
        if role not in found:
            raise InputError(
                f"the certificate has no {role!r}", "name the key and the cert, at least"
            )
    naming = given.get("names") or "plain"
    if naming not in ("plain", CONTENT_NAMES):
        raise InputError(
            f"the certificate's names cannot be {printable(str(naming), 40)!r}",
            f"leave it out, or write names: {CONTENT_NAMES}",
        )
    _refuse_two_sources(found)
    return CertificateOrder(found, naming == CONTENT_NAMES)


def certificate_names(parameters: Parameters, site: Site) -> dict[str, str]:
    """The names on the box by role; "" where absent. Names by content want the files to be read."""
    order = certificate_order(parameters)
    names: Mapping[str, str] = {role: entry.name for role, entry in order.entries.items()}
    if order.has_content_names:
        names = site.certificate(order).names
    return {role: names.get(role, "") for role in ROLES}


def _refuse_two_sources(entries: Mapping[str, FileEntry]) -> None:
    """One name on the box and two files here would be a race that the last upload wins."""
    sources: dict[str, str | None] = {}
    for entry in entries.values():
        other = sources.get(entry.name)
        if entry.source and other not in (None, entry.source):
            raise InputError(
                f"{entry.name} would come from two files, {other} and {entry.source}",
                "give every file on the box a name of its own",
            )
        sources[entry.name] = entry.source or other


def _entry(role: str, value: Any) -> FileEntry:
    if isinstance(value, str):
        return FileEntry(_box_name(role, value))
    if isinstance(value, Mapping) and set(value) <= _ENTRY and isinstance(value.get("name"), str):
        source, word = value.get("source"), value.get("passphrase")
        passphrase = Secret(word.encode()) if isinstance(word, str) else word
        if isinstance(source, str | None) and isinstance(passphrase, Secret | None):
            return FileEntry(_box_name(role, value["name"]), source, passphrase)
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
