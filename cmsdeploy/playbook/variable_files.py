"""``vars_files``: files of variables that a play names. A missing one is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cmsdeploy.errors import InputError, printable
from cmsdeploy.inventory.node import Node
from cmsdeploy.playbook.parts import wrong_name
from cmsdeploy.playbook.play import Play, Variables
from cmsdeploy.template import is_template

__all__ = ["PlayFiles", "file_problems"]

Render = Callable[[Node], object]


class PlayFiles:
    """Finds and reads the files, each once per run. ``root`` is the folder of the site."""

    def __init__(self, root: Path, read: Callable[[Path], Mapping[str, Node]]) -> None:
        self._root = root
        self._read = read
        self._known: dict[Path, Variables] = {}

    def variables(self, folder: Path, entry: Sequence[Node], render: Render) -> Variables:
        """The variables of the first of the paths in ``entry`` that exists; ``folder`` is that of
        the play."""
        names = [str(render(node)) for node in entry]
        path = _first(folder, self._root, list(zip(entry, names, strict=True)))
        if path not in self._known:
            variables = self._read(path)
            wrong = (wrong_name(name, node.key or node) for name, node in variables.items())
            problems = [problem for problem in wrong if problem is not None]
            if problems:
                raise InputError.of(problems)
            self._known[path] = variables
        return self._known[path]


def file_problems(play: Play, root: Path) -> list[InputError]:
    """What is wrong with the paths that need no host to be known."""
    problems = []
    for entry in play.files:
        if not any(is_template(str(node.value)) for node in entry):
            try:
                _first(play.folder, root, [(node, str(node.value)) for node in entry])
            except InputError as error:
                problems.append(error)
    return problems


def _first(beside: Path, root: Path, names: Sequence[tuple[Node, str]]) -> Path:
    for node, name in names:
        for folder in (beside / "vars", beside):
            path = (folder / name).resolve()
            if "://" in name or not path.is_relative_to(root.resolve()):
                raise node.problem(
                    f"{printable(name, 100)!r} is no file of the site",
                    "name one beside the playbook, or give it by -e @FILE",
                )
            if path.exists():
                return path
    node, name = names[0]
    shown = " or ".join(repr(printable(name, 100)) for _, name in names)
    raise node.problem(f"there is no file {shown}", f"looked in {beside} and vars/ there")
