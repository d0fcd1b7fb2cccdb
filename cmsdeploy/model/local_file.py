"""A file of the site that is to stand on a box: its content, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from cmsdeploy.model.secret import Secret

__all__ = ["FileKind", "LocalFile"]


class FileKind(Enum):
    """What a file holds, as far as a box cares."""

    KEY = "key"
    CERTIFICATES = "certificates"
    OTHER = "other"


@dataclass(frozen=True)
class LocalFile:
    """``name`` on the box, ``source`` path here, and what was read.

    ``content`` is None where the file is not there and only a rendering was asked for; it is a
    :class:`Secret` for a private key. ``public_keys`` are the SHA-256 (hexadecimal) of the public
    keys inside, in order: a key and a certificate belong together when the first ones are equal.
    """

    name: str
    source: str
    kind: FileKind = FileKind.OTHER
    content: bytes | Secret | None = field(default=None, compare=False, repr=False)
    identity: str = ""
    public_keys: tuple[str, ...] = ()
