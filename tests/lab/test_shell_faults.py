"""Faults and switches of a shell on a terminal."""

from __future__ import annotations

import asyncio

import pytest

from cmsdeploy.lab import BoxDescription, Fault, Lab, LabBox

from .client import Connection, connect, two_boxes, within

MOST = 8.0


def shell(box: LabBox, typed: str, columns: int = 80, rows: int = 24) -> str:
    """Everything that a shell on a terminal prints, byte for byte."""

    async def act(connection: Connection) -> bytes:
        size = (columns, rows)
        done = await connection.run(
            term_type="vt100", term_size=size, input=typed.encode(), encoding=None, timeout=MOST
        )
        assert isinstance(done.stdout, bytes)
        return done.stdout

    printed: bytes = within(box, act)
    return printed.decode("latin-1")


# Columns: fault, what is typed, what the shell prints on a terminal (carriage returns left out).
ADD = "xmpp callbridge add-secret x\nhidden\nexit\n"
ADDED = "cb1> xmpp callbridge add-secret x\nEnter callbridge secret\ncb1> exit\n"
SHELLS = [
    (Fault("wrong-prompt", "prompt", value="other> "), "exit\n", "other> exit\n"),
    (Fault("echo", "answer xmpp"), ADD, ADDED.replace("secret\ncb1", "secrethidden\ncb1")),
    (Fault("no-echo", "line"), "version\nexit\n", "cb1> \n2.9.5\ncb1> exit\n"),
    (Fault("insert", "shell", value="\x1b[2Jwelcome\n"), "exit\n", "\x1b[2Jwelcome\ncb1> exit\n"),
    (Fault("insert", "question", value="cb1> "), ADD, ADDED.replace("Enter", "cb1> Enter")),
    (Fault("garbage", "version"), "version\nexit\n",
     "cb1> version\n\x1b[31m\x00\xff\xfe\xc2\x9b\x072.9.5\ncb1> exit\n"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "typed", "wanted"), SHELLS)
def test_a_fault_in_a_shell(fault: Fault, typed: str, wanted: str) -> None:
    """Each row: one fault, one dialogue."""
    with two_boxes() as lab:
        lab.faults("cb1").add(fault)
        assert shell(lab.boxes["cb1"], typed).replace("\r\n", "\n") == wanted


@pytest.mark.parametrize("place", range(1, 5))
def test_a_prompt_cut_at_each_byte(place: int) -> None:
    """The same text in the end, wherever it was cut."""
    with two_boxes() as lab:
        lab.faults("cb1").add(Fault("split", "prompt", None, value=str(place)))
        assert shell(lab.boxes["cb1"], "exit\n") == "cb1> exit\r\n"


# Columns: switches, what is typed, terminal, what the shell prints.
SWITCHED = [
    ({"shell-wraps": "yes"}, "xmpp\nexit\n", (12, 99), "Enabled     \r\n            \r\n: false"),
    ({"shell-pages": "yes"}, "xmpp\n exit\n", (80, 4), "--More--"),
    ({"login-banner": "escapes"}, "exit\n", (80, 24), "\x1b[1mCisco\x1b[0m Meeting Server\x07"),
    ({"shell-line-ends": "lf"}, "version\nexit\n", (80, 24), "version\n2.9.5\ncb1> "),
    ({"ssh-idle-seconds": "1"}, "version\n", (80, 24), "2.9.5\r\ncb1> "),
    ({"prompt-host-name": "first-label"}, "exit\n", (80, 24), "cb1> exit"),
]


@pytest.mark.parametrize(("switches", "typed", "size", "piece"), SWITCHED)
def test_switches_of_a_shell(
    switches: dict[str, str], typed: str, size: tuple[int, int], piece: str
) -> None:
    """Each row: positions, and what they do to a terminal."""
    with two_boxes(switches) as lab:
        assert piece in shell(lab.boxes["cb1"], typed, *size)


def test_first_login_may_ask_for_a_new_password() -> None:
    """DOC TAC-213821; two different words ask again."""
    switches = {"first-login": "asks-new-password"}
    with Lab([BoxDescription("cb1", "127.0.1.1")], switches=switches) as lab:

        async def act() -> str:
            async with connect(lab.boxes["cb1"], "admin") as connection:
                typed = "one\ntwo\nnew\nnew\nexit\n"
                done = await connection.run(term_type="vt100", input=typed, timeout=MOST)
                return str(done.stdout)

        text = asyncio.run(act())
        assert text.count("Please re-enter new password:") == 2
        assert lab.world.boxes["cb1"].passwords["admin"] == "new"
