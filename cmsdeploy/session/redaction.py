"""Taking secrets out of text that people will see.

This is the second line. The first is that secrets are a type and never enter a text that we make;
what is left is text that a box makes, which may repeat what was typed. A masker by search finds
only what it knows how to spell (16 of 17 usual spellings of one awkward secret slip through a
plain replace), so every secret is searched in the spellings that boxes, tools and files use.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from html import escape
from urllib.parse import quote, quote_plus

from cmsdeploy.errors import printable
from cmsdeploy.model.host import Host
from cmsdeploy.model.secret import Secret

__all__ = ["MASK", "Redactor", "login_secrets"]

MASK = "<redacted>"

# `Secret     : kvgP…` (SEEN), `Password : …`; a passphrase is the same thing by another name.
# A blank behind the colon is not asked for: better to mask too much in a text for people.
_FIELD = re.compile(
    r"(?P<label>\b(?:\w+[ \t]+)?(?:secret|password|passphrase|credentials?)[ \t]*[:=][ \t]*)"
    r"(?P<value>[^\r\n]*[^\s])",
    re.IGNORECASE,
)
_ELEMENT = re.compile(
    r"(?P<open><(?P<name>\w*(?:secret|password|passphrase))(?:\s[^<>]*)?>)[^<]+", re.IGNORECASE
)

# Shorter ones are searched only where they stand as a word of their own: masking each "a" of a
# text would hide the text and, by the pattern of holes, show the secret.
_SHORTEST_INSIDE_WORDS = 4
_SHORTEST_ANYWHERE = 8
_LINE = 64
# Characters of one message.
_SHOWN = 2000


class Redactor:
    """Knows the secrets of a run, and masks them in any text. Threads may share one."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()
        self._spellings: tuple[str, ...] = ()
        self._new: list[str] = []
        self._plain: set[str] = set()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Redactor({len(self._in_order())} spellings)"

    def add(self, *secrets: Secret) -> None:
        """Learn ``secrets``; texts that are redacted from now on do not show them."""
        with self._lock:
            new = [secret for secret in secrets if secret.fingerprint() not in self._known]
            if not new:
                return
            self._known.update(secret.fingerprint() for secret in new)
            for secret in new:
                self._new.extend(filter(str.strip, _spellings(secret.reveal())))
                self._plain.update(_plain_and_long(secret.reveal()))

    def redact(self, text: str) -> str:
        """Give ``text`` without known secrets, and without the values of secret-looking fields."""
        text = _FIELD.sub(rf"\g<label>{MASK}", self.hidden(text))
        return _ELEMENT.sub(rf"\g<open>{MASK}", text)

    def hidden(self, text: str) -> str:
        """``text`` without known secrets, in whatever spelling; its fields stay as they are."""
        if not text:
            return text
        # One pattern of all spellings was measured first: a hundred boxes have some ten thousand,
        # and it is built anew for each secret that is learnt. Looking for each one is quicker than
        # that by far, and the pattern of those that are there is small.
        there = [spelling for spelling in self._in_order() if spelling in text]
        if there:
            text = re.sub("|".join(map(_alternative, there)), MASK, text)
        return text

    def masked(self, text: str) -> str:
        """``text`` without known secrets that stand in it as they are: cheap, for every line that
        is printed, behind all that was redacted with care before."""
        with self._lock:
            there = [plain for plain in self._plain if plain in text]
        for plain in sorted(there, key=_longest_first):
            text = text.replace(plain, MASK)
        return text

    def _in_order(self) -> tuple[str, ...]:
        """Longest first, or a short one would take the middle out of a long one."""
        with self._lock:
            if self._new:
                self._spellings = tuple(sorted({*self._spellings, *self._new}, key=_longest_first))
                self._new.clear()
            return self._spellings

    def shown(self, text: str, limit: int = _SHOWN) -> str:
        """``text`` redacted, and escaped so that it is one harmless line of a message.

        Redacting comes first: an escape in the middle of a secret would hide it from the search.
        """
        return printable(self.redact(text), limit)


def _plain_and_long(content: bytes) -> Iterator[str]:
    """What nobody else writes by chance: shorter ones are a matter for whoever knows the field."""
    text = content.decode("utf-8", "backslashreplace").strip()
    yield from (one for one in (text, *_long_lines(text)) if len(one) >= _SHORTEST_ANYWHERE)


def _spellings(content: bytes) -> Iterator[str]:
    text = content.decode("utf-8", "backslashreplace")
    if not text.strip():
        return
    for plain in {text, text.strip(), *_long_lines(text)}:
        yield from _plain_spellings(plain)
    yield from _encodings(content)
    yield from _encodings(content.strip())


def _long_lines(text: str) -> Iterator[str]:
    # A key in PEM is shown line by line; its first and last line are no secret.
    if "\n" in text.strip():
        for line in map(str.strip, text.split("\n")):
            if len(line) >= 16 and not line.startswith("-----"):
                yield line


def _plain_spellings(text: str) -> Iterator[str]:
    yield text
    yield text.replace("\r\n", "\n")
    yield quote(text)
    yield quote(text, safe="")
    yield quote_plus(text)
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    escaped = escape(text, quote=False)
    yield escaped
    yield escaped.replace('"', "&quot;")
    yield escaped.replace('"', "&quot;").replace("'", "&apos;")
    yield escaped.replace('"', "&#34;").replace("'", "&#39;")
    yield repr(text)[1:-1]
    yield repr(text.encode())[2:-1]
    yield text.replace("'", "''")
    yield printable(text, len(text))


def _encodings(content: bytes) -> Iterator[str]:
    """Base64 at each of the three places where a secret may start in a longer text, and hex."""
    if len(content) < _SHORTEST_INSIDE_WORDS:
        return
    for encoder in (base64.b64encode, base64.urlsafe_b64encode):
        for offset in range(3):
            encoded = encoder(b"\0" * offset + content).decode()
            # The first and last characters depend on the neighbours; the middle does not.
            start = (0, 2, 3)[offset]
            end = len(encoded.rstrip("=")) - (0 if (offset + len(content)) % 3 == 0 else 1)
            if end - start >= _SHORTEST_INSIDE_WORDS:
                yield encoded[start:end]
                yield from _wrapped(encoded[start:end])
    yield from (content.hex(), content.hex().upper(), content.hex(":"), content.hex(" "))


def _wrapped(text: str) -> Iterator[str]:
    for start in range(0, len(text), _LINE):
        line = text[start : start + _LINE]
        if len(text) > _LINE and len(line) >= 16:
            yield line


def _longest_first(spelling: str) -> tuple[int, str]:
    return -len(spelling), spelling


def _alternative(spelling: str) -> str:
    escaped = re.escape(spelling)
    if len(spelling) >= _SHORTEST_INSIDE_WORDS:
        return escaped
    return rf"(?<!\w){escaped}(?!\w)"


def login_secrets(host: Host) -> Iterator[Secret]:
    """What logs in to ``host``, as far as the inventory has it."""
    webadmin = host.webadmin
    found = (
        host.login.password,
        host.login.key_passphrase,
        webadmin.password if webadmin is not None else None,
    )
    return (secret for secret in found if secret is not None)
