"""`pki unlock`, `pki sign`, `pki pkcs12-to-ssh`: commands that turn one file into another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import certificates
from ..exchange import Question, Reply, failure, lines, success
from .verb import Answer, Verb

if TYPE_CHECKING:
    from ..box import Box

# UNKNOWN; the words of uploader-password-prompt.
_QUESTION = "Please enter password:"


def _unlock(box: Box, words: tuple[str, ...]) -> Reply:
    # RECALL: asks the passphrase, replaces the file.
    if words[0] not in box.files:
        return failure(f"File {words[0]} not found")
    return Question(_QUESTION, "pki-unlock", words, False)


def _unlocked(box: Box, words: tuple[str, ...], text: str) -> str:
    content = certificates.unlocked(box.files.get(words[0]) or b"", text)
    if content is None:
        return failure("Incorrect password")
    box.files.write(words[0], content)
    return success(f"{words[0]} unlocked")


def _sign(box: Box, words: tuple[str, ...]) -> str:
    # DOC TAC-214618: `pki sign dbserver dbca` makes dbserver.crt; the text is a guess.
    request = box.files.get(f"{words[0]}.csr")
    key = box.files.get(f"{words[1]}.key")
    leaf = box.files.get(f"{words[1]}.crt") or box.files.get(f"{words[1]}.cer")
    if request is None or key is None or leaf is None:
        return failure(f"{words[0]}.csr, {words[1]}.key or {words[1]}.crt not found")
    if box.world.checks_certificates:
        try:
            signed = certificates.sign(request, key, leaf)
        except ValueError:
            return failure("Signing failed")
    else:
        signed = b"certificate of " + words[0].encode() + b"\n"
    box.files.write(f"{words[0]}.crt", signed)
    return lines(f"Created certificate file {words[0]}.crt")


def _to_ssh(box: Box, words: tuple[str, ...]) -> Reply:
    # RECALL mmp 1: a PKCS#12 uploaded as <user>.pub becomes a public key for log-in.
    if f"{words[0]}.pub" not in box.files:
        return failure(f"File {words[0]}.pub not found")
    return Question(_QUESTION, "pki-pkcs12", words, False)


def _converted(box: Box, words: tuple[str, ...], text: str) -> str:
    name = f"{words[0]}.pub"
    line = certificates.public_key_of_pkcs12(box.files.get(name) or b"", text)
    if line is None:
        return failure("Incorrect password or no PKCS#12 file")
    box.files.write(name, f"{line} {words[0]}\n".encode())
    return success(f"{name} converted")


VERBS = (
    Verb("pki unlock", _unlock, "<key>", 1, 1, is_write=True, switch="pki-unlock"),
    Verb("pki sign", _sign, "<csr basename> <CA basename>", 2, 2, is_write=True),
    Verb("pki pkcs12-to-ssh", _to_ssh, "<user>", 1, 1, is_write=True),
)
ANSWERS: dict[str, Answer] = {"pki-unlock": _unlocked, "pki-pkcs12": _converted}
