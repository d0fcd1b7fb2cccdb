"""Every package begins with its law; checks in the product are no asserts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.laws.source import Module

__all__ = ["assert_faults", "law_faults"]


def law_faults(module: Module) -> Iterator[str]:
    """A package says in its docstring what it knows and what it must never know."""
    if not module.path.endswith("/__init__.py"):
        return
    text = ast.get_docstring(module.tree) or ""
    if module.path.count("/") > 1 and not re.search(r"\bLaw\b", text):
        yield f"{module.path}: a package begins with its law"


def assert_faults(module: Module) -> Iterator[str]:
    """``python -O`` takes an assert away, and with it the check."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assert):
            yield f"{module.path}:{node.lineno}: assert is for tests"
