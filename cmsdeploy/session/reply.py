"""From the bytes of a reply to text that can be judged: one decoder for every command.

The grammar itself (:func:`judge`, :func:`fields`) stands in ``model.reply_text``, because families
use it too; it is repeated here so that a reader of this room finds it.
"""

from __future__ import annotations

from cmsdeploy.model.reply_text import Verdict, failures, fields, judge

__all__ = ["Verdict", "cleaned", "decode", "failures", "fields", "judge"]


def decode(content: bytes) -> str:
    r"""Give the text of ``content``: UTF-8, and ``\xNN`` for what is none.

    Replacing bad bytes by one mark was rejected: two different replies would look the same.
    """
    return content.decode("utf-8", "backslashreplace")


def cleaned(content: bytes) -> str:
    """The text as a reader of the screen sees it: line ends as ``\\n``, overwritten text gone.

    A carriage return goes back to the start of the line and what follows overwrites, so a counter
    that was drawn a hundred times shows its last state. Rows of progress dots have no carriage
    return and stay. Escape sequences stay too: showing them is the business of ``printable``.
    """
    text = decode(content).replace("\r\n", "\n")
    return "\n".join(map(_overwritten, text.split("\n")))


def _overwritten(line: str) -> str:
    seen = ""
    for drawn in line.split("\r"):
        seen = drawn + seen[len(drawn) :]
    return seen
