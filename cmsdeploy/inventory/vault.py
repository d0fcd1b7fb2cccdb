"""The envelope of ansible-vault, versions 1.1 and 1.2: what is in it, and how it is sealed.

Beside ``certificates/`` the only file that imports cryptography. It is read more strictly than by
Ansible: another version number, another cipher or a salt of another length can only be a damaged
or an altered file. The header is not authenticated: nothing here rests on the label. Most runs open
no vault, so what opens one is loaded where it is used.
"""

from __future__ import annotations

import binascii
import os
import re
import unicodedata
from dataclasses import dataclass

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.vault_marks import MARK
from cmsdeploy.model.secret import Secret

__all__ = [
    "DEFAULT_LABEL",
    "Envelope",
    "envelope_of",
    "flaw_of",
    "opened",
    "password_flaw",
    "sealed",
]

DEFAULT_LABEL = "default"
_CIPHER = "AES256"
_ROUNDS = 10_000
_SALT_LENGTH = _MAC_LENGTH = 32
_BLOCK = 16
_WIDTH = 80
_LABEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,99}")
_DAMAGED = "take the file from its source again: it is cut or altered"


@dataclass(frozen=True)
class Envelope:
    """One ciphertext with what is needed to open it. ``label`` is what the header claims."""

    label: str
    salt: bytes
    mac: bytes
    ciphertext: bytes


def envelope_of(text: str, origin: Origin) -> Envelope:
    """Read a vault. ``text`` begins with its header. Raises :class:`InputError` at ``origin``."""
    header, *body = text.splitlines()
    label = _label_of(header, origin)
    try:
        inner = binascii.unhexlify("".join(body))
        salt, mac, ciphertext = (binascii.unhexlify(part) for part in inner.split(b"\n"))
    except ValueError:
        raise InputError("the body of the vault does not read", _DAMAGED, origin) from None
    lengths = (len(salt), len(mac), len(ciphertext) % _BLOCK)
    if lengths != (_SALT_LENGTH, _MAC_LENGTH, 0) or not ciphertext:
        raise InputError("the parts of the vault have wrong lengths", _DAMAGED, origin)
    return Envelope(label, salt, mac, ciphertext)


def _label_of(header: str, origin: Origin) -> str:
    mark, *words = header.rstrip().split(";")
    if mark != MARK:
        raise InputError(
            "a vault begins with $ANSIBLE_VAULT, and nothing before it", "take it out", origin
        )
    version, cipher, *label = [*words, "", ""][: max(2, len(words))]
    if version not in {"1.1", "1.2"}:
        shown = printable(version, 20)
        action = "encrypt it anew with ansible-vault or cmsdeploy vault"
        raise InputError(f"a vault of version {shown!r} is not supported", action, origin)
    if cipher != _CIPHER:
        shown = printable(cipher, 20)
        raise InputError(f"a vault with the cipher {shown!r} is not supported", _DAMAGED, origin)
    if len(label) != (version == "1.2"):
        raise InputError("the header of the vault has a wrong number of parts", _DAMAGED, origin)
    return label[0] if label else DEFAULT_LABEL


def _keys(password: Secret, salt: bytes) -> tuple[bytes, bytes, bytes]:
    from hashlib import pbkdf2_hmac

    derived = pbkdf2_hmac("sha256", password.reveal(), salt, _ROUNDS, 80)
    return derived[:32], derived[32:64], derived[64:]


def _crypted(key: bytes, counter: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    # Counter mode is its own inverse.
    worker = Cipher(algorithms.AES(key), modes.CTR(counter)).encryptor()
    return worker.update(data) + worker.finalize()


def opened(envelope: Envelope, password: Secret) -> bytes | None:
    """The plaintext; None where the password is another one or the ciphertext was altered."""
    from hmac import compare_digest, digest

    key, mac_key, counter = _keys(password, envelope.salt)
    if not compare_digest(digest(mac_key, envelope.ciphertext, "sha256"), envelope.mac):
        return None
    padded = _crypted(key, counter, envelope.ciphertext)
    count = padded[-1]
    is_padded = 0 < count <= _BLOCK and padded.endswith(bytes([count]) * count)
    return padded[:-count] if is_padded else None


def sealed(plaintext: bytes | Secret, password: Secret, label: str = DEFAULT_LABEL) -> str:
    """``plaintext`` as a vault, with a final line end; version 1.2 where it has a label."""
    if not _LABEL.fullmatch(label):
        raise InputError(
            f"{printable(label, 40)!r} cannot be the label of a vault",
            "use letters, digits and _ - . @",
        )
    from hmac import digest

    content = plaintext.reveal() if isinstance(plaintext, Secret) else plaintext
    salt = os.urandom(_SALT_LENGTH)
    key, mac_key, counter = _keys(password, salt)
    count = _BLOCK - len(content) % _BLOCK
    ciphertext = _crypted(key, counter, content + bytes([count]) * count)
    mac = digest(mac_key, ciphertext, "sha256")
    inner = b"\n".join(binascii.hexlify(part) for part in (salt, mac, ciphertext))
    body = binascii.hexlify(inner).decode("ascii")
    header = f"{MARK};1.1;{_CIPHER}" if label == DEFAULT_LABEL else f"{MARK};1.2;{_CIPHER};{label}"
    lines = [header, *(body[at : at + _WIDTH] for at in range(0, len(body), _WIDTH))]
    return "\n".join(lines) + "\n"


def password_flaw(password: Secret) -> InputError | None:
    """What is wrong with the password of a vault, or None."""
    content = password.reveal()
    if not content.strip():
        return InputError("the vault password is empty", "give one")
    if content != content.strip():
        # Ansible takes the blanks off: another password than the one that is written.
        return InputError("the vault password begins or ends with blanks", "take them out")
    return None


def flaw_of(secret: Secret) -> InputError | None:
    """What keeps a secret from being typed at a prompt, or None. Its text is in no message."""
    try:
        text = secret.reveal().decode("utf-8")
    except UnicodeDecodeError:
        return InputError("is not UTF-8 text", "encrypt the text that is typed")
    if not text:
        return InputError("is empty", "give it a value, or take the line out")
    if any(unicodedata.category(character) == "Cc" for character in text):
        return InputError("holds a control character", "look for a line end inside it")
    return None
