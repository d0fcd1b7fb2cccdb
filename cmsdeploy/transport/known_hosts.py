"""Reading ``known_hosts`` as OpenSSH reads it, or more strictly; never more loosely.

paramiko's reader was rejected: a ``@revoked`` or ``@cert-authority`` line makes it give up on the
whole file, wildcards and negations never match, and names are compared with their case. So the
rules are written down here, over text, and compared with ``ssh-keygen -F`` by test.

Where we are stricter: OpenSSH falls back from ``[host]:port`` to the plain ``host``; we do not,
because another port is another server. A key of another type than the ones known for a host is
*changed* here, not new.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

__all__ = [
    "Entry",
    "Match",
    "Verdict",
    "append_line",
    "entries_for",
    "fingerprint",
    "key_types",
    "line_for",
    "match",
    "strongest",
    "warnings",
]

_DEFAULT_PORT = 22
_HASH_PREFIX = "|1|"
_SALT_LENGTH = 20
# OpenSSH gives up on a list with a pattern that is longer than its buffer.
_LONGEST_PATTERN = 1023
_END_FOR_OPENSSH = "\0"
_MARKERS = frozenset({"@revoked", "@cert-authority"})


class Verdict(Enum):
    """What the file says about a key. Only ``KNOWN`` lets a password be sent."""

    REVOKED = "revoked"
    KNOWN = "known"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Entry:
    """One line that can be understood. ``marker`` is empty, ``@revoked`` or ``@cert-authority``."""

    number: int
    marker: str
    patterns: str
    key_type: str
    key: bytes


@dataclass(frozen=True)
class Match:
    """``lines`` (from 1) led to the verdict; ``expected`` are the fingerprints known instead."""

    verdict: Verdict
    lines: tuple[int, ...] = ()
    expected: tuple[str, ...] = ()


def fingerprint(key: bytes) -> str:
    """The fingerprint of a key as ``ssh-keygen -lf`` prints it: ``SHA256:…`` without padding."""
    digest = hashlib.sha256(key).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def match(text: str, host: str, port: int, key_type: str, key: bytes) -> Match:
    """Judge the ``key`` that ``host`` showed, by the lines of ``text`` that speak of it.

    A ``@revoked`` line outweighs everything. A ``@cert-authority`` line speaks of certificates
    only, and a plain key is none, so it never makes a key known.
    """
    entries = entries_for(text, host, port)
    revoked = tuple(e.number for e in entries if e.marker == "@revoked" and e.key == key)
    if revoked:
        return Match(Verdict.REVOKED, revoked)
    plain = [entry for entry in entries if not entry.marker]
    same = tuple(e.number for e in plain if e.key == key and e.key_type == key_type)
    if same:
        return Match(Verdict.KNOWN, same)
    if plain:
        expected = tuple(fingerprint(entry.key) for entry in plain)
        return Match(Verdict.CHANGED, tuple(entry.number for entry in plain), expected)
    return Match(Verdict.UNKNOWN)


def strongest(matches: Sequence[Match]) -> tuple[int, Match]:
    """The verdict over several files: revoked, then known, then changed; with its index.

    Without any file the key is unknown, and the index means nothing.
    """
    for verdict in Verdict:
        for index, found in enumerate(matches):
            if found.verdict is verdict:
                return index, found
    return 0, Match(Verdict.UNKNOWN)


def key_types(text: str, host: str, port: int) -> tuple[str, ...]:
    """The types of the plain keys known for ``host``, in the order of the file."""
    types = (entry.key_type for entry in entries_for(text, host, port) if not entry.marker)
    return tuple(dict.fromkeys(types))


def line_for(host: str, port: int, key_type: str, key: bytes) -> str:
    """The line (without line end) by which ``key`` becomes known for ``host``."""
    return f"{_token(host, port)} {key_type} {base64.b64encode(key).decode()}"


def append_line(path: Path, line: str) -> None:
    """Add ``line`` to the file, which is born with mode 0600 (its folder with 0700).

    What is there is never rewritten: other programs and other people keep their lines.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        is_torn = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
        file.write((b"\n" if is_torn else b"") + line.encode() + b"\n")


def entries_for(text: str, host: str, port: int) -> tuple[Entry, ...]:
    """The lines that speak of ``host`` on ``port`` and hold a key, with any marker."""
    token = _token(host, port)
    return tuple(
        entry
        for entry in _lines(text)
        if isinstance(entry, Entry) and _is_listed(token, entry.patterns)
    )


