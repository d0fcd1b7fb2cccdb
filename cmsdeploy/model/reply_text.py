"""The grammar that all replies of a box share: result lines, and fields with a label.

Families read settings with :func:`fields`, ``session`` judges what was done with :func:`judge`;
both have to mean the same by it, so it stands where both may look. Pure text, no bytes.

Sources: ``SUCCESS:`` and ``FAILURE:`` lines, several per command, are SEEN (reference, section 3);
``Unknown command`` as the beginning of a reply is what other people's programs rely on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

__all__ = ["Verdict", "failures", "field_pairs", "fields", "judge"]


class Verdict(Enum):
    """What the result lines of a reply say. Silence is neither success nor failure: look again."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN_COMMAND = "unknown-command"
    SILENT = "silent"


def judge(text: str) -> Verdict:
    """Judge a reply by its result lines, never by what else it says.

    One ``FAILURE:`` outweighs every ``SUCCESS:``, because a command prints one line per check and
    fails when one of them does. The words count in capitals at the start of a line only, so that
    the value of a field cannot pass for a result.
    """
    lines = [line.strip() for line in text.split("\n")]
    if any(line.startswith("FAILURE:") for line in lines):
        return Verdict.FAILED
    first = next((line for line in lines if line), "")
    if first.startswith("Unknown command"):
        return Verdict.UNKNOWN_COMMAND
    if any(line.startswith("SUCCESS:") for line in lines):
        return Verdict.SUCCEEDED
    return Verdict.SILENT


def failures(text: str) -> tuple[str, ...]:
    """The texts behind ``FAILURE:``, in order."""
    lines = (line.strip() for line in text.split("\n"))
    return tuple(
        line.removeprefix("FAILURE:").strip() for line in lines if line.startswith("FAILURE:")
    )


# The colon that ends a label is the first one with a blank or the end of the line behind it: so
# `Listening interfaces : a:445 b:445` and `Address : https://cb1:445` keep their values whole.
_COLON = re.compile(r":(?=[ \t]|$)")
_RESULT_LABELS = frozenset({"SUCCESS", "FAILURE"})


def field_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Give label and value of each field, in order, repeated labels too (lists of records)."""
    for line in text.split("\n"):
        colon = _COLON.search(line)
        label = line[: colon.start()].strip() if colon else ""
        if colon and label and label not in _RESULT_LABELS:
            yield label, line[colon.end() :].strip()


def fields(text: str) -> dict[str, str]:
    """The fields of a status reply, padded (``Key file    : a.key``) or not (``State: LEADER``).

    Where a label repeats, the first one counts: what a later line says may be text that somebody
    typed. A field without a value is the empty string; a label that is not there is not shown.
    """
    found: dict[str, str] = {}
    for label, value in field_pairs(text):
        found.setdefault(label, value)
    return found
