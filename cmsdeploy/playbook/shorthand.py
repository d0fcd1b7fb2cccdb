"""``debug: msg="…" verbosity=1``: the short form of Ansible for the parameters of an action."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from cmsdeploy.inventory.node import Node, node_of

__all__ = ["from_shorthand"]

# A template or a text in quotes is one piece, whatever stands in it.
_PIECE = re.compile(
    r"""\{\{.*?\}\} | \{%.*?%\} | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | [^\s]""",
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_QUOTED = re.compile(r"""(["'])(.*)\1""", re.DOTALL)


def from_shorthand(node: Node) -> Node | None:
    """The mapping that the text ``node`` means; None where it is no list of ``name=value``.

    All values are texts, as in Ansible; quotes around one are taken away.
    """
    found: dict[str, str] = {}
    for word in _words(str(node.value)):
        name = _NAME.match(word)
        if name is None or name[1] in found:
            return None
        value = word[name.end() :]
        quoted = _QUOTED.fullmatch(value)
        found[name[1]] = quoted[2].replace(f"\\{quoted[1]}", quoted[1]) if quoted else value
    if not found:
        return None
    return _beside(node_of(found, node.origin), node)


def _beside(made: Node, node: Node) -> Node:
    """``made`` with the line of ``node``, so that messages can show it."""
    entries = {name: replace(one, line=node.line) for name, one in made.entries.items()}
    keys = {name: replace(one, line=node.line) for name, one in made.keys.items()}
    return replace(made, entries=entries, keys=keys, key=node.key, line=node.line)


def _words(text: str) -> Iterator[str]:
    word, end = "", 0
    for piece in _PIECE.finditer(text):
        if piece.start() > end and word:
            yield word
            word = ""
        word, end = word + piece[0], piece.end()
    if word:
        yield word
