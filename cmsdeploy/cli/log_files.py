"""Log files that people have: text in some encoding, packed or not, or a bundle of them."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from cmsdeploy.errors import InputError, printable

__all__ = ["read_texts"]

_LARGEST = 64 * 1024 * 1024
_MOST_MEMBERS = 2000
# A terminal sends bell, backspace, tab, the ends of lines and escape; the rest is no text.
_CONTROL = bytes({*range(32)} - {*b"\a\b\t\n\v\f\r\x1b"})
_PACKED = b"\x1f\x8b"


def read_texts(path: Path) -> list[tuple[str, str]]:
    """Name and text of every log in ``path``. Raises ``InputError`` where it cannot be read.

    A bundle is read in memory, nothing of it is written; what is no text is left out.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise InputError(
            f"{printable(str(path), 300)} cannot be read: {error.strerror}",
            "name a file with a pasted log, an event log, or a log bundle",
        ) from None
    if len(content) > _LARGEST:
        raise InputError(
            f"{printable(str(path), 300)} has more than {_LARGEST // 2**20} MB",
            "cut out the part in question",
        )
    name = printable(path.name, 100)
    content = _unpacked(content, name)
    members = list(_members(content))
    texts = [(f"{name}/{member}", _decoded(text)) for member, text in members if _is_text(text)]
    if members and not texts:
        raise InputError(f"{name} holds no text", "name the log that is in it")
    if not members and not _is_text(content):
        raise InputError(f"{name} is no text", "save the log as plain text and name that file")
    return texts or [(name, _decoded(content))]


def _unpacked(content: bytes, name: str) -> bytes:
    if not content.startswith(_PACKED):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            unpacked = file.read(_LARGEST + 1)
    except (OSError, EOFError, zlib.error):
        raise InputError(f"{name} is packed and cannot be unpacked", "fetch it again") from None
    if len(unpacked) > _LARGEST:
        raise InputError(
            f"{name} unpacks to more than {_LARGEST // 2**20} MB", "name the log that is in it"
        )
    return unpacked


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of a bundle (logbundle.tar.gz, from CMS 2.2 on); nothing for any other file."""
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as bundle:
            for number, member in enumerate(bundle):
                file = bundle.extractfile(member) if member.isfile() else None
                if file is not None and number < _MOST_MEMBERS:
                    yield printable(member.name, 100), file.read(_LARGEST)
    except (tarfile.TarError, OSError, EOFError, ValueError):
        return


def _is_text(content: bytes) -> bool:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    start = content[:4096]
    return len(start) - len(start.translate(None, _CONTROL)) <= len(start) // 20


def _decoded(content: bytes) -> str:
    """Windows saves UTF-16 and old code pages; a wrong guess spoils a letter and no command."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")
