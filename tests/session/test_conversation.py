"""The conversation, fed whole, bytewise and in random pieces; and everything that must stop it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsdeploy.session.conversation import Conversation
from cmsdeploy.session.dialogue import (
    Asked,
    Dialogue,
    Done,
    Event,
    Patience,
    Ready,
    Stopped,
    Why,
    Write,
)

PROMPT = b"cb1> "
ADD_SECRET = Dialogue("xmpp callbridge add-secret cb1", "Enter callbridge secret")
SECRET = b"kvgP1SRzWVabhiPVAb1"

Chop = Callable[[bytes], Iterable[bytes]]


def _whole(content: bytes) -> Iterable[bytes]:
    return (content,)


def _bytewise(content: bytes) -> Iterable[bytes]:
    return (content[n : n + 1] for n in range(len(content)))


CHOPS = pytest.mark.parametrize("chop", [_whole, _bytewise], ids=["whole", "bytewise"])


def _feed(conversation: Conversation, content: bytes, chop: Chop = _whole) -> list[Event]:
    """Feed ``content`` and then silence."""
    events: list[Event] = []
    for piece in chop(content):
        events += conversation.receive(piece)
    if conversation.patience is not Patience.WAIT:
        events += conversation.silent()
    return events


def _ready(prompt: bytes = PROMPT, echo: bytes = b"\r\n") -> Conversation:
    conversation = Conversation()
    assert _feed(conversation, b"Welcome\r\n" + prompt) == [Write(b"\n")]
    assert _feed(conversation, echo + prompt) == [Ready(prompt, bool(echo))]
    return conversation


def _sent(dialogue: Dialogue, chop: Chop = _whole) -> Conversation:
    conversation = _ready()
    assert conversation.send(dialogue) == Write(dialogue.line.encode() + b"\n")
    assert _feed(conversation, dialogue.line.encode() + b"\r\n", chop) == []
    return conversation


# -- login -------------------------------------------------------------------------------------

GREETINGS = {
    "nothing": b"",
    "a banner": b"Cisco Meeting Server\r\nAuthorised use only\r\n",
    "escape codes": b"\x1b[2J\x1b[1;1H\x1b[31mwelcome\x1b[0m\r\n",
    "a line that looks like a prompt": b"cb9> \r\nHello\r\n",
    "the same prompt earlier": b"cb1> \r\nHello\r\n",
    "line feeds alone": b"one\ntwo\n",
    "bad bytes": b"\xff\xfe\x00\r\n",
}


@CHOPS
@pytest.mark.parametrize("greeting", GREETINGS)
@pytest.mark.parametrize("prompt", [b"cb1> ", b"streamer.example.com> ", b"CMS>", b"acano> "])
def test_the_prompt_is_learned_literally(greeting: str, prompt: bytes, chop: Chop) -> None:
    """The last line after the login, seen twice with an empty line between."""
    conversation = Conversation()
    assert _feed(conversation, GREETINGS[greeting] + prompt, chop) == [Write(b"\n")]
    assert _feed(conversation, b"\r\n" + prompt, chop) == [Ready(prompt, is_echoing=True)]


def test_a_greeting_that_pauses_behind_a_prompt_like_line() -> None:
    """The first guess was wrong; what is last afterwards is guessed again."""
    conversation = Conversation()
    assert _feed(conversation, b"Notice> ") == [Write(b"\n")]
    assert _feed(conversation, b"all use is logged\r\ncb1> \r\ncb1> ") == [Write(b"\n")]
    assert _feed(conversation, b"\r\ncb1> ") == [Ready(b"cb1> ", is_echoing=True)]


def test_a_shell_that_does_not_echo_is_learned() -> None:
    """Then no echo is expected of a command either."""
    conversation = _ready(echo=b"")
    assert conversation.send(Dialogue("version")) == Write(b"version\n")
    assert _feed(conversation, b"2.9.5\n" + PROMPT) == [Done(b"2.9.5\n")]


@pytest.mark.parametrize(
    "tail", [b"Please enter new password: ", b"Accept the terms (y/n)", b"Why?"]
)
def test_a_question_at_the_login_is_not_answered(tail: bytes) -> None:
    """Not even with an empty line: a fresh box asks for a new password."""
    conversation = Conversation()
    assert _feed(conversation, b"Welcome\r\n" + tail) == [
        Stopped(Why.NO_PROMPT, b"Welcome\r\n" + tail)
    ]


def test_a_prompt_that_never_repeats_stops() -> None:
    """A counter in the prompt, or a box that plays with us."""
    conversation = Conversation()
    events: list[Event] = []
    for number in range(8):
        events += _feed(conversation, b"\r\ncb%d> " % number)
    writes = [event for event in events if isinstance(event, Write)]
    assert {event.content for event in writes} == {b"\n"}
    assert len(writes) <= 4
    last = events[-1]
    assert isinstance(last, Stopped)
    assert last.why is Why.NO_PROMPT


# -- commands ----------------------------------------------------------------------------------

OUTPUTS = {
    "nothing": b"",
    "one line": b"SUCCESS: done\r\n",
    "line feeds alone": b"one\ntwo\n",
    "the prompt in the middle of a line": b"name cb1> x\r\n",
    "the prompt as a line": b"cb1> \r\nmore\r\n",
    "the prompt and a command as a line": b"cb1> xmpp reset\r\nmore\r\n",
    "the prompt with escapes": b"\x1b[31mcb1> \x1b[0m\r\n",
    "another prompt": b"cb2> \r\n",
    "a secret question": b"Enter callbridge secret\r\n",
    "a confirmation": b"Are you sure? (Y/n)\r\n",
    "dots": b"..........\r\n.....\r\nCreated key file\r\n",
    "carriage returns": b"10%\r50%\r100%\r\n",
    "empty lines": b"\r\n\r\n",
    "bad bytes": b"\xff\x00\x9b31m\r\n",
}


@CHOPS
@pytest.mark.parametrize("output", OUTPUTS)
def test_output_is_everything_between_echo_and_prompt(output: str, chop: Chop) -> None:
    """Whatever stands in it: only the prompt at the very end, with silence behind, ends it."""
    conversation = _sent(Dialogue("xmpp callbridge list"), chop)
    assert _feed(conversation, OUTPUTS[output] + PROMPT, chop) == [Done(OUTPUTS[output])]
    # Ready for the next one, and not confused by the last.
    assert isinstance(conversation.send(Dialogue("version")), Write)
    assert _feed(conversation, b"version\r\n2.9\r\n" + PROMPT, chop) == [Done(b"2.9\r\n")]


@given(st.binary(max_size=60), st.lists(st.integers(1, 7), min_size=1, max_size=40))
def test_any_output_in_any_pieces(output: bytes, sizes: list[int]) -> None:
    """Random bytes, random cuts: the same event as in one piece."""
    content = b"version\r\n" + output + b"\r\n" + PROMPT

    def chop(text: bytes) -> Iterable[bytes]:
        at = 0
        for size in sizes * (len(text) + 1):
            if at >= len(text):
                break
            yield text[at : at + size]
            at += size

    conversation = _ready()
    conversation.send(Dialogue("version"))
    assert _feed(conversation, content, chop) == [Done(output + b"\r\n")]


ECHOES = {
    "missing": b"SUCCESS: done\r\ncb1> ",
    "of the line before": b"version\r\ncb1> ",
    "cut": b"xmpp callbridge li\r\ncb1> ",
    "wrapped at 20": b"xmpp callbridge list\r \r\n",
    "wrapped inside": b"xmpp callb\r\nridge list\r\n",
    "with backspaces": b"xmpp callbridgx\x08e list\r\n",
    "shortened": b"xmpp callbr$\r\n",
    "one letter changed": b"xmpp callbridge lisp\r\n",
    "with a blank behind": b"xmpp callbridge list \r\n",
    "in capitals": b"XMPP CALLBRIDGE LIST\r\n",
    "behind a pager": b"--More--\r\nxmpp callbridge list\r\n",
    "of two prompts": b"cb1> xmpp callbridge list\r\n",
}


@CHOPS
@pytest.mark.parametrize("echo", ECHOES)
def test_an_echo_that_differs_stops(echo: str, chop: Chop) -> None:
    """The box executes something else than was sent, or nothing."""
    conversation = _ready()
    conversation.send(Dialogue("xmpp callbridge list"))
    events = _feed(conversation, ECHOES[echo], chop)
    assert len(events) == 1
    assert isinstance(events[0], Stopped)
    assert events[0].why is Why.ECHO
    assert conversation.receive(b"more") == ()
    assert conversation.silent() == ()


def test_every_dropped_letter_of_the_echo_stops() -> None:
    """At each place."""
    line = b"xmpp callbridge list"
    for place in range(len(line)):
        conversation = _ready()
        conversation.send(Dialogue(line.decode()))
        events = _feed(conversation, line[:place] + line[place + 1 :] + b"\r\ncb1> ")
        assert [type(event) for event in events] == [Stopped], place


# -- secrets -----------------------------------------------------------------------------------

QUESTIONS = [
    b"Enter callbridge secret",
    b"Enter callbridge secret:",
    b"Enter callbridge secret: ",
    b"Enter callbridge secret :\t",
    b"\rEnter callbridge secret: ",
]


@CHOPS
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_announced_question_is_answered_once(question: bytes, chop: Chop) -> None:
    """The line is exactly the question; a colon and blanks may stand around."""
    conversation = _sent(ADD_SECRET, chop)
    assert _feed(conversation, question, chop) == [Asked()]
    assert conversation.type_secret(SECRET) == Write(SECRET + b"\n")
    output = question + b"\n\r\nSUCCESS: secret added\r\n"
    assert _feed(conversation, b"\r\nSUCCESS: secret added\r\n" + PROMPT, chop) == [Done(output)]


def test_a_result_behind_a_hidden_answer_starts_a_line() -> None:
    """With the echo off some terminals do not move the cursor; `FAILURE` must still be found."""
    conversation = _sent(ADD_SECRET)
    _feed(conversation, b"Enter callbridge secret: ")
    conversation.type_secret(SECRET)
    assert _feed(conversation, b"FAILURE: too short\r\n" + PROMPT) == [
        Done(b"Enter callbridge secret: \nFAILURE: too short\r\n")
    ]


SPOOFS: dict[str, tuple[Dialogue, bytes]] = {
    "asked by a command that announces nothing": (
        Dialogue("xmpp callbridge list"),
        b"Enter callbridge secret: ",
    ),
    "asked in the words of another command": (ADD_SECRET, b"Please enter password:"),
    "with a name in front": (ADD_SECRET, b"cb9: Enter callbridge secret: "),
    "with more behind": (ADD_SECRET, b"Enter callbridge secret for cb9: "),
    "inside a line": (ADD_SECRET, b"Hint: Enter callbridge secret:"),
    "in other letters": (ADD_SECRET, b"ENTER CALLBRIDGE SECRET:"),
    "with an escape code": (ADD_SECRET, b"\x1b[8mEnter callbridge secret: "),
    "as a question to confirm": (ADD_SECRET, b"Are you sure (y/n)"),
    "with an unexpected yes or no": (Dialogue("xmpp"), b"Continue? [y/N] "),
    "a pager": (Dialogue("xmpp"), b"--More-- press a key:"),
    "an announced beginning that does not end as a question": (
        Dialogue("x", None, ("Are you sure",)),
        b"Are you sure of this:",
    ),
}


@CHOPS
@pytest.mark.parametrize("name", SPOOFS)
def test_spoofed_questions_are_not_answered(name: str, chop: Chop) -> None:
    """Nothing is typed, and the conversation is over."""
    dialogue, tail = SPOOFS[name]
    conversation = _sent(dialogue, chop)
    events = _feed(conversation, b"text\r\n" + tail, chop)
    assert [type(event) for event in events] == [Stopped]
    assert events == [Stopped(Why.QUESTION, b"text\r\n" + tail)]


@CHOPS
def test_a_question_that_ends_its_line_is_output(chop: Chop) -> None:
    """The prompt follows: nobody waits for an answer."""
    conversation = _sent(ADD_SECRET, chop)
    content = b"Enter callbridge secret:\r\n"
    assert _feed(conversation, content + PROMPT, chop) == [Done(content)]


def test_a_question_is_not_answered_twice() -> None:
    """The second time it may be typed into something that echoes or logs."""
    conversation = _sent(ADD_SECRET)
    _feed(conversation, b"Enter callbridge secret: ")
    conversation.type_secret(SECRET)
    events = _feed(conversation, b"\r\nEnter callbridge secret: ")
    assert [type(event) for event in events] == [Stopped]


def test_output_behind_the_question_withdraws_it() -> None:
    """Between the question and the answer the box said more: it does not wait for us."""
    conversation = _sent(ADD_SECRET)
    assert _feed(conversation, b"Enter callbridge secret: ") == [Asked()]
    events = conversation.receive(b"\r\ntimed out\r\ncb1> ")
    assert [type(event) for event in events] == [Stopped]
    with pytest.raises(RuntimeError):
        conversation.type_secret(SECRET)


@CHOPS
@pytest.mark.parametrize(
    "around", [(b"", b"\r\n"), (b"\r\n", b"\r\n"), (b"bad secret '", b"'\r\n")]
)
def test_a_secret_that_comes_back_stops(around: tuple[bytes, bytes], chop: Chop) -> None:
    """Echoed, or repeated in a message: exposed."""
    conversation = _sent(ADD_SECRET, chop)
    _feed(conversation, b"Enter callbridge secret: ", chop)
    conversation.type_secret(SECRET)
    events = _feed(conversation, around[0] + SECRET + around[1] + PROMPT, chop)
    assert [event.why for event in events if isinstance(event, Stopped)] == [Why.EXPOSED]
    assert not any(isinstance(event, Done) for event in events)


def test_a_short_secret_counts_as_shown_only_as_the_echo() -> None:
    """A secret of one letter appears in every reply."""
    for reply, is_shown in ((b"\r\nany answer\r\n", False), (b"a\r\nfine\r\n", True)):
        conversation = _sent(ADD_SECRET)
        _feed(conversation, b"Enter callbridge secret: ")
        conversation.type_secret(b"a")
        events = _feed(conversation, reply + PROMPT)
        assert isinstance(events[0], Stopped) is is_shown


def test_the_secret_of_one_command_is_forgotten_by_the_next() -> None:
    """A later list may show it: that is another matter, and the family's."""
    conversation = _sent(ADD_SECRET)
    _feed(conversation, b"Enter callbridge secret: ")
    conversation.type_secret(SECRET)
    _feed(conversation, b"\r\n" + PROMPT)
    conversation.send(Dialogue("xmpp callbridge list"))
    output = b"Secret     : " + SECRET + b"\r\n"
    events = _feed(conversation, b"xmpp callbridge list\r\n" + output + PROMPT)
    assert events == [Done(output)]


