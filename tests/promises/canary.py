"""Fresh random secrets for one run, and the search for them in every spelling that we know.

Written without a look at the redactor of the product: whoever hides and whoever seeks must not
share a list, or both miss the same spelling.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import json
import secrets
import string
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

__all__ = ["AWKWARD", "ENCODINGS", "canary", "found", "of_files", "traces"]

# Everything that a writer of some format has to escape, in one secret that can still be typed.
AWKWARD = "a'b\"c<d>&e%f\\g {{h}} $i`j;k|l#m,n:o=p@q"


def canary(length: int = 24) -> str:
    """A new secret; as unlikely to stand anywhere by chance as its length allows."""
    alphabet = string.ascii_letters + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _wrapped(text: str) -> list[str]:
    return [text[n : n + 64] for n in range(0, len(text), 64)]


def _base64_inside(content: bytes, alter: Callable[[str], str] = str) -> list[str]:
    """At each place where it may begin in a longer text, without the edges that depend on it."""
    found = []
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + content + b"\0\0").decode()
        start = -(-offset * 8 // 6)
        found.append(alter(encoded[start : (offset + len(content)) * 8 // 6]))
    return found


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_URL_SAFE = str.maketrans("+/", "-_")
ENCODINGS: Mapping[str, Callable[[str], list[str]]] = {
    "plain": lambda s: [s],
    "lines": lambda s: [line for line in s.splitlines() if len(line) > 15 and "---" not in line],
    "upper case": lambda s: [s.upper()],
    "json": lambda s: [json.dumps(s)[1:-1], json.dumps(s, ensure_ascii=False)[1:-1]],
    "repr": lambda s: [repr(s)[1:-1]],
    "repr of bytes": lambda s: [repr(s.encode())[2:-1]],
    "xml": lambda s: [_xml(s)],
    "xml attribute": lambda s: [html.escape(s), html.escape(s).replace("&#x27;", "&#39;")],
    "url": lambda s: [quote(s), quote(s, safe="")],
    "form": lambda s: [quote_plus(s), urlencode({"": s})[1:]],
    "yaml": lambda s: [s.replace("'", "''"), s.replace("\\", "\\\\").replace('"', '\\"')],
    "base64": lambda s: _base64_inside(s.encode()),
    "base64 for urls": lambda s: _base64_inside(s.encode(), lambda t: t.translate(_URL_SAFE)),
    "basic login": lambda s: [base64.b64encode(f"admin:{s}".encode()).decode().rstrip("=")],
    "wrapped base64": lambda s: _wrapped(base64.b64encode(s.encode()).decode().rstrip("=")),
    "hex": lambda s: [s.encode().hex(), s.encode().hex().upper(), s.encode().hex(":")],
    "uu": lambda s: [binascii.b2a_uu(s.encode()[:45]).decode().strip()[1:]],
}


def _digests(secret: str) -> Iterator[str]:
    """Unkeyed digests, which a short secret can be guessed from: hexadecimal and base64."""
    for kind in (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512):
        for content in (secret.encode(), secret.encode() + b"\n"):
            digest = kind(content).digest()
            yield digest.hex()[:8]
            yield digest.hex().upper()[:8]
            yield base64.b64encode(digest).decode()[:8]


def traces(secret: str, *, are_digests_wanted: bool = False) -> dict[str, set[str]]:
    """Every spelling by the name of its encoding, none so short that it is found by chance."""
    spelled = {
        name: {text for text in spell(secret) if len(text) >= min(len(secret), 6)}
        for name, spell in ENCODINGS.items()
    }
    if are_digests_wanted:
        spelled["digest"] = set(_digests(secret))
    return spelled


def found(
    secrets_by_name: Mapping[str, str], texts: Mapping[str, str], *, are_digests_wanted: bool = True
) -> list[str]:
    """Where something was found: ``secret, encoding, text``. Empty is what is promised."""
    hits = []
    for name, secret in secrets_by_name.items():
        spelled = traces(secret, are_digests_wanted=are_digests_wanted)
        for where, text in texts.items():
            hits += [
                f"{name} as {encoding} in {where}"
                for encoding, spellings in spelled.items()
                if any(spelling in text for spelling in spellings)
            ]
    return hits


def of_files(folders: Iterable[Path], *, but: Iterable[Path] = ()) -> dict[str, str]:
    """The content of every file below ``folders``, read as bytes so that nothing is lost."""
    left_out = [each.resolve() for each in but]
    texts = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            is_ours = any(path.resolve().is_relative_to(each) for each in left_out)
            if path.is_file() and not is_ours:
                texts[str(path)] = path.read_bytes().decode("latin-1")
    return texts
