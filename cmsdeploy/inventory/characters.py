"""What may stand in a file that a person wrote: UTF-8 without marks that nobody sees."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain, islice

from cmsdeploy.errors import InputError, Origin

__all__ = ["bad_character", "check_characters", "decoded", "is_bad"]

_MOST_TOLD = 20
_TAB_INDENT = re.compile(r"^ *\t", re.MULTILINE)
# All else is a control, a format mark or half a character. The large form takes 2 ms to compile,
# and most texts are ASCII: so each is compiled where it is first needed.
_BAD_ASCII = "[^\t\n\r\x20-\x7e]|\r(?!\n)"
_BAD_RAW = "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_BAD_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def is_bad(character: str) -> bool:
    """Whether ``character`` is a control, a format mark, a separator of lines or half a one."""
    return unicodedata.category(character) in _BAD_CATEGORIES


def decoded(content: bytes, name: str) -> str:
    """The text of a UTF-8 file, without a byte order mark."""
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise InputError(
            f"byte 0x{content[error.start]:02x} is not UTF-8",
            "save the file as UTF-8",
            Origin(name, line, column),
        ) from None


def _place(text: str, index: int, name: str) -> Origin:
    return Origin(name, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def check_characters(text: str, name: str, *, is_tab_allowed: bool = False) -> None:
    """Refuse what cannot be seen, and tabs that indent. Up to 20 places at once."""
    # No more than are told: to find the line of each takes as long as the text is.
    bad = re.compile(_BAD_ASCII if text.isascii() else _BAD_RAW)
    found = chain(
        bad.finditer(text),
        (one for one in _NOT_ASCII.finditer(text) if is_bad(one[0]) and not bad.match(one[0])),
    )
    problems = [
        bad_character(one[0], _place(text, one.start(), name)) for one in islice(found, _MOST_TOLD)
    ]
    tab = None if is_tab_allowed else _TAB_INDENT.search(text)
    if tab:
        origin = _place(text, tab.end() - 1, name)
        problems.append(InputError("a tab indents this line", "indent with spaces", origin))
    if problems:
        raise InputError.of(problems[:_MOST_TOLD])


def bad_character(character: str, origin: Origin) -> InputError:
    """What to say of ``character`` at ``origin``."""
    return InputError(
        f"the character U+{ord(character):04X} is invisible and cannot be meant",
        "delete it",
        origin,
    )
