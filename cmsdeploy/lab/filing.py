"""The file root of a box as its users meet it: uploads, own files, what is refused (mmp 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from . import own_files, power
from .audit import Kind
from .copying import Plain
from .errors import FileRefusedError
from .files import FileRoot, is_upload_name

if TYPE_CHECKING:
    from .box import Box
    from .world import World


class Filing(Plain):
    """The file operations of a box; `Box` is the only class that has them."""

    world: World
    files: FileRoot
    # Files that the box still writes, and when they are whole.
    files_whole_at: dict[str, float]

    def note(self, kind: Kind, text: str, *, is_write: bool) -> None:
        """Write an entry to the audit."""
        raise NotImplementedError

    def write_file(self, name: str, content: bytes) -> None:
        """Store an upload. Raises `FileRefusedError`."""
        self.note("file-write", name, is_write=True)
        if not self.takes_upload(name):
            raise FileRefusedError("denied" if is_upload_name(name) else "name", name)
        self.files.write(name, content)
        power.notice_upload(self._box, name)

    def read_file(self, name: str) -> bytes:
        """Give a file back, own files of the box too. Raises `FileRefusedError`."""
        self.note("file-read", name, is_write=False)
        if name in own_files.names(self._box):
            return own_files.content(self._box, name)
        content = self.files.read(name, self.world.switches["sftp-read-keys"] == "yes")
        return self._so_far(name, content)

    def takes_upload(self, name: str) -> bool:
        """Whether the box would take an upload of that name; nothing is logged."""
        is_any = self.world.switches["sftp-names"] == "any-ending"
        if not is_upload_name(name, is_any_ending=is_any) or name in own_files.names(self._box):
            return False
        refuses = self.world.switches["sftp-overwrite-live-key"] == "refused"
        return not (refuses and name in self.files and power.is_live(self._box, name))

    def remove_file(self, name: str) -> None:
        """Remove a file. Raises `FileRefusedError`."""
        self.note("file-remove", name, is_write=True)
        if name in own_files.names(self._box):
            raise FileRefusedError("denied", name)
        self.files.remove(name)

    def list_files(self) -> list[str]:
        """Names of what people and commands put there, oldest first."""
        return self.files.names()

    def own_files(self) -> list[str]:
        """Names of the files that the box makes itself (`live.json`, `log` and others)."""
        return own_files.names(self._box)

    def size_of(self, name: str) -> int | None:
        """Size of a file, own files too; None where there is none. Nothing is logged."""
        if name in own_files.names(self._box):
            return len(own_files.content(self._box, name))
        content = self.files.get(name)
        return None if content is None else len(self._so_far(name, content))

    def _so_far(self, name: str, content: bytes) -> bytes:
        is_whole = self.world.seconds >= self.files_whole_at.get(name, 0.0)
        return content if is_whole else content[: len(content) // 2]

    @property
    def _box(self) -> Box:
        return cast("Box", self)
