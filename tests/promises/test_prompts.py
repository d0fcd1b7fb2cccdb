"""A10, B6, B7, B12: a secret goes out once, behind its own question, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from cmsdeploy.errors import HostError, SecretShownError
from cmsdeploy.model.action import Answer, Command
from cmsdeploy.model.host import Host
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.session.box import BoxSession
from cmsdeploy.session.conversation import Conversation
from cmsdeploy.session.dialogue import Asked, Dialogue, Done, Event, Patience, Stopped, Why, Write
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.session.shell_driver import ShellDriver
from cmsdeploy.transport.contract import Deadline, LateReplyError
from cmsdeploy.transport.memory import MemoryConnection
from tests.promises.canary import canary
from tests.promises.numbers import reached
from tests.session.device import TableDevice
from tests.session.test_conversation import SPOOFS

PROMPT, QUESTION = b"cb1> ", b"Enter callbridge secret"
LINE = "xmpp callbridge add-secret cb1"
ADD = Dialogue(LINE, QUESTION.decode())


@dataclass
class TimedShell:
    """A terminal on which time is told and not waited for: pieces, each after some seconds."""

    secret: bytes
    pieces: list[tuple[float, bytes]] = field(default_factory=list)
    is_echoing_secret: bool = False
    shown: bytes = b""
    typed_early: int = 0
    is_secret_typed: bool = False
    waiting: list[tuple[float, bytes]] = field(default_factory=lambda: [(0.0, PROMPT)])

    def read(self, deadline: Deadline) -> bytes:
        if not self.waiting:
            raise LateReplyError("silence")
        seconds, piece = self.waiting[0]
        if seconds > deadline.seconds:
            self.waiting[0] = (seconds - deadline.seconds, piece)
            raise LateReplyError("not yet")
        del self.waiting[0]
        self.shown += piece
        return piece

    def write(self, content: bytes) -> None:
        if content == b"\n":
            self.waiting.append((0.0, b"\r\n" + PROMPT))
        elif content == LINE.encode() + b"\n":
            self.shown = b""
            self.waiting += [(0.0, LINE.encode() + b"\r\n"), *self.pieces]
        else:
            self.is_secret_typed = True
            if not self.shown.endswith(QUESTION) or self.waiting:
                self.typed_early += len(content)
            echo = self.secret if self.is_echoing_secret else b""
            self.waiting.append((0.0, echo + b"\r\nSUCCESS: done\r\n" + PROMPT))

    def close(self) -> None:
        """Nothing is open."""


def _typed(shell: TimedShell) -> HostError | None:
    redactor = Redactor()
    redactor.add(Secret(shell.secret))
    try:
        driver = ShellDriver(shell, redactor, Deadline(20.0))
        driver.run(ADD, Deadline(20.0), lambda: shell.secret)
    except HostError as error:
        return error
    return None


def _runs() -> Iterator[list[tuple[float, bytes]]]:
    """The question after 0 to 2,000 ms in steps of 50, in two parts cut at each byte."""
    for step in range(41):
        for cut in range(len(QUESTION)):
            yield [(0.0, QUESTION[:cut]), (step * 0.05, QUESTION[cut:])]


def test_no_byte_goes_before_the_question() -> None:
    """A10: whenever it comes and wherever it is cut; and an echo is noticed every time."""
    runs = echoes = 0
    for pieces in _runs():
        whole = [(seconds, piece) for seconds, piece in pieces if piece]
        shell = TimedShell(canary().encode(), whole)
        assert _typed(shell) is None
        assert (shell.typed_early, shell.is_secret_typed) == (0, True), pieces
        echoing = TimedShell(canary().encode(), whole, is_echoing_secret=True)
        error = _typed(echoing)
        assert isinstance(error, SecretShownError)
        assert "new secret" in error.action
        assert echoing.secret.decode() not in str(error)
        runs += 1
        echoes += 1
    reached("A10", f"0 bytes before the question in {runs} runs; echo noticed {echoes} of {echoes}")


MORE_SPOOFS: dict[str, tuple[Dialogue, bytes]] = {
    "in the middle of a list": (Dialogue("x"), b"Callbridge : a\r\nEnter callbridge secret: "),
    "behind an overwritten line": (ADD, b"nothing\rEnter callbridge secret for you:"),
    "with a cursor movement": (ADD, b"x\x1b[1GEnter callbridge secret:"),
    "with a bidi mark": (ADD, "\u202eEnter callbridge secret:".encode()),
    "with a zero width space": (ADD, "Enter\u200b callbridge secret:".encode()),
    "with a second colon": (ADD, b"Enter callbridge secret:: "),
    "with a question mark": (ADD, b"Enter callbridge secret? "),
    "of a password": (Dialogue("x"), b"Password:"),
    "in backspaces": (ADD, b"cb9\b\b\bEnter callbridge secret:"),
}


def _fed(dialogue: Dialogue, content: bytes) -> list[Event]:
    conversation = Conversation()
    conversation.receive(PROMPT)
    conversation.silent()
    conversation.receive(b"\r\n" + PROMPT)
    conversation.silent()
    conversation.send(dialogue)
    events = list(conversation.receive(dialogue.line.encode() + b"\r\n"))
    for number in range(len(content)):
        events += conversation.receive(content[number : number + 1])
    if conversation.patience is not Patience.WAIT:
        events += conversation.silent()
    return events


def test_spoofed_questions_get_no_answer() -> None:
    """B6: twenty scripts; nothing is typed, and each ends by a stop of its own."""
    spoofs = {**SPOOFS, **MORE_SPOOFS}
    assert len(spoofs) == 20
    for name, (dialogue, tail) in spoofs.items():
        events = _fed(dialogue, b"text\r\n" + tail)
        assert [type(event) for event in events] == [Stopped], name
    # The same way finds the true question: the twenty are refused for what they are.
    assert [type(event) for event in _fed(ADD, b"text\r\n" + QUESTION)] == [Asked]
    reached("B6", f"0 of {len(spoofs)} answered; {len(spoofs)} of {len(spoofs)} stopped")


def _echoed(conversation: Conversation, echo: bytes) -> list[Event]:
    events: list[Event] = []
    for number in range(len(echo)):
        events += conversation.receive(echo[number : number + 1])
    if conversation.patience is not Patience.WAIT:
        events += conversation.silent()
    return events


def _ready(line: str) -> Conversation:
    conversation = Conversation()
    conversation.receive(PROMPT)
    conversation.silent()
    conversation.receive(b"\r\n" + PROMPT)
    conversation.silent()
    assert conversation.send(Dialogue(line)) == Write(line.encode() + b"\n")
    return conversation


def test_an_echo_that_was_changed_stops() -> None:
    """B7: wrapped, paged, edited, or one character short, at every place."""
    line = "xmpp certs " + "k" * 300 + " " + "c" * 250
    plain, end = line.encode(), b"\r\n" + PROMPT
    altered = [
        plain[:width] + wrap + plain[width:]
        for width in (20, 79, 80, 132, 511)
        for wrap in (b"\r\n", b" \r", b"\r", b"\b \b", b"--More--", b"\x1b[K")
    ]
    altered += [plain[:place] + plain[place + 1 :] for place in range(0, len(plain), 7)]
    stopped = 0
    for echo in altered:
        if echo == plain:
            continue
        events = _echoed(_ready(line), echo + end)
        is_one_of_a_row = [e for e in events if isinstance(e, Done)]
        assert not is_one_of_a_row, echo
        assert [e.why for e in events if isinstance(e, Stopped)] == [Why.ECHO], echo
        stopped += 1
    assert [type(e) for e in _echoed(_ready(line), plain + end)] == [Done]
    reached("B7", f"{stopped} of {stopped} changed echoes stopped, 0 commands gone on")


REFERENCE = SecretRef("callbridge/cb1")
ANSWERS = {
    "an error": ("FAILURE: no such call bridge\n", None),
    "nothing": ("", None),
    "the normal prompt in the text": ("cb1> ", None),
    "the question of another command": ("", "Please enter password:"),
}


def _connecting(device: TableDevice) -> Callable[[Host], MemoryConnection]:
    return lambda _: MemoryConnection(device)


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_secret_never_becomes_a_command(answer: str) -> None:
    """B12, A16: three nodes, three bridges; the box would run and log whatever is typed."""
    text, question = ANSWERS[answer]
    hits = runs = 0
    for node in ("cb1", "cb2", "cb3"):
        for bridge in ("cb1", "cb2", "cb3"):
            secret, line = canary(), f"xmpp callbridge add-secret {bridge}"
            asking = {line: (question, False, "")} if question else {}
            device = TableDevice(f"{node}> ", replies={line: text}, asking=asking)
            session = BoxSession(
                Host(node, "127.0.0.1"),
                connect=_connecting(device),
                connect_api=lambda _: pytest.fail("no API"),
                redactor=Redactor(),
                default_deadline_seconds=0.5,
            )
            command = Command.of(*line.split())
            asked = Command(command.words, answer=Answer(QUESTION.decode(), REFERENCE))
            told = ""
            try:
                session.perform(asked, {REFERENCE: Secret(secret)})
            except HostError as error:
                told = str(error)
            hits += sum(secret in each for each in (told, *device.lines, *device.answers))
            runs += 1
            assert device.lines[0] == line
    assert hits == 0
    reached("B12", f"{hits} secrets as a line in {runs} runs, {answer}")
