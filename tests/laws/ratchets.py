"""Ratchets: numbers that may only fall. ``ratchets.json`` holds where they stand."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable

from tests.laws.source import Module

__all__ = ["LONGEST_FILE", "LONGEST_FUNCTION", "counts", "lengths"]

LONGEST_FILE = 300
LONGEST_FUNCTION = 45

_COMMENTS = {
    "type: ignore": re.compile(r"#.*\btype:\s*ignore"),
    "noqa": re.compile(r"#.*\bnoqa\b"),
    "no cover": re.compile(r"#.*\bno cover\b"),
}
_MOCKING = re.compile(r"^(mock|Mock|MagicMock|monkeypatch|mocker)$")


def counts(modules: Iterable[Module]) -> dict[str, int]:
    """How often each thing stands in ``modules`` that we want less of."""
    found = Counter(dict.fromkeys((*_COMMENTS, "Any", "mock words"), 0))
    for module in modules:
        for comment in _comments(module.text):
            found.update(name for name, form in _COMMENTS.items() if form.search(comment))
        words = [text for _, text in module.words()]
        found["Any"] += sum(1 for word in words if word == "Any")
        found["mock words"] += sum(1 for word in words if _MOCKING.match(word))
    return dict(found)


def _comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def lengths(modules: Iterable[Module]) -> dict[str, int]:
    """Files and functions that are longer than they should be, with their lines."""
    found: dict[str, int] = {}
    for module in modules:
        lines = module.text.count("\n")
        if lines > LONGEST_FILE:
            found[module.path] = lines
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    found[f"{module.path}:{node.name}"] = length
    return found
