"""A module as the laws see it: which room it is in, what it imports, which words it says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

__all__ = ["ROOT", "Module", "everything", "product"]

ROOT = Path(__file__).parents[2]
PACKAGE = "cmsdeploy"
# Files that stand beside the packages, and the room that they belong to.
_LONE_FILES = {
    "__init__.py": "errors",
    "__main__.py": "cli",
    "errors.py": "errors",
}


@dataclass(frozen=True)
class Module:
    """``path`` is relative to the root of the repository, with slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax."""
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        """The folder under the package, or the room that a lone file belongs to."""
        parts = PurePosixPath(self.path).parts
        if len(parts) > 2:
            return parts[1]
        # `template.py` and the `template_*.py` beside it are one room.
        return _LONE_FILES.get(parts[-1]) or PurePosixPath(parts[-1]).stem.partition("_")[0]

    @property
    def place(self) -> str:
        """The path below the package."""
        return self.path.removeprefix(f"{PACKAGE}/")

    @property
    def package(self) -> tuple[str, ...]:
        """The dotted package that relative imports start from."""
        return PurePosixPath(self.path).parent.parts

    def imports(self) -> Iterator[str]:
        """Every dotted name that is imported, relative ones resolved, names from modules added."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = self.package[: len(self.package) - node.level + 1] if node.level else ()
                base = ".".join([*above, *([node.module] if node.module else [])])
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names)

    def words(self) -> tuple[tuple[int, str], ...]:
        """Line and text of every name, attribute and string that is no docstring."""
        return self._words

    @cached_property
    def _words(self) -> tuple[tuple[int, str], ...]:
        return tuple(self._found_words())

    def _found_words(self) -> Iterator[tuple[int, str]]:
        documentation = set(self._docstrings())
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name):
                yield node.lineno, node.id
            elif isinstance(node, ast.Attribute):
                yield node.lineno, node.attr
            elif isinstance(node, ast.alias | ast.FunctionDef | ast.ClassDef):
                yield node.lineno, node.name
            elif isinstance(node, ast.Constant) and id(node) not in documentation:
                yield from ((node.lineno, text) for text in _text_of(node.value))

    def _docstrings(self) -> Iterator[int]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                yield id(node.value)


def _text_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("latin-1")


def _read(path: Path) -> Module:
    return Module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))


def product() -> list[Module]:
    """Every module of the package, the examples left out."""
    files = sorted((ROOT / PACKAGE).rglob("*.py"))
    return [_read(path) for path in files if "examples" not in path.parts]


def everything() -> list[Module]:
    """Every module of the package and of its tests."""
    return [*product(), *(_read(path) for path in sorted((ROOT / "tests").rglob("*.py")))]
