"""The text of a file that a person wrote, opened where it is a vault."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.characters import check_characters, decoded
from cmsdeploy.inventory.keyring import Keyring
from cmsdeploy.inventory.reading import DOCUMENT_LIMIT, read_bytes
from cmsdeploy.inventory.vault_marks import foreign_format, is_encrypted

__all__ = ["Content", "content_of"]


@dataclass(frozen=True)
class Content:
    """``is_sensitive`` says that it stood in a vault: no line of it is shown."""

    name: str
    text: str
    is_sensitive: bool = False
    is_json: bool = False
    lines: list[str] = field(default_factory=list, repr=False)

    def shown_line(self, number: int) -> str:
        """Line ``number`` (from 0) as it may stand in a message; empty where it may not."""
        if self.is_sensitive or number >= len(self.lines):
            return ""
        return self.lines[number]


def content_of(
    path: Path,
    limit: int = DOCUMENT_LIMIT,
    keyring: Keyring | None = None,
    *,
    is_tab_allowed: bool = False,
) -> Content:
    """Read ``path``, once. Raises :class:`InputError` with its place."""
    name = str(path)
    raw = read_bytes(path, limit)
    is_sensitive = is_encrypted(raw)
    if is_sensitive:
        raw = (keyring or Keyring()).opened(raw, Origin(name))
        if is_encrypted(raw):
            raise InputError(
                "it is a vault inside a vault", "decrypt it and encrypt it once", Origin(name)
            )
    foreign = foreign_format(raw)
    if foreign is not None:
        raise InputError(
            f"it is encrypted with {foreign}, which is not supported",
            "decrypt it, or encrypt it with cmsdeploy vault encrypt",
            Origin(name),
        )
    text = decoded(raw, name)
    is_json = _is_json(text)
    if is_json:
        text = text.replace("\t", " ")  # in JSON a tab only ever stands between the values
    check_characters(text, name, is_tab_allowed=is_tab_allowed)
    return Content(name, text, is_sensitive, is_json, text.replace("\r\n", "\n").split("\n"))


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith("{"):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
