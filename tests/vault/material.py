"""Files, passwords and vaults for tests."""

from __future__ import annotations

from pathlib import Path

from cmsdeploy.inventory.keyring import Keyring
from cmsdeploy.inventory.vault import sealed
from cmsdeploy.inventory.vault_passwords import VaultPassword
from cmsdeploy.model.secret import Secret

__all__ = ["inline", "keyring", "never_asked", "private", "vault"]


def never_asked(what: str) -> Secret:
    """A person who must not be asked."""
    raise AssertionError(f"nobody should be asked for the {what}")


def private(path: Path, content: str) -> Path:
    """A file of mode 0600."""
    path.write_bytes(content.encode())
    path.chmod(0o600)
    return path


def keyring(**passwords: str) -> Keyring:
    """Passwords by label."""
    return Keyring([_given(label, text) for label, text in passwords.items()])


def _given(label: str, text: str) -> VaultPassword:
    return VaultPassword(label, lambda: Secret(text))


def vault(content: str, password: str = "pw", label: str = "default") -> str:
    """A whole vault."""
    return sealed(content.encode(), Secret(password), label)


def inline(content: str, indent: int, password: str = "pw", label: str = "default") -> str:
    """An inline value, from ``!vault`` on, whose lines are indented by ``indent``."""
    lines = vault(content, password, label).splitlines()
    return "\n".join(["!vault |", *(" " * indent + line for line in lines)])
