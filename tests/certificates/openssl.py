"""What openssl says: the referee."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path


def ask(*words: str, content: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run openssl."""
    return subprocess.run(["openssl", *words], input=content, capture_output=True, check=False)


def made(*words: str, content: bytes = b"") -> bytes:
    """Run openssl, which has to succeed, and give what it printed."""
    found = ask(*words, content=content)
    assert found.returncode == 0, (words, found.stderr.decode())
    return found.stdout


def verifies(
    folder: Path, leaf: bytes, others: Sequence[bytes], roots: Sequence[bytes], at: datetime
) -> str:
    """``openssl verify`` as server and as client: "" for OK, else the first error in its words."""
    (folder / "leaf.pem").write_bytes(leaf)
    (folder / "roots.pem").write_bytes(b"".join(roots))
    (folder / "others.pem").write_bytes(b"".join(others))
    words = ["verify", "-attime", str(int(at.timestamp())), "-no-CApath", "-no-CAstore"]
    words += ["-CAfile", str(folder / "roots.pem")] if roots else ["-no-CAfile"]
    words += ["-untrusted", str(folder / "others.pem")] if others else []
    for purpose in ("sslserver", "sslclient"):
        found = ask(*words, "-purpose", purpose, str(folder / "leaf.pem"))
        if found.returncode:
            lines = (found.stderr + found.stdout).decode().splitlines()
            return next((line for line in lines if line.startswith("error ")), lines[0])
    return ""


def same_der(kind: str, pem: bytes) -> bytes:
    """The DER that openssl reads in a PEM text; ``kind`` is ``x509`` or ``pkey``."""
    return made(kind, "-outform", "DER", content=pem)