# -- confirmations -----------------------------------------------------------------------------

REMOVE = Dialogue("database cluster remove", None, ("Are you sure",))


@CHOPS
@pytest.mark.parametrize(
    "question",
    [b"Are you sure you want to remove (Y/n)", b"Are you sure?", b"Are you sure (y/n): "],
)
def test_an_announced_confirmation_gets_a_capital_y(question: bytes, chop: Chop) -> None:
    """Once; the echoed answer is a part of the output."""
    conversation = _sent(REMOVE, chop)
    assert _feed(conversation, question, chop) == [Write(b"Y\n")]
    output = question + b"\nY\r\nSUCCESS: removed\r\n"
    assert _feed(conversation, b"Y\r\nSUCCESS: removed\r\n" + PROMPT, chop) == [Done(output)]


def test_a_confirmation_is_given_once() -> None:
    """A box that asks again wants something else."""
    conversation = _sent(REMOVE)
    assert _feed(conversation, b"Are you sure?") == [Write(b"Y\n")]
    events = _feed(conversation, b"\r\nAre you sure?")
    assert [type(event) for event in events] == [Stopped]


def test_several_confirmations_and_a_secret() -> None:
    """In the order of the box."""
    conversation = _sent(replace(ADD_SECRET, confirmations=("Overwrite", "Are you sure")))
    assert _feed(conversation, b"Are you sure?") == [Write(b"Y\n")]
    assert _feed(conversation, b"Y\r\nEnter callbridge secret") == [Asked()]
    conversation.type_secret(SECRET)
    assert _feed(conversation, b"\r\nOverwrite cb1 (Y/n)") == [Write(b"Y\n")]
    assert [type(event) for event in _feed(conversation, b"Y\r\n" + PROMPT)] == [Done]


