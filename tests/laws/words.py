"""Words that stay home: a room is a vocabulary (design, section 3).

Names, attributes and strings count; docstrings and comments do not. Words can be split so that
nothing finds them: the law is for friends. The table stays short.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.laws.source import Module

__all__ = ["TABLE", "Word", "word_faults"]


@dataclass(frozen=True)
class Word:
    """``homes`` are rooms, or places below the package, where the word is at home, and why."""

    form: str
    homes: tuple[str, ...]
    why: str


_DEVICE = ("families", "lab")
_WRITTEN = ("inventory", "playbook", "cli", "report")

TABLE: tuple[Word, ...] = (
    Word(
        r"xmpp|callbridge",
        (*_DEVICE, *_WRITTEN, "embedding/resources.py"),
        "a family's words; people write them too",
    ),
    Word(r"\b(LEADER|FOLLOWER|CANDIDATE)\b|\(Leader\)", _DEVICE, "the wording of a reply"),
    Word(r"\bleader\b", (*_DEVICE, "report", "cli"), "another host, majority: a family's rules"),
    Word(r"SUCCESS:|FAILURE:|^Unknown command", ("model", "lab"), "the grammar of all replies"),
    Word(r"^print$|^exit$|^_exit$", ("cli", "lab"), "only the command line speaks and ends"),
    Word(r"^(recv|sendall|getaddrinfo)$", ("transport", "lab", "cli"), "raw bytes of the wire"),
    Word(
        r"^reveal$",
        ("model", "session", "transport", "inventory/vault.py", "certificates/private_keys.py"),
        "before the wire, or a vault",
    ),
    Word(
        r"^(threading|Thread|ThreadPoolExecutor|asyncio)$",
        ("executor", "transport", "session/redaction.py", "cli", "lab"),
        "who works side by side, and what they share",
    ),
    Word(
        r"^(sleep|monotonic)$",
        ("executor", "transport", "session/calling.py", "cli", "lab"),
        "now and wait",
    ),
    Word(
        r"^(environ|getenv)$", ("inventory", "playbook", "cli", "lab"), "where people write things"
    ),
    Word(r"^graphlib$|^TopologicalSorter$", ("planning", "executor"), "before and after"),
    Word(r"^(subprocess|Popen|system)$", ("cli", "inventory", "lab"), "other programs"),
    Word(r"(?i)\b(mock|fake|stub|pretend)", ("lab",), "words of tests and of the twin"),
)


def word_faults(module: Module, table: tuple[Word, ...] = TABLE) -> Iterator[str]:
    """Say which words of ``module`` are not at home."""
    for row in table:
        if any(home in (module.room, module.place) for home in row.homes):
            continue
        for line, text in module.words():
            if re.search(row.form, text):
                yield f"{module.path}:{line}: {text!r} is not at home here: {row.why}"
                break
