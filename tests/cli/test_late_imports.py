"""What a command does not use is not loaded: the start of a process is paid at every call."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
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
# What reads an inventory and a playbook needs none of these, by room: to make the classes in them
# takes longer than to read three boxes and a play.
LATE_OF = {
    "certificates": ("certificate", "chain_checks", "new_files", "pool", "reading", "requests"),
    "families.xmpp": ("cells", "explanations", "log_findings", "repairs"),
    "inventory": ("explaining", "ini_source", "programs", "vault", "vault_passwords"),
    "model": ("cell", "event", "host", "logged", "pem_text", "records"),
    "playbook": ("certificate_contents", "schema", "shorthand"),
}
LATE = frozenset(
    [
        *(f"cmsdeploy.{room}.{name}" for room, names in LATE_OF.items() for name in names),
        *("cmsdeploy.executor", "cmsdeploy.session", "cmsdeploy.transport"),
        *("concurrent.futures", "getpass", "logging", "queue", "secrets", "shlex"),
    ]
)
# A list needs nothing of playbooks and plans either, and no templates where nobody wrote one.
LATER = LATE | {
    *("cmsdeploy.families", "cmsdeploy.model.action", "cmsdeploy.model.plan"),
    *("cmsdeploy.model.step", "cmsdeploy.planning", "cmsdeploy.playbook"),
    *("cmsdeploy.template_collections", "cmsdeploy.template_filters", "cmsdeploy.template_tests"),
    *("jinja2", "tempfile"),
}
LISTED = (
    "import sys; from cmsdeploy.cli import main; code = main(sys.argv[1:]);"
    "print('loaded', *sorted(sys.modules)); sys.exit(code)"
)

WHY = ("inventory", "--host", "cb1", "--explain", "xmpp_domain")
AT_THE_END = (
    "import atexit, gc, sys; atexit.register(lambda: print('frozen', gc.get_freeze_count()));"
    "from cmsdeploy.cli import main; sys.exit(main(sys.argv[1:]))"
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


def test_a_rendering_loads_nothing_that_it_does_not_use() -> None:
    """Of what can be told apart; the list has only names that there are."""
    assert {name for name in LATER if find_spec(name) is None} == set()
    assert sorted(LATE & loaded_by("render", BOOK, *EXAMPLE)) == []


def test_a_list_loads_nothing_of_playbooks_and_plans(tmp_path: Path) -> None:
    """Nor of templates, where nobody wrote one."""
    plain = tmp_path / "hosts.yml"
    plain.write_text("all: {hosts: {cb1: {ansible_host: 192.0.2.1}}}")
    assert sorted(LATER & loaded_by("inventory", "--list", "-i", str(plain))) == []


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (
            ("inventory", "--host", "cb1", "--explain", "xmpp_domain", *EXAMPLE),
            "inventory.explaining",
        ),
        (("explain", "xmpp/same-leader"), "families.xmpp.explanations"),
        (("schema", "inventory"), "playbook.schema"),
    ],
)
def test_who_uses_a_late_module_loads_it(words: tuple[str, ...], name: str) -> None:
    """So what is asked above can fail."""
    assert f"cmsdeploy.{name}" in LATE & loaded_by(*words)


def test_the_collector_does_not_look_through_what_ends_with_the_process() -> None:
    """It took a seventh of a rendering to see at the very end that nothing can be let go of."""
    command = [sys.executable, "-c", AT_THE_END, "inventory", "--list", *EXAMPLE]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(answer.stdout.rpartition("frozen ")[2]) > 10_000
