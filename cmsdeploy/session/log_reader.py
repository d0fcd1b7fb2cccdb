"""A pasted terminal log, split into boxes, commands and replies.

Whatever is pasted has to be read: PuTTY's headers, echo with escape sequences and backspaces, any
line ending, lines wrapped at the edge of the screen, prompts of any host name. What is not
understood is kept as a line; nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cmsdeploy.model.logged import Logged, LoggedReply

__all__ = ["read_log"]

# CSI, OSC and the short sequences of terminals.
_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[@-~]"
)
_UNSEEN = re.compile(r"[\x00-\x07\x0b-\x1f\x7f-\x9f]")
_ENDING = re.compile(r"\r*\n|\r+(?!\n)|\x0c|\x85|\u2028|\u2029")
# `cb1> xmpp`; documents print `cb1>>`, and a terminal mark `[` before it (transcripts, notes).
_PROMPT = re.compile(
    r"[\[> \t]{0,8}(?P<host>[A-Za-z0-9][A-Za-z0-9._-]{0,252})>{1,2}(?:[ \t]*(?P<line>[a-z?].*))?\s*"
)
_HEADER = re.compile(r"=[~=]{5,}.*\b[Ll]og\b.*[~=]{5,}=?")
# Lines of an event log: no reply is known that has them, and people paste them behind replies.
_EVENT = re.compile(
    r"(?:\d{4}-\d\d-\d\d[\sT]+|[A-Z][a-z]{2} [ \d]\d )\d\d:\d\d:\d\d.*|Date\s+Time\s.*"
)
_WIDTH = 80
# What begins a line of its own, also behind a full one.
_BEGINNING = re.compile(
    r"\s*$|\*{3}|[A-Z][\w -]{0,40} ?:\s|\d{4}-\d\d-\d\d[\sT]|[A-Z][a-z]{2} [ \d]\d \d\d:"
)


def read_log(text: str, source: str = "log") -> tuple[Logged, ...]:
    """What ``text`` shows of each box, in the order in which they appear."""
    lines = _unwrapped(_cleaned(text))
    found: list[Logged] = []
    for host, line, start, body in _exchanges(lines):
        events = tuple(one for one in body if _EVENT.fullmatch(one))
        said = [one for one in body if not _EVENT.fullmatch(one)]
        if line:
            reply = LoggedReply(line, "\n".join(said), f"{source}:{start}")
            found.append(Logged(host, (reply,), events))
        elif any(one.strip() for one in body):
            # Behind a prompt without a command stands what was pasted, not what the box replied.
            found.append(Logged("", (), tuple(body)))
    return tuple(found)


def _exchanges(lines: Sequence[str]) -> Iterator[tuple[str, str, int, list[str]]]:
    host, command, start, body = "", "", 1, list[str]()
    for number, line in enumerate(lines, start=1):
        prompt = _PROMPT.fullmatch(line)
        if prompt is None and not _HEADER.fullmatch(line.strip()):
            body.append(line)
            continue
        yield host, command, start, body
        host = prompt["host"] if prompt else ""
        command = (prompt["line"] or "").strip() if prompt else ""
        start, body = number, []
    yield host, command, start, body


def _cleaned(text: str) -> list[str]:
    """The lines as a person saw them."""
    plain = _ESCAPE.sub("", text.removeprefix("\ufeff"))
    return [_UNSEEN.sub("", _erased(line)).rstrip() for line in _ENDING.split(plain)]


def _erased(line: str) -> str:
    """Backspaces carried out: what was typed and taken back was not sent."""
    if "\b" not in line:
        return line
    shown: list[str] = []
    for character in line:
        if character != "\b":
            shown.append(character)
        elif shown:
            shown.pop()
    return "".join(shown)


def _unwrapped(lines: Sequence[str]) -> list[str]:
    """Lines joined that the edge of a screen of 80 columns broke.

    Only where no line is longer: else nothing was broken there.
    """
    if max(map(len, lines), default=0) != _WIDTH:
        return list(lines)
    joined: list[str] = []
    is_open = False
    for line in lines:
        is_new = _PROMPT.fullmatch(line) or _BEGINNING.match(line)
        if is_open and not is_new:
            joined[-1] += line
        else:
            joined.append(line)
        is_open = len(line) == _WIDTH
    return joined
