"""By what an encrypted file is known, one of ansible-vault and one of others."""

from __future__ import annotations

import re

__all__ = ["MARK", "foreign_format", "is_encrypted"]

MARK = "$ANSIBLE_VAULT"
_FOREIGN = {
    "age": (b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED FILE-----"),
    "OpenPGP": (b"-----BEGIN PGP MESSAGE-----",),
    "OpenSSL": (b"Salted__",),
}


def is_encrypted(content: bytes) -> bool:
    """Whether ``content`` begins as a vault does, blanks before it included."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[: len(MARK)] == MARK.encode()


def foreign_format(content: bytes) -> str | None:
    """The name of another format of encrypted files, or None."""
    head = content[:100]
    for name, marks in _FOREIGN.items():
        if any(head.startswith(mark) for mark in marks):
            return name
    return "SOPS" if re.search(rb"ENC\[AES256_GCM,data:", content) else None
