"""SFTP of one box: a flat root, nothing else (mmp 2)."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncssh

from ..errors import FileRefusedError
from .talk import Desk

_FILE_MODE = stat.S_IFREG | 0o644  # modes are UNKNOWN (mmp 2)
_ROOT_MODE = stat.S_IFDIR | 0o755
_WRITING = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND
_Result = TypeVar("_Result")


@dataclass
class _Handle:
    """An open file. What was written is stored when the handle closes, cut connections included."""

    name: str
    content: bytearray
    is_written: bool


class BoxFiles(asyncssh.SFTPServer):
    """Files of a box over SFTP. Directories, links and renaming are refused."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], desk: Desk) -> None:
        """Serve one SFTP channel."""
        super().__init__(channel)
        self._desk = desk

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open a file for reading or writing."""
        name = _flat(path)
        if not pflags & _WRITING:
            return _Handle(name, bytearray(self._do(lambda: self._desk.box.read_file(name))), False)
        files = self._desk.box.files
        if pflags & asyncssh.FXF_EXCL and name in files:
            raise asyncssh.SFTPFailure("file exists")
        kept = b"" if pflags & asyncssh.FXF_TRUNC else files.get(name) or b""
        # The name is judged now, as a client expects; the upload is logged once, at its end.
        if not self._desk.box.takes_upload(name):
            raise asyncssh.SFTPPermissionDenied(f"{name}: name refused")
        return _Handle(name, bytearray(kept), True)

    def close(self, file_obj: object) -> None:
        """Close a file; an upload takes effect here."""
        handle = _own(file_obj)
        if handle.is_written:
            content = bytes(handle.content)
            self._do(lambda: self._desk.box.write_file(handle.name, content))

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Read a piece."""
        return bytes(_own(file_obj).content[offset : offset + size])

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Write a piece; a gap before it is filled with zero bytes."""
        content = _own(file_obj).content
        content.extend(bytes(max(0, offset - len(content))))
        content[offset : offset + len(data)] = data
        return len(data)

    def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        """Describe the root or a file."""
        if path in (b"/", b"", b"."):
            return asyncssh.SFTPAttrs(permissions=_ROOT_MODE, size=0, uid=0, gid=0)
        name = _flat(path)
        content = self._desk.box.files.get(name)
        if content is None:
            raise asyncssh.SFTPNoSuchFile(name)
        return _attributes(len(content))

    lstat = stat

    def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        """Describe an open file."""
        return _attributes(len(_own(file_obj).content))

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Take modes and times and forget them: clients send these after uploads."""

    def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """Take modes and times of an open file and forget them."""

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """List the root."""
        if path.strip(b"/"):
            raise asyncssh.SFTPNoSuchFile("no such directory")
        for name in self._do(self._desk.box.list_files):
            size = len(self._desk.box.files.get(name) or b"")
            yield asyncssh.SFTPName(name.encode(), attrs=_attributes(size))

    def remove(self, path: bytes) -> None:
        """Remove a file (CODE: MIV)."""
        name = _flat(path)
        self._do(lambda: self._desk.box.remove_file(name))

    def realpath(self, path: bytes) -> bytes:
        """Everything lives in the root."""
        return b"/" + path.strip(b"/").removeprefix(b".").strip(b"/")

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Refuse: the root is flat."""
        raise asyncssh.SFTPPermissionDenied("no directories")

    def rmdir(self, path: bytes) -> None:
        """Refuse: the root is flat."""
        raise asyncssh.SFTPPermissionDenied("no directories")

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse; what a real box does is UNKNOWN (mmp 2)."""
        raise asyncssh.SFTPOpUnsupported("no renaming")

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse; what a real box does is UNKNOWN (mmp 2)."""
        raise asyncssh.SFTPOpUnsupported("no renaming")

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse: no links."""
        raise asyncssh.SFTPPermissionDenied("no links")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse: no links."""
        raise asyncssh.SFTPPermissionDenied("no links")

    def readlink(self, path: bytes) -> bytes:
        """Refuse: no links."""
        raise asyncssh.SFTPNoSuchFile("no links")

    def _do(self, act: Callable[[], _Result]) -> _Result:
        """Act on the box under the lock, turning its refusal into an SFTP status."""
        try:
            with self._desk.lock:
                self._desk.keep_time()
                return act()
        except FileRefusedError as refusal:
            if refusal.reason == "missing":
                raise asyncssh.SFTPNoSuchFile(refusal.name) from None
            raise asyncssh.SFTPPermissionDenied(str(refusal)) from None


def _own(file_obj: Any) -> _Handle:
    if not isinstance(file_obj, _Handle):
        raise asyncssh.SFTPInvalidHandle("not an open file")
    return file_obj


def _flat(path: bytes) -> str:
    name = path.decode("utf-8", "replace").removeprefix("/")
    if "/" in name:
        raise asyncssh.SFTPPermissionDenied("no directories")
    return name


def _attributes(size: int) -> asyncssh.SFTPAttrs:
    return asyncssh.SFTPAttrs(size=size, uid=0, gid=0, permissions=_FILE_MODE, atime=0, mtime=0)