def warnings(text: str) -> tuple[str, ...]:
    """One sentence for each line that is not understood, and therefore does not count."""
    found = [entry for entry in _lines(text) if isinstance(entry, str)]
    if text.startswith("\ufeff"):
        found.insert(0, "line 1 begins with a byte order mark, which hides its host")
    return tuple(found)


def _token(host: str, port: int) -> str:
    host = host.lower()
    return host if port == _DEFAULT_PORT else f"[{host}]:{port}"


def _lines(text: str) -> Iterator[Entry | str]:
    """Each line that is neither empty nor a comment: an entry, or what is wrong with it."""
    for number, line in enumerate(text.split("\n"), 1):
        words = re.split(r"[ \t]+", line.strip(" \t\r"))
        if words != [""] and not words[0].startswith("#"):
            yield _entry(number, words)


def _entry(number: int, words: list[str]) -> Entry | str:
    marker = words.pop(0) if words[0].startswith("@") else ""
    if marker and marker not in _MARKERS:
        return f"line {number} has a marker that is not known"
    if len(words) < 3:
        return f"line {number} has no host, key type and key"
    patterns, key_type, encoded = words[:3]
    if _END_FOR_OPENSSH in "".join(words):
        # OpenSSH reads up to it, in some places. What it might take for known is not; what it
        # might take for revoked is.
        if marker != "@revoked":
            return f"line {number} holds a zero byte"
        patterns, key_type, encoded = map(_up_to_zero, (patterns, key_type, encoded))
    key = _key(key_type, encoded)
    if key is None:
        return f"line {number} has a key that cannot be read"
    return Entry(number, marker, patterns, key_type, key)


def _up_to_zero(word: str) -> str:
    return ",".join(part.partition(_END_FOR_OPENSSH)[0] for part in word.split(","))


def _key(key_type: str, encoded: str) -> bytes | None:
    # OpenSSH skips these inside a key, as where the line ends of a file are `\r` alone.
    encoded = re.sub(r"[\r\v\f]", "", encoded)
    try:
        key = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    parts = _parts(key)
    # One key, one spelling: the library forgives padding that is too long, and OpenSSH does not.
    is_spelled = base64.b64encode(key).decode() == encoded
    is_whole = len(parts) >= 2 and parts[0] == _raw(key_type) and is_spelled
    return key if is_whole else None


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _parts(key: bytes) -> list[bytes]:
    """The length-prefixed parts of a key; none where a length leads beyond the end."""
    parts = []
    while key:
        length = int.from_bytes(key[:4], "big")
        if len(key) < 4 + length:
            return []
        parts.append(key[4 : 4 + length])
        key = key[4 + length :]
    return parts


def _is_listed(token: str, patterns: str) -> bool:
    if patterns.startswith("|"):
        return _is_hash_of(token, patterns)
    is_found = False
    for pattern in patterns.lower().split(","):
        is_negated = pattern.startswith("!")
        body = pattern[1:] if is_negated else pattern
        if len(body) > _LONGEST_PATTERN:
            return False
        if _matches(token, body):
            if is_negated:
                return False
            is_found = True
    return is_found


def _is_hash_of(token: str, hashed: str) -> bool:
    salt_text, separator, digest_text = hashed.removeprefix(_HASH_PREFIX).partition("|")
    if not hashed.startswith(_HASH_PREFIX) or not separator:
        return False
    try:
        salt = base64.b64decode(salt_text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    digest = hmac.new(salt, _raw(token), "sha1").digest()
    # The spelling is compared and not the bytes, as OpenSSH does: one digest, one spelling.
    return len(salt) == _SALT_LENGTH and base64.b64encode(digest).decode() == digest_text


def _matches(token: str, pattern: str) -> bool:
    """Glob with ``*`` and ``?`` only; iterative, because `*a*a*a*…` makes a regex explode."""
    position = at = 0
    star, resumed = -1, 0
    while position < len(token):
        if at < len(pattern) and pattern[at] == "*":
            star, resumed, at = at, position, at + 1
        elif at < len(pattern) and pattern[at] in ("?", token[position]):
            position, at = position + 1, at + 1
        elif star >= 0:
            resumed += 1
            position, at = resumed, star + 1
        else:
            return False
    return not pattern[at:].strip("*")
