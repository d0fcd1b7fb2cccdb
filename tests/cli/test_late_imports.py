"""What a command does not use is not loaded: the start of a process is paid at every call."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ("-i", str(ROOT / "inventories" / "tac-213479"))
BOOK = str(ROOT / "playbooks" / "xmpp-resilience.yml")
# Each takes between two and fifteen times as long as the interpreter itself.
DEAR = (
    *("asyncssh", "click", "cryptography", "dns", "jinja2", "msgspec", "nacl", "paramiko"),
    *("rich", "urllib3", "yaml"),
)
LISTED = (
    "import sys; from cmsdeploy.cli import main; code = main(sys.argv[1:]);"
    "print('loaded', *sorted(sys.modules)); sys.exit(code)"
)


def loaded_by(*words: str) -> set[str]:
    """The modules that are loaded when the command has ended well."""
    answer = subprocess.run(
        [sys.executable, "-c", LISTED, *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(answer.stdout.rpartition("\n")[0].rpartition("\nloaded ")[2].split())


@pytest.mark.parametrize(
    ("words", "libraries"),
    [
        (("--version",), set()),
        (("inventory", "--list", *EXAMPLE), {"click", "jinja2", "yaml"}),
        (("render", BOOK, *EXAMPLE), {"click", "jinja2", "yaml"}),
        (("explain",), {"click"}),
    ],
    ids=["version", "inventory", "render", "explain"],
)
def test_a_command_loads_the_libraries_that_it_uses(
    words: tuple[str, ...], libraries: set[str]
) -> None:
    """And no other dear one."""
    loaded = loaded_by(*words)
    assert "cmsdeploy.cli.entry" in loaded or words == ("--version",)
    assert {name for name in DEAR if name in loaded} == libraries


def test_a_rendering_loads_the_families_of_its_tasks() -> None:
    """A family that is only on the disk costs nothing."""
    loaded = loaded_by("render", BOOK, *EXAMPLE)
    folders = (ROOT / "cmsdeploy" / "families").glob("*/family.py")
    families = {path.parent.name for path in folders}
    assert len(families) > 5
    assert {name for name in families if f"cmsdeploy.families.{name}.family" in loaded} == {"xmpp"}
