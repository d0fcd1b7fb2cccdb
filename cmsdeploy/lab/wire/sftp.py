"""SFTP of one box: a flat root, nothing else (mmp 2)."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import asyncssh

from ..errors import FileRefusedError
from .talk import ConnectionCutError, Desk

# Modes are UNKNOWN (mmp 2).
_MODES = {"rw-r--r--": stat.S_IFREG | 0o644, "rw-------": stat.S_IFREG | 0o600, "absent": None}
_ROOT_MODE = stat.S_IFDIR | 0o755
_WRITING = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND
_Result = TypeVar("_Result")


@dataclass
class _Handle:
    """An open file. What was written is stored when the handle closes, cut connections included."""

    name: str
    content: bytearray
    is_written: bool

    def seek(self, offset: int, whence: int) -> int:
        """Say where data and holes begin, as a client asks that copies files with holes."""
        if offset >= len(self.content):
            raise OSError(errno.ENXIO, "behind the end")
        return offset if whence == os.SEEK_DATA else len(self.content)


class BoxFiles(asyncssh.SFTPServer):
    """Files of a box over SFTP. Directories and links are refused.

    Every operation takes its time and meets its faults as `sftp open NAME` and so on.
    """

    def __init__(
        self, channel: asyncssh.SSHServerChannel[bytes], desk: Desk, cut: Callable[[], None]
    ) -> None:
        """Serve one SFTP channel; `cut` breaks its connection."""
        super().__init__(channel)
        self._desk = desk
        self._cut = cut

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open a file for reading or writing."""
        name = _flat(path)
        return await self._do(f"open {name}", lambda: self._opened(name, pflags))

    def _opened(self, name: str, flags: int) -> _Handle:
        box = self._desk.box
        if not flags & _WRITING:
            return _Handle(name, bytearray(box.read_file(name)), False)
        if flags & asyncssh.FXF_EXCL and name in box.files:
            raise asyncssh.SFTPFailure("file exists")
        kept = b"" if flags & asyncssh.FXF_TRUNC else box.files.get(name) or b""
        # The name is judged now, as a client expects; the upload is logged once, at its end.
        if not box.takes_upload(name):
            raise asyncssh.SFTPPermissionDenied(f"{name}: name refused")
        return _Handle(name, bytearray(kept), True)

    async def close(self, file_obj: object) -> None:
        """Close a file; an upload takes effect here."""
        handle = _own(file_obj)
        is_written, handle.is_written = handle.is_written, False

        def store() -> None:
            if is_written:
                self._desk.box.write_file(handle.name, bytes(handle.content))

        await self._do(f"close {handle.name}", store, pretended=lambda: None)

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Read a piece."""
        handle = _own(file_obj)
        piece = bytes(handle.content[offset : offset + size])
        return await self._do(f"read {handle.name}", lambda: piece, len(piece))

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Write a piece; a gap before it is filled with zero bytes."""
        handle = _own(file_obj)
        full = self._desk.faults.look(f"sftp write {handle.name}", "disk-full")
        if full is not None and offset + len(data) > full.number(0):
            self._desk.faults.take(f"sftp write {handle.name}", "disk-full")
            _put(handle.content, offset, data[: max(0, full.number(0) - offset)])
            raise asyncssh.SFTPFailure("no space left on device")

        def put() -> int:
            _put(handle.content, offset, data)
            return len(data)

        return await self._do(f"write {handle.name}", put, len(data), lambda: len(data))

    async def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        """Describe the root or a file."""
        if path in (b"/", b"", b"."):
            return asyncssh.SFTPAttrs(permissions=_ROOT_MODE, size=0, uid=0, gid=0)
        name = _flat(path)
        size = await self._do(f"stat {name}", lambda: self._desk.box.size_of(name))
        if size is None:
            raise asyncssh.SFTPNoSuchFile(name)
        return self._attributes(name, size)

    lstat = stat

    async def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        """Describe an open file."""
        handle = _own(file_obj)
        size = len(handle.content)
        return self._attributes(handle.name, await self._do(f"stat {handle.name}", lambda: size))

    def _attributes(self, name: str, size: int) -> asyncssh.SFTPAttrs:
        wrong = self._desk.faults.take(f"sftp stat {name}", "wrong-size")
        told = size if wrong is None else wrong.number(0) if wrong.value else None
        mode = _MODES[self._desk.box.world.switches["sftp-modes"]]
        return asyncssh.SFTPAttrs(size=told, uid=0, gid=0, permissions=mode, atime=0, mtime=0)

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Take modes and times and forget them: clients send these after uploads."""

    def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """Take modes and times of an open file and forget them."""

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """List the root: own files of the box, then those of users."""
        if path.strip(b"/").strip(b"."):
            raise asyncssh.SFTPNoSuchFile("no such directory")
        box = self._desk.box
        names = await self._do("list", lambda: [*box.own_files(), *box.list_files()])
        for name in names:
            size = self._desk.do(partial(box.size_of, name)) or 0
            yield asyncssh.SFTPName(name.encode(), attrs=self._attributes(name, size))

    async def remove(self, path: bytes) -> None:
        """Remove a file (CODE: MIV)."""
        name = _flat(path)
        act = partial(self._desk.box.remove_file, name)
        await self._do(f"remove {name}", act, pretended=lambda: None)

    def realpath(self, path: bytes) -> bytes:
        """Everything lives in the root."""
        return b"/" + path.strip(b"/").removeprefix(b".").strip(b"/")

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Refuse: the root is flat."""
        raise asyncssh.SFTPPermissionDenied("no directories")

    def rmdir(self, path: bytes) -> None:
        """Refuse: the root is flat."""
        raise asyncssh.SFTPPermissionDenied("no directories")

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename where the switch says so; what a real box does is UNKNOWN (mmp 2)."""
        if self._desk.box.world.switches["sftp-renames"] == "unsupported":
            raise asyncssh.SFTPOpUnsupported("no renaming")
        old, new = _flat(oldpath), _flat(newpath)

        def move() -> None:
            self._desk.box.write_file(new, self._desk.box.files.read(old))
            self._desk.box.remove_file(old)

        await self._do(f"rename {old}", move)

    posix_rename = rename

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse: no links."""
        raise asyncssh.SFTPPermissionDenied("no links")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse: no links."""
        raise asyncssh.SFTPPermissionDenied("no links")

    def readlink(self, path: bytes) -> bytes:
        """Refuse: no links."""
        raise asyncssh.SFTPNoSuchFile("no links")

    async def _do(
        self,
        operation: str,
        act: Callable[[], _Result],
        size: int = 0,
        pretended: Callable[[], _Result] | None = None,
    ) -> _Result:
        """Act on the box with its faults and latency, turning its refusal into an SFTP status."""
        desk = self._desk
        try:
            fault = await desk.enter(f"sftp {operation}", desk.box.world.timing.of_file(size))
            if fault is not None and fault.kind == "refuse":
                raise asyncssh.SFTPFailure(fault.value or "refused")
            if fault is not None and fault.kind == "pretend" and pretended is not None:
                return pretended()
            result = desk.do(act)
            desk.leave(fault)
        except FileRefusedError as refusal:
            if refusal.reason == "missing":
                raise asyncssh.SFTPNoSuchFile(refusal.name) from None
            raise asyncssh.SFTPPermissionDenied(str(refusal)) from None
        except ConnectionCutError:
            self._cut()
            raise asyncssh.SFTPConnectionLost("connection lost") from None
        return result


def _own(file_obj: object) -> _Handle:
    if not isinstance(file_obj, _Handle):
        raise asyncssh.SFTPInvalidHandle("not an open file")
    return file_obj


def _put(content: bytearray, offset: int, data: bytes) -> None:
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


def _flat(path: bytes) -> str:
    name = path.decode("utf-8", "replace").removeprefix("/")
    if "/" in name:
        raise asyncssh.SFTPPermissionDenied("no directories")
    return name
