"""Host patterns: ``all``, ``callbridges:&paris``, ``xmpp_servers:!cb3``, ``cb*``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.characters import decoded
from cmsdeploy.inventory.reading import read_bytes
from cmsdeploy.inventory.tree import Tree

__all__ = ["limited", "selected"]

_PIECE = r"(?:[^\s:\[\]]|\[[^\]]*\])+"
_SUBSCRIPT = r"(.+)\[(-?\d{1,9}|\d{1,9}[:-]\d{0,9})\]"
_GLOB = r"[?*\[]"
_IPV6 = r"[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*"


def selected(pattern: str, tree: Tree) -> tuple[str, ...]:
    """The hosts that ``pattern`` means, in the order of the tree.

    Plain pieces first (together), then all ``&``, then all ``!``, whatever the order written.
    Raises :class:`InputError` for an empty pattern and for a piece that means nobody: Ansible
    takes the first as everybody and passes over the second.
    """
    return _combined(_pieces(pattern), tree)


def limited(text: str, tree: Tree) -> tuple[str, ...]:
    """The hosts of a limit: as :func:`selected`, and a piece ``@FILE`` is the lines of that file.

    Raises :class:`InputError` where nobody is left, too: Ansible takes an empty limit, and an
    empty file, as everybody.
    """
    pieces: list[str] = []
    for piece in _pieces(text):
        pieces += _lines_of(Path(piece[1:]), tree) if piece.startswith("@") else [piece]
    hosts = _combined(pieces, tree)
    if not hosts:
        raise InputError(f"the limit {printable(text, 60)!r} leaves no host", "name another")
    return hosts


def _lines_of(path: Path, tree: Tree) -> list[str]:
    name = str(path)
    lines = [line.strip() for line in decoded(read_bytes(path), name).splitlines()]
    if not any(lines):
        raise InputError("the limit is empty", "write one host in each line", Origin(name))
    for number, line in enumerate(lines, 1):
        if line:
            try:
                _matching(line.lstrip("&!"), tree)
            except InputError as error:
                raise InputError(error.cause, error.action, Origin(name, number, 1)) from None
    return [line for line in lines if line]


def _combined(pieces: Sequence[str], tree: Tree) -> tuple[str, ...]:
    if not pieces:
        raise InputError("the pattern of hosts is empty", "write all, a group or a host")
    plain = [piece for piece in pieces if piece[0] not in "&!"] or ["all"]
    hosts = dict.fromkeys(host for piece in plain for host in _matching(piece, tree))
    for piece in pieces:
        if piece.startswith("&"):
            wanted = set(_matching(piece[1:], tree))
            hosts = {host: None for host in hosts if host in wanted}
    for piece in pieces:
        if piece.startswith("!"):
            for host in _matching(piece[1:], tree):
                hosts.pop(host, None)
    return tuple(hosts)


def _pieces(pattern: str) -> list[str]:
    if "," in pattern:
        return [piece.strip() for piece in pattern.split(",") if piece.strip()]
    if re.fullmatch(_IPV6, pattern):
        return [pattern]
    return re.findall(_PIECE, pattern)


def _matching(piece: str, tree: Tree) -> tuple[str, ...]:
    if piece in tree.host_origins:
        return (piece,)
    if piece.startswith("~"):
        return _by_regex(piece[1:], tree)
    if piece in tree.groups:
        return tree.hosts_in(piece)
    subscript = re.fullmatch(_SUBSCRIPT, piece)
    if subscript:
        return _subscripted(_matching(subscript[1], tree), subscript[2])
    if re.search(_GLOB, piece):
        found = _by_glob(piece, tree)
        if found:
            return found
    raise _unknown(piece, tree)


def _by_glob(piece: str, tree: Tree) -> tuple[str, ...]:
    groups = [name for name in tree.groups if fnmatchcase(name, piece)]
    found = dict.fromkeys(host for name in groups for host in tree.hosts_in(name))
    found |= dict.fromkeys(host for host in tree.hosts_in("all") if fnmatchcase(host, piece))
    return tuple(found)


def _by_regex(text: str, tree: Tree) -> tuple[str, ...]:
    try:
        form = re.compile(text)
    except re.error as error:
        raise InputError(f"~{printable(text, 60)} does not read: {error}", "correct it") from None
    found = dict.fromkeys(
        host for name in tree.groups if form.match(name) for host in tree.hosts_in(name)
    )
    found |= dict.fromkeys(host for host in tree.hosts_in("all") if form.match(host))
    if not found:
        raise InputError(f"no host or group matches ~{printable(text, 60)}", "look at the list")
    return tuple(found)


def _subscripted(hosts: tuple[str, ...], text: str) -> tuple[str, ...]:
    if re.fullmatch(r"-?\d+", text):
        index = int(text)
        return hosts[index : index + 1 or None] if -len(hosts) <= index < len(hosts) else ()
    first, last = re.split("[:-]", text)
    return hosts[int(first) : int(last) + 1 if last else None]


def _unknown(piece: str, tree: Tree) -> InputError:
    names = [*tree.groups, *tree.host_origins]
    near = difflib.get_close_matches(piece, names, n=1)
    action = f"did you mean {near[0]}?" if near else "cmsdeploy inventory --graph shows all names"
    return InputError(f"no host or group is called {printable(piece, 60)!r}", action)
