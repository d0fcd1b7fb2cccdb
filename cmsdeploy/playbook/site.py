"""Where the files of a site are, and what a family may ask about the host of its task."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cmsdeploy.certificates import describe
from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory import Inventory
from cmsdeploy.inventory.reading import read_bytes
from cmsdeploy.model.local_file import LocalFile
from cmsdeploy.playbook.play import Playbook

__all__ = ["FileRoom", "HostSite", "file_room"]

_LIMIT = 1 << 20


class FileRoom:
    """Finds, reads and describes local files, each once per run.

    A name without ``source`` is looked for in ``files/`` below every one of ``folders``; a
    relative ``source`` in ``bases``, and it may not lead out of all of them.
    """

    def __init__(
        self, root: Path, folders: Sequence[Path], bases: Sequence[Path], *, is_content_needed: bool
    ) -> None:
        self._root = root
        self._folders = [folder / "files" for folder in dict.fromkeys(folders)]
        self._bases = list(dict.fromkeys(bases))
        self._is_content_needed = is_content_needed
        self._known: dict[tuple[str, str | None], LocalFile] = {}

    def file(self, name: str, source: str | None) -> LocalFile:
        """See :class:`cmsdeploy.families.contract.Site`."""
        key = (name, source)
        if key not in self._known:
            self._known[key] = self._described(name, source)
        return self._known[key]

    def _described(self, name: str, source: str | None) -> LocalFile:
        places = self._places(name, source)
        path = next((place for place in places if os.path.lexists(place)), None)
        if path is None:
            if not self._is_content_needed:
                return LocalFile(name, self._shown(places[0]))
            raise self._missing(name, source, places)
        try:
            content = read_bytes(path, _LIMIT, is_link_allowed=False)
            return describe(name, self._shown(path), content)
        except InputError as error:
            shown = printable(self._shown(path), 200)
            cause = error.cause if shown in error.cause else f"{shown}: {error.cause}"
            raise InputError(cause, error.action) from None

    def _places(self, name: str, source: str | None) -> list[Path]:
        if source is None:
            return [folder / name for folder in self._folders]
        if "://" in source:
            raise InputError(f"{printable(source, 100)!r} is no path", "name a file of the site")
        path = Path(source).expanduser()
        if path.is_absolute():
            return [path]
        places = [Path(os.path.normpath(base / path)) for base in self._bases]
        inside = [place for place in places if any(_is_below(place, base) for base in self._bases)]
        if not inside:
            raise InputError(
                f"{printable(source, 100)!r} leads out of the site", "name a file of the site"
            )
        return inside

    def _missing(self, name: str, source: str | None, places: list[Path]) -> InputError:
        shown = ", ".join(dict.fromkeys(printable(self._shown(one.parent), 200) for one in places))
        if source is None:
            return InputError(
                f"there is no local file {name}", f"put it into {shown}, or give it a source:"
            )
        return InputError(f"there is no file {printable(source, 100)}", f"looked in {shown}")

    def _shown(self, path: Path) -> str:
        """Relative to the site where it is inside, so that two checkouts make one plan."""
        return str(path.relative_to(self._root)) if _is_below(path, self._root) else str(path)


def _is_below(path: Path, folder: Path) -> bool:
    return folder == path or folder in path.parents


@dataclass(frozen=True)
class HostSite:
    """The :class:`~cmsdeploy.families.contract.Site` of one task on one host."""

    host: str
    cluster: str
    origin: Origin
    files: FileRoom

    def local_file(self, name: str, source: str | None) -> LocalFile:
        """The file that shall be called ``name`` on the box."""
        return self.files.file(name, source)


def file_room(playbook: Playbook, inventory: Inventory, is_content_needed: bool) -> FileRoom:
    """The places of a site in which the families of ``playbook`` may look for files."""
    beside = playbook.path.absolute().parent
    folders = list(dict.fromkeys(inventory.folder_of(host).absolute() for host in inventory.hosts))
    sources = [folder.absolute() for folder in inventory.folders]
    root = playbook.site_root
    return FileRoom(
        root,
        [root, beside, *folders, *sources],
        [*folders, *sources, root, beside],
        is_content_needed=is_content_needed,
    )
