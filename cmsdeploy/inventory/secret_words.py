"""The words that hold secrets: where they stand, and whether they stand in clear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.keyring import Vaulted
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.inventory.words import SECRET_PARTS, SECRET_WORDS, WORDS, misspelling_of
from cmsdeploy.template import is_template, names_in

__all__ = ["holds_secret", "misspelt", "plain_secrets", "secret_nodes"]

_ACTION = (
    "write \"{{ lookup('env', 'NAME') }}\", or lookup('file', …) of a file with mode 0600, "
    "or what cmsdeploy vault encrypt-string prints, or take it out and let -k ask"
)


def misspelt(written: Iterable[tuple[str, Node]]) -> Iterator[InputError]:
    """Words that look like ours and are none."""
    known: dict[str, InputError | None] = {}
    for name, node in written:
        if name not in known:
            known[name] = misspelling_of(name)
        trouble = known[name]
        if trouble is not None:
            yield (node.key or node).problem(trouble.cause, trouble.action)


def secret_nodes(name: str, node: Node) -> Iterator[tuple[str, Node]]:
    """The parts of a variable that hold a secret, with the name to show."""
    if name in SECRET_WORDS:
        yield name, node
    elif SECRET_PARTS.get(name) in node.entries:
        yield f"{name}.{SECRET_PARTS[name]}", node.entries[SECRET_PARTS[name]]


def holds_secret(name: str, node: Node) -> bool:
    """Whether a variable came out of a vault, so that no file may repeat it.

    Our own words that are no secrets may stand in an encrypted file, too; they are known then.
    """
    parts = [*node.entries.values(), *node.items]
    if isinstance(node.value, Vaulted) or any(holds_secret(name, part) for part in parts):
        return True
    return node.is_sensitive and name not in WORDS and not parts


def plain_secrets(written: Sequence[tuple[str, Node]]) -> Iterator[InputError]:
    """Secrets that stand in clear in a file; their line is not shown.

    A secret word that names an ordinary variable is followed to where that one is written.
    """
    holders = [pair for name, node in written for pair in secret_nodes(name, node)]
    if not holders:
        return
    defined: dict[str, list[Node]] = {}
    for name, node in written:
        defined.setdefault(name, []).append(node)
    seen: set[Origin] = set()
    for shown, node in holders:
        for clear in _clear_texts(node, defined, set()):
            if clear.origin not in seen:
                seen.add(clear.origin)
                yield InputError(f"{shown} stands in clear in this file", _ACTION, clear.origin)


def _is_safe(node: Node) -> bool:
    is_encrypted = node.is_sensitive or isinstance(node.value, Vaulted)
    return is_encrypted or node.kind is not Kind.SCALAR or node.value is None


def _clear_texts(
    node: Node, defined: Mapping[str, Sequence[Node]], seen: set[str]
) -> Iterator[Node]:
    if _is_safe(node):
        return
    if not isinstance(node.value, str) or not is_template(node.value):
        yield node
        return
    try:
        names = names_in(node.value)
    except InputError:
        return  # said where it is evaluated
    if "lookup" in names:
        return
    if not names:
        yield node
    for name in names - seen:
        for other in defined.get(name, ()):
            yield from _clear_texts(other, defined, seen | {name})
