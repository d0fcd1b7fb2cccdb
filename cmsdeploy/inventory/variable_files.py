"""``group_vars/`` and ``host_vars/``: variables in files beside an inventory or a playbook."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.document import load_document
from cmsdeploy.inventory.keyring import Keyring
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.inventory.reading import check_spelling

__all__ = ["VariableFolder", "load_variables"]

_ENDINGS = ("", ".yml", ".yaml", ".json")


class VariableFolder:
    """The variable files of one folder, for example ``inventories/lab/group_vars``.

    A misspelt file is never read by Ansible, in silence; here ``warnings`` names it.
    """

    def __init__(self, folder: Path, names: Iterable[str], keyring: Keyring | None = None) -> None:
        self.folder = folder
        self._keyring = keyring
        self.variables: dict[str, dict[str, Node]] = {}
        self.warnings: list[InputError] = []
        problems: list[InputError] = []
        if not folder.is_dir():
            return
        known = list(names)
        present = set(os.listdir(folder))
        check_spelling(folder, sorted(present))
        for name in known:
            if not any(name + ending in present for ending in _ENDINGS):
                continue
            try:
                self._read(name)
            except InputError as error:
                problems.append(error)
        if problems:
            raise InputError.of(problems)
        self._warn_of_unused(known)

    def _read(self, name: str) -> None:
        found = [self.folder / (name + ending) for ending in _ENDINGS]
        found = [path for path in found if os.path.lexists(path)]
        if not found:
            return
        for hidden in found[1:]:
            self.warnings.append(
                InputError(
                    f"it is not read: {found[0].name} comes first",
                    "move what it says there",
                    Origin(str(hidden)),
                )
            )
        variables: dict[str, Node] = {}
        for path in _files(found[0]):
            variables.update(load_variables(path, self._keyring))
        self.variables[name] = variables

    def _warn_of_unused(self, names: list[str]) -> None:
        known = set(names)
        for entry in sorted(os.listdir(self.folder)):
            stem = entry
            for ending in _ENDINGS[1:]:
                stem = stem.removesuffix(ending)
            if stem in known or entry in known or entry.startswith(".") or entry.endswith("~"):
                continue
            near = difflib.get_close_matches(stem, names, n=1)
            action = f"did you mean {near[0]}?" if near else "rename or delete it"
            self.warnings.append(
                InputError(
                    f"nobody is called {stem}: it is not read",
                    action,
                    Origin(str(self.folder / entry)),
                )
            )


def _files(path: Path, depth: int = 0) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    if depth > 10:
        raise InputError("folders are nested too deep", "look for a link", Origin(str(path)))
    names = sorted(os.listdir(path))
    check_spelling(path, names)
    for name in names:
        inner = path / name
        is_read = inner.is_dir() or inner.suffix in _ENDINGS
        if is_read and not name.startswith(".") and not name.endswith("~"):
            yield from _files(inner, depth + 1)


def load_variables(path: Path, keyring: Keyring | None = None) -> dict[str, Node]:
    """The variables of one file, with their places; none where it is empty.

    A vault is opened with ``keyring``, an inline ``!vault`` when it is used. Raises
    :class:`InputError` where the file is missing, or holds anything but one mapping.
    """
    root = load_document(path, keyring=keyring)
    if root is None or root.value is None:
        return {}
    if root.kind is not Kind.MAPPING:
        raise root.problem(f"a variable file is a mapping, this is {root.described}", "name: value")
    for key, node in root.keys.items():
        if not isinstance(key, str):
            raise node.problem(f"the name of a variable is {node.described}", "quote it")
    return dict(root.entries)