# -- misuse, end, patience ---------------------------------------------------------------------


def test_misuse_is_an_error_of_ours() -> None:
    """The machine refuses what makes no sense, whoever asks for it."""
    with pytest.raises(RuntimeError):
        Conversation().send(Dialogue("version"))
    with pytest.raises(RuntimeError):
        _ready().type_secret(SECRET)
    with pytest.raises(RuntimeError):
        _sent(Dialogue("version")).send(Dialogue("version"))


def test_something_between_two_commands_stops() -> None:
    """It belongs to neither."""
    assert _ready().receive(b"broadcast message") == (Stopped(Why.STRAY, b"broadcast message"),)


def test_the_end_of_the_shell_stops_once() -> None:
    """With what was seen."""
    conversation = _sent(Dialogue("reboot"))
    conversation.receive(b"going down")
    assert conversation.end() == (Stopped(Why.ENDED, b"going down"),)
    assert conversation.end() == ()


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (b"", Patience.WAIT),
        (b"......", Patience.WAIT),
        (b"......\r\n", Patience.WAIT),
        (b"text\r\ncb1> ", Patience.SETTLE),
        (b"text cb1> ", Patience.WAIT),
        (b"Enter callbridge secret", Patience.SETTLE),
        (b"Something else:", Patience.PONDER),
        (b"Really (y/n)", Patience.PONDER),
    ],
)
def test_patience(received: bytes, expected: Patience) -> None:
    """A short silence means something only behind a line that may be complete."""
    conversation = _sent(ADD_SECRET)
    conversation.receive(received)
    assert conversation.patience is expected
