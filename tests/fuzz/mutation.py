"""From a few inputs that mean something to as many as are wanted that nearly do."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["Mutator", "grown"]

_LONGEST = 48 << 10
_TOKEN = re.compile(rb"[A-Za-z0-9_.@-]+|[^A-Za-z0-9_.@\s-]|\s+")
_ODD = (
    b"", b"\x00", b"\xff", b"\xc3", b"\xed\xa0\xbd", b"\r", b"\n", b"\r\n", b"\x1b[31m", b"\b",
    "\u202e".encode(), "\u2028".encode(), "\ufeff".encode(), "é".encode(), "٣".encode(),
    "İ".encode(), "²".encode(), b"\x85", b"\x0b", b"\x0c", b"\x1c", b"-1", b"0", b"1e999", b"NaN",
    b"99999999999999999999", b"1" * 5000, b"{{", b"}}", b"{%", b"'", b'"', b"\\", b";", b":",
    b"#", b"*", b"&a", b"*a", b"<<", b"!", b"|", b">", b"%", b"[", b"]", b"{", b"}", b",", b"---",
    b"null", b"true", b"~", b"=", b"/", b"..", b"(", b")", b"<", b"&#0;", b"]]>", b"\t", b" " * 80,
)  # fmt: skip


@dataclass
class Mutator:
    """``seeds`` are inputs that are understood; words of each are put into the others."""

    seeds: Sequence[bytes]
    words: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = {word for seed in self.seeds for word in _TOKEN.findall(seed) if len(word) < 200}
        self.words = [*sorted(found), *_ODD]

    def made(self, number: int) -> bytes:
        """Input ``number``: always the same one."""
        chance = random.Random(number)
        content = chance.choice(self.seeds)
        # One alteration most of the time: with many, only the first check is ever tried.
        for _ in range(min(6, int(chance.expovariate(0.7)) + 1)):
            content = chance.choice(_WAYS)(self, chance, content)
        return content[:_LONGEST]

    def some(self, numbers: range) -> Iterator[bytes]:
        """The inputs of these numbers."""
        return map(self.made, numbers)

    def _bit(self, chance: random.Random, content: bytes) -> bytes:
        if not content:
            return chance.choice(_ODD)
        at = chance.randrange(len(content))
        return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]

    def _cut(self, chance: random.Random, content: bytes) -> bytes:
        start, end = _span(chance, content)
        return content[:start] + content[end:]

    def _torn(self, chance: random.Random, content: bytes) -> bytes:
        return content[: chance.randint(0, len(content))]

    def _inserted(self, chance: random.Random, content: bytes) -> bytes:
        at = chance.randint(0, len(content))
        return content[:at] + chance.choice(self.words) + content[at:]

    def _token(self, chance: random.Random, content: bytes) -> bytes:
        return _replaced(chance, content, chance.choice(self.words))

    def _odd_token(self, chance: random.Random, content: bytes) -> bytes:
        return _replaced(chance, content, chance.choice(_ODD))

    def _repeated(self, chance: random.Random, content: bytes) -> bytes:
        start, end = _span(chance, content)
        return content[:end] + content[start:end] * chance.choice((1, 1, 2, 30)) + content[end:]

    def _lines(self, chance: random.Random, content: bytes) -> bytes:
        lines = content.split(b"\n")
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        way = chance.randrange(4)
        if way == 0:
            lines[one], lines[other] = lines[other], lines[one]
        elif way == 1:
            del lines[one]
        elif way == 2:
            lines.insert(other, lines[one])
        else:
            # In a text of people the indentation is half of the meaning.
            lines[one] = b" " * chance.randrange(9) + lines[one].lstrip()
        return b"\n".join(lines)

    def _spliced(self, chance: random.Random, content: bytes) -> bytes:
        other = chance.choice(self.seeds)
        start, end = _span(chance, other)
        at = chance.randint(0, len(content))
        return content[:at] + other[start:end] + content[at:]


def _replaced(chance: random.Random, content: bytes, word: bytes) -> bytes:
    """The first word behind some place is another one."""
    place = _TOKEN.search(content, chance.randint(0, len(content)))
    start, end = place.span() if place else (len(content), len(content))
    return content[:start] + word + content[end:]


def _span(chance: random.Random, content: bytes) -> tuple[int, int]:
    start = chance.randint(0, len(content))
    return start, min(len(content), start + chance.choice((1, 3, 20, 200)))


_WAYS: tuple[Callable[[Mutator, random.Random, bytes], bytes], ...] = (
    Mutator._bit,
    Mutator._cut,
    Mutator._torn,
    Mutator._inserted,
    Mutator._token,
    Mutator._token,
    Mutator._odd_token,
    Mutator._repeated,
    Mutator._lines,
    Mutator._lines,
    Mutator._spliced,
)


def grown(seeds: Sequence[bytes], chance: random.Random) -> tuple[bytes, bytes, bytes]:
    """Head, piece and tail: an input grows by repeating the piece between head and tail."""
    content = chance.choice(seeds)
    start, end = _span(chance, content)
    lines = content.split(b"\n")
    kind = chance.randrange(5)
    if kind == 0 and end > start:
        return content[:start], content[start:end], content[end:]
    if kind == 1:
        return content[:start], chance.choice(_ODD[1:]), content[start:]
    if kind == 2:
        number = chance.randrange(len(lines))
        before, after = lines[:number], lines[number:]
        return b"\n".join([*before, b""]), lines[number] + b"\n", b"\n".join(after)
    if kind == 3:
        return content[:start], chance.choice(_ODD[1:]) + chance.choice(_ODD[1:]), b""
    return b"", content + b"\n", b""
