"""PEM as people and programs really write it, in; PEM as it should be, out. No library needed.

Shapes. In: any bytes that may hold ``-----BEGIN LABEL-----`` … ``-----END LABEL-----``, in ASCII,
UTF-8 with a mark, or UTF-16 as PowerShell writes it; line ends of any kind or none; text around.
Out: blocks with their DER, and :func:`armoured`: LF, 64 columns, one final newline.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cmsdeploy.errors import InputError

__all__ = ["Block", "armoured", "bare_base64", "blocks_in"]

_EDGE = re.compile(r"-----(BEGIN|END) ([A-Z0-9][A-Z0-9 #]{0,40})-----")
# RFC 1421 headers, which only the traditional form of an encrypted key has.
_HEADERS = re.compile(r"\s*((?:[A-Za-z0-9-]+:[^\r\n]*[\r\n]+)+)\s*")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_COLUMNS = 64


@dataclass(frozen=True)
class Block:
    """``label`` as written, ``headers`` (name: value lines, mostly none), ``der`` decoded."""

    label: str
    der: bytes
    headers: tuple[str, ...] = ()

    @property
    def is_private_key(self) -> bool:
        """Whether the label announces a private key, of whatever form."""
        return self.label.endswith("PRIVATE KEY")

    def armoured(self) -> bytes:
        """The block as clean PEM."""
        return armoured(self.label, self.der, self.headers)


def armoured(label: str, der: bytes, headers: tuple[str, ...] = ()) -> bytes:
    """Give ``der`` as one clean block."""
    body = base64.b64encode(der).decode("ascii")
    lines = [body[start : start + _COLUMNS] for start in range(0, len(body), _COLUMNS)]
    head = [*headers, ""] if headers else []
    return "\n".join(
        [f"-----BEGIN {label}-----", *head, *lines, f"-----END {label}-----", ""]
    ).encode("ascii")


def blocks_in(source: str, content: bytes) -> tuple[Block, ...]:
    """Every block of ``content`` in its order; none where there is no PEM.

    Raises :class:`InputError` where a block has a beginning and no end (or the other way round),
    and where what stands between is not base64. The message never quotes the file.
    """
    text = _text(content)
    return tuple(_block(source, label, body) for label, body in _cut(source, text))


def _text(content: bytes) -> str:
    """The bytes as text; PowerShell's ``>`` and ``Out-File`` write UTF-16 with a mark."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    if content[1:2] == b"\0" and content[:1] not in (b"\0", b"0"):
        return content.decode("utf-16-le", "replace")
    if content[:1] == b"\0" and content[1:2] != b"\0":
        return content.decode("utf-16-be", "replace")
    return content.decode("latin-1")


def _cut(source: str, text: str) -> Iterator[tuple[str, str]]:
    begun: re.Match[str] | None = None
    for edge in _EDGE.finditer(text):
        is_end = edge[1] == "END"
        if is_end != (begun is not None) or (begun is not None and begun[2] != edge[2]):
            raise _torn(source, (begun or edge)[2], "begins" if begun else "ends")
        if begun is not None:
            yield edge[2], text[begun.end() : edge.start()]
        begun = None if is_end else edge
    if begun is not None:
        raise _torn(source, begun[2], "begins")


def _torn(source: str, label: str, what: str) -> InputError:
    return InputError(
        f"{source} is torn: a block {label} {what} and the rest of it is missing",
        "copy the file again, in one piece",
    )


def _block(source: str, label: str, body: str) -> Block:
    found = _HEADERS.match(body)
    headers = tuple(found[1].splitlines()) if found else ()
    rest = body[found.end() :] if found else body
    try:
        der = base64.b64decode("".join(rest.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InputError(
            f"{source} is torn or altered: a block {label} is not base64",
            "copy the file again, in one piece and without an editor",
        ) from None
    kept = tuple(line.strip() for line in headers if line.strip())
    return Block(label, der, kept)


def bare_base64(content: bytes) -> bytes | None:
    """DER that was written as base64 without BEGIN and END; None where it is something else."""
    joined = "".join(_text(content).lstrip("\ufeff").removeprefix("ï»¿").split())
    if len(joined) < _COLUMNS or not joined.startswith("MI") or not _BASE64.fullmatch(joined):
        return None
    try:
        return base64.b64decode(joined, validate=True)
    except (binascii.Error, ValueError):
        return None
