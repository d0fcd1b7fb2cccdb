"""Host ranges: ``cb[01:10].example.com`` and ``rack[a:c]`` as many names."""

from __future__ import annotations

import re

from cmsdeploy.errors import InputError, printable

__all__ = ["expanded"]

_RANGE = r"\[([^\[\]:]*):([^\[\]:]*)(?::([^\[\]:]*))?\]"
_MOST = 1000
# As many digits as a number of a range may have: Python itself reads no more than some thousands.
_LONGEST = 9
_ACTION = "write name[first:last] or name[first:last:step], as in cb[01:10]"


def expanded(pattern: str) -> tuple[str, ...]:
    """The names that ``pattern`` stands for, left to right. Raises :class:`InputError`.

    A range whose end comes before its start is refused; Ansible makes it no host at all.
    """
    if "[" not in pattern and "]" not in pattern:
        return (pattern,)
    match = re.search(_RANGE, pattern)
    if match is None:
        raise InputError(f"{pattern!r} is no host range", _ACTION)
    head, rest = pattern[: match.start()], expanded(pattern[match.end() :])
    members = _members(match[1], match[2], match[3])
    if len(members) * len(rest) > _MOST:
        raise InputError(f"{pattern!r} makes more than {_MOST:,} hosts", "write a smaller range")
    return tuple(head + member + tail for member in members for tail in rest)


def _members(first: str, last: str, step: str | None) -> list[str]:
    if step is not None and not _is_step(step):
        shown = printable(step, 60)
        raise InputError(f"the step {shown!r} of a host range is no number above 0", _ACTION)
    stride = int(step or 1)
    first = first or "0"
    if not last:
        raise InputError("a host range has no end", _ACTION)
    if len(first) == len(last) == 1 and first.isalpha() and last.isalpha():
        return _letters(first, last, stride)
    if not (first + last).isdecimal() or not (first + last).isascii():
        raise InputError(f"{first}:{last} mixes numbers and letters", _ACTION)
    return _numbers(first, last, stride)


def _is_step(text: str) -> bool:
    is_number = text.isdecimal() and text.isascii() and len(text) <= _LONGEST
    return is_number and int(text) > 0


def _letters(first: str, last: str, stride: int) -> list[str]:
    from string import ascii_letters as alphabet  # here: ranges of letters are rare

    if first not in alphabet or last not in alphabet:
        raise InputError(f"{first}:{last} is not from a to Z", _ACTION)
    members = alphabet[alphabet.index(first) : alphabet.index(last) + 1 : stride]
    if not members:
        raise InputError(f"the range {first}:{last} runs backwards", "write the smaller end first")
    return list(members)


def _numbers(first: str, last: str, stride: int) -> list[str]:
    width = len(first) if len(first) > 1 and first.startswith("0") else 0
    if width and len(last) != width:
        raise InputError(
            f"the ends {first} and {last} of a host range differ in length",
            "pad both with zeros: [001:100]",
        )
    if len(last) > _LONGEST or len(first) > _LONGEST:
        shown = printable(f"{first}:{last}", 60)
        raise InputError(f"the range {shown} is too long", "write a smaller range")
    if int(last) < int(first):
        raise InputError(f"the range {first}:{last} runs backwards", "write the smaller end first")
    if (int(last) - int(first)) // stride >= _MOST:
        raise InputError(f"{first}:{last} makes more than {_MOST:,} hosts", "write a smaller range")
    return [str(number).zfill(width) for number in range(int(first), int(last) + 1, stride)]
