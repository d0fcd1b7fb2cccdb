"""Where the files of a site are, and what a family may ask about the host of its task."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.ownership import check_own
from cmsdeploy.inventory.reading import read_bytes, read_with_status
from cmsdeploy.model.local_file import LocalFile

if TYPE_CHECKING:
    from cmsdeploy.certificates.reading import Reading
    from cmsdeploy.inventory import Inventory
    from cmsdeploy.model.certificate_order import CertificateOrder, FoundCertificate
    from cmsdeploy.model.secret import Secret
    from cmsdeploy.playbook.certificate_desk import CertificateDesk
    from cmsdeploy.playbook.play import Playbook

__all__ = ["FileRoom", "HostSite", "file_room"]

_LIMIT = 1 << 20
_MOST_FILES = 2000


class FileRoom:
    """Finds, reads and describes local files, each once per run.

    A name without ``source`` is looked for in ``files/`` below every one of ``folders``; a
    relative ``source`` in ``bases``, and it may not lead out of all of them. Where no content is
    needed (a rendering), what is not there or no good is a name and nothing more.
    """

    def __init__(
        self, root: Path, folders: Sequence[Path], bases: Sequence[Path], *, is_content_needed: bool
    ) -> None:
        self._root = root
        self._folders = [folder / "files" for folder in dict.fromkeys(folders)]
        self._bases = list(dict.fromkeys(bases))
        self.is_content_needed = is_content_needed
        self._known: dict[tuple[str, str | None], LocalFile] = {}
        self._readings: dict[tuple[str, str | None], Reading] = {}

    @property
    def new_folder(self) -> Path:
        """Where files that are made here belong: ``files/`` of the site."""
        return self._folders[0]

    def file(self, name: str, source: str | None) -> LocalFile:
        """See :class:`cmsdeploy.families.contract.Site`."""
        key = (name, source)
        if key not in self._known:
            self._known[key] = self._described(name, source)
        return self._known[key]

    def reading(self, name: str, source: str | None, passphrase: Secret | None = None) -> Reading:
        """What the file holds. Raises :class:`InputError`, also for a private key that is not
        mine alone."""
        key = (name, source)
        if key not in self._readings:
            path = self.place(name, source)
            if path is None:
                raise self._missing(name, source, self._places(name, source))
            self._readings[key] = self._read(path, passphrase)
        return self._readings[key]

    def place(self, name: str, source: str | None) -> Path | None:
        """Where the file is; None where it is nowhere. Raises :class:`InputError` for a path that
        leads out of the site."""
        return next((one for one in self._places(name, source) if os.path.lexists(one)), None)

    def shown(self, path: Path) -> str:
        """Relative to the site where it is inside, so that two checkouts make one plan."""
        return str(path.relative_to(self._root)) if _is_below(path, self._root) else str(path)

    def everything(self) -> dict[str, bytes]:
        """All small regular files below the ``files/`` folders, by the name that people know."""
        found: dict[str, bytes] = {}
        for folder in self._folders:
            for place, _, names in os.walk(folder):
                for name in sorted(names):
                    path = Path(place) / name
                    if len(found) < _MOST_FILES and self.shown(path) not in found:
                        with contextlib.suppress(InputError):
                            content = read_bytes(path, _LIMIT, is_link_allowed=False)
                            found[self.shown(path)] = content
        return found

    def _described(self, name: str, source: str | None) -> LocalFile:
        path = self.place(name, source)
        if path is None:
            places = self._places(name, source)
            if not self.is_content_needed:
                return LocalFile(name, self.shown(places[0]))
            raise self._missing(name, source, places)
        try:
            content = read_bytes(path, _LIMIT, is_link_allowed=False)
            # Imported here, as below: a rendering of a site without files reads none.
            from cmsdeploy.certificates.describe import describe

            return describe(name, self.shown(path), content)
        except InputError as error:
            if not self.is_content_needed:
                return LocalFile(name, self.shown(path))
            raise self._named(error, path) from None

    def _read(self, path: Path, passphrase: Secret | None) -> Reading:
        from cmsdeploy.certificates.reading import read

        try:
            content, found = read_with_status(path, _LIMIT, is_link_allowed=False)
            reading = read(self.shown(path), content, passphrase)
            # A key beside certificates is refused for that, whatever the mode of the file.
            if reading.key is not None and (reading.form == "PKCS#12" or not reading.certificates):
                check_own(found, Origin(self.shown(path)))
        except InputError as error:
            raise self._named(error, path) from None
        return reading

    def _named(self, error: InputError, path: Path) -> InputError:
        shown = printable(self.shown(path), 200)
        cause = error.cause if shown in error.cause else f"{shown}: {error.cause}"
        return InputError(cause, error.action)

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
        shown = ", ".join(dict.fromkeys(printable(self.shown(one.parent), 200) for one in places))
        if source is None:
            return InputError(
                f"there is no local file {name}", f"put it into {shown}, or give it a source:"
            )
        return InputError(f"there is no file {printable(source, 100)}", f"looked in {shown}")


def _is_below(path: Path, folder: Path) -> bool:
    return folder == path or folder in path.parents


@dataclass(frozen=True)
class HostSite:
    """The :class:`~cmsdeploy.families.contract.Site` of one task on one host."""

    host: str
    cluster: str
    origin: Origin
    files: FileRoom
    desk: CertificateDesk

    def local_file(self, name: str, source: str | None) -> LocalFile:
        """The file that shall be called ``name`` on the box."""
        return self.files.file(name, source)

    def certificate(self, order: CertificateOrder) -> FoundCertificate:
        """The files of the order, checked and written anew."""
        return self.desk.found(self.host, order)


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
