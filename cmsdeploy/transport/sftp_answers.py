"""The answers of an SFTP server, taken apart: numbers, strings, names, attributes."""

from __future__ import annotations

from dataclasses import dataclass

from cmsdeploy.transport.contract import OutcomeUnknownError

__all__ = ["Answer", "garbled", "names_of", "size_in"]


@dataclass
class Answer:
    """Takes numbers and strings off the front of an answer."""

    content: bytes

    def number(self) -> int:
        return int.from_bytes(self._take(4), "big")

    def string(self) -> bytes:
        return self._take(self.number())

    def _take(self, length: int) -> bytes:
        if length > len(self.content):
            raise garbled("an answer is cut")
        taken, self.content = self.content[:length], self.content[length:]
        return taken


def names_of(answer: Answer) -> list[str]:
    """The names of one piece of a listing."""
    names = []
    for _ in range(answer.number()):
        names.append(answer.string().decode("utf-8", "backslashreplace"))
        answer.string()
        _skip_attributes(answer)
    return names


def size_in(answer: Answer) -> int:
    """The size in attributes; 0 where they hold none."""
    if not answer.number() & 1:
        return 0
    return answer.number() << 32 | answer.number()


def _skip_attributes(answer: Answer) -> None:
    flags = answer.number()
    words = 2 * bool(flags & 1) + 2 * bool(flags & 2) + bool(flags & 4) + 2 * bool(flags & 8)
    for _ in range(words):
        answer.number()
    if flags & 0x80000000:
        for _ in range(2 * answer.number()):
            answer.string()


def garbled(why: str) -> OutcomeUnknownError:
    """What cannot be understood: nobody knows what was done."""
    return OutcomeUnknownError(
        f"the file transfer of the box makes no sense: {why}", "connect again and look at the file"
    )
