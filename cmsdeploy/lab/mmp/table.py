"""Which words belong to which function. Adding a command is adding a row to its family's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import Reply, failure, lines
from . import (
    backup,
    callbridge,
    database,
    dns,
    edge,
    machine,
    network,
    pki,
    pki_files,
    power,
    services,
    system,
    xmpp,
    xmpp_callbridge,
    xmpp_cluster,
    xmpp_options,
)
from .verb import Answer, Verb
from .versions import exists

if TYPE_CHECKING:
    from ..box import Box

_FAMILIES = (
    system, machine, power, network, dns, edge, backup, services, callbridge, database, pki,
    pki_files, xmpp, xmpp_options, xmpp_callbridge, xmpp_cluster,
)  # fmt: skip
_VERBS: dict[tuple[str, ...], Verb] = {
    verb.words: verb for family in _FAMILIES for verb in family.VERBS
}
_LONGEST = max(len(words) for words in _VERBS)

ANSWERS: dict[str, Answer] = {
    **backup.ANSWERS,
    **database.ANSWERS,
    **pki_files.ANSWERS,
    **power.ANSWERS,
    **services.ANSWERS,
    **system.ANSWERS,
    **xmpp_callbridge.ANSWERS,
    **xmpp_cluster.ANSWERS,
}


def find(words: tuple[str, ...], release: tuple[int, int]) -> Verb | None:
    """Find the command of a line: the longest row that the words begin with, in this release."""
    for length in range(min(_LONGEST, len(words)), 0, -1):
        verb = _VERBS.get(words[:length])
        if verb is not None:
            # `xmpp nonsense` is no `xmpp` with an argument.
            is_bare = verb.most == 0 and len(words) > length
            return verb if exists(verb.words, release) and not is_bare else None
    return None


def is_write(verb: Verb | None, words: tuple[str, ...]) -> bool:
    """Whether the line could change the box."""
    if verb is None:
        return False
    reads_up_to = 0 if verb.reads_when_bare else verb.reads_up_to
    return verb.is_write and len(words) - len(verb.words) > reads_up_to


def keys_made_by(words: tuple[str, ...], release: tuple[int, int]) -> int:
    """How many RSA keys a line needs."""
    verb = find(words, release) if words else None
    return int(verb is not None and verb.makes_key)


def run(box: Box, verb: Verb | None, words: tuple[str, ...]) -> Reply:
    """Carry out one command line, already split into words."""
    switches = box.world.switches
    if verb is None or (verb.switch and switches[verb.switch] == "unknown-command"):
        return _unknown(box, words)
    arguments = words[len(verb.words) :]
    if not verb.least <= len(arguments) <= verb.most:
        # Shape of a refusal SEEN elsewhere; this text is a guess.
        usage = lines(f"Usage: {verb.name} {verb.usage}".strip())
        is_bare = switches["wrong-parameters-layout"] == "usage"
        return usage if is_bare else failure("incorrect number of parameters") + usage
    return verb.run(box, arguments)


def _unknown(box: Box, words: tuple[str, ...]) -> str:
    # CODE (MIV): the line starts so; the rest is a guess.
    is_bare = box.world.switches["unknown-command-layout"] == "bare"
    return lines("Unknown command" if is_bare else f"Unknown command: {' '.join(words)}")


def syntaxes(release: tuple[int, int]) -> list[str]:
    """Give every command with its syntax, sorted, for `help`."""
    return sorted(
        f"{verb.name} {verb.usage}".strip()
        for words, verb in _VERBS.items()
        if exists(words, release)
    )
