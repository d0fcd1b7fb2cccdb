"""Where in a pasted log a reply stands, and what of it is no reply."""

from __future__ import annotations

from cmsdeploy.model.logged import Logged, LoggedReply
from cmsdeploy.session.log_reader import read_log


def test_each_reply_has_its_line_in_the_file() -> None:
    """The line of the prompt, counted from 1; lines of an event log stand beside it."""
    text = (
        "before\ncb1> version\n2.9.5\n2018-05-03 10:00:00 an event\ncb2> \ncb1>\npasted\n"
        "=~=~=~=~= PuTTY log =~=~=~=~=\nbehind\ncb2> xmmp\b\bpp\nEnabled : true\n"
    )
    assert read_log(text, "night.log") == (
        Logged("", (), ("before",)),
        Logged(
            "cb1", (LoggedReply("version", "2.9.5", "night.log:2"),),
            ("2018-05-03 10:00:00 an event",),
        ),
        Logged("", (), ("pasted",)),
        Logged("", (), ("behind",)),
        Logged("cb2", (LoggedReply("xmpp", "Enabled : true\n", "night.log:10"),)),
    )  # fmt: skip


def test_a_terminal_is_read_as_it_was_seen() -> None:
    """Colours, a mark of order, the returns of a terminal; and no text is no log."""
    text = "\ufeff\x1b[1mcb1> version\x1b[0m\r\r\n2.9.5\x07\r\n"
    (one,) = read_log(text)
    assert one.replies == (LoggedReply("version", "2.9.5\n", "log:1"),)
    assert read_log("") == ()


def test_lines_that_the_screen_broke_are_joined() -> None:
    """Only behind a line of exactly 80 columns, and not where a new one begins."""
    long = "cb1> xmpp callbridge add " + "x" * 55
    assert len(long) == 80
    (one,) = read_log(f"{long}yyy\n".replace("xyyy", "x\nyyy"))
    assert one.replies[0].line == f"{long.removeprefix('cb1> ')}yyy"
    (other,) = read_log(f"{long}\nSecret : a\nshort\nlines\n")
    assert other.replies[0].text == "Secret : a\nshort\nlines\n"
    (wide,) = read_log(f"{long}z\nyyy\n")
    assert wide.replies[0].text == "yyy\n"
