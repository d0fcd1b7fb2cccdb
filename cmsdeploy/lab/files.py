"""The flat file root of a box: which names it takes, in which order it keeps them.

Source: mmp 2 (names: DOC TAC-214618 for the base, RECALL for the rest; flat root: SEEN).
"""

from __future__ import annotations

import re

from .copying import Plain
from .errors import FileRefusedError

_NAME = re.compile(r"[A-Za-z0-9_-]+\.([A-Za-z0-9]+)\Z")
# RECALL for the list as such; bak and json are CODE, lic, img and zip are DOC, pub is RECALL.
_UPLOADS = "key csr crt cer pem der p12 pfx pub bak json lic img zip motd pcap"
_EXTENSIONS = frozenset(_UPLOADS.split())
# DOC mmp 2: made by the box itself, so the rule for uploads does not hold for it.
_OWN_FILES = frozenset({"logbundle.tar.gz", "log"})


def is_upload_name(name: str, *, is_any_ending: bool = False) -> bool:
    """Whether a box takes an upload of that name."""
    found = _NAME.match(name)
    return found is not None and (is_any_ending or found.group(1).lower() in _EXTENSIONS)


class FileRoot(Plain):
    """Files by name, in the order of their first upload (`pki-list` is not sorted).

    Every method raises `FileRefusedError`: "name" for a name that no box takes (sub-directories
    among them), "missing" for one that is not there, "denied" for a key that cannot be read.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._files: dict[str, bytes] = {}

    def __contains__(self, name: object) -> bool:
        """Whether there is a file of that name."""
        return name in self._files

    def names(self) -> list[str]:
        """All names, oldest first."""
        return list(self._files)

    def write(self, name: str, content: bytes) -> None:
        """Store a file; which endings a box takes is the box's own business."""
        if not is_upload_name(name, is_any_ending=True):
            raise FileRefusedError("name", name)
        self._files[name] = content

    def read(self, name: str, keys_are_readable: bool = True) -> bytes:
        """Give the content of a file."""
        if name not in self._files:
            raise FileRefusedError("missing", name)
        if name.endswith(".key") and not keys_are_readable:
            raise FileRefusedError("denied", name)
        return self._files[name]

    def get(self, name: str | None) -> bytes | None:
        """Content of a file that a setting names, or None where it is missing or unset."""
        return self._files.get(name) if name else None

    def remove(self, name: str) -> None:
        """Remove a file (CODE: MIV removes by SFTP)."""
        if name in _OWN_FILES:
            raise FileRefusedError("denied", name)
        if name not in self._files:
            raise FileRefusedError("missing", name)
        del self._files[name]
