"""A small device to talk to: a table of lines and replies, and one command that asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cmsdeploy.transport.memory import Device


@dataclass
class Exchange:
    """What the device says; at a question it waits for one line."""

    text: str = ""
    question: str | None = None
    is_echoed: bool = True
    device: TableDevice | None = None
    then: str = ""

    def answer(self, text: str) -> Exchange:
        """Note the answer and give the rest."""
        assert self.device is not None
        self.device.answers.append(text)
        return Exchange(self.then)


@dataclass
class ApiReply:
    """An answer of the API."""

    status: int
    body: str = ""


@dataclass
class TableDevice:
    """Replies by line; ``asking`` by line: question, whether it is echoed, and what follows."""

    prompt: str = "cb1> "
    replies: dict[str, str] = field(default_factory=dict)
    asking: dict[str, tuple[str, bool, str]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    api_replies: list[ApiReply] = field(default_factory=list)
    is_reading_denied: bool = False
    is_torn: bool = False
    lines: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    calls: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def execute(self, line: str) -> Exchange:
        """Answer one line; an empty one says nothing."""
        if not line:
            return Exchange()
        self.lines.append(line)
        if line in self.asking:
            question, is_echoed, then = self.asking[line]
            return Exchange("", question, is_echoed, self, then)
        return Exchange(self.replies.get(line, f"Unknown command: {line}\n"))

    def write_file(self, name: str, content: bytes) -> None:
        """Store a file, or a part of it."""
        if name.startswith("."):
            raise PermissionError(name)
        self.files[name] = content[:-1] + b"?" if self.is_torn else content

    def read_file(self, name: str) -> bytes | None:
        """Give a file."""
        if self.is_reading_denied:
            raise PermissionError(name)
        return self.files.get(name)

    def list_files(self) -> Iterable[str]:
        """The names."""
        return self.files

    def api(self, method: str, path: str, form: Mapping[str, str]) -> ApiReply:
        """The next answer."""
        self.calls.append((method, path, dict(form)))
        return self.api_replies.pop(0)


def is_device(device: TableDevice) -> Device:
    """Let the type checker say that this is a device."""
    return device
