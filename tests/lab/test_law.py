"""The law of the room: nothing of the package outside the lab, no SSH library in the core."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from cmsdeploy import lab

ROOM = Path(lab.__file__).parent
FILES = sorted(ROOM.rglob("*.py"))


def _imported(path: Path) -> set[str]:
    """Absolute names of everything that a file imports, relative ones resolved."""
    package = ("cmsdeploy.lab", *path.relative_to(ROOM).parent.parts)
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = ".".join(package).split(".")
            above = parts[: len(parts) - node.level + 1] if node.level else []
            found.add(".".join([*above, node.module or ""]).rstrip("."))
    return found


def test_the_lab_imports_nothing_of_the_package_outside_itself() -> None:
    """Product and twin must not share their mistakes."""
    strangers = {
        (path.name, name)
        for path in FILES
        for name in _imported(path)
        if name.split(".")[0] == "cmsdeploy" and not name.startswith("cmsdeploy.lab")
    }
    assert strangers == set()


def test_each_library_has_its_file() -> None:
    """One library, one file; asyncssh needs four."""
    users: dict[str, set[str]] = {}
    for path in FILES:
        for name in _imported(path):
            users.setdefault(name.split(".")[0], set()).add(path.name)
    assert users["cryptography"] == {"making.py", "reading.py", "text.py"}
    assert users["asyncssh"] == {"channel.py", "ssh.py", "sftp.py", "station.py"}


def test_the_core_needs_no_ssh_library() -> None:
    """Property tests start without the wire."""
    script = "import cmsdeploy.lab, sys; sys.exit('asyncssh' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOM.parents[1])


def test_core_has_no_wall_clock_and_no_thread() -> None:
    """Only the wire may wait or look at the time."""
    core = [path for path in FILES if path.parent.name != "wire"]
    for path in core:
        assert not _imported(path) & {"time", "threading", "asyncio", "socket", "random"}, path


def test_every_public_name_exists_and_the_list_is_sorted() -> None:
    """The export list is complete."""
    assert sorted(lab.__all__) == sorted(set(lab.__all__))
    for name in lab.__all__:
        assert getattr(lab, name) is not None


def test_files_are_short() -> None:
    """A file fits on a few screens."""
    assert {p.name: n for p in FILES if (n := len(p.read_text().splitlines())) > 250} == {}
