"""Which words belong to which function. Adding a command is adding a row to its family's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import Reply, failure, lines
from . import pki, services, system, xmpp, xmpp_callbridge, xmpp_cluster
from .verb import Answer, Verb

if TYPE_CHECKING:
    from ..box import Box

_FAMILIES = (system, services, pki, xmpp, xmpp_callbridge, xmpp_cluster)
_VERBS: dict[tuple[str, ...], Verb] = {
    verb.words: verb for family in _FAMILIES for verb in family.VERBS
}
_LONGEST = max(len(words) for words in _VERBS)

ANSWERS: dict[str, Answer] = {**xmpp_callbridge.ANSWERS, **xmpp_cluster.ANSWERS}


def find(words: tuple[str, ...], release: tuple[int, int]) -> Verb | None:
    """Find the command of a line: the longest row that the words begin with, in this release."""
    if words[0] == "xmpp" and release >= (3, 0):
        return None  # DOC TAC-217062: gone in 3.0
    for length in range(min(_LONGEST, len(words)), 0, -1):
        verb = _VERBS.get(words[:length])
        if verb is not None:
            # `xmpp nonsense` is no `xmpp` with an argument.
            return None if verb.most == 0 and len(words) > length else verb
    return None


def is_write(verb: Verb | None, words: tuple[str, ...]) -> bool:
    """Whether the line could change the box."""
    if verb is None:
        return False
    return verb.is_write and not (verb.reads_when_bare and len(words) == len(verb.words))


def run(box: Box, verb: Verb | None, words: tuple[str, ...]) -> Reply:
    """Carry out one command line, already split into words."""
    if verb is None:
        # CODE (MIV): the line starts so; the rest is a guess.
        return lines(f"Unknown command: {' '.join(words)}")
    arguments = words[len(verb.words) :]
    if not verb.least <= len(arguments) <= verb.most:
        # Shape of a refusal SEEN elsewhere; this text is a guess.
        return failure("incorrect number of parameters") + lines(f"Usage: {verb.name} {verb.usage}")
    return verb.run(box, arguments)


def syntaxes(release: tuple[int, int]) -> list[str]:
    """Give every command with its syntax, sorted, for `help`."""
    return sorted(
        f"{verb.name} {verb.usage}".strip()
        for words, verb in _VERBS.items()
        if find(words, release) is not None
    )
