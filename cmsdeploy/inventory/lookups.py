"""``lookup('env', NAME)`` and ``lookup('file', PATH)``, the two that a template may call."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.keyring import Keyring
from cmsdeploy.inventory.ownership import check_own, folder_warning
from cmsdeploy.inventory.reading import read_with_status
from cmsdeploy.inventory.vault_marks import is_encrypted

__all__ = ["Lookups"]

_LIMIT = 1 << 20
_PARTS_OF_SITES = ("inventories", "inventory", "playbooks")
_ACTION = "use lookup('env', 'NAME') or lookup('file', 'path')"


class Lookups:
    """Called by templates as ``lookup``.

    While ``is_secret`` says that a secret word is being evaluated, a variable of the environment
    has to be there and a file has to be private, or a vault. Relative paths are looked for in
    ``folders``. Only a secret may come from outside the site: from a file that is private and mine.
    """

    def __init__(
        self, folders: Sequence[Path], keyring: Keyring, is_secret: Callable[[], bool]
    ) -> None:
        self._folders = folders
        self._keyring = keyring
        self._is_secret = is_secret

    @cached_property
    def _site(self) -> set[Path]:
        return {_site_of(folder.resolve()) for folder in self._folders}

    def __call__(self, plugin: Any = "", *terms: Any, **options: Any) -> str:
        name = str(plugin).removeprefix("ansible.builtin.")
        if name not in {"env", "file"}:
            raise InputError(f"lookup {printable(name, 40)!r} is not supported", _ACTION)
        if len(terms) != 1 or not isinstance(terms[0], str) or not terms[0]:
            raise InputError(f"lookup {name!r} takes one name", _ACTION)
        unknown = set(options) - ({"default"} if name == "env" else set())
        if unknown:
            shown = printable(", ".join(sorted(unknown)), 60)
            raise InputError(f"lookup {name!r} has no option {shown}", _ACTION)
        return self._env(terms[0], options) if name == "env" else self._file(terms[0])

    def _env(self, name: str, options: dict[str, Any]) -> str:
        value = os.environ.get(name)
        if value is None and "default" in options and isinstance(options["default"], str):
            return options["default"]
        if value is None and self._is_secret():
            raise InputError(
                f"the environment has no variable {printable(name, 60)}",
                f"export {printable(name, 60)}, or let -k ask",
            )
        return value or ""

    def _file(self, text: str) -> str:
        path = self._found(text)
        found = self._content(path)
        try:
            content = found.decode("utf-8")
        except UnicodeDecodeError:
            raise InputError(f"{printable(text, 80)} is not UTF-8", "save it as UTF-8") from None
        if not self._is_secret():
            return content.rstrip()
        secret = content.removesuffix("\n").removesuffix("\r")
        if secret != secret.rstrip():
            # Ansible would strip it in silence: then the password typed is not the one written.
            raise InputError(
                f"the secret in {printable(text, 80)} ends with blanks", "take them out of the file"
            )
        return secret

    def _content(self, path: Path) -> bytes:
        origin = Origin(str(path))
        content, found = read_with_status(path, _LIMIT)
        is_inside = any(path.resolve().is_relative_to(folder) for folder in self._site)
        if not is_inside and not self._is_secret():
            raise InputError(
                f"{printable(str(path), 200)} is outside the site",
                "put a copy into the site; only a secret may come from elsewhere",
            )
        is_vault = is_encrypted(content)
        if self._is_secret() and not (is_vault and is_inside):
            check_own(found, origin)
            warning = folder_warning(path)
            if warning is not None:
                self._keyring.warn(warning)
        return self._keyring.opened(content, origin) if is_vault else content

    def _found(self, text: str) -> Path:
        path = Path(text).expanduser()
        places = [path] if path.is_absolute() else [folder / path for folder in self._folders]
        for place in places:
            if os.path.lexists(place):
                return place
        looked = ", ".join(str(place.parent) for place in places)
        raise InputError(
            f"there is no file {printable(text, 80)}", f"looked in {printable(looked, 300)}"
        )


def _site_of(folder: Path) -> Path:
    """The folder of the site to which ``folder`` belongs."""
    place = folder.parent if folder.name == "files" else folder
    if place.name in _PARTS_OF_SITES:
        return place.parent
    return place.parent.parent if place.parent.name == "inventories" else place
